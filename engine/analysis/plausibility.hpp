// Scenarios that are possible, and yet hardly meant: W for kW, energy that can not flow, a limit that nothing can
// reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "twin/observer.hpp"
#include "twin/result.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

struct Doubt {
  std::string about;  ///< site or EVSE; empty: the whole scenario
  std::string text;   ///< figures, and what may be meant
};

/// From the scenario alone.
std::vector<Doubt> doubts_about(const twin::World& world);

/// Watches a run (of `asap`, which charges as soon as it can): what sessions wanted against what could flow.
class PlausibilityWatch final : public twin::Observer {
 public:
  /// @param world  must stay
  explicit PlausibilityWatch(const twin::World& world);
  void on_session(const twin::SessionRecord& session) override;
  void on_signal(const twin::SignalRecord& signal) override;

  /// After the run. Shares from which on something is told: a quarter of the sessions can not get their energy even
  /// at full power all the time; an EVSE lies a tenth below what its recorded sessions took; half of all vehicles
  /// turned away; the base load twenty times what all EVSEs draw together; nobody came.
  std::vector<Doubt> find_doubts(const twin::Result& result) const;

 private:
  struct OfEvse {
    double beyond_kwh = 0.0;  ///< wanted, and impossible at full power from plug-in to departure
    double wanted_kwh = 0.0;
    double needed_kw = 0.0;  ///< highest mean power that a session would have needed
    std::uint64_t sessions = 0;
  };
  const twin::World* world_;
  std::vector<std::vector<OfEvse>> evses_;  ///< by site, EVSE
  std::vector<double> most_load_kw_;        ///< by site
  std::uint64_t sessions_ = 0, impossible_ = 0, away_ = 0;
  double impossible_kwh_ = 0.0;
};

}  // namespace evtwin::analysis
