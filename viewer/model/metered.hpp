// Metered energy of a log, beside what the twin made of it.
#pragma once
#include <cstdint>
#include <string_view>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Power that was metered at an EVSE, kW: gaps where nothing was read. Empty: the run is no replay. @returns finished
Series metered_at(const Run& run, std::uint32_t evse);
/// Of all EVSEs of a site together, 0 where nothing was read. @returns finished
Series metered_of_site(const Run& run, std::uint32_t site);

/// A session as its readings have it beside the twin.
struct MeteredSession {
  double metered_kwh = none, twin_kwh = none;  ///< over the stretches that were read; NaN: none was
  /// Error of the twin's power (RMS, weighted by time) from reading to reading, kW.
  double error_kw = none;
};
MeteredSession metered_session(const Run& run, std::uint32_t session);
/// That error over the sessions of an EVSE, gaps between them. @returns finished
Series metered_error_at(const Run& run, std::uint32_t evse);
/// Error of the twin's power of all sessions together, kW: the certificate's, constant over the run. Empty: it has
/// none.
/// @returns finished
Series metered_error_of_site(const Run& run);

/// Transactions of the log that were not replayed.
std::size_t count_left_out(const Run& run);

}  // namespace evtwin::viewer::model
