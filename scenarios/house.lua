-- V2H: a house whose car covers it in the dear hours of the evening, and while the grid is out. The house is the base load
-- of a site of one bidirectional wallbox; an outage is a stretch in which the site may import 0 kW, and what the house
-- draws then all the same is what it had to go without: unserved_kwh (the bill, which knows no outage, has it as bought).
--
--   evtwin run scenarios/house.lua
--   evtwin run scenarios/house.lua --set v2h=false
--
-- By hand: a day of the house is 20.8 kWh, 10 of them from 17 to 22. The car is there on two of the three evenings and
-- gives 10 kWh on each; the grid is out on the second (18 to 21, 6 kWh, the car carries them) and on the third morning
-- (10 to 12, 1 kWh, nobody does). With v2h=false 7 kWh are missed and all 30 kWh of the evenings are bought dear. Round
-- figures of ours.
local v2h = param("v2h", true)

local house_first = strategy {
  id = "house-first", help = "The car carries the house while energy is dear or the grid is out; otherwise it charges.",
  subscribes = { "arrival", "departure", "price", "limit", "power", "finished" },
  decide = function(view)
    local kw = {}
    for _, evse in ipairs(view.connected) do
      if view.contract_kw == 0 or view.buy_per_kwh > 200 then
        kw[evse.id] = v2h and -math.min(math.max(0, view.load_kw - view.pv_kw), evse.car_max_discharge_kw) or 0
      else
        kw[evse.id] = evse.car_max_kw
      end
    end
    return kw
  end,
}

local function night(day)
  return { id = "night-" .. day, arrive = ("2026-06-%02dT16:30"):format(day), leave = ("2026-06-%02dT07:30"):format(day + 1),
           vehicle = "car", soc = 0.7, target = 0.8, v2g = true }
end

return scenario {
  name = "A house and its car", start = "2026-06-01", days = 3, timezone = "Asia/Seoul",
  strategy = house_first,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7.36, ac_phases = 1, efficiency = { 0.9, 0.9 }, v2g = true, discharge_kw = 5, soc_floor = 0.3 } },
  site {
    name = "House", contract_kw = 10, export_limit_kw = 0,
    load = { 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 1.2, 1.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2, 2, 2, 2, 2, 0.8, 0.8 },
    tariff = {
      name = "made up: a dear evening", currency = "KRW",
      periods = { { from = "00:00", to = "17:00", price_per_kwh = 90 }, { from = "17:00", to = "22:00", price_per_kwh = 260 },
                  { from = "22:00", to = "24:00", price_per_kwh = 90 } },
    },
    stations = { { name = "Wallbox", evses = 1, max_a = 32, phases = 1, min_a = 0, bidirectional = true } },
    demand_response = { { from = "2026-06-02T18:00", hours = 3, limit_kw = 0, notice_min = 0 },
                        { from = "2026-06-03T10:00", hours = 2, limit_kw = 0, notice_min = 0 } },
  },
  arrivals = bookings { night(1), night(2) },
  kpi = {
    unserved_kwh = "SELECT sum(overload_kwh) FROM meter",
    dear_import_kwh = [[SELECT sum(m.import_kwh) FROM meter m JOIN clock c ON m.start_ns >= c.start_ns AND m.start_ns < c.end_ns
                        WHERE (m.start_ns / 1000000000 + c.utc_offset_s) / 3600 % 24 BETWEEN 17 AND 21]],
  },
}
