// The log behind a replay: what it metered, how close the twin came, and the messages that mattered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::record {

/// From one reading of a session to the next.
struct MeteredRow {
  std::uint64_t session = 0;  ///< number of the session in the run
  std::uint32_t site = 0, evse = 0;
  kernel::TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0, energy_kwh = 0.0;  ///< mean, and as the register counted
  double twin_kwh = 0.0;              ///< what flowed in the twin in the same time
  bool dense = false;                 ///< readings are close enough for its power to be scored
};

/// One figure of the certificate.
struct ScoreRow {
  std::string name, unit, told, gate;
  double value = 0.0;  ///< NaN: not scorable
  std::uint64_t n = 0;
  std::string n_of;
  bool indicative = false;
  double pass = 0.0, good = 0.0;  ///< NaN: reported only
  std::string excluded;           ///< JSON object {reason: n}
  std::string help, help_ko;
};

/// What the scores come to.
struct CertificateRow {
  std::string verdict;  ///< "good", "pass", "indicative", "fail", "not_scorable"; empty: there is none
  std::uint64_t sessions = 0;
  std::string sentence, sentence_ko;
};

/// A transaction of the log, as the log names it.
struct LoggedSessionRow {
  std::uint64_t session = 0;  ///< number in the run; 0: it was not replayed
  kernel::TimeNs start_ns = 0, stop_ns = 0;
  std::string station;
  int evse = 0;  ///< as the log numbers it; 0: not told
  std::string transaction_id, token, token_type;
  std::string ocpi_cdr, ocpi_session;  ///< OCPI's objects that told of it, JSON; empty: none did
};

/// A message of the log that changed something.
struct MessageRow {
  kernel::TimeNs time_ns = 0;
  std::string station;
  int evse = 0;               ///< as the log numbers it; 0: the station
  std::uint64_t session = 0;  ///< number in the run; 0: none
  std::string kind;           ///< start, stop, status, command, boot, firmware, diagnostics
  std::string text;
};

struct LogContent {
  std::vector<MeteredRow> metered;  ///< ascending by session, then time
  std::vector<ScoreRow> scores;     ///< in the order in which they are shown
  CertificateRow certificate;
  std::vector<MessageRow> messages;        ///< ascending by time
  std::vector<LoggedSessionRow> sessions;  ///< all transactions, ascending by start
};

}  // namespace evtwin::record
