// Composite schedules: profiles as messages have them, and the periods that another implementation makes of them.
#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "conformance/acn_run_case.hpp"
#include "conformance/kinds.hpp"
#include "ocpp/charging_profile.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::conformance {

namespace {

using kernel::TimeNs;
using nlohmann::json;
using ocpp::Version;

/// Shares of a limit: conversions between A and W through a voltage and single precision.
constexpr double limit_tolerance = 0.01;

Version version_of(const json& document) {
  const std::string name = document.at("ocpp");
  if (name == "1.6") return Version::v16;
  if (name == "2.0.1") return Version::v201;
  if (name == "2.1") return Version::v21;
  throw CaseError(fmt::format("ocpp is '{}': 1.6, 2.0.1 or 2.1", name));
}

TimeNs time_of(const json& text) {
  const auto stamp = ocpp::timestamp_of(text.get<std::string>());
  if (!stamp) throw CaseError(fmt::format("{} is no time", text.dump()));
  return stamp->ns;
}

ocpp::ChargingProfile profile_in(const json& profile, Version version) {
  simdjson::dom::parser parser;
  const std::string text = profile.dump();
  return ocpp::profile_of(parser.parse(text), version);
}

struct CompositeCase {
  ocpp::ProfileStore store;
  ocpp::CompositeRequest request;
  std::vector<ocpp::OpenTransaction> open;
  std::vector<std::string> unsupported;
  bool offline = false;
};

CompositeCase read_case(const json& document) {
  require_known(document,
                {"id", "ocpp", "evses", "transaction_open", "transaction_start", "transaction_connector", "profiles",
                 "request", "expect"},
                "the case");
  const Version version = version_of(document);
  CompositeCase c{
      .store = ocpp::ProfileStore(document.at("evses").get<int>()), .request = {}, .open = {}, .unsupported = {}};

  const json& request = document.at("request");
  require_known(request, {"start", "end", "connectorId", "unit", "is_offline", "simulate_transaction_active"},
                "the request");
  c.request.start_ns = time_of(request.at("start"));
  c.request.end_ns = time_of(request.at("end"));
  c.request.evse = request.at("connectorId");
  c.request.unit = request.at("unit") == "W" ? ocpp::RateUnit::watt : ocpp::RateUnit::ampere;
  c.request.assume_transaction = request.at("simulate_transaction_active");
  // A station may be set up to leave purposes out while it is offline; which, no case says: none is left out.
  c.offline = request.at("is_offline");

  std::string transaction_id;
  for (const json& entry : document.at("profiles")) {
    require_known(entry, {"connectorId", "file", "profile"}, "a profile's entry");
    const auto profile = profile_in(entry.at("profile"), version);
    c.store.hold_profile(entry.at("connectorId"), profile);
    if (!profile.transaction_id.empty()) transaction_id = profile.transaction_id;
    c.unsupported.insert(c.unsupported.end(), profile.unsupported.begin(), profile.unsupported.end());
  }
  if (document.at("transaction_open").get<bool>()) {
    const json& start = document.at("transaction_start");
    c.open.push_back({.evse = document.at("transaction_connector"),
                      .start_ns = start.is_null() ? c.request.start_ns : time_of(start),
                      .id = transaction_id});
  }
  return c;
}

/// The other implementation does not say whether a limit is a default: neighbours that differ in that alone are one.
std::vector<ocpp::CompositePeriod> as_told(const std::vector<ocpp::CompositePeriod>& periods) {
  std::vector<ocpp::CompositePeriod> told;
  for (const auto& period : periods) {
    if (told.empty() || told.back().limit != period.limit || told.back().phases != period.phases)
      told.push_back(period);
  }
  return told;
}

void compare_period(Comparison& comparison, std::size_t index, const CompositeCase& c, const ocpp::CompositePeriod& got,
                    const json& expected) {
  require_known(expected, {"startPeriod", "limit", "numberPhases", "stackLevel", "periodTransformed"},
                "an expected period");
  const auto what = [index](const char* field) { return fmt::format("period {} {}", index, field); };
  if (expected.contains("startPeriod")) {
    const double start_s = static_cast<double>(got.start_ns - c.request.start_ns) / 1e9;
    comparison.absolute(what("startPeriod"), start_s, expected["startPeriod"], 0.0);
  }
  if (expected.contains("limit")) {
    const double limit = expected["limit"];
    comparison.absolute(what("limit"), got.limit, limit, limit_tolerance * std::abs(limit));
  }
  if (expected.contains("numberPhases"))
    comparison.absolute(what("numberPhases"), got.phases, expected["numberPhases"], 0.0);
}

void compare_case(Comparison& comparison, const CompositeCase& c, const json& expect) {
  if (c.offline) comparison.remark("offline: no purpose is left out");
  require_known(expect, {"duration", "unit", "periods", "periods_partial"}, "what is expected");
  const auto got = as_told(c.store.composite_schedule(c.request, c.open));
  if (expect.contains("duration"))
    comparison.absolute("duration", static_cast<double>(c.request.end_ns - c.request.start_ns) / 1e9,
                        expect["duration"], 0.0);
  if (expect.contains("unit"))
    comparison.equal("unit", c.request.unit == ocpp::RateUnit::watt ? "W" : "A", expect["unit"].get<std::string>());

  if (expect.contains("periods")) {
    const json& periods = expect["periods"];
    comparison.equal("number of periods", std::to_string(got.size()), std::to_string(periods.size()));
    for (std::size_t i = 0; i < std::min(got.size(), periods.size()); ++i)
      compare_period(comparison, i, c, got[i], periods[i]);
    return;
  }
  for (const auto& [index, period] : expect.at("periods_partial").items()) {
    const std::size_t i = std::stoul(index);
    if (i >= got.size()) return comparison.fail(fmt::format("there is no period {}, only {}", i, got.size()));
    compare_period(comparison, i, c, got[i], period);
  }
}

}  // namespace

std::vector<Comparison> compare_composite(const json& document, const std::filesystem::path&) {
  const CompositeCase c = read_case(document);
  Comparison comparison(document.at("id").get<std::string>());
  if (c.unsupported.empty())
    compare_case(comparison, c, document.at("expect"));
  else
    comparison.known_difference(
        "not compared, evtwin does not act on: " +
        fmt::format("{}", fmt::join(std::set(c.unsupported.begin(), c.unsupported.end()), ", ")));
  return {std::move(comparison)};
}

}  // namespace evtwin::conformance
