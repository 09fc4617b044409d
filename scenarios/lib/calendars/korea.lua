-- Public holidays of Korea, 2024 to 2026, substitute and temporary holidays included.
-- Sundays that are nothing else are left out: tariffs know Sundays by themselves.
return {
  name = "Public holidays, Republic of Korea",
  source = "Public-holiday act (Gong-hyu-il-e gwan-han beop-ryul) and the presidential decree on holidays of public offices; "
    .. "dates worked out by hand from the lunar calendar and the substitution rules, not copied from an official list",
  doubts = "temporary holidays after 2025-06 and Constitution Day (07-17) and Labour Day (05-01) as public holidays of 2026 "
    .. "are not in the list; whether KEPCO bills temporary and election holidays as holidays was not verified",
  holidays = {
    -- 2024
    "2024-01-01",                                           -- New Year
    "2024-02-09", "2024-02-10", "2024-02-11", "2024-02-12", -- Seollal, substitute on Monday
    "2024-03-01",                                           -- Independence Movement Day
    "2024-04-10",                                           -- general election
    "2024-05-05", "2024-05-06",                             -- Children's Day (Sunday), substitute
    "2024-05-15",                                           -- Buddha's Birthday
    "2024-06-06",                                           -- Memorial Day
    "2024-08-15",                                           -- Liberation Day
    "2024-09-16", "2024-09-17", "2024-09-18",               -- Chuseok
    "2024-10-01",                                           -- Armed Forces Day, temporary holiday of that year
    "2024-10-03",                                           -- National Foundation Day
    "2024-10-09",                                           -- Hangul Day
    "2024-12-25",                                           -- Christmas
    -- 2025
    "2025-01-01",
    "2025-01-27",                                           -- temporary holiday before Seollal
    "2025-01-28", "2025-01-29", "2025-01-30",               -- Seollal
    "2025-03-01", "2025-03-03",                             -- Independence Movement Day (Saturday), substitute
    "2025-05-05", "2025-05-06",                             -- Children's Day and Buddha's Birthday on one day, substitute
    "2025-06-03",                                           -- presidential election, temporary holiday
    "2025-06-06",
    "2025-08-15",
    "2025-10-03",
    "2025-10-05", "2025-10-06", "2025-10-07", "2025-10-08", -- Chuseok from Sunday, substitute
    "2025-10-09",
    "2025-12-25",
    -- 2026
    "2026-01-01",
    "2026-02-16", "2026-02-17", "2026-02-18",               -- Seollal
    "2026-03-01", "2026-03-02",                             -- Independence Movement Day (Sunday), substitute
    "2026-05-05",
    "2026-05-24", "2026-05-25",                             -- Buddha's Birthday (Sunday), substitute
    "2026-06-03",                                           -- local elections
    "2026-06-06",                                           -- Memorial Day (Saturday): has no substitute
    "2026-08-15", "2026-08-17",                             -- Liberation Day (Saturday), substitute
    "2026-09-24", "2026-09-25", "2026-09-26",               -- Chuseok
    "2026-10-03", "2026-10-05",                             -- National Foundation Day (Saturday), substitute
    "2026-10-09",
    "2026-12-25",
  },
}
