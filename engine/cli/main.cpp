// The program: reads the command line, runs the command, turns trouble into one clear line and an exit status.
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <string>

#include "cli/commands.hpp"
#include "cli/last_words.hpp"
#include "cli/new_file.hpp"
#include "cli/progress.hpp"
#include "kernel/log.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {
namespace {

struct Dispatch {
  int operator()(const NoCommand&) const { return show_first_steps(); }
  int operator()(const RunCommand& command) const { return run_scenario(command); }
  int operator()(const CompareCommand& command) const { return compare_strategies(command); }
  int operator()(const AdviseCommand& command) const { return give_advice(command); }
  int operator()(const BoundCommand& command) const { return find_bound(command); }
  int operator()(const TrainCommand& command) const { return train_policy(command); }
  int operator()(const EvalCommand& command) const { return evaluate_policies(command); }
  int operator()(const CheckCommand& command) const { return check_file(command); }
  int operator()(const InitCommand& command) const { return write_new_scenario(command); }
  int operator()(const RunsCommand& command) const { return list_runs(command); }
  int operator()(const DiffCommand& command) const { return compare_runs(command); }
  int operator()(const AuditCommand& command) const { return audit_run(command); }
  int operator()(const ReportCommand& command) const { return report_runs(command); }
  int operator()(const RerunCommand& command) const { return repeat_run(command); }
  int operator()(const ExportCommand& command) const { return export_run(command); }
  int operator()(const CalibrateCommand& command) const { return calibrate_twin(command); }
  int operator()(const ScoreCommand& command) const { return score_cars(command); }
  int operator()(const AgeingCommand& command) const { return fit_ageing(command); }
  int operator()(const DriversCommand& command) const { return list_drivers(command); }
  int operator()(const ChargersCommand& command) const { return list_chargers(command); }
  int operator()(const ReplayCommand& command) const { return replay_logs(command); }
  int operator()(const WhatIfCommand& command) const { return what_if(command); }
  int operator()(const ViewCommand& command) const { return start_viewer(command); }
  int operator()(const DecideCommand& command) const { return answer_requests(command); }
  int operator()(const ForecastJudgeCommand& command) const { return forecast_judge(command); }
  int operator()(const ForecastTrainCommand& command) const { return forecast_train(command); }
  int operator()(const ForecastEvalCommand& command) const { return forecast_eval(command); }
  int operator()(const ForecastImportCommand& command) const { return forecast_import(command); }
  int operator()(const ForecastExportCommand& command) const { return forecast_export(command); }
  int operator()(const ForecastWeatherCommand& command) const { return forecast_weather(command); }
  int operator()(const PluginInfoCommand& command) const { return plugin_info(command); }
  int operator()(const PluginLayoutCommand& command) const { return plugin_layout(command); }
  int operator()(const PluginListCommand& command) const { return plugin_list(command); }
  int operator()(const PluginNewCommand& command) const { return plugin_new(command); }
  int operator()(const PluginBenchCommand& command) const { return plugin_bench(command); }
  int operator()(const PluginCheckCommand& command) const { return plugin_check(command); }
  int operator()(const SweepCommand& command) const { return sweep_worlds(command); }
  int operator()(const TextCommand& command) const { return print_text(command); }
  int operator()(const TariffsCommand& command) const { return list_tariffs(command); }
  int operator()(const RewardsCommand& command) const { return list_rewards(command); }
  int operator()(const DemandCommand& command) const { return forecast_demand(command); }
  int operator()(const RoadsCommand& command) const { return answer_on_roads(command); }
};

/// The first thing of all: rooms look at their level once.
void begin_log(const LogOptions& log) {
  if (log.file.empty()) return kernel::start_log(log.levels, {});
  // Lines are wanted whatever becomes of the command, so the file has its own name from the start.
  if (log.new_file) NewFile(log.file).finish_file();
  kernel::start_log(log.levels, std::filesystem::absolute(log.file).string());
}

/// On stderr, which may be closed: then there is nobody to tell, and the exit status says it.
void say(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

int main_of(int argc, const char* const* argv) {
  const ParsedCommand parsed = parse_command_line(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  name_plugins_that_end_the_process();
  try {
    const auto& [command, log] = std::get<AskedFor>(parsed);
    begin_log(log);
    const int status = std::visit(Dispatch{}, command);
    // Text still in the buffer is an answer too, and a full disk has not taken it.
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    can_not_write("the standard output", errno != 0 ? errno : EIO);
  } catch (const twin::Interrupted&) {
    say("interrupted");
    return 130;
  } catch (const std::bad_alloc&) {
    say("error: out of memory; is the scenario larger than this machine?");
  } catch (const std::exception& error) {
    say("error: " + kernel::make_printable(error.what()));
    if (was_interrupted()) return 130;
  }
  return 1;
}

}  // namespace
}  // namespace evtwin::cli

int main(int argc, char** argv) { return evtwin::cli::main_of(argc, argv); }
