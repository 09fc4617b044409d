// What learns is what plays: the networks of LibTorch and those of Eigen give the same answers, and gradients lead
// down.
#include "learn/brain.hpp"

#include <numeric>

#include "learn/trainer.hpp"
#include "learned/reference.hpp"

namespace evtwin::learned::test {
namespace {

Examples drawn_examples(const Shape& shape, std::size_t n) {
  Examples examples;
  for (std::size_t k = 0; k < n; ++k) {
    Window window = drawn_window(shape, shape.horizon_steps, 100 + k);
    std::vector<double> truth;
    for (std::size_t i = 0; i < window.steps; ++i) truth.push_back(0.4 * forecast::test::normal(200 + k, i));
    if (k == 0) truth[0] = std::nan("");
    examples.add(window, truth);
  }
  return examples;
}

std::vector<std::size_t> rows_to(std::size_t n) {
  std::vector<std::size_t> rows(n);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

TEST(Brain, WhatLearnsAnswersAsWhatPlays) {
  for (const char* kind : {"lstm", "tft"}) {
    const Shape shape{kind, 12, 6, 8, 2};
    Maker made(1);
    made.network("", shape);
    Brain brain(shape, {}, 1);
    brain.set_weights(made.file, "");
    const auto network = make_network(made.file, "", shape);
    const Examples examples = drawn_examples(shape, 3);
    const std::vector<float> found = brain.answer(examples, rows_to(3));
    for (std::size_t k = 0; k < 3; ++k) {
      const Matrix expected = network->run(drawn_window(shape, 6, 100 + k));
      for (std::size_t i = 0; i < 6 * outputs; ++i)
        ASSERT_NEAR(found[k * 6 * outputs + i], expected.data()[i], 3e-5F) << kind << ", " << i;
    }
  }
}

TEST(Brain, ItBeginsAsTheBase) {
  for (const char* kind : {"lstm", "tft"}) {
    const Shape shape{kind, 12, 6, 8, 2};
    const Brain brain(shape, {}, 1);
    const Examples examples = drawn_examples(shape, 1);
    const std::vector<float> found = brain.answer(examples, rows_to(1));
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_EQ(found[k * outputs], 0.0F);                // the median is the base
      EXPECT_EQ(found[k * outputs + outputs - 1], 0.0F);  // and so is the mean
    }
  }
}

TEST(Brain, ItLearnsWhatItIsShownTheSameWithTheSameSeed) {
  for (const char* kind : {"lstm", "tft"}) {
    const Shape shape{kind, 8, 4, 8, 2};
    const Examples examples = drawn_examples(shape, 16);
    const auto learnt = [&] {
      Brain brain(shape, {}, 7);
      const double before = pinball_of(examples, brain.answer(examples, rows_to(16)));
      for (std::uint64_t step = 0; step < 150; ++step) {
        brain.set_chance(step);
        EXPECT_FALSE(std::isnan(brain.learn(examples, rows_to(16), 1e-2)));
      }
      EXPECT_LT(pinball_of(examples, brain.answer(examples, rows_to(16))), 0.6 * before) << kind;
      PolicyFile file;
      file.arrays = brain.copy_weights("");
      return policy::policy_bytes(file, policy::forecast_sort);
    };
    EXPECT_EQ(learnt(), learnt()) << kind;
  }
}

TEST(Brain, ACutTrainingGoesOnTheSame) {
  const Shape shape{"lstm", 8, 4, 8, 1};
  const Examples examples = drawn_examples(shape, 8);
  const auto step = [&](Brain& brain, std::uint64_t k) {
    brain.set_chance(k);
    brain.learn(examples, rows_to(8), 1e-3);
  };
  Brain whole(shape, {}, 3), first(shape, {}, 3), second(shape, {}, 99);
  for (std::uint64_t k = 0; k < 6; ++k) step(whole, k);
  for (std::uint64_t k = 0; k < 3; ++k) step(first, k);
  PolicyFile state;
  state.arrays = first.copy_weights("now.");
  for (policy::Array& array : first.copy_moments("adam.")) state.arrays.push_back(std::move(array));
  second.set_weights(state, "now.");
  second.set_moments(state, "adam.");
  for (std::uint64_t k = 3; k < 6; ++k) step(second, k);
  const auto bytes = [](const Brain& brain) {
    PolicyFile file;
    file.arrays = brain.copy_weights("");
    return policy::policy_bytes(file, policy::forecast_sort);
  };
  EXPECT_EQ(bytes(second), bytes(whole));
}

TEST(Spread, FourFifthsOfWhatCameLieBetweenTheOuterQuantiles) {
  // Answers whose band is one twentieth of the scale wide for a truth that is normal with 0.2: it must widen, as far as
  // it may.
  Examples examples;
  const Shape shape{"lstm", 1, 50, 4, 1};
  std::vector<float> answers;
  for (std::uint64_t k = 0; k < 20; ++k) {
    Window window = drawn_window(shape, 50, k);
    std::vector<double> truth;
    for (std::uint64_t i = 0; i < 50; ++i) {
      truth.push_back(0.2 * forecast::test::normal(300 + k, i));
      // Distances of a normal distribution with a deviation of 0.16, before softplus.
      for (std::size_t row = 0; row < outputs; ++row) {
        double distance = 1.0;
        if (row >= 1 && row <= 8) {
          const std::size_t step = (row - 1) % 4;
          distance = 0.16 * (normal_quantile(0.6 + 0.1 * static_cast<double>(step)) -
                             normal_quantile(0.5 + 0.1 * static_cast<double>(step)));
        }
        answers.push_back(row == 0 || row == 9 ? 0.0F : static_cast<float>(std::log(std::expm1(distance))));
      }
    }
    examples.add(window, truth);
  }
  EXPECT_NEAR(spread_for(examples, answers), 0.2 / 0.16, 0.06);
}

}  // namespace
}  // namespace evtwin::learned::test
