#pragma once
// Objects of the host that a script reads and writes field by field, `world.site.contract_kw = 60`: a misspelt field is
// an error that names the nearest right one.

#include <lua.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace evtwin::scenario {

/// A field. `get` pushes one value; `set` takes the one at index 3 and throws a std::exception for what cannot be.
struct Accessor {
  std::string_view name;
  void (*get)(lua_State* L, void* owner, std::size_t row) = nullptr;
  void (*set)(lua_State* L, void* owner, std::size_t row) = nullptr;  ///< null: read-only
};

/// A kind of object. Must live as long as the state (static).
struct ProxyType {
  const char* name;  ///< in messages: "world.site"
  std::span<const Accessor> fields;
  /// For keys that are no fields, such as EVSE ids: pushes a value, or throws a std::exception. May be null.
  void (*lookup)(lua_State* L, void* owner, std::size_t row) = nullptr;
};

/// Pushes an object of that type for (owner, row). The owner must outlive the script's use of it.
void push_proxy(lua_State* L, const ProxyType& type, void* owner, std::size_t row);

/// Pushes a number, or nil for NaN: what is not known is nothing to calculate with.
void push_known(lua_State* L, double value);

}  // namespace evtwin::scenario
