// Energy that flowed between two instants, as plain data between those who know the laws and those who keep the books.
#pragma once
#include <cstdint>
#include <span>

namespace evtwin::twin {

/// Of one member that has power, at its meter.
struct MemberFlow {
  std::uint32_t member = 0;
  double kw = 0.0;   ///< at the start of its law
  double kwh = 0.0;  ///< signed
};

struct Flow {
  std::span<const MemberFlow> members;  ///< ascending
  bool tapers = false;                  ///< some power changed on the way
};

}  // namespace evtwin::twin
