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

/// How a replay was judged, line by line as in its certificate. Lines that the twin was fed ("given") and those that
/// the log can not tell count for nothing.
struct Judged {
  std::size_t good = 0, pass = 0, fail = 0, given = 0, not_scorable = 0;
  std::size_t left_out = 0;   ///< transactions that were not replayed
  std::int64_t sessions = 0;  ///< whose energy was compared
  /// "good", "pass" or "fail": the worst line that counts; empty: none does.
  std::string_view worst_word() const { return fail > 0 ? "fail" : pass > 0 ? "pass" : good > 0 ? "good" : ""; }
};
Judged judge_run(const Run& run);
/// Whether the twin was fed what this line compares (engine/replay: Told::given).
bool is_given(const Score& score);

}  // namespace evtwin::viewer::model
