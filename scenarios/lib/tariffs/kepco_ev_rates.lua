-- KEPCO's electric-vehicle charging rates, and how a tariff is built from rates and hours of bands.
-- Use the finished tables: tariffs.kepco_ev (bands since 2026-04-16), tariffs.kepco_ev_2025, tariffs.kepco_ev_2022.
--
-- Not included, because their level changes and was not verified: climate and environment charge (9.0 KRW/kWh by one
-- source), fuel cost adjustment (5.0 KRW/kWh), VAT (10 %), power industry fund (2.7 to 3.7 %). A scenario adds them with
-- surcharge_per_kwh and tax_fraction.
local korea = require "calendars.korea"

local seasons = {
  { name = "summer", months = { 6, 7, 8 } },
  { name = "spring_autumn", months = { 3, 4, 5, 9, 10 } },
  { name = "winter", months = { 11, 12, 1, 2 } },
}

-- KRW per kWh: { light, mid, max } by season; base in KRW per kW and month.
local rates = {
  self_use_low_voltage     = { base = 2390, summer = {  84.3, 172.0, 259.2 }, spring_autumn = { 85.4, 97.2, 102.1 }, winter = { 107.4, 154.9, 217.5 } },
  self_use_high_voltage    = { base = 2580, summer = {  79.2, 137.4, 190.4 }, spring_autumn = { 80.2, 91.0,  94.9 }, winter = {  96.6, 127.7, 165.5 } },
  service_low_voltage_1    = { base = 2390, summer = {  95.9, 162.2, 203.5 }, spring_autumn = { 85.4, 97.2, 102.1 }, winter = { 110.6, 143.1, 172.0 } },
  service_low_voltage_2    = { base = 2390, summer = {  83.1, 140.0, 270.8 }, spring_autumn = { 85.4, 97.2, 102.1 }, winter = { 105.8, 126.7, 227.0 } },
  service_low_voltage_3    = { base = 2390, summer = {  90.1, 138.6, 236.0 }, spring_autumn = { 85.4, 97.2, 102.1 }, winter = { 115.5, 125.4, 198.4 } },
  service_low_voltage_flat = { base = 2390, summer = { 172.0, 172.0, 172.0 }, spring_autumn = { 97.2, 97.2,  97.2 }, winter = { 154.9, 154.9, 154.9 } },
  service_high_voltage_1    = { base = 2580, summer = {  89.8, 129.9, 151.2 }, spring_autumn = { 80.2, 91.0, 94.9 }, winter = {  99.4, 118.4, 132.4 } },
  service_high_voltage_2    = { base = 2580, summer = {  78.2, 113.0, 198.6 }, spring_autumn = { 80.2, 91.0, 94.9 }, winter = {  95.2, 105.5, 172.4 } },
  service_high_voltage_3    = { base = 2580, summer = {  84.5, 111.9, 174.0 }, spring_autumn = { 80.2, 91.0, 94.9 }, winter = { 103.6, 104.5, 151.6 } },
  service_high_voltage_flat = { base = 2580, summer = { 137.4, 137.4, 137.4 }, spring_autumn = { 91.0, 91.0, 91.0 }, winter = { 127.7, 127.7, 127.7 } },
}

local names = {
  "self_use_low_voltage", "self_use_high_voltage",
  "service_low_voltage_1", "service_low_voltage_2", "service_low_voltage_3", "service_low_voltage_flat",
  "service_high_voltage_1", "service_high_voltage_2", "service_high_voltage_3", "service_high_voltage_flat",
}

local source = "KEPCO electric-vehicle charging rates in use in 2026, by two public tables with identical figures (a Jeju tariff simulator; "
  .. "an EV profitability model, '26.6.1); every figure is the 2017-01-01 table plus 26.7 KRW/kWh"
local doubts = "KEPCO's own page was not seen: the date from which these rates hold is not verified; the weekend discount of spring "
  .. "and autumn (11:00 to 14:00, half price; one source) is off; climate, fuel, VAT and fund are not included; "
  .. korea.doubts

-- Adds a period for each stretch of hours of a band.
local function add(periods, months, days, hours, price, band)
  for _, stretch in ipairs(hours) do
    periods[#periods + 1] =
      { months = months, days = days, from = stretch[1], to = stretch[2], price_per_kwh = price, band = band }
  end
end

-- Day rules: on Saturdays the hours of the maximum band are billed as mid; Sundays and public holidays are light all day.
local function periods_of(rate, bands)
  local periods = {}
  for _, season in ipairs(seasons) do
    local price = rate[season.name]
    local hours = bands[season.name]
    add(periods, season.months, { "weekday", "saturday" }, hours.light, price[1], "light")
    add(periods, season.months, { "weekday", "saturday" }, hours.mid, price[2], "mid")
    add(periods, season.months, { "weekday" }, hours.max, price[3], "max")
    add(periods, season.months, { "saturday" }, hours.max, price[2], "mid")
    add(periods, season.months, { "sunday", "holiday" }, { { "00:00", "24:00" } }, price[1], "light")
  end
  return periods
end

-- Low voltage pays the base charge on the contract power. High voltage pays it on the highest 15-minute mean of the month
-- and of the months 12, 1, 2, 7, 8, 9 of the preceding 12 months, at least on 30 % of the contract power.
local function demand_of(name, rate)
  if name:find("low_voltage", 1, true) then return { price_per_kw = rate.base, basis = "contract" } end
  return { price_per_kw = rate.base, basis = "peak", ratchet_months = { 12, 1, 2, 7, 8, 9 }, floor_fraction_of_contract = 0.3 }
end

-- bands: { summer = { light = { { from, to }, ... }, mid = ..., max = ... }, spring_autumn = ..., winter = ... }
local function build(valid_from, bands, more_doubts)
  local tariffs = {}
  for _, name in ipairs(names) do
    tariffs[name] = {
      name = "KEPCO EV " .. name:gsub("_", " "),
      currency = "KRW",
      source = source,
      valid_from = valid_from,
      doubts = more_doubts and (more_doubts .. "; " .. doubts) or doubts,
      periods = periods_of(rates[name], bands),
      demand = demand_of(name, rates[name]),
      holidays = korea.holidays,
    }
  end
  return tariffs
end

return { build = build }
