// Forecasts of a run file as the viewer has them, held against the file's rows by SQL and against the file's own
// signals.
#include "viewer/model/forecasts.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "run_files.hpp"

namespace evtwin::viewer::model {
namespace {

/// Two days of sun that are not alike: 10 kW from 06:00 to 18:00 on the first, 14 on the second.
twin::World two_days(const control::Forecast& rule) {
  twin::World world = testing::small_world(2, 2);
  twin::Site& site = world.sites[0];
  std::vector<kernel::TimeNs> times;
  std::vector<double> values;
  for (int h = 0; h < 48; ++h) {
    times.push_back(testing::monday_ns + h * kernel::hour_ns);
    values.push_back(h % 24 >= 6 && h % 24 < 18 ? (h < 24 ? 10.0 : 14.0) : 0.0);
  }
  site.pv_kw = market::Series(times, values);
  site.forecast = control::SiteForecast(rule);
  testing::add_visits(world, {testing::visit(8.0, 12.0, 9.0)});
  return world;
}

control::StrategyFactory looks_ahead() {
  return testing::strategy([](const evtwin_view&, evtwin_decision&) {}, EVTWIN_WHY_TICK, 96);
}

TEST(Forecasts, YesterdayIsOffByWhatTheDaysDifferBy) {
  const test::Folder folder;
  const std::string file = folder / "run.evtwin";
  test::record_world(file, two_days(control::Forecast{}), looks_ahead());
  const RunPtr run = read_run(file);
  // Four times a day of the sun and of who comes, in number and kWh; there is no load.
  ASSERT_EQ(run->forecasts.size(), 24U);
  const ForecastOfSite sun = forecast_of_site(*run, 0, "pv");
  ASSERT_EQ(sun.over_time.days.size(), 2U);
  // The second day was foreseen as the first: 4 kW too little for half of it. The step at midnight is left out.
  const analysis::ForecastErrors& second = sun.over_time.days[1].errors;
  EXPECT_EQ(second.steps, 95U);
  EXPECT_NEAR(second.mean_abs_error, 48.0 * 4.0 / 95.0, 1e-12);
  EXPECT_NEAR(second.skill(), 0.0, 1e-12) << "it is the day before";
  EXPECT_FALSE(sun.given);
  EXPECT_NEAR(sun.curves.mean.value_at(run->start_ns + 36 * kernel::hour_ns), 10.0, 1e-12);
  EXPECT_EQ(forecast_of_site(*run, 0, "load").over_time.steps.size(), 0U);

  // By SQL, of the rows that the file has for the second midnight.
  const double by_sql = test::ask(
      file,
      "SELECT avg(abs(f.mean - (SELECT value FROM signal s WHERE s.kind = 'pv_kw' AND s.start_ns <= f.start_ns "
      "ORDER BY s.start_ns DESC LIMIT 1))) FROM foreseen_step f WHERE f.quantity = 'pv' AND f.seen_ns = (SELECT "
      "start_ns + 86400000000000 FROM run) AND f.start_ns > f.seen_ns");
  EXPECT_NEAR(by_sql, second.mean_abs_error, 1e-12);

  // At a cursor between two forecasts the earlier one is the newest.
  const std::uint32_t row = forecast_seen_at(*run, 0, "pv", run->start_ns + 11 * kernel::hour_ns);
  ASSERT_NE(row, no_row);
  EXPECT_EQ(run->forecasts[row].seen_ns, run->start_ns + 6 * kernel::hour_ns);
  const ForecastCurves fan = curves_of_forecast(run->forecasts[row]);
  EXPECT_EQ(fan.mean.start_ns(), run->start_ns + 6 * kernel::hour_ns);
  EXPECT_EQ(fan.mean.end_ns(), run->start_ns + 30 * kernel::hour_ns);
}

TEST(Forecasts, TheTruthIsCalledGivenAndHasNoSkill) {
  const test::Folder folder;
  const std::string file = folder / "run.evtwin";
  test::record_world(file, two_days(control::Forecast{control::Forecast::Kind::perfect}), looks_ahead());
  const ForecastOfSite sun = forecast_of_site(*read_run(file), 0, "pv");
  EXPECT_TRUE(sun.given);
  EXPECT_EQ(sun.over_time.errors.mean_abs_error, 0.0);
  EXPECT_TRUE(sun.skill.empty());
}

TEST(Forecasts, ABadRowIsToldAndNothingIsMadeOfIt) {
  const test::Folder folder;
  const std::string file = folder / "run.evtwin";
  test::record_world(file, two_days(control::Forecast{}), looks_ahead());
  for (const auto& [sql, words] : {std::pair{"UPDATE foreseen SET mean = '[1,' WHERE id = 3", "no list of numbers"},
                                   {"UPDATE foreseen SET step_ns = 0 WHERE id = 3", "no length of its steps"},
                                   {"UPDATE foreseen SET low = '[1]', high = '[1]' WHERE id = 3", "two lengths"},
                                   {"UPDATE foreseen SET low = mean WHERE id = 3", "half a band"},
                                   {"UPDATE foreseen SET site = 9 WHERE id = 3", "row 3"},
                                   {"UPDATE foreseen SET seen_ns = 0 WHERE id = 3", "row 3"}}) {
    const std::string changed = folder / "changed.evtwin";
    std::filesystem::copy_file(file, changed, std::filesystem::copy_options::overwrite_existing);
    test::change(changed, std::string("PRAGMA foreign_keys = OFF; ") + sql);
    try {
      read_run(changed);
      ADD_FAILURE() << sql;
    } catch (const record::RunFileError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace evtwin::viewer::model
