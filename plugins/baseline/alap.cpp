#include "alap.hpp"

#include "sharing.hpp"

namespace evtwin::baseline {

void Alap::decide(const sdk::View& view, sdk::Decision& decision) {
  planner_.begin(view.raw);
  planner_.keep_forced(margin_h_);
  for (Car& car : planner_.cars()) car.key = car.laxity_h();
  planner_.put_in_order();
  give_in_order(planner_.rows(), planner_.cars());
  planner_.write_powers(decision);
  planner_.close_decision(decision);
}

}  // namespace evtwin::baseline
