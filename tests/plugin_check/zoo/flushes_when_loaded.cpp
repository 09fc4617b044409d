// Makes the thread that loads it take very small numbers for 0, as -ffast-math does where it is linked.
#include <immintrin.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
};
[[gnu::constructor]] void set_fast_math() { _mm_setcsr(_mm_getcsr() | 0x8040); }
}  // namespace
ZOO_ENTRY(Animal)();
