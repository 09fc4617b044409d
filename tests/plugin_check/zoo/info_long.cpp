// Its evtwin_info is too long.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static const evtwin_info* info() {
    static constexpr evtwin_info wrong = zoo::described(0, sizeof(evtwin_info) + 8);
    return &wrong;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
