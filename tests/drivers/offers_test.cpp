#include "drivers/offers.hpp"

#include <gtest/gtest.h>

#include "drivers/made_histories.hpp"

namespace evtwin::drivers {
namespace {

const TimeNs now = seoul_time("2026-06-08T00:00");

/// Comes about `about`, half of the times between `early` and `late`, for 10 kWh and 2 h, at A-1 rather than A-2.
NextCharge coming(const std::string& about, const std::string& early, const std::string& late, double within_7_days) {
  NextCharge next;
  next.about_ns = seoul_time(about);
  next.when_ns.fill(kernel::time_never);
  next.when_ns[0] = next.when_ns[1] = seoul_time(early);
  if (!late.empty()) next.when_ns[3] = seoul_time(late);
  next.within_7_days = within_7_days;
  next.kwh.fill(10.0);
  next.stay_h = 2.0;
  next.at_evse = {0.7, 0.3};
  return next;
}

// Three want A-1 at about nine: the first in time has it, the second gets A-2, the third finds none. The fourth comes
// when it is free again; the fifth may not come at all.
TEST(Offers, NoTwoHaveAnEvseAtOneTime) {
  const std::vector<NextCharge> told{coming("2026-06-09T09:10", "2026-06-09T08:00", "2026-06-10T09:00", 0.9),
                                     coming("2026-06-09T09:00", "2026-06-09T08:00", "2026-06-09T12:00", 0.9),
                                     coming("2026-06-09T09:20", "2026-06-09T08:00", "2026-06-09T12:00", 0.9),
                                     coming("2026-06-09T11:00", "2026-06-09T08:00", "", 0.5),
                                     coming("2026-06-09T15:00", "2026-06-09T08:00", "2026-06-09T12:00", 0.49)};
  const Offers made = make_offers(told, now);
  ASSERT_EQ(made.offers.size(), 3U);
  EXPECT_EQ(made.without_evse, 1U);
  EXPECT_EQ(made.offers[0].driver, 1U);
  EXPECT_EQ(made.offers[0].evse, 0U);
  EXPECT_EQ(made.offers[1].driver, 0U);
  EXPECT_EQ(made.offers[1].evse, 1U);
  EXPECT_EQ(made.offers[2].driver, 3U);
  EXPECT_EQ(made.offers[2].evse, 0U) << "from the minute at which the first leaves";

  // A window is half of the arrivals and the stay; without an upper end, the stay alone.
  EXPECT_EQ(made.offers[1].earliest_ns, seoul_time("2026-06-09T08:00"));
  EXPECT_EQ(made.offers[1].latest_ns, seoul_time("2026-06-10T11:00"));
  EXPECT_EQ(made.offers[2].latest_ns, seoul_time("2026-06-09T13:00"));
}

TEST(Offers, AreMadeBeforeTheyBeginAndOnTheMinute) {
  NextCharge soon = coming("2026-06-08T00:00:20", "2026-06-08T00:00", "2026-06-09T09:00", 0.9);
  soon.stay_h = 0.01;
  NextCharge later = coming("2026-06-08T09:00:40", "2026-06-08T00:00", "2026-06-09T09:00", 0.9);
  later.stay_h = 100.0;
  const Offers made = make_offers({soon, later, NextCharge{}}, now);
  ASSERT_EQ(made.offers.size(), 2U);
  EXPECT_EQ(made.offers[0].from_ns, seoul_time("2026-06-08T00:01"));
  EXPECT_EQ(made.offers[0].to_ns, seoul_time("2026-06-08T00:16")) << "a quarter of an hour at least";
  EXPECT_EQ(made.offers[1].from_ns, seoul_time("2026-06-08T09:01"));
  EXPECT_EQ(made.offers[1].to_ns, seoul_time("2026-06-09T09:01")) << "a day at most";
  for (const Offer& offer : made.offers) {
    EXPECT_GE(offer.earliest_ns, now);
    EXPECT_LE(offer.earliest_ns, offer.from_ns);
    EXPECT_GE(offer.latest_ns, offer.to_ns);
  }
}

TEST(Offers, AreATableOfSessions) {
  const Histories made =
      histories_of({driver_of("kim, a", {"2026-06-01T09:00"})}, "2026-06-01T09:00", "2026-06-08T00:00");
  const Offers offers = make_offers({coming("2026-06-09T09:00", "2026-06-09T08:00", "2026-06-09T12:00", 0.9)}, now);
  EXPECT_EQ(offers_csv(made, offers, {"kim, a"}, now),
            "session_id,driver,arrival,departure,energy_kwh,evse,reserved_at,reserved_from,reserved_until,window_from,"
            "window_to\n"
            "\"kim, a#next\",\"kim, a\",2026-06-09T09:00:00+09:00,2026-06-09T11:00:00+09:00,10.000,A-1,"
            "2026-06-08T00:00:00+09:00,2026-06-09T09:00:00+09:00,2026-06-09T11:00:00+09:00,2026-06-09T08:00:00+09:00,"
            "2026-06-09T14:00:00+09:00\n");
}

}  // namespace
}  // namespace evtwin::drivers
