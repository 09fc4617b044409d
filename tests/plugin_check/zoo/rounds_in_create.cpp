// Changes how its host rounds when it is made.
#include <cfenv>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& view) : Tame(services, view) { std::fesetround(FE_UPWARD); }
};
}  // namespace
ZOO_ENTRY(Animal)();
