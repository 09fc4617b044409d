// The logs of a site as facts: transactions, stations, states over time, commands, with their doubts. A figure that
// the log does not give is NaN, never a guess.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kernel/unknown.hpp"
#include "ocpp/charging_profile.hpp"
#include "ocpp/log_reader.hpp"

namespace evtwin::ocpp {

/// A doubt about the log or a part of it: shown, counted, never silent.
struct LogFlag {
  std::string code;     ///< "meter_goes_back": the same for all of one kind; listed in this room's README
  std::string subject;  ///< transaction, station or file; may be empty
  std::string text;     ///< "site.log:12: meterStop 1,000 Wh is below meterStart 8,000 Wh; the energy is not known"
  Place place;
  std::size_t count = 1;  ///< how many doubts of its code it tells of: the last of a code may count the rest
};

/// One meter reading, all that was sampled at one instant. NaN: not sampled.
struct Sample {
  TimeNs time_ns = 0;
  double register_kwh = kernel::unknown;         ///< Energy.Active.Import.Register, total of all phases
  double export_register_kwh = kernel::unknown;  ///< Energy.Active.Export.Register
  double interval_kwh = kernel::unknown;         ///< Energy.Active.Import.Interval: all told so far in its transaction
  double power_kw = kernel::unknown;             ///< Power.Active.Import minus Power.Active.Export, total
  double offered_kw = kernel::unknown;           ///< Power.Offered
  double offered_a = kernel::unknown;            ///< Current.Offered
  double voltage_v = kernel::unknown;            ///< mean of the phases
  std::array<double, 3> current_a{kernel::unknown, kernel::unknown, kernel::unknown};
  double unphased_a =
      kernel::unknown;           ///< Current.Import told without a phase; of each phase that `current_a` has it for
  double soc = kernel::unknown;  ///< 0..1
  enum class Context : std::uint8_t { periodic, begin, end, clock, trigger, interruption, other };
  Context context = Context::periodic;
};

/// Status of a connector; the names of OCPP 1.6. 2.0.1's Occupied is `occupied`; with the charging state of its
/// transactions it becomes one of the finer ones.
enum class Status : std::uint8_t {
  unknown,
  available,
  preparing,
  charging,
  suspended_ev,
  suspended_evse,
  finishing,
  reserved,
  unavailable,
  faulted,
  occupied
};
std::string_view name_of(Status status);

struct StatusSpan {
  Status status = Status::unknown;
  TimeNs from_ns = 0, to_ns = 0;
  std::string error_code;  ///< empty or NoError: none
};

/// States of one EVSE (1.6: connector) over the log.
struct EvseTimeline {
  std::string station;
  int evse = 1;
  std::vector<StatusSpan> spans;  ///< ascending, without gaps once the first status is known
};

/// How long a vehicle was in which state while plugged in, h.
struct StateHours {
  double charging = 0.0, suspended_ev = 0.0, suspended_evse = 0.0,
         connected = 0.0;  ///< connected: plugged in, not yet or no longer charging
  double total() const { return charging + suspended_ev + suspended_evse + connected; }
};

struct Transaction {
  std::string station;
  int evse = 0;            ///< connectorId (1.6) or evse.id; 0: the log does not say
  std::string id;          ///< transactionId as text; empty: never given
  std::string id_tag;      ///< as the log spells it first: cards are compared without case
  std::string token_type;  ///< ISO14443, ... (2.0.1)
  Version version = Version::unknown;
  std::string
      authorised;  ///< status the CSMS answered to the start: "Accepted", "Blocked"; empty: no answer in the log
  bool start_seen = false, stop_seen = false;
  bool offline = false;                          ///< (partly) told later than it happened
  TimeNs start_ns = 0, stop_ns = 0;              ///< UTC, clocks mended
  TimeNs plugged_in_ns = 0, plugged_out_ns = 0;  ///< where states tell; else start and stop
  bool plug_in_seen = false, plug_out_seen = false;
  double meter_start_kwh = kernel::unknown, meter_stop_kwh = kernel::unknown;
  double energy_kwh = kernel::unknown;  ///< imported by the vehicle, by the register; >= 0
  double exported_kwh = 0.0;            ///< discharged into the grid
  double export_start_kwh =
      kernel::unknown;               ///< export register at its start, as the EVSE's transaction before left it
  double register_step_kwh = 0.001;  ///< resolution of the register as seen in its readings
  /// Resolution of the times of its station's readings, where they are rounded to a minute or more: each may have been
  /// taken so much earlier or later; 0: they are as exact as they look.
  TimeNs reading_step_ns = 0;
  std::vector<Sample> samples;  ///< ascending in time, without duplicates
  StateHours hours;             ///< NaN members where no status tells
  std::string stop_reason;      ///< "EVDisconnected"; 1.6 without one: "Local"; empty: no stop seen
  // Wishes of the driver or the vehicle, where the log tells them (2.0.1 NotifyEVChargingNeeds, summary objects).
  double requested_kwh = kernel::unknown, battery_kwh = kernel::unknown, soc_start = kernel::unknown,
         max_power_kw = kernel::unknown, target_soc = kernel::unknown;
  TimeNs claimed_departure_ns = kernel::time_never;
  std::string ocpi_cdr, ocpi_session;  ///< OCPI 2.2.1 objects that tell it, JSON as they were read; empty: none did
  Place start_place, stop_place;
  std::vector<std::string> flags;  ///< codes; the texts stand in SiteLog::flags
  /// Its start lies before the log, its stop after it: start, stop, registers and energy are those of the readings that
  /// the log has of it (sessions::settle_parts).
  bool cut_at_start = false, cut_at_end = false;
  bool is_part() const { return cut_at_start || cut_at_end; }
  /// Told as a whole: start, stop and an energy that can be true.
  bool is_whole() const { return start_seen && stop_seen && energy_kwh == energy_kwh; }
};

/// A station as it describes itself, and how it fared.
struct Station {
  std::string id;
  Version version = Version::unknown;
  std::string vendor, model, serial, firmware;  ///< of its (last) boot; empty: unknown
  struct Boot {
    TimeNs time_ns = 0;
    std::string vendor, model, firmware;  ///< as told then
    std::string registration;             ///< "Accepted", "Pending", "Rejected"; empty: no answer in the log
  };
  std::vector<Boot> boots;  ///< ascending
  struct Interval {
    TimeNs from_ns = 0, to_ns = 0;
    std::string why;  ///< "no heartbeat for 3 intervals", "connection closed", "firmware update: Installing"
    int evse = 0;     ///< 0: all of the station
  };
  std::vector<Interval> offline, out_of_service;
  /// A status of its firmware or of logs that it uploads: "firmware" "Installing", "diagnostics" "Uploaded".
  struct Progress {
    TimeNs time_ns = 0;
    std::string of, status;
  };
  std::vector<Progress> progress;  ///< ascending
  /// A reading of its health, by whatever message: kept where it differs from the one before (temperatures by 1 K).
  struct Health {
    enum class Of : std::uint8_t { temperature, signal, network, fault };
    TimeNs time_ns = kernel::time_never;
    Of of = Of::temperature;
    int evse = 0;                    ///< 0: all of the station
    double value = kernel::unknown;  ///< degrees Celsius; of a signal as told, below 0 in dBm; else NaN
    std::string component, text;     ///< where it was taken; of a network its state, of a fault the vendor's words
  };
  std::vector<Health> health;  ///< ascending
  /// A time in which it was too hot: by its error code HighTemperature, or by a reading of `over_temperature_c` or
  /// more.
  struct TooHot {
    TimeNs from_ns = 0, to_ns = 0;
    int evse = 0;
    double most_c = kernel::unknown;  ///< NaN: only the error code says so
  };
  std::vector<TooHot> too_hot;                  ///< ascending
  double heartbeat_s = kernel::unknown;         ///< interval that the CSMS gave at boot, else the usual distance
  int evses = 0;                                ///< the largest EVSE number seen
  std::map<std::string, std::uint64_t> faults;  ///< by error code
  /// The same by the firmware that the station had then, as far as it had told one.
  std::map<std::string, std::map<std::string, std::uint64_t>> faults_of_firmware{};
};

/// Contacts may be 50 K above their surroundings (IEC 62196-1), which may have 40 degrees (IEC 61851-1).
inline constexpr double over_temperature_c = 90.0;
std::string_view name_of(Station::Health::Of of);

/// A command of the CSMS and what came of it.
struct Command {
  std::string action, station, status;  ///< status: of the answer; empty: none in the log, or one without a status
  bool answered = false;
  int evse = 0;
  TimeNs sent_ns = 0;
  double answer_s = kernel::unknown;  ///< until the answer
  double effect_s =
      kernel::unknown;  ///< until the state changed (a start until the transaction began); NaN: it did not
};

struct Reservation {
  std::string station, id, id_tag, status;
  int evse = 0;
  TimeNs made_ns = 0, expiry_ns = 0;
  std::string ended;  ///< "used", "cancelled", "expired", "open"
};

/// How an action of the protocol is dealt with.
enum class Use : std::uint8_t { used, counted, unknown_action };
Use use_of(std::string_view action);

struct SiteLog {
  LogReport report;
  std::vector<Transaction> transactions;  ///< ascending by start, then station, EVSE
  std::vector<Station> stations;          ///< in order of first appearance
  std::vector<EvseTimeline> timelines;
  std::vector<ProfileCommand> profiles;  ///< ascending by time
  std::vector<Command> commands;
  std::vector<Reservation> reservations;
  std::map<std::string, std::uint64_t> stop_reasons;
  std::map<std::string, std::uint64_t> authorisations;   ///< by status
  std::map<std::string, std::uint64_t> categories;       ///< "firmware", "diagnostics", "local list", ...: messages
  std::map<std::string, std::uint64_t> unused_actions;   ///< known to the protocol, counted and not used
  std::map<std::string, std::uint64_t> unknown_actions;  ///< in no version of the protocol
  std::vector<LogFlag> flags;
  TimeNs first_ns = 0, last_ns = 0;  ///< of all that has a time
};

/// Reads logs, or summary objects and OCPI documents, whichever the files hold. @throws LogError.
SiteLog read_site_log(std::span<const std::string> paths, const ReadOptions& options = {});
SiteLog read_site_log_text(const std::string& name, std::string_view text, const ReadOptions& options = {});

}  // namespace evtwin::ocpp
