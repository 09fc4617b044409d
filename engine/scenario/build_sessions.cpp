#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "kernel/random.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "sessions/csv.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::scenario {
namespace {

/// The columns that the scenario names; empty: those of a known layout.
sessions::ColumnNames columns_of(const Fields& f) {
  sessions::ColumnNames names;
  const Value* given = f.find_value("columns");
  if (given == nullptr) return names;
  const Fields columns(*given, find_section("session_columns"), f.where("columns"));
  for (const Key& key : columns.section().keys) {
    if (columns.has_key(key.name)) names.emplace(key.name, columns.text(key.name));
  }
  if (names.empty()) throw_at(f.where("columns"), "names no column; leave the key out for a table of a known layout");
  return names;
}

// The file as it stands, read once.
const sessions::SessionTable& table_of(Build& build, const std::string& file, bool claims,
                                       const sessions::ColumnNames& columns, const Where& where) {
  const auto key = std::make_tuple(file, claims, columns);
  const auto known = build.session_files.find(key);
  if (known != build.session_files.end()) return known->second;
  try {
    const OpenFile opened = build.source.open_file(file);
    sessions::SessionOptions options;
    options.claims = claims;
    options.columns = columns;
    return build.session_files
        .emplace(key, sessions::read_sessions(opened.shown_path(), opened.stable_path(), build.world.calendar, options))
        .first->second;
  } catch (const FolderError& error) {
    fail_at(where, std::string("sessions: ") + error.what());
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
}

std::string file_of(const Fields& f) {
  std::string file = f.text("file");
  if (file.empty()) fail_at(f.where(), "sessions needs a file: sessions \"week.csv\"");
  return file;
}

const sessions::SessionTable& table_of(Build& build, const Fields& f) {
  return table_of(build, file_of(f), f.read_choice("requested") == 0, columns_of(f), f.where("file"));
}

double unit_draw(const Build& build, std::string_view purpose, std::uint64_t number) {
  return kernel::draw_unit(build.world.seed, build.laws, kernel::purpose_of(purpose), number);
}

// Vehicles that may drive a recorded session, with their shares.
std::vector<std::uint32_t> drivers_of(Build& build, const Fields& f) {
  if (!f.has_key("vehicle")) return {unknown_vehicle(build)};
  const std::string name = f.text("vehicle");
  if (name != "mix") return {vehicle_row(build, name, f.where("vehicle"))};
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < build.world.vehicles.size(); ++i) {
    if (build.world.vehicles[i].share > 0.0) out.push_back(static_cast<std::uint32_t>(i));
  }
  if (out.empty()) throw_at(f.where("vehicle"), "= \"mix\" needs vehicles in the scenario");
  return out;
}

std::uint32_t drawn_vehicle(const Build& build, const std::vector<std::uint32_t>& rows, double u) {
  double total = 0.0;
  for (const std::uint32_t row : rows) total += build.world.vehicles[row].share;
  double left = u * total;
  for (const std::uint32_t row : rows) {
    left -= build.world.vehicles[row].share;
    if (left < 0.0) return row;
  }
  return rows.back();
}

/// Cars that rows of a table describe: a vehicle of the scenario with power and battery of the row's own. Equal ones
/// are one vehicle of the world.
class OwnCars {
 public:
  explicit OwnCars(std::vector<physics::Vehicle>& vehicles) : vehicles_(vehicles) {}

  std::uint32_t row_of(std::uint32_t like, const sessions::SessionRow& row) {
    const auto shown = [](double value) { return std::isnan(value) ? std::string("?") : show_number(value); };
    const auto [known, is_new] = rows_.emplace(std::make_tuple(like, shown(row.car_kw), shown(row.battery_kwh)),
                                               static_cast<std::uint32_t>(vehicles_.size()));
    if (!is_new) return known->second;

    physics::Vehicle car = vehicles_[like];
    car.name = (std::isnan(row.battery_kwh) ? "" : show_number(row.battery_kwh) + " kWh, ") +
               (std::isnan(row.car_kw) ? "own power" : show_number(row.car_kw) + " kW") +
               (std::isinf(car.battery.capacity_kwh) ? "" : ", " + car.name);
    car.share = 0.0;
    if (!std::isnan(row.car_kw)) car.max_ac_kw = car.max_dc_kw = row.car_kw;
    if (!std::isnan(row.battery_kwh)) car.battery.capacity_kwh = row.battery_kwh;
    vehicles_.push_back(std::move(car));
    return known->second;
  }

 private:
  std::vector<physics::Vehicle>& vehicles_;
  std::map<std::tuple<std::uint32_t, std::string, std::string>, std::uint32_t> rows_;
};

/// Vehicles of the scenario by name, for rows that name theirs.
class RowModels {
 public:
  explicit RowModels(const std::vector<physics::Vehicle>& vehicles) {
    for (std::size_t i = 0; i < vehicles.size(); ++i) rows_.emplace(vehicles[i].name, static_cast<std::uint32_t>(i));
  }
  std::optional<std::uint32_t> row_of(const std::string& name) const {
    const auto found = rows_.find(name);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::uint32_t> rows_;
};

// The cars of the sessions, their state of charge, and who opted in to V2G.
void give_vehicles(Build& build, const Fields& f, const sessions::SessionTable& table,
                   std::vector<demand::Visit>& visits) {
  const std::vector<std::uint32_t> rows = drivers_of(build, f);
  OwnCars own_cars(build.world.vehicles);
  const RowModels models(build.world.vehicles);
  std::set<std::string> not_known;
  const double v2g_share = f.read_number("v2g_share");
  const demand::Distribution v2g_min_price = v2g_min_price_of(f);
  const double soc_target = f.read_number("soc_target");
  std::size_t too_much = 0;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    demand::Visit& visit = visits[i];
    visit.vehicle = drawn_vehicle(build, rows, unit_draw(build, "scenario.vehicle", i));
    const sessions::SessionRow& row = table.rows[i];
    if (!row.vehicle.empty()) {
      const std::optional<std::uint32_t> model = models.row_of(row.vehicle);
      visit.vehicle = model.value_or(visit.vehicle);
      if (!model) not_known.insert(row.vehicle);
    }
    if (!std::isnan(row.car_kw) || !std::isnan(row.battery_kwh)) visit.vehicle = own_cars.row_of(visit.vehicle, row);
    const physics::Vehicle& vehicle = build.world.vehicles[visit.vehicle];

    // Drivers who say what their battery is to have more: the meter counts what gets lost on the way, too.
    if (row.needs_at_battery) {
      visit.requested_kwh /= vehicle.battery.charge_efficiency;
      visit.taken_kwh /= vehicle.battery.charge_efficiency;
    }
    if (vehicle.v2g_capable && unit_draw(build, "scenario.v2g", i) < v2g_share) visit.v2g = true;
    if (std::isnan(visit.v2g_min_price_per_kwh))
      visit.v2g_min_price_per_kwh = std::max(0.0, v2g_min_price.value_at(unit_draw(build, "scenario.v2g_price", i)));
    const double wanted = visit.taken_kwh == visit.taken_kwh ? visit.taken_kwh : visit.requested_kwh;
    if (wanted * vehicle.battery.charge_efficiency > vehicle.battery.capacity_kwh) ++too_much;
    const bool soc_given = visit.soc_start == visit.soc_start;
    if (!soc_given) visit.soc_start = demand::soc_for(vehicle.battery, wanted, soc_target);
  }
  if (!not_known.empty()) {
    const std::vector<std::string> names(not_known.begin(), not_known.end());
    build.add_flag(f.text("file"), "vehicles of rows that the scenario does not have: " + sessions::list_names(names) +
                                       "; those rows drive what `vehicle` says, with the power and battery that they "
                                       "give");
  }
  if (too_much > 0)
    build.add_flag(f.text("file"), show_number(static_cast<double>(too_much)) +
                                       " sessions took more than the battery of their vehicle holds; they end full");
}

}  // namespace

void add_flags(Build& build, const std::vector<sessions::TableFlag>& flags) {
  for (const sessions::TableFlag& flag : flags) build.world.flags.push_back({flag.id, flag.reason, flag.left_out});
}

demand::Recorded recorded_of(Build& build, const Construct& sessions, const Where& where, const twin::Site& site,
                             twin::OfferAnswers& answers) {
  const Fields f = fields_with_file(sessions, find_section("sessions"), where);
  ++build.laws;
  sessions::SessionTable table = table_of(build, f);

  std::vector<std::string> ids;
  std::vector<double> rated_kw;
  for (const physics::Evse& evse : site.evses) {
    ids.push_back(evse.id);
    rated_kw.push_back(physics::rated_kw(evse));
  }
  try {
    // Moved first: window, history and EVSEs go by the instants of the run.
    if (f.read_boolean("shift_to_start")) sessions::shift_to_start(table, build.world.start_ns);
    const auto is_past = [&](const sessions::SessionRow& row) {
      return row.visit.departure_ns <= build.world.start_ns;
    };

    // Rows that ended before the run are its history, not sessions left out; a table of such rows alone is told of
    // below.
    if (build.past_is_history && !std::all_of(table.rows.begin(), table.rows.end(), is_past))
      std::erase_if(table.rows, is_past);

    sessions::keep_window(table, build.world.start_ns, build.world.end_ns);
    sessions::assign_evses(table, ids,
                           f.read_choice("evse") == 0 ? sessions::EvseMode::as_given : sessions::EvseMode::any);
    sessions::check_against(table, rated_kw);
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }

  add_flags(build, table.flags);
  demand::Recorded out{sessions::visits_of(table), sessions::windows_of(table)};
  give_vehicles(build, f, table, out.visits);
  answer_offers(build, f, out, answers);
  return out;
}

std::vector<std::string> stations_in_file(Build& build, const Value& file, const Where& where) {
  try {
    if (const Construct* word = file.construct("sessions")) {
      const Where at = where.place_of(*word);
      return sessions::station_ids(table_of(build, fields_with_file(*word, find_section("sessions"), at)));
    }
    return sessions::station_ids(table_of(build, text_of(file, where), true, {}, where));
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
}

namespace {

sessions::SessionDays days_of_table(Build& build, const Construct& sessions, const Where& where) {
  const Fields f = fields_with_file(sessions, find_section("sessions"), where);
  return sessions::days_of(table_of(build, f));
}

void collect(const Value* arrivals, const Where& where, std::vector<std::pair<const Construct*, Where>>& out) {
  if (arrivals == nullptr) return;
  const auto take = [&](const Value& value) {
    for (const char* kind : {"sessions", "ocpp"}) {
      if (const Construct* word = value.construct(kind)) out.emplace_back(word, where.place_of(*word));
    }
  };
  take(*arrivals);
  const Table* list = arrivals->as_table();
  if (list == nullptr) return;
  for (const auto& entry : list->numbered) take(entry.second);
}

}  // namespace

RecordedDays recorded_days(Build& build, const Construct& scenario, const Where& where) {
  std::vector<std::pair<const Construct*, Where>> words;
  const Table* top = scenario.arguments.front().as_table();
  if (top != nullptr) {
    // Sites inside may have arrivals of their own: the days span all of them.
    collect(top->find_value("arrivals"), where / "arrivals", words);
    for (const auto& entry : top->numbered) {
      const Construct* site = entry.second.construct("site");
      const Table* inside = site != nullptr ? site->arguments.front().as_table() : nullptr;
      if (inside != nullptr) collect(inside->find_value("arrivals"), where.place_of(*site) / "arrivals", words);
    }
  }
  if (words.empty())
    throw_at(where / "start", "= \"from_sessions\" needs arrivals = sessions \"file.csv\" or ocpp \"site.log\"");

  // From the first local day to the one after the last, over all words.
  RecordedDays out;
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const auto& [word, at] : words) {
    const sessions::SessionDays days =
        word->kind == "ocpp" ? days_of_log(build, *word, at) : days_of_table(build, *word, at);
    first = std::min(first, market::days_since_epoch(days.first));
    last = std::max(last, market::days_since_epoch(days.first) + days.days);
  }
  out.first = market::date_of_days(first);
  out.days = static_cast<int>(last - first);
  return out;
}

namespace {

/// Sessions of one word that had ended by the run's start. @param all  one that had not is refused, not left aside
void add_past(Build& build, const Construct& sessions, const Where& where, const twin::Site& site, bool all,
              std::vector<control::Departure>& out) {
  const Fields f = fields_with_file(sessions, find_section("sessions"), where);
  const TimeNs start_ns = build.world.start_ns;

  sessions::SessionTable table = table_of(build, f);
  const auto later = [&](const sessions::SessionRow& row) { return row.visit.departure_ns > start_ns; };
  if (all) {
    add_flags(build, table.flags);
    const auto first = std::find_if(table.rows.begin(), table.rows.end(), later);
    if (first != table.rows.end()) {
      throw_at(where, kernel::make_printable(table.file, 300) + ", line " + std::to_string(first->line) + ": ends at " +
                          build.world.calendar.format_local(first->visit.departure_ns) + ", after the run's start (" +
                          build.world.calendar.format_local(start_ns) +
                          "); a history ends by then, or take history = \"from_sessions\"");
    }
  }
  std::erase_if(table.rows, later);
  table.flags.clear();

  // A row without an EVSE may have been at any of them: the strongest bounds what it could take.
  std::vector<std::string> ids;
  double strongest_kw = 0.0;
  for (const physics::Evse& evse : site.evses) {
    ids.push_back(evse.id);
    strongest_kw = std::max(strongest_kw, physics::rated_kw(evse));
  }
  try {
    sessions::assign_evses(table, ids,
                           f.read_choice("evse") == 0 ? sessions::EvseMode::as_given : sessions::EvseMode::any);
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
  if (all) add_flags(build, table.flags);

  // A car that got 99 % of what its EVSE could give was still drawing when it left.
  constexpr double all_it_could_take = 0.99;
  for (const sessions::SessionRow& row : table.rows) {
    const demand::Visit& visit = row.visit;
    control::Departure gone;
    gone.evse = static_cast<std::uint32_t>(std::max(0, visit.evse));
    gone.at_ns = visit.departure_ns;
    gone.arrived_ns = visit.arrival_ns;
    gone.claimed_ns = visit.claimed_departure_ns;
    gone.requested_kwh = visit.requested_kwh;
    gone.got_kwh = std::isnan(visit.taken_kwh) ? visit.requested_kwh : visit.taken_kwh;
    gone.max_kw = visit.evse < 0 ? strongest_kw : physics::rated_kw(site.evses[gone.evse]);
    const double possible_kwh = gone.max_kw * kernel::hours_between(gone.arrived_ns, gone.at_ns);
    gone.draws = gone.got_kwh >= all_it_could_take * possible_kwh ? 1 : 0;
    out.push_back(gone);
  }
}

/// The keys of a word that say what a car is or where its sessions go have no sense for one that has left.
void check_history_keys(const Construct& sessions, const Where& where) {
  const Table* given = sessions.arguments.front().as_table();
  if (given == nullptr) return;
  for (const auto& [key, value] : given->named) {
    if (key != "file" && key != "evse" && key != "requested" && key != "columns")
      throw_at(where / key, "has no sense in a history; it takes file, evse, requested and columns");
  }
}

/// Whether the sessions of the run are moved in time, so that the rows as they stand in the file may be the run's own.
bool is_shifted(const Construct& sessions) {
  const Table* given = sessions.arguments.front().as_table();
  const Value* shift = given == nullptr ? nullptr : given->find_value("shift_to_start");
  return shift != nullptr && shift->as_boolean() != nullptr && *shift->as_boolean();
}

}  // namespace

std::vector<control::Departure> history_of(Build& build, const Value& history, const Where& where,
                                           const Value* arrivals, const Where& arrivals_where, const twin::Site& site) {
  std::vector<control::Departure> out;
  if (const Construct* word = history.construct("sessions")) {
    check_history_keys(*word, where.place_of(*word));
    add_past(build, *word, where.place_of(*word), site, true, out);
  } else if (history.as_text() != nullptr && *history.as_text() == "from_sessions") {
    std::vector<std::pair<const Construct*, Where>> words;
    if (arrivals != nullptr) collect(arrivals, arrivals_where, words);
    std::erase_if(words, [](const auto& one) { return one.first->kind != "sessions"; });
    if (words.empty()) throw_at(where, "= \"from_sessions\" needs arrivals = sessions \"file.csv\"");

    for (const auto& [recorded, at] : words) {
      if (is_shifted(*recorded))
        throw_at(where,
                 "= \"from_sessions\" and shift_to_start = true exclude each other: the run's own sessions would be "
                 "its history");
      add_past(build, *recorded, at, site, false, out);
    }
  } else {
    throw_at(where, "must be sessions \"file.csv\" or \"from_sessions\", got " + describe_value(history));
  }

  if (out.size() > control::most_departures)
    throw_at(where, "has " + std::to_string(out.size()) + " sessions; at most " +
                        std::to_string(control::most_departures) + " are shown");

  // Views show departures in the order of leaving; equal ones keep the order of the table.
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at_ns < b.at_ns; });
  if (site.evses.empty()) out.clear();
  return out;
}

}  // namespace evtwin::scenario
