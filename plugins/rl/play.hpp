// A learnt policy as a strategy like any other.
#pragma once
#include <array>
#include <evtwin/strategy.hpp>
#include <memory>

#include "player.hpp"

namespace evtwin::rl {

/// Plays a policy file of one kind: the same view, the same answer.
class Play {
 public:
  /// @throws sdk::BadParameter naming the file and what is wrong with it
  Play(sdk::Setup& setup, const char* kind);
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Eyes> eyes_;
  std::unique_ptr<Hands> hands_;
  Sight sight_;
  Answer answer_;
};

inline constexpr std::array play_params{sdk::text("policy", "", "the policy file, as `evtwin train` writes it")};
inline constexpr std::uint32_t play_flags =
    EVTWIN_STRATEGY_USES_V2G | EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS;

struct Ppo : Play {
  static constexpr evtwin_info info = sdk::describe(
      "ppo", "Learnt by PPO", "1.0", "Plays a policy learnt by proximal policy optimisation: a rate for every EVSE.",
      play_params, play_flags);
  explicit Ppo(sdk::Setup& setup) : Play(setup, "ppo") {}
};

struct Dqn : Play {
  static constexpr evtwin_info info =
      sdk::describe("dqn", "Learnt by DQN", "1.0", "Plays a policy learnt by a deep Q network: every EVSE on or off.",
                    play_params, play_flags);
  explicit Dqn(sdk::Setup& setup) : Play(setup, "dqn") {}
};

struct PpoDqn : Play {
  static constexpr evtwin_info info =
      sdk::describe("ppo-dqn", "Learnt by PPO and DQN", "1.0",
                    "Plays a policy of both: rates of PPO behind gates of DQN.", play_params, play_flags);
  explicit PpoDqn(sdk::Setup& setup) : Play(setup, "ppo-dqn") {}
};

}  // namespace evtwin::rl
