// N independent worlds, each advanced to its next decision: what evtwin/fleet.h promises, in C++.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "fleet/lived_world.hpp"
#include "fleet/plan.hpp"
#include "fleet/pool.hpp"

namespace evtwin::fleet {

/// A call that was refused, or worlds that failed.
struct FleetError : std::runtime_error {
  FleetError(evtwin_status answer, const std::string& what) : std::runtime_error(what), status(answer) {}
  evtwin_status status;
};

class Fleet {
 public:
  /// @throws what plan_of throws
  explicit Fleet(const evtwin_fleet_spec& spec);

  const evtwin_fleet_shape& shape() const { return shape_; }
  const Plan& plan() const { return plan_; }

  // As in fleet.h. @throws FleetError.
  void bind(const evtwin_fleet_buffers& buffers);
  void reset(const std::uint8_t* mask, const evtwin_fleet_start* starts);
  void seed(const std::uint8_t* mask, const std::uint64_t* seeds);
  void step();
  void step_range(std::uint32_t first, std::uint32_t count);
  void send(std::span<const std::uint32_t> worlds);
  /// @param arrived  how many of `worlds` are named, also where some of them failed
  void receive(std::uint32_t least, std::span<std::uint32_t> worlds, std::uint32_t& arrived);

  void write_observation(const evtwin_view& view, float* row) const;
  void write_action(const evtwin_view& view, const float* cells, evtwin_decision& decision) const;

  const evtwin_view* view(std::uint32_t agent) const;
  evtwin_decision* decision(std::uint32_t agent);

 private:
  enum class State : std::uint8_t { here, under_way, arrived };

  bool is_here(std::uint32_t world) const {
    return pool_->call_locked([&] { return states_[world] == State::here; });
  }
  void need_buffers() const;
  void need_all_here() const;
  void need_ready(std::uint32_t first, std::uint32_t count) const;
  void tell_failures(std::uint32_t first, std::uint32_t count) const;
  void need_fit(const evtwin_view& view) const;
  void serve_range(Pool::Range range);

  Plan plan_;
  evtwin_fleet_shape shape_{};
  evtwin_fleet_buffers buffers_{};
  bool bound_ = false;
  std::vector<std::unique_ptr<LivedWorld>> worlds_;
  std::vector<State> states_;        // [worlds] under the pool's lock
  std::vector<std::uint32_t> sent_;  // ring of worlds in the order of send()
  std::size_t sent_head_ = 0, sent_count_ = 0;
  std::unique_ptr<Pool> pool_;
};

}  // namespace evtwin::fleet
