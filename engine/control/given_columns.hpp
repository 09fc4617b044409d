// The columns that a plugin is given to write its answer into, and whether it left them where they were.
#pragma once
#include <evtwin/strategy.h>

#include <string>

namespace evtwin::control {

/// Whether a plugin left the columns that it was given in the struct.
inline bool has_columns_of(const evtwin_decision& given, const evtwin_decision& now) {
  return given.evse_kw == now.evse_kw && given.storage_kw == now.storage_kw && given.plan_kw == now.plan_kw;
}

/// In words, where a plugin put other columns into the struct than those it was given; else empty.
inline std::string trouble_of_columns(const evtwin_decision& given, const evtwin_decision& now) {
  if (has_columns_of(given, now)) return {};
  const char* replaced = given.evse_kw != now.evse_kw         ? "evse_kw"
                         : given.storage_kw != now.storage_kw ? "storage_kw"
                                                              : "plan_kw";
  return std::string("it replaced decision->") + replaced +
         " by a column of its own; the host reads its own: write into its cells";
}

}  // namespace evtwin::control
