// Its answer depends on how often it was asked.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    static_cast<void>(Tame::forecast(history, question, answer));
    if (++asked > 1) zoo::foresee(zoo::last_load_kw(history) + 1.0, question, answer);
    return EVTWIN_OK;
  }
  int asked = 0;
};
}  // namespace
ZOO_FORECASTERS(Animal)();
