// A static destructor crashes.
#include "animal.hpp"

namespace {
struct Goodbye {
  ~Goodbye() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
} goodbye;
}  // namespace
ZOO_ENTRY(zoo::Tame)();
