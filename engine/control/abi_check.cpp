// Positions of the fields in the structs of strategy.h and forecaster.h, so that a change which would break plugins
// does not compile; the sizes of the former stand in the header. A new field goes to the end of its struct, and gets
// its line here.
#include <evtwin/forecaster.h>
#include <evtwin/strategy.h>

#include <cstddef>
#include <type_traits>

namespace {

/// What C and C++ lay out alike, and memcpy may copy.
template <class... Structs>
constexpr bool are_plain = ((std::is_standard_layout_v<Structs> && std::is_trivially_copyable_v<Structs>)&&...);
static_assert(
    are_plain<evtwin_param_info, evtwin_param_value, evtwin_ledger, evtwin_view, evtwin_decision, evtwin_host,
              evtwin_info, evtwin_strategy, evtwin_sink, evtwin_source, evtwin_state, evtwin_batch, evtwin_entry>);
static_assert(are_plain<evtwin_steps, evtwin_history, evtwin_question, evtwin_answer, evtwin_forecaster,
                        evtwin_forecaster_entry>);

#if defined(__x86_64__)

// strategy.h

static_assert(offsetof(evtwin_param_info, id) == 0);
static_assert(offsetof(evtwin_param_info, unit) == 8);
static_assert(offsetof(evtwin_param_info, help) == 16);
static_assert(offsetof(evtwin_param_info, type) == 24);
static_assert(offsetof(evtwin_param_info, n_choices) == 28);
static_assert(offsetof(evtwin_param_info, choices) == 32);
static_assert(offsetof(evtwin_param_info, min) == 40);
static_assert(offsetof(evtwin_param_info, max) == 48);
static_assert(offsetof(evtwin_param_info, default_number) == 56);
static_assert(offsetof(evtwin_param_info, default_text) == 64);

static_assert(offsetof(evtwin_param_value, id) == 0);
static_assert(offsetof(evtwin_param_value, number) == 8);
static_assert(offsetof(evtwin_param_value, text) == 16);

static_assert(offsetof(evtwin_ledger, struct_size) == 0);
static_assert(offsetof(evtwin_ledger, reserved) == 4);
static_assert(offsetof(evtwin_ledger, import_kwh) == 8);
static_assert(offsetof(evtwin_ledger, export_kwh) == 16);
static_assert(offsetof(evtwin_ledger, pv_kwh) == 24);
static_assert(offsetof(evtwin_ledger, load_kwh) == 32);
static_assert(offsetof(evtwin_ledger, ev_charge_kwh) == 40);
static_assert(offsetof(evtwin_ledger, ev_discharge_kwh) == 48);
static_assert(offsetof(evtwin_ledger, storage_charge_kwh) == 56);
static_assert(offsetof(evtwin_ledger, storage_discharge_kwh) == 64);
static_assert(offsetof(evtwin_ledger, losses_kwh) == 72);
static_assert(offsetof(evtwin_ledger, energy_cost) == 80);
static_assert(offsetof(evtwin_ledger, demand_charge) == 88);
static_assert(offsetof(evtwin_ledger, driver_revenue) == 96);
static_assert(offsetof(evtwin_ledger, v2g_payment) == 104);
static_assert(offsetof(evtwin_ledger, wear_cost) == 112);
static_assert(offsetof(evtwin_ledger, co2_kg) == 120);
static_assert(offsetof(evtwin_ledger, unmet_kwh) == 128);
static_assert(offsetof(evtwin_ledger, overload_kwh) == 136);
static_assert(offsetof(evtwin_ledger, feeder_overload_kwh) == 144);
static_assert(offsetof(evtwin_ledger, export_overload_kwh) == 152);
static_assert(offsetof(evtwin_ledger, adjusted_kwh) == 160);

static_assert(offsetof(evtwin_view, struct_size) == 0);
static_assert(offsetof(evtwin_view, why) == 4);
static_assert(offsetof(evtwin_view, now_ns) == 8);
static_assert(offsetof(evtwin_view, next_tick_ns) == 16);
static_assert(offsetof(evtwin_view, tick_ns) == 24);
static_assert(offsetof(evtwin_view, utc_offset_ns) == 32);
static_assert(offsetof(evtwin_view, decision_number) == 40);
static_assert(offsetof(evtwin_view, last_decision_ns) == 48);
static_assert(offsetof(evtwin_view, end_ns) == 56);
static_assert(offsetof(evtwin_view, changed) == 64);
static_assert(offsetof(evtwin_view, commands_under_way) == 68);
static_assert(offsetof(evtwin_view, commands_lost) == 72);
static_assert(offsetof(evtwin_view, n_evses) == 76);
static_assert(offsetof(evtwin_view, n_connected) == 80);
static_assert(offsetof(evtwin_view, reserved0) == 84);
static_assert(offsetof(evtwin_view, connected_evse) == 88);
static_assert(offsetof(evtwin_view, evse_id) == 96);
static_assert(offsetof(evtwin_view, evse_phases) == 104);
static_assert(offsetof(evtwin_view, evse_voltage_v) == 112);
static_assert(offsetof(evtwin_view, evse_phase_angle_deg) == 120);
static_assert(offsetof(evtwin_view, evse_max_kw) == 128);
static_assert(offsetof(evtwin_view, evse_max_discharge_kw) == 136);
static_assert(offsetof(evtwin_view, evse_efficiency) == 144);
static_assert(offsetof(evtwin_view, evse_session) == 152);
static_assert(offsetof(evtwin_view, evse_session_id) == 160);
static_assert(offsetof(evtwin_view, evse_driver) == 168);
static_assert(offsetof(evtwin_view, evse_vehicle) == 176);
static_assert(offsetof(evtwin_view, evse_draws) == 184);
static_assert(offsetof(evtwin_view, evse_setpoint_kw) == 192);
static_assert(offsetof(evtwin_view, evse_asked_kw) == 200);
static_assert(offsetof(evtwin_view, evse_reason) == 208);
static_assert(offsetof(evtwin_view, evse_limit_row) == 216);
static_assert(offsetof(evtwin_view, evse_power_kw) == 224);
static_assert(offsetof(evtwin_view, evse_arrived_ns) == 232);
static_assert(offsetof(evtwin_view, evse_claimed_departs_ns) == 240);
static_assert(offsetof(evtwin_view, evse_departs_ns) == 248);
static_assert(offsetof(evtwin_view, evse_requested_kwh) == 256);
static_assert(offsetof(evtwin_view, evse_got_kwh) == 264);
static_assert(offsetof(evtwin_view, evse_remaining_kwh) == 272);
static_assert(offsetof(evtwin_view, evse_car_min_kw) == 280);
static_assert(offsetof(evtwin_view, evse_car_max_kw) == 288);
static_assert(offsetof(evtwin_view, evse_car_max_discharge_kw) == 296);
static_assert(offsetof(evtwin_view, evse_kw_per_a) == 304);
static_assert(offsetof(evtwin_view, evse_priority) == 312);
static_assert(offsetof(evtwin_view, evse_soc) == 320);
static_assert(offsetof(evtwin_view, evse_battery_kwh) == 328);
static_assert(offsetof(evtwin_view, evse_soc_floor) == 336);
static_assert(offsetof(evtwin_view, evse_car_charge_efficiency) == 344);
static_assert(offsetof(evtwin_view, evse_car_discharge_efficiency) == 352);
static_assert(offsetof(evtwin_view, evse_curve_start) == 360);
static_assert(offsetof(evtwin_view, evse_curve_points) == 368);
static_assert(offsetof(evtwin_view, curve_soc) == 376);
static_assert(offsetof(evtwin_view, curve_kw) == 384);
static_assert(offsetof(evtwin_view, evse_rate_start) == 392);
static_assert(offsetof(evtwin_view, rate_kw) == 400);
static_assert(offsetof(evtwin_view, evse_reserved_from_ns) == 408);
static_assert(offsetof(evtwin_view, evse_reserved_until_ns) == 416);
static_assert(offsetof(evtwin_view, evse_reserved_kwh) == 424);
static_assert(offsetof(evtwin_view, n_storages) == 432);
static_assert(offsetof(evtwin_view, storage_policy) == 436);
static_assert(offsetof(evtwin_view, storage_kwh) == 440);
static_assert(offsetof(evtwin_view, storage_soc) == 448);
static_assert(offsetof(evtwin_view, storage_soc_min) == 456);
static_assert(offsetof(evtwin_view, storage_soc_max) == 464);
static_assert(offsetof(evtwin_view, storage_max_charge_kw) == 472);
static_assert(offsetof(evtwin_view, storage_max_discharge_kw) == 480);
static_assert(offsetof(evtwin_view, storage_charge_efficiency) == 488);
static_assert(offsetof(evtwin_view, storage_discharge_efficiency) == 496);
static_assert(offsetof(evtwin_view, storage_power_kw) == 504);
static_assert(offsetof(evtwin_view, storage_setpoint_kw) == 512);
static_assert(offsetof(evtwin_view, storage_asked_kw) == 520);
static_assert(offsetof(evtwin_view, storage_reason) == 528);
static_assert(offsetof(evtwin_view, storage_limit_row) == 536);
static_assert(offsetof(evtwin_view, n_departed) == 544);
static_assert(offsetof(evtwin_view, n_waiting) == 548);
static_assert(offsetof(evtwin_view, departed_evse) == 552);
static_assert(offsetof(evtwin_view, departed_session) == 560);
static_assert(offsetof(evtwin_view, departed_ns) == 568);
static_assert(offsetof(evtwin_view, departed_got_kwh) == 576);
static_assert(offsetof(evtwin_view, departed_requested_kwh) == 584);
static_assert(offsetof(evtwin_view, waiting_kwh) == 592);
static_assert(offsetof(evtwin_view, waiting_since_ns) == 600);
static_assert(offsetof(evtwin_view, turned_away) == 608);
static_assert(offsetof(evtwin_view, n_limits) == 616);
static_assert(offsetof(evtwin_view, reserved1) == 620);
static_assert(offsetof(evtwin_view, limit_name) == 624);
static_assert(offsetof(evtwin_view, limit_kind) == 632);
static_assert(offsetof(evtwin_view, limit_lower) == 640);
static_assert(offsetof(evtwin_view, limit_upper) == 648);
static_assert(offsetof(evtwin_view, limit_base) == 656);
static_assert(offsetof(evtwin_view, limit_start) == 664);
static_assert(offsetof(evtwin_view, limit_member) == 672);
static_assert(offsetof(evtwin_view, limit_coefficient) == 680);
static_assert(offsetof(evtwin_view, limit_angle_deg) == 688);
static_assert(offsetof(evtwin_view, pv_kw) == 696);
static_assert(offsetof(evtwin_view, load_kw) == 704);
static_assert(offsetof(evtwin_view, contract_kw) == 712);
static_assert(offsetof(evtwin_view, export_limit_kw) == 720);
static_assert(offsetof(evtwin_view, power_setpoint_kw) == 728);
static_assert(offsetof(evtwin_view, buy_per_kwh) == 736);
static_assert(offsetof(evtwin_view, sell_per_kwh) == 744);
static_assert(offsetof(evtwin_view, driver_price_per_kwh) == 752);
static_assert(offsetof(evtwin_view, v2g_price_per_kwh) == 760);
static_assert(offsetof(evtwin_view, unmet_price_per_kwh) == 768);
static_assert(offsetof(evtwin_view, demand_basis) == 776);
static_assert(offsetof(evtwin_view, reserved2) == 780);
static_assert(offsetof(evtwin_view, demand_price_per_kw) == 784);
static_assert(offsetof(evtwin_view, demand_fraction) == 792);
static_assert(offsetof(evtwin_view, billed_peak_kw) == 800);
static_assert(offsetof(evtwin_view, month_peak_kw) == 808);
static_assert(offsetof(evtwin_view, month_end_ns) == 816);
static_assert(offsetof(evtwin_view, next_month_demand_price_per_kw) == 824);
static_assert(offsetof(evtwin_view, next_month_demand_fraction) == 832);
static_assert(offsetof(evtwin_view, next_month_floor_kw) == 840);
static_assert(offsetof(evtwin_view, metering_window_ns) == 848);
static_assert(offsetof(evtwin_view, window_import_kwh) == 856);
static_assert(offsetof(evtwin_view, window_end_ns) == 864);
static_assert(offsetof(evtwin_view, horizon_steps) == 872);
static_assert(offsetof(evtwin_view, n_levels) == 876);
static_assert(offsetof(evtwin_view, horizon_issued_ns) == 880);
static_assert(offsetof(evtwin_view, horizon_start_ns) == 888);
static_assert(offsetof(evtwin_view, horizon_pv_kw) == 896);
static_assert(offsetof(evtwin_view, horizon_load_kw) == 904);
static_assert(offsetof(evtwin_view, horizon_buy_per_kwh) == 912);
static_assert(offsetof(evtwin_view, horizon_sell_per_kwh) == 920);
static_assert(offsetof(evtwin_view, horizon_co2_kg_per_kwh) == 928);
static_assert(offsetof(evtwin_view, horizon_contract_kw) == 936);
static_assert(offsetof(evtwin_view, horizon_power_setpoint_kw) == 944);
static_assert(offsetof(evtwin_view, horizon_arrivals) == 952);
static_assert(offsetof(evtwin_view, horizon_arrivals_kwh) == 960);
static_assert(offsetof(evtwin_view, level) == 968);
static_assert(offsetof(evtwin_view, level_pv_kw) == 976);
static_assert(offsetof(evtwin_view, level_load_kw) == 984);
static_assert(offsetof(evtwin_view, level_buy_per_kwh) == 992);
static_assert(offsetof(evtwin_view, level_arrivals) == 1000);
static_assert(offsetof(evtwin_view, level_arrivals_kwh) == 1008);
static_assert(offsetof(evtwin_view, since_last) == 1016);
static_assert(offsetof(evtwin_view, so_far) == 1024);
static_assert(offsetof(evtwin_view, evse_v2g_price_per_kwh) == 1032);
static_assert(offsetof(evtwin_view, wear_price_per_kwh) == 1040);
static_assert(offsetof(evtwin_view, departed_arrived_ns) == 1048);
static_assert(offsetof(evtwin_view, departed_claimed_ns) == 1056);
static_assert(offsetof(evtwin_view, departed_driver) == 1064);
static_assert(offsetof(evtwin_view, departed_max_kw) == 1072);
static_assert(offsetof(evtwin_view, departed_draws) == 1080);
static_assert(offsetof(evtwin_view, horizon_window_end_ns) == 1088);
static_assert(offsetof(evtwin_view, n_limits_ahead) == 1096);
static_assert(offsetof(evtwin_view, reserved3) == 1100);
static_assert(offsetof(evtwin_view, horizon_limit_lower) == 1104);
static_assert(offsetof(evtwin_view, horizon_limit_upper) == 1112);

static_assert(offsetof(evtwin_decision, struct_size) == 0);
static_assert(offsetof(evtwin_decision, reserved) == 4);
static_assert(offsetof(evtwin_decision, evse_kw) == 8);
static_assert(offsetof(evtwin_decision, storage_kw) == 16);
static_assert(offsetof(evtwin_decision, wake_ns) == 24);
static_assert(offsetof(evtwin_decision, quiet_until_ns) == 32);
static_assert(offsetof(evtwin_decision, expected_cost) == 40);
static_assert(offsetof(evtwin_decision, plan_kw) == 48);
static_assert(offsetof(evtwin_decision, plan_steps) == 56);
static_assert(offsetof(evtwin_decision, reserved0) == 60);

static_assert(offsetof(evtwin_host, struct_size) == 0);
static_assert(offsetof(evtwin_host, abi_major) == 4);
static_assert(offsetof(evtwin_host, abi_minor) == 8);
static_assert(offsetof(evtwin_host, reserved) == 12);
static_assert(offsetof(evtwin_host, context) == 16);
static_assert(offsetof(evtwin_host, report) == 24);
static_assert(offsetof(evtwin_host, random_u64) == 32);
static_assert(offsetof(evtwin_host, extension) == 40);

static_assert(offsetof(evtwin_info, struct_size) == 0);
static_assert(offsetof(evtwin_info, flags) == 4);
static_assert(offsetof(evtwin_info, id) == 8);
static_assert(offsetof(evtwin_info, name) == 16);
static_assert(offsetof(evtwin_info, version) == 24);
static_assert(offsetof(evtwin_info, help) == 32);
static_assert(offsetof(evtwin_info, params) == 40);
static_assert(offsetof(evtwin_info, n_params) == 48);
static_assert(offsetof(evtwin_info, reserved) == 52);

static_assert(offsetof(evtwin_strategy, struct_size) == 0);
static_assert(offsetof(evtwin_strategy, subscribes) == 4);
static_assert(offsetof(evtwin_strategy, horizon_steps) == 8);
static_assert(offsetof(evtwin_strategy, plan_steps) == 12);
static_assert(offsetof(evtwin_strategy, levels) == 16);
static_assert(offsetof(evtwin_strategy, n_levels) == 24);
static_assert(offsetof(evtwin_strategy, horizon_reads) == 28);
static_assert(offsetof(evtwin_strategy, self) == 32);
static_assert(offsetof(evtwin_strategy, decide) == 40);
static_assert(offsetof(evtwin_strategy, end) == 48);
static_assert(offsetof(evtwin_strategy, extension) == 56);
static_assert(offsetof(evtwin_strategy, destroy) == 64);

static_assert(offsetof(evtwin_sink, context) == 0);
static_assert(offsetof(evtwin_sink, write) == 8);

static_assert(offsetof(evtwin_source, context) == 0);
static_assert(offsetof(evtwin_source, read) == 8);

static_assert(offsetof(evtwin_state, struct_size) == 0);
static_assert(offsetof(evtwin_state, reserved) == 4);
static_assert(offsetof(evtwin_state, save) == 8);
static_assert(offsetof(evtwin_state, load) == 16);

static_assert(offsetof(evtwin_batch, struct_size) == 0);
static_assert(offsetof(evtwin_batch, reserved) == 4);
static_assert(offsetof(evtwin_batch, decide_many) == 8);

static_assert(offsetof(evtwin_entry, struct_size) == 0);
static_assert(offsetof(evtwin_entry, abi_major) == 4);
static_assert(offsetof(evtwin_entry, abi_minor) == 8);
static_assert(offsetof(evtwin_entry, n_strategies) == 12);
static_assert(offsetof(evtwin_entry, abi_digest) == 16);
static_assert(offsetof(evtwin_entry, info) == 24);
static_assert(offsetof(evtwin_entry, create) == 32);

static_assert(sizeof(evtwin_status) == 4);

// forecaster.h

static_assert(sizeof(evtwin_steps) == 56);
static_assert(offsetof(evtwin_steps, struct_size) == 0);
static_assert(offsetof(evtwin_steps, n) == 4);
static_assert(offsetof(evtwin_steps, step_ns) == 8);
static_assert(offsetof(evtwin_steps, start_ns) == 16);
static_assert(offsetof(evtwin_steps, local_day) == 24);
static_assert(offsetof(evtwin_steps, local_minute) == 32);
static_assert(offsetof(evtwin_steps, weekday) == 40);
static_assert(offsetof(evtwin_steps, holiday) == 48);

static_assert(sizeof(evtwin_history) == 104);
static_assert(offsetof(evtwin_history, struct_size) == 0);
static_assert(offsetof(evtwin_history, growing_id) == 4);
static_assert(offsetof(evtwin_history, steps) == 8);
static_assert(offsetof(evtwin_history, values) == 64);

static_assert(sizeof(evtwin_question) == 88);
static_assert(offsetof(evtwin_question, struct_size) == 0);
static_assert(offsetof(evtwin_question, quantity) == 4);
static_assert(offsetof(evtwin_question, issued_ns) == 8);
static_assert(offsetof(evtwin_question, steps) == 16);
static_assert(offsetof(evtwin_question, level) == 72);
static_assert(offsetof(evtwin_question, n_levels) == 80);
static_assert(offsetof(evtwin_question, reserved) == 84);

static_assert(sizeof(evtwin_answer) == 24);
static_assert(offsetof(evtwin_answer, struct_size) == 0);
static_assert(offsetof(evtwin_answer, reserved) == 4);
static_assert(offsetof(evtwin_answer, mean) == 8);
static_assert(offsetof(evtwin_answer, quantile) == 16);

static_assert(sizeof(evtwin_forecaster) == 32);
static_assert(offsetof(evtwin_forecaster, struct_size) == 0);
static_assert(offsetof(evtwin_forecaster, reserved) == 4);
static_assert(offsetof(evtwin_forecaster, self) == 8);
static_assert(offsetof(evtwin_forecaster, forecast) == 16);
static_assert(offsetof(evtwin_forecaster, destroy) == 24);

static_assert(sizeof(evtwin_forecaster_entry) == 40);
static_assert(offsetof(evtwin_forecaster_entry, struct_size) == 0);
static_assert(offsetof(evtwin_forecaster_entry, abi_major) == 4);
static_assert(offsetof(evtwin_forecaster_entry, abi_minor) == 8);
static_assert(offsetof(evtwin_forecaster_entry, n_forecasters) == 12);
static_assert(offsetof(evtwin_forecaster_entry, abi_digest) == 16);
static_assert(offsetof(evtwin_forecaster_entry, info) == 24);
static_assert(offsetof(evtwin_forecaster_entry, create) == 32);

#endif

// Constants that are bits of one word: each its own.
static_assert((EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE | EVTWIN_WHY_LIMIT |
               EVTWIN_WHY_WAKE | EVTWIN_WHY_FINISHED | EVTWIN_WHY_POWER | EVTWIN_WHY_GRANT | EVTWIN_WHY_BOOKING |
               EVTWIN_WHY_READING) == (1U << 11) - 1);
static_assert((EVTWIN_CHANGED_ROWS | EVTWIN_CHANGED_SESSIONS | EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_HORIZON) ==
              (1U << 4) - 1);
static_assert((EVTWIN_READS_PV | EVTWIN_READS_LOAD | EVTWIN_READS_PRICES | EVTWIN_READS_ARRIVALS) == EVTWIN_READS_ALL &&
              EVTWIN_READS_ALL == (1U << 4) - 1);
static_assert((EVTWIN_STRATEGY_USES_V2G | EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS |
               EVTWIN_STRATEGY_KEEP_LOADED) == (1U << 4) - 1);
static_assert(EVTWIN_FORECASTS(0) > EVTWIN_STRATEGY_KEEP_LOADED,
              "flags of a forecaster's quantities stand beside those of strategies");
static_assert(EVTWIN_FORECASTS(EVTWIN_QUANTITIES - 1) != 0 && EVTWIN_QUANTITIES <= 16, "a flag for each quantity");
static_assert(EVTWIN_QUANTITY_BUY_PER_KWH + 1 == EVTWIN_QUANTITIES, "the last quantity");

}  // namespace
