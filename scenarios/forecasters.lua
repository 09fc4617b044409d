-- Who foresees what: an office with sun, cars and a battery, planned a day ahead by `lp` from forecasts of its own.
-- PV, base load and arrivals each have a forecaster; any of them can be swapped here, or without touching the file:
--   evtwin run scenarios/forecasters.lua --change forecast_load=seasonal-naive:days=1
--   evtwin run scenarios/forecasters.lua --change forecast=perfect          # what better forecasts could save at most
-- Figures are round and ours.

-- A forecaster in Lua: it is told what has been, step by step, and returns what comes. Every call tells everything, so
-- that nothing need be remembered, and nothing may be. This one takes the clearest of the last three days at the same
-- time of day, and as levels, where they are asked for, the three days in their order.
local function sun_of_three_days(past, ask)
  local per_day = 24 * 60 // past.step_min()
  local values, levels = {}, {}
  for l = 1, #ask.levels() do levels[l] = {} end
  for k = 1, ask.count() do
    local days = {}
    local back = past.count() + k - per_day
    while #days < 3 do
      if back <= past.count() then days[#days + 1] = (back >= 1 and past.pv(back)) or 0 end
      back = back - per_day
    end
    table.sort(days)
    values[k] = days[3]
    for l, level in ipairs(ask.levels()) do levels[l][k] = days[math.min(3, 1 + math.floor(3 * level))] end
  end
  return values, levels
end

return scenario {
  name = "Forecasters of an office",
  start = "2026-06-01", days = 3, timezone = "Europe/Berlin", seed = 5,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 11, ac_phases = 3, efficiency = { 0.93, 0.93 } } },
  site {
    name = "Office",
    contract_kw = 120, export_limit_kw = 60,
    tariff = {
      currency = "EUR",
      periods = { { from = "00:00", to = "06:00", price_per_kwh = 0.18 }, { from = "06:00", to = "16:00", price_per_kwh = 0.28 },
                  { from = "16:00", to = "21:00", price_per_kwh = 0.42 }, { from = "21:00", to = "24:00", price_per_kwh = 0.24 } },
      sell_price_per_kwh = 0.07,
    },
    load = {
      weekday = { 9, 9, 9, 9, 9, 10, 14, 24, 34, 38, 40, 40, 37, 39, 40, 38, 34, 26, 18, 13, 11, 10, 9, 9 },
      weekend = { 9, 9, 9, 9, 9, 9, 9, 9, 10, 10, 11, 11, 11, 11, 10, 10, 10, 9, 9, 9, 9, 9, 9, 9 },
    },
    pv = {
      peak_kw = 80,
      profile = { 0, 0, 0, 0, 0, 0.02, 0.09, 0.18, 0.3, 0.42, 0.5, 0.56, 0.58, 0.56, 0.5, 0.42, 0.32, 0.2, 0.1, 0.04, 0.01, 0, 0, 0 },
    },
    storage = { name = "battery", kwh = 80, kw = 40, efficiency = { 0.96, 0.96 }, soc_start = 0.5 },
    stations = { { name = "A", evses = 16, kw = 11, phases = 3, min_a = 6 } },
    driver_price_per_kwh = 0.35, unmet_price_per_kwh = 0.6,
    forecast = {
      pv = sun_of_three_days,
      load = forecaster "same-kind-of-day" { half_life_days = 10 },
      arrivals = forecaster "seasonal-naive" { days = 1 },
      price = "perfect",   -- the tariff is known
      period_min = 60,     -- asked once an hour, for means of hours; "15" is as good
      history_days = 28,
    },
  },
  arrivals = arrivals.poisson {
    per_hour = { weekday = { 0, 0, 0, 0, 0, 0, 0.4, 2, 3.5, 2.5, 1, 0.6, 0.8, 0.8, 0.5, 0.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0 }, weekend = 0.05 },
    energy_kwh = lognormal { median = 12, sigma = 0.6, min = 2, max = 50 },
    stay_h = lognormal { median = 6, sigma = 0.4, min = 1.5, max = 11 },
  },
  strategy = plugin "lp" { horizon_h = 24 },
}
