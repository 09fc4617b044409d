// A run file as what a report draws: sums by window, prices, EVSE x time, sessions, plans, scores. Read in one pass per
// table, with the memory of what is drawn, not of what is recorded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/forecast_over_time.hpp"
#include "analysis/reward_over_time.hpp"
#include "kernel/time.hpp"
#include "record/reader.hpp"
#include "report/words.hpp"

namespace evtwin::report {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A mean over a stretch of time, and the range of what was recorded within it. Seconds since the start of the run.
struct Sample {
  std::int64_t start_s = 0, end_s = 0;
  double value = unknown;                ///< NaN: none in force
  double low = unknown, high = unknown;  ///< NaN: `value` is as recorded
};
using Samples = std::vector<Sample>;

/// A line by its corners: seconds since the start of the run, value.
using Corners = std::vector<std::pair<std::int64_t, double>>;

/// A row of the table `meter`, or many added up.
struct Window {
  std::int64_t start_s = 0, end_s = 0;
  double import_kwh = 0.0, export_kwh = 0.0, pv_kwh = 0.0, load_kwh = 0.0, ev_kwh = 0.0, storage_kwh = 0.0;
};

/// Money and energy of a local day, all of a run's sites together.
struct Day {
  std::int64_t number = 0;  ///< days since 1970-01-01, local
  double energy_cost = 0.0, demand_charge = 0.0, driver_revenue = 0.0, v2g_payment = 0.0;
  double import_kwh = 0.0, export_kwh = 0.0, pv_kwh = 0.0, ev_kwh = 0.0, unmet_kwh = 0.0;
  std::vector<double> peak_kw;  ///< by site, as billed: highest mean import of a metering window
  int arrivals = 0;             ///< vehicles plugged in or turned away
};

struct Site {
  std::string name;
  std::string tariff, tariff_source;
  std::int64_t window_s = 900;
  std::vector<Window> windows;  ///< as recorded, in order
  Samples limit_kw, buy_price, sell_price;
};

struct Evse {
  std::string name;
  std::size_t site = 0;
  double max_kw = 0.0;
};

struct Session {
  std::string name, vehicle, ended;
  std::int64_t number = 0;  ///< 0: never plugged in
  std::size_t evse = 0;
  std::int64_t plugged_in_s = 0, departed_s = 0;
  double wanted_kwh = 0.0, got_kwh = 0.0, unmet_kwh = 0.0, paid = 0.0;
  double planned_kwh = unknown;       ///< by plans that stood; NaN: none
  std::int64_t charged_until_s = -1;  ///< when its last energy flowed in; -1: none did
  double soc_start = unknown, battery_kwh = unknown, charge_efficiency = unknown, discharge_efficiency = unknown;
  Corners soc;  ///< state of charge; empty where it is not kept
};

struct Storage {
  std::string name;
  double capacity_kwh = 0.0, soc_start = 0.0, charge_efficiency = 1.0, discharge_efficiency = 1.0;
  Corners soc;
};

struct Score {
  std::string name, unit, n_of, told, gate, excluded, help, help_ko;
  double value = unknown, pass = unknown, good = unknown;
  std::int64_t n = 0;
  bool indicative = false;
};

/// Energy by EVSE and bucket of time, kWh; rows by EVSE.
struct Grid {
  std::int64_t bucket_s = 0;
  std::int64_t span_s = 0;  ///< of the run: the last bucket may be cut short by it
  std::size_t columns = 0;
  std::vector<double> kwh;

  double hours_of_column(std::size_t column) const {
    const std::int64_t start_s = static_cast<std::int64_t>(column) * bucket_s;
    return static_cast<double>(std::min(bucket_s, span_s - start_s)) / 3600.0;
  }
};

/// What strategies were shown of a quantity's days, and what came: powers in kW, arrivals by the hour.
struct Forecast {
  std::size_t site = 0;
  std::string quantity;  ///< as in the table `foreseen`
  std::string rule;      ///< perfect, yesterday, noisy, or the label of a forecaster
  analysis::ForecastOverTime over_time;
};

struct RunRecord {
  std::string file;
  record::RunSummary summary;
  std::int64_t span_s = 0;
  std::int64_t start_s = 0;                                  ///< since 1970, UTC
  std::vector<std::pair<std::int64_t, std::int64_t>> clock;  ///< from (seconds since the run's start), offset in s
  std::vector<Site> sites;
  std::vector<Evse> evses;
  std::vector<Session> sessions;
  std::vector<Storage> storages;
  std::vector<Day> days;
  std::vector<Score> scores;
  Text verdict;        ///< of a replay, in a sentence; empty: it is none
  Grid power, plan;    ///< plan: empty where none was recorded
  Grid metered, twin;  ///< of a replay, the log's readings and the twin in the same time; one row: all EVSEs together
  std::vector<Forecast> forecasts;                 ///< by site and quantity
  std::optional<analysis::RewardOverTime> reward;  ///< that its policy was trained for; nothing: it played none
  bool has_soc = false;                            ///< of sessions; they are left out where there are too many
  std::int64_t left_out = 0;                       ///< sessions that were not simulated

  std::int64_t offset_at(std::int64_t second) const;  ///< of the local clock
};

/// Opens, checks and reads a run file. @param runs  that share the page, >= 1: each has less detail where they are many
/// @throws record::RunFileError naming what is wrong: no run file, not complete, changed since it was written.
RunRecord read_run(const std::string& file, std::size_t runs);

/// The lengths that buckets of time may have, in seconds: the shortest of them with at most `most` buckets in `span_s`.
std::int64_t bucket_for(std::int64_t span_s, std::size_t most);

/// Hours from the last energy into a vehicle to its departure, on average over those that left and had any: how early
/// they were done. NaN without such.
double mean_done_before_departure_h(const RunRecord& run);

}  // namespace evtwin::report
