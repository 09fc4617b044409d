// Interest of the strategy that answers for a site: when it is asked, and what it is shown.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <string>
#include <vector>

namespace evtwin::twin {

struct Interest {
  std::string who = "the strategy";            ///< for messages
  std::uint32_t subscribes = EVTWIN_WHY_TICK;  ///< EVTWIN_WHY_* bits
  std::uint32_t horizon_steps = 0;
  std::uint32_t plan_steps = 0;  ///< of the horizon for which it writes a plan
  std::uint32_t horizon_reads = EVTWIN_READS_ALL;
  std::vector<double> levels{};  ///< of the forecast, ascending in (0, 1)
};

}  // namespace evtwin::twin
