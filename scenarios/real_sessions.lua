-- Recorded sessions of a file of yours, priced. Start here with your own data:
--
--   evtwin run scenarios/real_sessions.lua --set sessions=PATH --strategy edf
--
-- The file: ACN-Data's columns, or the minimal ones: arrival,departure,energy_kwh[,evse][,soc] (scenarios/README.md).
-- EVSEs are those the file names. A file without an evse column: --set evses=20 gives 20 EVSEs, and cars take any free one.

local california = require "tariffs.california"

local file = param("sessions", "example_sessions.csv")  -- a path given by --set may lie anywhere
local evses = param("evses", 0)
-- 32 A at 208 V line to line, as at Caltech and JPL (Lee, Li, Low: ACN-Data, e-Energy 2019).
local evse = { kw = param("kw", 6.656), phases = 1, voltage_v = 208, min_a = 6 }

local stations
if evses > 0 then
  stations = { { name = "EVSE", evses = evses, kw = evse.kw, phases = evse.phases, voltage_v = evse.voltage_v, min_a = evse.min_a } }
else
  stations = from_sessions(file, evse)
end

return scenario {
  name = "Recorded sessions",
  start = param("start", "from_sessions"), days = "from_sessions",
  timezone = param("timezone", "America/Los_Angeles"),
  tick_min = param("tick_min", 15),
  site {
    tariff = california.sce_tou_ev_4,
    contract_kw = param("contract_kw", 150),  -- Caltech's garage: a transformer of 150 kVA for 54 EVSEs
    stations = stations,
  },
  arrivals = sessions { file = file, evse = evses > 0 and "any" or "as_given" },
  strategy = "edf",
}
