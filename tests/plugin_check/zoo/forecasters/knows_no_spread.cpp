// Sound: it leaves all quantiles out.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    for (uint32_t k = 0; k < question.steps.n; ++k) answer.mean[k] = zoo::last_load_kw(history);
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
