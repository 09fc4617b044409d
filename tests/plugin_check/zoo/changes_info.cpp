// Describes itself otherwise after create().
#include "animal.hpp"

namespace {
evtwin_info description = zoo::described();
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& first) : Tame(services, first) {
    description.flags = EVTWIN_STRATEGY_USES_V2G;
  }
  static const evtwin_info* info() { return &description; }
};
}  // namespace
ZOO_ENTRY(Animal)();
