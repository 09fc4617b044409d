// Leaves the mean of its last step out.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    static_cast<void>(Tame::forecast(history, question, answer));
    if (history.steps.n > 60) answer.mean[question.steps.n - 1] = std::nan("");
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
