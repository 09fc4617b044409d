#include <algorithm>
#include <cmath>
#include <tuple>

#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::scenario {
namespace {

std::vector<market::MonthPeak> past_peaks_of(const Value& value, const Where& where) {
  const Table* table = value.as_table();
  if (table == nullptr || !table->numbered.empty()) throw_at(where, "must be a table { [\"2025-01\"] = 80, ... }");
  std::vector<market::MonthPeak> out;
  for (const auto& [month, kw] : table->named) {
    // A month is the date of its first day without the day.
    market::LocalDate first;
    try {
      first = market::parse_date(month + "-01");
    } catch (const market::CalendarError&) {
      throw_at(where, "has the key \"" + kernel::make_printable(month, 30) + "\"; months are written \"2025-01\"");
    }
    out.push_back({market::month_of(first), number_of(kw, where / month, 0.0, 1e6, "kW")});
  }
  return out;
}

std::vector<twin::Outage> outages_of(const Build& build, const Value& value, const Where& where,
                                     const Stations& stations) {
  std::vector<twin::Outage> out;
  const std::vector<const Value*> list = list_of(value, where, "outages, each in its own braces");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("outage"), where / i);
    twin::Outage outage;
    outage.evse = evse_row(stations, f.text("evse"), f.where("evse"));
    outage.from_ns = instant_of(*f.find_value("from"), f.where("from"), build.world.calendar);
    outage.to_ns = instant_of(*f.find_value("to"), f.where("to"), build.world.calendar);
    if (outage.from_ns >= outage.to_ns) throw_at(f.where("to"), "must be later than from");
    out.push_back(outage);
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return std::tie(a.evse, a.from_ns) < std::tie(b.evse, b.from_ns); });
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].evse == out[i - 1].evse && out[i].from_ns < out[i - 1].to_ns) {
      throw_at(where, "has two outages of the EVSE \"" + stations.evses[out[i].evse].id + "\" that overlap");
    }
  }
  return out;
}

void read_signals(Build& build, const Fields& f, twin::Site& site) {
  const std::vector<market::LocalDate>& holidays = site.tariff.holidays;
  SignalUse load;
  load.columns = {"kw", "load_kw"};
  if (const Value* value = f.find_value("load"))
    site.load_kw = signal_of(build, *value, f.where("load"), load, holidays);
  if (const Value* value = f.find_value("pv")) site.pv_kw = pv_of(build, *value, f.where("pv"), holidays);
  SignalUse setpoint;
  setpoint.columns = {"kw", "power_setpoint_kw", "setpoint_kw"};
  setpoint.min = -1e6;  // a site may be asked to feed back
  setpoint.max = 1e6;
  if (const Value* value = f.find_value("power_setpoint_kw"))
    site.power_setpoint_kw = signal_of(build, *value, f.where("power_setpoint_kw"), setpoint, holidays);
  SignalUse co2;
  co2.columns = {"kg_per_kwh", "co2_kg_per_kwh"};
  co2.quantity = sessions::Quantity::carbon;
  co2.max = 10.0;
  if (const Value* value = f.find_value("co2_kg_per_kwh"))
    site.co2_kg_per_kwh = signal_of(build, *value, f.where("co2_kg_per_kwh"), co2, holidays);
}

void read_tariff(Build& build, const Fields& f, const std::vector<market::LocalDate>& own_holidays, twin::Site& site) {
  site.tariff_given = f.has_key("tariff");
  if (site.tariff_given) {
    site.tariff = tariff_of(build, *f.find_value("tariff"), f.where("tariff"));
    const bool covered = market::covers_span(site.tariff, build.world.start_ns, build.world.end_ns);
    if (!covered) throw_at(f.where("tariff"), "has no price for part of the run");
  } else {
    site.tariff = market::free_energy();
    build.add_flag(site.name, "no tariff: energy is free");
  }
  site.tariff.holidays.insert(site.tariff.holidays.end(), own_holidays.begin(), own_holidays.end());
  auto& dates = site.tariff.holidays;
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
}

// The waiting room, reservations and the way of commands to the EVSEs.
void read_operation(const Fields& f, twin::Site& site) {
  if (const Value* queue = f.find_value("queue")) {
    const Fields q(*queue, find_section("queue"), f.where("queue"));
    site.waiting_room.places = static_cast<std::uint32_t>(q.read_whole("places"));
    if (q.has_key("patience_min")) site.waiting_room.patience_h = q.read_number("patience_min") / 60.0;
  }
  if (const Value* value = f.find_value("reservations")) {
    const Fields r(*value, find_section("reservations"), f.where("reservations"));
    site.reservations.block = r.read_boolean("block");
    site.reservations.hold_ns = static_cast<TimeNs>(r.read_number("hold_min") * static_cast<double>(kernel::minute_ns));
  }

  if (const Value* value = f.find_value("commands")) {
    const Fields c(*value, find_section("commands"), f.where("commands"));
    const auto ns = [&](const char* key) {
      return static_cast<TimeNs>(std::llround(c.read_number(key) * static_cast<double>(kernel::second_ns)));
    };
    site.commands = {ns("forecast_s"), ns("plan_s"), ns("apply_s"), c.read_number("loss")};
  }
}

/// A contract that changes over time is its highest, and cuts below it.
void read_varying_contract(Build& build, const Fields& f, twin::Site& site) {
  SignalUse use;
  use.columns = {"kw", "contract_kw"};
  const Where at = f.where("contract_kw");
  const market::Signal signal = signal_of(build, *f.find_value("contract_kw"), at, use, site.tariff.holidays);
  site.contract_kw = span_in_run(build, signal).highest;
  if (site.contract_kw <= 0.0) throw_at(at, "is 0 all the time; a site without a grid connection can not be");
  site.cuts = cuts_of(build, signal, site.contract_kw);
}

// Feeders, EVSEs, and what limits or takes them out.
void read_stations(Build& build, const Fields& f, twin::Site& site) {
  VaryingBounds varying{build, site.tariff.holidays, site.limit_series};
  if (const Value* feeders = f.find_value("feeders")) site.feeders = feeders_of(*feeders, f.where("feeders"), &varying);

  const Stations stations =
      stations_of(build, *f.find_value("stations"), f.where("stations"), f.read_number("voltage_v"), site.feeders);
  if (const Value* rows = f.find_value("rows")) site.rows = rows_of(*rows, f.where("rows"), stations, &varying);
  if (const Value* cuts = f.find_value("demand_response")) {
    const std::vector<twin::LimitCut> more = cuts_of(build, *cuts, f.where("demand_response"), site.contract_kw);
    site.cuts.insert(site.cuts.end(), more.begin(), more.end());
  }
  if (const Value* outages = f.find_value("outages"))
    site.outages = outages_of(build, *outages, f.where("outages"), stations);
  site.evses = stations.evses;
}

// A value that the site gives itself, or else the scenario gives for all sites; `value` null: neither does.
struct Given {
  const Value* value = nullptr;
  Where where;
};
Given own_or_shared(const Fields& f, const std::string& key, const Where& scenario, const Value* shared) {
  const Value* own = f.find_value(key);
  return {own != nullptr ? own : shared, own != nullptr ? f.where(key) : scenario / key};
}

// The history first: whether sessions before the run are its history is known when the arrivals are read.
void read_arrivals(Build& build, const Fields& f, const Given& arrivals, const Given& history, twin::Site& site) {
  build.past_is_history = history.value != nullptr && history.value->as_text() != nullptr;
  if (history.value != nullptr)
    site.history = history_of(build, *history.value, history.where, arrivals.value, arrivals.where, site);

  // The sessions of a log take the place of the scenario's arrivals.
  if (const auto& logged = build.source.options().arrivals_from) {
    ++build.laws;
    site.arrivals = {
        std::make_shared<const demand::ArrivalLaw>(recorded_of(build, *logged, sessions::EvseMode::as_given, site))};
    return;
  }
  if (arrivals.value == nullptr && build.has_roads) return;  // roads may send visits: known when all sites are built
  if (arrivals.value == nullptr) {
    fail_at(f.where(),
            "no arrivals: give the scenario or this site arrivals = sessions \"file.csv\", ocpp \"site.log\", bookings "
            "{ ... } or "
            "arrivals.poisson { per_hour = ... }");
  }
  site.arrivals = arrivals_of(build, *arrivals.value, arrivals.where, site);
}

}  // namespace

twin::Site site_of(Build& build, const Construct& word, const Where& scenario, int number,
                   const control::SiteForecast& forecast, const Value* shared_arrivals, const Value* shared_history,
                   const std::string& default_name) {
  const Fields f(word.arguments.front(), find_section("site"), scenario.place_of(word));
  twin::Site site;
  site.name = f.text("name", default_name);
  site.operator_name = f.text("operator");
  const Value* contract = f.find_value("contract_kw");
  const bool contract_varies = contract != nullptr && !contract->is_number();
  if (!contract_varies) site.contract_kw = f.read_number("contract_kw", physics::infinite);
  site.export_limit_kw = f.read_number("export_limit_kw", physics::infinite);
  site.limits = static_cast<twin::LimitMode>(f.read_choice("limits"));

  site.forecast = f.has_key("forecast")
                      ? forecast_of(build, *f.find_value("forecast"), f.where("forecast"), number, forecast)
                      : forecast;
  change_forecast(build, site);

  site.driver_price_per_kwh = f.read_number("driver_price_per_kwh");
  site.v2g_price_per_kwh = f.read_number("v2g_price_per_kwh");

  // Changes of the command line come before anything that is made from the figures changed: cuts are shares of the
  // contract.
  const LoadOptions& options = build.source.options();
  change_numbers(options, site);
  site.unmet_price_per_kwh = f.read_number("unmet_price_per_kwh");
  site.share_price_per_kwh = f.read_number("share_price_per_kwh");
  site.wear_price_per_kwh = f.read_number("wear_price_per_kwh");
  site.part_month = static_cast<market::PartMonth>(f.read_choice("billing"));
  site.storage_policy = static_cast<twin::StoragePolicy>(f.read_choice("storage_policy"));

  if (const Value* peaks = f.find_value("past_peaks_kw"))
    site.past_peaks = past_peaks_of(*peaks, f.where("past_peaks_kw"));
  read_operation(f, site);

  std::vector<market::LocalDate> holidays;
  if (const Value* own = f.find_value("holidays")) holidays = dates_of(*own, f.where("holidays"));
  const auto flags_before = static_cast<std::ptrdiff_t>(build.world.flags.size());
  read_tariff(build, f, holidays, site);
  // A change replaces this tariff: the flags raised while it was read are dropped.
  if (changes_tariff(options, site.name))
    build.world.flags.erase(build.world.flags.begin() + flags_before, build.world.flags.end());

  // A change of the command line takes its place, with all that changes in it.
  if (contract_varies && site.contract_kw == physics::infinite) read_varying_contract(build, f, site);
  read_signals(build, f, site);
  if (const Value* storage = f.find_value("storage")) site.storages = storages_of(*storage, f.where("storage"));

  change_equipment(build, holidays, site);
  if (site.tariff.demand.basis == market::DemandBasis::contract && site.contract_kw == physics::infinite)
    throw_at(f.where("tariff"), "bills the contract power (demand basis \"contract\"): the site needs contract_kw");

  read_stations(build, f, site);
  read_arrivals(build, f, own_or_shared(f, "arrivals", scenario, shared_arrivals),
                own_or_shared(f, "history", scenario, shared_history), site);
  return site;
}

}  // namespace evtwin::scenario
