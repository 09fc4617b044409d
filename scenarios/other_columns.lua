-- A table of sessions with columns of another layout: `columns` says what each holds, and rows become vehicles. Yours:
--
--   evtwin run scenarios/other_columns.lua --set sessions=PATH
--
-- other_sessions.csv is made up, as a charging platform may write it: Wh, W and percent, and a car in every row.

local week = sessions {
  file = param("sessions", "other_sessions.csv"),  -- a path given by --set may lie anywhere
  columns = {
    arrival = "Start time", departure = "End time",
    energy_kwh = "Energy (Wh)",                     -- units stand in the columns' names
    evse = "Charge point", driver = "Customer",
    vehicle = "Car", battery_kwh = "Battery (kWh)", car_kw = "Power (W)",
    soc = "SoC in (%)", soc_departure = "SoC out (%)",
  },
}

return scenario {
  name = "Columns of another layout", start = "from_sessions", days = "from_sessions",
  timezone = "Europe/Zurich", tick_min = 15,
  -- A row that names a vehicle drives it, with the power and battery of its own; its efficiency and taper are these.
  vehicles = {
    { name = "city", battery_kwh = 38, ac_kw = 7.4, ac_phases = 1, charge_efficiency = 0.93 },
    { name = "family", battery_kwh = 77, ac_kw = 11, charge_efficiency = 0.93, taper_soc = 0.9, taper_end_kw = 3 },
    { name = "van", battery_kwh = 68, ac_kw = 11, charge_efficiency = 0.93 },
    { name = "roadster", battery_kwh = 60, ac_kw = 22, charge_efficiency = 0.93 },
  },
  site {
    contract_kw = param("contract_kw", 30),
    tariff = {
      name = "day and night", currency = "CHF", source = "round figures",
      periods = {
        { from = "07:00", to = "20:00", price_per_kwh = 0.28 },
        { from = "20:00", to = "07:00", price_per_kwh = 0.21 },
      },
    },
    -- P6 is an older box than the others.
    stations = from_sessions(week, { kw = 22, phases = 3, except = { P6 = { kw = 11, phases = 3 } } }),
  },
  arrivals = week,
  strategy = "edf",
}
