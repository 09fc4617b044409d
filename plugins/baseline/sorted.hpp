// fcfs, lcfs, edf, llf, lrpt: cars in an order, each gets the most that the limits still allow.
#pragma once
#include "acn_sim.hpp"
#include "parameters.hpp"
#include "planner.hpp"

namespace evtwin::baseline {

/// Decides by `sort_key(view, car)`: smaller is served first.
using SortKey = double (*)(const evtwin_view&, const Car&);
void decide_sorted(Planner& planner, const evtwin_view& view, sdk::Decision& decision, SortKey key);
/// The key of "fcfs", "lcfs", "edf", "llf" or "lrpt".
SortKey sort_key_of(std::string_view id);

inline constexpr std::array sorted_params{beyond_request("stop"),
                                          follow_setpoint,
                                          peak_target_kw,
                                          compat,
                                          acn_param::active_above_kwh,
                                          acn_param::min_pilot_a,
                                          acn_param::guaranteed_a,
                                          acn_param::uninterrupted,
                                          acn_param::bisection_eps_a,
                                          acn_param::limit_slack_a,
                                          acn_param::limit_slack_fraction};

constexpr evtwin_info sorted_info(const char* id, const char* name, const char* help) {
  return sdk::describe(id, name, "1.0", help, sorted_params, EVTWIN_STRATEGY_USES_STORAGE);
}

struct ByArrival {
  static constexpr evtwin_info info = sorted_info("fcfs", "First come, first served", "Earliest arrival first.");
  static double sort_key(const evtwin_view& view, const Car& car);
};
struct ByLateArrival {
  static constexpr evtwin_info info = sorted_info("lcfs", "Last come, first served", "Latest arrival first.");
  static double sort_key(const evtwin_view& view, const Car& car);
};
struct ByDeparture {
  static constexpr evtwin_info info =
      sorted_info("edf", "Earliest deadline first", "Earliest departure estimate first.");
  static double sort_key(const evtwin_view& view, const Car& car);
};
struct ByLaxity {
  static constexpr evtwin_info info =
      sorted_info("llf", "Least laxity first", "Least time left beyond what the request takes at maximum power first.");
  static double sort_key(const evtwin_view& view, const Car& car);
};
struct ByProcessingTime {
  static constexpr evtwin_info info = sorted_info("lrpt", "Longest remaining processing time first",
                                                  "The request that takes longest at maximum power first.");
  static double sort_key(const evtwin_view& view, const Car& car);
};

template <class Order>
class Sorted : public NoMemory {
 public:
  static constexpr evtwin_info info = Order::info;
  explicit Sorted(sdk::Setup& setup) : planner_(setup) {}
  void decide(const sdk::View& view, sdk::Decision& decision) {
    decide_sorted(planner_, view.raw, decision, &Order::sort_key);
  }

 private:
  Planner planner_;
};

using Fcfs = Sorted<ByArrival>;
using Lcfs = Sorted<ByLateArrival>;
using Edf = Sorted<ByDeparture>;
using Llf = Sorted<ByLaxity>;
using Lrpt = Sorted<ByProcessingTime>;

}  // namespace evtwin::baseline
