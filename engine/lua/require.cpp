// require(): modules come from the host's loader, run once, and are handed out strict and read-only.

#include <algorithm>
#include <array>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

const char modules_key = 0;  // its address is the registry key of the modules by name
constexpr std::size_t longest_name = 200;

// The module is under way while this lives; Lua's errors unwind it.
class Loading {
 public:
  Loading(Runtime& runtime, std::string name) : runtime_(runtime) { runtime_.loading.push_back(std::move(name)); }
  ~Loading() { runtime_.loading.pop_back(); }
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

 private:
  Runtime& runtime_;
};

void refuse_circle(lua_State* L, const std::string& name) {
  const std::vector<std::string>& loading = Runtime::runtime_of(L).loading;
  const auto first = std::find(loading.begin(), loading.end(), name);
  if (first == loading.end()) return;
  std::string circle;
  for (auto at = first; at != loading.end(); ++at) circle += *at + " -> ";
  raise_error(L, "require: modules need each other in a circle: " + circle + name);
}

std::string fetch(lua_State* L, const std::string& name, std::string& file) {
  Runtime& r = Runtime::runtime_of(L);
  std::string why;
  try {
    if (r.loader) return r.loader(name, file);
    why = "no such module";
  } catch (const std::exception& error) {
    why = error.what();
  }
  raise_error(L, "require \"" + name + "\": " + why);
}

// The loaded modules are pushed; 1: name, 2: modules.
int require(lua_State* L) {
  const char* bytes = luaL_checkstring(L, 1);
  const std::string name(bytes, lua_rawlen(L, 1));
  if (name.empty() || name.size() > longest_name || kernel::make_printable(name) != name) {
    raise_error(L, "require: \"" + kernel::make_printable(name, longest_name) + "\" is not a module name");
  }

  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, 2) != LUA_TNIL) return 1;
  lua_pop(L, 1);

  static constexpr std::array<std::string_view, 5> libraries{"string", "table", "math", "utf8", "coroutine"};
  if (std::find(libraries.begin(), libraries.end(), name) != libraries.end()) {
    push_builtins(L);
    lua_pushvalue(L, 1);
    lua_rawget(L, -2);
    return 1;
  }

  if (const std::string why = left_out(name); !why.empty()) raise_error(L, "require: " + why);
  refuse_circle(L, name);

  const Loading loading(Runtime::runtime_of(L), name);
  std::string file = name;
  const std::string source = fetch(L, name, file);
  kernel::log_line(kernel::LogRoom::lua, kernel::LogLevel::debug, "require \"{}\": {}, {} bytes", name, file,
                   source.size());
  if (!load_text(L, source, file)) raise_error(L);
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);

  // A module that returns nothing counts as loaded: true stands for it.
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushboolean(L, 1);
  }

  if (lua_istable(L, -1)) make_read_only(L, -1, name.substr(name.rfind('.') + 1), true);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -2);
  lua_rawset(L, 2);
  return 1;
}

}  // namespace

void add_require(lua_State* L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
  lua_pushcfunction(L, require);
  lua_setfield(L, -2, "require");
}

}  // namespace evtwin::lua
