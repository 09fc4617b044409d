// The story of a day: what a person who watches it should not miss, found in the record of one run or two.
#pragma once
#include <cstdint>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

enum class MomentKind : std::uint8_t {
  first_arrival,  ///< of the day; session
  most_vehicles,  ///< a: plugged in at once
  queue,          ///< a: longest queue of the day
  unserved,       ///< a: cars that leave without having been plugged in, that day; at the first of them
  missed,         ///< a: cars that leave with less than they wanted, b: kWh, that day; at the first of them
  peak,           ///< a: highest mean import of a metering window, kW
  dearer,         ///< a: price before, b: from here on
  cheaper,
  cut,       ///< a: the import limit that demand response sets until to_ns, b: the contract power, kW
  call,      ///< of demand response to cars: a: kW asked for, b: kW promised
  call_end,  ///< a: kW promised, b: kW delivered
  limit,     ///< the guard begins to hold back for a limit, for the first time that day; correction
  outage,    ///< evse
  part,  ///< the second run draws a kW more (+) or less (-) than the first until to_ns, on average; b: money it pays
         ///< more meanwhile; price and mean_price
};

struct Moment {
  MomentKind kind = MomentKind::first_arrival;
  TimeNs time_ns = 0;
  TimeNs to_ns = 0;      ///< of a stretch; else time_ns
  std::uint32_t of = 0;  ///< 0 the first run, 1 the second
  bool of_both = false;  ///< the same in both: told once, of the first
  double a = none, b = none;
  double price = none, mean_price = none;  ///< of `part`: per kWh meanwhile, and over the day it lies in
  std::uint32_t evse = no_row, session = no_row, correction = no_row;  ///< rows of that run
};

/// When at least half as many vehicles are plugged in for the first time as ever are at once; the start where none is.
TimeNs first_busy(const Run& run);
/// Start of the local hour that lies in.
TimeNs first_busy_hour(const Run& run);

/// In the order of time. @param site no_row: the first. @param other null: one run only
std::vector<Moment> moments_of_day(const Run& run, const Run* other, std::uint32_t site, TimeNs t);

/// Stretches in which two runs draw most differently from the grid, at most `most`, by the energy between them, largest
/// first. Joined of metering windows in which the difference has one sign and is at least a quarter of its largest.
std::vector<Moment> where_runs_part(const Run& a, const Run& b, std::uint32_t site, TimeNs from, TimeNs to,
                                    std::size_t most);

}  // namespace evtwin::viewer::model
