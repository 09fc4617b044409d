-- A made corridor of 395 km between two cities over a holiday weekend, no real places: who drives it in one go charges on
-- the way. All leave on Friday evening and come back on Sunday afternoon, so that one station is the bottleneck:
--   evtwin roads traffic scenarios/corridor.lua
-- and while that station is out of service its cars are elsewhere (--set failed=Spa). The visits of two of the stations
-- come to the sites below, where a strategy shares out the contract power among them.
local prices = {}
for hour = 1, 24 do prices[hour] = hour > 10 and hour <= 21 and 420 or 320 end

-- Trips per hour of Friday, Saturday and Sunday: everyday traffic, and a wave in one direction.
local function wave(day, from, to, rate)
  local rates = {}
  for hour = 1, 72 do
    local h = (hour - 1) % 24
    rates[hour] = h >= 6 and h < 22 and 1.5 or 0.2
    if (hour - 1) // 24 == day and h >= from and h < to then rates[hour] = rate * param("wave", 1) end
  end
  return rates
end

local failed = param("failed", "none")
local failures = {}
if failed ~= "none" then failures = { { station = failed, from = "2026-09-25T12:00", to = "2026-09-26T12:00" } } end

return scenario {
  name = "A corridor over a holiday weekend", start = "2026-09-25", days = 3, timezone = "Asia/Seoul", seed = 24,
  strategy = "edf",
  vehicles = {
    { name = "compact", share = 3, battery_kwh = 48, dc_kw = 75, ac_kw = 7, curve = { { 0, 75 }, { 0.45, 75 }, { 0.8, 40 }, { 1, 8 } } },
    { name = "sedan", share = 4, battery_kwh = 72, dc_kw = 180, ac_kw = 11, curve = { { 0, 180 }, { 0.5, 160 }, { 0.8, 90 }, { 1, 10 } } },
    { name = "suv", share = 3, battery_kwh = 84, dc_kw = 150, ac_kw = 11, curve = { { 0, 150 }, { 0.6, 130 }, { 0.8, 80 }, { 1, 10 } } },
  },
  site {
    name = "Market", contract_kw = param("contract_kw", 300), driver_price_per_kwh = 350, unmet_price_per_kwh = 500,
    queue = { places = 40, patience_min = 240 },
    tariff = { name = "made for this example", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 180 } } },
    stations = { { name = "M", evses = 4, kind = "dc", kw = 100 } },
  },
  site {
    name = "Mill", contract_kw = 240, driver_price_per_kwh = 350, unmet_price_per_kwh = 500,
    queue = { places = 40, patience_min = 240 },
    tariff = { name = "made for this example", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 180 } } },
    stations = { { name = "L", evses = 3, kind = "dc", kw = 100 } },
  },
  roads = {
    nodes = csv "corridor_nodes.csv", edges = csv "corridor_edges.csv", temperature_c = 18,
    cars = { { vehicle = "compact", class = "small" }, { vehicle = "sedan", class = "mid" }, { vehicle = "suv", class = "suv" } },
    stations = {
      { name = "Lake", node = "lake", operator = "theirs", own = false, sockets = "CCS1+CHAdeMO", kw = 50, chargers = 4, price_per_kwh = 340 },
      { name = "Ford", node = "ford", operator = "theirs", own = false, sockets = "CCS1", kw = 200, chargers = 2, price_per_kwh = prices },
      { name = "Market", node = "market", site = "Market", operator = "ours", sockets = "CCS1" },
      { name = "Pass", node = "pass", operator = "theirs", own = false, sockets = "CCS1+CHAdeMO", kw = 100, chargers = 2, price_per_kwh = 380 },
      { name = "Mill", node = "mill", site = "Mill", operator = "ours", sockets = "CCS1" },
      { name = "Bridge", node = "bridge", operator = "theirs", own = false, sockets = "CCS1", kw = 150, chargers = 3, price_per_kwh = 360 },
      { name = "Plain", node = "plain", operator = "ours", sockets = "CCS1+AC3", kw = 50, chargers = 2, price_per_kwh = 300 },
      { name = "Spa", node = "spa", operator = "theirs", own = false, sockets = "CCS1", kw = 100, chargers = 1, price_per_kwh = 250 },
    },
    trips = {
      { from = "north", to = "south", per_hour = wave(0, 15, 22, 14), soc_low = 0.55, soc_high = 0.95 },
      { from = "south", to = "north", per_hour = wave(2, 12, 20, 12), soc_low = 0.55, soc_high = 0.95 },
      { from = "market", to = "north", per_hour = 2, soc_low = 0.3, soc_high = 0.9 },
    },
    failures = failures,
  },
}
