// roads = { nodes = ..., edges = ..., stations = ..., trips = ... }: the roads of a scenario, from Lua or from CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "roads/ways.hpp"
#include "scenario/build.hpp"
#include "scenario/ocpi_directory.hpp"
#include "scenario/road_region.hpp"
#include "sessions/csv.hpp"

namespace evtwin::scenario {
namespace {

std::string place_of(const Where& where) { return where.file_position() + ": " + where.field_label(); }

/// A csv of the scenario's folder, row by row.
class RoadTable {
 public:
  RoadTable(Build& build, const Construct& csv, const Where& where) {
    const Fields f = fields_with_file(csv, find_section("csv"), where);
    for (const char* other : {"column", "scale", "timezone"}) {
      if (f.has_key(other)) throw_at(f.where(other), "means nothing here: roads are read by the names of columns");
    }
    try {
      const OpenFile opened = build.source.open_file(f.text("file"));
      text_ = sessions::read_text_file(opened.shown_path(), opened.stable_path());
      csv_.emplace(text_, opened.shown_path());
    } catch (const FolderError& error) {
      fail_at(where, std::string("csv: ") + error.what());
    }
  }

  sessions::CsvReader& csv() { return *csv_; }
  std::string row_place() const {
    return kernel::make_printable(csv_->file()) + ":" + std::to_string(csv_->line_number());
  }
  std::string read_text(const char* column, bool required = false) {
    const auto at = required ? csv_->require_column(column) : csv_->find_column(column);
    return at ? std::string(sessions::trim_blanks(csv_->field_text(*at))) : std::string();
  }
  /// A cell that is left empty, or a column that is not there: `otherwise`.
  double read_number(const char* column, double otherwise) {
    return read_text(column).empty() ? otherwise : csv_->read_number(*csv_->find_column(column), -1e9, 1e9);
  }
  double require_number(const char* column) { return csv_->read_number(csv_->require_column(column), -1e9, 1e9); }
  bool read_boolean(const char* column, bool otherwise) {
    const std::string cell = read_text(column);
    if (cell.empty()) return otherwise;
    if (cell != "true" && cell != "false") csv_->throw_error(*csv_->find_column(column), "true or false is due");
    return cell == "true";
  }

 private:
  std::string text_;
  std::optional<sessions::CsvReader> csv_;
};

/// Rows of a list in Lua or of a csv, each to its function.
template <class FromFields, class FromTable>
void read_rows(Build& build, const Value& value, const Where& where, const char* section, const char* what,
               FromFields from_fields, FromTable from_table) {
  if (const Construct* csv = value.construct("csv")) {
    RoadTable table(build, *csv, where);
    while (table.csv().next_row()) from_table(table);
    return;
  }
  const std::vector<const Value*> list = list_of(value, where, what);
  for (std::size_t i = 0; i < list.size(); ++i) from_fields(Fields(*list[i], find_section(section), where / i));
}

std::vector<roads::NodeRow> nodes_of(Build& build, const Value& value, const Where& where) {
  std::vector<roads::NodeRow> rows;
  read_rows(
      build, value, where, "road_node", "nodes { id = ..., lat = ..., lon = ... }",
      [&](const Fields& f) {
        rows.push_back({f.text("id"), f.read_number("lat"), f.read_number("lon"), place_of(f.where())});
      },
      [&](RoadTable& t) {
        rows.push_back({t.read_text("id", true), t.require_number("lat"), t.require_number("lon"), t.row_place()});
      });
  return rows;
}

std::vector<roads::EdgeRow> edges_of(Build& build, const Value& value, const Where& where) {
  std::vector<roads::EdgeRow> rows;
  read_rows(
      build, value, where, "road", "roads { from = ..., to = ..., km = ..., speed_kmh = ... }",
      [&](const Fields& f) {
        rows.push_back({f.text("from"), f.text("to"), f.read_number("km", kernel::unknown), f.read_number("speed_kmh"),
                        f.read_number("grade"), f.read_boolean("one_way"), place_of(f.where())});
      },
      [&](RoadTable& t) {
        rows.push_back({t.read_text("from", true), t.read_text("to", true), t.read_number("km", kernel::unknown),
                        t.require_number("speed_kmh"), t.read_number("grade", 0.0), t.read_boolean("one_way", false),
                        t.row_place()});
      });
  return rows;
}

roads::SocketSet sockets_of_row(const std::string& names, const std::string& where) {
  roads::SocketSet set = 0;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find('+', at), names.size());
    set = static_cast<roads::SocketSet>(set | roads::socket_of(names.substr(at, end - at), where));
    at = end + 1;
  }
  return set;
}

/// Plugs of a site's EVSEs; any where one of them says nothing.
roads::SocketSet sockets_of_site(const twin::Site& site) {
  roads::SocketSet set = 0;
  for (const physics::Evse& evse : site.evses) set = static_cast<roads::SocketSet>(set | evse.sockets);
  return set;
}

/// A station as written, and the site that it is.
struct PlacedStation {
  roads::StationRow row;
  std::int32_t site = -1;
  roads::PriceRule price_rule;  // none: its prices hold
};

std::int32_t site_row(const Build& build, const std::string& name, const Where& where) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < build.world.sites.size(); ++i) {
    if (build.world.sites[i].name == name) return static_cast<std::int32_t>(i);
    known.push_back(build.world.sites[i].name);
  }
  throw_at(where, "= \"" + name + "\": the scenario has no such site" + kernel::did_you_mean(name, known));
}

void read_prices(const Fields& f, roads::Station& station) {
  const Value* price = f.find_value("price_per_kwh");
  if (price == nullptr) return;
  if (price->is_number()) {
    station.price_per_kwh = number_of(*price, f.where("price_per_kwh"), 0.0, 1e7, "currency/kWh");
    return;
  }
  const std::vector<const Value*> list = list_of(*price, f.where("price_per_kwh"), "one price, or 24 by the hour");
  for (std::size_t h = 0; h < list.size(); ++h)
    station.price_by_hour.push_back(number_of(*list[h], f.where("price_per_kwh") / h, 0.0, 1e7, "currency/kWh"));
}

/// A price rule of the scenario's own, asked while the trips are lived.
roads::PriceRule own_pricing(Build& build, Function function, const Where& where) {
  return [&build, function, where](const roads::PriceQuestion& asked) {
    const market::LocalTime local = build.world.calendar.local_time(asked.now_ns);
    double price = 0.0;
    build.language.sandbox().push_function([&](lua_State* in) {
      lua_createtable(in, 0, 8);
      const auto set = [in](const char* name, double value) {
        lua_pushnumber(in, value);
        lua_setfield(in, -2, name);
      };
      const auto set_whole = [in](const char* name, std::int64_t value) {
        lua_pushinteger(in, value);
        lua_setfield(in, -2, name);
      };
      set_whole("hour", asked.hour_of_day);
      set_whole("weekday", static_cast<int>(market::weekday_of(local.date)) + 1);
      set("use", asked.use);
      set_whole("charging", asked.charging);
      set_whole("waiting", asked.waiting);
      set("price", asked.price_per_kwh);
      set("base", asked.base_per_kwh);
      lua_call(in, 1, 1);
      const Value answer = take_value(in, -1);
      const std::string when = " at " + build.world.calendar.format_local(asked.now_ns);
      if (!answer.is_number())
        throw_at(where, "returned " + describe_value(answer) + when + "; a price per kWh is due");
      price = answer.as_number();
      if (!(price >= 0.0 && price <= 1e7))
        throw_at(where, "returned the price " + show_number(price) + when + "; it must be from 0 to 1e7");
      return 0;
    });
    build.language.push(function);
    build.language.sandbox().call_pushed(1, 0);
    return price;
  };
}

roads::PriceRule pricing_of(Build& build, const Fields& f) {
  const Value* value = f.find_value("pricing");
  if (value == nullptr) return nullptr;
  const Where where = f.where("pricing");
  if (const Function* function = value->as_function()) return own_pricing(build, *function, where);
  const Fields rule(*value, find_section("road_pricing"), where);
  roads::PriceByLoad by_load{rule.read_number("use"), rule.read_number("gain"), rule.read_number("lowest_per_kwh"),
                             rule.read_number("highest_per_kwh", roads::infinite)};
  if (by_load.lowest_per_kwh > by_load.highest_per_kwh)
    throw_at(rule.where("lowest_per_kwh"), "= " + show_number(by_load.lowest_per_kwh) + " is above highest_per_kwh");
  return by_load;
}

// A station that is a site of the scenario has the site's EVSEs and price, unless it says otherwise.
void read_site(const Build& build, const Fields& f, PlacedStation& placed) {
  if (!f.has_key("site")) return;
  placed.site = site_row(build, f.text("site"), f.where("site"));
  const twin::Site& site = build.world.sites[static_cast<std::size_t>(placed.site)];
  double most_kw = 0.0;
  for (const physics::Evse& evse : site.evses) most_kw = std::max(most_kw, physics::rated_kw(evse));
  placed.row.station.kw = most_kw;
  placed.row.station.chargers = static_cast<std::uint32_t>(site.evses.size());
  placed.row.station.price_per_kwh = site.driver_price_per_kwh;
  placed.row.station.sockets = sockets_of_site(site);
}

PlacedStation station_of(Build& build, const Fields& f) {
  PlacedStation placed;
  read_site(build, f, placed);
  roads::Station& s = placed.row.station;
  placed.row.where = place_of(f.where());
  placed.row.node = f.text("node");
  placed.row.has_place = f.has_key("lat");
  if (f.has_key("lat") != f.has_key("lon") || (!f.has_key("lat") && !f.has_key("node")))
    fail_at(f.where(), f.where().field_label() + " needs its place: node, or lat and lon");
  s.name = f.text("name");
  s.lat_deg = f.read_number("lat", 0.0);
  s.lon_deg = f.read_number("lon", 0.0);
  s.operator_name = f.text("operator");
  s.own = f.read_boolean("own");
  if (f.has_key("sockets")) s.sockets = sockets_of_row(f.text("sockets"), place_of(f.where("sockets")));
  s.kw = f.read_number("kw", s.kw);
  if (f.has_key("chargers")) s.chargers = static_cast<std::uint32_t>(f.read_whole("chargers"));
  read_prices(f, s);
  placed.price_rule = pricing_of(build, f);
  return placed;
}

constexpr double most_chargers = 10'000;

PlacedStation station_of(RoadTable& t) {
  PlacedStation placed;
  roads::Station& s = placed.row.station;
  placed.row.where = t.row_place();
  placed.row.node = t.read_text("node");
  placed.row.has_place = !t.read_text("lat").empty();
  if (placed.row.node.empty() || placed.row.has_place) {
    s.lat_deg = t.require_number("lat");
    s.lon_deg = t.require_number("lon");
    placed.row.has_place = true;
  }
  s.name = t.read_text("name", true);
  s.operator_name = t.read_text("operator");
  s.own = t.read_boolean("own", true);
  const std::string sockets = t.read_text("sockets");
  if (!sockets.empty()) s.sockets = sockets_of_row(sockets, t.row_place());
  s.kw = t.read_number("kw", s.kw);
  const double chargers = t.read_number("chargers", 1.0);
  if (!(chargers >= 1.0 && chargers <= most_chargers && chargers == std::floor(chargers)))
    t.csv().throw_error(*t.csv().find_column("chargers"), "a whole number from 1 to 10000 is due");
  s.chargers = static_cast<std::uint32_t>(chargers);
  s.price_per_kwh = t.read_number("price_per_kwh", 0.0);
  return placed;
}

/// The directory that a word names. Another source of stations is another directory here.
std::unique_ptr<roads::StationDirectory> directory_of(Build& build, const Construct& word, const Where& where) {
  const Fields f = fields_with_file(word, find_section("directory"), where);
  try {
    const OpenFile opened = build.source.open_file(f.text("file"));
    return std::make_unique<OcpiDirectory>(sessions::read_text_file(opened.shown_path(), opened.stable_path()),
                                           kernel::make_printable(opened.shown_path()), f.text("own_operator"));
  } catch (const FolderError& error) {
    fail_at(where, std::string("directory: ") + error.what());
  }
}

void place_rows(const std::vector<PlacedStation>& placed, RoadRegion& region) {
  std::vector<roads::StationRow> rows;
  for (const PlacedStation& p : placed) {
    rows.push_back(p.row);
    region.plan.price_rules.push_back(p.price_rule);
    region.sites.push_back(p.site);
  }
  region.stations = roads::place_stations(region.network, rows);
}

void read_stations(Build& build, const Value& value, const Where& where, RoadRegion& region) {
  std::vector<PlacedStation> placed;
  if (const Construct* word = value.construct("directory")) {
    for (roads::StationRow& row : directory_of(build, *word, where.place_of(*word))->stations())
      placed.push_back({std::move(row), -1, nullptr});
    place_rows(placed, region);
    return;
  }
  read_rows(
      build, value, where, "road_station", "stations { name = ..., node = ... }",
      [&](const Fields& f) { placed.push_back(station_of(build, f)); },
      [&](RoadTable& t) { placed.push_back(station_of(t)); });
  place_rows(placed, region);
}

void add_car(Build& build, RoadRegion& region, std::uint32_t vehicle, const std::string& class_name,
             roads::SocketSet sockets, double share, const Where& where) {
  const roads::DriveClass* drive = roads::find_class(class_name);
  if (drive == nullptr) {
    std::vector<std::string_view> known;
    for (const roads::DriveClass& one : roads::drive_classes()) known.push_back(one.name);
    throw_at(where, "= \"" + class_name + "\" is no class; there are small, mid, suv and van" +
                        kernel::did_you_mean(class_name, known));
  }
  const physics::Vehicle& row = build.world.vehicles[vehicle];
  if (!(row.battery.capacity_kwh < physics::infinite)) return;
  region.vehicles.push_back(vehicle);
  region.car_names.push_back(row.name);
  region.shares.push_back(share);
  region.plan.cars.push_back(roads::road_car(row, *drive, sockets));
}

void read_cars(Build& build, const Fields& f, RoadRegion& region) {
  if (const Value* cars = f.find_value("cars")) {
    const std::vector<const Value*> list = list_of(*cars, f.where("cars"), "cars { vehicle = ..., class = ... }");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Fields car(*list[i], find_section("road_car"), f.where("cars") / i);
      const std::uint32_t vehicle = vehicle_row(build, car.text("vehicle"), car.where("vehicle"));
      const roads::SocketSet sockets = car.has_key("sockets")
                                           ? sockets_of_row(car.text("sockets"), place_of(car.where("sockets")))
                                           : build.world.vehicles[vehicle].sockets;
      add_car(build, region, vehicle, car.text("class", "mid"), sockets,
              car.read_number("share", build.world.vehicles[vehicle].share), car.where("class"));
    }
  } else {
    for (std::uint32_t v = 0; v < build.world.vehicles.size(); ++v)
      add_car(build, region, v, "mid", build.world.vehicles[v].sockets, build.world.vehicles[v].share, f.where());
  }
  if (region.plan.cars.empty()) fail_at(f.where(), "roads need cars whose battery is known: vehicles = { ... }");
  if (std::all_of(region.shares.begin(), region.shares.end(), [](double share) { return share <= 0.0; }))
    fail_at(f.where(), "roads need a car whose share is above 0");
}

void read_rules(const Fields& f, roads::TrafficPlan& plan) {
  plan.temperature_c = f.read_number("temperature_c");
  plan.reserve_soc = f.read_number("reserve_soc");
  plan.usual_soc = f.read_number("usual_soc");
  plan.most_soc = f.read_number("most_soc");
  plan.stop_h = f.read_number("stop_min") / 60.0;
  if (plan.usual_soc > plan.most_soc || plan.reserve_soc >= plan.most_soc)
    throw_at(f.where("most_soc"), "= " + show_number(plan.most_soc) + " is not above reserve_soc and usual_soc");
  const Value* choice = f.find_value("choice");
  if (choice == nullptr) return;
  const Fields c(*choice, find_section("road_choice"), f.where("choice"));
  plan.choice = {c.read_number("per_hour"), c.read_number("per_price"), c.read_number("per_queued_car"),
                 c.read_number("for_habit"), c.read_number("consider_h")};
}

std::vector<double> rates_of(const Value& value, const Where& where) {
  constexpr double most_trips_per_h = 1e5;
  if (value.is_number()) return {number_of(value, where, 0.0, most_trips_per_h, "trips/h")};
  std::vector<double> rates;
  const std::vector<const Value*> list = list_of(value, where, "one rate, 24 by the hour, or 24 for each day");
  for (std::size_t h = 0; h < list.size(); ++h)
    rates.push_back(number_of(*list[h], where / h, 0.0, most_trips_per_h, "trips/h"));
  if (rates.empty() || rates.size() % 24 != 0)
    throw_at(where, "has " + std::to_string(rates.size()) + " rates; due is one, 24 by the hour, or 24 for each day");
  return rates;
}

roads::TripLaw trip_law(const Build&, const Fields& f, const RoadRegion& region) {
  roads::TripLaw law;
  law.from = region.network.require_node(f.text("from"), place_of(f.where("from")));
  law.to = region.network.require_node(f.text("to"), place_of(f.where("to")));
  law.per_hour = rates_of(*f.find_value("per_hour"), f.where("per_hour"));
  law.soc_low = f.read_number("soc_low");
  law.soc_high = f.read_number("soc_high");
  if (law.soc_low > law.soc_high) throw_at(f.where("soc_low"), "is above soc_high");
  for (std::uint32_t car = 0; car < region.shares.size(); ++car) law.cars.emplace_back(car, region.shares[car]);
  if (f.has_key("vehicle")) {
    try {
      law.cars = {{region.require_car(f.text("vehicle")), 1.0}};
    } catch (const roads::RoadError& error) {
      throw_at(f.where("vehicle"), error.what());
    }
  }

  // A trip that no road leads along is a slip of the map; said before anybody drives.
  roads::WaySearch ways(region.network);
  ways.search_from(law.from, roads::Toward::everywhere);
  if (ways.hours()[law.to] == roads::infinite)
    throw_at(f.where("to"), "= \"" + f.text("to") + "\" can not be reached by road from " + f.text("from"));
  return law;
}

void read_trips(Build& build, const Fields& f, RoadRegion& region) {
  const Value* trips = f.find_value("trips");
  if (trips == nullptr) return;
  const std::vector<const Value*> list = list_of(*trips, f.where("trips"), "trips { from = ..., to = ... }");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const roads::TripLaw law =
        trip_law(build, Fields(*list[i], find_section("road_trip"), f.where("trips") / i), region);
    std::vector<roads::Driver> drivers =
        roads::drawn_drivers(law, build.world.seed, i, region.plan.start_ns, region.plan.end_ns, region.plan.clock);
    std::move(drivers.begin(), drivers.end(), std::back_inserter(region.plan.drivers));
  }
}

void read_failures(Build& build, const Fields& f, RoadRegion& region) {
  const Value* failures = f.find_value("failures");
  if (failures == nullptr) return;
  const std::vector<const Value*> list =
      list_of(*failures, f.where("failures"), "failures { station = ..., from = ... }");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields one(*list[i], find_section("road_failure"), f.where("failures") / i);
    const std::string name = one.text("station");
    std::vector<std::string_view> known;
    for (const roads::Station& station : region.stations) known.push_back(station.name);
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end())
      throw_at(one.where("station"),
               "= \"" + name + "\": there is no such station" + kernel::did_you_mean(name, known));
    const TimeNs from = instant_of(*one.find_value("from"), one.where("from"), build.world.calendar);
    const TimeNs to = instant_of(*one.find_value("to"), one.where("to"), build.world.calendar);
    if (to <= from) throw_at(one.where("to"), "must be later than from");
    region.plan.failures.push_back({static_cast<std::uint32_t>(at - known.begin()), from, to});
  }
}

// Drivers come back when their car has what they planned, and are patient with a site that gives less for a while.
void send_visits(Build& build, const RoadRegion& region) {
  std::vector<demand::Recorded> by_site(build.world.sites.size());
  std::vector<std::size_t> not_over(build.world.sites.size());
  for (const roads::VainWait& wait : region.traffic.vain_waits) {
    if (const std::int32_t site = region.sites[wait.station]; site >= 0 && wait.until_ns >= region.plan.end_ns)
      ++not_over[static_cast<std::size_t>(site)];
  }
  for (const roads::StationVisit& v : region.traffic.visits) {
    const std::int32_t site = region.sites[v.station];
    if (site < 0) continue;
    if (v.end_ns <= v.begin_ns) {
      ++not_over[static_cast<std::size_t>(site)];
      continue;
    }
    demand::Visit visit;
    visit.id = "road-" + std::to_string(v.driver + 1) + "-" +
               std::to_string(by_site[static_cast<std::size_t>(site)].visits.size() + 1);
    visit.arrival_ns = v.arrive_ns;
    visit.claimed_departure_ns = v.arrive_ns + (v.end_ns - v.begin_ns);
    visit.departure_ns = v.arrive_ns + 2 * (v.end_ns - v.begin_ns);
    visit.requested_kwh = visit.taken_kwh = v.meter_kwh;
    visit.vehicle = region.vehicles[region.plan.drivers[v.driver].car];
    visit.soc_start = v.soc_in;
    visit.stay_counts_from_plug_in = true;
    visit.leaves_h_after_full = 0.5 * region.plan.stop_h;
    by_site[static_cast<std::size_t>(site)].visits.push_back(std::move(visit));
  }
  for (std::size_t i = 0; i < by_site.size(); ++i) {
    if (not_over[i] > 0)
      build.add_flag(
          build.world.sites[i].name,
          fmt::format("{} vehicle(s) that wait or charge there as the roads end are on the roads alone, not among "
                      "the site's sessions",
                      not_over[i]));
    std::vector<demand::Visit>& visits = by_site[i].visits;
    if (visits.empty()) continue;
    std::stable_sort(visits.begin(), visits.end(),
                     [](const demand::Visit& a, const demand::Visit& b) { return a.arrival_ns < b.arrival_ns; });
    for (std::size_t k = 0; k < visits.size(); ++k) visits[k].number = k;
    ++build.laws;
    build.world.sites[i].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(std::move(by_site[i])));
  }
}

// A station that is a site and whose price changes sets what the site's drivers pay.
void set_site_prices(Build& build, const RoadRegion& region) {
  std::vector<std::vector<std::pair<TimeNs, double>>> steps(region.stations.size());
  for (const roads::PriceStep& step : region.traffic.prices)
    steps[step.station].emplace_back(step.from_ns, step.price_per_kwh);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    if (region.sites[s] >= 0 && steps[s].size() > 1)
      build.world.sites[static_cast<std::size_t>(region.sites[s])].driver_price_steps = std::move(steps[s]);
  }
}

void tell_losses(Build& build, const RoadRegion& region) {
  if (!region.traffic.stranded.empty())
    build.add_flag("roads",
                   fmt::format("{} of {} drivers could reach neither their destination nor a station that fits "
                               "their car; they are left on the road",
                               region.traffic.stranded.size(), region.plan.drivers.size()));
}

}  // namespace

std::uint32_t RoadRegion::require_car(const std::string& vehicle) const {
  std::vector<std::string_view> known;
  for (std::uint32_t car = 0; car < car_names.size(); ++car) {
    if (car_names[car] == vehicle) return car;
    known.push_back(car_names[car]);
  }
  throw roads::RoadError("", "= \"" + kernel::make_printable(vehicle, 60) + "\" is no car on these roads" +
                                 kernel::did_you_mean(vehicle, known));
}

std::shared_ptr<const RoadRegion> roads_of(Build& build, const Value& value, const Where& where) {
  const Fields f(value, find_section("roads"), where);
  auto region = std::make_shared<RoadRegion>();
  try {
    const std::vector<roads::NodeRow> nodes = nodes_of(build, *f.find_value("nodes"), f.where("nodes"));
    const std::vector<roads::EdgeRow> edges = edges_of(build, *f.find_value("edges"), f.where("edges"));
    if (nodes.empty()) throw_at(f.where("nodes"), "there is no node; roads need places to lead to");
    region->network = roads::Network(nodes, edges);
    if (const Value* stations = f.find_value("stations")) read_stations(build, *stations, f.where("stations"), *region);
    region->plan.seed = build.world.seed;
    region->plan.start_ns = build.world.start_ns;
    region->plan.end_ns = build.world.end_ns;
    for (TimeNs t = build.world.start_ns; t < build.world.end_ns;) {
      const market::OffsetInterval interval = build.world.calendar.offset_at(t);
      region->plan.clock.push_back({t, interval.offset_ns});
      t = interval.end_ns;
    }
    read_cars(build, f, *region);
    read_rules(f, region->plan);
    read_failures(build, f, *region);
    read_trips(build, f, *region);
    if (!region->plan.drivers.empty())
      region->traffic = roads::run_traffic(region->network, region->stations, region->plan);
    // They ask the interpreter, which is gone when the scenario is loaded.
    region->plan.price_rules.clear();
  } catch (const roads::RoadError& error) {
    throw ScriptError(error.what());
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
  send_visits(build, *region);
  set_site_prices(build, *region);
  tell_losses(build, *region);
  return region;
}

}  // namespace evtwin::scenario
