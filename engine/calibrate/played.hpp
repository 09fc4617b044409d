// The twin and the days that judge it, played under the same strategies: does the twin say the same saving?
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "kernel/unknown.hpp"
#include "scenario/loader.hpp"

namespace evtwin::calibrate {

struct Calibration;
struct CalibrationRequest;

/// Of one run, all sites together.
struct PlayedFigures {
  double cost = kernel::unknown;  ///< energy and demand charge, money
  double peak_kw = kernel::unknown;
  double served_of_all_fraction = kernel::unknown;  ///< who was turned away got nothing
  double turned_away_share = kernel::unknown;       ///< of the vehicles that came
};

struct PlayedStrategy {
  std::string name;
  PlayedFigures days;               ///< the sessions that judge, as they were
  std::vector<PlayedFigures> twin;  ///< by seed
  std::string error;                ///< not empty: a run failed, and there are no figures
};

struct Played {
  std::vector<PlayedStrategy> strategies;  ///< the first is what savings are counted from; empty: none were asked for
  std::string currency;
  bool priced = false;  ///< a tariff gives costs; else peaks alone are compared
};

/// Saving of a strategy over the first one: 1 - figure / figure of the first.
struct Savings {
  double days = kernel::unknown;                              ///< of the sessions that judge
  double twin = kernel::unknown, twin_std = kernel::unknown;  ///< mean and standard deviation over the seeds
};
Savings savings_of(const Played& played, const PlayedStrategy& strategy, double PlayedFigures::*figure);

/// The fitted twin over the days that judge it.
scenario::LoadedScenario twin_scenario(const Calibration& calibration, const CalibrationRequest& request,
                                       std::uint64_t seed);
/// The same site with the sessions that judge, as they were: their cars where the records tell of them, else of the
/// twin's kinds; any free EVSE.
scenario::LoadedScenario days_scenario(const Calibration& calibration, const CalibrationRequest& request);

PlayedFigures played_figures(std::span<const analysis::Kpi> kpis);

std::string played_text(const Played& played, analysis::Language language);
nlohmann::ordered_json played_json(const Played& played);
std::string played_html(const Played& played, analysis::Language language);

}  // namespace evtwin::calibrate
