// Keeps more and more with every decision, late; destroy() gives it back.
#include <vector>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_late(view)) kept.emplace_back(100'000, 'x');
    return Tame::decide(view, decision);
  }
  std::vector<std::vector<char>> kept;
};
}  // namespace
ZOO_ENTRY(Animal)();
