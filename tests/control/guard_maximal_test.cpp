// The guard gives what there is room for: nobody could be raised by a step, and as many as possible charge.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "control/guard.hpp"
#include "control/guard_site.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

using physics::LimitKind;

/// 1 W: far above the rounding of limits, far below what anybody would miss.
constexpr double step_kw = 1e-3;

/// Random figures of one case.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  double real(double from, double to) { return from + (to - from) * kernel::draw_unit(seed_, 9, 9, n_++); }
  bool chance(double p) { return real(0, 1) < p; }
  std::size_t whole(std::size_t from, std::size_t to) {
    return from + static_cast<std::size_t>(real(0, static_cast<double>(to - from) + 1.0));
  }
  template <class T>
  T one_of(const std::vector<T>& values) {
    return values[whole(0, values.size() - 1)];
  }

 private:
  std::uint64_t seed_, n_ = 0;
};

/// What each member would have without limits.
std::vector<double> asked_of(const Guard& guard, const TestSite& s) {
  Guard free = guard;
  free.clamp_wishes(s.active, s.couplings);
  std::vector<double> asked_kw;
  for (const GuardMember& m : free.members) asked_kw.push_back(m.given_kw);
  return asked_kw;
}

/// The next setpoint allowed on the way to what was asked.
double one_step_further(double given_kw, double asked_kw, const physics::Coupling& coupling) {
  if (asked_kw > 0.0 && !coupling.rates_kw.empty()) {
    for (const double rate : coupling.rates_kw) {
      if (rate > given_kw * (1.0 + 1e-9)) return std::min(rate, asked_kw);
    }
    return asked_kw;
  }
  if (asked_kw > 0.0 && given_kw == 0.0 && coupling.min_kw > 0.0) return coupling.min_kw;
  if (asked_kw < 0.0 && given_kw == 0.0 && coupling.min_kw > 0.0)
    return -std::min(coupling.min_kw, coupling.max_discharge_kw);
  return std::copysign(std::min(std::abs(asked_kw), std::abs(given_kw) + step_kw), asked_kw);
}

/// How far each row is beyond its upper and its lower bound, one after the other.
std::vector<double> excess_of(const Guard& guard, const TestSite& s) {
  std::vector<double> excess;
  for (const GuardRow& row : guard.rows()) {
    excess.push_back(std::max(0.0, guard.value_of_row(row, Side::upper, s.couplings) - row.upper));
    excess.push_back(std::max(0.0, row.lower - guard.value_of_row(row, Side::lower, s.couplings)));
  }
  return excess;
}

/// Whether member i at `kw` breaks a limit, or breaks one further.
bool breaks_a_limit(const Guard& guard, std::size_t i, double kw, const TestSite& s) {
  Guard raised = guard;
  raised.members[i].given_kw = kw;
  const std::vector<double> before = excess_of(guard, s), after = excess_of(raised, s);
  for (std::size_t n = 0; n < before.size(); ++n) {
    const GuardRow& row = guard.rows()[n / 2];
    const double bound = n % 2 == 0 ? row.upper : row.lower;
    if (after[n] > 1e-9 * std::max(1.0, std::abs(bound)) && after[n] > before[n]) return true;
  }
  return false;
}

/// Whether a continuous power stands as near to its battery's falling curve as it may.
bool keeps_from_edge(const Guard& guard, std::size_t i, double asked_kw, const TestSite& s) {
  const GuardMember& m = guard.members[i];
  const physics::PowerRange& range = asked_kw > 0.0 ? m.charge : m.discharge;
  if (i >= guard.evse_count() || (asked_kw > 0.0 && !s.couplings[i].rates_kw.empty())) return false;
  if (!range.falls || std::abs(asked_kw) < range.now_kw || std::abs(m.given_kw) >= range.now_kw) return false;
  return std::abs(m.given_kw) >= 0.95 * range.now_kw - step_kw;
}

/// Whether member i could be raised without breaking a limit.
bool could_be_raised(const Guard& guard, std::size_t i, double asked_kw, const TestSite& s) {
  const double given_kw = guard.members[i].given_kw;
  if (std::abs(asked_kw) - std::abs(given_kw) < 1e-2 * step_kw) return false;
  if (keeps_from_edge(guard, i, asked_kw, s)) return false;
  return !breaks_a_limit(guard, i, one_step_further(given_kw, asked_kw, s.couplings[i]), s);
}

/// Feeders in a tree, EVSEs of all kinds and storages anywhere in it.
struct Case {
  TestSite site;
  double base_kw;

  static Case any(Dice& dice) {
    std::vector<physics::Feeder> feeders;
    const std::size_t feeder_count = dice.whole(0, 4);
    for (std::size_t f = 0; f < feeder_count; ++f) {
      const auto parent = static_cast<std::int32_t>(dice.whole(0, f)) - 1;
      feeders.push_back({"feeder", parent, dice.real(0, 40), dice.real(0, 25),
                         dice.chance(0.3) ? dice.real(6, 80) : infinite, dice.chance(0.5) ? 1.0 : dice.real(0.8, 1)});
    }
    std::vector<physics::Storage> storages(dice.whole(0, 2));
    for (auto& storage : storages) {
      storage.capacity_kwh = 10.0;
      storage.max_charge_kw = storage.max_discharge_kw = dice.real(1, 20);
    }
    const std::size_t evses = dice.whole(1, 10);
    std::vector<physics::LimitRow> rows;
    const std::size_t row_count = dice.whole(0, 4);
    for (std::size_t r = 0; r < row_count; ++r) {
      const auto kind = static_cast<LimitKind>(dice.whole(0, 2));
      const double most = dice.real(0, kind == LimitKind::power_kw ? 40.0 : 90.0);
      physics::LimitRow row{"row", kind, dice.chance(0.5) ? -infinite : -dice.real(0, 60), most, {}};
      for (std::uint32_t i = 0; i < evses; ++i) {
        if (dice.chance(0.6)) {
          row.members.push_back({i, dice.one_of<double>({1.0, 1.0, 1.0, 0.5, -1.0, -0.5}),
                                 dice.one_of<double>({0.0, 120.0, -120.0, 30.0})});
        }
      }
      rows.push_back(row);
    }
    Case c{TestSite(evses, rows, dice.real(0, 70), dice.real(0, 40), feeders, storages), dice.real(-20, 20)};
    for (std::uint32_t i = 0; i < evses; ++i) {
      c.site.evses[i].feeder = static_cast<std::int32_t>(dice.whole(0, feeder_count)) - 1;
      if (dice.chance(0.3)) {
        c.site.evses[i].phases = 0;
        c.site.evses[i].max_kw = c.site.evses[i].max_discharge_kw = 50.0;
        c.site.evses[i].efficiency = dice.real(0.8, 1.0);
        c.site.couplings[i] = {0.0, dice.one_of<double>({0.0, 2.0, 5.0}), 50.0, 50.0, {}};
      } else if (dice.chance(0.3)) {
        c.site.couplings[i] = {0.69, 6 * 0.69, 32 * 0.69, 32 * 0.69, {}};
      } else if (dice.chance(0.4)) {
        c.site.couplings[i].rates_kw = {8 * kw_of_1_a, 16 * kw_of_1_a, 24 * kw_of_1_a, 32 * kw_of_1_a};
      } else if (dice.chance(0.3)) {
        c.site.couplings[i].min_kw = 0.0;
      }
    }
    return c;
  }

  Guard guard(Dice& dice) {
    Guard g = site.make();
    g.set_base_kw(base_kw);
    for (double& kwh : g.stored_kwh) kwh = 5.0;
    for (auto& m : g.members) {
      m.wish_kw = dice.real(-12, 22);
      for (auto* range : {&m.charge, &m.discharge}) {
        if (dice.chance(0.2)) *range = {dice.real(0, 4), dice.real(4, 9), dice.chance(0.5)};
        if (dice.chance(0.05)) *range = {0.0, 0.0, false};
      }
    }
    return g;
  }
};

// A guard that answers 0, or one that floors below-minimum shares without handing them out again, fails it.
RC_GTEST_PROP(GuardMaximal, NobodyCouldBeRaisedByAStep, ()) {
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  Case c = Case::any(dice);
  Guard guard = c.guard(dice);
  const std::vector<double> asked_kw = asked_of(guard, c.site);
  guard.give_setpoints(c.site.active, c.site.couplings, true);
  for (std::size_t i = 0; i < guard.member_count(); ++i) {
    const GuardMember& m = guard.members[i];
    RC_ASSERT(std::abs(m.given_kw) <= std::abs(asked_kw[i]));
    RC_ASSERT(m.given_kw * asked_kw[i] >= 0.0);
    RC_ASSERT(!could_be_raised(guard, i, asked_kw[i], c.site));
    // A member that has all it asked for is not said to be limited, and the row that is named really binds.
    if (m.given_kw == asked_kw[i]) RC_ASSERT(m.reason != Correction::limit);
  }
}

TEST(GuardMaximal, TheCheckSeesAGuardThatAnswers0) {
  TestSite s(3, {}, 3.0);
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 2.0;
  const std::vector<double> asked_kw = asked_of(guard, s);
  guard.give_setpoints(s.active, s.couplings, true);
  for (auto& m : guard.members) m.given_kw = 0.0;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(could_be_raised(guard, i, asked_kw[i], s));
  guard.members[0].given_kw = guard.members[1].given_kw = 1.38;
  EXPECT_TRUE(could_be_raised(guard, 0, asked_kw[0], s));   // 0.24 kW are left
  EXPECT_FALSE(could_be_raised(guard, 2, asked_kw[2], s));  // and no third 1.38
}

// Setpoints only ever fall under hold_setpoints(), and nobody could be raised towards what it had.
RC_GTEST_PROP(GuardMaximal, HoldingTakesNoMoreThanItMust, ()) {
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  Case c = Case::any(dice);
  Guard guard = c.guard(dice);
  guard.give_setpoints(c.site.active, c.site.couplings, true);
  std::vector<double> had_kw;
  for (const GuardMember& m : guard.members) had_kw.push_back(m.given_kw);
  guard.set_base_kw(c.base_kw + dice.real(-10, 10));
  for (auto& m : guard.members) m.charge.highest_kw *= dice.real(0.5, 1.0);
  guard.hold_setpoints(c.site.active, c.site.couplings, true);
  for (std::size_t i = 0; i < guard.member_count(); ++i) {
    RC_ASSERT(std::abs(guard.members[i].given_kw) <= std::abs(had_kw[i]));
    RC_ASSERT(!could_be_raised(guard, i, had_kw[i], c.site));
  }
}

/// Most members of which the smallest offers fit below all power limits, by trying every set.
std::size_t most_that_fit(const Guard& guard, const TestSite& s, const std::vector<double>& asked_kw) {
  std::size_t most = 0;
  for (unsigned set = 0; set < 1U << asked_kw.size(); ++set) {
    Guard some = guard;
    std::size_t count = 0;
    for (std::size_t i = 0; i < asked_kw.size(); ++i) {
      const bool in = (set >> i & 1U) != 0 && asked_kw[i] > 0.0;
      some.members[i].given_kw = in ? s.couplings[i].min_kw : 0.0;
      count += in ? 1U : 0U;
    }
    const std::vector<double> excess = excess_of(some, s);
    if (std::all_of(excess.begin(), excess.end(), [](double kw) { return kw <= 1e-9; })) most = std::max(most, count);
  }
  return most;
}

// Cars of other smallest offers anywhere in a tree without losses.
RC_GTEST_PROP(GuardMaximal, AsManyChargeAsSmallestOffersFit, ()) {
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  std::vector<physics::Feeder> feeders;
  const std::size_t feeder_count = dice.whole(0, 3);
  for (std::size_t f = 0; f < feeder_count; ++f) {
    const auto parent = static_cast<std::int32_t>(dice.whole(0, f)) - 1;
    feeders.push_back({"feeder", parent, dice.real(0, 15), infinite, infinite, 1.0});
  }
  const std::size_t evses = dice.whole(1, 8);
  TestSite s(evses, {}, dice.real(0, 20), infinite, feeders);
  for (std::size_t i = 0; i < evses; ++i) {
    s.evses[i].feeder = static_cast<std::int32_t>(dice.whole(0, feeder_count)) - 1;
    const double per_a = dice.one_of<double>({0.23, 0.46, 0.69});
    s.couplings[i] = {per_a, 6 * per_a, 32 * per_a, 0.0, {}};
  }
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = dice.real(0, 22);
  const std::vector<double> asked_kw = asked_of(guard, s);
  guard.give_setpoints(s.active, s.couplings, true);
  const std::size_t most = most_that_fit(guard, s, asked_kw);
  const auto charging =
      std::count_if(guard.members.begin(), guard.members.end(), [](const GuardMember& m) { return m.given_kw > 0.0; });
  RC_ASSERT(static_cast<std::size_t>(charging) == most);
}

// Ten cars of 1.38 kW or more below 13.79: nine charge, and share all there is; below 13.80 ten do.
TEST(GuardMaximal, AHundredthOfAKilowattCostsOneCarItsPlaceAndNothingElse) {
  for (const bool all_fit : {false, true}) {
    TestSite s(10, {}, all_fit ? 13.80 : 13.79);
    Guard guard = s.make();
    for (auto& m : guard.members) m.wish_kw = 7.36;
    EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
    double sum_kw = 0.0;
    for (const auto& m : guard.members) sum_kw += m.given_kw;
    EXPECT_NEAR(sum_kw, all_fit ? 13.80 : 13.79, 1e-9);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(guard.members[i].given_kw, sum_kw / (all_fit ? 10 : 9), 1e-9);
    EXPECT_EQ(guard.members[9].given_kw > 0.0, all_fit);
  }
}

//   grid (30 kW) --- F (5 kW) --- five EVSEs
//          \--- five EVSEs
TEST(GuardMaximal, AFeederBelowLeavesRoomAtTheRootToOthers) {
  for (const double direction : {1.0, -1.0}) {
    TestSite s(10, {}, 30.0, 30.0, {{"F", -1, 5.0, 5.0, infinite, 1.0}});
    for (std::size_t i = 0; i < 5; ++i) s.evses[i].feeder = 0;
    for (auto& coupling : s.couplings) coupling.min_kw = 0.0;
    Guard guard = s.make();
    for (auto& m : guard.members) m.wish_kw = direction * 7.0;
    EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
    double sum_kw = 0.0;
    for (const auto& m : guard.members) sum_kw += m.given_kw;
    EXPECT_NEAR(sum_kw, direction * 30.0, 1e-9);
    for (const auto& m : guard.members) EXPECT_GT(std::abs(m.given_kw), 0.5);
  }
}

// 100 A for four wishes of 32 A: 25 A each fall to 24, and no step of 8 A fits the 4 A that are left.
TEST(GuardMaximal, SharesFallToRatesAndNoStepMoreFits) {
  TestSite s(4, {{"line", LimitKind::current_a, -infinite, 100.0, {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {3, 1, 0}}}});
  for (auto& c : s.couplings) c.rates_kw = {8 * kw_of_1_a, 16 * kw_of_1_a, 24 * kw_of_1_a, 32 * kw_of_1_a};
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 32 * kw_of_1_a;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  double sum_a = 0.0, least_a = infinite;
  for (const auto& m : guard.members) {
    sum_a += m.given_kw / kw_of_1_a;
    least_a = std::min(least_a, m.given_kw / kw_of_1_a);
  }
  EXPECT_NEAR(sum_a, 96.0, 1e-9);
  EXPECT_NEAR(least_a, 24.0, 1e-9);
}

// A storage is a member as EVSEs are: the feeder's cut leaves room that it takes.
//
//   grid (20 kW) --+-- F (2 kW) --- EVSE 0   wants 7
//                  +-- storage               wants 50
TEST(GuardMaximal, AStorageTakesWhatAFeederLeaves) {
  physics::Storage storage;
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = storage.max_discharge_kw = 50.0;
  TestSite s(1, {}, 20.0, infinite, {{"F", -1, 2.0, infinite, infinite, 1.0}}, {storage});
  s.evses[0].feeder = 0;
  Guard guard = s.make();
  guard.stored_kwh[0] = 50.0;
  guard.members[0].wish_kw = 7.0;
  guard.members[1].wish_kw = 50.0;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw + guard.members[1].given_kw, 20.0, 1e-9);
  EXPECT_GE(guard.members[0].given_kw, 1.38);
}

}  // namespace
}  // namespace evtwin::control
