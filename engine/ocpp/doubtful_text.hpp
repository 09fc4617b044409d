// Flags texts of a message that JSON lets pass: a key twice in one object; tags and ids that are empty, can not be
// told apart by eye, or are longer than the protocol allows. Private to this room's .cpp files.
#pragma once
#include <string_view>

#include "ocpp/decode_parts.hpp"

namespace evtwin::ocpp {

/// Flags doubtful texts of a message: `key_repeated`, `text_odd`, and `id_unusable` for an empty transaction id.
void flag_doubtful_texts(const Decoding& d);
/// Flags a station's name as `text_odd`. Call once per station.
void flag_doubtful_station(const Frame& frame, FlagList& flags);

}  // namespace evtwin::ocpp
