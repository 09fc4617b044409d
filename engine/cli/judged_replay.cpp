#include "cli/judged_replay.hpp"

#include <chrono>
#include <optional>

#include "analysis/kpi.hpp"
#include "cli/input_files.hpp"
#include "record/writer.hpp"
#include "replay/held_out.hpp"
#include "replay/log_content.hpp"

namespace evtwin::cli {
namespace {

replay::ScoreCard scored(const replay::Prepared& prepared, const replay::ReplayResult& result, Repeat repeat,
                         replay::ReplayOptions options) {
  options.observer = nullptr;
  replay::HeldOut held_out = replay::held_out(prepared, result, options);
  std::optional<bool> alike;
  if (repeat == Repeat::twice) alike = replay::replay(prepared, options).result.event_hash == result.result.event_hash;
  return replay::judge(prepared, result, alike, std::move(held_out));
}

}  // namespace

JudgedReplay judged_replay(const replay::Prepared& prepared, const std::vector<std::string>& logs,
                           const std::string& run_file, Repeat repeat, replay::ReplayOptions options) {
  JudgedReplay out;
  if (run_file.empty()) {
    out.result = replay::replay(prepared, options);
    out.card = scored(prepared, out.result, repeat, options);
    return out;
  }

  // Origin and inputs are read before the run: they say what it was made from.
  const twin::World world = replay::world_of(prepared);
  record::Origin origin;
  origin.inputs = inputs_of_scenario(prepared.scenario);
  for (record::InputFile& log : inputs_of_logs(logs)) origin.inputs.push_back(std::move(log));
  record::RunWriter writer(run_file, world, {"as logged", "", ""}, origin);

  options.observer = &writer;
  try {
    const auto begun = std::chrono::steady_clock::now();
    out.result = replay::replay(prepared, options);
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    out.card = scored(prepared, out.result, repeat, options);
    writer.finish(out.result.result, analysis::kpis_of_run(world, out.result.result), wall_s,
                  replay::log_content(prepared, out.result, out.card));
  } catch (const twin::Interrupted&) {
    // A replay that stops leaves a run file that says why.
    writer.end_with_error(record::RunState::interrupted, "interrupted");
    throw;
  } catch (const std::exception& error) {
    writer.end_with_error(record::RunState::failed, error.what());
    throw;
  }
  return out;
}

}  // namespace evtwin::cli
