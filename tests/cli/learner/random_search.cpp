// A learner from scratch, on the SDK's headers alone: random search over a linear policy. Every EVSE gets the share
//   w0 + w1 x price rank + w2 x laxity / 24 h + w3 x price rank x laxity / 24 h,   cut to 0..1;
// weights are moved at random and kept where the mean objective of a frozen set of episodes falls.
#include <evtwin/learner.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

constexpr std::size_t n_weights = 4;
using Weights = std::array<double, n_weights>;

/// Uniform in -1..1, the same everywhere (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed = 0) : state_(seed) {}
  double roll() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1.0;
  }

 private:
  std::uint64_t state_;
};

/// The frozen episodes.
class Trial {
 public:
  Trial(const evtwin_training& training, std::uint32_t worlds) : fleet_functions_(*training.fleet) {
    evtwin_fleet_spec spec{};
    spec.struct_size = sizeof spec;
    spec.n_worlds = worlds;
    spec.scenarios = training.scenarios;
    spec.n_scenarios = training.n_scenarios;
    spec.reward = training.reward;
    spec.threads = training.threads;
    spec.autoreset = EVTWIN_AUTORESET_DISABLED;
    spec.end = EVTWIN_END_TERMINATES;
    spec.horizon_steps = 96;
    spec.observe = "site.price_rank evse.laxity_h";
    if (fleet_functions_.create(&spec, &fleet_) != EVTWIN_OK) return;
    shape_ = *fleet_functions_.shape_of(fleet_);
    rank_ = fleet_functions_.observations(fleet_, nullptr)[0];
    laxity_ = fleet_functions_.observations(fleet_, nullptr)[1];
    const std::size_t n = shape_.n_agents;
    rows_.resize(n * shape_.observation_size);
    actions_.resize(n * shape_.action_size);
    rewards_.resize(n);
    terminated_.resize(n);
    truncated_.resize(n);
    episodes_.resize(n);
    buffers_.struct_size = sizeof buffers_;
    buffers_.observations = rows_.data();
    buffers_.actions = actions_.data();
    buffers_.rewards = rewards_.data();
    buffers_.terminated = terminated_.data();
    buffers_.truncated = truncated_.data();
    buffers_.episodes = episodes_.data();
    for (std::uint32_t w = 0; w < worlds; ++w) starts_.push_back({training.seed * 1000003U + w, EVTWIN_FLEET_AS_DRAWN});
    is_ready_ = fleet_functions_.bind(fleet_, &buffers_) == EVTWIN_OK;
  }
  ~Trial() { fleet_functions_.destroy(fleet_); }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  bool is_ready() const { return is_ready_; }
  std::uint32_t agents() const { return shape_.n_agents; }

  /// Lives them under a policy. @returns their mean objective; NaN where a world failed
  double live(const Weights& weights) {
    if (fleet_functions_.reset(fleet_, nullptr, starts_.data()) != EVTWIN_OK) return std::nan("");
    do {
      act(weights);
      if (fleet_functions_.step(fleet_) != EVTWIN_OK) return std::nan("");
    } while (terminated_[0] == 0);
    double sum = 0.0;
    for (const evtwin_fleet_episode& episode : episodes_) sum += episode.objective;
    return sum / static_cast<double>(episodes_.size());
  }

 private:
  void act(const Weights& w) {
    for (std::size_t a = 0; a < shape_.n_agents; ++a) {
      const float* const row = rows_.data() + a * shape_.observation_size;
      const double rank = static_cast<double>(row[rank_.offset]);
      for (std::uint32_t i = 0; i < shape_.n_evses; ++i) {
        const double laxity = static_cast<double>(row[laxity_.offset + i * laxity_.stride]);
        const double share = w[0] + w[1] * rank + w[2] * laxity + w[3] * rank * laxity;
        actions_[a * shape_.action_size + i] = static_cast<float>(std::clamp(share, 0.0, 1.0));
      }
    }
  }

  const evtwin_fleet_functions& fleet_functions_;
  evtwin_fleet* fleet_ = nullptr;
  evtwin_fleet_shape shape_{};
  evtwin_fleet_column rank_{}, laxity_{};
  std::vector<float> rows_, actions_, rewards_;
  std::vector<std::uint8_t> terminated_, truncated_;
  std::vector<evtwin_fleet_episode> episodes_;
  std::vector<evtwin_fleet_start> starts_;
  evtwin_fleet_buffers buffers_{};
  bool is_ready_ = false;
};

std::string written(const Weights& weights) {
  std::string text = "linear-policy/1";
  for (const double w : weights) {
    char number[40];
    std::snprintf(number, sizeof number, " %a", w);
    text += number;
  }
  return text + "\n";
}

/// All that it needs to go on.
struct Memory {
  Dice dice;
  Weights best{};
  double best_objective = std::numeric_limits<double>::infinity();
  std::uint64_t lived = 0;
};

evtwin_status learn(const evtwin_training* training, const char* id, const evtwin_param_value* params, uint32_t n) {
  if (std::strcmp(id, "random-search") != 0 || n != 4) return EVTWIN_UNSUPPORTED;
  const auto worlds = static_cast<std::uint32_t>(params[0].number);
  const double step = params[1].number;
  Trial trial(*training, worlds);
  const auto fail = [&] {
    training->report(training, EVTWIN_ERROR, training->fleet->error());
    return EVTWIN_FAILED;
  };
  if (!trial.is_ready()) return fail();

  const auto dies_after = static_cast<std::uint64_t>(params[2].number);
  const auto fails_after = static_cast<std::uint64_t>(params[3].number);
  Memory memory{Dice(training->seed)};
  auto& [dice, best, best_objective, lived] = memory;
  if (training->resume_from != nullptr) {
    if (training->resume_bytes != sizeof memory) return EVTWIN_FAILED;
    std::memcpy(&memory, training->resume_from, sizeof memory);
  } else if (training->policy_from != nullptr) {
    const std::string text(static_cast<const char*>(training->policy_from), training->policy_bytes);
    if (std::sscanf(text.c_str(), "linear-policy/1 %la %la %la %la", &best[0], &best[1], &best[2], &best[3]) != 4) {
      training->report(training, EVTWIN_ERROR, "the policy to begin with is none of random-search's");
      return EVTWIN_FAILED;
    }
  }
  while (lived < training->episodes) {
    Weights tried = best;
    if (lived > 0)
      for (double& w : tried) w += step * dice.roll();
    const double objective = trial.live(tried);
    if (std::isnan(objective)) return fail();
    lived += trial.agents();
    if (objective < best_objective) {
      best = tried;
      best_objective = objective;
      const std::string policy = written(best);
      if (training->keep(training, policy.data(), policy.size()) != EVTWIN_OK) return EVTWIN_FAILED;
    }
    const evtwin_learner_scalar scalars[] = {
        {"policy.w0", "", best[0]},
        {"trial.objective", "money", objective},
        {"trial.unknown", "", std::nan("")},
    };
    const evtwin_learner_progress now{sizeof now, 3, lived, objective, best_objective, lived * 2, scalars};
    if (training->tell(training, &now) != 0) break;
    if (training->checkpoint != nullptr && lived % 64 == 0) training->checkpoint(training, &memory, sizeof memory);
    if (dies_after > 0 && lived >= dies_after) std::raise(SIGKILL);
    if (fails_after > 0 && lived >= fails_after) {
      training->report(training, EVTWIN_ERROR, "the loss is not finite");
      return EVTWIN_FAILED;
    }
  }
  return EVTWIN_OK;
}

const evtwin_param_info params[] = {
    {"worlds", "", "episodes that a policy is tried on", EVTWIN_PARAM_INT, 0, nullptr, 1, 10000, 8, nullptr},
    {"step", "", "most that a weight is moved at once", EVTWIN_PARAM_REAL, 0, nullptr, 0, 100, 1.0, nullptr},
    {"dies_after", "", "episodes after which it kills its process; 0: never", EVTWIN_PARAM_INT, 0, nullptr, 0, 1e9, 0,
     nullptr},
    {"fails_after", "", "episodes after which its loss is no number; 0: never", EVTWIN_PARAM_INT, 0, nullptr, 0, 1e9, 0,
     nullptr},
};
const evtwin_info description{sizeof(evtwin_info),
                              0,
                              "random-search",
                              "Random search",
                              "1",
                              "moves the weights of a linear policy at random and keeps what is better",
                              params,
                              4,
                              0};

}  // namespace

extern "C" {
const evtwin_learner_entry evtwin_learners = {
    sizeof(evtwin_learner_entry),
    EVTWIN_LEARNER_ABI_MAJOR,
    EVTWIN_LEARNER_ABI_MINOR,
    1,
    EVTWIN_LEARNER_ABI_DIGESTS,
    [](uint32_t) -> const evtwin_info* { return &description; },
    learn,
};
}
