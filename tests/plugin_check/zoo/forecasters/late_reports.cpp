// Talks without end, late.
#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      for (int k = 0; k < 1000; ++k) host.report(&host, EVTWIN_WARNING, "and another thing");
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
