-- A week of forty commuters: who drives how far, and who charges at home, at work or at a public fast charger. Each drives
-- his own way on working days and an errand at the weekend; km, speed and temperature give the energy (driving_kwh, as on
-- roads), and his battery remembers it from day to day. Home is enough for most: look at home_share and lowest_soc_home.
--
--   evtwin run scenarios/commuters.lua
--   evtwin run scenarios/commuters.lua --set home=0.3 --set temperature_c=-5
--
-- Shares, ways and hours are round figures of ours.
local home, work = param("home", 0.7), param("work", 0.2)   -- the rest: public
assert(home >= 0 and work >= 0 and home + work <= 1, "home and work are shares of the commuters: 0 or more, at most 1 together")
local temperature_c, n, week = param("temperature_c", 8), param("commuters", 40), 7

local cars = {
  { name = "small", class = "small", battery_kwh = 45, ac_kw = 7, ac_phases = 1, dc_kw = 80 },
  { name = "mid", class = "mid", battery_kwh = 64, ac_kw = 11, dc_kw = 110 },
  { name = "suv", class = "suv", battery_kwh = 84, ac_kw = 11, dc_kw = 150 },
}
local vehicles = {}
for i, car in ipairs(cars) do
  vehicles[i] = { name = car.name, battery_kwh = car.battery_kwh, ac_kw = car.ac_kw, ac_phases = car.ac_phases, dc_kw = car.dc_kw, efficiency = 0.92 }
end

local function at(day, minute)   -- day 1 is Monday, 2026-03-02
  return ("2026-03-%02dT%02d:%02d"):format(1 + day + minute // 1440, minute % 1440 // 60, minute % 60)
end

local stays = { Homes = {}, Work = {}, Public = {} }
local function charge(place, id, car, soc, target, from, to, evse)
  if target - soc < 0.01 then return soc end
  table.insert(stays[place], { id = id, arrive = from, leave = to, vehicle = car.name, soc = soc, target = target, evse = evse })
  return target
end

local km_of_all, kwh_of_all, lowest_home, homes = 0, 0, 1, 0
for i = 1, n do
  -- The first home x n have a wallbox, the next work x n a space at work; ways differ at random, by the seed.
  local place = i <= home * n and "Homes" or i <= (home + work) * n and "Work" or "Public"
  if place == "Homes" then homes = homes + 1 end
  local car, soc = cars[math.random(#cars)], 0.75 + 0.15 * math.random()
  local way_km, leaves, returns = 6 + 34 * math.random() ^ 2, 425 + math.random(-25, 25), 1090 + math.random(-40, 60)
  for day = 1, week do
    local working = day <= 5
    local km = working and 2 * way_km or 15
    local kwh = driving_kwh { km = km, class = car.class, speed_kmh = working and 45 or 60, temperature_c = temperature_c }
    km_of_all, kwh_of_all = km_of_all + km, kwh_of_all + kwh
    local half = kwh / 2 / car.battery_kwh
    local id = ("%s-%d-%d"):format(place:lower(), i, day)
    soc = soc - half
    if place == "Work" and working then soc = charge(place, id, car, soc, 0.85, at(day, leaves + 45), at(day, returns - 45)) end
    soc = soc - half
    if place == "Homes" then
      lowest_home = math.min(lowest_home, soc)
      soc = charge(place, id, car, soc, 0.8, at(day, returns), at(day + 1, leaves - 5), "H-" .. homes)
    elseif soc < 0.4 then
      soc = charge("Public", id, car, soc, 0.8, at(day, returns), at(day, returns + 60))
    end
  end
end

local function share(place)
  return ("SELECT coalesce(sum(CASE WHEN site.name = '%s' THEN m.ev_charge_kwh END), 0.0) / sum(m.ev_charge_kwh) " ..
          "FROM meter m JOIN site ON site.id = m.site"):format(place)
end
local function place(name, contract_kw, station)
  local nobody = #stays[name] == 0
  return site {
    name = name, contract_kw = contract_kw, stations = { station }, arrivals = nobody and arrivals.poisson { per_hour = 0, energy_kwh = 1, stay_h = 1 } or bookings(stays[name]), unmet_price_per_kwh = 400,
    tariff = { name = "made up", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 150 } } },
  }
end

return scenario {
  name = "A week of commuters", start = "2026-03-02", days = week + 1, timezone = "Asia/Seoul", seed = 8, strategy = "asap",
  vehicles = vehicles,
  place("Homes", 400, { name = "H", evses = math.max(1, homes), max_a = 32, phases = 1 }),
  place("Work", 60, { name = "W", evses = math.max(1, math.floor(work * n + 0.5)), kw = 11, phases = 3 }),
  place("Public", 200, { name = "P", evses = 4, kind = "dc", kw = 100 }),
  kpi = {
    home_share = share("Homes"), work_share = share("Work"), public_share = share("Public"),
    driven_km = function() return km_of_all end,
    driven_kwh = function() return kwh_of_all end,
    kwh_per_100_km = function() return 100 * kwh_of_all / km_of_all end,
    lowest_soc_home = function() return lowest_home end,
  },
}
