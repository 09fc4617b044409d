#include "worlds.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

namespace {

/// Nothing of a row is looked at: a policy has eyes of its own.
constexpr const char* least_observed = "site.connected";

/// The smallest fleet of these scenarios: one world, for what is to be known before the fleet that learns is made.
evtwin_fleet_spec smallest_fleet(const evtwin_training& training) {
  evtwin_fleet_spec wanted{};
  wanted.struct_size = sizeof wanted;
  wanted.n_worlds = 1;
  wanted.scenarios = training.scenarios;
  wanted.n_scenarios = training.n_scenarios;
  wanted.threads = 1;
  wanted.observe = least_observed;
  return wanted;
}

/// Whole runs for judging, days that follow one another for learning.
/// @param tick_ns  decides how many steps a day ahead has
/// @param one_site  sites that are not asked together are asked at ticks
void set_runs(const WorldsSpec& spec, std::int64_t tick_ns, bool one_site, evtwin_fleet_spec& wanted) {
  wanted.n_worlds = spec.worlds;
  wanted.seed = spec.seed;
  wanted.autoreset = spec.whole_runs ? EVTWIN_AUTORESET_DISABLED : EVTWIN_AUTORESET_NEXT_STEP;
  wanted.end = spec.whole_runs ? EVTWIN_END_TERMINATES : EVTWIN_END_TRUNCATES;
  wanted.episode_days = spec.whole_runs ? 0 : spec.episode_days;
  wanted.draw_start = spec.whole_runs ? 0 : 1;
  wanted.carry_over = spec.whole_runs ? 0 : 1;
  wanted.asked_at = one_site ? asked_at : EVTWIN_WHY_TICK;
  wanted.horizon_steps = Features::horizon_steps(tick_ns);
  wanted.horizon_reads = Features::horizon_reads(spec.ahead);
  if (spec.ahead == Features::Ahead::all) {
    wanted.levels = Features::levels;
    wanted.n_levels = 2;
  }
  wanted.reward = spec.reward.c_str();
}

}  // namespace

Worlds::Worlds(const evtwin_training& training, const WorldsSpec& spec)
    : fleet_(*training.fleet), spec_(spec), made_(nullptr, fleet_.destroy) {
  evtwin_fleet_spec wanted = smallest_fleet(training);
  make_fleet(wanted);
  const std::int64_t tick_ns = fleet_.shape_of(made_.get())->tick_ns;
  const bool one_site = fleet_.shape_of(made_.get())->n_sites == 1;

  set_runs(spec, tick_ns, one_site, wanted);
  make_fleet(wanted);
  bind_buffers();

  // Cost of a demand charge in rewards, whatever they are made of.
  std::uint32_t n_terms = 0;
  const evtwin_fleet_term* const terms = fleet_.terms(made_.get(), &n_terms);
  for (std::uint32_t t = 0; t < n_terms; ++t) {
    if (std::string_view(terms[t].id) == "demand_charge") demand_weight_ = -terms[t].weight;
  }
}

/// In the place of the one that there was.
void Worlds::make_fleet(const evtwin_fleet_spec& wanted) {
  made_.reset();
  evtwin_fleet* made = nullptr;
  require_ok(fleet_.create(&wanted, &made));
  made_.reset(made);
}

/// The fleet writes into these vectors from now on: none of them may be resized after this.
void Worlds::bind_buffers() {
  const evtwin_fleet_shape& shape = *fleet_.shape_of(made_.get());
  agents_ = shape.n_agents;
  observations_.resize(std::size_t{agents_} * shape.observation_size);
  for (auto* values : {&rewards_, &hours_}) values->resize(agents_);
  for (auto* values : {&terminated_, &truncated_, &asked_}) values->resize(agents_);
  std::uint32_t n_parts = 0;
  const evtwin_fleet_term* const parts = fleet_.parts(made_.get(), &n_parts);
  parts_ = {parts, n_parts};
  for (auto* values : {&part_values_, &part_sums_}) values->resize(std::size_t{agents_} * n_parts);
  failed_.resize(spec_.worlds);
  now_ns_.resize(agents_);
  episodes_.resize(agents_);
  potential_.resize(agents_);
  prepaid_.resize(agents_);
  ended_.resize(agents_);

  evtwin_fleet_buffers buffers{};
  buffers.struct_size = sizeof buffers;
  buffers.observations = observations_.data();
  buffers.rewards = rewards_.data();
  buffers.hours = hours_.data();
  buffers.terminated = terminated_.data();
  buffers.truncated = truncated_.data();
  buffers.asked = asked_.data();
  buffers.now_ns = now_ns_.data();
  buffers.episodes = episodes_.data();
  buffers.failed = failed_.data();
  buffers.parts = part_values_.data();
  require_ok(fleet_.bind(made_.get(), &buffers));
}

void Worlds::require_ok(evtwin_status status) const {
  if (status != EVTWIN_OK) throw TrainingError(fleet_.error());
}

void Worlds::begin(std::uint64_t seed) {
  std::vector<evtwin_fleet_start> starts;
  std::fill(part_sums_.begin(), part_sums_.end(), 0.0);
  Dice dice(seed);
  for (std::uint32_t w = 0; w < spec_.worlds; ++w) starts.push_back({dice.next_bits(), EVTWIN_FLEET_AS_DRAWN});
  require_ok(fleet_.reset(made_.get(), nullptr, starts.data()));
  for (std::uint32_t a = 0; a < agents_; ++a) {
    const evtwin_view* const view = fleet_.view(made_.get(), a);
    if (view == nullptr) throw TrainingError("a world did not begin");
    // At the start of a run nobody is plugged in: what is constant of a site is seen here.
    if (eyes_.size() == a) {
      eyes_.emplace_back(*view, spec_.shape, Features::of_site(spec_.ahead).size());
      hands_.push_back(std::make_unique<Hands>(*view, spec_.shape, eyes_.back().features().site_kw()));
    }
    potential_[a] = potential_of(*view);
    prepaid_[a] = prepaid_charge(*view);
  }
}

double Worlds::potential_of(const evtwin_view& view) const {
  if (spec_.shaping == 0.0) return 0.0;
  double mean = std::abs(view.buy_per_kwh);
  if (view.horizon_steps > 0) {
    mean = 0.0;
    for (std::uint32_t k = 0; k < view.horizon_steps; ++k) mean += std::abs(view.horizon_buy_per_kwh[k]);
    mean /= view.horizon_steps;
  }
  double kwh = 0.0;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) kwh += view.evse_remaining_kwh[view.connected_evse[c]];
  return -spec_.shaping * mean * kwh;
}

/// Part of the month's demand charge, booked where the peak rose, that is for the time to come. Rewards move it there:
/// a new peak costs at once what of the month has passed, and a rent from then on, which adds up to the same by the
/// month's end. A learner that looks some days ahead would else weigh a month's charge against some days of use.
double Worlds::prepaid_charge(const evtwin_view& view) {
  if (view.demand_price_per_kw <= 0.0 || view.demand_fraction <= 0.0) return 0.0;
  constexpr double month_h = 365.25 * 24.0 / 12.0;
  const double left_h = static_cast<double>(view.month_end_ns - view.now_ns) / 3.6e12;
  const double left = std::clamp(left_h / (month_h * view.demand_fraction), 0.0, 1.0);
  return view.demand_price_per_kw * view.demand_fraction * view.billed_peak_kw * left;
}

void Worlds::look_at(std::uint32_t agent, Sight& sight) const {
  const evtwin_view* const view = fleet_.view(made_.get(), agent);
  if (view == nullptr) throw TrainingError("a world has nothing to show");
  eyes_[agent].look_at(*view, sight);
}

void Worlds::act_for(std::uint32_t agent, const Sight& sight, const Answer& answer) {
  hands_[agent]->write_decision(*fleet_.view(made_.get(), agent), sight, answer, *fleet_.decision(made_.get(), agent));
}

void Worlds::add_episode(std::uint32_t agent) {
  const evtwin_fleet_episode& episode = episodes_[agent];
  Ended& sum = ended_[agent];
  ++sum.n;
  sum.objective += episode.objective;
  sum.got_kwh += episode.got_kwh;
  sum.wanted_kwh += episode.wanted_kwh;
  sum.reward += episode.reward;
  sum.clipped += static_cast<double>(episode.clipped);
  sum.corrected += static_cast<double>(episode.corrected);
  sum.parts.resize(parts_.size());
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    double& of_episode = part_sums_[agent * parts_.size() + p];
    sum.parts[p] += of_episode;
    of_episode = 0.0;
  }
}

void Worlds::Ended::add(const Ended& other) {
  n += other.n;
  objective += other.objective;
  got_kwh += other.got_kwh;
  wanted_kwh += other.wanted_kwh;
  reward += other.reward;
  clipped += other.clipped;
  corrected += other.corrected;
  parts.resize(std::max(parts.size(), other.parts.size()));
  for (std::size_t p = 0; p < other.parts.size(); ++p) parts[p] += other.parts[p];
}

void Worlds::step_worlds(std::uint32_t first_world, std::uint32_t count, std::span<Step> steps, std::span<Sight> last) {
  require_ok(fleet_.step_range(made_.get(), first_world, count));
  for (std::uint32_t w = first_world; w < first_world + count; ++w) {
    bool over = false;
    for (std::uint32_t a = w * per_world(); a < (w + 1) * per_world(); ++a) {
      const evtwin_view& view = *fleet_.view(made_.get(), a);
      Step& step = steps[a];
      const double after = potential_of(view);
      step.discount = std::pow(spec_.discount_per_h, static_cast<double>(hours_[a]));
      const double prepaid_after = prepaid_charge(view);
      // Potentials cancel along a run but for the first: shaping brings rewards forward.
      step.reward = static_cast<double>(rewards_[a]) + step.discount * after - potential_[a] +
                    demand_weight_ * (prepaid_after - prepaid_[a]);
      prepaid_[a] = prepaid_after;
      for (std::size_t p = 0; p < parts_.size(); ++p)
        part_sums_[a * parts_.size() + p] += part_values_[a * parts_.size() + p];
      step.terminated = terminated_[a] != 0;
      step.cut = false;
      potential_[a] = after;

      if (terminated_[a] == 0 && truncated_[a] == 0) continue;
      over = true;
      add_episode(a);
      eyes_[a].look_at(view, last[a]);
      step.cut = true;
    }

    if (!over) continue;
    const std::int64_t was_ns = now_ns_[w * per_world()];
    require_ok(fleet_.step_range(made_.get(), w, 1));  // what comes next begins; no action is read
    for (std::uint32_t a = w * per_world(); a < (w + 1) * per_world(); ++a) {
      potential_[a] = potential_of(*fleet_.view(made_.get(), a));
      prepaid_[a] = prepaid_charge(*fleet_.view(made_.get(), a));
      // A day's end within a run is no cut: the next one begins with what this one left.
      if (now_ns_[a] == was_ns && !steps[a].terminated) steps[a].cut = false;
    }
  }
}

double Worlds::live_whole(std::uint64_t seed, const Policy& policy) {
  begin(seed);
  Sight sight;
  Answer answer;
  std::vector<bool> over(spec_.worlds);
  double sum = 0.0;
  for (std::uint32_t left = spec_.worlds; left > 0;) {
    for (std::uint32_t w = 0; w < spec_.worlds; ++w) {
      if (over[w]) continue;
      for (std::uint32_t a = w * per_world(); a < (w + 1) * per_world(); ++a) {
        if (asked_[a] == 0) continue;
        look_at(a, sight);
        policy.answer_sight(sight, answer);
        act_for(a, sight, answer);
      }
      require_ok(fleet_.step_range(made_.get(), w, 1));
      if (terminated_[w * per_world()] == 0) continue;
      over[w] = true;
      --left;
      for (std::uint32_t a = w * per_world(); a < (w + 1) * per_world(); ++a) sum += episodes_[a].objective;
    }
  }
  return sum / agents_;
}

Worlds::Ended Worlds::take_ended() {
  Ended all;
  for (Ended& one : ended_) {
    all.add(one);
    one = {};
  }
  return all;
}

}  // namespace evtwin::rl
