-- Two fast chargers and a battery in Batavia, Illinois, over the end of May: the demand charge counts means of half
-- hours there, so that a car that takes 150 kW for 12 minutes is billed as 60 kW (--set window_min=15: as 120 kW).

return scenario {
  name = "Fast chargers on a half-hourly meter",
  start = "2026-05-30", days = 3, timezone = "America/Chicago", seed = 7, tick_min = 5,
  strategy = "edf",
  vehicles = {
    { name = "sedan", share = 2, battery_kwh = 60, ac_kw = 11, dc_kw = 150, taper_soc = 0.6, taper_end_kw = 20, soc_known = true },
    { name = "van", share = 1, battery_kwh = 90, ac_kw = 11, dc_kw = 120, taper_soc = 0.7, taper_end_kw = 30, soc_known = true },
  },
  site {
    contract_kw = 350, billing = "full", storage_policy = "peak_shaving",
    tariff = {
      name = "Batavia Demand Rate", currency = "USD", valid_from = "2015-05-01",
      source = "City of Batavia, Illinois: bataviail.gov/196/Demand-Rate (below 750 kW)",
      doubts = "the page says the highest 15 or 30-minute demand: 30 is taken; the monthly customer charge of 80 USD is left out",
      periods = { { from = "00:00", to = "24:00", price_per_kwh = 0.04403 } },
      demand = { price_per_kw = 16.28, window_min = param("window_min", 30) },
    },
    storage = { kwh = 120, kw = 60, efficiency = { 0.95, 0.95 }, soc_min = 0.1 },
    stations = { { name = "DC", evses = 2, kind = "dc", kw = 150, efficiency = 0.95 } },
  },
  arrivals = arrivals.poisson {
    per_hour = function(t) return t.hour >= 6 and t.hour < 22 and 0.8 or 0.1 end,
    energy_kwh = lognormal { median = 28, sigma = 0.4, min = 8, max = 60 },
    stay_h = uniform { 0.35, 0.8 },
  },
}
