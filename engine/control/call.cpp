#include "control/call.hpp"

#include <fmt/format.h>

#include <cstring>

namespace evtwin::control {

PluginCall& call_under_way() noexcept {
  static constinit thread_local PluginCall call;
  return call;
}

std::string signal_text(int signal) {
  const char* name = sigdescr_np(signal);
  return name != nullptr ? fmt::format("signal {} ({})", signal, name) : fmt::format("signal {}", signal);
}

}  // namespace evtwin::control
