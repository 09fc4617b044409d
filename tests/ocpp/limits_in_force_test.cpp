// What a log's own commands put in force, transaction by transaction.
#include "ocpp/limits_in_force.hpp"

#include <cmath>
#include <stdexcept>

#include "ocpp/profiles.hpp"

namespace evtwin::ocpp {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using test::instant_of;
using test::profile_json;
using test::read_profile;

const TimeNs limits_start = instant_of("2024-01-15T00:00:00Z");

ChargingProfile amps(const std::string& purpose, int level, const std::string& limit, const std::string& more = "") {
  return read_profile(profile_json(
      purpose, purpose == "ChargePointMaxProfile" ? "Absolute" : "Relative", level,
      R"("chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":)" + limit + "}]" + more));
}

ProfileCommand told(double hour, int evse, ChargingProfile profile) {
  auto command = test::set_command(evse, std::move(profile),
                                   limits_start + static_cast<TimeNs>(hour * static_cast<double>(hour_ns)));
  command.station = "CP";
  return command;
}

TransactionSpan span(int from, int to, int evse = 1, const std::string& id = "5") {
  return {.evse = evse, .start_ns = limits_start + from * hour_ns, .stop_ns = limits_start + to * hour_ns, .id = id};
}

StationLimits over_a_day(const std::vector<ProfileCommand>& commands, const std::vector<TransactionSpan>& spans) {
  return limits_over(commands, "CP", spans, limits_start, limits_start + 24 * hour_ns);
}

double amps_at(std::span<const LimitPiece> pieces, double hour) {
  const auto* piece = piece_at(pieces, limits_start + static_cast<TimeNs>(hour * static_cast<double>(hour_ns)));
  return piece ? piece->a : -1.0;
}

TEST(LimitsInForce, HoldFromTheCommandToTheEndOfTheTransaction) {
  const auto limits = over_a_day({told(3, 1, amps("TxProfile", 0, "10"))}, {span(2, 5), span(6, 8)});
  ASSERT_EQ(limits.evses.size(), 1U);
  const auto& pieces = limits.evses[0].pieces;
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_FALSE(pieces[0].is_limited());
  EXPECT_EQ(pieces[1].start_ns, limits_start + 3 * hour_ns);
  EXPECT_EQ(pieces[1].a, 10);
  EXPECT_EQ(pieces[2].start_ns, limits_start + 5 * hour_ns);
  EXPECT_FALSE(pieces[2].is_limited()) << "a TxProfile ends with its transaction";
  EXPECT_TRUE(limits.is_limited());
}

TEST(LimitsInForce, ADefaultProfileHoldsForEveryTransactionFromItsStart) {
  const auto limits =
      over_a_day({told(0, 0, amps("TxDefaultProfile", 0, "6", R"(,"duration":3600)"))}, {span(2, 5), span(6, 8, 2)});
  ASSERT_EQ(limits.evses.size(), 2U);
  EXPECT_EQ(amps_at(limits.evses[0].pieces, 2.5), 6);
  EXPECT_TRUE(std::isinf(amps_at(limits.evses[0].pieces, 3.5)));
  EXPECT_EQ(amps_at(limits.evses[1].pieces, 6.5), 6) << "relative to its own start";
  EXPECT_FALSE(piece_at(limits.station, limits_start)->is_limited());
}

TEST(LimitsInForce, AProfileThatComesWithTheStartIsInTime) {
  const auto limits = over_a_day({told(2, 1, amps("TxProfile", 0, "10"))}, {span(0, 2), span(2, 5)});
  EXPECT_EQ(amps_at(limits.evses[0].pieces, 2), 10);
  EXPECT_EQ(amps_at(limits.evses[0].pieces, 4.9), 10);
  EXPECT_TRUE(std::isinf(amps_at(limits.evses[0].pieces, 1)));
}

TEST(LimitsInForce, OtherStationsAndRefusedCommandsHaveNoEffect) {
  auto other = told(0, 1, amps("TxProfile", 0, "10")), refused = other;
  other.station = "CP2";
  refused.accepted = false;
  EXPECT_FALSE(over_a_day({other, refused}, {span(0, 5)}).is_limited());
}

TEST(LimitsInForce, AreEndedByAClear) {
  ProfileCommand clear;
  clear.kind = ProfileCommand::Kind::clear;
  clear.station = "CP";
  clear.time_ns = limits_start + 4 * hour_ns;
  const auto limits = over_a_day({told(1, 1, amps("TxDefaultProfile", 0, "10")), clear}, {span(0, 8)});
  EXPECT_EQ(amps_at(limits.evses[0].pieces, 3.9), 10);
  EXPECT_TRUE(std::isinf(amps_at(limits.evses[0].pieces, 4)));
}

TEST(LimitsInForce, TheStationsMaximumIsSharedWhileAnyTransactionRuns) {
  const auto limits = over_a_day({told(0, 0, amps("ChargePointMaxProfile", 0, "40"))}, {span(1, 3), span(2, 5, 2)});
  ASSERT_EQ(limits.station.size(), 3U);
  EXPECT_EQ(limits.station[1].start_ns, limits_start + hour_ns);
  EXPECT_EQ(limits.station[1].a, 40);
  EXPECT_EQ(limits.station[2].start_ns, limits_start + 5 * hour_ns);
  for (const auto& one : limits.evses) EXPECT_EQ(one.pieces.size(), 1U) << "not limited by itself";
}

TEST(LimitsInForce, OfOverlappingTransactionsTheLastToBeginCounts) {
  auto own = amps("TxProfile", 0, "10");
  own.transaction_id = "6";
  const auto limits = over_a_day({told(0, 1, own)}, {span(0, 9, 1, "5"), span(2, 5, 1, "6")});
  EXPECT_TRUE(std::isinf(amps_at(limits.evses[0].pieces, 1)));
  EXPECT_EQ(amps_at(limits.evses[0].pieces, 3), 10);
}

TEST(LimitsInForce, PowerIsWhatPhasesAndVoltageLeave) {
  LimitPiece piece{.start_ns = 0, .a = 10, .kw = 5, .phases = 3};
  EXPECT_EQ(piece.most_kw(1, 230), 2.3);
  EXPECT_EQ(piece.most_kw(3, 230), 5);
  piece.phases = 1;
  EXPECT_EQ(piece.most_kw(3, 230), 2.3);
  EXPECT_TRUE(std::isinf(LimitPiece{}.most_kw(3, 230)));
}

TEST(LimitsInForce, GiveUpWhereNobodyCouldFollow) {
  std::string periods = R"("chargingRateUnit":"A","startSchedule":"2024-01-01T00:00:00Z","chargingSchedulePeriod":[)";
  for (int i = 0; i < 2000; ++i)
    periods += (i ? ",{\"startPeriod\":" : "{\"startPeriod\":") + std::to_string(i) +
               ",\"limit\":" + std::to_string(i % 32) + "}";
  const auto daily =
      read_profile(profile_json("TxDefaultProfile", "Recurring", 0, periods + "]", R"(,"recurrencyKind":"Daily")"));
  const std::vector<TransactionSpan> ages{{.evse = 1,
                                           .start_ns = instant_of("1700-01-01T00:00:00Z"),
                                           .stop_ns = instant_of("2250-01-01T00:00:00Z"),
                                           .id = ""}};
  EXPECT_THROW(limits_over(std::vector{told(0, 0, daily)}, "CP", ages, ages[0].start_ns, ages[0].stop_ns),
               std::length_error);
}

}  // namespace
}  // namespace evtwin::ocpp
