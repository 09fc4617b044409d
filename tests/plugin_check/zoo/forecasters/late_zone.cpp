// Sets the time zone of its host, late.
#include <cstdlib>

#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      setenv("TZ", "Pacific/Auckland", 1);
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
