#include "score/read_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/reader.hpp"

namespace evtwin::score {
namespace {

/// Strategies pause a charge and go on: what is shorter is no end of it.
constexpr TimeNs pause_of_a_charge_ns = kernel::hour_ns;

double& value(Segment& segment, Field field) { return segment.values[static_cast<std::size_t>(field)]; }

Segment segment_from(SegmentKind kind, TimeNs begin_ns, TimeNs end_ns) {
  Segment segment;
  segment.kind = kind;
  segment.begin_ns = begin_ns;
  segment.values.fill(unknown);
  value(segment, Field::duration_h) = kernel::hours_between(begin_ns, end_ns);
  return segment;
}

}  // namespace

std::vector<Segment> segments_of(TimeNs begin_ns, TimeNs end_ns, std::span<const Flow> flows, SegmentKind charge,
                                 double soc_start_percent, double soc_per_kwh, TimeNs pause_ns) {
  std::vector<Segment> out;
  TimeNs covered_ns = begin_ns;
  double soc = soc_start_percent;
  const auto park_until = [&](TimeNs until_ns) {
    if (until_ns > covered_ns) out.push_back(segment_from(SegmentKind::parking, covered_ns, until_ns));
    covered_ns = std::max(covered_ns, until_ns);
  };
  for (std::size_t i = 0; i < flows.size();) {
    if (flows[i].kwh <= 0.0) {
      soc += flows[i++].stored_kwh * soc_per_kwh;
      continue;
    }
    park_until(flows[i].begin_ns);
    const TimeNs from_ns = flows[i].begin_ns;
    TimeNs until_ns = from_ns;
    double kwh = 0.0, stored_kwh = 0.0;
    for (; i < flows.size() && flows[i].kwh > 0.0 && flows[i].begin_ns - until_ns <= pause_ns; ++i) {
      kwh += flows[i].kwh;
      stored_kwh += flows[i].stored_kwh;
      until_ns = flows[i].end_ns;
    }
    Segment& segment = out.emplace_back(segment_from(charge, from_ns, until_ns));
    value(segment, Field::energy_kwh) = kwh;
    value(segment, Field::soc_start) = soc;
    value(segment, Field::soc_end) = soc += stored_kwh * soc_per_kwh;
    covered_ns = until_ns;
  }
  park_until(end_ns);
  return out;
}

void refuse_incomplete(const std::string& file) {
  const std::string incomplete = record::describe_incompleteness(record::read_summary(file));
  if (!incomplete.empty()) record::refuse_file(file, incomplete + "; batteries are judged by complete runs");
}

void read_run(const std::string& file, FileRows& rows) {
  refuse_incomplete(file);
  const record::Database database = record::open_run_file(file);
  const auto end_of_run = [&] {
    record::Statement run(database, "SELECT end_ns FROM run");
    return run.next_row() ? run.column_integer(0) : TimeNs{0};
  }();
  record::Statement powers(database,
                           "SELECT p.session, p.start_ns, p.end_ns, p.energy_kwh FROM power p "
                           "WHERE p.session IS NOT NULL ORDER BY p.session, p.start_ns");
  bool more = powers.next_row();
  record::Statement sessions(
      database,
      "SELECT s.number, s.name, s.vehicle, s.plugged_in_ns, s.departed_ns, e.kind, s.soc_start, s.battery_kwh, "
      "s.charge_efficiency, s.discharge_efficiency FROM session s JOIN evse e ON e.id = s.evse WHERE s.number IS NOT "
      "NULL ORDER BY s.number");
  while (sessions.next_row()) {
    const std::int64_t number = sessions.column_integer(0);
    std::vector<Flow> flows;
    for (; more && powers.column_integer(0) <= number; more = powers.next_row()) {
      const double kwh = powers.column_real(3);
      if (powers.column_integer(0) != number || kwh == 0.0) continue;
      const double stored_kwh = kwh > 0.0 ? kwh * sessions.column_real(8) : kwh / sessions.column_real(9);
      flows.push_back({powers.column_integer(1), powers.column_integer(2), kwh, stored_kwh});
    }
    const SegmentKind charge = sessions.column_text(5) == "dc" ? SegmentKind::fast_charge : SegmentKind::slow_charge;
    const double soc_per_kwh = 100.0 / sessions.column_real(7);
    const std::string id = sessions.column_text(1);
    rows.rows += 1;
    rows.car_of(id).type = sessions.column_text(2);
    for (const Segment& segment :
         segments_of(sessions.column_integer(3), std::min<TimeNs>(sessions.column_integer(4), end_of_run), flows,
                     charge, 100.0 * sessions.column_real(6), soc_per_kwh, pause_of_a_charge_ns))
      rows.add_segment(id, segment);
  }
  rows.fields.insert({"energy_kwh", "soc_start", "soc_end", "duration_h"});
}

}  // namespace evtwin::score
