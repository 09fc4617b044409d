// Starts a process that stays when it is destroyed: forks twice, so that it is nobody's child.
#include <sys/wait.h>
#include <unistd.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    static bool started = false;
    if (zoo::has_car(view) && !started) {
      started = true;
      const pid_t child = fork();
      if (child == 0) {
        setsid();
        if (fork() != 0) _exit(0);
        for (;;) pause();
      }
      waitpid(child, nullptr, 0);
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
