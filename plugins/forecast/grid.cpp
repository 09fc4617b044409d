#include "grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace evtwin::forecast {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
/// A first day that was not seen from its midnight is dropped where so many whole ones follow. A history that loses its
/// oldest step at each call then still has the same past all day long.
constexpr std::int32_t days_enough = 14;

std::size_t minutes_of(std::int64_t step_ns) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(step_ns / 60'000'000'000, 1, 1440));
}

std::size_t slot_at(std::int32_t local_minute, std::size_t step_min) {
  return static_cast<std::size_t>(std::clamp(local_minute, 0, 1439)) / step_min;
}

Kind kind_of(std::uint32_t quantity, std::uint8_t weekday, std::uint8_t holiday) {
  if (quantity == EVTWIN_QUANTITY_PV_KW) return Kind::workday;
  if (holiday != 0 || weekday == 6) return Kind::off;
  return weekday == 5 ? Kind::saturday : Kind::workday;
}

/// 1970-01-01 was a Thursday.
std::uint8_t weekday_of(std::int32_t day) { return static_cast<std::uint8_t>(((day + 3) % 7 + 7) % 7); }

template <class T>
bool equal_bits(const std::vector<T>& kept, const T* shown) {
  return kept.empty() || std::memcmp(kept.data(), shown, kept.size() * sizeof(T)) == 0;
}

/// Sums of the steps of cells, and their means.
class Cells {
 public:
  explicit Cells(std::size_t n) : sum_(n, 0.0), count_(n, 0) {}
  void add(std::size_t cell, double value, bool may_be_negative) {
    if (!(std::abs(value) <= largest_value)) return;
    sum_[cell] += may_be_negative ? value : std::max(0.0, value);
    ++count_[cell];
  }
  void means(std::span<double> out) const {
    for (std::size_t c = 0; c < out.size(); ++c) out[c] = count_[c] == 0 ? not_known : sum_[c] / count_[c];
  }

 private:
  std::vector<double> sum_;
  std::vector<int> count_;
};

}  // namespace

PastDays::Range PastDays::range_of(const sdk::Steps& steps, std::int32_t today, std::size_t step_min) {
  const auto days = steps.local_day();
  const auto index = [&](std::int32_t day) {
    return static_cast<std::size_t>(std::lower_bound(days.begin(), days.end(), day) - days.begin());
  };
  Range range{index(today - window_days), index(today)};
  const bool cut = range.begin == 0 && range.midnight > 0 && slot_at(steps.local_minute()[0], step_min) > 0;
  if (cut && today - days[0] > days_enough) range.begin = index(days[0] + 1);
  return range;
}

bool PastDays::same(const sdk::Steps& steps, std::span<const double> values, Range range) const {
  const std::size_t at = range.begin;
  return values_.size() == range.midnight - at && equal_bits(values_, values.data() + at) &&
         equal_bits(local_day_, steps.local_day().data() + at) &&
         equal_bits(local_minute_, steps.local_minute().data() + at) &&
         equal_bits(weekday_, steps.weekday().data() + at) && equal_bits(holiday_, steps.holiday().data() + at);
}

bool PastDays::show(const sdk::History& history, const sdk::Question& question, Grid& grid) {
  const sdk::Steps& steps = history.steps;
  const auto values = history.values(question.quantity());
  const std::int32_t today = question.steps.local_day()[0];
  const std::int64_t step_ns = question.steps.raw.step_ns;
  const std::size_t step_min = minutes_of(step_ns);
  const Range range = range_of(steps, today, step_min);

  const bool changed = !any_ || today != today_ || step_ns != step_ns_ || !same(steps, values, range);
  if (changed) {
    any_ = true;
    today_ = today;
    step_ns_ = step_ns;
    const auto keep = [&](auto& kept, auto shown) {
      kept.assign(shown.begin() + static_cast<std::ptrdiff_t>(range.begin),
                  shown.begin() + static_cast<std::ptrdiff_t>(range.midnight));
    };
    keep(values_, values);
    keep(local_day_, steps.local_day());
    keep(local_minute_, steps.local_minute());
    keep(weekday_, steps.weekday());
    keep(holiday_, steps.holiday());

    grid.quantity = question.quantity();
    grid.slots = (1440 + step_min - 1) / step_min;
    grid.step_h = static_cast<double>(step_min) / 60.0;
    grid.first_day = values_.empty() ? today : local_day_[0];
    grid.today = static_cast<std::size_t>(today - grid.first_day);
    grid.kind.resize(grid.today + 1);
    for (std::size_t row = 0; row <= grid.today; ++row) {
      grid.kind[row] = kind_of(grid.quantity, weekday_of(grid.first_day + static_cast<std::int32_t>(row)), 0);
    }
    grid.value.assign((grid.today + 1) * grid.slots, not_known);
    Cells cells(grid.past_cells());
    for (std::size_t k = 0; k < values_.size(); ++k) {
      const auto row = static_cast<std::size_t>(local_day_[k] - grid.first_day);
      grid.kind[row] = kind_of(grid.quantity, weekday_[k], holiday_[k]);
      cells.add(row * grid.slots + slot_at(local_minute_[k], step_min), values_[k], grid.may_be_negative());
    }
    cells.means({grid.value.data(), grid.past_cells()});
  }

  // Today, as far as it is over. What the clock shows for the second time, in autumn, is again to come.
  const std::size_t now_slot = slot_at(question.steps.local_minute()[0], step_min);
  grid.now = grid.past_cells() + now_slot;
  grid.kind[grid.today] = kind_of(grid.quantity, question.steps.weekday()[0], question.steps.holiday()[0]);
  Cells cells(grid.slots);
  for (std::size_t k = range.midnight; k < steps.size(); ++k) {
    const std::size_t slot = slot_at(steps.local_minute()[k], step_min);
    if (slot < now_slot) cells.add(slot, values[k], grid.may_be_negative());
  }
  cells.means({grid.value.data() + grid.past_cells(), grid.slots});
  return changed;
}

void targets_of(const sdk::Question& question, const Grid& grid, std::vector<Target>& targets) {
  const sdk::Steps& steps = question.steps;
  const std::size_t step_min = minutes_of(steps.raw.step_ns);
  targets.clear();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const auto row = static_cast<std::size_t>(std::max(0, steps.local_day()[k] - grid.first_day));
    const std::size_t cell = row * grid.slots + slot_at(steps.local_minute()[k], step_min);
    targets.push_back({std::max(cell, grid.now), kind_of(grid.quantity, steps.weekday()[k], steps.holiday()[k])});
  }
}

Bounds::Bounds(const Grid& grid) : low_(grid.may_be_negative() ? -largest_value : 0.0), high_(largest_value) {
  double least = largest_value;
  double most = -largest_value;
  std::size_t known = 0;
  std::vector<std::uint8_t> lit(grid.pv() ? grid.slots : 0, 2);  // 0: known and dark
  for (std::size_t slot = 0; slot < grid.slots; ++slot) {
    for (std::size_t c = slot; c < grid.now; c += grid.slots) {
      const double value = grid.value[c];
      if (std::isnan(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
      ++known;
      if (grid.pv()) lit[slot] = value > 0.0 ? 1 : lit[slot] == 1 ? 1 : 0;
    }
  }
  for (const std::uint8_t state : lit) dark_.push_back(state == 0);
  if (known < grid.slots) return;
  low_ = std::max(low_, least - (most - least));
  high_ = most + (most - least);
}

double Bounds::clipped(double value, std::size_t slot) const {
  if (!dark_.empty() && dark_[slot]) return 0.0;
  return std::clamp(std::isfinite(value) ? value : 0.0, low_, high_);
}

}  // namespace evtwin::forecast
