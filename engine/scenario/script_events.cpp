// at(): scripted events, and the world they see.
#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/accessors.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {
namespace {

using kernel::TimeNs;

// State that the objects of the script refer to; `controls` is set while a function runs.
struct Frame {
  struct Site {
    std::string name;
    std::vector<std::string> evses;
  };
  std::vector<Site> sites;
  market::Calendar calendar;
  TimeNs now_ns = 0;
  twin::SiteControls* controls = nullptr;
  int site_list = LUA_NOREF;  // registry: the list world.sites
};

Frame& world_frame(void* owner) {
  Frame& frame = *static_cast<Frame*>(owner);
  if (frame.controls == nullptr) throw std::runtime_error("the world can be used inside the functions of at() only");
  return frame;
}

std::uint32_t site_index(std::size_t row) { return static_cast<std::uint32_t>(row); }

// A figure to assign, kW or a price: at least 0; infinity means no limit.
double figure(lua_State* L, const char* name, const char* unit) {
  if (lua_type(L, 3) != LUA_TNUMBER) {
    const std::string got = lua_type(L, 3) == LUA_TSTRING
                                ? "the string \"" + kernel::make_printable(lua_tostring(L, 3), 60) + "\""
                                : luaL_typename(L, 3);
    throw std::runtime_error(std::string(name) + " must be a number in " + unit + ", got " + got);
  }
  const double value = lua_tonumber(L, 3);
  if (!(value >= 0.0))
    throw std::runtime_error(std::string(name) + " = " + show_number(value) + " must be at least 0 " + unit);
  return value;
}

template <double (twin::SiteControls::*read)(std::uint32_t) const>
void get_figure(lua_State* L, void* owner, std::size_t row) {
  lua_pushnumber(L, (world_frame(owner).controls->*read)(site_index(row)));
}

template <void (twin::SiteControls::*write)(std::uint32_t, double)>
void set_figure(void* owner, std::size_t row, double value) {
  (world_frame(owner).controls->*write)(site_index(row), value);
}

// EVSE proxies carry site and row in one number.
constexpr std::size_t evse_bits = 32;
static_assert(2 * evse_bits <= std::numeric_limits<std::size_t>::digits, "site and row, each 32 bits");
std::size_t packed(std::size_t site, std::size_t evse) { return (site << evse_bits) | evse; }

using Controls = twin::SiteControls;

constexpr std::array<Accessor, 2> world_evse_fields{{
    {"id",
     [](lua_State* L, void* owner, std::size_t row) {
       lua_pushstring(L, world_frame(owner).sites[row >> evse_bits].evses[row & 0xFFFFFFFFU].c_str());
     },
     nullptr},
    {"available",
     [](lua_State* L, void* owner, std::size_t row) {
       lua_pushboolean(
           L, world_frame(owner).controls->evse_available(site_index(row >> evse_bits), site_index(row & 0xFFFFFFFFU))
                  ? 1
                  : 0);
     },
     [](lua_State* L, void* owner, std::size_t row) {
       if (lua_type(L, 3) != LUA_TBOOLEAN)
         throw std::runtime_error(std::string("available must be true or false, got ") + luaL_typename(L, 3));
       world_frame(owner).controls->set_evse_available(site_index(row >> evse_bits), site_index(row & 0xFFFFFFFFU),
                                                       lua_toboolean(L, 3) != 0);
     }},
}};
const ProxyType world_evse_type{"world.evse", world_evse_fields, nullptr};

// world.evse["A-1"]: among the EVSEs of one site, or of all (row = number of sites).
void find_evse(lua_State* L, void* owner, std::size_t row) {
  Frame& frame = world_frame(owner);
  const std::size_t first = row < frame.sites.size() ? row : 0;
  const std::size_t last = row < frame.sites.size() ? row + 1 : frame.sites.size();
  if (lua_type(L, 2) != LUA_TSTRING)
    throw std::runtime_error("world.evse is asked by the id of an EVSE: world.evse[\"A-1\"]");
  const std::string_view id = lua_tostring(L, 2);
  std::vector<std::string_view> known;
  for (std::size_t site = first; site < last; ++site) {
    const auto& evses = frame.sites[site].evses;
    for (std::size_t evse = 0; evse < evses.size(); ++evse) {
      if (evses[evse] == id) {
        push_proxy(L, world_evse_type, owner, packed(site, evse));
        return;
      }
      known.push_back(evses[evse]);
    }
  }
  throw std::runtime_error("world.evse: there is no EVSE \"" + kernel::make_printable(id, 60) + "\"" +
                           kernel::did_you_mean(id, known));
}
const ProxyType evse_list_type{"world.evse", {}, find_evse};

constexpr std::array<Accessor, 6> site_fields{{
    {"name",
     [](lua_State* L, void* owner, std::size_t row) { lua_pushstring(L, world_frame(owner).sites[row].name.c_str()); },
     nullptr},
    {"contract_kw", get_figure<&Controls::contract_kw>,
     [](lua_State* L, void* owner, std::size_t row) {
       set_figure<&Controls::set_contract_kw>(owner, row, figure(L, "contract_kw", "kW"));
     }},
    {"export_limit_kw", get_figure<&Controls::export_limit_kw>,
     [](lua_State* L, void* owner, std::size_t row) {
       set_figure<&Controls::set_export_limit_kw>(owner, row, figure(L, "export_limit_kw", "kW"));
     }},
    {"driver_price_per_kwh", get_figure<&Controls::driver_price_per_kwh>,
     [](lua_State* L, void* owner, std::size_t row) {
       set_figure<&Controls::set_driver_price_per_kwh>(owner, row, figure(L, "driver_price_per_kwh", "currency/kWh"));
     }},
    {"v2g_price_per_kwh", get_figure<&Controls::v2g_price_per_kwh>,
     [](lua_State* L, void* owner, std::size_t row) {
       set_figure<&Controls::set_v2g_price_per_kwh>(owner, row, figure(L, "v2g_price_per_kwh", "currency/kWh"));
     }},
    {"evse", [](lua_State* L, void* owner, std::size_t row) { push_proxy(L, evse_list_type, owner, row); }, nullptr},
}};
const ProxyType site_type{"world.site", site_fields, nullptr};

constexpr std::array<Accessor, 4> world_fields{{
    {"now",
     [](lua_State* L, void* owner, std::size_t) {
       lua_pushstring(L, world_frame(owner).calendar.format_local(world_frame(owner).now_ns).c_str());
     },
     nullptr},
    {"site", [](lua_State* L, void* owner, std::size_t) { push_proxy(L, site_type, owner, 0); }, nullptr},
    {"sites",
     [](lua_State* L, void* owner, std::size_t) { lua_rawgeti(L, LUA_REGISTRYINDEX, world_frame(owner).site_list); },
     nullptr},
    {"evse",
     [](lua_State* L, void* owner, std::size_t) {
       push_proxy(L, evse_list_type, owner, world_frame(owner).sites.size());
     },
     nullptr},
}};
const ProxyType world_type{"world", world_fields, nullptr};

class LuaScript : public twin::Script {
 public:
  LuaScript(const std::shared_ptr<const ScenarioSource>& source, const twin::World& world)
      : language_(source, source->seed) {
    frame_.calendar = world.calendar;
    for (const twin::Site& site : world.sites) {
      frame_.sites.push_back({site.name, {}});
      for (const physics::Evse& evse : site.evses) frame_.sites.back().evses.push_back(evse.id);
    }

    // The scenario runs again in this Lua state, since functions belong to the state that made them; its prints were
    // shown when it was loaded.
    const std::shared_ptr<const Construct> scenario = language_.run_scenario([](std::string_view) {});
    for (const auto& entry : scenario->arguments.front().as_table()->numbered) {
      const Construct* at = entry.second.construct("at");
      if (at != nullptr) functions_.push_back(*at->arguments.at(1).as_function());
    }

    // From here on prints are the run's.
    language_.sandbox().set_print(print_line);
    language_.sandbox().push_function([this](lua_State* L) {
      lua_newtable(L);
      for (std::size_t i = 0; i < frame_.sites.size(); ++i) {
        push_proxy(L, site_type, &frame_, i);
        lua_rawseti(L, -2, static_cast<lua_Integer>(i) + 1);
      }
      lua::make_read_only(L, -1, "world.sites", true);
      frame_.site_list = luaL_ref(L, LUA_REGISTRYINDEX);

      push_proxy(L, world_type, &frame_, 0);
      world_ = luaL_ref(L, LUA_REGISTRYINDEX);
      return 0;
    });
    language_.sandbox().call_pushed(0, 0);
  }

  void run_event(std::uint32_t index, TimeNs now_ns, twin::SiteControls& controls) override {
    frame_.now_ns = now_ns;
    frame_.controls = &controls;
    language_.push(functions_.at(index));
    lua_rawgeti(language_.lua_state(), LUA_REGISTRYINDEX, world_);
    try {
      language_.sandbox().call_pushed(1, 0);
    } catch (...) {
      frame_.controls = nullptr;
      throw;
    }
    frame_.controls = nullptr;
  }

  void repeat_event(std::uint32_t index, TimeNs now_ns, twin::SiteControls& controls) override {
    language_.sandbox().set_print([](std::string_view) {});
    run_event(index, now_ns, controls);
    language_.sandbox().set_print(print_line);
  }

 private:
  Language language_;
  Frame frame_;
  std::vector<Function> functions_;
  int world_ = LUA_NOREF;
};

}  // namespace

std::unique_ptr<twin::Script> make_script(const LoadedScenario& scenario) {
  if (scenario.world.events.empty()) return nullptr;
  return std::make_unique<LuaScript>(scenario.source, scenario.world);
}

std::span<const Accessor> world_accessors(std::string_view section) {
  if (section == "world") return world_fields;
  if (section == "world_site") return site_fields;
  if (section == "world_evse") return world_evse_fields;
  return {};
}

}  // namespace evtwin::scenario
