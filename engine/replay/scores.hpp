// How closely the twin reproduces what was metered. Formulas, gates and where they come from: README of this room.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/time.hpp"
#include "market/calendar.hpp"
#include "ocpp/site_log.hpp"
#include "replay/replayed_session.hpp"
#include "replay/site_trace.hpp"

namespace evtwin::replay {

enum class Gate : std::uint8_t { good, pass, fail, not_scorable };
std::string_view name_of(Gate gate);

/// Where a line of the card comes from.
enum class Told : std::uint8_t {
  given,      ///< the twin was fed it (energies, stays): that it fits is no merit, and makes no verdict
  predicted,  ///< the twin had to find it: when and how strongly power flowed
  check       ///< of the log and the replay themselves: books, coverage, sameness; a bad one spoils the verdict
};
std::string_view name_of(Told told);

/// Fewer sessions than this are no evidence: a gate that is passed on fewer is shown as indicative.
inline constexpr std::size_t least_sessions = 30;
/// Of the energy: where readings tell when it flowed in less of it there is no verdict, and where power was read in
/// less of it no error bar.
inline constexpr double least_tested_share = 0.5;

/// One figure of the certificate.
struct Score {
  std::string name;                             ///< "session_energy_mape"
  double value = 0.0;                           ///< NaN: not scorable
  std::string unit;                             ///< "fraction", "kWh", "kW", "min"
  std::size_t n = 0;                            ///< what it rests on: ...
  std::string n_of;                             ///< ... "sessions", "hours", "minutes", "samples", "frames"
  std::map<std::string, std::size_t> excluded;  ///< by reason
  Gate gate = Gate::not_scorable;
  bool indicative = false;  ///< it rests on fewer than least_sessions sessions
  double pass = std::numeric_limits<double>::quiet_NaN(), good = pass;  ///< limits; NaN: reported only
  bool higher_is_better = false;  ///< else what counts is how far the value is from 0
  Told told = Told::check;
  std::string help, help_ko;
};

/// A session as metered and as the twin has it.
struct SessionPair {
  std::size_t transaction = 0;  ///< index into SiteLog::transactions
  std::string id, evse;
  double metered_kwh = 0.0, twin_kwh = 0.0;
  double profile_cv_rmse = kernel::unknown;  ///< of 1-min means; NaN: not scorable ...
  std::string not_scorable;                  ///< ... because
  double power_mae_kw = kernel::unknown, power_bias_kw = kernel::unknown;
  double full_difference_min = kernel::unknown;  ///< time to 90 % of the energy, twin minus metered
  double timed_kwh =
      0.0;  ///< of metered_kwh: between readings that tell when it flowed; 0 where none lies in the session
  bool power_read = false;                  ///< power readings that agree with the register shape it
  double full_after_min = kernel::unknown;  ///< the metered time itself, from the start of the transaction
  std::string full_not_scorable;            ///< why the two are NaN
  double ledger_closure = kernel::unknown;  ///< (integral of logged power - register) / register over dense readings
  bool within_register_steps = false;       ///< ... and that is two steps of the register at most
};

/// A limit on an EVSE's power, as the log's own profiles have it.
struct LimitStretch {
  std::string evse;  ///< station + "-" + EVSE
  TimeNs from_ns = 0, to_ns = 0;
  double kw = 0.0;
};

/// All that scores rest on.
struct Evidence {
  const ocpp::SiteLog& log;
  std::span<const ReplayedSession> twin;
  market::Calendar calendar;
  std::vector<LimitStretch> limits;    ///< by EVSE and time, without overlap
  std::optional<bool> repeated_alike;  ///< a second run gave the same event hash; nullopt: none was made
};

struct ScoreCard {
  std::vector<Score> scores;
  std::vector<SessionPair> sessions;  ///< in the order of Evidence::twin
  std::vector<SiteStep> site;         ///< metered and twin power of all sessions together
  /// The worst gate of what was predicted and of the checks; not_scorable where nothing predicted could be scored on
  /// half of the energy.
  Gate gate = Gate::not_scorable;
  double tested_share = 0.0;                      ///< kWh of the sessions of which a predicted line was scored / of all
  double power_read_share = 0.0;                  ///< kWh of the sessions whose power was read, too / of all
  double kwh_replayed = 0.0, kwh_known = 0.0;     ///< of the sessions; of all transactions, at least
  double metered_peak_1min_kw = kernel::unknown;  ///< at the outlets; NaN: readings do not tell
  std::size_t judged_sessions = 0;                ///< whose energy was compared
  /// Whether the card is evidence: enough sessions.
  bool enough() const { return judged_sessions >= least_sessions; }
  /// Whether it shows what was asked for: its gate, on enough sessions.
  bool meets(Gate asked) const { return enough() && gate <= asked; }
  const Score* find(std::string_view name) const;
  /// "fail", "not_scorable", "indicative", "pass" or "good".
  std::string_view verdict() const;
  /// kWh of the sessions / kWh of all transactions that the log knows of.
  double kwh_replayed_share() const { return kwh_known > 0.0 ? kwh_replayed / kwh_known : kernel::unknown; }
};

ScoreCard score(const Evidence& evidence);

}  // namespace evtwin::replay
