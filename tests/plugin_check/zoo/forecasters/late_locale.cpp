// Changes the locale of its host, late.
#include <clocale>

#include "late.hpp"

namespace {
struct Animal : zoo::Late {
  using Late::Late;
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    if (is_late()) {
      std::setlocale(LC_ALL, "C.UTF-8");
    }
    return Tame::forecast(history, question, answer);
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
