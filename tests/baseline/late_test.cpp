// asap and alap.
#include <gmock/gmock.h>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

TEST(Asap, GivesEveryoneTheMaximumWhateverTheLimits) {
  ViewBuilder site;
  site.contract_kw = 10.0;
  site.car();
  site.car({.car_max_kw = 3.0});
  site.car({.rates_kw = {2.0, 5.0}});
  EXPECT_THAT(decide("asap", site).evse_kw, testing::ElementsAre(7.0, 3.0, 5.0));
}

TEST(Asap, GoesOnBeyondTheRequestUnlessToldToStop) {
  ViewBuilder site;
  site.car({.got_kwh = 14.0});
  EXPECT_EQ(decide("asap", site).evse_kw[0], 7.0);
  EXPECT_EQ(decide("asap", site).wake_ns, 0);
  EXPECT_EQ(decide("asap", site, {{"beyond_request", 0.0, "stop"}}).evse_kw[0], 0.0);
}

TEST(Asap, KeepsTheOfferOfACarThatTakesNothing) {
  ViewBuilder site;
  site.car({.draws = false});
  EXPECT_EQ(decide("asap", site).evse_kw[0], 7.0);
  EXPECT_EQ(decide("edf", site).evse_kw[0], 0.0);
}

TEST(Alap, StartsOnlyWhenTheTimeLeftIsWhatTheRequestTakes) {
  ViewBuilder site;
  site.car({.departs_ns = start + 3 * hour});  // 2 h of charging: latest start in 1 h, beyond the tick
  Driver alap("alap", site);
  Answer answer = alap.decide(site);
  EXPECT_EQ(answer.evse_kw[0], 0.0);
  EXPECT_EQ(answer.wake_ns, 0);
  site.now_ns = start + 1 * hour;
  EXPECT_EQ(alap.decide(site).evse_kw[0], 7.0);
}

TEST(Alap, WakesAtTheLatestStart) {
  ViewBuilder site;
  site.car({.departs_ns = start + 2 * hour + 5 * minute});
  Driver alap("alap", site);
  const std::int64_t wake_ns = alap.decide(site).wake_ns;
  // Hours in double and back: at most the nanosecond it is rounded down to.
  EXPECT_LE(wake_ns, start + 5 * minute);
  EXPECT_GE(wake_ns, start + 5 * minute - 1);
  site.now_ns = wake_ns;
  EXPECT_EQ(alap.decide(site).evse_kw[0], 7.0);
}

TEST(Alap, MarginMovesTheStartForward) {
  ViewBuilder site;
  site.car({.departs_ns = start + 2 * hour + 20 * minute});
  EXPECT_EQ(decide("alap", site, {{"margin_min", 20.0, nullptr}}).evse_kw[0], 7.0);
  EXPECT_EQ(decide("alap", site).evse_kw[0], 0.0);
}

TEST(Alap, OnceStartedItStaysOnUntilTheRequestIsMetAtDeparture) {
  ViewBuilder site;
  site.car({.departs_ns = start + 2 * hour + 7 * minute + 13 * second});
  Driver alap("alap", site);
  const std::int64_t departs_ns = site.evses[0].departs_ns;
  int starts = 0;
  double power_kw = 0.0;
  while (site.now_ns < departs_ns) {
    const Answer answer = alap.decide(site);
    starts += power_kw == 0.0 && answer.evse_kw[0] > 0.0 ? 1 : 0;
    power_kw = answer.evse_kw[0];
    const std::int64_t tick = (site.now_ns / site.tick_ns + 1) * site.tick_ns;
    const std::int64_t next = std::min(departs_ns, answer.wake_ns != 0 ? answer.wake_ns : tick);
    site.evses[0].got_kwh += power_kw * static_cast<double>(next - site.now_ns) / 3.6e12;
    site.evses[0].setpoint_kw = site.evses[0].power_kw = power_kw;
    site.now_ns = next;
  }
  EXPECT_EQ(starts, 1);
  // 1 ns of charging at 7 kW is 2e-12 kWh.
  EXPECT_NEAR(site.evses[0].got_kwh, 14.0, 1e-11);
}

TEST(Alap, KeepsLimitsAndServesTheLeastLaxityFirst) {
  ViewBuilder site;
  site.contract_kw = 10.0;
  site.car({.departs_ns = start + 2 * hour});
  site.car({.departs_ns = start + 1 * hour});
  EXPECT_THAT(decide("alap", site).evse_kw, testing::ElementsAre(3.0, 7.0));
}

}  // namespace
}  // namespace evtwin::baseline::test
