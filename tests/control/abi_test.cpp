// The layout of every struct of strategy.h, so that a change that would break plugins does not compile.
#include <evtwin/strategy.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

extern "C" const std::size_t evtwin_sizes_in_c[9];

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

static_assert(sizeof(evtwin_ledger) == 112);
static_assert(offsetof(evtwin_ledger, struct_size) == 0);
static_assert(offsetof(evtwin_ledger, reserved) == 4);
static_assert(offsetof(evtwin_ledger, import_kwh) == 8);
static_assert(offsetof(evtwin_ledger, export_kwh) == 16);
static_assert(offsetof(evtwin_ledger, ev_charge_kwh) == 24);
static_assert(offsetof(evtwin_ledger, ev_discharge_kwh) == 32);
static_assert(offsetof(evtwin_ledger, pv_kwh) == 40);
static_assert(offsetof(evtwin_ledger, load_kwh) == 48);
static_assert(offsetof(evtwin_ledger, energy_cost) == 56);
static_assert(offsetof(evtwin_ledger, demand_charge) == 64);
static_assert(offsetof(evtwin_ledger, driver_revenue) == 72);
static_assert(offsetof(evtwin_ledger, v2g_payment) == 80);
static_assert(offsetof(evtwin_ledger, co2_kg) == 88);
static_assert(offsetof(evtwin_ledger, unmet_kwh) == 96);
static_assert(offsetof(evtwin_ledger, overload_kwh) == 104);

static_assert(sizeof(evtwin_view) == 640);
static_assert(offsetof(evtwin_view, struct_size) == 0);
static_assert(offsetof(evtwin_view, why) == 4);
static_assert(offsetof(evtwin_view, now_ns) == 8);
static_assert(offsetof(evtwin_view, next_tick_ns) == 16);
static_assert(offsetof(evtwin_view, tick_ns) == 24);
static_assert(offsetof(evtwin_view, decision_number) == 32);
static_assert(offsetof(evtwin_view, n_evses) == 40);
static_assert(offsetof(evtwin_view, reserved0) == 44);
static_assert(offsetof(evtwin_view, evse_id) == 48);
static_assert(offsetof(evtwin_view, evse_phases) == 56);
static_assert(offsetof(evtwin_view, evse_voltage_v) == 64);
static_assert(offsetof(evtwin_view, evse_phase_angle_deg) == 72);
static_assert(offsetof(evtwin_view, evse_max_kw) == 80);
static_assert(offsetof(evtwin_view, evse_max_discharge_kw) == 88);
static_assert(offsetof(evtwin_view, evse_efficiency) == 96);
static_assert(offsetof(evtwin_view, evse_session) == 104);
static_assert(offsetof(evtwin_view, evse_draws) == 112);
static_assert(offsetof(evtwin_view, evse_setpoint_kw) == 120);
static_assert(offsetof(evtwin_view, evse_power_kw) == 128);
static_assert(offsetof(evtwin_view, evse_arrived_ns) == 136);
static_assert(offsetof(evtwin_view, evse_departs_ns) == 144);
static_assert(offsetof(evtwin_view, evse_requested_kwh) == 152);
static_assert(offsetof(evtwin_view, evse_got_kwh) == 160);
static_assert(offsetof(evtwin_view, evse_remaining_kwh) == 168);
static_assert(offsetof(evtwin_view, evse_car_min_kw) == 176);
static_assert(offsetof(evtwin_view, evse_car_max_kw) == 184);
static_assert(offsetof(evtwin_view, evse_car_max_discharge_kw) == 192);
static_assert(offsetof(evtwin_view, evse_kw_per_a) == 200);
static_assert(offsetof(evtwin_view, evse_soc) == 208);
static_assert(offsetof(evtwin_view, evse_battery_kwh) == 216);
static_assert(offsetof(evtwin_view, evse_soc_floor) == 224);
static_assert(offsetof(evtwin_view, evse_priority) == 232);
static_assert(offsetof(evtwin_view, evse_rate_start) == 240);
static_assert(offsetof(evtwin_view, evse_rate_kw) == 248);
static_assert(offsetof(evtwin_view, n_storages) == 256);
static_assert(offsetof(evtwin_view, reserved1) == 260);
static_assert(offsetof(evtwin_view, storage_kwh) == 264);
static_assert(offsetof(evtwin_view, storage_soc) == 272);
static_assert(offsetof(evtwin_view, storage_soc_min) == 280);
static_assert(offsetof(evtwin_view, storage_soc_max) == 288);
static_assert(offsetof(evtwin_view, storage_max_charge_kw) == 296);
static_assert(offsetof(evtwin_view, storage_max_discharge_kw) == 304);
static_assert(offsetof(evtwin_view, storage_charge_efficiency) == 312);
static_assert(offsetof(evtwin_view, storage_discharge_efficiency) == 320);
static_assert(offsetof(evtwin_view, storage_power_kw) == 328);
static_assert(offsetof(evtwin_view, n_limits) == 336);
static_assert(offsetof(evtwin_view, reserved2) == 340);
static_assert(offsetof(evtwin_view, limit_name) == 344);
static_assert(offsetof(evtwin_view, limit_kind) == 352);
static_assert(offsetof(evtwin_view, limit_lower) == 360);
static_assert(offsetof(evtwin_view, limit_upper) == 368);
static_assert(offsetof(evtwin_view, limit_base) == 376);
static_assert(offsetof(evtwin_view, limit_start) == 384);
static_assert(offsetof(evtwin_view, limit_member) == 392);
static_assert(offsetof(evtwin_view, limit_coefficient) == 400);
static_assert(offsetof(evtwin_view, limit_angle_deg) == 408);
static_assert(offsetof(evtwin_view, pv_kw) == 416);
static_assert(offsetof(evtwin_view, load_kw) == 424);
static_assert(offsetof(evtwin_view, contract_kw) == 432);
static_assert(offsetof(evtwin_view, export_limit_kw) == 440);
static_assert(offsetof(evtwin_view, buy_per_kwh) == 448);
static_assert(offsetof(evtwin_view, sell_per_kwh) == 456);
static_assert(offsetof(evtwin_view, driver_price_per_kwh) == 464);
static_assert(offsetof(evtwin_view, v2g_price_per_kwh) == 472);
static_assert(offsetof(evtwin_view, unmet_price_per_kwh) == 480);
static_assert(offsetof(evtwin_view, demand_price_per_kw) == 488);
static_assert(offsetof(evtwin_view, billed_peak_kw) == 496);
static_assert(offsetof(evtwin_view, window_import_kwh) == 504);
static_assert(offsetof(evtwin_view, window_end_ns) == 512);
static_assert(offsetof(evtwin_view, horizon_steps) == 520);
static_assert(offsetof(evtwin_view, reserved3) == 524);
static_assert(offsetof(evtwin_view, horizon_issued_ns) == 528);
static_assert(offsetof(evtwin_view, horizon_start_ns) == 536);
static_assert(offsetof(evtwin_view, horizon_pv_kw) == 544);
static_assert(offsetof(evtwin_view, horizon_load_kw) == 552);
static_assert(offsetof(evtwin_view, horizon_buy_per_kwh) == 560);
static_assert(offsetof(evtwin_view, horizon_sell_per_kwh) == 568);
static_assert(offsetof(evtwin_view, horizon_co2_kg_per_kwh) == 576);
static_assert(offsetof(evtwin_view, since_last) == 584);
static_assert(offsetof(evtwin_view, policy_storage) == 592);
static_assert(offsetof(evtwin_view, n_connected) == 596);
static_assert(offsetof(evtwin_view, connected_evse) == 600);
static_assert(offsetof(evtwin_view, evse_claimed_departs_ns) == 608);
static_assert(offsetof(evtwin_view, horizon_contract_kw) == 616);
static_assert(offsetof(evtwin_view, power_setpoint_kw) == 624);
static_assert(offsetof(evtwin_view, horizon_power_setpoint_kw) == 632);

static_assert(sizeof(evtwin_decision) == 40);
static_assert(offsetof(evtwin_decision, struct_size) == 0);
static_assert(offsetof(evtwin_decision, reserved) == 4);
static_assert(offsetof(evtwin_decision, evse_kw) == 8);
static_assert(offsetof(evtwin_decision, storage_kw) == 16);
static_assert(offsetof(evtwin_decision, wake_ns) == 24);
static_assert(offsetof(evtwin_decision, expected_cost) == 32);

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
static_assert(offsetof(evtwin_strategy, reserved) == 12);
static_assert(offsetof(evtwin_strategy, self) == 16);
static_assert(offsetof(evtwin_strategy, decide) == 24);
static_assert(offsetof(evtwin_strategy, extension) == 32);
static_assert(offsetof(evtwin_strategy, destroy) == 40);

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
                             sizeof(evtwin_info),       sizeof(evtwin_strategy),    sizeof(evtwin_entry)};
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(evtwin_sizes_in_c[i], sizes[i]) << "struct " << i;
}

}  // namespace
