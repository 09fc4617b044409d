// Fails and does not say why.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (history.steps.n > 60) return EVTWIN_FAILED;
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
