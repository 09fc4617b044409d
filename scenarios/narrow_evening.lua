-- A hall whose feeder may draw 14 kW by day and 4 kW from 17:00 to 21:00, when the street needs the cable: a bound that
-- follows a curve. Two cars want 20 kWh each between 13:00 and 21:00, and the evening is the cheap half. What fits into it
-- is known at noon: view.limits[2].upper_ahead has the bound of each step of the horizon.
--
--   evtwin run scenarios/narrow_evening.lua
--   evtwin compare scenarios/narrow_evening.lua --strategies asap,lp
--
-- By hand: 4 kW x 4 h = 16 of the 40 kWh fit into the evening at 0.20, the other 24 must be charged before at 0.40:
-- 12.80 EUR. Charging at once costs 16.00; who waits for the evening without looking leaves 24 kWh behind.
local hall_kw = {}
for hour = 1, 24 do hall_kw[hour] = (hour > 17 and hour <= 21) and 4 or 14 end

return scenario {
  name = "A narrow evening", start = "2026-10-05T12:00", hours = 10, timezone = "Europe/Berlin",
  strategy = strategy {
    id = "fits", help = "Charges now only what the cheaper hours ahead have no room for.", horizon_h = 10,
    decide = function(view)
      local hall, room_kwh, wanted_kwh, last_ns = view.limits[2], 0, 0, view.now_ns
      for _, evse in ipairs(view.connected) do
        wanted_kwh = wanted_kwh + evse.remaining_kwh
        last_ns = math.max(last_ns, evse.departs_ns)
      end
      for k, step in ipairs(view.horizon) do
        if step.start_ns < last_ns and step.buy_per_kwh < view.buy_per_kwh then
          room_kwh = room_kwh + hall.upper_ahead[k] * step.hours
        end
      end

      local kw, now_kwh = {}, math.max(0, wanted_kwh - room_kwh)
      for _, evse in ipairs(view.connected) do
        kw[evse.id] = math.min(evse.max_kw, now_kwh * evse.remaining_kwh / math.max(1e-9, wanted_kwh) / view.tick_h)
      end
      return kw
    end,
  },
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7.36, ac_phases = 1 } },
  site {
    name = "Hall",
    tariff = {
      name = "two rates", currency = "EUR", source = "made up: round figures",
      periods = { { from = "00:00", to = "17:00", price_per_kwh = 0.40 }, { from = "17:00", to = "24:00", price_per_kwh = 0.20 } },
    },
    feeders = { { name = "hall", max_kw = hall_kw } },
    stations = { { name = "P", evses = 2, max_a = 32, phases = 1, feeder = "hall" } },
  },
  arrivals = bookings {
    { id = "a", arrive = "2026-10-05T13:00", leave = "2026-10-05T21:00", vehicle = "car", soc = 0.3, energy_kwh = 20 },
    { id = "b", arrive = "2026-10-05T13:00", leave = "2026-10-05T21:00", vehicle = "car", soc = 0.3, energy_kwh = 20 },
  },
}
