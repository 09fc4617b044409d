// Writes into the history.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (history.steps.n > 0) const_cast<double*>(history.values[EVTWIN_QUANTITY_LOAD_KW])[0] = 1.0;
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
