#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::scenario {
namespace {

constexpr double most_per_hour = 10'000.0;
constexpr std::size_t hours_per_week = 168;

// Round figures for a scenario that says nothing: no source, and flagged as such.
const demand::Distribution default_energy_kwh{demand::Distribution::Kind::lognormal, 10.0, 0.7, 1.0, 80.0, {}};
const demand::Distribution default_stay_h{demand::Distribution::Kind::lognormal, 3.0, 0.8, 0.25, 24.0, {}};

std::vector<std::pair<double, double>> weighted(const Value& value, const Where& where, double min, double max) {
  std::vector<std::pair<double, double>> out;
  double weights = 0.0;
  const std::vector<const Value*> list = list_of(value, where, "{ value, weight } pairs");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Where at = where / i;
    const std::vector<const Value*> pair = list_of(*list[i], at, "two numbers, { value, weight }");
    if (pair.size() != 2) throw_at(at, "must be { value, weight }");
    out.emplace_back(number_of(*pair[0], at / std::size_t{0}, min, max),
                     number_of(*pair[1], at / std::size_t{1}, 0.0, 1e12));
    weights += out.back().second;
  }
  if (weights <= 0.0) throw_at(where, "has no weight above 0");
  return out;
}

demand::Distribution distribution_of(const Value& value, const Where& where, double max, std::string_view unit,
                                     bool zero_is_sane = false) {
  using Kind = demand::Distribution::Kind;
  demand::Distribution d;
  if (value.is_number()) {
    d.a = number_of(value, where, 0.0, max, unit);
    if (d.a == 0.0 && !zero_is_sane) throw_at(where, "is 0 " + std::string(unit) + "; it must be above 0");
    return d;
  }

  const Construct* word = value.construct();
  if (word == nullptr)
    throw_at(where, "must be a number in " + std::string(unit) +
                        ", or uniform, normal, lognormal, exponential, choice or quantiles { ... }, got " +
                        describe_value(value));
  const Where at = where.place_of(*word);
  if (word->kind == "choice") {
    d.kind = Kind::choice;
    d.choices = weighted(word->arguments.front(), at, 0.0, max);
    return d;
  }

  // The quantile function of measured values: it has to ascend.
  if (word->kind == "quantiles") {
    d.kind = Kind::quantiles;
    const std::vector<const Value*> list = list_of(word->arguments.front(), at, "numbers, the least first");
    if (list.size() < 2) throw_at(at, "must be two numbers or more, from the least to the largest value");
    for (std::size_t i = 0; i < list.size(); ++i) {
      d.values.push_back(number_of(*list[i], at / i, 0.0, max, unit));
      if (i > 0 && d.values[i] < d.values[i - 1])
        throw_at(at / i,
                 "= " + show_number(d.values[i]) + " is below the one before it, " + show_number(d.values[i - 1]));
    }
    return d;
  }

  const auto kind = std::string_view(word->kind);
  if (kind != "uniform" && kind != "normal" && kind != "lognormal" && kind != "exponential") {
    throw_at(where, "must be a number, or uniform, normal, lognormal, exponential, choice or quantiles { ... }, got " +
                        describe_value(value));
  }
  const Fields f = fields_in_order(*word, find_section(kind), at);
  if (kind == "uniform") {
    d = {Kind::uniform, f.read_number("min"), f.read_number("max"), 0.0, physics::infinite, {}, {}};
    if (d.a > d.b) throw_at(f.where("min"), "= " + show_number(d.a) + " is above max = " + show_number(d.b));
    if (d.b > max)
      throw_at(f.where("max"), "= " + show_number(d.b) + " is above " + show_number(max) + " " + std::string(unit));
    return d;
  }

  // These three are unbounded by themselves: min and max hold draws within what is sane.
  if (kind == "normal") d = {Kind::normal, f.read_number("mean"), f.read_number("std"), 0.0, 0.0, {}, {}};
  if (kind == "lognormal") d = {Kind::lognormal, f.read_number("median"), f.read_number("sigma"), 0.0, 0.0, {}, {}};
  if (kind == "exponential") d = {Kind::exponential, f.read_number("mean"), 0.0, 0.0, 0.0, {}, {}};
  d.min = f.read_number("min");
  d.max = f.read_number("max", max);
  if (d.min > d.max) throw_at(f.where("min"), "= " + show_number(d.min) + " is above max = " + show_number(d.max));
  return d;
}

// Asks a Lua function once per hour of the run, all within one budget.
std::vector<double> rates_from_function(Build& build, Function function, const Where& where) {
  lua_State* L = build.language.lua_state();
  std::vector<double> rates;
  const market::Calendar calendar = build.world.calendar;
  const market::LocalDate first = calendar.local_date(build.world.start_ns);
  build.language.sandbox().push_function([&](lua_State* in) {
    for (TimeNs t = build.world.start_ns; t < build.world.end_ns; t += kernel::hour_ns) {
      const market::LocalTime local = calendar.local_time(t);
      lua_pushvalue(in, 1);
      lua_createtable(in, 0, 8);
      const auto set = [in](const char* name, std::int64_t value) {
        lua_pushinteger(in, value);
        lua_setfield(in, -2, name);
      };

      // Weekdays count from 1, Monday first, as lists do in Lua.
      set("hour", local.hour);
      set("minute", local.minute);
      set("weekday", static_cast<int>(market::weekday_of(local.date)) + 1);
      set("day_index", market::days_since_epoch(local.date) - market::days_since_epoch(first));
      set("month", local.date.month);
      set("day", local.date.day);
      set("year", local.date.year);
      lua_pushstring(in, market::format_date(local.date).c_str());
      lua_setfield(in, -2, "date");

      lua_call(in, 1, 1);
      const Value rate = take_value(in, -1);
      lua_settop(in, 1);
      const std::string when = " at " + calendar.format_local(t);
      if (!rate.is_number()) throw_at(where, "returned " + describe_value(rate) + when + "; arrivals per hour are due");
      const double value = rate.as_number();
      if (!(value >= 0.0 && value <= most_per_hour))
        throw_at(where, "returned the rate " + show_number(value) + when + "; it must be from 0 to 10,000 1/h");
      rates.push_back(value);
    }
    return 0;
  });

  build.language.push(function);
  build.language.sandbox().call_pushed(1, 0);
  lua_settop(L, 0);
  return rates;
}

// Rates by type of day, for every hour of the run: months and holidays keep them from being one week.
void read_day_types(Build& build, const Value& value, const Where& where,
                    const std::vector<market::LocalDate>& holidays, demand::Poisson& law) {
  const std::vector<market::DayCurve> curves = curves_of(value, where, 0.0, most_per_hour, 1.0);
  const auto rate_at = [&](int month, market::DayType day, int hour) {
    for (const market::DayCurve& curve : curves) {
      if (!market::has_month(curve.months, month) || !market::has_day(curve.days, day)) continue;
      const std::size_t steps = curve.values.size();
      if (steps != 1 && steps != 24)
        throw_at(where, "has " + std::to_string(steps) + " numbers for a day; arrivals are given by 24 hours");
      return curve.values[steps == 1 ? 0 : static_cast<std::size_t>(hour)];
    }
    return 0.0;
  };
  const market::Calendar calendar = build.world.calendar;
  law.weekly = false;
  for (TimeNs t = build.world.start_ns; t < build.world.end_ns; t += kernel::hour_ns) {
    const market::LocalTime local = calendar.local_time(t);
    const int weekday = static_cast<int>(market::weekday_of(local.date));
    market::DayType day =
        weekday < 5 ? market::DayType::weekday : (weekday == 5 ? market::DayType::saturday : market::DayType::sunday);
    if (std::find(holidays.begin(), holidays.end(), local.date) != holidays.end()) day = market::DayType::holiday;
    law.rate_per_h.push_back(rate_at(local.date.month, day, local.hour));
  }
}

void read_rates(Build& build, const Value& value, const Where& where, const std::vector<market::LocalDate>& holidays,
                demand::Poisson& law) {
  // A number or a list repeats every week; a function and types of day give a rate for every hour of the run.
  law.weekly = true;
  if (value.is_number()) {
    law.rate_per_h.assign(hours_per_week, number_of(value, where, 0.0, most_per_hour, "1/h"));
    return;
  }
  if (const Function* function = value.as_function()) {
    law.weekly = false;
    law.rate_per_h = rates_from_function(build, *function, where);
    return;
  }

  const Table* table = value.as_table();
  if (table == nullptr)
    throw_at(where,
             "must be a number, 24 or 168 numbers, curves by type of day, or a function, got " + describe_value(value));
  if (!table->named.empty()) {
    read_day_types(build, value, where, holidays, law);
    return;
  }

  const std::vector<const Value*> list = list_of(value, where, "24 or 168 rates");
  if (list.size() != 24 && list.size() != hours_per_week) {
    throw_at(where, "has " + std::to_string(list.size()) +
                        " numbers; 24 (local hours) or 168 (hours of the week from Monday 00:00) are due");
  }
  for (std::size_t hour = 0; hour < hours_per_week; ++hour) {
    const std::size_t i = hour % list.size();
    law.rate_per_h.push_back(number_of(*list[i], where / i, 0.0, most_per_hour, "1/h"));
  }
}

demand::Poisson poisson_of(Build& build, const Construct& word, const Where& where,
                           const std::vector<market::LocalDate>& holidays) {
  const Fields f(word.arguments.front(), find_section("poisson"), where);
  demand::Poisson law;
  ++build.laws;
  law.name = f.text("name", build.laws == 1 ? "car" : "car" + std::to_string(build.laws));
  read_rates(build, *f.find_value("per_hour"), f.where("per_hour"), holidays, law);

  // Without figures of its own a law takes round ones, and the run says so.
  law.energy_kwh = default_energy_kwh;
  law.stay_h = default_stay_h;
  if (const Value* energy = f.find_value("energy_kwh"))
    law.energy_kwh = distribution_of(*energy, f.where("energy_kwh"), 2000.0, "kWh");
  if (const Value* stay = f.find_value("stay_h")) law.stay_h = distribution_of(*stay, f.where("stay_h"), 8784.0, "h");
  for (const char* key : {"energy_kwh", "stay_h"}) {
    if (!f.has_key(key))
      build.add_flag(
          where.field_label() + "." + key,
          "not given: a round figure is used, " + std::string(find_key(find_section("poisson"), key)->fallback));
  }

  law.v2g_share = f.read_number("v2g_share");
  law.v2g_min_price_per_kwh = v2g_min_price_of(f);
  if (const Value* target = f.find_value("soc_target")) {
    law.soc_target = distribution_of(*target, f.where("soc_target"), 1.0, "of the battery");
    law.soc_target.max = std::min(law.soc_target.max, 1.0);
  }
  law.energy_with_stay = f.read_number("energy_with_stay");
  law.max_mean_kw = f.read_number("max_mean_kw", physics::infinite);
  constexpr double most_factor = 100.0;
  if (const Value* factor = f.find_value("claim_stay_factor"))
    law.claim_stay_factor = distribution_of(*factor, f.where("claim_stay_factor"), most_factor, "of the stay", true);
  if (const Value* factor = f.find_value("claim_energy_factor"))
    law.claim_energy_factor = distribution_of(*factor, f.where("claim_energy_factor"), most_factor, "of it", true);
  law.claim_stay_factor_std = f.read_number("claim_stay_factor_std");
  law.reserved_share = f.read_number("reserved_share");

  // Reserved visits are announced up to two weeks ahead: 336 h.
  if (const Value* notice = f.find_value("reserved_h_before")) {
    law.reserved_h_before = distribution_of(*notice, f.where("reserved_h_before"), 336.0, "h");
    law.reserved_h_before.max = std::min(law.reserved_h_before.max, 336.0);
  } else if (law.reserved_share > 0.0) {
    throw_at(f.where("reserved_share"),
             "needs reserved_h_before: how many hours before they come visits are announced");
  }

  law.leaves_when_full_share = f.read_number("leaves_when_full_share");
  const Value* after = f.find_value("leaves_h_after_full");
  const bool at_once = after == nullptr || (after->is_number() && after->as_number() == 0.0);
  if (!at_once) law.leaves_h_after_full = distribution_of(*after, f.where("leaves_h_after_full"), 8784.0, "h");

  if (const Value* priorities = f.find_value("priorities"))
    law.priorities = weighted(*priorities, f.where("priorities"), -1e6, 1e6);

  // Named models alone, or every model with a share of the fleet; where there is none, a car with an unknown battery.
  if (const Value* names = f.find_value("vehicles")) {
    const Where at = f.where("vehicles");
    const std::vector<const Value*> list = list_of(*names, at, "names of car models");
    if (list.empty()) throw_at(at, "is empty; leave the key out for all models");
    for (std::size_t i = 0; i < list.size(); ++i)
      law.vehicles.push_back(vehicle_row(build, text_of(*list[i], at / i), at / i));
    return law;
  }
  for (std::size_t i = 0; i < build.world.vehicles.size(); ++i) {
    if (build.world.vehicles[i].share > 0.0) law.vehicles.push_back(static_cast<std::uint32_t>(i));
  }
  if (law.vehicles.empty()) law.vehicles.push_back(unknown_vehicle(build));
  return law;
}

void add_arrivals(Build& build, const Value& value, const Where& where, twin::Site& site,
                  std::vector<std::shared_ptr<const demand::ArrivalLaw>>& out) {
  const Construct* word = value.construct();
  if (word != nullptr && word->kind == "arrivals.poisson") {
    demand::Poisson law = poisson_of(build, *word, where.place_of(*word), site.tariff.holidays);

    // Ids of drawn sessions begin with the name of their law.
    for (const auto& other : out) {
      const auto* drawn = std::get_if<demand::Poisson>(other.get());
      if (drawn != nullptr && drawn->name == law.name)
        throw_at(where.place_of(*word) / "name",
                 "= \"" + law.name + "\" is used twice; the ids of their sessions would be the same");
    }
    out.push_back(std::make_shared<const demand::ArrivalLaw>(std::move(law)));
    return;
  }

  if (word != nullptr && word->kind == "sessions") {
    out.push_back(std::make_shared<const demand::ArrivalLaw>(
        recorded_of(build, *word, where.place_of(*word), site, site.offers)));
    return;
  }
  if (word != nullptr && word->kind == "ocpp") {
    out.push_back(std::make_shared<const demand::ArrivalLaw>(logged_of(build, *word, where.place_of(*word), site)));
    return;
  }
  if (word != nullptr && word->kind == "bookings") {
    out.push_back(std::make_shared<const demand::ArrivalLaw>(bookings_of(build, *word, where.place_of(*word), site)));
    return;
  }

  throw_at(where,
           "must be sessions \"file.csv\", ocpp \"site.log\", bookings { ... }, arrivals.poisson { ... }, or a list of "
           "them, got " +
               describe_value(value));
}

// A table of bookings takes the place of one list of them, no more and no less.
void refuse_lost_bookings(const Build& build, const std::vector<const Value*>& laws, const twin::Site& site) {
  const auto change = given_change(build.source.options(), site.name, "bookings");
  if (!change) return;
  const auto words =
      std::count_if(laws.begin(), laws.end(), [](const Value* law) { return law->construct("bookings") != nullptr; });
  if (words == 1) return;
  fail_change(change->first, change->second,
              "the site " + kernel::make_printable(site.name, 60) +
                  (words == 0 ? " has no bookings { ... } that it could take the place of"
                              : " has bookings { ... } more than once; write them as one list"));
}

}  // namespace

std::vector<std::shared_ptr<const demand::ArrivalLaw>> arrivals_of(Build& build, const Value& value, const Where& where,
                                                                   twin::Site& site) {
  std::vector<std::shared_ptr<const demand::ArrivalLaw>> out;
  if (value.as_table() == nullptr) {
    refuse_lost_bookings(build, {&value}, site);
    add_arrivals(build, value, where, site, out);
    return out;
  }
  const std::vector<const Value*> list = list_of(value, where, "arrival laws");
  if (list.empty()) throw_at(where, "is empty: nobody would come");
  refuse_lost_bookings(build, list, site);
  for (std::size_t i = 0; i < list.size(); ++i) add_arrivals(build, *list[i], where / i, site, out);
  return out;
}

demand::Distribution v2g_min_price_of(const Fields& f) {
  constexpr std::string_view key = "v2g_min_price_per_kwh";
  const Value* given = f.find_value(key);
  return given == nullptr ? demand::Distribution{} : distribution_of(*given, f.where(key), 1e7, "currency/kWh", true);
}

std::uint32_t unknown_vehicle(Build& build) {
  constexpr const char* name = "unknown battery";
  auto& vehicles = build.world.vehicles;
  auto at = std::find_if(vehicles.begin(), vehicles.end(), [](const physics::Vehicle& v) { return v.name == name; });
  if (at == vehicles.end()) {
    physics::Vehicle v;
    v.name = name;
    v.share = 0.0;
    vehicles.push_back(std::move(v));
    at = vehicles.end() - 1;
  }
  return static_cast<std::uint32_t>(at - vehicles.begin());
}

std::uint32_t vehicle_row(const Build& build, const std::string& name, const Where& where) {
  const auto& vehicles = build.world.vehicles;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < vehicles.size(); ++i) {
    if (vehicles[i].name == name) return static_cast<std::uint32_t>(i);
    known.push_back(vehicles[i].name);
  }
  throw_at(where, "= \"" + name + "\": the scenario has no such vehicle" + kernel::did_you_mean(name, known));
}

}  // namespace evtwin::scenario
