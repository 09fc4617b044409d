// Plans that are made again and again: each piece is told once, and together the pieces that stood are what was planned
// for each instant when it came.
#include "control/plan_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "kernel/archive.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double no_plan_kw = std::numeric_limits<double>::quiet_NaN();

/// start, end, kW, decision, when it was taken back (0: it stood).
using Told = std::tuple<TimeNs, TimeNs, double, std::uint64_t, TimeNs>;

std::vector<Told> told(PlanHistory& history) {
  std::vector<Told> all;
  for (const SettledPiece& piece : history.settled_pieces())
    all.emplace_back(piece.planned.start_ns, piece.planned.end_ns, piece.planned.kw, piece.planned.decision,
                     piece.replaced_ns);
  history.settled_pieces().clear();
  return all;
}

bool plan(PlanHistory& history, TimeNs now, std::uint64_t decision, std::vector<TimeNs> starts,
          std::vector<double> kw) {
  return history.take_plan(now, decision, starts, kw);
}

TEST(PlanHistory, EqualNeighboursAreOnePieceAndZeroIsNothing) {
  PlanHistory history(1);
  EXPECT_TRUE(plan(history, 0, 1, {0, 10, 20, 30, 40}, {7, 7, 0, 3}));
  EXPECT_THAT(told(history), IsEmpty());  // nothing has come yet
  history.end_all(40);
  EXPECT_THAT(told(history), ElementsAre(Told{0, 20, 7, 1, 0}, Told{30, 40, 3, 1, 0}));
}

TEST(PlanHistory, TheSamePlanAgainSaysNothingNew) {
  PlanHistory history(1);
  plan(history, 0, 1, {0, 10, 20, 30}, {7, 5, 0});
  EXPECT_FALSE(plan(history, 10, 2, {10, 20, 30, 40}, {5, 0, 0}));
  EXPECT_FALSE(plan(history, 12, 3, {12, 20, 30, 40}, {5 + 1e-9, 1e-9, 0}));
  EXPECT_FALSE(plan(history, 14, 4, {14, 20, 30, 40}, {no_plan_kw, no_plan_kw, no_plan_kw}));
  history.end_all(40);
  EXPECT_THAT(told(history), ElementsAre(Told{0, 10, 7, 1, 0}, Told{10, 20, 5, 1, 0}));
}

TEST(PlanHistory, WhatIsPlannedOtherwiseIsTakenBackFromThenOn) {
  PlanHistory history(1);
  plan(history, 0, 1, {0, 10, 20, 30}, {7, 7, 7});
  EXPECT_TRUE(plan(history, 5, 2, {5, 10, 20, 30}, {7, 2, 7}));
  EXPECT_THAT(told(history), ElementsAre(Told{10, 20, 7, 1, 5}));
  history.end_all(30);
  EXPECT_THAT(told(history), ElementsAre(Told{0, 10, 7, 1, 0}, Told{10, 20, 2, 2, 0}, Told{20, 30, 7, 1, 0}));
}

TEST(PlanHistory, AZeroAgainstWhatWasPlannedIsAWord) {
  PlanHistory history(1);
  plan(history, 0, 1, {0, 10, 20}, {7, 7});
  EXPECT_TRUE(plan(history, 10, 2, {10, 20, 30}, {0, 0}));
  history.end_all(30);
  EXPECT_THAT(told(history), ElementsAre(Told{10, 20, 7, 1, 10}, Told{0, 10, 7, 1, 0}, Told{10, 20, 0, 2, 0}));
}

TEST(PlanHistory, ACarThatLeavesEarlyTakesItsPlanBack) {
  PlanHistory history(2);
  plan(history, 0, 1, {0, 10, 20}, {7, 3, 1, 1});
  history.end_member(0, 5);
  EXPECT_THAT(told(history), ElementsAre(Told{0, 5, 7, 1, 0}, Told{5, 10, 7, 1, 5}, Told{10, 20, 3, 1, 5}));
  history.end_all(20);
  EXPECT_THAT(told(history), ElementsAre(Told{0, 20, 1, 1, 0}));
}

TEST(PlanHistory, GoesOnFromItsBytes) {
  PlanHistory whole(1), cut(1);
  for (PlanHistory* history : {&whole, &cut}) plan(*history, 0, 1, {0, 10, 20, 30}, {7, 5, 3});
  kernel::ArchiveWriter writer("plans");
  writer(cut);
  const std::vector<std::byte> bytes = writer.take_bytes();
  PlanHistory loaded(1);
  kernel::ArchiveReader reader(bytes, "plans");
  reader(loaded);
  for (PlanHistory* history : {&whole, &loaded}) {
    plan(*history, 10, 2, {10, 20, 30}, {5, 4});
    history->end_all(30);
  }
  const auto expected = told(whole);
  EXPECT_EQ(told(loaded), expected);
  EXPECT_EQ(expected.size(), 4U);
}

TEST(PlanHistory, WhatStoodIsTheLastWordOnEveryInstant) {
  constexpr TimeNs horizon = 12, last = 300;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::uint64_t draws = 0;
    const auto roll = [&](std::uint64_t n) {
      return kernel::draw_u64(seed, 1, kernel::purpose_of("test.plans"), draws++) % n;
    };
    PlanHistory history(1);
    std::map<TimeNs, double> planned;  // by instant, what was said of it last
    std::map<TimeNs, double> stood;
    std::uint64_t decision = 0;
    for (TimeNs now = 0; now < last;) {
      if (roll(10) == 0) {
        history.end_member(0, now);
        planned.erase(planned.lower_bound(now), planned.end());
      }
      std::vector<TimeNs> starts{now};
      std::vector<double> kw;
      for (TimeNs t = now; t < now + horizon; t = starts.back()) {
        starts.push_back(std::min<TimeNs>(now + horizon, t + 1 + static_cast<TimeNs>(roll(4))));
        kw.push_back(roll(5) == 0 ? no_plan_kw : static_cast<double>(roll(3)));
        for (TimeNs at = t; at < starts.back() && !std::isnan(kw.back()); ++at) planned[at] = kw.back();
      }
      history.take_plan(now, ++decision, starts, kw);
      now += 1 + static_cast<TimeNs>(roll(6));
    }
    history.end_all(last);
    for (const SettledPiece& piece : history.settled_pieces()) {
      ASSERT_LT(piece.planned.start_ns, piece.planned.end_ns);
      if (piece.replaced_ns != 0) {
        EXPECT_GE(piece.planned.start_ns, piece.replaced_ns) << "what has come can not be taken back";
        continue;
      }
      for (TimeNs at = piece.planned.start_ns; at < piece.planned.end_ns; ++at)
        EXPECT_TRUE(stood.emplace(at, piece.planned.kw).second) << "told twice";
    }
    for (TimeNs at = 0; at < last; ++at) {
      const auto said = planned.find(at);
      const auto told_kw = stood.find(at);
      EXPECT_EQ(told_kw == stood.end() ? 0.0 : told_kw->second, said == planned.end() ? 0.0 : said->second)
          << "seed " << seed << " at " << at;
    }
  }
}

}  // namespace
}  // namespace evtwin::control
