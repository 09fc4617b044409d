#include "audit/recorded.hpp"

#include <algorithm>
#include <string_view>

#include "record/reader.hpp"

namespace evtwin::audit {
namespace {

using record::Database;
using record::Statement;

[[noreturn]] void senseless(const Database& database, const char* what) {
  record::refuse_file(database.file(), std::string("can not be recounted: ") + what);
}

double real_or(const Statement& rows, int column, double otherwise) {
  const double value = rows.column_real(column);
  return value != value ? otherwise : value;
}

/// Of four columns from `first` on.
AgeingTerms ageing_of(const Statement& rows, int first) {
  return {real_or(rows, first, AgeingTerms::published), real_or(rows, first + 1, AgeingTerms::published),
          rows.column_real(first + 2), rows.column_real(first + 3)};
}

/// Rows of things by their id, which counts through all sites.
class Places {
 public:
  struct Place {
    std::size_t site;
    int row;
  };
  explicit Places(const Database& database, const char* what) : database_(database), what_(what) {}
  void add(std::int64_t id, std::size_t site, std::size_t row) { places_[id] = {site, static_cast<int>(row)}; }
  const Place& of(std::int64_t id) const {
    const auto found = places_.find(id);
    if (found == places_.end()) senseless(database_, what_);
    return found->second;
  }
  /// Row of an id of that site.
  int of(std::int64_t id, const Site& site, const std::vector<Site>& sites) const {
    const Place& place = of(id);
    if (&sites[place.site] != &site) senseless(database_, what_);
    return place.row;
  }

 private:
  const Database& database_;
  const char* what_;
  std::map<std::int64_t, Place> places_;
};

class Reading {
 public:
  explicit Reading(const std::string& file) : database_(record::open_run_file(file)) { run_.file = file; }

  Recorded read() {
    read_run();
    read_clock();
    read_sites();
    read_demand();
    read_feeders();
    read_evses();
    read_rows();
    read_limit_steps();
    read_storages();
    read_vehicles();
    read_sessions();
    read_power();
    read_signals();
    read_shared_limits();
    read_claims();
    return std::move(run_);
  }

 private:
  Site& site(std::int64_t id) {
    if (id < 1 || static_cast<std::size_t>(id) > run_.sites.size()) senseless(database_, "a row of no site");
    return run_.sites[static_cast<std::size_t>(id) - 1];
  }

  void read_run() {
    Statement rows(database_, "SELECT state, error, name, strategy, start_ns, end_ns FROM run");
    if (!rows.next_row()) senseless(database_, "it names no run");
    const std::string state = rows.column_text(0);
    if (state != "complete") {
      const std::string error = rows.column_text(1);
      record::refuse_file(database_.file(), "is not complete (" + state + (error.empty() ? "" : ": " + error) +
                                                "); only a run that came to its end can be recounted");
    }
    run_.name = rows.column_text(2);
    run_.strategy = rows.column_text(3);
    run_.start_ns = rows.column_integer(4);
    run_.end_ns = rows.column_integer(5);
    constexpr Ns furthest_ns = 106'750 * day_ns;  // from 1970, either way: what evtwin's calendar knows
    if (run_.end_ns < run_.start_ns || run_.start_ns < -furthest_ns || run_.end_ns > furthest_ns)
      senseless(database_, "its start and end are no instants of a run");
    if (run_.end_ns <= run_.start_ns) senseless(database_, "the run ends before it begins");
  }

  void read_clock() {
    std::vector<LocalClock::Interval> intervals;
    Statement rows(database_, "SELECT start_ns, end_ns, utc_offset_s FROM clock ORDER BY id");
    while (rows.next_row()) {
      intervals.push_back({rows.column_integer(0), rows.column_integer(1), rows.column_integer(2) * second_ns});
      if (intervals.size() > 1 && intervals[intervals.size() - 2].end_ns != intervals.back().begin_ns)
        senseless(database_, "the clock has gaps");
    }
    if (intervals.empty()) senseless(database_, "it has no clock");
    run_.clock = LocalClock(std::move(intervals));
  }

  void read_sites() {
    Statement rows(database_,
                   "SELECT name, contract_kw, metering_window_ns, unmet_price_per_kwh, wear_price_per_kwh, "
                   "demand_basis, part_month, ratchet_look_back_months, demand_floor_fraction, excess_price_per_kw, "
                   "export_limit_kw, driver_price_per_kwh, v2g_price_per_kwh FROM site ORDER BY id");
    while (rows.next_row()) {
      Site& site = run_.sites.emplace_back();
      site.name = rows.column_text(0);
      site.contract_kw = real_or(rows, 1, infinite);
      site.window_ns = rows.column_integer(2);
      // The recount cuts local days into whole windows.
      if (site.window_ns < 60'000'000'000 || day_ns % site.window_ns != 0)
        senseless(database_, "a metering window that is none");

      site.unmet_price_per_kwh = rows.column_real(3);
      site.wear_price_per_kwh = rows.column_real(4);

      // Terms of the demand charge; its prices by month follow in read_demand.
      site.demand.by_contract = rows.column_text(5) == "contract";
      site.demand.whole_months = rows.column_text(6) == "full";
      site.demand.look_back_months = static_cast<int>(rows.column_integer(7));
      site.demand.floor_fraction = rows.column_real(8);
      site.demand.excess_price_per_kw = rows.column_real(9);

      // Prices for drivers are those at the start; later ones are signals.
      site.export_limit_kw = real_or(rows, 10, infinite);
      site.driver_price_per_kwh = rows.column_real(11);
      site.v2g_price_per_kwh = rows.column_real(12);
    }
    if (run_.sites.empty()) senseless(database_, "it has no site");
  }

  void read_demand() {
    Statement prices(database_, "SELECT site, month, price_per_kw, in_ratchet FROM demand_price ORDER BY id");
    while (prices.next_row()) {
      const std::int64_t month = prices.column_integer(1);
      if (month < 1 || month > 12) senseless(database_, "a demand price of no month");
      DemandTerms& demand = site(prices.column_integer(0)).demand;
      demand.price_per_kw[static_cast<std::size_t>(month - 1)] = prices.column_real(2);
      demand.in_ratchet[static_cast<std::size_t>(month - 1)] = prices.column_integer(3) != 0;
    }
    Statement peaks(database_, "SELECT site, month, peak_kw FROM past_peak ORDER BY id");
    while (peaks.next_row()) {
      MonthNumber month = 0;
      if (!parse_month(peaks.column_text(1), month)) senseless(database_, "a past peak of no month");
      site(peaks.column_integer(0)).demand.past_peaks_kw.emplace_back(month, peaks.column_real(2));
    }
  }

  void read_feeders() {
    Statement rows(database_,
                   "SELECT id, site, name, parent, max_kw, max_export_kw, efficiency FROM feeder ORDER BY id");
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(1));
      feeders_.add(rows.column_integer(0), static_cast<std::size_t>(rows.column_integer(1)) - 1, of.feeders.size());
      parents_.push_back(rows.column_integer(3));
      of.feeders.push_back(
          {rows.column_text(2), -1, real_or(rows, 4, infinite), real_or(rows, 5, infinite), rows.column_real(6)});
    }
    std::size_t next = 0;
    for (Site& of : run_.sites) {
      for (Feeder& feeder : of.feeders) {
        if (parents_[next] != 0) feeder.parent = feeders_.of(parents_[next], of, run_.sites);
        ++next;
      }

      // Every way up ends at the grid connection, after as many feeders as there are at most.
      for (const Feeder& feeder : of.feeders) {
        std::size_t passed = 0;
        for (int above = feeder.parent; above >= 0; above = of.feeders[static_cast<std::size_t>(above)].parent) {
          if (++passed >= of.feeders.size()) senseless(database_, "feeders in a loop");
        }
      }
    }
  }

  void read_evses() {
    Statement rows(database_, "SELECT id, site, efficiency, feeder, name, max_kw FROM evse ORDER BY id");
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(1));
      evses_.add(rows.column_integer(0), static_cast<std::size_t>(rows.column_integer(1)) - 1, of.evses.size());
      Evse evse{rows.column_text(4), rows.column_integer(0), rows.column_real(5), rows.column_real(2), -1};
      const std::string feeder = rows.column_text(3);
      for (std::size_t f = 0; f < of.feeders.size(); ++f) {
        if (!feeder.empty() && of.feeders[f].name == feeder) evse.feeder = static_cast<int>(f);
      }
      of.evses.push_back(evse);
    }
  }

  void read_rows() {
    Statement others(database_, "SELECT site FROM row_limit UNION SELECT site FROM feeder WHERE max_a IS NOT NULL");
    while (others.next_row()) site(others.column_integer(0)).limits_else = true;
    Statement rows(database_,
                   "SELECT r.site, r.id, r.lower, r.upper, m.evse, m.coefficient FROM row_limit r "
                   "JOIN row_limit_member m ON m.row_limit = r.id WHERE r.kind = 'power_kw' ORDER BY r.id, m.id");
    std::int64_t last = 0;
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(0));
      if (rows.column_integer(1) != last) {
        rows_.add(rows.column_integer(1), static_cast<std::size_t>(rows.column_integer(0)) - 1, of.rows.size());
        of.rows.push_back({real_or(rows, 2, -infinite), real_or(rows, 3, infinite), {}});
      }
      last = rows.column_integer(1);
      of.rows.back().members.emplace_back(evses_.of(rows.column_integer(4), of, run_.sites), rows.column_real(5));
    }
  }

  /// Bounds over currents count no energy.
  void read_limit_steps() {
    Statement rows(database_,
                   "SELECT s.feeder, s.row_limit, s.bound, s.start_ns, s.value FROM limit_step s LEFT JOIN row_limit r "
                   "ON r.id = s.row_limit WHERE s.bound <> 'max_a' AND (r.id IS NULL OR r.kind = 'power_kw') "
                   "ORDER BY s.start_ns, s.id");
    while (rows.next_row()) {
      const bool of_row = rows.column_integer(1) != 0;
      const Places::Place& place = of_row ? rows_.of(rows.column_integer(1)) : feeders_.of(rows.column_integer(0));
      const std::string bound = rows.column_text(2);
      LimitStep step;
      step.of = of_row ? (bound == "upper" ? LimitStep::Of::row_upper : LimitStep::Of::row_lower)
                       : (bound == "max_kw" ? LimitStep::Of::feeder_kw : LimitStep::Of::feeder_export_kw);
      step.index = static_cast<std::size_t>(place.row);
      step.start_ns = rows.column_integer(3);
      step.value = rows.column_real(4);
      run_.sites[place.site].limit_steps.push_back(step);
    }
  }

  void read_storages() {
    Statement rows(
        database_,
        "SELECT id, site, name, capacity_kwh, charge_efficiency, discharge_efficiency, soc_start, soc_min, "
        "soc_max, standby_kw, max_charge_kw, max_discharge_kw, ageing_calendar, ageing_cyclic, ageing_power, "
        "replaced_at FROM storage ORDER BY id");
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(1));
      storages_.add(rows.column_integer(0), static_cast<std::size_t>(rows.column_integer(1)) - 1, of.storages.size());
      of.storages.push_back({rows.column_text(2), rows.column_real(3), rows.column_real(10), rows.column_real(11),
                             rows.column_real(4), rows.column_real(5), rows.column_real(6), rows.column_real(7),
                             rows.column_real(8), rows.column_real(9), ageing_of(rows, 12)});
    }
  }

  void read_vehicles() {
    Statement rows(database_,
                   "SELECT battery_kwh, charge_efficiency, discharge_efficiency, ageing_calendar, ageing_cyclic, "
                   "ageing_power, replaced_at FROM vehicle ORDER BY id");
    while (rows.next_row())
      run_.vehicles.push_back(
          {real_or(rows, 0, infinite), rows.column_real(1), rows.column_real(2), ageing_of(rows, 3), {}});
    Statement knots(database_, "SELECT vehicle, soc, kw FROM acceptance ORDER BY id");
    while (knots.next_row()) {
      const std::size_t vehicle = static_cast<std::size_t>(knots.column_integer(0)) - 1;
      if (vehicle >= run_.vehicles.size()) senseless(database_, "a charging curve of no vehicle");
      run_.vehicles[vehicle].charge_curve.push_back({knots.column_real(1), real_or(knots, 2, infinite)});
    }
  }

  static Ended ended_of(std::string_view text) {
    if (text == "departed") return Ended::departed;
    if (text == "open_at_end") return Ended::open_at_end;
    if (text == "waiting_at_end") return Ended::waiting_at_end;
    return Ended::not_served;
  }

  void read_sessions() {
    Statement rows(
        database_,
        "SELECT site, name, number, vehicle_type, evse, arrived_ns, plugged_in_ns, departed_ns, wanted_kwh, "
        "max_kw, v2g_min_price_per_kwh, soc_start, ended, got_kwh, discharged_kwh, unmet_kwh, open_cost, cost, "
        "driver_revenue, v2g_payment, wear_cost, paid, soc_end, waited_h, wear_calendar, wear_cyclic, "
        "battery_kwh, charge_efficiency, discharge_efficiency FROM session "
        "ORDER BY id");
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(0));
      Session& session = of.sessions.emplace_back();
      // Number 0 never plugged in: it has an EVSE neither here nor in `power`.
      session.name = rows.column_text(1);
      session.number = rows.column_integer(2);
      session.vehicle = static_cast<int>(rows.column_integer(3)) - 1;
      if (session.vehicle < 0 || static_cast<std::size_t>(session.vehicle) >= run_.vehicles.size())
        senseless(database_, "a session of no vehicle");
      if (session.number != 0) {
        session.evse = evses_.of(rows.column_integer(4), of, run_.sites);
        session_of_number_[{&of, session.number}] = static_cast<int>(of.sessions.size()) - 1;
      }

      session.arrived_ns = rows.column_integer(5);
      session.plugged_in_ns = rows.column_integer(6);
      session.departed_ns = rows.column_integer(7);

      session.wanted_kwh = rows.column_real(8);
      session.max_kw = real_or(rows, 9, 0.0);
      session.v2g_min_price_per_kwh = rows.column_real(10);
      session.soc_start = rows.column_real(11);
      session.ended = ended_of(rows.column_text(12));
      if (session.number == 0 && session.ended == Ended::open_at_end)
        senseless(database_, "a session open at the end that never plugged in");

      // From here on columns that the books made: they are compared, and nothing is recounted from them.
      session.got_kwh = rows.column_real(13);
      session.discharged_kwh = rows.column_real(14);
      session.unmet_kwh = rows.column_real(15);
      session.open_cost = rows.column_real(16);
      session.cost = rows.column_real(17);

      session.driver_revenue = rows.column_real(18);
      session.v2g_payment = rows.column_real(19);
      session.wear_cost = rows.column_real(20);
      session.paid = rows.column_real(21);
      session.soc_end = rows.column_real(22);
      session.waited_h = rows.column_real(23);
      session.wear_calendar = rows.column_real(24);
      session.wear_cyclic = rows.column_real(25);

      session.battery_kwh = rows.column_real(26);
      session.charge_efficiency = rows.column_real(27);
      session.discharge_efficiency = rows.column_real(28);
    }
  }

  void read_power() {
    Statement rows(database_,
                   "SELECT evse, storage, session, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power");
    while (rows.next_row()) {
      // An EVSE's power belongs to the session of that number at its site, a storage's to none.
      const bool is_evse = rows.column_integer(0) != 0;
      const Places::Place& place = is_evse ? evses_.of(rows.column_integer(0)) : storages_.of(rows.column_integer(1));
      Site& of = run_.sites[place.site];
      Segment segment;
      segment.unit = place.row + (is_evse ? 0 : static_cast<int>(of.evses.size()));
      if (is_evse) {
        const auto session = session_of_number_.find({&of, rows.column_integer(2)});
        if (session == session_of_number_.end()) senseless(database_, "power of no session");
        segment.session = session->second;
      }

      segment.start_ns = rows.column_integer(3);
      segment.end_ns = rows.column_integer(4);
      segment.kw = rows.column_real(5);
      segment.slope_per_h = rows.column_real(6);
      segment.energy_kwh = rows.column_real(7);
      if (segment.end_ns < segment.start_ns || segment.start_ns < run_.start_ns || segment.end_ns > run_.end_ns)
        senseless(database_, "power outside the run");
      of.segments.push_back(segment);
    }

    // Rows come in any order, the sweep needs them by start; no unit has two powers at once.
    for (Site& of : run_.sites) {
      std::stable_sort(of.segments.begin(), of.segments.end(),
                       [](const Segment& a, const Segment& b) { return a.start_ns < b.start_ns; });
      std::vector<Ns> free_from(of.evses.size() + of.storages.size(), run_.start_ns);
      for (const Segment& segment : of.segments) {
        Ns& free_ns = free_from[static_cast<std::size_t>(segment.unit)];
        if (segment.start_ns < free_ns) senseless(database_, "an EVSE or storage with two powers at once");
        free_ns = segment.end_ns;
      }
    }
  }

  void read_signals() {
    constexpr std::array<std::string_view, kinds> names{
        "buy_price",         "sell_price",          "pv_kw",          "load_kw",           "contract_kw",
        "uncut_contract_kw", "export_limit_kw",     "co2_kg_per_kwh", "power_setpoint_kw", "driver_price_per_kwh",
        "v2g_price_per_kwh", "buy_price_beyond_end"};
    static_assert(kernel::names_each<Kind>(names));
    Statement rows(database_, "SELECT site, kind, start_ns, value FROM signal ORDER BY start_ns, id");
    while (rows.next_row()) {
      const auto kind = std::find(names.begin(), names.end(), rows.column_bytes(1));
      if (kind == names.end()) continue;  // one that no figure rests on
      if ((rows.column_integer(2) >= run_.end_ns) != (*kind == "buy_price_beyond_end"))
        senseless(database_, "a signal outside the run");
      const bool is_limit = kind->ends_with("contract_kw") || *kind == "export_limit_kw";
      std::vector<Step>& steps = site(rows.column_integer(0)).signals[static_cast<std::size_t>(kind - names.begin())];
      steps.push_back({rows.column_integer(2), is_limit ? real_or(rows, 3, infinite) : rows.column_real(3)});
    }
  }

  SharedLimit& shared_limit(std::int64_t id) {
    if (id < 1 || static_cast<std::size_t>(id) > run_.shared_limits.size())
      senseless(database_, "a row of no shared limit");
    return run_.shared_limits[static_cast<std::size_t>(id) - 1];
  }

  void read_shared_limits() {
    Statement limits(database_, "SELECT name FROM shared_limit ORDER BY id");
    while (limits.next_row()) run_.shared_limits.emplace_back().name = limits.column_text(0);
    Statement members(database_, "SELECT shared_limit, site FROM shared_limit_site ORDER BY id");
    while (members.next_row()) {
      site(members.column_integer(1)).shares_limits = true;
      shared_limit(members.column_integer(0)).sites.push_back(static_cast<std::size_t>(members.column_integer(1)) - 1);
    }
    Statement steps(database_, "SELECT shared_limit, start_ns, kw FROM shared_limit_kw ORDER BY start_ns, id");
    while (steps.next_row())
      shared_limit(steps.column_integer(0)).kw.push_back({steps.column_integer(1), steps.column_real(2)});
    for (const SharedLimit& limit : run_.shared_limits) {
      if (limit.kw.empty() || limit.kw.front().start_ns > run_.start_ns)
        senseless(database_, "a shared limit that is not known from the start");
    }
    Statement used(database_, "SELECT shared_limit, excess_kwh FROM shared_limit_use WHERE site IS NULL ORDER BY id");
    while (used.next_row()) shared_limit(used.column_integer(0)).excess_kwh = used.column_real(1);
  }

  void read_claims() {
    Statement months(database_,
                     "SELECT site, month, peak_kw, billed_kw, price_per_kw, fraction, excess_kw, excess_cost, cost "
                     "FROM month ORDER BY id");
    while (months.next_row()) {
      MonthNumber month = 0;
      if (!parse_month(months.column_text(1), month)) senseless(database_, "a bill of no month");
      site(months.column_integer(0)).months[month] = {
          months.column_real(2), months.column_real(3), months.column_real(4), months.column_real(5),
          months.column_real(6), months.column_real(7), months.column_real(8)};
    }

    // Sums are enough for `meter`: of its windows only `peak_kw` is compared row by row.
    std::string sums = "SELECT site";
    for (const std::string_view column : meter_columns) sums += ", sum(" + std::string(column) + ")";
    Statement meter(database_, sums + " FROM meter GROUP BY site");
    while (meter.next_row()) {
      for (std::size_t k = 0; k < meter_columns.size(); ++k)
        site(meter.column_integer(0)).meter_sums[k] = meter.column_real(static_cast<int>(k) + 1);
    }

    Statement windows(database_, "SELECT site, start_ns, end_ns, peak_kw FROM meter ORDER BY rowid");
    while (windows.next_row()) {
      const WindowNs window{windows.column_integer(1), windows.column_integer(2)};
      if (!site(windows.column_integer(0)).window_peaks_kw.emplace(window, windows.column_real(3)).second)
        senseless(database_, "a metering window twice");
    }
    read_evse_days();
    read_storage_use();

    Statement figures(database_, "SELECT site, name, value, unit FROM kpi ORDER BY id");
    while (figures.next_row()) {
      run_.figures.push_back({{static_cast<int>(figures.column_integer(0)), figures.column_text(1)},
                              {figures.column_real(2), figures.column_text(3)}});
    }
  }

  void read_evse_days() {
    Statement rows(database_,
                   "SELECT site, evse, start_ns, charged_kwh, discharged_kwh, cost, driver_revenue, v2g_payment "
                   "FROM evse_day ORDER BY id");
    while (rows.next_row()) {
      Site& of = site(rows.column_integer(0));
      const EvseDay day{evses_.of(rows.column_integer(1), of, run_.sites), rows.column_integer(2)};
      const EvseDaySums sums{rows.column_real(3), rows.column_real(4), rows.column_real(5), rows.column_real(6),
                             rows.column_real(7)};
      if (!of.evse_days.emplace(day, sums).second) senseless(database_, "an EVSE with a day twice");
    }
  }

  void read_storage_use() {
    for (Site& of : run_.sites) of.storage_use.resize(of.storages.size());
    Statement rows(database_,
                   "SELECT storage, days, mean_soc, stored_kwh, cycle_soc, depth, wear_calendar, wear_cyclic "
                   "FROM storage_use ORDER BY id");
    while (rows.next_row()) {
      const Places::Place& place = storages_.of(rows.column_integer(0));
      run_.sites[place.site].storage_use[static_cast<std::size_t>(place.row)] = {
          rows.column_real(1), rows.column_real(2), rows.column_real(3), rows.column_real(4),
          rows.column_real(5), rows.column_real(6), rows.column_real(7)};
    }
  }

  Database database_;
  Recorded run_;
  Places feeders_{database_, "a feeder that is not there"};
  Places rows_{database_, "a row that is not there"};
  Places evses_{database_, "an EVSE that is not there"};
  Places storages_{database_, "a storage that is not there"};
  std::vector<std::int64_t> parents_;  // of the feeders, 0: the grid connection
  std::map<std::pair<const Site*, std::int64_t>, int> session_of_number_;
};

}  // namespace

Recorded read_recorded(const std::string& file) { return Reading(file).read(); }

}  // namespace evtwin::audit
