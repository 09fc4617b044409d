-- Four AC posts on a busy street, and a queue of four. Of the drivers nine in ten come back when their app says that the
-- car is full (--set leaves=0: nobody does). Whoever charges sooner makes room sooner: look at turned_away and
-- served_of_all_fraction under asap and alap. Who comes to a post depends on the strategy then, so there is no bound.

return scenario {
  name = "Busy street where drivers leave when full",
  start = "2026-06-01", days = 5, timezone = "Europe/Amsterdam", seed = 11,
  strategy = "asap",
  vehicles = { { name = "car", battery_kwh = 58, ac_kw = 11, soc_known = true } },
  site {
    contract_kw = 44, unmet_price_per_kwh = 0.5,
    queue = { places = 4, patience_min = 20 },
    tariff = {
      name = "made for this example", currency = "EUR",
      periods = { { from = "00:00", to = "17:00", price_per_kwh = 0.22 }, { from = "17:00", to = "20:00", price_per_kwh = 0.34 },
        { from = "20:00", to = "24:00", price_per_kwh = 0.22 } },
    },
    stations = { { name = "post", evses = 4, kw = 11 } },
  },
  arrivals = arrivals.poisson {
    per_hour = function(t) return t.hour >= 7 and t.hour < 23 and 1.1 or 0.1 end,
    energy_kwh = lognormal { median = 16, sigma = 0.5, min = 4, max = 45 },
    stay_h = lognormal { median = 4, sigma = 0.5, min = 0.5, max = 12 },
    leaves_when_full_share = param("leaves", 0.9), leaves_h_after_full = exponential { mean = 0.2, max = 1 },
  },
}
