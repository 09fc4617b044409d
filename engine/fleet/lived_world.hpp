// One world of a fleet: run after run of its scenario, cut into episodes, a step at a time.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/action.hpp"
#include "fleet/plan.hpp"
#include "twin/run.hpp"
#include "twin/script.hpp"

namespace evtwin::fleet {

class LivedWorld {
 public:
  /// @param number  of the world in the fleet that this one is part of: first_world + index
  LivedWorld(const Plan& plan, std::uint64_t number, std::uint32_t first_agent);
  LivedWorld(const LivedWorld&) = delete;
  LivedWorld& operator=(const LivedWorld&) = delete;

  /// Whether step() can be called: it has begun, and need not be reset first.
  bool has_begun() const { return phase_ != Phase::unborn; }
  bool waits_for_reset() const { return phase_ == Phase::ended && plan_.autoreset == EVTWIN_AUTORESET_DISABLED; }
  bool has_failed() const { return phase_ == Phase::failed; }
  const std::string& failure() const { return failure_; }
  /// Whether a run can begin there.
  bool may_begin_at(kernel::TimeNs from_ns) const;

  /// From the next reset on it is world 0 of a fleet of this seed, from the first episode on.
  void seed(std::uint64_t seed) { given_seed_ = seed; }
  /// The next episode: of the run that goes on where there is one and no start is given, else of a new run.
  /// A failure is kept, not thrown.
  void reset(const evtwin_fleet_start* start, const evtwin_fleet_buffers& to);
  /// One step. A failure is kept, not thrown.
  void step(const evtwin_fleet_buffers& with);

  /// Null unless this site is asked now.
  const evtwin_view* view(std::uint32_t site) const;
  evtwin_decision* decision(std::uint32_t site);

 private:
  enum class Phase : std::uint8_t { unborn, asked, ended, failed };

  /// The functions of at(), made anew for each run.
  class Functions : public twin::Script {
   public:
    explicit Functions(const scenario::LoadedScenario& scenario) : scenario_(scenario) {}
    bool are_there() const { return !scenario_.world.events.empty(); }
    void make_anew() { script_ = scenario::make_script(scenario_); }
    void run_event(std::uint32_t index, kernel::TimeNs now_ns, twin::SiteControls& controls) override {
      if (script_) script_->run_event(index, now_ns, controls);
    }

   private:
    const scenario::LoadedScenario& scenario_;
    std::unique_ptr<twin::Script> script_;
  };

  /// One site, and what its agent did in this episode.
  struct Agent {
    std::unique_ptr<ActionReader> actions;
    double usable_storage_kwh = 0.0;
    std::uint32_t clipped = 0;  // of the last action
    bool asked = false;
    kernel::TimeNs decided_ns = 0;  // the last time
    // Of rewards that are functions
    Asked seen{};
    double potential_before_kw = 0.0, step = 0.0;
    double calendar_wear = 0.0, cyclic_wear = 0.0;  // of the run, paid so far
    // Of the episode
    evtwin_ledger books_before{};
    double reward = 0.0, got_kwh = 0.0, wanted_kwh = 0.0;
    std::uint64_t decisions = 0, departures = 0, turned_away = 0, clipped_sum = 0, corrected = 0;
  };

  void begin_run(const evtwin_fleet_start* start);
  void begin_episode(kernel::TimeNs now_ns);
  void begin_next(const evtwin_fleet_start* start, const evtwin_fleet_buffers& to);
  void advance_to_decision();
  void take_actions(const evtwin_fleet_buffers& from);
  void pay_rewards(const evtwin_fleet_buffers& to);
  void end_episode(const evtwin_fleet_buffers& to, bool terminated);
  void write_observation(std::uint32_t site, float* rows, const evtwin_fleet_buffers& to) const;
  void write_agents(const evtwin_fleet_buffers& to);
  void write_nothing(const evtwin_fleet_buffers& to) const;
  void keep_failure(const char* why, const evtwin_fleet_buffers& to);
  std::size_t agent_of(std::uint32_t site) const { return std::size_t{first_agent_} + site; }

  const Plan& plan_;
  const Stage& stage_;
  const twin::World& world_;
  std::uint64_t seed_, number_;  // of the fleet, and in it: what runs and their starts are drawn by
  const std::uint32_t first_agent_;
  Functions functions_;
  std::unique_ptr<scenario::RewardFunction> reward_;  // null: weights
  std::optional<twin::Run> run_;
  std::vector<Agent> agents_;  // [sites]
  Phase phase_ = Phase::unborn;
  std::optional<std::uint64_t> given_seed_;  // for the next reset
  bool run_goes_on_ = false;                 // behind the end of the episode
  std::optional<twin::Result> closed_;       // the books of a run that ended
  kernel::TimeNs now_ns_ = 0, run_from_ns_ = 0, run_end_ns_ = 0, episode_from_ns_ = 0, episode_end_ns_ = 0;
  std::uint64_t episodes_ = 0, run_seed_ = 0;
  std::string failure_;
};

}  // namespace evtwin::fleet
