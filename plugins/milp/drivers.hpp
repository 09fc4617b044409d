// Habits of drivers, learned from those who left: how long they stay of what they claim, how much they take of what
// they ask for, and who comes on which day.
#pragma once
#include <array>
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <vector>

namespace evtwin::milp {

/// A stay that has ended, as it was seen.
struct PastStay {
  std::int64_t arrived_ns = 0, claimed_ns = 0, left_ns = 0;
  std::int64_t utc_offset_ns = 0;  ///< of the local clock
  std::uint64_t driver = 0;        ///< the same at every visit; 0: not known
  double requested_kwh = 0.0, got_kwh = 0.0;
  double max_kw = 0.0;        ///< the most it could be given
  std::uint8_t finished = 0;  ///< it took no more, whatever it was offered

  double claimed_h() const;
  double stayed_h() const;
};

/// Chance that a share of what was said is exceeded: the product-limit estimate (Kaplan, Meier, J. Am. Stat. Assoc. 53,
/// 1958), in which who was stopped by something else counts as long as he was seen. Shares of 0 to 8, rounded down to
/// whole bins.
class ShareCurve {
 public:
  static constexpr std::size_t bins = 400;
  static constexpr double bin = 0.02;
  static constexpr double largest = bin * bins;
  static_assert(largest == 8.0, "shares of 0 to 8");

  /// @param whole  the share is all there was; else it was at least that
  void add_share(double share, bool whole, double weight);
  /// After the last add(), before the first question.
  void build_curve();
  /// Chance that it exceeds `share`, given that it exceeds `seen`; 0 where nobody was seen to come so far.
  double chance_beyond(double share, double seen) const;
  /// The largest share that at least `chance` of those beyond `seen` come to; no less than `seen`.
  double come_to(double chance, double seen) const;
  /// Mean of what it exceeds `seen` by, given that it does.
  double mean_beyond(double seen) const;

 private:
  double chance_above(double share) const;
  std::array<double, bins + 1> whole_{}, open_{},
      survival_{};  ///< last bin: all above; survival: that the bin is come to
};

/// Arrivals of an hour of a day ahead, put together: those of a mean day.
struct ExpectedGroup {
  std::uint64_t number = 0;  ///< lasting: the same in every plan
  std::int64_t from_ns = 0, until_ns = 0;
  double kwh = 0.0, max_kw = 0.0;
};

/// Whether some are taken to leave early before anybody was seen to.
enum class EarlyLeaving : std::uint8_t { expected, unheard_of };

class Drivers {
 public:
  static constexpr std::size_t most_stays = 2048;   ///< remembered
  static constexpr std::size_t most_learned = 512;  ///< the last ones: what the curves are made of
  static_assert(most_learned <= most_stays, "what is learned from is remembered");

  /// Called at every decision, after those who left before the first: other days before it are not known.
  void begin(std::int64_t now_ns);
  void add_stay(const PastStay& stay);
  /// Somebody who left, or is still there, at `there_until_ns`: whether drivers leave when they say.
  void look_at_word(std::int64_t claimed_ns, std::int64_t there_until_ns, bool left);
  const std::vector<PastStay>& stays() const { return stays_; }  ///< in no order

  /// Stays, as shares of the stay claimed. Those count most who claimed a like stay at a like time of the day, and
  /// the driver's own; all others a little. Until somebody did not, all keep their word.
  ShareCurve stay_curve(const PastStay& like, EarlyLeaving before_seen = EarlyLeaving::expected) const;
  /// Energy taken, as a share of that requested. A driver who left while drawing, and before the request was met,
  /// wanted at least that.
  ShareCurve taken_curve(const PastStay& like) const;
  /// Vehicles expected to plug in in (now, until): the mean of the last days of the same kind (workday, Saturday,
  /// Sunday), by hour and into stays up to 3 h and longer ones. Empty while no such day was seen whole.
  std::vector<ExpectedGroup> expected_groups(std::int64_t now_ns, std::int64_t utc_offset_ns,
                                             std::int64_t until_ns) const;

  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);

 private:
  template <typename Use>
  void for_learned(Use&& use) const;

  std::vector<PastStay> stays_;  ///< ring
  std::uint64_t count_ = 0;
  std::int64_t first_ns_ = 0;                     ///< known from here on ...
  std::int64_t gap_from_ns_ = 0, gap_to_ns_ = 0;  ///< ... but for the time between the history and the first decision
  std::uint8_t word_broken_ = 0;                  ///< somebody did not leave when it was claimed
};

}  // namespace evtwin::milp
