-- V2L: a weekend away from any grid, with the kettle, the fridge and the lights on the car's outdoor socket, and the way
-- home afterwards. The camp is a site that may import nothing; the socket is its only EVSE, and the car on it gives what
-- the load asks for until its floor. Whether the trip home is still feasible stands among the figures:
--
--   evtwin run scenarios/camping.lua
--   evtwin run scenarios/camping.lua --set gear=2.5      too much of it: the floor is reached, the lights go out
--
-- By hand: 6.15 kWh on Friday from 18:00, 10.7 on Saturday, 3.8 on Sunday until 13:00: 20.65 kWh, 22.2 of them out of the
-- battery at 0.93. Round figures of ours; driving as on roads (engine/roads).
local gear = param("gear", 1)
local battery_kwh, soc = 77.4, param("soc", 0.75)
local home_kwh = driving_kwh { km = param("home_km", 120), class = "mid", speed_kmh = 90, temperature_c = 27 }

local watts = { 150, 150, 150, 150, 150, 150, 150, 150, 2000, 150, 150, 150, 150, 150, 150, 150, 150, 150, 1200, 1200, 1200, 1200, 1200, 150 }
local load = {}
for hour, w in ipairs(watts) do load[hour] = w / 1000 * gear end

local function soc_at_home(run) return run.sessions()[1].soc_end - home_kwh / battery_kwh end

return scenario {
  name = "A camp on a car's battery", start = "2026-08-14T18:00", hours = 43, timezone = "Asia/Seoul",
  strategy = strategy {
    id = "socket", help = "Gives what is asked for.", subscribes = { "arrival", "departure", "power", "limit" },
    decide = function(view)
      local kw = {}
      for _, evse in ipairs(view.connected) do kw[evse.id] = -math.min(view.load_kw, evse.car_max_discharge_kw) end
      return kw
    end,
  },
  vehicles = { { name = "car", battery_kwh = battery_kwh, ac_kw = 11, efficiency = { 0.93, 0.93 }, v2g = true, discharge_kw = 3.6, soc_floor = 0.2 } },
  site {
    name = "Camp", export_limit_kw = 0, load = load,
    demand_response = { { from = "2026-08-14T18:00", hours = 43, limit_kw = 0 } },
    stations = { { name = "Socket", evses = 1, max_a = 16, phases = 1, min_a = 0, bidirectional = true } },
  },
  arrivals = bookings { { id = "camper", arrive = "2026-08-14T18:00", leave = "2026-08-16T13:00", vehicle = "car", soc = soc, energy_kwh = 0, v2g = true } },
  kpi = {
    unserved_kwh = "SELECT sum(overload_kwh) FROM meter",
    way_home_kwh = function() return home_kwh end,
    soc_at_home = soc_at_home,
    trip_feasible = function(run) return soc_at_home(run) >= 0.1 and 1 or 0 end,
  },
}
