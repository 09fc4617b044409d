#pragma once
// Internal to this room: the parts that turn checked tables into the structs of a world. Each file build_*.cpp is one
// part.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control/forecast_model.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"
#include "scenario/parts.hpp"
#include "sessions/log_sessions.hpp"
#include "sessions/series_table.hpp"
#include "sessions/session_table.hpp"
#include "twin/world.hpp"

namespace evtwin::scenario {

struct RoadRegion;
using kernel::TimeNs;

/// An OCPP log that the scenario names, and its sessions by what drivers claim (Claims).
struct LoggedFile {
  ocpp::SiteLog log;
  std::array<sessions::LogSessions, 2> sessions;
};

/// State that all parts share while a world is being built.
struct Build {
  Language& language;
  const ScenarioSource& source;
  twin::World world;
  std::uint64_t laws = 0;                           ///< arrival laws so far, for their names
  std::size_t evses = 0;                            ///< of all sites so far
  std::set<std::shared_ptr<const Construct>> used;  ///< sites and events that stand in the scenario
  std::map<std::pair<std::string, bool>, sessions::SessionTable>
      session_files;                                                   ///< read once: by path, and whether with claims
  std::map<std::string, std::shared_ptr<const LoggedFile>> log_files;  ///< read once: by path
  std::shared_ptr<const ScenarioSource> shared_source{};               ///< `source`, for what outlives the building
  bool has_roads = false;        ///< roads = { ... } may send visits to sites without arrivals of their own
  bool past_is_history = false;  ///< sessions that ended before the run are the history of the site being built

  void add_flag(std::string id, std::string reason) {
    world.flags.push_back({std::move(id), std::move(reason), false});
  }
};

// build_times.cpp
market::LocalDate date_of(const Value& value, const Where& where);
std::vector<market::LocalDate> dates_of(const Value& value, const Where& where);
/// Months of a list { 6, 7, 8 } as a mask.
market::MonthMask months_of(const Value& value, const Where& where);

// build_words.cpp: what words such as csv "x" and normal { ... } were given
/// The one argument of a word that takes a file: `sessions "x.csv"`, `sessions { "x.csv", ... }`, `sessions { file =
/// ... }`.
Fields fields_with_file(const Construct& word, const Section& section, const Where& where);
/// Arguments without a key get the section's keys in order: uniform { 2, 8 }.
Fields fields_in_order(const Construct& word, const Section& section, const Where& where);

// build_signals.cpp
/// How a curve or file is read.
struct SignalUse {
  std::vector<std::string_view> columns;  ///< accepted column names of a csv, the usual one first
  double min = 0.0, max = 1e9;            ///< of the values, before `scale`
  double scale = 1.0;                     ///< of numbers written in the scenario
  sessions::Quantity quantity = sessions::Quantity::power;
  std::string currency;  ///< of prices: what a column of that name must say, and the column's own name where it does
  std::function<double(const sessions::SeriesTable& table, const Fields& csv)> csv_scale;  ///< of a file; none: 1
};
market::Signal signal_of(Build& build, const Value& value, const Where& where, const SignalUse& use,
                         const std::vector<market::LocalDate>& holidays);
market::Series series_of(Build& build, const Construct& csv, const Where& where, const SignalUse& use);
market::Signal pv_of(Build& build, const Value& value, const Where& where,
                     const std::vector<market::LocalDate>& holidays);
/// Curves by day type and month: { weekday = ..., weekend = ... }, { months = ... }, a list, a number.
std::vector<market::DayCurve> curves_of(const Value& value, const Where& where, double min, double max, double scale);

// build_limits.cpp
/// Bounds of a site's feeders and rows that change over time, as they are read.
struct VaryingBounds {
  Build& build;
  const std::vector<market::LocalDate>& holidays;
  std::vector<twin::LimitSeries>& series;
};
/// Values of a signal in the run.
struct SignalSpan {
  double lowest = 0.0, highest = 0.0;
};
SignalSpan span_in_run(const Build& build, const market::Signal& signal);

// build_tariff.cpp
market::Tariff tariff_of(Build& build, const Value& value, const Where& where);

// build_equipment.cpp
std::vector<physics::Vehicle> vehicles_of(const Value& value, const Where& where);
std::vector<physics::Storage> storages_of(const Value& value, const Where& where);
/// { charge, discharge } or one number, each in (0, 1].
std::pair<double, double> efficiencies_of(const Value& value, const Where& where);

// build_stations.cpp
Stations stations_of(Build& build, const Value& value, const Where& where, double site_voltage_v,
                     const std::vector<physics::Feeder>& feeders);
/// Row of an EVSE. @throws ScriptError with the nearest id.
std::uint32_t evse_row(const Stations& stations, const std::string& id, const Where& where);

// build_demand_response.cpp
/// Cuts of the contract power that touch the run; those that come every day are spelled out.
std::vector<twin::LimitCut> cuts_of(const Build& build, const Value& value, const Where& where, double contract_kw);
/// The same of a contract that changes over time: where it is below its highest, known from the start.
std::vector<twin::LimitCut> cuts_of(const Build& build, const market::Signal& contract_kw, double highest_kw);

// build_arrivals.cpp
std::vector<std::shared_ptr<const demand::ArrivalLaw>> arrivals_of(Build& build, const Value& value, const Where& where,
                                                                   const twin::Site& site);
/// Least price that owners take for energy discharged, of a section with that key; 0 where it is not given.
demand::Distribution v2g_min_price_of(const Fields& f);
/// Index of the vehicle with an unknown battery; it is added when it is first needed.
std::uint32_t unknown_vehicle(Build& build);
std::uint32_t vehicle_row(const Build& build, const std::string& name, const Where& where);

// build_sessions.cpp
void add_flags(Build& build, const std::vector<sessions::TableFlag>& flags);
demand::Recorded recorded_of(Build& build, const Construct& sessions, const Where& where, const twin::Site& site);
/// Sessions that left the site before the run, of `history` = sessions or "from_sessions", then of the site's
/// `arrivals`.
std::vector<control::Departure> history_of(Build& build, const Value& history, const Where& where,
                                           const Value* arrivals, const Where& arrivals_where, const twin::Site& site);
// build_shared_limits.cpp
/// Limits over several sites, which are all built by now.
std::vector<twin::SharedLimit> shared_limits_of(Build& build, const Value& value, const Where& where);

// build_roads.cpp
/// Roads, stations, cars and trips; sends the visits of its trips to the sites that are stations. After the sites.
std::shared_ptr<const RoadRegion> roads_of(Build& build, const Value& value, const Where& where);

// build_bookings.cpp
/// A booking as it is written, in the scenario or in a row of a table.
struct BookingEntry {
  Value value;
  Where where;
  bool moved = false;  ///< by a row that says nothing of its window: a window that it has left is let go
};
/// The bookings of `bookings { ... }` or `bookings "day.csv"`, as --change bookings=FILE has them.
demand::Recorded bookings_of(Build& build, const Construct& bookings, const Where& where, const twin::Site& site);

// booking_table.cpp
/// Rows of a CSV with the keys of a booking as columns (window as window_from and window_to). A row whose id is that of
/// a booking `written` changes it: its empty cells keep what that booking has.
/// @param asked  where the file is named. @throws ScriptError "FILE:LINE: ..." for columns that there are not; what the
/// cells say is checked as any booking is.
std::vector<BookingEntry> read_booking_table(Build& build, const std::string& path, const Where& asked,
                                             const std::vector<BookingEntry>& written);

// build_sessions.cpp
/// Distinct station ids of a session file in order of first appearance.
std::vector<std::string> stations_in_file(Build& build, const std::string& file, const Where& where);
/// From the first recorded arrival of the scenario's files to the last departure, in local days. @throws ScriptError
/// when it has no file.
struct RecordedDays {
  market::LocalDate first;
  int days = 0;
};
RecordedDays recorded_days(Build& build, const Construct& scenario, const Where& where);

// build_log.cpp
/// The word `ocpp`.
demand::Recorded logged_of(Build& build, const Construct& ocpp, const Where& where, const twin::Site& site);
/// Sessions of a log on the EVSEs of a site, with the vehicles that they drive.
demand::Recorded recorded_of(Build& build, const sessions::LogSessions& sessions, sessions::EvseMode mode,
                             const twin::Site& site);
/// Local days that the word's sessions touch.
sessions::SessionDays days_of_log(Build& build, const Construct& ocpp, const Where& where);
/// Ids of the EVSEs of a log.
std::vector<std::string> stations_in_log(Build& build, const std::string& file, const Where& where);

// build_forecast.cpp
/// Where a forecast's function stands in the scenario.
struct ForecastPlace {
  int site = -1;           ///< -1: of the scenario itself
  std::string quantity{};  ///< empty: of all; "pv", "load", "arrivals", "price"
};
/// @param site       -1: of the scenario itself
/// @param otherwise  what holds for quantities that a table leaves out
control::SiteForecast forecast_of(const Build& build, const Value& value, const Where& where, int site,
                                  const control::SiteForecast& otherwise);
/// --change forecast=... and its like.
void change_forecast(const Build& build, twin::Site& site);
/// Of scenarios that give none.
control::SiteForecast default_forecast();

// script_forecaster.cpp
std::shared_ptr<const control::ForecastSource> lua_forecaster(std::shared_ptr<const ScenarioSource> source,
                                                              ForecastPlace place, std::string position);

// build_site.cpp
/// @param number  of the site, from 0
twin::Site site_of(Build& build, const Construct& word, const Where& scenario, int number,
                   const control::SiteForecast& forecast, const Value* shared_arrivals, const Value* shared_history,
                   const std::string& default_name);

}  // namespace evtwin::scenario
