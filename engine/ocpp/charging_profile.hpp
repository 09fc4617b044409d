// Charging profiles and the limits they add up to: OCPP 1.6 section 3.13 and 5.16, OCPP 2.0.1 part 2 section K, and
// what of OCPP 2.1 is the same.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/time.hpp"

namespace simdjson::dom {
class element;
}

namespace evtwin::ocpp {

using kernel::TimeNs;

enum class Version : std::uint8_t { unknown, v16, v201, v21 };
/// "1.6", "2.0.1", "2.1"; empty for unknown.
std::string_view name_of(Version version);

enum class ProfilePurpose : std::uint8_t { station_external_constraints, station_max, tx_default, tx };
enum class ProfileKind : std::uint8_t { absolute, recurring, relative };
enum class Recurrency : std::uint8_t { daily, weekly };
enum class RateUnit : std::uint8_t { ampere, watt };

struct SchedulePeriod {
  std::int64_t start_s = 0;  ///< since the start of the schedule
  double limit = 0.0;        ///< of the schedule's unit; per phase in A, total in W; infinity: 2.1 without one
  int phases = 3;            ///< numberPhases; 3 where it does not say
  bool phases_given = false;
};

struct ChargingSchedule {
  RateUnit unit = RateUnit::ampere;
  std::optional<std::int64_t> duration_s;
  std::optional<TimeNs> start_ns;
  double min_rate = 0.0;                ///< minChargingRate
  std::vector<SchedulePeriod> periods;  ///< as told; in order and from 0 on where trouble_with finds nothing
};

struct ChargingProfile {
  std::int64_t id = 0;
  int stack_level = 0;
  ProfilePurpose purpose = ProfilePurpose::tx_default;
  ProfileKind kind = ProfileKind::absolute;
  Recurrency recurrency = Recurrency::daily;
  std::optional<TimeNs> valid_from_ns, valid_to_ns;  ///< [from, to)
  std::string transaction_id;                        ///< empty: not tied to one
  ChargingSchedule schedule;                         ///< of several (2.0.1, for ISO 15118) the first
  Version version = Version::unknown;                ///< in which it was told
  /// Fields that evtwin reads and does not act on: "setpoint", "limit_L2", "2 more chargingSchedules". In order of
  /// first appearance, each once.
  std::vector<std::string> unsupported;
};

/// A request to set or clear profiles, as the log has it.
struct ProfileCommand {
  enum class Kind : std::uint8_t { set, clear };
  Kind kind = Kind::set;
  TimeNs time_ns = 0;  ///< when it took effect: when the station answered, else when it was sent
  std::string station;
  int evse = 0;                            ///< connectorId (1.6) or evseId; 0: the station
  bool accepted = true;                    ///< false: the station refused; kept, without effect
  bool answered = true;                    ///< the log has the answer; without one it is taken as accepted, and flagged
  std::optional<ChargingProfile> profile;  ///< set
  std::optional<std::int64_t> clear_id;    ///< clear: those that match all that is given
  std::optional<int> clear_evse, clear_stack_level;
  std::optional<ProfilePurpose> clear_purpose;
};

/// Faults of a profile, a sentence for each rule of the standard that it breaks; empty: none.
/// @param evse 0: the station.
std::string trouble_with(const ChargingProfile& profile, Version version, int evse);

/// Reads a chargingProfile (1.6: csChargingProfiles) object; the field names of both versions, a schedule that is an
/// array or not. Numbers and times are taken as text, too. @throws std::invalid_argument naming the field and what
/// would be right: "chargingSchedule.chargingRateUnit is \"kW\": A or W".
ChargingProfile profile_of(const simdjson::dom::element& json, Version version);
std::optional<ProfilePurpose> purpose_of(std::string_view name);
std::string_view name_of(ProfilePurpose purpose, Version version);

/// A transaction as far as profiles ask: when it began on which EVSE.
struct OpenTransaction {
  int evse = 1;
  TimeNs start_ns = 0;
  std::string id;
};

/// A stretch of a composite schedule.
struct CompositePeriod {
  TimeNs start_ns = 0;
  double limit = 0.0;  ///< of the unit asked for
  int phases = 3;
  bool limited = true;  ///< false: no profile applies; `limit` is the default then
  friend bool operator==(const CompositePeriod&, const CompositePeriod&) = default;
};

struct CompositeRequest {
  TimeNs start_ns = 0, end_ns = 0;
  int evse = 0;  ///< 0: the whole station
  RateUnit unit = RateUnit::ampere;
  double default_a = 48.0;          ///< where nothing applies
  double voltage_v = 230.0;         ///< of one phase, between A and W
  bool assume_transaction = false;  ///< on the EVSE, from the start of the request on
};

/// The profiles a station holds. A profile that the station took is in force, also where it breaks a rule of the
/// standard: periods out of order are sorted, an absolute schedule without a start begins as a relative one does
/// (OCPP 1.6 table ChargingSchedule), or for the station when it was set.
class ProfileStore {
 public:
  static constexpr std::size_t most_held = 250;  ///< stations hold tens

  explicit ProfileStore(int evses = 1) : evses_(evses) {}
  /// Sets or clears as the command says. A profile replaces the one with its id on its EVSE, and in 1.6 the one with
  /// its purpose and stack level there (2.0.1: with the same transaction and at times that overlap). A command that
  /// the station refused has no effect. @returns false: full, not taken.
  bool apply_command(const ProfileCommand& command);
  /// Adds a profile to those that are there and replaces none.
  void hold_profile(int evse, const ChargingProfile& profile, std::optional<TimeNs> set_ns = std::nullopt);
  /// Drops the profiles of a transaction that has ended.
  void end_transaction(int evse, std::string_view transaction_id);

  /// Limits over [start, end): pieces in order, none like its neighbour; the first begins at start. Exact: from edge
  /// to edge of the schedules. @throws std::length_error beyond 1,000,000 edges.
  std::vector<CompositePeriod> composite_schedule(const CompositeRequest& request,
                                                  std::span<const OpenTransaction> open) const;

  struct Held {
    int evse = 0;
    ChargingProfile profile;
    std::optional<TimeNs> set_ns;
  };
  const std::vector<Held>& held_profiles() const { return held_; }
  int evse_count() const { return evses_; }

 private:
  int evses_;
  std::vector<Held> held_;
};

}  // namespace evtwin::ocpp
