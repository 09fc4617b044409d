// The limits that a station's charging profiles put in force over a log, transaction by transaction.
#pragma once
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/charging_profile.hpp"

namespace evtwin::ocpp {

/// A transaction as far as profiles ask, whole: [start, stop).
struct TransactionSpan {
  int evse = 1;
  TimeNs start_ns = 0, stop_ns = 0;
  std::string id;  ///< empty: unknown
};

/// A stretch over which the same limits hold, until the next one begins. Infinity: none of this kind.
struct LimitPiece {
  TimeNs start_ns = 0;
  double a = std::numeric_limits<double>::infinity();   ///< per phase
  double kw = std::numeric_limits<double>::infinity();  ///< all phases
  int phases = 3;                                       ///< that may be used
  bool is_limited() const;
  /// Power left to a vehicle that charges on `phases_used` phases of `voltage_v` each; infinity: no limit.
  double most_kw(int phases_used, double voltage_v) const;
  friend bool operator==(const LimitPiece&, const LimitPiece&) = default;
};

struct EvseLimits {
  int evse = 1;
  std::vector<LimitPiece> pieces;  ///< ascending; the first at `from`
};

struct StationLimits {
  std::vector<EvseLimits> evses;    ///< ascending; those that have a transaction
  std::vector<LimitPiece> station;  ///< to be shared by all EVSEs: maximum and external constraints of the station
  std::size_t not_taken = 0;        ///< profiles beyond ProfileStore::most_held
  bool is_limited() const;
};

/// Limits over [from, to) of all EVSEs of a station that have transactions. Session profiles count while a transaction
/// runs on the EVSE; station limits while one runs on any; in between nothing limits. At one instant, transactions end,
/// then commands take effect, then transactions begin: a profile that comes with a remote start is there in time.
/// @param commands  of any stations, ascending by time. @param transactions  of this station, in any order; of those
/// that overlap on an EVSE the last to begin counts
/// @throws std::length_error where profiles change so often that they could not be followed (20 million steps).
StationLimits limits_over(std::span<const ProfileCommand> commands, std::string_view station,
                          std::span<const TransactionSpan> transactions, TimeNs from_ns, TimeNs to_ns);

/// The piece that holds at `t`; nullptr before the first. O(log pieces).
const LimitPiece* piece_at(std::span<const LimitPiece> pieces, TimeNs t);

}  // namespace evtwin::ocpp
