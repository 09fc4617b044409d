#include <cmath>
#include <sstream>
#include <string>

#include "fuzz/hold.hpp"
#include "fuzz/invariants.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::fuzz {
namespace {

using namespace ocpp;

bool unknown_or_not_negative(double value) { return std::isnan(value) || (value >= 0.0 && std::isfinite(value)); }

void check(const Transaction& one) {
  hold(unknown_or_not_negative(one.energy_kwh), "energy below zero or not finite");
  hold(one.exported_kwh >= 0.0 && std::isfinite(one.exported_kwh), "exported energy below zero or not finite");
  for (const double hours : {one.hours.charging, one.hours.suspended_ev, one.hours.suspended_evse, one.hours.connected})
    hold(unknown_or_not_negative(hours), "hours below zero");
  // Times that can not be are told as they are; not without a word.
  if (one.is_whole() && one.flags.empty()) {
    hold(one.start_ns <= one.stop_ns, "a whole transaction that stops before it starts, without a word");
    hold(one.plugged_in_ns <= one.plugged_out_ns, "unplugged before plugged in, without a word");
  }
  for (std::size_t i = 1; i < one.samples.size(); ++i)
    hold(one.samples[i - 1].time_ns <= one.samples[i].time_ns, "samples are not in order");
  for (const Sample& sample : one.samples)
    hold(std::isnan(sample.soc) || (sample.soc >= 0.0 && sample.soc <= 1.0), "state of charge outside 0..1");
}

void write(std::ostream& out, const SiteLog& log) {
  for (const Transaction& one : log.transactions)
    out << one.station << ' ' << one.evse << ' ' << one.id << ' ' << one.start_ns << ' ' << one.stop_ns << ' '
        << one.energy_kwh << ' ' << one.samples.size() << '\n';
  for (const LogFlag& flag : log.flags) out << flag.code << ' ' << flag.subject << ' ' << flag.text << '\n';
}

void check(const SiteLog& log) {
  check_report(log.report);
  for (std::size_t i = 0; i < log.transactions.size(); ++i) {
    check(log.transactions[i]);
    if (i > 0)
      hold(log.transactions[i - 1].start_ns <= log.transactions[i].start_ns, "transactions are not in order of start");
  }
  for (const EvseTimeline& timeline : log.timelines)
    for (std::size_t i = 0; i < timeline.spans.size(); ++i) {
      hold(timeline.spans[i].from_ns <= timeline.spans[i].to_ns, "a state that ends before it begins");
      if (i > 0) hold(timeline.spans[i - 1].to_ns <= timeline.spans[i].from_ns, "states overlap");
    }
  for (std::size_t i = 1; i < log.profiles.size(); ++i)
    hold(log.profiles[i - 1].time_ns <= log.profiles[i].time_ns, "profile commands are not in order");
  for (const Command& command : log.commands)
    hold(std::isnan(command.answer_s) || std::isfinite(command.answer_s), "a latency that is not finite");
  hold(log.first_ns <= log.last_ns, "the log ends before it begins");
}

}  // namespace

void check_site_log(std::string_view text) {
  std::ostringstream first, second;
  try {
    const SiteLog log = read_site_log_text("fuzz.log", text);
    check(log);
    write(first, log);
    write(second, read_site_log_text("fuzz.log", text));
  } catch (const LogError& error) {
    hold(std::string_view(error.what()).find('\n') == std::string_view::npos, "an error of several lines");
  }
  hold(first.str() == second.str(), "the same log read twice gives different transactions");
}

}  // namespace evtwin::fuzz
