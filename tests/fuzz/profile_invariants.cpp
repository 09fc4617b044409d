#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "fuzz/hold.hpp"
#include "fuzz/invariants.hpp"
#include "ocpp/charging_profile.hpp"

namespace evtwin::fuzz {
namespace {

using namespace ocpp;

/// All objects of a document that may be profiles, without recursion.
std::vector<simdjson::dom::element> objects_of(simdjson::dom::element document) {
  std::vector<simdjson::dom::element> open{document}, objects;
  while (!open.empty() && objects.size() < 64) {
    const simdjson::dom::element one = open.back();
    open.pop_back();
    if (simdjson::dom::array array; one.get(array) == simdjson::SUCCESS)
      for (const auto element : array) open.push_back(element);
    if (simdjson::dom::object object; one.get(object) == simdjson::SUCCESS) {
      objects.push_back(one);
      for (const auto field : object) open.push_back(field.value);
    }
  }
  return objects;
}

void check_composite(const ProfileStore& store, const CompositeRequest& request, double largest_given) {
  const std::vector<OpenTransaction> open{{1, request.start_ns - 3'600'000'000'000, "71"}, {2, request.start_ns, ""}};
  std::vector<CompositePeriod> pieces;
  try {
    pieces = store.composite_schedule(request, open);
  } catch (const std::length_error&) {
    return;  // more than a million edges: refused, as promised
  }
  hold(request.end_ns <= request.start_ns || !pieces.empty(), "a composite schedule of nothing");
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    hold(pieces[i].start_ns >= request.start_ns && pieces[i].start_ns < std::max(request.end_ns, request.start_ns + 1),
         "a piece outside of what was asked for");
    if (i == 0) hold(pieces[i].start_ns == request.start_ns, "the first piece begins late");
    if (i > 0) {
      hold(pieces[i - 1].start_ns < pieces[i].start_ns, "pieces are not in order");
      hold(pieces[i - 1].limit != pieces[i].limit || pieces[i - 1].phases != pieces[i].phases ||
               pieces[i - 1].limited != pieces[i].limited,
           "two pieces that are one");
    }
    hold(!std::isnan(pieces[i].limit), "a limit that is not a number");
    hold(pieces[i].limit >= 0.0 || largest_given < 0.0, "a limit below zero that nobody gave");
  }
  hold(pieces == store.composite_schedule(request, open), "two answers to one question");
}

}  // namespace

void check_profiles(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  const simdjson::padded_string padded(text);
  if (parser.parse(padded).get(document) != simdjson::SUCCESS) return;
  for (const Version version : {Version::v16, Version::v201, Version::v21}) {
    ProfileStore store(2);
    double least = 0.0;
    int number = 0;
    TimeNs now = 1'773'100'800'000'000'000;
    for (const simdjson::dom::element& object : objects_of(document)) {
      ProfileCommand command;
      command.station = "A";
      command.evse = number++ % 3;
      command.time_ns = now;
      try {
        command.profile = profile_of(object, version);
      } catch (const std::invalid_argument& error) {
        hold(std::string_view(error.what()) != "", "a refusal without a word");
        continue;
      }
      hold(trouble_with(*command.profile, version, command.evse) ==
               trouble_with(*command.profile, version, command.evse),
           "two opinions on one profile");
      for (const SchedulePeriod& period : command.profile->schedule.periods) least = std::min(least, period.limit);
      if (command.profile->schedule.start_ns) now = *command.profile->schedule.start_ns;
      store.apply_command(command);
    }
    for (const TimeNs start : {TimeNs{1'773'100'800'000'000'000}, now})
      for (const int evse : {0, 1, 2})
        for (const RateUnit unit : {RateUnit::ampere, RateUnit::watt}) {
          CompositeRequest request;
          request.start_ns = start;
          request.end_ns = start + 86'400'000'000'000;
          request.evse = evse;
          request.unit = unit;
          request.assume_transaction = evse == 2;
          check_composite(store, request, least);
        }
    store.end_transaction(1, "71");
  }
}

}  // namespace evtwin::fuzz
