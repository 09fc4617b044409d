#include "replay/pilot_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kernel/csv_cell.hpp"
#include "market/calendar.hpp"

namespace evtwin::replay {
namespace {

using analysis::PilotReading;
using kernel::is_known;

bool same(double a, double b) { return a == b || (!is_known(a) && !is_known(b)); }

bool same(const PilotReading& a, const PilotReading& b) {
  return a.state == b.state && a.oscillates == b.oscillates && same(a.duty, b.duty) && same(a.offered_a, b.offered_a);
}

/// Last of `rows` that begins at or before t; nullptr: none.
template <class Row, class Time>
const Row* last_until(const std::vector<Row>& rows, TimeNs t, Time Row::*time) {
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), t, [&](TimeNs at, const Row& row) { return at < row.*time; });
  return after == rows.begin() ? nullptr : &*std::prev(after);
}

/// All that happens at one EVSE.
class EvseCourse {
 public:
  EvseCourse(const RecordedRun& run, std::size_t evse) : evse_(run.evses[evse]) {
    edges_ = {run.start_ns, run.end_ns};
    for (const RecordedSession& session : run.sessions) {
      if (session.evse != evse) continue;
      sessions_.push_back(&session);
      edges_.insert(edges_.end(), {session.plugged_in_ns, session.departed_ns});
      for (const RecordedPower& piece : session.power) edges_.insert(edges_.end(), {piece.start_ns, piece.end_ns});
      for (const RecordedLimit& limit : session.limits) edges_.push_back(limit.time_ns);
    }
    for (const RecordedOutage& outage : run.outages) {
      if (outage.evse != evse) continue;
      outages_.push_back(&outage);
      edges_.insert(edges_.end(), {outage.from_ns, outage.to_ns});
    }
    std::erase_if(edges_, [&](TimeNs t) { return t < run.start_ns || t > run.end_ns; });
    std::sort(edges_.begin(), edges_.end());
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
  }

  /// Instants at which anything changes, ascending.
  const std::vector<TimeNs>& edges() const { return edges_; }

  /// Goes forward only.
  PilotReading at(TimeNs t) {
    analysis::EvseFacts facts;
    facts.dc = evse_.dc;
    facts.phases = evse_.phases;
    facts.voltage_v = evse_.voltage_v;
    facts.max_kw = evse_.max_kw;
    while (outage_ < outages_.size() && outages_[outage_]->to_ns <= t) ++outage_;
    facts.in_service = outage_ == outages_.size() || t < outages_[outage_]->from_ns;
    while (session_ < sessions_.size() && sessions_[session_]->departed_ns <= t) ++session_;
    facts.connected = session_ < sessions_.size() && sessions_[session_]->plugged_in_ns <= t;
    if (!facts.connected) return pilot_of(facts);

    const RecordedSession& session = *sessions_[session_];
    const RecordedPower* piece = last_until(session.power, t, &RecordedPower::start_ns);
    if (piece != nullptr && t < piece->end_ns) facts.kw = piece->kw_at(t);
    if (const RecordedLimit* limit = last_until(session.limits, t, &RecordedLimit::time_ns))
      facts.setpoint_kw = limit->kw;
    return pilot_of(facts);
  }

 private:
  const RecordedEvse& evse_;
  std::vector<const RecordedSession*> sessions_;  // in order of plug-in
  std::vector<const RecordedOutage*> outages_;    // in order of time
  std::vector<TimeNs> edges_;
  std::size_t session_ = 0, outage_ = 0;  // that goes on, or comes next
};

}  // namespace

std::vector<PilotRow> pilot_rows(const RecordedRun& run, std::size_t evse) {
  EvseCourse course(run, evse);
  const std::vector<TimeNs>& edges = course.edges();
  std::vector<PilotRow> rows;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const PilotReading reading = course.at(edges[i]);
    if (!rows.empty() && same(rows.back().reading, reading))
      rows.back().to_ns = edges[i + 1];
    else
      rows.push_back({edges[i], edges[i + 1], reading});
  }
  return rows;
}

PilotSummary write_pilot_table(const RecordedRun& run, PilotForm form, const TextSink& sink) {
  const market::Calendar calendar(run.timezone);
  PilotSummary summary;
  const bool json = form == PilotForm::json;
  sink(json ? "[" : "evse,from,to,state,duty_percent,offered_a\n");
  for (std::size_t e = 0; e < run.evses.size(); ++e) {
    for (const PilotRow& row : pilot_rows(run, e)) {
      const PilotReading& reading = row.reading;
      const std::string from = calendar.format_iso(row.from_ns), to = calendar.format_iso(row.to_ns);

      // A figure that is not known is null in JSON and an empty cell in CSV.
      if (json) {
        const auto number = [](double x) { return is_known(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(); };
        const nlohmann::ordered_json line{{"evse", run.evses[e].name},
                                          {"from", from},
                                          {"to", to},
                                          {"state", name_of(reading)},
                                          {"duty_percent", number(reading.duty)},
                                          {"offered_a", number(reading.offered_a)}};
        sink((summary.rows == 0 ? "\n" : ",\n") + line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      } else {
        const auto number = [](double x) { return is_known(x) ? fmt::format("{:.6g}", x) : std::string(); };
        sink(fmt::format("{},{},{},{},{},{}\n", kernel::csv_cell(run.evses[e].name), from, to, name_of(reading),
                         number(reading.duty), number(reading.offered_a)));
      }

      // IEC 61851-1 has no duty cycle below 6 A: the summary tells for how long energy flowed there.
      ++summary.rows;
      if (reading.oscillates && !is_known(reading.duty))
        summary.below_6_a_h += kernel::hours_between(row.from_ns, row.to_ns);
    }
  }

  if (json) sink("\n]\n");
  return summary;
}

}  // namespace evtwin::replay
