#include <algorithm>
#include <set>

#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

constexpr double round_efficiency = 0.95;
constexpr double round_soc_floor = 0.2;

physics::Curve curve_from_knots(const Value& value, const Where& where) {
  physics::Curve curve;
  const std::vector<const Value*> knots = list_of(value, where, "{ soc, kw } pairs");
  if (knots.size() < 2) throw_at(where, "needs at least two { soc, kw } pairs, the first at 0 and the last at 1");
  for (std::size_t i = 0; i < knots.size(); ++i) {
    const Where at = where / i;
    const std::vector<const Value*> pair = list_of(*knots[i], at, "two numbers, { soc, kw }");
    if (pair.size() != 2) throw_at(at, "must be { soc, kw }");
    const double soc = number_of(*pair[0], at / std::size_t{0}, 0.0, 1.0, "0..1");
    const double kw = number_of(*pair[1], at / std::size_t{1}, 0.0, 4000.0, "kW");
    if (!curve.knots.empty() && soc <= curve.knots.back().soc)
      throw_at(at, "must have a higher state of charge than the pair before");
    curve.knots.push_back({soc, kw});
  }
  if (curve.knots.front().soc != 0.0 || curve.knots.back().soc != 1.0)
    throw_at(where, "must begin at state of charge 0 and end at 1");
  return curve;
}

physics::Curve acceptance_of(const Fields& f, const physics::Vehicle& vehicle) {
  if (const Value* curve = f.find_value("curve")) {
    if (f.has_key("taper_soc") || f.has_key("taper_end_kw"))
      throw_at(f.where("curve"), "and taper_soc exclude each other");
    return curve_from_knots(*curve, f.where("curve"));
  }
  if (!f.has_key("taper_soc")) {
    if (f.has_key("taper_end_kw")) throw_at(f.where("taper_end_kw"), "needs taper_soc");
    return physics::Curve::constant(physics::infinite);
  }
  // The taper starts from the most the car takes anywhere.
  const double ac_kw = f.has_key("ac_kw") ? vehicle.max_ac_kw : 0.0;
  const double dc_kw = f.has_key("dc_kw") ? vehicle.max_dc_kw : 0.0;
  const double full_kw = std::max(ac_kw, dc_kw);
  if (full_kw <= 0.0) throw_at(f.where("taper_soc"), "needs ac_kw or dc_kw: the power that it tapers from");
  const double soc = f.read_number("taper_soc");
  const double end_kw = f.read_number("taper_end_kw");
  if (end_kw > full_kw) throw_at(f.where("taper_end_kw"), "is above the car's power");
  if (soc == 1.0) return physics::Curve::constant(full_kw);
  if (soc == 0.0) return {{{0.0, full_kw}, {1.0, end_kw}}};
  return {{{0.0, full_kw}, {soc, full_kw}, {1.0, end_kw}}};
}

/// How a pack's temperature lowers its curve, which must be known for that.
void read_temperature(const Fields& f, physics::Vehicle& vehicle) {
  const Value* value = f.find_value("power_by_temperature");
  if (value == nullptr) return;
  const Where where = f.where("power_by_temperature");
  const std::vector<const Value*> knots = list_of(*value, where, "{ temperature, share } pairs");
  for (std::size_t i = 0; i < knots.size(); ++i) {
    const Where at = where / i;
    const std::vector<const Value*> pair = list_of(*knots[i], at, "two numbers, { temperature, share }");
    if (pair.size() != 2) throw_at(at, "must be { temperature, share }");
    const double celsius = number_of(*pair[0], at / std::size_t{0}, -60.0, 80.0, "C");
    const double share = number_of(*pair[1], at / std::size_t{1}, 0.001, 1.0, "of the curve");
    if (!vehicle.power_by_temperature.empty() && celsius <= vehicle.power_by_temperature.back().temperature_c)
      throw_at(at, "must have a higher temperature than the pair before");
    vehicle.power_by_temperature.push_back({celsius, share});
  }
  if (vehicle.power_by_temperature.empty()) throw_at(where, "is empty; leave it out for the same power at any");
  if (vehicle.battery.charge.max_kw() < physics::infinite) return;

  // Without a curve the car takes what its inlets do: the most of them is the battery's.
  const double full_kw =
      std::max(f.has_key("ac_kw") ? vehicle.max_ac_kw : 0.0, f.has_key("dc_kw") ? vehicle.max_dc_kw : 0.0);
  if (full_kw <= 0.0) throw_at(where, "needs curve, ac_kw or dc_kw: the power that it is a share of");
  vehicle.battery.charge = physics::Curve::constant(full_kw);
}

physics::FittedAgeing ageing_of(const Fields& battery) {
  const Value* value = battery.find_value("ageing");
  if (value == nullptr) return {};
  const Fields f(*value, find_section("ageing"), battery.where("ageing"));
  physics::FittedAgeing ageing;
  if (f.has_key("calendar")) ageing.calendar = f.read_number("calendar");
  if (f.has_key("cyclic")) ageing.cyclic = f.read_number("cyclic");
  if (f.has_key("power") && !f.has_key("cyclic"))
    throw_at(f.where("power"), "needs cyclic: the published law has its own power");
  ageing.power = f.read_number("power");
  ageing.replaced_at = f.read_number("replaced_at");
  return ageing;
}

}  // namespace

std::pair<double, double> efficiencies_of(const Value& value, const Where& where) {
  const auto one = [](const Value& v, const Where& at) {
    const double efficiency = number_of(v, at, 0.0, 1.0, "0..1");
    if (efficiency == 0.0) throw_at(at, "is an efficiency of 0; it must be above 0 and at most 1");
    return efficiency;
  };
  if (value.is_number()) {
    const double both = one(value, where);
    return {both, both};
  }
  const std::vector<const Value*> pair = list_of(value, where, "two efficiencies, { charge, discharge }");
  if (pair.size() != 2) throw_at(where, "must be { charge, discharge } or one number");
  return {one(*pair[0], where / std::size_t{0}), one(*pair[1], where / std::size_t{1})};
}

physics::Vehicle vehicle_of(const Fields& f) {
  physics::Vehicle v;
  v.ac_phases = static_cast<std::uint8_t>(f.read_whole("ac_phases"));
  v.max_ac_kw = f.read_number("ac_kw", physics::infinite);
  v.max_dc_kw = f.read_number("dc_kw", physics::infinite);
  v.has_dc = v.max_dc_kw > 0.0;
  v.soc_known = f.read_boolean("soc_known");
  v.acceptance_hold = f.read_boolean("acceptance_hold");
  v.battery.capacity_kwh = f.read_number("battery_kwh", physics::infinite);

  // One efficiency for both ways, or one for each, never both spellings.
  v.battery.charge_efficiency = f.read_number("charge_efficiency", round_efficiency);
  v.battery.discharge_efficiency = f.read_number("discharge_efficiency", round_efficiency);
  if (const Value* both = f.find_value("efficiency")) {
    if (f.has_key("charge_efficiency") || f.has_key("discharge_efficiency"))
      throw_at(f.where("efficiency"), "and charge_efficiency exclude each other");
    std::tie(v.battery.charge_efficiency, v.battery.discharge_efficiency) =
        efficiencies_of(*both, f.where("efficiency"));
  }

  v.battery.charge = acceptance_of(f, v);
  read_temperature(f, v);
  if (f.has_key("sockets")) v.sockets = physics::plugs_for_inlets(sockets_of(f.text("sockets"), f.where("sockets")));

  // Keys of discharging without v2g would have no effect: an error says so.
  v.v2g_capable = f.read_boolean("v2g");
  if (!v.v2g_capable) {
    for (const char* key : {"discharge_kw", "soc_floor"}) {
      if (f.has_key(key)) throw_at(f.where(key), "needs v2g = true");
    }
    return v;
  }
  if (!f.has_key("discharge_kw") && !f.has_key("ac_kw"))
    throw_at(f.where("v2g"), "needs discharge_kw or ac_kw: the most power out of the car");
  v.max_discharge_kw = f.read_number("discharge_kw", v.max_ac_kw);
  v.soc_floor = f.read_number("soc_floor", round_soc_floor);
  v.battery.discharge = physics::Curve::constant(v.max_discharge_kw);
  return v;
}

physics::Storage storage_of(const Fields& f, const std::string& default_name, std::string_view soc_key) {
  const Where& where = f.where();
  physics::Storage s;
  s.id = f.text("name", default_name);
  s.capacity_kwh = f.read_number("kwh");
  if (!f.has_key("kw") && !(f.has_key("charge_kw") && f.has_key("discharge_kw")))
    fail_at(where, where.field_label() + " needs kw, or charge_kw and discharge_kw");
  s.max_charge_kw = f.has_key("charge_kw") ? f.read_number("charge_kw") : f.read_number("kw");
  s.max_discharge_kw = f.has_key("discharge_kw") ? f.read_number("discharge_kw") : f.read_number("kw");
  if (const Value* both = f.find_value("efficiency")) {
    std::tie(s.charge_efficiency, s.discharge_efficiency) = efficiencies_of(*both, f.where("efficiency"));
  }
  s.soc_min = f.read_number("soc_min");
  s.soc_max = f.read_number("soc_max");
  if (s.soc_min >= s.soc_max)
    throw_at(f.where("soc_min"), "= " + show_number(s.soc_min) + " must be below soc_max = " + show_number(s.soc_max));
  s.soc_start = f.read_number(soc_key, std::clamp(0.5, s.soc_min, s.soc_max));
  if (s.soc_start < s.soc_min || s.soc_start > s.soc_max) {
    throw_at(f.where(soc_key), "= " + show_number(s.soc_start) + " must lie between soc_min = " +
                                   show_number(s.soc_min) + " and soc_max = " + show_number(s.soc_max));
  }
  s.standby_kw = f.read_number("standby_kw");
  return s;
}

std::vector<physics::Vehicle> vehicles_of(const Value& value, const Where& where) {
  std::vector<physics::Vehicle> out;
  const std::vector<const Value*> list = list_of(value, where, "vehicles, each in its own braces");
  if (list.empty()) throw_at(where, "is empty; leave the key out for cars with an unknown battery");
  if (list.size() > 10'000) throw_at(where, "has more than 10,000 car models");
  std::set<std::string> names;
  double shares = 0.0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("vehicle"), where / i);
    out.push_back(vehicle_of(f));
    out.back().name = f.text("name");
    out.back().share = f.read_number("share");
    out.back().ageing = ageing_of(f);
    if (!names.insert(out.back().name).second)
      throw_at(where / i / "name", "= \"" + out.back().name + "\" is used twice");
    shares += out.back().share;
  }
  if (shares <= 0.0) throw_at(where, "has no share above 0");
  return out;
}

std::vector<physics::Storage> storages_of(const Value& value, const Where& where) {
  const auto one = [](const Value& v, const Where& at, const std::string& default_name) {
    const Fields f(v, find_section("storage"), at);
    physics::Storage storage = storage_of(f, default_name);
    storage.ageing = ageing_of(f);
    return storage;
  };
  const Table* table = value.as_table();
  if (table != nullptr && (!table->named.empty() || table->numbered.empty())) return {one(value, where, "storage")};
  std::vector<physics::Storage> out;
  const std::vector<const Value*> list = list_of(value, where, "storages");
  if (list.size() > 10'000) throw_at(where, "has more than 10,000 storages");
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.push_back(one(*list[i], where / i, list.size() == 1 ? "storage" : "storage-" + std::to_string(i + 1)));
    if (!names.insert(out.back().id).second) throw_at(where / i / "name", "= \"" + out.back().id + "\" is used twice");
  }
  return out;
}

}  // namespace evtwin::scenario
