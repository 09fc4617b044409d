-- V2V: one car gives energy to another at the roadside, through a box with two outlets and no grid. Losses are counted where
-- they arise: out of the giver's battery, in both halves of the box, into the taker's battery.
--
--   evtwin run scenarios/car_to_car.lua
--
-- By hand: 12 kWh at the taker's plug are 12 / 0.97 kWh inside the box and 12 / 0.97^2 = 12.754 at the giver's plug; its
-- battery loses 12.754 / 0.94 = 13.568 kWh, the other gains 12 x 0.94 = 11.28: of what left, 83.1 % arrives. 10 kW out of
-- the giver are 9.409 kW into the taker: it takes 1 h 16.5 min. Round figures of ours.
local kw = param("kw", 10)

return scenario {
  name = "One car charges another", start = "2026-06-01T10:00", hours = 3, timezone = "Asia/Seoul",
  strategy = strategy {
    id = "giver-to-taker", help = "The first car gives as long as the second takes.",
    subscribes = { "arrival", "departure", "finished", "limit", "power" },
    decide = function(view)
      local giver, taker = view.evses[1], view.evses[2]
      local through = giver.efficiency * taker.efficiency
      local given = 0
      if giver.connected and taker.connected and taker.draws then
        given = math.min(kw, giver.car_max_discharge_kw, taker.car_max_kw / through)
      end
      return { [giver.id] = -given, [taker.id] = given * through }
    end,
  },
  vehicles = {
    { name = "giver", battery_kwh = 84, dc_kw = 150, efficiency = { 0.94, 0.94 }, v2g = true, discharge_kw = 11, soc_floor = 0.2 },
    { name = "taker", battery_kwh = 40, dc_kw = 50, efficiency = { 0.94, 0.94 } },
  },
  site {
    name = "Roadside", export_limit_kw = 0,
    demand_response = { { from = "2026-06-01T10:00", hours = 3, limit_kw = 0 } },
    stations = { { name = "Box", evses = 2, kind = "dc", kw = 20, efficiency = 0.97, bidirectional = true } },
  },
  arrivals = bookings {
    { id = "giver", arrive = "2026-06-01T10:00", leave = "2026-06-01T12:30", vehicle = "giver", evse = "Box-1", soc = 0.8, energy_kwh = 0, v2g = true },
    { id = "taker", arrive = "2026-06-01T10:00", leave = "2026-06-01T12:30", vehicle = "taker", evse = "Box-2", soc = 0.1, energy_kwh = param("kwh", 12) },
  },
  kpi = {
    given_kwh = [[SELECT (soc_start - soc_end) * battery_kwh FROM session WHERE name = 'giver']],
    arrived_kwh = [[SELECT (soc_end - soc_start) * battery_kwh FROM session WHERE name = 'taker']],
    transfer_efficiency = [[SELECT t.gain / g.loss FROM (SELECT (soc_end - soc_start) * battery_kwh AS gain FROM session WHERE name = 'taker') t,
                            (SELECT (soc_start - soc_end) * battery_kwh AS loss FROM session WHERE name = 'giver') g]],
  },
}
