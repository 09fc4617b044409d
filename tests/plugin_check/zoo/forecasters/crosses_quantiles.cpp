// Its quantiles fall where the level rises.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    static_cast<void>(Tame::forecast(history, question, answer));
    const uint32_t n = question.steps.n;
    for (uint32_t c = 0; history.steps.n > 60 && c < n * question.n_levels; ++c)
      answer.quantile[c] = 100.0 - question.level[c / n];
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
