#include "lua/sandbox.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "lua/repeated_key.hpp"
#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

constexpr std::size_t longest_message = 500;
constexpr std::size_t largest_source = std::size_t{16} << 20;
// Lua's parser compares every label with every other, and every goto too, inside one call that no hook can stop.
constexpr std::size_t most_labels = 20'000;

// One entry from the host into Lua: the outermost one gets the budget and is watched.
class Entry {
 public:
  explicit Entry(Runtime& runtime) : runtime_(runtime), running_(std::exchange(runtime.running, runtime.main)) {
    if (runtime_.entries++ > 0) return;
    runtime_.remaining = static_cast<std::int64_t>(runtime_.limits.instructions);
    Watchdog::begin(runtime_.watched);
  }
  ~Entry() {
    runtime_.running = running_;
    if (--runtime_.entries == 0) Watchdog::end(runtime_.watched);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  Runtime& runtime_;
  lua_State* running_;
};

// Message handler of the host's calls. It only notes the place and leaves the error as it is: it may run with hooks
// off.
int note_position(lua_State* L) {
  Runtime::runtime_of(L).error_position = running_position(L);
  return 1;
}

int shown(lua_State* L) {
  push_shown(L, 1);
  return 1;
}

bool begins_with_position(std::string_view text, std::string_view chunk) {
  return text.size() > chunk.size() + 1 && text.starts_with(chunk) && text[chunk.size()] == ':' &&
         text[chunk.size() + 1] >= '0' && text[chunk.size() + 1] <= '9';
}

// "FILE:LINE: what" of a text that may lack the place, and whose file name Lua may have shortened to 59 bytes.
std::string with_position(const Runtime& r, std::string text) {
  for (int tries = 0; tries < 2; ++tries) {
    for (const auto& [short_name, name] : r.chunks) {
      if (begins_with_position(text, short_name)) return name + text.substr(short_name.size());
      if (text.starts_with(name + ": ")) return text;  // about the file as a whole
    }
    if (r.error_position.empty()) break;
    text.insert(0, r.error_position);
  }
  return r.chunks.empty() ? text : r.chunks.front().second + ": " + text;
}

// Pops the error value left by a failed protected call and says what it was.
std::string error_text(Runtime& r, lua_State* L) {
  if (r.is_stopped()) {
    lua_pop(L, 1);
    return kernel::make_printable(with_position(r, r.stop), longest_message);
  }

  std::string text;
  const int type = lua_type(L, -1);
  bool is_text = type == LUA_TSTRING || type == LUA_TNUMBER;
  if (!is_text && luaL_getmetafield(L, -1, "__tostring") != LUA_TNIL) {
    // The script's own words, under its budget; should they fail too, its type must do.
    lua_pop(L, 1);
    lua_pushcfunction(L, shown);
    lua_pushvalue(L, -2);
    const int status = lua_pcall(L, 1, 1, 0);
    is_text = status == LUA_OK;
    if (is_text)
      lua_replace(L, -2);
    else
      lua_pop(L, 1);
    if (r.is_stopped()) return error_text(r, L);
    if (!is_text) text = "error object (a table) whose __tostring fails";
  }

  if (is_text) {
    std::size_t length = 0;
    const char* bytes = lua_tolstring(L, -1, &length);
    text.assign(bytes, std::min(length, 8 * longest_message));
    if (text == "not enough memory")
      text = "memory limit of " + std::to_string(r.limits.memory_bytes >> 20) + " MB reached";
  } else if (text.empty()) {
    text = type == LUA_TNIL ? "error without a message: error(nil)"
                            : std::string("error without a message: the error object is a ") + lua_typename(L, type);
  }
  lua_pop(L, 1);
  return kernel::make_printable(with_position(r, std::move(text)), longest_message);
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) ++n;
  return n;
}

int open(lua_State* L) {
  open_environment(L);
  return 0;
}

int call_function(lua_State* L) {
  const auto* function = static_cast<const std::function<int(lua_State*)>*>(lua_touserdata(L, lua_upvalueindex(1)));
  std::string text;
  try {
    return (*function)(L);
  } catch (const std::exception& error) {
    text = error.what();
  }
  if (Runtime::runtime_of(L).is_stopped()) Runtime::runtime_of(L).raise_stop(L);
  for (const auto& chunk : Runtime::runtime_of(L).chunks) {
    // A script error from an inner call has its place already.
    if (begins_with_position(text, chunk.second)) {
      lua_pushlstring(L, text.data(), text.size());
      raise_error(L);
    }
  }
  raise_error(L, text);
}

void print_to_stderr(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

}  // namespace

bool load_text(lua_State* L, std::string_view source, std::string_view name) {
  Runtime& r = Runtime::runtime_of(L);
  const std::string file = kernel::make_printable(name, 4096);
  // Lua shows at most 59 bytes of a file name, the end of it.
  std::pair chunk(file.size() <= 59 ? file : "..." + file.substr(file.size() - 56), file);
  if (std::find(r.chunks.begin(), r.chunks.end(), chunk) == r.chunks.end()) r.chunks.push_back(std::move(chunk));

  const auto refuse = [&](std::string_view why) {
    const std::string text = file + ": " + std::string(why);
    lua_pushlstring(L, text.data(), text.size());
    return false;
  };

  // Program text alone: nothing guards the interpreter against bytecode.
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  if (source.starts_with(LUA_SIGNATURE)) return refuse("this is Lua bytecode; only program text is accepted");
  if (source.size() > largest_source) return refuse("its size is above 16 MB");
  if (const std::size_t nul = source.find('\0'); nul != std::string_view::npos) {
    const std::size_t line = 1 + count(source.substr(0, nul), "\n");
    const std::string text = file + ":" + std::to_string(line) + ": NUL byte in the program text";
    lua_pushlstring(L, text.data(), text.size());
    return false;
  }

  // See most_labels: no hook can stop the parser.
  if (count(source, "goto") + count(source, "::") > most_labels) return refuse("more than 20000 goto and labels");
  r.charge_steps(L, source.size() / 64);
  if (luaL_loadbufferx(L, source.data(), source.size(), ("@" + file).c_str(), "t") != LUA_OK) return false;

  // Lua lets the last of two equal keys win in silence: such a table is refused.
  const std::optional<RepeatedKey> repeated = find_repeated_key(source);
  if (!repeated) return true;
  lua_pop(L, 1);
  const std::string key = kernel::make_printable(repeated->key, 60);
  const std::string text =
      file + ":" + std::to_string(repeated->line) + ": the key " + key + " stands twice in one table" +
      (repeated->first_line == repeated->line ? std::string()
                                              : ", first on line " + std::to_string(repeated->first_line)) +
      "; which one holds? Leave one out";
  lua_pushlstring(L, text.data(), text.size());
  return false;
}

Sandbox::Sandbox(SandboxLimits limits, std::uint64_t seed) : runtime_(std::make_unique<Runtime>(*this, limits, seed)) {
  runtime_->print = print_to_stderr;
  lua_State* L = lua_state();
  lua_pushcfunction(L, open);
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) throw ScriptError(error_text(*runtime_, L));
}

Sandbox::~Sandbox() = default;

lua_State* Sandbox::lua_state() const { return runtime_->main; }

Sandbox& Sandbox::sandbox_of(lua_State* L) { return Runtime::runtime_of(L).owner; }

void Sandbox::run_chunk(std::string_view source, std::string_view chunk_name, int results) {
  Runtime& r = *runtime_;
  lua_State* L = r.main;
  if (r.is_stopped()) throw ScriptError(kernel::make_printable(with_position(r, r.stop), longest_message));
  if (r.entries == 0) r.watchdog->set_name(r.watched, kernel::make_printable(chunk_name, 300));
  struct Text {
    std::string_view source, name;
  } text{source, chunk_name};
  const Entry entry(r);
  const kernel::Stopwatch watch;
  // Loading happens inside a protected call as well: the parser allocates.
  lua_pushcfunction(L, [](lua_State* in) {
    const Text& t = *static_cast<const Text*>(lua_touserdata(in, 1));
    lua_settop(in, 0);
    if (!load_text(in, t.source, t.name)) raise_error(in);
    return 1;
  });
  lua_pushlightuserdata(L, &text);
  call_pushed(1, 1);
  call_pushed(0, results);
  kernel::log_line(kernel::LogRoom::lua, kernel::LogLevel::debug, "{}: {} bytes, {} of {} instructions, {:.1f} ms",
                   chunk_name, source.size(), static_cast<std::int64_t>(r.limits.instructions) - r.remaining,
                   r.limits.instructions, watch.elapsed_ms());
}

void Sandbox::call_pushed(int args, int results) {
  Runtime& r = *runtime_;
  lua_State* L = r.main;
  const int function = lua_gettop(L) - args;
  if (r.is_stopped()) {
    lua_settop(L, function - 1);
    throw ScriptError(kernel::make_printable(with_position(r, r.stop), longest_message));
  }
  const Entry entry(r);
  r.error_position.clear();
  lua_pushcfunction(L, note_position);
  lua_insert(L, function);
  const int status = lua_pcall(L, args, results, function);
  lua_remove(L, function);
  if (status == LUA_ERRMEM && !r.is_stopped()) r.set_memory_stop(L);
  if (status == LUA_OK && !r.is_stopped()) return;
  // A stop can also be set without an error (memory refused where Lua can do without); then there are results to drop.
  std::string text;
  if (status == LUA_OK)
    text = kernel::make_printable(with_position(r, r.stop), longest_message);
  else
    text = error_text(r, L);
  lua_settop(L, function - 1);
  throw ScriptError(std::move(text));
}

void Sandbox::set_global(const char* name) {
  lua_State* L = lua_state();
  push_builtins(L);
  lua_insert(L, -2);
  lua_pushstring(L, name);
  lua_insert(L, -2);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void Sandbox::set_function(const char* name, std::function<int(lua_State*)> function) {
  push_function(std::move(function));
  set_global(name);
}

void Sandbox::push_function(std::function<int(lua_State*)> function) {
  runtime_->functions.push_back(std::move(function));
  lua_pushlightuserdata(lua_state(), &runtime_->functions.back());
  lua_pushcclosure(lua_state(), call_function, 1);
}

void Sandbox::set_loader(ModuleLoader loader) { runtime_->loader = std::move(loader); }

void Sandbox::set_print(std::function<void(std::string_view)> sink) { runtime_->print = std::move(sink); }

void Sandbox::charge_steps(std::uint64_t steps) { runtime_->charge_steps(runtime_->running, steps); }

const std::string& Sandbox::stop_message() const { return runtime_->stop; }

}  // namespace evtwin::lua
