#include "physics/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace evtwin::physics {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Feeder feeder(std::string name, std::int32_t parent, double efficiency = 1.0) {
  Feeder f;
  f.name = std::move(name);
  f.parent = parent;
  f.efficiency = efficiency;
  return f;
}

std::string refusal(std::vector<Feeder> feeders) {
  try {
    const FeederTree tree(std::move(feeders));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

//   grid ── transformer 98 % ─┬─ hall A 99 %
//                             └─ hall B 100 %
FeederTree garage() {
  return FeederTree({feeder("hall A", 2, 0.99), feeder("hall B", 2), feeder("transformer", -1, 0.98)});
}

TEST(FeederTree, MorePowerGoesInThanComesOut) {
  const std::array<double, 3> own_kw{50.0, 20.0, 5.0};
  std::array<double, 3> into_kw{};
  const double total_kw = garage().sum_flows(own_kw, into_kw);
  EXPECT_DOUBLE_EQ(into_kw[0], 50.0 / 0.99);
  EXPECT_DOUBLE_EQ(into_kw[1], 20.0);
  EXPECT_DOUBLE_EQ(into_kw[2], (5.0 + 50.0 / 0.99 + 20.0) / 0.98);
  EXPECT_EQ(total_kw, into_kw[2]);
}

TEST(FeederTree, LessPowerComesBackThanIsFedIn) {
  const std::array<double, 3> own_kw{-50.0, 20.0, 0.0};
  std::array<double, 3> into_kw{};
  const double total_kw = garage().sum_flows(own_kw, into_kw);
  // Hall A feeds 49.5 kW up, hall B takes 20 of them inside the building, the transformer passes 98 % of the rest.
  EXPECT_DOUBLE_EQ(into_kw[0], -49.5);
  EXPECT_DOUBLE_EQ(total_kw, -29.5 * 0.98);
}

TEST(FeederTree, TopFeedersAddUpAtTheGridConnection) {
  const FeederTree tree({feeder("east", -1), feeder("west", -1), feeder("west roof", 1)});
  EXPECT_TRUE(tree.is_lossless());
  const std::array<double, 3> own_kw{10.0, 4.0, -3.0};
  std::array<double, 3> into_kw{};
  EXPECT_EQ(tree.sum_flows(own_kw, into_kw), 11.0);
  EXPECT_THAT(into_kw, ElementsAre(10.0, 1.0, -3.0));
}

TEST(FeederTree, DeepChainsLoseAtEveryNodeWhateverTheirOrder) {
  // Each node hangs on the next one, so that a parent always comes later.
  constexpr std::size_t depth = 20;
  std::vector<Feeder> feeders;
  for (std::size_t i = 0; i < depth; ++i) {
    feeders.push_back(feeder(std::to_string(i), i + 1 < depth ? static_cast<std::int32_t>(i + 1) : -1, 0.5));
  }
  const FeederTree tree(feeders);
  EXPECT_FALSE(tree.is_lossless());
  std::array<double, depth> own_kw{};
  std::array<double, depth> into_kw{};
  own_kw[0] = 1.0;
  EXPECT_EQ(tree.sum_flows(own_kw, into_kw), 0x1p20);
  own_kw[0] = -0x1p20;
  EXPECT_EQ(tree.sum_flows(own_kw, into_kw), -1.0);
}

TEST(FeederTree, PathLeadsFromTheNodeToTheGrid) {
  const FeederTree tree = garage();
  EXPECT_THAT(tree.path_up(0), ElementsAre(0, 2));
  EXPECT_THAT(tree.path_up(2), ElementsAre(2));
  EXPECT_THAT(tree.path_up(-1), ElementsAre());
}

TEST(FeederTree, EmptyTreeDrawsNothing) {
  EXPECT_TRUE(FeederTree().is_lossless());
  EXPECT_EQ(FeederTree().sum_flows({}, {}), 0.0);
}

TEST(FeederTree, LoopsAreRefusedNamingTheirFeeders) {
  EXPECT_THAT(refusal({feeder("top", -1), feeder("leaf", 2), feeder("a", 3), feeder("b", 2)}),
              AllOf(HasSubstr("'a', 'b'"), HasSubstr("loop"), ::testing::Not(HasSubstr("leaf"))));
  EXPECT_THAT(refusal({feeder("own tail", 0)}), AllOf(HasSubstr("'own tail'"), HasSubstr("loop")));
}

TEST(FeederTree, ParentThatIsNotThereIsRefused) {
  EXPECT_THAT(refusal({feeder("lonely", 7)}), AllOf(HasSubstr("'lonely'"), HasSubstr("not there")));
}

}  // namespace
}  // namespace evtwin::physics
