// Changes the working folder of whoever loads it.
#include <unistd.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
};
[[gnu::constructor]] void move() { static_cast<void>(chdir("/") != 0); }
}  // namespace
ZOO_ENTRY(Animal)();
