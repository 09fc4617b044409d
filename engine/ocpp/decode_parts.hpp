// Pieces of messages that the decoders of several actions share. Private to decode*.cpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/event.hpp"
#include "ocpp/flag_list.hpp"
#include "ocpp/frame.hpp"
#include "ocpp/json_fields.hpp"

namespace evtwin::ocpp {

/// A frame being decoded.
struct Decoding {
  const Frame& frame;
  FlagList& flags;
  Event& event;

  const Json& json() const { return *frame.payload; }
  void add_flag(std::string_view code, std::string text) const;
  /// A date in a field; absent: time_never; no date: flagged, time_never.
  TimeNs read_time(const Json& json, std::string_view name) const;
  /// Sets the stamp's payload time from "timestamp".
  void set_payload_time() const;
  /// Reads the list in a field; the last reading's time becomes the stamp's where that has none.
  std::vector<Reading> read_readings(const Json& json, std::string_view name) const;
  void note_version(Version version) const { event.version = version; }
};

/// Status by its name, in 1.6's and 2.0.1's words and the charging states of 2.0.1; unknown where it is none.
Status status_of(std::string_view name);

/// StartTransaction, StopTransaction of 1.6.
TransactionReport decode_start(const Decoding& d);
TransactionReport decode_stop(const Decoding& d);
/// TransactionEvent of 2.0.1.
TransactionReport decode_transaction_event(const Decoding& d);
NeedsReport decode_needs(const Decoding& d);
/// The profile of a SetChargingProfile or a remote start; nothing where there is none or it can not be read (flagged).
std::optional<ProfileReport> decode_profile(const Decoding& d);
ProfileReport decode_clear_profile(const Decoding& d);

}  // namespace evtwin::ocpp
