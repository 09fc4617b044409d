#include "sorted.hpp"

#include "sharing.hpp"

namespace evtwin::baseline {

// Instants as hours from now: exact enough to tell instants some microseconds apart, whatever the year is.
double ByArrival::sort_key(const evtwin_view& view, const Car& car) {
  return hours(view.evse_arrived_ns[car.row] - view.now_ns);
}
double ByLateArrival::sort_key(const evtwin_view& view, const Car& car) { return -ByArrival::sort_key(view, car); }
double ByDeparture::sort_key(const evtwin_view&, const Car& car) { return car.hours_left; }
double ByLaxity::sort_key(const evtwin_view&, const Car& car) { return car.laxity_h(); }
double ByProcessingTime::sort_key(const evtwin_view&, const Car& car) { return -car.hours_needed(); }

SortKey sort_key_of(std::string_view id) {
  if (id == ByLateArrival::info.id) return &ByLateArrival::sort_key;
  if (id == ByDeparture::info.id) return &ByDeparture::sort_key;
  if (id == ByLaxity::info.id) return &ByLaxity::sort_key;
  if (id == ByProcessingTime::info.id) return &ByProcessingTime::sort_key;
  return &ByArrival::sort_key;
}

void decide_sorted(Planner& planner, const evtwin_view& view, sdk::Decision& decision, SortKey key) {
  if (!planner.maximum_stands(view, decision)) {
    planner.begin(view);
    for (Car& car : planner.cars()) car.key = key(view, car);
    planner.put_in_order();
    give_in_order(planner.rows(), planner.cars());
    planner.write_powers(decision);
  }
  planner.close_decision(decision);
}

}  // namespace evtwin::baseline
