// No strategy but asap exceeds a limit, whatever the site.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <complex>
#include <numbers>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

constexpr const char* limit_keepers[] = {"alap", "fcfs",        "edf",         "llf",
                                         "lrpt", "round-robin", "equal-share", "price-threshold"};

/// The row's value, recomputed from its definition in strategy.h.
double value_of(const evtwin_view& view, std::uint32_t r, const Answer& answer) {
  std::complex<double> sum = 0.0;
  for (std::uint32_t k = view.limit_start[r]; k < view.limit_start[r + 1]; ++k) {
    const std::uint32_t m = view.limit_member[k];
    double quantity = m < view.n_evses ? answer.evse_kw[m] : answer.storage_kw[m - view.n_evses];
    const bool in_kw = view.limit_kind[r] == EVTWIN_LIMIT_POWER_KW;
    if (!in_kw) quantity = m < view.n_evses && view.evse_kw_per_a[m] > 0.0 ? quantity / view.evse_kw_per_a[m] : 0.0;
    const double angle = view.limit_kind[r] == EVTWIN_LIMIT_MAGNITUDE_A ? view.limit_angle_deg[k] : 0.0;
    sum += view.limit_coefficient[k] * quantity * std::polar(1.0, angle * std::numbers::pi / 180.0);
  }
  return view.limit_kind[r] == EVTWIN_LIMIT_MAGNITUDE_A ? std::abs(sum) : view.limit_base[r] + sum.real();
}

/// Empty when all is well. Tolerance: 1e-9 of the limit, some thousand times the rounding of a sum of 60 terms.
std::string fault(const evtwin_view& view, const Answer& answer) {
  for (std::uint32_t r = 0; r < view.n_limits; ++r) {
    const double value = value_of(view, r, answer);
    const double upper = view.limit_upper[r];
    const double lower = view.limit_lower[r];
    if (value > upper + 1e-9 * std::fmax(1.0, std::abs(upper)) ||
        value < lower - 1e-9 * std::fmax(1.0, std::abs(lower))) {
      return "row " + std::to_string(r) + " is " + std::to_string(value) + ", limits " + std::to_string(lower) +
             " to " + std::to_string(upper);
    }
  }
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    const double kw = answer.evse_kw[i];
    const std::string at = "EVSE " + std::to_string(i) + " gets " + std::to_string(kw);
    if (view.evse_session[i] == 0) {
      if (!std::isnan(kw)) return at + " with nobody there";
      continue;
    }
    if (kw < 0.0 && -kw > view.evse_car_max_discharge_kw[i] + 1e-12) return at + ", discharges too much";
    if (kw <= 0.0) continue;
    if (kw > std::fmin(view.evse_car_max_kw[i], view.evse_max_kw[i]) + 1e-9) return at + ", above its maximum";
    if (kw < view.evse_car_min_kw[i] - 1e-9) return at + ", below its minimum";
    const double* first = view.rate_kw + view.evse_rate_start[i];
    const double* last = view.rate_kw + view.evse_rate_start[i + 1];
    if (first != last && std::find(first, last, kw) == last) return at + ", which is no rate of its";
    if (std::isnan(kw)) return at;
  }
  return {};
}

double drawn(int low, int high, double scale = 1.0) { return scale * *rc::gen::inRange(low, high + 1); }

EvseRow any_evse() {
  EvseRow evse;
  evse.phases = static_cast<std::uint8_t>(*rc::gen::element(0, 1, 3));
  evse.kw_per_a = evse.phases == 0 ? 0.0 : 0.23 * evse.phases;
  evse.efficiency = evse.phases == 0 ? 0.94 : 1.0;
  evse.car_max_kw = evse.phases == 0 ? 50.0 : 32.0 * evse.kw_per_a;
  evse.max_kw = *rc::gen::element(evse.car_max_kw, 0.5 * evse.car_max_kw, 0.0);
  evse.car_min_kw = *rc::gen::element(0.0, evse.phases == 0 ? 5.0 : 6.0 * evse.kw_per_a);
  if (evse.phases != 0 && *rc::gen::arbitrary<bool>()) {
    for (const double a : {8.0, 16.0, 24.0, 32.0}) evse.rates_kw.push_back(a * evse.kw_per_a);
    evse.car_min_kw = evse.rates_kw.front();
  }
  evse.session = *rc::gen::element<std::uint64_t>(0, 1, 1, 1);
  evse.draws = *rc::gen::element(true, true, false);
  evse.arrived_ns = start - *rc::gen::inRange<std::int64_t>(0, 300) * minute;
  evse.departs_ns = start + *rc::gen::inRange<std::int64_t>(1, 600) * minute;
  evse.requested_kwh = drawn(0, 400, 0.1);
  evse.got_kwh = drawn(0, 200, 0.1);
  evse.priority = drawn(0, 2);
  if (*rc::gen::arbitrary<bool>()) {
    evse.max_discharge_kw = evse.car_max_discharge_kw = 10.0;
    evse.soc = drawn(0, 100, 0.01), evse.soc_floor = 0.2, evse.battery_kwh = 60.0;
  }
  return evse;
}

ViewBuilder any_site() {
  ViewBuilder site;
  const int n = *rc::gen::inRange(1, 21);
  for (int i = 0; i < n; ++i) site.evses.push_back(any_evse());
  const int n_storages = *rc::gen::inRange(0, 3);
  for (int s = 0; s < n_storages; ++s) {
    site.storages.push_back({});
    site.storages.back().soc = drawn(0, 100, 0.01);
  }
  site.storage_policy = *rc::gen::inRange(0U, 4U);
  site.load_kw = drawn(0, 60), site.pv_kw = drawn(0, 60);
  site.contract_kw = site.load_kw + drawn(0, 100);
  site.export_limit_kw = site.pv_kw + drawn(0, 50);
  site.sell = drawn(0, 30, 0.01);
  site.buy = drawn(5, 40, 0.01);
  site.billed_peak_kw = drawn(0, 100);
  const int steps = *rc::gen::inRange(0, 40);
  for (int k = 0; k < steps; ++k) site.horizon_buy.push_back(k == 0 ? site.buy : drawn(5, 40, 0.01));
  // Sums over some, with both signs; magnitudes as behind a delta-wye transformer.
  const int n_rows = *rc::gen::inRange(0, 9);
  for (int r = 0; r < n_rows; ++r) {
    LimitRow row;
    row.kind = static_cast<std::uint32_t>(*rc::gen::inRange(0, 3));
    row.upper = drawn(0, 150);
    if (row.kind != EVTWIN_LIMIT_MAGNITUDE_A) row.lower = *rc::gen::element(-unlimited, -20.0, 0.0);
    for (std::uint32_t i = 0; i < site.evses.size(); ++i) {
      const double coefficient = *rc::gen::element(0.0, 1.0, 1.0, 0.5773502691896258, -1.0);
      if (coefficient != 0.0) row.members.push_back({i, coefficient, *rc::gen::element(30.0, 150.0, -90.0, -30.0)});
    }
    site.limits.push_back(row);
  }
  return site;
}

RC_GTEST_PROP(Limits, HoldOnRandomSites, ()) {
  ViewBuilder site = any_site();
  for (const char* id : limit_keepers) {
    const Answer answer = decide(id, site);
    const std::string what = fault(site.view(), answer);
    if (!what.empty()) RC_FAIL(std::string(id) + ": " + what);
  }
}

/// Bit for bit, NaN equal to NaN.
bool same_answer(const Answer& a, const Answer& b) {
  return std::equal(a.evse_kw.begin(), a.evse_kw.end(), b.evse_kw.begin(), b.evse_kw.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

// Bounds move during a run; members and coefficients do not (strategy.h).
RC_GTEST_PROP(Limits, AnInstanceThatHasSeenOtherBoundsDecidesLikeANewOne, ()) {
  ViewBuilder site = any_site();
  for (const char* id : limit_keepers) {
    Driver used(id, site);
    used.decide(site);
    ViewBuilder other = site;
    for (LimitRow& row : other.limits) row.upper *= 0.5;
    RC_ASSERT(same_answer(used.decide(other), decide(id, other)));
    RC_ASSERT(same_answer(used.decide(site), decide(id, site)));
  }
}

TEST(Limits, ChargingKeepsToThePowerSetpointUnlessToldNotTo) {
  ViewBuilder site;
  for (int i = 0; i < 3; ++i) site.car({.car_max_kw = 7.0});
  site.load_kw = 2.0;
  site.power_setpoint_kw = 11.0;  // 9 kW are left
  for (const char* id : {"fcfs", "lcfs", "edf", "llf", "lrpt", "round-robin", "equal-share"}) {
    const auto kw = decide(id, site).evse_kw;
    EXPECT_NEAR(kw[0] + kw[1] + kw[2], 9.0, 1.0) << id;  // a car that can not have its minimum leaves less
    EXPECT_LE(kw[0] + kw[1] + kw[2], 9.0 + 1e-9) << id;
    const auto free = decide(id, site, {{"follow_setpoint", 0.0, nullptr}}).evse_kw;
    EXPECT_NEAR(free[0] + free[1] + free[2], 21.0, 1e-9) << id;
  }
  EXPECT_NEAR(decide("edf", site).evse_kw[0], 7.0, 1e-9);
  // A set-point below the base load leaves nothing, and asks nobody to give.
  site.power_setpoint_kw = 1.0;
  EXPECT_EQ(decide("round-robin", site).evse_kw[0], 0.0);
}

// Phases a, b, c of a 4-wire board: line currents are balanced when all three draw the same.
LimitRow neutral(double upper) {
  return {EVTWIN_LIMIT_MAGNITUDE_A, -unlimited, upper, 0.0, {{0, 1, 0}, {1, 1, -120}, {2, 1, 120}}};
}

TEST(Limits, APhasorSumGivesTheLargestCurrentInClosedForm) {
  // |30 + x exp(-j120)| <= 32 with x up to 7 kW: x^2 - 30 x - 124 = 0, x = 33.68 A; the sum falls to 26 A on the way.
  ViewBuilder site;
  site.car({.car_max_kw = 30 * 0.23});
  site.car({.max_kw = 20.0, .car_max_kw = 60 * 0.23});
  site.car({.session = 0});
  site.evses[2].session = 0;
  site.limits = {neutral(32.0)};
  site.evses[1].max_kw = 60 * 0.23;
  const Answer answer = decide("fcfs", site);
  EXPECT_NEAR(answer.evse_kw[0], 30 * 0.23, 1e-12);
  EXPECT_NEAR(answer.evse_kw[1], (15.0 + std::sqrt(225.0 + 124.0)) * 0.23, 1e-9);
}

TEST(Limits, BalancedCarsShareBeyondWhatOneAloneMayTake) {
  // One alone may draw 10 A. Together they cancel: round robin climbs to the maximum of all three.
  ViewBuilder site;
  for (int i = 0; i < 3; ++i) site.car({.car_max_kw = 32 * 0.23});
  site.evses[0].max_kw = site.evses[1].max_kw = site.evses[2].max_kw = 32 * 0.23;
  site.limits = {neutral(10.0)};
  for (const char* id : {"round-robin", "equal-share"}) {
    for (const double kw : decide(id, site).evse_kw) EXPECT_NEAR(kw, 32 * 0.23, 1e-9) << id;
  }
  site.evses[1].session = site.evses[2].session = 0;
  for (const char* id : {"round-robin", "equal-share", "edf"}) {
    EXPECT_NEAR(decide(id, site).evse_kw[0], 10 * 0.23, 1e-9) << id;
  }
}

TEST(Limits, FallingToARateThatUnbalancesThePhasesIsUndone) {
  // All reach 20 A, balanced. The first one's next rate below is 16 A: 4 A in a neutral of 3 A. So it begins again at 2
  // A, from where its next rate does not fit, and the others follow to 2 + 3 A.
  ViewBuilder site;
  site.contract_kw = 60 * 0.23;
  for (int i = 0; i < 3; ++i) site.car({.max_kw = 32 * 0.23, .car_max_kw = 32 * 0.23});
  site.evses[0].rates_kw = {2 * 0.23, 16 * 0.23, 32 * 0.23};
  site.limits = {neutral(3.0)};
  EXPECT_THAT(decide("equal-share", site).evse_kw,
              testing::Pointwise(testing::DoubleNear(1e-9), {2 * 0.23, 5 * 0.23, 5 * 0.23}));
}

TEST(Limits, AMagnitudeRowsBaseIsTakenOffWhateverItsAngle) {
  ViewBuilder site;
  site.car();
  site.limits = {neutral(10.0)};
  site.limits[0].members.resize(1);
  site.limits[0].base = 4.0;
  EXPECT_NEAR(decide("edf", site).evse_kw[0], 6 * 0.23, 1e-9);
}

TEST(Limits, ADifferenceRowBoundsBothSides) {
  // |I_0 - I_1| <= 5 A: the first car alone may have 5 A, the second then 10 A.
  ViewBuilder site;
  site.car();
  site.car();
  site.limits = {{EVTWIN_LIMIT_CURRENT_A, -5.0, 5.0, 0.0, {{0, 1, 0}, {1, -1, 0}}}};
  EXPECT_THAT(decide("fcfs", site).evse_kw, testing::Pointwise(testing::DoubleNear(1e-9), {5 * 0.23, 10 * 0.23}));
  EXPECT_THAT(decide("equal-share", site).evse_kw, testing::Pointwise(testing::DoubleNear(1e-9), {7.0, 7.0}));
}

}  // namespace
}  // namespace evtwin::baseline::test
