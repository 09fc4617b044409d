// A thread of its own writes the answer after decide() returned.
#include <chrono>
#include <thread>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) {
      volatile double* cell = &decision.evse_kw[zoo::first_car(view)];
      std::thread([cell] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        *cell = 1.0;
      }).detach();
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
