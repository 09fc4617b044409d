// Create() lets an exception cross.
#include <stdexcept>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& first) : Tame(services, first) {
    throw std::runtime_error("no site like this");
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
