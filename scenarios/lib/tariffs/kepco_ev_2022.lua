-- KEPCO electric-vehicle charging with the hours of bands of April 2022 (KEPCO's English page, 2022-04-01).
local kepco = require "tariffs.kepco_ev_rates"

local summer_half = {
  light = { { "23:00", "09:00" } },
  mid = { { "09:00", "10:00" }, { "12:00", "13:00" }, { "17:00", "23:00" } },
  max = { { "10:00", "12:00" }, { "13:00", "17:00" } },
}

return kepco.build("2022-04-01 (hours of bands)", {
  summer = summer_half,
  spring_autumn = summer_half,
  winter = {
    light = { { "23:00", "09:00" } },
    mid = { { "09:00", "10:00" }, { "12:00", "17:00" }, { "20:00", "22:00" } },
    max = { { "10:00", "12:00" }, { "17:00", "20:00" }, { "22:00", "23:00" } },
  },
}, "only the hours of bands are those of 2022: the rates of 2022 were lower and are not in this table")
