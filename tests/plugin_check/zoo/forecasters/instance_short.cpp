// Its evtwin_forecaster is too short.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static constexpr uint32_t instance_size = sizeof(evtwin_forecaster) - 8;
};
}  // namespace
ZOO_FORECASTERS(Animal)();
