#include "ocpp/energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace evtwin::ocpp {
namespace {

std::string wh(double kwh) { return fmt::format("{:.12g} Wh", kwh * 1000.0); }

// Greatest step that all readings are multiples of, from at least three different ones; 1 Wh otherwise.
double step_of(std::span<const Sample> samples) {
  constexpr double finest_wh = 0.01;
  std::int64_t step = 0, first = 0;
  int different = 0;
  for (const Sample& s : samples) {
    if (!kernel::is_known(s.register_kwh) || std::abs(s.register_kwh) > 1e9) continue;
    const auto units = static_cast<std::int64_t>(std::llround(s.register_kwh * 1000.0 / finest_wh));
    if (different == 0) {
      first = units;
      different = 1;
    } else if (units != first) {
      first = units;
      ++different;
    }
    step = std::gcd(step, units);
  }
  if (different < 3 || step <= 0) return 0.001;
  return std::min(static_cast<double>(step) * finest_wh / 1000.0, 1.0);
}

// Widths at which registers begin anew, kWh.
constexpr double widths_kwh[] = {2147483.648, 4294967.296, 1e3, 1e4, 1e5, 1e6, 1e7};
static_assert(widths_kwh[0] == static_cast<double>(std::uint64_t{1} << 31) / 1000.0 &&
                  widths_kwh[1] == static_cast<double>(std::uint64_t{1} << 32) / 1000.0,
              "registers of Wh in 31 and 32 bits");

// What power readings add up to and a register counts are the same within this part.
constexpr double power_tolerance = 0.2;

// Registers that differ by less are one figure in Wh and in kWh.
constexpr double same_kwh = 1e-6;

// No car takes more for long.
constexpr double most_of_a_car_kw = 350.0;
static_assert(most_of_a_car_kw < most_mean_kw);
double most_in(double hours) { return most_of_a_car_kw * hours + 1.0; }

// The two readings between which the register fell, where there is one fall.
struct Fall {
  double from_kwh = kernel::unknown, to_kwh = kernel::unknown, hours = 0.0;
};
Fall fall_of(const Registers& r) {
  Fall fall;
  double last = r.start_kwh;
  TimeNs last_ns = r.start_ns;
  const auto look = [&](double kwh, TimeNs at) {
    if (!kernel::is_known(kwh)) return;
    if (kwh < last - same_kwh) fall = {last, kwh, kernel::hours_between(last_ns, std::max(last_ns, at))};
    last = kwh;
    last_ns = at;
  };
  for (const Sample& s : r.samples) look(s.register_kwh, s.time_ns);
  look(r.stop_kwh, r.stop_ns);
  return fall;
}

// Energy that passed if the register went over its end; NaN: it does not look so, by start and stop or by the
// readings on both sides of the fall.
double over_the_end(const Registers& r, double hours) {
  const Fall fall = fall_of(r);
  for (const double width : widths_kwh) {
    if (r.start_kwh > width ||
        std::max(r.start_kwh, kernel::is_known(fall.from_kwh) ? fall.from_kwh : 0.0) < 0.99 * width)
      continue;
    if (kernel::is_known(fall.from_kwh) && width - fall.from_kwh + fall.to_kwh > most_in(fall.hours)) continue;
    const double kwh = width - r.start_kwh + r.stop_kwh;
    if (kwh <= most_in(hours)) return kwh;
  }
  return kernel::unknown;
}

// Sum of the rises where the readings show that the register began anew; NaN where they do not show it from both sides.
double around_a_reset(const Registers& r) {
  double sum = 0.0, last = r.start_kwh;
  bool before = false, fell = false;
  for (const Sample& s : r.samples) {
    if (!kernel::is_known(s.register_kwh) || s.register_kwh < 0) continue;
    if (s.register_kwh >= last) {
      sum += s.register_kwh - last;
      if (!fell) before = true;
    } else {
      if (fell || !before || s.context == Sample::Context::end) return kernel::unknown;
      fell = true;
    }
    last = s.register_kwh;
  }
  if (!fell || r.stop_kwh < last - same_kwh) return kernel::unknown;
  return sum + (r.stop_kwh - last);
}

double first_of(std::span<const Sample> samples, double Sample::*member) {
  for (const Sample& s : samples)
    if (kernel::is_known(s.*member)) return s.*member;
  return kernel::unknown;
}
double last_of(std::span<const Sample> samples, double Sample::*member) {
  for (std::size_t i = samples.size(); i-- > 0;)
    if (kernel::is_known(samples[i].*member)) return samples[i].*member;
  return kernel::unknown;
}

// Whether the register of a sample was taken as the transaction began or ended.
bool at_begin(const Registers& r, const Sample& s) {
  return kernel::is_known(s.register_kwh) &&
         (s.context == Sample::Context::begin || (r.start_seen && s.time_ns <= r.start_ns));
}
bool at_end(const Registers& r, const Sample& s) {
  return kernel::is_known(s.register_kwh) &&
         (s.context == Sample::Context::end || (r.stop_seen && s.time_ns >= r.stop_ns));
}

void check_readings(const Registers& r, EnergyVerdict& verdict) {
  int outside = 0, back = 0;
  double last = kernel::unknown;
  const double slack = std::max(verdict.step_kwh, 0.001) * 1.001;
  for (const Sample& s : r.samples) {
    if (!kernel::is_known(s.register_kwh)) continue;
    if (kernel::is_known(last) && s.register_kwh < last - slack) ++back;
    last = s.register_kwh;
    if (s.register_kwh < verdict.begin_kwh - slack || s.register_kwh > verdict.end_kwh + slack) ++outside;
  }
  if (back > 0)
    verdict.doubts.push_back(
        {"reading_goes_back", fmt::format("its register goes back {} time{}", back, back == 1 ? "" : "s")});
  if (outside > 0)
    verdict.doubts.push_back(
        {"reading_outside_registers",
         fmt::format("{} reading{} outside meterStart {} and meterStop {}", outside, outside == 1 ? " lies" : "s lie",
                     wh(verdict.begin_kwh), wh(verdict.end_kwh))});
}

void add_doubt(EnergyVerdict& verdict, std::string code, std::string text) {
  verdict.doubts.push_back({std::move(code), std::move(text)});
}

// A register below zero is none. @returns whether there is one
bool refuse_negative(const Registers& r, EnergyVerdict& verdict) {
  if (r.start_kwh < 0) {
    add_doubt(verdict, "meter_negative",
              fmt::format("meterStart is {}: a register is never negative; the energy is not known", wh(r.start_kwh)));
    return true;
  }
  if (r.stop_kwh < 0) {
    add_doubt(verdict, "meter_negative",
              fmt::format("meterStop is {}: a register is never negative; the energy is not known", wh(r.stop_kwh)));
    return true;
  }
  return false;
}

// A start far below the first reading is none of this register's (0 where it was never read, say): it is not told.
void refuse_far_start(Registers& r, EnergyVerdict& verdict) {
  if (!kernel::is_known(r.start_kwh)) return;
  const auto first = std::find_if(r.samples.begin(), r.samples.end(),
                                  [](const Sample& s) { return kernel::is_known(s.register_kwh); });
  if (first != r.samples.end() && first->time_ns >= r.start_ns &&
      first->register_kwh - r.start_kwh > most_in(kernel::hours_between(r.start_ns, first->time_ns))) {
    add_doubt(
        verdict, "meter_start_implausible",
        fmt::format("meterStart is {} and the first reading {} {:.0f} s later: the reading is used", wh(r.start_kwh),
                    wh(first->register_kwh), 3600.0 * kernel::hours_between(r.start_ns, first->time_ns)));
    r.start_kwh = kernel::unknown;
    verdict.start_refused = true;
  }
}

// A stop below readings that rose all the way is none of this register's: 0 where it was never read, or what the power
// readings speak against, which add up to what the register's do.
void refuse_low_stop(Registers& r, EnergyVerdict& verdict) {
  if (!kernel::is_known(r.start_kwh) || !(r.stop_kwh < r.start_kwh)) return;
  double first = kernel::unknown, last = r.start_kwh;
  for (const Sample& s : r.samples) {
    if (!kernel::is_known(s.register_kwh)) continue;
    if (s.register_kwh < last) return;
    if (!kernel::is_known(first)) first = s.register_kwh;
    last = s.register_kwh;
  }
  if (!(last > first)) return;
  const double by_power = power_integral_kwh(r.samples);
  const bool power_agrees =
      kernel::is_known(by_power) && std::abs(by_power - (last - first)) <= power_tolerance * (last - first);
  if (r.stop_kwh != 0.0 && !power_agrees) return;
  if (kernel::is_known(over_the_end(r, kernel::hours_between(r.start_ns, std::max(r.start_ns, r.stop_ns))))) return;
  add_doubt(verdict, "meter_stop_implausible",
            fmt::format("meterStop is {} and the last reading {}: the reading is used", wh(r.stop_kwh), wh(last)));
  r.stop_kwh = kernel::unknown;
  verdict.stop_refused = true;
}

// The registers that the energy lies between; `at_least`: one of them is a reading somewhere inside the transaction.
struct Ends {
  double begin_kwh = kernel::unknown, end_kwh = kernel::unknown;
  bool at_least = false;
};

// Where start or stop give no register, the readings do: exactly at begin and end, otherwise what lies between.
Ends ends_of(const Registers& r) {
  Ends ends{r.start_kwh, r.stop_kwh, false};
  if (!kernel::is_known(ends.begin_kwh)) {
    const auto found =
        std::find_if(r.samples.begin(), r.samples.end(), [&](const Sample& s) { return at_begin(r, s); });
    ends.begin_kwh = found != r.samples.end() ? found->register_kwh : first_of(r.samples, &Sample::register_kwh);
    ends.at_least = found == r.samples.end();
  }
  if (!kernel::is_known(ends.end_kwh)) {
    const auto found =
        std::find_if(r.samples.rbegin(), r.samples.rend(), [&](const Sample& s) { return at_end(r, s); });
    ends.end_kwh = found != r.samples.rend() ? found->register_kwh : last_of(r.samples, &Sample::register_kwh);
    ends.at_least = ends.at_least || found == r.samples.rend();
  }
  return ends;
}

// A register that fell went over its end (a usual width), or began anew with readings on both sides of the fall.
// Else nothing is certain: none.
std::optional<double> energy_across_fall(const Registers& r, const Ends& ends, double hours, EnergyVerdict& verdict) {
  const double begin = ends.begin_kwh, end = ends.end_kwh;
  const Registers known{begin, end, r.samples, r.start_ns, r.stop_ns, r.start_seen, r.stop_seen};
  const double over = over_the_end(known, hours), around = around_a_reset(known);
  // Both where it fell close to a width: then the power decides, which is read for most of the time.
  const double by_power = power_integral_kwh(r.samples);
  const bool reset = kernel::is_known(around) && std::abs(over - by_power) > power_tolerance * over &&
                     std::abs(around - by_power) < std::abs(over - by_power);
  if (kernel::is_known(over) && !reset) {
    add_doubt(verdict, "meter_rollover",
              fmt::format("meterStop {} is below meterStart {}: the register went over its end (rollover); {} passed",
                          wh(end), wh(begin), wh(over)));
    return over;
  }
  if (kernel::is_known(around)) {
    add_doubt(verdict, "meter_reset",
              fmt::format("meterStop {} is below meterStart {}: its readings show that the register began anew; at "
                          "least {} passed",
                          wh(end), wh(begin), wh(around)));
    return around;
  }
  add_doubt(verdict, "meter_goes_back",
            fmt::format("meterStop {} is below meterStart {}: the energy is not known", wh(end), wh(begin)));
  return std::nullopt;
}

// Two registers make an energy; a single reading, at no end of the transaction, does not. @returns whether they do
bool ends_suffice(const Registers& r, const Ends& ends, EnergyVerdict& verdict) {
  if (!kernel::is_known(ends.begin_kwh) || !kernel::is_known(ends.end_kwh)) {
    add_doubt(verdict, "energy_not_told", "no register at its start and stop: the energy is not known");
    return false;
  }
  if (ends.at_least && r.samples.size() < 2 && !kernel::is_known(r.start_kwh)) {
    add_doubt(verdict, "energy_not_told", "a single register reading: the energy is not known");
    return false;
  }
  return true;
}

}  // namespace

double most_exchanged_kwh(double hours) { return most_in(hours); }

double power_integral_kwh(std::span<const Sample> samples) {
  const Sample* before = nullptr;
  double sum = 0.0;
  std::size_t readings = 0;
  for (const Sample& sample : samples) {
    if (!kernel::is_known(sample.power_kw)) continue;
    ++readings;
    if (before != nullptr)
      sum += 0.5 * (before->power_kw + sample.power_kw) * kernel::hours_between(before->time_ns, sample.time_ns);
    before = &sample;
  }
  return readings < 3 ? kernel::unknown : sum;
}

EnergyVerdict energy_of(const Registers& given) {
  Registers r = given;
  EnergyVerdict verdict;
  verdict.step_kwh = step_of(r.samples);
  const double from_export = first_of(r.samples, &Sample::export_register_kwh);
  const double to_export = last_of(r.samples, &Sample::export_register_kwh);
  if (to_export > from_export) verdict.exported_kwh = to_export - from_export;

  if (refuse_negative(r, verdict)) return verdict;
  refuse_far_start(r, verdict);
  refuse_low_stop(r, verdict);
  const Ends ends = ends_of(r);
  verdict.begin_kwh = ends.begin_kwh;
  verdict.end_kwh = ends.end_kwh;
  if (!ends_suffice(r, ends, verdict)) return verdict;

  const double hours = r.stop_ns >= r.start_ns ? kernel::hours_between(r.start_ns, r.stop_ns) : kernel::unknown;
  double kwh = ends.end_kwh - ends.begin_kwh;
  if (kwh < 0) {
    const std::optional<double> passed = energy_across_fall(r, ends, hours, verdict);
    if (!passed) return verdict;
    kwh = *passed;
  } else if (kernel::is_known(r.start_kwh) && kernel::is_known(r.stop_kwh)) {
    check_readings(r, verdict);
  }

  // Also a register that only rose can be broken.
  if (kwh > most_mean_kw * (kernel::is_known(hours) ? hours : 1.0) + 1.0) {
    add_doubt(
        verdict, "energy_impossible",
        fmt::format("{:.15g} kWh in {:.3g} h is an energy that no charger gives (more than {} kW in the mean): it "
                    "is not known",
                    kwh, hours, most_mean_kw));
    return verdict;
  }

  if (ends.at_least) {
    const char* missing = kernel::is_known(r.start_kwh)  ? "stop"
                          : kernel::is_known(r.stop_kwh) ? "start"
                                                         : "start or stop";
    add_doubt(verdict, "energy_at_least",
              fmt::format("no register at its {}: {} is what its readings show, at least", missing, wh(kwh)));
  }
  verdict.kwh = std::round(kwh * 1e9) / 1e9;  // what the subtraction of large registers leaves behind
  return verdict;
}

}  // namespace evtwin::ocpp
