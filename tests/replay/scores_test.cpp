#include "replay/scores.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "log_maker.hpp"
#include "replay/session_pair.hpp"

namespace evtwin::replay {
namespace {

using namespace test;
using ::testing::IsNan;

SessionPair pair_with(const ocpp::Transaction& logged, double kw) {
  return pair_of(logged, metered_of(logged), twin_of(0, logged, {segment(logged.start_ns, logged.stop_ns, kw)}));
}

/// A log of these transactions, and the twin's powers for each.
struct Case {
  ocpp::SiteLog log;
  std::vector<ReplayedSession> twin;
  std::vector<LimitStretch> limits;
  std::optional<bool> alike;
  HeldOut held_out = foretold_well();

  void add(ocpp::Transaction logged, std::vector<twin::PowerSegment> power) {
    logged.id = std::to_string(log.transactions.size() + 1);
    twin.push_back(twin_of(log.transactions.size(), logged, std::move(power)));
    log.transactions.push_back(std::move(logged));
  }
  ScoreCard card() const { return score_evidence({log, twin, market::Calendar(), limits, alike, held_out}); }
  Score of(std::string_view name) const { return *card().find_score(name); }
};

TEST(SessionPair, ProfileErrorIsRmseOverTheMeteredMean) {
  // 6 kW metered, 7.2 kW in the twin: 20 % everywhere.
  const SessionPair constant = pair_with(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true), 7.2);
  EXPECT_NEAR(constant.profile_cv_rmse, 0.2, 1e-9);
  EXPECT_NEAR(constant.power_mae_kw, 1.2, 1e-9);
  EXPECT_NEAR(constant.power_bias_kw, 1.2, 1e-9);
  EXPECT_NEAR(constant.ledger_closure, 0.0, 1e-9);
  // 4 and 8 kW in turn, 6 kW in the twin: RMSE 2 of 6, no bias.
  std::vector<double> turns;
  for (int i = 0; i < 20; ++i) turns.push_back(i % 2 == 0 ? 4.0 : 8.0);
  const SessionPair alternating = pair_with(metered_at(t0, minute_ns, turns, false), 6.0);
  EXPECT_NEAR(alternating.profile_cv_rmse, 1.0 / 3.0, 1e-9);
  EXPECT_NEAR(alternating.power_mae_kw, 2.0, 1e-9);
  EXPECT_NEAR(alternating.power_bias_kw, 0.0, 1e-9);
}

TEST(SessionPair, ReadingsWithinAMinuteAreTakenTogether) {
  // Every 10 s 0 or 12 kW in turn: 6 kW in every minute, as in the twin.
  std::vector<double> turns;
  for (int i = 0; i < 60; ++i) turns.push_back(i % 2 == 0 ? 0.0 : 12.0);
  EXPECT_NEAR(pair_with(metered_at(t0, 10 * second_ns, turns, false), 6.0).profile_cv_rmse, 0.0, 1e-9);
}

TEST(SessionPair, ACoarseRegisterAloneIsJudgedOverTwentyOfItsSteps) {
  // 6 kW by a register of 0.1 kWh: 20 steps take 20 min. Readings show 0.1 kWh every minute, but for rounding.
  ocpp::Transaction logged = transaction(t0, t0 + 40 * minute_ns, 0.0, 4.0);
  logged.register_step_kwh = 0.1;
  for (int i = 1; i < 40; ++i) add_reading(logged, t0 + i * minute_ns, 0.2 * (i / 2));
  EXPECT_NEAR(pair_with(logged, 6.0).profile_cv_rmse, 0.0, 1e-9);
}

TEST(SessionPair, TimeToNinetyPercentIsComparedWhereReadingsTellIt) {
  // 1 kWh in 10 min: 0.9 kWh after 9 min; at 12 kW after 4.5 min.
  const SessionPair early = pair_with(metered_at(t0, minute_ns, std::vector<double>(10, 6.0), true), 12.0);
  EXPECT_NEAR(early.full_after_min, 9.0, 1e-6);
  EXPECT_NEAR(early.full_difference_min, -4.5, 1e-6);
  // Start and stop alone do not say when.
  const SessionPair unknown = pair_with(transaction(t0, t0 + 60 * minute_ns, 0.0, 5.0), 6.0);
  EXPECT_THAT(unknown.full_difference_min, IsNan());
  EXPECT_EQ(unknown.full_not_scorable, "readings too far apart to tell when");
  EXPECT_THAT(unknown.profile_cv_rmse, IsNan());
}

TEST(SessionPair, ATwinThatNeverGetsThereIsLateUntilTheCarLeaves) {
  const SessionPair slow = pair_with(metered_at(t0, minute_ns, std::vector<double>(10, 6.0), true), 3.0);
  EXPECT_NEAR(slow.full_difference_min, 1.0, 1e-6);  // the car leaves after 10 min, 9 are metered
}

TEST(Scores, SessionEnergyIsMapeAboveOneKwhAndMaeBelow) {
  Case c;
  c.add(transaction(t0, t0 + 60 * minute_ns, 0.0, 10.0), {segment(t0, t0 + 60 * minute_ns, 11.0)});  // + 10 %
  c.add(transaction(t0, t0 + 60 * minute_ns, 0.0, 4.0), {segment(t0, t0 + 60 * minute_ns, 3.8)});    // - 5 %
  c.add(transaction(t0, t0 + 60 * minute_ns, 0.0, 0.5), {segment(t0, t0 + 60 * minute_ns, 0.6)});    // 0.1 kWh
  const Score mape = c.of("session_energy_mape");
  EXPECT_NEAR(mape.value, 0.075, 1e-12);
  EXPECT_EQ(mape.n, 2U);
  EXPECT_EQ(mape.gate, Gate::fail);
  EXPECT_EQ(mape.excluded.at("below 1 kWh"), 1U);
  EXPECT_NEAR(c.of("session_energy_bias").value, 0.9 / 14.5, 1e-12);
  const Score small = c.of("small_session_energy_mae");
  EXPECT_NEAR(small.value, 0.1, 1e-12);
  EXPECT_EQ(small.gate, Gate::not_scorable);
}

TEST(Scores, LedgerClosureWithinTwoStepsOfTheRegisterPasses) {
  Case c;
  ocpp::Transaction logged = transaction(t0, t0 + 20 * minute_ns, 0.0, 0.5);
  logged.register_step_kwh = 0.01;
  for (int i = 0; i <= 20; ++i) add_reading(logged, t0 + i * minute_ns, 0.025 * i, 1.55);  // 0.5167 kWh: + 3.3 %
  c.add(logged, {});
  const Score score = c.of("ledger_closure");
  EXPECT_NEAR(score.value, 0.1 / 3.0, 1e-9);
  EXPECT_EQ(score.gate, Gate::pass);
  c.log.transactions[0].register_step_kwh = 0.001;
  EXPECT_EQ(c.of("ledger_closure").gate, Gate::fail);
}

TEST(Scores, WhatTheSpacingOfReadingsExplainsIsNoFaultOfTheBooks) {
  // 6 kW until right before a reading, then 0: a straight line between the two misses half of the time between.
  const auto until_full = [](TimeNs step, std::size_t charging, std::size_t all) {
    std::vector<double> kw(all, 0.0);
    std::fill(kw.begin(), kw.begin() + static_cast<std::ptrdiff_t>(charging), 6.0);
    return metered_at(t0, step, kw, true);
  };
  // Of two hours by the minute that is 0.4 %.
  Case c;
  c.add(until_full(minute_ns, 120, 150), {});
  EXPECT_NEAR(c.of("ledger_closure").value, 0.0, 1e-9);
  EXPECT_EQ(c.of("ledger_closure").gate, Gate::good);
  // A quarter of an hour apart 5.6 %: nothing can be told, unless more is missing than that.
  Case sparse;
  sparse.add(until_full(15 * minute_ns, 9, 15), {});
  EXPECT_THAT(sparse.of("ledger_closure").value, IsNan());
  EXPECT_EQ(sparse.of("ledger_closure").excluded.at("readings too far apart to add power up"), 1U);
  // Half as much again: eight times 2.25 kWh by power for 1.5.
  for (ocpp::Sample& sample : sparse.log.transactions[0].samples) sample.power_kw *= 1.5;
  EXPECT_NEAR(sparse.of("ledger_closure").value, 8.0 * 0.75 / 13.5, 1e-9);
  EXPECT_EQ(sparse.of("ledger_closure").gate, Gate::fail);
}

TEST(Scores, PowersThatAddUpAtOtherTimesThanTheRegisterAreAFaultOfTheBooks) {
  // Half an hour at 6 kW and one at 2 kW, 4 kWh; the readings say it the other way round: 4 kW too little in one half
  // and too much in the other, but for the minute of the change.
  Case c;
  std::vector<double> kw(60, 6.0);
  std::fill(kw.begin() + 30, kw.end(), 2.0);
  ocpp::Transaction logged = metered_at(t0, minute_ns, kw, true);
  c.add(logged, {});
  EXPECT_NEAR(c.of("ledger_closure").value, 0.0, 1e-9);
  for (ocpp::Sample& sample : c.log.transactions[0].samples) sample.power_kw = 8.0 - sample.power_kw;
  EXPECT_NEAR(c.of("ledger_closure").value, 59.0 * (4.0 / 60.0) / 4.0, 1e-9);
  EXPECT_EQ(c.of("ledger_closure").gate, Gate::fail);
}

TEST(Scores, SiteLoadByTheHourFollowsGuideline14) {
  // Metered 2 and 4 kW, twin 3 and 4: sqrt(1 / (2 - 1)) / 3, and 1 / (2 - 1) / 3.
  Case c;
  c.add(metered_at(t0, 10 * minute_ns, {2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4}, false),
        {segment(t0, t0 + 60 * minute_ns, 3.0), segment(t0 + 60 * minute_ns, t0 + 120 * minute_ns, 4.0)});
  EXPECT_NEAR(c.of("site_load_cv_rmse").value, 1.0 / 3.0, 1e-9);
  EXPECT_NEAR(c.of("site_load_nmbe").value, 1.0 / 3.0, 1e-9);
  EXPECT_EQ(c.of("site_load_cv_rmse").n, 2U);
  EXPECT_EQ(c.of("site_load_cv_rmse").gate, Gate::fail);
  EXPECT_EQ(c.of("site_load_month_cv_rmse").gate, Gate::not_scorable);
}

TEST(Scores, HoursWithoutReadingsAreNotScored) {
  Case c;
  c.add(transaction(t0, t0 + 300 * minute_ns, 0.0, 10.0), {segment(t0, t0 + 60 * minute_ns, 10.0)});
  const Score score = c.of("site_load_cv_rmse");
  EXPECT_THAT(score.value, IsNan());
  EXPECT_EQ(score.n, 0U);
  EXPECT_EQ(score.excluded.at("hours with readings more than an hour apart"), 5U);
  EXPECT_THAT(c.of("peak_error").value, IsNan());
}

TEST(Scores, PeakIsOfAllSessionsTogether) {
  // Two cars at 6 kW, overlapping for 10 min: 12 kW. In the twin the second comes at 7.2 kW: 13.2 kW.
  Case c;
  c.add(metered_at(t0, minute_ns, std::vector<double>(30, 6.0), true), {segment(t0, t0 + 30 * minute_ns, 6.0)});
  const TimeNs later = t0 + 20 * minute_ns;
  c.add(metered_at(later, minute_ns, std::vector<double>(30, 6.0), true),
        {segment(later, later + 30 * minute_ns, 7.2)});
  const Score peak = c.of("peak_error");
  EXPECT_NEAR(peak.value, 0.1, 1e-9);
  EXPECT_EQ(peak.n, 50U);
}

TEST(Scores, LagIsTheShiftThatFitsBest) {
  // The twin does the same 2 min later.
  std::vector<double> ramp;
  for (int i = 0; i < 30; ++i) ramp.push_back(1.0 + 0.2 * i);
  Case c;
  ocpp::Transaction logged = metered_at(t0, minute_ns, ramp, false);
  std::vector<twin::PowerSegment> power;
  for (int i = 0; i < 30; ++i)
    power.push_back(segment(t0 + (i + 2) * minute_ns, t0 + (i + 3) * minute_ns, ramp[static_cast<std::size_t>(i)]));
  c.add(logged, power);
  EXPECT_EQ(c.of("timing_lag").value, 2.0);
  EXPECT_NEAR(c.of("timing_rmse_aligned").value, 0.0, 1e-6);
  EXPECT_GT(c.of("timing_rmse").value, 0.3);
}

TEST(Scores, TimeToNinetyPercentIsJudgedAgainstFiveMinutesOrATenth) {
  Case c;
  c.add(metered_at(t0, minute_ns, std::vector<double>(10, 6.0), true), {segment(t0, t0 + 10 * minute_ns, 12.0)});
  const Score score = c.of("time_to_90_percent");  // 4.5 min early: less than 5
  EXPECT_NEAR(score.value, 0.09, 1e-9);
  EXPECT_EQ(score.gate, Gate::pass);
}

TEST(Scores, LimitsAreKeptUpToTwoPercent) {
  Case c;
  c.add(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true),
        {segment(t0, t0 + 15 * minute_ns, 6.1), segment(t0 + 15 * minute_ns, t0 + 20 * minute_ns, 7.0)});
  c.limits = {{"A-1", t0, t0 + 10 * minute_ns, 6.0}, {"A-1", t0 + 10 * minute_ns, kernel::time_never, 5.0}};
  EXPECT_NEAR(c.of("limit_compliance_twin").value, 0.5, 1e-9);  // the first 10 of 20 min
  EXPECT_EQ(c.of("limit_compliance_twin").gate, Gate::fail);
  EXPECT_NEAR(c.of("limit_compliance_log").value, 10.0 / 21.0, 1e-9);
  EXPECT_EQ(c.of("limit_compliance_log").gate, Gate::not_scorable);
}

TEST(Scores, ALimitSetAtTheStopIsNoneOfTheReadingThere) {
  // 6 kW under 7 kW all along; as the transaction stops the EVSE is set to 0 A.
  Case c;
  c.add(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true), {segment(t0, t0 + 20 * minute_ns, 6.0)});
  const TimeNs stop = t0 + 20 * minute_ns;
  c.limits = {{"A-1", t0, stop, 7.0}, {"A-1", stop, kernel::time_never, 0.0}};
  EXPECT_DOUBLE_EQ(c.of("limit_compliance_log").value, 1.0);
  EXPECT_EQ(c.of("limit_compliance_log").n, 21U);
  // What was set a minute before holds for both readings from then on.
  c.limits[0].to_ns = c.limits[1].from_ns = stop - minute_ns;
  EXPECT_DOUBLE_EQ(c.of("limit_compliance_log").value, 19.0 / 21.0);
}

TEST(Scores, CoverageCountsAllThatBeganAndTheirEnergyAndSaysWhyOthersAreNone) {
  Case c;
  c.add(transaction(t0, t0 + minute_ns, 0.0, 1.0), {});
  c.log.transactions.push_back(transaction(t0, t0 + minute_ns, 0.0, 1.0));
  c.log.transactions.push_back(transaction(t0, t0 + minute_ns, 0.0, 1.0));
  c.log.transactions.back().stop_seen = false;
  c.log.report.calls = 9;
  c.log.report.undecodable = 1;
  const Score coverage = c.of("coverage");
  EXPECT_DOUBLE_EQ(coverage.value, 1.0 / 3.0);
  EXPECT_EQ(coverage.n, 3U);
  EXPECT_EQ(coverage.excluded.at("complete, and left out of the replay"), 1U);
  EXPECT_EQ(coverage.excluded.at("not replayed: the log has no stop"), 1U);
  EXPECT_EQ(c.of("frames_decoded").value, 0.9);
  // A third of 3 kWh; of one whose energy is not known what its readings show.
  EXPECT_DOUBLE_EQ(c.of("kwh_replayed").value, 1.0 / 3.0);
  c.log.transactions.back().energy_kwh = kernel::unknown;
  add_reading(c.log.transactions.back(), t0 + 10 * second_ns, 0.25);
  add_reading(c.log.transactions.back(), t0 + 20 * second_ns, 0.75);
  EXPECT_DOUBLE_EQ(c.of("kwh_replayed").value, 1.0 / 2.5);
}

TEST(Scores, EnergyThatNothingTellsIsNotNone) {
  // 10 and 20 kWh replayed, and one of which the log has neither register nor reading: 20 kWh, and a line says so.
  Case c;
  c.add(transaction(t0, t0 + 60 * minute_ns, 0.0, 10.0), {});
  c.add(transaction(t0 + 120 * minute_ns, t0 + 180 * minute_ns, 10.0, 30.0), {});
  EXPECT_DOUBLE_EQ(c.of("kwh_replayed").value, 1.0);
  ocpp::Transaction silent = transaction(t0 + 240 * minute_ns, t0 + 300 * minute_ns, kernel::unknown, kernel::unknown);
  c.log.transactions.push_back(silent);
  EXPECT_DOUBLE_EQ(c.of("kwh_replayed").value, 0.6);
  EXPECT_EQ(c.of("kwh_replayed").excluded.at("energy not known: counted as the most of any other"), 1U);
}

TEST(Scores, WhatWasGivenMakesNoVerdict) {
  // Thirty sessions with the energy of the log and no reading: nothing was predicted.
  Case c;
  for (int i = 0; i < 30; ++i)
    c.add(transaction(t0, t0 + 30 * minute_ns, 0.0, 3.0), {segment(t0, t0 + 30 * minute_ns, 6.0)});
  EXPECT_EQ(c.of("session_energy_mape").gate, Gate::good);
  EXPECT_EQ(c.of("session_energy_mape").told, Told::given);
  EXPECT_EQ(c.card().gate, Gate::not_scorable);
  EXPECT_EQ(c.card().verdict_word(), "not_scorable");
  EXPECT_EQ(c.card().tested_share, 0.0);
  // With power read in a third of the energy there is still none, with two thirds there is.
  const auto read = [&] {
    c.add(metered_at(t0, minute_ns, std::vector<double>(30, 6.0), true), {segment(t0, t0 + 30 * minute_ns, 6.0)});
  };
  for (int i = 0; i < 15; ++i) read();
  EXPECT_EQ(c.card().verdict_word(), "not_scorable");
  for (int i = 0; i < 45; ++i) read();
  EXPECT_NEAR(c.card().tested_share, 2.0 / 3.0, 1e-9);
  EXPECT_EQ(c.card().verdict_word(), "good");
}

TEST(Scores, SparserReadingsGiveNoBetterVerdict) {
  // The same thirty sessions read every minute, every half an hour, every two hours.
  const auto verdict = [](TimeNs step) {
    Case c;
    const auto pieces = static_cast<std::size_t>(10 * kernel::hour_ns / step);
    for (int i = 0; i < 30; ++i) {
      const TimeNs from = t0 + i * kernel::day_ns;
      c.add(metered_at(from, step, std::vector<double>(pieces, 6.0), true),
            {segment(from, from + 10 * kernel::hour_ns, 6.0)});
    }
    return std::string(c.card().verdict_word());
  };
  EXPECT_EQ(verdict(minute_ns), "good");
  EXPECT_EQ(verdict(30 * minute_ns), "pass");
  EXPECT_EQ(verdict(2 * kernel::hour_ns), "not_scorable");
}

TEST(Scores, TheEasierPartOfWhatWasForetoldIsNotGood) {
  Case c;
  for (int i = 0; i < 30; ++i)
    c.add(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true), {segment(t0, t0 + 20 * minute_ns, 6.0)});
  c.held_out.tested_share = 0.96;
  EXPECT_EQ(c.card().verdict_word(), "good");
  c.held_out.tested_share = 0.94;
  EXPECT_EQ(c.card().verdict_word(), "pass");
}

TEST(Scores, WithoutSessionsForetoldThereIsNoVerdict) {
  Case c;
  for (int i = 0; i < 30; ++i)
    c.add(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true), {segment(t0, t0 + 20 * minute_ns, 6.0)});
  EXPECT_EQ(c.card().verdict_word(), "good");
  const std::size_t load = site_load_line;
  ASSERT_EQ(power_lines[load], "site_load_cv_rmse");
  c.held_out.figure_of(Way::foretold, load) = {0.25, 12};
  EXPECT_EQ(c.card().verdict_word(), "pass");
  c.held_out.figure_of(Way::foretold, load) = {0.35, 12};
  EXPECT_EQ(c.card().verdict_word(), "fail");
  // Readings taken out until no hour is metered: what is not tested fails at nothing, and is not good.
  c.held_out.figure_of(Way::foretold, load) = {kernel::unknown, 0};
  EXPECT_EQ(c.card().verdict_word(), "pass");
  // A single vehicle is as sure as its driver: reported, not gated.
  c.held_out = foretold_well();
  c.held_out.figure_of(Way::foretold, 0) = {0.9, 12};
  EXPECT_EQ(c.card().verdict_word(), "good");
  c.held_out.tested_share = 0.4;
  EXPECT_EQ(c.card().verdict_word(), "not_scorable");
}

TEST(Scores, SkillIsWhatIsLeftOfTheBetterNaiveError) {
  HeldOut held_out;
  EXPECT_THAT(held_out.skill_of_line(1), IsNan());
  held_out.figure_of(Way::foretold, 1).value = 0.1;
  held_out.figure_of(Way::rectangle, 1).value = 0.4;
  EXPECT_NEAR(held_out.skill_of_line(1), 0.75, 1e-12);
  held_out.figure_of(Way::mean_shape, 1).value = -0.08;
  EXPECT_NEAR(held_out.skill_of_line(1), -0.2, 1e-12);
}

TEST(Scores, ACardOnFewSessionsIsIndicativeAndMeetsNoGate) {
  Case c;
  c.alike = true;
  const auto add = [&] {
    c.add(metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true), {segment(t0, t0 + 20 * minute_ns, 6.0)});
  };
  for (int i = 0; i < 29; ++i) add();
  EXPECT_EQ(c.card().gate, Gate::good);
  EXPECT_TRUE(c.of("session_energy_mape").indicative);
  EXPECT_FALSE(c.card().meets_gate(Gate::pass));
  add();
  EXPECT_FALSE(c.of("session_energy_mape").indicative);
  EXPECT_TRUE(c.card().meets_gate(Gate::good));
  c.alike = false;
  EXPECT_FALSE(c.card().meets_gate(Gate::pass));
}

TEST(Scores, AnEmptyLogHasNoGateAndMeetsNone) {
  const ScoreCard card = Case{}.card();
  EXPECT_EQ(card.gate, Gate::not_scorable);
  EXPECT_FALSE(card.meets_gate(Gate::pass));
}

}  // namespace
}  // namespace evtwin::replay
