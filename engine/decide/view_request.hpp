// From what a strategy was shown in a run to the request that shows it the same.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "twin/world.hpp"

namespace evtwin::decide {

/// The request of a decision: all of the view that a request can say, and the site's installation. Figures are exact.
/// @param world  whose site number `site` the view is of
nlohmann::ordered_json request_of(const evtwin_view& view, const twin::World& world, std::uint32_t site);

/// Names of the columns in which two views differ, as in strategy.h; of what was in a run and is not in its request.
std::vector<std::string> different_columns(const evtwin_view& a, const evtwin_view& b);

}  // namespace evtwin::decide
