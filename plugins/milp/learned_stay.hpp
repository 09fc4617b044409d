// How long a car that is here will stay, and what it will take, by those who left.
#pragma once
#include <cstdint>
#include <optional>

#include "site_memory.hpp"

namespace evtwin::milp {

/// How long a car is planned for, and what waiting costs.
struct LearnedStay {
  ShareCurve curve;
  PastStay seen;
  double share = 0.0;  ///< of its claim that it has stayed
  std::int64_t until_ns = 0;

  /// Chance that it is still there.
  double chance_there(std::int64_t at_ns) const;
};

/// None where the claim is too short to tell anything.
/// @param lends  its driver is taken at the word until others broke theirs
std::optional<LearnedStay> learned_stay(const evtwin_view& view, std::uint32_t i, const SiteMemory& memory, bool lends);

/// Energy that it will take of what it asked for.
struct LearnedWish {
  double mean_kwh = 0.0;
  double most_kwh = 0.0;  ///< >= mean_kwh
};

LearnedWish learned_wish(const evtwin_view& view, std::uint32_t i, const SiteMemory& memory);

}  // namespace evtwin::milp
