// Goes by the clock: at even seconds it foresees one more.
#include <ctime>

#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    const evtwin_status status = Tame::forecast(history, question, answer);
    if (status != EVTWIN_OK || std::time(nullptr) % 2 != 0) return status;
    for (uint32_t k = 0; k < question.steps.n; ++k) answer.mean[k] += 1.0;
    return status;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
