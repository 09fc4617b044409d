-- A manager's day: who has booked, what the site has, what electricity costs, and what may be changed. Run it to see the
-- day, `evtwin compare` it to choose a strategy, `evtwin advise --bookings` it to see which bookings to move.
-- Figures are round ones of ours unless they say otherwise.

local kepco = require "tariffs.kepco_ev"
local day = "2026-06-10"
local function at(clock) return day .. "T" .. clock end

return scenario {
  name = "A manager's day", start = day, days = 1, timezone = "Asia/Seoul", seed = 1,
  vehicles = {
    { name = "Kona", battery_kwh = 64, ac_kw = 7, ac_phases = 1, dc_kw = 77, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
    { name = "Porter", battery_kwh = 58.8, ac_kw = 7, ac_phases = 1, dc_kw = 70, efficiency = { 0.93, 0.93 } },
    { name = "Niro", battery_kwh = 64.8, ac_kw = 7, ac_phases = 1, dc_kw = 80, efficiency = { 0.93, 0.93 }, v2g = true, discharge_kw = 7, soc_floor = 0.4 },
  },
  site {
    name = "Depot",
    contract_kw = 60,                            -- contract power: the most that may be drawn
    tariff = kepco.self_use_high_voltage,        -- time of use and demand charge
    voltage_v = 220,
    load = 8,
    pv = {                                       -- forecast of the day's 24 hours, kW per kW installed
      peak_kw = 30,
      profile = { 0, 0, 0, 0, 0, 0.01, 0.07, 0.17, 0.27, 0.37, 0.43, 0.47, 0.47, 0.47, 0.43, 0.37, 0.27, 0.17, 0.07, 0.01, 0, 0, 0, 0 },
    },
    forecast = "perfect",
    storage = { name = "battery", kwh = 60, kw = 30, efficiency = { 0.96, 0.96 }, soc_start = 0.4, soc_min = 0.1, soc_max = 0.95 },
    storage_policy = "peak_shaving",             -- off, self_consumption, peak_shaving or arbitrage
    stations = {
      { name = "A", evses = 4, kw = 7, phases = 1 },
      { name = "D", evses = 1, kind = "dc", kw = 50, efficiency = 0.95 },
    },
    reservations = { block = true, hold_min = 15 },
    driver_price_per_kwh = 250, unmet_price_per_kwh = 400, wear_price_per_kwh = 30,
    co2_kg_per_kwh = 0.478,  -- average of Korea's grid, rounded (0.4781 kg/kWh for 2020, Ministry of Environment)
  },
  arrivals = bookings {
    -- Fixed: they come when they come. The ambulance goes before everybody else.
    { id = "ambulance", vehicle = "Kona", arrive = at "08:00", leave = at "10:00", soc = 0.3, target = 0.7, evse = "D-1", priority = 10 },
    { id = "van-1", vehicle = "Porter", arrive = at "13:00", leave = at "18:00", soc = 0.2, target = 0.7, evse = "A-1", priority = 2 },
    { id = "commuter", vehicle = "Niro", arrive = at "09:00", leave = at "18:00", soc = 0.5, target = 0.8, evse = "A-2" },
    { id = "night-shift", vehicle = "Kona", arrive = at "19:00", leave = at "23:30", soc = 0.25, target = 0.65 },
    -- Flexible: they may be moved within their window.
    { id = "van-2", vehicle = "Porter", arrive = at "14:00", leave = at "18:00", soc = 0.3, target = 0.7, evse = "A-3",
      window = { at "06:00", at "20:00" } },
    { id = "pool-car", vehicle = "Kona", arrive = at "16:00", leave = at "17:00", soc = 0.3, target = 0.6, evse = "D-1",
      window = { at "07:00", at "22:00" } },
  },
  strategy = "edf",
}
