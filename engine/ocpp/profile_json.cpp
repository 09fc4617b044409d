// Charging profiles as they stand in messages. Tolerant: whatever a station could have made sense of.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "ocpp/charging_profile.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp {
namespace {

using simdjson::dom::element;

[[noreturn]] void refuse(std::string_view field, std::string_view why) {
  throw std::invalid_argument(fmt::format("{} {}", field, why));
}

std::string shown_value(const element& value) {
  std::string text;
  if (value.is_string()) {
    text = '"' + kernel::make_printable(std::string_view(value).substr(0, 40)) + '"';
  } else if (value.is_object() || value.is_array()) {
    text = value.is_object() ? "an object" : "an array";
  } else {
    text = simdjson::minify(value);
  }
  return text;
}

std::optional<element> member(const element& object, std::string_view name) {
  element value;
  if (object.is_object() && object[name].get(value) == simdjson::SUCCESS && !value.is_null()) return value;
  return std::nullopt;
}

std::optional<element> either(const element& object, std::string_view name, std::string_view other) {
  const auto value = member(object, name);
  return value ? value : member(object, other);
}

double number_in(const element& value, std::string_view field) {
  double number = 0.0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  if (value.is_string()) {
    const std::string_view text = value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) return number;
  }
  refuse(field, fmt::format("is {}: a number", shown_value(value)));
}

/// Whole numbers, 16.0 being one; at most 2^53, so that double holds them.
std::int64_t whole_in(const element& value, std::string_view field) {
  std::int64_t whole = 0;
  if (value.get(whole) == simdjson::SUCCESS) return whole;
  const double number = number_in(value, field);
  if (number != std::floor(number) || std::abs(number) > 9007199254740992.0)
    refuse(field, fmt::format("is {}: a whole number", shown_value(value)));
  return static_cast<std::int64_t>(number);
}

int small_in(const element& value, std::string_view field) {
  const std::int64_t whole = whole_in(value, field);
  if (std::abs(static_cast<double>(whole)) > 2147483647.0)
    refuse(field, fmt::format("is {}: at most 2147483647", shown_value(value)));
  return static_cast<int>(whole);
}

std::optional<TimeNs> time_in(const element& object, std::string_view name, std::string_view field) {
  const auto value = member(object, name);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) == simdjson::SUCCESS) {
    if (text.empty()) return std::nullopt;
    if (const auto stamp = timestamp_of(text)) return stamp->ns;
  }
  refuse(field, fmt::format("is {}: a date-time as 2024-01-17T18:04:00Z", shown_value(*value)));
}

template <typename Value, std::size_t n>
struct Words {
  std::pair<std::string_view, Value> words[n];
  std::string_view all;

  std::optional<Value> find(std::string_view word) const {
    for (const auto& [name, value] : words)
      if (name == word) return value;
    return std::nullopt;
  }
  Value in(const element& object, std::string_view name) const {
    const auto value = member(object, name);
    if (!value) refuse(name, fmt::format("is missing: {}", all));
    std::string_view word;
    if (value->get(word) == simdjson::SUCCESS) {
      if (const auto found = find(word)) return *found;
    }
    refuse(name, fmt::format("is {}: {}", shown_value(*value), all));
  }
};

constexpr auto word_of_row = [](const auto& row) { return row.first; };
constexpr Words<ProfilePurpose, 5> purposes{
    {{"ChargePointMaxProfile", ProfilePurpose::station_max},
     {"ChargingStationMaxProfile", ProfilePurpose::station_max},
     {"ChargingStationExternalConstraints", ProfilePurpose::station_external_constraints},
     {"TxDefaultProfile", ProfilePurpose::tx_default},
     {"TxProfile", ProfilePurpose::tx}},
    "ChargePointMaxProfile (2.0.1: ChargingStationMaxProfile), ChargingStationExternalConstraints, TxDefaultProfile or "
    "TxProfile"};
constexpr Words<ProfileKind, 3> kinds{
    {{"Absolute", ProfileKind::absolute}, {"Recurring", ProfileKind::recurring}, {"Relative", ProfileKind::relative}},
    "Absolute, Recurring or Relative"};
constexpr Words<Recurrency, 2> recurrencies{{{"Daily", Recurrency::daily}, {"Weekly", Recurrency::weekly}},
                                            "Daily or Weekly"};
constexpr Words<RateUnit, 2> rate_units{{{"A", RateUnit::ampere}, {"W", RateUnit::watt}}, "A or W"};
// Each word once, and a word at least for each enumerator: 1.6 and 2.0.1 call one purpose by two.
static_assert(kernel::has_unique_keys(purposes.words, word_of_row) &&
              std::size(purposes.words) == kernel::enum_count<ProfilePurpose>() + 1);
static_assert(kernel::has_unique_keys(kinds.words, word_of_row) &&
              std::size(kinds.words) == kernel::enum_count<ProfileKind>());
static_assert(kernel::has_unique_keys(recurrencies.words, word_of_row) &&
              std::size(recurrencies.words) == kernel::enum_count<Recurrency>());
static_assert(kernel::has_unique_keys(rate_units.words, word_of_row) &&
              std::size(rate_units.words) == kernel::enum_count<RateUnit>());

void note(std::vector<std::string>& unsupported, std::string_view what) {
  if (std::find(unsupported.begin(), unsupported.end(), what) == unsupported.end()) unsupported.emplace_back(what);
}

/// Fields of OCPP 2.1 (and phaseToUse) that change what flows and that evtwin does not act on.
constexpr std::string_view unsupported_of_period[] = {"phaseToUse",
                                                      "limit_L2",
                                                      "limit_L3",
                                                      "dischargeLimit",
                                                      "dischargeLimit_L2",
                                                      "setpoint",
                                                      "dischargeLimit_L3",
                                                      "setpoint_L2",
                                                      "setpoint_L3",
                                                      "setpointReactive",
                                                      "v2xBaseline",
                                                      "operationMode",
                                                      "v2xFreqWattCurve",
                                                      "v2xSignalWattCurve",
                                                      "setpointReactive_L2",
                                                      "evseSleep",
                                                      "preconditioningRequest",
                                                      "setpointReactive_L3"};
static_assert(kernel::has_unique_keys(unsupported_of_period));
constexpr std::string_view unsupported_of_schedule[] = {
    "limitAtSoC", "powerTolerance", "useLocalTime", "randomizedDelay", "absolutePriceSchedule", "priceLevelSchedule"};
static_assert(kernel::has_unique_keys(unsupported_of_schedule));
constexpr std::string_view unsupported_of_profile[] = {"dynUpdateInterval", "maxOfflineDuration",
                                                       "invalidAfterOfflineDuration"};
static_assert(kernel::has_unique_keys(unsupported_of_profile));

template <typename Names>
void note_all(const element& object, const Names& names, std::vector<std::string>& unsupported) {
  for (const std::string_view name : names)
    if (member(object, name)) note(unsupported, name);
}

SchedulePeriod period_of(const element& json, std::size_t index, std::vector<std::string>& unsupported) {
  const auto field = [&](std::string_view name) { return fmt::format("chargingSchedulePeriod[{}].{}", index, name); };
  if (!json.is_object()) refuse(fmt::format("chargingSchedulePeriod[{}]", index), "is no object");
  SchedulePeriod period;
  const auto start = member(json, "startPeriod");
  if (!start) refuse(field("startPeriod"), "is missing: seconds since the start of the schedule");
  period.start_s = whole_in(*start, field("startPeriod"));
  note_all(json, unsupported_of_period, unsupported);
  if (const auto limit = member(json, "limit"))
    period.limit = number_in(*limit, field("limit"));
  else if (member(json, "setpoint") || member(json, "operationMode"))
    period.limit = std::numeric_limits<double>::infinity();
  else
    refuse(field("limit"), "is missing: a number of A or W");
  if (const auto phases = member(json, "numberPhases")) {
    period.phases = small_in(*phases, field("numberPhases"));
    period.phases_given = true;
  }
  return period;
}

ChargingSchedule schedule_of(const element& json, std::vector<std::string>& unsupported) {
  if (!json.is_object()) refuse("chargingSchedule", fmt::format("is {}: an object", shown_value(json)));
  ChargingSchedule schedule;
  schedule.unit = rate_units.in(json, "chargingRateUnit");
  if (const auto duration = member(json, "duration")) schedule.duration_s = whole_in(*duration, "duration");
  schedule.start_ns = time_in(json, "startSchedule", "startSchedule");
  if (const auto rate = member(json, "minChargingRate")) schedule.min_rate = number_in(*rate, "minChargingRate");
  note_all(json, unsupported_of_schedule, unsupported);

  const auto periods = member(json, "chargingSchedulePeriod");
  simdjson::dom::array array;
  if (!periods || periods->get(array) != simdjson::SUCCESS) {
    refuse("chargingSchedulePeriod", periods ? fmt::format("is {}: an array of periods", shown_value(*periods))
                                             : "is missing: an array of periods");
  }
  for (const element& period : array)
    schedule.periods.push_back(period_of(period, schedule.periods.size(), unsupported));
  if (schedule.periods.empty()) refuse("chargingSchedulePeriod", "is empty: at least one period");
  return schedule;
}

ChargingSchedule first_schedule_of(const element& json, std::vector<std::string>& unsupported) {
  const auto value = member(json, "chargingSchedule");
  if (!value) refuse("chargingSchedule", "is missing: a schedule");
  simdjson::dom::array array;
  if (value->get(array) != simdjson::SUCCESS) return schedule_of(*value, unsupported);
  auto one = array.begin();
  if (!(one != array.end())) refuse("chargingSchedule", "is empty: at least one schedule");
  ChargingSchedule schedule = schedule_of(*one, unsupported);
  std::size_t more = 0;
  for (++one; one != array.end(); ++one) ++more;
  if (more > 0) unsupported.push_back(fmt::format("{} more chargingSchedules", more));
  return schedule;
}

std::string text_of_id(const element& value) {
  if (value.is_string()) return std::string(std::string_view(value));
  if (value.is_int64() || value.is_uint64()) return std::string(simdjson::minify(value));
  refuse("transactionId", fmt::format("is {}: a number or a text", shown_value(value)));
}

}  // namespace

ChargingProfile profile_of(const element& json, Version version) {
  if (!json.is_object()) refuse("the charging profile", fmt::format("is {}: an object", shown_value(json)));
  ChargingProfile profile;
  profile.version = version;
  const auto id = either(json, "chargingProfileId", "id");
  if (!id) refuse(version == Version::v16 ? "chargingProfileId" : "id", "is missing: a whole number");
  profile.id = whole_in(*id, "the id of the charging profile");
  const auto level = member(json, "stackLevel");
  if (!level) refuse("stackLevel", "is missing: a whole number from 0");
  profile.stack_level = small_in(*level, "stackLevel");
  profile.purpose = purposes.in(json, "chargingProfilePurpose");
  profile.kind = kinds.in(json, "chargingProfileKind");
  // Required where it recurs; elsewhere it says nothing.
  if (profile.kind == ProfileKind::recurring) profile.recurrency = recurrencies.in(json, "recurrencyKind");
  profile.valid_from_ns = time_in(json, "validFrom", "validFrom");
  profile.valid_to_ns = time_in(json, "validTo", "validTo");
  if (const auto transaction = member(json, "transactionId")) profile.transaction_id = text_of_id(*transaction);
  note_all(json, unsupported_of_profile, profile.unsupported);
  profile.schedule = first_schedule_of(json, profile.unsupported);
  return profile;
}

std::optional<ProfilePurpose> purpose_of(std::string_view name) { return purposes.find(name); }

std::string_view name_of(ProfilePurpose purpose, Version version) {
  switch (purpose) {
    case ProfilePurpose::station_external_constraints:
      return "ChargingStationExternalConstraints";
    case ProfilePurpose::station_max:
      return version == Version::v16 ? "ChargePointMaxProfile" : "ChargingStationMaxProfile";
    case ProfilePurpose::tx_default:
      return "TxDefaultProfile";
    case ProfilePurpose::tx:
      break;
  }
  return "TxProfile";
}

}  // namespace evtwin::ocpp
