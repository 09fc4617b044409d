// The scenes keep the contract themselves: what they show is what strategy.h says a view is.
#include "plugin_check/scene.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "control/view_layout.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {
namespace {

evtwin_strategy asks(std::uint32_t horizon_steps) {
  evtwin_strategy strategy{};
  strategy.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  strategy.horizon_steps = horizon_steps;
  return strategy;
}

void expect_sessions_fit(const evtwin_view& v) {
  std::uint32_t connected = 0;
  for (std::uint32_t i = 0; i < v.n_evses; ++i) {
    EXPECT_GE(v.evse_max_kw[i], 0.0);
    if (v.evse_session[i] == 0) {
      EXPECT_EQ(v.evse_car_max_kw[i], 0.0);
      EXPECT_TRUE(std::isnan(v.evse_soc[i]));
      continue;
    }
    ASSERT_LT(connected, v.n_connected);
    EXPECT_EQ(v.connected_evse[connected++], i);
    EXPECT_LE(v.evse_car_max_kw[i], v.evse_max_kw[i] * (1.0 + 1e-12));
    EXPECT_LE(v.evse_car_max_discharge_kw[i], v.evse_max_discharge_kw[i] * (1.0 + 1e-12));
    EXPECT_LE(v.evse_setpoint_kw[i], v.evse_max_kw[i] * (1.0 + 1e-12));
    EXPECT_LE(v.evse_arrived_ns[i], v.now_ns);
    EXPECT_EQ(v.evse_departs_ns[i],
              v.evse_claimed_departs_ns[i] > v.now_ns ? v.evse_claimed_departs_ns[i] : v.next_tick_ns);
    EXPECT_DOUBLE_EQ(v.evse_remaining_kwh[i], std::max(0.0, v.evse_requested_kwh[i] - v.evse_got_kwh[i]));
    EXPECT_TRUE(v.evse_draws[i] == 1 || v.evse_power_kw[i] == 0.0);
    if (v.evse_curve_points[i] > 0) {
      EXPECT_FALSE(std::isnan(v.evse_soc[i]));
      EXPECT_EQ(v.curve_soc[v.evse_curve_start[i]], 0.0);
      EXPECT_EQ(v.curve_soc[v.evse_curve_start[i] + v.evse_curve_points[i] - 1], 1.0);
    }
    for (std::uint32_t p = v.evse_rate_start[i]; p + 1 < v.evse_rate_start[i + 1]; ++p)
      EXPECT_LT(v.rate_kw[p], v.rate_kw[p + 1]);
  }
  EXPECT_EQ(connected, v.n_connected);
}

void expect_times_fit(const evtwin_view& v, std::uint32_t steps) {
  EXPECT_GE(v.now_ns, 0);
  EXPECT_GT(v.next_tick_ns, v.now_ns);
  EXPECT_EQ((v.next_tick_ns + v.utc_offset_ns) % v.tick_ns, 0);
  EXPECT_GT(v.window_end_ns, v.now_ns);
  EXPECT_NE(v.why, 0U);
  ASSERT_EQ(v.horizon_steps, steps);
  if (steps == 0) return;
  EXPECT_EQ(v.horizon_start_ns[0], v.now_ns);
  EXPECT_EQ(v.horizon_start_ns[1], v.next_tick_ns);
  EXPECT_LE(v.horizon_issued_ns, v.now_ns);
  for (std::uint32_t k = 1; k < steps; ++k) EXPECT_EQ(v.horizon_start_ns[k + 1] - v.horizon_start_ns[k], v.tick_ns);
}

TEST(Scene, ShowsViewsThatKeepTheContract) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const std::uint32_t steps = seed % 3 == 0 ? 0 : 96;
    const evtwin_strategy asked = asks(steps);
    Scene scene(seed);
    EXPECT_EQ(scene.view().n_connected, 0U);
    std::uint64_t number = 0;
    std::int64_t before_ns = scene.view().now_ns;
    for (; scene.next_decision(asked); ++number) {
      const evtwin_view& v = scene.view();
      EXPECT_EQ(v.decision_number, number);
      EXPECT_TRUE(number == 0 || v.now_ns > before_ns);
      before_ns = v.now_ns;
      expect_times_fit(v, steps);
      expect_sessions_fit(v);
    }
    EXPECT_EQ(number, scene.decision_count());
    if (::testing::Test::HasFailure()) return;
  }
}

/// Every byte of the view that is no address.
std::string bytes_of(const evtwin_view& view) {
  evtwin_view scalars = view;
  std::string all;
  for (const control::ColumnPlace& column : control::view_columns()) {
    const void* cells = control::column_of(column, view);
    control::set_column(column, scalars, nullptr);
    if (cells == nullptr) continue;
    const std::size_t length = control::length_of(column, view);
    if (column.cell == control::Cell::text) {
      for (std::size_t k = 0; k < length; ++k) all += static_cast<const char* const*>(cells)[k];
    } else {
      all.append(static_cast<const char*>(cells), length * control::size_of(column.cell));
    }
  }
  return all + std::string(reinterpret_cast<const char*>(&scalars), sizeof scalars);
}

TEST(Scene, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const evtwin_strategy asked = asks(24);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Scene once(seed), again(seed), other(seed + 1000);
    bool differs = false;
    while (once.next_decision(asked) && again.next_decision(asked)) {
      EXPECT_EQ(bytes_of(once.view()), bytes_of(again.view())) << seed;
      differs = differs || !other.next_decision(asked) || bytes_of(once.view()) != bytes_of(other.view());
    }
    EXPECT_TRUE(differs);
  }
}

// strategy.h: its own wake-up always asks, so the bit changes nothing.
TEST(Scene, ASubscriptionToItsOwnWakeUpChangesNothing) {
  for (const std::uint32_t subscribed : {EVTWIN_WHY_TICK, EVTWIN_WHY_TICK | EVTWIN_WHY_PRICE | EVTWIN_WHY_BOOKING}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      evtwin_strategy without = asks(0), with = asks(0);
      without.subscribes = subscribed;
      with.subscribes = subscribed | EVTWIN_WHY_WAKE;
      Scene one(seed), other(seed);
      while (one.next_decision(without)) {
        ASSERT_TRUE(other.next_decision(with));
        ASSERT_EQ(bytes_of(one.view()), bytes_of(other.view())) << seed;
      }
    }
  }
}

TEST(Scene, HasTheCornersOfTheContractAmongTheSeedsThatAreAlwaysRun) {
  int known = 0, unknown = 0, finite_rates = 0, storages = 0, no_contract = 0, first_days = 0, last_years = 0,
      out_of_service = 0, reserved = 0, direct_current = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    Scene scene(seed);
    const evtwin_strategy asked = asks(0);
    while (scene.next_decision(asked)) {
      const evtwin_view& v = scene.view();
      storages += v.n_storages > 0;
      no_contract += std::isinf(v.contract_kw);
      first_days += v.now_ns < 100 * 86'400'000'000'000;
      last_years += v.now_ns > 9'214'646'400'000'000'000;
      for (std::uint32_t k = 0; k < v.n_connected; ++k) {
        const std::uint32_t i = v.connected_evse[k];
        known += v.evse_curve_points[i] > 0;
        unknown += v.evse_curve_points[i] == 0;
        finite_rates += v.evse_rate_start[i + 1] > v.evse_rate_start[i];
        out_of_service += v.evse_max_kw[i] == 0.0;
        direct_current += v.evse_phases[i] == 0;
        reserved += v.evse_reserved_from_ns[i] > 0;
      }
    }
  }
  for (const int count : {known, unknown, finite_rates, storages, no_contract, first_days, last_years, out_of_service,
                          reserved, direct_current})
    EXPECT_GT(count, 0);
}

TEST(Answer, MayBeNothingOrWhatTheEvseCanDo) {
  Scene scene(3, {.evses = 8, .storages = 1, .occupancy = 1.0});
  const evtwin_strategy asked = asks(0);
  ASSERT_TRUE(scene.next_decision(asked) && scene.next_decision(asked));
  const evtwin_view& view = scene.view();
  ASSERT_GT(view.n_connected, 0U);
  const std::uint32_t i = view.connected_evse[0];
  const auto answer_with = [&](double kw) {
    Answer answer{std::vector<double>(view.n_evses, std::nan("")),
                  std::vector<double>(view.n_storages, std::nan("")),
                  {},
                  0,
                  std::nan("")};
    answer.evse_kw[i] = kw;
    return answer;
  };
  EXPECT_EQ(fault_of(answer_with(std::nan("")), view), "");
  EXPECT_EQ(fault_of(answer_with(view.evse_max_kw[i]), view), "");
  EXPECT_EQ(fault_of(answer_with(-view.evse_max_discharge_kw[i]), view), "");
  EXPECT_NE(fault_of(answer_with(view.evse_max_kw[i] * 1.001 + 1e-6), view), "");
  EXPECT_NE(fault_of(answer_with(-view.evse_max_discharge_kw[i] * 1.001 - 1e-6), view), "");
  EXPECT_NE(fault_of(answer_with(-physics::infinite), view), "");
  Answer late = answer_with(0.0);
  late.wake_ns = view.now_ns + 1;
  EXPECT_EQ(fault_of(late, view), "");
  late.wake_ns = view.now_ns;
  EXPECT_NE(fault_of(late, view), "");
  Answer dear = answer_with(0.0);
  dear.expected_cost = physics::infinite;
  EXPECT_NE(fault_of(dear, view), "");
  Answer stored = answer_with(0.0);
  stored.storage_kw[0] = view.storage_max_charge_kw[0] + 1.0;
  EXPECT_NE(fault_of(stored, view), "");
  Answer planned = answer_with(0.0);
  planned.plan_kw = {std::nan(""), 1e9, -1e9};  // a wish, not a set-point
  EXPECT_EQ(fault_of(planned, view), "");
  planned.plan_kw.push_back(physics::infinite);
  EXPECT_NE(fault_of(planned, view), "");
}

}  // namespace
}  // namespace evtwin::plugin_check
