// How closely the twin reproduces what was metered. Formulas and gates: tests and README of this room; anchors are NIST
// Handbook 44 section 3.40 and ASHRAE Guideline 14.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::replay {

enum class Gate : std::uint8_t { good, pass, fail, not_scorable };
std::string_view name_of(Gate gate);

/// One figure of the certificate.
struct Score {
  std::string name;    ///< "session_energy_mape"
  double value = 0.0;  ///< NaN: not scorable
  std::string unit;
  std::size_t n = 0;                            ///< sessions, hours or samples it rests on
  std::map<std::string, std::size_t> excluded;  ///< by reason
  Gate gate = Gate::not_scorable;
  double pass = 0.0, good = 0.0;  ///< limits; NaN: reported only
  std::string help, help_ko;
};

/// A session as metered and as the twin has it.
struct SessionPair {
  std::size_t transaction = 0;  ///< index into SiteLog::transactions
  std::string id, evse;
  double metered_kwh = 0.0, twin_kwh = 0.0;
  double profile_cv_rmse = 0.0;  ///< of 1-min means; NaN: not scorable ...
  std::string not_scorable;      ///< ... because
  double power_mae_kw = 0.0, power_bias_kw = 0.0;
  double full_difference_min = 0.0;  ///< time to 90 % of the energy, twin minus metered; NaN: not scorable
  double ledger_closure = 0.0;       ///< |integral of logged power - register| / register; NaN: not scorable
};

/// Power of one EVSE or of the site, metered and twin, on a common grid of local minutes.
struct PowerTrace {
  kernel::TimeNs start_ns = 0, step_ns = kernel::minute_ns;
  std::vector<float> metered_kw, twin_kw;
};

}  // namespace evtwin::replay
