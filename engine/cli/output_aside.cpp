#include "cli/output_aside.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace evtwin::cli {

OutputAside::OutputAside() {
  std::fflush(stdout);
  kept_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept_ >= 0) ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

OutputAside::~OutputAside() {
  if (kept_ < 0) return;
  std::fflush(stdout);  // what the plugin left in the buffer is still its own
  ::dup2(kept_, STDOUT_FILENO);
  ::close(kept_);
}

}  // namespace evtwin::cli
