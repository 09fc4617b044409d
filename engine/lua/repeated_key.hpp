#pragma once
// A key written twice in one table: legal Lua, where the last one holds, and nearly always a slip.

#include <optional>
#include <string>
#include <string_view>

namespace evtwin::lua {

struct RepeatedKey {
  std::string key;  ///< as written the second time: kw, ["kw"], [1]
  int line = 0;     ///< of the second
  int first_line = 0;
};

/// The first key that a table constructor of `source` has twice: names, and texts, whole numbers and true or false in
/// brackets, entries without a key counted as 1, 2, 3. Keys that have to be worked out are not looked at.
/// @param source  a text that Lua compiles
std::optional<RepeatedKey> find_repeated_key(std::string_view source);

}  // namespace evtwin::lua
