// strategy = function(view) ... end: the view as Lua objects over the host's columns, and the table that comes back.
#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "scenario/accessors.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"
#include "scenario/nearest.hpp"
#include "scenario/printable.hpp"

namespace evtwin::scenario {
namespace {

using kernel::TimeNs;

constexpr TimeNs horizon_ns = 24 * kernel::hour_ns;

struct Frame {
  const evtwin_view* view = nullptr;  // set while the function runs
  market::Calendar calendar;
  std::vector<std::string> evses, storages;
  int evse_list = LUA_NOREF, storage_list = LUA_NOREF, step_list = LUA_NOREF;
};

Frame& frame_of(void* owner) {
  Frame& frame = *static_cast<Frame*>(owner);
  if (frame.view == nullptr) throw std::runtime_error("the view can be used inside the strategy only");
  return frame;
}

const evtwin_view& view_of(void* owner) { return *frame_of(owner).view; }

template <const double* evtwin_view::*column>
void get_column(lua_State* L, void* owner, std::size_t row) {
  push_known(L, (view_of(owner).*column)[row]);
}
template <double evtwin_view::*scalar>
void get_scalar(lua_State* L, void* owner, std::size_t) {
  push_known(L, view_of(owner).*scalar);
}

constexpr std::array<Accessor, 25> evse_fields{{
    {"id", [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, frame_of(owner).evses[row].c_str()); },
     nullptr},
    {"connected",
     [](lua_State* L, void* owner, std::size_t row) {
       lua_pushboolean(L, view_of(owner).evse_session[row] != 0 ? 1 : 0);
     },
     nullptr},
    {"draws",
     [](lua_State* L, void* owner, std::size_t row) {
       lua_pushboolean(L, view_of(owner).evse_draws[row] != 0 ? 1 : 0);
     },
     nullptr},
    {"session",
     [](lua_State* L, void* owner, std::size_t row) {
       lua_pushinteger(L, static_cast<lua_Integer>(view_of(owner).evse_session[row]));
     },
     nullptr},
    {"phases", [](lua_State* L, void* owner, std::size_t row) { lua_pushinteger(L, view_of(owner).evse_phases[row]); },
     nullptr},
    {"arrived_h_ago",
     [](lua_State* L, void* owner, std::size_t row) {
       const evtwin_view& v = view_of(owner);
       push_known(
           L, v.evse_session[row] != 0 ? kernel::hours_between(v.evse_arrived_ns[row], v.now_ns) : physics::unknown);
     },
     nullptr},
    {"departs_in_h",
     [](lua_State* L, void* owner, std::size_t row) {
       const evtwin_view& v = view_of(owner);
       push_known(
           L, v.evse_session[row] != 0 ? kernel::hours_between(v.now_ns, v.evse_departs_ns[row]) : physics::unknown);
     },
     nullptr},
    {"claimed_departs_in_h",
     [](lua_State* L, void* owner, std::size_t row) {
       const evtwin_view& v = view_of(owner);
       push_known(L, v.evse_session[row] != 0 ? kernel::hours_between(v.now_ns, v.evse_claimed_departs_ns[row])
                                              : physics::unknown);
     },
     nullptr},
    {"voltage_v", get_column<&evtwin_view::evse_voltage_v>, nullptr},
    {"max_kw", get_column<&evtwin_view::evse_max_kw>, nullptr},
    {"max_discharge_kw", get_column<&evtwin_view::evse_max_discharge_kw>, nullptr},
    {"efficiency", get_column<&evtwin_view::evse_efficiency>, nullptr},
    {"setpoint_kw", get_column<&evtwin_view::evse_setpoint_kw>, nullptr},
    {"power_kw", get_column<&evtwin_view::evse_power_kw>, nullptr},
    {"requested_kwh", get_column<&evtwin_view::evse_requested_kwh>, nullptr},
    {"got_kwh", get_column<&evtwin_view::evse_got_kwh>, nullptr},
    {"remaining_kwh", get_column<&evtwin_view::evse_remaining_kwh>, nullptr},
    {"car_min_kw", get_column<&evtwin_view::evse_car_min_kw>, nullptr},
    {"car_max_kw", get_column<&evtwin_view::evse_car_max_kw>, nullptr},
    {"car_max_discharge_kw", get_column<&evtwin_view::evse_car_max_discharge_kw>, nullptr},
    {"kw_per_a", get_column<&evtwin_view::evse_kw_per_a>, nullptr},
    {"soc", get_column<&evtwin_view::evse_soc>, nullptr},
    {"battery_kwh", get_column<&evtwin_view::evse_battery_kwh>, nullptr},
    {"soc_floor", get_column<&evtwin_view::evse_soc_floor>, nullptr},
    {"priority", get_column<&evtwin_view::evse_priority>, nullptr},
}};
const ProxyType evse_type{"view.evses[i]", evse_fields, nullptr};

constexpr std::array<Accessor, 10> storage_fields{{
    {"name",
     [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, frame_of(owner).storages[row].c_str()); },
     nullptr},
    {"kwh", get_column<&evtwin_view::storage_kwh>, nullptr},
    {"soc", get_column<&evtwin_view::storage_soc>, nullptr},
    {"soc_min", get_column<&evtwin_view::storage_soc_min>, nullptr},
    {"soc_max", get_column<&evtwin_view::storage_soc_max>, nullptr},
    {"max_charge_kw", get_column<&evtwin_view::storage_max_charge_kw>, nullptr},
    {"max_discharge_kw", get_column<&evtwin_view::storage_max_discharge_kw>, nullptr},
    {"charge_efficiency", get_column<&evtwin_view::storage_charge_efficiency>, nullptr},
    {"discharge_efficiency", get_column<&evtwin_view::storage_discharge_efficiency>, nullptr},
    {"power_kw", get_column<&evtwin_view::storage_power_kw>, nullptr},
}};
const ProxyType storage_type{"view.storages[i]", storage_fields, nullptr};

// Steps beyond what the host filled are unknown: NaN, nil in Lua.
template <const double* evtwin_view::*column>
void get_step(lua_State* L, void* owner, std::size_t row) {
  const evtwin_view& v = view_of(owner);
  push_known(L, row < v.horizon_steps ? (v.*column)[row] : physics::unknown);
}

constexpr std::array<Accessor, 9> step_fields{{
    {"starts_in_h",
     [](lua_State* L, void* owner, std::size_t row) {
       const evtwin_view& v = view_of(owner);
       push_known(L,
                  row < v.horizon_steps ? kernel::hours_between(v.now_ns, v.horizon_start_ns[row]) : physics::unknown);
     },
     nullptr},
    {"hours",
     [](lua_State* L, void* owner, std::size_t row) {
       const evtwin_view& v = view_of(owner);
       push_known(L, row < v.horizon_steps ? kernel::hours_between(v.horizon_start_ns[row], v.horizon_start_ns[row + 1])
                                           : physics::unknown);
     },
     nullptr},
    {"buy_per_kwh", get_step<&evtwin_view::horizon_buy_per_kwh>, nullptr},
    {"sell_per_kwh", get_step<&evtwin_view::horizon_sell_per_kwh>, nullptr},
    {"pv_kw", get_step<&evtwin_view::horizon_pv_kw>, nullptr},
    {"load_kw", get_step<&evtwin_view::horizon_load_kw>, nullptr},
    {"co2_kg_per_kwh", get_step<&evtwin_view::horizon_co2_kg_per_kwh>, nullptr},
    {"contract_kw", get_step<&evtwin_view::horizon_contract_kw>, nullptr},
    {"power_setpoint_kw", get_step<&evtwin_view::horizon_power_setpoint_kw>, nullptr},
}};
const ProxyType step_type{"view.horizon[k]", step_fields, nullptr};

void push_list(lua_State* L, int reference) { lua_rawgeti(L, LUA_REGISTRYINDEX, reference); }
market::LocalTime local_of(void* owner) { return frame_of(owner).calendar.local(view_of(owner).now_ns); }

std::string why_text(std::uint32_t why) {
  static constexpr std::array<std::pair<std::uint32_t, const char*>, 6> names{{{EVTWIN_WHY_TICK, "tick"},
                                                                               {EVTWIN_WHY_ARRIVAL, "arrival"},
                                                                               {EVTWIN_WHY_DEPARTURE, "departure"},
                                                                               {EVTWIN_WHY_PRICE, "price"},
                                                                               {EVTWIN_WHY_LIMIT, "limit"},
                                                                               {EVTWIN_WHY_WAKE, "wake"}}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((why & bit) != 0) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text;
}

constexpr std::array<Accessor, 25> view_fields{{
    {"now",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushstring(L, frame_of(owner).calendar.format_local(view_of(owner).now_ns).c_str());
     },
     nullptr},
    {"now_ns", [](lua_State* L, void* owner, std::size_t) { lua_pushinteger(L, view_of(owner).now_ns); }, nullptr},
    {"date",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushstring(L, market::format_date(local_of(owner).date).c_str());
     },
     nullptr},
    {"weekday",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushinteger(L, static_cast<lua_Integer>(market::weekday_of(local_of(owner).date)) + 1);
     },
     nullptr},
    {"hour", [](lua_State* L, void* owner, std::size_t) { lua_pushinteger(L, local_of(owner).hour); }, nullptr},
    {"minute", [](lua_State* L, void* owner, std::size_t) { lua_pushinteger(L, local_of(owner).minute); }, nullptr},
    {"tick_h",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushnumber(L, kernel::hours_between(0, view_of(owner).tick_ns));
     },
     nullptr},
    {"decision",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushinteger(L, static_cast<lua_Integer>(view_of(owner).decision_number));
     },
     nullptr},
    {"why", [](lua_State* L, void* owner, std::size_t) { lua_pushstring(L, why_text(view_of(owner).why).c_str()); },
     nullptr},
    {"evses", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).evse_list); }, nullptr},
    {"storages", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).storage_list); }, nullptr},
    {"horizon", [](lua_State* L, void* owner, std::size_t) { push_list(L, frame_of(owner).step_list); }, nullptr},
    {"pv_kw", get_scalar<&evtwin_view::pv_kw>, nullptr},
    {"load_kw", get_scalar<&evtwin_view::load_kw>, nullptr},
    {"contract_kw", get_scalar<&evtwin_view::contract_kw>, nullptr},
    {"export_limit_kw", get_scalar<&evtwin_view::export_limit_kw>, nullptr},
    {"power_setpoint_kw", get_scalar<&evtwin_view::power_setpoint_kw>, nullptr},
    {"buy_per_kwh", get_scalar<&evtwin_view::buy_per_kwh>, nullptr},
    {"sell_per_kwh", get_scalar<&evtwin_view::sell_per_kwh>, nullptr},
    {"driver_price_per_kwh", get_scalar<&evtwin_view::driver_price_per_kwh>, nullptr},
    {"v2g_price_per_kwh", get_scalar<&evtwin_view::v2g_price_per_kwh>, nullptr},
    {"unmet_price_per_kwh", get_scalar<&evtwin_view::unmet_price_per_kwh>, nullptr},
    {"demand_price_per_kw", get_scalar<&evtwin_view::demand_price_per_kw>, nullptr},
    {"billed_peak_kw", get_scalar<&evtwin_view::billed_peak_kw>, nullptr},
    {"window_import_kwh", get_scalar<&evtwin_view::window_import_kwh>, nullptr},
}};
const ProxyType view_type{"view", view_fields, nullptr};

class LuaStrategy : public control::Strategy {
 public:
  LuaStrategy(const std::shared_ptr<const ScenarioSource>& source, const market::Calendar& calendar,
              std::vector<std::string> evses, std::vector<std::string> storages, TimeNs tick_ns)
      : language_(source, source->seed) {
    subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
    horizon_steps = static_cast<std::uint32_t>((horizon_ns + tick_ns - 1) / tick_ns);
    frame_.calendar = calendar;
    frame_.evses = std::move(evses);
    frame_.storages = std::move(storages);
    for (std::size_t i = 0; i < frame_.evses.size(); ++i) evse_rows_.emplace(frame_.evses[i], i);
    for (std::size_t i = 0; i < frame_.storages.size(); ++i) storage_rows_.emplace(frame_.storages[i], i);

    const std::shared_ptr<const Construct> scenario = language_.run([](std::string_view) {});
    const Value* strategy = scenario->arguments.front().table()->find("strategy");
    if (strategy == nullptr || strategy->function() == nullptr)
      throw ScriptError(source->file() + ": the scenario has no strategy function");
    language_.sandbox().set_print(print_line);

    lua_State* L = language_.state();
    language_.push(*strategy->function());
    lua_Debug where;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &where);
    position_ = std::string(where.source[0] == '@' ? where.source + 1 : where.source) + ":" +
                std::to_string(where.linedefined) + ": ";
    function_ = luaL_ref(L, LUA_REGISTRYINDEX);
    language_.sandbox().push_function([this](lua_State* in) { return open(in); });
    language_.sandbox().call(0, 0);
    language_.sandbox().push_function([this](lua_State* in) { return ask(in); });
    ask_ = luaL_ref(L, LUA_REGISTRYINDEX);
  }

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    frame_.view = &view;
    decision_ = &decision;
    std::string trouble;
    try {
      lua_rawgeti(language_.state(), LUA_REGISTRYINDEX, ask_);
      language_.sandbox().call(0, 0);
    } catch (const ScriptError& error) {
      trouble = error.message;
    }
    frame_.view = nullptr;
    if (!trouble.empty()) throw control::StrategyError(trouble);
  }

 private:
  int list(lua_State* L, const ProxyType& type, std::size_t count) {
    lua_createtable(L, static_cast<int>(count), 0);
    for (std::size_t i = 0; i < count; ++i) {
      push_proxy(L, type, &frame_, i);
      lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
    }
    make_read_only(L, -1, type.name, true);
    return luaL_ref(L, LUA_REGISTRYINDEX);
  }

  int open(lua_State* L) {
    frame_.evse_list = list(L, evse_type, frame_.evses.size());
    frame_.storage_list = list(L, storage_type, frame_.storages.size());
    frame_.step_list = list(L, step_type, horizon_steps);
    push_proxy(L, view_type, &frame_, 0);
    view_ = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
  }

  // Calls the function and writes what it returns into the decision; runs inside Lua, under one budget.
  int ask(lua_State* L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, function_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, view_);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) return 0;
    if (lua_type(L, -1) != LUA_TTABLE)
      throw ScriptError(position_ + "the strategy returned a " + luaL_typename(L, -1) +
                        "; a table of kW by EVSE id or position is due, or nil");
    look_behind(L, -1);
    // The order of lua_next differs between processes: of several troubles the smallest text is told.
    std::string trouble;
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      const std::string text = take(L);
      if (!text.empty() && (trouble.empty() || text < trouble)) trouble = text;
      lua_pop(L, 1);
    }
    if (!trouble.empty()) throw ScriptError(position_ + trouble);
    return 0;
  }

  // One entry, key below value on top. @returns what is wrong with it.
  std::string take(lua_State* L) {
    double* target = nullptr;
    std::string name;
    if (lua_type(L, -2) == LUA_TSTRING) {
      std::size_t length = 0;
      const char* bytes = lua_tolstring(L, -2, &length);
      name.assign(bytes, length);
      if (const auto evse = evse_rows_.find(name); evse != evse_rows_.end())
        target = decision_->evse_kw + evse->second;
      else if (const auto storage = storage_rows_.find(name); storage != storage_rows_.end())
        target = decision_->storage_kw + storage->second;
      else
        return "the strategy returned power for \"" + printable(name, 60) +
               "\", which is no EVSE or storage of the site" + nearest(name);
    } else if (lua_isinteger(L, -2) != 0) {
      const lua_Integer position = lua_tointeger(L, -2);
      if (position < 1 || position > static_cast<lua_Integer>(frame_.evses.size())) {
        return "the strategy returned power for position " + std::to_string(position) + "; the site has EVSEs 1 to " +
               std::to_string(frame_.evses.size());
      }
      target = decision_->evse_kw + (position - 1);
      name = frame_.evses[static_cast<std::size_t>(position - 1)];
    } else {
      return std::string("the strategy returned a table with a key that is a ") + luaL_typename(L, -2) +
             "; keys are EVSE ids or positions";
    }
    if (lua_type(L, -1) != LUA_TNUMBER)
      return "the strategy returned a " + std::string(luaL_typename(L, -1)) + " for " + printable(name, 60) +
             "; a number of kW is due";
    const double kw = lua_tonumber(L, -1);
    if (!std::isfinite(kw))
      return "the strategy returned " + show_number(kw) + " for EVSE " + printable(name, 60) +
             "; a finite number of kW is due, or nil to leave it as it is";
    if (!std::isnan(*target))
      return "the strategy returned two powers for " + printable(name, 60) + ", by id and by position";
    *target = kw;
    return {};
  }

  std::string nearest(const std::string& wrong) const {
    std::vector<std::string_view> known;
    for (const std::string& id : frame_.evses) known.push_back(id);
    for (const std::string& id : frame_.storages) known.push_back(id);
    return did_you_mean(wrong, known);
  }

  Language language_;
  Frame frame_;
  std::map<std::string, std::size_t, std::less<>> evse_rows_, storage_rows_;
  evtwin_decision* decision_ = nullptr;
  std::string position_;
  int function_ = LUA_NOREF, ask_ = LUA_NOREF, view_ = LUA_NOREF;
};

}  // namespace

control::StrategyFactory lua_strategy(const LoadedScenario& scenario) {
  struct Names {
    std::vector<std::string> evses, storages;
  };
  auto names = std::make_shared<std::vector<Names>>();
  for (const twin::Site& site : scenario.world.sites) {
    names->emplace_back();
    for (const physics::Evse& evse : site.evses) names->back().evses.push_back(evse.id);
    for (const physics::Storage& storage : site.storages) names->back().storages.push_back(storage.id);
  }
  return [source = scenario.source, calendar = scenario.world.calendar, tick_ns = scenario.world.tick_ns, names](
             const evtwin_view&, std::uint64_t, std::uint32_t site) -> std::unique_ptr<control::Strategy> {
    try {
      return std::make_unique<LuaStrategy>(source, calendar, names->at(site).evses, names->at(site).storages, tick_ns);
    } catch (const ScriptError& error) {
      throw control::StrategyError(error.message);
    }
  };
}

std::span<const Accessor> view_accessors(std::string_view section) {
  if (section == "view") return view_fields;
  if (section == "view_evse") return evse_fields;
  if (section == "view_storage") return storage_fields;
  if (section == "view_step") return step_fields;
  return {};
}

}  // namespace evtwin::scenario
