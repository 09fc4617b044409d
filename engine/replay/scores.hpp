// How closely the twin reproduces what was metered. Formulas, gates and where they come from: README of this room.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/static_checks.hpp"
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
  fitted,     ///< when and how strongly power flowed, with vehicles fitted to the very sessions that are scored
  predicted,  ///< the same with vehicles foretold from earlier sessions: what the twin had to find by itself
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
      0.0;            ///< of metered_kwh: between readings that tell when it flowed; 0 where none lies in the session
  bool part = false;  ///< of a transaction that the log's edges cut
  bool power_read = false;                  ///< power readings that agree with the register shape it
  double full_after_min = kernel::unknown;  ///< the metered time itself, from the start of the transaction
  std::string full_not_scorable;            ///< why the two are NaN
  /// (Integral of logged power - register) / register over dense readings, beyond what the spacing of readings
  /// explains; or, where that is more, the same from one register to the next.
  double ledger_closure = kernel::unknown;
  std::string ledger_not_scorable;     ///< why it is NaN
  bool within_register_steps = false;  ///< ... and that is two steps of the register at most
};

/// A limit on an EVSE's power, as the log's own profiles have it.
struct LimitStretch {
  std::string evse;  ///< station + "-" + EVSE
  TimeNs from_ns = 0, to_ns = 0;
  double kw = 0.0;
};

/// Ways to say when and how strongly power flows in a session whose stay and energy are given.
enum class Way : std::uint8_t {
  fitted,      ///< the twin with vehicles fitted to the very sessions
  foretold,    ///< the twin with vehicles foretold from earlier sessions
  rectangle,   ///< naive: the EVSE's rated power from plug-in on
  mean_shape,  ///< naive: the mean power of earlier sessions over the time since plug-in, scaled to the energy
};
inline constexpr std::array all_ways{Way::fitted, Way::foretold, Way::rectangle, Way::mean_shape};
static_assert(kernel::follows_enum(all_ways, kernel::RowItself{}), "HeldOut::figures are indexed by Way");
std::string_view name_of(Way way);

/// The lines that are scored for every way, by their names for the fitted twin; foretold: "held_out_" + name.
inline constexpr std::array<std::string_view, 4> power_lines{"power_profile_cv_rmse", "site_load_cv_rmse", "peak_error",
                                                             "time_to_90_percent"};

inline constexpr std::size_t site_load_line = 1;
static_assert(power_lines[site_load_line] == "site_load_cv_rmse");

/// The later sessions of a log, judged with what was learnt from the earlier ones.
struct HeldOut {
  std::size_t fitted = 0, judged = 0;  ///< sessions; 0 judged: none were held out ...
  std::string why_not;                 ///< ... because
  TimeNs from_ns = 0;                  ///< first arrival of those judged
  double tested_share = 0.0;           ///< kWh of those judged of which a line was scored / of all of them
  struct Figure {
    double value = kernel::unknown;
    std::size_t n = 0;
  };
  std::array<std::array<Figure, power_lines.size()>, all_ways.size()> figures;  ///< by way, then line
  const Figure& figure_of(Way way, std::size_t line) const { return figures[static_cast<std::size_t>(way)][line]; }
  Figure& figure_of(Way way, std::size_t line) { return figures[static_cast<std::size_t>(way)][line]; }
  /// Of power_lines[line], with f the error of the foretold and n the lesser one of the naive ways: 1 - f / n where it
  /// is better, n / f - 1 where it is worse. 1 perfect, 0 no better; NaN: can not be told.
  double skill_of_line(std::size_t line) const;
};

/// All that scores rest on.
struct Evidence {
  const ocpp::SiteLog& log;
  std::span<const ReplayedSession> twin;
  market::Calendar calendar;
  std::vector<LimitStretch> limits;    ///< by EVSE and time, without overlap
  std::optional<bool> repeated_alike;  ///< a second run gave the same event hash; nullopt: none was made
  HeldOut held_out{};
};

struct ScoreCard {
  std::vector<Score> scores;
  std::vector<SessionPair> sessions;  ///< in the order of Evidence::twin
  std::vector<SiteStep> site;         ///< metered and twin power of all sessions together
  /// The worst gate of what was fitted, predicted and checked; not_scorable where power could not be scored on half of
  /// the energy, of all sessions and of those held out; no more than pass where power within sessions was not.
  Gate gate = Gate::not_scorable;
  double tested_share = 0.0;                      ///< kWh of the sessions of which a predicted line was scored / of all
  double power_read_share = 0.0;                  ///< kWh of the sessions whose power was read, too / of all
  double kwh_replayed = 0.0, kwh_known = 0.0;     ///< of the sessions; of all transactions, at least
  double metered_peak_1min_kw = kernel::unknown;  ///< at the outlets; NaN: readings do not tell
  std::size_t judged_sessions = 0;                ///< whose energy was compared
  HeldOut held_out;
  /// Whether the card is evidence: enough sessions.
  bool has_enough() const { return judged_sessions >= least_sessions; }
  /// Whether it shows what was asked for: its gate, on enough sessions.
  bool meets_gate(Gate asked) const { return has_enough() && gate <= asked; }
  const Score* find_score(std::string_view name) const;
  /// "fail", "not_scorable", "indicative", "pass" or "good".
  std::string_view verdict_word() const;
  /// kWh of the sessions / kWh of all transactions that the log knows of.
  double kwh_replayed_share() const { return kwh_known > 0.0 ? kwh_replayed / kwh_known : kernel::unknown; }
};

ScoreCard score_evidence(const Evidence& evidence);

/// The power_lines alone, each session against its readings, and tested_share.
ScoreCard score_power(const ocpp::SiteLog& log, std::span<const ReplayedSession> twin,
                      const market::Calendar& calendar);

}  // namespace evtwin::replay
