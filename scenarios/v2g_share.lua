-- How much is V2G worth while few cars can do it? A block of flats with a dear evening and a demand charge, bidirectional
-- posts, cars that stay overnight, and a share of the drivers who let their car discharge. The same cars come whatever the
-- share: who takes part at 0.2 takes part at 0.4 as well, so that the gain is of V2G and not of other cars:
--
--   evtwin run scenarios/v2g_share.lua --set v2g_share=0.2
--   evtwin sweep run scenarios/v2g_share.lua --out v2g --summary --kpi objective,total_cost,peak_kw,v2g_kwh,owner_money
--
-- Over these seeds the objective is 711, 684, 662, 633, 609 and 588 thousand won at shares of 0, 0.2 ... 1. Round figures of
-- ours throughout.
return scenario {
  name = "A share of the fleet with V2G", start = "2026-06-01", days = 5, timezone = "Asia/Seoul", seed = 17,
  strategy = plugin "lp" { v2g = true },
  sweep = { vary = { "v2g_share=0:1:0.2" }, seeds = "17..19", strategies = { "lp:v2g=true" } },
  vehicles = {
    { name = "car", battery_kwh = 64, ac_kw = 11, efficiency = { 0.95, 0.95 }, v2g = true, discharge_kw = 10, soc_floor = 0.3, soc_known = true },
  },
  site {
    contract_kw = 120, export_limit_kw = 0,
    tariff = {
      name = "made up: a dear evening", currency = "KRW",
      periods = { { from = "00:00", to = "09:00", price_per_kwh = 90 }, { from = "09:00", to = "17:00", price_per_kwh = 140 },
                  { from = "17:00", to = "22:00", price_per_kwh = 260 }, { from = "22:00", to = "24:00", price_per_kwh = 90 } },
      demand = { price_per_kw = 8000 },
    },
    load = { 18, 15, 14, 14, 14, 15, 20, 26, 24, 20, 19, 20, 22, 21, 20, 22, 28, 40, 52, 58, 56, 48, 36, 24 },
    stations = { { name = "P", evses = 16, kw = 11, phases = 3, min_a = 0, bidirectional = true } },
    v2g_price_per_kwh = 120, wear_price_per_kwh = 30, unmet_price_per_kwh = 500,
  },
  arrivals = arrivals.poisson {
    per_hour = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1, 3, 4, 3, 1, 0, 0, 0, 0 },
    energy_kwh = normal { mean = 14, std = 5, min = 4, max = 30 }, stay_h = normal { mean = 13, std = 1, min = 9, max = 15 },
    v2g_share = param("v2g_share", 0.3),
  },
}
