#pragma once
// State that the parts of the sandbox share: the accounts of one interpreter (work, memory, CPU) and the way a script
// is stopped. For the files of this room only; everybody else uses sandbox.hpp.

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lua/sandbox.hpp"
#include "lua/watchdog.hpp"

namespace evtwin::lua {

/// Instructions between two looks at the budget.
inline constexpr int hook_interval = 1000;
/// Charged for every error a script catches: a throw through the interpreter costs microseconds.
inline constexpr std::uint64_t catch_cost = 200;

struct Runtime {
  Runtime(Sandbox& owner_, SandboxLimits limits_, std::uint64_t seed_);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  static Runtime& runtime_of(lua_State* L) { return **static_cast<Runtime**>(lua_getextraspace(L)); }

  /// Takes `steps` off the budget; raises the stop when it is spent. Call from inside Lua only.
  void charge_steps(lua_State* L, std::uint64_t steps);
  /// Ends the script unless `bytes` more would still fit into the memory limit. Call from inside Lua only.
  void need_memory(lua_State* L, std::size_t bytes);
  /// To be called by whatever catches Lua errors inside a script: a stop is raised again, other errors are charged.
  void charge_catch(lua_State* L, int status);
  /// Sets the stop message (the first one stays) with the position of the running function.
  void set_stop(lua_State* L, std::string_view why);
  void set_memory_stop(lua_State* L);
  [[noreturn]] void raise_stop(lua_State* L);

  bool is_stopped() const { return !stop.empty(); }

  Sandbox& owner;
  SandboxLimits limits;
  std::uint64_t seed;
  lua_State* main = nullptr;
  lua_State* running = nullptr;  // main, or the coroutine that runs

  // Work: one budget for the main program and all its coroutines.
  unsigned entries = 0;  // nested calls from the host; the outermost one has the budget
  std::int64_t remaining = 0;
  int interval = hook_interval;
  std::string stop;
  unsigned closing = 0;  // nested coroutine.close(), whose C depth Lua 5.4.4 does not count

  // Memory
  std::size_t used = 0;
  bool refused = false;  // the last request was refused: Lua collects all garbage and asks once more

  // Messages
  std::string error_position;                               // where the error that is under way was raised
  std::vector<std::pair<std::string, std::string>> chunks;  // name as Lua shows it, full name

  // Names and modules
  std::deque<std::function<int(lua_State*)>> functions;
  ModuleLoader loader;
  std::vector<std::string> loading;  // modules under way, outermost first
  std::function<void(std::string_view)> print;
  std::size_t printed = 0;
  std::uint64_t random_state = 0;
  lua_Integer shown_objects = 0;  // tables, functions ... that tostring has numbered

  std::shared_ptr<Watchdog> watchdog;
  Watchdog::Watched watched;
};

/// Raises the value on top of the stack as a Lua error.
[[noreturn]] void raise_error(lua_State* L);
/// luaL_error for a text that is already put together.
[[noreturn]] void raise_error(lua_State* L, std::string_view text);

/// Compiles a source text (not bytecode) and pushes the function, or pushes an error message and returns false.
bool load_text(lua_State* L, std::string_view source, std::string_view name);

/// Pushes what tostring() shows of the value at `index`: as Lua does, but no addresses.
void push_shown(lua_State* L, int index);

// Each pushes its library table, safe to hand to a script.
void open_base(lua_State* L);       // base.cpp
void open_coroutine(lua_State* L);  // coroutine.cpp
void open_math(lua_State* L);       // math.cpp
void open_string(lua_State* L);     // string.cpp; also sets the metatable of strings
void open_table(lua_State* L);      // table.cpp
void open_utf8(lua_State* L);       // string.cpp

// Adds functions to the table on top of the stack.
void add_order(lua_State* L);     // next, pairs: order.cpp
void add_patterns(lua_State* L);  // find, match, gmatch, gsub: pattern.cpp
void add_require(lua_State* L);   // require.cpp

/// Makes the global table and the read-only names behind it from the libraries. environment.cpp
void open_environment(lua_State* L);
/// Pushes the table of the read-only global names.
void push_builtins(lua_State* L);
/// Whether the table at `index` is one of ours that scripts may not change: the globals, or a read-only face.
bool is_guarded(lua_State* L, int index);
/// Message about a name that this sandbox leaves out on purpose (os, io, load ...), or "".
std::string left_out(std::string_view name);

}  // namespace evtwin::lua
