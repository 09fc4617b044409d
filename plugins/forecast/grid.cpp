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

bool PastDays::same_past(const sdk::Steps& steps, std::span<const double> values, Range range) const {
  const std::size_t at = range.begin;
  return values_.size() == range.midnight - at && equal_bits(values_, values.data() + at) &&
         equal_bits(local_day_, steps.local_day().data() + at) &&
         equal_bits(local_minute_, steps.local_minute().data() + at) &&
         equal_bits(weekday_, steps.weekday().data() + at) && equal_bits(holiday_, steps.holiday().data() + at);
}

bool PastDays::bring_up_to(const sdk::History& history, const sdk::Question& question, Grid& grid) {
  const sdk::Steps& steps = history.steps;
  const auto values = history.values(question.quantity());
  const std::int32_t today = question.steps.local_day()[0];
  const std::int64_t step_ns = question.steps.raw.step_ns;
  const std::size_t step_min = minutes_of(step_ns);
  const Range range = range_of(steps, today, step_min);

  // A history that has only grown needs no comparison of its values.
  const std::uint32_t id = history.raw.growing_id;
  const bool only_grown =
      id != 0 && id == growing_id_ && range.begin == begin_ && range.midnight - begin_ == values_.size();
  const bool changed =
      !any_ || today != today_ || step_ns != step_ns_ || (!only_grown && !same_past(steps, values, range));
  growing_id_ = id;
  begin_ = range.begin;
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

  // Today, as far as it is over. Times that the clock shows again, in autumn, are again to come.
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

Bounds::Bounds(const Grid& grid, std::size_t end)
    : least_possible_(grid.may_be_negative() ? -largest_value : 0.0), enough_(grid.slots) {
  if (grid.pv()) light_.assign(grid.slots, Light::unknown);
  widen_by(grid, 0, end);
}

void Bounds::widen_by(const Grid& grid, std::size_t begin, std::size_t end) {
  std::size_t slot = begin % grid.slots;
  for (std::size_t c = begin; c < end; ++c, slot = slot + 1 == grid.slots ? 0 : slot + 1) {
    const double value = grid.value[c];
    if (std::isnan(value)) continue;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
    ++known_;
    if (!light_.empty() && light_[slot] != Light::lit) light_[slot] = value > 0.0 ? Light::lit : Light::dark;
  }
}

double Bounds::clip_value(double value, std::size_t slot) const {
  if (!light_.empty() && light_[slot] == Light::dark) return 0.0;
  const double finite = std::isfinite(value) ? value : 0.0;
  if (known_ < enough_) return std::clamp(finite, least_possible_, largest_value);
  const double range = most_ - least_;
  return std::clamp(finite, std::max(least_possible_, least_ - range), most_ + range);
}

}  // namespace evtwin::forecast
