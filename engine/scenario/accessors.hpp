#pragma once
// Internal to this room: the fields that scripts can reach, so that a test can hold them against the documentation
// (keys.hpp).

#include <array>
#include <span>
#include <string_view>

#include "scenario/proxy.hpp"

namespace evtwin::scenario {

/// Of "world", "world_site", "world_evse"; empty for other names.
std::span<const Accessor> world_accessors(std::string_view section);
/// Of "view", "view_evse", "view_storage", "view_limit", "view_limit_member", "view_step", "view_ledger"; empty for
/// other names.
std::span<const Accessor> view_accessors(std::string_view section);

}  // namespace evtwin::scenario
