#include "asap.hpp"

namespace evtwin::baseline {

void Asap::decide(const sdk::View& view, sdk::Decision& decision) {
  if (!planner_.maximum_stands(view.raw, decision)) {
    planner_.begin(view.raw);
    for (Car& car : planner_.cars()) {
      car.power_kw = car.max_kw;
      planner_.rows().add_power(car.row, car.power_kw);
    }
    planner_.write_powers(decision);
  }
  // A car that takes nothing just now may keep its offer: it costs nothing, and nobody else is waiting for it.
  for (const std::uint32_t i : view.connected()) {
    if (continues_ && !view.draws(i)) decision.evse_kw[i] = car_at(view.raw, i).max_kw;
  }
  planner_.close_decision(decision);
}

}  // namespace evtwin::baseline
