#include <cstdint>
#include <map>
#include <sstream>
#include <string>

#include "fuzz/hold.hpp"
#include "fuzz/invariants.hpp"
#include "ocpp/log_reader.hpp"

namespace evtwin::fuzz {
namespace {

using namespace ocpp;

struct Counting final : FrameSink {
  std::uint64_t frames = 0, links = 0, calls = 0, answers = 0;
  std::ostringstream said;
  void on_frame(const Frame& frame) override {
    hold(frame.payload != nullptr, "a frame without payload");
    hold(frame.number > frames, "frames are not numbered in order");
    hold(frame.place.line >= 1, "a frame on line 0");
    hold(frame.call_number < frame.number, "a frame answers a later one");
    ++frames;
    (frame.type == FrameType::call || frame.type == FrameType::send ? calls : answers) += 1;
    said << static_cast<int>(frame.type) << ' ' << static_cast<int>(frame.sender) << ' ' << frame.station << ' '
         << frame.id << ' ' << frame.action << ' ' << frame.time.ns << ' ' << frame.place.line << ' '
         << frame.call_number << '\n';
  }
  void on_link(const LinkChange& link) override {
    ++links;
    said << "link " << link.station << ' ' << link.connected << ' ' << link.time.ns << '\n';
  }
};

std::uint64_t sum(const std::map<std::string, OddityGroup>& groups) {
  std::uint64_t all = 0;
  for (const auto& [reason, group] : groups) {
    hold(group.count >= group.first.size() && group.first.size() <= 20, "more examples of an oddity than oddities");
    for (const Oddity& one : group.first) hold(one.excerpt.size() <= 400, "an excerpt that is no excerpt");
    all += group.count;
  }
  return all;
}

}  // namespace

void check_report(const LogReport& report) {
  hold(report.blocked <= report.calls + report.results + report.errors + report.other, "more blocked than there are");
  hold(report.reused_ids <= report.calls, "more reused ids than calls");
  hold(report.calls_without_answer <= report.calls + report.other, "more unanswered calls than calls");
  hold(report.answers_without_call <= report.results + report.errors + report.other, "more orphans than answers");
  hold(report.undecodable <= sum(report.unused), "a frame was left out without a reason");
  sum(report.repaired);
  sum(report.lookalikes);
  std::uint64_t named = 0;
  for (const auto& [action, count] : report.actions) named += count;
  hold(named <= report.calls + report.other && named >= report.calls, "actions are not those of the calls");
}

void check_log_reader(std::string_view text) {
  Counting first, second;
  try {
    const LogReport report = read_log_text("fuzz.log", text, first);
    check_report(report);
    hold(first.frames == report.calls + report.results + report.errors + report.other,
         "frames handed over are not those counted");
  } catch (const LogError& error) {
    hold(std::string_view(error.what()).find('\n') == std::string_view::npos, "an error of several lines");
    hold(first.frames == 0, "frames were handed over of a log said to have none");
    return;
  }
  read_log_text("fuzz.log", text, second);
  hold(first.said.str() == second.said.str(), "the same log read twice gives different frames");
}

}  // namespace evtwin::fuzz
