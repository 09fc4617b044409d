// Blocks a signal of its host.
#include <csignal>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    if (zoo::has_car(view)) pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
