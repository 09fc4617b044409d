-- Figures of one's own that many want, for `kpi = require "figures"` or parts of it:
--   local figures = require "figures"
--   return scenario { ..., kpi = { wait_p95_min = figures.wait_p95_min, jain_served = figures.jain_served } }
-- Each is a statement over the run file (its tables: engine/record/README.md) that answers one number.

-- Nearest rank: of n waits in order, the one of rank ceil(p n / 100). Minutes from arrival to plug-in of everybody who
-- plugged in (0 for those who need not wait), and to giving up of those who lost patience.
local function wait_percentile(p)
  return ([[
    SELECT waited_h * 60 FROM (
      SELECT waited_h, row_number() OVER (ORDER BY waited_h) AS place, count(*) OVER () AS n
      FROM session WHERE number IS NOT NULL OR ended = 'reneged')
    WHERE place = (P * n + 99) / 100]]):gsub("P %*", p .. " *")
end

-- Energy that vehicles took in one hour of the local clock, all days together, kWh. A metering window counts for the
-- hour in which it begins.
local function charged_in_hour(hour)
  return ([[
    SELECT coalesce(sum(m.ev_charge_kwh), 0.0)
    FROM meter m JOIN clock c ON m.start_ns >= c.start_ns AND m.start_ns < c.end_ns
    WHERE (m.start_ns / 1000000000 + c.utc_offset_s) / 3600 % 24 = H]])
    :gsub("H$", tostring(hour))
end

local figures = {
  wait_p50_min = (wait_percentile(50)),
  wait_p90_min = (wait_percentile(90)),
  wait_p95_min = (wait_percentile(95)),

  -- Fairness among those who left (Jain, Chiu, Hawe 1984): (sum x)^2 / (n sum x^2) of x = got / wanted, 1 when all got
  -- the same share, 1/n when one got all.
  jain_served = [[
    SELECT sum(x) * sum(x) / (count(*) * sum(x * x)) FROM (
      SELECT max(0.0, got_kwh) / wanted_kwh AS x FROM session WHERE ended = 'departed' AND wanted_kwh > 0)]],
}
for hour = 0, 23 do figures[("charged_kwh_h%02d"):format(hour)] = (charged_in_hour(hour)) end
return figures
