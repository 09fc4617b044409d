// Power of a transaction as its readings tell it: pieces between readings, each with the energy that the register
// counted. Between distant readings nothing is known of the power but its mean, and nothing is made up.
#pragma once
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

/// Readings this far apart or less tell when energy flowed, as far as a bill asks (its metering window).
inline constexpr TimeNs fine_ns = 15 * kernel::minute_ns;

/// Rounder times tell no power: its bins are of a minute or more.
inline constexpr TimeNs most_dense_step_ns = kernel::minute_ns;

/// From one reading to the next.
struct MeteredPiece {
  TimeNs from_ns = 0, to_ns = 0;
  double kwh = 0.0;       ///< >= 0; for a vehicle that also discharges the net
  bool dense = false;     ///< in a stretch whose power can be scored
  bool by_power = false;  ///< in the shape of power readings
  double off_kwh = 0.0;   ///< of one by power: how far it may be off, by the register's step and the powers' spacing
  TimeNs step_ns = 0;     ///< its ends are told to so much (Transaction::reading_step_ns)
  TimeNs length_ns() const { return to_ns - from_ns; }
  /// Its energy flowed within that.
  TimeNs widest_ns() const { return length_ns() + step_ns; }
  double mean_kw() const { return kwh / kernel::hours_between(from_ns, to_ns); }
};

struct Metered {
  std::vector<MeteredPiece> pieces;  ///< ascending without gaps, from the first reading to the last
  std::string not_dense;             ///< why no piece is dense; empty: some are
  bool shaped_by_power = false;      ///< dense pieces follow the power readings, else differences of the register
  // Over the dense pieces with power readings at both ends: the integral of the power, and what the register counted.
  double integral_kwh = 0.0, counted_kwh = 0.0;
  /// How far that integral may be off because power between two readings is not known: each power may have held until
  /// the next reading, or the next one's from the start.
  double spacing_kwh = 0.0;
  /// What integral and register are apart from one register to the next, beyond that spacing: power told at other times
  /// than it flowed.
  double misplaced_kwh = 0.0;
  std::size_t closed_pieces = 0;
  double register_step_kwh = 0.0;  ///< resolution of the register where it is coarser than a Wh, else 0
};

/// Whether a reading of power says what flows once the transaction is over: nothing, which tells nothing of the time
/// until then. Its register does.
bool is_after_the_end(const ocpp::Sample& sample, const ocpp::Transaction& transaction);

/// The register is the truth about energy; power readings shape it where they are dense: at most three times the usual
/// gap apart, at most 15 min, ten readings or more in a row, their times not rounded to more than a minute, and within
/// 10 % of what the register counted there. What
/// the register counted between two readings stays there, over 20 of its steps at least.
/// Negative power of a vehicle that gives nothing back is an offset of the meter, and 0.
Metered metered_of(const ocpp::Transaction& transaction);

}  // namespace evtwin::replay
