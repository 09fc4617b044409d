// Makes an instance for an id that it does not have.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static bool takes(const char*, uint32_t quantity) { return quantity == EVTWIN_QUANTITY_LOAD_KW; }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
