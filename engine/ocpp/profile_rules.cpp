// Rules that a profile must keep to be accepted: OCPP 1.6 sections 3.13 and 7.8 to 7.15, OCPP 2.0.1 part 2 use case
// K01. The id of a requirement of 2.0.1 stands at its rule; a rule without one follows from the type of the field.
#include <fmt/format.h>

#include <cmath>

#include "ocpp/charging_profile.hpp"

namespace evtwin::ocpp {
namespace {

/// Sentences, one after the other.
struct Findings {
  std::string text;
  template <typename... Words>
  void add(fmt::format_string<Words...> format, Words&&... words) {
    if (!text.empty()) text += ' ';
    text += fmt::format(format, std::forward<Words>(words)...);
  }
};

void look_at_purpose(const ChargingProfile& profile, Version version, int evse, Findings& findings) {
  const bool v2 = version == Version::v201 || version == Version::v21;
  const std::string_view name = name_of(profile.purpose, version);
  switch (profile.purpose) {
    case ProfilePurpose::station_max:
      if (evse != 0) findings.add("{} is for the whole station: it stands on EVSE {}.", name, evse);
      // K01.FR.38
      if (profile.kind == ProfileKind::relative) findings.add("{} may not be Relative.", name);
      break;
    case ProfilePurpose::station_external_constraints:
      if (version == Version::v16) findings.add("{} does not exist in OCPP 1.6.", name);
      break;
    case ProfilePurpose::tx:
      // K01.FR.16; K01.FR.03: the transactionId tells which transaction it is for.
      if (evse <= 0) findings.add("TxProfile needs an EVSE: it stands on 0, the station.");
      if (v2 && profile.transaction_id.empty()) findings.add("TxProfile needs a transactionId.");
      break;
    case ProfilePurpose::tx_default:
      break;
  }
  if (profile.purpose != ProfilePurpose::tx && !profile.transaction_id.empty())
    findings.add("only a TxProfile may have a transactionId, {} has one.", name);
}

void look_at_start(const ChargingProfile& profile, Version version, Findings& findings) {
  const bool starts = profile.schedule.start_ns.has_value();
  switch (profile.kind) {
    case ProfileKind::absolute:
      // K01.FR.40. 1.6, ChargingSchedule.startSchedule: "If absent the schedule will be relative to start of charging".
      if (!starts && version != Version::v16) findings.add("an Absolute profile needs a startSchedule.");
      break;
    case ProfileKind::recurring:
      // K01.FR.40
      if (!starts) findings.add("a Recurring profile needs a startSchedule.");
      break;
    case ProfileKind::relative:
      // K01.FR.41
      if (starts) findings.add("a Relative profile may not have a startSchedule.");
      break;
  }
}

void look_at_periods(const ChargingSchedule& schedule, Findings& findings) {
  if (schedule.periods.empty()) {
    findings.add("the schedule has no period.");
    return;
  }
  // K01.FR.31
  if (schedule.periods.front().start_s != 0)
    findings.add("the first startPeriod is {}, not 0.", schedule.periods.front().start_s);
  // One sentence for each kind: a long schedule would break a rule as often as it has periods.
  bool order = false, negative = false, phases = false;
  const SchedulePeriod* before = nullptr;
  for (const SchedulePeriod& period : schedule.periods) {
    // K01.FR.35
    if (!order && before && period.start_s <= before->start_s) {
      findings.add("startPeriod {} follows {}: they must ascend.", period.start_s, before->start_s);
      order = true;
    }
    if (!negative && (period.limit < 0.0 || std::isnan(period.limit))) {
      findings.add("the limit {} at {} s is below 0.", period.limit, period.start_s);
      negative = true;
    }
    if (!phases && (period.phases < 1 || period.phases > 3)) {
      findings.add("numberPhases is {} at {} s, not 1 to 3.", period.phases, period.start_s);
      phases = true;
    }
    before = &period;
  }
}

}  // namespace

std::string trouble_with(const ChargingProfile& profile, Version version, int evse) {
  Findings findings;
  // K01.FR.28, as far as a log can tell: which EVSEs a station has it may not say.
  if (evse < 0) findings.add("there is no EVSE {}.", evse);
  if (profile.stack_level < 0) findings.add("stackLevel is {}, below 0.", profile.stack_level);
  look_at_purpose(profile, version, evse, findings);
  look_at_start(profile, version, findings);
  if (profile.valid_from_ns && profile.valid_to_ns && *profile.valid_to_ns <= *profile.valid_from_ns)
    findings.add("validTo is not after validFrom.");
  if (profile.schedule.duration_s && *profile.schedule.duration_s <= 0)
    findings.add("duration is {} s, not above 0.", *profile.schedule.duration_s);
  if (!(profile.schedule.min_rate >= 0.0)) findings.add("minChargingRate is {}, below 0.", profile.schedule.min_rate);
  look_at_periods(profile.schedule, findings);
  return findings.text;
}

}  // namespace evtwin::ocpp
