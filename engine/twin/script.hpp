// The functions of a scenario that act on a running world, and the handles they act through.
#pragma once
#include <cstdint>

#include "kernel/time.hpp"

namespace evtwin::twin {

using kernel::TimeNs;

/// Controls of a site that a scripted event or outage may use while the world runs.
class SiteControls {
 public:
  virtual ~SiteControls() = default;
  virtual double contract_kw(std::uint32_t site) const = 0;
  /// @throws std::invalid_argument naming contract_kw for negative or NaN.
  virtual void set_contract_kw(std::uint32_t site, double kw) = 0;
  virtual double export_limit_kw(std::uint32_t site) const = 0;
  virtual void set_export_limit_kw(std::uint32_t site, double kw) = 0;
  virtual double driver_price_per_kwh(std::uint32_t site) const = 0;
  virtual void set_driver_price_per_kwh(std::uint32_t site, double price) = 0;
  virtual double v2g_price_per_kwh(std::uint32_t site) const = 0;
  virtual void set_v2g_price_per_kwh(std::uint32_t site, double price) = 0;
  virtual void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) = 0;
  virtual bool evse_available(std::uint32_t site, std::uint32_t evse) const = 0;
};

/// The scenario's own functions, in a state that belongs to one simulation.
class Script {
 public:
  virtual ~Script() = default;
  /// Runs the scripted event. @throws anything derived from std::exception; its text is shown to the user.
  virtual void run_event(std::uint32_t index, TimeNs now_ns, SiteControls& controls) = 0;
  /// Runs an event of the time before a checkpoint once more, so that the functions remember what they did. Their
  /// output is not printed again.
  virtual void repeat_event(std::uint32_t index, TimeNs now_ns, SiteControls& controls) {
    run_event(index, now_ns, controls);
  }
};

}  // namespace evtwin::twin
