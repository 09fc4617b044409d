// Prints when it is unloaded, or when the process ends.
#include <cstdio>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
};
struct Summary {
  ~Summary() { std::puts("decided well"); }
};
const Summary summary;
}  // namespace
ZOO_ENTRY(Animal)();
