// The table library with every element charged, and a sort that is stable and the same in every process (Lua's own
// picks its pivots by the clock). Metamethods (__index, __newindex, __len, __lt) work as in Lua.

#include <algorithm>
#include <array>
#include <climits>

#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

std::uint64_t unsigned_of(lua_Integer value) { return static_cast<std::uint64_t>(value); }

void check_table(lua_State* L, int index) {
  if (lua_istable(L, index)) return;
  for (const char* field : {"__index", "__newindex", "__len"}) {
    if (luaL_getmetafield(L, index, field) == LUA_TNIL) luaL_checktype(L, index, LUA_TTABLE);
    lua_pop(L, 1);
  }
}

lua_Integer length(lua_State* L, int index) {
  check_table(L, index);
  return luaL_len(L, index);
}

int insert(lua_State* L) {
  const lua_Integer end = static_cast<lua_Integer>(unsigned_of(length(L, 1)) + 1);
  lua_Integer at = end;
  switch (lua_gettop(L)) {
    case 2:
      break;
    case 3:
      at = luaL_checkinteger(L, 2);
      // One comparison for 1 <= at <= end, also where end has wrapped.
      luaL_argcheck(L, unsigned_of(at) - 1u < unsigned_of(end), 2, "position out of bounds");
      Runtime::runtime_of(L).charge_steps(L, unsigned_of(end) - unsigned_of(at));
      for (lua_Integer i = end; i > at; --i) {
        lua_geti(L, 1, i - 1);
        lua_seti(L, 1, i);
      }
      break;
    default:
      return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, at);
  return 0;
}

int remove(lua_State* L) {
  const lua_Integer size = length(L, 1);
  lua_Integer at = luaL_optinteger(L, 2, size);
  if (lua_gettop(L) >= 2) {
    luaL_argcheck(L, unsigned_of(at) - 1u <= unsigned_of(size) || (size == 0 && at == 0), 2, "position out of bounds");
  }
  if (at < size) Runtime::runtime_of(L).charge_steps(L, unsigned_of(size) - unsigned_of(at));
  lua_geti(L, 1, at);
  for (; at < size; ++at) {
    lua_geti(L, 1, at + 1);
    lua_seti(L, 1, at);
  }
  lua_pushnil(L);
  lua_seti(L, 1, at);
  return 1;
}

int move(lua_State* L) {
  const lua_Integer from = luaL_checkinteger(L, 2);
  const lua_Integer last = luaL_checkinteger(L, 3);
  const lua_Integer to = luaL_checkinteger(L, 4);
  const int target = lua_isnoneornil(L, 5) ? 1 : 5;
  check_table(L, 1);
  check_table(L, target);
  if (last >= from) {
    luaL_argcheck(L, from > 0 || last < LUA_MAXINTEGER + from, 3, "too many elements to move");
    const lua_Integer n = last - from + 1;
    luaL_argcheck(L, to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
    Runtime::runtime_of(L).charge_steps(L, unsigned_of(n));
    const bool upwards = to > last || to <= from || (target != 1 && lua_compare(L, 1, target, LUA_OPEQ) == 0);
    for (lua_Integer i = 0; i < n; ++i) {
      const lua_Integer offset = upwards ? i : n - 1 - i;
      lua_geti(L, 1, from + offset);
      lua_seti(L, target, to + offset);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

int concat(lua_State* L) {
  Runtime& r = Runtime::runtime_of(L);
  lua_Integer last = length(L, 1);
  std::size_t separator_length = 0;
  const char* separator = luaL_optlstring(L, 2, "", &separator_length);
  const lua_Integer first = luaL_optinteger(L, 3, 1);
  last = luaL_optinteger(L, 4, last);

  std::string text;
  for (lua_Integer i = first; i <= last; ++i) {
    lua_geti(L, 1, i);
    std::size_t size = 0;
    const char* bytes = lua_isstring(L, -1) != 0 ? lua_tolstring(L, -1, &size) : nullptr;
    if (bytes == nullptr) {
      return luaL_error(L, "invalid value (at index %I) in table for 'concat'", static_cast<LUAI_UACINT>(i));
    }
    // Work and memory are charged before they are taken.
    r.charge_steps(L, 3 + (size + separator_length) / 64);
    r.need_memory(L, text.size() + size + separator_length);
    text.append(bytes, size);
    if (i < last) text.append(separator, separator_length);
    lua_pop(L, 1);
    if (i == LUA_MAXINTEGER) break;
  }

  lua_pushlstring(L, text.data(), text.size());
  return 1;
}

int unpack(lua_State* L) {
  const lua_Integer first = luaL_optinteger(L, 2, 1);
  const lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (first > last) return 0;
  const std::uint64_t n = unsigned_of(last) - unsigned_of(first);
  if (n >= INT_MAX || lua_checkstack(L, static_cast<int>(n + 1)) == 0)
    return luaL_error(L, "too many results to unpack");
  Runtime::runtime_of(L).charge_steps(L, n / 4);
  for (std::uint64_t i = 0; i <= n; ++i) lua_geti(L, 1, static_cast<lua_Integer>(unsigned_of(first) + i));
  return static_cast<int>(n + 1);
}

// Merge sort over a copy of the elements (table at `work`). Own, because the standard library's may leave its range
// when a script's comparison contradicts itself.
class Sorter {
 public:
  Sorter(lua_State* L, int work, bool has_function, std::uint32_t n)
      : L_(L), work_(work), has_function_(has_function), order_(n), other_(n) {
    for (std::uint32_t i = 0; i < n; ++i) order_[i] = i + 1;
  }

  const std::vector<std::uint32_t>& sorted() {
    const std::size_t n = order_.size();
    for (std::size_t width = 1; width < n; width *= 2) {
      for (std::size_t low = 0; low < n; low += 2 * width)
        merge(low, std::min(low + width, n), std::min(low + 2 * width, n));
      order_.swap(other_);
    }
    return order_;
  }

 private:
  void merge(std::size_t low, std::size_t middle, std::size_t high) {
    std::size_t left = low;
    std::size_t right = middle;
    // Runs that are in order already cost one comparison.
    const bool in_order = middle >= high || !less(order_[middle], order_[middle - 1]);
    for (std::size_t k = low; k < high; ++k) {
      const bool take_right = left >= middle || (!in_order && right < high && less(order_[right], order_[left]));
      other_[k] = take_right ? order_[right++] : order_[left++];
    }
  }

  bool less(std::uint32_t a, std::uint32_t b) {
    Runtime::runtime_of(L_).charge_steps(L_, 2);
    if (has_function_) lua_pushvalue(L_, 2);
    lua_rawgeti(L_, work_, a);
    lua_rawgeti(L_, work_, b);
    if (has_function_) lua_call(L_, 2, 1);
    const bool result = has_function_ ? lua_toboolean(L_, -1) != 0 : lua_compare(L_, -2, -1, LUA_OPLT) != 0;
    lua_pop(L_, has_function_ ? 1 : 2);
    return result;
  }

  lua_State* L_;
  int work_;
  bool has_function_;
  std::vector<std::uint32_t> order_, other_;
};

int sort(lua_State* L) {
  const lua_Integer n = length(L, 1);
  if (n < 2) return 0;
  luaL_argcheck(L, n < INT_MAX, 1, "array too big");
  const bool has_function = !lua_isnoneornil(L, 2);
  if (has_function) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  Runtime::runtime_of(L).charge_steps(L, unsigned_of(n));
  lua_createtable(L, static_cast<int>(n), 0);  // under the memory limit, so the vectors below are bounded too
  for (lua_Integer i = 1; i <= n; ++i) {
    lua_geti(L, 1, i);
    lua_rawseti(L, 3, i);
  }
  Sorter sorter(L, 3, has_function, static_cast<std::uint32_t>(n));
  lua_Integer place = 0;
  for (std::uint32_t i : sorter.sorted()) {
    lua_rawgeti(L, 3, i);
    lua_seti(L, 1, ++place);
  }
  return 0;
}

}  // namespace

void open_table(lua_State* L) {
  luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 0);
  static constexpr std::array<luaL_Reg, 7> own{{{"insert", insert},
                                                {"remove", remove},
                                                {"move", move},
                                                {"concat", concat},
                                                {"unpack", unpack},
                                                {"sort", sort},
                                                {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
}

}  // namespace evtwin::lua
