// What a decision was worth: by hand, in its limits, and where a stretch is cut.
#include "learn/advantage.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::rl {
namespace {

std::vector<float> advantages_of(const std::vector<double>& reward, double discount, const std::vector<float>& value,
                                 const std::vector<float>& after, const std::vector<std::uint8_t>& terminated,
                                 const std::vector<std::uint8_t>& cut, double lambda) {
  const std::vector<double> discounts(reward.size(), discount);
  std::vector<float> advantage(reward.size());
  estimate_advantages({reward, discounts, value, after, terminated, cut}, lambda, advantage);
  return advantage;
}

// Five steps, discount 0.5, lambda 0.5; the third truncates, the fifth terminates.
//   errors: 1 + 0.5 x 2 - 1 = 1;  2 + 0.5 x 4 - 2 = 2;  3 + 0.5 x 10 - 4 = 4;  1 + 0.5 x 6 - 2 = 2;  5 - 6 = -1
//   advantages, from the end: -1;  2 + 0.25 x -1 = 1.75;  4 (cut);  2 + 0.25 x 4 = 3;  1 + 0.25 x 3 = 1.75
TEST(Advantage, IsThatOfFiveStepsByHand) {
  const auto advantage =
      advantages_of({1, 2, 3, 1, 5}, 0.5, {1, 2, 4, 2, 6}, {2, 4, 10, 6, 99}, {0, 0, 0, 0, 1}, {0, 0, 1, 0, 1}, 0.5);
  EXPECT_EQ(advantage, (std::vector<float>{1.75F, 3.0F, 4.0F, 1.75F, -1.0F}));
}

TEST(Advantage, LooksOneStepOrAllTheWay) {
  const std::vector<double> reward{1, -2, 4};
  const std::vector<float> value{3, 1, 2}, after{1, 2, 7};
  const auto one = advantages_of(reward, 0.9, value, after, {0, 0, 0}, {0, 0, 0}, 0.0);
  for (std::size_t t = 0; t < 3; ++t)
    EXPECT_NEAR(one[t], reward[t] + 0.9 * static_cast<double>(after[t]) - static_cast<double>(value[t]), 1e-6);
  const auto all = advantages_of(reward, 0.9, value, after, {0, 0, 0}, {0, 0, 0}, 1.0);
  const double lived = 1 + 0.9 * (-2 + 0.9 * (4 + 0.9 * 7));
  EXPECT_NEAR(all[0], lived - 3.0, 1e-5);
}

// A world that pays 1 a step for ever and is cut every ten steps is worth 1 / (1 - 0.9) = 10. Who forgets to bootstrap
// learns the mean of what is left until the cut, 4.138 on paper.
TEST(Advantage, ForgettingTheBootstrapConvergesElsewhere) {
  const auto learnt = [](bool forgets) {
    float value = 0.0F;
    for (int round = 0; round < 2000; ++round) {
      const std::vector<double> reward(10, 1.0);
      const std::vector<float> now(10, value);
      std::vector<std::uint8_t> terminated(10, 0), cut(10, 0);
      cut[9] = 1;
      terminated[9] = forgets ? 1 : 0;
      const auto advantage = advantages_of(reward, 0.9, now, now, terminated, cut, 1.0);
      double mean = 0.0;
      for (const float a : advantage) mean += static_cast<double>(a) / 10.0;
      value += static_cast<float>(0.05 * mean);
    }
    return static_cast<double>(value);
  };
  EXPECT_NEAR(learnt(false), 10.0, 1e-3);
  double by_hand = 0.0;
  for (int left = 1; left <= 10; ++left) by_hand += (1.0 - std::pow(0.9, left)) / (1.0 - 0.9) / 10.0;
  EXPECT_NEAR(by_hand, 4.138, 1e-3);
  EXPECT_NEAR(learnt(true), by_hand, 1e-2);
}

TEST(Running, IsMeanAndSpreadOfAllThatCameBy) {
  Running running(2);
  const std::vector<float> first{1, 10, 2, 20, 3, 60}, second{6, -10};
  running.take_rows(first.data(), 3);
  running.take_rows(second.data(), 1);
  EXPECT_DOUBLE_EQ(running.mean_of(0), 3.0);
  EXPECT_DOUBLE_EQ(running.mean_of(1), 20.0);
  EXPECT_NEAR(running.sd_of(0), std::sqrt((4 + 1 + 0 + 9) / 4.0), 1e-12);
  EXPECT_NEAR(running.sd_of(1), std::sqrt((100 + 0 + 1600 + 900) / 4.0), 1e-12);
  Running again(2);
  again.set_state(running.state());
  EXPECT_EQ(again.state(), running.state());
}

}  // namespace
}  // namespace evtwin::rl
