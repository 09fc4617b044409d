// The basic functions that Lua's own library does not have in a safe form: pcall and xpcall that can not swallow a
// stop, setmetatable without finalizers, tostring without addresses, raw access that respects read-only tables, print
// to the host's sink.

#include <algorithm>
#include <array>

#include "kernel/text.hpp"
#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

constexpr std::size_t most_printed = std::size_t{64} << 10;
const char serials_key = 0;  // its address is a registry key

// Stack: true, then the results, or the error in place of the function.
int finish_pcall(lua_State* L, int status, lua_KContext) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L);
  Runtime::runtime_of(L).charge_catch(L, status);
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

int pcall(lua_State* L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

// Stack: handler, true, then the results or the error. Lua's own xpcall runs the handler inside the failing function,
// where a stop from the count hook has hooks switched off; here it runs after unwinding, as an ordinary call.
int finish_xpcall(lua_State* L, int status, lua_KContext) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
  Runtime& r = Runtime::runtime_of(L);
  r.charge_catch(L, status);
  lua_pushboolean(L, 0);
  lua_pushvalue(L, 1);
  lua_rotate(L, -3, 2);  // false, handler, error
  const int handled = lua_pcall(L, 1, LUA_MULTRET, 0);
  if (handled != LUA_OK) r.charge_catch(L, handled);
  return lua_gettop(L) - 2;
}

int xpcall(lua_State* L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  const int args = lua_gettop(L) - 2;
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);  // f, handler, true, f, args
  lua_remove(L, 1);
  return finish_xpcall(L, lua_pcallk(L, args, LUA_MULTRET, 0, 0, finish_xpcall), 0);
}

int set_metatable(lua_State* L) {
  const int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) raise_error(L, "the metatable of this value is protected");
  if (type == LUA_TTABLE) {
    for (const char* field : {"__gc", "__mode"}) {
      lua_pushstring(L, field);
      if (lua_rawget(L, 2) != LUA_TNIL) {
        raise_error(
            L, std::string(field) + " is not available: when garbage is collected must not change what a script does");
      }
      lua_pop(L, 1);
    }
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

int to_string(lua_State* L) {
  luaL_checkany(L, 1);
  push_shown(L, 1);
  return 1;
}

int to_number(lua_State* L) {
  if (lua_type(L, 1) == LUA_TSTRING) Runtime::runtime_of(L).charge_steps(L, lua_rawlen(L, 1) / 32);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

int print(lua_State* L) {
  Runtime& r = Runtime::runtime_of(L);
  std::string line;
  const int n = lua_gettop(L);
  for (int i = 1; i <= n; ++i) {
    push_shown(L, i);
    std::size_t length = 0;
    const char* text = lua_tolstring(L, -1, &length);
    if (i > 1) line += '\t';
    line.append(text, std::min(length, most_printed));
    lua_pop(L, 1);
    r.charge_steps(L, 1 + std::min(length, most_printed) / 4);
  }
  if (r.printed > most_printed) return 0;
  r.printed += line.size() + 1;
  if (r.printed > most_printed)
    r.print("print: more than 64 kB; the rest is not shown");
  else
    r.print(kernel::make_printable(line));
  return 0;
}

int raw_get(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  look_behind(L, 1);
  lua_rawget(L, 1);
  return 1;
}

int raw_length(lua_State* L) {
  const int type = lua_type(L, 1);
  luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
  look_behind(L, 1);
  lua_pushinteger(L, static_cast<lua_Integer>(lua_rawlen(L, 1)));
  return 1;
}

// The globals, libraries and modules keep their __newindex, which rawset would go around.
int raw_set(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  lua_settop(L, 3);
  const bool guarded = is_guarded(L, 1);
  if (guarded)
    lua_settable(L, 1);
  else
    lua_rawset(L, 1);
  lua_settop(L, 1);
  return 1;
}

}  // namespace

void push_shown(lua_State* L, int index) {
  index = lua_absindex(L, index);
  if (luaL_callmeta(L, index, "__tostring") != 0) {
    if (lua_isstring(L, -1) == 0) luaL_error(L, "'__tostring' must return a string");
    return;
  }
  const int type = lua_type(L, index);
  if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING) {
    luaL_tolstring(L, index, nullptr);
    return;
  }

  // Numbered in the order of being shown; the registry table holds its keys weakly.
  Runtime& r = Runtime::runtime_of(L);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &serials_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &serials_key);
  }

  lua_pushvalue(L, index);
  if (lua_rawget(L, -2) != LUA_TNUMBER) {
    lua_pop(L, 1);
    lua_pushinteger(L, ++r.shown_objects);
    lua_pushvalue(L, index);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  const lua_Integer serial = lua_tointeger(L, -1);
  lua_pop(L, 2);

  const int top = lua_gettop(L);
  const bool named = luaL_getmetafield(L, index, "__name") == LUA_TSTRING;
  std::string text = named ? lua_tostring(L, -1) : luaL_typename(L, index);
  lua_settop(L, top);
  text += ": " + std::to_string(serial);
  lua_pushlstring(L, text.data(), text.size());
}

void open_base(lua_State* L) {
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
  lua_newtable(L);
  for (const char* name : {"assert", "error", "getmetatable", "ipairs", "rawequal", "select", "type", "_VERSION"}) {
    lua_getfield(L, -2, name);
    lua_setfield(L, -2, name);
  }
  lua_getfield(L, -2, "tonumber");
  lua_pushcclosure(L, to_number, 1);
  lua_setfield(L, -2, "tonumber");
  static constexpr std::array<luaL_Reg, 9> own{{{"pcall", pcall},
                                                {"print", print},
                                                {"rawget", raw_get},
                                                {"rawlen", raw_length},
                                                {"rawset", raw_set},
                                                {"setmetatable", set_metatable},
                                                {"tostring", to_string},
                                                {"xpcall", xpcall},
                                                {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
  add_order(L);
  lua_remove(L, -2);
}

}  // namespace evtwin::lua
