-- A day on which clocks change: 25 hours on 2025-10-26, 23 on 2025-03-30 (--set start=2025-03-30).
-- A constant load of 1 kW shows that every hour is billed once, by the clock on the wall.

return scenario {
  name = "Amsterdam, clocks change",
  start = param("start", "2025-10-26"), days = 1, timezone = "Europe/Amsterdam", seed = 1,
  site {
    load = 1,
    tariff = {
      name = "two rates", currency = "EUR", source = "made up: round figures",
      periods = { { from = "23:00", to = "07:00", price_per_kwh = 0.10 }, { from = "07:00", to = "23:00", price_per_kwh = 0.30 } },
    },
    stations = { { name = "A", evses = 2, kw = 11, phases = 3 } },
  },
  arrivals = arrivals.poisson { per_hour = 0 },
}
