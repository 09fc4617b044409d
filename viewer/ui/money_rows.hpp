// Which sessions the money panel lists, and in which order. No ImGui.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/static_checks.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::ui {

enum class MoneyColumn : std::uint8_t { vehicle, evse, plugged_in, got, missed, cost, paid, v2g, wear };
inline constexpr std::size_t money_columns = 9;
static_assert(money_columns == kernel::enum_count<MoneyColumn>());

struct MoneyQuery {
  std::uint32_t site = model::no_row;  ///< no_row: all
  std::string station;                 ///< empty: all
  MoneyColumn by = MoneyColumn::plugged_in;
  bool descending = false;
  bool operator==(const MoneyQuery&) const = default;
};

/// All sessions that were plugged in, sorted by their figures in the file; what stands beside each other is equal in
/// the order of arrival.
struct MoneyOrder {
  std::vector<std::uint32_t> rows;
  std::vector<model::TimeNs> plugged_in_ns, departed_ns;  ///< [rows], apart, so that choosing by time is quick
};
MoneyOrder money_order(const model::Run& run, const MoneyQuery& query);

/// Sessions that were there during [from, to), in that order.
std::vector<std::uint32_t> sessions_within(const MoneyOrder& order, model::TimeNs from, model::TimeNs to);
/// Those there at t first, then those that have left.
std::vector<std::uint32_t> sessions_until(const MoneyOrder& order, model::TimeNs t);

}  // namespace evtwin::viewer::ui
