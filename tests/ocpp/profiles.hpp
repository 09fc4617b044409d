// Charging profiles written as messages have them, for tests.
#pragma once
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "ocpp/charging_profile.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp::test {

inline ChargingProfile read_profile(const std::string& json, Version version = Version::v16) {
  simdjson::dom::parser parser;
  return profile_of(parser.parse(json), version);
}

/// An instant as messages write it. Not named `at` as in log_text.hpp: files of one batch see both, and a literal would
/// silently take this one.
inline TimeNs instant_of(const char* text) { return timestamp_of(text).value().ns; }

/// @param schedule  what stands in chargingSchedule. @param more  members of the profile, each with a comma before it
inline std::string profile_json(const std::string& purpose, const std::string& kind, int level,
                                const std::string& schedule, const std::string& more = "") {
  return R"({"chargingProfileId":)" + std::to_string(100 + level) + R"(,"stackLevel":)" + std::to_string(level) +
         R"(,"chargingProfilePurpose":")" + purpose + R"(","chargingProfileKind":")" + kind + "\"" + more +
         R"(,"chargingSchedule":{)" + schedule + "}}";
}

inline ProfileCommand set_command(int evse, ChargingProfile profile, TimeNs time_ns = 0) {
  ProfileCommand command;
  command.time_ns = time_ns;
  command.evse = evse;
  command.profile = std::move(profile);
  return command;
}

}  // namespace evtwin::ocpp::test
