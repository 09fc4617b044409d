// Reservations of a log are announcements of the sessions that used them (row G39).
#include <gtest/gtest.h>

#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

using kernel::hour_ns;

constexpr kernel::TimeNs day_ns = 1'748'822'400 * kernel::second_ns;  // 2025-06-02T00:00Z

ocpp::Transaction logged(const std::string& id, const std::string& tag, int from_hour, int to_hour) {
  ocpp::Transaction made;
  made.station = "A";
  made.evse = 1;
  made.id = id;
  made.id_tag = tag;
  made.start_seen = made.stop_seen = true;
  made.start_ns = made.plugged_in_ns = day_ns + from_hour * hour_ns;
  made.stop_ns = made.plugged_out_ns = day_ns + to_hour * hour_ns;
  made.energy_kwh = 5.0;
  return made;
}

ocpp::Reservation reserved(const std::string& tag, int made_hour, int expiry_hour, const std::string& ended) {
  ocpp::Reservation made;
  made.station = "A";
  made.evse = 1;
  made.id = "1";
  made.id_tag = tag;
  made.status = "Accepted";
  made.made_ns = day_ns + made_hour * hour_ns;
  made.expiry_ns = day_ns + expiry_hour * hour_ns;
  made.ended = ended;
  return made;
}

ocpp::SiteLog log_of(std::vector<ocpp::Reservation> reservations) {
  ocpp::SiteLog log;
  log.transactions = {logged("1", "kim", 8, 9), logged("2", "lee", 10, 12), logged("3", "kim", 14, 16)};
  log.reservations = std::move(reservations);
  return log;
}

TEST(LogReservations, AnnounceTheSessionThatUsedThem) {
  const LogSessions out = sessions_of(log_of({reserved("lee", 9, 11, "used")}));
  ASSERT_EQ(out.sessions.size(), 3U);
  const demand::Visit& lee = out.sessions[1].visit;
  EXPECT_TRUE(demand::is_announced(lee));
  EXPECT_EQ(lee.announced_ns, day_ns + 9 * hour_ns);
  EXPECT_EQ(lee.reserved_from_ns, day_ns + 9 * hour_ns);
  EXPECT_EQ(lee.reserved_until_ns, day_ns + 11 * hour_ns);
  EXPECT_FALSE(demand::is_announced(out.sessions[0].visit));
  EXPECT_FALSE(demand::is_announced(out.sessions[2].visit));
}

TEST(LogReservations, ThatHeldNothingAnnounceNobody) {
  for (const auto& held_nothing :
       {reserved("lee", 9, 11, "cancelled"), reserved("lee", 9, 11, "expired"),  // nobody came for them
        reserved("lee", 5, 11, "used"),                                          // kim was let in before
        reserved("park", 9, 11, "used"),                                         // of another driver
        reserved("lee", 11, 13, "used"),                                         // made after the start
        reserved("kim", 12, 13, "used")}) {                                      // over before
    for (const LogSession& session : sessions_of(log_of({held_nothing})).sessions)
      EXPECT_FALSE(demand::is_announced(session.visit)) << held_nothing.id_tag << " " << held_nothing.ended;
  }
}

}  // namespace
}  // namespace evtwin::sessions
