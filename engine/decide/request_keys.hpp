// Every field of a request in one place: its type, unit, range, default and meaning. Checks and the schema come from
// it. Fields that the scenario language has are taken from there.
#pragma once
#include <evtwin/strategy.h>

#include <span>
#include <string_view>

#include "scenario/keys.hpp"

namespace evtwin::decide {

/// "request", "site", "evse", "session", "vehicle", "reserved", "storage", "prices", "demand", "step", "ledger",
/// "departed", "waiting", and the scenario's "feeder" and "row".
std::span<const scenario::Section> request_sections();
/// @throws std::logic_error for a name that is no section.
const scenario::Section& request_section(std::string_view name);

/// Most points of an acceptance curve.
inline constexpr std::size_t most_curve_points = 64;

struct LedgerField {
  std::string_view name;
  double evtwin_ledger::*value;
};
std::span<const LedgerField> ledger_fields();

struct WhyWord {
  std::string_view word;
  std::uint32_t bit;  ///< EVTWIN_WHY_* or EVTWIN_CHANGED_*
};
std::span<const WhyWord> why_words();
std::span<const WhyWord> changed_words();  ///< EVTWIN_CHANGED_*

}  // namespace evtwin::decide
