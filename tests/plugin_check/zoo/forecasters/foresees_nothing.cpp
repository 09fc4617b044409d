// Its flags name no quantity.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static const evtwin_info* info() {
    static constexpr evtwin_info none = zoo::described(0);
    return &none;
  }
};
}  // namespace
ZOO_FORECASTERS(Animal)();
