-- The demand table of a day-ahead planner, a vehicle a row: vehicle, powerNom (kW), energyRequired (kWh), energyMax (kWh, the
-- battery), arrivalTime, departureTime, arrivalSOE (kWh). Yours as .xlsx or .csv:
--
--   evtwin demand --file PATH                                    -- which rows can be used, and what is wrong with the others
--   evtwin compare scenarios/planner_demand.lua --set sessions=PATH --strategies asap,lp
--
-- example_demand.csv was made by `evtwin demand --synthetic 40 --seed 1`.

local file = param("sessions", "example_demand.csv")  -- a path given by --set may lie anywhere

return scenario {
  name = "A planner's demand", start = "from_sessions", days = "from_sessions",
  timezone = param("timezone", "Asia/Seoul"), tick_min = param("tick_min", 15),
  -- Power and battery are those of each row; the losses between meter and battery are this vehicle's.
  vehicles = { { name = "planned", battery_kwh = 60, ac_kw = 22, charge_efficiency = param("efficiency", 0.9) } },
  site {
    contract_kw = param("contract_kw", 100),
    unmet_price_per_kwh = param("unmet_price", 2),
    tariff = {
      name = "one rate", currency = "EUR", source = "the planner's default",
      periods = { { from = "00:00", to = "24:00", price_per_kwh = 0.13 } },
    },
    stations = { { name = "T", evses = param("terminals", 30), kw = 22, phases = 3, min_a = 0 } },
  },
  arrivals = sessions { file = file, evse = "any", vehicle = "planned" },
  strategy = "edf",
}
