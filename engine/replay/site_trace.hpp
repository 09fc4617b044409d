// Power of all sessions together, metered beside the twin's, over time.
#pragma once
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "market/calendar.hpp"
#include "replay/metered.hpp"
#include "replay/replayed_session.hpp"

namespace evtwin::replay {

/// Both powers, constant over [from, to). The twin is seen through the readings of the log: between two readings of a
/// session its energy is spread just as the metered energy is, so that the two can be compared; before the first and
/// after the last it stands as it flowed.
struct SiteStep {
  TimeNs from_ns = 0, to_ns = 0;
  double metered_kw = 0.0, twin_kw = 0.0;
  double dense_kw = 0.0;   ///< of metered_kw: where readings are dense
  double fine_kw = 0.0;    ///< of metered_kw: from readings at most 15 min apart
  double hourly_kw = 0.0;  ///< of metered_kw: from readings at most 1 h apart
};

/// @param metered  of each of `sessions`. @returns ascending; where there is no step both powers are 0.
std::vector<SiteStep> site_steps(std::span<const ReplayedSession> sessions, std::span<const Metered> metered);

/// Means over a piece of the clock.
struct BinMean {
  TimeNs from_ns = 0, to_ns = 0;
  double metered_kw = 0.0, twin_kw = 0.0, dense_kw = 0.0, hourly_kw = 0.0;
};

/// Means over the pieces of the clock in which power flowed, ascending.
class BinMeans {
 public:
  using InstantOf = std::function<TimeNs(TimeNs)>;
  /// @param start_of, end_of  the piece of the clock that an instant lies in; pieces follow each other
  BinMeans(InstantOf start_of, InstantOf end_of) : start_of_(std::move(start_of)), end_of_(std::move(end_of)) {}
  /// @param step  later than those before
  void add_step(const SiteStep& step);
  std::vector<BinMean> take_bins() { return std::move(bins_); }

 private:
  InstantOf start_of_, end_of_;
  std::vector<BinMean> bins_;
};

}  // namespace evtwin::replay
