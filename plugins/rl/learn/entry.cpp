// The learners as evtwin loads them: ppo, dqn, and both.
#include <evtwin/learner.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <evtwin/strategy.hpp>

#include "trainer.hpp"

namespace evtwin::rl {
namespace {

constexpr std::array shapes{"site", "evse"};
constexpr std::array aheads{"prices", "all"};
constexpr std::array keeps{"best", "last"};

#define EVTWIN_RL_COMMON                                                                                           \
  sdk::choice("ahead", aheads, "prices", "what is seen of forecasts: prices, or load, PV and arrivals as well"),   \
      sdk::integer("worlds", "", 1, 100000, 32, "worlds that are lived side by side"),                             \
      sdk::integer("validation_worlds", "", 1, 1000, 2, "whole runs of each scenario that a policy is judged by"), \
      sdk::integer("hidden", "", 4, 1024, 64, "units of a hidden layer"),                                          \
      sdk::choice("keep", keeps, "best", "policy that is kept: the best by the objective, or the last"),           \
      sdk::integer("episode_days", "d", 1, 366, 1, "days of an episode"),                                          \
      sdk::real("discount_per_h", "", 0.5, 1.0, 0.997, "what an hour later counts"),                               \
      sdk::real("shaping", "", 0.0, 1000.0, 1.0,                                                                   \
                "potential of a kWh requested and not got, in mean prices; it changes no optimum")

#define EVTWIN_RL_PPO                                                                                                \
  sdk::integer("rollout", "", 8, 100000, 128, "decisions of each world between two updates"),                        \
      sdk::integer("run_rollouts", "", 1, 1000000, 15, "rollouts that a run lasts at most: new months begin often"), \
      sdk::real("hold_h", "h", 0.0, 1000, 2, "what a peak is raised by is drawn anew so often, while learning"),     \
      sdk::real("lambda", "", 0.0, 1.0, 0.5,                                                                         \
                "of the advantage: 0 looks one decision ahead, 1 to the end of what was lived"),                     \
      sdk::integer("minibatch", "", 8, 1000000, 1024, "decisions of a gradient"),                                    \
      sdk::integer("epochs", "", 1, 100, 6, "times that a rollout is learnt from"),                                  \
      sdk::real("learning_rate", "", 1e-7, 1, 1e-3, "of Adam, falling to nothing"),                                  \
      sdk::real("entropy", "", 0, 10, 0.0, "bonus for chance"), sdk::real("clip", "", 0.01, 1, 0.2, "of ratios"),    \
      sdk::real("most_kl", "", 1e-5, 10, 0.03, "an update ends beyond 1.5 times this divergence")

#define EVTWIN_RL_DQN                                                                         \
  sdk::integer("buffer", "", 100, 10000000, 50000, "decisions that are remembered"),          \
      sdk::integer("batch", "", 2, 100000, 128, "decisions of a gradient, of DQN"),           \
      sdk::integer("train_every", "", 1, 100000, 8, "decisions between two gradients"),       \
      sdk::integer("target_every", "", 1, 1000000, 500, "gradients between two targets"),     \
      sdk::real("q_learning_rate", "", 1e-7, 1, 2e-3, "of Adam, falling to nothing, of DQN"), \
      sdk::real("explore_share", "", 0.001, 1, 0.4, "share of the training in which chance falls from 1 to 0.05")

constexpr std::array ppo_params{sdk::choice("shape", shapes, "site", "one power for all vehicles, or one of each EVSE"),
                                EVTWIN_RL_COMMON, EVTWIN_RL_PPO};
constexpr std::array dqn_params{EVTWIN_RL_COMMON, EVTWIN_RL_DQN};
constexpr std::array both_params{EVTWIN_RL_COMMON, EVTWIN_RL_PPO, EVTWIN_RL_DQN};

constexpr evtwin_info infos[] = {
    sdk::describe("ppo", "PPO", "1.0", "proximal policy optimisation: a rate for every EVSE, and storage power",
                  ppo_params, EVTWIN_STRATEGY_KEEP_LOADED),
    sdk::describe("dqn", "DQN", "1.0", "deep Q network: every EVSE on or off", dqn_params, EVTWIN_STRATEGY_KEEP_LOADED),
    sdk::describe("ppo-dqn", "PPO and DQN", "1.0",
                  "rates learnt by PPO in the first half, then gates learnt by DQN before them", both_params,
                  EVTWIN_STRATEGY_KEEP_LOADED),
};

/// Parameters by name, as the host checked them.
class Params {
 public:
  Params(const evtwin_param_value* values, std::uint32_t n) : values_(values, n) {}
  bool has(std::string_view id) const { return find(id) != nullptr; }
  double number(std::string_view id) const { return find(id) == nullptr ? 0.0 : find(id)->number; }
  std::uint32_t count(std::string_view id) const { return static_cast<std::uint32_t>(number(id)); }
  std::string text(std::string_view id) const {
    const evtwin_param_value* const found = find(id);
    return found == nullptr || found->text == nullptr ? std::string() : found->text;
  }

 private:
  const evtwin_param_value* find(std::string_view id) const {
    for (const evtwin_param_value& value : values_) {
      if (id == value.id) return &value;
    }
    return nullptr;
  }
  std::span<const evtwin_param_value> values_;
};

TrainerOptions trainer_options(const evtwin_training& training, const Params& params, Shape shape) {
  TrainerOptions o;
  o.shape = shape;
  o.ahead = params.text("ahead") == "all" ? Features::Ahead::all : Features::Ahead::prices;
  o.worlds = params.count("worlds");
  o.validation_worlds = params.count("validation_worlds");
  o.hidden = params.count("hidden");
  o.episode_days = params.count("episode_days");
  o.discount_per_h = params.number("discount_per_h");
  o.shaping = params.number("shaping");
  if (training.reward != nullptr) o.reward = training.reward;
  o.keep_last = params.text("keep") == "last";
  if (params.has("run_rollouts")) o.run_rollouts = params.count("run_rollouts");
  if (params.has("hold_h")) o.hold_h = params.number("hold_h");
  return o;
}

PpoOptions ppo_options(const Params& params) {
  PpoOptions o;
  o.learning_rate = params.number("learning_rate");
  o.clip = params.number("clip");
  o.lambda = params.number("lambda");
  o.entropy = params.number("entropy");
  o.most_kl = params.number("most_kl");
  o.epochs = params.count("epochs");
  o.minibatch = params.count("minibatch");
  return o;
}

DqnPlan dqn_plan(const Params& params) {
  DqnPlan plan;
  plan.buffer = params.count("buffer");
  plan.batch = params.count("batch");
  plan.train_every = params.count("train_every");
  plan.target_every = params.count("target_every");
  plan.options.learning_rate = params.number("q_learning_rate");
  plan.explore_share = params.number("explore_share");
  plan.learning_starts = std::min(plan.learning_starts, plan.buffer / 2);
  return plan;
}

/// Checkpoint of a training in two halves: which it is in, the policy that the first has kept, the state of its
/// learner.
struct HalvesState {
  int half = 1;
  std::string kept, state;
};

constexpr std::string_view halves_title = "evtwin-halves/1\n";

std::string halves_bytes(const HalvesState& now) {
  return fmt::format("{}{} {}\n", halves_title, now.half, now.kept.size()) + now.kept + now.state;
}

/// The host has checked the sum of it.
HalvesState read_halves(std::string_view bytes) {
  HalvesState read;
  std::size_t kept = 0;
  const std::size_t line = bytes.find('\n', halves_title.size());
  if (!bytes.starts_with(halves_title) || line == std::string_view::npos ||
      std::sscanf(std::string(bytes.substr(halves_title.size(), line)).c_str(), "%d %zu", &read.half, &kept) != 2 ||
      kept > bytes.size() - line - 1)
    throw TrainingError("that is no checkpoint of ppo-dqn");
  read.kept = bytes.substr(line + 1, kept);
  read.state = bytes.substr(line + 1 + kept);
  return read;
}

/// Half of a training: progress and checkpoints go to the whole; of the first its policies are kept for the second.
struct Half {
  const evtwin_training* whole = nullptr;
  HalvesState now{};

  evtwin_training part(std::uint64_t episodes) {
    evtwin_training training = *whole;
    training.episodes = episodes;
    training.context = this;
    training.resume_from = now.state.empty() ? nullptr : now.state.data();
    training.resume_bytes = now.state.size();
    training.tell = [](const evtwin_training* t, const evtwin_learner_progress* progress) {
      const Half& half = *static_cast<const Half*>(t->context);
      return half.whole->tell(half.whole, progress);
    };
    training.report = [](const evtwin_training* t, std::uint32_t severity, const char* text) {
      const Half& half = *static_cast<const Half*>(t->context);
      half.whole->report(half.whole, severity, text);
    };
    training.keep = [](const evtwin_training* t, const void* policy, std::uint64_t bytes) -> evtwin_status {
      Half& half = *static_cast<Half*>(t->context);
      if (half.now.half == 2) return half.whole->keep(half.whole, policy, bytes);
      half.now.kept.assign(static_cast<const char*>(policy), bytes);
      return EVTWIN_OK;
    };
    if (whole->checkpoint == nullptr) return training;
    training.checkpoint = [](const evtwin_training* t, const void* state, std::uint64_t bytes) -> evtwin_status {
      const Half& half = *static_cast<const Half*>(t->context);
      const std::string all = halves_bytes({half.now.half, half.now.kept, {static_cast<const char*>(state), bytes}});
      return half.whole->checkpoint(half.whole, all.data(), all.size());
    };
    return training;
  }
};

void learn_both(const evtwin_training& training, const Params& params) {
  if (training.policy_from != nullptr) throw TrainingError("ppo-dqn begins from nothing");
  const TrainerOptions options = trainer_options(training, params, Shape::evse);
  const std::uint64_t first_episodes = std::max<std::uint64_t>(1, training.episodes / 2);
  HalvesState from;
  if (training.resume_from != nullptr)
    from = read_halves({static_cast<const char*>(training.resume_from), training.resume_bytes});

  Half half{&training, std::move(from)};
  if (half.now.half == 1) {
    const evtwin_training first = half.part(first_episodes);
    learn_ppo(first, options, ppo_options(params), params.count("rollout"));
    half.now.half = 2;
    half.now.state.clear();
  }
  const policy::PolicyFile rate = policy::read_policy(half.now.kept);
  const evtwin_training second = half.part(std::max<std::uint64_t>(1, training.episodes - first_episodes));
  learn_dqn(second, options, dqn_plan(params), &rate);
}

evtwin_status learn(const evtwin_training* training, const char* id, const evtwin_param_value* values,
                    std::uint32_t n) noexcept {
  try {
    const Params params(values, n);
    const std::string_view who(id);
    if (who == "ppo") {
      const Shape shape = params.text("shape") == "evse" ? Shape::evse : Shape::site;
      learn_ppo(*training, trainer_options(*training, params, shape), ppo_options(params), params.count("rollout"));
    } else if (who == "dqn") {
      learn_dqn(*training, trainer_options(*training, params, Shape::evse), dqn_plan(params), nullptr);
    } else if (who == "ppo-dqn") {
      learn_both(*training, params);
    } else {
      return EVTWIN_UNSUPPORTED;
    }
    return EVTWIN_OK;
  } catch (const std::exception& error) {
    training->report(training, EVTWIN_ERROR, error.what());
    return EVTWIN_FAILED;
  }
}

}  // namespace
}  // namespace evtwin::rl

extern "C" {
const evtwin_learner_entry evtwin_learners = {
    sizeof(evtwin_learner_entry),
    EVTWIN_LEARNER_ABI_MAJOR,
    EVTWIN_LEARNER_ABI_MINOR,
    3,
    EVTWIN_LEARNER_ABI_DIGESTS,
    [](uint32_t index) -> const evtwin_info* { return &evtwin::rl::infos[index]; },
    evtwin::rl::learn,
};
}
