#include <algorithm>
#include <cmath>

#include "kernel/nearest.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::size_t most_evses = 1'000'000;
constexpr double most_kw_given_a = 63.0;  // per phase: the largest AC rating of IEC 62196-2 sockets
constexpr double single_phase_a = 32.0;   // IEC 62196-2 type 2 in homes and car parks: 7.4 kW at 230 V
constexpr double rounding_grace = 1.01;   // "7.4 kW" is 32.2 A at 230 V
constexpr double smallest_offer_a = 6.0;  // IEC 61851-1
constexpr double line_angle_deg = 120.0;

double angle_of(const Value& value, const Where& where) {
  if (value.is_number()) return number_of(value, where, -360.0, 360.0, "degrees");
  const std::string& text = text_of(value, where);
  if (text == "L1") return 0.0;
  if (text == "L2") return -line_angle_deg;
  if (text == "L3") return line_angle_deg;
  throw_at(where, "= \"" + text + "\" must be \"L1\", \"L2\", \"L3\" or an angle in degrees");
}

/// Plugs of a station, which carry its kind of current.
void read_sockets(const Fields& f, physics::Evse& evse) {
  if (!f.has_key("sockets")) return;
  evse.sockets = sockets_of(f.text("sockets"), f.where("sockets"));
  const bool dc = evse.phases == 0;
  const auto other =
      static_cast<physics::SocketSet>(evse.sockets & ~(dc ? physics::dc_sockets() : physics::ac_sockets()));
  if (other != 0)
    throw_at(f.where("sockets"), "= \"" + f.text("sockets") + "\": " + physics::socket_names(other) +
                                     (dc ? " carries no DC, and the station is kind = \"dc\""
                                         : " carries no AC; a station with it is kind = \"dc\""));
}

void refuse_keys(const Fields& f, std::initializer_list<std::string_view> keys, std::string_view why) {
  for (const std::string_view key : keys) {
    if (f.has_key(key)) throw_at(f.where(key), why);
  }
}

void make_dc(const Fields& f, physics::Evse& evse) {
  refuse_keys(f, {"max_a", "phases", "min_a", "rates_a", "voltage_v", "phase"},
              "is for AC; this station is kind = \"dc\"");
  if (!f.has_key("kw")) fail_at(f.where(), f.where().field_label() + " needs kw");
  evse.phases = 0;
  evse.max_kw = f.read_number("kw");
  evse.min_kw = f.read_number("min_kw");
  if (evse.min_kw > evse.max_kw)
    throw_at(f.where("min_kw"), "= " + show_number(evse.min_kw) + " is above kw = " + show_number(evse.max_kw));
  evse.efficiency = f.read_number("efficiency");
  if (evse.bidirectional) evse.max_discharge_kw = f.read_number("max_discharge_kw", evse.max_kw);
}

void read_rates_a(const Fields& f, physics::Evse& evse) {
  const Value* rates = f.find_value("rates_a");
  if (rates == nullptr) return;
  const Where at = f.where("rates_a");
  for (const Value* rate : list_of(*rates, at, "currents in A")) {
    const double a = number_of(*rate, at / evse.rates_a.size(), 0.0, 125.0, "A");
    if (a <= (evse.rates_a.empty() ? 0.0 : evse.rates_a.back())) throw_at(at, "must ascend, without 0");
    if (a > evse.max_a * rounding_grace)
      throw_at(
          at, "has " + show_number(a) + " A, above the EVSE's " + show_number(std::round(evse.max_a * 10) / 10) + " A");
    evse.rates_a.push_back(a);
  }
  if (evse.rates_a.empty()) throw_at(at, "is empty");
}

void make_ac(const Fields& f, physics::Evse& evse, double site_voltage_v) {
  refuse_keys(f, {"min_kw", "efficiency"}, "is for kind = \"dc\"");
  if (f.has_key("kw") == f.has_key("max_a"))
    fail_at(f.where(), f.where().field_label() + " needs kw or max_a, one of them");
  evse.voltage_v = f.read_number("voltage_v", site_voltage_v);

  // A rating that one phase carries at 32 A means one phase, unless phases says otherwise: P = phases x V x I / 1000.
  const double kw_of_one_phase_32_a = single_phase_a * evse.voltage_v / 1000.0;
  const bool fits_one_phase = f.has_key("kw") ? f.read_number("kw") <= kw_of_one_phase_32_a * rounding_grace : true;
  evse.phases = f.has_key("phases") ? static_cast<std::uint8_t>(f.read_whole("phases"))
                                    : std::uint8_t{fits_one_phase ? std::uint8_t{1} : std::uint8_t{3}};

  const double kw_per_a = evse.phases * evse.voltage_v / 1000.0;
  evse.max_a = f.has_key("max_a") ? f.read_number("max_a") : f.read_number("kw") / kw_per_a;

  // Powers given in kW imply a current; above that of AC outlets the station is mostly meant as DC.
  if (f.has_key("kw") && evse.max_a > most_kw_given_a * rounding_grace) {
    throw_at(f.where("kw"),
             "= " + show_number(f.read_number("kw")) + " is " + show_number(std::round(evse.max_a)) + " A on " +
                 std::to_string(evse.phases) + (evse.phases == 1 ? " phase" : " phases") +
                 ", above the 63 A of AC outlets; a fast charger is kind = \"dc\", a rated current up to "
                 "125 A is given as max_a");
  }

  if (const Value* phase = f.find_value("phase")) evse.phase_angle_deg = angle_of(*phase, f.where("phase"));
  read_rates_a(f, evse);
  evse.min_a = f.read_number("min_a", evse.rates_a.empty() ? smallest_offer_a : 0.0);

  // The default of 6 A (IEC 61851-1) may lie above a small outlet: the key is named where the file gave none.
  if (evse.min_a > evse.max_a) {
    const std::string text =
        show_number(evse.min_a) + " A is above the EVSE's " + show_number(std::round(evse.max_a * 10) / 10) + " A";
    if (f.has_key("min_a")) throw_at(f.where("min_a"), "= " + text);
    throw_at(f.where(), "has a default min_a: " + text + "; set min_a");
  }

  if (evse.bidirectional)
    evse.max_discharge_a = f.has_key("max_discharge_kw") ? f.read_number("max_discharge_kw") / kw_per_a : evse.max_a;
}

}  // namespace

physics::SocketSet sockets_of(const std::string& names, const Where& where) {
  physics::SocketSet set = 0;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find('+', at), names.size());
    const std::string name = names.substr(at, end - at);
    at = end + 1;
    if (const auto found = physics::find_socket(name)) {
      set = static_cast<physics::SocketSet>(set | *found);
      continue;
    }
    std::vector<std::string_view> known;
    for (const physics::SocketKind& kind : physics::socket_kinds()) known.push_back(kind.name);
    throw_at(where, "= \"" + names + "\": " + (name.empty() ? "a name is missing" : name + " is no kind of socket") +
                        " (there are AC1, AC3, CCS1, CCS2, CHAdeMO, NACS; several with +)" +
                        kernel::did_you_mean(name, known));
  }
  return set;
}

physics::Evse evse_of(const Fields& f, double site_voltage_v, const std::vector<physics::Feeder>& feeders) {
  physics::Evse evse;
  evse.bidirectional = f.read_boolean("bidirectional");
  if (!evse.bidirectional) refuse_keys(f, {"max_discharge_kw"}, "needs bidirectional = true");
  if (f.read_choice("kind") == 1)
    make_dc(f, evse);
  else
    make_ac(f, evse, site_voltage_v);
  read_sockets(f, evse);
  if (f.has_key("feeder")) {
    const std::string name = f.text("feeder");
    const auto at = std::find_if(feeders.begin(), feeders.end(),
                                 [&](const physics::Feeder& feeder) { return feeder.name == name; });
    if (at == feeders.end()) {
      std::vector<std::string_view> known;
      for (const physics::Feeder& feeder : feeders) known.push_back(feeder.name);
      throw_at(f.where("feeder"),
               "= \"" + name + "\": the site has no such feeder" + kernel::did_you_mean(name, known));
    }
    evse.feeder = static_cast<std::int32_t>(at - feeders.begin());
  }
  return evse;
}

namespace {

void add(Build& build, Stations& out, physics::Evse evse, std::string id, const std::string& station,
         const Where& where) {
  evse.id = std::move(id);
  const auto row = static_cast<std::uint32_t>(out.evses.size());
  if (!out.by_id.emplace(evse.id, row).second) throw_at(where, "makes a second EVSE with the id \"" + evse.id + "\"");
  out.by_station[station].push_back(row);
  out.evses.push_back(std::move(evse));
  ++build.evses;
}

void check_count(const Build& build, std::int64_t more, const Where& where) {
  if (static_cast<std::uint64_t>(more) + build.evses > most_evses) {
    throw_at(where, "= " + show_number(static_cast<double>(more)) + " makes more than 1,000,000 EVSEs in the world");
  }
}

// `evses = 3` gives; `evses = { "CA-308", ... }` names them itself.
std::vector<std::string> ids_of(const Build& build, const Fields& f, const std::string& station) {
  const Value& evses = *f.find_value("evses");
  const Where at = f.where("evses");
  std::vector<std::string> ids;
  if (evses.as_table() == nullptr) {
    const std::int64_t count = whole_of(evses, at, 1, most_evses);
    check_count(build, count, at);
    for (std::int64_t n = 1; n <= count; ++n) ids.push_back(station + "-" + std::to_string(n));
    return ids;
  }
  for (const Value* id : list_of(evses, at, "ids of EVSEs")) ids.push_back(name_of(*id, at / ids.size()));
  if (ids.empty()) throw_at(at, "is empty");
  check_count(build, static_cast<std::int64_t>(ids.size()), at);
  return ids;
}

/// An EVSE as it is described for a file that says its id. The two keys that a station needs beside are filled in, so
/// that everything else is checked as for any station.
physics::Evse evse_of_file(const Table& given, const Where& where, double site_voltage_v,
                           const std::vector<physics::Feeder>& feeders) {
  for (const char* key : {"name", "evses"}) {
    if (given.find_value(key) != nullptr) throw_at(where / key, "comes from the file");
  }
  Table completed = given;
  std::erase_if(completed.named, [](const auto& entry) { return entry.first == "except"; });
  completed.named.emplace_back("evses", Value{std::int64_t{1}});
  completed.named.emplace_back("name", Value{std::string("from the file")});
  std::sort(completed.named.begin(), completed.named.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  const Fields f({std::make_shared<const Table>(std::move(completed))}, find_section("station"), where);
  return evse_of(f, site_voltage_v, feeders);
}

// from_sessions("f.csv", { kw = 7 }) and from_ocpp("site.log", { kw = 7 }): name and evses come from the file.
void from_file(Build& build, Stations& out, const Construct& word, const Where& where, double site_voltage_v,
               const std::vector<physics::Feeder>& feeders) {
  const bool logged = word.kind == "from_ocpp";
  const std::string example = logged ? "site.log" : "week.csv";
  if (word.arguments.size() != 2)
    throw_at(where, "takes a file and the keys of its stations: " + word.kind + "(\"" + example + "\", { kw = 7 })");
  const Table* given = word.arguments[1].as_table();
  if (given == nullptr)
    throw_at(where, "takes the keys of its stations in braces: " + word.kind + "(\"" + example + "\", { kw = 7 })");
  const physics::Evse usual = evse_of_file(*given, where, site_voltage_v, feeders);
  const std::vector<std::string> ids = logged ? stations_in_log(build, text_of(word.arguments[0], where), where)
                                              : stations_in_file(build, word.arguments[0], where);
  check_count(build, static_cast<std::int64_t>(ids.size()), where);
  for (const std::string& id : ids) add(build, out, usual, id, id, where);

  const Value* except = given->find_value("except");
  if (except == nullptr) return;
  const Where at = where / "except";
  const char* const form = "takes EVSEs by id: { [\"CA-308\"] = { kind = \"dc\", kw = 50 } }";
  const Table* others = except->as_table();
  if (others == nullptr) throw_at(at, form);
  if (!others->numbered.empty()) {
    const std::string number = std::to_string(others->numbered.front().first);
    throw_at(at, std::string(form) + ", ids in quotes: [\"" + number + "\"], not [" + number + "]");
  }
  for (const auto& [id, value] : others->named) {
    const Table* other = value.as_table();
    if (other == nullptr) throw_at(at / id, form);
    if (other->find_value("except") != nullptr) throw_at(at / id / "except", "stands with the others' keys alone");
    physics::Evse& evse = out.evses[evse_row(out, id, at)];
    evse = evse_of_file(*other, at / id, site_voltage_v, feeders);
    evse.id = id;
  }
}

}  // namespace

Stations stations_of(Build& build, const Value& value, const Where& where, double site_voltage_v,
                     const std::vector<physics::Feeder>& feeders) {
  Stations out;
  for (const char* kind : {"from_sessions", "from_ocpp"}) {
    const Construct* word = value.construct(kind);
    if (word == nullptr) continue;
    from_file(build, out, *word, where.place_of(*word), site_voltage_v, feeders);
    return out;
  }
  const std::vector<const Value*> list = list_of(value, where, "stations, each in its own braces");
  if (list.empty()) throw_at(where, "is empty; a site has at least one station");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("station"), where / i);
    if (f.has_key("except"))
      throw_at(f.where("except"), "is for from_sessions and from_ocpp; list such a station by itself");
    const std::string name = f.text("name");
    if (out.by_station.contains(name))
      throw_at(f.where("name"), "= \"" + name + "\" is used twice; the ids of their EVSEs would be the same");
    const std::vector<std::string> ids = ids_of(build, f, name);
    const physics::Evse evse = evse_of(f, site_voltage_v, feeders);
    for (const std::string& id : ids) add(build, out, evse, id, name, f.where());
  }
  return out;
}

std::uint32_t evse_row(const Stations& stations, const std::string& id, const Where& where) {
  const auto at = stations.by_id.find(id);
  if (at != stations.by_id.end()) return at->second;
  std::vector<std::string_view> known;
  for (const physics::Evse& evse : stations.evses) known.push_back(evse.id);
  throw_at(where, "= \"" + id + "\": the site has no such EVSE" + kernel::did_you_mean(id, known));
}

}  // namespace evtwin::scenario
