// evtwin export: a run file in the words of real chargers and of those who bill for them.
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "cli/commands.hpp"
#include "cli/export_decision.hpp"
#include "cli/export_web.hpp"
#include "cli/new_file.hpp"
#include "cli/policy_report.hpp"
#include "kernel/text.hpp"
#include "policy/onnx.hpp"
#include "replay/message_trace.hpp"
#include "replay/ocpi_writer.hpp"
#include "replay/ocpp_log_writer.hpp"
#include "replay/pilot_table.hpp"
#include "replay/time_table.hpp"

namespace evtwin::cli {
namespace {

namespace fs = std::filesystem;

/// A file per station in a folder that is new or empty; few of them are open at a time.
class StationFiles {
 public:
  explicit StationFiles(std::string folder) : folder_(std::move(folder)) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) throw CommandError(fmt::format("{}: can not be made a folder ({})", folder_, error.message()));
    if (!fs::is_empty(folder_, error) || error)
      throw CommandError(folder_ + ": holds files already and is kept; name another folder");
  }
  void write(const std::string& station, std::string_view text) {
    std::string& waiting = waiting_[station];
    waiting += text;
    if (waiting.size() > std::size_t{64} << 10) flush(station, waiting);
  }
  void finish() {
    for (auto& [station, waiting] : waiting_) flush(station, waiting);
  }

 private:
  void flush(const std::string& station, std::string& waiting) {
    const std::string name = (fs::path(folder_) / (station + ".log")).string();
    std::FILE* file = std::fopen(name.c_str(), "ab");
    if (file == nullptr) can_not_write(name, errno);
    const bool written = std::fwrite(waiting.data(), 1, waiting.size(), file) == waiting.size();
    if (std::fclose(file) != 0 || !written) can_not_write(name, errno);
    waiting.clear();
  }

  std::string folder_;
  std::map<std::string, std::string> waiting_;
};

void export_log(const replay::RecordedRun& run, const ExportCommand& command) {
  replay::OcppLogOptions options = command.log;
  options.faults = replay::log_faults(command.faults, run);
  replay::OcppLogSummary summary;

  // Frames carry no name of their station, so that each station has a file of its own.
  if (options.layout == replay::LogLayout::frames) {
    StationFiles files(command.ocpp);
    summary = write_ocpp_log(run, options,
                             [&](const std::string& station, std::string_view text) { files.write(station, text); });
    files.finish();
  } else {
    NewFile file(command.ocpp);
    summary = write_ocpp_log(run, options, [&](const std::string&, std::string_view text) { file.write_text(text); });
    file.finish_file();
  }

  fmt::print("{}: {} stations, {} transactions, {:.3f} kWh, {} lines (OCPP {})\n", kernel::make_printable(command.ocpp),
             run.stations.size(), summary.transactions, summary.energy_kwh, summary.lines,
             options.version == ocpp::Version::v16 ? "1.6" : "2.0.1");

  // The log can not say these of the run: they are told here, where the log is made.
  if (summary.open > 0)
    fmt::print("  {} transactions are open at the end of the run: they have no stop\n", summary.open);
  if (run.never_plugged_in > 0)
    fmt::print("  {} sessions of the run never plugged in: no charger knows of them\n", run.never_plugged_in);
  if (summary.discharge_limits > 0)
    fmt::print("  {} set-points below zero are not in it: neither version has a limit for discharging\n",
               summary.discharge_limits);
  for (const auto& [name, written] : summary.renamed)
    fmt::print("  station {} is written {}\n", kernel::make_printable(name), written);
}

void export_ocpi(const replay::RecordedRun& run, const ExportCommand& command, replay::OcpiObject kind) {
  const bool as_cdr = kind == replay::OcpiObject::cdr;
  const std::string& name = as_cdr ? command.ocpi : command.ocpi_sessions;
  NewFile file(name);
  const replay::OcpiSummary summary = write_ocpi(run, kind, command.ocpi_facts, command.log.anonymise,
                                                 [&](std::string_view text) { file.write_text(text); });
  file.finish_file();
  fmt::print("{}: {} {} (OCPI 2.2.1)\n", kernel::make_printable(name), summary.records,
             as_cdr ? "charge detail records" : "sessions");
  if (summary.left_out > 0)
    fmt::print("  {} sessions have none: they are open, or what OCPI requires of them is not known\n",
               summary.left_out);
  if (!summary.placeholders.empty())
    fmt::print("  placeholders, since a run does not say: {} (--ocpi-set KEY=VALUE gives them)\n",
               fmt::join(summary.placeholders, ", "));
}

void export_sessions(const replay::RecordedRun& run, const ExportCommand& command) {
  NewFile file(command.sessions);
  write_session_table(run, command.log.anonymise, [&](std::string_view text) { file.write_text(text); });
  file.finish_file();
  fmt::print("{}: {} sessions\n", kernel::make_printable(command.sessions), run.sessions.size());
}

/// "15min" -> ns. @throws CommandError
kernel::TimeNs step_of(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, kernel::TimeNs>, 4> units{
      {{"s", kernel::second_ns}, {"min", kernel::minute_ns}, {"h", kernel::hour_ns}, {"d", kernel::day_ns}}};
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number);
  for (const auto& [name, ns] : units) {
    const bool fits = error == std::errc() && std::string_view(unit, static_cast<std::size_t>(end - unit)) == name;
    if (fits && number > 0 && number <= kernel::day_ns / ns) return number * ns;
  }
  throw CommandError(fmt::format("--step {}: write a whole number of s, min, h or d, up to 1d, as in 15min",
                                 kernel::make_printable(text)));
}

void export_timeseries(const replay::RecordedRun& run, const ExportCommand& command) {
  const kernel::TimeNs step_ns = step_of(command.step);
  NewFile file(command.timeseries);
  const std::uint64_t rows =
      write_time_table(run, step_ns, command.log.anonymise, [&](std::string_view text) { file.write_text(text); });
  file.finish_file();
  fmt::print("{}: {} rows\n", kernel::make_printable(command.timeseries), rows);
}

void export_pilot(const replay::RecordedRun& run, const ExportCommand& command) {
  const auto form = command.pilot.ends_with(".json") ? replay::PilotForm::json : replay::PilotForm::csv;
  NewFile file(command.pilot);
  const replay::PilotSummary summary =
      write_pilot_table(run, form, [&](std::string_view text) { file.write_text(text); });
  file.finish_file();
  fmt::print("{}: {} rows\n", kernel::make_printable(command.pilot), summary.rows);
  if (summary.below_6_a_h > 0.0)
    fmt::print("  for {:.1f} h energy flowed below 6 A per phase, which no duty cycle can offer\n",
               summary.below_6_a_h);
}

void export_trace(const replay::RecordedRun& run, const ExportCommand& command) {
  replay::TraceOptions options;
  options.sample_s = command.log.sample_s;
  options.anonymise = command.log.anonymise;
  try {
    if (!command.trace_legs.empty()) options.leg_s = replay::trace_legs(command.trace_legs);
  } catch (const std::invalid_argument& error) {
    throw CommandError(fmt::format("--trace-delays {}: {}", kernel::make_printable(command.trace_legs), error.what()));
  }
  NewFile file(command.trace);
  const replay::TraceSummary summary =
      write_message_trace(run, options, [&](std::string_view text) { file.write_text(text); });
  file.finish_file();
  fmt::print("{}: {} messages, {} rows, {:.3f} s from charger to app\n", kernel::make_printable(command.trace),
             summary.messages, summary.rows, summary.way_s);
}

/// A policy for whoever plays it elsewhere.
int export_onnx(const ExportCommand& command) {
  const std::string& file = command.runs.front();
  const policy::PolicyFile policy = policy_of(file);
  try {
    write_new_file(command.onnx, policy::onnx_bytes(policy));
  } catch (const policy::PolicyError& error) {
    throw CommandError(fmt::format("{}: {}", file, error.what()));
  }
  fmt::print("{}: ONNX, operators of set 13, float32\n", kernel::make_printable(command.onnx));
  return 0;
}

}  // namespace

int export_run(const ExportCommand& command) {
  if (!command.decision.empty()) return export_decision(command);
  if (!command.masked.empty()) return export_masked(command);
  if (!command.onnx.empty()) return export_onnx(command);
  if (!command.web.empty()) export_web(command);
  if (!command.wants_tables()) return 0;
  const replay::RecordedRun run = replay::read_recorded_run(command.runs.front());
  if (!command.ocpp.empty()) export_log(run, command);
  if (!command.ocpi.empty()) export_ocpi(run, command, replay::OcpiObject::cdr);
  if (!command.ocpi_sessions.empty()) export_ocpi(run, command, replay::OcpiObject::session);
  if (!command.sessions.empty()) export_sessions(run, command);
  if (!command.timeseries.empty()) export_timeseries(run, command);
  if (!command.pilot.empty()) export_pilot(run, command);
  if (!command.trace.empty()) export_trace(run, command);
  return 0;
}

}  // namespace evtwin::cli
