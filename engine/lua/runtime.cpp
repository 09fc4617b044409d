#include "lua/runtime.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace evtwin::lua {
namespace {

// Copying or clearing 64 bytes costs about what an instruction does.
constexpr std::size_t bytes_per_step = 64;
// Beyond this debt large requests are refused, so that a few instructions can not allocate for minutes before the hook
// looks.
constexpr std::int64_t debt_limit = 4'000'000;
constexpr std::size_t large_request = std::size_t{1} << 20;
// One instruction may compare, hash or convert a whole string. Once there are such strings the hook looks more often.
constexpr std::size_t long_string = std::size_t{4} << 20;
constexpr int short_interval = 10;
static_assert(short_interval < hook_interval);
static_assert(large_request<long_string&& static_cast<std::size_t>(debt_limit) * bytes_per_step> long_string,
              "a long string is a debt, and not at once the end");
// After a stop the script only unwinds; without this room each step of that would be a full collection.
constexpr std::size_t unwinding_room = std::size_t{16} << 20;

void look_at_budget(lua_State* L, lua_Debug*) {
  Runtime& r = Runtime::runtime_of(L);
  if (r.entries > 0) r.charge_steps(L, static_cast<std::uint64_t>(lua_gethookcount(L)));
}

// Whether memory may grow from `old_size` to `new_size`. Lua answers the first refusal with a full collection and asks
// again; without care a script could live at the limit and have a collection for every few instructions. So a second
// refusal is final, the collection is charged, and it must have freed an eighth.
bool may_grow(Runtime& r, std::size_t old_size, std::size_t new_size) {
  const std::size_t delta = new_size - old_size;
  const std::size_t limit = r.limits.memory_bytes + (r.is_stopped() ? unwinding_room : 0);
  r.remaining -= static_cast<std::int64_t>(new_size / bytes_per_step);
  const bool in_debt = r.entries > 0 && r.remaining < -debt_limit;
  if (new_size >= large_request && (r.is_stopped() || in_debt)) {
    r.set_stop(r.running, "instruction limit of " + std::to_string(r.limits.instructions) + " reached");
    return false;
  }
  const bool again = std::exchange(r.refused, false);
  if (again && !r.is_stopped()) {
    r.remaining -= static_cast<std::int64_t>(r.used / 16);
    if (delta > limit || r.used > limit - limit / 8) {
      r.set_memory_stop(r.running);
      return false;
    }
  }
  if (delta <= limit && r.used <= limit - delta) return true;
  if (again || new_size > r.limits.memory_bytes) r.set_memory_stop(r.running);
  r.refused = true;
  if (r.entries > 0)
    r.error_position = running_position(r.running);  // a memory error may reach the host without passing a handler
  return false;
}

void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  Runtime& r = *static_cast<Runtime*>(user);
  const bool string = block == nullptr && old_size == LUA_TSTRING;  // for a new block Lua passes the kind of object
  if (block == nullptr) old_size = 0;
  if (new_size == 0) {
    std::free(block);
    r.used -= old_size;
    return nullptr;
  }
  if (new_size > old_size && !may_grow(r, old_size, new_size)) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved == nullptr) return new_size <= old_size ? block : nullptr;  // shrinking may not fail
  r.used = r.used - old_size + new_size;
  if (string && new_size >= long_string && r.interval != short_interval) {
    r.interval = short_interval;
    lua_sethook(r.main, look_at_budget, LUA_MASKCOUNT, short_interval);
    lua_sethook(r.running, look_at_budget, LUA_MASKCOUNT, short_interval);
  }
  return moved;
}

// Reached when the host pushes values outside of a protected call and memory is spent.
int panic(lua_State* L) {
  Runtime& r = Runtime::runtime_of(L);
  if (r.is_stopped()) throw ScriptError(r.stop);
  const char* text = lua_tostring(L, -1);
  throw ScriptError(text == nullptr ? "Lua error outside of a script" : text);
}

}  // namespace

Runtime::Runtime(Sandbox& owner_, SandboxLimits limits_, std::uint64_t seed_)
    : owner(owner_), limits(limits_), seed(seed_), random_state(seed_), watchdog(Watchdog::process_watchdog()) {
  main = running = lua_newstate(allocate, this);
  if (main == nullptr) throw ScriptError("memory limit too small for an interpreter");
  *static_cast<Runtime**>(lua_getextraspace(main)) = this;
  lua_atpanic(main, panic);
  lua_sethook(main, look_at_budget, LUA_MASKCOUNT, hook_interval);
  watched.cpu_seconds = limits.cpu_seconds;
  watchdog->add_watched(watched);
}

Runtime::~Runtime() {
  watchdog->remove_watched(watched);
  lua_close(main);
}

void Runtime::charge_steps(lua_State* L, std::uint64_t steps) {
  if (is_stopped()) raise_stop(L);
  if (entries == 0) return;
  if (remaining < 0 || steps > static_cast<std::uint64_t>(remaining)) {
    set_stop(L, "instruction limit of " + std::to_string(limits.instructions) + " reached (a loop without end?)");
    raise_stop(L);
  }
  remaining -= static_cast<std::int64_t>(steps);
  if (watched.over.load(std::memory_order_relaxed) == watched.entry.load(std::memory_order_relaxed)) {
    char text[64];
    std::snprintf(text, sizeof text, "CPU limit of %g s reached", limits.cpu_seconds);
    set_stop(L, text);
    raise_stop(L);
  }
}

void Runtime::need_memory(lua_State* L, std::size_t bytes) {
  if (is_stopped()) raise_stop(L);
  if (bytes <= limits.memory_bytes && used <= limits.memory_bytes - bytes) return;
  if (bytes <= limits.memory_bytes) {
    // Garbage may be in the way; as for the allocator, the collection is charged and must make room.
    charge_steps(L, used / 16);
    lua_gc(L, LUA_GCCOLLECT);
    if (used <= limits.memory_bytes - bytes) return;
  }
  set_memory_stop(L);
  raise_stop(L);
}

void Runtime::charge_catch(lua_State* L, int status) {
  if (status == LUA_ERRMEM && !is_stopped()) set_memory_stop(L);
  charge_steps(L, catch_cost);
}

void Runtime::set_stop(lua_State* L, std::string_view why) {
  if (is_stopped()) return;
  stop = running_position(L);
  stop += why;
}

void Runtime::set_memory_stop(lua_State* L) {
  const std::size_t mega = std::size_t{1} << 20;
  const std::string size = limits.memory_bytes % mega == 0 ? std::to_string(limits.memory_bytes / mega) + " MB"
                                                           : std::to_string(limits.memory_bytes) + " bytes";
  set_stop(L, "memory limit of " + size + " reached");
}

// The error value is nil: making a text could need memory that is not there, and nobody reads it; `stop` has the
// message. From here on every instruction of this coroutine raises again, also those of __close handlers.
void Runtime::raise_stop(lua_State* L) {
  lua_sethook(L, look_at_budget, LUA_MASKCOUNT, 1);
  lua_pushnil(L);
  raise_error(L);
}

void raise_error(lua_State* L) {
  lua_error(L);
  std::abort();  // lua_error does not return; the compiler can not know
}

void raise_error(lua_State* L, std::string_view text) {
  luaL_where(L, 1);
  lua_pushlstring(L, text.data(), text.size());
  lua_concat(L, 2);
  raise_error(L);
}

std::string running_position(lua_State* L) {
  lua_Debug frame;
  for (int level = 0; lua_getstack(L, level, &frame) != 0; ++level) {
    if (lua_getinfo(L, "Sl", &frame) != 0 && frame.currentline > 0) {
      return std::string(frame.short_src) + ":" + std::to_string(frame.currentline) + ": ";
    }
  }
  return {};
}

}  // namespace evtwin::lua
