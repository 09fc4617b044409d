// Reads what comes: past the end of the history.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    zoo::foresee(std::fmax(0.0, history.values[EVTWIN_QUANTITY_LOAD_KW][history.steps.n]), question, answer);
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
