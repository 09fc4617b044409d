// Advice as people and programs read it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "advise/advice.hpp"
#include "advise/bookings.hpp"
#include "analysis/text_table.hpp"

namespace evtwin::advise {

/// A table of both ways, their schedules, and what to do; of the existing way alone where that is to be kept.
std::string advice_text(const twin::World& world, const Advice& advice, analysis::Language language);

/// {"scenario", "site", "currency", "timezone", "request": {...}, "reachable", "reason" (null), "advice":
/// "strategy"|"keep_existing", "verdict", "why", "recommended": label, "cost_is": "driver_price"|"buy_price",
/// "existing": {...}, "proposed": {...}}; where the existing way is to be kept, `proposed` has its label, cost and
/// energy and no schedule. `reason` and `why` are sentences of the language. Money in the currency, energy kWh, power
/// kW, times ISO 8601 with offset.
nlohmann::ordered_json advice_json(const twin::World& world, const Advice& advice,
                                   analysis::Language language = analysis::Language::english);

/// The bookings that move, from when to when, and the cost before and after.
std::string bookings_text(const twin::World& world, const BookingAdvice& advice, analysis::Language language);

/// {"scenario", "currency", "timezone", "strategy", "fixed", "flexible", "runs", "moves": [{id, site, evse, from
/// {arrive, leave}, to {arrive, leave}, window {from, to}}], "before", "after": figures, "saves"}.
nlohmann::ordered_json bookings_json(const twin::World& world, const BookingAdvice& advice);

/// The bookings as the scenario has them. @throws AdviseError where it has none
std::string booking_list_text(const twin::World& world, analysis::Language language);

/// {"scenario", "timezone", "bookings": [{id, site, evse, arrive, leave, priority, v2g, booked_at, window {from,
/// to}}]}: evse is "any" where the scenario leaves it free; booked_at is null where it is the start of the run, window
/// where the booking is fixed. @throws AdviseError where it has none
nlohmann::ordered_json booking_list_json(const twin::World& world);

}  // namespace evtwin::advise
