// Changes the working folder of its host when it is loaded.
#include <unistd.h>

#include "animal.hpp"

namespace {
const int changed = chdir("/");

struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    zoo::foresee(changed == 0 ? zoo::last_load_kw(history) : 0.0, question, answer);
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
