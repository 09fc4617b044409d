-- Calibrated by evtwin:
--   Fitted on 109 sessions (2026-06-01 - 2026-06-15), judged on 33 (2026-06-16 - 2026-06-19), Asia/Seoul
--
--   difference                     fitted days  judged days         naive         gate
--   -----------------------------  -----------  -----------  ------------  -----------
--   arrivals a day                       2.7 %       13.3 %        -8.2 %
--   mean energy                         -0.1 %       -6.1 %         9.7 %
--   mean stay                           -0.1 %       -3.5 %        41.9 %
--   energy served within the stay   0.0 points   0.0 points  -10.3 points  >= -1 point
--   energy: W1                        0.25 kWh     1.46 kWh      2.99 kWh     <= 1 kWh
--   energy: KS                           0.045        0.119         0.145
--   energy of stays alike: W1         1.56 kWh     2.73 kWh      5.45 kWh
--   stay: W1                           5.4 min     25.7 min     271.9 min    <= 20 min
--   stay: KS                             0.038        0.124         0.323
--   claimed stay: W1                  60.6 min     64.2 min     314.9 min
--   energy asked for: W1              4.19 kWh     5.73 kWh     13.56 kWh
--   cars there, by the hour             10.9 %       32.3 %       149.5 %      <= 30 %
--   busiest moment of a day              4.0 %       20.0 %       -30.0 %
--
--   Verdict: indicative (fail): judged on 33 sessions only; it takes 200
--   The arrivals of weekdays vary 0.08 times as much as the laws have it (variance over mean): holidays and seasons are not in them.
--   What drivers claim of their stay is off by 20 % (standard deviation, 109 sessions).
--   Vehicles: the records tell no power; they take what the EVSE gives.
--
-- A site that could have written the log: made by evtwin (sessions: 109, EVSEs: 14). Edit it, then:
--
--   evtwin check FILE                                    is it sound?
--   evtwin replay LOG --site FILE                        how well does the twin reproduce the log?
--   evtwin whatif LOG --site FILE --strategies asap,edf  what would another strategy have cost?
--
-- What was assumed:
--   voltage across a phase: 220 V: no reading tells it
--   ratings of the EVSEs: the least usual rating that is not below what was metered or offered
--   tariff and contract power: kepco_ev.self_use_low_voltage, 60 kW
--   base load, PV, storage: none: a log does not tell them (--site gives them)

-- Arrivals per hour of the week: those of a day, times those of each weekday from Monday on.
local function week(of_day, of_weekday)
  local all = {}
  for d = 1, 7 do
    for h = 1, 24 do all[#all + 1] = of_day[h] * of_weekday[d] end
  end
  return all
end

return scenario {
  name = "Site of the log",
  start = param("start", "2026-06-01"), days = param("days", 15),
  timezone = "Asia/Seoul",

  site {
    voltage_v = 220,        -- across one phase
    contract_kw = 60,
    tariff = require("tariffs.kepco_ev").self_use_low_voltage,
    -- load = csv "load.csv", pv = { peak_kw = 20, profile = csv "pv.csv" }, storage = { kwh = 100, kw = 50 },
    stations = {
      { name = "P-01", evses = { "P-01-1" }, max_a = 32, phases = 1 },  -- 2.8 kW seen
      { name = "P-02", evses = { "P-02-1" }, max_a = 32, phases = 1 },  -- 5.2 kW seen
      { name = "P-03", evses = { "P-03-1" }, max_a = 32, phases = 1 },  -- 2.6 kW seen
      { name = "P-04", evses = { "P-04-1" }, max_a = 32, phases = 1 },  -- 2.3 kW seen
      { name = "P-05", evses = { "P-05-1" }, max_a = 32, phases = 1 },  -- 2.6 kW seen
      { name = "P-06", evses = { "P-06-1" }, max_a = 32, phases = 1 },  -- 4.1 kW seen
      { name = "P-07", evses = { "P-07-1" }, max_a = 32, phases = 1 },  -- 3.6 kW seen
      { name = "P-08", evses = { "P-08-1" }, max_a = 32, phases = 1 },  -- 0.6 kW seen
      { name = "P-09", evses = { "P-09-1" }, max_a = 32, phases = 1 },  -- 1.6 kW seen
      { name = "P-10", evses = { "P-10-1" }, max_a = 32, phases = 1 },  -- 2.6 kW seen
      { name = "P-11", evses = { "P-11-1" }, max_a = 32, phases = 1 },  -- 3.5 kW seen
      { name = "P-12", evses = { "P-12-1" }, max_a = 32, phases = 1 },  -- 1.0 kW seen
      { name = "P-13", evses = { "P-13-1" }, max_a = 32, phases = 1 },  -- 1.2 kW seen
      { name = "P-14", evses = { "P-14-1" }, max_a = 32, phases = 1 },  -- 1.2 kW seen
    },
  },

  arrivals = {
    arrivals.poisson {  -- Monday to Friday, 00 to 24 h: 54 sessions, 4.909 a day
      per_hour = week({ 0, 0, 0, 0, 0, 0, 0, 0.727273, 1.54545, 1.90909, 0.363636, 0.363636, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, { 1.1437, 1.0596, 0.8073, 1.0596, 0.8578, 0, 0 }),
      energy_kwh = quantiles { 6.638, 7.25, 8.026, 8.772, 12.009, 13.173, 14.684, 15.277, 17.135, 20.321, 27.98 },
      stay_h = quantiles { 2.933, 3.713, 4.083, 4.292, 4.553, 4.917, 5.94, 6.835, 7.363, 7.818, 8.2 },
      max_mean_kw = 4.76465,
      soc_target = 1,
      claim_stay_factor = quantiles { 0.805, 0.826, 0.879, 0.947, 0.98, 1.072, 1.124, 1.15, 1.203, 1.26, 1.456 },
      claim_energy_factor = quantiles { 1.29, 1.438, 1.591, 1.736, 1.766, 1.863, 1.923, 2.015, 2.113, 2.239, 2.498 },
    },
    arrivals.poisson {  -- Monday to Friday, 00 to 24 h: 55 sessions, 5 a day
      per_hour = week({ 0, 0, 0, 0, 0, 0, 0, 1.27273, 3.27273, 0.454545, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, { 1.1437, 1.0596, 0.8073, 1.0596, 0.8578, 0, 0 }),
      energy_kwh = quantiles { 4.6, 8.38, 9.08, 10.98, 14.62, 17, 20.46, 22.28, 24.12, 26.96, 32.5 },
      stay_h = quantiles { 8.217, 8.767, 9.06, 9.353, 9.647, 9.867, 10.327, 10.497, 11.063, 11.573, 12.42 },
      max_mean_kw = 4.76465,
      soc_target = 1,
      claim_stay_factor = quantiles { 0.724, 0.771, 0.804, 0.833, 0.862, 0.882, 0.919, 0.962, 0.993, 1.027, 1.095 },
      claim_energy_factor = quantiles { 1.231, 1.449, 1.51, 1.654, 1.729, 1.765, 1.881, 1.994, 2.088, 2.279, 3.138 },
    },
  },

  strategy = "asap",
}
