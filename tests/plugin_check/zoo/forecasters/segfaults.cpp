// Reads through a null pointer.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    const volatile double* nowhere = nullptr;
    if (history.steps.n > 60) zoo::foresee(*nowhere, question, answer);
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
