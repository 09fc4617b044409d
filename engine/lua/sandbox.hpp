#pragma once
// A Lua 5.4 interpreter that can run a stranger's script: no files, no processes, no addresses, bounded work and
// memory, and the same result in every process. Knows nothing about charging; the scenario language registers its own
// names on top of it.

#include <lauxlib.h>
#include <lua.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::lua {

/// Limits on a script. An *entry* is one outermost call from the host into Lua: loading a file, one decision of a
/// strategy, one at() function, one call of an arrival law. Each entry starts with fresh `instructions` and
/// `cpu_seconds`, so that a strategy called 35,000 times in a simulated year is never stopped for being called often;
/// memory is one account for the whole state.
struct SandboxLimits {
  /// Lua instructions per entry; library functions whose work grows with their input are charged in the same unit
  /// (a step of a pattern match, an element moved, 64 bytes allocated). 50 M take 0.2 to 2.5 s.
  std::uint64_t instructions = 50'000'000;
  /// Bytes that Lua may hold at once (its own allocator counts them, so the limit is met at the same place in every
  /// build).
  std::size_t memory_bytes = std::size_t{256} << 20;
  /// CPU seconds of one entry, the last line behind the two above. Past them the script is stopped at its next
  /// instructions; a second later, should one step inside the interpreter never return, the process prints one error
  /// line and exits with status 1.
  double cpu_seconds = 3.0;
};

/// An error of a script: "FILE:LINE: what", one line, valid UTF-8 without control characters, at most about 500
/// bytes.
class ScriptError : public std::exception {
 public:
  explicit ScriptError(std::string text) : message(std::move(text)) {}
  const char* what() const noexcept override { return message.c_str(); }
  std::string message;
};

/// Finds the source text of a module for require(): returns the text and sets `file` to the name that messages shall
/// show. Throws any std::exception whose text says why there is none. It alone decides which folders may be read.
using ModuleLoader = std::function<std::string(std::string_view module, std::string& file)>;

struct Runtime;

/// Owns one lua_State. Not thread-safe; different sandboxes may run on different threads at once. Scripts see:
/// - base (without load, loadfile, dofile, collectgarbage), string (without dump), table, math, utf8, coroutine and
///   require.
/// - Names given by the host and by the language are read-only; a script may add globals of its own; reading a name
///   that is not there is an error that names the nearest one.
/// - pairs() and next() visit integers from 1 ascending, then other numbers ascending, then strings in byte order, then
///   false, true. A table with other keys (tables, functions) can not be iterated: their order would differ from
///   process to process.
/// - table.sort is stable; math.random is a function of the seed; tostring numbers tables and functions in the order
///   in which they are shown.
/// - setmetatable refuses __gc and __mode; the metatable of strings is locked.
///
/// After an instruction, memory or CPU stop the sandbox is spent: every further entry throws the same message.
class Sandbox {
 public:
  Sandbox(SandboxLimits limits, std::uint64_t seed);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  lua_State* lua_state() const;
  /// The sandbox a state (or a coroutine of it) belongs to; for C functions registered by the host.
  static Sandbox& sandbox_of(lua_State* L);

  /// Runs a source text; leaves `results` values (or all, LUA_MULTRET) on the stack of lua_state().
  /// `chunk_name` is the file name that messages show. Text only: bytecode, NUL bytes and more than 16 MB are refused;
  /// a UTF-8 byte order mark is skipped. @throws ScriptError (the stack is as before)
  void run_chunk(std::string_view source, std::string_view chunk_name, int results);

  /// Calls the function below `args` arguments on top of lua_state()'s stack under a fresh budget (inside a running
  /// entry: under that entry's). Leaves `results` values. @throws ScriptError; function and arguments are popped
  void call_pushed(int args, int results);

  /// Pops the value on top of lua_state()'s stack and makes it a read-only global.
  void set_global(const char* name);

  /// Makes a global function of a C++ function. Inside, Lua errors (luaL_error, luaL_check...) and any std::exception
  /// may be thrown; the latter becomes a Lua error with the caller's position. No other exception may cross Lua.
  void set_function(const char* name, std::function<int(lua_State*)> function);

  /// Pushes such a function without naming it (for tables of functions).
  void push_function(std::function<int(lua_State*)> function);

  /// Without a loader require() knows only the standard libraries.
  void set_loader(ModuleLoader loader);

  /// Where print() goes; by default to stderr, escaped, at most 64 kB in all.
  void set_print(std::function<void(std::string_view line)> sink);

  /// Charges work done by the host on behalf of the script. Raises a Lua error (call it only from inside Lua) when the
  /// budget is spent.
  void charge_steps(std::uint64_t steps);

  /// Message of the stop that ended this sandbox, empty while it is alive.
  const std::string& stop_message() const;

 private:
  std::unique_ptr<Runtime> runtime_;
};

/// Replaces the table at `index` by a read-only face of it: writing is an error that names `name`, and so is (when
/// `strict`) reading a string key that is not there ("kepco_ev has no field self_use_lowvoltage; did you mean
/// self_use_low_voltage?"). Tables inside become read-only too, not strict, except those that have a metatable of their
/// own.
void make_read_only(lua_State* L, int index, std::string_view name, bool strict);

/// If the value at `index` is a read-only face, replaces it by the table behind. Needed before lua_next, lua_rawget or
/// lua_rawlen on a table that a script handed over; lua_getfield and lua_geti work on the face as well (the former
/// raises on a missing strict field).
void look_behind(lua_State* L, int index);

/// Pushes a new array with the keys of the table at `index` in the order of pairs(). Raises a Lua error for keys that
/// have no order.
void push_ordered_keys(lua_State* L, int index);

/// "FILE:LINE: " of the Lua function that is running (level 0 and up); empty if none is.
std::string running_position(lua_State* L);

}  // namespace evtwin::lua
