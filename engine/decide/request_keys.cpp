#include "decide/request_keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel/static_checks.hpp"

namespace evtwin::decide {

using scenario::Key;
using scenario::KeyType;
using scenario::Section;

namespace {

constexpr double gigawatt_kw = 1e6;
constexpr double most_evse_kw = 4000.0;            // as of the scenario's vehicles
constexpr double most_kwh = 1e5;                   // of one session
constexpr double most_price = 1e7;                 // per kWh
constexpr double most_count = 9007199254740992.0;  // 2^53: whole numbers that a double holds
static_assert(most_count == static_cast<double>(std::int64_t{1} << std::numeric_limits<double>::digits));
constexpr double most_sum = 1e15;

constexpr Key number(std::string_view name, std::string_view unit, double min, double max, std::string_view fallback,
                     std::string_view help) {
  return {name, KeyType::number, unit, min, max, false, false, fallback, {}, "number", help};
}
constexpr Key whole(std::string_view name, double min, double max, std::string_view fallback, std::string_view help) {
  return {name, KeyType::whole, {}, min, max, false, false, fallback, {}, "integer", help};
}
constexpr Key listed(std::string_view name, std::string_view unit, std::string_view numbers, std::string_view fallback,
                     std::string_view help) {
  return {name, KeyType::whole, unit, 0.0, 0.0, false, false, fallback, numbers, numbers, help};
}
constexpr Key boolean(std::string_view name, std::string_view fallback, std::string_view help) {
  return {name, KeyType::boolean, {}, 0.0, 0.0, false, false, fallback, {}, "boolean", help};
}
constexpr Key text(std::string_view name, std::string_view fallback, std::string_view help) {
  return {name, KeyType::text, {}, 0.0, 0.0, false, false, fallback, {}, "string", help};
}
constexpr Key name(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, KeyType::name, {}, 0.0, 0.0, false, false, fallback, {}, "string", help};
}
constexpr Key other(std::string_view name, std::string_view type, std::string_view fallback, std::string_view help) {
  return {name, KeyType::other, {}, 0.0, 0.0, false, false, fallback, {}, type, help};
}
constexpr Key time(std::string_view name, std::string_view fallback, std::string_view help) {
  Key key = other(name, "string", fallback, help);
  key.unit = "local time";
  return key;
}
constexpr Key required(Key key) {
  key.required = true;
  key.fallback = {};
  return key;
}

/// A request tells what is so now: nothing in it changes over time.
Key at_an_instant(Key key) {
  if (key.varies) key.lua_type = "number";
  key.varies = false;
  return key;
}

Key of(std::string_view section, std::string_view name) {
  const Key* key = scenario::find_key(scenario::find_section(section), name);
  if (key == nullptr) throw std::logic_error("the scenario language has no " + std::string(name));
  return at_an_instant(*key);
}

using Keys = std::vector<Key>;

/// Own fields, then those of the scenario's section without `left_out` and without those already there.
Keys with_scenario(Keys own, std::string_view section, std::initializer_list<std::string_view> left_out) {
  const Keys first = own;
  const auto has = [](const auto& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(), [&](const auto& k) { return k.name == name; });
  };
  for (const Key& key : scenario::find_section(section).keys) {
    if (std::find(left_out.begin(), left_out.end(), key.name) == left_out.end() && !has(first, key.name))
      own.push_back(at_an_instant(key));
  }
  return own;
}

Keys request_keys() {
  // Keys of the scenario language are taken over whole, so that type, range and default are the same in both.
  return {
      text("id", {}, "Yours: the answer repeats it."),
      required(time("now", {},
                    "The instant of the decision: \"2026-06-01T09:00\" on the clock of `timezone`, or with "
                    "an offset, \"2026-06-01T00:00:00Z\".")),
      of("scenario", "timezone"),
      of("scenario", "tick_min"),
      required(other("evses", "evtwin.evse[]", {}, "EVSEs of the site, in an order of yours; at least one.")),
      other("site", "evtwin.site", "no limits, no PV, no load", "The grid connection and what else hangs on it."),
      other("storages", "evtwin.storage[]", "none", "Stationary batteries."),
      other("prices", "evtwin.prices", "energy is free", "What energy and power cost now."),
      other("horizon", "evtwin.step[]", "everything stays as it is now",
            "What is foreseen, in ascending order: each entry holds from its start to the next one's, the last one for "
            "ever."),
      other("why",
            "(\"tick\"|\"arrival\"|\"departure\"|\"price\"|\"limit\"|\"wake\"|\"finished\"|\"power\"|\"grant\"|"
            "\"booking\"|\"reading\")[]",
            "[\"tick\"]", "Why the strategy is asked."),
      time("last_decision", "now", "When it was asked before."),
      time("end", "none: a live site", "When the run or episode ends."),
      other("changed", "(\"rows\"|\"sessions\"|\"prices\"|\"horizon\")[]", "all of them",
            "What may be other than at the last decision; what is left out is as it was."),
      other("departed", "evtwin.departed[]", "nobody",
            "Who left since the last decision, in order of leaving; to the first one also who left before, without a "
            "number."),
      other("waiting", "evtwin.waiting", "nobody", "The queue for an EVSE."),
      whole("turned_away", 0, most_count, "0", "Vehicles that left without a charge since the last decision."),
      whole("commands_under_way", 0, 1e6, "0", "Decisions whose set-points have not arrived yet."),
      whole("commands_lost", 0, 1e6, "0", "Set-points lost since the last decision."),
      whole("seed", 0, most_count, "0", "Of the strategy's random numbers; of a stream's first request."),
      whole("decision_number", 0, most_count, "counted from 0", "How many decisions there were before."),
      other("since_last", "evtwin.ledger", "all 0", "What the decision before led to."),
      other("so_far", "evtwin.ledger", "all 0", "Sums since the beginning."),
  };
}

Keys site_keys() {
  return {
      of("site", "contract_kw"),
      of("site", "export_limit_kw"),
      of("site", "limits"),
      of("site", "voltage_v"),
      number("pv_kw", "kW", 0, gigawatt_kw, "0", "Solar power now."),
      number("load_kw", "kW", 0, gigawatt_kw, "0", "Base load now, without EVSEs and storages."),
      number("power_setpoint_kw", "kW", -gigawatt_kw, gigawatt_kw, "none",
             "Net import the site should have now; nothing enforces it."),
      of("site", "feeders"),
      of("site", "rows"),
      of("site", "storage_policy"),
  };
}

Keys evse_keys() {
  return with_scenario(
      {required(name("id", {}, "Yours; the answer is by it.")),
       other("session", "evtwin.session", "nobody is plugged in", "The car that is plugged in."),
       boolean("available", "true", "false: out of service."),
       other("reserved", "evtwin.reserved", "none", "The next visit announced for this EVSE and not begun.")},
      "station", {"name", "evses"});
}

Keys session_keys() {
  return {
      time("arrived", "now", "When it was plugged in."),
      required(time("departs", {}, "When the driver said to leave; may lie in the past by now.")),
      required(number("requested_kwh", "kWh", 0, most_kwh, {}, "Energy the driver asked for.")),
      number("got_kwh", "kWh", -most_kwh, most_kwh, "0", "Metered so far, net of what was discharged."),
      number("priority", {}, -1e9, 1e9, "0", "Higher is more important."),
      boolean("v2g", "false", "Whether the driver opted in to be discharged."),
      number("v2g_min_price_per_kwh", "currency/kWh", 0, most_price, "0",
             "The least that the owner takes for energy discharged; paid is the site's price or this, whichever is "
             "higher."),
      boolean("draws", "by its battery; true where that is not known",
              "Whether the car would take power if offered: false when it is full or finished."),
      number("setpoint_kw", "kW", -most_evse_kw, most_evse_kw, "0", "In force now."),
      number("asked_kw", "kW", -most_evse_kw, most_evse_kw, "setpoint_kw", "That set-point as it was asked for."),
      other("reason", "string", "none", "Why setpoint_kw is not asked_kw: a word of an answer's corrections."),
      text("limit", {}, "The limit that bound, by name."),
      name("id", {}, "The stay as you name it; at most 63 bytes are shown."),
      whole("driver", 0, most_count, "not known", "Number of the driver, the same at every visit, from 1."),
      whole("model", 0, 4294967294, "not known", "Number of the vehicle's model, from 0."),
      number("power_kw", "kW", -most_evse_kw, most_evse_kw, "setpoint_kw", "Metered now."),
      number("soc", "0..1", 0, 1, "not known", "State of charge; needs vehicle.battery_kwh."),
      whole("number", 1, most_count, "counted in order of arrival",
            "Number of the session. In a stream a car keeps its number as long as its EVSE and `arrived` stay."),
      other("vehicle", "evtwin.vehicle", "a car of which nothing is known", "The car."),
  };
}

Keys vehicle_keys() {
  Key battery = of("vehicle", "battery_kwh");
  battery.required = false;
  battery.fallback = "not known";
  return with_scenario(
      {name("name", {}, "Model; for people."), battery,
       boolean("soc_known", "true",
               "false: the strategy is shown neither state of charge nor battery; the guard knows them all the same.")},
      "vehicle", {"share", "ageing"});
}

Keys reserved_keys() {
  return {required(time("from", {}, "When it is expected.")), required(time("until", {}, "When it will leave.")),
          number("kwh", "kWh", 0, most_kwh, "0", "Energy it will request.")};
}

Keys storage_keys() {
  return with_scenario(
      {required(number("soc", "0..1", 0, 1, {}, "State of charge now.")),
       number("setpoint_kw", "kW", -gigawatt_kw, gigawatt_kw, "0", "In force now; positive: into the storage."),
       number("asked_kw", "kW", -gigawatt_kw, gigawatt_kw, "setpoint_kw", "That set-point as it was asked for."),
       other("reason", "string", "none", "Why setpoint_kw is not asked_kw: a word of an answer's corrections."),
       text("limit", {}, "The limit that bound, by name."),
       number("power_kw", "kW", -gigawatt_kw, gigawatt_kw, "setpoint_kw", "Metered now, at its AC terminals.")},
      "storage", {"soc_start", "ageing"});
}

Keys prices_keys() {
  return {
      number("buy_per_kwh", "currency/kWh", -most_price, most_price, "0", "Energy from the grid now."),
      number("sell_per_kwh", "currency/kWh", -most_price, most_price, "0", "Energy fed back now."),
      of("site", "driver_price_per_kwh"),
      of("site", "v2g_price_per_kwh"),
      of("site", "unmet_price_per_kwh"),
      of("site", "wear_price_per_kwh"),
      other("demand", "evtwin.demand", "none", "The demand charge and the month's peak so far."),
  };
}

Keys demand_keys() {
  return {
      {"basis",
       KeyType::choice,
       {},
       0.0,
       0.0,
       false,
       false,
       "peak",
       "none|peak|contract",
       {},
       "What is billed: nothing, the month's highest mean import of a metering window, or the contract power."},
      number("price_per_kw", "currency/kW and month", 0, 1e9, "0", "Of the whole month; for basis \"peak\"."),
      number("fraction", "0..1", 0, 1, "1", "Of the month's charge that one more kW costs."),
      number("billed_peak_kw", "kW", 0, gigawatt_kw, "month_peak_kw",
             "What the month will be billed for so far, past months' peaks included where they count."),
      number("month_peak_kw", "kW", 0, gigawatt_kw, "0", "Highest closed metering window of this month."),
      time("month_end", "the end of this month on the local clock", "When the next month begins."),
      number("next_price_per_kw", "currency/kW and month", 0, 1e9, "price_per_kw", "Of the month after."),
      number("next_fraction", "0..1", 0, 1, "fraction", "Of that month's charge that one more kW costs."),
      number("next_floor_kw", "kW", 0, gigawatt_kw, "billed_peak_kw", "What that month will be billed for at least."),
      listed("window_min", "min", "15|30|60", "15", "Length of a metering window, on the local clock."),
      number("window_import_kwh", "kWh", 0, gigawatt_kw, "0",
             "Imported so far in the running window; what was exported takes nothing off."),
      time("window_end", "the next multiple of window_min of the local clock", "When the running window ends."),
  };
}

Keys step_keys() {
  const std::string_view before = "as in the entry before, at first as now";
  return {
      required(time("start", {}, "From when on the entry holds.")),
      number("pv_kw", "kW", 0, gigawatt_kw, before, "Solar power."),
      number("load_kw", "kW", 0, gigawatt_kw, before, "Base load, storages' standby included."),
      number("buy_per_kwh", "currency/kWh", -most_price, most_price, before, "Price of energy bought."),
      number("sell_per_kwh", "currency/kWh", -most_price, most_price, before, "Price of energy fed back."),
      number("co2_kg_per_kwh", "kg/kWh", 0, 1e3, before, "Of energy bought; 0 at first."),
      number("contract_kw", "kW", 0, gigawatt_kw, before, "Import limit, cuts announced included."),
      number("power_setpoint_kw", "kW", -gigawatt_kw, gigawatt_kw, before, "Net import the site should have."),
      other("limits", "evtwin.step_limit[]", before, "Bounds of limits that change over time."),
      number("arrivals", {}, 0, 1e6, "0", "Vehicles expected to plug in during a step of tick_min."),
      number("arrivals_kwh", "kWh", 0, most_sum, "0", "Energy they are expected to request."),
  };
}

Keys step_limit_keys() {
  return {required(text("limit", {}, "The limit, by name.")),
          number("lower", "kW or A", -gigawatt_kw, gigawatt_kw, "none", "Lower bound from then on."),
          number("upper", "kW or A", -gigawatt_kw, gigawatt_kw, "none", "Upper bound from then on.")};
}

Keys departed_keys() {
  return {required(text("evse", {}, "Where it stood, by id.")),
          whole("number", 1, most_count, "0: not known", "Number of its session."),
          time("left", "now", "When it left."),
          number("got_kwh", "kWh", -most_kwh, most_kwh, "0", "Metered, net of what was discharged."),
          number("requested_kwh", "kWh", 0, most_kwh, "0", "What the driver had asked for."),
          time("arrived", "not known", "When it was plugged in."),
          time("departs", "not known", "When the driver had said to leave."),
          whole("driver", 0, most_count, "0: not known", "Number of the driver, the same at every visit, from 1."),
          number("max_kw", "kW", 0, most_evse_kw, "0", "The most that it could be given."),
          boolean("draws", "false", "Whether it would have taken power when it left.")};
}

Keys waiting_keys() {
  return {required(whole("count", 1, 1e6, {}, "Vehicles that wait.")),
          number("kwh", "kWh", 0, most_sum, "0", "What they ask for together."),
          time("since", "now", "Arrival of the one that has waited longest.")};
}

Keys ledger_keys() {
  Keys keys;
  for (const LedgerField& field : ledger_fields()) {
    const bool energy = field.name.ends_with("_kwh");
    const bool either_sign = !energy || field.name == "adjusted_kwh";
    keys.push_back(number(field.name,
                          energy                   ? "kWh"
                          : field.name == "co2_kg" ? "kg"
                                                   : "currency",
                          either_sign ? -most_sum : 0.0, most_sum, "0", "As evtwin_ledger in strategy.h says."));
  }
  return keys;
}

/// The sections with the memory that their rows lie in.
struct Tables {
  std::vector<Keys> keys{request_keys(),  site_keys(),     evse_keys(),    session_keys(),   vehicle_keys(),
                         reserved_keys(), storage_keys(),  prices_keys(),  demand_keys(),    step_keys(),
                         ledger_keys(),   departed_keys(), waiting_keys(), step_limit_keys()};
  std::vector<Section> sections;

  Tables() {
    static constexpr std::array<std::array<std::string_view, 2>, 14> names{{
        {"request", "A site at one instant, and what is asked of a strategy."},
        {"site", "The grid connection and what else hangs on it."},
        {"evse", "An outlet for one car, described as a station of the scenario language."},
        {"session", "The car that is plugged in."},
        {"vehicle", "A car, described as in the scenario language."},
        {"reserved", "A visit announced."},
        {"storage", "A stationary battery, described as in the scenario language."},
        {"prices", "Money, in one currency of yours."},
        {"demand", "The demand charge."},
        {"step", "What is foreseen from an instant on."},
        {"ledger", "Energy and money of the site."},
        {"departed", "A vehicle that left since the last decision."},
        {"waiting", "The vehicles that wait for an EVSE."},
        {"step_limit", "Bounds of one limit from an instant on."},
    }};
    static_assert(kernel::has_unique_keys(names, [](const auto& row) { return row[0]; }));
    for (std::size_t i = 0; i < names.size(); ++i) sections.push_back({names[i][0], {}, names[i][1], {}, keys[i]});
    sections.push_back(scenario::find_section("feeder"));
    sections.push_back(scenario::find_section("row"));
  }
};

const Tables& tables() {
  static const Tables all;
  return all;
}

}  // namespace

std::span<const Section> request_sections() { return tables().sections; }

const Section& request_section(std::string_view name) {
  for (const Section& s : request_sections()) {
    if (s.name == name) return s;
  }
  throw std::logic_error("no section " + std::string(name) + " in a request");
}

std::span<const LedgerField> ledger_fields() {
  // A field that is added to evtwin_ledger changes its size: the assertion below notices.
  static constexpr std::array<LedgerField, 20> fields{{
      {"import_kwh", &evtwin_ledger::import_kwh},
      {"export_kwh", &evtwin_ledger::export_kwh},
      {"pv_kwh", &evtwin_ledger::pv_kwh},
      {"load_kwh", &evtwin_ledger::load_kwh},
      {"ev_charge_kwh", &evtwin_ledger::ev_charge_kwh},
      {"ev_discharge_kwh", &evtwin_ledger::ev_discharge_kwh},
      {"storage_charge_kwh", &evtwin_ledger::storage_charge_kwh},
      {"storage_discharge_kwh", &evtwin_ledger::storage_discharge_kwh},
      {"losses_kwh", &evtwin_ledger::losses_kwh},
      {"energy_cost", &evtwin_ledger::energy_cost},
      {"demand_charge", &evtwin_ledger::demand_charge},
      {"driver_revenue", &evtwin_ledger::driver_revenue},
      {"v2g_payment", &evtwin_ledger::v2g_payment},
      {"wear_cost", &evtwin_ledger::wear_cost},
      {"co2_kg", &evtwin_ledger::co2_kg},
      {"unmet_kwh", &evtwin_ledger::unmet_kwh},
      {"overload_kwh", &evtwin_ledger::overload_kwh},
      {"feeder_overload_kwh", &evtwin_ledger::feeder_overload_kwh},
      {"export_overload_kwh", &evtwin_ledger::export_overload_kwh},
      {"adjusted_kwh", &evtwin_ledger::adjusted_kwh},
  }};
  static_assert(sizeof(evtwin_ledger) == 2 * sizeof(std::uint32_t) + fields.size() * sizeof(double));
  static_assert(kernel::has_unique_keys(fields, &LedgerField::name));
  return fields;
}

std::span<const WhyWord> why_words() {
  static constexpr std::array<WhyWord, 11> words{{
      {"tick", EVTWIN_WHY_TICK},
      {"arrival", EVTWIN_WHY_ARRIVAL},
      {"departure", EVTWIN_WHY_DEPARTURE},
      {"price", EVTWIN_WHY_PRICE},
      {"limit", EVTWIN_WHY_LIMIT},
      {"wake", EVTWIN_WHY_WAKE},
      {"finished", EVTWIN_WHY_FINISHED},
      {"power", EVTWIN_WHY_POWER},
      {"grant", EVTWIN_WHY_GRANT},
      {"booking", EVTWIN_WHY_BOOKING},
      {"reading", EVTWIN_WHY_READING},
  }};
  static_assert(words.size() == std::bit_width(EVTWIN_WHY_READING) && kernel::has_unique_keys(words, &WhyWord::bit) &&
                    kernel::has_unique_keys(words, &WhyWord::word),
                "a word for each bit");
  return words;
}

std::span<const WhyWord> changed_words() {
  static constexpr std::array<WhyWord, 4> words{{
      {"rows", EVTWIN_CHANGED_ROWS},
      {"sessions", EVTWIN_CHANGED_SESSIONS},
      {"prices", EVTWIN_CHANGED_PRICES},
      {"horizon", EVTWIN_CHANGED_HORIZON},
  }};
  static_assert(words.size() == std::bit_width(EVTWIN_CHANGED_HORIZON) &&
                    kernel::has_unique_keys(words, &WhyWord::bit) && kernel::has_unique_keys(words, &WhyWord::word),
                "a word for each bit");
  return words;
}

}  // namespace evtwin::decide
