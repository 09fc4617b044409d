#include "fleet/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/hash.hpp"

namespace evtwin::fleet {

namespace {

/// Digest of all that a policy must find again.
std::uint64_t digest_of(const Plan& plan) {
  std::uint64_t digest = kernel::digest64(fmt::format("act {}", plan.act));
  const auto add = [&](std::span<const evtwin_fleet_column> columns) {
    for (const evtwin_fleet_column& c : columns)
      digest = kernel::digest64(
          fmt::format("{} {} {} {} {} {:a} {:a};", c.id, c.unit, c.offset, c.count, c.stride, c.shift, c.scale),
          digest);
  };
  add(plan.observation->columns());
  add(plan.actions);
  return digest;
}

}  // namespace

Fleet::Fleet(const evtwin_fleet_spec& spec) : plan_(plan_of(spec)) {
  if (spec.n_worlds > UINT32_MAX / plan_.n_sites)
    throw FleetError(EVTWIN_BAD_PARAMETER, fmt::format("n_worlds is {}, with {} sites each; that is more agents than "
                                                       "32 bits count",
                                                       spec.n_worlds, plan_.n_sites));
  for (std::uint32_t w = 0; w < spec.n_worlds; ++w)
    worlds_.push_back(std::make_unique<LivedWorld>(plan_, spec.first_world + w, w * plan_.n_sites));
  states_.assign(spec.n_worlds, State::here);
  sent_.resize(spec.n_worlds);
  pool_ = std::make_unique<Pool>(
      spec.threads, spec.n_worlds, [this](Pool::Range range) { serve_range(range); },
      [this](std::uint32_t world) { states_[world] = State::arrived; });

  // A caller sizes its buffers by this alone.
  shape_.struct_size = sizeof shape_;
  shape_.n_worlds = spec.n_worlds;
  shape_.n_sites = plan_.n_sites;
  shape_.n_agents = spec.n_worlds * plan_.n_sites;
  shape_.n_evses = plan_.n_evses;
  shape_.n_storages = plan_.n_storages;
  shape_.observation_size = plan_.observation->size();
  shape_.action_size = plan_.action_size;
  shape_.n_terms = static_cast<std::uint32_t>(plan_.rewards->terms().size());
  shape_.n_parts = static_cast<std::uint32_t>(plan_.rewards->parts().size());
  shape_.tick_ns = plan_.stages.front()->scenario.world.tick_ns;
  shape_.digest = digest_of(plan_);
}

// ---- What must hold before a call

void Fleet::need_buffers() const {
  if (!bound_) throw FleetError(EVTWIN_BAD_PARAMETER, "no buffers are bound; evtwin_fleet_bind() comes first");
}

void Fleet::need_all_here() const {
  if (sent_count_ > 0)
    throw FleetError(EVTWIN_FLEET_BUSY,
                     fmt::format("{} world(s) are under way; evtwin_fleet_recv() hands them back", sent_count_));
}

void Fleet::need_ready(std::uint32_t first, std::uint32_t count) const {
  for (std::uint32_t w = first; w < first + count; ++w) {
    if (!worlds_[w]->has_begun())
      throw FleetError(EVTWIN_BAD_PARAMETER,
                       fmt::format("world {} has not begun; evtwin_fleet_reset() comes first", w));
    if (worlds_[w]->waits_for_reset())
      throw FleetError(EVTWIN_FLEET_ENDED,
                       fmt::format("the episode of world {} is over; autoreset is off, so reset it first", w));
  }
}

void Fleet::tell_failures(std::uint32_t first, std::uint32_t count) const {
  for (std::uint32_t w = first; w < first + count; ++w) {
    if (worlds_[w]->has_failed())
      throw FleetError(EVTWIN_FLEET_WORLD_FAILED, fmt::format("world {}: {}", w, worlds_[w]->failure()));
  }
}

void Fleet::bind(const evtwin_fleet_buffers& buffers) {
  need_all_here();
  const auto need = [](const void* buffer, const char* name, const char* why) {
    if (buffer == nullptr) throw FleetError(EVTWIN_BAD_PARAMETER, fmt::format("{} is NULL; {}", name, why));
  };
  need(buffers.observations, "observations", "every fleet writes them");
  need(buffers.rewards, "rewards", "every fleet writes them");
  need(buffers.terminated, "terminated", "every fleet writes them");
  need(buffers.truncated, "truncated", "every fleet writes them");
  if (plan_.autoreset == EVTWIN_AUTORESET_SAME_STEP)
    need(buffers.final_observations, "final_observations", "with AUTORESET_SAME_STEP the last of an episode lie there");
  evtwin_fleet_buffers taken = buffers;
  const auto stride = [](std::uint64_t& given, std::uint32_t size, const char* name) {
    if (given == 0) given = size;
    if (given < size)
      throw FleetError(EVTWIN_BAD_PARAMETER, fmt::format("{} is {}; a row has {} cells", name, given, size));
  };
  stride(taken.observation_stride, shape_.observation_size, "observation_stride");
  stride(taken.action_stride, shape_.action_size, "action_stride");
  buffers_ = taken;
  bound_ = true;
}

// ---- Steps

void Fleet::serve_range(Pool::Range range) {
  for (std::uint32_t w = range.first; w < range.first + range.count; ++w) worlds_[w]->step(buffers_);
}

void Fleet::reset(const std::uint8_t* mask, const evtwin_fleet_start* starts) {
  need_buffers();
  need_all_here();
  for (std::uint32_t w = 0; w < worlds_.size() && starts != nullptr; ++w) {
    if (mask != nullptr && mask[w] == 0) continue;
    const std::int64_t from_ns = starts[w].from_ns;
    if (from_ns != EVTWIN_FLEET_AS_DRAWN && !worlds_[w]->may_begin_at(from_ns))
      throw FleetError(EVTWIN_BAD_PARAMETER,
                       fmt::format("starts[{}].from_ns is {}, which is no instant of its scenario", w, from_ns));
  }
  for (std::uint32_t w = 0; w < worlds_.size(); ++w) {
    if (mask == nullptr || mask[w] != 0) worlds_[w]->reset(starts == nullptr ? nullptr : &starts[w], buffers_);
  }
  tell_failures(0, shape_.n_worlds);
}

void Fleet::seed(const std::uint8_t* mask, const std::uint64_t* seeds) {
  need_all_here();
  for (std::uint32_t w = 0; w < worlds_.size(); ++w) {
    if (mask == nullptr || mask[w] != 0) worlds_[w]->seed(seeds[w]);
  }
}

void Fleet::step_range(std::uint32_t first, std::uint32_t count) {
  need_buffers();
  need_all_here();
  if (first > shape_.n_worlds || count > shape_.n_worlds - first)
    throw FleetError(EVTWIN_BAD_PARAMETER,
                     fmt::format("worlds {} to {} of {}", first, std::uint64_t{first} + count, shape_.n_worlds));
  need_ready(first, count);
  serve_range({first, count});
  tell_failures(first, count);
}

void Fleet::step() {
  if (pool_->threads() == 1) {
    step_range(0, shape_.n_worlds);
    return;
  }
  need_buffers();
  need_all_here();
  need_ready(0, shape_.n_worlds);
  pool_->serve_all();
  tell_failures(0, shape_.n_worlds);
}

void Fleet::send(std::span<const std::uint32_t> worlds) {
  need_buffers();
  for (std::size_t k = 0; k < worlds.size(); ++k) {
    const std::uint32_t w = worlds[k];
    if (w >= shape_.n_worlds)
      throw FleetError(EVTWIN_BAD_PARAMETER, fmt::format("there is no world {}; there are {}", w, shape_.n_worlds));
    if (!is_here(w) || std::find(worlds.begin(), worlds.begin() + static_cast<std::ptrdiff_t>(k), w) !=
                           worlds.begin() + static_cast<std::ptrdiff_t>(k))
      throw FleetError(EVTWIN_FLEET_BUSY, fmt::format("world {} is under way already", w));
    need_ready(w, 1);
  }
  for (const std::uint32_t w : worlds) {
    states_[w] = State::under_way;  // nobody serves it yet
    sent_[(sent_head_ + sent_count_++) % sent_.size()] = w;
    pool_->post_world(w);
  }
}

void Fleet::receive(std::uint32_t least, std::span<std::uint32_t> worlds, std::uint32_t& arrived) {
  if (least > sent_count_ || least > worlds.size())
    throw FleetError(EVTWIN_BAD_PARAMETER,
                     fmt::format("{} worlds are asked for; {} are under way, and there is room for {}", least,
                                 sent_count_, worlds.size()));
  arrived = 0;
  pool_->help_until([&] {
    while (arrived < worlds.size() && arrived < sent_count_ &&
           states_[sent_[(sent_head_ + arrived) % sent_.size()]] == State::arrived)
      ++arrived;
    return arrived >= least;
  });
  for (std::uint32_t k = 0; k < arrived; ++k) {
    worlds[k] = sent_[sent_head_];
    states_[worlds[k]] = State::here;
    sent_head_ = (sent_head_ + 1) % sent_.size();
    --sent_count_;
  }
  for (std::uint32_t k = 0; k < arrived; ++k) tell_failures(worlds[k], 1);
}

// ---- What agents do, elsewhere

void Fleet::need_fit(const evtwin_view& view) const {
  if (view.n_evses > plan_.n_evses || view.n_storages > plan_.n_storages)
    throw FleetError(EVTWIN_BAD_PARAMETER,
                     fmt::format("the view's site has {} EVSEs and {} storages; a row has room for {} and {}",
                                 view.n_evses, view.n_storages, plan_.n_evses, plan_.n_storages));
  if (view.horizon_steps != plan_.horizon_steps || view.n_levels != plan_.levels.size())
    throw FleetError(EVTWIN_BAD_PARAMETER,
                     fmt::format("the view has {} steps of {} levels ahead; agents of this fleet see {} of {}",
                                 view.horizon_steps, view.n_levels, plan_.horizon_steps, plan_.levels.size()));
}

void Fleet::write_observation(const evtwin_view& view, float* row) const {
  need_fit(view);
  plan_.observation->write_row(view, row);
}

void Fleet::write_action(const evtwin_view& view, const float* cells, evtwin_decision& decision) const {
  need_fit(view);
  ActionReader(plan_.act, plan_.n_evses, view).write_decision(view, cells, decision);
}

// ---- The view itself

const evtwin_view* Fleet::view(std::uint32_t agent) const {
  const std::uint32_t world = agent / plan_.n_sites;
  if (world >= worlds_.size() || !is_here(world)) return nullptr;
  return worlds_[world]->view(agent % plan_.n_sites);
}

evtwin_decision* Fleet::decision(std::uint32_t agent) {
  const std::uint32_t world = agent / plan_.n_sites;
  if (world >= worlds_.size() || !is_here(world)) return nullptr;
  return worlds_[world]->decision(agent % plan_.n_sites);
}

}  // namespace evtwin::fleet
