-- evtwin run test.lua: two days of a small site, and what must hold at every decision of the strategy.
local mine = require "@NAME@"

local function checked(view)
  local kw = mine.decide(view, { early = 0.3, caution = 3 })
  for _, evse in ipairs(view.connected) do
    local offer_kw = kw[evse.id]
    assert(offer_kw, evse.id .. ": a car is left without an answer")
    assert(offer_kw == 0 or offer_kw >= evse.car_min_kw, evse.id .. ": offered less than the car can use")
    assert(offer_kw <= evse.car_max_kw, evse.id .. ": offered more than the car can take")
    assert(evse.draws or offer_kw == 0, evse.id .. ": a full car keeps power from the others")
  end
  return kw
end

return scenario {
  name = "test of @NAME@", start = "2025-06-02", days = 2, timezone = "UTC", seed = 1,
  site {
    contract_kw = 22,
    tariff = { currency = "EUR", periods = { { from = "00:00", to = "24:00", price_per_kwh = 0.3 } }, demand = { price_per_kw = 10 } },
    load = { 2, 2, 2, 2, 2, 2, 4, 6, 8, 8, 8, 8, 8, 8, 8, 8, 6, 6, 4, 4, 4, 2, 2, 2 },
    storage = { name = "battery", kwh = 20, kw = 10 },
    stations = { { name = "A", evses = 4, kw = 11 } },
  },
  arrivals = arrivals.poisson { per_hour = 0.8, energy_kwh = uniform { 5, 30 }, stay_h = uniform { 2, 8 } },
  strategy = strategy { id = "checked", decide = checked },
}
