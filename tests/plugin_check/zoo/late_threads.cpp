// Starts a thread late and leaves it running.
#include <pthread.h>
#include <unistd.h>

#include "animal.hpp"

namespace {
void* wait(void*) {
  while (true) pause();
}

struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_late(view)) {
      static bool started = false;
      pthread_t thread;
      if (!started) started = pthread_create(&thread, nullptr, &wait, nullptr) == 0;
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
