#include "record/checkpoint.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>

#include "kernel/text.hpp"
#include "record/reader.hpp"

namespace evtwin::record {
namespace {

std::uint64_t hash_of(const std::string& file, const std::string& hex) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size() || hex.size() != 16)
    refuse_file(file, "malformed: a hash that is none");
  return value;
}

}  // namespace

CheckpointContent read_checkpoint(const std::string& file) {
  const RunSummary summary = read_summary(file);
  if (summary.state != RunState::checkpoint) {
    refuse_file(file,
                fmt::format("a run file, but no checkpoint (its run is {}); one is made by --checkpoint-at TIME FILE",
                            name_of(summary.state)));
  }
  const auto problems = check_run_file(file);
  if (!problems.empty()) refuse_file(file, problems.front());
  const auto same = [&](const char* what, const std::string& then, const std::string& now) {
    if (then == now) return;
    refuse_file(file,
                fmt::format("a checkpoint made with {} {}, this is {}: only the very same goes on bit for bit; run "
                            "the scenario from its start",
                            what, kernel::printable(then), kernel::printable(now)));
  };
  same("evtwin", summary.evtwin_version, evtwin_version());
  same("time zones", summary.tzdata_version, tzdata_version());

  const Database database = open_run_file(file);
  CheckpointContent content;
  Statement row(database,
                "SELECT time_ns, event_hash, events, days, strategy_id, strategy_parameters, state FROM checkpoint");
  if (!row.step()) refuse_file(file, "malformed: table checkpoint is empty");
  content.checkpoint.time_ns = row.integer(0);
  content.checkpoint.event_hash = hash_of(file, row.text(1));
  content.checkpoint.events = static_cast<std::uint64_t>(row.integer(2));
  if (row.type(3) != SQLITE_NULL) content.days = static_cast<int>(row.integer(3));
  content.strategy_id = row.text(4);
  try {
    nlohmann::json::parse(row.text(5)).get_to(content.strategy_parameters);
  } catch (const nlohmann::json::exception&) {
    refuse_file(file, "malformed: checkpoint.strategy_parameters is no JSON array of names and values");
  }
  const std::string_view state = row.bytes(6);
  content.checkpoint.state.resize(state.size());
  if (!state.empty()) std::memcpy(content.checkpoint.state.data(), state.data(), state.size());

  Statement input(database, "SELECT name, digest FROM input ORDER BY id");
  while (input.step()) content.inputs.push_back({input.text(0), hash_of(file, input.text(1))});
  return content;
}

}  // namespace evtwin::record
