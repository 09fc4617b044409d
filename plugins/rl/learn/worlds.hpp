// Many worlds at their next decisions, seen through the eyes of a policy and moved by its hands.
#pragma once
#include <evtwin/learner.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../player.hpp"

namespace evtwin::rl {

/// Fault that a training ends with, in one line.
struct TrainingError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct WorldsSpec {
  std::uint32_t worlds = 32;
  std::uint64_t seed = 0;
  /// Runs that go on day after day and are truncated, for learning; or whole runs that terminate, for judging.
  bool whole_runs = false;
  std::uint32_t episode_days = 1;
  Shape shape = Shape::site;
  Features::Ahead ahead = Features::Ahead::prices;
  std::string reward = "objective";  ///< as evtwin_fleet_spec.reward has it
  double shaping = 0.0;              ///< potential: so many mean buy prices for each kWh requested and not got
  double discount_per_h = 0.99;
};

/// Result of a step.
struct Step {
  double reward = 0.0;    ///< with the shaping
  double discount = 1.0;  ///< of what follows
  bool terminated = false;
  bool cut = false;  ///< what follows is of another run
};

class Worlds {
 public:
  /// @throws TrainingError with what the fleet says
  Worlds(const evtwin_training& training, const WorldsSpec& spec);
  ~Worlds() = default;
  Worlds(const Worlds&) = delete;
  Worlds& operator=(const Worlds&) = delete;

  std::uint32_t agent_count() const { return agents_; }
  std::uint32_t per_world() const { return agents_ / spec_.worlds; }
  const WorldsSpec& spec() const { return spec_; }

  /// Begins runs everywhere, drawn by these seeds.
  void begin(std::uint64_t seed);

  /// [range]
  std::int64_t now_ns(std::uint32_t agent) const { return now_ns_[agent]; }
  /// [range] What an agent sees now.
  void look_at(std::uint32_t agent, Sight& sight) const;
  /// [range] Answers for it.
  void act_for(std::uint32_t agent, const Sight& sight, const Answer& answer);
  /// [range] One step of some worlds. `last` gets what was seen where a run was cut, before its next one began.
  void step_worlds(std::uint32_t first_world, std::uint32_t count, std::span<Step> steps, std::span<Sight> last);

  /// Whole runs: lives every world to its end. @returns the mean objective of an agent's run
  double live_whole(std::uint64_t seed, const Policy& policy);

  /// Episodes that ended since the last call: how many, and the sums of what is asked for.
  struct Ended {
    std::uint64_t n = 0;
    double objective = 0.0, got_kwh = 0.0, wanted_kwh = 0.0, reward = 0.0;
    double clipped = 0.0, corrected = 0.0;
    std::vector<double> parts{};  ///< of the reward, by parts(); empty: nothing has ended
    void add(const Ended& other);
  };
  Ended take_ended();
  /// What rewards are the sum of.
  std::span<const evtwin_fleet_term> parts() const { return parts_; }

 private:
  void require_ok(evtwin_status status) const;
  void make_fleet(const evtwin_fleet_spec& wanted);
  void bind_buffers();
  double potential_of(const evtwin_view& view) const;
  static double prepaid_charge(const evtwin_view& view);
  void add_episode(std::uint32_t agent);

  const evtwin_fleet_functions& fleet_;
  WorldsSpec spec_;
  std::uint32_t agents_ = 0;
  double demand_weight_ = 0.0;
  std::vector<float> observations_, rewards_, hours_;
  std::vector<std::uint8_t> terminated_, truncated_, failed_, asked_;
  std::vector<std::int64_t> now_ns_;
  std::vector<evtwin_fleet_episode> episodes_;
  std::span<const evtwin_fleet_term> parts_{};   // the fleet's
  std::vector<double> part_values_, part_sums_;  // [agents, parts] of the step, of the episode
  std::vector<double> potential_, prepaid_;      // [agents] of what is seen now
  std::vector<Ended> ended_;                     // [agents]
  std::vector<Eyes> eyes_;                       // [agents]
  std::vector<std::unique_ptr<Hands>> hands_;
  /// Writes into the vectors above: the first to go, also where the constructor throws.
  std::unique_ptr<evtwin_fleet, decltype(evtwin_fleet_functions::destroy)> made_;
};

}  // namespace evtwin::rl
