#include "record/checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "kernel/text.hpp"
#include "record/reader.hpp"

namespace evtwin::record {
CheckpointContent read_checkpoint(const std::string& file) {
  const RunSummary summary = read_summary(file);
  if (summary.state != RunState::checkpoint) {
    refuse_file(file,
                fmt::format("a run file, but no checkpoint (its run is {}); one is made by --checkpoint-at TIME FILE",
                            name_of(summary.state)));
  }

  // Every table against its hash: damage would go on into the new file as history.
  const auto problems = check_run_file(file);
  if (!problems.empty()) refuse_file(file, problems.front());

  // Another build may round otherwise, and other time zones move local days: neither goes on bit for bit.
  const auto same = [&](const char* what, const std::string& then, const std::string& now) {
    if (then == now) return;
    refuse_file(file,
                fmt::format("a checkpoint made with {} {}, this is {}: only the very same goes on bit for bit; run "
                            "the scenario from its start",
                            what, kernel::make_printable(then), kernel::make_printable(now)));
  };
  same("evtwin", summary.evtwin_version, evtwin_version());
  same("time zones", summary.tzdata_version, tzdata_version());

  const Database database = open_run_file(file);
  CheckpointContent content;
  Statement row(database, "SELECT time_ns, event_hash, events, state FROM checkpoint");
  if (!row.next_row()) refuse_file(file, "malformed: table checkpoint is empty");
  content.checkpoint.time_ns = row.column_integer(0);
  content.checkpoint.event_hash = hash_of_hex(file, row.column_text(1));
  content.checkpoint.events = static_cast<std::uint64_t>(row.column_integer(2));

  // Opaque here: the simulation checks its own archive when it goes on.
  const std::string_view state = row.column_bytes(3);
  content.checkpoint.state.resize(state.size());
  if (!state.empty()) std::memcpy(content.checkpoint.state.data(), state.data(), state.size());
  content.origin = summary.origin;
  return content;
}

}  // namespace evtwin::record
