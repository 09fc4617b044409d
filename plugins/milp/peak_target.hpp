// The month's peak that is worth having: learned from what the days so far would have needed.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <vector>

#include "drivers.hpp"

namespace evtwin::milp {

/// Lowest constant import with which the sessions could have been served, had all been known: over each interval, the
/// energy of the stays that lie within it and the load, less PV and what a full storage gives, by its hours (the
/// critical interval of Yao, Demers, Shenker, FOCS 1995; power limits of EVSEs left out).
struct NeededPeak {
  double kw = 0.0;
  double without_cars_kw = 0.0;  ///< by load and PV alone
};

/// @param stays        those that lie within the quarters count
/// @param begin_ns     of quarter 0
/// @param net_kwh      [quarters] load - PV
NeededPeak needed_peak(const std::vector<PastStay>& stays, std::int64_t begin_ns, const std::vector<double>& net_kwh,
                       double storage_kwh, double storage_kw);

/// A plan that makes each day pay for the month's peak gives up energy for it; one that knows what the month will be
/// billed for anyway charges early below that. The target is what the dearest of the last days needed at least, its
/// cars' part times `over_hindsight`, because nobody knows who comes.
class PeakTarget {
 public:
  static constexpr std::size_t most_days = 31;
  /// Between the best fixed targets at Caltech (24 kW: 1.7) and JPL (102 kW: 1.9) of May to August 2019.
  static constexpr double over_hindsight = 1.9;

  /// At every decision, before the stays of those who left since are forgotten.
  void learn_from(const evtwin_view& view, const Drivers& drivers);
  /// 0 until two days were seen.
  double target_kw() const;
  /// The part of a peak above all that is known that is today's: it serves the later days that need as much, too. By
  /// the rule of succession (Laplace 1774) each of `days_left` does with a chance of 1 in (days seen + 1).
  double share_of_days(double days_left) const;

  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);

 private:
  void learn_history(const evtwin_view& view, const Drivers& drivers, std::int64_t midnight_ns);
  void add_day(const NeededPeak& needed);

  std::int64_t last_ns_ = 0, begin_ns_ = 0;  ///< begin of quarter 0: a local midnight
  double last_net_kw_ = 0.0;
  std::vector<double> net_kwh_;    ///< [quarters] of yesterday and today
  std::vector<double> target_kw_;  ///< of the last days
};

}  // namespace evtwin::milp
