// What a run of the engine recorded, as ACN-Sim states it: mean currents per period, pilots, phasors.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "conformance/acn_run_case.hpp"
#include "twin/observer.hpp"

namespace evtwin::conformance {

using Series = std::vector<double>;

/// Keeps of a run what the case's results are made of.
class Recording : public twin::Observer {
 public:
  explicit Recording(const AcnCase& acn);

  std::vector<Series> energy_kwh, wished_kw;  ///< by station and period
  std::map<std::string, twin::SessionRecord, std::less<>> sessions;
  std::string trouble;  ///< what must not happen in a run that repeats one of ACN-Sim: a refused car, a corrected pilot

  void on_power(const twin::PowerSegment& segment) override;
  void on_decision(const twin::DecisionRecord& decision) override;
  void on_session(const twin::SessionRecord& session) override;
  void on_correction(const twin::CorrectionRecord& correction) override;

 private:
  const AcnCase& acn_;
};

/// Currents, powers and phasors of a recorded run, by period.
struct Measured {
  std::vector<Series> rate_a, pilot_a;  ///< by station
  Series aggregate_a, power_kw;
  std::vector<Series> constraint_a;  ///< magnitude, by constraint
};

Measured measure(const AcnCase& acn, const Recording& recording);

}  // namespace evtwin::conformance
