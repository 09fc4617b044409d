// strategy.hpp - the thin C++20 face of strategy.h: spans in, parameters by name, exceptions caught at the fence.
//
//   namespace {  // unnamed: `g++ -std=c++20 -shared -fPIC half.cpp` then exports the entry and nothing of yours
//   struct Half {
//     static constexpr evtwin_info info = evtwin::sdk::describe(
//         "half", "Half power", "1.0", "Offers every car half of what it can take.", EVTWIN_STRATEGY_STATELESS);
//     explicit Half(const evtwin::sdk::Setup&) {}
//     void decide(const evtwin::sdk::View& view, evtwin::sdk::Decision& decision) {
//       for (const std::size_t i : view.connected()) decision.evse_kw[i] = 0.5 * view.evse_car_max_kw()[i];
//     }
//   };
//   }  // namespace
//   EVTWIN_STRATEGIES(Half)
//
// A strategy that remembers something between decisions has two members more, so that runs can be checkpointed:
//     void save(evtwin::sdk::StateWriter&) const;
//     void load(evtwin::sdk::StateReader&);
// One that wants to see the closed books after its last decision:
//     void on_end(const evtwin::sdk::View& last);
// One that answers for many sites in one pass (instances of many sites that are asked at the same instant):
//     static void decide_many(std::span<evtwin::sdk::Turn<Half>> turns);
#pragma once
#include <evtwin/strategy.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

// Hidden whatever the compiler's flags: two plugins in one process never share what this header defines.
#pragma GCC visibility push(hidden)

namespace evtwin::sdk {

/// Throw it from a constructor when parameters do not go together; the text says which, and what would be right.
struct BadParameter : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Description of a strategy; `params` must be a static array.
template <std::size_t N>
constexpr evtwin_info describe(const char* id, const char* name, const char* version, const char* help,
                               const std::array<evtwin_param_info, N>& params, std::uint32_t flags = 0) {
  return {sizeof(evtwin_info), flags, id, name, version, help, params.data(), static_cast<std::uint32_t>(N), 0};
}
constexpr evtwin_info describe(const char* id, const char* name, const char* version, const char* help,
                               std::uint32_t flags = 0) {
  return {sizeof(evtwin_info), flags, id, name, version, help, nullptr, 0, 0};
}

/// Rows of the parameter table.
constexpr evtwin_param_info real(const char* id, const char* unit, double min, double max, double default_value,
                                 const char* help) {
  return {id, unit, help, EVTWIN_PARAM_REAL, 0, nullptr, min, max, default_value, nullptr};
}
constexpr evtwin_param_info integer(const char* id, const char* unit, double min, double max, double default_value,
                                    const char* help) {
  return {id, unit, help, EVTWIN_PARAM_INT, 0, nullptr, min, max, default_value, nullptr};
}
constexpr evtwin_param_info boolean(const char* id, bool default_value, const char* help) {
  return {id, "", help, EVTWIN_PARAM_BOOL, 0, nullptr, 0.0, 1.0, default_value ? 1.0 : 0.0, nullptr};
}
constexpr evtwin_param_info text(const char* id, const char* default_value, const char* help) {
  return {id, "", help, EVTWIN_PARAM_TEXT, 0, nullptr, 0.0, 0.0, 0.0, default_value};
}
template <std::size_t N>
constexpr evtwin_param_info choice(const char* id, const std::array<const char*, N>& choices, const char* default_value,
                                   const char* help) {
  return {id,  "",  help, EVTWIN_PARAM_CHOICE, static_cast<std::uint32_t>(N), choices.data(),
          0.0, 0.0, 0.0,  default_value};
}

/// What one decision may know; spans over the host's columns, valid during the call. Scalars are read from `raw`.
class View {
 public:
  explicit View(const evtwin_view& view) : raw(view) {}
  const evtwin_view& raw;

  std::size_t evse_count() const { return raw.n_evses; }
  /// Rows with a session, ascending.
  std::span<const std::uint32_t> connected() const { return {raw.connected_evse, raw.n_connected}; }
  bool connected(std::size_t i) const { return raw.evse_session[i] != 0; }
  bool draws(std::size_t i) const { return raw.evse_draws[i] != 0; }
  bool asked_because(std::uint32_t why) const { return (raw.why & why) != 0; }
  /// Whether something of these EVTWIN_CHANGED_* may be other than at the last decision.
  bool changed(std::uint32_t what) const { return (raw.changed & what) != 0; }
  double hours_since_last_decision() const { return hours(raw.last_decision_ns, raw.now_ns); }
  /// Infinite for a live site.
  double hours_to_end() const {
    return raw.end_ns == std::numeric_limits<std::int64_t>::max() ? std::numeric_limits<double>::infinity()
                                                                  : hours(raw.now_ns, raw.end_ns);
  }

  // By EVSE.
  std::string_view evse_id(std::size_t i) const { return raw.evse_id[i]; }
  std::span<const std::uint8_t> evse_phases() const { return by_evse(raw.evse_phases); }
  std::span<const double> evse_voltage_v() const { return by_evse(raw.evse_voltage_v); }
  std::span<const double> evse_phase_angle_deg() const { return by_evse(raw.evse_phase_angle_deg); }
  std::span<const double> evse_max_kw() const { return by_evse(raw.evse_max_kw); }
  std::span<const double> evse_max_discharge_kw() const { return by_evse(raw.evse_max_discharge_kw); }
  std::span<const double> evse_efficiency() const { return by_evse(raw.evse_efficiency); }
  std::span<const std::uint64_t> evse_session() const { return by_evse(raw.evse_session); }
  std::string_view evse_session_id(std::size_t i) const { return raw.evse_session_id[i]; }
  std::span<const std::uint64_t> evse_driver() const { return by_evse(raw.evse_driver); }
  std::span<const std::uint32_t> evse_vehicle() const { return by_evse(raw.evse_vehicle); }
  std::span<const double> evse_setpoint_kw() const { return by_evse(raw.evse_setpoint_kw); }
  std::span<const double> evse_asked_kw() const { return by_evse(raw.evse_asked_kw); }
  std::span<const std::uint32_t> evse_reason() const { return by_evse(raw.evse_reason); }
  std::span<const std::int32_t> evse_limit_row() const { return by_evse(raw.evse_limit_row); }
  std::span<const double> evse_power_kw() const { return by_evse(raw.evse_power_kw); }
  std::span<const std::int64_t> evse_arrived_ns() const { return by_evse(raw.evse_arrived_ns); }
  std::span<const std::int64_t> evse_claimed_departs_ns() const { return by_evse(raw.evse_claimed_departs_ns); }
  std::span<const std::int64_t> evse_departs_ns() const { return by_evse(raw.evse_departs_ns); }
  std::span<const double> evse_requested_kwh() const { return by_evse(raw.evse_requested_kwh); }
  std::span<const double> evse_got_kwh() const { return by_evse(raw.evse_got_kwh); }
  std::span<const double> evse_remaining_kwh() const { return by_evse(raw.evse_remaining_kwh); }
  std::span<const double> evse_car_min_kw() const { return by_evse(raw.evse_car_min_kw); }
  std::span<const double> evse_car_max_kw() const { return by_evse(raw.evse_car_max_kw); }
  std::span<const double> evse_car_max_discharge_kw() const { return by_evse(raw.evse_car_max_discharge_kw); }
  std::span<const double> evse_kw_per_a() const { return by_evse(raw.evse_kw_per_a); }
  std::span<const double> evse_priority() const { return by_evse(raw.evse_priority); }
  std::span<const double> evse_soc() const { return by_evse(raw.evse_soc); }
  std::span<const double> evse_battery_kwh() const { return by_evse(raw.evse_battery_kwh); }
  std::span<const double> evse_soc_floor() const { return by_evse(raw.evse_soc_floor); }
  std::span<const double> evse_car_charge_efficiency() const { return by_evse(raw.evse_car_charge_efficiency); }
  std::span<const double> evse_car_discharge_efficiency() const { return by_evse(raw.evse_car_discharge_efficiency); }
  std::span<const std::int64_t> evse_reserved_from_ns() const { return by_evse(raw.evse_reserved_from_ns); }
  std::span<const std::int64_t> evse_reserved_until_ns() const { return by_evse(raw.evse_reserved_until_ns); }
  std::span<const double> evse_reserved_kwh() const { return by_evse(raw.evse_reserved_kwh); }
  std::span<const double> evse_v2g_price_per_kwh() const { return by_evse(raw.evse_v2g_price_per_kwh); }
  /// The acceptance curve of the car on row i: SoC and kW of its points; empty where a charger would not know.
  std::span<const double> curve_soc(std::size_t i) const { return curve(raw.curve_soc, i); }
  std::span<const double> curve_kw(std::size_t i) const { return curve(raw.curve_kw, i); }
  /// Finite rates of row i in kW, ascending, without 0; empty: any power between car_min and car_max.
  std::span<const double> rates_kw(std::size_t i) const { return rows(raw.rate_kw, raw.evse_rate_start, i); }

  // By storage.
  std::size_t storage_count() const { return raw.n_storages; }
  std::span<const double> storage_kwh() const { return by_storage(raw.storage_kwh); }
  std::span<const double> storage_soc() const { return by_storage(raw.storage_soc); }
  std::span<const double> storage_soc_min() const { return by_storage(raw.storage_soc_min); }
  std::span<const double> storage_soc_max() const { return by_storage(raw.storage_soc_max); }
  std::span<const double> storage_max_charge_kw() const { return by_storage(raw.storage_max_charge_kw); }
  std::span<const double> storage_max_discharge_kw() const { return by_storage(raw.storage_max_discharge_kw); }
  std::span<const double> storage_charge_efficiency() const { return by_storage(raw.storage_charge_efficiency); }
  std::span<const double> storage_discharge_efficiency() const { return by_storage(raw.storage_discharge_efficiency); }
  std::span<const double> storage_power_kw() const { return by_storage(raw.storage_power_kw); }
  std::span<const double> storage_setpoint_kw() const { return by_storage(raw.storage_setpoint_kw); }
  std::span<const double> storage_asked_kw() const { return by_storage(raw.storage_asked_kw); }
  std::span<const std::uint32_t> storage_reason() const { return by_storage(raw.storage_reason); }
  std::span<const std::int32_t> storage_limit_row() const { return by_storage(raw.storage_limit_row); }

  // Who left since the last decision, in order of leaving.
  std::size_t departed_count() const { return raw.n_departed; }
  std::span<const std::uint32_t> departed_evse() const { return by_departed(raw.departed_evse); }
  std::span<const std::uint64_t> departed_session() const { return by_departed(raw.departed_session); }
  std::span<const std::int64_t> departed_ns() const { return by_departed(raw.departed_ns); }
  std::span<const double> departed_got_kwh() const { return by_departed(raw.departed_got_kwh); }
  std::span<const double> departed_requested_kwh() const { return by_departed(raw.departed_requested_kwh); }
  std::span<const std::int64_t> departed_arrived_ns() const { return by_departed(raw.departed_arrived_ns); }
  std::span<const std::int64_t> departed_claimed_ns() const { return by_departed(raw.departed_claimed_ns); }
  std::span<const std::uint64_t> departed_driver() const { return by_departed(raw.departed_driver); }
  std::span<const double> departed_max_kw() const { return by_departed(raw.departed_max_kw); }
  std::span<const std::uint8_t> departed_draws() const { return by_departed(raw.departed_draws); }

  // By limit row.
  std::size_t limit_count() const { return raw.n_limits; }
  std::string_view limit_name(std::size_t r) const { return raw.limit_name[r]; }
  std::span<const std::uint32_t> limit_kind() const { return {raw.limit_kind, raw.n_limits}; }
  std::span<const double> limit_lower() const { return {raw.limit_lower, raw.n_limits}; }
  std::span<const double> limit_upper() const { return {raw.limit_upper, raw.n_limits}; }
  std::span<const double> limit_base() const { return {raw.limit_base, raw.n_limits}; }
  std::span<const std::uint32_t> limit_members(std::size_t r) const {
    return rows(raw.limit_member, raw.limit_start, r);
  }
  std::span<const double> limit_coefficients(std::size_t r) const {
    return rows(raw.limit_coefficient, raw.limit_start, r);
  }
  std::span<const double> limit_angles_deg(std::size_t r) const {
    return rows(raw.limit_angle_deg, raw.limit_start, r);
  }

  // By step of the horizon.
  std::size_t horizon_steps() const { return raw.horizon_steps; }
  double horizon_hours(std::size_t k) const { return hours(raw.horizon_start_ns[k], raw.horizon_start_ns[k + 1]); }
  std::span<const double> horizon_pv_kw() const { return by_step(raw.horizon_pv_kw); }
  std::span<const double> horizon_load_kw() const { return by_step(raw.horizon_load_kw); }
  std::span<const double> horizon_buy_per_kwh() const { return by_step(raw.horizon_buy_per_kwh); }
  std::span<const double> horizon_sell_per_kwh() const { return by_step(raw.horizon_sell_per_kwh); }
  std::span<const double> horizon_co2_kg_per_kwh() const { return by_step(raw.horizon_co2_kg_per_kwh); }
  std::span<const double> horizon_contract_kw() const { return by_step(raw.horizon_contract_kw); }
  std::span<const double> horizon_power_setpoint_kw() const { return by_step(raw.horizon_power_setpoint_kw); }
  std::span<const double> horizon_arrivals() const { return by_step(raw.horizon_arrivals); }
  std::span<const double> horizon_arrivals_kwh() const { return by_step(raw.horizon_arrivals_kwh); }
  std::span<const std::int64_t> horizon_window_end_ns() const { return {raw.horizon_window_end_ns, raw.horizon_steps}; }

  // By limit row and step: empty where no bound of a row changes over time.
  std::span<const double> horizon_limit_lower(std::size_t r) const { return by_row(raw.horizon_limit_lower, r); }
  std::span<const double> horizon_limit_upper(std::size_t r) const { return by_row(raw.horizon_limit_upper, r); }

  // By level and step: the values of level l, step by step. Empty without setup.levels.
  std::span<const double> levels() const { return {raw.level, raw.n_levels}; }
  std::span<const double> level_pv_kw(std::size_t l) const { return by_level(raw.level_pv_kw, l); }
  std::span<const double> level_load_kw(std::size_t l) const { return by_level(raw.level_load_kw, l); }
  std::span<const double> level_buy_per_kwh(std::size_t l) const { return by_level(raw.level_buy_per_kwh, l); }
  std::span<const double> level_arrivals(std::size_t l) const { return by_level(raw.level_arrivals, l); }
  std::span<const double> level_arrivals_kwh(std::size_t l) const { return by_level(raw.level_arrivals_kwh, l); }

  double hours_until(std::int64_t instant_ns) const { return hours(raw.now_ns, instant_ns); }
  /// What the local clock shows, in hours since its midnight: 0 <= h < 24.
  double local_hour() const {
    const std::int64_t day_ns = 86'400'000'000'000;
    const std::int64_t shown_ns = (raw.now_ns + raw.utc_offset_ns) % day_ns;
    return static_cast<double>(shown_ns < 0 ? shown_ns + day_ns : shown_ns) / 3.6e12;
  }

 private:
  static double hours(std::int64_t from_ns, std::int64_t to_ns) {
    return static_cast<double>(to_ns - from_ns) / 3.6e12;
  }
  template <class T>
  std::span<const T> by_evse(const T* column) const {
    return {column, raw.n_evses};
  }
  template <class T>
  std::span<const T> by_storage(const T* column) const {
    return {column, raw.n_storages};
  }
  template <class T>
  std::span<const T> by_departed(const T* column) const {
    return {column, raw.n_departed};
  }
  std::span<const double> by_step(const double* column) const { return {column, raw.horizon_steps}; }
  std::span<const double> by_row(const double* column, std::size_t r) const {
    if (r >= raw.n_limits_ahead) return {};
    return {column + r * raw.horizon_steps, raw.horizon_steps};
  }
  std::span<const double> by_level(const double* column, std::size_t l) const {
    return {column + l * raw.horizon_steps, raw.horizon_steps};
  }
  std::span<const double> curve(const double* column, std::size_t i) const {
    return {column + raw.evse_curve_start[i], raw.evse_curve_points[i]};
  }
  template <class T>
  static std::span<const T> rows(const T* column, const std::uint32_t* start, std::size_t r) {
    return {column + start[r], start[r + 1] - start[r]};
  }
};

/// Where the answer goes; NaN (the prefill) leaves a setpoint as it is.
class Decision {
 public:
  Decision(evtwin_decision& decision, const evtwin_view& view)
      : evse_kw(decision.evse_kw, view.n_evses),
        storage_kw(decision.storage_kw, view.n_storages),
        wake_ns(decision.wake_ns),
        quiet_until_ns(decision.quiet_until_ns),
        expected_cost(decision.expected_cost),
        plan_kw(decision.plan_kw, (std::size_t{view.n_evses} + view.n_storages) * decision.plan_steps),
        plan_steps(decision.plan_steps),
        now_ns_(view.now_ns) {}

  std::span<double> evse_kw;
  std::span<double> storage_kw;
  std::int64_t& wake_ns;
  std::int64_t& quiet_until_ns;
  double& expected_cost;
  /// Rows of plan_steps each: EVSEs, then storages. Empty without setup.plan_steps.
  std::span<double> plan_kw;
  std::size_t plan_steps;

  /// Asks to be asked again in so many hours, more than 0. A later call, or a write to wake_ns, replaces it.
  void wake_in_h(double hours) { wake_ns = now_ns_ + ns_of(hours); }
  /// Lets this answer stand at the ticks of so many hours, more than 0: ask at events alone until then.
  void quiet_for_h(double hours) { quiet_until_ns = now_ns_ + ns_of(hours); }
  /// The plan of one member: EVSE m, or storage m - evse_kw.size(). Where it is NaN, what was planned before stands.
  std::span<double> plan_of(std::size_t m) const { return plan_kw.subspan(m * plan_steps, plan_steps); }

 private:
  /// At least a nanosecond and at most a century: what is asked for lies after now and within an int64.
  static std::int64_t ns_of(double hours) {
    const double ns = hours * 3.6e12;
    return ns >= 1.0 ? static_cast<std::int64_t>(std::min(ns, 100 * 366 * 24 * 3.6e12)) : 1;
  }
  std::int64_t now_ns_;
};

/// One of the questions that S::decide_many answers together.
template <class S>
struct Turn {
  S& strategy;
  View view;
  Decision decision;
};

/// Host services, and parameters: checked by the host, defaults filled in.
class Given {
 public:
  /// @param of  whose table of parameters is the one that may be read; null: any id may
  Given(const evtwin_host& host, std::span<const evtwin_param_value> params, const evtwin_info* of = nullptr)
      : host_(host), params_(params), of_(of) {}
  /// number(), flag() and text() throw std::logic_error for an id that the table has not: a typing error would be NaN
  /// else, and nobody would see why nobody is served.
  double number(std::string_view id) const {
    const evtwin_param_value* given = find(id);
    return given == nullptr ? std::numeric_limits<double>::quiet_NaN() : given->number;
  }
  bool flag(std::string_view id) const { return number(id) == 1.0; }
  std::string_view text(std::string_view id) const {
    const evtwin_param_value* given = find(id);
    return given == nullptr || given->text == nullptr ? std::string_view() : given->text;
  }
  /// For code that several strategies share: NaN, false and empty for parameters that this one has not.
  Given shared() const { return {host_, params_}; }
  /// Host services; they stay valid as long as what was made from this lives.
  const evtwin_host& host() const { return host_; }

 private:
  const evtwin_param_value* find(std::string_view id) const {
    for (const evtwin_param_value& value : params_)
      if (id == value.id) return &value;
    if (of_ == nullptr) return nullptr;
    std::string known;
    for (const evtwin_param_info& row : std::span(of_->params, of_->n_params)) {
      if (id == row.id) return nullptr;
      known += (known.empty() ? "" : ", ") + std::string(row.id);
    }
    throw std::logic_error("it reads a parameter '" + std::string(id) + "', which its table has not (it has " +
                           (known.empty() ? "none" : known) + ")");
  }

  const evtwin_host& host_;
  std::span<const evtwin_param_value> params_;
  const evtwin_info* of_;
};

/// What a strategy is made from: what is given, and the site at the start.
class Setup : public Given {
 public:
  Setup(const evtwin_host& host, std::span<const evtwin_param_value> params, const evtwin_view& first,
        const evtwin_info* of = nullptr)
      : Given(host, params, of), first_(first) {}
  const View& first() const { return first_; }

  /// When the strategy wants to be asked. Without EVTWIN_WHY_TICK it is asked at events alone.
  std::uint32_t subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  std::uint32_t horizon_steps = 0;
  /// EVTWIN_READS_* bits: what of the horizon the strategy reads; the other columns are NaN, and cost nothing.
  std::uint32_t horizon_reads = EVTWIN_READS_ALL;
  /// Levels of the forecast wanted in the view, ascending in (0, 1), at most EVTWIN_MOST_LEVELS; for view.level_*.
  std::vector<double> levels;
  /// Steps of the horizon for which the strategy writes a plan; at most horizon_steps.
  std::uint32_t plan_steps = 0;

 private:
  View first_;
};

/// Saved state can not be read back: too short, or not what was written.
struct BadState : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where a strategy writes what it remembers: plain values and vectors of them, in an order of its own.
class StateWriter {
 public:
  explicit StateWriter(const evtwin_sink& sink) : sink_(sink) {}
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes(&value, sizeof value); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    bytes(values.data(), values.size() * sizeof(T));
  }

 private:
  void bytes(const void* data, std::size_t n) {
    if (n > 0 && sink_.write(&sink_, data, n) != EVTWIN_OK) throw std::runtime_error("the state could not be written");
  }
  const evtwin_sink& sink_;
};

/// Reads what a StateWriter wrote, in the same order. @throws BadState where bytes are missing.
class StateReader {
 public:
  explicit StateReader(const evtwin_source& source) : source_(source) {}
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get(T& value) { bytes(&value, sizeof value); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get(std::vector<T>& values) {
    std::uint64_t left = 0;
    get(left);
    values.clear();
    // Bit by bit: a damaged length runs into the end of the bytes, not into the end of the memory.
    while (left > 0) {
      const std::size_t before = values.size();
      const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(left, 4096));
      values.resize(before + some);
      bytes(values.data() + before, some * sizeof(T));
      left -= some;
    }
  }
  /// As get, where the length is known: state of another site or other parameters is refused.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get_as_long(std::vector<T>& values) {
    std::vector<T> read;
    get(read);
    if (read.size() != values.size())
      throw BadState("the state is of a site of another size: it holds " + std::to_string(read.size()) + " values, " +
                     std::to_string(values.size()) + " are due");
    values = std::move(read);
  }

 private:
  void bytes(void* data, std::size_t n) {
    auto* at = static_cast<unsigned char*>(data);
    while (n > 0) {
      const std::uint64_t came = source_.read(&source_, at, n);
      if (came == 0 || came > n) throw BadState("the state is cut short");
      at += came;
      n -= static_cast<std::size_t>(came);
    }
  }
  const evtwin_source& source_;
};

template <class S>
concept Saveable = requires(const S& saved, S& loaded, StateWriter& writer, StateReader& reader) {
  saved.save(writer);
  loaded.load(reader);
};

template <class S>
concept SeesTheEnd = requires(S& strategy, const View& last) {
  strategy.on_end(last);
};

template <class S>
concept Batched = requires(std::span<Turn<S>> turns) {
  S::decide_many(turns);
};

/// Runs what a C function is to do; no exception leaves it, and the host is told why it failed.
template <class F>
evtwin_status guarded(const evtwin_host& host, F&& body) noexcept {
  const auto answer = [&host](evtwin_status status, const char* why) {
    host.report(&host, EVTWIN_ERROR, why);
    return status;
  };
  try {
    body();
    return EVTWIN_OK;
  } catch (const BadParameter& error) {
    return answer(EVTWIN_BAD_PARAMETER, error.what());
  } catch (const BadState& error) {
    return answer(EVTWIN_BAD_STATE, error.what());
  } catch (const std::bad_alloc&) {
    return answer(EVTWIN_FAILED, "it ran out of memory (std::bad_alloc)");
  } catch (const std::exception& error) {
    return answer(EVTWIN_FAILED, error.what());
  } catch (...) {
    return answer(EVTWIN_FAILED, "an exception of unknown type");
  }
}

/// Keeps a C++ strategy S behind the C functions; no exception leaves it.
template <class S>
class Fence {
 public:
  static evtwin_status create(const evtwin_host& host, std::span<const evtwin_param_value> params,
                              const evtwin_view& first, evtwin_strategy** out) noexcept {
    return guarded(host, [&] {
      Setup setup(host, params, first, &S::info);
      auto* fence = new Fence(host, setup);  // NOLINT(bugprone-unhandled-exception-at-new): guarded() catches
      fence->c_.subscribes = setup.subscribes;
      fence->c_.horizon_steps = setup.horizon_steps;
      fence->c_.plan_steps = setup.plan_steps;
      fence->c_.horizon_reads = setup.horizon_reads;
      fence->levels_ = std::move(setup.levels);
      fence->c_.levels = fence->levels_.data();
      fence->c_.n_levels = static_cast<std::uint32_t>(fence->levels_.size());
      *out = &fence->c_;
    });
  }

 private:
  Fence(const evtwin_host& host, Setup& setup)
      : c_{sizeof(evtwin_strategy), 0, 0, 0, nullptr, 0, 0, this, &decide, nullptr, &extension, &destroy},
        host_(host),
        strategy_(setup) {
    if constexpr (SeesTheEnd<S>) c_.end = &end;
  }
  static Fence& of(const evtwin_strategy* c) { return *static_cast<Fence*>(c->self); }

  /// `decision.evse_kw = mine` compiles, and the host would never see it.
  static void expect_given(const Decision& out, const evtwin_decision& given) {
    if (out.evse_kw.data() != given.evse_kw || out.storage_kw.data() != given.storage_kw ||
        out.plan_kw.data() != given.plan_kw)
      throw std::logic_error("a span of its decision was made another one; write into the cells that are there");
  }

  static evtwin_status decide(evtwin_strategy* c, const evtwin_view* view, evtwin_decision* decision) noexcept {
    Fence& fence = of(c);
    return guarded(fence.host_, [&] {
      Decision out(*decision, *view);
      fence.strategy_.decide(View(*view), out);
      expect_given(out, *decision);
    });
  }
  static evtwin_status end(evtwin_strategy* c, const evtwin_view* last) noexcept {
    Fence& fence = of(c);
    return guarded(fence.host_, [&] {
      if constexpr (SeesTheEnd<S>) fence.strategy_.on_end(View(*last));
    });
  }
  static evtwin_status decide_many(evtwin_strategy* const* all, const evtwin_view* const* views,
                                   evtwin_decision* const* decisions, std::uint32_t n) noexcept {
    return guarded(of(all[0]).host_, [&] {
      if constexpr (Batched<S>) {
        std::vector<Turn<S>> turns;
        turns.reserve(n);
        for (std::uint32_t i = 0; i < n; ++i)
          turns.push_back({of(all[i]).strategy_, View(*views[i]), Decision(*decisions[i], *views[i])});
        S::decide_many(std::span<Turn<S>>(turns));
        for (std::uint32_t i = 0; i < n; ++i) expect_given(turns[i].decision, *decisions[i]);
      }
    });
  }
  static evtwin_status save(const evtwin_strategy* c, const evtwin_sink* sink) noexcept {
    const Fence& fence = of(c);
    return guarded(fence.host_, [&] {
      StateWriter writer(*sink);
      if constexpr (Saveable<S>) fence.strategy_.save(writer);
    });
  }
  static evtwin_status load(evtwin_strategy* c, const evtwin_source* source) noexcept {
    Fence& fence = of(c);
    return guarded(fence.host_, [&] {
      StateReader reader(*source);
      if constexpr (Saveable<S>) fence.strategy_.load(reader);
    });
  }
  static const void* extension(const evtwin_strategy*, const char* id) noexcept {
    static constexpr evtwin_state state{sizeof(evtwin_state), 0, &save, &load};
    static constexpr evtwin_batch batch{sizeof(evtwin_batch), 0, &decide_many};
    if (Saveable<S> && std::string_view(id) == EVTWIN_STATE) return &state;
    if (Batched<S> && std::string_view(id) == EVTWIN_BATCH) return &batch;
    return nullptr;
  }
  static void destroy(evtwin_strategy* c) noexcept { delete &of(c); }

  evtwin_strategy c_;
  const evtwin_host& host_;
  S strategy_;
  std::vector<double> levels_;
};

/// The entry's two functions over a list of strategies.
template <class... S>
struct Library {
  static const evtwin_info* info(std::uint32_t index) noexcept {
    static constexpr std::array<const evtwin_info*, sizeof...(S)> all{&S::info...};
    return index < all.size() ? all[index] : nullptr;
  }
  static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params,
                              std::uint32_t n, const evtwin_view* first, evtwin_strategy** out) noexcept {
    *out = nullptr;
    evtwin_status status = EVTWIN_UNSUPPORTED;
    const auto try_one = [&]<class T>() {
      if (std::string_view(id) != T::info.id) return false;
      status = Fence<T>::create(*host, {params, n}, *first, out);
      return true;
    };
    static_cast<void>((try_one.template operator()<S>() || ...));
    return status;
  }
};

}  // namespace evtwin::sdk

#pragma GCC visibility pop

/// Exports the strategies given as types; once per shared object.
#define EVTWIN_STRATEGIES(...)                                                \
  extern "C" EVTWIN_EXPORT const evtwin_entry evtwin_strategy_entry = {       \
      sizeof(evtwin_entry),                                                   \
      EVTWIN_ABI_MAJOR,                                                       \
      EVTWIN_ABI_MINOR,                                                       \
      static_cast<std::uint32_t>(std::tuple_size_v<std::tuple<__VA_ARGS__>>), \
      EVTWIN_ABI_DIGEST,                                                      \
      &evtwin::sdk::Library<__VA_ARGS__>::info,                               \
      &evtwin::sdk::Library<__VA_ARGS__>::create};
