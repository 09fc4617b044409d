#include "control/forecast_arrivals.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/distributions.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {

double poisson_level(double mean, double level) {
  // Beyond this exp(-mean) nears the smallest double, and the normal distribution is within a vehicle or two.
  constexpr double most_by_sum = 600.0;
  if (mean > most_by_sum)
    return std::max(0.0, std::ceil(mean + std::sqrt(mean) * kernel::standard_normal(level) - 0.5));
  double probability = std::exp(-mean), sum = probability, count = 0.0;
  while (sum < level && probability > 0.0) {
    count += 1.0;
    probability *= mean / count;
    sum += probability;
  }
  return count;
}

void fill_poisson_counts(Horizon& horizon) {
  const std::size_t steps = horizon.arrivals.size(), levels = horizon.level.size();
  horizon.level_arrivals.resize(levels * steps);
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t k = 0; k < steps; ++k) {
      const double expected = horizon.arrivals[k];
      horizon.level_arrivals[l * steps + k] = expected > 0.0 ? poisson_level(expected, horizon.level[l]) : expected;
    }
  }
}

void fill_kwh_of_counts(Horizon& horizon) {
  const std::size_t steps = horizon.arrivals.size(), levels = horizon.level.size();
  horizon.level_arrivals_kwh.resize(levels * steps);
  for (std::size_t l = 0; l < levels; ++l) {
    for (std::size_t k = 0; k < steps; ++k) {
      const double expected = horizon.arrivals[k], count = horizon.level_arrivals[l * steps + k];
      const bool as_foreseen = count == expected || expected < 1e-12;  // or too small to divide by
      horizon.level_arrivals_kwh[l * steps + k] =
          as_foreseen ? horizon.arrivals_kwh[k] : horizon.arrivals_kwh[k] / expected * count;
    }
  }
}

ArrivalForecaster::ArrivalForecaster(Forecast forecast, const market::Calendar& calendar, TimeNs tick_ns,
                                     std::uint64_t seed, std::uint64_t site, std::vector<demand::ArrivalStream> streams)
    : forecast_(std::move(forecast)), days_before_(calendar), tick_ns_(tick_ns), seed_(seed), site_(site) {
  for (demand::ArrivalStream& stream : streams) {
    Source& source = sources_.emplace_back(Source{std::move(stream)});
    source.more = source.stream.next_visit(source.next);
  }
}

/// Brings the window to [from, until); neither goes back.
void ArrivalForecaster::move_window(Source& source, TimeNs from_ns, TimeNs until_ns) {
  std::vector<Arrival>& arrivals = source.arrivals;
  while (source.first < arrivals.size() && arrivals[source.first].at_ns < from_ns) ++source.first;
  // Room is made by moving down, at half-time, so that it costs nothing per arrival and no memory in the long run.
  if (source.first > 0 && source.first * 2 >= arrivals.size()) {
    arrivals.erase(arrivals.begin(), arrivals.begin() + static_cast<std::ptrdiff_t>(source.first));
    source.first = 0;
  }
  for (; source.more && source.next.arrival_ns < until_ns; source.more = source.stream.next_visit(source.next)) {
    if (source.next.arrival_ns >= from_ns) arrivals.push_back({source.next.arrival_ns, source.next.requested_kwh});
  }
}

void ArrivalForecaster::count_source(const Source& source, TimeNs now_ns, Horizon& horizon) {
  const bool ahead = forecast_.kind != Forecast::Kind::yesterday;
  const auto end = source.arrivals.end();
  auto at = source.arrivals.begin() + static_cast<std::ptrdiff_t>(source.first);
  TimeNs reached_ns = kernel::time_never;
  for (std::size_t k = 0; k < horizon.arrivals.size(); ++k) {
    TimeNs from_ns = k == 0 ? now_ns + 1 : horizon.start_ns[k];
    TimeNs to_ns = horizon.start_ns[k + 1];
    if (!ahead) {
      // All of the step has been, where its last instant has.
      const TimeNs back_ns = days_before_.look_back(now_ns, to_ns - 1).by_ns;
      from_ns -= back_ns;
      to_ns -= back_ns;
    }

    // Steps follow one another, and so do their days before, but where the local clock jumps: a search is due there
    // alone.
    if (from_ns != reached_ns) {
      at = std::lower_bound(source.arrivals.begin() + static_cast<std::ptrdiff_t>(source.first), end, from_ns,
                            [](const Arrival& a, TimeNs t) { return a.at_ns < t; });
    }
    for (; at != end && at->at_ns < to_ns; ++at) {
      horizon.arrivals[k] += 1.0;
      horizon.arrivals_kwh[k] += at->kwh;
    }
    reached_ns = to_ns;
  }
}

void ArrivalForecaster::fill_horizon(TimeNs now_ns, Horizon& horizon) {
  const std::size_t steps = horizon.start_ns.size() - 1;
  horizon.arrivals.assign(steps, 0.0);
  horizon.arrivals_kwh.assign(steps, 0.0);
  // A step lasts a tick, and at most a day more where a time zone skips one; its day before lies at most two days back.
  const bool ahead = forecast_.kind != Forecast::Kind::yesterday;
  const TimeNs from_ns = ahead ? now_ns + 1 : now_ns - 3 * kernel::day_ns - tick_ns_;
  const TimeNs until_ns = ahead ? horizon.start_ns[steps] : now_ns;

  for (Source& source : sources_) {
    move_window(source, from_ns, until_ns);
    count_source(source, now_ns, horizon);
  }
  if (forecast_.kind == Forecast::Kind::noisy) add_errors(horizon);
  if (forecast_.kind != Forecast::Kind::perfect) {
    fill_poisson_counts(horizon);
    fill_kwh_of_counts(horizon);
    return;
  }

  // The truth has no spread: every level shows it.
  horizon.level_arrivals.resize(horizon.level.size() * steps);
  horizon.level_arrivals_kwh.resize(horizon.level.size() * steps);
  for (std::size_t l = 0; l < horizon.level.size(); ++l) {
    const auto at = static_cast<std::ptrdiff_t>(l * steps);
    std::copy(horizon.arrivals.begin(), horizon.arrivals.end(), horizon.level_arrivals.begin() + at);
    std::copy(horizon.arrivals_kwh.begin(), horizon.arrivals_kwh.end(), horizon.level_arrivals_kwh.begin() + at);
  }
}

void ArrivalForecaster::add_errors(Horizon& horizon) const {
  constexpr std::uint32_t purpose = kernel::purpose_of("control.forecast_arrivals");
  for (std::size_t k = 0; k < horizon.arrivals.size(); ++k) {
    if (horizon.arrivals[k] == 0.0) continue;
    // A step is known by its end: its beginning is now while it lasts.
    const double factor = std::max(
        0.0, 1.0 + forecast_error(forecast_, seed_, site_, purpose, horizon.issued_ns, horizon.start_ns[k + 1]));
    horizon.arrivals[k] *= factor;
    horizon.arrivals_kwh[k] *= factor;
  }
}

}  // namespace evtwin::control
