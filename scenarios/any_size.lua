-- A garage of any size: cars, contract power, battery and PV grow with the number of EVSEs. What a policy learnt at one
-- size, season and tariff is worth at another: scripts/transfer_study makes the tables of studies/transfer.md.
--
--   evtwin train scenarios/any_size.lua --learner ppo --episodes 3000 --out sixteen.policy
--   evtwin compare scenarios/any_size.lua --set evses=64 --strategies asap,lp,ppo:policy=sixteen.policy
--
-- Made up but for the tariffs: who comes and how long, what PV gives, what a kWh that is not served is worth.

local evses = param("evses", 16)
local season = param("season", "summer")          -- summer: June; winter: December
local tariff = param("tariff", "kepco")           -- kepco: by the time of use; day-ahead: a price for every hour
local lies = param("lies", 0)                     -- 0: drivers keep their word; 0.5: claims are off by half, either way
local start = { summer = "2026-06-01", winter = "2026-12-07" }
local pv_factor = { summer = 1, winter = 0.45 }

local by_hour = { 0.10, 0.09, 0.08, 0.08, 0.09, 0.12, 0.18, 0.24, 0.22, 0.15, 0.09, 0.05, 0.03, 0.03, 0.06, 0.11, 0.18, 0.26, 0.30, 0.27, 0.21, 0.16, 0.13, 0.11 }
local periods = {}
for hour, price in ipairs(by_hour) do   -- 1,000 KRW for a EUR, so that the two tariffs have one currency
  periods[hour] = { from = string.format("%02d:00", hour - 1), to = string.format("%02d:00", hour), price_per_kwh = 1000 * price }
end
local tariffs = {
  kepco = require("tariffs.kepco_ev").self_use_high_voltage,
  ["day-ahead"] = { name = "a price for every hour", currency = "KRW", source = "made up, shaped like a day-ahead market", periods = periods, demand = { price_per_kw = 2580 } },
}

local function of_each(day, times)
  local out = {}
  for i, value in ipairs(day) do out[i] = value * times end
  return out
end
local comes = { 0, 0, 0, 0, 0, 0.005, 0.03, 0.12, 0.16, 0.08, 0.05, 0.04, 0.05, 0.05, 0.04, 0.04, 0.05, 0.06, 0.05, 0.03, 0.02, 0.01, 0, 0 }
local shines = { 0, 0, 0, 0, 0, 0.01, 0.08, 0.17, 0.26, 0.35, 0.42, 0.47, 0.48, 0.47, 0.42, 0.35, 0.26, 0.17, 0.08, 0.01, 0, 0, 0, 0 }

return scenario {
  name = "A garage of any size", start = start[season], days = param("days", 14), timezone = "Asia/Seoul", seed = 5,
  vehicles = {
    { name = "small", share = 60, battery_kwh = 50, ac_kw = 7, ac_phases = 1, efficiency = { 0.93, 0.93 } },
    { name = "large", share = 40, battery_kwh = 77, ac_kw = 7, ac_phases = 1, efficiency = { 0.93, 0.93 } },
  },
  site {
    name = "garage", voltage_v = 220, contract_kw = 2.5 * evses, tariff = tariffs[tariff], forecast = "yesterday",
    unmet_price_per_kwh = 1000,
    storage = { name = "battery", kwh = 2 * evses, kw = evses / 2, efficiency = { 0.95, 0.95 } },
    storage_policy = "peak_shaving",
    pv = { peak_kw = evses * pv_factor[season], profile = shines },
    stations = { { name = "A", evses = evses, kw = 7, phases = 1, min_a = 6 } },
  },
  arrivals = arrivals.poisson {
    per_hour = of_each(comes, evses),
    energy_kwh = lognormal { median = 12, sigma = 0.5, min = 3, max = 45 },
    stay_h = lognormal { median = 6, sigma = 0.45, min = 1, max = 11 },
    claim_stay_factor_std = lies, claim_energy_factor = lies > 0 and uniform { min = 1 - lies, max = 1 + lies } or 1,
  },
}
