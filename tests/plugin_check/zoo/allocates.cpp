// Allocates without end.
#include <cstddef>
#include <new>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    while (zoo::has_car(view)) {
      constexpr std::size_t some = 1U << 22U;
      std::memset(::operator new(some), 1, some);
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
