// The strategies that play policies: no LibTorch, nothing in a policy file is executed.
#include <evtwin/strategy.hpp>

#include "play.hpp"

EVTWIN_STRATEGIES(evtwin::rl::Ppo, evtwin::rl::Dqn, evtwin::rl::PpoDqn)
