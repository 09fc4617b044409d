// pairs() and next() in an order that is a function of the keys alone. Lua's own order follows hashes, which differ
// from process to process.
//
// Order: integers from 1 ascending, then other numbers ascending, then strings in byte order, then false, true. Keys
// that are tables, functions or coroutines have nothing to be ordered by and are refused.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

const char next_key = 0;  // its address is the registry key of the table next() last walked over

struct Key {
  enum class Kind : std::uint8_t { place, integer, number, text, boolean };  // place: an integer from 1
  Kind kind = Kind::place;
  lua_Integer integer = 0;
  lua_Number number = 0;
  std::string_view text;  // the string is a key of the table and lives as long as it is
};

// Exact, also where an integer has no double: a float key is never integral within the range of integers.
bool integer_below(lua_Integer a, lua_Number b) {
  if (b >= 0x1p63) return true;
  if (b < -0x1p63) return false;
  return a <= static_cast<lua_Integer>(std::floor(b));
}

bool operator<(const Key& a, const Key& b) {
  using Kind = Key::Kind;
  const auto group = [](Kind kind) { return kind == Kind::integer ? Kind::number : kind; };
  if (group(a.kind) != group(b.kind)) return group(a.kind) < group(b.kind);
  switch (a.kind) {
    case Kind::place:
      return a.integer < b.integer;
    case Kind::integer:
      return b.kind == Kind::integer ? a.integer < b.integer : integer_below(a.integer, b.number);
    case Kind::number:
      return b.kind == Kind::number ? a.number < b.number : !integer_below(b.integer, a.number);
    case Kind::text:
      return a.text < b.text;
    case Kind::boolean:
      return a.integer < b.integer;
  }
  return false;
}

Key key_at(lua_State* L, int index) {
  Key key;
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      if (lua_isinteger(L, index) != 0) {
        // Integers from 1 on come first, as places of a list.
        key.integer = lua_tointeger(L, index);
        key.kind = key.integer >= 1 ? Key::Kind::place : Key::Kind::integer;
      } else {
        key.kind = Key::Kind::number;
        key.number = lua_tonumber(L, index);
      }
      break;
    case LUA_TSTRING: {
      std::size_t length = 0;
      const char* bytes = lua_tolstring(L, index, &length);
      key.kind = Key::Kind::text;
      key.text = {bytes, length};
      break;
    }
    case LUA_TBOOLEAN:
      key.kind = Key::Kind::boolean;
      key.integer = lua_toboolean(L, index);
      break;
    default:
      raise_error(L, std::string("pairs: a table with a ") + luaL_typename(L, index) +
                         " as key has no fixed order; use names or numbers as keys, or a list");
  }
  return key;
}

void push_key(lua_State* L, const Key& key) {
  switch (key.kind) {
    case Key::Kind::place:
    case Key::Kind::integer:
      lua_pushinteger(L, key.integer);
      break;
    case Key::Kind::number:
      lua_pushnumber(L, key.number);
      break;
    case Key::Kind::text:
      lua_pushlstring(L, key.text.data(), key.text.size());
      break;
    case Key::Kind::boolean:
      lua_pushboolean(L, static_cast<int>(key.integer));
      break;
  }
}

// n of the keys 1..n that are there without a hole.
lua_Integer list_length(lua_State* L, int table) {
  for (lua_Integer n = 0;; ++n) {
    const bool end = lua_rawgeti(L, table, n + 1) == LUA_TNIL;
    lua_pop(L, 1);
    if (!end) continue;
    Runtime::runtime_of(L).charge_steps(L, static_cast<std::uint64_t>(n) / 8);
    return n;
  }
}

// The keys beyond 1..n, in order.
std::vector<Key> other_keys(lua_State* L, int table, lua_Integer n) {
  std::vector<Key> keys;
  std::uint64_t visited = 0;
  std::size_t bytes = 0;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    lua_pop(L, 1);
    ++visited;
    if (lua_isinteger(L, -1) != 0) {
      const lua_Integer i = lua_tointeger(L, -1);
      if (i >= 1 && i <= n) continue;
    }
    keys.push_back(key_at(L, -1));
    bytes += keys.back().text.size();
  }
  const auto sorting = static_cast<std::uint64_t>(std::bit_width(keys.size()));
  Runtime::runtime_of(L).charge_steps(L, visited / 4 + (keys.size() + bytes / 64) * sorting);
  std::sort(keys.begin(), keys.end());
  return keys;
}

// Pushes an array of keys[from...].
void push_keys(lua_State* L, const std::vector<Key>& keys, std::size_t from) {
  lua_createtable(L, static_cast<int>(keys.size() - from), 0);
  for (std::size_t i = from; i < keys.size(); ++i) {
    push_key(L, keys[i]);
    lua_rawseti(L, -2, static_cast<lua_Integer>(i - from + 1));
  }
}

// Iterator of pairs(). The keys are those of the call of pairs(): a key set to nil meanwhile is left out, a new one
// does not appear.
enum Upvalue : int { table_up = 1, list_up = 2, keys_up = 3, position_up = 4 };

int step(lua_State* L) {
  const lua_Integer n = lua_tointeger(L, lua_upvalueindex(list_up));
  lua_Integer position = lua_isnil(L, 2) ? 0 : lua_tointeger(L, lua_upvalueindex(position_up));
  for (;;) {
    ++position;
    if (position <= n) {
      lua_pushinteger(L, position);
    } else if (lua_rawgeti(L, lua_upvalueindex(keys_up), position - n) == LUA_TNIL) {
      return 1;
    }
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(table_up)) != LUA_TNIL) break;
    lua_pop(L, 2);
    Runtime::runtime_of(L).charge_steps(L, 1);
  }
  lua_pushinteger(L, position);
  lua_replace(L, lua_upvalueindex(position_up));
  return 2;
}

int pairs(lua_State* L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  look_behind(L, 2);
  const lua_Integer n = list_length(L, 2);
  lua_pushinteger(L, n);
  push_keys(L, other_keys(L, 2, n), 0);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, step, 4);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// next(t, k) keeps the keys of the walk that is under way: { table, keys after the list, position in keys }.
// A walk over t that goes on where it left off costs one step; any other call starts from the keys again.
enum WalkField : lua_Integer { walk_table = 1, walk_keys = 2, walk_position = 3 };

// Pushes key and value of the first live key at or after `position` in the array of keys on top, noting the place; else
// pushes nil.
int walk_from(lua_State* L, int table, int walk, int keys, lua_Integer position) {
  for (;; ++position) {
    if (lua_rawgeti(L, keys, position) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, table) != LUA_TNIL) break;
    lua_pop(L, 2);
    Runtime::runtime_of(L).charge_steps(L, 1);
  }
  lua_pushinteger(L, position);
  lua_rawseti(L, walk, walk_position);
  return 2;
}

int next(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  look_behind(L, 1);
  // Inside the list the next key needs no search; "next(t) == nil" asks whether a table is empty.
  const bool first = lua_isnil(L, 2);
  if (first || lua_isinteger(L, 2) != 0) {
    const lua_Integer i = lua_tointeger(L, 2);
    bool in_list = first;
    if (!first && i >= 1) {
      in_list = lua_rawgeti(L, 1, i) != LUA_TNIL;
      lua_pop(L, 1);
    }
    if (in_list && i < LUA_MAXINTEGER) {
      lua_pushinteger(L, i + 1);
      if (lua_rawgeti(L, 1, i + 1) != LUA_TNIL) return 2;
      lua_pop(L, 2);
    }
  }
  lua_settop(L, 2);

  // The walk of the last call goes on, if it is of this table and stands at this key.
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &next_key) == LUA_TTABLE) {
    lua_rawgeti(L, 3, walk_table);
    lua_rawgeti(L, 3, walk_keys);
    lua_rawgeti(L, 3, walk_position);
    const lua_Integer position = lua_tointeger(L, -1);
    lua_rawgeti(L, 5, position);
    if (!first && lua_rawequal(L, 4, 1) != 0 && lua_rawequal(L, -1, 2) != 0) return walk_from(L, 1, 3, 5, position + 1);
  }

  // Else a new walk begins behind the key.
  lua_settop(L, 2);
  const std::vector<Key> keys = other_keys(L, 1, list_length(L, 1));
  std::size_t from = 0;
  if (!first) from = static_cast<std::size_t>(std::upper_bound(keys.begin(), keys.end(), key_at(L, 2)) - keys.begin());

  lua_createtable(L, 3, 0);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &next_key);
  lua_pushvalue(L, 1);
  lua_rawseti(L, 3, walk_table);
  push_keys(L, keys, from);
  lua_pushvalue(L, -1);
  lua_rawseti(L, 3, walk_keys);
  return walk_from(L, 1, 3, 4, 1);
}

}  // namespace

void push_ordered_keys(lua_State* L, int index) {
  luaL_checkstack(L, 8, nullptr);
  lua_pushvalue(L, index);
  look_behind(L, -1);
  const int table = lua_gettop(L);
  const lua_Integer n = list_length(L, table);
  const std::vector<Key> keys = other_keys(L, table, n);
  lua_createtable(L, static_cast<int>(n) + static_cast<int>(keys.size()), 0);
  for (lua_Integer i = 1; i <= n; ++i) {
    lua_pushinteger(L, i);
    lua_rawseti(L, -2, i);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    push_key(L, keys[i]);
    lua_rawseti(L, -2, n + static_cast<lua_Integer>(i) + 1);
  }
  lua_remove(L, table);
}

void add_order(lua_State* L) {
  static constexpr std::array<luaL_Reg, 3> own{{{"next", next}, {"pairs", pairs}, {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
}

}  // namespace evtwin::lua
