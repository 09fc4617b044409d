-- An aggregator calls on enrolled cars every evening at 18:00 for an hour, fifteen minutes before: draw less, or give back.
-- Not all are enrolled and not all say yes; some leave before the hour is over, and one that has little above its floor can
-- promise little. Promised against delivered stands in the figures, who said yes among the events:
--
--   evtwin run scenarios/dispatch.lua --out dispatch.evtwin
--   sqlite3 dispatch.evtwin "SELECT kind, text FROM event WHERE kind LIKE 'dispatch%'"
--   evtwin run scenarios/dispatch.lua --set yes=0.4 --set v2g_share=0
--
-- Round figures of ours.
return scenario {
  name = "Calls to cars", start = "2026-06-01", days = 5, timezone = "Asia/Seoul", seed = 12, strategy = "equal-share",
  vehicles = {
    { name = "car", share = 2, battery_kwh = 64, ac_kw = 7, ac_phases = 1, efficiency = { 0.93, 0.93 } },
    { name = "V2G car", share = 1, battery_kwh = 77, ac_kw = 7, ac_phases = 1, efficiency = { 0.93, 0.93 }, v2g = true, discharge_kw = 5, soc_floor = 0.4 },
  },
  site {
    contract_kw = 90, export_limit_kw = 50, v2g_price_per_kwh = 150, unmet_price_per_kwh = 400,
    tariff = { name = "made up", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 130 } } },
    stations = { { name = "P", evses = 16, kw = 7, phases = 1, bidirectional = true } },
    dispatch = { { every_day_at = "18:00", hours = 1, kw = param("kw", 40), enrolled_share = param("enrolled_share", 0.7), yes = param("yes", 0.8) } },
  },
  arrivals = arrivals.poisson {
    per_hour = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 3, 1, 0, 0, 0, 0 },
    energy_kwh = normal { mean = 24, std = 8, min = 5, max = 45 }, stay_h = lognormal { median = 5, sigma = 0.6, min = 0.5, max = 12 },
    v2g_share = param("v2g_share", 0.8),
  },
}
