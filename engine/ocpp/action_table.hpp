// Actions of the protocol, with what is known of each.
#pragma once
#include <string_view>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

struct ActionRow {
  std::string_view name;
  Use use = Use::counted;
  Version version = Version::unknown;  ///< unknown: in 1.6 and 2.0.1
  std::string_view category;
  bool command = false;  ///< sent by the CSMS
};

/// Row of an action; nullptr: no version of the protocol has it.
const ActionRow* find_action(std::string_view name);

}  // namespace evtwin::ocpp
