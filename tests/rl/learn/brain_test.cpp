// Networks that learn, against the ones that play, against finite differences and tables.
#include "learn/brain.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "policy/policy_file.hpp"

namespace evtwin::rl {
namespace {

constexpr Sizes small{5, 3, 16};

Sight some_sight(Dice& dice, const Sizes& sizes, std::size_t evses) {
  Sight sight;
  for (std::size_t i = 0; i < sizes.site; ++i) sight.site.push_back(static_cast<float>(dice.normal()));
  for (std::size_t i = 0; i < evses * sizes.evse; ++i) sight.evses.push_back(static_cast<float>(dice.normal()));
  for (std::uint32_t i = 0; i < evses; ++i) sight.who.push_back(2 * i);
  sight.storages = dice.uniform() < 0.5;
  return sight;
}

Answer some_answer(Dice& dice, std::size_t evses) {
  Answer answer;
  for (float& a : answer.common) a = static_cast<float>(dice.uniform());
  for (std::size_t i = 0; i < evses; ++i) answer.evses.push_back(static_cast<float>(dice.uniform()));
  return answer;
}

/// Log of the density of a Beta.
double log_density(const Beta& beta, double x) {
  return (beta.a - 1.0) * std::log(x) + (beta.b - 1.0) * std::log1p(-x) - std::lgamma(beta.a) - std::lgamma(beta.b) +
         std::lgamma(beta.a + beta.b);
}

policy::PolicyFile file_of(const std::vector<policy::Array>& arrays) { return {nlohmann::json::object(), arrays}; }

class PpoBrains : public ::testing::TestWithParam<Shape> {};

// Two programs for one network: LibTorch's tensors and what plays without it.
TEST_P(PpoBrains, SeeWhatThePlayingNetworkSees) {
  const Shape shape = GetParam();
  PpoBrain brain(shape, small, 11);
  Dice dice(5);
  Rows rows;
  std::vector<double> expected_items, expected_common;
  const policy::PolicyFile file = file_of(brain.copy_weights());
  const std::size_t counts[] = {0, 1, 4, 9, 2};
  for (const std::size_t n : counts) {
    const Sight sight = some_sight(dice, small, n);
    const Answer answer = some_answer(dice, shape == Shape::evse ? n : 0);
    rows.add_row(sight, shape, &answer);
    float common[common_outputs];
    if (shape == Shape::site) {
      SiteNetwork(file, "rate", small, common_outputs).run_forward(sight.site.data(), common);
    } else {
      std::vector<float> out(n * rate_outputs_each);
      EvseNetwork(file, "rate", small, rate_outputs_each, common_outputs)
          .run_forward(sight.site.data(), sight.evses.data(), n, out.data(), common);
      for (std::size_t i = 0; i < n; ++i)
        expected_items.push_back(
            log_density(Beta::from_outputs(out.data() + 2 * i), static_cast<double>(answer.evses[i])));
    }
    for (std::size_t c = 0; c < n_common; ++c)
      expected_common.push_back(log_density(Beta::from_outputs(common + 2 * c), static_cast<double>(answer.common[c])));
  }
  std::vector<float> log_probs;
  brain.log_probs(rows, log_probs);
  std::vector<double> expected = expected_items;
  expected.insert(expected.end(), expected_common.begin(), expected_common.end());
  ASSERT_EQ(log_probs.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(static_cast<double>(log_probs[i]), expected[i], 2e-5 * std::max(1.0, std::abs(expected[i]))) << i;
}

TEST_P(PpoBrains, BeginOrthogonalAndRepeatBySeed) {
  PpoBrain one(GetParam(), small, 4), same(GetParam(), small, 4), other(GetParam(), small, 5);
  EXPECT_EQ(one.copy_weights()[0].values, same.copy_weights()[0].values);
  EXPECT_NE(one.copy_weights()[0].values, other.copy_weights()[0].values);
  // W W^T = 2 I for a hidden layer with fewer rows than columns or as many; W^T W otherwise.
  for (const policy::Array& array : one.copy_weights()) {
    if (array.shape.size() != 2 || array.name.find("head") != std::string::npos) continue;
    const std::size_t out = array.shape[0], in = array.shape[1];
    for (std::size_t a = 0; a < std::min(in, out); ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double product = 0.0;
        for (std::size_t k = 0; k < std::max(in, out); ++k) {
          const auto at = [&](std::size_t which) {
            return static_cast<double>(out <= in ? array.values[which * in + k] : array.values[k * in + which]);
          };
          product += at(a) * at(b);
        }
        EXPECT_NEAR(product, a == b ? 2.0 : 0.0, 1e-4) << array.name;
      }
    }
  }
}

/// Rows, what they were worth, and the probabilities they were answered with.
struct Lesson {
  Rows rows;
  std::vector<float> log_probs, advantage, worth;
};

Lesson lesson_of(PpoBrain& brain, Shape shape, std::size_t n) {
  Lesson lesson;
  Dice dice(9);
  for (std::size_t r = 0; r < n; ++r) {
    const std::size_t evses = dice.next_bits() % 5;
    const Answer answer = some_answer(dice, shape == Shape::evse ? evses : 0);
    lesson.rows.add_row(some_sight(dice, small, evses), shape, &answer);
    lesson.advantage.push_back(static_cast<float>(dice.normal()));
    lesson.worth.push_back(static_cast<float>(dice.normal()));
  }
  brain.log_probs(lesson.rows, lesson.log_probs);
  return lesson;
}

TEST_P(PpoBrains, FirstRatioIsOneAndWhatHasNoEffectTeachesNothing) {
  PpoBrain brain(GetParam(), small, 2);
  Lesson lesson = lesson_of(brain, GetParam(), 64);
  PpoOptions options;
  options.minibatch = 64;
  options.epochs = 1;
  Dice dice(1);
  const PpoReport report =
      brain.update_weights(lesson.rows, lesson.log_probs, lesson.advantage, lesson.worth, options, dice);
  EXPECT_TRUE(report.finite);
  EXPECT_EQ(report.updates, 1.0);
  EXPECT_LT(report.first_ratio_off, 1e-5);
  EXPECT_GT(report.grad_norm, 0.0);
  // A policy whose answers all have no effect stays as it is; only the critic moves.
  if (GetParam() == Shape::evse) return;
  PpoBrain idle(Shape::site, small, 3);
  const auto before = idle.copy_weights();
  std::fill(lesson.rows.common_counts.begin(), lesson.rows.common_counts.end(), 0.0F);
  idle.update_weights(lesson.rows, lesson.log_probs, lesson.advantage, lesson.worth, options, dice);
  const auto after = idle.copy_weights();
  for (std::size_t a = 0; a < before.size(); ++a) {
    if (before[a].name.starts_with("rate.")) {
      EXPECT_EQ(before[a].values, after[a].values) << before[a].name;
    } else if (before[a].name == "critic.head.weight") {
      EXPECT_NE(before[a].values, after[a].values);
    }
  }
}

TEST_P(PpoBrains, GoOnFromTheirMomentsAsIfTheyHadNotStopped) {
  PpoOptions options;
  options.minibatch = 32;
  PpoBrain whole(GetParam(), small, 2), first(GetParam(), small, 2), second(GetParam(), small, 99);
  Lesson lesson = lesson_of(whole, GetParam(), 96);
  const auto learn = [&](PpoBrain& brain, std::uint64_t seed) {
    Dice dice(seed);
    brain.update_weights(lesson.rows, lesson.log_probs, lesson.advantage, lesson.worth, options, dice);
  };
  learn(whole, 1);
  learn(whole, 2);
  learn(first, 1);
  auto arrays = first.copy_weights();
  for (const policy::Array& array : first.copy_moments()) arrays.push_back(array);
  const policy::PolicyFile kept = policy::read_policy(policy::policy_bytes(file_of(arrays)));
  second.set_weights(kept);
  second.set_moments(kept);
  learn(second, 2);
  for (std::size_t a = 0; a < whole.copy_weights().size(); ++a)
    EXPECT_EQ(whole.copy_weights()[a].values, second.copy_weights()[a].values) << whole.copy_weights()[a].name;
}

TEST_P(PpoBrains, SayWhereALossIsNoNumber) {
  PpoBrain brain(GetParam(), small, 2);
  Lesson lesson = lesson_of(brain, GetParam(), 64);
  lesson.worth[7] = std::numeric_limits<float>::quiet_NaN();
  const auto before = brain.copy_weights();
  Dice dice(1);
  PpoOptions options;
  options.minibatch = 64;
  EXPECT_FALSE(
      brain.update_weights(lesson.rows, lesson.log_probs, lesson.advantage, lesson.worth, options, dice).finite);
  EXPECT_EQ(before[0].values, brain.copy_weights()[0].values);
}

INSTANTIATE_TEST_SUITE_P(Shapes, PpoBrains, ::testing::Values(Shape::site, Shape::evse));

// Adam's first step moves a weight by the learning rate, whatever its gradient is (m / sqrt(v) = 1 after correction).
TEST(Adam, FirstStepIsTheLearningRate) {
  PpoBrain brain(Shape::site, small, 2);
  const Lesson lesson = lesson_of(brain, Shape::site, 64);
  const auto before = brain.copy_weights();
  PpoOptions options;
  options.minibatch = 64;
  options.epochs = 1;
  options.learning_rate = 1e-3;
  options.most_norm = 1e9;
  Dice dice(1);
  brain.update_weights(lesson.rows, lesson.log_probs, lesson.advantage, lesson.worth, options, dice);
  const auto after = brain.copy_weights();
  double most = 0.0;
  for (std::size_t a = 0; a < before.size(); ++a) {
    for (std::size_t i = 0; i < before[a].values.size(); ++i)
      most = std::max(most, std::abs(static_cast<double>(before[a].values[i] - after[a].values[i])));
  }
  EXPECT_NEAR(most, 1e-3, 2e-5);
}

// ---- DQN

/// Q as its comment says it, from the networks that play.
double q_by_hand(const policy::PolicyFile& file, const Sight& sight, const Answer& answer, const std::string& prefix) {
  const std::size_t n = sight.who.size();
  std::vector<float> gates(n * gate_outputs_each);
  float storages[gate_storage_outputs];
  EvseNetwork(file, prefix + "gate", small, gate_outputs_each, gate_storage_outputs)
      .run_forward(sight.site.data(), sight.evses.data(), n, gates.data(), storages);
  double q = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double off = static_cast<double>(gates[2 * i]), on = static_cast<double>(gates[2 * i + 1]);
    q += (answer.evses[i] > 0.5F ? on : off) - std::max(off, on);
  }
  if (sight.storages) {
    const double best = static_cast<double>(*std::max_element(storages, storages + gate_storage_outputs));
    q += static_cast<double>(storages[storage_choice(answer)]) - best;
  }
  return q;
}

TEST(DqnBrains, QIsASumOverEvses) {
  DqnBrain brain(small, 3);
  const policy::PolicyFile file = file_of(brain.copy_weights());
  Dice dice(8);
  for (int k = 0; k < 20; ++k) {
    const std::size_t n = dice.next_bits() % 4;
    const Sight sight = some_sight(dice, small, n);
    Answer one, other;
    for (std::size_t i = 0; i < n; ++i) {
      one.evses.push_back(dice.uniform() < 0.5 ? 0.0F : 1.0F);
      other.evses.push_back(dice.uniform() < 0.5 ? 0.0F : 1.0F);
    }
    set_storages(dice.next_bits() % 3, one);
    set_storages(dice.next_bits() % 3, other);
    Rows rows;
    rows.add_row(sight, Shape::evse, &one);
    rows.add_row(sight, Shape::evse, &other);
    const std::vector<float> q = brain.q_values(rows);
    // The value of what is seen is in both: their difference is that of the advantages.
    EXPECT_NEAR(static_cast<double>(q[0] - q[1]), q_by_hand(file, sight, one, "") - q_by_hand(file, sight, other, ""),
                1e-5);
  }
}

TEST(DqnBrains, ChooseWithTheOneThatLearnsAndJudgeWithTheTarget) {
  DqnBrain brain(small, 3);
  Dice dice(8);
  Transitions batch;
  for (int k = 0; k < 32; ++k) {
    Sight now = some_sight(dice, small, 2), next = some_sight(dice, small, 3);
    Answer answer;
    answer.evses = {1.0F, 0.0F};
    batch.now.add_row(now, Shape::evse, &answer);
    Answer none;
    none.evses.resize(3);
    batch.next.add_row(next, Shape::evse, &none);
    batch.reward.push_back(static_cast<float>(dice.normal()));
    batch.discount.push_back(k == 5 ? 0.0F : 0.9F);
  }
  // While both are the same, the best answer of one is the best of the other.
  EXPECT_EQ(brain.target_values(batch, true), brain.target_values(batch, false));
  EXPECT_EQ(brain.target_values(batch, true)[5], batch.reward[5]) << "nothing follows";
  DqnOptions options;
  options.learning_rate = 0.05;
  for (int k = 0; k < 50; ++k) brain.update_weights(batch, options);
  const auto doubled = brain.target_values(batch, true), plain = brain.target_values(batch, false);
  int lower = 0;
  for (std::size_t i = 0; i < doubled.size(); ++i) {
    EXPECT_LE(doubled[i], plain[i] + 1e-5F) << "no answer is worth more than the target's best";
    lower += doubled[i] < plain[i] - 1e-5F ? 1 : 0;
  }
  EXPECT_GT(lower, 0);
}

// Five states in a row, left and right, 1 for leaving to the right, discount 0.9: Q* of right in state s is 0.9^(4-s).
TEST(DqnBrains, LearnAChainToItsTable) {
  const Sizes sizes{1, 5, 32};
  DqnBrain brain(sizes, 1);
  const auto state = [](std::size_t s) {
    Sight sight;
    sight.site = {1.0F};
    sight.evses.assign(5, 0.0F);
    sight.evses[s] = 1.0F;
    sight.who = {0};
    return sight;
  };
  Transitions batch;
  for (std::size_t s = 0; s < 5; ++s) {
    for (const bool right : {false, true}) {
      Answer answer;
      answer.evses = {right ? 1.0F : 0.0F};
      batch.now.add_row(state(s), Shape::evse, &answer);
      batch.next.add_row(state(right ? std::min<std::size_t>(s + 1, 4) : (s == 0 ? 0 : s - 1)), Shape::evse, &answer);
      const bool leaves = right && s == 4;
      batch.reward.push_back(leaves ? 1.0F : 0.0F);
      batch.discount.push_back(leaves ? 0.0F : 0.9F);
    }
  }
  DqnOptions options;
  options.learning_rate = 2e-3;
  for (int k = 1; k <= 4000; ++k) {
    brain.update_weights(batch, options);
    if (k % 50 == 0) brain.renew_target();
  }
  const std::vector<float> q = brain.q_values(batch.now);
  for (std::size_t s = 0; s < 5; ++s) {
    EXPECT_NEAR(static_cast<double>(q[2 * s + 1]), std::pow(0.9, 4.0 - static_cast<double>(s)), 1e-2)
        << "right of " << s;
    const double left = std::pow(0.9, 4.0 - static_cast<double>(s == 0 ? 0 : s - 1)) * 0.9;
    EXPECT_NEAR(static_cast<double>(q[2 * s]), left, 1e-2) << "left of " << s;
  }
}

}  // namespace
}  // namespace evtwin::rl
