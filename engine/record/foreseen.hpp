// What strategies were shown of the time to come: the table `foreseen` of a run file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/time.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

/// A row of it: one quantity of a site for the day ahead.
struct Foreseen {
  std::size_t site = 0;  ///< row, from 0
  std::string quantity;  ///< pv, load: kW; arrivals: vehicles a step; arrivals_kwh: kWh a step; price: money per kWh
  kernel::TimeNs seen_ns = 0, issued_ns = 0;
  kernel::TimeNs first_end_ns = 0, step_ns = 0;
  std::vector<double> mean;       ///< by step
  std::vector<double> low, high;  ///< 10 and 90 % quantiles; empty where no spread was stated

  kernel::TimeNs start_of(std::size_t step) const { return step == 0 ? seen_ns : end_of(step - 1); }
  kernel::TimeNs end_of(std::size_t step) const { return first_end_ns + static_cast<kernel::TimeNs>(step) * step_ns; }
};

/// In the order of the table: by the time at which they were seen. @throws RunFileError for lists that are none, or not
/// of one length.
std::vector<Foreseen> read_foreseen(const Database& database);

/// "[1,2.5,null]": null is NaN. @returns false where it is no such list.
bool parse_number_list(std::string_view text, std::vector<double>& values);

}  // namespace evtwin::record
