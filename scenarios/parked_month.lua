-- A car that stands for 30 days, plugged in: does its 12 V battery last? With care the car tops it up from the traction
-- battery and wakes every day to test itself; the wallbox puts that energy back before the owner returns.
--
--   evtwin run scenarios/parked_month.lua
--   evtwin run scenarios/parked_month.lua --set drain_w=3
--
-- By hand: 720 Wh at 0.9, 0.8 W: without care 72 Wh are left, a tenth, and the limit of 0.5 is passed on the 15th day. With
-- care two top-ups of 0.963 h at 391.7 W and thirty tests of 3 min at 120 W take 0.935 kWh. Round figures of ours.
local drain_w, efficiency = param("drain_w", 0.8), 0.92
local with = parked { days = 30, drain_w = drain_w, self_test_every_h = 24 }
local without = parked { days = 30, drain_w = drain_w, care = false }

return scenario {
  name = "Parked for a month", start = "2026-06-01", days = 31, timezone = "Asia/Seoul", strategy = "alap",
  vehicles = { { name = "car", battery_kwh = 77.4, ac_kw = 11, efficiency = { efficiency, efficiency } } },
  site {
    name = "Home", contract_kw = 10,
    tariff = { name = "made up", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 120 } } },
    stations = { { name = "Wallbox", evses = 1, max_a = 32, phases = 1 } },
  },
  arrivals = bookings { { id = "away", arrive = "2026-06-01T09:00", leave = "2026-07-01T09:00", vehicle = "car", soc = 0.7, energy_kwh = with.traction_kwh / efficiency } },
  kpi = {
    soc_12v_with_care = function() return with.soc end,
    lowest_soc_12v_with_care = function() return with.lowest_soc end,
    soc_12v_without_care = function() return without.soc end,
    days_to_limit_without_care = function() return without.hours_to_limit and without.hours_to_limit / 24 end,
    care_traction_kwh = function() return with.traction_kwh end,
    top_ups = function() return with.top_ups end,
  },
}
