-- Proposed bookings, and what drivers make of them: `evtwin drivers YOUR.log --offers offers.csv` foretells who charges next
-- and proposes; here each driver answers with stated chances - as proposed, another time, another place, none - and not
-- everybody keeps what was agreed. Those who want another place go to the second site. Taken, refused, kept and overridden
-- are key figures, and what an override costs shows in turned_away and served_of_all_fraction:
--
--   evtwin run scenarios/answered_offers.lua
--   evtwin run scenarios/answered_offers.lua --set keep=0.5
--   evtwin run scenarios/answered_offers.lua --set accept=1 --set other_time=0 --set other_place=0 --set keep=1
--
-- offers_week.csv is made (no real people), in the columns of --offers. Chances are round figures of ours.
local function station(name) return { { name = name, evses = 4, kw = 7, phases = 1 } } end
local tariff = { name = "made up", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 150 } } }

return scenario {
  name = "Offers and answers", start = "2026-06-01", days = 7, timezone = "Asia/Seoul", seed = 4, strategy = "edf",
  site {
    name = "Here", contract_kw = 25, tariff = tariff, stations = station("A"), unmet_price_per_kwh = 400,
    arrivals = {
      sessions {
        file = param("offers", "offers_week.csv"),
        answers = { accept = param("accept", 0.6), other_time = param("other_time", 0.2), other_place = param("other_place", 0.1),
                    keep = param("keep", 0.9), move_h = 3, elsewhere = "There" },
      },
      -- Who comes without an offer and takes what is free.
      arrivals.poisson { name = "walk-in", per_hour = 0.25, energy_kwh = uniform { 5, 15 }, stay_h = uniform { 1, 3 } },
    },
  },
  site {
    name = "There", contract_kw = 25, tariff = tariff, stations = station("B"), unmet_price_per_kwh = 400,
    arrivals = arrivals.poisson { name = "regular", per_hour = 0.3, energy_kwh = uniform { 5, 15 }, stay_h = uniform { 1, 3 } },
  },
}
