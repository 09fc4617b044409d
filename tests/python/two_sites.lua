-- Two sites in one world, with a contract power each, that are asked at the same ticks and at arrivals of their own.
local cars = {}
for hour = 1, 24 do cars[hour] = hour > 6 and hour < 20 and 1.2 or 0.2 end
local function park(name, contract_kw)
  return site {
    name = name, contract_kw = contract_kw, voltage_v = 220, load = 2, unmet_price_per_kwh = 400,
    tariff = { name = "two prices", currency = "KRW", source = "a round figure",
      periods = { { from = "00:00", to = "09:00", price_per_kwh = 90 }, { from = "09:00", to = "24:00", price_per_kwh = 190 } } },
    storage = { name = name .. " battery", kwh = 20, kw = 5, efficiency = { 0.95, 0.95 } },
    stations = { { name = name, evses = 6, kw = 7, phases = 1, min_a = 6 } },
    arrivals = arrivals.poisson {
      per_hour = { weekday = cars, saturday = cars, sunday = cars, holiday = cars },
      energy_kwh = lognormal { median = 15, sigma = 0.4, min = 2, max = 40 },
      stay_h = lognormal { median = 5, sigma = 0.5, min = 0.5, max = 20 },
    },
  }
end
return scenario {
  name = "Two parks", start = "2026-06-01", days = 2, timezone = "Asia/Seoul", seed = 3,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 11, efficiency = { 0.95, 0.95 }, taper_soc = 0.8, taper_end_kw = 0.5 } },
  park("North", 20), park("South", 12),
}
