// What is suspicious about a log and a site: each doubt is raised by its fault, and not by a sound log.
#include "replay/doubts.hpp"

#include <gmock/gmock.h>

#include "log_maker.hpp"

namespace evtwin::replay {
namespace {

using kernel::minute_ns;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Six sessions of an hour at 6 kW on an outlet of 6.5 kW, read every minute.
struct Site {
  Prepared prepared;
  Site() {
    twin::Site& site = prepared.scenario.world.sites.emplace_back();
    physics::Evse evse;
    evse.id = "P1-1";
    evse.phases = 0;
    evse.max_kw = 6.5;
    site.evses.push_back(evse);
    for (int n = 0; n < 6; ++n) {
      ocpp::Transaction t = metered_at(t0 + n * 120 * minute_ns, minute_ns, std::vector<double>(60, 6.0), true);
      t.station = "P1";
      sessions::LogSession session;
      session.transaction = prepared.log.transactions.size();
      session.visit.evse = 0;
      session.observed_kw = 6.0;
      prepared.log.transactions.push_back(std::move(t));
      prepared.sessions.sessions.push_back(std::move(session));
    }
  }
  std::vector<std::string> codes(double peak_kw = 6.0) const {
    std::vector<std::string> all;
    for (const Doubt& doubt : doubts_of(prepared, peak_kw)) all.push_back(doubt.code);
    return all;
  }
};

TEST(Doubts, ASoundLogHasNone) { EXPECT_THAT(Site().codes(), IsEmpty()); }

TEST(Doubts, RatingsThatAreNeverReachedOrExceeded) {
  Site high;
  high.prepared.scenario.world.sites[0].evses[0].max_kw = 22.0;
  EXPECT_THAT(high.codes(), ElementsAre("rating_never_reached"));
  Site low;
  low.prepared.scenario.world.sites[0].evses[0].max_kw = 5.0;
  EXPECT_THAT(low.codes(), ElementsAre("rating_exceeded"));
  EXPECT_THAT(doubts_of(low.prepared, 6.0)[0].text, HasSubstr("P1: gave 6.00 kW, more than its rating of 5.00 kW"));
}

TEST(Doubts, NoSiteFileIsNamedWhereNoneWasGiven) {
  Site made;
  made.prepared.scenario.world.sites[0].evses[0].max_kw = 22.0;
  EXPECT_THAT(doubts_of(made.prepared, 6.0)[0].text, HasSubstr("in the site file"));
  made.prepared.site_text = "return scenario {}";
  EXPECT_THAT(doubts_of(made.prepared, 6.0)[0].text, HasSubstr("in the site made from the log"));
}

TEST(Doubts, PhasesThatCarryACurrentAreThoseOfTheSite) {
  Site site;
  physics::Evse& evse = site.prepared.scenario.world.sites[0].evses[0];
  evse = {};
  evse.phases = 1;
  evse.max_a = 6500.0 / evse.voltage_v;
  for (ocpp::Transaction& t : site.prepared.log.transactions)
    for (ocpp::Sample& sample : t.samples) sample.current_a = {26.0, 0.0, 0.0};
  EXPECT_THAT(site.codes(), IsEmpty());
  evse.phases = 3;
  evse.max_a /= 3.0;
  EXPECT_THAT(site.codes(), ElementsAre("phases_of_the_site"));
  EXPECT_THAT(doubts_of(site.prepared, 6.0)[0].text, HasSubstr("never more than 1 of the 3 phases"));
}

TEST(Doubts, RegistersThatStandStillOrCountTenfold) {
  Site frozen;
  for (ocpp::Transaction& t : frozen.prepared.log.transactions)
    for (ocpp::Sample& sample : t.samples) sample.register_kwh = t.meter_start_kwh;
  EXPECT_THAT(frozen.codes(), ElementsAre("register_stands_still"));
  Site tenfold;
  for (ocpp::Transaction& t : tenfold.prepared.log.transactions)
    for (ocpp::Sample& sample : t.samples) sample.register_kwh *= 10.0;
  EXPECT_THAT(tenfold.codes(), ElementsAre("power_against_register"));
  EXPECT_THAT(doubts_of(tenfold.prepared, 6.0)[0].text, HasSubstr("counts 10 times"));
}

TEST(Doubts, PowerReadAtTheEndIsNoDisagreement) {
  // Four readings three minutes apart; the last one, at the stop, says 0: a straight line down to it would leave a
  // sixth of the energy out.
  Site site;
  for (ocpp::Transaction& t : site.prepared.log.transactions) {
    t.samples = {t.samples[0], t.samples[3], t.samples[6], t.samples[9]};
    t.samples.back().power_kw = 0.0;
    t.samples.back().context = ocpp::Sample::Context::end;
  }
  EXPECT_THAT(site.codes(), IsEmpty());
  // One that is read in the middle says that the car paused.
  for (ocpp::Transaction& t : site.prepared.log.transactions) t.samples.back().context = {};
  EXPECT_THAT(site.codes(), ElementsAre("power_against_register"));
}

TEST(Doubts, APeakAboveTheContractAndAnEfficiencyThatNothingTests) {
  Site site;
  site.prepared.scenario.world.sites[0].contract_kw = 5.0;
  EXPECT_THAT(site.codes(), ElementsAre("peak_above_contract"));
  Site lossy;
  lossy.prepared.scenario.world.sites[0].evses[0].efficiency = 0.6;
  EXPECT_THAT(lossy.codes(), ElementsAre("efficiency_not_tested"));
}

}  // namespace
}  // namespace evtwin::replay
