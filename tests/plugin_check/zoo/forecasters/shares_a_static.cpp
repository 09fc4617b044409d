// Instances share a static.
#include "animal.hpp"

namespace {
int living = 0;

struct Animal : zoo::Tame {
  explicit Animal(const evtwin_host& services) : Tame(services) { ++living; }
  Animal(const Animal&) = delete;
  ~Animal() { --living; }
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    zoo::foresee(zoo::last_load_kw(history) + (living > 1 ? 1.0 : 0.0), question, answer);
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
