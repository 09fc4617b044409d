// Announcements come in their own order, each once, for the visits that then come.
#include "demand/announcements.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "kernel/random.hpp"

namespace evtwin::demand {
namespace {

using kernel::day_ns;
using kernel::hour_ns;

const market::Calendar announcing_zone("Asia/Seoul");
const TimeNs first_monday = market::parse_instant("2025-06-02", announcing_zone);
const std::vector<physics::Vehicle> one_kind_of_car(1);

ArrivalStream stream_of(const std::shared_ptr<const ArrivalLaw>& law, int days) {
  return {law, {7, 0, first_monday, first_monday + days * day_ns, announcing_zone, &one_kind_of_car}};
}

std::vector<Visit> all(auto stream) {
  std::vector<Visit> out;
  for (Visit visit; stream.next_visit(visit);) out.push_back(visit);
  return out;
}

std::shared_ptr<const ArrivalLaw> poisson(double share, Distribution notice) {
  Poisson law;
  law.rate_per_h.assign(168, 3.0);
  law.energy_kwh.a = 10.0;
  law.stay_h = {Distribution::Kind::exponential, 4.0, 0.0, 0.5, 24.0, {}};
  law.claim_stay_factor_std = 0.2;
  law.vehicles = {0};
  law.reserved_share = share;
  law.reserved_h_before = notice;
  return std::make_shared<const ArrivalLaw>(law);
}

/// The announced visits of a stream, sorted by announcement: what the announcements must be.
std::vector<Visit> expected_of(const std::shared_ptr<const ArrivalLaw>& law, int days) {
  std::vector<Visit> visits = all(stream_of(law, days));
  std::erase_if(visits, [](const Visit& v) { return !is_announced(v); });
  std::sort(visits.begin(), visits.end(), [](const Visit& a, const Visit& b) {
    return std::tie(a.announced_ns, a.number) < std::tie(b.announced_ns, b.number);
  });
  return visits;
}

void expect_same(const std::vector<Visit>& got, const std::vector<Visit>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].number, expected[i].number);
    EXPECT_EQ(got[i].id, expected[i].id);
    EXPECT_EQ(got[i].announced_ns, expected[i].announced_ns);
    EXPECT_EQ(got[i].reserved_from_ns, expected[i].reserved_from_ns);
  }
}

TEST(Announcements, OfALawAreThoseOfItsVisitsInOrder) {
  for (const Distribution& notice :
       {Distribution{Distribution::Kind::fixed, 12.0, 0.0, 0.0, 336.0, {}},
        Distribution{Distribution::Kind::uniform, 0.0, 48.0, 0.0, 336.0, {}},
        Distribution{Distribution::Kind::choice, 0.0, 0.0, 0.0, 24.0, {{0.0, 1.0}, {1.0, 1.0}, {24.0, 1.0}}}}) {
    const auto law = poisson(0.4, notice);
    ASSERT_TRUE(has_announcements(*law));
    expect_same(all(AnnouncementStream(*law, stream_of(law, 14))), expected_of(law, 14));
  }
}

TEST(Announcements, AShareOfTheVisitsIsAnnouncedAsLongBeforeAsTheLawSays) {
  const auto law = poisson(0.4, {Distribution::Kind::fixed, 12.0, 0.0, 0.0, 336.0, {}});
  const std::vector<Visit> visits = all(stream_of(law, 100));
  std::size_t announced = 0;
  for (const Visit& v : visits) {
    if (v.announced_ns == kernel::time_never) continue;
    ++announced;
    EXPECT_EQ(v.announced_ns, v.arrival_ns - 12 * hour_ns);
    EXPECT_EQ(v.reserved_from_ns, v.arrival_ns);
    EXPECT_EQ(v.reserved_until_ns, v.claimed_departure_ns);  // what the driver says, not the truth
  }
  const auto n = static_cast<double>(visits.size());
  EXPECT_NEAR(static_cast<double>(announced), 0.4 * n, 5.0 * std::sqrt(0.24 * n));
}

TEST(Announcements, ReservingChangesNothingElseOfAVisit) {
  const auto plain = all(stream_of(poisson(0.0, {}), 7)),
             some = all(stream_of(poisson(0.5, {Distribution::Kind::fixed, 2.0, 0.0, 0.0, 336.0, {}}), 7));
  EXPECT_FALSE(has_announcements(*poisson(0.0, {})));
  ASSERT_EQ(plain.size(), some.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(plain[i].arrival_ns, some[i].arrival_ns);
    EXPECT_EQ(plain[i].departure_ns, some[i].departure_ns);
    EXPECT_EQ(plain[i].requested_kwh, some[i].requested_kwh);
    EXPECT_EQ(plain[i].number, some[i].number);
  }
}

RC_GTEST_PROP(Announcements, OfARecordAreItsAnnouncedRowsInOrder, (std::uint64_t seed)) {
  std::uint64_t n = 0;
  const auto real = [&](double from, double to) { return from + (to - from) * kernel::draw_unit(seed, 1, 1, n++); };
  Recorded record;
  TimeNs at = first_monday - 3 * hour_ns;
  for (int i = 0; i < 60; ++i) {
    at += static_cast<TimeNs>(real(0, 2)) * hour_ns;
    Visit visit;
    visit.id = std::to_string(i);
    visit.arrival_ns = at;
    if (real(0, 1) < 0.5) visit.announced_ns = at - static_cast<TimeNs>(real(-2, 30)) * hour_ns;
    visit.reserved_from_ns = at - static_cast<TimeNs>(real(-1, 2)) * hour_ns;
    visit.reserved_until_ns = at + hour_ns;
    record.visits.push_back(visit);
  }
  const auto law = std::make_shared<const ArrivalLaw>(record);
  const std::vector<Visit> expected = expected_of(law, 2);
  RC_ASSERT(has_announcements(*law) == std::any_of(record.visits.begin(), record.visits.end(), is_announced));
  const std::vector<Visit> got = all(AnnouncementStream(*law, stream_of(law, 2)));
  RC_ASSERT(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) RC_ASSERT(got[i].id == expected[i].id);
}

}  // namespace
}  // namespace evtwin::demand
