-- JPL's garage of the Adaptive Charging Network: 52 EVSEs at 208 V on three floors, 24 current rows, two transformers.
-- Facts from acnportal 0.3.3 (commit 14e723b, BSD-3), acnsim/network/sites/jpl_acn.py; the site is described in Lee, Li,
-- Low: ACN-Data, e-Energy 2019. EVSEs stand in the order in which that file registers them, which decides ties.
local delta = require "acn.delta"

local jpl = { voltage_v = 208, first_floor_kva = 45, upper_floors_kva = 150 }

local function station(name, pair, evses)
  return { name = name, evses = evses, phases = 1, max_a = 32, rates_a = delta.one_ampere_steps,
           phase = delta.angle_deg[pair], voltage_v = jpl.voltage_v }
end

jpl.stations = {
  station("1F SP1 AB", "ab", { "AG-1F12", "AG-1F14" }),
  station("1F SP1 CA", "ca", { "AG-1F11", "AG-1F13" }),
  station("1F SP2 AB", "ab", { "AG-1F03", "AG-1F06" }),
  station("1F SP2 BC", "bc", { "AG-1F01", "AG-1F04" }),
  station("1F SP2 CA", "ca", { "AG-1F02", "AG-1F05" }),
  station("1F AB", "ab", { "AG-1F10" }),
  station("1F BC", "bc", { "AG-1F07", "AG-1F09" }),
  station("1F CA", "ca", { "AG-1F08" }),
  station("3F AB", "ab", { "AG-3F16", "AG-3F17", "AG-3F20", "AG-3F23", "AG-3F25", "AG-3F26", "AG-3F29", "AG-3F33" }),
  station("3F BC", "bc", { "AG-3F18", "AG-3F21", "AG-3F27", "AG-3F30", "AG-3F31" }),
  station("3F CA", "ca", { "AG-3F15", "AG-3F19", "AG-3F22", "AG-3F24", "AG-3F28", "AG-3F32" }),
  station("4F AB", "ab", { "AG-4F35", "AG-4F36", "AG-4F39", "AG-4F42", "AG-4F44", "AG-4F45", "AG-4F48", "AG-4F52" }),
  station("4F BC", "bc", { "AG-4F37", "AG-4F40", "AG-4F46", "AG-4F49", "AG-4F50" }),
  station("4F CA", "ca", { "AG-4F34", "AG-4F38", "AG-4F41", "AG-4F43", "AG-4F47", "AG-4F51" }),
}

local panels = {
  { name = "First Floor SP1 Line ", upper = 100, groups = { ab = { "1F SP1 AB" }, bc = {}, ca = { "1F SP1 CA" } } },
  { name = "First Floor SP2 Line ", upper = 100, groups = { ab = { "1F SP2 AB" }, bc = { "1F SP2 BC" }, ca = { "1F SP2 CA" } } },
  { name = "Third Floor Panel Line ", upper = 225, groups = { ab = { "3F AB" }, bc = { "3F BC" }, ca = { "3F CA" } } },
  { name = "Fourth Floor Panel Line ", upper = 225, groups = { ab = { "4F AB" }, bc = { "4F BC" }, ca = { "4F CA" } } },
}
local floors = {
  first = { ab = { "1F SP1 AB", "1F SP2 AB", "1F AB" }, bc = { "1F SP2 BC", "1F BC" }, ca = { "1F SP1 CA", "1F SP2 CA", "1F CA" } },
  third_and_fourth = { ab = { "3F AB", "4F AB" }, bc = { "3F BC", "4F BC" }, ca = { "3F CA", "4F CA" } },
}

-- Six rows of a transformer. A primary limit is the secondary one times the square root of 3, as acnportal has it; by
-- the transformer's rating it would be a quarter of that, so that these rows never bind.
local function transformer(name, kva, groups)
  local secondary_a = kva * 1000 / 3 / 120
  return delta.join(delta.lines(name .. "Secondary ", secondary_a, groups),
    delta.primaries(name .. "Primary ", secondary_a * math.sqrt(3), groups))
end

--- The site's rows under transformers of so many kVA (where they stand: 45 for the first floor, 150 for the others).
function jpl.rows(first_floor_kva, upper_floors_kva)
  local all = {}
  for _, panel in ipairs(panels) do all = delta.join(all, delta.lines(panel.name, panel.upper, panel.groups)) end
  return delta.join(all,
    transformer("First Floor Transformer ", first_floor_kva or jpl.first_floor_kva, floors.first),
    transformer("Third/Fourth Floor Transformer ", upper_floors_kva or jpl.upper_floors_kva, floors.third_and_fourth))
end

return jpl
