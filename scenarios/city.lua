-- A city: many sites behind one aggregator, who may draw so many kW from the grid and hands them out among the sites, and
-- one price for all. Each site has its own cars and its own instance of the strategy. How many sites: --set sites=1000.
-- All figures are round ones of ours, made to show how shares work: no city was measured.
local sites = param("sites", 40)
-- Who gets what where all ask for more: "proportional", or "price" by what a kWh is worth to the site.
local share = param("share", "proportional")
local kw_per_site = param("kw_per_site", 9)
-- 0: three kinds of sites in turn; 1 to 3: that kind alone.
local only_kind = param("kind", 0)

-- One price signal: cheap at night, dear in the evening.
local tariff = {
  name = "Common price", currency = "EUR",
  periods = {
    { from = "22:00", to = "06:00", price_per_kwh = 0.18, band = "light" },
    { from = "06:00", to = "17:00", price_per_kwh = 0.27, band = "mid" },
    { from = "17:00", to = "22:00", price_per_kwh = 0.39, band = "max" },
  },
}

-- Three kinds of sites in turn. Rates are arrivals per hour by local hour.
local kinds = {
  {
    name = "office", operator = "Nord", share_price_per_kwh = 0.5,
    stations = { { name = "O", evses = 6, kw = 11, phases = 3, min_a = 6 } },
    load = { 2, 2, 2, 2, 2, 2, 3, 5, 8, 9, 9, 9, 8, 9, 9, 8, 7, 5, 4, 3, 2, 2, 2, 2 },
    per_hour = { 0, 0, 0, 0, 0, 0, 0.3, 1.2, 1.8, 1.0, 0.4, 0.2, 0.3, 0.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0, 0 },
    energy_kwh = lognormal { median = 11, sigma = 0.6, min = 2, max = 45 },
    stay_h = lognormal { median = 6, sigma = 0.4, min = 1, max = 10 },
  },
  {
    name = "courtyard", operator = "Nord", share_price_per_kwh = 0.3,
    stations = { { name = "C", evses = 4, kw = 7, phases = 1, min_a = 6 } },
    load = { 2, 2, 1, 1, 1, 2, 3, 4, 3, 2, 2, 2, 3, 3, 2, 2, 3, 4, 6, 7, 6, 5, 4, 3 },
    per_hour = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 0.8, 0.5, 0.3, 0.2, 0.1, 0 },
    energy_kwh = lognormal { median = 14, sigma = 0.6, min = 2, max = 50 },
    stay_h = lognormal { median = 11, sigma = 0.3, min = 2, max = 16 },
  },
  {
    name = "forecourt", operator = "Sued", share_price_per_kwh = 0.8,
    stations = { { name = "F", evses = 2, kind = "dc", kw = 50, min_kw = 2, efficiency = 0.95 } },
    load = 1,
    per_hour = { 0.1, 0.1, 0, 0, 0, 0.2, 0.4, 0.6, 0.6, 0.5, 0.5, 0.6, 0.7, 0.6, 0.6, 0.7, 0.9, 1.0, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2 },
    energy_kwh = lognormal { median = 22, sigma = 0.5, min = 5, max = 50 },
    stay_h = uniform { 0.5, 1.2 },
  },
}

local world = {
  name = "City under one aggregator",
  start = "2026-06-01", days = 1, timezone = "Europe/Berlin", seed = 11,
  strategy = "edf",
  vehicles = {
    { name = "compact", share = 60, battery_kwh = 58, ac_kw = 11, dc_kw = 100, taper_soc = 0.8, taper_end_kw = 2 },
    { name = "small",   share = 40, battery_kwh = 40, ac_kw = 7.4, ac_phases = 1, dc_kw = 50, taper_soc = 0.8, taper_end_kw = 2 },
  },
  shared_limits = { { name = "aggregator", kw = kw_per_site * sites, share = share } },
}
for i = 1, sites do
  local kind = kinds[only_kind > 0 and only_kind or (i - 1) % #kinds + 1]
  world[i] = site {
    name = string.format("%s-%04d", kind.name, i), operator = kind.operator,
    contract_kw = 70, tariff = tariff, load = kind.load,
    stations = kind.stations, share_price_per_kwh = kind.share_price_per_kwh,
    unmet_price_per_kwh = 0.6,
    arrivals = arrivals.poisson { per_hour = kind.per_hour, energy_kwh = kind.energy_kwh, stay_h = kind.stay_h },
  }
end
return scenario(world)
