// math.random as a function of the run's seed; the rest of the library is Lua's.

#include <array>
#include <limits>

#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): 64 bits of state, any
// seed is good.
std::uint64_t next_bits(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// Uniform in 0..span without bias: draws under the smallest mask that covers the span are repeated until one is inside.
std::uint64_t next_up_to(std::uint64_t& state, std::uint64_t span) {
  std::uint64_t mask = span;
  for (unsigned shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
  std::uint64_t draw = next_bits(state) & mask;
  while (draw > span) draw = next_bits(state) & mask;
  return draw;
}

int random(lua_State* L) {
  static_assert(std::numeric_limits<double>::digits == 53 && sizeof(lua_Number) == sizeof(double));
  std::uint64_t& state = Runtime::runtime_of(L).random_state;
  lua_Integer low = 1;
  lua_Integer high = 0;
  switch (lua_gettop(L)) {
    // 53 bits: as many as a double below 1 holds.
    case 0:
      lua_pushnumber(L, static_cast<double>(next_bits(state) >> 11) * 0x1p-53);
      return 1;
    case 1:
      high = luaL_checkinteger(L, 1);
      if (high == 0) {
        // random(0) is an integer of all bits (Lua 5.4 manual, 6.7).
        lua_pushinteger(L, static_cast<lua_Integer>(next_bits(state)));
        return 1;
      }
      break;
    case 2:
      low = luaL_checkinteger(L, 1);
      high = luaL_checkinteger(L, 2);
      break;
    default:
      return luaL_error(L, "wrong number of arguments");
  }

  luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  lua_pushinteger(L, static_cast<lua_Integer>(static_cast<std::uint64_t>(low) + next_up_to(state, span)));
  return 1;
}

// With a number: the sequence of that number. Without: back to the start of the run's own sequence.
int random_seed(lua_State* L) {
  Runtime& r = Runtime::runtime_of(L);
  if (lua_isnoneornil(L, 1)) {
    r.random_state = r.seed;
    return 0;
  }
  lua_Integer seed = 0;
  if (lua_isinteger(L, 1)) {
    seed = lua_tointeger(L, 1);
  } else {
    const lua_Number number = luaL_checknumber(L, 1);
    if (lua_numbertointeger(number, &seed) == 0) return luaL_argerror(L, 1, "number has no integer representation");
  }
  r.random_state = static_cast<std::uint64_t>(seed);
  return 0;
}

}  // namespace

void open_math(lua_State* L) {
  luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
  static constexpr std::array<luaL_Reg, 3> own{{{"random", random}, {"randomseed", random_seed}, {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
}

}  // namespace evtwin::lua
