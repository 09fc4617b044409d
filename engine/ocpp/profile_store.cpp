#include <algorithm>

#include "ocpp/charging_profile.hpp"

namespace evtwin::ocpp {
namespace {

bool overlap(const ChargingProfile& one, const ChargingProfile& other) {
  const bool one_first = one.valid_to_ns && other.valid_from_ns && *one.valid_to_ns <= *other.valid_from_ns;
  const bool other_first = other.valid_to_ns && one.valid_from_ns && *other.valid_to_ns <= *one.valid_from_ns;
  return !one_first && !other_first;
}

/// Does setting `next` end `held`, on the same EVSE? OCPP 1.6 section 5.16; 2.0.1 K01.FR.05 (the same id) and the
/// duplicates that it forbids, of which the last that a station took counts: K01.FR.06 (purpose and stack level at
/// times that overlap), K01.FR.39 (of TxProfiles, of one transaction).
bool replaces(const ChargingProfile& next, const ChargingProfile& held) {
  if (next.id == held.id) return true;
  if (next.purpose != held.purpose || next.stack_level != held.stack_level) return false;
  if (next.version == Version::v201 || next.version == Version::v21)
    return next.transaction_id == held.transaction_id && overlap(next, held);
  return true;
}

/// OCPP 1.6 section 5.5; 2.0.1 K10.FR.02: an id, or some of EVSE, stack level and purpose. All that is given must
/// match.
bool cleared(const ProfileStore::Held& held, const ProfileCommand& clear) {
  return (!clear.clear_id || *clear.clear_id == held.profile.id) &&
         (!clear.clear_evse || *clear.clear_evse == held.evse) &&
         (!clear.clear_stack_level || *clear.clear_stack_level == held.profile.stack_level) &&
         (!clear.clear_purpose || *clear.clear_purpose == held.profile.purpose);
}

}  // namespace

bool ProfileStore::apply_command(const ProfileCommand& command) {
  if (!command.accepted) return true;
  if (command.kind == ProfileCommand::Kind::clear) {
    std::erase_if(held_, [&](const Held& one) { return cleared(one, command); });
    return true;
  }
  if (!command.profile) return true;
  std::erase_if(held_,
                [&](const Held& one) { return one.evse == command.evse && replaces(*command.profile, one.profile); });
  if (held_.size() >= most_held) return false;
  hold_profile(command.evse, *command.profile, command.time_ns);
  return true;
}

void ProfileStore::hold_profile(int evse, const ChargingProfile& profile, std::optional<TimeNs> set_ns) {
  held_.push_back({.evse = evse, .profile = profile, .set_ns = set_ns});
  auto& periods = held_.back().profile.schedule.periods;
  std::stable_sort(periods.begin(), periods.end(),
                   [](const SchedulePeriod& a, const SchedulePeriod& b) { return a.start_s < b.start_s; });
}

// K02.FR.05: with its transaction a TxProfile is over.
void ProfileStore::end_transaction(int evse, std::string_view transaction_id) {
  std::erase_if(held_, [&](const Held& one) {
    const std::string& id = one.profile.transaction_id;
    return (one.evse == evse || one.evse == 0) && one.profile.purpose == ProfilePurpose::tx &&
           (id.empty() || transaction_id.empty() || id == transaction_id);
  });
}

}  // namespace evtwin::ocpp
