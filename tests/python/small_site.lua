-- 16 EVSEs, storage and PV, 0.6 visits per EVSE and day of some 5 h: the world that tests/bench/fleet.cpp measures.

local pv = {}
for hour = 1, 24 do pv[hour] = math.max(0, 24 - math.abs((hour - 1) * 4 - 48)) / 24 end
local cars = {}
for hour = 1, 24 do cars[hour] = 0.6 * 16 / 24 end
return scenario {
  name = "Small site", forecast = param("forecast", "same-kind-of-day"), start = "2025-06-02", days = 90, timezone = "Asia/Seoul", seed = 7,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 11, efficiency = { 0.95, 0.95 }, taper_soc = 0.8, taper_end_kw = 0.5 } },
  site {
    name = "site", tariff = { name = "flat", currency = "KRW", source = "a round figure", periods = { { from = "00:00", to = "24:00", price_per_kwh = 200 } } }, contract_kw = 34, load = 2, voltage_v = 220,
    pv = { peak_kw = 24, profile = pv },
    storage = { name = "ess", kwh = 50, kw = 25, efficiency = { 0.96, 0.96 } },
    stations = { { name = "A", evses = 16, kw = 7, phases = 1, min_a = 6 } },
    unmet_price_per_kwh = 400,
  },
  arrivals = arrivals.poisson {
    per_hour = { weekday = cars, saturday = cars, sunday = cars, holiday = cars },
    energy_kwh = lognormal { median = 18, sigma = 0.4, min = 2, max = 45 },
    stay_h = lognormal { median = 5, sigma = 0.5, min = 0.5, max = 20 },
  },
}
