// Its answer depends on where its memory lies.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) {
    zoo::foresee(static_cast<double>((reinterpret_cast<uintptr_t>(info()) >> 12U) % 1'000'003), question, answer);
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
