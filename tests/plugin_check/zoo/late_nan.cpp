// Answers NaN in the last hour of a month: what it plans for the next one is 0/0.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    constexpr int64_t hour_ns = 3'600'000'000'000;
    if (view.month_end_ns - view.now_ns < hour_ns) return EVTWIN_OK;
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
