// Makes its thread take very small numbers for 0, late.
#include <immintrin.h>

#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      _mm_setcsr(_mm_getcsr() | 0x8040);
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
