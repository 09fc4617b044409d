-- Fast chargers that also take energy back: four bidirectional 50 kW DC EVSEs, cars that stay overnight, and a day of
-- cheap and dear hours. Round figures throughout; compare price-threshold with and without V2G:
--
--   evtwin compare scenarios/dc_v2g.lua --strategies asap,price-threshold:v2g=false,price-threshold
--
-- What drivers are paid per kWh, and the least that owners take, are parameters: --set owners_minimum=0.1

return scenario {
  name = "DC chargers with V2G", start = "2025-01-13", days = 5, timezone = "Europe/Berlin", seed = 3,
  vehicles = {
    { name = "V2G car", battery_kwh = 77, dc_kw = 135, efficiency = { 0.95, 0.95 }, v2g = true, discharge_kw = 10, soc_floor = 0.3, soc_known = true,
      curve = { { 0, 100 }, { 0.2, 135 }, { 0.6, 90 }, { 0.8, 60 }, { 1, 5 } } },
  },
  site {
    contract_kw = 120, export_limit_kw = 40,
    tariff = {
      name = "three rates", currency = "EUR", source = "made up: round figures",
      periods = { { from = "00:00", to = "06:00", price_per_kwh = 0.12 }, { from = "06:00", to = "17:00", price_per_kwh = 0.24 },
                  { from = "17:00", to = "21:00", price_per_kwh = 0.46 }, { from = "21:00", to = "24:00", price_per_kwh = 0.24 } },
      sell_factor = 0.9,
    },
    stations = { { name = "DC", evses = 4, kind = "dc", kw = 50, min_kw = 1, efficiency = 0.95, bidirectional = true, max_discharge_kw = 20 } },
    load = { 8, 8, 8, 8, 8, 9, 12, 16, 20, 22, 22, 22, 22, 22, 22, 22, 20, 24, 26, 22, 16, 12, 10, 8 },
    v2g_price_per_kwh = param("v2g_price", 0.05), wear_price_per_kwh = 0.03, unmet_price_per_kwh = 0.5,
  },
  arrivals = arrivals.poisson {
    per_hour = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1, 0.5, 0, 0, 0, 0, 0 },
    energy_kwh = normal { mean = 25, std = 8, min = 5, max = 50 }, stay_h = normal { mean = 14, std = 2, min = 6, max = 18 },
    v2g_share = 1, v2g_min_price_per_kwh = param("owners_minimum", 0),
  },
  strategy = "price-threshold",
}
