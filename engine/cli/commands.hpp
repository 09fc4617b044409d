// The commands. Each prints its result to stdout and returns the exit status; trouble is an exception.
#pragma once
#include <stdexcept>
#include <string>

#include "cli/options.hpp"

namespace evtwin::cli {

/// Wrong input that no other room has words for; `what()` is the line shown after "error: ".
struct CommandError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

int show_first_steps();
int run_scenario(const RunCommand& command);
int compare_strategies(const CompareCommand& command);
int give_advice(const AdviseCommand& command);
int find_bound(const BoundCommand& command);
int train_policy(const TrainCommand& command);
int evaluate_policies(const EvalCommand& command);
int check_file(const CheckCommand& command);
int write_new_scenario(const InitCommand& command);
int list_runs(const RunsCommand& command);
int compare_runs(const DiffCommand& command);
int audit_run(const AuditCommand& command);
int report_runs(const ReportCommand& command);
int repeat_run(const RerunCommand& command);
int export_run(const ExportCommand& command);
int export_masked(const ExportCommand& command);  ///< of a log
int calibrate_twin(const CalibrateCommand& command);
int score_cars(const ScoreCommand& command);
int fit_ageing(const AgeingCommand& command);
int list_drivers(const DriversCommand& command);
int list_chargers(const ChargersCommand& command);
int replay_logs(const ReplayCommand& command);
int what_if(const WhatIfCommand& command);
int start_viewer(const ViewCommand& command);  ///< does not return where the viewer starts
int answer_requests(const DecideCommand& command);
int forecast_judge(const ForecastJudgeCommand& command);
int forecast_train(const ForecastTrainCommand& command);
int forecast_eval(const ForecastEvalCommand& command);
int forecast_import(const ForecastImportCommand& command);
int forecast_export(const ForecastExportCommand& command);
int forecast_weather(const ForecastWeatherCommand& command);
int plugin_info(const PluginInfoCommand& command);
int plugin_layout(const PluginLayoutCommand& command);
int plugin_list(const PluginListCommand& command);
int plugin_new(const PluginNewCommand& command);
int plugin_bench(const PluginBenchCommand& command);
int plugin_check(const PluginCheckCommand& command);
int print_text(const TextCommand& command);
int sweep_worlds(const SweepCommand& command);
int list_tariffs(const TariffsCommand& command);
int list_rewards(const RewardsCommand& command);
int forecast_demand(const DemandCommand& command);
int answer_on_roads(const RoadsCommand& command);

}  // namespace evtwin::cli
