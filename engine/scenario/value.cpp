#include "scenario/value.hpp"

#include <lauxlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <new>

#include "kernel/text.hpp"
#include "lua/sandbox.hpp"

namespace evtwin::scenario {
namespace {

constexpr int deepest = 32;
constexpr std::size_t most_values = 1'000'000;
constexpr const char* construct_metatable = "evtwin.construct";

// One copy in progress: the tables on the way down, to see one that contains itself, and the count of all values.
struct Copy {
  lua_State* L;
  std::size_t values = 0;
  std::array<const void*, deepest> path{};
  int depth = 0;
};

Value copy_value(Copy& copy, int index);

Value copy_text(lua_State* L, int index) {
  std::size_t length = 0;
  const char* bytes = lua_tolstring(L, index, &length);
  std::string text(bytes, length);
  if (!kernel::is_utf8(text))
    return {Unusable{"is text that is not UTF-8: " + kernel::make_printable(text, 60) + "; save the file as UTF-8"}};
  return {std::move(text)};
}

Value copy_table(Copy& copy, int index) {
  lua_State* L = copy.L;
  const void* identity = lua_topointer(L, index);
  const auto above = copy.path.begin() + copy.depth;

  // Only the tables on the way down count: one that stands twice side by side contains nothing of itself.
  if (std::find(copy.path.begin(), above, identity) != above) return {Unusable{"is a table that contains itself"}};
  if (copy.depth == deepest) return {Unusable{"is nested more than " + std::to_string(deepest) + " tables deep"}};

  if (lua_getmetatable(L, index) != 0) {
    lua_pop(L, 1);
    return {Unusable{"is a table with a metatable; give plain tables"}};
  }

  luaL_checkstack(L, 4, "too many nested tables");
  copy.path[static_cast<std::size_t>(copy.depth++)] = identity;
  auto table = std::make_shared<Table>();
  Value result;

  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    const int key = lua_gettop(L) - 1;
    Value value = copy_value(copy, key + 1);
    if (lua_type(L, key) == LUA_TSTRING) {
      std::size_t length = 0;
      const char* bytes = lua_tolstring(L, key, &length);
      table->named.emplace_back(std::string(bytes, length), std::move(value));
    } else if (lua_isinteger(L, key) != 0) {
      table->numbered.emplace_back(lua_tointeger(L, key), std::move(value));
    } else {
      result = {
          Unusable{std::string("has a key that is a ") + luaL_typename(L, key) + "; keys are names or whole numbers"}};
    }

    // The key stays on the stack: lua_next goes on from it.
    lua_settop(L, key);
  }

  --copy.depth;
  if (!result.is_nil()) return result;

  // Sorted, since lua_next goes by hash: nothing may depend on it.
  std::sort(table->numbered.begin(), table->numbered.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::sort(table->named.begin(), table->named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {std::shared_ptr<const Table>(std::move(table))};
}

Value copy_value(Copy& copy, int index) {
  lua_State* L = copy.L;
  if (++copy.values > most_values)
    luaL_error(L, "too large: more than %d values in one table", static_cast<int>(most_values));

  // Copying is the script's work: it counts against its budget.
  lua::Sandbox::sandbox_of(L).charge_steps(4);
  switch (lua_type(L, index)) {
    case LUA_TNIL:
      return {};
    case LUA_TBOOLEAN:
      return {lua_toboolean(L, index) != 0};
    case LUA_TNUMBER:
      if (lua_isinteger(L, index) != 0) return {static_cast<std::int64_t>(lua_tointeger(L, index))};
      return {static_cast<double>(lua_tonumber(L, index))};
    case LUA_TSTRING:
      return copy_text(L, index);

    case LUA_TFUNCTION:
      luaL_checkstack(L, 2, nullptr);
      lua_pushvalue(L, index);
      return {Function{luaL_ref(L, LUA_REGISTRYINDEX)}};
    case LUA_TTABLE: {
      // The tables of modules are read-only faces; their contents stand behind.
      luaL_checkstack(L, 2, nullptr);
      lua_pushvalue(L, index);
      lua::look_behind(L, -1);
      Value value = copy_table(copy, lua_gettop(L));
      lua_pop(L, 1);
      return value;
    }

    case LUA_TUSERDATA:
      if (auto construct = to_construct(L, index)) return {std::move(construct)};
      [[fallthrough]];
    default:
      return {Unusable{std::string("is a ") + luaL_typename(L, index) + ", which can not stand in a scenario"}};
  }
}

int refuse_change(lua_State* L) {
  const auto construct = to_construct(L, 1);
  return luaL_error(L, "a %s can not be read or changed once it is made; give everything inside its braces",
                    construct ? construct->kind.c_str() : "value of the language");
}

// Reads from the table that a word keeps for scripts: that of a strategy; the others keep none.
int read_construct(lua_State* L) {
  if (to_construct(L, 1) == nullptr || lua_getiuservalue(L, 1, 1) != LUA_TTABLE) return refuse_change(L);
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

int release_construct(lua_State* L) {
  static_cast<std::shared_ptr<const Construct>*>(lua_touserdata(L, 1))->~shared_ptr();
  return 0;
}

// `plugin "milp" { horizon_h = 24 }`: the braces come as a call of what plugin "milp" made.
int call_construct(lua_State* L) {
  const auto construct = to_construct(L, 1);
  if (!construct || !construct->takes_table) {
    return luaL_error(L, "a %s can not be called", construct ? construct->kind.c_str() : "value of the language");
  }
  if (lua_type(L, 2) != LUA_TTABLE)
    return luaL_error(L, "%s: a table in braces is due, got a %s", construct->kind.c_str(), luaL_typename(L, 2));
  auto with_table = std::make_shared<Construct>(*construct);
  with_table->arguments.push_back(take_value(L, 2));
  with_table->takes_table = false;
  push_construct(L, std::move(with_table));
  return 1;
}

int show_construct(lua_State* L) {
  const auto construct = to_construct(L, 1);
  lua_pushstring(L, construct ? construct->kind.c_str() : "?");
  return 1;
}

std::string short_number(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

}  // namespace

const Table* Value::as_table() const {
  const auto* table = std::get_if<std::shared_ptr<const Table>>(&data);
  return table != nullptr ? table->get() : nullptr;
}

const Construct* Value::construct(std::string_view kind) const {
  const auto* construct = std::get_if<std::shared_ptr<const Construct>>(&data);
  if (construct == nullptr || (!kind.empty() && (*construct)->kind != kind)) return nullptr;
  return construct->get();
}

double Value::as_number() const {
  const auto* whole = std::get_if<std::int64_t>(&data);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(data);
}

const Value* Table::find_value(std::string_view name) const {
  const auto at = std::lower_bound(named.begin(), named.end(), name,
                                   [](const auto& entry, std::string_view n) { return entry.first < n; });
  return at != named.end() && at->first == name ? &at->second : nullptr;
}

std::size_t Table::list_length() const {
  std::size_t n = 0;
  while (n < numbered.size() && numbered[n].first == static_cast<std::int64_t>(n) + 1) ++n;
  return n;
}

bool Table::is_list() const { return list_length() == numbered.size(); }

std::string describe_value(const Value& value) {
  if (value.is_nil()) return "nothing (nil)";
  if (const bool* b = value.as_boolean()) return *b ? "true" : "false";
  if (value.is_number()) return "the number " + short_number(value.as_number());
  if (const std::string* text = value.as_text()) return "the string \"" + kernel::make_printable(*text, 60) + "\"";
  if (value.as_table() != nullptr) return "a table";
  if (value.as_function() != nullptr) return "a function";
  if (const Construct* construct = value.construct()) return "what " + construct->kind + " makes";
  return "a value that can not be used";
}

Value take_value(lua_State* L, int index) {
  Copy copy{L};
  return copy_value(copy, lua_absindex(L, index));
}

void push_construct(lua_State* L, std::shared_ptr<const Construct> construct) {
  void* memory = lua_newuserdatauv(L, sizeof(std::shared_ptr<const Construct>), 1);
  new (memory) std::shared_ptr<const Construct>(std::move(construct));
  if (luaL_newmetatable(L, construct_metatable) != 0) {
    static constexpr std::array<luaL_Reg, 6> methods{{{"__index", read_construct},
                                                      {"__call", call_construct},
                                                      {"__newindex", refuse_change},
                                                      {"__gc", release_construct},
                                                      {"__tostring", show_construct},
                                                      {nullptr, nullptr}}};
    luaL_setfuncs(L, methods.data(), 0);
    lua_pushliteral(L, "locked");
    lua_setfield(L, -2, "__metatable");
  }
  lua_setmetatable(L, -2);
}

std::shared_ptr<const Construct> to_construct(lua_State* L, int index) {
  const void* memory = luaL_testudata(L, index, construct_metatable);
  if (memory == nullptr) return nullptr;
  return *static_cast<const std::shared_ptr<const Construct>*>(memory);
}

}  // namespace evtwin::scenario
