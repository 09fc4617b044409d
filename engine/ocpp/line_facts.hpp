// Facts that the text around a frame tells: which way it went, and whose it is.
#pragma once
#include <cstdint>
#include <string_view>

#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// Which way a frame went, seen from whoever wrote the log.
enum class Way : std::uint8_t { unknown, received, sent };

struct LineFacts {
  Way way = Way::unknown;
  Sender sender = Sender::unknown;  ///< where the text names both sides ("ChargePoint>CentralSystem")
  std::string_view station;         ///< empty: not named
  bool blocked = false;             ///< a proxy kept it back
  bool retold = false;              ///< a WebSocket library told it, in its own words, cut in the middle if long
};

/// Reads what stands before a frame on its line (or before it in the text of its field).
/// @param after_stamp  where the line's time stamp ends; 0: it has none before the frame
LineFacts facts_of(std::string_view prefix, std::size_t after_stamp);

/// Reads a word that stands alone: "IN", "received", "ChargePoint->CSMS", "TX".
LineFacts way_of_word(std::string_view word);

/// A name for a station as logs have them: not empty, no brackets, quotes or blanks at its ends.
std::string_view trimmed_name(std::string_view text);

/// The station in the path of a WebSocket connection that the line tells of: "GET /ocpp/CP1 HTTP", "New connection:
/// /CP1", "wss://host/ocpp/CP1". Empty: none.
std::string_view station_of_path(std::string_view line);

/// "Connection is established", "X is Disconnected!": a connection that came or went.
struct LinkText {
  bool found = false, connected = false;
  std::string_view station;
};
LinkText link_of(std::string_view line, std::size_t after_stamp);

/// The kind of log that a line with a frame belongs to, in words for people.
std::string_view layout_name(std::string_view prefix);

}  // namespace evtwin::ocpp
