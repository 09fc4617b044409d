// Decisions, plans and corrections.
#include <algorithm>
#include <utility>

#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

// EVSE or storage of a row, both of this site; either may be NULL.
template <class Thing>
void read_subject(const Rows& rows, const Run& run, int column, std::uint32_t site, Thing& thing) {
  thing.evse = rows.row_or_none(column, run.evses.size());
  thing.storage = rows.row_or_none(column + 1, run.storages.size());
  const bool strange = (thing.evse != no_row && run.evses[thing.evse].site != site) ||
                       (thing.storage != no_row && run.storages[thing.storage].site != site);
  if (strange) rows.throw_bad_row("of another site");
}

template <class Thing>
void add_to(Run& run, const Thing& thing, std::size_t row, std::vector<std::uint32_t> Evse::*of_evse,
            std::vector<std::uint32_t> Storage::*of_storage) {
  if (thing.evse != no_row) (run.evses[thing.evse].*of_evse).push_back(static_cast<std::uint32_t>(row));
  if (thing.storage != no_row) (run.storages[thing.storage].*of_storage).push_back(static_cast<std::uint32_t>(row));
}

}  // namespace

void read_decisions(const Source& source, Run& run) {
  Rows decisions = source.all_rows("decision", "site, number, time_ns, why, expected_cost");
  while (decisions.next_row()) {
    Decision decision;
    decision.site = decisions.column_row(1, run.sites.size());
    decision.number = decisions.column_count(2);
    decision.time_ns = decisions.column_time(3);
    decision.why = static_cast<std::uint32_t>(decisions.column_integer(4) & 63);
    decision.expected_cost = decisions.number_or_none(5);

    // Lookups by time are binary searches over these rows.
    if (!run.decisions.empty() && decision.time_ns < run.decisions.back().time_ns)
      decisions.throw_bad_row("goes back in time");
    run.sites[decision.site].decisions.push_back(static_cast<std::uint32_t>(run.decisions.size()));
    run.decisions.push_back(decision);
  }

  Rows setpoints = source.all_rows("setpoint", "decision, evse, storage, kw");
  while (setpoints.next_row()) {
    Setpoint setpoint;
    setpoint.decision = setpoints.column_row(1, run.decisions.size());
    read_subject(setpoints, run, 2, run.decisions[setpoint.decision].site, setpoint);
    setpoint.kw = setpoints.number_or_infinite(4);
    add_to(run, setpoint, run.setpoints.size(), &Evse::setpoints, &Storage::setpoints);
    run.setpoints.push_back(setpoint);
  }
}

void read_plans(const Source& source, Run& run) {
  Rows rows = source.all_rows("plan", "site, evse, storage, decision, start_ns, end_ns, kw, replaced_ns");
  while (rows.next_row()) {
    Plan plan;
    plan.site = rows.column_row(1, run.sites.size());
    read_subject(rows, run, 2, plan.site, plan);
    plan.decision = rows.column_count(4);
    plan.start_ns = rows.column_time(5);
    plan.end_ns = rows.column_time(6);
    plan.kw = rows.column_number(7);
    if (!rows.is_null(8)) plan.replaced_ns = rows.column_time(8);
    if (plan.end_ns < plan.start_ns) rows.throw_bad_row("ends before it starts");
    add_to(run, plan, run.plans.size(), &Evse::plans, &Storage::plans);
    run.plans.push_back(plan);
  }
  // The file has them in the order in which their fate was known.
  const auto sort = [&](std::vector<std::uint32_t>& plans) {
    std::ranges::stable_sort(plans, {}, [&](std::uint32_t row) {
      return std::pair{run.plans[row].decision, run.plans[row].start_ns};
    });
  };
  for (Evse& evse : run.evses) sort(evse.plans);
  for (Storage& storage : run.storages) sort(storage.plans);
}

void read_corrections(const Source& source, Run& run) {
  Rows rows = source.all_rows("correction", "site, evse, storage, time_ns, reason, asked_kw, given_kw, limit_name");
  while (rows.next_row()) {
    Correction correction;
    correction.site = rows.column_row(1, run.sites.size());
    read_subject(rows, run, 2, correction.site, correction);
    correction.time_ns = rows.column_time(4);
    correction.reason = rows.column_text(5);
    correction.asked_kw = rows.number_or_none(6);
    correction.given_kw = rows.number_or_none(7);
    correction.limit_name = rows.column_text(8);
    if (!run.corrections.empty() && correction.time_ns < run.corrections.back().time_ns)
      rows.throw_bad_row("goes back in time");
    add_to(run, correction, run.corrections.size(), &Evse::corrections, &Storage::corrections);
    run.corrections.push_back(std::move(correction));
  }
}

}  // namespace evtwin::viewer::model
