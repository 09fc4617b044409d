#include "decide/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "control/correction.hpp"
#include "decide/json_value.hpp"
#include "decide/request_keys.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/fields.hpp"
#include "scenario/parts.hpp"

namespace evtwin::decide {

using scenario::Fields;
using scenario::throw_at;
using scenario::Value;
using scenario::Where;

namespace {

/// Far enough from the ends of 64-bit nanoseconds that no sum of a view leaves them.
constexpr TimeNs margin_ns = 400 * kernel::day_ns;

TimeNs instant_at(const Fields& f, std::string_view key, const market::Calendar& calendar) {
  const TimeNs t = scenario::instant_of(*f.find_value(key), f.where(key), calendar);
  if (t < market::earliest_ns + margin_ns || t > market::latest_ns - margin_ns)
    throw_at(f.where(key), "is outside the years 1679 to 2261");
  return t;
}

TimeNs instant_at(const Fields& f, std::string_view key, const market::Calendar& calendar, TimeNs otherwise) {
  return f.has_key(key) ? instant_at(f, key, calendar) : otherwise;
}

Fields part(const Value& value, std::string_view section, const Where& where) {
  return {value, request_section(section), where};
}

/// The part under a key, or one without any field.
Fields part_or_none(const Fields& f, std::string_view key, std::string_view section) {
  static const Value none{std::make_shared<const scenario::Table>()};
  const Value* value = f.find_value(key);
  return part(value == nullptr ? none : *value, section, f.where(key));
}

physics::Vehicle read_vehicle(const Fields& f) {
  physics::Vehicle vehicle = scenario::vehicle_of(f);
  vehicle.name = f.text("name");
  if (!f.has_key("battery_kwh")) {
    // Nothing of an unknown battery is known: it loses nothing and never tapers.
    for (const char* key : {"taper_soc", "taper_end_kw", "curve", "soc_floor", "efficiency", "charge_efficiency",
                            "discharge_efficiency", "acceptance_hold"}) {
      if (f.has_key(key)) throw_at(f.where(key), "needs battery_kwh");
    }
    const double discharge_kw = vehicle.max_discharge_kw;
    vehicle.battery = {};
    if (vehicle.v2g_capable) vehicle.battery.discharge = physics::Curve::constant(discharge_kw);
    vehicle.soc_floor = 0.0;
    vehicle.soc_known = false;
  }
  if (vehicle.battery.charge.knots.size() > most_curve_points)
    throw_at(f.where("curve"), fmt::format("has more than {} points", most_curve_points));
  return vehicle;
}

/// Reads the outcome of the last answer, of which `setpoint_kw` is in force.
Granted read_granted(const Fields& f, double setpoint_kw) {
  Granted granted;
  granted.asked_kw = f.read_number("asked_kw", setpoint_kw);
  granted.limit = f.text("limit");
  const Value* reason = f.find_value("reason");
  if (reason == nullptr) return granted;
  const std::string& word = scenario::text_of(*reason, f.where("reason"));
  std::vector<std::string_view> known;
  for (std::size_t c = 0; c < control::correction_count; ++c)
    known.push_back(control::name_of(static_cast<control::Correction>(c)));
  const auto at = std::find(known.begin(), known.end(), word);
  if (at == known.end())
    throw_at(f.where("reason"), fmt::format("\"{}\" must be one of {}{}", word, fmt::join(known, ", "),
                                            kernel::did_you_mean(word, known)));
  granted.reason = static_cast<std::uint32_t>(at - known.begin());
  return granted;
}

Car read_car(const Fields& f, const Request& request) {
  Car car;
  car.arrived_ns = instant_at(f, "arrived", request.calendar, request.now_ns);
  car.departs_ns = instant_at(f, "departs", request.calendar);

  const auto shown = [&](TimeNs t) { return request.calendar.format_iso(t); };
  if (car.arrived_ns > request.now_ns)
    throw_at(f.where("arrived"), fmt::format("{} is after now, {}; leave the session out until then",
                                             shown(car.arrived_ns), shown(request.now_ns)));
  if (car.departs_ns < car.arrived_ns)
    throw_at(f.where("departs"),
             fmt::format("{} is before the car arrived, {}", shown(car.departs_ns), shown(car.arrived_ns)));

  car.requested_kwh = f.read_number("requested_kwh");
  car.got_kwh = f.read_number("got_kwh");
  car.priority = f.read_number("priority");
  car.setpoint_kw = f.read_number("setpoint_kw");
  car.power_kw = f.read_number("power_kw", car.setpoint_kw);
  car.v2g = f.read_boolean("v2g");
  car.v2g_min_price_per_kwh = f.read_number("v2g_min_price_per_kwh");
  if (f.has_key("draws")) car.draws = f.read_boolean("draws");

  car.soc = f.read_number("soc", physics::unknown);
  if (f.has_key("number")) car.number = static_cast<std::uint64_t>(f.read_whole("number"));
  car.id = f.text("id");
  if (f.has_key("driver")) car.driver = static_cast<std::uint64_t>(f.read_whole("driver"));
  if (f.has_key("model")) car.model = static_cast<std::uint32_t>(f.read_whole("model"));
  car.granted = read_granted(f, car.setpoint_kw);

  if (const Value* vehicle = f.find_value("vehicle"))
    car.vehicle = read_vehicle(part(*vehicle, "vehicle", f.where("vehicle")));

  // A fraction needs the capacity that it is of.
  if (!std::isnan(car.soc) && std::isinf(car.vehicle.battery.capacity_kwh))
    throw_at(f.where("soc"), "needs vehicle.battery_kwh: a fraction of what?");
  return car;
}

RequestedEvse read_evse(const Fields& f, const Request& request, double voltage_v) {
  RequestedEvse out;
  out.evse = scenario::evse_of(f, voltage_v, request.feeders);
  out.evse.id = f.text("id");
  out.available = f.read_boolean("available");
  if (const Value* session = f.find_value("session"))
    out.car = read_car(part(*session, "session", f.where("session")), request);
  if (const Value* reserved = f.find_value("reserved")) {
    const Fields r = part(*reserved, "reserved", f.where("reserved"));
    out.reserved_from_ns = instant_at(r, "from", request.calendar);
    out.reserved_until_ns = instant_at(r, "until", request.calendar);
    if (out.reserved_until_ns <= out.reserved_from_ns) throw_at(r.where("until"), "is not after from");
    out.reserved_kwh = r.read_number("kwh");
  }
  return out;
}

void read_evses(const Fields& f, Request& request, double voltage_v, scenario::Stations& by_name) {
  const Where where = f.where("evses");
  const auto list = scenario::list_of(*f.find_value("evses"), where, "EVSEs");
  if (list.empty()) throw_at(where, "is empty; a site has at least one EVSE");
  std::set<std::uint64_t> numbers;
  std::set<std::string> sessions;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields evse = part(*list[i], "evse", where / i);
    request.evses.push_back(read_evse(evse, request, voltage_v));
    const RequestedEvse& read = request.evses.back();
    if (!by_name.by_id.emplace(read.evse.id, static_cast<std::uint32_t>(i)).second)
      throw_at(evse.where("id"), fmt::format("\"{}\" is used twice", read.evse.id));
    if (read.car && read.car->number != 0 && !numbers.insert(read.car->number).second)
      throw_at(evse.where("session") / "number", fmt::format("{} is used twice", read.car->number));
    if (read.car && !read.car->id.empty() && !sessions.insert(read.car->id).second)
      throw_at(evse.where("session") / "id", fmt::format("\"{}\" is used twice", read.car->id));
    by_name.evses.push_back(read.evse);
  }
}

void read_storages(const Fields& f, Request& request) {
  const Value* value = f.find_value("storages");
  if (value == nullptr) return;
  const Where where = f.where("storages");
  const auto list = scenario::list_of(*value, where, "storages");
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields s = part(*list[i], "storage", where / i);
    RequestedStorage out;
    out.storage = scenario::storage_of(s, list.size() == 1 ? "storage" : fmt::format("storage-{}", i + 1), "soc");
    out.setpoint_kw = s.read_number("setpoint_kw");
    out.power_kw = s.read_number("power_kw", out.setpoint_kw);
    out.granted = read_granted(s, out.setpoint_kw);
    if (!names.insert(out.storage.id).second)
      throw_at(s.where("name"), fmt::format("\"{}\" is used twice", out.storage.id));
    request.storages.push_back(std::move(out));
  }
}

Demand read_demand(const Fields& prices, const Request& request) {
  const Fields f = part_or_none(prices, "demand", "demand");
  Demand demand;
  demand.price_per_kw = f.read_number("price_per_kw");
  // In the order of the row's words.
  constexpr std::uint32_t bases[] = {EVTWIN_DEMAND_NONE, EVTWIN_DEMAND_PEAK, EVTWIN_DEMAND_CONTRACT};
  if (prices.has_key("demand")) demand.basis = bases[f.read_choice("basis")];
  if (demand.price_per_kw > 0.0 && demand.basis != EVTWIN_DEMAND_PEAK)
    throw_at(f.where("price_per_kw"), "is of basis \"peak\"; no decision changes the others");

  // A peak price of 0 is no demand charge: no decision changes the bill through it.
  if (demand.price_per_kw == 0.0 && demand.basis == EVTWIN_DEMAND_PEAK) demand.basis = EVTWIN_DEMAND_NONE;
  demand.fraction = f.read_number("fraction");
  demand.month_peak_kw = f.read_number("month_peak_kw");
  demand.billed_peak_kw = f.read_number("billed_peak_kw", demand.month_peak_kw);
  demand.next_price_per_kw = f.read_number("next_price_per_kw", demand.price_per_kw);
  demand.next_fraction = f.read_number("next_fraction", demand.fraction);
  demand.next_floor_kw = f.read_number("next_floor_kw", demand.billed_peak_kw);
  demand.window_ns = f.read_whole("window_min") * kernel::minute_ns;
  demand.window_import_kwh = f.read_number("window_import_kwh");

  const market::Calendar& calendar = request.calendar;
  demand.month_end_ns = instant_at(f, "month_end", calendar, calendar.next_month_start(request.now_ns));

  // A meter whose windows end off the local clock may say so, within one window.
  const TimeNs by_the_clock_ns = calendar.next_tick(request.now_ns, demand.window_ns);
  demand.window_end_ns = instant_at(f, "window_end", calendar, by_the_clock_ns);
  if (demand.month_end_ns <= request.now_ns) throw_at(f.where("month_end"), "is not after now");
  if (demand.window_end_ns <= request.now_ns) throw_at(f.where("window_end"), "is not after now");
  if (demand.window_end_ns > std::max(by_the_clock_ns, request.now_ns + demand.window_ns))
    throw_at(f.where("window_end"),
             fmt::format("is more than window_min = {} min after now", f.read_whole("window_min")));
  return demand;
}

void read_horizon(const Fields& f, Request& request) {
  const Value* value = f.find_value("horizon");
  if (value == nullptr) return;
  const Where where = f.where("horizon");
  const auto list = scenario::list_of(*value, where, "steps");

  // Each entry holds until the next: a field that it leaves out stays as before.
  Step step = request.present;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Fields s = part(*list[k], "step", where / k);
    const TimeNs start_ns = instant_at(s, "start", request.calendar);
    if (k > 0 && start_ns <= step.start_ns) throw_at(s.where("start"), "is not after the start of the entry before");
    step.start_ns = start_ns;
    for (auto [key, cell] : {std::pair{"pv_kw", &Step::pv_kw},
                             {"load_kw", &Step::load_kw},
                             {"buy_per_kwh", &Step::buy_per_kwh},
                             {"sell_per_kwh", &Step::sell_per_kwh},
                             {"co2_kg_per_kwh", &Step::co2_kg_per_kwh},
                             {"contract_kw", &Step::contract_kw},
                             {"power_setpoint_kw", &Step::power_setpoint_kw}}) {
      step.*cell = s.read_number(key, step.*cell);
    }

    if (const Value* limits = s.find_value("limits")) {
      const Where where_limits = s.where("limits");
      const auto given = scenario::list_of(*limits, where_limits, "limits");
      for (std::size_t i = 0; i < given.size(); ++i) {
        const Fields one = part(*given[i], "step_limit", where_limits / i);
        const StepLimit limit{one.text("limit"), one.read_number("lower", -physics::infinite),
                              one.read_number("upper", physics::infinite)};
        if (limit.lower > limit.upper) throw_at(one.where("lower"), "is above upper");
        const auto before = std::ranges::find(step.limits, limit.name, &StepLimit::name);
        if (before != step.limits.end())
          *before = limit;
        else
          step.limits.push_back(limit);
      }
    }

    // Arrivals are not carried on: an entry that leaves them out has none.
    step.arrivals = s.read_number("arrivals");
    step.arrivals_kwh = s.read_number("arrivals_kwh");
    request.ahead.push_back(step);
  }
}

/// Bits of a list of words.
std::uint32_t read_bits(const Fields& f, std::string_view key, std::span<const WhyWord> words) {
  std::vector<std::string_view> known;
  for (const WhyWord& word : words) known.push_back(word.word);
  std::uint32_t bits = 0;
  const auto list = scenario::list_of(*f.find_value(key), f.where(key), "words");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& text = scenario::text_of(*list[i], f.where(key) / i);
    const auto at = std::find(known.begin(), known.end(), text);
    if (at == known.end())
      throw_at(f.where(key) / i, fmt::format("\"{}\" must be one of {}{}", text, fmt::join(known, ", "),
                                             kernel::did_you_mean(text, known)));
    bits |= words[static_cast<std::size_t>(at - known.begin())].bit;
  }
  return bits;
}

void read_why(const Fields& f, Request& request) {
  if (f.has_key("why")) request.why = read_bits(f, "why", why_words());
  if (request.why == 0) throw_at(f.where("why"), "is empty; leave it out for a tick");
  for (const WhyWord& word : changed_words()) request.changed |= word.bit;
  if (f.has_key("changed")) request.changed = read_bits(f, "changed", changed_words());
  request.last_decision_ns = instant_at(f, "last_decision", request.calendar, request.now_ns);
  request.end_ns = instant_at(f, "end", request.calendar, kernel::time_never);
  if (request.last_decision_ns > request.now_ns) throw_at(f.where("last_decision"), "is after now");
  if (request.end_ns < request.now_ns) throw_at(f.where("end"), "is before now");
}

/// Reads departures, the queue, and set-points on their way.
void read_traffic(const Fields& f, Request& request) {
  request.turned_away = static_cast<std::uint64_t>(f.read_whole("turned_away"));
  request.commands_under_way = static_cast<std::uint32_t>(f.read_whole("commands_under_way"));
  request.commands_lost = static_cast<std::uint32_t>(f.read_whole("commands_lost"));

  if (const Value* value = f.find_value("waiting")) {
    const Fields w = part(*value, "waiting", f.where("waiting"));
    request.waiting = {static_cast<std::uint32_t>(w.read_whole("count")), w.read_number("kwh"),
                       instant_at(w, "since", request.calendar, request.now_ns)};
    if (request.waiting.since_ns > request.now_ns) throw_at(w.where("since"), "is after now");
  }

  const Value* value = f.find_value("departed");
  if (value == nullptr) return;
  const Where where = f.where("departed");
  const auto list = scenario::list_of(*value, where, "vehicles");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields d = part(*list[i], "departed", where / i);

    // A request names EVSEs, the columns of a view have rows.
    const std::string id = d.text("evse");
    const auto evse = std::ranges::find_if(request.evses, [&](const RequestedEvse& e) { return e.evse.id == id; });
    if (evse == request.evses.end()) throw_at(d.where("evse"), fmt::format("\"{}\" is no EVSE of the site", id));

    control::Departure one;
    one.evse = static_cast<std::uint32_t>(evse - request.evses.begin());
    if (d.has_key("number")) one.session = static_cast<std::uint64_t>(d.read_whole("number"));
    one.at_ns = instant_at(d, "left", request.calendar, request.now_ns);
    one.got_kwh = d.read_number("got_kwh");
    one.requested_kwh = d.read_number("requested_kwh");
    one.arrived_ns = instant_at(d, "arrived", request.calendar, 0);
    one.claimed_ns = instant_at(d, "departs", request.calendar, 0);
    if (d.has_key("driver")) one.driver = static_cast<std::uint64_t>(d.read_whole("driver"));
    one.max_kw = d.read_number("max_kw");
    one.draws = d.read_boolean("draws") ? 1 : 0;

    if (one.at_ns > request.now_ns) throw_at(d.where("left"), "is after now");
    if (one.arrived_ns > one.at_ns) throw_at(d.where("arrived"), "is after the car left");
    request.departed.push_back(one);
  }
}

evtwin_ledger read_ledger(const Fields& request, std::string_view key) {
  const Fields f = part_or_none(request, key, "ledger");
  evtwin_ledger ledger{};
  ledger.struct_size = sizeof(evtwin_ledger);
  for (const LedgerField& field : ledger_fields()) ledger.*field.value = f.read_number(field.name);
  return ledger;
}

}  // namespace

Request read_request(std::string_view json) {
  Where root;
  root.json = true;
  const Fields f(value_of_json(json), request_section("request"), root);
  Request request;
  request.id = f.text("id");
  request.calendar = scenario::calendar_of(f.text("timezone"), f.where("timezone"));
  request.now_ns = instant_at(f, "now", request.calendar);
  request.tick_ns = f.read_whole("tick_min") * kernel::minute_ns;
  request.seed = static_cast<std::uint64_t>(f.read_whole("seed"));
  read_why(f, request);
  if (f.has_key("decision_number"))
    request.decision_number = static_cast<std::uint64_t>(f.read_whole("decision_number"));

  const Fields site = part_or_none(f, "site", "site");
  if (const Value* feeders = site.find_value("feeders"))
    request.feeders = scenario::feeders_of(*feeders, site.where("feeders"));
  scenario::Stations by_name;
  read_evses(f, request, site.read_number("voltage_v"), by_name);
  read_storages(f, request);
  read_traffic(f, request);
  if (const Value* rows = site.find_value("rows")) request.rows = scenario::rows_of(*rows, site.where("rows"), by_name);

  request.enforce = site.read_choice("limits") == 0;
  request.export_limit_kw = site.read_number("export_limit_kw", physics::infinite);
  request.storage_policy = static_cast<std::uint32_t>(site.read_choice("storage_policy"));

  const Fields prices = part_or_none(f, "prices", "prices");
  request.driver_price_per_kwh = prices.read_number("driver_price_per_kwh");
  request.v2g_price_per_kwh = prices.read_number("v2g_price_per_kwh");
  request.unmet_price_per_kwh = prices.read_number("unmet_price_per_kwh");
  request.wear_price_per_kwh = prices.read_number("wear_price_per_kwh");
  request.demand = read_demand(prices, request);

  Step& present = request.present;
  present.start_ns = request.now_ns;
  present.pv_kw = site.read_number("pv_kw");
  present.load_kw = site.read_number("load_kw");

  // The storages' own consumption flows at all times: it is base load.
  for (const RequestedStorage& s : request.storages) present.load_kw += s.storage.standby_kw;
  present.contract_kw = site.read_number("contract_kw", physics::infinite);
  present.power_setpoint_kw = site.read_number("power_setpoint_kw", physics::unknown);
  present.buy_per_kwh = prices.read_number("buy_per_kwh");
  present.sell_per_kwh = prices.read_number("sell_per_kwh");

  read_horizon(f, request);
  request.since_last = read_ledger(f, "since_last");
  request.so_far = read_ledger(f, "so_far");
  return request;
}

namespace {

/// Those of `ahead` from number `next` on that begin before `end_ns`.
std::span<const Step> steps_within(const std::vector<Step>& ahead, std::size_t next, TimeNs end_ns) {
  std::size_t end = next;
  while (end < ahead.size() && ahead[end].start_ns < end_ns) ++end;
  return std::span(ahead).subspan(next, end - next);
}

/// Mean over [start, end) of what holds first and then from each of `within` on, over the part that is known.
double mean_within(const Step& first, std::span<const Step> within, double Step::*field, TimeNs start_ns,
                   TimeNs end_ns) {
  if (within.empty()) return first.*field;
  double sum = 0.0, ns = 0.0;
  const auto add = [&](double value, TimeNs from_ns, TimeNs to_ns) {
    if (std::isnan(value)) return;
    sum += value * static_cast<double>(to_ns - from_ns);
    ns += static_cast<double>(to_ns - from_ns);
  };
  add(first.*field, start_ns, within.front().start_ns);
  for (std::size_t i = 0; i < within.size(); ++i)
    add(within[i].*field, within[i].start_ns, i + 1 < within.size() ? within[i + 1].start_ns : end_ns);
  return ns > 0.0 ? sum / ns : physics::unknown;
}

}  // namespace

void fill_horizon(const Request& request, TimeNs next_tick_ns, std::uint32_t steps, control::Horizon& horizon) {
  market::LocalClock clock(request.calendar);
  horizon.issued_ns = request.now_ns;
  horizon.start_ns.resize(std::size_t{steps} + 1);
  horizon.window_end_ns.resize(steps);

  const auto columns = {std::pair{&control::Horizon::pv_kw, &Step::pv_kw},
                        {&control::Horizon::load_kw, &Step::load_kw},
                        {&control::Horizon::buy_per_kwh, &Step::buy_per_kwh},
                        {&control::Horizon::sell_per_kwh, &Step::sell_per_kwh},
                        {&control::Horizon::co2_kg_per_kwh, &Step::co2_kg_per_kwh},
                        {&control::Horizon::power_setpoint_kw, &Step::power_setpoint_kw}};
  for (const auto& [column, field] : columns) (horizon.*column).resize(steps);
  for (auto* column : {&horizon.contract_kw, &horizon.arrivals, &horizon.arrivals_kwh}) column->resize(steps);
  // A meter whose windows end off the local clock keeps its distance from it.
  const TimeNs window_ns = request.demand.window_ns;
  TimeNs window_end_ns = request.demand.window_end_ns;
  const TimeNs off_ns = window_end_ns - clock.next_tick(request.now_ns, window_ns);
  const Step* in_force = &request.present;
  std::size_t next = 0;
  TimeNs start_ns = request.now_ns, end_ns = next_tick_ns;
  for (std::uint32_t k = 0; k < steps; ++k) {
    for (; next < request.ahead.size() && request.ahead[next].start_ns <= start_ns; ++next)
      in_force = &request.ahead[next];

    // Signals within a step are averaged by time; of contracts the lowest holds, since one that is cut binds.
    const std::span<const Step> within = steps_within(request.ahead, next, end_ns);
    for (const auto& [column, field] : columns)
      (horizon.*column)[k] = mean_within(*in_force, within, field, start_ns, end_ns);
    horizon.contract_kw[k] = in_force->contract_kw;
    for (const Step& step : within) horizon.contract_kw[k] = std::min(horizon.contract_kw[k], step.contract_kw);

    horizon.arrivals[k] = in_force->arrivals;
    horizon.arrivals_kwh[k] = in_force->arrivals_kwh;

    horizon.start_ns[k] = start_ns;
    while (window_end_ns <= start_ns) window_end_ns = clock.next_tick(window_end_ns - off_ns, window_ns) + off_ns;
    horizon.window_end_ns[k] = window_end_ns;
    start_ns = end_ns;
    end_ns = clock.next_tick(start_ns, request.tick_ns);
  }

  horizon.start_ns[steps] = start_ns;

  // A request has no spread: every level shows the mean.
  for (const auto& [levels, values] : {std::pair{&horizon.level_pv_kw, &horizon.pv_kw},
                                       {&horizon.level_load_kw, &horizon.load_kw},
                                       {&horizon.level_buy_per_kwh, &horizon.buy_per_kwh},
                                       {&horizon.level_arrivals, &horizon.arrivals},
                                       {&horizon.level_arrivals_kwh, &horizon.arrivals_kwh}}) {
    levels->clear();
    for (std::size_t l = 0; l < horizon.level.size(); ++l)
      levels->insert(levels->end(), values->begin(), values->end());
  }
}

void fill_limits_ahead(const Request& request, std::span<const control::GuardRow> rows, control::Horizon& horizon) {
  horizon.limit_lower.clear();
  horizon.limit_upper.clear();
  const auto names = [](const Step& step) { return !step.limits.empty(); };
  if (std::ranges::none_of(request.ahead, names)) return;
  for (std::size_t i = 0; i < request.ahead.size(); ++i) {
    for (const StepLimit& limit : request.ahead[i].limits) {
      if (std::ranges::find(rows, limit.name, &control::GuardRow::name) == rows.end())
        throw scenario::FieldError(fmt::format("/horizon/{}/limits", i),
                                   fmt::format("\"{}\" is no limit of the site", limit.name));
    }
  }

  const std::size_t steps = horizon.contract_kw.size();
  for (const control::GuardRow& row : rows) {
    // A step has no word of a row that is as now.
    const auto bounds_of = [&row](const Step& step) {
      const auto named = std::ranges::find(step.limits, row.name, &StepLimit::name);
      return named == step.limits.end() ? std::pair{row.lower, row.upper} : std::pair{named->lower, named->upper};
    };
    std::size_t next = 0;
    std::pair<double, double> in_force{row.lower, row.upper};
    for (std::size_t k = 0; k < steps; ++k) {
      for (; next < request.ahead.size() && request.ahead[next].start_ns <= horizon.start_ns[k]; ++next)
        in_force = bounds_of(request.ahead[next]);
      auto [lower, upper] = in_force;
      for (const Step& step : steps_within(request.ahead, next, horizon.start_ns[k + 1])) {
        const auto [another_lower, another_upper] = bounds_of(step);
        lower = std::max(lower, another_lower);
        upper = std::min(upper, another_upper);
      }
      horizon.limit_lower.push_back(lower);
      horizon.limit_upper.push_back(&row == rows.data() ? horizon.contract_kw[k] : upper);
    }
  }
}

}  // namespace evtwin::decide
