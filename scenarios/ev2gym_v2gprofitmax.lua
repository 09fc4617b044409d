-- The experiment that EV2Gym calls V2GProfitMax, as its paper describes it (Orfanoudakis et al., arXiv 2404.01849):
-- stations of one 22 kW outlet behind one transformer of 100 kW, cars of 50 kWh that may discharge, decisions every
-- 15 minutes, 85 of them from 05:00, energy sold back at the price of the hour times the discharge price factor (1.2 in
-- what was made of it since). Size, factor and the shape of the day are parameters:
--
--   evtwin compare scenarios/ev2gym_v2gprofitmax.lua --strategies asap,round-robin,price-threshold --set stations=40
--   evtwin compare scenarios/ev2gym_v2gprofitmax.lua --strategies asap,price-threshold --set factor=1.2
--
-- Learners: the rewards of EV2Gym and of EnerV2Gize by name (`evtwin rewards`), what they lead to beside the bound:
-- studies/v2g_rewards.md. Some track a set-point: --set setpoint_kw=50.
--
-- What is not EV2Gym's: who comes and when (its tables of sessions are not ours to ship: a law of our own, shaped like a
-- workplace), and the prices (round figures, shaped like a day of the Dutch day-ahead market). Its losses cost nothing,
-- so there are none here; limits = "record" lets the transformer be overloaded and counts it, as EV2Gym does.

local stations = param("stations", 20)
local setpoint_kw = param("setpoint_kw", 0)   -- 0: none
local unmet_price = param("unmet_price", 0)   -- of a kWh not served; 0: none, and what pays most is to empty the cars

local outlets = {}
for i = 1, stations do
  outlets[i] = { name = string.format("CS%02d", i), evses = 1, kw = 22, phases = 3, min_a = 0, bidirectional = true, feeder = "transformer" }
end

-- Share of a day's cars that comes in each hour; 1.2 cars a day per station.
local workplace = { 0, 0, 0, 0, 0, 0.02, 0.08, 0.20, 0.25, 0.15, 0.07, 0.05, 0.06, 0.05, 0.03, 0.02, 0.01, 0.01, 0, 0, 0, 0, 0, 0 }
local cars_per_day = param("cars_per_station", 1.2) * stations
local per_hour = {}
for hour, share in ipairs(workplace) do per_hour[hour] = share * cars_per_day end

local price_by_hour = { 0.16, 0.15, 0.14, 0.14, 0.15, 0.18, 0.24, 0.28, 0.27, 0.23, 0.19, 0.16, 0.14, 0.13, 0.15, 0.19, 0.25, 0.31, 0.33, 0.30, 0.26, 0.22, 0.19, 0.17 }
local periods = {}
for hour, price in ipairs(price_by_hour) do
  periods[hour] = { from = string.format("%02d:00", hour - 1), to = string.format("%02d:00", hour), price_per_kwh = price }
end

return scenario {
  name = "EV2Gym V2GProfitMax", start = "2022-01-17T05:00", hours = 21.25, timezone = "Europe/Amsterdam", seed = 42, tick_min = 15,
  vehicles = {  -- soc_known: its agents see the state of charge
    { name = "50 kWh", battery_kwh = 50, ac_kw = 22.1, ac_phases = 3, efficiency = 1, v2g = true, discharge_kw = 22.1, soc_floor = 0.1, soc_known = true },
  },
  site {
    tariff = { name = "a day of hourly prices", currency = "EUR", source = "made up: round figures", periods = periods, sell_factor = param("factor", 1) },
    feeders = { { name = "transformer", max_kw = param("transformer_kw", 100), max_export_kw = param("transformer_kw", 100) } },
    limits = param("limits", "enforce"),
    power_setpoint_kw = setpoint_kw > 0 and setpoint_kw or nil,
    unmet_price_per_kwh = unmet_price > 0 and unmet_price or nil,
    stations = outlets,
  },
  arrivals = arrivals.poisson {
    per_hour = per_hour, v2g_share = 1,
    energy_kwh = normal { mean = 22, std = 9, min = 5, max = 45 }, soc_target = 1,   -- they want to leave full
    stay_h = normal { mean = 7.5, std = 1.8, min = 3, max = 11 },
  },
  strategy = "price-threshold",
}
