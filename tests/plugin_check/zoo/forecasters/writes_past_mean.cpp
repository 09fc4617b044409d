// Writes one cell past mean.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    answer.mean[question.steps.n] = 0.0;
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
