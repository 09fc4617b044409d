// Loses memory with every forecast.
#include <new>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    std::memset(::operator new(4096), 1, 4096);
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
