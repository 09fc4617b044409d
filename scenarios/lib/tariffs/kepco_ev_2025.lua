-- KEPCO electric-vehicle charging with the hours of bands before 2026-04-16: for days of about 2023 to 2026-04-15.
local kepco = require "tariffs.kepco_ev_rates"

local summer_half = {
  light = { { "22:00", "08:00" } },
  mid = { { "08:00", "11:00" }, { "12:00", "13:00" }, { "18:00", "22:00" } },
  max = { { "11:00", "12:00" }, { "13:00", "18:00" } },
}

return kepco.build("not verified; until 2026-04-15", {
  summer = summer_half,
  spring_autumn = summer_half,
  winter = {
    light = { { "22:00", "08:00" } },
    mid = { { "08:00", "09:00" }, { "12:00", "16:00" }, { "19:00", "22:00" } },
    max = { { "09:00", "12:00" }, { "16:00", "19:00" } },
  },
}, "hours of bands before 2026-04-16: low confidence, from memory for summer, spring and autumn")
