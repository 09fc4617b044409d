// What profiles add up to, worked out by hand. Many more: conformance composite.
#include <cmath>
#include <limits>
#include <stdexcept>

#include "ocpp/profiles.hpp"

namespace evtwin::ocpp {
namespace {

using kernel::hour_ns;
using kernel::second_ns;
using test::instant_of;
using test::profile_json;
using test::read_profile;
using test::set_command;

const TimeNs composite_start = instant_of("2024-01-15T00:00:00Z");  // a Monday

std::string profile_of_amps(const std::string& limit, const std::string& more = "") {
  return R"("chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":)" + limit + "}]" + more;
}

ChargingProfile relative(const std::string& purpose, int level, const std::string& limit) {
  return read_profile(profile_json(purpose, "Relative", level, profile_of_amps(limit)));
}

CompositeRequest hours(int from, int to, int evse = 1) {
  CompositeRequest request;
  request.start_ns = composite_start + from * hour_ns;
  request.end_ns = composite_start + to * hour_ns;
  request.evse = evse;
  return request;
}

const std::vector<OpenTransaction> running_transactions{{.evse = 1, .start_ns = composite_start, .id = "5"}};

TEST(ProfileStore, ReplacesTheSamePurposeAndLevelOnTheSameEvse) {
  ProfileStore store;
  store.apply_command(set_command(1, relative("TxDefaultProfile", 1, "16")));
  auto other = relative("TxDefaultProfile", 1, "10");
  other.id = 77;
  store.apply_command(set_command(1, other));
  ASSERT_EQ(store.held_profiles().size(), 1U);
  EXPECT_EQ(store.held_profiles()[0].profile.id, 77);
  store.apply_command(set_command(0, other));
  EXPECT_EQ(store.held_profiles().size(), 2U) << "another EVSE, another profile";
}

TEST(ProfileStore, Keeps201ProfilesOfOneLevelThatDoNotOverlap) {
  ProfileStore store;
  auto morning = relative("TxDefaultProfile", 1, "16"), evening = relative("TxDefaultProfile", 1, "10");
  morning.version = evening.version = Version::v201;
  evening.id = 2;
  morning.valid_to_ns = evening.valid_from_ns = composite_start;
  store.apply_command(set_command(0, morning));
  store.apply_command(set_command(0, evening));
  EXPECT_EQ(store.held_profiles().size(), 2U);
  evening.id = 3;
  store.apply_command(set_command(0, evening));
  EXPECT_EQ(store.held_profiles().size(), 2U) << "the evening's own is replaced";
}

TEST(ProfileStore, ClearsWhatMatchesAllThatIsGiven) {
  ProfileStore store;
  for (int level = 0; level < 3; ++level) {
    store.apply_command(set_command(1, relative("TxDefaultProfile", level, "16")));
    store.apply_command(set_command(0, relative("TxDefaultProfile", level, "16")));
  }
  ProfileCommand clear;
  clear.kind = ProfileCommand::Kind::clear;
  clear.clear_evse = 1;
  clear.clear_stack_level = 2;
  clear.accepted = false;
  store.apply_command(clear);
  EXPECT_EQ(store.held_profiles().size(), 6U) << "refused";
  clear.accepted = true;
  store.apply_command(clear);
  EXPECT_EQ(store.held_profiles().size(), 5U);
  clear = {};
  clear.kind = ProfileCommand::Kind::clear;
  clear.clear_id = 100;
  store.apply_command(clear);
  EXPECT_EQ(store.held_profiles().size(), 3U) << "on both EVSEs";
  clear.clear_id.reset();
  clear.clear_purpose = ProfilePurpose::station_max;
  store.apply_command(clear);
  EXPECT_EQ(store.held_profiles().size(), 3U);
  clear.clear_purpose.reset();
  store.apply_command(clear);
  EXPECT_TRUE(store.held_profiles().empty());
}

TEST(ProfileStore, EndsATransactionsOwnProfilesWithIt) {
  ProfileStore store;
  auto own = relative("TxProfile", 0, "16"), another = relative("TxProfile", 1, "16"),
       any = relative("TxProfile", 2, "8");
  own.transaction_id = "5";
  another.transaction_id = "6";
  for (const auto& profile : {own, another, any}) store.apply_command(set_command(1, profile));
  store.apply_command(set_command(1, relative("TxDefaultProfile", 3, "6")));
  store.end_transaction(1, "5");
  ASSERT_EQ(store.held_profiles().size(), 2U);
  EXPECT_EQ(store.held_profiles()[0].profile.transaction_id, "6");
}

TEST(ProfileStore, HoldsNoMoreThanItsMost) {
  ProfileStore store;
  for (int level = 0; level < static_cast<int>(ProfileStore::most_held); ++level)
    EXPECT_TRUE(store.apply_command(set_command(1, relative("TxDefaultProfile", level, "16"))));
  EXPECT_FALSE(store.apply_command(set_command(1, relative("TxDefaultProfile", 999, "16"))));
  EXPECT_TRUE(store.apply_command(set_command(1, relative("TxDefaultProfile", 7, "16")))) << "in the place of another";
}

TEST(Composite, IsTheDefaultWhereNothingApplies) {
  const ProfileStore store;
  const auto a = store.composite_schedule(hours(0, 1), {});
  EXPECT_EQ(a,
            (std::vector<CompositePeriod>{{.start_ns = composite_start, .limit = 48, .phases = 3, .limited = false}}));
  auto request = hours(0, 1);
  request.unit = RateUnit::watt;
  EXPECT_EQ(store.composite_schedule(request, {})[0].limit, 33'120);
}

TEST(Composite, OfTheStationCountsTheDefaultForEachEvseThatNothingLimits) {
  ProfileStore store(1'000'000'000);
  store.hold_profile(1, relative("TxDefaultProfile", 0, "16"));
  const auto sum = store.composite_schedule(hours(0, 1, 0), running_transactions);
  ASSERT_EQ(sum.size(), 1U);
  EXPECT_EQ(sum[0].limit, 16.0 + 999'999'999.0 * 48.0);
  EXPECT_TRUE(sum[0].limited);
}

TEST(Composite, PrefersTheProfileOfTheEvseToThatForAll) {
  ProfileStore store(2);
  store.hold_profile(0, relative("TxDefaultProfile", 9, "20"));
  store.hold_profile(1, relative("TxDefaultProfile", 0, "6"));
  auto request = hours(0, 1);
  request.assume_transaction = true;
  EXPECT_EQ(store.composite_schedule(request, {})[0].limit, 6);
  request.evse = 2;
  EXPECT_EQ(store.composite_schedule(request, {})[0].limit, 20);
}

TEST(Composite, TakesATransactionsProfileForThatTransactionOnly) {
  ProfileStore store;
  auto own = relative("TxProfile", 0, "16");
  own.transaction_id = "6";
  store.hold_profile(1, own);
  EXPECT_FALSE(store.composite_schedule(hours(0, 1), running_transactions)[0].limited);
  EXPECT_EQ(store
                .composite_schedule(
                    hours(0, 1), std::vector<OpenTransaction>{{.evse = 1, .start_ns = composite_start, .id = "6"}})[0]
                .limit,
            16);
}

TEST(Composite, BeginsWithTheTransaction) {
  ProfileStore store;
  store.hold_profile(1, relative("TxDefaultProfile", 0, "16"));
  const std::vector<OpenTransaction> later{{.evse = 1, .start_ns = composite_start + 7 * second_ns, .id = "5"}};
  const auto pieces = store.composite_schedule(hours(0, 1), later);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_FALSE(pieces[0].limited);
  EXPECT_EQ(pieces[1].start_ns, composite_start + 7 * second_ns);
}

TEST(Composite, FallsThroughAGapToTheNextLevel) {
  ProfileStore store;
  store.hold_profile(1, relative("TxDefaultProfile", 0, "16"));
  store.hold_profile(
      1, read_profile(profile_json("TxDefaultProfile", "Relative", 5, profile_of_amps("32", R"(,"duration":60)"))));
  const auto pieces = store.composite_schedule(hours(0, 1), running_transactions);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].limit, 32);
  EXPECT_EQ(pieces[1].limit, 16);
  EXPECT_EQ(pieces[1].start_ns, composite_start + 60 * second_ns);
}

TEST(Composite, FollowsAMonthOfWeeksFromEdgeToEdge) {
  ProfileStore store;
  // Sundays 22:00 to Mondays 02:00; told with a start in the future: it recurs before that, too.
  store.hold_profile(
      1, read_profile(profile_json("TxDefaultProfile", "Recurring", 0,
                                   profile_of_amps("6", R"(,"duration":14400,"startSchedule":"2030-01-06T22:00:00Z")"),
                                   R"(,"recurrencyKind":"Weekly")")));
  const auto pieces = store.composite_schedule(hours(0, 24 * 28), running_transactions);
  ASSERT_EQ(pieces.size(), 9U);
  EXPECT_EQ(pieces[0].limit, 6) << "the Sunday before goes on";
  EXPECT_EQ(pieces[1].start_ns, composite_start + 2 * hour_ns);
  EXPECT_EQ(pieces[2].start_ns, composite_start + (6 * 24 + 22) * hour_ns);
  EXPECT_EQ(pieces[8].start_ns, composite_start + (27 * 24 + 22) * hour_ns);
}

TEST(Composite, ARoundThatIsLongerThanADayIsEndedByTheNext) {
  ProfileStore store;
  store.hold_profile(
      1, read_profile(profile_json("TxDefaultProfile", "Recurring", 0,
                                   R"("chargingRateUnit":"A","duration":999999,"startSchedule":"2024-01-01T00:00:00Z",
                       "chargingSchedulePeriod":[{"startPeriod":0,"limit":6},{"startPeriod":82800,"limit":16}])",
                                   R"(,"recurrencyKind":"Daily")")));
  const auto pieces = store.composite_schedule(hours(22, 25), running_transactions);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].limit, 16);
  EXPECT_EQ(pieces[2].limit, 6);
  EXPECT_EQ(pieces[2].start_ns, composite_start + 24 * hour_ns);
}

TEST(Composite, HoldsWithinItsValidityAlone) {
  ProfileStore store;
  auto profile = relative("TxDefaultProfile", 0, "16");
  profile.valid_from_ns = composite_start + hour_ns;
  profile.valid_to_ns = composite_start + 2 * hour_ns;
  store.hold_profile(1, profile);
  const auto pieces = store.composite_schedule(hours(0, 3), running_transactions);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_FALSE(pieces[0].limited);
  EXPECT_EQ(pieces[1].start_ns, composite_start + hour_ns);
  EXPECT_EQ(pieces[2].start_ns, composite_start + 2 * hour_ns);
  EXPECT_FALSE(pieces[2].limited);
}

TEST(Composite, SpreadsPowerOverThePhasesThatAllAllow) {
  ProfileStore store;
  store.hold_profile(1, read_profile(profile_json(
                            "TxDefaultProfile", "Relative", 0,
                            R"("chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":4600}])")));
  EXPECT_NEAR(store.composite_schedule(hours(0, 1), running_transactions)[0].limit, 4600.0 / 690.0, 1e-12);
  auto most = read_profile(profile_json("ChargePointMaxProfile", "Absolute", 0, R"("chargingRateUnit":"A",
    "startSchedule":"2024-01-01T00:00:00Z","chargingSchedulePeriod":[{"startPeriod":0,"limit":32,"numberPhases":1}])"));
  store.hold_profile(0, most);
  const auto one_phase = store.composite_schedule(hours(0, 1), running_transactions);
  EXPECT_EQ(one_phase[0].limit, 20);
  EXPECT_EQ(one_phase[0].phases, 1);
}

TEST(Composite, ZeroIsALimit) {
  ProfileStore store;
  store.hold_profile(1, relative("TxDefaultProfile", 0, "0"));
  const auto pieces = store.composite_schedule(hours(0, 1), running_transactions);
  EXPECT_EQ(pieces[0].limit, 0);
  EXPECT_TRUE(pieces[0].limited);
}

TEST(Composite, StaysWithinNumbersWhateverTheProfileSays) {
  ProfileStore store(2);
  auto wild = relative("TxDefaultProfile", 0, "1e308");
  wild.schedule.periods.push_back({.start_s = 9'000'000'000'000'000'000, .limit = 1.0});
  wild.schedule.periods.push_back({.start_s = -5, .limit = -1e308});
  wild.schedule.duration_s = 9'223'372'036'854'775'807;
  store.hold_profile(0, wild);
  CompositeRequest request;
  request.start_ns = std::numeric_limits<TimeNs>::min();
  request.end_ns = kernel::time_never;
  request.assume_transaction = true;
  for (const int evse : {0, 1}) {
    for (const RateUnit unit : {RateUnit::ampere, RateUnit::watt}) {
      request.evse = evse;
      request.unit = unit;
      const auto pieces = store.composite_schedule(request, {});
      ASSERT_EQ(pieces.size(), 1U);
      EXPECT_TRUE(std::isfinite(pieces[0].limit));
    }
  }
  auto daily = wild;
  daily.kind = ProfileKind::recurring;
  daily.schedule.start_ns = kernel::time_never;
  daily.schedule.periods = {{.start_s = 0, .limit = 1.0}};
  for (int i = 1; i < 100; ++i) daily.schedule.periods.push_back({.start_s = i, .limit = 1.0 + i});
  store.hold_profile(1, daily);
  EXPECT_THROW(store.composite_schedule(request, {}), std::length_error);
}

}  // namespace
}  // namespace evtwin::ocpp
