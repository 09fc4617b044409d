#pragma once
// A value that a script handed over, as plain data: a copy of Lua values that no longer needs the interpreter.

#include <lua.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace evtwin::scenario {

struct Table;
struct Construct;

/// A Lua function, kept in the registry of the state it came from.
struct Function {
  int reference = 0;
};

/// Something that can not be copied; whoever reads it says so, with the place where it stands.
struct Unusable {
  std::string why;
};

struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<const Table>,
               std::shared_ptr<const Construct>, Function, Unusable>
      data;

  bool is_nil() const { return std::holds_alternative<std::monostate>(data); }
  const bool* as_boolean() const { return std::get_if<bool>(&data); }
  const std::string* as_text() const { return std::get_if<std::string>(&data); }
  const Function* as_function() const { return std::get_if<Function>(&data); }
  /// nullptr unless it is a table that the script wrote as such.
  const Table* as_table() const;
  /// nullptr unless it is what a constructor of the language made, of this kind when one is given.
  const Construct* construct(std::string_view kind = {}) const;
  bool is_number() const { return std::holds_alternative<std::int64_t>(data) || std::holds_alternative<double>(data); }
  /// Precondition is_number().
  double as_number() const;
};

/// Keys in a fixed order: integers ascending, then names in byte order.
struct Table {
  std::vector<std::pair<std::int64_t, Value>> numbered;
  std::vector<std::pair<std::string, Value>> named;

  const Value* find_value(std::string_view name) const;
  /// Whether the integer keys are 1, 2, ... n without a hole.
  bool is_list() const;
  /// Length of the list without a hole that it begins with.
  std::size_t list_length() const;
};

/// The object that `site { ... }`, `sessions "x.csv"` and the other names of the language make.
struct Construct {
  std::string kind;  ///< "site", "sessions", "csv", "arrivals.poisson", "at", ...
  std::string file;  ///< of the call, as messages show it
  int line = 0;
  std::vector<Value> arguments;
  bool takes_table = false;  ///< calling it with a table makes a construct with that table as one more argument
};

/// "a number", "a string", "a table" ... with a short form of the value: `the string "100 kW"`.
std::string describe_value(const Value& value);

/// Copies the value at `index`. Tables become copies (a table that contains itself, has a metatable of its own, or is
/// nested deeper than 32 becomes Unusable), functions are kept in the registry. At most a million tables and values per
/// call, charged to the sandbox's budget. Call only from inside Lua.
Value take_value(lua_State* L, int index);

/// Pushes a userdata that stands for `construct`; it can not be changed by the script. The state keeps it alive.
void push_construct(lua_State* L, std::shared_ptr<const Construct> construct);
/// The construct behind the value at `index`, or nullptr.
std::shared_ptr<const Construct> to_construct(lua_State* L, int index);

}  // namespace evtwin::scenario
