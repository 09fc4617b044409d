// Kinds of charging sockets, and which plugs an inlet takes.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace evtwin::physics {

/// Kinds of sockets, as a set of bits: a car fits where the two sets meet.
using SocketSet = std::uint8_t;

/// A kind by its name in the field. Sources: IEC 62196-2 (AC1 is its type 1, AC3 its type 2), IEC 62196-3 (CCS1 is its
/// configuration EE, CCS2 FF, CHAdeMO AA), SAE J3400 (NACS: one pair of pins for both).
struct SocketKind {
  std::string_view name;
  SocketSet bit = 0;
  bool ac = false, dc = false;  ///< currents that it carries
};

/// AC1, AC3, CCS1, CCS2, CHAdeMO, NACS.
std::span<const SocketKind> socket_kinds();
inline constexpr SocketSet any_socket = 0x3F;

/// Nothing for a name of no kind.
std::optional<SocketSet> find_socket(std::string_view name);
/// "CCS1+CHAdeMO".
std::string socket_names(SocketSet sockets);

/// Kinds that carry AC, and those that carry DC.
SocketSet ac_sockets();
SocketSet dc_sockets();

/// Plugs that a car with these inlets takes: a combined inlet (CCS1, CCS2) takes the AC plug of its upper half (AC1,
/// AC3) as well.
SocketSet plugs_for_inlets(SocketSet inlets);

}  // namespace evtwin::physics
