// Leaves a file open after destroy().
#include <fcntl.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& first)
      : Tame(services, first), file(open("/dev/null", O_RDONLY)) {}
  int file;
};
}  // namespace
ZOO_ENTRY(Animal)();
