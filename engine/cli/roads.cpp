// evtwin roads near, route and traffic: what a scenario's roads answer.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"
#include "roads/near.hpp"
#include "roads/route.hpp"
#include "scenario/road_region.hpp"

namespace evtwin::cli {
namespace {

using analysis::number_text;

/// A scenario's roads, and the instant that is asked about.
struct OnRoads {
  const RoadsCommand& command;
  scenario::LoadedScenario loaded;
  const scenario::RoadRegion& region;
  std::vector<roads::Station> stations;     ///< with the prices of the instant, where it is known
  std::vector<roads::StationState> states;  ///< empty: nobody waits
  std::uint32_t hour_of_day = 12;

  explicit OnRoads(const RoadsCommand& asked)
      : command(asked),
        loaded(scenario::load_scenario(asked.scenario, asked.load)),
        region(*require_roads()),
        stations(region.stations) {
    if (asked.when.empty()) return;
    const market::Calendar& calendar = loaded.world.calendar;
    const kernel::TimeNs now = market::parse_instant(asked.when, calendar);
    if (now < loaded.world.start_ns || now >= loaded.world.end_ns)
      throw CommandError(fmt::format("--when {}: the scenario runs from {} to {}", kernel::make_printable(asked.when),
                                     calendar.format_local(loaded.world.start_ns),
                                     calendar.format_local(loaded.world.end_ns)));
    hour_of_day = roads::hour_of_day(region.plan.clock, now);
    if (region.plan.drivers.empty()) return;
    states = roads::states_at(region.stations, region.plan, region.traffic, now);
    const std::vector<double> prices = roads::prices_at(region.stations, region.traffic, now);
    for (std::size_t s = 0; s < stations.size(); ++s) {
      stations[s].price_by_hour.clear();
      stations[s].price_per_kwh = prices[s];
    }
  }

  const scenario::RoadRegion* require_roads() const {
    if (loaded.roads == nullptr)
      throw CommandError(
          fmt::format("{}: the scenario has no roads = {{ ... }}", kernel::make_printable(command.scenario)));
    return loaded.roads.get();
  }
  const std::string& currency() const { return loaded.world.currency; }
  const roads::Node& node_of(std::uint32_t node) const { return region.network.nodes()[node]; }
};

roads::SocketSet sockets_of(const std::string& names) {
  if (names.empty()) return roads::any_socket;
  roads::SocketSet set = 0;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find('+', at), names.size());
    set = static_cast<roads::SocketSet>(set | roads::socket_of(names.substr(at, end - at), "--sockets"));
    at = end + 1;
  }
  return set;
}

roads::NearQuery near_query(const OnRoads& on) {
  const RoadsCommand& c = on.command;
  roads::NearQuery q;
  if (!c.node.empty()) {
    const roads::Node& node = on.node_of(on.region.network.require_node(c.node, "--at"));
    q.lat_deg = node.lat_deg;
    q.lon_deg = node.lon_deg;
  } else if (c.lat_deg) {
    q.lat_deg = *c.lat_deg;
    q.lon_deg = *c.lon_deg;
  } else {
    throw CommandError("a place is due: --at NODE, or --lat and --lon");
  }
  q.km = c.km;
  q.sockets = sockets_of(c.sockets);
  q.min_kw = c.min_kw;
  q.own_only = c.own_only;
  q.operator_name = c.operator_name;
  q.free_only = c.free_only;
  q.most_price = c.most_price.value_or(roads::infinite);
  q.hour_of_day = on.hour_of_day;
  for (std::size_t i = 0; i < roads::near_orders().size(); ++i) {
    if (roads::near_orders()[i] == c.order) q.order = static_cast<roads::NearOrder>(i);
  }
  if (!c.vehicle.empty()) q.car = &on.region.plan.cars[on.region.require_car(c.vehicle)];
  q.soc = c.soc.value_or(q.soc);
  q.soc_target = c.target_soc.value_or(q.soc_target);
  return q;
}

int list_near(const OnRoads& on) {
  const roads::NearQuery query = near_query(on);
  std::vector<roads::NearHit> hits;
  roads::StationIndex(on.stations).find_near(query, on.states, hits);
  if (hits.size() > on.command.rows) hits.resize(on.command.rows);

  auto rows = nlohmann::ordered_json::array();
  analysis::TextTable table({"station", "km", "kW", "sockets", "free", "waiting", "price/kWh", "h with queue"});
  for (const roads::NearHit& hit : hits) {
    const roads::Station& s = on.stations[hit.station];
    const roads::StationState state =
        on.states.empty() ? roads::StationState{true, s.chargers, 0, 0.0} : on.states[hit.station];
    const double price = s.price_at(query.hour_of_day);
    rows.push_back({{"station", s.name},
                    {"km", hit.km},
                    {"lat", s.lat_deg},
                    {"lon", s.lon_deg},
                    {"kw", hit.kw},
                    {"sockets", roads::socket_names(s.sockets)},
                    {"operator", s.operator_name},
                    {"own", s.own},
                    {"chargers", s.chargers},
                    {"free", state.free},
                    {"waiting", state.waiting},
                    {"wait_h", state.wait_h},
                    {"price_per_kwh", price},
                    {"hours", hit.hours}});
    table.add_row({s.name, number_text(hit.km, 1), number_text(hit.kw, 0), roads::socket_names(s.sockets),
                   fmt::format("{}/{}", state.free, s.chargers), std::to_string(state.waiting),
                   analysis::money_text(price, on.currency()), number_text(hit.hours, 2)});
  }
  if (on.command.json) {
    fmt::print("{}\n", analysis::json_text(
                           {{"schema", "evtwin roads near/1"}, {"currency", on.currency()}, {"stations", rows}}));
  } else if (hits.empty()) {
    fmt::print("No station within {:g} km is as asked for.\n", on.command.km);
  } else {
    fmt::print("{}", table.to_text());
  }
  return 0;
}

roads::RouteQuery route_query(const OnRoads& on) {
  const RoadsCommand& c = on.command;
  roads::RouteQuery q;
  q.from = on.region.network.require_node(c.from, "--from");
  q.to = on.region.network.require_node(c.to, "--to");
  q.soc = c.soc.value_or(q.soc);
  q.reserve_soc = c.reserve_soc.value_or(on.region.plan.reserve_soc);
  q.arrive_soc = c.target_soc.value_or(q.reserve_soc);
  q.most_soc = on.region.plan.most_soc;
  q.temperature_c = on.region.plan.temperature_c;
  q.stop_h = on.region.plan.stop_h;
  q.hour_of_day = on.hour_of_day;
  q.states = on.states;
  if (c.least == "time") return q;
  q.money_weight = 1.0;
  q.hour_weight = 0.0;
  if (c.least == "money") return q;
  char* end = nullptr;
  q.hour_weight = std::strtod(c.least.c_str(), &end);
  if (*end != '\0' || !(q.hour_weight > 0.0 && q.hour_weight < 1e9))
    throw CommandError(fmt::format("--least {}: time, money or the worth of an hour (a number above 0) is due",
                                   kernel::make_printable(c.least)));
  return q;
}

std::string hours_text(double hours) {
  const long minutes = std::lround(hours * 60.0);
  return fmt::format("{}:{:02}", minutes / 60, minutes % 60);
}

nlohmann::ordered_json route_json(const OnRoads& on, const roads::Route& route, const std::string& vehicle) {
  auto stops = nlohmann::ordered_json::array();
  for (const roads::RouteStop& stop : route.stops) {
    stops.push_back({{"station", on.region.stations[stop.station].name},
                     {"arrive_h", stop.arrive_h},
                     {"wait_h", stop.wait_h},
                     {"charge_h", stop.charge_h},
                     {"soc_in", stop.soc_in},
                     {"soc_out", stop.soc_out},
                     {"kwh", stop.meter_kwh},
                     {"money", stop.money}});
  }
  auto nodes = nlohmann::ordered_json::array({on.command.from});
  for (const std::uint32_t e : route.edges) nodes.push_back(on.node_of(on.region.network.edges()[e].to).id);
  return {{"schema", "evtwin roads route/1"},
          {"vehicle", vehicle},
          {"currency", on.currency()},
          {"hours", route.hours},
          {"drive_h", route.drive_h},
          {"km", route.km},
          {"drive_kwh", route.drive_kwh},
          {"charged_kwh", route.meter_kwh},
          {"money", route.money},
          {"soc_end", route.soc_end},
          {"nodes", nodes},
          {"stops", stops}};
}

int plan_trip(const OnRoads& on) {
  const roads::RouteQuery query = route_query(on);
  const std::uint32_t car = on.command.vehicle.empty() ? 0 : on.region.require_car(on.command.vehicle);
  const std::string& vehicle = on.region.car_names[car];
  const roads::RoutePlanner planner(on.region.network, on.stations, on.region.plan.cars[car]);
  const roads::Route route = planner.plan_route(query);
  if (on.command.json) {
    fmt::print("{}\n", analysis::json_text(route_json(on, route, vehicle)));
    return 0;
  }

  fmt::print(
      "{}: {} to {}, {:.0f} km in {} h, {:.1f} kWh of driving, {} for {:.1f} kWh charged, {:.0f} % on arrival\n\n",
      kernel::make_printable(vehicle), kernel::make_printable(on.command.from), kernel::make_printable(on.command.to),
      route.km, hours_text(route.hours), route.drive_kwh, analysis::money_text(route.money, on.currency()),
      route.meter_kwh, 100.0 * route.soc_end);
  analysis::TextTable table({"at", "after h", "waits", "charges", "SoC in", "SoC out", "kWh", "money"});
  for (const roads::RouteStop& stop : route.stops) {
    table.add_row({on.region.stations[stop.station].name, hours_text(stop.arrive_h), hours_text(stop.wait_h),
                   hours_text(stop.charge_h), fmt::format("{:.0f} %", 100.0 * stop.soc_in),
                   fmt::format("{:.0f} %", 100.0 * stop.soc_out), number_text(stop.meter_kwh, 1),
                   analysis::money_text(stop.money, on.currency())});
  }
  if (route.stops.empty()) {
    fmt::print("No stop is needed.\n");
  } else {
    fmt::print("{}", table.to_text());
  }
  return 0;
}

nlohmann::ordered_json traffic_json(const OnRoads& on) {
  const roads::TrafficFigures& t = on.region.traffic;
  auto stations = nlohmann::ordered_json::array();
  for (std::size_t s = 0; s < t.stations.size(); ++s) {
    const roads::StationFigures& f = t.stations[s];
    const roads::Station& station = on.region.stations[s];
    stations.push_back({{"station", station.name},
                        {"lat", station.lat_deg},
                        {"lon", station.lon_deg},
                        {"chargers", station.chargers},
                        {"kw", station.kw},
                        {"visits", f.visits},
                        {"waited", f.waited + f.waited_in_vain},
                        {"waited_in_vain", f.waited_in_vain},
                        {"wait_h", f.wait_h},
                        {"mean_wait_h", f.mean_wait_h()},
                        {"longest_wait_h", f.longest_wait_h},
                        {"longest_queue", f.longest_queue},
                        {"went_on", f.went_on},
                        {"use", f.use},
                        {"kwh", f.meter_kwh},
                        {"money", f.money},
                        {"peak_kw", f.peak_kw},
                        {"choices", f.choices},
                        {"price_elasticity", f.price_elasticity()}});
  }
  nlohmann::ordered_json bottleneck;
  if (t.bottleneck != roads::no_index) bottleneck = on.region.stations[t.bottleneck].name;
  return {{"schema", "evtwin roads traffic/1"},
          {"currency", on.currency()},
          {"bottleneck", bottleneck},
          {"trips", t.trips},
          {"trips_ended", t.trips_ended},
          {"stops", t.stops},
          {"stranded", t.stranded.size()},
          {"km", t.km},
          {"drive_h", t.drive_h},
          {"wait_h", t.wait_h},
          {"charge_h", t.charge_h},
          {"drive_kwh", t.drive_kwh},
          {"charged_kwh", t.road_kwh},
          {"peak_kw", t.peak_kw},
          {"stations", stations}};
}

/// Every trip as a row. @returns a line per month: trips, km and energy
std::string write_trips(const OnRoads& on) {
  const roads::TrafficPlan& plan = on.region.plan;
  const market::Calendar& calendar = on.loaded.world.calendar;
  struct Month {
    std::uint64_t trips = 0;
    double km = 0.0, kwh = 0.0;
  };
  std::map<std::string, Month> months;
  NewFile file(on.command.trips);
  file.write_text(
      "driver,vehicle,from,to,depart,arrive,km,drive_h,speed_kmh,temperature_c,kwh,kwh_per_100_km,soc_start,soc_end,"
      "stops,charged_kwh\n");
  for (const roads::TripFigures& t : on.region.traffic.drives) {
    const bool over = t.arrive_ns != kernel::time_never;
    const auto cell = [](double value, int digits) {
      return kernel::is_known(value) && std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : std::string();
    };
    file.write_text(fmt::format("{},{},{},{},{},{},{:.3f},{:.4f},{},{},{:.4f},{},{:.4f},{},{},{:.4f}\n", t.driver + 1,
                                kernel::csv_cell(on.region.car_names[plan.drivers[t.driver].car]),
                                kernel::csv_cell(on.node_of(t.from).id), kernel::csv_cell(on.node_of(t.to).id),
                                calendar.format_iso(t.depart_ns), over ? calendar.format_iso(t.arrive_ns) : "", t.km,
                                t.drive_h, over ? cell(t.km / t.drive_h, 1) : "", cell(plan.temperature_c, 1),
                                t.drive_kwh, over ? cell(100.0 * t.drive_kwh / t.km, 2) : "", t.soc_start,
                                cell(t.soc_end, 4), t.stops, t.charged_kwh));
    Month& month = months[market::format_date(calendar.local_date(t.depart_ns)).substr(0, 7)];
    month.trips += 1;
    month.km += t.km;
    month.kwh += t.drive_kwh;
  }
  file.finish_file();
  std::string text;
  for (const auto& [name, month] : months)
    text += fmt::format("{}: {} trips, {:.0f} km, {:.1f} kWh of driving\n", name, month.trips, month.km, month.kwh);
  return text;
}

/// Where prices change: what they were and what drivers did. Empty elsewhere.
std::string price_table(const OnRoads& on) {
  const roads::TrafficFigures& t = on.region.traffic;
  std::vector<std::pair<double, double>> span(t.stations.size(), {roads::infinite, -roads::infinite});
  for (const roads::PriceStep& step : t.prices) {
    auto& [lowest, highest] = span[step.station];
    lowest = std::min(lowest, step.price_per_kwh);
    highest = std::max(highest, step.price_per_kwh);
  }
  if (t.prices.size() == t.stations.size()) return {};
  analysis::TextTable table(
      {"station", "price/kWh from", "to", "paid per kWh", "money", "peak kW of means", "price elasticity"});
  for (std::size_t s = 0; s < t.stations.size(); ++s) {
    const roads::StationFigures& f = t.stations[s];
    table.add_row({on.region.stations[s].name, analysis::money_text(span[s].first, on.currency()),
                   analysis::money_text(span[s].second, on.currency()),
                   f.meter_kwh > 0.0 ? analysis::money_text(f.money / f.meter_kwh, on.currency()) : "-",
                   analysis::money_text(f.money, on.currency()), number_text(f.peak_kw, 0),
                   f.choices > 0.0 ? number_text(f.price_elasticity(), 2) : "-"});
  }
  return "\n" + table.to_text() +
         "peak kW of means: the largest sum of visits' mean powers, plugging in and paying with them.\n";
}

int show_traffic(const OnRoads& on) {
  const roads::TrafficFigures& t = on.region.traffic;
  if (on.region.plan.drivers.empty())
    throw CommandError(
        fmt::format("{}: nobody drives; roads need trips = {{ {{ from = ..., to = ..., per_hour = ... }} }}",
                    kernel::make_printable(on.command.scenario)));
  const std::string by_month = on.command.trips.empty() ? std::string() : write_trips(on);
  if (on.command.json) {
    fmt::print("{}\n", analysis::json_text(traffic_json(on)));
    return 0;
  }
  fmt::print("{} trips, {} arrived, {} charging stops; waited {:.1f} h, charged {:.1f} h; {} drivers stranded\n\n",
             t.trips, t.trips_ended, t.stops, t.wait_h, t.charge_h, t.stranded.size());
  analysis::TextTable table({"station", "chargers", "kW", "visits", "waited", "in vain", "mean wait min", "longest min",
                             "longest queue", "went on", "use %", "kWh"});
  for (std::size_t s = 0; s < t.stations.size(); ++s) {
    const roads::StationFigures& f = t.stations[s];
    const roads::Station& station = on.region.stations[s];
    table.add_row({station.name, std::to_string(station.chargers), number_text(station.kw, 0), std::to_string(f.visits),
                   std::to_string(f.waited + f.waited_in_vain), std::to_string(f.waited_in_vain),
                   number_text(60.0 * f.mean_wait_h(), 1), number_text(60.0 * f.longest_wait_h, 0),
                   std::to_string(f.longest_queue), std::to_string(f.went_on), number_text(100.0 * f.use, 1),
                   number_text(f.meter_kwh, 0)});
  }
  fmt::print("{}", table.to_text());
  fmt::print(
      "in vain: of those who waited, who gave up or waits still; went on: found the queue too long, or no service.\n");
  if (t.bottleneck != roads::no_index) {
    const roads::StationFigures& f = t.stations[t.bottleneck];
    fmt::print("\nBottleneck: {}, where {:.1f} of {:.1f} h of waiting are spent.\n",
               kernel::make_printable(on.region.stations[t.bottleneck].name), f.wait_h, t.wait_h);
  }
  fmt::print("{}", price_table(on));
  if (!by_month.empty()) fmt::print("\n{}: a trip a row\n{}", kernel::make_printable(on.command.trips), by_month);
  return 0;
}

}  // namespace

int answer_on_roads(const RoadsCommand& command) {
  const OnRoads on(command);
  switch (command.question) {
    case RoadsCommand::Question::near:
      return list_near(on);
    case RoadsCommand::Question::route:
      return plan_trip(on);
    case RoadsCommand::Question::traffic:
      break;
  }
  return show_traffic(on);
}

}  // namespace evtwin::cli
