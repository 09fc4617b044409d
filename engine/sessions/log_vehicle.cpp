// A car as meter readings show it: the largest power that it held, and how that fell towards the end.
#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

using kernel::TimeNs;
using ocpp::Sample;
using ocpp::Transaction;

/// Mean power over a stretch between readings.
struct Stretch {
  double hours = 0.0;
  double kw = 0.0;
  double kwh_before = 0.0;  ///< metered from the start of the transaction to the middle of the stretch
  bool limited = false;     ///< the station offered hardly more
  /// Of the power: how far it may be off, by the steps of the register and of the times that it is worked out from.
  double resolution = 0.0;
};

constexpr double register_steps = 20.0;   // of the register per stretch: its rounding is then within 5 %
constexpr double near_offer = 0.93;       // of the offer: the station limits, not the car
constexpr double fine_resolution = 0.01;  // of a power: better than that does not matter
constexpr double power_agrees = 0.1;      // of what the register says: power readings are in the same unit
constexpr double plateau_share = 0.97;    // of the high quantile: what counts as the same power
constexpr double held_h = 2.0 / 60.0;     // a power held so long is the car's own ...
constexpr double held_share = 0.05;       // ... or for this share of the charging time, if that is shorter
constexpr double idle_share = 0.05;       // of the largest power: the car does not charge
constexpr double least_stretch_h = 60.0 / 3600.0;
constexpr double most_explained = 2.0;  // readings and register may differ by this factor, sampling being what it is

double offered_kw(const Sample& sample) {
  if (sample.offered_kw == sample.offered_kw) return sample.offered_kw;
  double phases = 0.0;
  for (const double a : sample.current_a) phases += a > 1.0 ? 1.0 : 0.0;
  return sample.offered_a * sample.voltage_v * phases / 1000.0;  // NaN where one is not told
}

bool is_limited(const Sample& sample, double kw) { return kw > 0.0 && kw >= near_offer * offered_kw(sample); }

struct Readings {
  std::vector<Stretch> stretches;
  bool means = false;  ///< by the register, not readings of a moment
};

/// From the register: readings are put together until its steps no longer matter.
std::vector<Stretch> from_register(const Transaction& t) {
  std::vector<Stretch> out;
  const double enough_kwh = register_steps * std::max(t.register_step_kwh, 1e-6);
  TimeNs from_ns = t.start_ns;
  double from_kwh = t.meter_start_kwh;

  const auto to = [&](TimeNs time_ns, double kwh, bool limited, bool last) {
    if (!(kwh == kwh)) return;
    if (!(from_kwh == from_kwh)) {
      from_ns = time_ns;
      from_kwh = kwh;
      return;
    }

    const double hours = kernel::hours_between(from_ns, time_ns);
    const double gained = kwh - from_kwh;
    if (hours <= 0.0 || gained < 0.0) return;
    // Too little for the steps of the register: it is counted with the next reading.
    if (!last && (hours < least_stretch_h || (gained < enough_kwh && gained > 0.0))) return;
    const double start_kwh = t.meter_start_kwh == t.meter_start_kwh ? t.meter_start_kwh : kwh;
    const double resolution =
        (gained > 0.0 ? t.register_step_kwh / gained : 0.0) + kernel::hours_between(0, t.reading_step_ns) / hours;
    out.push_back({hours, gained / hours, 0.5 * (from_kwh + kwh) - start_kwh, limited, resolution});
    from_ns = time_ns;
    from_kwh = kwh;
  };

  for (const Sample& sample : t.samples) {
    if (sample.time_ns <= t.start_ns || sample.time_ns >= t.stop_ns) continue;
    to(sample.time_ns, sample.register_kwh, is_limited(sample, sample.power_kw), false);
  }
  to(t.stop_ns, t.meter_stop_kwh, false, true);
  return out;
}

/// From power readings: each stands for half the time to its neighbours, long gaps cut to three usual ones.
std::vector<Stretch> from_power(const Transaction& t) {
  std::vector<const Sample*> read;
  for (const Sample& sample : t.samples) {
    if (sample.power_kw == sample.power_kw && sample.time_ns >= t.start_ns && sample.time_ns <= t.stop_ns)
      read.push_back(&sample);
  }
  if (read.size() < 2) return {};
  std::vector<double> gaps;
  for (std::size_t i = 1; i < read.size(); ++i)
    gaps.push_back(kernel::hours_between(read[i - 1]->time_ns, read[i]->time_ns));
  std::vector<double> sorted = gaps;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const double most_h = 3.0 * sorted[sorted.size() / 2];
  std::vector<Stretch> out;
  double kwh = 0.0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const double before = i == 0 ? 0.0 : std::min(gaps[i - 1], most_h);
    const double after = i == gaps.size() ? 0.0 : std::min(gaps[i], most_h);
    const double kw = std::max(0.0, read[i]->power_kw);
    out.push_back({0.5 * (before + after), kw, kwh + 0.5 * before * kw, is_limited(*read[i], kw)});
    kwh += 0.5 * (before + after) * kw;
  }
  return out;
}

double energy_of(const std::vector<Stretch>& stretches) {
  double kwh = 0.0;
  for (const Stretch& s : stretches) kwh += s.hours * s.kw;
  return kwh;
}

double largest_of(const std::vector<Stretch>& stretches) {
  double kw = 0.0;
  for (const Stretch& s : stretches) kw = std::max(kw, s.kw);
  return kw;
}

/// The stretches that explain the energy best: the register's where it is fine enough, else the power readings'.
Readings readings_of(const Transaction& t) {
  std::vector<Stretch> metered = from_register(t);
  if (metered.size() >= 4) return {std::move(metered), true};
  std::vector<Stretch> read = from_power(t);
  const double kwh = energy_of(read);
  const bool explains = kwh > 0.0 && kwh <= most_explained * t.energy_kwh && t.energy_kwh <= most_explained * kwh;
  if (explains) return {std::move(read), false};
  if (metered.size() < 2) metered.clear();
  return {std::move(metered), true};
}

/// The largest power that some stretches in a row did not fall below, together as long as a power must be held.
/// @param least_stretches  1 for means between two readings; 2 for readings of a moment, so that a spike does not count
double largest_held(const std::vector<Stretch>& stretches, double hours, std::size_t least_stretches) {
  double best_kw = 0.0;
  std::deque<std::size_t> lowest;  // of the window, ascending in power
  std::size_t first = 0;
  double window_h = 0.0;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    while (!lowest.empty() && stretches[lowest.back()].kw >= stretches[i].kw) lowest.pop_back();
    lowest.push_back(i);
    window_h += stretches[i].hours;
    // The shortest window that ends here and is long enough.
    while (i - first + 1 > least_stretches && window_h - stretches[first].hours >= hours) {
      window_h -= stretches[first].hours;
      if (lowest.front() == first) lowest.pop_front();
      ++first;
    }
    if (i - first + 1 >= least_stretches && window_h >= hours)
      best_kw = std::max(best_kw, stretches[lowest.front()].kw);
  }
  return best_kw;
}

struct Held {
  double kw = kernel::unknown;
  double resolution = 0.0;  ///< of it
};

/// The power that was held for some time: mean of all that lies near the largest such level.
Held power_held(const Readings& readings) {
  const double idle_kw = idle_share * largest_of(readings.stretches);
  double charging_h = 0.0;
  for (const Stretch& s : readings.stretches) charging_h += s.kw > idle_kw ? s.hours : 0.0;
  if (charging_h <= 0.0) return {};
  const double hours = std::min(held_h, held_share * charging_h);
  double level_kw = largest_held(readings.stretches, hours, readings.means ? 1 : 2);
  if (level_kw <= idle_kw) level_kw = largest_of(readings.stretches);
  // The largest of rounded figures lies above the power: it is near those that it can be.
  double resolution = 0.0;
  for (const Stretch& s : readings.stretches)
    if (s.kw >= plateau_share * level_kw && s.kw <= level_kw / plateau_share)
      resolution = std::max(resolution, s.resolution);
  if (resolution < fine_resolution) resolution = 0.0;
  const double least_kw = plateau_share * (1.0 - std::min(1.0, 2.0 * resolution)) * level_kw;
  double sum_kwh = 0.0, sum_h = 0.0;
  for (const Stretch& s : readings.stretches) {
    if (s.kw < least_kw || s.kw > level_kw / plateau_share) continue;
    sum_kwh += s.kw * s.hours;
    sum_h += s.hours;
  }
  return {sum_h > 0.0 ? sum_kwh / sum_h : level_kw, resolution};
}

/// ... by the power readings where the register's steps or rounded times blur it, and the two agree as far as these let
/// one see.
double held_kw(const Transaction& t, const Readings& readings) {
  const Held held = power_held(readings);
  if (!readings.means || !(held.resolution > 0.0)) return held.kw;
  const double read_kw = power_held({from_power(t), false}).kw;
  const double apart = std::abs(read_kw - held.kw);
  return apart <= (power_agrees + 2.0 * held.resolution) * held.kw ? read_kw : held.kw;
}

/// @param held_kw  the constant power before it
Taper taper_of(const std::vector<Stretch>& stretches, double held_kw, double energy_kwh) {
  constexpr std::size_t least_readings = 4;
  constexpr double least_fit = 0.8;  // R squared
  constexpr double constant = 0.95;  // of the held power and above: not tapering yet
  constexpr double least_fall = 0.8;

  std::vector<const Stretch*> tail;
  for (std::size_t i = stretches.size(); i-- > 0;) {
    const Stretch& s = stretches[i];
    if (s.kw >= constant * held_kw) break;
    if (s.kw > idle_share * held_kw && !s.limited) tail.push_back(&s);
  }
  if (tail.size() < least_readings) return {};

  // Least squares of power over energy: a taper is a line that falls.
  double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0, yy = 0.0;
  for (const Stretch* s : tail) {
    n += 1.0;
    x += s->kwh_before;
    y += s->kw;
    xx += s->kwh_before * s->kwh_before;
    xy += s->kwh_before * s->kw;
    yy += s->kw * s->kw;
  }
  const double sxx = xx - x * x / n, sxy = xy - x * y / n, syy = yy - y * y / n;
  if (!(sxx > 0.0) || !(syy > 0.0) || sxy >= 0.0 || sxy * sxy < least_fit * sxx * syy) return {};

  const double slope = sxy / sxx;
  const auto line = [&](double kwh) { return y / n + slope * (kwh - x / n); };
  const double from_kwh = std::max(0.0, x / n + (held_kw - y / n) / slope);
  const double end_kw = std::max(line(energy_kwh), idle_share * held_kw);
  if (from_kwh >= energy_kwh || end_kw > least_fall * held_kw) return {};
  return {energy_kwh - from_kwh, end_kw / held_kw};
}

std::uint8_t phases_of(const Transaction& t) {
  int most = 0;
  for (const Sample& sample : t.samples) {
    int phases = 0;
    for (const double a : sample.current_a) phases += a > 1.0 ? 1 : 0;
    most = std::max(most, phases);
  }
  return static_cast<std::uint8_t>(most == 0 ? 3 : most);
}

/// How long nothing flowed at first.
double waits_h(const Transaction& t, const std::vector<Stretch>& stretches, double held_kw) {
  const auto flows = [&](const Stretch& s) { return s.kw > idle_share * held_kw; };
  const auto first = std::find_if(stretches.begin(), stretches.end(), flows);
  double hours = 0.0;
  for (auto stretch = stretches.begin(); stretch != first; ++stretch) hours += stretch->hours;
  return std::min(hours, kernel::hours_between(t.start_ns, t.stop_ns));
}

/// The register at a reading, or that of the start or the stop where it was taken there; NaN: neither.
double register_at(const Transaction& t, const Sample& sample) {
  if (sample.register_kwh == sample.register_kwh) return sample.register_kwh;
  constexpr double near = 0.02;  // of the stay
  const double stay_h = kernel::hours_between(t.start_ns, t.stop_ns);
  if (sample.context == Sample::Context::begin || kernel::hours_between(t.start_ns, sample.time_ns) <= near * stay_h)
    return t.meter_start_kwh;
  if (sample.context == Sample::Context::end || kernel::hours_between(sample.time_ns, t.stop_ns) <= near * stay_h)
    return t.meter_stop_kwh;
  return kernel::unknown;
}

/// Its power, as far as the readings tell.
ObservedVehicle powered(const Transaction& t) {
  if (!(t.energy_kwh > 0.0)) return {};
  const Readings readings = readings_of(t);
  const double plateau_kw = held_kw(t, readings);
  if (!(plateau_kw > 0.0)) return {};
  // Enough for the energy to flow between start and stop, whatever the readings miss.
  const double hours = kernel::hours_between(t.start_ns, t.stop_ns);
  const double kw = hours > 0.0 ? std::max(plateau_kw, t.energy_kwh / hours) : plateau_kw;
  Taper taper = taper_of(readings.stretches, plateau_kw, t.energy_kwh);
  taper.end_share *= plateau_kw / kw;
  const double battery_kwh = t.battery_kwh > 0.0 ? t.battery_kwh : battery_by_soc(t);
  ObservedVehicle seen = vehicle_with(kw, taper, t.energy_kwh, battery_kwh, told_soc(t));
  seen.waits_h = waits_h(t, readings.stretches, plateau_kw);
  return seen;
}

}  // namespace

double told_soc(const Transaction& t) {
  if (t.soc_start == t.soc_start) return t.soc_start;
  const auto told = std::find_if(t.samples.begin(), t.samples.end(), [](const Sample& s) { return s.soc == s.soc; });
  return told == t.samples.end() ? kernel::unknown : told->soc;
}

double battery_by_soc(const Transaction& t) {
  constexpr double least_rise = 0.1;  // SoC is told in whole percent: 10 % of the size at most are its rounding
  constexpr double least_kwh = 5.0, most_kwh = 1000.0;
  const auto tells = [&](const Sample& s) { return s.soc == s.soc && std::isfinite(register_at(t, s)); };
  const auto first = std::find_if(t.samples.begin(), t.samples.end(), tells);
  if (first == t.samples.end() || t.exported_kwh > 0.0) return kernel::unknown;
  const auto last = std::find_if(t.samples.rbegin(), t.samples.rend(), tells);
  const double rise = last->soc - first->soc;
  const double kwh = (register_at(t, *last) - register_at(t, *first)) / rise;
  if (!(rise >= least_rise) || !(kwh >= least_kwh) || !(kwh <= most_kwh)) return kernel::unknown;
  // What was taken fits in, whatever the rounding says.
  const double room = 1.0 - told_soc(t);
  return room > 0.0 ? std::max(kwh, 1.001 * t.energy_kwh / room) : kernel::unknown;
}

ObservedVehicle vehicle_with(double kw, const Taper& taper, double energy_kwh, double told_kwh, double told_soc) {
  ObservedVehicle out;
  out.observed_kw = kw;
  out.taper = taper;
  physics::BatterySpec& battery = out.vehicle.battery;
  battery.charge = physics::Curve::constant(kw);
  const bool told = told_kwh > 0.0 && told_soc >= 0.0 && told_soc <= 1.0 && told_kwh * (1.0 - told_soc) > energy_kwh;
  const bool tapers = taper.over_kwh > 0.0;
  if (!told && !tapers) return out;
  // A made battery in which the energy ends at half, and which holds the whole of the taper below that.
  battery.capacity_kwh = told ? told_kwh : 2.0 * std::max(energy_kwh, taper.over_kwh);
  out.soc_start = told ? told_soc : 0.5 - energy_kwh / battery.capacity_kwh;
  if (!tapers) return out;
  const auto soc_at = [&](double kwh) { return out.soc_start + kwh / battery.capacity_kwh; };
  const double from_kwh = energy_kwh - taper.over_kwh, end_kw = taper.end_share * kw;
  const double slope = (end_kw - kw) / taper.over_kwh;
  // The line goes on a little beyond the energy that was taken, so that nothing bends just there.
  const double last_kwh = std::min(1.05 * energy_kwh, battery.capacity_kwh * (1.0 - out.soc_start));
  const double last_kw = std::max(0.5 * end_kw, end_kw + slope * (last_kwh - energy_kwh));
  auto& knots = battery.charge.knots;
  const double from_soc = soc_at(from_kwh);  // below 0: it tapers from the first kWh on
  knots = {{0.0, kw + std::min(0.0, -slope * from_soc * battery.capacity_kwh)}};
  if (from_soc > 0.0) knots.push_back({from_soc, kw});
  if (soc_at(last_kwh) < 1.0) knots.push_back({soc_at(last_kwh), last_kw});
  knots.push_back({1.0, last_kw});
  return out;
}

ObservedVehicle vehicle_of(const Transaction& t) {
  ObservedVehicle seen = powered(t);
  seen.vehicle.share = 0.0;
  seen.vehicle.ac_phases = phases_of(t);
  return seen;
}

}  // namespace evtwin::sessions
