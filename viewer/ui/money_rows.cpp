#include "viewer/ui/money_rows.hpp"

#include <algorithm>

namespace evtwin::viewer::ui {
namespace {

using model::Run;
using model::Session;
using model::TimeNs;

const std::string& evse_name(const Run& run, const Session& session) { return run.evses[session.evse].name; }

bool before(const Run& run, MoneyColumn by, const Session& a, const Session& b) {
  switch (by) {
    case MoneyColumn::vehicle:
      return a.vehicle < b.vehicle;
    case MoneyColumn::evse:
      return evse_name(run, a) < evse_name(run, b);
    case MoneyColumn::plugged_in:
      return a.plugged_in_ns < b.plugged_in_ns;
    case MoneyColumn::got:
      return a.got_kwh < b.got_kwh;
    case MoneyColumn::missed:
      return a.unmet_kwh < b.unmet_kwh;
    case MoneyColumn::cost:
      return a.cost < b.cost;
    case MoneyColumn::paid:
      return a.paid < b.paid;
    case MoneyColumn::v2g:
      return a.v2g_payment < b.v2g_payment;
    case MoneyColumn::wear:
      return a.wear_cost < b.wear_cost;
  }
  return false;
}

}  // namespace

MoneyOrder money_order(const Run& run, const MoneyQuery& query) {
  MoneyOrder order;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    if (session.evse == model::no_row || session.plugged_in_ns == kernel::time_never) continue;
    if (query.site != model::no_row && session.site != query.site) continue;
    if (!query.station.empty() && run.evses[session.evse].station != query.station) continue;
    order.rows.push_back(row);
  }
  std::stable_sort(order.rows.begin(), order.rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Session& first = run.sessions[query.descending ? b : a];
    const Session& second = run.sessions[query.descending ? a : b];
    return before(run, query.by, first, second);
  });
  for (const std::uint32_t row : order.rows) {
    order.plugged_in_ns.push_back(run.sessions[row].plugged_in_ns);
    order.departed_ns.push_back(run.sessions[row].departed_ns);
  }
  return order;
}

std::vector<std::uint32_t> sessions_within(const MoneyOrder& order, TimeNs from, TimeNs to) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < order.rows.size(); ++i) {
    if (order.plugged_in_ns[i] < to && order.departed_ns[i] > from) rows.push_back(order.rows[i]);
  }
  return rows;
}

std::vector<std::uint32_t> sessions_until(const MoneyOrder& order, TimeNs t) {
  std::vector<std::uint32_t> rows, left;
  for (std::size_t i = 0; i < order.rows.size(); ++i) {
    if (order.plugged_in_ns[i] > t) continue;
    (order.departed_ns[i] > t ? rows : left).push_back(order.rows[i]);
  }
  rows.insert(rows.end(), left.begin(), left.end());
  return rows;
}

}  // namespace evtwin::viewer::ui
