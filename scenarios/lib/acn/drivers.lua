-- Who comes to an ACN garage where no sessions are given: a law of ours, round figures. A car per EVSE and working day, a
-- tenth of that at weekends, most between 7 and 9 in the morning, for about 6 h and 10 kWh.
local hourly_percent = { 0, 0, 0, 0, 0, 1, 4, 12, 22, 20, 12, 7, 6, 5, 4, 3, 2, 1, 1, 0, 0, 0, 0, 0 }

local function per_hour(cars_per_day)
  local rate = {}
  for hour, percent in ipairs(hourly_percent) do rate[hour] = cars_per_day * percent / 100 end
  return rate
end

--- The table for arrivals.poisson.
return function(cars_per_day)
  local weekend = per_hour(cars_per_day / 10)
  return {
    name = "car",
    per_hour = { weekday = per_hour(cars_per_day), saturday = weekend, sunday = weekend, holiday = weekend },
    energy_kwh = lognormal { median = 10, sigma = 0.6, min = 1, max = 60 },
    stay_h = lognormal { median = 6, sigma = 0.5, min = 0.5, max = 16 },
  }
end
