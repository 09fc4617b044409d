-- Current rows of 208 V EVSEs that stand between two phases of a three-phase board.
--
-- An EVSE between phases a and b draws a current whose phasor is at 30 degrees, between b and c at -90, between c and a
-- at 150. What flows in a line of the board is the difference of two of them; behind a delta-wye transformer of
-- 480 V to 120/208 V (4 to 1) the primary line sees a quarter of two groups less half of the third.
local delta = {}

delta.angle_deg = { ab = 30, bc = -90, ca = 150 }

local function add(members, names, coefficient)
  for _, name in ipairs(names) do members[name] = coefficient end
  return members
end

local function row(name, upper, groups, ab, bc, ca)
  local members = {}
  if ab ~= 0 then add(members, groups.ab, ab) end
  if bc ~= 0 then add(members, groups.bc, bc) end
  if ca ~= 0 then add(members, groups.ca, ca) end
  return { name = name, kind = "magnitude_a", upper = upper, members = members }
end

--- The three line currents of a board. `groups` has the names of stations or EVSEs between each pair of phases.
function delta.lines(name, upper, groups)
  return {
    row(name .. "A", upper, groups, 1, 0, -1),
    row(name .. "B", upper, groups, -1, 1, 0),
    row(name .. "C", upper, groups, 0, -1, 1),
  }
end

--- The three primary line currents of a transformer of 480 V to 120/208 V above that board.
function delta.primaries(name, upper, groups)
  return {
    row(name .. "A", upper, groups, 0.25, 0.25, -0.5),
    row(name .. "B", upper, groups, -0.5, 0.25, 0.25),
    row(name .. "C", upper, groups, 0.25, -0.5, 0.25),
  }
end

--- One list of several.
function delta.join(...)
  local all = {}
  for _, list in ipairs({ ... }) do
    for _, entry in ipairs(list) do all[#all + 1] = entry end
  end
  return all
end

--- 6, 7 ... 32 A: what the AeroVironment EVSEs of both sites can offer.
delta.one_ampere_steps = {}
for a = 6, 32 do delta.one_ampere_steps[#delta.one_ampere_steps + 1] = a end

return delta
