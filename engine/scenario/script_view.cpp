// The view as Lua objects over the host's columns. Names are those of strategy.h without the prefix of the column's
// group (evse_car_max_kw: view.evses[i].car_max_kw); a test holds the tables below against the header.
#include "scenario/script_view.hpp"

#include <lauxlib.h>

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "control/correction.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"
#include "lua/sandbox.hpp"
#include "physics/equipment.hpp"
#include "scenario/accessors.hpp"

namespace evtwin::scenario {
namespace {

ScriptView& frame_of(void* owner) {
  ScriptView& frame = *static_cast<ScriptView*>(owner);
  if (frame.view == nullptr) throw std::runtime_error("the view can be used inside the strategy only");
  return frame;
}

const evtwin_view& view_of(void* owner) { return *frame_of(owner).view; }

// An unknown value is nil; counts and instants are whole numbers.
template <class T>
void push_number(lua_State* L, T value) {
  if constexpr (std::is_floating_point_v<T>)
    push_known(L, value);
  else
    lua_pushinteger(L, static_cast<lua_Integer>(value));
}
template <auto column>
void get_cell(lua_State* L, void* owner, std::size_t row) {
  push_number(L, (view_of(owner).*column)[row]);
}
template <auto scalar>
void get_scalar(lua_State* L, void* owner, std::size_t) {
  push_number(L, view_of(owner).*scalar);
}
// Instants that are 0 are none.
template <auto column>
void get_hours_until(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  const std::int64_t instant = (v.*column)[row];
  push_known(L, instant != 0 ? kernel::hours_between(v.now_ns, instant) : physics::unknown);
}
template <auto scalar>
void get_hours_until_scalar(lua_State* L, void* owner, std::size_t) {
  const evtwin_view& v = view_of(owner);
  push_known(L, kernel::hours_between(v.now_ns, v.*scalar));
}

template <auto scalar>
void get_hours_since_scalar(lua_State* L, void* owner, std::size_t) {
  const evtwin_view& v = view_of(owner);
  push_known(L, v.*scalar != 0 ? kernel::hours_between(v.*scalar, v.now_ns) : physics::unknown);
}
/// A number that has no meaning but as a name; nil for the one that stands for "not known".
template <auto column, auto unknown>
void get_known_cell(lua_State* L, void* owner, std::size_t row) {
  const auto value = (view_of(owner).*column)[row];
  if (value == unknown)
    lua_pushnil(L);
  else
    lua_pushinteger(L, static_cast<lua_Integer>(value));
}
/// A limit row as its position in view.limits; nil where none bound.
template <auto column>
void get_limit_row(lua_State* L, void* owner, std::size_t row) {
  const std::int32_t limit = (view_of(owner).*column)[row];
  if (limit < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, static_cast<lua_Integer>(limit) + 1);
}
template <auto column>
void get_reason(lua_State* L, void* owner, std::size_t row) {
  const std::string_view word = control::name_of(static_cast<control::Correction>((view_of(owner).*column)[row]));
  lua_pushlstring(L, word.data(), word.size());
}

using Words = std::span<const std::string_view>;
constexpr std::array<std::string_view, 3> limit_kinds{"power_kw", "current_a", "magnitude_a"};
constexpr std::array<std::string_view, 3> demand_bases{"none", "peak", "contract"};
constexpr std::array<std::string_view, 4> storage_policies{"off", "self_consumption", "peak_shaving", "arbitrage"};
static_assert(limit_kinds[EVTWIN_LIMIT_POWER_KW] == "power_kw" && limit_kinds[EVTWIN_LIMIT_CURRENT_A] == "current_a" &&
              limit_kinds[EVTWIN_LIMIT_MAGNITUDE_A] == "magnitude_a");
static_assert(demand_bases[EVTWIN_DEMAND_NONE] == "none" && demand_bases[EVTWIN_DEMAND_PEAK] == "peak" &&
              demand_bases[EVTWIN_DEMAND_CONTRACT] == "contract");
static_assert(storage_policies[EVTWIN_STORAGE_OFF] == "off" &&
              storage_policies[EVTWIN_STORAGE_SELF_CONSUMPTION] == "self_consumption" &&
              storage_policies[EVTWIN_STORAGE_PEAK_SHAVING] == "peak_shaving" &&
              storage_policies[EVTWIN_STORAGE_ARBITRAGE] == "arbitrage");

void push_word(lua_State* L, Words words, std::uint32_t number) {
  const std::string_view word = number < words.size() ? words[number] : "unknown";
  lua_pushlstring(L, word.data(), word.size());
}

void push_list(lua_State* L, int reference) { lua_rawgeti(L, LUA_REGISTRYINDEX, reference); }

// Pushes entry `row` of a plain list.
void push_entry(lua_State* L, int reference, std::size_t row) {
  push_list(L, reference);
  lua_rawgeti(L, -1, static_cast<lua_Integer>(row) + 1);
  lua_remove(L, -2);
}

void get_connected(lua_State* L, void* owner, std::size_t) {
  const ScriptView& frame = frame_of(owner);
  const evtwin_view& v = *frame.view;
  lua::Sandbox::sandbox_of(L).charge_steps(v.n_connected);
  lua_createtable(L, static_cast<int>(v.n_connected), 0);
  push_list(L, frame.evse_rows);
  for (std::uint32_t n = 0; n < v.n_connected; ++n) {
    lua_rawgeti(L, -1, static_cast<lua_Integer>(v.connected_evse[n]) + 1);
    lua_rawseti(L, -3, static_cast<lua_Integer>(n) + 1);
  }
  lua_pop(L, 1);
}

void get_curve(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  const std::uint32_t start = v.evse_curve_start[row];
  const std::uint32_t points = v.evse_curve_points[row];
  lua::Sandbox::sandbox_of(L).charge_steps(4 * std::uint64_t{points});
  lua_createtable(L, static_cast<int>(points), 0);
  for (std::uint32_t p = 0; p < points; ++p) {
    lua_createtable(L, 0, 2);
    lua_pushnumber(L, v.curve_soc[start + p]);
    lua_setfield(L, -2, "soc");
    lua_pushnumber(L, v.curve_kw[start + p]);
    lua_setfield(L, -2, "kw");
    lua_rawseti(L, -2, static_cast<lua_Integer>(p) + 1);
  }
}

void get_rates(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  const std::uint32_t start = v.evse_rate_start[row];
  const std::uint32_t end = v.evse_rate_start[row + 1];
  lua::Sandbox::sandbox_of(L).charge_steps(end - start);
  lua_createtable(L, static_cast<int>(end - start), 0);
  for (std::uint32_t p = start; p < end; ++p) {
    lua_pushnumber(L, v.rate_kw[p]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(p - start) + 1);
  }
}

constexpr std::array evse_fields{
    Accessor{"id",
             [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, frame_of(owner).evses[row].c_str()); },
             nullptr},
    Accessor{"connected",
             [](lua_State* L, void* owner, std::size_t row) {
               lua_pushboolean(L, view_of(owner).evse_session[row] != 0 ? 1 : 0);
             },
             nullptr},
    Accessor{"draws",
             [](lua_State* L, void* owner, std::size_t row) {
               lua_pushboolean(L, view_of(owner).evse_draws[row] != 0 ? 1 : 0);
             },
             nullptr},
    Accessor{"phases", get_cell<&evtwin_view::evse_phases>, nullptr},
    Accessor{"voltage_v", get_cell<&evtwin_view::evse_voltage_v>, nullptr},
    Accessor{"phase_angle_deg", get_cell<&evtwin_view::evse_phase_angle_deg>, nullptr},
    Accessor{"max_kw", get_cell<&evtwin_view::evse_max_kw>, nullptr},
    Accessor{"max_discharge_kw", get_cell<&evtwin_view::evse_max_discharge_kw>, nullptr},
    Accessor{"efficiency", get_cell<&evtwin_view::evse_efficiency>, nullptr},
    Accessor{"session", get_cell<&evtwin_view::evse_session>, nullptr},
    Accessor{"session_id",
             [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, view_of(owner).evse_session_id[row]); },
             nullptr},
    Accessor{"driver", get_known_cell<&evtwin_view::evse_driver, std::uint64_t{0}>, nullptr},
    Accessor{"vehicle", get_known_cell<&evtwin_view::evse_vehicle, UINT32_MAX>, nullptr},
    Accessor{"setpoint_kw", get_cell<&evtwin_view::evse_setpoint_kw>, nullptr},
    Accessor{"asked_kw", get_cell<&evtwin_view::evse_asked_kw>, nullptr},
    Accessor{"reason", get_reason<&evtwin_view::evse_reason>, nullptr},
    Accessor{"limit_row", get_limit_row<&evtwin_view::evse_limit_row>, nullptr},
    Accessor{"power_kw", get_cell<&evtwin_view::evse_power_kw>, nullptr},
    Accessor{"arrived_ns", get_cell<&evtwin_view::evse_arrived_ns>, nullptr},
    Accessor{"claimed_departs_ns", get_cell<&evtwin_view::evse_claimed_departs_ns>, nullptr},
    Accessor{"departs_ns", get_cell<&evtwin_view::evse_departs_ns>, nullptr},
    Accessor{"requested_kwh", get_cell<&evtwin_view::evse_requested_kwh>, nullptr},
    Accessor{"got_kwh", get_cell<&evtwin_view::evse_got_kwh>, nullptr},
    Accessor{"remaining_kwh", get_cell<&evtwin_view::evse_remaining_kwh>, nullptr},
    Accessor{"car_min_kw", get_cell<&evtwin_view::evse_car_min_kw>, nullptr},
    Accessor{"car_max_kw", get_cell<&evtwin_view::evse_car_max_kw>, nullptr},
    Accessor{"car_max_discharge_kw", get_cell<&evtwin_view::evse_car_max_discharge_kw>, nullptr},
    Accessor{"kw_per_a", get_cell<&evtwin_view::evse_kw_per_a>, nullptr},
    Accessor{"priority", get_cell<&evtwin_view::evse_priority>, nullptr},
    Accessor{"soc", get_cell<&evtwin_view::evse_soc>, nullptr},
    Accessor{"battery_kwh", get_cell<&evtwin_view::evse_battery_kwh>, nullptr},
    Accessor{"soc_floor", get_cell<&evtwin_view::evse_soc_floor>, nullptr},
    Accessor{"car_charge_efficiency", get_cell<&evtwin_view::evse_car_charge_efficiency>, nullptr},
    Accessor{"car_discharge_efficiency", get_cell<&evtwin_view::evse_car_discharge_efficiency>, nullptr},
    Accessor{"reserved_from_ns", get_cell<&evtwin_view::evse_reserved_from_ns>, nullptr},
    Accessor{"reserved_until_ns", get_cell<&evtwin_view::evse_reserved_until_ns>, nullptr},
    Accessor{"reserved_kwh", get_cell<&evtwin_view::evse_reserved_kwh>, nullptr},
    Accessor{"v2g_price_per_kwh", get_cell<&evtwin_view::evse_v2g_price_per_kwh>, nullptr},
    Accessor{"arrived_h_ago",
             [](lua_State* L, void* owner, std::size_t row) {
               const evtwin_view& v = view_of(owner);
               push_known(L, v.evse_session[row] != 0 ? kernel::hours_between(v.evse_arrived_ns[row], v.now_ns)
                                                      : physics::unknown);
             },
             nullptr},
    Accessor{"departs_in_h", get_hours_until<&evtwin_view::evse_departs_ns>, nullptr},
    Accessor{"claimed_departs_in_h", get_hours_until<&evtwin_view::evse_claimed_departs_ns>, nullptr},
    Accessor{"reserved_from_in_h", get_hours_until<&evtwin_view::evse_reserved_from_ns>, nullptr},
    Accessor{"reserved_until_in_h", get_hours_until<&evtwin_view::evse_reserved_until_ns>, nullptr},
    Accessor{"curve", get_curve, nullptr},
    Accessor{"rates_kw", get_rates, nullptr},
};
static_assert(kernel::has_unique_keys(evse_fields, &Accessor::name));
const ProxyType evse_type{"view.evses[i]", evse_fields, nullptr};

constexpr std::array storage_fields{
    Accessor{
        "name",
        [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, frame_of(owner).storages[row].c_str()); },
        nullptr},
    Accessor{"kwh", get_cell<&evtwin_view::storage_kwh>, nullptr},
    Accessor{"soc", get_cell<&evtwin_view::storage_soc>, nullptr},
    Accessor{"soc_min", get_cell<&evtwin_view::storage_soc_min>, nullptr},
    Accessor{"soc_max", get_cell<&evtwin_view::storage_soc_max>, nullptr},
    Accessor{"max_charge_kw", get_cell<&evtwin_view::storage_max_charge_kw>, nullptr},
    Accessor{"max_discharge_kw", get_cell<&evtwin_view::storage_max_discharge_kw>, nullptr},
    Accessor{"charge_efficiency", get_cell<&evtwin_view::storage_charge_efficiency>, nullptr},
    Accessor{"discharge_efficiency", get_cell<&evtwin_view::storage_discharge_efficiency>, nullptr},
    Accessor{"power_kw", get_cell<&evtwin_view::storage_power_kw>, nullptr},
    Accessor{"setpoint_kw", get_cell<&evtwin_view::storage_setpoint_kw>, nullptr},
    Accessor{"asked_kw", get_cell<&evtwin_view::storage_asked_kw>, nullptr},
    Accessor{"reason", get_reason<&evtwin_view::storage_reason>, nullptr},
    Accessor{"limit_row", get_limit_row<&evtwin_view::storage_limit_row>, nullptr},
};
static_assert(kernel::has_unique_keys(storage_fields, &Accessor::name));
const ProxyType storage_type{"view.storages[i]", storage_fields, nullptr};

// The row of a member is its place in limit_member.
void get_member_evse(lua_State* L, void* owner, std::size_t row) {
  const ScriptView& frame = frame_of(owner);
  const std::uint32_t member = frame.view->limit_member[row];
  if (member < frame.view->n_evses)
    push_entry(L, frame.evse_rows, member);
  else
    lua_pushnil(L);
}
void get_member_storage(lua_State* L, void* owner, std::size_t row) {
  const ScriptView& frame = frame_of(owner);
  const std::uint32_t member = frame.view->limit_member[row];
  if (member >= frame.view->n_evses)
    push_entry(L, frame.storage_rows, member - frame.view->n_evses);
  else
    lua_pushnil(L);
}
constexpr std::array member_fields{
    Accessor{"evse", get_member_evse, nullptr},
    Accessor{"storage", get_member_storage, nullptr},
    Accessor{"coefficient", get_cell<&evtwin_view::limit_coefficient>, nullptr},
    Accessor{"angle_deg", get_cell<&evtwin_view::limit_angle_deg>, nullptr},
};
static_assert(kernel::has_unique_keys(member_fields, &Accessor::name));
const ProxyType member_type{"view.limits[r].members[m]", member_fields, nullptr};

void get_members(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  const std::uint32_t start = v.limit_start[row];
  const std::uint32_t end = v.limit_start[row + 1];
  lua::Sandbox::sandbox_of(L).charge_steps(4 * std::uint64_t{end - start});
  lua_createtable(L, static_cast<int>(end - start), 0);
  for (std::uint32_t p = start; p < end; ++p) {
    push_proxy(L, member_type, owner, p);
    lua_rawseti(L, -2, static_cast<lua_Integer>(p - start) + 1);
  }
}
// A row's bounds over the horizon, step by step; nil where no bound changes over time.
template <auto column>
void get_limit_ahead(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  if (row >= v.n_limits_ahead) {
    lua_pushnil(L);
    return;
  }
  lua::Sandbox::sandbox_of(L).charge_steps(v.horizon_steps);
  lua_createtable(L, static_cast<int>(v.horizon_steps), 0);
  for (std::uint32_t k = 0; k < v.horizon_steps; ++k) {
    push_number(L, (v.*column)[row * v.horizon_steps + k]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(k) + 1);
  }
}

constexpr std::array limit_fields{
    Accessor{"name",
             [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, view_of(owner).limit_name[row]); },
             nullptr},
    Accessor{
        "kind",
        [](lua_State* L, void* owner, std::size_t row) { push_word(L, limit_kinds, view_of(owner).limit_kind[row]); },
        nullptr},
    Accessor{"lower", get_cell<&evtwin_view::limit_lower>, nullptr},
    Accessor{"upper", get_cell<&evtwin_view::limit_upper>, nullptr},
    Accessor{"base", get_cell<&evtwin_view::limit_base>, nullptr},
    Accessor{"lower_ahead", get_limit_ahead<&evtwin_view::horizon_limit_lower>, nullptr},
    Accessor{"upper_ahead", get_limit_ahead<&evtwin_view::horizon_limit_upper>, nullptr},
    Accessor{"members", get_members, nullptr},
};
static_assert(kernel::has_unique_keys(limit_fields, &Accessor::name));
const ProxyType limit_type{"view.limits[r]", limit_fields, nullptr};

// Steps beyond what the host filled are unknown.
template <auto column>
void get_step(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  if (row < v.horizon_steps)
    push_number(L, (v.*column)[row]);
  else
    lua_pushnil(L);
}

// One step's values by level, in the order of view.levels.
template <auto column>
void get_levels_of_step(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  const std::uint32_t levels = row < v.horizon_steps ? v.n_levels : 0;
  lua::Sandbox::sandbox_of(L).charge_steps(levels);
  lua_createtable(L, static_cast<int>(levels), 0);
  for (std::uint32_t l = 0; l < levels; ++l) {
    push_number(L, (v.*column)[l * std::size_t{v.horizon_steps} + row]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(l) + 1);
  }
}
void get_levels(lua_State* L, void* owner, std::size_t) {
  const evtwin_view& v = view_of(owner);
  lua::Sandbox::sandbox_of(L).charge_steps(v.n_levels);
  lua_createtable(L, static_cast<int>(v.n_levels), 0);
  for (std::uint32_t l = 0; l < v.n_levels; ++l) {
    lua_pushnumber(L, v.level[l]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(l) + 1);
  }
}

constexpr std::array step_fields{
    Accessor{"start_ns", get_step<&evtwin_view::horizon_start_ns>, nullptr},
    Accessor{"starts_in_h",
             [](lua_State* L, void* owner, std::size_t row) {
               const evtwin_view& v = view_of(owner);
               push_known(L, row < v.horizon_steps ? kernel::hours_between(v.now_ns, v.horizon_start_ns[row])
                                                   : physics::unknown);
             },
             nullptr},
    Accessor{"hours",
             [](lua_State* L, void* owner, std::size_t row) {
               const evtwin_view& v = view_of(owner);
               push_known(L, row < v.horizon_steps
                                 ? kernel::hours_between(v.horizon_start_ns[row], v.horizon_start_ns[row + 1])
                                 : physics::unknown);
             },
             nullptr},
    Accessor{"window_end_ns", get_step<&evtwin_view::horizon_window_end_ns>, nullptr},
    Accessor{"buy_per_kwh", get_step<&evtwin_view::horizon_buy_per_kwh>, nullptr},
    Accessor{"sell_per_kwh", get_step<&evtwin_view::horizon_sell_per_kwh>, nullptr},
    Accessor{"pv_kw", get_step<&evtwin_view::horizon_pv_kw>, nullptr},
    Accessor{"load_kw", get_step<&evtwin_view::horizon_load_kw>, nullptr},
    Accessor{"co2_kg_per_kwh", get_step<&evtwin_view::horizon_co2_kg_per_kwh>, nullptr},
    Accessor{"contract_kw", get_step<&evtwin_view::horizon_contract_kw>, nullptr},
    Accessor{"power_setpoint_kw", get_step<&evtwin_view::horizon_power_setpoint_kw>, nullptr},
    Accessor{"arrivals", get_step<&evtwin_view::horizon_arrivals>, nullptr},
    Accessor{"arrivals_kwh", get_step<&evtwin_view::horizon_arrivals_kwh>, nullptr},
    Accessor{"level_pv_kw", get_levels_of_step<&evtwin_view::level_pv_kw>, nullptr},
    Accessor{"level_load_kw", get_levels_of_step<&evtwin_view::level_load_kw>, nullptr},
    Accessor{"level_buy_per_kwh", get_levels_of_step<&evtwin_view::level_buy_per_kwh>, nullptr},
    Accessor{"level_arrivals", get_levels_of_step<&evtwin_view::level_arrivals>, nullptr},
    Accessor{"level_arrivals_kwh", get_levels_of_step<&evtwin_view::level_arrivals_kwh>, nullptr},
};
static_assert(kernel::has_unique_keys(step_fields, &Accessor::name));
const ProxyType step_type{"view.horizon[k]", step_fields, nullptr};

// The row of a departure is its place in the view's columns; those of the last decision are gone.
template <auto column>
void get_departed(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  if (row < v.n_departed)
    push_number(L, (v.*column)[row]);
  else
    lua_pushnil(L);
}
constexpr std::array departure_fields{
    Accessor{"evse",
             [](lua_State* L, void* owner, std::size_t row) {
               const ScriptView& frame = frame_of(owner);
               if (row < frame.view->n_departed)
                 push_entry(L, frame.evse_rows, frame.view->departed_evse[row]);
               else
                 lua_pushnil(L);
             },
             nullptr},
    Accessor{"session", get_departed<&evtwin_view::departed_session>, nullptr},
    Accessor{"ns", get_departed<&evtwin_view::departed_ns>, nullptr},
    Accessor{"h_ago",
             [](lua_State* L, void* owner, std::size_t row) {
               const evtwin_view& v = view_of(owner);
               push_known(L,
                          row < v.n_departed ? kernel::hours_between(v.departed_ns[row], v.now_ns) : physics::unknown);
             },
             nullptr},
    Accessor{"got_kwh", get_departed<&evtwin_view::departed_got_kwh>, nullptr},
    Accessor{"requested_kwh", get_departed<&evtwin_view::departed_requested_kwh>, nullptr},
    Accessor{"arrived_ns", get_departed<&evtwin_view::departed_arrived_ns>, nullptr},
    Accessor{"claimed_ns", get_departed<&evtwin_view::departed_claimed_ns>, nullptr},
    Accessor{"driver", get_departed<&evtwin_view::departed_driver>, nullptr},
    Accessor{"max_kw", get_departed<&evtwin_view::departed_max_kw>, nullptr},
    Accessor{"draws",
             [](lua_State* L, void* owner, std::size_t row) {
               const evtwin_view& v = view_of(owner);
               if (row < v.n_departed)
                 lua_pushboolean(L, v.departed_draws[row] != 0);
               else
                 lua_pushnil(L);
             },
             nullptr},
};
static_assert(kernel::has_unique_keys(departure_fields, &Accessor::name));
const ProxyType departure_type{"view.departed[d]", departure_fields, nullptr};

void get_departures(lua_State* L, void* owner, std::size_t) {
  const evtwin_view& v = view_of(owner);
  lua::Sandbox::sandbox_of(L).charge_steps(4 * std::uint64_t{v.n_departed});
  lua_createtable(L, static_cast<int>(v.n_departed), 0);
  for (std::uint32_t d = 0; d < v.n_departed; ++d) {
    push_proxy(L, departure_type, owner, d);
    lua_rawseti(L, -2, static_cast<lua_Integer>(d) + 1);
  }
}

// Rows of the ledger objects.
constexpr std::size_t since_last = 0;
constexpr std::size_t so_far = 1;
template <double evtwin_ledger::*entry>
void get_ledger(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  push_known(L, (row == so_far ? v.so_far : v.since_last)->*entry);
}
constexpr std::array ledger_fields{
    Accessor{"import_kwh", get_ledger<&evtwin_ledger::import_kwh>, nullptr},
    Accessor{"export_kwh", get_ledger<&evtwin_ledger::export_kwh>, nullptr},
    Accessor{"pv_kwh", get_ledger<&evtwin_ledger::pv_kwh>, nullptr},
    Accessor{"load_kwh", get_ledger<&evtwin_ledger::load_kwh>, nullptr},
    Accessor{"ev_charge_kwh", get_ledger<&evtwin_ledger::ev_charge_kwh>, nullptr},
    Accessor{"ev_discharge_kwh", get_ledger<&evtwin_ledger::ev_discharge_kwh>, nullptr},
    Accessor{"storage_charge_kwh", get_ledger<&evtwin_ledger::storage_charge_kwh>, nullptr},
    Accessor{"storage_discharge_kwh", get_ledger<&evtwin_ledger::storage_discharge_kwh>, nullptr},
    Accessor{"losses_kwh", get_ledger<&evtwin_ledger::losses_kwh>, nullptr},
    Accessor{"energy_cost", get_ledger<&evtwin_ledger::energy_cost>, nullptr},
    Accessor{"demand_charge", get_ledger<&evtwin_ledger::demand_charge>, nullptr},
    Accessor{"driver_revenue", get_ledger<&evtwin_ledger::driver_revenue>, nullptr},
    Accessor{"v2g_payment", get_ledger<&evtwin_ledger::v2g_payment>, nullptr},
    Accessor{"wear_cost", get_ledger<&evtwin_ledger::wear_cost>, nullptr},
    Accessor{"co2_kg", get_ledger<&evtwin_ledger::co2_kg>, nullptr},
    Accessor{"unmet_kwh", get_ledger<&evtwin_ledger::unmet_kwh>, nullptr},
    Accessor{"overload_kwh", get_ledger<&evtwin_ledger::overload_kwh>, nullptr},
    Accessor{"feeder_overload_kwh", get_ledger<&evtwin_ledger::feeder_overload_kwh>, nullptr},
    Accessor{"export_overload_kwh", get_ledger<&evtwin_ledger::export_overload_kwh>, nullptr},
    Accessor{"adjusted_kwh", get_ledger<&evtwin_ledger::adjusted_kwh>, nullptr},
};
static_assert(kernel::has_unique_keys(ledger_fields, &Accessor::name));
const ProxyType ledger_type{"view.so_far", ledger_fields, nullptr};

market::LocalTime local_of(void* owner) { return frame_of(owner).calendar.local_time(view_of(owner).now_ns); }

/// Whether a table names bit 0, 1, 2 and so on.
template <class Table>
constexpr bool are_bits_in_order(const Table& table) {
  for (std::size_t i = 0; i < std::size(table); ++i) {
    if (table[i].first != std::uint32_t{1} << i) return false;
  }
  return true;
}
using Bits = std::span<const std::pair<std::uint32_t, std::string_view>>;
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 11> reasons_to_ask{
    {{EVTWIN_WHY_TICK, "tick"},
     {EVTWIN_WHY_ARRIVAL, "arrival"},
     {EVTWIN_WHY_DEPARTURE, "departure"},
     {EVTWIN_WHY_PRICE, "price"},
     {EVTWIN_WHY_LIMIT, "limit"},
     {EVTWIN_WHY_WAKE, "wake"},
     {EVTWIN_WHY_FINISHED, "finished"},
     {EVTWIN_WHY_POWER, "power"},
     {EVTWIN_WHY_GRANT, "grant"},
     {EVTWIN_WHY_BOOKING, "booking"},
     {EVTWIN_WHY_READING, "reading"}}};
static_assert(std::size(reasons_to_ask) == std::bit_width(EVTWIN_WHY_READING) && are_bits_in_order(reasons_to_ask),
              "each bit of why");
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 4> what_changes{{{EVTWIN_CHANGED_ROWS, "rows"},
                                                                                  {EVTWIN_CHANGED_SESSIONS, "sessions"},
                                                                                  {EVTWIN_CHANGED_PRICES, "prices"},
                                                                                  {EVTWIN_CHANGED_HORIZON, "horizon"}}};
static_assert(std::size(what_changes) == std::bit_width(EVTWIN_CHANGED_HORIZON) && are_bits_in_order(what_changes),
              "each bit of changed");

void push_bits(lua_State* L, Bits names, std::uint32_t bits) {
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((bits & bit) != 0) text += (text.empty() ? "" : " ") + std::string(name);
  }
  lua_pushlstring(L, text.data(), text.size());
}

constexpr std::array view_fields{
    Accessor{"now",
             [](lua_State* L, void* owner, std::size_t) {
               lua_pushstring(L, frame_of(owner).calendar.format_local(view_of(owner).now_ns).c_str());
             },
             nullptr},
    Accessor{"date",
             [](lua_State* L, void* owner, std::size_t) {
               lua_pushstring(L, market::format_date(local_of(owner).date).c_str());
             },
             nullptr},
    Accessor{"weekday",
             [](lua_State* L, void* owner, std::size_t) {
               lua_pushinteger(L, static_cast<lua_Integer>(market::weekday_of(local_of(owner).date)) + 1);
             },
             nullptr},
    Accessor{"hour", [](lua_State* L, void* owner, std::size_t) { lua_pushinteger(L, local_of(owner).hour); }, nullptr},
    Accessor{"minute", [](lua_State* L, void* owner, std::size_t) { lua_pushinteger(L, local_of(owner).minute); },
             nullptr},
    Accessor{"tick_h",
             [](lua_State* L, void* owner, std::size_t) {
               lua_pushnumber(L, kernel::hours_between(0, view_of(owner).tick_ns));
             },
             nullptr},
    Accessor{"why", [](lua_State* L, void* owner, std::size_t) { push_bits(L, reasons_to_ask, view_of(owner).why); },
             nullptr},
    Accessor{"changed",
             [](lua_State* L, void* owner, std::size_t) { push_bits(L, what_changes, view_of(owner).changed); },
             nullptr},
    Accessor{"last_decision_ns", get_scalar<&evtwin_view::last_decision_ns>, nullptr},
    Accessor{"last_decision_h_ago", get_hours_since_scalar<&evtwin_view::last_decision_ns>, nullptr},
    Accessor{"end_ns", get_scalar<&evtwin_view::end_ns>, nullptr},
    Accessor{"ends_in_h",
             [](lua_State* L, void* owner, std::size_t) {
               const evtwin_view& v = view_of(owner);
               push_known(L, v.end_ns == INT64_MAX ? physics::unknown : kernel::hours_between(v.now_ns, v.end_ns));
             },
             nullptr},
    Accessor{"commands_under_way", get_scalar<&evtwin_view::commands_under_way>, nullptr},
    Accessor{"commands_lost", get_scalar<&evtwin_view::commands_lost>, nullptr},
    Accessor{"departed", get_departures, nullptr},
    Accessor{"n_waiting", get_scalar<&evtwin_view::n_waiting>, nullptr},
    Accessor{"waiting_kwh", get_scalar<&evtwin_view::waiting_kwh>, nullptr},
    Accessor{"waiting_since_ns", get_scalar<&evtwin_view::waiting_since_ns>, nullptr},
    Accessor{"waiting_since_h_ago", get_hours_since_scalar<&evtwin_view::waiting_since_ns>, nullptr},
    Accessor{"turned_away", get_scalar<&evtwin_view::turned_away>, nullptr},
    Accessor{"levels", get_levels, nullptr},
    Accessor{"now_ns", get_scalar<&evtwin_view::now_ns>, nullptr},
    Accessor{"next_tick_ns", get_scalar<&evtwin_view::next_tick_ns>, nullptr},
    Accessor{"tick_ns", get_scalar<&evtwin_view::tick_ns>, nullptr},
    Accessor{"utc_offset_ns", get_scalar<&evtwin_view::utc_offset_ns>, nullptr},
    Accessor{"decision_number", get_scalar<&evtwin_view::decision_number>, nullptr},
    Accessor{"next_tick_in_h", get_hours_until_scalar<&evtwin_view::next_tick_ns>, nullptr},
    Accessor{"evses", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).evse_list); }, nullptr},
    Accessor{"storages", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).storage_list); },
             nullptr},
    Accessor{"limits", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).limit_list); },
             nullptr},
    Accessor{"horizon", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).step_list); },
             nullptr},
    Accessor{"connected", get_connected, nullptr},
    Accessor{
        "storage_policy",
        [](lua_State* L, void* owner, std::size_t) { push_word(L, storage_policies, view_of(owner).storage_policy); },
        nullptr},
    Accessor{"pv_kw", get_scalar<&evtwin_view::pv_kw>, nullptr},
    Accessor{"load_kw", get_scalar<&evtwin_view::load_kw>, nullptr},
    Accessor{"contract_kw", get_scalar<&evtwin_view::contract_kw>, nullptr},
    Accessor{"export_limit_kw", get_scalar<&evtwin_view::export_limit_kw>, nullptr},
    Accessor{"power_setpoint_kw", get_scalar<&evtwin_view::power_setpoint_kw>, nullptr},
    Accessor{"buy_per_kwh", get_scalar<&evtwin_view::buy_per_kwh>, nullptr},
    Accessor{"sell_per_kwh", get_scalar<&evtwin_view::sell_per_kwh>, nullptr},
    Accessor{"driver_price_per_kwh", get_scalar<&evtwin_view::driver_price_per_kwh>, nullptr},
    Accessor{"v2g_price_per_kwh", get_scalar<&evtwin_view::v2g_price_per_kwh>, nullptr},
    Accessor{"unmet_price_per_kwh", get_scalar<&evtwin_view::unmet_price_per_kwh>, nullptr},
    Accessor{"wear_price_per_kwh", get_scalar<&evtwin_view::wear_price_per_kwh>, nullptr},
    Accessor{"demand_basis",
             [](lua_State* L, void* owner, std::size_t) { push_word(L, demand_bases, view_of(owner).demand_basis); },
             nullptr},
    Accessor{"demand_price_per_kw", get_scalar<&evtwin_view::demand_price_per_kw>, nullptr},
    Accessor{"demand_fraction", get_scalar<&evtwin_view::demand_fraction>, nullptr},
    Accessor{"billed_peak_kw", get_scalar<&evtwin_view::billed_peak_kw>, nullptr},
    Accessor{"month_peak_kw", get_scalar<&evtwin_view::month_peak_kw>, nullptr},
    Accessor{"month_end_ns", get_scalar<&evtwin_view::month_end_ns>, nullptr},
    Accessor{"next_month_demand_price_per_kw", get_scalar<&evtwin_view::next_month_demand_price_per_kw>, nullptr},
    Accessor{"next_month_demand_fraction", get_scalar<&evtwin_view::next_month_demand_fraction>, nullptr},
    Accessor{"next_month_floor_kw", get_scalar<&evtwin_view::next_month_floor_kw>, nullptr},
    Accessor{"metering_window_ns", get_scalar<&evtwin_view::metering_window_ns>, nullptr},
    Accessor{"metering_window_h",
             [](lua_State* L, void* owner, std::size_t) {
               lua_pushnumber(L, kernel::hours_between(0, view_of(owner).metering_window_ns));
             },
             nullptr},
    Accessor{"window_import_kwh", get_scalar<&evtwin_view::window_import_kwh>, nullptr},
    Accessor{"window_end_ns", get_scalar<&evtwin_view::window_end_ns>, nullptr},
    Accessor{"horizon_issued_ns", get_scalar<&evtwin_view::horizon_issued_ns>, nullptr},
    Accessor{"month_end_in_h", get_hours_until_scalar<&evtwin_view::month_end_ns>, nullptr},
    Accessor{"window_end_in_h", get_hours_until_scalar<&evtwin_view::window_end_ns>, nullptr},
    Accessor{"since_last",
             [](lua_State* L, void* owner, std::size_t) { push_proxy(L, ledger_type, owner, since_last); }, nullptr},
    Accessor{"so_far", [](lua_State* L, void* owner, std::size_t) { push_proxy(L, ledger_type, owner, so_far); },
             nullptr},
};
static_assert(kernel::has_unique_keys(view_fields, &Accessor::name));
const ProxyType view_type{"view", view_fields, nullptr};

// A read-only list of `count` objects; `rows` gets the plain list behind it.
int list_of_objects(lua_State* L, ScriptView& frame, const ProxyType& type, std::size_t count, int* rows) {
  lua_createtable(L, static_cast<int>(count), 0);
  for (std::size_t i = 0; i < count; ++i) {
    push_proxy(L, type, &frame, i);
    lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
  }
  if (rows != nullptr) {
    lua_pushvalue(L, -1);
    *rows = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua::make_read_only(L, -1, type.name, true);
  return luaL_ref(L, LUA_REGISTRYINDEX);
}

}  // namespace

void open_view(lua_State* L, ScriptView& frame, const evtwin_view& first, std::size_t horizon_steps) {
  frame.evse_list = list_of_objects(L, frame, evse_type, first.n_evses, &frame.evse_rows);
  frame.storage_list = list_of_objects(L, frame, storage_type, first.n_storages, &frame.storage_rows);
  frame.limit_list = list_of_objects(L, frame, limit_type, first.n_limits, nullptr);
  frame.step_list = list_of_objects(L, frame, step_type, horizon_steps, nullptr);
  push_proxy(L, view_type, &frame, 0);
}

std::span<const Accessor> view_accessors(std::string_view section) {
  if (section == "view") return view_fields;
  if (section == "view_evse") return evse_fields;
  if (section == "view_storage") return storage_fields;
  if (section == "view_limit") return limit_fields;
  if (section == "view_limit_member") return member_fields;
  if (section == "view_step") return step_fields;
  if (section == "view_departure") return departure_fields;
  if (section == "view_ledger") return ledger_fields;
  return {};
}

}  // namespace evtwin::scenario
