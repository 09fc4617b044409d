// Proximal policy optimisation (Schulman et al. 2017) over worlds that never end: days are truncated and bootstrapped.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "trainer.hpp"

namespace evtwin::rl {

namespace {

/// Life of one agent in a rollout.
struct Diary {
  std::vector<Sight> sights;  ///< [rollout + 1] raw; the last is what comes after
  std::vector<Answer> answers;
  std::vector<Step> steps;
  std::vector<Sight> last;               ///< [rollout] raw, where a run was cut
  std::vector<std::uint8_t> drew_raise;  ///< [rollout]
};

class Ppo {
 public:
  Ppo(Trainer& trainer, const PpoOptions& options, std::uint32_t rollout)
      : trainer_(trainer),
        training_(trainer.training()),
        options_(options),
        shape_(trainer.options().shape),
        rollout_(rollout),
        restart_every_(std::max(1U, trainer.options().run_rollouts)),
        brain_(shape_, trainer.network_sizes(), training_.seed),
        scales_(trainer.network_sizes()),
        worlds_(training_, spec_of(trainer)) {
    trainer_.name_parts(worlds_.parts());
    diaries_.resize(worlds_.agent_count());
    for (Diary& diary : diaries_) {
      diary.sights.resize(rollout_ + 1);
      diary.answers.resize(rollout_);
      diary.steps.resize(rollout_);
      diary.last.resize(rollout_);
      diary.drew_raise.resize(rollout_);
    }
    returns_.resize(worlds_.agent_count());
    held_.resize(worlds_.agent_count());
    hold_ns_ = static_cast<std::int64_t>(trainer.options().hold_h * 3.6e12);
    dice_.resize(worlds_.agent_count());
  }

  void learn() {
    begin();
    while (episodes_ < training_.episodes) {
      live();
      const PpoReport report = improve();
      if (!report.finite) {
        trainer_.report_text(
            EVTWIN_ERROR,
            fmt::format("the loss is no number after {} episodes; the last good policy stands", episodes_));
        throw TrainingError("the loss is no number");
      }

      const Worlds::Ended ended = worlds_.take_ended();
      episodes_ += ended.n;
      const evtwin_learner_scalar scalars[] = {
          {"policy.loss", "", report.policy_loss}, {"value.loss", "", report.value_loss},
          {"policy.entropy", "", report.entropy},  {"policy.kl", "", report.kl},
          {"policy.clipped", "", report.clipped},  {"value.explained", "", report.explained},
          {"gradient.norm", "", report.grad_norm}, {"policy.first_ratio_off", "", report.first_ratio_off},
          {"learning_rate", "", learning_rate()},  {"reward.scale", "", reward_scale()}};
      bool stop = trainer_.tell_progress(episodes_, steps_, ended, scalars);

      ++iteration_;
      if (iteration_ % restart_every_ == 0) start_worlds();
      if (trainer_.is_validation_due(episodes_) || episodes_ >= training_.episodes || stop) {
        trainer_.validate_policy(trainer_.make_policy(brain_.copy_weights(), scales_, "mode"));
        stop = trainer_.tell_progress(episodes_, steps_, {}, {}) || stop;
        // A checkpoint holds no worlds: they begin anew here as in a training that goes on from it.
        if (episodes_ < training_.episodes) renew();
      }
      if (stop) return;
    }
  }

 private:
  static WorldsSpec spec_of(const Trainer& trainer) {
    const TrainerOptions& o = trainer.options();
    return {o.worlds,  trainer.training().seed, false, o.episode_days, o.shape, o.ahead, o.reward,
            o.shaping, o.discount_per_h};
  }

  /// From nothing, from a policy, or from where a training was broken off.
  void begin() {
    if (training_.resume_from != nullptr) {
      const policy::PolicyFile state =
          policy::read_policy({static_cast<const char*>(training_.resume_from), training_.resume_bytes});
      if (state.head.value("kind", "") != "ppo checkpoint") throw TrainingError("that is no checkpoint of ppo");
      brain_.set_weights(state);
      brain_.set_moments(state);

      const auto& own = state.head.at("own");
      trainer_.set_state(own, lived());
      iteration_ = own.at("iteration");
    } else if (const auto from = policy_to_begin_with(training_)) {
      check_same(*from);
      brain_.set_weights(*from);
      set_scales(*from);
    }
    start_worlds();
    // A training that goes on was validated before.
    if (training_.resume_from == nullptr) {
      look_around();
      trainer_.validate_policy(trainer_.make_policy(brain_.copy_weights(), scales_, "mode"));
    }
  }

  void check_same(const policy::PolicyFile& from) const {
    const policy::PolicyFile own = trainer_.make_policy({}, scales_, "mode");
    for (const char* key : {"shape", "ahead", "hidden"}) {
      if (from.head.value(key, nlohmann::json()) != own.head.value(key, nlohmann::json()))
        throw TrainingError(fmt::format("the policy to begin with has {} {}, this training {}", key,
                                        from.head.value(key, nlohmann::json()).dump(), own.head[key].dump()));
    }
    trainer_.require_own_features(Policy(from));
  }

  /// Statistics of a policy count as what a few rollouts have seen: a new site may move them.
  void set_scales(const policy::PolicyFile& from) {
    const auto set = [&](Running& scale, const char* name, std::size_t n) {
      const auto count = static_cast<std::uint32_t>(n);
      const auto& mean = from.find_array(std::string(name) + ".mean", {count}).values;
      const auto& sd = from.find_array(std::string(name) + ".sd", {count}).values;
      const double seen = 4.0 * rollout_ * worlds_.agent_count();
      std::vector<double> state{seen};
      state.insert(state.end(), mean.begin(), mean.end());
      for (const float s : sd) state.push_back(static_cast<double>(s) * static_cast<double>(s) * seen);
      scale.set_state(state);
    };
    set(scales_.site, "site", trainer_.network_sizes().site);
    if (shape_ == Shape::evse) set(scales_.evse, "evse", trainer_.network_sizes().evse);
  }

  /// Worlds begin anew here and wherever a checkpoint is, drawn by what has been lived: a training that goes on from a
  /// checkpoint lives what it would have lived.
  void start_worlds() {
    Dice seeds(training_.seed * 0x9e3779b97f4a7c15U + iteration_);
    worlds_.begin(seeds.next_bits());
    for (Dice& dice : dice_) dice = Dice(seeds.next_bits());
    order_ = Dice(seeds.next_bits());
    std::fill(returns_.begin(), returns_.end(), 0.0);
    std::fill(held_.begin(), held_.end(), Held{});
    for (std::uint32_t a = 0; a < worlds_.agent_count(); ++a) worlds_.look_at(a, diaries_[a].sights[rollout_]);
  }

  Lived lived() { return {scales_, return_scale_, episodes_, steps_}; }

  void renew() {
    policy::PolicyFile state;
    state.arrays = brain_.copy_weights();
    for (policy::Array& array : brain_.copy_moments()) state.arrays.push_back(std::move(array));
    state.head = {{"kind", "ppo checkpoint"}, {"own", trainer_.state_of(lived())}};
    state.head["own"]["iteration"] = iteration_;
    trainer_.write_checkpoint(state);
    start_worlds();
  }

  /// A first look, so that scales are known before anything is learnt from them.
  void look_around() {
    live();
    for (const Diary& diary : diaries_) {
      for (std::uint32_t t = 0; t < rollout_; ++t) scales_.take_sight(diary.sights[t], shape_);
    }
    worlds_.take_ended();
    steps_ = 0;
    start_worlds();
  }

  double share_lived() const {
    return std::min(1.0, static_cast<double>(episodes_) / static_cast<double>(training_.episodes));
  }
  double learning_rate() const { return options_.learning_rate * std::max(0.02, 1.0 - share_lived()); }
  double reward_scale() const { return return_scale_.sd_of(0, 1e-9); }

  /// A rollout: every world lives so many decisions under the policy as it is.
  void live() {
    const std::uint32_t threads = std::min(std::max(1U, training_.threads), trainer_.options().worlds);
    const std::string policy = policy::policy_bytes(trainer_.make_policy(brain_.copy_weights(), scales_, "mode"));
    std::vector<std::thread> helpers;
    std::vector<std::string> faults(threads);
    const auto part = [&](std::uint32_t k) {
      const std::uint32_t n = trainer_.options().worlds, from = n * k / threads, to = n * (k + 1) / threads;
      try {
        live_range(from, to - from, Policy(policy::read_policy(policy)));
      } catch (const std::exception& error) {
        faults[k] = error.what();
      }
    };
    for (std::uint32_t k = 1; k < threads; ++k) helpers.emplace_back(part, k);
    part(0);
    for (std::thread& helper : helpers) helper.join();
    for (const std::string& fault : faults) {
      if (!fault.empty()) throw TrainingError(fault);
    }
    steps_ += std::uint64_t{rollout_} * worlds_.agent_count();
  }

  void live_range(std::uint32_t first_world, std::uint32_t count, const Policy& policy) {
    const std::uint32_t first = first_world * worlds_.per_world(), end = first + count * worlds_.per_world();
    std::vector<Step> steps(worlds_.agent_count());
    std::vector<Sight> last(worlds_.agent_count());
    std::vector<float> outputs;
    Sight seen;
    for (std::uint32_t a = first; a < end; ++a) std::swap(diaries_[a].sights[0], diaries_[a].sights[rollout_]);
    for (std::uint32_t t = 0; t < rollout_; ++t) {
      for (std::uint32_t a = first; a < end; ++a) {
        Diary& diary = diaries_[a];
        seen = diary.sights[t];
        policy.normalise_sight(seen);
        float common[common_outputs];
        policy.rate_outputs(seen, outputs, common);

        Answer& answer = diary.answers[t];
        const auto draw = [&](const float* two) {
          return static_cast<float>(Beta::from_outputs(two).draw_value(dice_[a]));
        };
        answer.evses.resize(shape_ == Shape::evse ? seen.who.size() : 0);
        for (std::size_t i = 0; i < answer.evses.size(); ++i)
          answer.evses[i] = draw(outputs.data() + i * rate_outputs_each);
        for (std::size_t c = 0; c < n_common; ++c) answer.common[c] = draw(common + 2 * c);
        // A target is drawn now and then and holds meanwhile: a peak is the highest of what was tried, and chance at
        // every decision would make it by itself.
        Held& held = held_[a];
        const std::int64_t now_ns = worlds_.now_ns(a);
        diary.drew_raise[t] = now_ns >= held.until_ns || held.until_ns - now_ns > hold_ns_ ? 1 : 0;
        if (diary.drew_raise[t] != 0) {
          held = {answer.common[raise], now_ns + hold_ns_};
        } else {
          answer.common[raise] = held.raise;
        }
        worlds_.act_for(a, diary.sights[t], answer);
      }

      worlds_.step_worlds(first_world, count, steps, last);
      for (std::uint32_t a = first; a < end; ++a) {
        Diary& diary = diaries_[a];
        diary.steps[t] = steps[a];
        if (steps[a].cut) diary.last[t] = last[a];
        worlds_.look_at(a, diary.sights[t + 1]);
      }
    }
  }

  /// Rows that were answered, and the states whose values count: behind each cut, and behind the rollout.
  void fill_rows() {
    rows_.clear();
    after_.clear();
    Sight seen;
    for (Diary& diary : diaries_) {
      for (std::uint32_t t = 0; t < rollout_; ++t) {
        seen = diary.sights[t];
        scales_.normalise_sight(seen, shape_);
        rows_.add_row(seen, shape_, &diary.answers[t]);
        if (diary.drew_raise[t] == 0) rows_.common_counts[rows_.common_counts.size() - n_common + raise] = 0.0F;
      }
    }

    for (Diary& diary : diaries_) {
      for (std::uint32_t t = 0; t <= rollout_; ++t) {
        const bool is_cut = t < rollout_ && diary.steps[t].cut;
        if (t < rollout_ && !is_cut) continue;
        seen = is_cut ? diary.last[t] : diary.sights[rollout_];
        scales_.normalise_sight(seen, shape_);
        after_.add_row(seen, shape_, nullptr);
      }
    }
  }

  /// Returns move the scale that rewards are divided by.
  void take_returns() {
    for (std::size_t a = 0; a < diaries_.size(); ++a) {
      for (const Step& step : diaries_[a].steps) {
        returns_[a] = step.reward + step.discount * returns_[a];
        const auto value = static_cast<float>(returns_[a]);
        return_scale_.take_rows(&value, 1);
        if (step.cut) returns_[a] = 0.0;
      }
    }
  }

  /// Advantage and worth of each row, agent by agent, from the values of rows and of what came after them.
  void weigh_rows() {
    const std::size_t n = rows_.n;
    const double scale = 1.0 / reward_scale();
    advantage_.resize(n);
    worth_.resize(n);

    std::size_t after = 0;
    std::vector<double> reward(rollout_), discount(rollout_);
    std::vector<float> value_after(rollout_);
    std::vector<std::uint8_t> terminated(rollout_), cut(rollout_);
    for (std::size_t a = 0; a < diaries_.size(); ++a) {
      const std::size_t from = a * rollout_;
      for (std::uint32_t t = 0; t < rollout_; ++t) {
        const Step& step = diaries_[a].steps[t];
        reward[t] = std::clamp(step.reward * scale, -20.0, 20.0);
        discount[t] = step.discount;
        terminated[t] = step.terminated ? 1 : 0;
        cut[t] = step.cut ? 1 : 0;
        value_after[t] = step.cut || t + 1 == rollout_ ? values_after_[after] : values_[from + t + 1];
        if (step.cut) ++after;
      }
      ++after;  // what came after the rollout

      const std::span<const float> value = std::span(values_).subspan(from, rollout_);
      const std::span<float> advantage = std::span(advantage_).subspan(from, rollout_);
      estimate_advantages({reward, discount, value, value_after, terminated, cut}, options_.lambda, advantage);
      for (std::uint32_t t = 0; t < rollout_; ++t) worth_[from + t] = advantage[t] + value[t];
    }
  }

  PpoReport improve() {
    // Scales of rewards and of what is seen move with what was lived; what was answered was answered with the old ones.
    fill_rows();
    take_returns();
    brain_.predict_values(rows_, values_);
    brain_.predict_values(after_, values_after_);
    brain_.log_probs(rows_, log_probs_);
    weigh_rows();

    for (const Diary& diary : diaries_) {
      for (std::uint32_t t = 0; t < rollout_; ++t) scales_.take_sight(diary.sights[t], shape_);
    }

    PpoOptions now = options_;
    now.learning_rate = learning_rate();
    return brain_.update_weights(rows_, log_probs_, advantage_, worth_, now, order_);
  }

  Trainer& trainer_;
  const evtwin_training& training_;
  PpoOptions options_;
  Shape shape_;
  std::uint32_t rollout_, restart_every_;
  PpoBrain brain_;
  Scales scales_;
  Running return_scale_{1};
  Worlds worlds_;
  std::vector<Diary> diaries_;
  std::vector<double> returns_;
  struct Held {
    float raise = 0.0F;
    std::int64_t until_ns = 0;
  };
  std::vector<Held> held_;
  std::int64_t hold_ns_ = 0;
  std::vector<Dice> dice_;
  Dice order_;
  std::uint64_t episodes_ = 0, steps_ = 0, iteration_ = 0;
  Rows rows_, after_;
  std::vector<float> values_, values_after_, log_probs_, advantage_, worth_;
};

}  // namespace

void learn_ppo(const evtwin_training& training, const TrainerOptions& options, const PpoOptions& ppo,
               std::uint32_t rollout) {
  Trainer trainer(training, options, "ppo");
  Ppo(trainer, ppo, rollout).learn();
}

}  // namespace evtwin::rl
