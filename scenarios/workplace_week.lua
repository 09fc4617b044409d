-- A workplace car park in Seoul, one week of June 2026: what does charging cost under each strategy?
-- Everything is in this file; figures that are not measured say so.

local kepco = require "tariffs.kepco_ev"

-- Car models: usable battery, on-board charger and DC power as listed by EV2Gym's ev_specs_v2g_enabled2024.json (MIT,
-- from public registration and specification data). Efficiency, taper and V2G readiness are round figures of ours.
local vehicles = {
  { name = "Hyundai Kona",  share = 30, battery_kwh = 64.0, ac_kw = 11,  ac_phases = 3, dc_kw = 77,  efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
  { name = "Kia Niro",      share = 30, battery_kwh = 64.8, ac_kw = 11,  ac_phases = 3, dc_kw = 80,  efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2,
    v2g = true, discharge_kw = 7, soc_floor = 0.4 },
  { name = "Tesla Model 3", share = 25, battery_kwh = 57.5, ac_kw = 11,  ac_phases = 3, dc_kw = 170, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
  { name = "Peugeot 208",   share = 15, battery_kwh = 46.3, ac_kw = 7.4, ac_phases = 1, dc_kw = 101, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
}

-- Share of a weekday's arrivals by local hour, percent: ElaadNL open data on workplace charging, quarter hours summed.
local arrival_percent = { 0, 0, 0, 0, 0.1, 1.4, 4.3, 14.3, 26.7, 18.1, 7.7, 4.9, 5.4, 5.3, 4.0, 3.0, 2.0, 1.0, 0.6, 0.5, 0.3, 0.1, 0.1, 0 }
local cars_per_weekday = param("cars_per_weekday", 45)
local function per_day(cars)
  local rate = {}
  for hour, percent in ipairs(arrival_percent) do rate[hour] = cars * percent / 100 end
  return rate
end

return scenario {
  name = "Workplace car park, one week of June",
  start = "2026-06-01", days = 7, timezone = "Asia/Seoul", seed = 7,
  vehicles = vehicles,
  site {
    name = "Car park",
    -- KEPCO, EV charging for own use, high voltage: demand charge on the month's highest 15 minutes.
    tariff = kepco.self_use_high_voltage,
    contract_kw = param("contract_kw", 150),
    export_limit_kw = 60,
    voltage_v = 220,
    -- Office building behind the same meter: round figures, 45 kW at work, 12 kW at night.
    load = {
      weekday = { 12, 12, 12, 12, 12, 12, 15, 22, 35, 42, 45, 45, 42, 45, 45, 44, 40, 34, 26, 20, 16, 14, 12, 12 },
      weekend = { 12, 12, 12, 12, 12, 12, 12, 12, 13, 14, 14, 14, 14, 14, 14, 14, 13, 13, 12, 12, 12, 12, 12, 12 },
      holiday = { 12, 12, 12, 12, 12, 12, 12, 12, 13, 14, 14, 14, 14, 14, 14, 14, 13, 13, 12, 12, 12, 12, 12, 12 },
    },
    -- kW per kW installed: sin(pi (t - 5.2 h) / 14.6 h)^1.4 between sunrise and sunset in Seoul in June, scaled to
    -- 4.0 kWh per kW and day, a round figure for Korea in June with its clouds.
    pv = {
      peak_kw = param("pv_kw", 60),
      profile = { 0, 0, 0, 0, 0, 0.01, 0.08, 0.17, 0.26, 0.35, 0.42, 0.47, 0.48, 0.47, 0.42, 0.35, 0.26, 0.17, 0.08, 0.01, 0, 0, 0, 0 },
    },
    storage = { name = "battery", kwh = 200, kw = 100, efficiency = { 0.96, 0.96 }, soc_start = 0.5, soc_min = 0.1, soc_max = 0.95 },
    storage_policy = "peak_shaving",
    stations = {
      { name = "A", evses = 16, kw = 7, phases = 1, min_a = 6 },
      { name = "V", evses = 6,  kw = 7, phases = 1, min_a = 6, bidirectional = true },
      { name = "D", evses = 2,  kind = "dc", kw = 50, min_kw = 2, efficiency = 0.95 },
    },
    queue = { places = 4, patience_min = 45 },
    -- Round figures: drivers pay 250 KRW/kWh and get 150 KRW/kWh for energy they lend; a kWh that somebody wanted and
    -- did not get is worth 400 KRW; a kWh out of a battery wears it by 30 KRW. No V2G price is settled in Korea yet.
    driver_price_per_kwh = 250, v2g_price_per_kwh = 150, unmet_price_per_kwh = 400, wear_price_per_kwh = 30,
    -- kg CO2 per kWh: average of Korea's grid, rounded (0.4781 kg/kWh for 2020, Ministry of Environment's 2022 figure).
    co2_kg_per_kwh = 0.478,
  },
  arrivals = arrivals.poisson {
    name = "car",
    per_hour = { weekday = per_day(cars_per_weekday), saturday = per_day(8), sunday = per_day(4), holiday = per_day(4) },
    -- After ElaadNL's workplace sessions (8.8 kWh, quartiles 5.4 to 16.7; 4.9 h, quartiles 2.5 to 8.5), with the shortest
    -- stays left out: who stops for half an hour does not come here.
    energy_kwh = lognormal { median = 8.8, sigma = 0.75, min = 1, max = 45 },
    stay_h = lognormal { median = 5.5, sigma = 0.5, min = 1.5, max = 12 },
    v2g_share = 0.5,
    claim_stay_factor_std = 0.15,  -- drivers are off by 15 % of their stay: a round figure
  },
  strategy = "edf",
}
