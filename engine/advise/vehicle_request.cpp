#include "advise/vehicle_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::advise {

namespace {

/// A key of the line; numbers lie in [min, max], or above min.
struct Key {
  std::string_view name;
  std::string_view unit;  ///< of a number; empty for words
  double min = 0.0, max = 0.0;
  bool above_min = false;
  std::string_view help;
};

// Ranges as the scenario language has them for vehicles.
constexpr std::array keys{
    Key{"kwh", "kWh", 0, 2000, true, "usable battery capacity"},
    Key{"soc", "0..1", 0, 1, false, "state of charge at arrival (0.2 is 20 %)"},
    Key{"target", "0..1", 0, 1, false, "state of charge wanted when it leaves"},
    Key{"arrive", {}, 0, 0, false, "local time: 2026-06-03T18:00, or 18:00 (the first in the run)"},
    Key{"leave", {}, 0, 0, false, "local time; 07:00 is the first after the arrival"},
    Key{"kw", "kW", 0, 50, true, "on-board charger, most AC power; default: what the EVSE offers"},
    Key{"phases", "1..3", 1, 3, false, "AC phases of the car; default 3"},
    Key{"dc_kw", "kW", 0, 4000, false, "DC inlet; 0: none; default: what the EVSE offers"},
    Key{"efficiency", "0..1", 0, 1, true, "stored per metered kWh; default 0.95 (a round figure)"},
    Key{"model", {}, 0, 0, false, "a car of the scenario's vehicles, instead of kwh, kw, phases ..."},
    Key{"evse", {}, 0, 0, false, "id of the EVSE; default any"},
    Key{"site", {}, 0, 0, false, "name of the site, where the scenario has several"},
    Key{"v2g", {}, 0, 0, false, "true: the car can discharge, and the driver lets it; default false"},
    Key{"priority", "", -1e6, 1e6, false, "higher is more important; default 0"},
};
static_assert(kernel::has_unique_keys(keys, &Key::name));
static_assert(std::all_of(keys.begin(), keys.end(), [](const Key& key) { return key.min <= key.max; }));

constexpr double round_efficiency = 0.95;  // as the scenario language has it
constexpr double round_soc_floor = 0.2;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

[[noreturn]] void fail(std::string_view key, const std::string& text) {
  throw AdviseError(fmt::format("--vehicle: {} {}", key, text));
}

class Line {
 public:
  explicit Line(std::string_view text) {
    while (!text.empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      add(trimmed(text.substr(0, comma)));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }

  bool has(std::string_view key) const { return values_.contains(key); }

  std::string text(std::string_view key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::string() : found->second;
  }

  std::optional<double> number(std::string_view name) const {
    if (!has(name)) return {};
    const Key& key = *std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
    const std::string value = text(name);
    double number = 0.0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number))
      fail(name, fmt::format("= '{}' is not a number", kernel::make_printable(value)));
    const bool low = key.above_min ? number <= key.min : number < key.min;
    if (low || number > key.max) {
      const bool fraction = key.unit == "0..1";
      fail(name, fmt::format("= {} must be {} {:g} {} {:g}{}", value, key.above_min ? "above" : "from", key.min,
                             key.above_min ? "and at most" : "to", key.max,
                             fraction             ? " (a fraction: 0.2 is 20 %)"
                             : key.unit.empty()   ? std::string()
                             : key.unit == "1..3" ? std::string()
                                                  : fmt::format(" {}", key.unit)));
    }
    return number;
  }

  double needed(std::string_view name) const {
    const auto value = number(name);
    if (!value) fail(name, "is missing: " + help_of(name));
    return *value;
  }

  std::string needed_text(std::string_view name) const {
    if (!has(name)) fail(name, "is missing: " + help_of(name));
    return text(name);
  }

  bool boolean(std::string_view name) const {
    const std::string value = text(name);
    if (value.empty() || value == "false") return false;
    if (value != "true") fail(name, fmt::format("= '{}' must be true or false", kernel::make_printable(value)));
    return true;
  }

 private:
  static std::string help_of(std::string_view name) {
    for (const Key& key : keys) {
      if (key.name == name) return std::string(key.help);
    }
    return {};
  }

  void add(std::string_view part) {
    const std::size_t equals = part.find('=');
    const std::string_view name = trimmed(part.substr(0, std::min(equals, part.size())));
    if (equals == std::string_view::npos || name.empty())
      throw AdviseError(
          fmt::format("--vehicle: '{}' must be written key=value, as in kwh=64,soc=0.2,target=0.8,"
                      "arrive=18:00,leave=07:00",
                      kernel::make_printable(part)));
    std::vector<std::string_view> known;
    for (const Key& key : keys) known.push_back(key.name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string nearest = kernel::did_you_mean(name, known);
      throw AdviseError(fmt::format("--vehicle: unknown key '{}'{}", kernel::make_printable(name),
                                    nearest.empty() ? fmt::format("; there are {}", fmt::join(known, ", ")) : nearest));
    }
    const std::string_view value = trimmed(part.substr(equals + 1));
    if (value.empty()) fail(name, "has no value");
    if (!values_.emplace(name, value).second) fail(name, "is given twice");
  }

  std::map<std::string, std::string, std::less<>> values_;
};

/// Whether a text is a time of day only, such as "18:00".
bool is_time_of_day(const std::string& text) { return text.find('-') == std::string::npos && text.size() <= 5; }

TimeNs instant(const std::string& key, const std::string& text, const market::Calendar& calendar) {
  try {
    return market::parse_instant(text, calendar);
  } catch (const market::CalendarError& error) {
    fail(key, fmt::format("= {}: {}", kernel::make_printable(text), error.what()));
  }
}

/// The first time of day `text` at or after `from_ns`; `strictly`: after it.
TimeNs first_after(const std::string& key, const std::string& text, TimeNs from_ns, bool strictly,
                   const market::Calendar& calendar) {
  try {
    (void)market::parse_minute_of_day(text);
  } catch (const market::CalendarError& error) {
    fail(key, fmt::format("= {}: {}", kernel::make_printable(text), error.what()));
  }
  market::LocalDate date = calendar.local_date(from_ns);
  for (int day = 0; day < 2; ++day) {
    const TimeNs t = instant(key, market::format_date(date) + "T" + text, calendar);
    if (t > from_ns || (t == from_ns && !strictly)) return t;
    date = market::date_of_days(market::days_since_epoch(date) + 1);
  }
  fail(key, fmt::format("= {}: there is no such time on the next day", text));
}

void read_times(const Line& line, const twin::World& world, VehicleRequest& request) {
  const market::Calendar& calendar = world.calendar;
  const auto shown = [&](TimeNs t) { return calendar.format_local(t); };
  const std::string arrive = line.needed_text("arrive");
  const std::string leave = line.needed_text("leave");
  request.arrive_ns = is_time_of_day(arrive) ? first_after("arrive", arrive, world.start_ns, false, calendar)
                                             : instant("arrive", arrive, calendar);
  if (request.arrive_ns < world.start_ns || request.arrive_ns >= world.end_ns) {
    fail("arrive", fmt::format("= {} lies outside the run, {} to {}", shown(request.arrive_ns), shown(world.start_ns),
                               shown(world.end_ns)));
  }
  request.leave_ns = is_time_of_day(leave) ? first_after("leave", leave, request.arrive_ns, true, calendar)
                                           : instant("leave", leave, calendar);
  if (request.leave_ns <= request.arrive_ns)
    fail("leave", fmt::format("= {} is not after the arrival, {}", shown(request.leave_ns), shown(request.arrive_ns)));
  if (request.leave_ns > world.end_ns) {
    fail("leave", fmt::format("= {} lies after the end of the run, {}; --days {} makes it long enough",
                              shown(request.leave_ns), shown(world.end_ns),
                              market::days_since_epoch(calendar.local_date(request.leave_ns - 1)) -
                                  market::days_since_epoch(calendar.local_date(world.start_ns)) + 1));
  }
}

physics::Vehicle read_car(const Line& line, const twin::World& world) {
  physics::Vehicle car;
  car.battery.charge_efficiency = car.battery.discharge_efficiency = round_efficiency;
  car.soc_floor = round_soc_floor;

  // A model of the scenario, or a car by its figures: never half of each.
  if (line.has("model")) {
    const std::string model = line.text("model");
    const auto found = std::find_if(world.vehicles.begin(), world.vehicles.end(),
                                    [&](const physics::Vehicle& v) { return v.name == model; });
    if (found == world.vehicles.end()) {
      std::vector<std::string_view> known;
      for (const physics::Vehicle& v : world.vehicles) known.push_back(v.name);
      fail("model", fmt::format("= '{}': the scenario has no such vehicle{}", kernel::make_printable(model),
                                kernel::did_you_mean(model, known)));
    }
    for (const char* key : {"kwh", "kw", "phases", "dc_kw", "efficiency"}) {
      if (line.has(key)) fail(key, "and model exclude each other: a model has its own");
    }

    car = *found;
    if (!(car.battery.capacity_kwh < physics::infinite))
      fail("model",
           fmt::format("= '{}' has a battery that nobody knows; give kwh instead", kernel::make_printable(model)));
  } else {
    car.battery.capacity_kwh = line.needed("kwh");
    car.max_ac_kw = line.number("kw").value_or(physics::infinite);
    const double phases = line.number("phases").value_or(3.0);
    if (phases != std::floor(phases)) fail("phases", "must be 1, 2 or 3");
    car.ac_phases = static_cast<std::uint8_t>(phases);
    car.max_dc_kw = line.number("dc_kw").value_or(physics::infinite);
    car.has_dc = car.max_dc_kw > 0.0;
    const double efficiency = line.number("efficiency").value_or(round_efficiency);
    car.battery.charge_efficiency = car.battery.discharge_efficiency = efficiency;
  }

  if (line.boolean("v2g") && !car.v2g_capable) {
    if (line.has("model")) fail("v2g", "= true: the model can not discharge");
    car.v2g_capable = true;
    car.max_discharge_kw = car.max_ac_kw;
    car.battery.discharge = physics::Curve::constant(car.max_ac_kw);
  }
  car.share = 0.0;  // nobody draws it
  return car;
}

/// Why a car and an EVSE do not go together.
std::string does_not_fit(const physics::Vehicle& car, const physics::Evse& evse) {
  if (evse.phases == 0 && !car.has_dc)
    return fmt::format("= {} does not fit the car: it is DC, and the car has no DC inlet", evse.id);
  return fmt::format("= {} does not fit the car: it has {}, and the car takes {}", evse.id,
                     physics::socket_names(evse.sockets), physics::socket_names(car.sockets));
}

/// The site, and the EVSE there.
void read_place(const Line& line, const twin::World& world, VehicleRequest& request) {
  const std::string evse = line.has("evse") && line.text("evse") != "any" ? line.text("evse") : std::string();
  const auto row_at = [&](const twin::Site& site) {
    const auto found =
        std::find_if(site.evses.begin(), site.evses.end(), [&](const physics::Evse& e) { return e.id == evse; });
    return found == site.evses.end() ? -1 : static_cast<std::int32_t>(found - site.evses.begin());
  };

  // One pass for both: the site that is meant, and the names to suggest where none is.
  std::vector<std::string_view> sites, evses;
  std::optional<std::uint32_t> at;
  for (std::size_t i = 0; i < world.sites.size(); ++i) {
    sites.push_back(world.sites[i].name);
    for (const physics::Evse& e : world.sites[i].evses) evses.push_back(e.id);
    if (line.has("site") ? world.sites[i].name == line.text("site")
                         : !at && (evse.empty() || row_at(world.sites[i]) >= 0))
      at = static_cast<std::uint32_t>(i);
  }

  if (line.has("site") && !at)
    fail("site", fmt::format("= '{}': there is no such site{}", kernel::make_printable(line.text("site")),
                             kernel::did_you_mean(line.text("site"), sites)));
  if (!line.has("site") && evse.empty() && world.sites.size() > 1)
    fail("site", fmt::format("is missing: the scenario has {} sites: {}", sites.size(), fmt::join(sites, ", ")));

  if (!evse.empty() && (!at || row_at(world.sites[*at]) < 0)) {
    const std::string nearest = kernel::did_you_mean(evse, evses);
    fail("evse", fmt::format("= '{}': there is no such EVSE{}", kernel::make_printable(evse),
                             !nearest.empty() || evses.empty()
                                 ? nearest
                                 : fmt::format("; there are {} ... {}, or evse=any", evses.front(), evses.back())));
  }

  request.site = *at;
  const twin::Site& site = world.sites[*at];
  if (!evse.empty()) {
    request.evse = row_at(site);
    if (!physics::fits_inlet(site.evses[static_cast<std::size_t>(request.evse)], request.car))
      fail("evse", does_not_fit(request.car, site.evses[static_cast<std::size_t>(request.evse)]));
  } else if (std::none_of(site.evses.begin(), site.evses.end(),
                          [&](const physics::Evse& e) { return physics::fits_inlet(e, request.car); })) {
    if (!request.car.has_dc) fail("dc_kw", "= 0: every EVSE of the site is DC");
    fail("model",
         fmt::format("takes {}, and no EVSE of the site has that", physics::socket_names(request.car.sockets)));
  }
}

}  // namespace

std::string vehicle_keys_help() {
  std::string text;
  for (const Key& key : keys) {
    const std::string unit = key.unit.empty() ? std::string() : fmt::format(" [{}]", key.unit);
    text += fmt::format("  {:<18} {}\n", std::string(key.name) + unit, key.help);
  }
  return text;
}

VehicleRequest read_vehicle(std::string_view text, const twin::World& world) {
  const Line line(text);
  VehicleRequest request;
  request.car = read_car(line, world);
  request.soc = line.needed("soc");
  request.target = line.needed("target");
  if (request.target <= request.soc)
    fail("target",
         fmt::format("= {:g} is not above soc = {:g}: there is nothing to charge", request.target, request.soc));
  request.wanted_kwh =
      (request.target - request.soc) * request.car.battery.capacity_kwh / request.car.battery.charge_efficiency;
  request.v2g = line.boolean("v2g");
  request.priority = line.number("priority").value_or(0.0);
  read_times(line, world, request);
  read_place(line, world, request);
  return request;
}

Reach reach_of(const VehicleRequest& request, const physics::Evse& evse) {
  if (!physics::fits_inlet(evse, request.car)) return {};
  const physics::BatterySpec& battery = request.car.battery;
  const double kw = physics::couple_vehicle(evse, request.car, false).max_kw;
  const double hours = kernel::hours_between(request.arrive_ns, request.leave_ns);
  return {physics::run_for(battery, request.soc * battery.capacity_kwh, kw, hours, request.wanted_kwh).metered_kwh, kw};
}

WorldWithCar with_car(const twin::World& world, const VehicleRequest& request) {
  WorldWithCar with{world, "your car"};
  auto& vehicles = with.world.vehicles;
  const auto taken = [&](const std::string& name) {
    return std::any_of(vehicles.begin(), vehicles.end(), [&](const physics::Vehicle& v) { return v.name == name; });
  };
  while (taken(with.name)) with.name += "'";
  vehicles.push_back(request.car);
  vehicles.back().name = with.name;

  demand::Visit visit;
  visit.id = with.name;
  visit.arrival_ns = request.arrive_ns;
  visit.departure_ns = visit.claimed_departure_ns = request.leave_ns;
  visit.requested_kwh = visit.taken_kwh = request.wanted_kwh;  // the car stops at the target
  visit.vehicle = static_cast<std::uint32_t>(vehicles.size() - 1);
  visit.soc_start = request.soc;
  visit.evse = request.evse;
  visit.priority = request.priority;
  visit.v2g = request.v2g;
  with.world.sites[request.site].arrivals.push_back(
      std::make_shared<const demand::ArrivalLaw>(demand::Recorded{{std::move(visit)}}));
  return with;
}

}  // namespace evtwin::advise
