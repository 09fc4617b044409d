// A sound forecaster that knows when it is late: after a hundred forecasts of one instance.
#pragma once
#include "animal.hpp"

#pragma GCC visibility push(hidden)

namespace zoo {

struct Late : Tame {
  using Tame::Tame;
  bool is_late() { return ++asked > 100; }
  int asked = 0;
};

}  // namespace zoo

#pragma GCC visibility pop
