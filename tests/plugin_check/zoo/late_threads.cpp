// Starts a thread late and leaves it running.
#include <pthread.h>
#include <unistd.h>

#include "animal.hpp"

namespace {
/// The thread is in the C library from its first instruction: it does not crash where this file has been unloaded
/// before it had its turn.
using Routine = void* (*)(void*);
const auto wait = reinterpret_cast<Routine>(&pause);

struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_late(view)) {
      static bool started = false;
      pthread_t thread;
      if (!started) started = pthread_create(&thread, nullptr, wait, nullptr) == 0;
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
