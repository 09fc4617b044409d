// The string and utf8 libraries: Lua's functions where their work is bounded by what they allocate or return, own ones
// elsewhere.

#include <algorithm>
#include <array>
#include <cstring>

#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

int call_original(lua_State* L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

// Functions that read all of their first argument (a format).
int charged_by_length(lua_State* L) {
  if (lua_type(L, 1) == LUA_TSTRING) Runtime::runtime_of(L).charge_steps(L, lua_rawlen(L, 1) / 16);
  return call_original(L);
}

// Functions that return a value per step.
int charged_by_results(lua_State* L) {
  const int results = call_original(L);
  Runtime::runtime_of(L).charge_steps(L, static_cast<std::uint64_t>(results) / 4);
  return results;
}

// utf8.len: the count, or nil and the place of the fault, says how far it read.
int charged_by_count(lua_State* L) {
  const int results = call_original(L);
  Runtime::runtime_of(L).charge_steps(L,
                                      static_cast<std::uint64_t>(std::max<lua_Integer>(0, lua_tointeger(L, -1))) / 8);
  return results;
}

// utf8.offset walks at most over the whole string, and at least n characters.
int charged_by_offset(lua_State* L) {
  const lua_Integer n = luaL_checkinteger(L, 2);
  const auto steps = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  Runtime::runtime_of(L).charge_steps(
      L, std::min<std::uint64_t>(steps, lua_type(L, 1) == LUA_TSTRING ? lua_rawlen(L, 1) : 0) / 4);
  return call_original(L);
}

int repeat(lua_State* L) {
  std::size_t length = 0;
  std::size_t separator_length = 0;
  const char* text = luaL_checklstring(L, 1, &length);
  const lua_Integer n = luaL_checkinteger(L, 2);
  const char* separator = luaL_optlstring(L, 3, "", &separator_length);

  if (n <= 0 || length + separator_length == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  Runtime& r = Runtime::runtime_of(L);
  const auto times = static_cast<std::size_t>(n);

  // Refused before anything is written: the product may be beyond all memory.
  if (times > r.limits.memory_bytes / (length + separator_length)) {
    r.set_memory_stop(L);
    r.raise_stop(L);
  }
  const std::size_t total = times * length + (times - 1) * separator_length;
  r.need_memory(L, 2 * total);  // the buffer and the string
  r.charge_steps(L, times / 4);

  luaL_Buffer buffer;
  char* out = luaL_buffinitsize(L, &buffer, total);
  for (std::size_t i = 0; i < times; ++i) {
    if (i > 0 && separator_length > 0) {
      std::memcpy(out, separator, separator_length);
      out += separator_length;
    }
    std::memcpy(out, text, length);
    out += length;
  }
  luaL_pushresultsize(&buffer, total);
  return 1;
}

// Lua's format with the arguments of %s shown our way (no addresses) and without %p.
int format(lua_State* L) {
  std::size_t length = 0;
  const char* bytes = luaL_checklstring(L, 1, &length);
  Runtime& r = Runtime::runtime_of(L);
  r.charge_steps(L, length / 16);
  const std::string_view text(bytes, length);

  // Values of %s become texts before Lua's own format sees them.
  int argument = 1;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '%') continue;
    ++i;
    if (text[i] == '%') continue;
    i = text.find_first_not_of("-+ #0123456789.", i);
    if (i == std::string_view::npos) break;
    ++argument;
    if (text[i] == 'p') raise_error(L, "'%p' is not available: addresses differ from run to run");
    if (text[i] != 's' || argument > lua_gettop(L)) continue;
    if (lua_type(L, argument) != LUA_TSTRING) {
      push_shown(L, argument);
      lua_replace(L, argument);
    }
    r.charge_steps(L, lua_rawlen(L, argument) / 64);
    r.need_memory(L, lua_rawlen(L, argument));
  }

  return call_original(L);
}

// Replaces a function of the table on top by a closure around it.
void wrap_library_function(lua_State* L, const char* name, lua_CFunction around) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, around, 1);
  lua_setfield(L, -2, name);
}

}  // namespace

void open_string(lua_State* L) {
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  lua_pushcfunction(L, repeat);
  lua_setfield(L, -2, "rep");
  wrap_library_function(L, "byte", charged_by_results);
  wrap_library_function(L, "format", format);
  for (const char* name : {"pack", "packsize", "unpack"}) wrap_library_function(L, name, charged_by_length);
  add_patterns(L);
  // Methods of strings are the same functions; the metatable is nobody's to change.
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
}

void open_utf8(lua_State* L) {
  luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 0);
  wrap_library_function(L, "len", charged_by_count);
  wrap_library_function(L, "codepoint", charged_by_results);
  wrap_library_function(L, "offset", charged_by_offset);
}

}  // namespace evtwin::lua
