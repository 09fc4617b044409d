// evtwin roads ...: stations near a place, a trip planned, a day on the roads.
#include "cli/option_parts.hpp"

namespace evtwin::cli {
namespace {

struct RoadsOptions {
  RoadsCommand command;
  std::vector<std::string> set;
};

/// What every question about roads has.
void add_shared(CLI::App& app, const std::shared_ptr<RoadsOptions>& to) {
  app.add_option("SCENARIO", to->command.scenario, "scenario with roads = { ... } (.lua)")->required();
  add_repeated(app, "--set", to->set, "value of a param() of the scenario, as name=value; may be repeated");
  app.add_option("--seed", to->command.load.seed, "seed of every random draw, instead of the scenario's")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  add_json(app, to->command.json);
}

void add_car(CLI::App& app, RoadsCommand& command, const char* what_without) {
  app.add_option("--vehicle", command.vehicle, what_without);
  app.add_option("--soc", command.soc, "its state of charge, 0 to 1")->check(CLI::Range(0.0, 1.0));
  app.add_option("--when", command.when,
                 "local time of the scenario whose queues and prices count (default: nobody waits)");
}

CLI::App& add_question(Offers& offers, CLI::App& roads, const char* name, const char* help,
                       const std::shared_ptr<RoadsOptions>& to) {
  CLI::App& app = offers.add_command(roads, name, help, to, [](RoadsOptions& options) {
    options.command.load.set = pairs_of("--set", options.set);
    return std::move(options.command);
  });
  add_shared(app, to);
  return app;
}

void offer_near(Offers& offers, CLI::App& roads) {
  const auto to = std::make_shared<RoadsOptions>();
  to->command.question = RoadsCommand::Question::near;
  RoadsCommand& c = to->command;
  CLI::App& app = add_question(offers, roads, "near", "List the charging stations near a place", to);
  auto* node = app.add_option("--at", c.node, "node of the roads; or --lat and --lon");
  auto* lat = app.add_option("--lat", c.lat_deg, "latitude, degrees")->check(CLI::Range(-90.0, 90.0))->excludes(node);
  auto* lon =
      app.add_option("--lon", c.lon_deg, "longitude, degrees")->check(CLI::Range(-180.0, 180.0))->excludes(node);
  lat->needs(lon);
  lon->needs(lat);
  app.add_option("--km", c.km, "within so many km in a straight line (default 20)")->check(CLI::Range(0.0, 20040.0));
  app.add_option("--sockets", c.sockets, "kinds of sockets: CCS1, or several, CCS1+CHAdeMO");
  app.add_option("--min-kw", c.min_kw, "power of a charger, at least")->check(CLI::Range(0.0, 1500.0));
  app.add_option("--operator", c.operator_name, "of this operator alone");
  app.add_flag("--own", c.own_only, "own stations alone");
  app.add_flag("--free", c.free_only, "with a charger free, at --when");
  app.add_option("--most-price", c.most_price, "per kWh")->check(CLI::Range(0.0, 1e7));
  app.add_option("--order", c.order, "distance (default), price, time (way, queue and charging) or speed")
      ->check(CLI::IsMember({"distance", "price", "time", "speed"}));
  add_car(app, c, "only stations that fit this vehicle, with its charging time");
  app.add_option("--target", c.target_soc, "state of charge to charge to (default 0.8)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--rows", c.rows, "most rows (default 20)");
}

void offer_route(Offers& offers, CLI::App& roads) {
  const auto to = std::make_shared<RoadsOptions>();
  to->command.question = RoadsCommand::Question::route;
  RoadsCommand& c = to->command;
  CLI::App& app = add_question(offers, roads, "route", "Plan a trip with its charging stops", to);
  app.add_option("--from", c.from, "node where it begins")->required();
  app.add_option("--to", c.to, "node where it ends")->required();
  add_car(app, c, "vehicle that drives (default: the first of the roads)");
  app.add_option("--target", c.target_soc, "state of charge on arrival, at least (default: the reserve)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--reserve", c.reserve_soc, "never below this state of charge (default: the scenario's)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--least", c.least, "time (default), money, or the worth of an hour in the currency, such as 15000");
}

void offer_traffic(Offers& offers, CLI::App& roads) {
  const auto to = std::make_shared<RoadsOptions>();
  to->command.question = RoadsCommand::Question::traffic;
  CLI::App& app =
      add_question(offers, roads, "traffic",
                   "Show the stations under the scenario's trips: visits, queues, waiting, and the bottleneck", to);
  app.add_option("--trips", to->command.trips,
                 "table to write (CSV), a trip a row: distance, speed, time, temperature, energy");
}

}  // namespace

void offer_roads(Offers& offers) {
  CLI::App& roads = *offers.program().add_subcommand(
      "roads", "Stations near a place, trips with charging stops, queues of a corridor");
  roads.require_subcommand(1);
  offer_near(offers, roads);
  offer_route(offers, roads);
  offer_traffic(offers, roads);
}

}  // namespace evtwin::cli
