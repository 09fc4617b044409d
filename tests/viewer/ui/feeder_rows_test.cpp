#include "viewer/ui/feeder_rows.hpp"

#include <gtest/gtest.h>

namespace evtwin::viewer::ui {
namespace {

using FeederKind = FeederRow::Kind;

//  grid connection
//   |- battery
//   |- north (feeder 0)
//   |    |- hall (feeder 1)
//   |    |    |- A: A-1
//   |    |- B: B-1, B-2
//   |- A: A-2
model::Run run_with_feeders() {
  model::Run run;
  run.sites.resize(1);
  run.sites[0].evses = {0, 1, 2, 3};
  run.sites[0].storages = {0};
  run.sites[0].feeders = {0, 1};
  run.storages.resize(1);
  run.feeders.resize(2);
  run.feeders[1].parent = 0;
  const auto evse = [&](const char* name, const char* station, std::uint32_t feeder) {
    model::Evse e;
    e.name = name;
    e.station = station;
    e.feeder = feeder;
    run.evses.push_back(std::move(e));
  };
  evse("A-1", "A", 1);
  evse("A-2", "A", model::no_row);
  evse("B-1", "B", 0);
  evse("B-2", "B", 0);
  return run;
}

TEST(FeederTree, ListsWhatHangsOnEachFeederRightBelowIt) {
  const FeederTree tree = feeder_tree(run_with_feeders(), model::no_row);
  struct Expected {
    FeederKind kind;
    std::uint32_t depth, parent;
  };
  const std::vector<Expected> expected{{FeederKind::connection, 0, model::no_row},
                                       {FeederKind::storage, 1, 0},
                                       {FeederKind::feeder, 1, 0},
                                       {FeederKind::feeder, 2, 2},
                                       {FeederKind::station, 3, 3},
                                       {FeederKind::station, 2, 2},
                                       {FeederKind::station, 1, 0}};
  ASSERT_EQ(tree.rows.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(tree.rows[i].kind, expected[i].kind) << i;
    EXPECT_EQ(tree.rows[i].depth, expected[i].depth) << i;
    EXPECT_EQ(tree.rows[i].parent, expected[i].parent) << i;
  }
}

TEST(FeederTree, AStationOnTwoFeedersIsThereTwiceWithItsEvsesApart) {
  const FeederTree tree = feeder_tree(run_with_feeders(), 0);
  ASSERT_EQ(tree.stations.size(), 3U);
  EXPECT_EQ(tree.stations[0].evses, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(tree.stations[1].evses, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(tree.stations[2].evses, (std::vector<std::uint32_t>{1}));
}

TEST(FeederTree, EndsWhereAFileHangsFeedersOnEachOtherInACircle) {
  model::Run run = run_with_feeders();
  run.feeders[0].parent = 1;
  const FeederTree tree = feeder_tree(run, 0);
  EXPECT_EQ(tree.rows.size(), 3U);  // connection, storage, A: the circle hangs on nothing
}

TEST(FeederTree, LinesOfAllSitesAreAsWideAsThoseOfTheLargestOne) {
  model::Run run = run_with_feeders();
  for (std::uint32_t e = 0; e < 4; ++e) run.evses[e].max_kw = 10.0 * (e + 1);
  run.sites.resize(3);
  run.sites[0].evses = {0};
  run.sites[1].evses = {1, 3};
  run.sites[2].evses = {2};
  EXPECT_EQ(full_power_kw(run, 0), 11.0);
  EXPECT_EQ(full_power_kw(run, 2), 31.0);
  EXPECT_EQ(full_power_kw(run, model::no_row), 61.0);
  EXPECT_EQ(full_power_kw(model::Run(), model::no_row), 1.0);
}

}  // namespace
}  // namespace evtwin::viewer::ui
