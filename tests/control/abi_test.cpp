// The layout of every struct of strategy.h, so that a change that would break plugins does not compile.
#include <evtwin/strategy.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

extern "C" const std::size_t evtwin_sizes_in_c[12];

namespace {

#if defined(__x86_64__)

static_assert(sizeof(evtwin_param_info) == 72);
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

static_assert(sizeof(evtwin_param_value) == 24);
static_assert(offsetof(evtwin_param_value, id) == 0);
static_assert(offsetof(evtwin_param_value, number) == 8);
static_assert(offsetof(evtwin_param_value, text) == 16);

static_assert(sizeof(evtwin_ledger) == 144);
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

static_assert(sizeof(evtwin_view) == 784);
static_assert(offsetof(evtwin_view, struct_size) == 0);
static_assert(offsetof(evtwin_view, why) == 4);
static_assert(offsetof(evtwin_view, now_ns) == 8);
static_assert(offsetof(evtwin_view, next_tick_ns) == 16);
static_assert(offsetof(evtwin_view, tick_ns) == 24);
static_assert(offsetof(evtwin_view, utc_offset_ns) == 32);
static_assert(offsetof(evtwin_view, decision_number) == 40);
static_assert(offsetof(evtwin_view, n_evses) == 48);
static_assert(offsetof(evtwin_view, n_connected) == 52);
static_assert(offsetof(evtwin_view, connected_evse) == 56);
static_assert(offsetof(evtwin_view, evse_id) == 64);
static_assert(offsetof(evtwin_view, evse_phases) == 72);
static_assert(offsetof(evtwin_view, evse_voltage_v) == 80);
static_assert(offsetof(evtwin_view, evse_phase_angle_deg) == 88);
static_assert(offsetof(evtwin_view, evse_max_kw) == 96);
static_assert(offsetof(evtwin_view, evse_max_discharge_kw) == 104);
static_assert(offsetof(evtwin_view, evse_efficiency) == 112);
static_assert(offsetof(evtwin_view, evse_session) == 120);
static_assert(offsetof(evtwin_view, evse_draws) == 128);
static_assert(offsetof(evtwin_view, evse_setpoint_kw) == 136);
static_assert(offsetof(evtwin_view, evse_power_kw) == 144);
static_assert(offsetof(evtwin_view, evse_arrived_ns) == 152);
static_assert(offsetof(evtwin_view, evse_claimed_departs_ns) == 160);
static_assert(offsetof(evtwin_view, evse_departs_ns) == 168);
static_assert(offsetof(evtwin_view, evse_requested_kwh) == 176);
static_assert(offsetof(evtwin_view, evse_got_kwh) == 184);
static_assert(offsetof(evtwin_view, evse_remaining_kwh) == 192);
static_assert(offsetof(evtwin_view, evse_car_min_kw) == 200);
static_assert(offsetof(evtwin_view, evse_car_max_kw) == 208);
static_assert(offsetof(evtwin_view, evse_car_max_discharge_kw) == 216);
static_assert(offsetof(evtwin_view, evse_kw_per_a) == 224);
static_assert(offsetof(evtwin_view, evse_priority) == 232);
static_assert(offsetof(evtwin_view, evse_soc) == 240);
static_assert(offsetof(evtwin_view, evse_battery_kwh) == 248);
static_assert(offsetof(evtwin_view, evse_soc_floor) == 256);
static_assert(offsetof(evtwin_view, evse_car_charge_efficiency) == 264);
static_assert(offsetof(evtwin_view, evse_car_discharge_efficiency) == 272);
static_assert(offsetof(evtwin_view, evse_curve_start) == 280);
static_assert(offsetof(evtwin_view, evse_curve_points) == 288);
static_assert(offsetof(evtwin_view, curve_soc) == 296);
static_assert(offsetof(evtwin_view, curve_kw) == 304);
static_assert(offsetof(evtwin_view, evse_rate_start) == 312);
static_assert(offsetof(evtwin_view, rate_kw) == 320);
static_assert(offsetof(evtwin_view, evse_reserved_from_ns) == 328);
static_assert(offsetof(evtwin_view, evse_reserved_until_ns) == 336);
static_assert(offsetof(evtwin_view, evse_reserved_kwh) == 344);
static_assert(offsetof(evtwin_view, n_storages) == 352);
static_assert(offsetof(evtwin_view, storage_policy) == 356);
static_assert(offsetof(evtwin_view, storage_kwh) == 360);
static_assert(offsetof(evtwin_view, storage_soc) == 368);
static_assert(offsetof(evtwin_view, storage_soc_min) == 376);
static_assert(offsetof(evtwin_view, storage_soc_max) == 384);
static_assert(offsetof(evtwin_view, storage_max_charge_kw) == 392);
static_assert(offsetof(evtwin_view, storage_max_discharge_kw) == 400);
static_assert(offsetof(evtwin_view, storage_charge_efficiency) == 408);
static_assert(offsetof(evtwin_view, storage_discharge_efficiency) == 416);
static_assert(offsetof(evtwin_view, storage_power_kw) == 424);
static_assert(offsetof(evtwin_view, n_limits) == 432);
static_assert(offsetof(evtwin_view, reserved0) == 436);
static_assert(offsetof(evtwin_view, limit_name) == 440);
static_assert(offsetof(evtwin_view, limit_kind) == 448);
static_assert(offsetof(evtwin_view, limit_lower) == 456);
static_assert(offsetof(evtwin_view, limit_upper) == 464);
static_assert(offsetof(evtwin_view, limit_base) == 472);
static_assert(offsetof(evtwin_view, limit_start) == 480);
static_assert(offsetof(evtwin_view, limit_member) == 488);
static_assert(offsetof(evtwin_view, limit_coefficient) == 496);
static_assert(offsetof(evtwin_view, limit_angle_deg) == 504);
static_assert(offsetof(evtwin_view, pv_kw) == 512);
static_assert(offsetof(evtwin_view, load_kw) == 520);
static_assert(offsetof(evtwin_view, contract_kw) == 528);
static_assert(offsetof(evtwin_view, export_limit_kw) == 536);
static_assert(offsetof(evtwin_view, power_setpoint_kw) == 544);
static_assert(offsetof(evtwin_view, buy_per_kwh) == 552);
static_assert(offsetof(evtwin_view, sell_per_kwh) == 560);
static_assert(offsetof(evtwin_view, driver_price_per_kwh) == 568);
static_assert(offsetof(evtwin_view, v2g_price_per_kwh) == 576);
static_assert(offsetof(evtwin_view, unmet_price_per_kwh) == 584);
static_assert(offsetof(evtwin_view, demand_basis) == 592);
static_assert(offsetof(evtwin_view, reserved1) == 596);
static_assert(offsetof(evtwin_view, demand_price_per_kw) == 600);
static_assert(offsetof(evtwin_view, demand_fraction) == 608);
static_assert(offsetof(evtwin_view, billed_peak_kw) == 616);
static_assert(offsetof(evtwin_view, month_peak_kw) == 624);
static_assert(offsetof(evtwin_view, month_end_ns) == 632);
static_assert(offsetof(evtwin_view, window_import_kwh) == 640);
static_assert(offsetof(evtwin_view, window_end_ns) == 648);
static_assert(offsetof(evtwin_view, horizon_steps) == 656);
static_assert(offsetof(evtwin_view, reserved2) == 660);
static_assert(offsetof(evtwin_view, horizon_issued_ns) == 664);
static_assert(offsetof(evtwin_view, horizon_start_ns) == 672);
static_assert(offsetof(evtwin_view, horizon_pv_kw) == 680);
static_assert(offsetof(evtwin_view, horizon_load_kw) == 688);
static_assert(offsetof(evtwin_view, horizon_buy_per_kwh) == 696);
static_assert(offsetof(evtwin_view, horizon_sell_per_kwh) == 704);
static_assert(offsetof(evtwin_view, horizon_co2_kg_per_kwh) == 712);
static_assert(offsetof(evtwin_view, horizon_contract_kw) == 720);
static_assert(offsetof(evtwin_view, horizon_power_setpoint_kw) == 728);
static_assert(offsetof(evtwin_view, horizon_arrivals) == 736);
static_assert(offsetof(evtwin_view, horizon_arrivals_kwh) == 744);
static_assert(offsetof(evtwin_view, since_last) == 752);
static_assert(offsetof(evtwin_view, so_far) == 760);
static_assert(offsetof(evtwin_view, evse_v2g_price_per_kwh) == 768);
static_assert(offsetof(evtwin_view, wear_price_per_kwh) == 776);

static_assert(sizeof(evtwin_decision) == 56);
static_assert(offsetof(evtwin_decision, struct_size) == 0);
static_assert(offsetof(evtwin_decision, reserved) == 4);
static_assert(offsetof(evtwin_decision, evse_kw) == 8);
static_assert(offsetof(evtwin_decision, storage_kw) == 16);
static_assert(offsetof(evtwin_decision, wake_ns) == 24);
static_assert(offsetof(evtwin_decision, expected_cost) == 32);
static_assert(offsetof(evtwin_decision, plan_kw) == 40);
static_assert(offsetof(evtwin_decision, plan_steps) == 48);
static_assert(offsetof(evtwin_decision, reserved0) == 52);

static_assert(sizeof(evtwin_host) == 48);
static_assert(offsetof(evtwin_host, struct_size) == 0);
static_assert(offsetof(evtwin_host, abi_major) == 4);
static_assert(offsetof(evtwin_host, abi_minor) == 8);
static_assert(offsetof(evtwin_host, reserved) == 12);
static_assert(offsetof(evtwin_host, context) == 16);
static_assert(offsetof(evtwin_host, report) == 24);
static_assert(offsetof(evtwin_host, random_u64) == 32);
static_assert(offsetof(evtwin_host, extension) == 40);

static_assert(sizeof(evtwin_info) == 56);
static_assert(offsetof(evtwin_info, struct_size) == 0);
static_assert(offsetof(evtwin_info, flags) == 4);
static_assert(offsetof(evtwin_info, id) == 8);
static_assert(offsetof(evtwin_info, name) == 16);
static_assert(offsetof(evtwin_info, version) == 24);
static_assert(offsetof(evtwin_info, help) == 32);
static_assert(offsetof(evtwin_info, params) == 40);
static_assert(offsetof(evtwin_info, n_params) == 48);
static_assert(offsetof(evtwin_info, reserved) == 52);

static_assert(sizeof(evtwin_strategy) == 48);
static_assert(offsetof(evtwin_strategy, struct_size) == 0);
static_assert(offsetof(evtwin_strategy, subscribes) == 4);
static_assert(offsetof(evtwin_strategy, horizon_steps) == 8);
static_assert(offsetof(evtwin_strategy, plan_steps) == 12);
static_assert(offsetof(evtwin_strategy, self) == 16);
static_assert(offsetof(evtwin_strategy, decide) == 24);
static_assert(offsetof(evtwin_strategy, extension) == 32);
static_assert(offsetof(evtwin_strategy, destroy) == 40);

static_assert(sizeof(evtwin_sink) == 16);
static_assert(offsetof(evtwin_sink, context) == 0);
static_assert(offsetof(evtwin_sink, write) == 8);

static_assert(sizeof(evtwin_source) == 16);
static_assert(offsetof(evtwin_source, context) == 0);
static_assert(offsetof(evtwin_source, read) == 8);

static_assert(sizeof(evtwin_state) == 24);
static_assert(offsetof(evtwin_state, struct_size) == 0);
static_assert(offsetof(evtwin_state, reserved) == 4);
static_assert(offsetof(evtwin_state, save) == 8);
static_assert(offsetof(evtwin_state, load) == 16);

static_assert(sizeof(evtwin_entry) == 40);
static_assert(offsetof(evtwin_entry, struct_size) == 0);
static_assert(offsetof(evtwin_entry, abi_major) == 4);
static_assert(offsetof(evtwin_entry, abi_minor) == 8);
static_assert(offsetof(evtwin_entry, n_strategies) == 12);
static_assert(offsetof(evtwin_entry, abi_digest) == 16);
static_assert(offsetof(evtwin_entry, info) == 24);
static_assert(offsetof(evtwin_entry, create) == 32);

static_assert(sizeof(evtwin_status) == 4);
static_assert(EVTWIN_WHY_TICK + EVTWIN_WHY_ARRIVAL + EVTWIN_WHY_DEPARTURE + EVTWIN_WHY_PRICE + EVTWIN_WHY_LIMIT +
                  EVTWIN_WHY_WAKE ==
              63);  // six bits, each its own
#endif

TEST(Abi, CAndCxxSeeTheSameStructs) {
  constexpr std::array sizes{sizeof(evtwin_param_info), sizeof(evtwin_param_value), sizeof(evtwin_ledger),
                             sizeof(evtwin_view),       sizeof(evtwin_decision),    sizeof(evtwin_host),
                             sizeof(evtwin_info),       sizeof(evtwin_strategy),    sizeof(evtwin_sink),
                             sizeof(evtwin_source),     sizeof(evtwin_state),       sizeof(evtwin_entry)};
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(evtwin_sizes_in_c[i], sizes[i]) << "struct " << i;
}

}  // namespace
