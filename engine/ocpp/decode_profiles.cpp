// SetChargingProfile, ClearChargingProfile, and the profile that a remote start can carry.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "ocpp/decode_parts.hpp"

namespace evtwin::ocpp {
namespace {

std::optional<int> small(const Json& json, std::string_view name) {
  const auto value = integer_of(json, name);
  if (!value || *value < 0 || *value > 100000) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace

std::optional<ProfileReport> decode_profile(const Decoding& d) {
  const Json& json = d.json();
  auto profile = find_member(json, "csChargingProfiles");
  const Version version = profile ? Version::v16 : Version::v201;
  if (!profile) profile = find_member(json, "chargingProfile");
  if (!profile) return std::nullopt;
  d.note_version(d.event.version == Version::unknown ? version : d.event.version);

  ProfileReport report;
  report.command.evse = small(json, "connectorId").value_or(small(json, "evseId").value_or(0));
  try {
    report.command.profile = profile_of(*profile, d.event.version);
  } catch (const std::invalid_argument& error) {
    d.add_flag("profile_unreadable", fmt::format("{}: {}; the profile is left out", d.frame.action, error.what()));
    return std::nullopt;
  }
  if (const std::string trouble = trouble_with(*report.command.profile, d.event.version, report.command.evse);
      !trouble.empty() && d.frame.action == "SetChargingProfile")
    d.add_flag("profile_odd", fmt::format("{}: {}", d.frame.action, trouble));
  return report;
}

ProfileReport decode_clear_profile(const Decoding& d) {
  const Json& json = d.json();
  ProfileReport report;
  ProfileCommand& command = report.command;
  command.kind = ProfileCommand::Kind::clear;

  // A criterion that the message leaves out does not narrow the choice.
  const auto take = [&](const Json& criteria, std::string_view evse) {
    command.clear_evse = small(criteria, evse);
    command.clear_stack_level = small(criteria, "stackLevel");
    const std::string_view purpose = string_of(criteria, "chargingProfilePurpose");
    command.clear_purpose = purpose_of(purpose);
    if (!purpose.empty() && !command.clear_purpose)
      d.add_flag("profile_unreadable",
                 fmt::format("{}: {} is no purpose of a charging profile", d.frame.action, quoted_text(purpose)));
  };

  // 2.0.1 nests its criteria beside the id, 1.6 has all of them at the top.
  if (const auto criteria = find_member(json, "chargingProfileCriteria")) {
    d.note_version(Version::v201);
    command.clear_id = integer_of(json, "chargingProfileId");
    take(*criteria, "evseId");
  } else if (find_member(json, "chargingProfileId")) {
    d.note_version(Version::v201);
    command.clear_id = integer_of(json, "chargingProfileId");
  } else {
    command.clear_id = integer_of(json, "id");
    take(json, "connectorId");
  }

  command.evse = command.clear_evse.value_or(0);
  return report;
}

}  // namespace evtwin::ocpp
