// Info() throws.
#include <stdexcept>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static const evtwin_info* info() { throw std::runtime_error("nobody described me"); }
};
}  // namespace
ZOO_ENTRY(Animal)();
