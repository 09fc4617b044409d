-- A site of our own making, three days of June: seven EVSEs in a company's yard, twelve drivers with cards. Nobody's data.
-- It is what scenarios/made_site.log was made from, and the site to give with that log:
--
--   evtwin replay scenarios/made_site.log --site scenarios/made_site.lua
--   evtwin whatif scenarios/made_site.log --site scenarios/made_site.lua --strategies asap,lp,lp:margin_min=20
--
-- The log again, byte by byte (one station offline for hours, one with a clock that is an hour ahead, a stop that got lost, a
-- card that was refused):
--
--   evtwin run scenarios/made_site.lua --out made_site.evtwin
--   evtwin export made_site.evtwin --ocpp made_site.log --sample-s 900 --heartbeat-s 7200 --local-clock --meter-start-kwh 1200
--     --fault offline=P2,2026-06-09T10:00,2026-06-09T17:00 --fault clock=P3,3600 --fault lost-stop=04C1A7E2#1
--     --fault refused=F1,2026-06-09T13:05,04FFEE01 --show-tokens

local kepco = require "tariffs.kepco_ev"

local vehicles = {
  { name = "van", battery_kwh = 58.8, ac_kw = 7, ac_phases = 1, dc_kw = 70, efficiency = { 0.93, 0.93 } },
  { name = "car", battery_kwh = 64, ac_kw = 7, ac_phases = 1, dc_kw = 77, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
}

-- Card, EVSE, hours of coming and leaving, state of charge and target: round figures of ours, moved a little every day.
local commuters = {
  { "04A1B2C3", "P1-1", 7.9, 17.6, 0.45, 0.80 },
  { "04A7731F", "P1-2", 8.2, 15.2, 0.30, 0.80 },
  { "04B09D12", "P2-1", 8.4, 12.2, 0.55, 0.80 },
  { "04B55E80", "P2-2", 8.6, 12.7, 0.46, 0.85 },
  { "04C1A7E2", "P3-1", 9.0, 18.4, 0.50, 0.90 },
}
local vans = {  -- back in the evening, out in the morning
  { "04D00001", "P1-1", 18.3, 29.4, 0.25, 0.85 },
  { "04D00002", "P1-2", 18.6, 28.9, 0.35, 0.85 },
  { "04D00003", "P3-2", 17.9, 28.1, 0.30, 0.90 },
}
local short = {  -- visitors, and who is in a hurry
  { "04E4C0DE", "P2-1", 13.1, 16.4, 0.50, 0.75 },
  { "04E9F00D", "F1", 11.2, 12.5, 0.20, 0.50 },
  { "04E31337", "P2-1", 17.1, 18.9, 0.60, 0.70 },
  { "04E55AA5", "F1", 9.4, 10.7, 0.30, 0.55 },
  { "04D00003", "F1", 15.3, 16.5, 0.50, 0.70 },
}

local function clock(hours)
  local minutes = math.floor(hours * 60 + 0.5)
  return string.format("2026-06-%02dT%02d:%02d", 8 + minutes // 1440, minutes // 60 % 24, minutes % 60)
end

local visits, count = {}, {}
local function come(rows, day, vehicle)
  for _, row in ipairs(rows) do
    local card, evse, from, to, soc, target = table.unpack(row)
    local function about(x, spread) return x + spread * (2 * math.random() - 1) end
    count[card] = (count[card] or 0) + 1
    visits[#visits + 1] = {
      id = card .. "#" .. count[card], vehicle = vehicle, evse = evse,
      arrive = clock(24 * day + about(from, 0.2)), leave = clock(24 * day + about(to, 0.2)),
      soc = about(soc, 0.05), target = target,
    }
  end
end
for day = 0, 2 do
  come(commuters, day, "car")
  come(short, day, "car")
  if day < 2 then come(vans, day, "van") end
end

return scenario {
  name = "Made site", start = "2026-06-08", days = 3, timezone = "Asia/Seoul", seed = 20260608,
  vehicles = vehicles,
  site {
    name = "Yard",
    contract_kw = 120,
    tariff = kepco.self_use_high_voltage,
    voltage_v = 220,
    stations = {
      { name = "P1", evses = 2, kw = 7, phases = 1 },
      { name = "P2", evses = 2, kw = 7, phases = 1 },
      { name = "P3", evses = 2, kw = 7, phases = 1 },
      { name = "F", evses = { "F1" }, kind = "dc", kw = 50, efficiency = 0.95 },
    },
    driver_price_per_kwh = 250, unmet_price_per_kwh = 1000,  -- KRW, round figures
  },
  arrivals = bookings(visits),
  strategy = "asap",
}
