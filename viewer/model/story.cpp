#include "viewer/model/story.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "viewer/model/waiting.hpp"

namespace evtwin::viewer::model {
namespace {

constexpr double same_kw = 0.01;  // powers that differ less are the same but for rounding

struct Step {
  TimeNs time_ns;
  int by;
};

/// "12.5" of "12.5 kW promised"; NaN: there is none.
double number_before(std::string_view text, std::string_view unit) {
  const std::size_t end = text.find(unit);
  if (end == std::string_view::npos) return none;
  const std::size_t space = text.substr(0, end).rfind(' ');
  const std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
  const std::string word(text.substr(begin, end - begin));
  char* rest = nullptr;
  const double value = std::strtod(word.c_str(), &rest);
  return !word.empty() && *rest == '\0' ? value : none;
}

/// In the order of time; who leaves goes before who comes.
void sort_steps(std::vector<Step>& steps) {
  std::ranges::sort(
      steps, [](const Step& a, const Step& b) { return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.by < b.by; });
}

/// Plug-ins and plug-outs of all sites.
std::vector<Step> steps_of(const Run& run) {
  std::vector<Step> steps;
  for (const Session& session : run.sessions) {
    if (is_unserved(session)) continue;
    steps.push_back({session.plugged_in_ns, 1});
    steps.push_back({session.departed_ns, -1});
  }
  sort_steps(steps);
  return steps;
}

/// Steps of a part of the run: how many are there when it begins, and who comes and goes in it. A day of a year is
/// found without sorting the year.
struct PartSteps {
  TimeNs from_ns, to_ns;
  int count_before = 0;
  std::vector<Step> steps{};

  void add_stay(TimeNs begin_ns, TimeNs end_ns) {
    if (begin_ns < from_ns && end_ns >= from_ns) ++count_before;
    if (begin_ns >= from_ns && begin_ns < to_ns) steps.push_back({begin_ns, 1});
    if (end_ns >= from_ns && end_ns < to_ns) steps.push_back({end_ns, -1});
  }
};

/// Where a count is largest in [from, to), the first of equals; count 0: nowhere.
struct Most {
  TimeNs time_ns = 0;
  int count = 0;
};
Most most_in(const std::vector<Step>& steps, TimeNs from, TimeNs to, int count = 0) {
  Most most;
  for (const Step& step : steps) {
    if (step.time_ns >= to) break;
    count += step.by;
    if (step.time_ns >= from && count > most.count) most = {step.time_ns, count};
  }
  return most;
}
Most most_in(PartSteps part) {
  sort_steps(part.steps);
  return most_in(part.steps, part.from_ns, part.to_ns, part.count_before);
}

class Day {
 public:
  Day(const Run& run, std::uint32_t of, std::uint32_t site, TimeNs from, TimeNs to)
      : run_(run), of_(of), site_(site), from_(from), to_(to) {}

  void add_all(std::vector<Moment>& out) {
    add_cars(out);
    add_queue(out);
    add_peak(out);
    add_limit(out);
    add_calls(out);
  }
  /// Moments of the world, which are the same in both runs.
  void add_world(std::vector<Moment>& out) const {
    add_prices(out);
    add_cuts(out);
    for (const Outage& outage : run_.outages) {
      if (outage.evse >= run_.evses.size() || run_.evses[outage.evse].site != site_ || !inside(outage.from_ns))
        continue;
      Moment& moment = out.emplace_back(at(MomentKind::outage, outage.from_ns));
      moment.evse = outage.evse;
    }
  }
  void add_first_arrival(std::vector<Moment>& out) const {
    for (const std::uint32_t row : run_.sites[site_].sessions) {
      if (!inside(run_.sessions[row].arrived_ns)) continue;
      Moment& moment = out.emplace_back(at(MomentKind::first_arrival, run_.sessions[row].arrived_ns));
      moment.session = row;
      return;
    }
  }

 private:
  bool inside(TimeNs t) const { return t >= from_ && t < to_; }
  Moment at(MomentKind kind, TimeNs t) const {
    Moment moment;
    moment.kind = kind;
    moment.time_ns = moment.to_ns = t;
    moment.of = of_;
    return moment;
  }

  void add_cars(std::vector<Moment>& out) const {
    PartSteps plugged{from_, to_};
    for (const std::uint32_t row : run_.sites[site_].sessions) {
      const Session& session = run_.sessions[row];
      if (!is_unserved(session)) plugged.add_stay(session.plugged_in_ns, session.departed_ns);
    }
    if (const Most most = most_in(std::move(plugged)); most.count > 0) {
      Moment& moment = out.emplace_back(at(MomentKind::most_vehicles, most.time_ns));
      moment.a = most.count;
    }

    // All such vehicles are one moment, at the first of them.
    Moment unserved = at(MomentKind::unserved, kernel::time_never);
    Moment missed = at(MomentKind::missed, kernel::time_never);
    unserved.a = missed.a = missed.b = 0.0;
    for (const std::uint32_t row : run_.sites[site_].sessions) {
      const Session& session = run_.sessions[row];
      if (!inside(session.departed_ns)) continue;
      const bool away = is_unserved(session);
      if (!away && !misses_energy(session)) continue;
      // Who is still there, plugged in or waiting, has not left.
      if (session.ended == "waiting_at_end" || session.ended == "open_at_end") continue;

      Moment& moment = away ? unserved : missed;
      moment.a += 1.0;
      if (!away) moment.b += session.unmet_kwh;
      if (session.departed_ns < moment.time_ns) {
        moment.time_ns = moment.to_ns = session.departed_ns;
        moment.session = row;
      }
    }

    for (const Moment& moment : {unserved, missed}) {
      if (moment.a > 0.0) out.push_back(moment);
    }
  }

  void add_queue(std::vector<Moment>& out) const {
    PartSteps waiting{from_, to_};
    for (const std::uint32_t row : run_.sites[site_].sessions) {
      const Session& session = run_.sessions[row];
      const TimeNs end_ns = wait_end_ns(session);
      if (end_ns > session.arrived_ns) waiting.add_stay(session.arrived_ns, end_ns);
    }
    const Most most = most_in(std::move(waiting));
    if (most.count > 0) out.emplace_back(at(MomentKind::queue, most.time_ns)).a = most.count;
  }

  void add_peak(std::vector<Moment>& out) const {
    const Site& site = run_.sites[site_];
    const Meter* highest = nullptr;
    for (const Meter& window : site.meter) {
      if (!inside(window.start_ns)) continue;
      // The first of those that are equally high but for rounding.
      if (highest == nullptr || window_mean_kw(run_, site, window) > window_mean_kw(run_, site, *highest) + same_kw)
        highest = &window;
    }
    if (highest == nullptr) return;
    Moment& moment = out.emplace_back(at(MomentKind::peak, highest->start_ns));
    moment.to_ns = highest->end_ns;
    moment.a = window_mean_kw(run_, site, *highest);
  }

  void add_limit(std::vector<Moment>& out) const {
    for (std::uint32_t row = 0; row < run_.corrections.size(); ++row) {
      const Correction& correction = run_.corrections[row];
      if (correction.site != site_ || correction.reason != "limit" || !inside(correction.time_ns)) continue;
      Moment& moment = out.emplace_back(at(MomentKind::limit, correction.time_ns));
      moment.correction = row;
      moment.evse = correction.evse;
      return;
    }
  }

  /// Stretches in which demand response holds the import limit below the contract power.
  void add_cuts(std::vector<Moment>& out) const {
    const Series &limit = run_.sites[site_].contract_kw, &contract = run_.sites[site_].uncut_contract_kw;
    if (limit.empty() || contract.empty()) return;
    const auto cut_at = [&](TimeNs t) { return limit.value_at(t) < contract.value_at(t) - same_kw; };
    const auto next_change = [&](TimeNs t) { return std::min(limit.next_change(t), contract.next_change(t)); };
    for (TimeNs t = std::max(from_, run_.start_ns); t < std::min(to_, run_.known_until_ns); t = next_change(t)) {
      const bool begins = t == run_.start_ns || !cut_at(t - 1) || limit.value_at(t - 1) != limit.value_at(t);
      if (!cut_at(t) || !begins) continue;
      Moment& moment = out.emplace_back(at(MomentKind::cut, t));
      moment.to_ns = std::min(next_change(t), run_.end_ns);
      moment.a = limit.value_at(t);
      moment.b = contract.value_at(t);
    }
  }

  /// What cars were asked for, and what came of it: events of the twin's dispatch.
  void add_calls(std::vector<Moment>& out) const {
    const auto first = std::ranges::lower_bound(run_.events, from_, {}, &Event::time_ns);
    // The end of a run belongs to its last day: a call that is cut off there ends there.
    const TimeNs until = to_ >= run_.end_ns && from_ < run_.end_ns ? run_.end_ns + 1 : to_;
    for (auto event = first; event != run_.events.end() && event->time_ns < until; ++event) {
      if (event->site != site_ || event->kind != EventKind::dispatch) continue;
      const double asked_kw = number_before(event->text, " kW: ");
      const double promised_kw = number_before(event->text, " kW promised");
      const double delivered_kw = number_before(event->text, " kW delivered");
      const bool is_end = !std::isnan(delivered_kw);
      Moment& moment = out.emplace_back(at(is_end ? MomentKind::call_end : MomentKind::call, event->time_ns));
      moment.a = is_end ? promised_kw : asked_kw;
      moment.b = is_end ? delivered_kw : promised_kw;
    }
  }

  /// The steps of the tariff that day; of a price by the hour only the largest up and down.
  void add_prices(std::vector<Moment>& out) const {
    const Series& price = run_.sites[site_].buy_price;
    std::vector<Moment> steps;
    for (TimeNs t = price.next_change(from_ - 1); t < to_; t = price.next_change(t)) {
      const double before = price.value_at(t - 1), after = price.value_at(t);
      if (std::isnan(before) || std::isnan(after) || before == after) continue;
      Moment& moment = steps.emplace_back(at(after > before ? MomentKind::dearer : MomentKind::cheaper, t));
      moment.a = before;
      moment.b = after;
    }
    constexpr std::size_t few = 6;
    if (steps.size() > few) {
      const auto by_step = [](const Moment& x, const Moment& y) { return x.b - x.a < y.b - y.a; };
      const auto [down, up] = std::ranges::minmax_element(steps, by_step);
      steps = {*down, *up};
    }
    out.insert(out.end(), steps.begin(), steps.end());
  }

  const Run& run_;
  std::uint32_t of_, site_;
  TimeNs from_, to_;
};

double paid_between(const Site& site, TimeNs from, TimeNs to) {
  const auto at = [&](TimeNs t) {
    return site.cost.value_at(std::clamp(t, site.cost.start_ns(), site.cost.end_ns() - 1));
  };
  return site.cost.empty() ? none : at(to) - at(from);
}

/// A moment that both runs have at the same instant with the same figures is told once.
void add_unless_there(std::vector<Moment>& moments, const std::vector<Moment>& others) {
  const std::size_t first = moments.size();
  for (const Moment& moment : others) {
    const auto same = [&](const Moment& known) {
      const auto alike = [](double x, double y) { return std::abs(x - y) < 1e-6 || (std::isnan(x) && std::isnan(y)); };
      return known.kind == moment.kind && known.time_ns == moment.time_ns && alike(known.a, moment.a) &&
             alike(known.b, moment.b);
    };
    const auto end = moments.begin() + static_cast<std::ptrdiff_t>(first);
    const auto found = std::find_if(moments.begin(), end, same);
    if (found != end)
      found->of_both = true;
    else
      moments.push_back(moment);
  }
}

}  // namespace

TimeNs first_busy(const Run& run) {
  const std::vector<Step> steps = steps_of(run);
  const Most most = most_in(steps, run.start_ns, run.end_ns);
  int count = 0;
  for (const Step& step : steps) {
    count += step.by;
    if (step.by > 0 && 2 * count >= most.count) return std::max(step.time_ns, run.start_ns);
  }
  return run.start_ns;
}

TimeNs first_busy_hour(const Run& run) {
  const TimeNs t = first_busy(run);
  CivilTime local = run.clock.local_time(t);
  local.minute = local.second = local.nanosecond = 0;
  const TimeNs hour = run.clock.instant_of(local);
  return hour <= t && t - hour < kernel::hour_ns ? std::max(hour, run.start_ns) : t;
}

std::vector<Moment> where_runs_part(const Run& a, const Run& b, std::uint32_t site, TimeNs from, TimeNs to,
                                    std::size_t most) {
  const std::uint32_t row_b = same_site(a, site, b);
  if (row_b >= b.sites.size() || to <= from) return {};
  const Site &site_a = a.sites[site], &site_b = b.sites[row_b];
  struct Stretch {
    TimeNs from_ns, to_ns;
    double kwh;
  };
  // Differences of the means of A's windows.
  std::vector<Stretch> windows;
  double largest_kw = 0.0;
  // A run that was cut off says nothing of what came later.
  const TimeNs known_ns = std::min(a.known_until_ns, b.known_until_ns);
  for (const Meter& window : site_a.meter) {
    if (window.start_ns < from || window.start_ns >= to || window.end_ns > known_ns) continue;
    const Extent of_a = site_a.grid_kw.extent_of(window.start_ns, window.end_ns);
    const Extent of_b = site_b.grid_kw.extent_of(window.start_ns, window.end_ns);
    const double kw = of_b.mean() - of_a.mean();
    if (std::isnan(kw)) continue;
    windows.push_back({window.start_ns, window.end_ns, kw * kernel::hours_between(window.start_ns, window.end_ns)});
    largest_kw = std::max(largest_kw, std::abs(kw));
  }

  constexpr double noise_kw = 0.1, share = 0.25;
  if (largest_kw < noise_kw) return {};

  std::vector<Stretch> stretches;
  for (const Stretch& window : windows) {
    const double kw = window.kwh / kernel::hours_between(window.from_ns, window.to_ns);
    if (std::abs(kw) < share * largest_kw) continue;
    const bool goes_on = !stretches.empty() && stretches.back().to_ns == window.from_ns &&
                         std::signbit(stretches.back().kwh) == std::signbit(window.kwh);
    if (goes_on) {
      stretches.back().to_ns = window.to_ns;
      stretches.back().kwh += window.kwh;
    } else {
      stretches.push_back(window);
    }
  }

  std::ranges::stable_sort(stretches,
                           [](const Stretch& x, const Stretch& y) { return std::abs(x.kwh) > std::abs(y.kwh); });
  if (stretches.size() > most) stretches.resize(most);

  std::vector<Moment> moments;
  for (const Stretch& stretch : stretches) {
    Moment& moment = moments.emplace_back();
    moment.kind = MomentKind::part;
    moment.of = 1;
    moment.time_ns = stretch.from_ns;
    moment.to_ns = stretch.to_ns;
    moment.a = stretch.kwh / kernel::hours_between(stretch.from_ns, stretch.to_ns);
    moment.b =
        paid_between(site_b, stretch.from_ns, stretch.to_ns) - paid_between(site_a, stretch.from_ns, stretch.to_ns);
    moment.price = site_a.buy_price.extent_of(stretch.from_ns, stretch.to_ns).mean();
    const TimeNs day = a.clock.day_start(stretch.from_ns);
    moment.mean_price = site_a.buy_price.extent_of(day, a.clock.next_day(stretch.from_ns)).mean();
  }
  return moments;
}

std::vector<Moment> moments_of_day(const Run& run, const Run* other, std::uint32_t site, TimeNs t) {
  if (site == no_row) site = 0;
  if (site >= run.sites.size()) return {};
  const TimeNs from = run.clock.day_start(t), to = run.clock.next_day(t);
  std::vector<Moment> moments;
  Day day(run, 0, site, from, to);
  day.add_first_arrival(moments);
  day.add_world(moments);
  day.add_all(moments);
  const std::uint32_t of_other = other == nullptr ? no_such_site : same_site(run, site, *other);
  if (other != nullptr && of_other < other->sites.size()) {
    std::vector<Moment> others;
    Day second(*other, 1, of_other, from, to);
    second.add_first_arrival(others);
    second.add_world(others);
    second.add_all(others);
    add_unless_there(moments, others);
    constexpr std::size_t most_parts = 4;
    const std::vector<Moment> parts = where_runs_part(run, *other, site, from, to, most_parts);
    moments.insert(moments.end(), parts.begin(), parts.end());
  }
  std::ranges::stable_sort(moments, {}, &Moment::time_ns);
  return moments;
}

}  // namespace evtwin::viewer::model
