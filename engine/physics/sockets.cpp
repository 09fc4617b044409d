#include "physics/sockets.hpp"

#include <array>

#include "kernel/static_checks.hpp"

namespace evtwin::physics {
namespace {

constexpr SocketSet ac1 = 1, ac3 = 2, ccs1 = 4, ccs2 = 8, chademo = 16, nacs = 32;

constexpr std::array kinds_of_sockets{
    SocketKind{"AC1", ac1, true, false},         SocketKind{"AC3", ac3, true, false},
    SocketKind{"CCS1", ccs1, false, true},       SocketKind{"CCS2", ccs2, false, true},
    SocketKind{"CHAdeMO", chademo, false, true}, SocketKind{"NACS", nacs, true, true},
};
static_assert(kernel::has_unique_keys(kinds_of_sockets, &SocketKind::name) &&
              kernel::has_unique_keys(kinds_of_sockets, &SocketKind::bit));
static_assert((ac1 | ac3 | ccs1 | ccs2 | chademo | nacs) == any_socket, "any socket is one of all kinds");

constexpr SocketSet all_that(bool SocketKind::*carries) {
  SocketSet set = 0;
  for (const SocketKind& kind : kinds_of_sockets) {
    if (kind.*carries) set = static_cast<SocketSet>(set | kind.bit);
  }
  return set;
}

}  // namespace

std::span<const SocketKind> socket_kinds() { return kinds_of_sockets; }

std::optional<SocketSet> find_socket(std::string_view name) {
  for (const SocketKind& kind : kinds_of_sockets) {
    if (kind.name == name) return kind.bit;
  }
  return {};
}

std::string socket_names(SocketSet sockets) {
  std::string text;
  for (const SocketKind& kind : kinds_of_sockets) {
    if ((sockets & kind.bit) != 0) text += (text.empty() ? "" : "+") + std::string(kind.name);
  }
  return text;
}

SocketSet ac_sockets() { return all_that(&SocketKind::ac); }
SocketSet dc_sockets() { return all_that(&SocketKind::dc); }

SocketSet plugs_for_inlets(SocketSet inlets) {
  SocketSet plugs = inlets;
  if ((inlets & ccs1) != 0) plugs = static_cast<SocketSet>(plugs | ac1);
  if ((inlets & ccs2) != 0) plugs = static_cast<SocketSet>(plugs | ac3);
  return plugs;
}

}  // namespace evtwin::physics
