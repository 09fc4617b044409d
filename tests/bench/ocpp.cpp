// Reading logs: how fast, against a plain scan of the same memory, and how much memory a long log takes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/suites.hpp"
#include "ocpp/log_reader.hpp"
#include "ocpp/site_log.hpp"
#include "support/allocations.hpp"

namespace evtwin::bench {

namespace {

class Counting final : public ocpp::FrameSink {
 public:
  void on_frame(const ocpp::Frame& frame) override { bytes += frame.id.size(); }
  std::uint64_t bytes = 0;
};

enum class Layout : std::uint8_t { bare, python, steve, csv, json_lines };

std::string quoted(const std::string& frame) {
  std::string cell = "\"";
  for (const char c : frame) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

std::string escaped(const std::string& frame) {
  std::string text = "\"";
  for (const char c : frame) text += c == '"' ? std::string("\\\"") : std::string(1, c);
  return text + "\"";
}

// A reading and its answer, as the five layouts write them.
std::string lines_of(Layout layout, std::uint64_t number) {
  const std::uint64_t second = number % 60, minute = number / 60 % 60, hour = number / 3600 % 24;
  const std::string station = fmt::format("CP{:02}", number % 20), id = fmt::format("{:08x}-4b2e-11f0", number);
  const std::string time = fmt::format("2026-03-10T{:02}:{:02}:{:02}", hour, minute, second);
  const std::string call = fmt::format(
      R"([2,"{}","MeterValues",{{"connectorId":1,"transactionId":{},"meterValue":[{{"timestamp":"{}Z","sampledValue":[)"
      R"({{"value":"{}","context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","unit":"Wh"}},)"
      R"({{"value":"7012.5","measurand":"Power.Active.Import","unit":"W"}}]}}]}}])",
      id, number / 100, time, 100'000 + number);
  const std::string answer = fmt::format(R"([3,"{}",{{}}])", id);
  const std::string local = fmt::format("2026-03-10 {:02}:{:02}:{:02},250", hour, minute, second);
  switch (layout) {
    case Layout::bare:
      return call + "\n" + answer + "\n";
    case Layout::python:
      return fmt::format("{0} - ocpp - INFO - {1}: receive message {2}\n{0} - ocpp - INFO - {1}: send {3}\n", local,
                         station, call, answer);
    case Layout::steve:
      return fmt::format(
          "[INFO ] {0} de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp-50) - [chargeBoxId={1}, sessionId=53a8f814] "
          "Received: {2}\n[INFO ] {0} de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp-50) - [chargeBoxId={1}, "
          "sessionId=53a8f814] Sending: {3}\n",
          local, station, call, answer);
    case Layout::csv:
      return fmt::format("{0}.250Z,{1},MeterValues,{2}\n{0}.300Z,{1},,{3}\n", time, station, quoted(call),
                         quoted(answer));
    case Layout::json_lines:
      break;
  }
  return fmt::format(R"({{"time":"{0}.250Z","level":"info","chargePointId":"{1}","direction":"in","message":{2}}})"
                     "\n"
                     R"({{"time":"{0}.300Z","level":"info","chargePointId":"{1}","direction":"out","message":{3}}})"
                     "\n",
                     time, station, escaped(call), escaped(answer));
}

std::string log_of(Layout layout, std::size_t bytes) {
  std::string text = layout == Layout::csv ? "timestamp,id,action,msg\n" : "";
  for (std::uint64_t number = 0; text.size() < bytes; ++number) text += lines_of(layout, number);
  return text;
}

// What reading can not beat: every line end found once.
std::uint64_t lines_in(const std::string& text) {
  std::uint64_t lines = 0;
  for (const char* at = text.data();
       (at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(text.data() + text.size() - at))));
       ++at)
    ++lines;
  return lines;
}

Row speed(const std::string& name, Layout layout) {
  const std::string text = log_of(layout, std::size_t{64} << 20);
  const auto megabytes = static_cast<double>(text.size()) / 1e6;
  ocpp::LogReport report;
  const double seconds = median_cpu_s(
      [&] {
        Counting sink;
        report = ocpp::read_log_text("made.log", text, sink);
      },
      3);
  std::uint64_t lines = 0;
  const double scan = median_cpu_s([&] { lines += lines_in(text); }, 5);
  const auto frames = static_cast<double>(report.calls + report.results);
  return {{name},
          {megabytes, megabytes / seconds, seconds / frames * 1e9, lines > 0 ? seconds / scan : std::nan(""),
           std::nan("")}};
}

constexpr std::array layouts{std::pair{"bare", Layout::bare}, std::pair{"python", Layout::python},
                             std::pair{"steve", Layout::steve}, std::pair{"csv", Layout::csv},
                             std::pair{"json-lines", Layout::json_lines}};

Row memory(const std::string& name, std::size_t bytes) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("evtwin-bench-{}.log", ::getpid());
  {
    std::ofstream out(file, std::ios::binary);
    std::uint64_t written = 0;
    for (std::uint64_t number = 0; written < bytes; ++number) {
      const std::string lines = lines_of(Layout::python, number);
      out << lines;
      written += lines.size();
    }
  }
  testing::reset_peak_bytes();
  const std::int64_t before = testing::allocated_bytes();
  Counting sink;
  const std::string path = file.string();
  const double begin = cpu_seconds(Clock::thread);
  const ocpp::LogReport report = ocpp::read_logs(std::span(&path, 1), sink);
  const double seconds = cpu_seconds(Clock::thread) - begin;
  const auto peak = static_cast<double>(testing::peak_bytes() - before) / 1e6;
  std::filesystem::remove(file);
  const double megabytes = static_cast<double>(report.files[0].bytes) / 1e6;
  const auto frames = static_cast<double>(report.calls + report.results);
  return {{name}, {megabytes, megabytes / seconds, seconds / frames * 1e9, std::nan(""), peak}};
}

}  // namespace

int read_counted(const std::string& layout, const std::string& what, int megabytes) {
  const auto* found =
      std::find_if(layouts.begin(), layouts.end(), [&](const auto& one) { return one.first == layout; });
  if (found == layouts.end())
    throw std::invalid_argument("no layout " + layout + "; there are bare, python, steve, csv, json-lines");
  const std::string text = log_of(found->second, static_cast<std::size_t>(megabytes) << 20);
  Counting sink;
  if (what == "read") (void)ocpp::read_log_text("made.log", text, sink);
  if (what == "site") (void)ocpp::read_site_log_text("made.log", text);
  fmt::print("{}\n", text.size());
  return 0;
}

Table ocpp_table() {
  Table table{
      "ocpp",
      "Reading logs of one frame a line, one core: bare frames 300 MB/s, others 200 MB/s; memory does not follow "
      "length",
      {"log"},
      {"MB", "MB/s", "ns/frame", "times a scan for line ends", "peak MB"},
      {}};
  table.rows.push_back(speed("bare frames", Layout::bare));
  table.rows.push_back(speed("Python logging", Layout::python));
  table.rows.push_back(speed("SteVe", Layout::steve));
  table.rows.push_back(speed("CSV", Layout::csv));
  table.rows.push_back(speed("JSON lines", Layout::json_lines));
  table.rows.push_back(memory("a file of 64 MB", std::size_t{64} << 20));
  table.rows.push_back(memory("a file of 512 MB", std::size_t{512} << 20));
  return table;
}

}  // namespace evtwin::bench
