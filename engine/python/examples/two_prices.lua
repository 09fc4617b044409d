-- A car park at home: cars come in the evening, stay over night, and energy is cheap from 23:00 to 09:00. What there is to
-- learn is to wait, but not too long. Round figures of ours.
local evening = {}
for hour = 1, 24 do evening[hour] = (hour >= 18 and hour <= 20) and 3 or 0 end
return scenario {
  name = "Two prices", start = "2026-06-01", days = param("days", 7), timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 1 } },
  site {
    name = "Homes", contract_kw = 90, voltage_v = 220, load = 3, unmet_price_per_kwh = 400,
    tariff = { name = "two prices", currency = "KRW", source = "a round figure",
      periods = { { from = "00:00", to = "09:00", price_per_kwh = 90 }, { from = "09:00", to = "23:00", price_per_kwh = 190 },
        { from = "23:00", to = "24:00", price_per_kwh = 90 } } },
    stations = { { name = "H", evses = 12, kw = 7, phases = 1, min_a = 6 } },
  },
  arrivals = arrivals.poisson {
    per_hour = { weekday = evening, saturday = evening, sunday = evening, holiday = evening },
    energy_kwh = lognormal { median = 14, sigma = 0.4, min = 4, max = 30 },
    stay_h = lognormal { median = 12, sigma = 0.1, min = 9, max = 16 },
  },
}
