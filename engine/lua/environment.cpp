// The names a script sees: its own globals in front, the read-only names of the language behind them; and read-only
// tables in general.

#include <algorithm>
#include <array>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

// Addresses are keys: of the builtins in the registry, of the table behind a face in its metatable, of the mark of
// guarded tables.
const char builtins_key = 0;
const char behind_key = 0;
const char guarded_key = 0;

constexpr int deepest_table = 100;

std::string_view text_at(lua_State* L, int index) {
  std::size_t length = 0;
  const char* bytes = lua_tolstring(L, index, &length);
  return {bytes, length};
}

// String keys of the table at `index`; the views live as long as the table has them.
void append_names(lua_State* L, int index, std::vector<std::string_view>& names) {
  index = lua_absindex(L, index);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) names.push_back(text_at(L, -1));
  }
}

void charge_search(lua_State* L, std::size_t names) { Runtime::runtime_of(L).charge_steps(L, 100 * names); }

// __index of the builtins: neither the script nor the language has this name.
int missing_name(lua_State* L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const std::string_view name = text_at(L, 2);
  const std::string why = left_out(name);
  if (!why.empty()) raise_error(L, why);
  std::vector<std::string_view> names;
  push_builtins(L);
  append_names(L, -1, names);
  lua_pushglobaltable(L);
  append_names(L, -1, names);
  charge_search(L, names.size());
  const std::string shown = kernel::make_printable(name, 80);
  raise_error(L, shown + ": no such name" + kernel::did_you_mean(name, names));
}

// __newindex of the globals.
int new_name(lua_State* L) {
  push_builtins(L);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL) {
    const std::string name = lua_type(L, 2) == LUA_TSTRING ? kernel::make_printable(text_at(L, 2), 80) : "this name";
    raise_error(L, name + " is part of the language and can not be assigned; use local");
  }
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 0;
}

std::string field_name(lua_State* L, int index) {
  if (lua_type(L, index) == LUA_TSTRING) return kernel::make_printable(text_at(L, index), 80);
  lua_pushvalue(L, index);
  push_shown(L, -1);
  std::string name = "[";
  name.append(kernel::make_printable(text_at(L, -1), 80)).append("]");
  lua_pop(L, 2);
  return name;
}

// __newindex of a face; upvalue 1: its name.
int no_writing(lua_State* L) {
  const std::string name(text_at(L, lua_upvalueindex(1)));
  raise_error(L, name + " is read-only; " + field_name(L, 2) + " can not be assigned");
}

[[noreturn]] void missing_field(lua_State* L, int table, const std::string& name) {
  std::vector<std::string_view> names;
  append_names(L, table, names);
  charge_search(L, names.size());
  raise_error(L, name + " has no field " + field_name(L, 2) + kernel::did_you_mean(text_at(L, 2), names));
}

// __index of a strict face; upvalues: its name, the table behind.
int strict_index(lua_State* L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_gettable(L, lua_upvalueindex(2)) != LUA_TNIL || lua_type(L, 2) != LUA_TSTRING) return 1;
  missing_field(L, lua_upvalueindex(2), std::string(text_at(L, lua_upvalueindex(1))));
}

int length_behind(lua_State* L) {
  lua_pushinteger(L, luaL_len(L, lua_upvalueindex(1)));
  return 1;
}

// Pushes the face of the table at `real`; the face is noted in the table at `made` so that each table has one, also in
// a circle.
void push_face(lua_State* L, int real, int made, const std::string& name, bool strict, int depth) {
  luaL_checkstack(L, 12, "table nested too deeply");
  if (depth > deepest_table) raise_error(L, name + ": tables nested deeper than " + std::to_string(deepest_table));
  lua_pushvalue(L, real);
  if (lua_rawget(L, made) != LUA_TNIL) return;
  lua_pop(L, 1);

  lua_newtable(L);
  const int face = lua_gettop(L);
  lua_pushvalue(L, real);
  lua_pushvalue(L, face);
  lua_rawset(L, made);

  // The metatable, hidden from scripts: reads go to the table behind, writes are refused.
  lua_createtable(L, 0, 8);
  lua_pushvalue(L, real);
  lua_rawsetp(L, -2, &behind_key);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &guarded_key);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushlstring(L, name.data(), name.size());
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, no_writing, 1);
  lua_setfield(L, -3, "__newindex");

  if (strict) {
    lua_pushvalue(L, real);
    lua_pushcclosure(L, strict_index, 2);
  } else {
    lua_pop(L, 1);
    lua_pushvalue(L, real);
  }
  lua_setfield(L, -2, "__index");

  lua_pushvalue(L, real);
  lua_pushcclosure(L, length_behind, 1);
  lua_setfield(L, -2, "__len");
  lua_setmetatable(L, face);

  // Tables inside get faces, too, unless they have metatables of their own.
  lua_pushnil(L);
  while (lua_next(L, real) != 0) {
    Runtime::runtime_of(L).charge_steps(L, 1);
    const bool plain = lua_type(L, -1) == LUA_TTABLE && lua_getmetatable(L, -1) == 0;
    if (!plain) {
      lua_settop(L, face + 1);
      continue;
    }
    const int value = lua_gettop(L);
    push_face(L, value, made, name + "." + field_name(L, face + 1), false, depth + 1);
    lua_pushvalue(L, face + 1);
    lua_insert(L, -2);
    lua_rawset(L, real);
    lua_settop(L, face + 1);
  }
}

// __index of a library table: its names are fixed, so a miss is a slip.
int missing_function(lua_State* L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  missing_field(L, 1, std::string(text_at(L, lua_upvalueindex(1))));
}

// Pops a library table and pushes its read-only face. Misses are caught behind the face, so that hits stay inside the
// interpreter.
void protect_library(lua_State* L, const char* name) {
  lua_createtable(L, 0, 1);
  lua_pushstring(L, name);
  lua_pushcclosure(L, missing_function, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  make_read_only(L, -1, name, false);
}

}  // namespace

void push_builtins(lua_State* L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &builtins_key); }

std::string left_out(std::string_view name) {
  static constexpr std::array<std::string_view, 4> system{"io", "os", "package", "debug"};
  static constexpr std::array<std::string_view, 5> code{"load", "loadstring", "loadfile", "dofile", "loadlib"};
  const auto is = [&](auto& names) { return std::find(names.begin(), names.end(), name) != names.end(); };
  const std::string shown(name);
  if (is(system))
    return shown + ": the sandbox does not have it; a script can not reach files, processes or the interpreter";
  if (is(code))
    return shown + ": the sandbox does not have it; no code from strings, files or bytecode, use require for modules";
  if (name == "collectgarbage") return shown + ": the sandbox does not have it; memory is looked after by the host";
  return {};
}

void make_read_only(lua_State* L, int index, std::string_view name, bool strict) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, nullptr);
  if (lua_getmetatable(L, index) != 0) {
    const bool face = lua_rawgetp(L, -1, &behind_key) == LUA_TTABLE;
    lua_pop(L, 2);
    if (face) return;
  }
  lua_newtable(L);
  push_face(L, index, lua_gettop(L), std::string(name), strict, 0);
  lua_replace(L, index);
  lua_pop(L, 1);
}

void look_behind(lua_State* L, int index) {
  index = lua_absindex(L, index);
  if (lua_type(L, index) != LUA_TTABLE || lua_getmetatable(L, index) == 0) return;
  if (lua_rawgetp(L, -1, &behind_key) == LUA_TTABLE) {
    lua_replace(L, index);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
  }
}

bool is_guarded(lua_State* L, int index) {
  if (lua_getmetatable(L, index) == 0) return false;
  const bool guarded = lua_rawgetp(L, -1, &guarded_key) != LUA_TNIL;
  lua_pop(L, 2);
  return guarded;
}

void open_environment(lua_State* L) {
  // The builtins: base functions and the faces of the libraries.
  open_base(L);
  const int builtins = lua_gettop(L);
  lua_pushvalue(L, builtins);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &builtins_key);
  struct Library {
    const char* name;
    void (*open)(lua_State*);
  };
  static constexpr std::array<Library, 5> libraries{{{"string", open_string},
                                                     {"table", open_table},
                                                     {"math", open_math},
                                                     {"utf8", open_utf8},
                                                     {"coroutine", open_coroutine}}};
  for (const Library& library : libraries) {
    library.open(L);
    protect_library(L, library.name);
    lua_setfield(L, builtins, library.name);
  }
  add_require(L);

  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, missing_name);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, builtins);

  // The globals of the script, empty, in front of them.
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushvalue(L, -1);
  lua_setfield(L, builtins, LUA_GNAME);
  lua_createtable(L, 0, 4);
  lua_pushvalue(L, builtins);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, new_name);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &guarded_key);
  lua_setmetatable(L, -2);
  lua_pop(L, 2);

  // Lua keeps what it has loaded where no script can reach it; nothing of ours needs it.
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

}  // namespace evtwin::lua
