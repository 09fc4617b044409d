#include "replay/time_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernel/csv_cell.hpp"
#include "market/calendar.hpp"

namespace evtwin::replay {
namespace {

using kernel::hours_between;

constexpr double nothing_kwh = 1e-9;  ///< below it nothing flowed in a step

/// Mean over [from, to), exact for a price that does not change in it; NaN where none is known.
double mean(const RecordedSignal& signal, TimeNs from, TimeNs to) {
  const auto after = std::upper_bound(signal.begin(), signal.end(), from,
                                      [](TimeNs t, const RecordedLevel& level) { return t < level.time_ns; });
  if (after == signal.begin()) return std::numeric_limits<double>::quiet_NaN();
  auto level = std::prev(after);
  double sum_h = 0.0;
  for (TimeNs t = from;;) {
    const auto next = std::next(level);
    const TimeNs until = next == signal.end() ? to : std::min(to, next->time_ns);
    if (t == from && until == to) return level->value;
    sum_h += level->value * hours_between(t, until);
    if (until == to) return sum_h / hours_between(from, to);
    t = until;
    level = next;
  }
}

/// A session with its sums, so that any instant is looked up.
class Course {
 public:
  explicit Course(const RecordedSession& session) : session_(&session) {
    double metered = 0.0, stored = 0.0;
    for (const RecordedPower& piece : session.power) {
      metered_.push_back(metered);
      stored_.push_back(stored);
      metered += piece.energy_kwh;
      stored += in_battery(piece.energy_kwh);
    }
  }

  /// Through the meter from plug-in to t.
  double energy_kwh(TimeNs t) const {
    return sum(t, metered_, [](double kwh) { return kwh; });
  }
  double soc(TimeNs t) const {
    return session_->soc_start + sum(t, stored_, [&](double kwh) { return in_battery(kwh); }) / session_->battery_kwh;
  }
  const RecordedSession& session() const { return *session_; }

 private:
  double in_battery(double kwh) const {
    return kwh > 0.0 ? kwh * session_->charge_efficiency : kwh / session_->discharge_efficiency;
  }
  template <typename Map>
  double sum(TimeNs t, const std::vector<double>& before, Map&& map) const {
    const auto& power = session_->power;
    const auto after = std::upper_bound(power.begin(), power.end(), t,
                                        [](TimeNs at, const RecordedPower& piece) { return at < piece.start_ns; });
    if (after == power.begin()) return 0.0;
    const auto piece = std::prev(after);
    return before[static_cast<std::size_t>(piece - power.begin())] + map(piece->energy_kwh_until(t));
  }

  const RecordedSession* session_;
  std::vector<double> metered_, stored_;  ///< before each piece of power
};

/// Of each local day, by its start.
std::map<TimeNs, double> day_means(const RecordedRun& run, const RecordedSignal& signal,
                                   const market::Calendar& calendar) {
  std::map<TimeNs, double> means;
  market::LocalClock clock(calendar);
  for (TimeNs day = calendar.day_start(run.start_ns); day < run.end_ns;) {
    const TimeNs next = clock.next_day_start(day);
    means[day] = mean(signal, std::max(day, run.start_ns), std::min(next, run.end_ns));
    day = next;
  }
  return means;
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

/// One EVSE's sessions, and which of them a step has to look at.
class Row {
 public:
  explicit Row(std::vector<Course> courses) : courses_(std::move(courses)) {}

  struct Step {
    double energy_kwh = 0.0;
    double soc = std::numeric_limits<double>::quiet_NaN();
    const RecordedSession* session = nullptr;  ///< there at the start, else the first to come in the step
  };
  /// Steps in ascending order.
  Step step(TimeNs from, TimeNs to) {
    Step out;
    while (first_ < courses_.size() && courses_[first_].session().departed_ns <= from) ++first_;
    for (std::size_t i = first_; i < courses_.size() && courses_[i].session().plugged_in_ns < to; ++i) {
      const Course& course = courses_[i];
      const RecordedSession& session = course.session();
      if (out.session == nullptr) out.session = &session;
      if (session.plugged_in_ns <= from) out.soc = course.soc(from);
      out.energy_kwh += course.energy_kwh(std::min(to, session.departed_ns)) -
                        course.energy_kwh(std::max(from, session.plugged_in_ns));
    }
    return out;
  }

 private:
  std::vector<Course> courses_;
  std::size_t first_ = 0;
};

const char* status_of(const Row::Step& step) {
  if (step.energy_kwh > nothing_kwh) return "charging";
  if (step.energy_kwh < -nothing_kwh) return "discharging";
  return step.session != nullptr ? "holding" : "free";
}

}  // namespace

std::uint64_t write_time_table(const RecordedRun& run, TimeNs step_ns, bool anonymise, const TextSink& sink) {
  const market::Calendar calendar(run.timezone);
  const std::vector<std::string> ids = session_ids(run, anonymise);
  std::vector<std::vector<Course>> courses(run.evses.size());
  for (const RecordedSession& session : run.sessions) courses[session.evse].emplace_back(session);
  std::vector<std::map<TimeNs, double>> averages;
  for (const RecordedSite& site : run.sites) averages.push_back(day_means(run, site.buy_price, calendar));

  sink(
      "Timestamp,Date,Time,Charging Price,Discharging Price,Average Price,CS Id,Algorithm Name,SoC,Power kW,Energy "
      "kWh,Status,Session,Vehicle,Site\n");
  std::uint64_t rows = 0;
  for (std::size_t e = 0; e < run.evses.size(); ++e) {
    const RecordedEvse& evse = run.evses[e];
    const RecordedSite& site = run.sites[evse.site];
    Row row(std::move(courses[e]));
    // The last step may be shorter.
    for (TimeNs from = run.start_ns; from < run.end_ns; from += step_ns) {
      const TimeNs to = std::min(from + step_ns, run.end_ns);
      const Row::Step step = row.step(from, to);
      const std::string iso = calendar.format_iso(from);
      const double average = averages[evse.site].at(calendar.day_start(from));
      const std::string id =
          step.session == nullptr ? "" : ids[static_cast<std::size_t>(step.session - run.sessions.data())];

      sink(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", iso, iso.substr(0, 10), iso.substr(11, 8),
                       number(mean(site.buy_price, from, to)), number(mean(site.sell_price, from, to)), number(average),
                       kernel::csv_cell(evse.name), kernel::csv_cell(run.strategy), number(step.soc),
                       number(step.energy_kwh / hours_between(from, to)), number(step.energy_kwh), status_of(step),
                       kernel::csv_cell(id), kernel::csv_cell(step.session == nullptr ? "" : step.session->vehicle),
                       kernel::csv_cell(site.name)));
      ++rows;
    }
  }
  return rows;
}

}  // namespace evtwin::replay
