// Coroutines on one budget: every new one is charged what its own count hook may not see, and errors that leave it can
// not hide a stop.

#include <array>
#include <utility>

#include "lua/runtime.hpp"

namespace evtwin::lua {
namespace {

// lua_resetthread of Lua 5.4.4 starts counting C depth anew, so nested closes could leave the C stack.
constexpr unsigned deepest_close = 10;

lua_State* check_coroutine(lua_State* L) {
  lua_State* co = lua_tothread(L, 1);
  luaL_argexpected(L, co != nullptr, 1, "coroutine");
  return co;
}

int create(lua_State* L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  Runtime::runtime_of(L).charge_steps(L, hook_interval);
  lua_State* co = lua_newthread(L);  // inherits the hook, with a count of its own
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

// Resumes with the top `args` values of L; returns the number of results, or -1 with the error on top.
int resume(lua_State* L, lua_State* co, int args) {
  Runtime& r = Runtime::runtime_of(L);
  if (lua_checkstack(co, args) == 0) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, args);

  int results = 0;
  lua_State* before = std::exchange(r.running, co);
  const int status = lua_resume(co, L, args, &results);
  r.running = before;

  // A stop is raised again; any other error is charged and handed on.
  if (status != LUA_OK && status != LUA_YIELD) {
    r.charge_catch(L, status);
    lua_xmove(co, L, 1);
    return -1;
  }

  if (r.is_stopped()) r.raise_stop(L);
  if (lua_checkstack(L, results + 1) == 0) {
    lua_pop(co, results);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, results);
  return results;
}

// Runs the pending __close handlers of a coroutine that will not go on; true if none failed, else its error is on top
// of L.
bool close_pending(lua_State* L, lua_State* co) {
  Runtime& r = Runtime::runtime_of(L);
  if (r.is_stopped()) r.raise_stop(L);  // a coroutine that ended by the stop has its hooks off
  if (r.closing >= deepest_close) luaL_error(L, "C stack overflow (coroutine.close inside coroutine.close)");
  r.charge_steps(L, catch_cost);
  lua_State* before = std::exchange(r.running, co);
  ++r.closing;
  const int status = lua_resetthread(co);
  --r.closing;
  r.running = before;
  if (status != LUA_OK) {
    r.charge_catch(L, status);
    lua_xmove(co, L, 1);
  }
  if (r.is_stopped()) r.raise_stop(L);
  return status == LUA_OK;
}

int resume_function(lua_State* L) {
  lua_State* co = check_coroutine(L);
  const int results = resume(L, co, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0 ? 1 : 0);
  lua_insert(L, results >= 0 ? -(results + 1) : -2);
  return results >= 0 ? results + 1 : 2;
}

int wrapped(lua_State* L) {
  lua_State* co = lua_tothread(L, lua_upvalueindex(1));
  const int results = resume(L, co, lua_gettop(L));
  if (results >= 0) return results;
  const int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD && !close_pending(L, co)) lua_remove(L, -2);
  raise_error(L);
}

int wrap(lua_State* L) {
  create(L);
  lua_pushcclosure(L, wrapped, 1);
  return 1;
}

bool may_close(lua_State* L, lua_State* co) {
  if (L == co) return false;
  const int status = lua_status(co);
  lua_Debug frame;
  return status != LUA_OK ||
         lua_getstack(co, 0, &frame) == 0;  // with a frame and no yield it waits for somebody it resumed
}

int close(lua_State* L) {
  lua_State* co = check_coroutine(L);
  if (!may_close(L, co)) return luaL_error(L, "cannot close a %s coroutine", L == co ? "running" : "normal");
  if (close_pending(L, co)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

}  // namespace

void open_coroutine(lua_State* L) {
  luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 0);
  static constexpr std::array<luaL_Reg, 5> own{
      {{"create", create}, {"resume", resume_function}, {"wrap", wrap}, {"close", close}, {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
}

}  // namespace evtwin::lua
