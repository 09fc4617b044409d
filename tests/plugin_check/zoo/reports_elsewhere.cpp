// Calls host->report from a thread of its own.
#include <thread>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) std::thread([this] { host.report(&host, EVTWIN_INFO, "from elsewhere"); }).join();
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
