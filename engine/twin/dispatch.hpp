// Calls of demand response to enrolled cars: who says yes, what they promise, what they deliver.
//
//   announced   each enrolled car that will still be there is asked, in the order of EVSEs, until the kW asked for are
//               promised: what it draws now (V1G), and what it can give for the whole call (V2G)
//   begins      the meter before: what it draws at this instant is its baseline
//   in force    its set-point is held to baseline - promise, whatever the strategy asks
//   ends        delivered: the mean of baseline - metered, until the end or its plug-out
//
// The baseline is the "meter before / meter after" of NAESB's wholesale demand response standards (WEQ-015).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/unknown.hpp"
#include "twin/context.hpp"
#include "twin/result.hpp"

namespace evtwin::twin {

/// A car that may be asked.
struct CallableCar {
  std::uint32_t evse = 0;
  std::uint64_t session = 0;
  std::string_view id;   ///< of the visit, by which it is enrolled or not
  TimeNs leaves_ns = 0;  ///< as its driver claimed
  double draws_kw = 0.0;
  double got_kwh = 0.0;
  double max_discharge_kw = 0.0;  ///< 0: it gives nothing back
  double smallest_discharge_kw = 0.0;
  double spare_kwh = 0.0;  ///< at the meter, above its floor
};

/// A car's part in a call.
struct DispatchPromise {
  std::uint32_t call = 0, evse = 0;
  std::uint64_t session = 0;
  double promised_kw = 0.0;
  double baseline_kw = physics::unknown;  ///< unknown: the call has not begun
  double got_at_begin_kwh = 0.0;
  double wanted_kw = physics::unknown;  ///< asked by the strategy while it was held down

  bool in_force() const { return kernel::is_known(baseline_kw); }
  double most_kw() const { return baseline_kw - promised_kw; }

  template <class A>
  void archive_fields(A& a) {
    a(call, evse, session, promised_kw, baseline_kw, got_at_begin_kwh, wanted_kw);
  }
};
static_assert(kernel::has_size<DispatchPromise>(48),
              "a new field must be archived, and the title of checkpoints changed");

class Dispatch {
 public:
  explicit Dispatch(const SiteContext& context) : context_(context) {}

  void begin();
  bool has_calls() const { return !context_.site.calls.empty(); }
  /// @param cars  connected, ascending by EVSE. Promises that end are let go after `released` was told of each.
  template <class Release>
  void act_now(TimeNs t, std::span<const CallableCar> cars, Release&& released);
  /// Cars that are held to a call.
  std::span<DispatchPromise> promises() { return promises_; }
  /// A car leaves: its part of a call in force ends now.
  void plug_out(std::uint32_t evse, double got_kwh, TimeNs t);
  /// The run is over; calls in force end now.
  void add_to_result(SiteResult& result, std::span<const double> got_kwh, TimeNs t);

  template <class A>
  void archive_fields(A& a) {
    a.begin_section("dispatch");
    a(promises_, sums_);
    a.archive_elements(call_sums_);
    for (const DispatchPromise& p : promises_)
      a.require_that(p.call < context_.site.calls.size() && p.evse < context_.site.evses.size(), "a call to nobody");
  }

 private:
  void ask_cars(std::uint32_t call, std::span<const CallableCar> cars, TimeNs t);
  void begin_call(std::uint32_t call, std::span<const CallableCar> cars);
  void end_part(const DispatchPromise& promise, double got_kwh, TimeNs t);
  void end_call(std::uint32_t call, TimeNs t);
  bool has_promised(const CallableCar& car) const;

  const SiteContext context_;
  std::vector<DispatchPromise> promises_;
  DispatchSums sums_;
  std::vector<DispatchSums> call_sums_;  // [calls]
};

template <class Release>
void Dispatch::act_now(TimeNs t, std::span<const CallableCar> cars, Release&& released) {
  const std::vector<DispatchCall>& calls = context_.site.calls;
  for (std::uint32_t c = 0; c < calls.size(); ++c) {
    if (calls[c].to_ns != t) continue;
    for (const DispatchPromise& p : promises_) {
      if (p.call != c || !p.in_force()) continue;
      for (const CallableCar& car : cars) {
        if (car.evse == p.evse) end_part(p, car.got_kwh, t);
      }
      released(p);
    }
    end_call(c, t);
  }
  for (std::uint32_t c = 0; c < calls.size(); ++c) {
    if (calls[c].announced_ns == t) ask_cars(c, cars, t);
    if (calls[c].from_ns == t) begin_call(c, cars);
  }
}

}  // namespace evtwin::twin
