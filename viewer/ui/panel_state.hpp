// Memory of the panels between frames: results that they worked out about a run (and would otherwise work out again in
// every frame), and how the user left them. Nothing in here changes what is shown for a given run, time and setting.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/verdict.hpp"
#include "viewer/model/flows.hpp"
#include "viewer/model/forecasts.hpp"
#include "viewer/model/metered.hpp"
#include "viewer/model/rewards.hpp"
#include "viewer/model/roads.hpp"
#include "viewer/model/story.hpp"
#include "viewer/model/usable.hpp"
#include "viewer/model/waiting.hpp"
#include "viewer/ui/entity_rows.hpp"
#include "viewer/ui/event_index.hpp"
#include "viewer/ui/feeder_rows.hpp"
#include "viewer/ui/kept_traces.hpp"
#include "viewer/ui/map_layout.hpp"
#include "viewer/ui/money_rows.hpp"
#include "viewer/ui/planned.hpp"
#include "viewer/ui/station_ledger.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// A result that is kept as long as its run and its question are the same.
template <class Question, class Answer>
class Kept {
 public:
  template <class Make>
  const Answer& get_or_make(const model::Run& run, const Question& question, Make make) {
    if (!answer_ || run_ != run.serial || !(question_ == question)) {
      answer_ = make();
      run_ = run.serial;
      question_ = question;
    }
    return *answer_;
  }
  /// The last answer; null: nothing was asked.
  const Answer* last_answer() const { return answer_ ? &*answer_ : nullptr; }

 private:
  std::uint64_t run_ = 0;
  Question question_{};
  std::optional<Answer> answer_;
};

/// States of EVSEs at one instant, each worked out when it is first asked for.
class States {
 public:
  const model::EvseState& kept_state_of(const model::Run& run, std::uint32_t evse, TimeNs t);

 private:
  std::uint64_t run_ = 0;
  TimeNs time_ns_ = 0;
  std::vector<std::optional<model::EvseState>> states_;
};

/// First plans of sessions, each worked out when it is first asked for.
class FirstPlans {
 public:
  const FirstPlan& kept_plan_of(const model::Run& run, std::uint32_t session);

 private:
  std::uint64_t run_ = 0;
  std::unordered_map<std::uint32_t, FirstPlan> plans_;
};

/// For which room the map was laid out.
struct MapRoom {
  std::uint32_t site = no_row;
  float width = 0.0F, height = 0.0F, em = 0.0F;
  bool operator==(const MapRoom&) const = default;
};

/// A key figure with a card of its own.
struct CardFigure {
  std::size_t card = 0;
  double a = model::none, b = model::none;
};

struct GanttQuestion {
  std::uint32_t site = no_row;
  std::string station;
  model::EvseOrder order = model::EvseOrder::file;
  bool dark = false;
  bool operator==(const GanttQuestion&) const = default;
};
struct GanttChart {
  std::vector<std::string> names;
  std::vector<plot::Bar> bars;  ///< by row, then time
};

struct OverviewQuestion {
  std::uint32_t site = 0;
  TimeNs start_ns = 0, end_ns = 0;
  std::size_t width = 0;
  bool operator==(const OverviewQuestion&) const = default;
};
/// Contents of each column of pixels.
struct OverviewStrip {
  std::vector<model::Extent> grid;
  std::vector<std::uint8_t> events;  ///< 0 none, 1 some, 2 an alert
};

/// Which story is told: of which other run (its serial, 0: none), site, and day.
struct StoryQuestion {
  std::uint64_t other = 0;
  std::uint32_t site = no_row;
  TimeNs day = 0;
  bool operator==(const StoryQuestion&) const = default;
};

struct PanelState {
  // Of run A, and of the other.
  std::array<States, 2> states;
  std::array<Kept<std::pair<std::uint32_t, TimeNs>, model::SiteState>, 2> site_state;  ///< of (site, instant)
  std::array<Kept<std::uint32_t, model::Series>, 2> plan;                              ///< of an EVSE
  std::array<FirstPlans, 2> first_plans;
  std::array<Kept<std::uint32_t, std::vector<std::uint32_t>>, 2> messages;  ///< of an EVSE; rows of events
  /// Of (site, (from, to)): of the money panel, and so far.
  std::array<Kept<std::pair<std::uint32_t, std::pair<TimeNs, TimeNs>>, model::PartyMoney>, 2> party_money, money_so_far;

  Kept<TimeNs, std::vector<double>> feeder_kw;
  Kept<EntityQuery, EntityRows> entities;
  Kept<std::uint32_t, std::vector<StationRow>> stations;  ///< of a site, in the order of the file
  Kept<std::pair<std::uint32_t, std::string>, std::vector<TimeNs>> days;
  std::set<std::string> closed_stations;
  bool scroll_to_entity = false;

  Kept<MapRoom, MapLayout> map;
  Kept<std::uint32_t, FeederTree> feeder_tree;

  Kept<EventQuery, EventIndex> events, selected_events;
  /// What the list of events showed last: where it stands follows from it, however the rows came.
  struct EventsShown {
    std::size_t at_cursor = 0, rows = 0;
    float view = 0.0F;
    float scroll = 0.0F;
    bool moving = false;  ///< a place was asked for, which the next frame has
  };
  EventsShown events_shown;

  std::vector<std::string> recent;  ///< files that the menu offers
  std::string typed_path;           ///< in the menu
  TraceStore traces;
  Kept<std::pair<std::uint64_t, std::uint32_t>, std::vector<CardFigure>>
      cards;  ///< with another run (0: none); of a site
  std::array<Kept<GanttQuestion, GanttChart>, 2> gantt;
  std::array<Kept<OverviewQuestion, OverviewStrip>, 2> overview;

  // Of a replay.
  std::array<Kept<std::uint32_t, model::Series>, 2> metered_site, metered_evse, error_evse;
  std::array<Kept<int, model::Series>, 2> error_site;
  // By run and quantity: pv, load
  std::array<std::array<Kept<std::uint32_t, model::ForecastOfSite>, 2>, 2> forecasts;
  std::array<std::array<Kept<std::uint32_t, model::ForecastCurves>, 2>, 2> forecast_fans;
  std::array<Kept<int, std::vector<model::RewardCurve>>, 2> rewards;
  std::array<Kept<std::uint32_t, model::MeteredSession>, 2> metered_session;

  std::array<Kept<int, std::vector<model::Held>>, 2> reservations;
  std::array<Kept<std::pair<std::uint32_t, TimeNs>, std::vector<std::uint32_t>>, 2> usable;  ///< of (site, instant)
  bool only_usable = false;

  // Stage, verdict and story.
  std::array<Kept<std::pair<std::uint32_t, TimeNs>, model::SiteFlows>, 2> flows;
  std::array<Kept<std::uint32_t, double>, 2> widest_flow;                 ///< of a site
  std::array<Kept<std::uint32_t, std::vector<std::uint32_t>>, 2> staged;  ///< EVSEs of a site
  std::array<Kept<int, model::Waiting>, 2> waiting;
  std::array<Kept<int, std::vector<std::uint32_t>>, 2> remarks;             ///< of strategies; rows of events
  std::array<Kept<std::uint32_t, std::pair<bool, double>>, 2> planned_kwh;  ///< of a site; whether by plans, how much
  std::array<Kept<std::uint32_t, model::HoursToReady>, 2> hours_to_ready;   ///< of a site
  std::array<Kept<TimeNs, std::vector<model::RoadCarPlace>>, 2> road_cars;  ///< at an instant
  bool roads_of_b = false;  ///< the road map's run, where two are compared and both have roads
  std::array<Kept<std::uint32_t, model::PartyMoney>, 2> money_of_all;  ///< of a site, over the whole run
  Kept<StoryQuestion, std::vector<model::Moment>> moments, partings;
  Kept<std::pair<std::uint64_t, Language>, analysis::Verdict> verdict;  ///< with another run (its serial)
  std::size_t verdict_party = 0;
  std::size_t story_at = 0;                   ///< the moment that was marked last
  std::vector<std::string_view> verdict_why;  ///< figures whose meaning is open; names of analysis::kpi_table()

  bool money_until_cursor = false, money_vehicles = false;
  std::array<Kept<std::string, StationLedger>, 2> ledger;  ///< of a station
  Kept<MoneyQuery, MoneyOrder> money_order;
  Kept<std::pair<MoneyQuery, std::pair<TimeNs, TimeNs>>, std::vector<std::uint32_t>> money_rows;
};
PanelState& panel_state(const Ui& ui);
/// Which of two things kept: 0 of run A, 1 of another.
inline std::size_t kept_of(const Ui& ui, const model::Run& run) { return &run == ui.run_a() ? 0 : 1; }
/// model::evse_state(), worked out once per instant.
const model::EvseState& state_of(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t);
/// Plan for an EVSE as it stood; empty: there was none.
const model::Series& plan_of(const Ui& ui, const model::Run& run, std::uint32_t evse);
const FirstPlan& first_plan_of(const Ui& ui, const model::Run& run, std::uint32_t session);
/// model::party_money() of a site, or of all (no_row), from the start to t.
const model::PartyMoney& money_so_far(const Ui& ui, const model::Run& run, std::uint32_t site, TimeNs t);

/// The same EVSE / storage / session (by name) in another run; no_row: it has none.
std::uint32_t same_evse(const model::Run& from, std::uint32_t row, const model::Run& to);
std::uint32_t same_storage(const model::Run& from, std::uint32_t row, const model::Run& to);
std::uint32_t same_session(const model::Run& from, std::uint32_t row, const model::Run& to);
/// The selection in rows of `run`, which may be another than A.
Selection selection_in(const Ui& ui, const model::Run& run);
/// Selects what is at these rows of the shown run.
void select_evse_of(Ui& ui, const model::Run& shown, std::uint32_t evse);
void select_session_of(Ui& ui, const model::Run& shown, std::uint32_t session);
void select_storage_of(Ui& ui, const model::Run& shown, std::uint32_t storage);

/// The selected site in a run, by its name in run A; no_row: all of them; model::no_such_site: this run lacks it.
std::uint32_t selected_site(const Ui& ui, const model::Run& run);
/// Whether a site of run A is selected that this run does not have: then nothing of it is shown.
bool lacks_site(const Ui& ui, const model::Run& run);
/// The site that plots and story are of: the selected one, else the first; model::no_such_site as above.
std::uint32_t drawn_site(const Ui& ui, const model::Run& run);
/// Of a run of several sites the one that figures are of; no_row: all of it.
std::uint32_t site_in_view(const Ui& ui, const model::Run& run);
/// Whose key figures these are, as the run file has them: the site in view, -1 all of the run.
std::int32_t kpi_site(const Ui& ui, const model::Run& run);
/// What figures of a run are of: a site's name, "all 3 sites"; empty: there is one site only.
std::string scope_text(const Ui& ui, const model::Run& run);

/// Stations of the sites that are selected.
const std::vector<StationRow>& shown_stations(const Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
