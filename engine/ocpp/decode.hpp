// Decodes a frame of OCPP 1.6, 2.0.1 or 2.1 into the event that it tells of.
#pragma once
#include "ocpp/event.hpp"
#include "ocpp/flag_list.hpp"
#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// Never throws on what a log may hold: fields that are missing or of a wrong type are not told; dates and numbers that
/// are none are flagged. A frame that tells nothing of use gives an Event with an empty body.
Event decode_frame(const Frame& frame, FlagList& flags);

}  // namespace evtwin::ocpp
