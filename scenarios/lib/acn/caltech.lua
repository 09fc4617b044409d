-- Caltech's garage of the Adaptive Charging Network: 54 EVSEs at 208 V, 8 current rows, one transformer.
-- Facts from acnportal 0.3.3 (commit 14e723b, BSD-3), acnsim/network/sites/caltech_acn.py; the site is described in
-- Lee, Li, Low: ACN-Data, e-Energy 2019. EVSEs stand in the order in which that file registers them, which decides ties.
local delta = require "acn.delta"

local caltech = { voltage_v = 208, transformer_kva = 150 }

local function station(name, pair, rates_a, evses)
  return { name = name, evses = evses, phases = 1, max_a = 32, rates_a = rates_a, phase = delta.angle_deg[pair],
           voltage_v = caltech.voltage_v }
end

caltech.stations = {
  station("AB", "ab", delta.one_ampere_steps,
    { "CA-308", "CA-508", "CA-303", "CA-513", "CA-310", "CA-506", "CA-316", "CA-500", "CA-318", "CA-498" }),
  station("AV Pod", "ab", delta.one_ampere_steps,
    { "CA-324", "CA-325", "CA-326", "CA-327", "CA-489", "CA-490", "CA-491", "CA-492" }),
  -- ClipperCreek EVSEs know four currents.
  station("CC Pod", "ab", { 8, 16, 24, 32 },
    { "CA-322", "CA-493", "CA-496", "CA-320", "CA-495", "CA-321", "CA-323", "CA-494" }),
  station("BC", "bc", delta.one_ampere_steps,
    { "CA-304", "CA-512", "CA-305", "CA-511", "CA-313", "CA-503", "CA-311", "CA-505", "CA-317", "CA-499", "CA-148", "CA-149", "CA-212", "CA-213" }),
  station("CA", "ca", delta.one_ampere_steps,
    { "CA-307", "CA-509", "CA-309", "CA-507", "CA-306", "CA-510", "CA-315", "CA-501", "CA-319", "CA-497", "CA-312", "CA-504", "CA-314", "CA-502" }),
}

--- The site's rows under a transformer of so many kVA (150 where it stands; researchers like to make it smaller).
function caltech.rows(transformer_kva)
  local kva = transformer_kva or caltech.transformer_kva
  local groups = { ab = { "AB", "AV Pod", "CC Pod" }, bc = { "BC" }, ca = { "CA" } }
  return delta.join(
    {
      { name = "CC Pod", kind = "magnitude_a", upper = 80, members = { ["CC Pod"] = 1 } },
      { name = "AV Pod", kind = "magnitude_a", upper = 80, members = { ["AV Pod"] = 1 } },
    },
    delta.lines("Secondary ", kva * 1000 / 3 / 120, groups),
    delta.primaries("Primary ", kva * 1000 / 3 / 277, groups))
end

return caltech
