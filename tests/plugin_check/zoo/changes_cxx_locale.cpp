// Changes the C++ locale: numbers are written as in 1.234,5 from then on.
#include <locale>

#include "animal.hpp"

namespace {
struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) std::locale::global(std::locale(std::locale::classic(), new Comma));
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
