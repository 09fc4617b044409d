// History and horizon as a table: a row for each local date, a column (slot) for each step of the local day.
#pragma once
#include <cstddef>
#include <cstdint>
#include <evtwin/forecaster.hpp>
#include <span>
#include <vector>

namespace evtwin::forecast {

/// Days that are alike for load, arrivals and prices. For PV every day is a workday: the sun knows no other.
enum class Kind : std::uint8_t { workday, saturday, off };  // off: Sunday or holiday
inline constexpr std::size_t kinds = 3;

/// A step to foresee: the cell row * slots + slot, and the kind of its date.
struct Target {
  std::size_t cell;
  Kind kind;
};

/// A clock change leaves a cell empty (spring) or puts two steps into one, which then holds their mean (autumn).
struct Grid {
  std::uint32_t quantity = EVTWIN_QUANTITY_LOAD_KW;
  std::size_t slots = 1;
  double step_h = 1.0;
  std::int32_t first_day = 0;  ///< local date of row 0
  std::size_t today = 0;       ///< row of the date on which the forecast is issued; the rows before it are past
  std::size_t now = 0;         ///< the first cell to foresee: of this row, the cells before it are known
  std::vector<double> value;   ///< [(today + 1) * slots], NaN where nothing is known
  std::vector<Kind> kind;      ///< [today + 1]

  std::size_t past_cells() const { return today * slots; }
  std::size_t slot_of(std::size_t cell) const { return cell % slots; }
  std::size_t row_of(std::size_t cell) const { return cell / slots; }
  bool may_be_negative() const { return quantity == EVTWIN_QUANTITY_BUY_PER_KWH; }
  bool counts() const { return quantity == EVTWIN_QUANTITY_ARRIVALS || quantity == EVTWIN_QUANTITY_ARRIVALS_KWH; }
  bool pv() const { return quantity == EVTWIN_QUANTITY_PV_KW; }
};

/// Days of history that are looked at.
inline constexpr std::int32_t window_days = 91;
/// Values beyond it, as infinite ones, are taken as not known: sums of their squares stay finite.
inline constexpr double largest_value = 1e12;

/// Past rows of a grid, kept from call to call as long as the history says the same up to the last local midnight.
class PastDays {
 public:
  /// Brings `grid` up to the question. @returns whether its past rows are other than they were.
  bool bring_up_to(const sdk::History& history, const sdk::Question& question, Grid& grid);

 private:
  struct Range {
    std::size_t begin, midnight;
  };
  static Range range_of(const sdk::Steps& steps, std::int32_t today, std::size_t step_min);
  bool same_past(const sdk::Steps& steps, std::span<const double> values, Range range) const;

  bool any_ = false;
  std::uint32_t growing_id_ = 0;  // of the last history shown, and where in it the days kept begin
  std::size_t begin_ = 0;
  std::int32_t today_ = 0;
  std::int64_t step_ns_ = 0;
  std::vector<double> values_;
  std::vector<std::int32_t> local_day_, local_minute_;
  std::vector<std::uint8_t> weekday_, holiday_;
};

/// The steps asked for. None lies before grid.now.
void targets_of(const sdk::Question& question, const Grid& grid, std::vector<Target>& targets);

/// Range of a quantity, from what was seen: widened by itself on both sides, no negative kW, and no PV in a slot that
/// never had any. Without a whole day of known cells only the sign is bounded.
class Bounds {
 public:
  Bounds() = default;
  /// Of the cells before `end`.
  Bounds(const Grid& grid, std::size_t end);
  /// Of cells [begin, end) as well.
  void widen_by(const Grid& grid, std::size_t begin, std::size_t end);
  double clip_value(double value, std::size_t slot) const;  ///< finite

 private:
  double least_possible_ = 0.0;
  double least_ = largest_value;
  double most_ = -largest_value;
  std::size_t known_ = 0;
  std::size_t enough_ = 0;
  enum class Light : std::uint8_t { unknown, dark, lit };
  std::vector<Light> light_;  // [slots]; empty but for PV
};

}  // namespace evtwin::forecast
