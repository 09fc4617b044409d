// The reward of a run's policy as the viewer has it, held against the run file by SQL.
#include "viewer/model/rewards.hpp"

#include <gmock/gmock.h>

#include "run_files.hpp"

namespace evtwin::viewer::model {
namespace {

using test::ask;
using test::Folder;

TEST(Rewards, ACurveIsWeightTimesTermOnEachLocalDay) {
  const Folder folder;
  const std::string file = folder / "run";
  test::record_scenario(
      file, "workplace_week", "edf", 3,
      record::LearntReward{
          "mine",
          true,
          {{"energy_cost", -2.0}, {"satisfaction", 1000.0}, {"feeder_overload_kwh", -1.0}, {"clipped", -1.0}}});
  const RunPtr run = read_run(file);
  ASSERT_TRUE(run->reward);
  EXPECT_THAT(run->reward->not_recorded, ::testing::ElementsAre(std::pair<std::string, double>{"clipped", -1.0}));
  const std::vector<RewardCurve> curves = reward_curves(*run);
  ASSERT_EQ(curves.size(), 2U) << "nothing was overloaded: no curve of it";
  EXPECT_EQ(curves[0].term, "energy_cost");
  EXPECT_EQ(curves[1].term, "satisfaction");
  EXPECT_NEAR(curves[0].total, -2.0 * ask(file, "SELECT sum(energy_cost) FROM meter"), 1e-6);
  EXPECT_EQ(curves[0].by_day.start_ns(), run->start_ns);
  EXPECT_EQ(curves[0].by_day.end_ns(), run->end_ns);
  for (int day = 0; day < 3; ++day) {
    const TimeNs noon = run->start_ns + day * kernel::day_ns + 12 * kernel::hour_ns;
    const std::string date = run->clock.date_text(noon);
    EXPECT_NEAR(curves[0].by_day.value_at(noon),
                -2.0 * ask(file, "SELECT energy_cost FROM cost_per_day WHERE day = '" + date + "'"), 1e-6)
        << date;
    const double satisfied =
        ask(file,
            "SELECT sum(min(1.0, got_kwh / requested_kwh)) FROM session, clock c WHERE ended = 'departed' AND "
            "departed_ns >= c.start_ns AND departed_ns < c.end_ns AND date(departed_ns / 1000000000 + "
            "c.utc_offset_s, 'unixepoch') = '" +
                date + "'");
    EXPECT_GT(satisfied, 1.0);
    EXPECT_NEAR(curves[1].by_day.value_at(noon), 1000.0 * satisfied, 1e-6) << date;
  }
}

TEST(Rewards, ARunWithoutAPolicyHasNone) {
  const Folder folder;
  test::record_scenario(folder / "run", "workplace_week", "edf", 1);
  const RunPtr run = read_run(folder / "run");
  EXPECT_FALSE(run->reward);
  EXPECT_TRUE(reward_curves(*run).empty());
}

}  // namespace
}  // namespace evtwin::viewer::model
