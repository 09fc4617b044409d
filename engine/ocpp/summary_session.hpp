// One summary object as a session. Private to this room's .cpp files.
#pragma once
#include <optional>
#include <string>

#include "ocpp/summary_fields.hpp"

namespace evtwin::ocpp {

struct SummarySession {
  enum class Source : std::uint8_t { station, ocpi };
  Source source = Source::station;
  Transaction facts;
  Station station;  ///< what it says of the station; `id` may be empty
  Status status = Status::unknown;
  TimeNs told_ns = kernel::time_never;  ///< when this was so: heartbeat, last_updated
  std::optional<ProfileCommand> profile;
  bool local_list = false;
};

/// Is it one of OCPI's other objects (Location, Tariff, Token)? Its name; empty: no.
std::string_view other_ocpi_object(const SummaryFields& fields);

/// Of OCPI's objects of a session: a CDR, not a Session.
bool is_cdr(const SummaryFields& fields);

/// Reads a session's object. @returns nothing: it tells of no session.
std::optional<SummarySession> summary_session_of(SummaryFields& fields, SummaryContext& context);

}  // namespace evtwin::ocpp
