-- KEPCO electric-vehicle charging: ten tariffs with the hours of bands in force since 2026-04-16.
local kepco = require "tariffs.kepco_ev_rates"

local summer_half = {
  light = { { "22:00", "08:00" } },
  mid = { { "08:00", "15:00" }, { "21:00", "22:00" } },
  max = { { "15:00", "21:00" } },
}

return kepco.build("2026-04-16", {
  summer = summer_half,
  spring_autumn = summer_half,
  winter = {
    light = { { "22:00", "08:00" } },
    mid = { { "08:00", "09:00" }, { "12:00", "16:00" }, { "19:00", "22:00" } },
    max = { { "09:00", "12:00" }, { "16:00", "19:00" } },
  },
}, "hours of bands: two independent public tables agree")
