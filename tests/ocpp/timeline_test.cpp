// States of EVSEs over time, and plug-in, charging, suspended and idle time apart.
#include <gtest/gtest.h>

#include <cmath>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

TEST(Timeline, FollowsTheStatusMessages) {
  const SiteLog log = LogText()
                          .status("08:00:00", 1, "Available")
                          .status("08:10:00", 1, "Preparing")
                          .status("08:10:00", 2, "Faulted", "GroundFailure")
                          .status("08:20:00", 1, "Charging")
                          .status("08:20:30", 1, "Charging")
                          .status("09:00:00", 1, "Available")
                          .read();
  ASSERT_EQ(log.timelines.size(), 2U);
  const auto& spans = log.timelines[0].spans;
  ASSERT_EQ(spans.size(), 4U);
  EXPECT_EQ(spans[1].status, Status::preparing);
  EXPECT_EQ(spans[1].from_ns, at("08:10:00"));
  EXPECT_EQ(spans[1].to_ns, at("08:20:00"));
  EXPECT_EQ(spans[2].to_ns, at("09:00:00"));
  EXPECT_EQ(log.timelines[1].spans[0].error_code, "GroundFailure");
}

TEST(Timeline, ASessionIsSplitByWhatItsStatusesSay) {
  const SiteLog log = LogText()
                          .status("08:00:00", 1, "Available")
                          .status("08:30:00", 1, "Preparing")
                          .start("09:00:00", 1, 0, 1)
                          .status("09:00:00", 1, "Charging")
                          .status("10:00:00", 1, "SuspendedEVSE")
                          .status("10:30:00", 1, "Charging")
                          .status("12:00:00", 1, "SuspendedEV")
                          .stop("13:00:00", 9000, 1)
                          .status("13:00:00", 1, "Finishing")
                          .status("13:15:00", 1, "Available")
                          .read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_TRUE(t.plug_in_seen);
  EXPECT_TRUE(t.plug_out_seen);
  EXPECT_EQ(t.plugged_in_ns, at("08:30:00"));
  EXPECT_EQ(t.plugged_out_ns, at("13:15:00"));
  EXPECT_DOUBLE_EQ(t.hours.charging, 2.5);
  EXPECT_DOUBLE_EQ(t.hours.suspended_evse, 0.5);
  EXPECT_DOUBLE_EQ(t.hours.suspended_ev, 1.0);
  EXPECT_DOUBLE_EQ(t.hours.connected, 0.75);
}

TEST(Timeline, WithoutStatusesStartAndStopBoundTheSession) {
  const SiteLog log = LogText().start("08:00:00", 1, 0, 1).stop("09:00:00", 1, 1).read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_FALSE(t.plug_in_seen);
  EXPECT_EQ(t.plugged_in_ns, t.start_ns);
  EXPECT_EQ(t.plugged_out_ns, t.stop_ns);
  EXPECT_TRUE(std::isnan(t.hours.charging));
}

TEST(Timeline, TheNextTransactionOfAPluggedVehicleDoesNotArriveEarlier) {
  const SiteLog log = LogText()
                          .status("08:00:00", 1, "Preparing")
                          .start("08:10:00", 1, 0, 1)
                          .stop("08:20:00", 1, 1)
                          .start("08:30:00", 1, 1, 2)
                          .stop("08:40:00", 2, 2)
                          .status("08:50:00", 1, "Available")
                          .read();
  EXPECT_EQ(log.transactions.at(0).plugged_in_ns, at("08:00:00"));
  EXPECT_EQ(log.transactions[0].plugged_out_ns, at("08:20:00"));
  EXPECT_EQ(log.transactions.at(1).plugged_in_ns, at("08:30:00"));
  EXPECT_EQ(log.transactions[1].plugged_out_ns, at("08:50:00"));
}

TEST(Timeline, ChargingStatesOf201AreFinerThanOccupied) {
  LogText text;
  const auto status = [&](const char* time, const char* name) {
    text.call(time, "StatusNotification",
              fmt::format(R"({{"timestamp":"{}","connectorStatus":"{}","evseId":1,"connectorId":1}})",
                          LogText::iso(time), name));
  };
  status("08:00:00", "Available");
  status("08:10:00", "Occupied");
  text.event("08:10:00", "Started", 0, "a", "", R"(,"evse":{"id":1})");
  text.event("08:20:00", "Updated", 1, "a", R"(,"chargingState":"Charging")");
  status("08:25:00", "Occupied");
  text.event("09:20:00", "Updated", 2, "a", R"(,"chargingState":"SuspendedEV")");
  text.event("09:30:00", "Updated", 3, "a", R"(,"chargingState":"EVConnected")");
  text.event("10:00:00", "Ended", 4, "a");
  status("10:00:00", "Available");
  const SiteLog log = text.read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_EQ(t.plugged_in_ns, at("08:10:00"));
  EXPECT_DOUBLE_EQ(t.hours.charging, 1.0);
  EXPECT_DOUBLE_EQ(t.hours.suspended_ev, 1.0 / 6.0);
  EXPECT_TRUE(t.plug_out_seen);
}

TEST(Timeline, AnEvseWithTwoConnectorsIsFreeWhenBothAre) {
  LogText text;
  const auto status = [&](const char* time, int connector, const char* name) {
    text.call(time, "StatusNotification",
              fmt::format(R"({{"timestamp":"{}","connectorStatus":"{}","evseId":1,"connectorId":{}}})",
                          LogText::iso(time), name, connector));
  };
  status("08:00:00", 1, "Available");
  status("08:10:00", 1, "Occupied");
  status("08:20:00", 2, "Available");
  status("08:30:00", 1, "Available");
  const SiteLog log = text.read();
  ASSERT_EQ(log.timelines.at(0).spans.size(), 3U);
  EXPECT_EQ(log.timelines[0].spans[1].to_ns, at("08:30:00"));
}

}  // namespace
}  // namespace evtwin::ocpp
