// Starts a thread late and leaves it running.
#include <pthread.h>
#include <unistd.h>

#include "late.hpp"

namespace {
void* wait(void*) {
  while (true) pause();
}

struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      static bool started = false;
      pthread_t thread;
      if (!started) started = pthread_create(&thread, nullptr, &wait, nullptr) == 0;
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
