#include "shared.hpp"

namespace evtwin::baseline {
namespace {

void begin(Planner& planner, const evtwin_view& view, SortKey key) {
  planner.begin(view);
  for (Car& car : planner.cars()) car.key = key(view, car);
  planner.put_in_order();
}

}  // namespace

void RoundRobin::decide(const sdk::View& view, sdk::Decision& decision) {
  if (!planner_.maximum_stands(view.raw, decision)) {
    begin(planner_, view.raw, key_);
    raise_in_turn(planner_.rows(), planner_.cars(), step_, scratch_);
    planner_.write_powers(decision);
  }
  planner_.close_decision(decision);
}

void EqualShare::decide(const sdk::View& view, sdk::Decision& decision) {
  if (!planner_.maximum_stands(view.raw, decision)) {
    begin(planner_, view.raw, &ByArrival::sort_key);
    share_equally(planner_.rows(), planner_.cars(), scratch_);
    planner_.write_powers(decision);
  }
  planner_.close_decision(decision);
}

}  // namespace evtwin::baseline
