-- Two yards behind one transformer, which may give both together 20 kW by day and 10 kW from 18:00, when the street needs
-- it: a shared limit that follows a curve. A car stands in each from 16:00 to 20:00 and wants 20 kWh; from 18:00 energy
-- is cheap. Strategies that look ahead see what their yard may count on, in horizon[k].contract_kw: 10 kW each before
-- 18:00 and 5 kW each after it, as long as both cars are there and want energy.
--
--   evtwin run scenarios/two_yards.lua
--   evtwin compare scenarios/two_yards.lua --strategies asap,lp
--
-- By hand: 5 kW x 2 h = 10 of each car's 20 kWh fit into the cheap hours at 0.10, the other 10 must be charged before
-- at 0.30: 2 x 4.00 = 8.00 EUR. A plan that does not know the limit leaves all 40 kWh to the cheap hours, which have
-- room for 20.
local transformer_kw = {}
for hour = 1, 24 do transformer_kw[hour] = hour > 18 and 10 or 20 end

local function yard(name)
  return site {
    name = name,
    tariff = {
      name = "two rates", currency = "EUR", source = "made up: round figures",
      periods = { { from = "00:00", to = "18:00", price_per_kwh = 0.30 }, { from = "18:00", to = "24:00", price_per_kwh = 0.10 } },
    },
    stations = { { name = "P", evses = 1, max_a = 16, phases = 3 } },
    arrivals = bookings {
      { id = name .. " car", arrive = "2026-10-05T16:00", leave = "2026-10-05T20:00", vehicle = "car", soc = 0.3, energy_kwh = 20 },
    },
  }
end

return scenario {
  name = "Two yards, one transformer", start = "2026-10-05T14:00", hours = 8, timezone = "Europe/Berlin",
  strategy = "lp",
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 11, ac_phases = 3 } },
  shared_limits = { { name = "transformer", kw = transformer_kw } },
  yard "east", yard "west",
}
