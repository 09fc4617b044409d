#include "scenario/proxy.hpp"

#include <lauxlib.h>

#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::scenario {
namespace {

struct Proxy {
  void* owner;
  std::size_t row;
};

const ProxyType& type_of(lua_State* L) {
  return *static_cast<const ProxyType*>(lua_touserdata(L, lua_upvalueindex(1)));
}

std::string unknown_field(lua_State* L, const ProxyType& type) {
  if (lua_type(L, 2) != LUA_TSTRING)
    return std::string(type.name) + " has no entry of that kind; its fields have names";
  std::size_t length = 0;
  const char* bytes = lua_tolstring(L, 2, &length);
  const std::string_view wrong(bytes, length);
  std::vector<std::string_view> known;
  for (const Accessor& field : type.fields) known.push_back(field.name);
  return std::string(type.name) + " has no field " + kernel::make_printable(wrong, 60) +
         kernel::did_you_mean(wrong, known);
}

// Upvalues: the type, and the table name -> accessor.
const Accessor* find_accessor(lua_State* L) {
  lua_pushvalue(L, 2);
  lua_rawget(L, lua_upvalueindex(2));
  const auto* accessor = static_cast<const Accessor*>(lua_touserdata(L, -1));
  lua_pop(L, 1);
  return accessor;
}

int get_field(lua_State* L) {
  const ProxyType& type = type_of(L);
  const auto& proxy = *static_cast<const Proxy*>(lua_touserdata(L, 1));
  std::string trouble;
  try {
    if (const Accessor* accessor = find_accessor(L)) {
      accessor->get(L, proxy.owner, proxy.row);
      return 1;
    }
    if (type.lookup != nullptr) {
      type.lookup(L, proxy.owner, proxy.row);
      return 1;
    }
    trouble = unknown_field(L, type);
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  return luaL_error(L, "%s", trouble.c_str());
}

int set_field(lua_State* L) {
  const ProxyType& type = type_of(L);
  const auto& proxy = *static_cast<const Proxy*>(lua_touserdata(L, 1));
  std::string trouble;
  try {
    const Accessor* accessor = find_accessor(L);
    if (accessor != nullptr && accessor->set != nullptr) {
      accessor->set(L, proxy.owner, proxy.row);
      return 0;
    }
    trouble = accessor != nullptr
                  ? std::string(type.name) + "." + std::string(accessor->name) + " can be read, not assigned"
                  : unknown_field(L, type);
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  return luaL_error(L, "%s", trouble.c_str());
}

void set_method(lua_State* L, const ProxyType& type, const char* event, lua_CFunction method) {
  lua_pushlightuserdata(L, const_cast<ProxyType*>(&type));
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, method, 2);
  lua_setfield(L, -2, event);
}

}  // namespace

void push_proxy(lua_State* L, const ProxyType& type, void* owner, std::size_t row) {
  auto* proxy = static_cast<Proxy*>(lua_newuserdatauv(L, sizeof(Proxy), 0));
  *proxy = {owner, row};

  // The metatable is made once per Lua state and kept in its registry under the type's address.
  lua_rawgetp(L, LUA_REGISTRYINDEX, &type);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);  // name -> accessor
    for (const Accessor& field : type.fields) {
      lua_pushlstring(L, field.name.data(), field.name.size());
      lua_pushlightuserdata(L, const_cast<Accessor*>(&field));
      lua_rawset(L, -3);
    }

    lua_newtable(L);
    set_method(L, type, "__index", get_field);
    set_method(L, type, "__newindex", set_field);
    lua_pushstring(L, type.name);
    lua_setfield(L, -2, "__name");

    // getmetatable shows this word instead of the table: scripts can not reach the accessors.
    lua_pushliteral(L, "locked");
    lua_setfield(L, -2, "__metatable");

    lua_remove(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &type);
  }
  lua_setmetatable(L, -2);
}

void push_known(lua_State* L, double value) {
  if (std::isnan(value))
    lua_pushnil(L);
  else
    lua_pushnumber(L, value);
}

}  // namespace evtwin::scenario
