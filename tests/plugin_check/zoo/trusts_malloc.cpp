// Asks for more memory than there is, and does not look whether it got it.
#include <cstdlib>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) {
      constexpr std::size_t far_too_much = std::size_t{1} << 46U;
      auto* memory = static_cast<volatile double*>(std::malloc(far_too_much));
      memory[7] = view.evse_car_max_kw[zoo::first_car(view)];
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
