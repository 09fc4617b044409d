// Deep Q learning (Mnih et al. 2015) of gates, with double targets (van Hasselt et al. 2016) and a Q that is a sum over
// EVSEs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "trainer.hpp"

namespace evtwin::rl {

namespace {

/// A sight, the answer to it and what came of it; sights are raw.
struct Memory {
  Sight now, next;
  Answer answer;
  float reward = 0.0F, discount = 0.0F;
};

class Dqn {
 public:
  Dqn(Trainer& trainer, const DqnPlan& plan, const policy::PolicyFile* rate)
      : trainer_(trainer),
        training_(trainer.training()),
        plan_(plan),
        brain_(trainer.network_sizes(), training_.seed),
        scales_(trainer.network_sizes()),
        worlds_(training_, spec_of(trainer)) {
    if (rate != nullptr) {
      rate_file_ = *rate;
      rate_.emplace(*rate);
    }
    trainer_.name_parts(worlds_.parts());
    const std::uint32_t n = worlds_.agent_count();
    sights_.resize(n);
    gates_.resize(n);
    last_.resize(n);
    steps_of_.resize(n);
    returns_.resize(n);
  }

  void learn() {
    begin();
    double loss_sum = 0.0, loss_n = 0.0;
    std::uint64_t told = steps_;
    while (episodes_ < training_.episodes) {
      live();

      // Updates keep pace with steps once enough was seen.
      while (learnt_from_ + plan_.train_every <= steps_ && filled_ >= plan_.learning_starts) {
        learnt_from_ += plan_.train_every;
        const double loss = improve();
        if (std::isnan(loss)) {
          trainer_.report_text(
              EVTWIN_ERROR,
              fmt::format("the loss is no number after {} episodes; the last good policy stands", episodes_));
          throw TrainingError("the loss is no number");
        }

        loss_sum += loss;
        loss_n += 1.0;
        if (++updates_ % plan_.target_every == 0) brain_.renew_target();
      }

      // No updates are owed for the time before.
      if (filled_ < plan_.learning_starts) learnt_from_ = steps_;

      if (steps_ - told < 4096 && episodes_ < training_.episodes) {
        episodes_so_far();
        if (!trainer_.is_validation_due(episodes_) && episodes_ < training_.episodes) continue;
      }

      told = steps_;
      episodes_so_far();
      const evtwin_learner_scalar scalars[] = {{"q.loss", "", loss_n > 0.0 ? loss_sum / loss_n : std::nan("")},
                                               {"explore", "", explore()},
                                               {"memories", "", static_cast<double>(filled_)},
                                               {"reward.scale", "", return_scale_.sd_of(0, 1e-9)}};
      bool stop = trainer_.tell_progress(episodes_, steps_, ended_, scalars);
      ended_ = {};
      loss_sum = loss_n = 0.0;

      if (trainer_.is_validation_due(episodes_) || episodes_ >= training_.episodes || stop) {
        trainer_.validate_policy(policy());
        stop = trainer_.tell_progress(episodes_, steps_, {}, {}) || stop;
        if (episodes_ < training_.episodes && episodes_ >= checkpointed_ + checkpoint_days * worlds_.agent_count())
          renew();
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

  policy::PolicyFile policy() const {
    if (!rate_) return trainer_.make_policy(brain_.copy_weights(), scales_, "mode");
    // Rates and gates look through the same scales: those of the rates, which stay as they are.
    policy::PolicyFile file = trainer_.make_policy({}, scales_, rate_file_.head.value("act", "mode"));
    file.arrays = brain_.copy_weights();
    file.arrays.insert(file.arrays.end(), rate_file_.arrays.begin(), rate_file_.arrays.end());
    return file;
  }

  void begin() {
    memories_.reserve(plan_.buffer);
    if (training_.resume_from != nullptr) {
      set_state(policy::read_policy({static_cast<const char*>(training_.resume_from), training_.resume_bytes}));
    } else if (const auto from = policy_to_begin_with(training_)) {
      trainer_.require_own_features(Policy(*from));
      brain_.set_weights(*from);
    }
    start_worlds();
  }

  /// Worlds begin anew here and wherever a checkpoint is, drawn by what has been lived, as those of PPO do.
  void start_worlds() {
    Dice seeds(training_.seed * 0x9e3779b97f4a7c15U + 1 + steps_);
    worlds_.begin(seeds.next_bits());
    dice_ = Dice(seeds.next_bits());
    std::fill(returns_.begin(), returns_.end(), 0.0);
    playing_.reset();
    for (std::uint32_t a = 0; a < worlds_.agent_count(); ++a) worlds_.look_at(a, sights_[a]);
  }

  // ---- Checkpoints: weights, moments, the target, statistics, and all that is remembered

  Lived lived() { return {scales_, return_scale_, episodes_, steps_}; }

  void renew() {
    checkpointed_ = episodes_;
    if (training_.checkpoint != nullptr) {
      policy::PolicyFile state;
      state.arrays = brain_.copy_weights();
      for (policy::Array& array : brain_.copy_moments()) state.arrays.push_back(std::move(array));
      add_memories(state.arrays);
      state.head = {{"kind", checkpoint_kind()}, {"own", trainer_.state_of(lived())}};
      state.head["own"].update(
          {{"filled", filled_}, {"updates", updates_}, {"learnt_from", learnt_from_}, {"memories", memories_.size()}});
      trainer_.write_checkpoint(state);
    }
    start_worlds();
  }

  const char* checkpoint_kind() const { return rate_ ? "ppo-dqn checkpoint" : "dqn checkpoint"; }

  void set_state(const policy::PolicyFile& state) {
    if (state.head.value("kind", "") != checkpoint_kind())
      throw TrainingError(fmt::format("that is no checkpoint of {}", rate_ ? "ppo-dqn" : "dqn"));
    brain_.set_weights(state);
    brain_.set_moments(state);

    const auto& own = state.head.at("own");
    trainer_.set_state(own, lived());
    checkpointed_ = episodes_;
    filled_ = own.at("filled");
    updates_ = own.at("updates");
    learnt_from_ = own.at("learnt_from");
    take_memories(state, own.at("memories"));
  }

  /// Numbers of all memories, one after the other; `who` and counts are far below 2^24, where floats are whole numbers.
  void add_memories(std::vector<policy::Array>& arrays) const {
    policy::Array sizes{"memory.sizes", {}, {}}, who{"memory.who", {}, {}}, seen{"memory.seen", {}, {}},
        answers{"memory.answers", {}, {}}, came{"memory.came", {}, {}};
    for (const Memory& memory : memories_) {
      for (const Sight* sight : {&memory.now, &memory.next}) {
        sizes.values.push_back(static_cast<float>(sight->who.size()));
        sizes.values.push_back(sight->storages ? 1.0F : 0.0F);
        for (const std::uint32_t row : sight->who) who.values.push_back(static_cast<float>(row));
        seen.values.insert(seen.values.end(), sight->site.begin(), sight->site.end());
        seen.values.insert(seen.values.end(), sight->evses.begin(), sight->evses.end());
      }
      answers.values.insert(answers.values.end(), memory.answer.common.begin(), memory.answer.common.end());
      answers.values.insert(answers.values.end(), memory.answer.evses.begin(), memory.answer.evses.end());
      came.values.push_back(memory.reward);
      came.values.push_back(memory.discount);
    }
    for (policy::Array* array : {&sizes, &who, &seen, &answers, &came}) {
      if (array->values.empty()) array->values.push_back(0.0F);
      array->shape = {static_cast<std::uint32_t>(array->values.size())};
      arrays.push_back(std::move(*array));
    }
  }

  void take_memories(const policy::PolicyFile& state, std::size_t n) {
    const auto all = [&](const char* name) -> const std::vector<float>& {
      for (const policy::Array& array : state.arrays)
        if (array.name == name) return array.values;
      throw TrainingError(fmt::format("the checkpoint has no {}", name));
    };
    struct Reader {
      const std::vector<float>& from;
      std::size_t at = 0;
      void read(float* to, std::size_t count) {
        if (count > from.size() - at) throw TrainingError("the checkpoint is cut short");
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), count, to);
        at += count;
      }
    };
    Reader sizes{all("memory.sizes")}, who{all("memory.who")}, seen{all("memory.seen")}, answers{all("memory.answers")},
        came{all("memory.came")};
    const Sizes of_network = trainer_.network_sizes();
    std::vector<float> rows;
    for (std::size_t k = 0; k < n; ++k) {
      Memory memory;
      for (Sight* sight : {&memory.now, &memory.next}) {
        float two[2];
        sizes.read(two, 2);
        const auto count = static_cast<std::size_t>(two[0]);
        sight->storages = two[1] != 0.0F;
        rows.resize(count);
        who.read(rows.data(), count);
        for (const float row : rows) sight->who.push_back(static_cast<std::uint32_t>(row));
        sight->site.resize(of_network.site);
        seen.read(sight->site.data(), of_network.site);
        sight->evses.resize(count * of_network.evse);
        seen.read(sight->evses.data(), sight->evses.size());
      }
      answers.read(memory.answer.common.data(), n_common);
      memory.answer.evses.resize(memory.now.who.size());
      answers.read(memory.answer.evses.data(), memory.answer.evses.size());
      came.read(&memory.reward, 1);
      came.read(&memory.discount, 1);
      memories_.push_back(std::move(memory));
    }
  }

  void episodes_so_far() {
    const Worlds::Ended ended = worlds_.take_ended();
    episodes_ += ended.n;
    ended_.add(ended);
  }

  double explore() const {
    const double lived = static_cast<double>(episodes_) / static_cast<double>(training_.episodes);
    const double share = std::min(1.0, lived / plan_.explore_share);
    return plan_.explore_from + (plan_.explore_to - plan_.explore_from) * share;
  }

  void normalise(Sight& sight) const {
    if (rate_) {
      rate_->normalise_sight(sight);
    } else {
      scales_.normalise_sight(sight, Shape::evse);
    }
  }

  /// Worlds are moved by the network as it was a few updates ago: reading weights costs more than an update.
  void renew_playing() {
    if (playing_ && updates_ < played_until_ + refresh_every) return;
    playing_.emplace(policy());
    played_until_ = updates_;
  }

  /// Gates of the EVSEs, then the storages: the best by Q, or with the chance `explore_now` any.
  /// @param outputs  room for the network's
  void choose(const Sight& seen, double explore_now, std::vector<float>& outputs, Answer& gates) {
    float storage[gate_storage_outputs];
    playing_->gate_outputs(seen, outputs, storage);

    gates.evses.resize(seen.who.size());
    for (std::size_t i = 0; i < seen.who.size(); ++i) {
      const float* const q = outputs.data() + i * gate_outputs_each;
      const bool on = dice_.uniform() < explore_now ? dice_.uniform() < 0.5 : q[1] > q[0];
      gates.evses[i] = on ? 1.0F : 0.0F;
    }

    const auto best = std::max_element(storage, storage + gate_storage_outputs) - storage;
    const auto chosen = dice_.uniform() < explore_now ? static_cast<std::ptrdiff_t>(dice_.next_bits() % 3) : best;
    set_storages(static_cast<std::size_t>(chosen), gates);
  }

  /// Behind rates a gate only switches: powers and storages are the rates' to say.
  /// @param rates  room for the network's
  void set_rates(const Sight& seen, std::vector<float>& rates, Answer& act) const {
    float common[common_outputs];
    rate_->rate_outputs(seen, rates, common);
    for (std::size_t i = 0; i < act.evses.size(); ++i)
      act.evses[i] *= static_cast<float>(rate_->rate_of(rates.data() + i * rate_outputs_each));
    for (std::size_t c = 0; c < n_common; ++c) act.common[c] = static_cast<float>(rate_->rate_of(common + 2 * c));
  }

  /// Keeps what came of an agent's answer; the oldest memory gives way to it.
  void remember(std::uint32_t a) {
    const Step& step = steps_of_[a];
    Memory memory;
    memory.now = sights_[a];
    memory.answer = gates_[a];
    worlds_.look_at(a, sights_[a]);
    memory.next = step.cut ? last_[a] : sights_[a];
    memory.reward = static_cast<float>(step.reward);
    // Nothing follows an end; a run that is only cut goes on in value.
    memory.discount = step.terminated ? 0.0F : static_cast<float>(step.discount);
    if (!rate_) scales_.take_sight(memory.now, Shape::evse);

    returns_[a] = step.reward + step.discount * returns_[a];
    const auto value = static_cast<float>(returns_[a]);
    return_scale_.take_rows(&value, 1);
    if (step.cut) returns_[a] = 0.0;

    if (memories_.size() < plan_.buffer) {
      memories_.push_back(std::move(memory));
    } else {
      memories_[filled_ % plan_.buffer] = std::move(memory);
    }
    ++filled_;
  }

  /// One step of every world.
  void live() {
    const double explore_now = explore();
    const std::uint32_t n = worlds_.agent_count();
    renew_playing();

    std::vector<float> outputs, rates;
    for (std::uint32_t a = 0; a < n; ++a) {
      Sight seen = sights_[a];
      normalise(seen);
      choose(seen, explore_now, outputs, gates_[a]);
      Answer act = gates_[a];
      if (rate_) set_rates(seen, rates, act);
      worlds_.act_for(a, sights_[a], act);
    }

    worlds_.step_worlds(0, trainer_.options().worlds, steps_of_, last_);
    for (std::uint32_t a = 0; a < n; ++a) remember(a);
    steps_ += n;
  }

  double improve() {
    batch_.now.clear();
    batch_.next.clear();
    batch_.reward.clear();
    batch_.discount.clear();
    const auto scale = static_cast<float>(1.0 / return_scale_.sd_of(0, 1e-9));
    for (std::uint32_t k = 0; k < plan_.batch; ++k) {
      const Memory& memory = memories_[dice_.next_bits() % memories_.size()];
      Sight now = memory.now, next = memory.next;
      normalise(now);
      normalise(next);
      // Behind rates storages are not the gate's.
      if (rate_) now.storages = next.storages = false;
      batch_.now.add_row(now, Shape::evse, &memory.answer);
      Answer none;
      none.evses.resize(next.who.size());
      batch_.next.add_row(next, Shape::evse, &none);
      batch_.reward.push_back(std::clamp(memory.reward * scale, -20.0F, 20.0F));
      batch_.discount.push_back(memory.discount);
    }
    DqnOptions now = plan_.options;
    const double lived = static_cast<double>(episodes_) / static_cast<double>(training_.episodes);
    now.learning_rate *= std::max(0.05, 1.0 - lived);
    return brain_.update_weights(batch_, now);
  }

  Trainer& trainer_;
  const evtwin_training& training_;
  DqnPlan plan_;
  DqnBrain brain_;
  Scales scales_;
  Worlds worlds_;
  policy::PolicyFile rate_file_;
  std::optional<Policy> rate_;
  Running return_scale_{1};
  std::vector<Sight> sights_, last_;
  std::vector<Answer> gates_;
  std::vector<Step> steps_of_;
  std::vector<double> returns_;
  std::vector<Memory> memories_;
  Worlds::Ended ended_;
  Dice dice_;
  static constexpr std::uint64_t refresh_every = 16;
  std::optional<Policy> playing_;
  std::uint64_t played_until_ = 0;
  Transitions batch_;
  std::uint64_t episodes_ = 0, steps_ = 0, filled_ = 0, updates_ = 0, learnt_from_ = 0;
  /// Worlds begin anew at a checkpoint: so many days each are lived between two.
  static constexpr std::uint64_t checkpoint_days = 4;
  std::uint64_t checkpointed_ = 0;
};

}  // namespace

void learn_dqn(const evtwin_training& training, const TrainerOptions& options, const DqnPlan& plan,
               const policy::PolicyFile* rate) {
  Trainer trainer(training, options, rate == nullptr ? "dqn" : "ppo-dqn");
  Dqn(trainer, plan, rate).learn();
}

}  // namespace evtwin::rl
