// compat = "acn-sim": ACN-Sim's rules by hand. One-phase EVSEs at 208 V, 32 A, 5 min periods; 1 A for a period is
// 0.208 / 12 kWh.
#include <gmock/gmock.h>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kw_per_a = 0.208;
constexpr double kwh_per_amp_period = kw_per_a / 12.0;
const std::vector<double> clipper_creek_a{8.0, 16.0, 24.0, 32.0};

using Params = std::vector<evtwin_param_value>;

Params acn(Params more = {}) {
  more.push_back({"compat", 0.0, "acn-sim"});
  return more;
}

/// An EVSE without least current and a car that wants 20 kWh.
EvseRow continuous_evse() {
  return {.voltage_v = 208.0,
          .max_kw = 32.0 * kw_per_a,
          .requested_kwh = 20.0,
          .car_max_kw = 32.0 * kw_per_a,
          .kw_per_a = kw_per_a};
}
EvseRow finite_evse(const std::vector<double>& rates_a = clipper_creek_a) {
  EvseRow row = continuous_evse();
  for (const double a : rates_a) row.rates_kw.push_back(a * kw_per_a);
  row.car_min_kw = row.rates_kw.front();
  return row;
}

/// `rows` with one limit on the sum of their currents.
ViewBuilder site_of(std::vector<EvseRow> rows, double limit_a = unlimited) {
  ViewBuilder site;
  site.tick_ns = 5 * minute;
  LimitRow limit{EVTWIN_LIMIT_MAGNITUDE_A, -unlimited, limit_a, 0.0, {}};
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    site.car(std::move(rows[i]));
    limit.members.push_back({i, 1.0, 30.0});
  }
  site.limits = {limit};
  return site;
}

/// Pilots in A; to the billionth, as kW were made of A.
std::vector<double> pilots(const char* id, ViewBuilder& site, Params params = acn()) {
  std::vector<double> amperes;
  for (const double kw : decide(id, site, std::move(params)).evse_kw)
    amperes.push_back(std::round(kw / kw_per_a * 1e9) / 1e9);
  return amperes;
}

TEST(AcnSim, ACarIsActiveWhileItWantsMoreThanAWattHourFullOrNot) {
  ViewBuilder site = site_of({continuous_evse(), continuous_evse(), continuous_evse()});
  site.evses[0].requested_kwh = 0.0011, site.evses[0].draws = false;
  site.evses[1].requested_kwh = 0.001;
  EXPECT_THAT(pilots("asap", site), ElementsAre(32.0, 0.0, 32.0));
  EXPECT_THAT(pilots("asap", site, acn({{"active_above_kwh", 0.0011, nullptr}})), ElementsAre(0.0, 0.0, 32.0));
}

TEST(AcnSim, ARestThatTheSmallestRateDeliversInOnePeriodIsDropped) {
  ViewBuilder site = site_of({finite_evse(), finite_evse(), continuous_evse()});
  site.evses[0].requested_kwh = 8.0 * kwh_per_amp_period - 1e-9;
  site.evses[1].requested_kwh = 8.0 * kwh_per_amp_period + 1e-9;
  site.evses[2].requested_kwh = 0.5 * kwh_per_amp_period;
  EXPECT_THAT(pilots("fcfs", site), ElementsAre(0.0, 8.0, 0.5));
  // An own figure counts where the EVSE has no finite rates.
  EXPECT_THAT(pilots("fcfs", site, acn({{"min_pilot_a", 6.0, nullptr}})), ElementsAre(0.0, 8.0, 0.0));
}

TEST(AcnSim, ACurrentIsBoundedByWhatIsWantedInThePeriodAndNobodyIsWoken) {
  ViewBuilder site = site_of({finite_evse(), continuous_evse()});
  site.evses[0].requested_kwh = site.evses[1].requested_kwh = 30.0 * kwh_per_amp_period;
  EXPECT_THAT(pilots("edf", site), ElementsAre(24.0, 30.0));
  Driver driver("edf", site, acn());
  EXPECT_EQ(driver.decide(site).wake_ns, 0);
  EXPECT_EQ(driver.c().subscribes, EVTWIN_WHY_TICK);
}

TEST(AcnSim, AContinuousCurrentIsHalvedTowardsTheLimitAndTheLowerEndIsGiven) {
  // 12.9 A are left. 32 A halved twelve times is 1/128 A <= 0.01 A: 1651/128 A. At 1 A: 32 / 2^5.
  ViewBuilder site = site_of({continuous_evse(), continuous_evse()}, 44.9);
  EXPECT_THAT(pilots("edf", site), ElementsAre(32.0, 1651.0 / 128.0));
  EXPECT_THAT(pilots("edf", site, acn({{"bisection_eps_a", 1.0, nullptr}})), ElementsAre(32.0, 12.0));
}

TEST(AcnSim, ALimitMayBeExceededByAHair) {
  ViewBuilder site = site_of({finite_evse(), finite_evse()}, 40.0 - 0.9e-5);
  EXPECT_THAT(pilots("edf", site), ElementsAre(32.0, 8.0));
  EXPECT_THAT(pilots("edf", site, acn({{"limit_slack_a", 0.0, nullptr}})), ElementsAre(32.0, 0.0));
  site.limits[0].upper = 40.0 / (1.0 + 0.9e-3);
  EXPECT_THAT(pilots("edf", site, acn({{"limit_slack_fraction", 1e-3, nullptr}})), ElementsAre(32.0, 8.0));
}

TEST(AcnSim, PhasorsAddWithTheirAngles) {
  // 120 degrees apart: |32 + x e^(j 120)| = sqrt(32^2 - 32 x + x^2) is at most 32 for x up to 32.
  ViewBuilder site = site_of({finite_evse(), finite_evse()}, 32.0);
  site.limits[0].members[1].angle_deg = 150.0;
  EXPECT_THAT(pilots("edf", site), ElementsAre(32.0, 32.0));
}

TEST(AcnSim, OrdersAreByArrivalDepartureLaxityAndWorkAndTiesStayInRowOrder) {
  ViewBuilder site = site_of({finite_evse(), finite_evse(), finite_evse()}, 40.0);
  for (const char* id : {"fcfs", "lcfs", "edf", "llf", "lrpt"})
    EXPECT_THAT(pilots(id, site), ElementsAre(32.0, 8.0, 0.0)) << id;
  site.evses[0].arrived_ns = start - 1 * minute, site.evses[2].arrived_ns = start - 2 * minute;
  EXPECT_THAT(pilots("fcfs", site), ElementsAre(8.0, 0.0, 32.0));
  EXPECT_THAT(pilots("lcfs", site), ElementsAre(8.0, 32.0, 0.0));
  site.evses[1].departs_ns = start + 7 * hour;
  EXPECT_THAT(pilots("edf", site), ElementsAre(8.0, 32.0, 0.0));
  site.evses[2].requested_kwh = 40.0;
  EXPECT_THAT(pilots("lrpt", site), ElementsAre(8.0, 0.0, 32.0));
  // Laxities: 8 h - 3.004 h, 7 h - 3.004 h, 8 h - 6.01 h.
  EXPECT_THAT(pilots("llf", site), ElementsAre(0.0, 8.0, 32.0));
}

TEST(AcnSim, LaxityCountsWithTheEvsesMaximumNotWithTheCars) {
  ViewBuilder site = site_of({finite_evse(), finite_evse()}, 32.0);
  // A car that takes 8 A at most needs 12 h for 20 kWh and would be the most urgent; at 32 A it needs 3 h.
  site.evses[0].car_max_kw = 8.0 * kw_per_a;
  site.evses[1].departs_ns = start + 7 * hour;
  EXPECT_THAT(pilots("llf", site), ElementsAre(0.0, 32.0));
}

TEST(AcnSim, DriversWhoOverstayAreStillOrderedByTheirClaims) {
  ViewBuilder site = site_of({finite_evse(), finite_evse()}, 32.0);
  for (EvseRow& evse : site.evses) evse.departs_ns = start + 5 * minute;
  site.evses[0].claimed_departs_ns = start - 1 * hour;
  site.evses[1].claimed_departs_ns = start - 2 * hour;
  EXPECT_THAT(pilots("edf", site), ElementsAre(0.0, 32.0));
}

TEST(AcnSim, UninterruptedChargingServesMinimaFirstLeastTimeLeftFirst) {
  std::vector<double> rates_a;
  for (double a = 6.0; a <= 32.0; a += 1.0) rates_a.push_back(a);
  ViewBuilder site =
      site_of({finite_evse(rates_a), finite_evse(rates_a), finite_evse(rates_a), finite_evse(rates_a)}, 20.0);
  // Three times 6 A fit into 20 A. The last to leave gets none, although it came first; the others share 2 A more.
  site.evses[0].arrived_ns = start - 1 * hour;
  site.evses[0].departs_ns = start + 9 * hour;
  site.evses[2].departs_ns = start + 7 * hour;
  EXPECT_THAT(pilots("fcfs", site, acn({{"uninterrupted", 1.0, nullptr}})), ElementsAre(0.0, 6.0, 8.0, 6.0));
  EXPECT_THAT(pilots("fcfs", site), ElementsAre(20.0, 0.0, 0.0, 0.0));
}

TEST(AcnSim, AGuaranteeThatDoesNotFitIsAnError) {
  ViewBuilder site = site_of({continuous_evse(), continuous_evse()}, 16.0);
  for (const char* id : {"edf", "round-robin"}) {
    EXPECT_THAT(pilots(id, site, acn({{"guaranteed_a", 8.0, nullptr}})), ElementsAre(8.0, 8.0)) << id;
    Driver driver(id, site, acn({{"guaranteed_a", 8.5, nullptr}}));
    try {
      driver.decide(site);
      ADD_FAILURE() << id << " gave a schedule";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("at their lower bound is not feasible"));
    }
  }
}

TEST(AcnSim, RoundRobinRaisesOneStepInTurn) {
  // 40 A in steps of 0.5 A: 13.5, 13.5 and 13 A.
  ViewBuilder site = site_of({continuous_evse(), continuous_evse(), continuous_evse()}, 40.0);
  EXPECT_THAT(pilots("round-robin", site, acn({{"continuous_inc_a", 0.5, nullptr}})), ElementsAre(13.5, 13.5, 13.0));
  site.evses[1].arrived_ns = start - 1 * hour;
  EXPECT_THAT(pilots("round-robin", site, acn({{"continuous_inc_a", 0.5, nullptr}, {"order", 0.0, "lcfs"}})),
              ElementsAre(13.5, 13.0, 13.5));
  // Finite rates in turn: 8, 8, 8, then 16 for the first (32 A in all) and 16 for the second (40 A).
  ViewBuilder finite = site_of({finite_evse(), finite_evse(), finite_evse()}, 40.0);
  EXPECT_THAT(pilots("round-robin", finite), ElementsAre(16.0, 16.0, 8.0));
  finite.evses[0].requested_kwh = 12.0 * kwh_per_amp_period;
  EXPECT_THAT(pilots("round-robin", finite), ElementsAre(8.0, 16.0, 16.0));
}

TEST(AcnSim, TiesAreDecidedByAcnSimsSumsNotByTheLastDigitsOfTheMeter) {
  // First 8 A, then all that is wanted: 24 A to the last digit, as ACN-Sim sums up what it delivered.
  const double delivered_kwh = 8.0 * 208.0 / 1000.0 * 1000.0 / 208.0 * 208.0 / 1000.0 * (5.0 / 60.0);
  for (double requested_a = 28.0; requested_a <= 32.0; requested_a += 1.0) {
    const double requested_kwh = requested_a * kwh_per_amp_period;
    const double wanted_a = (requested_kwh - delivered_kwh) * 1000.0 / 208.0 * 60.0 / 5.0;
    std::vector<double> rates_a;
    for (double a = 8.0; a <= 24.0; a += 1.0) rates_a.push_back(a);
    for (const double noise_kwh : {-2e-14, -2e-15, 0.0, 2e-15, 2e-14}) {
      ViewBuilder site = site_of({finite_evse(rates_a)}, 8.0);
      site.evses[0].requested_kwh = requested_kwh;
      Driver driver("edf", site, acn());
      EXPECT_NEAR(driver.decide(site).evse_kw[0], 8.0 * kw_per_a, 1e-12);
      site.now_ns += 5 * minute;
      site.limits[0].upper = 100.0;
      site.evses[0].got_kwh = 8.0 * kwh_per_amp_period + noise_kwh;
      const double expected_a = wanted_a >= requested_a - 8.0 ? requested_a - 8.0 : requested_a - 9.0;
      EXPECT_NEAR(driver.decide(site).evse_kw[0], expected_a * kw_per_a, 1e-12) << requested_a << " " << noise_kwh;
    }
  }
}

TEST(AcnSim, AnEvseOutOfServiceIsOfferedNothing) {
  for (const char* id : {"asap", "edf", "llf", "round-robin"}) {
    ViewBuilder site = site_of({finite_evse(), finite_evse()});
    site.evses[0].max_kw = 0.0;
    EXPECT_THAT(pilots(id, site), ElementsAre(0.0, 32.0)) << id;
  }
}

TEST(AcnSim, ParametersOfTheOtherConventionAreRefused) {
  ViewBuilder site = site_of({finite_evse()});
  const auto refusal = [&](const char* id, Params params) {
    const Driver driver(id, site, std::move(params));
    EXPECT_EQ(driver.status, EVTWIN_BAD_PARAMETER);
    return driver.reported();
  };
  EXPECT_THAT(refusal("edf", {{"bisection_eps_a", 0.1, nullptr}}), HasSubstr("counts only with compat=acn-sim"));
  EXPECT_THAT(refusal("edf", {{"uninterrupted", 1.0, nullptr}}), HasSubstr("counts only with compat=acn-sim"));
  EXPECT_THAT(refusal("edf", {{"min_pilot_a", 6.0, nullptr}}), HasSubstr("counts only with compat=acn-sim"));
  EXPECT_THAT(refusal("edf", acn({{"beyond_request", 0.0, "continue"}})),
              HasSubstr("does not count with compat=acn-sim"));
  EXPECT_THAT(refusal("round-robin", acn({{"step_a", 2.0, nullptr}})), HasSubstr("does not count with compat=acn-sim"));
  EXPECT_THAT(refusal("equal-share", acn()), HasSubstr("no parameter 'compat'"));
  // Defaults may be spelled out.
  EXPECT_EQ(Driver("edf", site, {{"bisection_eps_a", 0.01, nullptr}, {"compat", 0.0, "off"}}).status, EVTWIN_OK);
}

TEST(AcnSim, ADcEvseIsRefused) {
  ViewBuilder site = site_of({finite_evse()});
  site.evses[0].phases = 0;
  const Driver driver("edf", site, acn());
  EXPECT_FALSE(driver.made());
  EXPECT_THAT(driver.reported(), HasSubstr("ACN-Sim knows AC only"));
}

TEST(AcnSim, StorageFollowsTheScenariosPolicyAllTheSame) {
  ViewBuilder site = site_of({continuous_evse()});
  site.storages.emplace_back();
  site.storage_policy = EVTWIN_STORAGE_SELF_CONSUMPTION;
  site.load_kw = 10.0;
  const Answer answer = decide("edf", site, acn());
  EXPECT_NEAR(answer.storage_kw[0], -10.0 - 32.0 * kw_per_a, 1e-9);
}

TEST(LastComeFirstServed, ServesTheLatestArrivalFirst) {
  ViewBuilder site;
  site.contract_kw = 10.0;
  for (int i = 0; i < 3; ++i) site.car({.arrived_ns = start - i * hour});
  EXPECT_THAT(decide("lcfs", site).evse_kw, ElementsAre(7.0, 3.0, 0.0));
}

TEST(RoundRobin, TurnsAreInTheOrderAskedFor) {
  ViewBuilder site;
  site.contract_kw = 5.0;
  for (int i = 0; i < 2; ++i) site.car({.arrived_ns = start - i * hour, .rates_kw = {3.0, 5.0}});
  EXPECT_THAT(decide("round-robin", site).evse_kw, ElementsAre(0.0, 5.0));
  EXPECT_THAT(decide("round-robin", site, {{"order", 0.0, "lcfs"}}).evse_kw, ElementsAre(5.0, 0.0));
}

}  // namespace
}  // namespace evtwin::baseline::test
