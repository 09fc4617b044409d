#include "analysis/reward_over_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace evtwin::analysis {
namespace {

/// A term as the run file has it: instants and values that add up to it.
struct TermSource {
  std::string_view term;
  const char* sql;
  double (*value_of)(double) = nullptr;  ///< of what the statement yields; null: that itself
};

// Energies and money of the meter are the ledger's own columns.
constexpr std::array columns_of_meter{
    "import_kwh",         "export_kwh", "pv_kwh",      "load_kwh",      "ev_charge_kwh",  "ev_discharge_kwh",
    "storage_charge_kwh", "losses_kwh", "energy_cost", "demand_charge", "driver_revenue", "storage_discharge_kwh",
    "v2g_payment",        "wear_cost",  "co2_kg",      "unmet_kwh",     "overload_kwh",   "feeder_overload_kwh",
    "export_overload_kwh"};

#define OF_LEFT "FROM session WHERE ended = 'departed' AND evse IS NOT NULL"
#define SATISFACTION                                                                                           \
  "SELECT departed_ns, CASE WHEN requested_kwh > 0 THEN min(1.0, max(0.0, got_kwh) / requested_kwh) ELSE 1.0 " \
  "END " OF_LEFT
constexpr std::array other_terms{
    TermSource{"unmet_cost",
               "SELECT m.start_ns, m.unmet_kwh * s.unmet_price_per_kwh FROM meter m, site s "
               "WHERE s.id = m.site"},
    TermSource{"open_cost", "SELECT (SELECT end_ns - 1 FROM run), open_cost FROM session"},
    TermSource{"storage_energy_value",
               "SELECT (SELECT end_ns - 1 FROM run), value FROM kpi WHERE site IS NULL AND "
               "name = 'storage_energy_value'"},
    TermSource{"storage_cycles",
               "SELECT m.start_ns, m.storage_discharge_kwh / (SELECT sum(capacity_kwh * (soc_max - "
               "soc_min)) FROM storage WHERE site = m.site) FROM meter m"},
    TermSource{"satisfaction", SATISFACTION},
    TermSource{"disappointment", SATISFACTION, [](double satisfaction) { return std::exp(-10.0 * satisfaction); }},
    TermSource{"departures", "SELECT departed_ns, 1.0 " OF_LEFT},
    TermSource{"turned_away",
               "SELECT departed_ns, 1.0 FROM session WHERE ended IN ('turned_away', 'reneged', 'no_compatible_evse')"},
    TermSource{"requested_kwh", "SELECT departed_ns, requested_kwh " OF_LEFT},
    TermSource{"missing_kwh2",
               "SELECT departed_ns, (requested_kwh - min(max(0.0, got_kwh), requested_kwh)) * "
               "(requested_kwh - min(max(0.0, got_kwh), requested_kwh)) " OF_LEFT},
    // The end of a run ends the sessions that are open then, and their wear is booked.
    TermSource{"calendar_wear", "SELECT departed_ns, wear_calendar FROM session WHERE evse IS NOT NULL"},
    TermSource{"cyclic_wear", "SELECT departed_ns, wear_cyclic FROM session WHERE evse IS NOT NULL"}};
#undef SATISFACTION
#undef OF_LEFT

/// Statement and function of a term; no statement: the run file does not tell.
std::pair<std::string, double (*)(double)> source_of(const std::string& term) {
  for (const TermSource& source : other_terms)
    if (source.term == term) return {source.sql, source.value_of};
  for (const std::string_view column : columns_of_meter)
    if (column == term) return {fmt::format("SELECT start_ns, {} FROM meter", term), nullptr};
  return {};
}

}  // namespace

double RewardPart::sum() const {
  double all = 0.0;
  for (const auto& [day, value] : by_day) all += value;
  return all;
}

double RewardPart::reward_on(std::int64_t day) const {
  const auto found = by_day.find(day);
  return found == by_day.end() ? 0.0 : weight * found->second;
}

double RewardOverTime::reward() const {
  double all = 0.0;
  for (const RewardPart& part : parts) all += part.reward();
  return all;
}

std::optional<RewardOverTime> reward_over_time(const record::Database& database,
                                               const std::function<std::int64_t(kernel::TimeNs)>& day_of) {
  const std::optional<record::LearntReward> learnt = record::read_learnt_reward(database);
  if (!learnt) return std::nullopt;
  RewardOverTime out{learnt->name, learnt->of_terms, {}, {}};

  record::Statement run(database, "SELECT start_ns, end_ns FROM run");
  const bool whole = run.next_row();
  const kernel::TimeNs first_ns = whole ? run.column_integer(0) : 0;
  const kernel::TimeNs last_ns = std::max(first_ns, whole ? run.column_integer(1) - 1 : 0);

  for (const auto& [term, weight] : learnt->parts) {
    const auto [sql, value_of] = learnt->of_terms ? source_of(term) : decltype(source_of(term)){};
    if (sql.empty()) {
      out.not_recorded.emplace_back(term, weight);
      continue;
    }
    RewardPart& part = out.parts.emplace_back(RewardPart{term, weight, {}});
    record::Statement rows(database, sql);
    while (rows.next_row()) {
      const double told = rows.column_real(1);
      if (!std::isfinite(told)) continue;
      const kernel::TimeNs at_ns = std::clamp(rows.column_integer(0), first_ns, last_ns);
      part.by_day[day_of(at_ns)] += value_of == nullptr ? told : value_of(told);
    }
  }
  return out;
}

}  // namespace evtwin::analysis
