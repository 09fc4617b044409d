-- Dynamic prices: two stations stand side by side at the services of a motorway. Ours, Arch, sets its price each hour by
-- how full it was in the hour before; Bow across the road asks 300 KRW/kWh all day. Drivers choose by price alone: as
-- Arch fills they go to Bow, and its peak is lower than at one price (--set gain=0), at less revenue. A price that
-- follows the load too eagerly (--set gain=1.5) chases it hour by hour, and the peak is higher:
--   evtwin roads traffic scenarios/load_prices.lua
-- A price of one's own instead: pricing = function(station) return station.use > 0.4 and 400 or 250 end
local rates = {}
for hour = 1, 24 do
  local h = hour - 1
  rates[hour] = h >= 15 and h < 21 and 36 or h >= 7 and h < 17 and 12 or 3
end

return scenario {
  name = "Prices by load at the services", start = "2026-10-02", days = 1, timezone = "Asia/Seoul", seed = 46,
  strategy = "edf",
  vehicles = { { name = "hatchback", battery_kwh = 60, dc_kw = 100, curve = { { 0, 100 }, { 0.6, 100 }, { 1, 20 } } } },
  site {
    name = "Arch", contract_kw = 800, driver_price_per_kwh = 300, unmet_price_per_kwh = 500, queue = { places = 40, patience_min = 120 },
    tariff = { name = "made for this example", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 160 } } },
    stations = { { name = "A", evses = 16, kind = "dc", kw = 50 } },
  },
  roads = {
    nodes = {
      { id = "town", lat = 37.0, lon = 127.0 }, { id = "services", lat = 37.4, lon = 127.2 }, { id = "port", lat = 37.8, lon = 127.5 },
    },
    edges = {
      { from = "town", to = "services", km = 50, speed_kmh = 100 }, { from = "services", to = "port", km = 54, speed_kmh = 100 },
    },
    stations = {
      { name = "Arch", node = "services", site = "Arch", operator = "ours",
        pricing = { use = 0.2, gain = param("gain", 0.5), lowest_per_kwh = 200, highest_per_kwh = 600 } },
      { name = "Bow", node = "services", operator = "theirs", own = false, kw = 50, chargers = 16, price_per_kwh = 300 },
    },
    -- A won per kWh counts as much as in the default; what stands in the way of comparing prices alone is left out.
    choice = { per_price = -0.01, per_queued_car = 0, for_habit = 0 },
    trips = { { from = "town", to = "port", per_hour = rates, soc_low = 0.3, soc_high = 0.4 } },
  },
}
