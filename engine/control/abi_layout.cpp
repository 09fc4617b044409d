#include "control/abi_layout.hpp"

#include <evtwin/forecaster.h>
#include <evtwin/strategy.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "control/view_layout.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::control {

namespace {

/// The type of a field, from the header itself.
template <class T>
constexpr AbiType type_of() {
  using Bare = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<Bare, const char*>) {
    return AbiType::text;
  } else if constexpr (std::is_pointer_v<Bare>) {
    return std::is_function_v<std::remove_pointer_t<Bare>> ? AbiType::function : AbiType::pointer;
  } else if constexpr (std::is_class_v<Bare>) {
    return AbiType::structure;
  } else if constexpr (std::is_void_v<Bare>) {
    return AbiType::opaque;
  } else if constexpr (std::is_floating_point_v<Bare>) {
    static_assert(sizeof(Bare) == sizeof(double));
    return AbiType::f64;
  } else if constexpr (sizeof(Bare) == 1) {
    return AbiType::u8;
  } else if constexpr (sizeof(Bare) == 4) {
    return std::is_signed_v<Bare> ? AbiType::i32 : AbiType::u32;
  } else {
    static_assert(sizeof(Bare) == 8);
    return std::is_signed_v<Bare> ? AbiType::i64 : AbiType::u64;
  }
}

template <class T>
constexpr AbiType target_of() {
  if constexpr (type_of<T>() == AbiType::pointer) {
    return type_of<std::remove_pointer_t<T>>();
  } else {
    return AbiType::opaque;
  }
}

/// Name of the struct that a field is, or points to.
template <class T>
constexpr std::string_view structure_of() {
  using Bare = std::remove_cv_t<std::remove_pointer_t<T>>;
  if constexpr (std::is_same_v<Bare, evtwin_param_info>) return "evtwin_param_info";
  if constexpr (std::is_same_v<Bare, evtwin_steps>) return "evtwin_steps";
  return {};
}

std::string_view length_text(Length length) {
  switch (length) {
    case Length::evses:
      return "n_evses";
    case Length::evses_and_one:
      return "n_evses + 1";
    case Length::connected:
      return "n_connected";
    case Length::storages:
      return "n_storages";
    case Length::limits:
      return "n_limits";
    case Length::limits_and_one:
      return "n_limits + 1";
    case Length::steps:
      return "horizon_steps";
    case Length::steps_and_one:
      return "horizon_steps + 1";
    case Length::rates:
      return "evse_rate_start[n_evses]";
    case Length::curve_points:
      return "max(evse_curve_start + evse_curve_points)";
    case Length::departed:
      return "n_departed";
    case Length::limit_members:
      return "limit_start[n_limits]";
    case Length::levels:
      return "n_levels";
    case Length::level_steps:
      return "n_levels * horizon_steps";
    case Length::limit_steps:
      return "n_limits_ahead * horizon_steps";
    case Length::one:
      return "1";
  }
  return {};
}

template <class T>
constexpr AbiField field(std::string_view name, std::size_t offset, std::string_view length = {}) {
  using Cell = std::remove_extent_t<T>;
  return {name,
          offset,
          sizeof(T),
          type_of<Cell>(),
          target_of<Cell>(),
          structure_of<Cell>(),
          length,
          sizeof(T) / sizeof(Cell)};
}

#define EVTWIN_ARRAY_FIELD(of, name, length) field<decltype(of::name)>(#name, offsetof(of, name), length)
#define EVTWIN_FIELD(of, name) EVTWIN_ARRAY_FIELD(of, name, "")

constexpr std::array param_info_fields{
    EVTWIN_FIELD(evtwin_param_info, id),
    EVTWIN_FIELD(evtwin_param_info, unit),
    EVTWIN_FIELD(evtwin_param_info, help),
    EVTWIN_FIELD(evtwin_param_info, type),
    EVTWIN_FIELD(evtwin_param_info, n_choices),
    EVTWIN_ARRAY_FIELD(evtwin_param_info, choices, "n_choices"),
    EVTWIN_FIELD(evtwin_param_info, min),
    EVTWIN_FIELD(evtwin_param_info, max),
    EVTWIN_FIELD(evtwin_param_info, default_number),
    EVTWIN_FIELD(evtwin_param_info, default_text),
};
constexpr std::array param_value_fields{
    EVTWIN_FIELD(evtwin_param_value, id),
    EVTWIN_FIELD(evtwin_param_value, number),
    EVTWIN_FIELD(evtwin_param_value, text),
};
constexpr std::array ledger_fields{
    EVTWIN_FIELD(evtwin_ledger, struct_size),
    EVTWIN_FIELD(evtwin_ledger, reserved),
    EVTWIN_FIELD(evtwin_ledger, import_kwh),
    EVTWIN_FIELD(evtwin_ledger, export_kwh),
    EVTWIN_FIELD(evtwin_ledger, pv_kwh),
    EVTWIN_FIELD(evtwin_ledger, load_kwh),
    EVTWIN_FIELD(evtwin_ledger, ev_charge_kwh),
    EVTWIN_FIELD(evtwin_ledger, ev_discharge_kwh),
    EVTWIN_FIELD(evtwin_ledger, storage_charge_kwh),
    EVTWIN_FIELD(evtwin_ledger, storage_discharge_kwh),
    EVTWIN_FIELD(evtwin_ledger, losses_kwh),
    EVTWIN_FIELD(evtwin_ledger, energy_cost),
    EVTWIN_FIELD(evtwin_ledger, demand_charge),
    EVTWIN_FIELD(evtwin_ledger, driver_revenue),
    EVTWIN_FIELD(evtwin_ledger, v2g_payment),
    EVTWIN_FIELD(evtwin_ledger, wear_cost),
    EVTWIN_FIELD(evtwin_ledger, co2_kg),
    EVTWIN_FIELD(evtwin_ledger, unmet_kwh),
    EVTWIN_FIELD(evtwin_ledger, overload_kwh),
    EVTWIN_FIELD(evtwin_ledger, feeder_overload_kwh),
    EVTWIN_FIELD(evtwin_ledger, export_overload_kwh),
    EVTWIN_FIELD(evtwin_ledger, adjusted_kwh),
};
/// Of the view those that are no columns.
constexpr std::array view_scalars{
    EVTWIN_FIELD(evtwin_view, struct_size),
    EVTWIN_FIELD(evtwin_view, why),
    EVTWIN_FIELD(evtwin_view, now_ns),
    EVTWIN_FIELD(evtwin_view, next_tick_ns),
    EVTWIN_FIELD(evtwin_view, tick_ns),
    EVTWIN_FIELD(evtwin_view, utc_offset_ns),
    EVTWIN_FIELD(evtwin_view, decision_number),
    EVTWIN_FIELD(evtwin_view, last_decision_ns),
    EVTWIN_FIELD(evtwin_view, end_ns),
    EVTWIN_FIELD(evtwin_view, changed),
    EVTWIN_FIELD(evtwin_view, commands_under_way),
    EVTWIN_FIELD(evtwin_view, commands_lost),
    EVTWIN_FIELD(evtwin_view, n_evses),
    EVTWIN_FIELD(evtwin_view, n_connected),
    EVTWIN_FIELD(evtwin_view, reserved0),
    EVTWIN_FIELD(evtwin_view, n_storages),
    EVTWIN_FIELD(evtwin_view, storage_policy),
    EVTWIN_FIELD(evtwin_view, n_departed),
    EVTWIN_FIELD(evtwin_view, n_waiting),
    EVTWIN_FIELD(evtwin_view, waiting_kwh),
    EVTWIN_FIELD(evtwin_view, waiting_since_ns),
    EVTWIN_FIELD(evtwin_view, turned_away),
    EVTWIN_FIELD(evtwin_view, n_limits),
    EVTWIN_FIELD(evtwin_view, reserved1),
    EVTWIN_FIELD(evtwin_view, pv_kw),
    EVTWIN_FIELD(evtwin_view, load_kw),
    EVTWIN_FIELD(evtwin_view, contract_kw),
    EVTWIN_FIELD(evtwin_view, export_limit_kw),
    EVTWIN_FIELD(evtwin_view, power_setpoint_kw),
    EVTWIN_FIELD(evtwin_view, buy_per_kwh),
    EVTWIN_FIELD(evtwin_view, sell_per_kwh),
    EVTWIN_FIELD(evtwin_view, driver_price_per_kwh),
    EVTWIN_FIELD(evtwin_view, v2g_price_per_kwh),
    EVTWIN_FIELD(evtwin_view, unmet_price_per_kwh),
    EVTWIN_FIELD(evtwin_view, demand_basis),
    EVTWIN_FIELD(evtwin_view, reserved2),
    EVTWIN_FIELD(evtwin_view, demand_price_per_kw),
    EVTWIN_FIELD(evtwin_view, demand_fraction),
    EVTWIN_FIELD(evtwin_view, billed_peak_kw),
    EVTWIN_FIELD(evtwin_view, month_peak_kw),
    EVTWIN_FIELD(evtwin_view, month_end_ns),
    EVTWIN_FIELD(evtwin_view, next_month_demand_price_per_kw),
    EVTWIN_FIELD(evtwin_view, next_month_demand_fraction),
    EVTWIN_FIELD(evtwin_view, next_month_floor_kw),
    EVTWIN_FIELD(evtwin_view, metering_window_ns),
    EVTWIN_FIELD(evtwin_view, window_import_kwh),
    EVTWIN_FIELD(evtwin_view, window_end_ns),
    EVTWIN_FIELD(evtwin_view, horizon_steps),
    EVTWIN_FIELD(evtwin_view, n_levels),
    EVTWIN_FIELD(evtwin_view, horizon_issued_ns),
    EVTWIN_FIELD(evtwin_view, wear_price_per_kwh),
    EVTWIN_FIELD(evtwin_view, n_limits_ahead),
    EVTWIN_FIELD(evtwin_view, reserved3),
};
constexpr std::array decision_fields{
    EVTWIN_FIELD(evtwin_decision, struct_size),
    EVTWIN_FIELD(evtwin_decision, reserved),
    EVTWIN_ARRAY_FIELD(evtwin_decision, evse_kw, "view n_evses"),
    EVTWIN_ARRAY_FIELD(evtwin_decision, storage_kw, "view n_storages"),
    EVTWIN_FIELD(evtwin_decision, wake_ns),
    EVTWIN_FIELD(evtwin_decision, quiet_until_ns),
    EVTWIN_FIELD(evtwin_decision, expected_cost),
    EVTWIN_ARRAY_FIELD(evtwin_decision, plan_kw, "(view n_evses + view n_storages) * plan_steps"),
    EVTWIN_FIELD(evtwin_decision, plan_steps),
    EVTWIN_FIELD(evtwin_decision, reserved0),
};
constexpr std::array host_fields{
    EVTWIN_FIELD(evtwin_host, struct_size), EVTWIN_FIELD(evtwin_host, abi_major), EVTWIN_FIELD(evtwin_host, abi_minor),
    EVTWIN_FIELD(evtwin_host, reserved),    EVTWIN_FIELD(evtwin_host, context),   EVTWIN_FIELD(evtwin_host, report),
    EVTWIN_FIELD(evtwin_host, random_u64),  EVTWIN_FIELD(evtwin_host, extension),
};
constexpr std::array info_fields{
    EVTWIN_FIELD(evtwin_info, struct_size),
    EVTWIN_FIELD(evtwin_info, flags),
    EVTWIN_FIELD(evtwin_info, id),
    EVTWIN_FIELD(evtwin_info, name),
    EVTWIN_FIELD(evtwin_info, version),
    EVTWIN_FIELD(evtwin_info, help),
    EVTWIN_ARRAY_FIELD(evtwin_info, params, "n_params"),
    EVTWIN_FIELD(evtwin_info, n_params),
    EVTWIN_FIELD(evtwin_info, reserved),
};
constexpr std::array strategy_fields{
    EVTWIN_FIELD(evtwin_strategy, struct_size),
    EVTWIN_FIELD(evtwin_strategy, subscribes),
    EVTWIN_FIELD(evtwin_strategy, horizon_steps),
    EVTWIN_FIELD(evtwin_strategy, plan_steps),
    EVTWIN_ARRAY_FIELD(evtwin_strategy, levels, "n_levels"),
    EVTWIN_FIELD(evtwin_strategy, n_levels),
    EVTWIN_FIELD(evtwin_strategy, horizon_reads),
    EVTWIN_FIELD(evtwin_strategy, self),
    EVTWIN_FIELD(evtwin_strategy, decide),
    EVTWIN_FIELD(evtwin_strategy, end),
    EVTWIN_FIELD(evtwin_strategy, extension),
    EVTWIN_FIELD(evtwin_strategy, destroy),
};
constexpr std::array sink_fields{
    EVTWIN_FIELD(evtwin_sink, context),
    EVTWIN_FIELD(evtwin_sink, write),
};
constexpr std::array source_fields{
    EVTWIN_FIELD(evtwin_source, context),
    EVTWIN_FIELD(evtwin_source, read),
};
constexpr std::array state_fields{
    EVTWIN_FIELD(evtwin_state, struct_size),
    EVTWIN_FIELD(evtwin_state, reserved),
    EVTWIN_FIELD(evtwin_state, save),
    EVTWIN_FIELD(evtwin_state, load),
};
constexpr std::array batch_fields{
    EVTWIN_FIELD(evtwin_batch, struct_size),
    EVTWIN_FIELD(evtwin_batch, reserved),
    EVTWIN_FIELD(evtwin_batch, decide_many),
};
constexpr std::array entry_fields{
    EVTWIN_FIELD(evtwin_entry, struct_size), EVTWIN_FIELD(evtwin_entry, abi_major),
    EVTWIN_FIELD(evtwin_entry, abi_minor),   EVTWIN_FIELD(evtwin_entry, n_strategies),
    EVTWIN_FIELD(evtwin_entry, abi_digest),  EVTWIN_FIELD(evtwin_entry, info),
    EVTWIN_FIELD(evtwin_entry, create),
};

constexpr std::array steps_fields{
    EVTWIN_FIELD(evtwin_steps, struct_size),
    EVTWIN_FIELD(evtwin_steps, n),
    EVTWIN_FIELD(evtwin_steps, step_ns),
    EVTWIN_ARRAY_FIELD(evtwin_steps, start_ns, "n + 1"),
    EVTWIN_ARRAY_FIELD(evtwin_steps, local_day, "n"),
    EVTWIN_ARRAY_FIELD(evtwin_steps, local_minute, "n"),
    EVTWIN_ARRAY_FIELD(evtwin_steps, weekday, "n"),
    EVTWIN_ARRAY_FIELD(evtwin_steps, holiday, "n"),
};
constexpr std::array history_fields{
    EVTWIN_FIELD(evtwin_history, struct_size),
    EVTWIN_FIELD(evtwin_history, growing_id),
    EVTWIN_FIELD(evtwin_history, steps),
    EVTWIN_ARRAY_FIELD(evtwin_history, values, "steps.n"),
};
constexpr std::array question_fields{
    EVTWIN_FIELD(evtwin_question, struct_size),
    EVTWIN_FIELD(evtwin_question, quantity),
    EVTWIN_FIELD(evtwin_question, issued_ns),
    EVTWIN_FIELD(evtwin_question, steps),
    EVTWIN_ARRAY_FIELD(evtwin_question, level, "n_levels"),
    EVTWIN_FIELD(evtwin_question, n_levels),
    EVTWIN_FIELD(evtwin_question, reserved),
};
constexpr std::array answer_fields{
    EVTWIN_FIELD(evtwin_answer, struct_size),
    EVTWIN_FIELD(evtwin_answer, reserved),
    EVTWIN_ARRAY_FIELD(evtwin_answer, mean, "question steps.n"),
    EVTWIN_ARRAY_FIELD(evtwin_answer, quantile, "question n_levels * question steps.n"),
};
constexpr std::array forecaster_fields{
    EVTWIN_FIELD(evtwin_forecaster, struct_size), EVTWIN_FIELD(evtwin_forecaster, reserved),
    EVTWIN_FIELD(evtwin_forecaster, self),        EVTWIN_FIELD(evtwin_forecaster, forecast),
    EVTWIN_FIELD(evtwin_forecaster, destroy),
};
constexpr std::array forecaster_entry_fields{
    EVTWIN_FIELD(evtwin_forecaster_entry, struct_size), EVTWIN_FIELD(evtwin_forecaster_entry, abi_major),
    EVTWIN_FIELD(evtwin_forecaster_entry, abi_minor),   EVTWIN_FIELD(evtwin_forecaster_entry, n_forecasters),
    EVTWIN_FIELD(evtwin_forecaster_entry, abi_digest),  EVTWIN_FIELD(evtwin_forecaster_entry, info),
    EVTWIN_FIELD(evtwin_forecaster_entry, create),
};

#undef EVTWIN_FIELD
#undef EVTWIN_ARRAY_FIELD

/// Whether a table names every byte of its struct, in order: a field that was forgotten leaves a hole. Paddings are
/// fields of their own, `reserved`.
template <class Struct, class Fields>
constexpr bool names_every_byte(const Fields& fields) {
  std::size_t end = 0;
  for (const AbiField& field : fields) {
    if (field.offset != end) return false;
    end = field.offset + field.size;
  }
  return end == sizeof(Struct);
}
static_assert(names_every_byte<evtwin_param_info>(param_info_fields));
static_assert(names_every_byte<evtwin_param_value>(param_value_fields));
static_assert(names_every_byte<evtwin_ledger>(ledger_fields));
static_assert(names_every_byte<evtwin_decision>(decision_fields));
static_assert(names_every_byte<evtwin_host>(host_fields));
static_assert(names_every_byte<evtwin_info>(info_fields));
static_assert(names_every_byte<evtwin_strategy>(strategy_fields));
static_assert(names_every_byte<evtwin_sink>(sink_fields));
static_assert(names_every_byte<evtwin_source>(source_fields));
static_assert(names_every_byte<evtwin_state>(state_fields));
static_assert(names_every_byte<evtwin_batch>(batch_fields));
static_assert(names_every_byte<evtwin_entry>(entry_fields));
static_assert(names_every_byte<evtwin_steps>(steps_fields));
static_assert(names_every_byte<evtwin_history>(history_fields));
static_assert(names_every_byte<evtwin_question>(question_fields));
static_assert(names_every_byte<evtwin_answer>(answer_fields));
static_assert(names_every_byte<evtwin_forecaster>(forecaster_fields));
static_assert(names_every_byte<evtwin_forecaster_entry>(forecaster_entry_fields));
static_assert(kernel::is_ascending(view_scalars, &AbiField::offset), "in the order of the struct, each once");

AbiType type_of_cell(Cell cell) {
  switch (cell) {
    case Cell::text:
      return AbiType::text;
    case Cell::u8:
      return AbiType::u8;
    case Cell::u32:
      return AbiType::u32;
    case Cell::i32:
      return AbiType::i32;
    case Cell::u64:
      return AbiType::u64;
    case Cell::i64:
      return AbiType::i64;
    case Cell::f64:
      return AbiType::f64;
    case Cell::ledger:
      return AbiType::structure;
  }
  return AbiType::opaque;
}

/// The view's fields in the order of the struct: its columns are those of view_layout.
std::vector<AbiField> view_fields() {
  std::vector<AbiField> fields(view_scalars.begin(), view_scalars.end());
  for (const ColumnPlace& column : view_columns()) {
    fields.push_back({column.name, column.offset, sizeof(void*), AbiType::pointer, type_of_cell(column.cell),
                      column.cell == Cell::ledger ? std::string_view("evtwin_ledger") : std::string_view(),
                      length_text(column.length)});
  }
  std::ranges::sort(fields, {}, &AbiField::offset);
  return fields;
}

#define EVTWIN_NUMBER(name) \
  AbiConstant { #name, name }
#define EVTWIN_TEXT(name) \
  AbiConstant { #name, 0, name }
constexpr std::array constants{
    EVTWIN_NUMBER(EVTWIN_ABI_MAJOR),
    EVTWIN_NUMBER(EVTWIN_ABI_MINOR),
    EVTWIN_NUMBER(EVTWIN_OK),
    EVTWIN_NUMBER(EVTWIN_BAD_PARAMETER),
    EVTWIN_NUMBER(EVTWIN_UNSUPPORTED),
    EVTWIN_NUMBER(EVTWIN_FAILED),
    EVTWIN_NUMBER(EVTWIN_BAD_STATE),
    EVTWIN_NUMBER(EVTWIN_DEBUG),
    EVTWIN_NUMBER(EVTWIN_INFO),
    EVTWIN_NUMBER(EVTWIN_WARNING),
    EVTWIN_NUMBER(EVTWIN_ERROR),
    EVTWIN_NUMBER(EVTWIN_PARAM_BOOL),
    EVTWIN_NUMBER(EVTWIN_PARAM_INT),
    EVTWIN_NUMBER(EVTWIN_PARAM_REAL),
    EVTWIN_NUMBER(EVTWIN_PARAM_TEXT),
    EVTWIN_NUMBER(EVTWIN_PARAM_CHOICE),
    EVTWIN_NUMBER(EVTWIN_WHY_TICK),
    EVTWIN_NUMBER(EVTWIN_WHY_ARRIVAL),
    EVTWIN_NUMBER(EVTWIN_WHY_DEPARTURE),
    EVTWIN_NUMBER(EVTWIN_WHY_PRICE),
    EVTWIN_NUMBER(EVTWIN_WHY_LIMIT),
    EVTWIN_NUMBER(EVTWIN_WHY_WAKE),
    EVTWIN_NUMBER(EVTWIN_WHY_FINISHED),
    EVTWIN_NUMBER(EVTWIN_WHY_POWER),
    EVTWIN_NUMBER(EVTWIN_WHY_GRANT),
    EVTWIN_NUMBER(EVTWIN_WHY_BOOKING),
    EVTWIN_NUMBER(EVTWIN_WHY_READING),
    EVTWIN_NUMBER(EVTWIN_CHANGED_ROWS),
    EVTWIN_NUMBER(EVTWIN_CHANGED_SESSIONS),
    EVTWIN_NUMBER(EVTWIN_CHANGED_PRICES),
    EVTWIN_NUMBER(EVTWIN_CHANGED_HORIZON),
    EVTWIN_NUMBER(EVTWIN_REASON_NONE),
    EVTWIN_NUMBER(EVTWIN_REASON_EVSE_RATING),
    EVTWIN_NUMBER(EVTWIN_REASON_MIN_CURRENT),
    EVTWIN_NUMBER(EVTWIN_REASON_FINITE_RATE),
    EVTWIN_NUMBER(EVTWIN_REASON_LIMIT),
    EVTWIN_NUMBER(EVTWIN_REASON_NOT_PLUGGED_IN),
    EVTWIN_NUMBER(EVTWIN_REASON_NO_V2G),
    EVTWIN_NUMBER(EVTWIN_REASON_SOC_WINDOW),
    EVTWIN_NUMBER(EVTWIN_REASON_STORAGE_RATING),
    EVTWIN_NUMBER(EVTWIN_REASON_OUTAGE),
    EVTWIN_NUMBER(EVTWIN_REASON_NOT_FINITE),
    EVTWIN_NUMBER(EVTWIN_REASON_UNAVOIDABLE),
    EVTWIN_NUMBER(EVTWIN_LIMIT_POWER_KW),
    EVTWIN_NUMBER(EVTWIN_LIMIT_CURRENT_A),
    EVTWIN_NUMBER(EVTWIN_LIMIT_MAGNITUDE_A),
    EVTWIN_NUMBER(EVTWIN_DEMAND_NONE),
    EVTWIN_NUMBER(EVTWIN_DEMAND_PEAK),
    EVTWIN_NUMBER(EVTWIN_DEMAND_CONTRACT),
    EVTWIN_NUMBER(EVTWIN_STORAGE_OFF),
    EVTWIN_NUMBER(EVTWIN_STORAGE_SELF_CONSUMPTION),
    EVTWIN_NUMBER(EVTWIN_STORAGE_PEAK_SHAVING),
    EVTWIN_NUMBER(EVTWIN_STORAGE_ARBITRAGE),
    EVTWIN_NUMBER(EVTWIN_STRATEGY_USES_V2G),
    EVTWIN_NUMBER(EVTWIN_STRATEGY_USES_STORAGE),
    EVTWIN_NUMBER(EVTWIN_STRATEGY_STATELESS),
    EVTWIN_NUMBER(EVTWIN_STRATEGY_KEEP_LOADED),
    EVTWIN_NUMBER(EVTWIN_MOST_LEVELS),
    EVTWIN_NUMBER(EVTWIN_READS_PV),
    EVTWIN_NUMBER(EVTWIN_READS_LOAD),
    EVTWIN_NUMBER(EVTWIN_READS_PRICES),
    EVTWIN_NUMBER(EVTWIN_READS_ARRIVALS),
    EVTWIN_NUMBER(EVTWIN_READS_ALL),
    EVTWIN_TEXT(EVTWIN_STATE),
    EVTWIN_TEXT(EVTWIN_BATCH),
};
static_assert(kernel::has_unique_keys(constants, &AbiConstant::name));
constexpr std::array forecaster_constants{
    EVTWIN_NUMBER(EVTWIN_FORECASTER_ABI_MAJOR), EVTWIN_NUMBER(EVTWIN_FORECASTER_ABI_MINOR),
    EVTWIN_NUMBER(EVTWIN_QUANTITY_PV_KW),       EVTWIN_NUMBER(EVTWIN_QUANTITY_LOAD_KW),
    EVTWIN_NUMBER(EVTWIN_QUANTITY_ARRIVALS),    EVTWIN_NUMBER(EVTWIN_QUANTITY_ARRIVALS_KWH),
    EVTWIN_NUMBER(EVTWIN_QUANTITY_BUY_PER_KWH), EVTWIN_NUMBER(EVTWIN_QUANTITIES),
    EVTWIN_NUMBER(EVTWIN_FORECASTS(0)),  // quantity q is this bit, q places further left
};
static_assert(kernel::has_unique_keys(forecaster_constants, &AbiConstant::name));
#undef EVTWIN_TEXT
#undef EVTWIN_NUMBER

}  // namespace

std::string_view name_of(AbiType type) {
  static constexpr std::array<std::string_view, 11> names{"u8",   "u32",    "i32",    "u64",     "i64",     "f64",
                                                          "text", "struct", "opaque", "pointer", "function"};
  static_assert(kernel::names_each<AbiType>(names));
  return names[static_cast<std::size_t>(type)];
}

std::string_view name_of(AbiHeader header) { return header == AbiHeader::strategy ? "strategy.h" : "forecaster.h"; }

std::span<const AbiStruct> abi_structs(AbiHeader header) {
  static const std::vector<AbiField> view = view_fields();
#define EVTWIN_STRUCT(name) \
  AbiStruct { "evtwin_" #name, sizeof(evtwin_##name), name##_fields }
  static const std::array structs{
      EVTWIN_STRUCT(param_info), EVTWIN_STRUCT(param_value),
      EVTWIN_STRUCT(ledger),     AbiStruct{"evtwin_view", sizeof(evtwin_view), view},
      EVTWIN_STRUCT(decision),   EVTWIN_STRUCT(host),
      EVTWIN_STRUCT(info),       EVTWIN_STRUCT(strategy),
      EVTWIN_STRUCT(sink),       EVTWIN_STRUCT(source),
      EVTWIN_STRUCT(state),      EVTWIN_STRUCT(batch),
      EVTWIN_STRUCT(entry),
  };
  static const std::array forecaster_structs{
      EVTWIN_STRUCT(steps),  EVTWIN_STRUCT(history),    EVTWIN_STRUCT(question),
      EVTWIN_STRUCT(answer), EVTWIN_STRUCT(forecaster), EVTWIN_STRUCT(forecaster_entry),
  };
#undef EVTWIN_STRUCT
  if (header == AbiHeader::forecaster) return forecaster_structs;
  return structs;
}

std::span<const AbiConstant> abi_constants(AbiHeader header) {
  if (header == AbiHeader::forecaster) return forecaster_constants;
  return constants;
}

}  // namespace evtwin::control
