// Forks late; the new process comes back from forecast() as well.
#include <unistd.h>

#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      static bool forked = false;
      if (!forked) {
        forked = true;
        if (fork() < 0) return EVTWIN_FAILED;
      }
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
