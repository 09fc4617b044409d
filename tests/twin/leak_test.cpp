// No truth is shown before its time: two worlds that are the same up to noon and differ in everything after it show the
// same views up to noon, column by column and field by field.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "control/function_model.hpp"
#include "control/plugin_forecaster.hpp"
#include "twin/shown_view.hpp"
#include "twin/worlds.hpp"

namespace evtwin::twin::leak_test {
namespace {

using testing::hour_ns;
using testing::monday_ns;
using testing::small_world;
using testing::visit;

constexpr kernel::TimeNs noon_ns = monday_ns + 36 * hour_ns;  // of the second day

/// Hours of a signal that is the same up to noon.
market::Series hourly(double scale_after_noon) {
  std::vector<kernel::TimeNs> times;
  std::vector<double> values;
  for (int h = 0; h < 72; ++h) {
    times.push_back(monday_ns + h * hour_ns);
    values.push_back((1.0 + h % 7) * (times.back() > noon_ns ? scale_after_noon : 1.0));
  }
  return market::Series(times, values);
}

/// Where a model foresees prices, those to come are others too, and what is fed back earns half of them.
World world_with(bool other_future, const control::SiteForecast& rules) {
  World world = small_world(4, 3);
  Site& site = world.sites[0];
  site.pv_kw = hourly(other_future ? 3.0 : 1.0);
  site.load_kw = hourly(other_future ? 5.0 : 1.0);
  site.contract_kw = 16.0;
  site.forecast = rules;
  if (rules.price.kind == control::Forecast::Kind::model) {
    site.tariff.rates.clear();
    site.tariff.prices_per_kwh = hourly(other_future ? 7.0 : 1.0);
    site.tariff.sell = market::SellFactor{0.5};
  }
  site.tariff.demand.price_per_kw.fill(10.0);
  // Those that are there at noon leave otherwise in the other world, those that came within two hours, none of which is
  // finished, take more, and all that come later are others.
  std::vector<demand::Visit> visits;
  for (int day = 0; day < 3; ++day) {
    for (int n = 0; n < 6; ++n) {
      demand::Visit v = visit(day * 24.0 + 7.0 + 1.3 * n, day * 24.0 + 15.2 + 0.7 * n, 30.0 + n, n % 4);
      v.id = "stay-" + std::to_string(visits.size());
      v.taken_kwh = v.requested_kwh - 2.0;
      if (v.arrival_ns > noon_ns && other_future) {
        v.arrival_ns += hour_ns / 5;
        v.requested_kwh += 3.0;
        v.id += "-other";
      }
      if (v.departure_ns > noon_ns && other_future) {
        v.departure_ns += hour_ns / 3;
        if (v.arrival_ns > noon_ns - 2 * hour_ns) v.taken_kwh += 1.5;
      }
      visits.push_back(v);
    }
  }
  testing::add_visits(world, visits);
  return world;
}

std::vector<std::map<std::string, std::string>> views_up_to_noon(bool other_future,
                                                                 const control::SiteForecast& rules) {
  std::vector<std::map<std::string, std::string>> views;
  testing::run_world(world_with(other_future, rules),
                     testing::strategy(
                         [&](const evtwin_view& view, evtwin_decision& decision) {
                           if (view.now_ns <= noon_ns) views.push_back(testing::shown(view));
                           for (std::uint32_t k = 0; k < view.n_connected; ++k)
                             decision.evse_kw[view.connected_evse[k]] = view.evse_car_max_kw[view.connected_evse[k]];
                         },
                         EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 96));
  return views;
}

void expect_no_leak(const control::SiteForecast& rules, const std::string& what) {
  const auto a = views_up_to_noon(false, rules), b = views_up_to_noon(true, rules);
  ASSERT_GT(a.size(), 140U) << what;
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t n = 0; n < a.size(); ++n) {
    for (const auto& [name, bytes] : a[n])
      EXPECT_EQ(bytes, b[n].at(name)) << what << ": " << name << " of decision " << n;
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(NoLeak, AViewIsTheSameWhateverComesAfterIt) {
  expect_no_leak(control::Forecast{control::Forecast::Kind::yesterday, 0.0, 0.0}, "yesterday");
}

control::SiteForecast all_by(const control::Forecast& rule, kernel::TimeNs period_ns) {
  control::SiteForecast rules{rule};
  rules.price = rule;
  rules.period_ns = period_ns;
  return rules;
}

// A model that weighs every cell it is told, and those that come with the program; learnt ones are asked by the tests
// of their plugin, which make the files that they need.
TEST(NoLeak, NoForecasterIsToldOfWhatComes) {
  for (const kernel::TimeNs period_ns : {15 * kernel::minute_ns, kernel::hour_ns, 7 * kernel::minute_ns}) {
    const std::string every = " every " + std::to_string(period_ns / kernel::minute_ns) + " min";
    expect_no_leak(all_by(testing::foreseen_by(testing::answer_by_all_it_is_told), period_ns), "by all" + every);
    for (const auto& listed : control::list_forecasters()) {
      if (control::needs_model(listed.description)) continue;
      const std::string id = listed.file + "#" + listed.description.id;
      const control::Forecast rule{control::Forecast::Kind::model, 0.0, 0.0, control::forecaster_source(id, {})};
      // Not all of them foresee everything: the rest is foreseen as by default.
      const auto foresees = [&](std::uint32_t quantity) {
        return control::foresees_quantity(listed.description, quantity);
      };
      control::SiteForecast rules = all_by(rule, period_ns);
      if (!foresees(EVTWIN_QUANTITY_PV_KW)) rules.pv = {};
      if (!foresees(EVTWIN_QUANTITY_LOAD_KW)) rules.load = {};
      if (!foresees(EVTWIN_QUANTITY_ARRIVALS)) rules.arrivals = {};
      if (!foresees(EVTWIN_QUANTITY_BUY_PER_KWH)) rules.price = control::SiteForecast().price;
      expect_no_leak(rules, id + every);
    }
  }
  EXPECT_GE(control::list_forecasters().size(), 2U);
}

// The witness sees what it is told: a past that differs by one value in a quarter makes another view.
TEST(NoLeak, TheModelOfTheseTestsTellsPastsApart) {
  const auto rules = all_by(testing::foreseen_by(testing::answer_by_all_it_is_told), 15 * kernel::minute_ns);
  const auto first_horizon = [&](double kw) {
    World world = world_with(false, rules);
    std::vector<kernel::TimeNs> times;
    std::vector<double> values;
    for (int h = -24; h < 72; ++h) {
      times.push_back(monday_ns + h * hour_ns);
      values.push_back(h == -20 ? kw : 1.0);
    }
    world.sites[0].pv_kw = market::Series(times, values);
    std::string horizon;
    testing::run_world(world, testing::strategy(
                                  [&](const evtwin_view& view, evtwin_decision&) {
                                    if (horizon.empty()) horizon = testing::shown(view).at("horizon_load_kw");
                                  },
                                  EVTWIN_WHY_TICK, 96));
    return horizon;
  };
  EXPECT_EQ(first_horizon(2.0), first_horizon(2.0));
  EXPECT_NE(first_horizon(2.0), first_horizon(2.0000001));
}

// Who is granted perfect knowledge has it in the horizon and nowhere else; and the two worlds are told apart by it.
TEST(NoLeak, PerfectKnowledgeIsInTheHorizonAlone) {
  const auto a = views_up_to_noon(false, control::Forecast{control::Forecast::Kind::perfect});
  const auto b = views_up_to_noon(true, control::Forecast{control::Forecast::Kind::perfect});
  ASSERT_EQ(a.size(), b.size());
  std::map<std::string, int> differing;
  for (std::size_t n = 0; n < a.size(); ++n) {
    for (const auto& [name, bytes] : a[n]) differing[name] += bytes == b[n].at(name) ? 0 : 1;
  }
  for (const auto& [name, count] : differing) {
    const bool foreseen = name == "horizon_pv_kw" || name == "horizon_load_kw" || name == "horizon_arrivals" ||
                          name == "horizon_arrivals_kwh";
    if (!foreseen) {
      EXPECT_EQ(count, 0) << name;
    } else {
      EXPECT_GT(count, 0) << name;
    }
  }
}

}  // namespace
}  // namespace evtwin::twin::leak_test
