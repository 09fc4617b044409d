#pragma once
// What the tests of the sandbox share: a script is run and answers with its message, or with what it returned.

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "lua/sandbox.hpp"

namespace evtwin::lua::testing {

/// Pops the top of the stack as text.
inline std::string pop_text(lua_State* L) {
  std::size_t length = 0;
  const char* bytes = luaL_tolstring(L, -1, &length);
  std::string text(bytes, length);
  lua_pop(L, 2);
  return text;
}

/// The one value a script returns, as text; throws what the script throws.
inline std::string value(Sandbox& sandbox, std::string_view source) {
  sandbox.run_chunk(source, "script.lua", 1);
  return pop_text(sandbox.lua_state());
}

inline std::string value(std::string_view source) {
  Sandbox sandbox(SandboxLimits{}, 7);
  return value(sandbox, source);
}

/// The message a script ends with, or "" when it ends well.
inline std::string error(Sandbox& sandbox, std::string_view source) {
  const int top = lua_gettop(sandbox.lua_state());
  try {
    sandbox.run_chunk(source, "script.lua", 0);
  } catch (const ScriptError& e) {
    return lua_gettop(sandbox.lua_state()) == top ? e.message : "stack not restored: " + e.message;
  }
  return {};
}

inline std::string error(std::string_view source, SandboxLimits limits = {}) {
  Sandbox sandbox(limits, 7);
  return error(sandbox, source);
}

inline ModuleLoader modules(std::map<std::string, std::string, std::less<>> texts) {
  return [texts = std::move(texts)](std::string_view module, std::string& file) {
    const auto found = texts.find(module);
    if (found == texts.end()) throw std::runtime_error("no such module in the folder");
    file = std::string(module) + ".lua";
    return found->second;
  };
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace evtwin::lua::testing
