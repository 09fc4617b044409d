// CartPole (Barto, Sutton, Anderson 1983; constants of Gymnasium's CartPole-v1): the brains on a world that is not
// ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "learn/advantage.hpp"
#include "learn/brain.hpp"

namespace evtwin::rl {
namespace {

bool is_long() { return std::getenv("EVTWIN_LONG") != nullptr; }

class CartPole {
 public:
  explicit CartPole(std::uint64_t seed) : dice_(seed) { reset(); }
  void reset() {
    for (double& s : state_) s = 0.1 * dice_.uniform() - 0.05;
    steps_ = 0;
  }
  void push(bool right) {
    auto& [x, v, angle, spin] = state_;
    const double force = right ? 10.0 : -10.0, cos = std::cos(angle), sin = std::sin(angle);
    constexpr double gravity = 9.8, pole = 0.1, both = 1.1, half_length = 0.5, tau = 0.02;
    const double temp = (force + pole * half_length * spin * spin * sin) / both;
    const double spin_up = (gravity * sin - cos * temp) / (half_length * (4.0 / 3.0 - pole * cos * cos / both));
    const double speed_up = temp - pole * half_length * spin_up * cos / both;
    x += tau * v;
    v += tau * speed_up;
    angle += tau * spin;
    spin += tau * spin_up;
    ++steps_;
  }
  bool has_fallen() const {
    return std::abs(state_[0]) > 2.4 || std::abs(state_[2]) > 12.0 * 2.0 * 3.14159265358979 / 360.0;
  }
  bool is_over() const { return steps_ >= 500; }
  int steps() const { return steps_; }
  std::vector<float> seen() const {
    return {static_cast<float>(state_[0]), static_cast<float>(state_[1]), static_cast<float>(state_[2]),
            static_cast<float>(state_[3])};
  }

 private:
  std::array<double, 4> state_{};
  int steps_ = 0;
  Dice dice_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// ---- PPO: one of the common answers pushes, above a half to the right; the others have no effect.

constexpr Common pusher = help;
constexpr Sizes ppo_sizes{4, 1, 64};

Beta of_policy(const policy::PolicyFile& file, const std::vector<float>& seen) {
  float out[common_outputs];
  SiteNetwork(file, "rate", ppo_sizes, common_outputs).run_forward(seen.data(), out);
  return Beta::from_outputs(out + 2 * pusher);
}

/// Mean length of greedy episodes, each of its own world.
double greedy_length(const policy::PolicyFile& file, std::uint64_t first_world, std::uint64_t episodes) {
  double sum = 0.0;
  for (std::uint64_t k = 0; k < episodes; ++k) {
    CartPole world(first_world + k);
    while (!world.has_fallen() && !world.is_over()) world.push(of_policy(file, world.seen()).mode() > 0.5);
    sum += world.steps();
  }
  return sum / static_cast<double>(episodes);
}

/// Mean length of ten greedy episodes of the policy that was the best on five others, as the trainer keeps it, within
/// so many steps; with the settings of rl-baselines3-zoo.
double ppo_learns(std::uint64_t seed, int steps) {
  constexpr int updates_between_validations = 8;
  constexpr std::size_t n_worlds = 8, rollout = 32;
  constexpr double discount = 0.98, lambda = 0.8;
  PpoBrain brain(Shape::site, ppo_sizes, seed);
  Dice dice(seed);
  std::vector<CartPole> worlds;
  for (std::size_t w = 0; w < n_worlds; ++w) worlds.emplace_back(dice.next_bits());
  PpoOptions options;
  options.epochs = 20;
  options.minibatch = 256;
  options.most_kl = 1e9;
  policy::PolicyFile best{nlohmann::json::object(), brain.copy_weights()};
  double best_length = 0.0;
  int updates = 0;
  for (int lived = 0; lived < steps; lived += static_cast<int>(n_worlds * rollout)) {
    const double left = 1.0 - static_cast<double>(lived) / steps;
    options.learning_rate = 1e-3 * left;
    options.clip = 0.2 * left;
    const policy::PolicyFile file{nlohmann::json::object(), brain.copy_weights()};
    const SiteNetwork network(file, "rate", ppo_sizes, common_outputs);
    Rows rows, after;
    std::vector<std::uint8_t> terminated, cut;
    for (CartPole& world : worlds) {
      for (std::size_t t = 0; t < rollout; ++t) {
        Sight sight;
        sight.site = world.seen();
        float out[common_outputs];
        network.run_forward(sight.site.data(), out);
        Answer answer;
        answer.common.fill(0.5F);
        answer.common[pusher] = static_cast<float>(Beta::from_outputs(out + 2 * pusher).draw_value(dice));
        rows.add_row(sight, Shape::site, &answer);
        for (std::size_t c = 0; c < n_common; ++c)
          rows.common_counts[rows.common_counts.size() - n_common + c] = c == pusher ? 1.0F : 0.0F;
        world.push(answer.common[pusher] > 0.5F);
        Sight next;
        next.site = world.seen();
        after.add_row(next, Shape::site, nullptr);
        terminated.push_back(world.has_fallen() ? 1 : 0);
        cut.push_back(world.has_fallen() || world.is_over() ? 1 : 0);
        if (cut.back() != 0) world.reset();
      }
    }
    std::vector<float> values, values_after, log_probs, advantage(rows.n), worth(rows.n);
    brain.predict_values(rows, values);
    brain.predict_values(after, values_after);
    brain.log_probs(rows, log_probs);
    const std::vector<double> reward(rollout, 1.0), discounts(rollout, discount);
    for (std::size_t w = 0; w < n_worlds; ++w) {
      const std::size_t at = w * rollout;
      estimate_advantages(
          {reward, discounts, std::span(values).subspan(at, rollout), std::span(values_after).subspan(at, rollout),
           std::span(terminated).subspan(at, rollout), std::span(cut).subspan(at, rollout)},
          lambda, std::span(advantage).subspan(at, rollout));
    }
    for (std::size_t r = 0; r < rows.n; ++r) worth[r] = advantage[r] + values[r];
    if (!brain.update_weights(rows, log_probs, advantage, worth, options, dice).finite)
      throw std::runtime_error("no number");
    if (++updates % updates_between_validations != 0) continue;
    const policy::PolicyFile now{nlohmann::json::object(), brain.copy_weights()};
    const double length = greedy_length(now, 2000, 5);
    if (length < best_length) continue;
    best_length = length;
    best = now;
  }
  return greedy_length(best, 1000, 10);
}

TEST(CartPole, IsBalancedByPpo) {
  const int steps = is_long() ? 100'000 : 30'000;
  const double lengths = median({ppo_learns(1, steps), ppo_learns(2, steps), ppo_learns(3, steps)});
  EXPECT_GE(lengths, is_long() ? 475.0 : 400.0);
}

// ---- DQN: one EVSE, on pushes to the right.

double dqn_learns(std::uint64_t seed, int steps) {
  constexpr Sizes sizes{1, 4, 64};
  DqnBrain brain(sizes, seed);
  Dice dice(seed);
  CartPole world(dice.next_bits());
  struct Memory {
    std::vector<float> now, next;
    bool right;
    bool fell;
  };
  std::vector<Memory> memories;
  const auto sight_of = [](const std::vector<float>& seen) {
    Sight sight;
    sight.site = {1.0F};
    sight.evses = seen;
    sight.who = {0};
    return sight;
  };
  const auto is_right = [](const EvseNetwork& network, const std::vector<float>& seen) {
    float site = 1.0F, out[gate_outputs_each], storages[gate_storage_outputs];
    network.run_forward(&site, seen.data(), 1, out, storages);
    return out[1] > out[0];
  };
  const auto network_of = [&] {
    return EvseNetwork({nlohmann::json::object(), brain.copy_weights()}, "gate", sizes, gate_outputs_each,
                       gate_storage_outputs);
  };
  EvseNetwork network = network_of();
  int updates = 0;
  for (int step = 0; step < steps; ++step) {
    const double explore = std::max(0.04, 1.0 - static_cast<double>(step) / (0.16 * steps));
    Memory memory{world.seen(), {}, false, false};
    memory.right = dice.uniform() < explore ? dice.uniform() < 0.5 : is_right(network, memory.now);
    world.push(memory.right);
    memory.next = world.seen();
    memory.fell = world.has_fallen();
    memories.push_back(memory);
    if (world.has_fallen() || world.is_over()) world.reset();
    if (step < 1000 || step % 256 != 0) continue;
    for (int k = 0; k < 128; ++k) {
      Transitions batch;
      for (int b = 0; b < 64; ++b) {
        const Memory& m = memories[dice.next_bits() % memories.size()];
        Answer answer;
        answer.evses = {m.right ? 1.0F : 0.0F};
        batch.now.add_row(sight_of(m.now), Shape::evse, &answer);
        batch.next.add_row(sight_of(m.next), Shape::evse, &answer);
        batch.reward.push_back(1.0F);
        batch.discount.push_back(m.fell ? 0.0F : 0.99F);
      }
      DqnOptions options;
      options.learning_rate = 2.3e-3;
      brain.update_weights(batch, options);
      if (++updates % 10 == 0) brain.renew_target();
    }
    network = network_of();
  }
  double sum = 0.0;
  for (std::uint64_t k = 0; k < 10; ++k) {
    CartPole judged(1000 + k);
    while (!judged.has_fallen() && !judged.is_over()) judged.push(is_right(network, judged.seen()));
    sum += judged.steps();
  }
  return sum / 10.0;
}

TEST(CartPole, IsBalancedByDqn) {
  if (!is_long()) GTEST_SKIP() << "50,000 steps of three seeds belong to the long tests";
  EXPECT_GE(median({dqn_learns(1, 50'000), dqn_learns(2, 50'000), dqn_learns(3, 50'000)}), 475.0);
}

}  // namespace
}  // namespace evtwin::rl
