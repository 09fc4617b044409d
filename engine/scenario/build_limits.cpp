#include <algorithm>
#include <set>
#include <stdexcept>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

// A member's coefficient, and its angle where one is written.
physics::LimitMember member_of(const Value& value, const Where& where, physics::LimitKind kind,
                               const physics::Evse& evse) {
  physics::LimitMember member;
  if (kind == physics::LimitKind::magnitude_a) member.angle_deg = evse.phase_angle_deg;
  if (value.is_number()) {
    member.coefficient = number_of(value, where, -1e6, 1e6);
    return member;
  }
  const std::vector<const Value*> pair = list_of(value, where, "two numbers, { coefficient, angle_deg }");
  if (pair.size() != 2) throw_at(where, "must be a coefficient, or { coefficient, angle_deg }");
  if (kind != physics::LimitKind::magnitude_a) throw_at(where, "has an angle, which only kind = \"magnitude_a\" knows");
  member.coefficient = number_of(*pair[0], where / std::size_t{0}, -1e6, 1e6);
  member.angle_deg = number_of(*pair[1], where / std::size_t{1}, -360.0, 360.0, "degrees");
  return member;
}

using Of = twin::LimitSeries::Of;

/// A bound that is a number or, where `varying` takes it, changes over time: then the loosest of the run.
/// @param index  of the feeder or row
double bound_of(const Fields& f, std::string_view key, double otherwise, VaryingBounds* varying, Of of,
                std::size_t index) {
  const Value* value = f.find_value(key);
  if (value == nullptr || value->is_number()) return f.read_number(key, otherwise);
  const Where at = f.where(key);
  if (varying == nullptr) throw_at(at, "must be a number, got " + describe_value(*value));

  const bool is_lower = of == Of::row_lower;
  const Key& row = *find_key(f.section(), key);
  SignalUse use;
  use.columns = {key};
  use.quantity = sessions::Quantity::any;
  // 0 must be allowed all the time, or nothing could hold while nobody charges.
  use.min = is_lower ? row.min : 0.0;
  use.max = is_lower ? 0.0 : row.max;
  market::Signal signal = signal_of(varying->build, *value, at, use, varying->holidays);
  const SignalSpan span = span_in_run(varying->build, signal);
  varying->series.push_back({of, static_cast<std::uint32_t>(index), std::move(signal)});
  return is_lower ? span.lowest : span.highest;
}

physics::LimitRow row_of(const Value& value, const Where& where, const Stations& stations, VaryingBounds* varying,
                         std::size_t index) {
  const Fields f(value, find_section("row"), where);
  physics::LimitRow row;
  row.name = f.text("name");
  row.kind = static_cast<physics::LimitKind>(f.read_choice("kind"));
  row.upper = bound_of(f, "upper", physics::infinite, varying, Of::row_upper, index);
  row.lower = bound_of(f, "lower", -physics::infinite, varying, Of::row_lower, index);
  if (!f.has_key("upper") && !f.has_key("lower")) fail_at(where, where.field_label() + " needs upper or lower");

  // A magnitude has an upper bound only: a lower one would not be convex.
  if (row.kind == physics::LimitKind::magnitude_a && f.has_key("lower"))
    throw_at(f.where("lower"), "is not for magnitude_a, which has an upper bound only");
  if (row.kind == physics::LimitKind::magnitude_a && row.upper < 0.0)
    throw_at(f.where("upper"), "must be at least 0: a magnitude is never negative");
  if (row.lower > row.upper) throw_at(f.where("lower"), "is above upper");
  // All EVSEs off must be allowed, or no decision could ever hold the row.
  if (row.lower > 0.0 || row.upper < 0.0) throw_at(where, "excludes 0: it could never hold while nobody charges");

  const Where at = f.where("members");
  const Table* members = f.find_value("members")->as_table();
  if (members == nullptr || !members->numbered.empty() || members->named.empty()) {
    throw_at(at, "must be a table { [\"A-1\"] = coefficient, ... } with the ids of EVSEs as keys");
  }

  // A member may be an EVSE or a station, which stands for all of its EVSEs.
  std::set<std::uint32_t> taken;
  for (const auto& [name, coefficient] : members->named) {
    const auto station = stations.by_station.find(name);
    std::vector<std::uint32_t> rows;
    if (stations.by_id.contains(name) || station == stations.by_station.end())
      rows = {evse_row(stations, name, at / name)};
    else
      rows = station->second;
    for (const std::uint32_t evse : rows) {
      if (!taken.insert(evse).second)
        throw_at(at / name, "names the EVSE \"" + stations.evses[evse].id + "\" a second time");
      physics::LimitMember member = member_of(coefficient, at / name, row.kind, stations.evses[evse]);
      member.evse = evse;
      row.members.push_back(member);
    }
  }

  std::sort(row.members.begin(), row.members.end(), [](const auto& a, const auto& b) { return a.evse < b.evse; });
  return row;
}

}  // namespace

SignalSpan span_in_run(const Build& build, const market::Signal& signal) {
  market::SignalClock clock(signal, build.world.calendar);
  SignalSpan span{physics::infinite, -physics::infinite};
  for (TimeNs t = build.world.start_ns; t < build.world.end_ns;) {
    const market::Sample sample = clock.sample_at(t);
    span.lowest = std::min(span.lowest, sample.value);
    span.highest = std::max(span.highest, sample.value);
    t = sample.until_ns;
  }
  return span;
}

std::vector<physics::Feeder> feeders_of(const Value& value, const Where& where, VaryingBounds* varying) {
  std::vector<physics::Feeder> out;
  const std::vector<const Value*> list = list_of(value, where, "feeders, each in its own braces");

  std::vector<std::string> parents;
  std::vector<std::string_view> names;
  out.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("feeder"), where / i);
    physics::Feeder feeder;
    feeder.name = f.text("name");
    feeder.max_kw = bound_of(f, "max_kw", physics::infinite, varying, Of::feeder_kw, i);
    feeder.max_a = bound_of(f, "max_a", physics::infinite, varying, Of::feeder_a, i);
    feeder.max_export_kw = bound_of(f, "max_export_kw", physics::infinite, varying, Of::feeder_export_kw, i);
    feeder.efficiency = f.read_number("efficiency");

    if (std::find(names.begin(), names.end(), feeder.name) != names.end())
      throw_at(f.where("name"), "= \"" + feeder.name + "\" is used twice");
    parents.push_back(f.text("parent"));
    out.push_back(std::move(feeder));
    names.push_back(out.back().name);
  }

  // Parents are looked up when all names are known: a feeder may stand before its parent.
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (parents[i].empty()) continue;
    const auto parent = std::find(names.begin(), names.end(), parents[i]);
    if (parent == names.end())
      throw_at(where / i / "parent",
               "= \"" + parents[i] + "\": there is no such feeder" + kernel::did_you_mean(parents[i], names));
    out[i].parent = static_cast<std::int32_t>(parent - names.begin());
  }

  // Built here for its checks alone.
  try {
    static_cast<void>(physics::FeederTree(out));
  } catch (const std::invalid_argument& error) {
    throw_at(where, error.what());
  }
  return out;
}

std::vector<physics::LimitRow> rows_of(const Value& value, const Where& where, const Stations& stations,
                                       VaryingBounds* varying) {
  std::vector<physics::LimitRow> out;
  const std::vector<const Value*> list = list_of(value, where, "rows, each in its own braces");
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.push_back(row_of(*list[i], where / i, stations, varying, i));
    if (!names.insert(out.back().name).second)
      throw_at(where / i / "name", "= \"" + out.back().name + "\" is used twice");
  }
  return out;
}

}  // namespace evtwin::scenario
