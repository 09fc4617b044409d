// A thread of its own reads through a null pointer.
#include <thread>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    const volatile int* volatile nowhere = nullptr;
    int read = 0;
    if (zoo::has_car(view)) std::thread([&] { read = *nowhere; }).join();
    return read == 1 ? EVTWIN_FAILED : Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
