#include "viewer/model/metered.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace evtwin::viewer::model {
namespace {

std::vector<const Metered*> readings_of(const Run& run, std::uint32_t evse) {
  std::vector<const Metered*> readings;
  for (const Metered& reading : run.metered) {
    if (reading.evse == evse && reading.end_ns > reading.start_ns) readings.push_back(&reading);
  }
  std::ranges::stable_sort(readings, {}, &Metered::start_ns);
  return readings;
}

Series series_of(const Run& run, std::uint32_t evse, double between) {
  Series series;
  TimeNs until = run.start_ns;
  series.add_piece(until, between);
  for (const Metered* reading : readings_of(run, evse)) {
    const TimeNs from = std::max(reading->start_ns, until);
    if (from >= reading->end_ns) continue;  // told twice
    if (from > until) series.add_piece(until, between);
    series.add_piece(from, reading->kw);
    until = reading->end_ns;
  }
  if (until < run.known_until_ns) series.add_piece(until, between);
  series.finish_at(run.known_until_ns);
  return series;
}

/// Readings beside the twin, summed up.
struct Compared {
  double hours = 0.0, squares = 0.0, metered_kwh = 0.0, twin_kwh = 0.0;
  void add_reading(const Metered& reading) {
    if (reading.end_ns <= reading.start_ns) return;
    const double length_h = kernel::hours_between(reading.start_ns, reading.end_ns);
    const double error_kw = reading.kw - reading.twin_kwh / length_h;
    hours += length_h;
    squares += length_h * error_kw * error_kw;
    metered_kwh += reading.kw * length_h;
    twin_kwh += reading.twin_kwh;
  }
  double error_kw() const { return hours > 0.0 ? std::sqrt(squares / hours) : none; }
};

}  // namespace

Series metered_at(const Run& run, std::uint32_t evse) {
  return run.metered.empty() ? Series() : series_of(run, evse, none);
}

Series metered_of_site(const Run& run, std::uint32_t site) {
  if (run.metered.empty() || site >= run.sites.size()) return {};
  std::vector<Series> made;
  for (const std::uint32_t evse : run.sites[site].evses) made.push_back(series_of(run, evse, 0.0));
  std::vector<const Series*> parts;
  for (const Series& series : made) parts.push_back(&series);
  return sum_of(parts, run.start_ns, run.known_until_ns);
}

MeteredSession metered_session(const Run& run, std::uint32_t session) {
  Compared sum;
  for (const Metered& reading : run.metered) {
    if (reading.session == session) sum.add_reading(reading);
  }
  return {sum.hours > 0.0 ? sum.metered_kwh : none, sum.hours > 0.0 ? sum.twin_kwh : none, sum.error_kw()};
}

Series metered_error_at(const Run& run, std::uint32_t evse) {
  Series series;
  if (run.metered.empty() || evse >= run.evses.size()) return series;
  std::map<std::uint32_t, Compared> sums;
  for (const Metered& reading : run.metered) {
    if (reading.evse == evse) sums[reading.session].add_reading(reading);
  }

  // Sessions of an EVSE are in the order of plug-in, one after the other.
  series.add_piece(run.start_ns, none);
  for (const std::uint32_t row : run.evses[evse].sessions) {
    const Session& session = run.sessions[row];
    series.add_piece(std::max(run.start_ns, session.plugged_in_ns), sums[row].error_kw());
    series.add_piece(std::max(run.start_ns, session.departed_ns), none);
  }
  series.finish_at(run.known_until_ns);
  return series;
}

Series metered_error_of_site(const Run& run) {
  Series series;
  const auto found = std::ranges::find(run.scores, std::string_view("timing_rmse"), &Score::name);
  if (found == run.scores.end() || std::isnan(found->value)) return series;
  series.add_piece(run.start_ns, found->value);
  series.finish_at(run.known_until_ns);
  return series;
}

std::size_t count_left_out(const Run& run) {
  return static_cast<std::size_t>(std::ranges::count_if(run.flags, &Flag::left_out));
}

}  // namespace evtwin::viewer::model
