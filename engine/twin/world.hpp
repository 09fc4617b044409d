// The world: what is there, as plain data. A scenario makes it, a Simulation reads it, nobody changes it.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/demand_response.hpp"
#include "control/departure.hpp"
#include "control/forecast.hpp"
#include "demand/arrivals.hpp"
#include "kernel/time.hpp"
#include "market/calendar.hpp"
#include "market/demand_charge.hpp"
#include "market/series.hpp"
#include "market/site_clocks.hpp"
#include "market/tariff.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"

namespace evtwin::twin {

using control::Forecast;
using control::LimitCut;
using kernel::TimeNs;
using physics::infinite;

enum class LimitMode : std::uint8_t { enforce, record };
enum class StoragePolicy : std::uint8_t { off, self_consumption, peak_shaving, arbitrage };

/// An EVSE that is out of service for a while: it offers nothing and is not given to new vehicles.
struct Outage {
  std::uint32_t evse = 0;
  TimeNs from_ns = 0;
  TimeNs to_ns = 0;
};

/// A call of demand response to cars: draw so much less, or give it back, from then until then.
struct DispatchCall {
  TimeNs announced_ns = 0, from_ns = 0, to_ns = 0;
  double kw = 0.0;
  double enrolled_share = 1.0;  ///< of the visits, drawn by their ids: the same visits in every call
  double yes = 1.0;             ///< chance that an enrolled car says yes to a call
};

/// Where an episode's calls and their announcements lie next after `t`; time_never: none is left.
inline TimeNs next_call_edge(const std::vector<DispatchCall>& calls, TimeNs t) {
  TimeNs next = kernel::time_never;
  for (const DispatchCall& call : calls) {
    for (const TimeNs edge : {call.announced_ns, call.from_ns, call.to_ns}) {
      if (edge > t) next = std::min(next, edge);
    }
  }
  return next;
}

/// How drivers answered proposed bookings, and what came of it; known when the world is built.
struct OfferAnswers {
  std::uint64_t made = 0;
  std::uint64_t accepted = 0, moved = 0;   ///< taken: as proposed, at another time
  std::uint64_t elsewhere = 0, none = 0;   ///< refused: another place, no driving
  std::uint64_t kept = 0, overridden = 0;  ///< of those taken: came as agreed, or when it suited
  std::uint64_t outside = 0;               ///< of those taken: moved out of the run

  OfferAnswers& operator+=(const OfferAnswers& other) {
    made += other.made;
    accepted += other.accepted;
    moved += other.moved;
    elsewhere += other.elsewhere;
    none += other.none;
    kept += other.kept;
    overridden += other.overridden;
    outside += other.outside;
    return *this;
  }
};

/// The queue for vehicles that find every EVSE taken.
struct WaitingRoom {
  std::uint32_t places = 0;               ///< 0: it turns away at once
  double patience_h = physics::infinite;  ///< it leaves the queue after this long
};

/// Rules of reserving an EVSE there.
struct Reservations {
  bool block = true;                        ///< nobody else may take a reserved EVSE ...
  TimeNs hold_ns = 15 * kernel::minute_ns;  ///< ... from this long before the reserved time (or its announcement) on
};

/// The way from a decision to the EVSEs: what it takes, and how often a set-point gets lost on it.
struct CommandPath {
  TimeNs forecast_ns = 0;  ///< from the question to the forecast
  TimeNs plan_ns = 0;      ///< from there to the plan
  TimeNs apply_ns = 0;     ///< from there to the set-points in force
  double loss = 0.0;       ///< chance of each set-point not to arrive

  bool is_instant() const { return forecast_ns + plan_ns + apply_ns == 0 && loss == 0.0; }
};

/// A bound of a feeder or row that changes over time. The figure in its struct is the loosest of the run.
struct LimitSeries {
  enum class Of : std::uint8_t { feeder_kw, feeder_export_kw, feeder_a, row_upper, row_lower };
  Of of = Of::feeder_kw;
  std::uint32_t index = 0;  ///< of Site::feeders or Site::rows
  market::Signal value = infinite;
};

struct Site {
  std::string name = "site";
  std::string operator_name;      ///< who runs it; may be empty
  double contract_kw = infinite;  ///< import limit and contract power
  double export_limit_kw = infinite;
  LimitMode limits = LimitMode::enforce;
  market::Tariff tariff;  ///< free_energy() when the scenario gives none
  bool tariff_given = false;
  market::Signal pv_kw = 0.0;    ///< >= 0
  market::Signal load_kw = 0.0;  ///< >= 0
  market::Signal co2_kg_per_kwh = 0.0;
  std::optional<market::Signal> temperature_c;      ///< outside: parked packs are as warm
  std::optional<market::Signal> power_setpoint_kw;  ///< net import the site should have; tracked, never a limit
  control::SiteForecast forecast;
  double driver_price_per_kwh = 0.0;                          ///< drivers pay the site, at the EVSE meter
  std::vector<std::pair<TimeNs, double>> driver_price_steps;  ///< (from when on, price), ascending; after the one above
  double v2g_price_per_kwh = 0.0;                             ///< the site pays drivers, at the EVSE meter
  double unmet_price_per_kwh = 0.0;                           ///< worth of a kWh wanted and not got, in the objective
  double wear_price_per_kwh = 0.0;   ///< battery wear per kWh discharged from vehicles and storage, in the objective
  double share_price_per_kwh = 0.0;  ///< what a kWh of a limit shared by price is worth to it
  market::PartMonth part_month = market::PartMonth::pro_rata;
  std::vector<market::MonthPeak> past_peaks;
  StoragePolicy storage_policy = StoragePolicy::self_consumption;
  WaitingRoom waiting_room;
  Reservations reservations;
  CommandPath commands;

  std::vector<physics::Evse> evses;
  std::vector<physics::Storage> storages;
  std::vector<physics::Feeder> feeders;
  std::vector<physics::LimitRow> rows;
  std::vector<LimitSeries> limit_series;
  std::vector<Outage> outages;
  std::vector<DispatchCall> calls;
  OfferAnswers offers;
  std::vector<LimitCut> cuts;  ///< demand response: of contract_kw
  std::vector<std::shared_ptr<const demand::ArrivalLaw>> arrivals;
  /// Those who left before the run, in order of leaving: strategies are told of them at their first decision.
  std::vector<control::Departure> history;

  market::SiteSignals signals() const { return {tariff, pv_kw, load_kw, co2_kg_per_kwh, power_setpoint_kw}; }
  /// The signals compiled, by compile_clocks(). A run of a site whose signals are others by now compiles its own.
  std::shared_ptr<const market::SiteClocks> clocks;
};

/// How a limit is handed out among its sites where they ask for more.
enum class ShareRule : std::uint8_t { proportional, price };

/// A sum of kW that several sites may import together: an aggregator's, or a common transformer's.
struct SharedLimit {
  std::string name;
  std::vector<std::uint32_t> sites;  ///< ascending
  market::Signal kw = infinite;      ///< >= 0
  ShareRule share = ShareRule::proportional;
};

/// Something of the input that was left out or looks wrong; shown, counted, kept in the run file. Never silent.
struct Flag {
  std::string id;  ///< session id, file or key it is about; may be empty
  std::string reason;
  bool left_out = false;  ///< a session that is not simulated
};

/// A parameter or choice that the scenario made for the strategy.
struct StrategyChoice {
  std::string id = "asap";  ///< "edf", "FILE.so#edf", or "lua" for a function of the scenario
  std::vector<std::pair<std::string, std::string>> params;
};

struct ScriptedEvent {
  TimeNs time_ns = 0;
  std::uint32_t index = 0;  ///< of the function in the scenario's script
  std::string where;        ///< "week.lua:12", for messages
};

struct World {
  std::string name;
  std::string currency;
  std::string scenario_file;                      ///< as given by the user
  std::string scenario_text;                      ///< whole text, kept in the run file
  std::map<std::string, std::string> parameters;  ///< --set name=value as used
  market::Calendar calendar;
  TimeNs start_ns = 0;
  TimeNs end_ns = 0;
  int days = 0;  ///< local days, a part of one counted whole
  std::uint64_t seed = 0;
  bool test = false;  ///< held out: nobody learns from its sites and dates
  TimeNs tick_ns = 15 * kernel::minute_ns;
  std::vector<physics::Vehicle> vehicles;
  std::vector<Site> sites;
  std::vector<SharedLimit> shared_limits;
  std::vector<ScriptedEvent> events;
  StrategyChoice strategy;
  std::vector<Flag> flags;
};

/// Compiles each site's tariff and signals, which many runs of the world then share.
/// @throws market::TariffError, market::SeriesError.
inline void compile_clocks(World& world) {
  for (Site& site : world.sites)
    site.clocks = market::clocks_for(site.clocks, site.signals(), world.calendar, world.start_ns);
}

}  // namespace evtwin::twin
