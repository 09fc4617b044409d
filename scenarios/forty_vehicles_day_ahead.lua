-- Forty vehicles, one day, 100 kW, decisions every 15 minutes: the demand of a day-ahead planning exercise, made here from
-- a seed. Powers of 6, 7, 11 and 22 kW, batteries of 30 to 100 kWh, arrivals between 05:00 and 16:00, stays of 1 to 5 hours.

local vehicles = {}
for i, kw in ipairs { 6, 7, 11, 22 } do
  for j, kwh in ipairs { 30, 52, 88, 100 } do
    vehicles[#vehicles + 1] = { name = kwh .. " kWh, " .. kw .. " kW", battery_kwh = kwh, ac_kw = kw, ac_phases = 3, efficiency = 1 }
  end
end

local per_hour = {}
for hour = 0, 23 do per_hour[hour + 1] = hour >= 5 and hour < 16 and param("vehicles", 40) / 11 or 0 end

return scenario {
  name = "Forty vehicles, one day", start = "2025-06-02", days = 1, timezone = "Asia/Seoul", seed = 16, tick_min = 15,  -- the law brings forty
  vehicles = vehicles,
  site {
    contract_kw = param("contract_kw", 100),
    tariff = {
      name = "two rates", currency = "EUR", source = "made up: round figures",
      periods = { { from = "00:00", to = "12:00", price_per_kwh = 0.15 }, { from = "12:00", to = "24:00", price_per_kwh = 0.25 } },
    },
    stations = { { name = "T", evses = 40, kw = 22, phases = 3, min_a = 0 } },
  },
  arrivals = arrivals.poisson { per_hour = per_hour, energy_kwh = uniform { 5, 28 }, stay_h = uniform { 1, 5 } },
  strategy = "edf",
}
