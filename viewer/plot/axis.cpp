#include "viewer/plot/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evtwin::viewer::plot {
namespace {

/// digit x 10^exponent, digit 1, 2 or 5.
struct Step {
  int digit = 1;
  int exponent = 0;

  /// k steps, correctly rounded while 10^|exponent| is exact.
  double times(double k) const {
    const double power = std::pow(10.0, std::abs(exponent));
    return exponent < 0 ? k * digit / power : k * digit * power;
  }
  double size() const { return times(1.0); }
  int decimals() const { return std::max(0, -exponent); }
};

/// The smallest 1-2-5 step that is not below `least` > 0.
Step step_of_at_least(double least) {
  const int exponent = std::clamp(static_cast<int>(std::floor(std::log10(least))), -300, 300);
  for (const int digit : {1, 2, 5}) {
    const Step step{digit, exponent};
    if (step.size() >= least * (1.0 - 1e-12)) return step;
  }
  return {1, exponent + 1};
}

/// With so many decimals, and commas between groups of three digits before the point. No "-0".
std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  std::size_t place = std::min(text.find('.'), text.size());
  while (place > 3) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  const bool all_zeros = text.find_first_not_of("0.") == std::string::npos;
  if (value < 0.0 && !all_zeros) text.insert(0, 1, '-');
  return text;
}

std::string tick_label(double value, const Step& step) {
  const double biggest = std::abs(value);
  if (step.decimals() > 6 || biggest >= 1e12) return fmt::format("{:.6g}", value);
  return fixed(value, step.decimals());
}

bool has_ticks(double min, double max, int count) {
  return count > 0 && std::isfinite(min) && std::isfinite(max) && std::isfinite(max - min) && max > min;
}

}  // namespace

std::vector<Tick> value_ticks(double min, double max, int count) {
  if (!has_ticks(min, max, count)) return {};
  const Step step = step_of_at_least((max - min) / count);
  const double size = step.size();
  if (!(size > 0.0)) return {};
  // A little over the edge still counts: 0.3 is not three times 0.1.
  const double first = std::ceil(min / size - 1e-9), last = std::floor(max / size + 1e-9);
  constexpr double exact = 9007199254740992.0;  // 2^53: beyond, neighbouring multiples are one number
  if (!(std::abs(first) < exact && std::abs(last) < exact)) return {};

  std::vector<Tick> ticks;
  for (double k = first; k <= last; k += 1.0) {
    const double value = k == 0.0 ? 0.0 : step.times(k);
    // Where steps are hardly more than the spacing of doubles, rounding may lead outside, or to the same number twice.
    if (value < min - size * 1e-9 || value > max + size * 1e-9) continue;
    if (!ticks.empty() && value <= ticks.back().value) continue;
    ticks.push_back({value, tick_label(value, step)});
  }
  return ticks;
}

std::vector<Tick> log_ticks(double min, double max, int count) {
  if (!has_ticks(min, max, count) || min <= 0.0) return {};
  const int low = static_cast<int>(std::floor(std::log10(min))), high = static_cast<int>(std::ceil(std::log10(max)));
  const auto inside = [&](double value) { return value >= min * (1.0 - 1e-12) && value <= max * (1.0 + 1e-12); };

  // 2 and 5 stand between powers of ten where all of those have room, and are named where fewer than two have a name.
  int powers = 0;
  for (int exponent = low; exponent <= high; ++exponent) powers += inside(Step{1, exponent}.size()) ? 1 : 0;
  const int every = std::max(1, (powers + count - 1) / count);
  const bool between = powers <= count;
  const bool between_named = powers < 2;

  std::vector<Tick> ticks;
  for (int exponent = low; exponent <= high; ++exponent) {
    for (const int digit : {1, 2, 5}) {
      const Step step{digit, exponent};
      const double value = step.size();
      if (!inside(value) || (digit == 1 ? exponent % every != 0 : !between)) continue;
      Tick& tick = ticks.emplace_back();
      tick.value = value;
      if (digit == 1 || between_named) tick.label = tick_label(value, step);
    }
  }

  // A single name gives no scale.
  const auto named = std::count_if(ticks.begin(), ticks.end(), [](const Tick& tick) { return !tick.label.empty(); });
  return named < 2 ? value_ticks(min, max, count) : ticks;
}

std::string number_with_unit(double value, std::string_view unit) {
  if (std::isnan(value)) return "-";
  std::string text;
  const double size = std::abs(value);
  if (std::isinf(value) || size >= 1e15 || (size > 0.0 && size < 1e-6)) {
    text = fmt::format("{:.4g}", value);
  } else {
    const int whole_digits = size > 0.0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 1;
    text = fixed(value, std::clamp(4 - whole_digits, 0, 9));
    if (text.find('.') != std::string::npos) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.ends_with('.')) text.pop_back();
    }
  }
  if (!unit.empty()) {
    text += ' ';
    text += unit;
  }
  return text;
}

Range nice_range(double min, double max, bool zero) {
  if (!std::isfinite(min) || !std::isfinite(max) || max < min) return {};
  if (zero) {
    min = std::min(min, 0.0);
    max = std::max(max, 0.0);
  }
  // All alike: a stretch around it, or from 0 to it.
  if (!(max - min > std::max(std::abs(max), std::abs(min)) * 1e-12)) {
    const double margin = max == 0.0 ? 1.0 : std::abs(max) / 2.0;
    min -= zero && max == 0.0 ? 0.0 : margin;
    max += margin;
  }
  if (!std::isfinite(max - min)) return {min, max};
  const Step step = step_of_at_least((max - min) / 10.0);
  const double size = step.size();
  if (!(size > 0.0)) return {min, max};
  return {step.times(std::floor(min / size + 1e-9)), step.times(std::ceil(max / size - 1e-9))};
}

}  // namespace evtwin::viewer::plot
