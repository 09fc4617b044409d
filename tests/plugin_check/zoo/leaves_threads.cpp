// Leaves a thread running after destroy().
#include <unistd.h>

#include <thread>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& first) : Tame(services, first) {
    std::thread([] { pause(); }).detach();
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
