-- Time-of-use tariffs of Californian utilities for EV charging, 2018-2019, by the tables of acnportal (ACN-Sim).
local weekend = { "saturday", "sunday", "holiday" }
local summer_sce = { 6, 7, 8, 9 }
local winter_sce = { 10, 11, 12, 1, 2, 3, 4, 5 }
local summer_pge = { 5, 6, 7, 8, 9, 10 }
local winter_pge = { 11, 12, 1, 2, 3, 4 }

local no_holidays = "acnportal has no public holidays: none are listed, a scenario may add `holidays` (billed as weekend)"

-- A period per row { from, to, price, band }; days nil: every day.
local function add(periods, months, days, rows)
  for _, row in ipairs(rows) do
    periods[#periods + 1] =
      { months = months, days = days, from = row[1], to = row[2], price_per_kwh = row[3], band = row[4] }
  end
  return periods
end

-- SCE TOU-EV-4, weekdays: off-peak 23-08, mid-peak 08-12 and 18-23, on-peak 12-18.
local function ev_4_weekday(off, mid, on)
  return {
    { "23:00", "08:00", off, "off_peak" }, { "08:00", "12:00", mid, "mid_peak" },
    { "12:00", "18:00", on, "on_peak" }, { "18:00", "23:00", mid, "mid_peak" },
  }
end

-- SCE TOU-EV-8, summer: 16-21 is dear, the rest off-peak.
local function ev_8_summer(off, dear, band)
  return { { "21:00", "16:00", off, "off_peak" }, { "16:00", "21:00", dear, band } }
end

-- SCE TOU-EV-8, winter: super-off-peak 08-16, mid-peak 16-21.
local function ev_8_winter(off, super_off, mid)
  return {
    { "21:00", "08:00", off, "off_peak" }, { "08:00", "16:00", super_off, "super_off_peak" },
    { "16:00", "21:00", mid, "mid_peak" },
  }
end

local sce_tou_ev_4 = {
  name = "SCE TOU-EV-4",
  currency = "USD",
  source = "acnportal sce_tou_ev_4_march_2019.json, which cites SCE ce141-12",
  valid_from = "2019-03-01",
  doubts = no_holidays,
  periods = {},
  demand = { price_per_kw = 15.51, basis = "peak" },
}
add(sce_tou_ev_4.periods, summer_sce, { "weekday" }, ev_4_weekday(0.05623, 0.0925, 0.26668))
add(sce_tou_ev_4.periods, summer_sce, weekend, { { "00:00", "24:00", 0.05623, "off_peak" } })
add(sce_tou_ev_4.periods, winter_sce, { "weekday" }, ev_4_weekday(0.06087, 0.07492, 0.0869))
add(sce_tou_ev_4.periods, winter_sce, weekend, { { "00:00", "24:00", 0.06087, "off_peak" } })

local sce_tou_ev_8 = {
  name = "SCE TOU-EV-8, June 2019",
  currency = "USD",
  source = "acnportal sce_tou_ev_8_june_2019.json, which cites SCE ce401",
  valid_from = "2019-06",
  doubts = "the file's own field says effective 2018-10-12; " .. no_holidays,
  periods = {},
}
add(sce_tou_ev_8.periods, summer_sce, { "weekday" }, ev_8_summer(0.12597, 0.49619, "on_peak"))
add(sce_tou_ev_8.periods, summer_sce, weekend, ev_8_summer(0.12597, 0.25563, "mid_peak"))
add(sce_tou_ev_8.periods, winter_sce, nil, ev_8_winter(0.13568, 0.07724, 0.297))

local sce_tou_ev_8_2018 = {
  name = "SCE TOU-EV-8, October 2018",
  currency = "USD",
  source = "acnportal sce_tou_ev_8_oct_2018.json, which cites SCE ce401",
  valid_from = "2018-10-12",
  doubts = no_holidays,
  periods = {},
}
add(sce_tou_ev_8_2018.periods, summer_sce, nil, ev_8_summer(0.05993, 0.17698, "on_peak"))
add(sce_tou_ev_8_2018.periods, winter_sce, nil, ev_8_winter(0.05993, 0.03964, 0.17698))

local pge_a10_tou = {
  name = "PG&E A-10 TOU",
  currency = "USD",
  source = "acnportal pge_a10_tou_aug_2019.json, which cites PG&E ELEC_SCHEDS_A-10",
  valid_from = "2019-07-01",
  doubts = "the file lists both winter rows for all days; by their names the first is taken for weekdays and the second for "
    .. "weekends; " .. no_holidays,
  periods = {},
  demand = {
    price_per_kw = { { months = summer_pge, price_per_kw = 19.99 }, { months = winter_pge, price_per_kw = 11.66 } },
    basis = "peak",
  },
}
add(pge_a10_tou.periods, summer_pge, { "weekday" }, {
  { "21:30", "08:30", 0.14903, "off_peak" }, { "08:30", "12:00", 0.1771, "part_peak" },
  { "12:00", "18:00", 0.23223, "peak" }, { "18:00", "21:30", 0.1771, "part_peak" },
})
add(pge_a10_tou.periods, summer_pge, weekend, { { "00:00", "24:00", 0.14903, "off_peak" } })
add(pge_a10_tou.periods, winter_pge, { "weekday" }, {
  { "21:30", "08:30", 0.13064, "off_peak" }, { "08:30", "21:30", 0.1477, "part_peak" },
})
add(pge_a10_tou.periods, winter_pge, weekend, { { "00:00", "24:00", 0.13064, "off_peak" } })

return {
  sce_tou_ev_4 = sce_tou_ev_4,
  sce_tou_ev_8 = sce_tou_ev_8,
  sce_tou_ev_8_2018 = sce_tou_ev_8_2018,
  pge_a10_tou = pge_a10_tou,
}
