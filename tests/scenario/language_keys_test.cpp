// Every key of the language: its example is accepted, and its misspelling is refused with the right name. The list of
// sections and keys comes from the tables themselves, so that a key without an example fails.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "scenario/keys.hpp"
#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

// Where a section stands: the text around its braces, and keys that make it complete. `@` takes the entries.
struct Place {
  bool in_site;
  std::string around;
  std::string base;
};

const std::map<std::string, Place> places{
    {"scenario", {false, "@", ""}},
    {"site", {true, "@", ""}},
    {"station", {true, "stations = { { @ } }", "name = 'A', evses = 2, kw = 7"}},
    {"vehicle", {false, "vehicles = { { @ } }", "name = 'v', battery_kwh = 50, ac_kw = 11"}},
    {"storage", {true, "storage = { @ }", "kwh = 10, kw = 5"}},
    {"ageing", {true, "storage = { kwh = 10, kw = 5, ageing = { @ } }", ""}},
    {"pv", {true, "pv = { @ }", "peak_kw = 5, profile = 0.5"}},
    {"csv", {true, "load = csv { @ }", "file = 'load.csv'"}},
    {"day_types", {true, "load = { @ }", "weekday = 1, weekend = 2"}},
    {"tariff",
     {true, "tariff = { @ }", "currency = 'EUR', periods = { { from = '00:00', to = '24:00', price_per_kwh = 1 } }"}},
    {"period",
     {true, "tariff = { currency = 'EUR', periods = { { @ } } }", "from = '00:00', to = '24:00', price_per_kwh = 1"}},
    {"demand",
     {true,
      "tariff = { currency = 'EUR', periods = { { from = '00:00', to = '24:00', price_per_kwh = 1 } }, demand = { @ } "
      "}",
      "price_per_kw = 8"}},
    {"demand_months",
     {true,
      "tariff = { currency = 'EUR', periods = { { from = '00:00', to = '24:00', price_per_kwh = 1 } }, demand = { "
      "price_per_kw = { { @ } } } }",
      "months = { 6 }, price_per_kw = 8"}},
    {"sessions", {false, "arrivals = sessions { @ }", "file = 'sessions.csv'"}},
    {"answers", {false, "arrivals = sessions { file = 'sessions.csv', answers = { @ } }", ""}},
    {"session_columns",
     {false, "arrivals = sessions { file = 'other.csv', columns = { @ } }", "arrival = 'In', departure = 'Out'"}},
    {"ocpp", {false, "arrivals = ocpp { @ }", "file = 'site.log'"}},
    {"booking",
     {false, "vehicles = { { name = 'v', battery_kwh = 50, v2g = true, ac_kw = 7 } }, arrivals = bookings { { @ } }",
      "arrive = '2025-06-02T08:00', leave = '2025-06-02T10:00', energy_kwh = 5"}},
    {"poisson", {false, "arrivals = arrivals.poisson { @ }", "per_hour = 1"}},
    {"uniform",
     {false, "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = uniform { @ } }", "min = 1, max = 2"}},
    {"normal",
     {false, "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = normal { @ } }", "mean = 10, std = 2"}},
    {"lognormal",
     {false, "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = lognormal { @ } }", "median = 10, sigma = 1"}},
    {"exponential",
     {false, "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = exponential { @ } }", "mean = 10"}},
    {"driving", {false, "notes = 'km ' .. driving_kwh { @ }", "km = 18"}},
    {"parked", {false, "notes = 'kWh ' .. parked { @ }.traction_kwh", "days = 30"}},
    {"feeder", {true, "feeders = { { name = 'top' }, { @ } }", "name = 'F'"}},
    {"row", {true, "rows = { { @ } }", "name = 'r', kind = 'power_kw', upper = 10, members = { ['A-1'] = 1 }"}},
    {"forecast", {true, "forecast = { @ }", ""}},
    {"forecast_error", {true, "forecast = { load = { @ } }", ""}},
    {"queue", {true, "queue = { @ }", ""}},
    {"commands", {true, "commands = { @ }", ""}},
    {"reservations", {true, "reservations = { @ }", ""}},
    {"demand_response", {true, "demand_response = { { @ } }", "from = '2025-06-02T08:00', hours = 1, limit_kw = 5"}},
    {"dispatch", {true, "dispatch = { { @ } }", "from = '2025-06-02T08:00', hours = 1, kw = 5"}},
    {"strategy", {false, "strategy = strategy { @ }", "id = 'mine', decide = function() end"}},
    {"strategy_param",
     {false, "strategy = strategy { id = 'mine', decide = function() end, params = { { @ } } }",
      "id = 'a', default = 1, min = 0, max = 9"}},
    {"sweep", {false, "sweep = { @ }", ""}},
    {"roads",
     {false, "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { @ }",
      "nodes = { { id = 'a', lat = 37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to "
      "= 'b', speed_kmh = 60 } }"}},
    {"directory",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "stations = directory { @ } }",
      "file = 'locations.json'"}},
    {"road_node",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 }, { @ } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 "
      "} } }",
      "id = 'c', lat = 38, lon = 127"}},
    {"road",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { @ } } }",
      "from = 'a', to = 'b', speed_kmh = 60"}},
    {"road_station",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "stations = { { @ } } }",
      "name = 'S', node = 'b'"}},
    {"road_pricing",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "stations = { { name = 'S', node = 'b', pricing = { @ } } } }",
      ""}},
    {"road_car",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "cars = { { @ } } }",
      "vehicle = 'v'"}},
    {"road_trip",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "trips = { { @ } } }",
      "from = 'a', to = 'b', per_hour = 0.1"}},
    {"road_failure",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "stations = { { name = 'S', node = 'b' } }, failures = { { @ } } }",
      "station = 'S', from = '2025-06-02T08:00', to = '2025-06-02T09:00'"}},
    {"road_choice",
     {false,
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
      "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } }, "
      "choice = { @ } }",
      ""}},
    {"shared_limit", {false, "shared_limits = { { @ } }", "name = 'aggregator', kw = 30"}},
    {"outage", {true, "outages = { { @ } }", "evse = 'A-1', from = '2025-06-02T08:00', to = '2025-06-02T09:00'"}},
};

// "section.key" -> entries that use it; with "!" in front they stand alone, without the section's base.
const std::map<std::string, std::string> examples{
    {"scenario.name", "name = 'x'"},
    {"scenario.start", "start = '2025-06-02T08:00'"},
    {"scenario.days", "days = 2"},
    {"scenario.hours", "days = nil, hours = 21.25"},
    {"scenario.timezone", "timezone = 'Europe/Berlin'"},
    {"scenario.seed", "seed = 9223372036854775807"},
    {"scenario.tick_min", "tick_min = 5"},
    {"scenario.vehicles", "vehicles = { { name = 'v', battery_kwh = 50 } }"},
    {"scenario.arrivals", "arrivals = { arrivals.poisson { per_hour = 1 }, sessions 'sessions.csv' }"},
    {"scenario.history", "history = sessions 'past.csv'"},
    {"scenario.strategy", "strategy = plugin 'edf' { margin = 1 }"},
    {"scenario.forecast", "forecast = 'perfect'"},
    {"scenario.test", "test = true"},
    {"scenario.notes", "notes = 'x'"},
    {"scenario.sweep", "sweep = { seeds = '1..3' }"},
    {"scenario.shared_limits", "shared_limits = { { name = 'aggregator', kw = { weekday = 30, weekend = 20 } } }"},
    {"shared_limit.name", "name = 'transformer'"},
    {"shared_limit.sites", "sites = { 'site' }"},
    {"shared_limit.kw", "kw = csv 'load.csv'"},
    {"shared_limit.share", "share = 'price'"},
    {"sweep.vary", "vary = { 'contract_kw=40:60:2' }"},
    {"sweep.samples", "vary = { 'contract_kw=40:60' }, samples = 3"},
    {"sweep.seeds", "seeds = '1..3'"},
    {"sweep.strategies", "strategies = { 'asap', 'own' }"},
    {"scenario.kpi", "kpi = { sessions_seen = 'SELECT count(*) FROM session' }"},
    {"scenario.reward", "reward = { 'boa-fe', satisfaction = 10 }"},
    {"scenario.roads",
     "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { id = 'a', lat = "
     "37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', to = 'b', speed_kmh = 60 } } }"},
    {"roads.nodes", "nodes = { { id = 'a', lat = 37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }"},
    {"roads.edges", "edges = { { from = 'a', to = 'b', speed_kmh = 60 } }"},
    {"roads.stations", "stations = { { name = 'S', node = 'b' } }"},
    {"roads.cars", "cars = { { vehicle = 'v' } }"},
    {"roads.trips", "trips = { { from = 'a', to = 'b', per_hour = 0.1 } }"},
    {"roads.failures",
     "stations = { { name = 'S', node = 'b' } }, failures = { { station = 'S', from = '2025-06-02T08:00', to = "
     "'2025-06-02T09:00' } }"},
    {"roads.choice", "choice = { for_habit = 1 }"},
    {"roads.temperature_c", "temperature_c = -10"},
    {"roads.reserve_soc", "reserve_soc = 0.15"},
    {"roads.usual_soc", "usual_soc = 0.7"},
    {"roads.most_soc", "most_soc = 0.9"},
    {"roads.stop_min", "stop_min = 0"},
    {"road_node.id", "id = 'd'"},
    {"road_node.lat", "lat = 36.5"},
    {"road_node.lon", "lon = -180"},
    {"road.from", "from = 'b', to = 'a'"},
    {"road.to", "to = 'b'"},
    {"road.km", "km = 50"},
    {"road.speed_kmh", "speed_kmh = 130"},
    {"road.grade", "grade = -0.05"},
    {"road.one_way", "one_way = false"},
    {"road_station.name", "name = 'T'"},
    {"road_station.node", "node = 'a'"},
    {"road_station.lat", "!name = 'S', lat = 37, lon = 127"},
    {"road_station.lon", "!name = 'S', lat = 37, lon = 127.5"},
    {"road_station.site", "site = 'site'"},
    {"road_station.operator", "operator = 'x'"},
    {"road_station.own", "own = false"},
    {"road_station.sockets", "sockets = 'CCS1+CHAdeMO'"},
    {"road_station.kw", "kw = 350"},
    {"road_station.chargers", "chargers = 4"},
    {"road_station.price_per_kwh", "price_per_kwh = 300"},
    {"road_station.pricing", "pricing = function(station) return 300 end"},
    {"road_pricing.use", "use = 0.4"},
    {"road_pricing.gain", "gain = 0"},
    {"road_pricing.lowest_per_kwh", "lowest_per_kwh = 100"},
    {"road_pricing.highest_per_kwh", "highest_per_kwh = 500"},
    {"road_car.vehicle", "vehicle = 'v'"},
    {"road_car.class", "class = 'suv'"},
    {"road_car.sockets", "sockets = 'CCS1'"},
    {"road_car.share", "share = 2"},
    {"road_trip.from", "from = 'a'"},
    {"road_trip.to", "to = 'b'"},
    {"road_trip.per_hour", "per_hour = 0.2"},
    {"road_trip.vehicle", "vehicle = 'v'"},
    {"road_trip.soc_low", "soc_low = 0.5"},
    {"road_trip.soc_high", "soc_high = 0.9"},
    {"road_failure.station", "station = 'S'"},
    {"road_failure.from", "from = '2025-06-02T07:00'"},
    {"road_failure.to", "to = '2025-06-02T10:00'"},
    {"road_choice.per_hour", "per_hour = -2"},
    {"road_choice.per_price", "per_price = -0.02"},
    {"road_choice.per_queued_car", "per_queued_car = 0"},
    {"road_choice.for_habit", "for_habit = 0"},
    {"road_choice.consider_h", "consider_h = 2"},
    {"site.name", "name = 'x'"},
    {"site.contract_kw", "contract_kw = 60"},
    {"site.export_limit_kw", "export_limit_kw = 0"},
    {"site.dispatch", "dispatch = { { from = '2025-06-02T08:00', hours = 1, kw = 5 } }"},
    {"dispatch.from", "from = '2025-06-02T09:00'"},
    {"dispatch.every_day_at", "!every_day_at = '18:00', hours = 1, kw = 5"},
    {"dispatch.to", "!from = '2025-06-02T08:00', to = '2025-06-02T09:00', kw = 5"},
    {"dispatch.hours", "hours = 0.5"},
    {"dispatch.kw", "kw = 30"},
    {"dispatch.enrolled_share", "enrolled_share = 0.4"},
    {"dispatch.yes", "yes = 0.8"},
    {"dispatch.notice_min", "notice_min = 0"},
    {"sessions.answers", "answers = { accept = 0.5 }"},
    {"answers.accept", "accept = 0.7"},
    {"answers.other_time", "other_time = 0"},
    {"answers.other_place", "other_place = 0.05"},
    {"answers.keep", "keep = 1"},
    {"answers.move_h", "move_h = 6"},
    {"answers.elsewhere", "elsewhere = 'site'"},
    {"directory.file", "file = 'locations.json'"},
    {"directory.own_operator", "own_operator = 'Ours'"},
    {"driving.km", "km = 0"},
    {"driving.class", "class = 'van'"},
    {"driving.speed_kmh", "speed_kmh = 110"},
    {"driving.grade", "grade = -0.04"},
    {"driving.temperature_c", "temperature_c = -15"},
    {"parked.days", "days = 0.5"},
    {"parked.care", "care = false"},
    {"parked.battery_wh", "battery_wh = 540"},
    {"parked.soc", "soc = 1"},
    {"parked.soc_limit", "soc_limit = 0.4"},
    {"parked.drain_w", "drain_w = 2"},
    {"parked.from_soc", "from_soc = 0.7"},
    {"parked.to_soc", "to_soc = 1"},
    {"parked.charge_w", "charge_w = 400"},
    {"parked.charge_efficiency", "charge_efficiency = 0.85"},
    {"parked.converter_efficiency", "converter_efficiency = 0.95"},
    {"parked.awake_w", "awake_w = 0"},
    {"parked.self_test_every_h", "self_test_every_h = 24"},
    {"parked.self_test_min", "self_test_min = 10"},
    {"site.temperature_c", "temperature_c = -5"},
    {"site.limits", "limits = 'record'"},
    {"site.tariff", "tariff = require('tariffs.kepco_ev').self_use_low_voltage"},
    {"site.voltage_v", "voltage_v = 220"},
    {"site.load", "load = 5"},
    {"site.pv", "pv = { profile = csv 'load.csv' }"},
    {"site.storage", "storage = { { kwh = 10, kw = 5 }, { kwh = 10, kw = 5 } }"},
    {"site.stations", "stations = from_sessions('sessions.csv', { kw = 7 })"},
    {"site.feeders", "feeders = { { name = 'F' } }"},
    {"site.rows", "rows = { { name = 'r', kind = 'current_a', lower = -10, members = { A = 1 } } }"},
    {"site.co2_kg_per_kwh", "co2_kg_per_kwh = 0.4"},
    {"site.power_setpoint_kw", "power_setpoint_kw = -12.5"},
    {"site.forecast", "forecast = 'yesterday'"},
    {"site.driver_price_per_kwh", "driver_price_per_kwh = 1"},
    {"site.v2g_price_per_kwh", "v2g_price_per_kwh = 1"},
    {"site.unmet_price_per_kwh", "unmet_price_per_kwh = 1"},
    {"site.share_price_per_kwh", "share_price_per_kwh = 1"},
    {"site.operator", "operator = 'ours'"},
    {"site.wear_price_per_kwh", "wear_price_per_kwh = 1"},
    {"site.billing", "billing = 'full'"},
    {"site.past_peaks_kw", "past_peaks_kw = { ['2025-01'] = 80 }"},
    {"site.storage_policy", "storage_policy = 'arbitrage'"},
    {"site.queue", "queue = { places = 2 }"},
    {"site.commands", "commands = { plan_s = 5 }"},
    {"site.reservations", "reservations = { block = false }"},
    {"site.demand_response", "demand_response = {}"},
    {"site.outages", "outages = {}"},
    {"site.holidays", "holidays = { '2025-06-06' }"},
    {"site.arrivals", "arrivals = sessions 'sessions.csv'"},
    {"site.history", "arrivals = sessions 'sessions.csv', history = 'from_sessions'"},
    {"station.name", "name = 'B'"},
    {"station.evses", "evses = 3"},
    {"station.kind", "kind = 'dc'"},
    {"station.kw", "kw = 3.7"},
    {"station.max_a", "!name = 'A', evses = 1, max_a = 80"},
    {"station.phases", "phases = 3, min_a = 0"},
    {"station.min_a", "min_a = 8"},
    {"station.rates_a", "rates_a = { 8, 16, 24 }"},
    {"station.min_kw", "kind = 'dc', min_kw = 2"},
    {"station.efficiency", "kind = 'dc', efficiency = 0.95"},
    {"station.voltage_v", "voltage_v = 240"},
    {"station.phase", "phase = 'L2'"},
    {"station.bidirectional", "bidirectional = true"},
    {"station.max_discharge_kw", "bidirectional = true, max_discharge_kw = 5"},
    {"station.feeder", "feeder = 'F' } }, feeders = { { name = 'F'"},
    {"station.sockets", "sockets = 'AC1+AC3'"},
    {"station.except", "@stations = from_sessions('sessions.csv', { kw = 7, except = { ['A-1'] = { kw = 11 } } })"},
    {"vehicle.name", "name = 'w'"},
    {"vehicle.share", "share = 2"},
    {"vehicle.battery_kwh", "battery_kwh = 77"},
    {"vehicle.ac_kw", "ac_kw = 7"},
    {"vehicle.ac_phases", "ac_phases = 1"},
    {"vehicle.dc_kw", "dc_kw = 0"},
    {"vehicle.efficiency", "efficiency = { 0.9, 0.9 }"},
    {"vehicle.charge_efficiency", "charge_efficiency = 0.9"},
    {"vehicle.discharge_efficiency", "discharge_efficiency = 0.9"},
    {"vehicle.taper_soc", "taper_soc = 0.8"},
    {"vehicle.taper_end_kw", "taper_soc = 0.8, taper_end_kw = 1"},
    {"vehicle.curve", "curve = { { 0, 50 }, { 0.5, 80 }, { 1, 5 } }"},
    {"vehicle.sockets", "sockets = 'CCS1'"},
    {"vehicle.power_by_temperature", "power_by_temperature = { { -20, 0.2 }, { 20, 1 } }"},
    {"vehicle.v2g", "v2g = true"},
    {"vehicle.discharge_kw", "v2g = true, discharge_kw = 5"},
    {"vehicle.soc_floor", "v2g = true, soc_floor = 0.3"},
    {"vehicle.soc_known", "soc_known = true"},
    {"vehicle.acceptance_hold", "acceptance_hold = true"},
    {"storage.name", "name = 's'"},
    {"storage.kwh", "kwh = 20"},
    {"storage.kw", "kw = 6"},
    {"storage.charge_kw", "charge_kw = 3"},
    {"storage.discharge_kw", "!kwh = 10, charge_kw = 3, discharge_kw = 4"},
    {"storage.efficiency", "efficiency = 0.9"},
    {"storage.soc_start", "soc_start = 0.4"},
    {"storage.soc_min", "soc_min = 0.1"},
    {"storage.soc_max", "soc_max = 0.9"},
    {"storage.standby_kw", "standby_kw = 0.1"},
    {"storage.ageing", "ageing = { replaced_at = 0.7 }"},
    {"vehicle.ageing", "ageing = { calendar = 0.0003, cyclic = 0.002 }"},
    {"ageing.calendar", "calendar = 0"},
    {"ageing.cyclic", "cyclic = 0.01"},
    {"ageing.power", "cyclic = 0.01, power = 0.9"},
    {"ageing.replaced_at", "replaced_at = 0.6"},
    {"pv.peak_kw", "peak_kw = 6"},
    {"pv.profile", "profile = { months = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } }"},
    {"csv.file", "file = 'load.csv'"},
    {"csv.column", "column = 'kw'"},
    {"csv.scale", "scale = 2"},
    {"csv.timezone", "timezone = 'UTC', file = 'long.csv'"},
    {"day_types.weekday", "weekday = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }"},
    {"day_types.saturday", "saturday = 1"},
    {"day_types.sunday", "sunday = 1"},
    {"day_types.weekend", "weekend = 1"},
    {"day_types.holiday", "holiday = 1"},
    {"day_types.months", "!months = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, { weekday = 1, weekend = 2 } }"},
    {"tariff.name", "name = 't'"},
    {"tariff.currency", "currency = 'KRW'"},
    {"tariff.source", "source = 'x'"},
    {"tariff.valid_from", "valid_from = '2025'"},
    {"tariff.doubts", "doubts = 'some'"},
    {"tariff.periods",
     "periods = { { from = '06:00', to = '24:00', price_per_kwh = -1 }, { from = '00:00', to = '06:00', price_per_kwh "
     "= 0 } }"},
    {"tariff.series", "!currency = 'EUR', series = csv 'prices.csv'"},
    {"tariff.sell_price_per_kwh", "sell_price_per_kwh = -0.1"},
    {"tariff.sell_factor", "sell_factor = 1"},
    {"tariff.sell_series", "sell_series = csv 'prices.csv'"},
    {"tariff.surcharge_per_kwh", "surcharge_per_kwh = 0.1"},
    {"tariff.tax_fraction", "tax_fraction = 0.1"},
    {"tariff.demand", "demand = { price_per_kw = 10, basis = 'contract' }"},
    {"tariff.holidays", "holidays = { '2025-06-06' }"},
    {"period.months", "months = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }"},
    {"period.days", "days = { 'weekday', 'saturday', 'sunday', 'holiday' }"},
    {"period.from",
     "!from = '22:00', to = '06:00', price_per_kwh = 1 }, { from = '06:00', to = '22:00', price_per_kwh = 2"},
    {"period.to",
     "!from = '22:00', to = '00:00', price_per_kwh = 1 }, { from = '00:00', to = '22:00', price_per_kwh = 2"},
    {"period.price_per_kwh", "price_per_kwh = 0"},
    {"period.band", "band = 'light'"},
    {"demand.price_per_kw", "price_per_kw = 0"},
    {"demand.basis", "basis = 'peak'"},
    {"demand.window_min", "window_min = 30"},
    {"demand.ratchet_months", "ratchet_months = { 12, 1 }"},
    {"demand.look_back_months", "look_back_months = 6"},
    {"demand.floor_fraction_of_contract", "floor_fraction_of_contract = 0.3"},
    {"demand.excess_price_per_kw", "excess_price_per_kw = 3330"},
    {"demand_months.months", "months = { 1, 2 }"},
    {"demand_months.price_per_kw", "price_per_kw = 1"},
    {"sessions.file", "file = 'sessions.csv'"},
    {"sessions.shift_to_start", "shift_to_start = true"},
    {"sessions.evse", "evse = 'any'"},
    {"sessions.vehicle", "vehicle = 'mix' }, vehicles = { { name = 'v', battery_kwh = 50 }"},
    {"sessions.soc_target", "soc_target = 0.9"},
    {"sessions.v2g_share", "v2g_share = 0.5"},
    {"sessions.v2g_min_price_per_kwh", "v2g_min_price_per_kwh = uniform { 0.1, 0.3 }"},
    {"sessions.requested", "requested = 'true'"},
    {"sessions.columns",
     "file = 'other.csv', columns = { arrival = 'In', departure = 'Out', energy_kwh = 'Energy (Wh)' }"},
    {"session_columns.arrival", "arrival = 'Begin'"},
    {"session_columns.departure", "departure = 'End'"},
    {"session_columns.energy_kwh", "energy_kwh = 'Energy (Wh)'"},
    {"session_columns.evse", "evse = 'evse'"},
    {"session_columns.session_id", "session_id = 'id'"},
    {"session_columns.requested_kwh", "requested_kwh = 'Energy (Wh)'"},
    {"session_columns.estimated_departure", "estimated_departure = 'End'"},
    {"session_columns.soc", "soc = 'share'"},
    {"session_columns.soc_departure", "soc_departure = 'share'"},
    {"session_columns.vehicle", "vehicle = 'id'"},
    {"session_columns.car_kw", "car_kw = 'energy_kwh'"},
    {"session_columns.battery_kwh", "battery_kwh = 'kWh'"},
    {"session_columns.driver", "driver = 'id'"},
    {"session_columns.priority", "priority = 'share'"},
    {"session_columns.v2g", "v2g = 'yes'"},
    {"session_columns.v2g_min_price_per_kwh", "v2g_min_price_per_kwh = 'share'"},
    {"session_columns.reserved_at", "reserved_at = 'In'"},
    {"session_columns.reserved_from", "reserved_at = 'In', reserved_from = 'In'"},
    {"session_columns.reserved_until", "reserved_at = 'In', reserved_until = 'Out'"},
    {"session_columns.window_from", "window_from = 'In', window_to = 'Out'"},
    {"session_columns.window_to", "window_from = 'In', window_to = 'Out'"},
    {"ocpp.file", "file = 'site.log'"},
    {"ocpp.evse", "evse = 'any'"},
    {"ocpp.claims", "claims = 'history'"},
    {"booking.id", "id = 'van'"},
    {"booking.arrive", "arrive = '2025-06-02T09:00'"},
    {"booking.leave", "leave = '2025-06-02T09:00'"},
    {"booking.vehicle", "vehicle = 'v'"},
    {"booking.soc", "vehicle = 'v', soc = 0.5"},
    {"booking.target", "vehicle = 'v', soc = 0.5, energy_kwh = nil, target = 0.8"},
    {"booking.energy_kwh", "energy_kwh = 7"},
    {"booking.evse", "evse = 'A-2'"},
    {"booking.priority", "priority = 2"},
    {"booking.v2g", "vehicle = 'v', v2g = true"},
    {"booking.booked_at", "booked_at = '2025-06-02T07:00'"},
    {"booking.window", "window = { '2025-06-02T06:00', '2025-06-02T12:00' }"},
    {"poisson.name", "name = 'x'"},
    {"poisson.per_hour", "per_hour = function(t) return t.hour / 10 end"},
    {"poisson.energy_kwh", "energy_kwh = choice { { 5, 1 }, { 10, 2 } }"},
    {"poisson.stay_h", "stay_h = uniform { 1, 5 }"},
    {"poisson.v2g_share", "v2g_share = 1"},
    {"poisson.v2g_min_price_per_kwh", "v2g_min_price_per_kwh = 0.25"},
    {"poisson.soc_target", "soc_target = 1"},
    {"poisson.priorities", "priorities = { { 0, 3 }, { 1, 1 } }"},
    {"poisson.claim_stay_factor_std", "claim_stay_factor_std = 0.2"},
    {"poisson.claim_stay_factor", "claim_stay_factor = quantiles { 0.5, 1, 2 }"},
    {"poisson.claim_energy_factor", "claim_energy_factor = uniform { 1, 3 }"},
    {"poisson.energy_with_stay", "energy_with_stay = 0.6"},
    {"poisson.max_mean_kw", "max_mean_kw = 0.5"},
    {"poisson.vehicles", "vehicles = { 'v' } }, vehicles = { { name = 'v', battery_kwh = 50 }"},
    {"poisson.reserved_share", "reserved_share = 0.5, reserved_h_before = 12"},
    {"poisson.reserved_h_before", "reserved_h_before = uniform { 1, 24 }"},
    {"poisson.leaves_when_full_share", "leaves_when_full_share = 0.9"},
    {"poisson.leaves_h_after_full", "leaves_when_full_share = 0.9, leaves_h_after_full = exponential { 0.2 }"},
    {"uniform.min", "min = 0"},
    {"uniform.max", "max = 3"},
    {"normal.mean", "mean = 9"},
    {"normal.std", "std = 0"},
    {"normal.min", "min = 1"},
    {"normal.max", "max = 20"},
    {"lognormal.median", "median = 9"},
    {"lognormal.sigma", "sigma = 0.5"},
    {"lognormal.min", "min = 1"},
    {"lognormal.max", "max = 20"},
    {"exponential.mean", "mean = 9"},
    {"exponential.min", "min = 1"},
    {"exponential.max", "max = 20"},
    {"feeder.name", "name = 'G'"},
    {"feeder.parent", "parent = 'top'"},
    {"feeder.max_kw", "max_kw = 50"},
    {"feeder.max_a", "max_a = 100"},
    {"feeder.max_export_kw", "max_export_kw = 0"},
    {"feeder.efficiency", "efficiency = 0.98"},
    {"row.name", "name = 'x'"},
    {"row.kind", "kind = 'magnitude_a', members = { ['A-1'] = { 1, -120 }, ['A-2'] = -1 }"},
    {"row.upper", "upper = 5"},
    {"row.lower", "lower = -5"},
    {"row.members", "members = { A = 0.5 }"},
    {"forecast.bias", "bias = 0.1"},
    {"forecast.std", "std = 0.1"},
    {"forecast.pv", "pv = 'perfect'"},
    {"forecast.load", "load = forecaster 'seasonal-naive' { days = 1 }"},
    {"forecast.arrivals", "arrivals = { std = 0.5 }"},
    {"forecast.price", "price = 'same-kind-of-day'"},
    {"forecast.period_min", "period_min = 60"},
    {"forecast.history_days", "history_days = 7"},
    {"forecast_error.bias", "bias = -0.1"},
    {"forecast_error.std", "std = 0.1"},
    {"queue.places", "places = 3"},
    {"queue.patience_min", "patience_min = 30"},
    {"commands.forecast_s", "forecast_s = 2"},
    {"commands.plan_s", "plan_s = 5.5"},
    {"commands.apply_s", "apply_s = 1"},
    {"commands.loss", "loss = 0.01"},
    {"reservations.block", "block = false"},
    {"reservations.hold_min", "hold_min = 60"},
    {"demand_response.from", "from = '2025-06-02T08:30'"},
    {"demand_response.every_day_at", "!every_day_at = '18:00', hours = 1, limit_kw = 5"},
    {"demand_response.to", "!from = '2025-06-02T08:00', to = '2025-06-02T09:00', limit_kw = 5"},
    {"demand_response.hours", "hours = 2"},
    {"demand_response.limit_kw", "limit_kw = 6"},
    {"demand_response.reduce_percent", "!from = '2025-06-02T08:00', hours = 1, reduce_percent = 25"},
    {"demand_response.notice_min", "notice_min = 60"},
    {"strategy.id", "id = 'my-own-2'"},
    {"strategy.help", "help = 'Does little.'"},
    {"strategy.params", "params = {}"},
    {"strategy.subscribes",
     "subscribes = { 'arrival', 'departure', 'price', 'limit', 'finished', 'power', 'grant', 'booking' }"},
    {"strategy.ticks", "ticks = false"},
    {"strategy.levels", "levels = { 0.1, 0.5, 0.9 }"},
    {"strategy.ended", "ended = function(view, params) end"},
    {"strategy.horizon_h", "horizon_h = 0"},
    {"strategy.decide", "decide = function(view, params) return {} end"},
    {"strategy_param.id", "id = 'a_2'"},
    {"strategy_param.unit", "unit = 'kW'"},
    {"strategy_param.help", "help = 'A figure.'"},
    {"strategy_param.default", "!id = 'a', default = false"},
    {"strategy_param.min", "min = -1"},
    {"strategy_param.max", "max = 1"},
    {"strategy_param.whole", "whole = true"},
    {"strategy_param.choices", "!id = 'a', default = 'x', choices = { 'x', 'y' }"},
    {"outage.evse", "evse = 'A-2'"},
    {"outage.from", "from = '2025-06-02T08:30'"},
    {"outage.to", "to = '2025-06-02T08:45'"},
};

// Files that the examples name.
void write_files(const TemporaryFolder& folder) {
  folder.write("sessions.csv", "arrival,departure,energy_kwh,evse\n2025-06-02 08:00,2025-06-02 12:00,8,A-1\n");
  folder.write("locations.json",
               R"([{ "id": "L1", "name": "S", "coordinates": { "latitude": "37.0", "longitude": "127.5" },
                     "evses": [{ "uid": "1", "connectors": [{ "standard": "IEC_62196_T1_COMBO", "power_type": "DC",
                                 "max_voltage": 500, "max_amperage": 200 }] }] }])");
  folder.write("other.csv",
               "In,Out,Begin,End,energy_kwh,Energy (Wh),kWh,evse,id,share,yes\n"
               "2025-06-02 08:00,2025-06-02 12:00,2025-06-02 08:00,2025-06-02 12:00,8,8000,50,A-1,s1,0.3,yes\n");
  folder.write("past.csv", "arrival,departure,energy_kwh,evse\n2025-06-01 08:00,2025-06-01 12:00,8,A-1\n");
  folder.write(
      "site.log",
      R"(2025-06-02 08:00:00,000 - ocpp - INFO - A: receive message [2,"a","StartTransaction",{"connectorId":1,)"
      R"("idTag":"T","meterStart":1000,"timestamp":"2025-06-02T08:00:00Z"}])"
      "\n"
      R"(2025-06-02 08:00:00,000 - ocpp - INFO - A: send [3,"a",{"transactionId":1,)"
      R"("idTagInfo":{"status":"Accepted"}}])"
      "\n"
      R"(2025-06-02 09:00:00,000 - ocpp - INFO - A: receive message [2,"b","StopTransaction",{)"
      R"("transactionId":1,"meterStop":8000,"timestamp":"2025-06-02T09:00:00Z"}])"
      "\n");
  folder.write("load.csv",
               "time,kw\n2025-06-02T00:00:00+09:00,1\n2025-06-02T12:00:00+09:00,2\n2025-06-03T00:00:00+09:00,1\n");
  folder.write("long.csv", "time,kw\n2025-06-01 00:00,1\n2025-06-02 00:00,2\n2025-06-03 00:00,1\n");
  folder.write(
      "prices.csv",
      "time,price_per_kwh\n2025-06-02T00:00:00+09:00,1\n2025-06-02T12:00:00+09:00,-2\n2025-06-03T00:00:00+09:00,1\n");
}

// An example stands among the others' keys; behind "!" it is all keys, behind "@" all that is around them as well.
std::string text_for(const std::string& section, const std::string& entries) {
  const Place& place = places.at(section);
  if (entries.starts_with('@')) return scenario_text(entries.substr(1));
  std::string around = place.around;
  const bool alone = !entries.empty() && entries.front() == '!';
  const std::string inside = alone ? entries.substr(1) : with_entries(place.base, entries);
  around.replace(around.find('@'), 1, inside);
  return place.in_site ? scenario_text(around) : scenario_text("", around);
}

TEST(LanguageKeys, EveryKeyHasAnExampleThatIsAccepted) {
  const TemporaryFolder folder;
  write_files(folder);
  std::size_t keys = 0;
  for (const Section& s : reference_sections()) {
    ASSERT_TRUE(places.contains(std::string(s.name))) << s.name;
    for (const Key& key : s.keys) {
      const std::string name = std::string(s.name) + "." + std::string(key.name);
      const auto example = examples.find(name);
      ASSERT_NE(example, examples.end()) << name << " has no example";
      const std::string text = text_for(std::string(s.name), example->second);
      EXPECT_EQ(load_error(folder, text), "accepted") << name << "\n" << text;
      ++keys;
    }
  }
  EXPECT_EQ(keys, examples.size()) << "an example is for a key that is not there";
}

TEST(LanguageKeys, AMisspeltKeyIsRefusedWithTheRightName) {
  const TemporaryFolder folder;
  write_files(folder);
  for (const Section& s : reference_sections()) {
    for (const Key& key : s.keys) {
      const std::string message = load_error(folder, text_for(std::string(s.name), std::string(key.name) + "x = 1"));
      EXPECT_NE(message.find("unknown key '" + std::string(key.name) + "x' in "), std::string::npos) << message;
      EXPECT_NE(message.find("did you mean '" + std::string(key.name) + "'?"), std::string::npos) << message;
      EXPECT_EQ(message.rfind("test.lua:", 0), 0U) << message;
    }
  }
}

// A table is the wrong type for every key that is a figure, a word or a text.
TEST(LanguageKeys, AWrongTypeIsRefusedNamingTheKey) {
  const TemporaryFolder folder;
  write_files(folder);
  for (const Section& s : reference_sections()) {
    for (const Key& key : s.keys) {
      if (key.type == KeyType::other) continue;
      const std::string message = load_error(folder, text_for(std::string(s.name), std::string(key.name) + " = {}"));
      EXPECT_NE(message.find("." + std::string(key.name) + " must be"), std::string::npos) << message;
    }
  }
}

TEST(LanguageKeys, FiguresOutsideTheirRangeAreRefusedWithTheRange) {
  const TemporaryFolder folder;
  write_files(folder);
  for (const Section& s : reference_sections()) {
    for (const Key& key : s.keys) {
      if (key.type != KeyType::number && key.type != KeyType::whole) continue;
      for (const char* value : {"0/0", "math.huge", "-math.huge", "1e300", "-1e300"}) {
        const std::string message =
            load_error(folder, text_for(std::string(s.name), std::string(key.name) + " = " + value));
        EXPECT_NE(message.find("." + std::string(key.name) + " "), std::string::npos) << value << ": " << message;
        EXPECT_NE(message.find("must be"), std::string::npos) << value << ": " << message;
      }
    }
  }
}

TEST(LanguageKeys, WholeNumbersRefuseFractions) {
  const TemporaryFolder folder;
  write_files(folder);
  for (const Section& s : reference_sections()) {
    for (const Key& key : s.keys) {
      if (key.type != KeyType::whole || !key.words.empty()) continue;
      const std::string message = load_error(folder, text_for(std::string(s.name), std::string(key.name) + " = 1.5"));
      EXPECT_NE(message.find(std::string(key.name) + " = 1.5 must be a whole number"), std::string::npos) << message;
    }
  }
}

TEST(LanguageKeys, NumbersThatAreNotListedAreRefusedWithThoseThatAre) {
  for (const char* value : {"20", "0", "-15", "15.5", "1440"}) {
    const std::string message = load_error(text_for("demand", std::string("window_min = ") + value));
    const std::string due = std::string("site.tariff.demand.window_min = ") + value + " must be 15, 30 or 60 min";
    EXPECT_NE(message.find(due), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
  const std::string message = load_error(text_for("demand", "window_min = '30'"));
  EXPECT_NE(message.find("site.tariff.demand.window_min must be 15, 30 or 60 min, got"), std::string::npos) << message;
}

TEST(LanguageKeys, RequiredKeysAreAskedFor) {
  EXPECT_NE(load_error("return scenario { site {} }").find("scenario needs start"), std::string::npos);
  EXPECT_NE(
      load_error("return scenario { start = '2025-06-02', days = 1, timezone = 'UTC' }").find("at least one site"),
      std::string::npos);
  EXPECT_NE(load_error(scenario_text("stations = { { evses = 1, kw = 7 } }")).find("site.stations[1] needs name"),
            std::string::npos);
}

}  // namespace
}  // namespace evtwin::scenario::testing
