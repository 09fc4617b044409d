// Destroy() lets an exception cross.
#include <stdexcept>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  ~Animal() noexcept(false) { throw std::runtime_error("could not let go"); }
};
}  // namespace
ZOO_ENTRY(Animal)();
