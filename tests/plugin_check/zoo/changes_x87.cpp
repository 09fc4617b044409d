// Makes long double as short as double.
#include <cstdint>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) {
#if defined(__x86_64__)
      std::uint16_t word = 0;
      asm volatile("fnstcw %0" : "=m"(word));
      word = static_cast<std::uint16_t>((word & ~0x300U) | 0x200U);
      asm volatile("fldcw %0" : : "m"(word));
#endif
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
