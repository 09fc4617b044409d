#include "replay/metered.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "log_maker.hpp"

namespace evtwin::replay {
namespace {

using namespace test;

double sum_of(const Metered& metered) {
  double sum = 0.0;
  for (const MeteredPiece& piece : metered.pieces) sum += piece.kwh;
  return sum;
}

TEST(Metered, BetweenDistantReadingsTheRegisterIsSpreadAndNothingIsScored) {
  // As in a real log: 3 readings in 99 s, whose powers would add up to half of what the register says.
  ocpp::Transaction logged = transaction(t0, t0 + 99 * second_ns, 10.0, 10.248);
  add_reading(logged, t0 + 60 * second_ns, 10.1, 3.0);
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 2U);
  EXPECT_NEAR(metered.pieces[0].kwh, 0.1, 1e-12);
  EXPECT_NEAR(metered.pieces[1].kwh, 0.148, 1e-12);
  EXPECT_NEAR(metered.pieces[0].mean_kw(), 6.0, 1e-9);
  EXPECT_FALSE(metered.pieces[0].dense);
  EXPECT_EQ(metered.not_dense, "fewer than 10 readings");
  EXPECT_EQ(metered.closed_pieces, 0U);
}

TEST(Metered, ReadingsOfSocAloneTellNothingOfWhenEnergyFlowed) {
  ocpp::Transaction logged = transaction(t0, t0 + 60 * minute_ns, 0.0, 30.0);
  for (int i = 1; i < 20; ++i) {
    add_reading(logged, t0 + i * 3 * minute_ns, kernel::unknown, kernel::unknown);
    logged.samples.back().soc = 0.2 + 0.03 * i;
  }
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 1U);
  EXPECT_EQ(metered.pieces[0].length_ns(), 60 * minute_ns);
  EXPECT_EQ(metered.not_dense, "readings give neither power nor register");
}

TEST(Metered, DenseReadingsCloseTheLogsOwnBooks) {
  // Power says 6 kW, the register counts 0.098 kWh a minute: 2.04 % apart.
  ocpp::Transaction logged = transaction(t0, t0 + 20 * minute_ns, 5.0, 5.0 + 20 * 0.098);
  for (int i = 0; i <= 20; ++i) add_reading(logged, t0 + i * minute_ns, 5.0 + i * 0.098, 6.0);
  const Metered metered = replay::metered_of(logged);
  EXPECT_EQ(metered.closed_pieces, 20U);
  EXPECT_NEAR(metered.integral_kwh, 2.0, 1e-9);
  EXPECT_NEAR(metered.counted_kwh, 1.96, 1e-9);
  EXPECT_TRUE(metered.shaped_by_power);
  EXPECT_NEAR(sum_of(metered), 1.96, 1e-9) << "the register is the truth about energy";
}

TEST(Metered, WhatTheRegisterCountedBetweenTwoReadingsStaysThere) {
  // 6 kW, but 12 kW for the first half of the fifth minute, which no power reading shows: the register counts it.
  ocpp::Transaction logged = metered_at(t0, minute_ns, std::vector<double>(20, 6.0), true);
  for (std::size_t i = 5; i <= 20; ++i) logged.samples[i].register_kwh += 0.05;
  logged.meter_stop_kwh += 0.05;
  logged.energy_kwh += 0.05;
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(metered.pieces[i].kwh, i == 4 ? 0.15 : 0.1, 1e-9) << i;
  // Steps of 10 Wh: their rounding is left to the powers, which say 0.1 kWh a minute.
  logged.register_step_kwh = 0.01;
  for (std::size_t i = 1; i < 20; ++i) logged.samples[i].register_kwh += i % 2 == 0 ? 0.004 : -0.004;
  EXPECT_NEAR(replay::metered_of(logged).pieces[15].kwh, 0.1, 0.003);
}

TEST(Metered, PowerReadAtTheEndTellsNothingOfTheTimeBefore) {
  // 6 kW to the last, by readings 10 min apart; that of Transaction.End says 0, as nothing flows any more: 1/24 of the
  // energy, which a straight line down to 0 would miss, is no fault of the books.
  for (const bool by_context : {true, false}) {
    ocpp::Transaction logged = metered_at(t0, 10 * minute_ns, std::vector<double>(12, 6.0), true);
    logged.samples.back().power_kw = 0.0;
    if (by_context) {
      logged.samples.back().context = ocpp::Sample::Context::end;
      logged.samples.back().time_ns -= 2 * second_ns;
    }
    const Metered metered = replay::metered_of(logged);
    EXPECT_EQ(metered.closed_pieces, 11U);
    EXPECT_NEAR(metered.integral_kwh, 11.0, 1e-9);
    EXPECT_NEAR(metered.counted_kwh, 11.0, 1e-9);
    EXPECT_TRUE(metered.shaped_by_power);
    EXPECT_NEAR(metered.pieces[11].mean_kw(), 6.0, 0.03);
  }
  // Nor does a stop without a power, before which the car may have been full: 6 kW, and nothing in the last 10 min.
  ocpp::Transaction early = metered_at(t0, 10 * minute_ns, std::vector<double>(12, 6.0), true);
  early.samples.pop_back();
  early.meter_stop_kwh -= 1.0;
  early.energy_kwh -= 1.0;
  EXPECT_NEAR(replay::metered_of(early).integral_kwh, 11.0, 1e-9);
  EXPECT_NEAR(replay::metered_of(early).counted_kwh, 11.0, 1e-9);
  // A power of 0 before that is one.
  ocpp::Transaction full = metered_at(t0, 10 * minute_ns, std::vector<double>(12, 6.0), true);
  for (std::size_t i = 11; i <= 12; ++i) full.samples[i].power_kw = 0.0;
  EXPECT_NEAR(replay::metered_of(full).integral_kwh, 10.5, 1e-9);
}

TEST(Metered, AGapIsNoPartOfAStretch) {
  // 12 readings 10 s apart, a gap of 195 s in which the car paused, 12 more: no power is made up in the gap.
  ocpp::Transaction logged = transaction(t0, t0 + 415 * second_ns, 1.0, 1.0 + 22 * 0.02);
  double counted = 1.0;
  TimeNs at = t0;
  for (int i = 0; i < 12; ++i, at += 10 * second_ns) add_reading(logged, at, counted + i * 0.02, 7.2);
  counted += 11 * 0.02;
  at += 185 * second_ns;
  for (int i = 0; i < 12; ++i, at += 10 * second_ns) add_reading(logged, at, counted + i * 0.02, 7.2);
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 23U);
  for (std::size_t i = 0; i < 23; ++i) EXPECT_EQ(metered.pieces[i].dense, i != 11) << i;
  EXPECT_EQ(metered.pieces[11].kwh, 0.0);
  EXPECT_NEAR(metered.integral_kwh, 0.44, 1e-9);
  EXPECT_NEAR(metered.counted_kwh, 0.44, 1e-9);
}

TEST(Metered, NegativePowerIsAnOffsetUnlessTheVehicleGivesBack) {
  ocpp::Transaction logged = transaction(t0, t0 + 10 * minute_ns, 1.0, 1.5);
  for (int i = 0; i <= 10; ++i)
    add_reading(logged, t0 + i * minute_ns, 1.0 + 0.1 * std::min(i, 5), i <= 5 ? 6.0 : -0.012);
  const Metered metered = replay::metered_of(logged);
  EXPECT_GE(metered.pieces.back().kwh, 0.0);
  EXPECT_NEAR(sum_of(metered), 0.5, 1e-9);

  ocpp::Transaction back = transaction(t0, t0 + 10 * minute_ns, 1.0, 1.0);
  back.exported_kwh = 0.5;
  for (int i = 0; i <= 10; ++i) {
    add_reading(back, t0 + i * minute_ns, 1.0, -3.0);
    back.samples.back().export_register_kwh = 7.0 + 0.05 * i;
  }
  EXPECT_NEAR(sum_of(replay::metered_of(back)), -0.5, 1e-9);
}

TEST(Metered, ARegisterThatGoesBackTellsOnlyTheWhole) {
  ocpp::Transaction logged = transaction(t0, t0 + 2 * minute_ns, 1.0, 2.0);
  add_reading(logged, t0 + minute_ns, 0.2);
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 1U);
  EXPECT_NEAR(metered.pieces[0].kwh, 1.0, 1e-12);
  EXPECT_EQ(metered.not_dense, "the register's readings do not fit each other");
}

TEST(Metered, PowersShapeWhatOnlyTheEndsOfTheRegisterTell) {
  // 5 min at 6 kW, 5 min at 12 kW: 1.5 kWh, and the register counts 1.5.
  ocpp::Transaction logged = transaction(t0, t0 + 10 * minute_ns, 1.0, 2.5);
  for (int i = 1; i < 10; ++i)
    add_reading(logged, t0 + i * minute_ns, kernel::unknown, i < 5 ? 6.0 : i == 5 ? 9.0 : 12.0);
  const Metered metered = replay::metered_of(logged);
  ASSERT_EQ(metered.pieces.size(), 10U);
  EXPECT_NEAR(metered.pieces[0].mean_kw(), 6.0, 1e-6);
  EXPECT_NEAR(metered.pieces[9].mean_kw(), 12.0, 1e-6);
  EXPECT_TRUE(metered.pieces[0].dense);
}

TEST(Metered, WithoutEnergyThereIsNothing) {
  ocpp::Transaction logged = transaction(t0, t0 + minute_ns, 1.0, 2.0);
  logged.energy_kwh = kernel::unknown;
  EXPECT_TRUE(replay::metered_of(logged).pieces.empty());
  EXPECT_TRUE(replay::metered_of(transaction(t0, t0, 1.0, 2.0)).pieces.empty());
}

TEST(ReplayedSession, EnergyWithinATaperIsExact) {
  // kw = 10 e^(-0.5 h): 20 (1 - e^(-0.5 h)) kWh.
  twin::PowerSegment taper;
  taper.start_ns = t0;
  taper.end_ns = t0 + kernel::hour_ns;
  taper.kw = 10.0;
  taper.slope_kw_per_kwh = -0.5;
  taper.energy_kwh = 20.0 * (1.0 - std::exp(-0.5));
  const std::vector<twin::PowerSegment> power{segment(t0 - kernel::hour_ns, t0, 10.0), taper};
  const TwinEnergy energy(power);
  EXPECT_NEAR(energy.total_kwh(), 10.0 + 7.869386805747332, 1e-12);
  EXPECT_NEAR(energy.kwh_between(t0, t0 + 30 * minute_ns), 20.0 * (1.0 - std::exp(-0.25)), 1e-12);
  // 5 kWh of the taper: e^(-0.5 h) = 0.75.
  EXPECT_NEAR(kernel::hours_between(t0, energy.instant_of(15.0)), -2.0 * std::log(0.75), 1e-9);
  EXPECT_EQ(energy.instant_of(5.0), t0 - 30 * minute_ns);
  EXPECT_EQ(energy.instant_of(99.0), kernel::time_never);
}

}  // namespace
}  // namespace evtwin::replay
