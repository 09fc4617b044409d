#include "fleet/lived_world.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>

#include "kernel/random.hpp"

namespace evtwin::fleet {

namespace {

using kernel::TimeNs;

constexpr std::uint32_t seed_purpose = kernel::purpose_of("fleet.run_seed");
constexpr std::uint32_t start_purpose = kernel::purpose_of("fleet.run_start");
static_assert(seed_purpose != start_purpose, "two streams: purposes are digests of 32 bits");

/// The books since `before`, column by column.
evtwin_ledger since(const evtwin_ledger& now, const evtwin_ledger& before) {
  evtwin_ledger difference = now;
  constexpr std::size_t columns = (sizeof(evtwin_ledger) - 2 * sizeof(std::uint32_t)) / sizeof(double);
  static_assert(offsetof(evtwin_ledger, import_kwh) + columns * sizeof(double) == sizeof(evtwin_ledger),
                "doubles from import_kwh to the end");
  double* const to = &difference.import_kwh;
  const double* const from = &before.import_kwh;
  for (std::size_t c = 0; c < columns; ++c) to[c] -= from[c];
  return difference;
}

std::uint64_t corrected_of(const evtwin_view& view) {
  std::uint64_t count = 0;
  for (std::uint32_t c = 0; c < view.n_connected; ++c)
    count += view.evse_reason[view.connected_evse[c]] != EVTWIN_REASON_NONE ? 1U : 0U;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) count += view.storage_reason[s] != EVTWIN_REASON_NONE ? 1U : 0U;
  return count;
}

}  // namespace

LivedWorld::LivedWorld(const Plan& plan, std::uint64_t number, std::uint32_t first_agent)
    : plan_(plan),
      stage_(*plan.stages[number % plan.stages.size()]),
      world_(stage_.scenario.world),
      seed_(plan.seed),
      number_(number),
      first_agent_(first_agent),
      functions_(stage_.scenario),
      reward_(plan.rewards->make_function(stage_.scenario)) {
  twin::RunSetup setup;
  if (functions_.are_there()) setup.script = &functions_;
  run_.emplace(world_, setup);
  for (std::uint32_t s = 0; s < plan.n_sites; ++s) {
    run_->set_interest(s, {.who = "the agent",
                           .subscribes = plan.subscribes,
                           .horizon_steps = plan.horizon_steps,
                           .horizon_reads = plan.horizon_reads,
                           .levels = plan.levels});
    Agent& agent = agents_.emplace_back();
    agent.actions = std::make_unique<ActionReader>(plan.act, plan.n_evses, run_->view(s));
    for (const physics::Storage& storage : world_.sites[s].storages)
      agent.usable_storage_kwh += (storage.soc_max - storage.soc_min) * storage.capacity_kwh;
  }
}

bool LivedWorld::may_begin_at(TimeNs from_ns) const { return from_ns >= world_.start_ns && from_ns < world_.end_ns; }

// ---- Runs and episodes

void LivedWorld::begin_run(const evtwin_fleet_start* start) {
  run_seed_ = start != nullptr ? start->seed : kernel::draw_u64(seed_, number_, seed_purpose, episodes_);
  TimeNs from_ns = world_.start_ns;
  if (start != nullptr && start->from_ns != EVTWIN_FLEET_AS_DRAWN) {
    from_ns = start->from_ns;
  } else if (plan_.draw_start) {
    const std::uint64_t draw = kernel::draw_u64(run_seed_, number_, start_purpose, 0);
    from_ns = stage_.starts_ns[draw % stage_.starts_ns.size()];
  }
  run_end_ns_ = plan_.carry_over ? world_.end_ns : episode_end_ns(world_, from_ns, plan_.episode_days);

  // Where the end truncates, the run lives through that instant, so that its last observation is that of a decision
  // there: prices and arrivals of the instant included, nothing closed, nothing owed.
  const TimeNs to_ns = plan_.end == EVTWIN_END_TRUNCATES ? run_end_ns_ + 1 : run_end_ns_;
  if (functions_.are_there()) functions_.make_anew();
  closed_.reset();
  run_->begin({run_seed_, from_ns, to_ns});
  for (Agent& agent : agents_) {
    agent.decided_ns = from_ns;
    agent.asked = false;
    agent.seen = {};
    agent.potential_before_kw = agent.calendar_wear = agent.cyclic_wear = 0.0;
  }
  now_ns_ = run_from_ns_ = from_ns;
}

void LivedWorld::begin_episode(TimeNs now_ns) {
  episode_from_ns_ = now_ns;
  episode_end_ns_ = std::min(run_end_ns_, episode_end_ns(world_, now_ns, plan_.episode_days));
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    Agent& agent = agents_[s];
    agent.books_before = *run_->view(s).so_far;
    agent.reward = agent.got_kwh = agent.wanted_kwh = 0.0;
    agent.decisions = agent.departures = agent.turned_away = agent.clipped_sum = agent.corrected = 0;
  }
}

/// Up to the next question, or the end of the run, whose books it closes.
void LivedWorld::advance_to_decision() {
  const twin::Pause at = run_->advance_until();
  const bool over = at.kind == twin::Pause::Kind::end;
  now_ns_ = over ? run_end_ns_ : at.now_ns;
  for (Agent& agent : agents_) agent.asked = over;
  for (const std::uint32_t s : at.sites) agents_[s].asked = true;
  if (over) closed_ = run_->finish_run();
}

void LivedWorld::begin_next(const evtwin_fleet_start* start, const evtwin_fleet_buffers& to) {
  if (run_goes_on_ && start == nullptr) {
    begin_episode(now_ns_);
  } else {
    begin_run(start);
    begin_episode(now_ns_);
    advance_to_decision();
  }
  run_goes_on_ = false;
  phase_ = Phase::asked;
  if (to.failed != nullptr) to.failed[first_agent_ / agents_.size()] = 0;
  write_agents(to);
}

void LivedWorld::reset(const evtwin_fleet_start* start, const evtwin_fleet_buffers& to) {
  try {
    if (phase_ != Phase::ended) run_goes_on_ = false;
    if (given_seed_) {
      seed_ = *given_seed_;
      number_ = episodes_ = 0;
      run_goes_on_ = false;
      given_seed_.reset();
    } else if (phase_ == Phase::asked || phase_ == Phase::failed) {
      ++episodes_;  // the one given up has its number
    }
    write_nothing(to);
    begin_next(start, to);
  } catch (const std::exception& error) {
    keep_failure(error.what(), to);
  }
}

// ---- A step

void LivedWorld::step(const evtwin_fleet_buffers& with) {
  try {
    write_nothing(with);
    if (phase_ == Phase::failed) return;
    // Autoreset at the next step: this one begins the episode, and its actions are not read.
    if (phase_ == Phase::ended) {
      begin_next(nullptr, with);
      return;
    }

    take_actions(with);
    advance_to_decision();
    pay_rewards(with);

    const bool run_over = closed_.has_value() || now_ns_ >= run_end_ns_;
    if (run_over || now_ns_ >= episode_end_ns_) {
      run_goes_on_ = !run_over;
      end_episode(with, closed_.has_value() && plan_.end == EVTWIN_END_TERMINATES);
      if (plan_.autoreset == EVTWIN_AUTORESET_SAME_STEP) {
        begin_next(nullptr, with);
        return;
      }
      phase_ = Phase::ended;
    }
    write_agents(with);
  } catch (const std::exception& error) {
    keep_failure(error.what(), with);
  }
}

void LivedWorld::take_actions(const evtwin_fleet_buffers& from) {
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    Agent& agent = agents_[s];
    if (!agent.asked) continue;
    agent.clipped = 0;
    if (from.actions != nullptr) {
      const float* const cells = from.actions + agent_of(s) * from.action_stride;
      agent.clipped = agent.actions->write_decision(run_->view(s), cells, run_->decision(s));
    }
    if (reward_) {
      agent.potential_before_kw = agent.seen.potential_kw;
      agent.seen = asked_of(run_->view(s));
      agent.step = static_cast<double>(now_ns_ - run_from_ns_) / static_cast<double>(run_->view(s).tick_ns);
    }
    agent.decided_ns = now_ns_;
    ++agent.decisions;
    run_->answer(s);
  }
}

/// The rewards of those that are asked now, or whose run is over.
void LivedWorld::pay_rewards(const evtwin_fleet_buffers& to) {
  const std::size_t n_terms = plan_.rewards->terms().size(), n_parts = plan_.rewards->parts().size();
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    Agent& agent = agents_[s];
    if (!agent.asked) continue;
    const evtwin_view& view = run_->view(s);
    Outcome outcome;
    outcome.view = &view;
    outcome.usable_storage_kwh = agent.usable_storage_kwh;
    outcome.clipped = agent.clipped;
    outcome.hours = kernel::hours_between(agent.decided_ns, now_ns_);
    outcome.ticks = static_cast<double>(now_ns_ - agent.decided_ns) / static_cast<double>(view.tick_ns);
    outcome.asked = agent.seen;
    outcome.potential_before_kw = agent.potential_before_kw;
    outcome.step = agent.step;
    const control::Ledger& books = run_->ledger(s);
    outcome.calendar_wear = books.ev_wear_calendar - agent.calendar_wear;
    outcome.cyclic_wear = books.ev_wear_cyclic - agent.cyclic_wear;
    agent.calendar_wear = books.ev_wear_calendar;
    agent.cyclic_wear = books.ev_wear_cyclic;

    // The last reward of a run settles what is left open: energy owed, and the storages' change.
    if (closed_ && plan_.end == EVTWIN_END_TERMINATES) {
      outcome.open_cost = closed_->sites[s].open_cost;
      outcome.storage_energy_value = closed_->sites[s].storage_energy_value;
    }

    const std::size_t row = agent_of(s);
    const double reward =
        plan_.rewards->reward_of(outcome, reward_.get(), to.terms == nullptr ? nullptr : to.terms + row * n_terms,
                                 to.parts == nullptr ? nullptr : to.parts + row * n_parts);
    to.rewards[row] = static_cast<float>(reward);
    if (to.hours != nullptr) to.hours[row] = static_cast<float>(outcome.hours);
    agent.reward += reward;

    // Sums of the episode, told when it ends.
    const Departed departed = departed_of(view);
    agent.got_kwh += departed.got_kwh;
    agent.wanted_kwh += departed.requested_kwh;
    agent.departures += view.n_departed;
    agent.turned_away += view.turned_away;
    agent.clipped_sum += agent.clipped;
    agent.corrected += corrected_of(view);
  }
}

void LivedWorld::end_episode(const evtwin_fleet_buffers& to, bool terminated) {
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    const Agent& agent = agents_[s];
    const std::size_t row = agent_of(s);
    const evtwin_view& view = run_->view(s);
    (terminated ? to.terminated : to.truncated)[row] = 1;
    // An autoreset in the same step puts the next episode's first observation into the row itself.
    if (to.final_observations != nullptr) write_observation(s, to.final_observations, to);
    if (to.episodes == nullptr) continue;

    evtwin_fleet_episode& episode = to.episodes[row];
    episode = {};
    episode.number = episodes_;
    episode.seed = run_seed_;
    episode.decisions = agent.decisions;
    episode.from_ns = episode_from_ns_;
    episode.to_ns = now_ns_;
    episode.reward = agent.reward;
    episode.ledger = since(*view.so_far, agent.books_before);

    if (terminated) {
      episode.open_cost = closed_->sites[s].open_cost;
      episode.storage_energy_value = closed_->sites[s].storage_energy_value;
    }

    episode.objective =
        objective_of(episode.ledger, view.unmet_price_per_kwh, episode.open_cost, episode.storage_energy_value);
    episode.got_kwh = agent.got_kwh;
    episode.wanted_kwh = agent.wanted_kwh;
    episode.month_peak_kw = view.month_peak_kw;
    episode.departures = agent.departures;
    episode.turned_away = agent.turned_away;
    episode.clipped = agent.clipped_sum;
    episode.corrected = agent.corrected;
    episode.event_hash = run_->event_hash();
  }
  ++episodes_;
}

// ---- Rows

void LivedWorld::write_observation(std::uint32_t site, float* rows, const evtwin_fleet_buffers& to) const {
  plan_.observation->write_row(run_->view(site), rows + agent_of(site) * to.observation_stride);
}

/// Shows agents what they see now; of those that are not asked the row stands.
void LivedWorld::write_agents(const evtwin_fleet_buffers& to) {
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    const std::size_t row = agent_of(s);
    if (to.asked != nullptr) to.asked[row] = agents_[s].asked ? 1 : 0;
    if (to.now_ns != nullptr) to.now_ns[row] = now_ns_;
    if (!agents_[s].asked) continue;
    write_observation(s, to.observations, to);
    if (to.action_masks != nullptr)
      agents_[s].actions->write_masks(run_->view(s), to.action_masks + row * plan_.action_size, plan_.action_size);
  }
}

/// Rewards and flags of 0.
void LivedWorld::write_nothing(const evtwin_fleet_buffers& to) const {
  const std::size_t n_terms = plan_.rewards->terms().size(), n_parts = plan_.rewards->parts().size();
  for (std::uint32_t s = 0; s < agents_.size(); ++s) {
    const std::size_t row = agent_of(s);
    to.rewards[row] = 0.0F;
    to.terminated[row] = to.truncated[row] = 0;
    if (to.hours != nullptr) to.hours[row] = 0.0F;
    if (to.terms != nullptr) std::fill_n(to.terms + row * n_terms, n_terms, 0.0);
    if (to.parts != nullptr) std::fill_n(to.parts + row * n_parts, n_parts, 0.0);
  }
  if (to.failed != nullptr) to.failed[first_agent_ / agents_.size()] = phase_ == Phase::failed ? 1 : 0;
}

void LivedWorld::keep_failure(const char* why, const evtwin_fleet_buffers& to) {
  phase_ = Phase::failed;
  failure_ = why;
  run_goes_on_ = false;
  write_nothing(to);
}

const evtwin_view* LivedWorld::view(std::uint32_t site) const {
  return (phase_ == Phase::asked || phase_ == Phase::ended) && agents_[site].asked ? &run_->view(site) : nullptr;
}

evtwin_decision* LivedWorld::decision(std::uint32_t site) {
  return phase_ == Phase::asked && agents_[site].asked ? &run_->decision(site) : nullptr;
}

}  // namespace evtwin::fleet
