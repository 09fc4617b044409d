// What agents see, and what their cells mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "fleet/rig.hpp"
#include "kernel/time.hpp"

namespace evtwin::testing {
namespace {

using ::testing::IsSubsetOf;

/// A Monday of one car of 7 kW at 09:00 to 17:00 that wants 21 kWh, and of one that comes at 10:00 for two hours
/// and wants 14 kWh. Storage, PV and two prices.
const std::string monday = R"lua(
return scenario {
  name = "Monday", start = "2026-06-01", days = 1, timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, ac_phases = 1, efficiency = { 1, 1 } } },
  site {
    name = "site", voltage_v = 220, contract_kw = 20, load = 3, pv = { peak_kw = 10, profile = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
    tariff = { name = "two", currency = "KRW", source = "made up", periods = {
      { from = "00:00", to = "09:15", price_per_kwh = 100 }, { from = "09:15", to = "24:00", price_per_kwh = 200 } } },
    storage = { name = "ess", kwh = 40, kw = 8, efficiency = { 1, 1 }, soc_start = 0.25, soc_min = 0, soc_max = 1 },
    stations = { { name = "A", evses = 3, kw = 7, phases = 1, min_a = 6 } },
    unmet_price_per_kwh = 400, forecast = FORECAST,
  },
  arrivals = bookings {
    { id = "first", vehicle = "car", arrive = "2026-06-01T09:00", leave = "2026-06-01T17:00", soc = 0.2, target = 0.55, evse = "A-2" },
    { id = "second", vehicle = "car", arrive = "2026-06-01T10:00", leave = "2026-06-01T12:00", soc = 0.2, target = 0.43333333333333335, evse = "A-3" },
    LATER
  },
}
)lua";

std::string monday_with(const std::string& forecast, const std::string& later = "") {
  std::string text = monday;
  text.replace(text.find("FORECAST"), 8, forecast);
  text.replace(text.find("LATER"), 5, later);
  return text;
}

void step_idle(Rig& rig, int steps) {
  std::fill(rig.actions.begin(), rig.actions.end(), 0.0F);
  for (int s = 0; s < steps; ++s) rig.step();
}

TEST(FleetRows, ShowTheSiteAndTheCarsByHand) {
  Rig rig(monday_with("\"perfect\""));
  rig.spec.horizon_steps = 4;
  rig.begin();
  step_idle(rig, 36);  // 09:00
  const double near = 1e-5;
  EXPECT_NEAR(rig.seen("site.day_sin"), std::sin(M_PI * 0.75), near);
  EXPECT_NEAR(rig.seen("site.day_cos"), std::cos(M_PI * 0.75), near);
  EXPECT_NEAR(rig.seen("site.week_sin"), std::sin(2 * M_PI * 9 / 168), near);
  EXPECT_NEAR(rig.seen("site.buy_per_kwh"), 100, near);
  EXPECT_NEAR(rig.seen("site.price_rank"), 0, near);
  EXPECT_NEAR(rig.seen("horizon.buy_per_kwh", 0), 100, near);
  EXPECT_NEAR(rig.seen("horizon.buy_per_kwh", 1), 200, near);
  EXPECT_NEAR(rig.seen("site.pv_kw"), 5, near);
  EXPECT_NEAR(rig.seen("horizon.pv_kw", 3), 5, near);
  EXPECT_NEAR(rig.seen("site.load_kw"), 3, near);
  EXPECT_NEAR(rig.seen("site.contract_kw"), 20, near);
  EXPECT_NEAR(rig.seen("site.headroom_kw"), 20 - 3 + 5, near) << "nothing is charged yet";
  EXPECT_NEAR(rig.seen("site.running_peak_kw"), 3, near);
  EXPECT_NEAR(rig.seen("storage.soc"), 0.25, near);
  EXPECT_NEAR(rig.seen("storage.room_kwh"), 30, near);
  EXPECT_NEAR(rig.seen("storage.stored_kwh"), 10, near);
  // The car has 8 h for 21 kWh at 7 kW, which take 3.
  EXPECT_NEAR(rig.seen("evse.plugged", 1), 1, near);
  EXPECT_NEAR(rig.seen("evse.remaining_kwh", 1), 21, 1e-3);
  EXPECT_NEAR(rig.seen("evse.left_h", 1), 8, near);
  EXPECT_NEAR(rig.seen("evse.max_kw", 1), 7, 1e-3);
  EXPECT_NEAR(rig.seen("evse.min_kw", 1), 0.22 * 6, 1e-3);
  EXPECT_NEAR(rig.seen("evse.laxity_h", 1), 5, 1e-3);
  EXPECT_NEAR(rig.seen("evse.stay_h", 1), 0, near);
  const evtwin_fleet_column first = rig.column("evse.plugged");
  for (std::uint32_t c = 0; c < first.stride; ++c)
    EXPECT_EQ(rig.observations[first.offset + c], 0.0F) << "nobody, cell " << c;
  // A quarter of an hour: 3 kW of load and half of 7 kW, less 5 kW of sun, at 100 a kWh.
  rig.actions = {0.0F, 0.5F, 0.0F, 0.0F};
  rig.step();
  EXPECT_NEAR(rig.rewards[0], -(3 + 3.5 - 5) * 0.25 * 100, 1e-3);
  EXPECT_NEAR(rig.hours[0], 0.25, near);
  EXPECT_NEAR(rig.seen("evse.power_kw", 1), 3.5, 1e-3);
  EXPECT_NEAR(rig.seen("evse.stay_h", 1), 0.25, near);
  EXPECT_NEAR(rig.seen("site.headroom_kw"), 20 - 3 + 5 - 3.5, 1e-3);
}

TEST(FleetRows, HaveAColumnForEachLevelOfTheForecast) {
  const std::vector<double> levels{0.1, 0.9};
  Rig rig(monday_with("{ bias = 0, std = 0.3 }"));
  rig.spec.horizon_steps = 3;
  rig.spec.levels = levels.data();
  rig.spec.n_levels = 2;
  rig.begin();
  step_idle(rig, 40);
  for (std::uint32_t k = 1; k < 3; ++k) {
    EXPECT_LT(rig.seen("horizon.pv_kw.q0.1", k), rig.seen("horizon.pv_kw", k));
    EXPECT_GT(rig.seen("horizon.pv_kw.q0.9", k), rig.seen("horizon.pv_kw", k));
    EXPECT_LT(rig.seen("horizon.load_kw.q0.1", k), rig.seen("horizon.load_kw.q0.9", k));
    EXPECT_EQ(rig.seen("horizon.buy_per_kwh.q0.1", k), rig.seen("horizon.buy_per_kwh", k)) << "prices are published";
  }
}

/// Offsets, counts and strides cover a row without a gap; a part of the table has the same values.
TEST(FleetRows, AreLaidOutByTheirTable) {
  Rig all(monday_with("\"perfect\"")), some(monday_with("\"perfect\""));
  all.spec.horizon_steps = some.spec.horizon_steps = 2;
  some.spec.observe = "evse.laxity_h storage.soc  site.pv_kw horizon.pv_kw evse.plugged";
  all.begin();
  some.begin();
  for (Rig* rig : {&all, &some}) {
    step_idle(*rig, 41);
    std::uint32_t n = 0;
    const evtwin_fleet_column* columns = evtwin_fleet_observations(rig->fleet, &n);
    std::vector<int> covered(rig->shape.observation_size);
    for (std::uint32_t c = 0; c < n; ++c) {
      EXPECT_GT(columns[c].scale, 0.0);
      EXPECT_STRNE(columns[c].help, "");
      for (std::uint32_t k = 0; k < columns[c].count; ++k) ++covered[columns[c].offset + k * columns[c].stride];
    }
    EXPECT_EQ(covered, std::vector<int>(rig->shape.observation_size, 1));
  }
  EXPECT_EQ(some.shape.observation_size, 1U + 2U + 1U + 3U * 2U);
  EXPECT_NE(some.shape.digest, all.shape.digest);
  for (const char* id : {"evse.laxity_h", "evse.plugged"})
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(some.seen(id, i), all.seen(id, i));
  EXPECT_EQ(some.seen("horizon.pv_kw", 1), all.seen("horizon.pv_kw", 1));
}

/// What comes on Monday changes nothing that is seen or paid on the days before it.
TEST(FleetRows, KnowNothingOfTheDaysToCome) {
  std::string one = over_nights;
  one.replace(one.find("site {"), 6, "forecast = \"yesterday\", site {");
  std::string other = one;
  other.replace(other.find("weekday = day"), 13,
                "weekday = { 2, 2, 2, 2, 2, 2, 2, 2, 25, 25, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 }");
  Rig first(one), second(other);
  for (Rig* rig : {&first, &second}) {
    rig->spec.horizon_steps = 96;
    rig->begin();
    const evtwin_fleet_start sunday{3, rig->now_ns[0] + kernel::day_ns};  // whose yesterday is no weekday
    ASSERT_EQ(evtwin_fleet_reset(rig->fleet, nullptr, &sunday), EVTWIN_OK);
  }
  for (std::uint64_t s = 0; s < 96; ++s) {
    ASSERT_EQ(first.observations, second.observations) << s;
    ASSERT_EQ(first.rewards, second.rewards) << s;
    for (Rig* rig : {&first, &second}) {
      rig->act_at_random(s);
      rig->step();
    }
  }
  EXPECT_EQ(first.rewards, second.rewards);
  EXPECT_NE(first.observations, second.observations) << "Monday is another";
}

/// A cell is a share of what the row can do; no answer of it is for the guard to correct.
TEST(FleetActions, AreBoundedByConstruction) {
  std::string text = over_nights;
  text.replace(text.find("contract_kw\", 30"), 16, "contract_kw\", 500");
  for (const std::uint32_t act : {EVTWIN_ACT_EVSE, EVTWIN_ACT_SITE}) {
    Rig rig(text);
    rig.spec.act = act;
    rig.spec.autoreset = EVTWIN_AUTORESET_DISABLED;
    rig.begin();
    std::uint64_t masked = 0, lent = 0;
    std::set<std::uint32_t> corrected_by;
    for (std::uint64_t s = 0; s < 4 * 96; ++s) {
      for (std::size_t k = 0; k < rig.actions.size(); ++k) {
        // Uniform within the bounds that the masks allow.
        const double u = kernel::draw_unit(3, k, 4, s);
        const bool discharges = (rig.masks[k] & EVTWIN_MASK_DISCHARGE) != 0;
        rig.actions[k] = static_cast<float>(discharges ? 2 * u - 1 : u);
        masked += rig.masks[k] == 0 ? 1U : 0U;
      }
      rig.step();
      if (const evtwin_view* const view = evtwin_fleet_view(rig.fleet, 0)) corrected_by.insert(view->storage_reason[0]);
      if (const evtwin_view* const view = evtwin_fleet_view(rig.fleet, 0))
        corrected_by.insert(view->evse_reason, view->evse_reason + view->n_evses);
      lent += rig.terms[rig.term("ev_discharge_kwh")] > 0.0 ? 1U : 0U;
      EXPECT_EQ(rig.terms[rig.term("clipped")], 0.0);
    }
    EXPECT_EQ(rig.episodes[0].clipped, 0U);
    // A storage or a car that is empty, or full, before the tick is over; nothing else.
    EXPECT_THAT(corrected_by, IsSubsetOf({EVTWIN_REASON_NONE, EVTWIN_REASON_SOC_WINDOW}));
    EXPECT_GT(masked, 0U);
    EXPECT_EQ(lent > 0, act == EVTWIN_ACT_EVSE) << lent;
  }
}

TEST(FleetActions, BeyondTheirBoundsAreTakenAsTheNearestAndCounted) {
  Rig rig(monday_with("\"perfect\""));
  rig.begin();
  step_idle(rig, 37);
  EXPECT_EQ(rig.masks,
            (std::vector<std::uint8_t>{0, EVTWIN_MASK_CHARGE, 0, EVTWIN_MASK_CHARGE | EVTWIN_MASK_DISCHARGE}));
  const auto kw = [&](float evse, float storage) {
    rig.actions = {99.0F, evse, std::numeric_limits<float>::quiet_NaN(), storage};
    rig.step();
    return std::pair(rig.seen("evse.power_kw", 1), rig.seen("storage.power_kw"));
  };
  EXPECT_NEAR(kw(1.5F, 0.5F).first, 7.0, 0.05);
  EXPECT_EQ(rig.terms[rig.term("clipped")], 1.0) << "cells of empty EVSEs count for nothing";
  EXPECT_NEAR(rig.seen("storage.power_kw"), 4.0, 1e-3);
  EXPECT_EQ(kw(std::numeric_limits<float>::quiet_NaN(), -3.0F).first, 0.0);
  EXPECT_EQ(rig.terms[rig.term("clipped")], 2.0);
  EXPECT_NEAR(rig.seen("storage.power_kw"), -8.0, 1e-3);
  EXPECT_EQ(kw(-0.5F, std::numeric_limits<float>::infinity()).first, 0.0) << "it may not lend";
  EXPECT_EQ(rig.terms[rig.term("clipped")], 2.0);
  EXPECT_NEAR(rig.seen("storage.power_kw"), 8.0, 1e-3);
  // 6 A are 1.32 kW of 7: below half of it nothing, then that.
  EXPECT_EQ(kw(0.09F, 0.0F).first, 0.0);
  EXPECT_NEAR(kw(0.10F, 0.0F).first, 1.32, 1e-3);
  EXPECT_NEAR(kw(0.15F, 0.0F).first, 1.32, 1e-3);
  EXPECT_NEAR(kw(0.30F, 0.0F).first, 0.3 * rig.seen("evse.max_kw", 1), 1e-3);
}

/// Two cars below 10 kW of contract less 3 of load and with 5 of sun: 12 kW for both, the urgent one first.
TEST(FleetActions, OfTheSiteServeTheLeastLaxFirst) {
  std::string text = monday_with("\"perfect\"");
  text.replace(text.find("contract_kw = 20"), 16, "contract_kw = 10");
  Rig rig(text);
  rig.spec.act = EVTWIN_ACT_SITE;
  rig.begin();
  step_idle(rig, 40);  // 10:00: the second car has two hours for 14 kWh
  ASSERT_LT(rig.seen("evse.laxity_h", 2), rig.seen("evse.laxity_h", 1));
  const double car_kw = rig.seen("evse.max_kw", 1);
  const auto both = [&](float share, float storage) {
    rig.actions = {share, storage};
    rig.step();
    return std::pair(rig.seen("evse.power_kw", 2), rig.seen("evse.power_kw", 1));
  };
  EXPECT_EQ(rig.shape.action_size, 2U);
  const auto most = both(1.0F, 0.0F);
  EXPECT_NEAR(most.first, car_kw, 1e-3);
  EXPECT_NEAR(most.second, 12 - car_kw, 1e-3);
  const auto half = both(0.5F, 0.0F);
  EXPECT_NEAR(half.first, 6, 1e-3);
  EXPECT_EQ(half.second, 0.0);
  // 8 kW: all for the first would leave less than 6 A for the other, so the first gives up as much.
  const auto shared = both(static_cast<float>(8.0 / 12.0), 0.0F);
  EXPECT_NEAR(shared.first + shared.second, 8, 1e-3);
  EXPECT_NEAR(shared.second, 1.32, 1e-3);
  // Storage that charges leaves less, storage that discharges more.
  const auto beside = both(1.0F, 0.5F);
  EXPECT_NEAR(beside.first + beside.second, 8, 1e-3);
  EXPECT_EQ(rig.seen("storage.power_kw"), 4.0);
  const auto helped = both(1.0F, -0.25F);
  EXPECT_NEAR(helped.first + helped.second, 14, 0.1);
}

}  // namespace
}  // namespace evtwin::testing
