// Makes an instance for a quantity that it does not foresee.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static bool takes(const char* id, uint32_t) { return std::strcmp(id, ZOO_ID) == 0; }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
