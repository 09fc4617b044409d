// What observers are told of the time to come: at the first decision of each quarter of a local day, as the strategy
// was shown it.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "control/function_model.hpp"
#include "control/issued_forecast.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

struct Told {
  twin::ForecastRecord record;
  std::vector<double> mean, low, high;
};

struct Listener : twin::Observer {
  std::vector<Told> told;
  void on_forecast(const twin::ForecastRecord& forecast) override {
    told.push_back({forecast,
                    {forecast.mean.begin(), forecast.mean.end()},
                    {forecast.low.begin(), forecast.low.end()},
                    {forecast.high.begin(), forecast.high.end()}});
  }
  std::vector<Told> of(std::uint32_t quantity) const {
    std::vector<Told> some;
    for (const Told& one : told)
      if (one.record.quantity == quantity) some.push_back(one);
    return some;
  }
};

/// Two days; by the hour 10, 11, ... 33 kW of sun and half of it of load.
twin::World sunny(const control::Forecast& rule) {
  twin::World world = small_world(1, 2);
  std::vector<double> sun(24), load(24);
  for (std::size_t h = 0; h < 24; ++h) sun[h] = 10.0 + static_cast<double>(h), load[h] = sun[h] / 2.0;
  twin::Site& site = world.sites[0];
  site.pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, sun}}, {}};
  site.load_kw = market::DailyProfile{{{market::all_months, market::all_day_types, load}}, {}};
  site.forecast = control::SiteForecast(rule);
  site.forecast.period_ns = hour_ns;
  add_visits(world, {visit(8.0, 12.0, 20.0)});
  return world;
}

Listener heard(const twin::World& world, const control::StrategyFactory& how) {
  Listener listener;
  twin::RunOptions options;
  options.observer = &listener;
  twin::simulate(world, how, options);
  return listener;
}

/// Looks ahead; keeps what it was shown at the decisions of 00, 06, 12 and 18 h.
control::StrategyFactory looking_ahead(std::map<kernel::TimeNs, std::vector<double>>* pv = nullptr,
                                       std::uint32_t steps = 96) {
  return strategy(
      [pv](const evtwin_view& view, evtwin_decision&) {
        if (pv != nullptr) (*pv)[view.now_ns].assign(view.horizon_pv_kw, view.horizon_pv_kw + view.horizon_steps);
      },
      EVTWIN_WHY_TICK, steps);
}

TEST(ToldForecasts, AreWhatTheStrategyWasShownFourTimesADay) {
  std::map<kernel::TimeNs, std::vector<double>> shown;
  const Listener listener = heard(sunny(control::Forecast{}), looking_ahead(&shown));
  const std::vector<Told> pv = listener.of(EVTWIN_QUANTITY_PV_KW);
  ASSERT_EQ(pv.size(), 8U);
  for (std::size_t i = 0; i < pv.size(); ++i) {
    EXPECT_EQ(pv[i].record.seen_ns, monday_ns + static_cast<std::int64_t>(i) * 6 * hour_ns);
    EXPECT_EQ(pv[i].record.step_ns, 15 * minute_ns);
    EXPECT_EQ(pv[i].record.first_end_ns, pv[i].record.seen_ns + 15 * minute_ns);
    EXPECT_EQ(pv[i].mean, shown.at(pv[i].record.seen_ns)) << i;
  }
  EXPECT_EQ(listener.of(EVTWIN_QUANTITY_LOAD_KW).size(), 8U);
  EXPECT_TRUE(listener.of(EVTWIN_QUANTITY_BUY_PER_KWH).empty()) << "a tariff is no forecast";
}

// A forecast without an error is what comes, step by step: the hour's kW, worked out from the profile.
TEST(ToldForecasts, WithoutAnErrorAreWhatComes) {
  for (const control::Forecast& rule : {control::Forecast{control::Forecast::Kind::perfect},
                                        control::Forecast{control::Forecast::Kind::noisy, 0.0, 0.0}}) {
    const std::vector<Told> pv = heard(sunny(rule), looking_ahead()).of(EVTWIN_QUANTITY_PV_KW);
    ASSERT_EQ(pv.size(), 8U);
    for (const Told& one : pv) {
      EXPECT_TRUE(one.low.empty() && one.high.empty()) << "no error, no band";
      for (std::size_t k = 0; k < one.mean.size(); ++k) {
        const auto h = (one.record.seen_ns - monday_ns + static_cast<std::int64_t>(k) * 15 * minute_ns) / hour_ns % 24;
        EXPECT_EQ(one.mean[k], 10.0 + static_cast<double>(h));
      }
    }
  }
}

// The truth is forecast / (1 + 0.2 z): 10 % of what comes lies below forecast / (1 + 0.2 x 1.2816), 10 % above the
// other. Step 0 is known to its end.
TEST(ToldForecasts, OfAGivenErrorHaveTheBandOfANormalDistribution) {
  const std::vector<Told> pv =
      heard(sunny({control::Forecast::Kind::noisy, 0.0, 0.2}), looking_ahead()).of(EVTWIN_QUANTITY_PV_KW);
  ASSERT_EQ(pv.size(), 8U);
  for (std::size_t k = 1; k < pv[0].mean.size(); ++k) {
    EXPECT_NEAR(pv[0].low[k], pv[0].mean[k] / (1.0 + 0.2 * 1.2815516), 1e-4 * pv[0].mean[k]) << k;
    EXPECT_NEAR(pv[0].high[k], pv[0].mean[k] / (1.0 - 0.2 * 1.2815516), 1e-4 * pv[0].mean[k]) << k;
  }
}

// Models are asked for the band whatever the strategy wants; a view has the levels that its strategy wants.
TEST(ToldForecasts, OfModelsHaveABandWhateverLevelsTheStrategyWants) {
  std::vector<std::vector<double>> asked;
  const control::Forecast rule =
      foreseen_by([&asked](const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) {
        asked.emplace_back(question.level, question.level + question.n_levels);
        for (std::uint32_t k = 0; k < question.steps.n; ++k) {
          answer.mean[k] = 100.0;
          for (std::uint32_t l = 0; l < question.n_levels; ++l)
            answer.quantile[l * question.steps.n + k] = 100.0 * question.level[l];
        }
      });
  for (const std::vector<double>& wanted : {std::vector<double>{}, {0.5}, {0.1, 0.25, 0.9}}) {
    asked.clear();
    std::vector<double> quarter;
    const auto how = [&](const evtwin_view&, std::uint64_t, std::uint32_t) {
      auto made = std::make_unique<FunctionStrategy>(
          [&](const evtwin_view& view, evtwin_decision&) {
            ASSERT_EQ(view.n_levels, wanted.size());
            for (std::uint32_t l = 0; l < view.n_levels; ++l)
              EXPECT_NEAR(view.level_pv_kw[l * view.horizon_steps + 5], 100.0 * view.level[l], 1e-9);
          },
          EVTWIN_WHY_TICK, 24U);
      made->levels = wanted;
      return std::unique_ptr<control::Strategy>(std::move(made));
    };
    const std::vector<Told> pv = heard(sunny(rule), how).of(EVTWIN_QUANTITY_PV_KW);
    ASSERT_EQ(pv.size(), 8U);
    EXPECT_EQ(pv[0].mean.size(), 24U);
    EXPECT_NEAR(pv[0].low[5], 10.0, 1e-9);
    EXPECT_NEAR(pv[0].high[5], 90.0, 1e-9);
    for (const std::vector<double>& levels : asked) {
      EXPECT_TRUE(std::is_sorted(levels.begin(), levels.end()));
      EXPECT_EQ(std::count(levels.begin(), levels.end(), 0.1), 1);
      EXPECT_EQ(std::count(levels.begin(), levels.end(), 0.9), 1);
      for (const double level : wanted) EXPECT_EQ(std::count(levels.begin(), levels.end(), level), 1);
    }
  }
}

TEST(ToldForecasts, AreNoneWhereNobodyLooksAheadAndChangeNoRun) {
  const twin::World world = sunny(control::Forecast{});
  EXPECT_TRUE(heard(world, full_power()).told.empty());
  Listener listener;
  twin::RunOptions observed;
  observed.observer = &listener;
  EXPECT_EQ(twin::simulate(world, looking_ahead(), observed).event_hash,
            twin::simulate(world, looking_ahead()).event_hash);
  EXPECT_FALSE(listener.told.empty());
}

}  // namespace
}  // namespace evtwin::testing
