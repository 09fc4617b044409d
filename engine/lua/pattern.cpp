#include "lua/pattern.hpp"

#include <array>
#include <cstring>
#include <string>

namespace evtwin::lua {
namespace {

std::string_view check_text(lua_State* L, int index) {
  std::size_t length = 0;
  const char* bytes = luaL_checklstring(L, index, &length);
  return {bytes, length};
}

// Index from 0 of a start position as Lua counts (1 first, -1 last); beyond the end: length + 1.
std::size_t start_index(lua_Integer position, std::size_t length) {
  if (position > 0) return std::min(static_cast<std::size_t>(position) - 1, length + 1);
  if (position == 0) return 0;
  const auto from_end = 0 - static_cast<std::uint64_t>(position);
  return from_end > length ? 0 : length - static_cast<std::size_t>(from_end);
}

int find_or_match(lua_State* L, bool find) {
  const std::string_view subject = check_text(L, 1);
  std::string_view pattern = check_text(L, 2);
  const std::size_t start = start_index(luaL_optinteger(L, 3, 1), subject.size());
  if (start > subject.size()) {
    lua_pushnil(L);
    return 1;
  }

  // Plain text needs no matcher.
  if (find && (lua_toboolean(L, 4) != 0 || pattern.find_first_of("^$*+?.([%-") == std::string_view::npos)) {
    const std::size_t length = subject.size() - start;
    // memmem is linear (two-way search), which std::search is not.
    const void* at = memmem(subject.data() + start, length, pattern.data(), pattern.size());
    const auto where =
        at == nullptr ? length : static_cast<std::size_t>(static_cast<const char*>(at) - subject.data()) - start;
    Runtime::runtime_of(L).charge_steps(L, (where + pattern.size()) / 16);
    if (at == nullptr) {
      lua_pushnil(L);
      return 1;
    }
    lua_pushinteger(L, static_cast<lua_Integer>(start + where + 1));
    lua_pushinteger(L, static_cast<lua_Integer>(start + where + pattern.size()));
    return 2;
  }

  const bool anchored = pattern.starts_with('^');
  if (anchored) pattern.remove_prefix(1);
  Matcher matcher(L, subject, pattern);
  const char* s = subject.data() + start;
  do {
    if (const char* end = matcher.match_from(s)) {
      matcher.charge_steps();
      if (!find) return matcher.push_captures(s, end);
      lua_pushinteger(L, s - subject.data() + 1);
      lua_pushinteger(L, end - subject.data());
      return 2 + matcher.push_captures(nullptr, nullptr);
    }
  } while (s++ < matcher.end() && !anchored);
  matcher.charge_steps();
  lua_pushnil(L);
  return 1;
}

int find(lua_State* L) { return find_or_match(L, true); }
int match(lua_State* L) { return find_or_match(L, false); }

// Iterator of gmatch; upvalues: subject, pattern, place of the next try, end of the last match (-1: none).
int gmatch_step(lua_State* L) {
  const std::string_view subject = check_text(L, lua_upvalueindex(1));
  Matcher matcher(L, subject, check_text(L, lua_upvalueindex(2)));
  const lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  const char* last_end = last < 0 ? nullptr : subject.data() + last;
  for (const char* s = subject.data() + lua_tointeger(L, lua_upvalueindex(3)); s <= matcher.end(); ++s) {
    const char* end = matcher.match_from(s);
    if (end == nullptr || end == last_end) continue;
    matcher.charge_steps();
    lua_pushinteger(L, end - subject.data());
    lua_pushvalue(L, -1);
    lua_replace(L, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return matcher.push_captures(s, end);
  }
  matcher.charge_steps();
  return 0;
}

int gmatch(lua_State* L) {
  const std::size_t length = check_text(L, 1).size();
  check_text(L, 2);
  const std::size_t start = start_index(luaL_optinteger(L, 3, 1), length);
  lua_settop(L, 2);
  lua_pushinteger(L, static_cast<lua_Integer>(start));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, gmatch_step, 4);
  return 1;
}

// Text that gsub puts in place of a match; the replacement is argument 3.
class Replacement {
 public:
  Replacement(lua_State* L, Matcher& matcher) : L_(L), matcher_(matcher), type_(lua_type(L, 3)) {
    luaL_argexpected(L, type_ == LUA_TNUMBER || type_ == LUA_TSTRING || type_ == LUA_TFUNCTION || type_ == LUA_TTABLE,
                     3, "string/function/table");
  }

  // Appends it to `out`; returns whether anything changed.
  bool append(std::string& out, const char* start, const char* end) {
    if (type_ == LUA_TNUMBER || type_ == LUA_TSTRING) {
      append_template(out, start, end);
      return true;
    }
    matcher_.charge_steps();
    if (type_ == LUA_TFUNCTION) {
      lua_pushvalue(L_, 3);
      lua_call(L_, matcher_.push_captures(start, end), 1);
    } else {
      matcher_.push_capture(0, start, end);
      lua_gettable(L_, 3);
    }
    const bool keep = lua_toboolean(L_, -1) == 0;
    if (keep) {
      add(out, {start, static_cast<std::size_t>(end - start)});
    } else {
      if (lua_isstring(L_, -1) == 0) luaL_error(L_, "invalid replacement value (a %s)", luaL_typename(L_, -1));
      add(out, check_text(L_, -1));
    }
    lua_pop(L_, 1);
    return !keep;
  }

  void add(std::string& out, std::string_view text) {
    Runtime& r = Runtime::runtime_of(L_);
    r.need_memory(L_, out.size() + text.size());
    r.charge_steps(L_, text.size() / 64);
    out += text;
  }

 private:
  // A text with %0 to %9 for captures and %% for a percent sign.
  void append_template(std::string& out, const char* start, const char* end) {
    std::string_view text = check_text(L_, 3);
    for (;;) {
      const std::size_t percent = text.find('%');
      add(out, text.substr(0, percent));
      if (percent == std::string_view::npos) return;
      const char what = percent + 1 < text.size() ? text[percent + 1] : '\0';
      if (what == '%') {
        out += '%';
      } else if (what == '0') {
        add(out, {start, static_cast<std::size_t>(end - start)});
      } else if (what >= '1' && what <= '9') {
        matcher_.push_capture(what - '1', start, end);
        std::size_t length = 0;
        const char* bytes = luaL_tolstring(L_, -1, &length);
        add(out, {bytes, length});
        lua_pop(L_, 2);
      } else {
        luaL_error(L_, "invalid use of '%%' in replacement string");
      }
      text.remove_prefix(percent + 2);
    }
  }

  lua_State* L_;
  Matcher& matcher_;
  int type_;
};

int gsub(lua_State* L) {
  const std::string_view subject = check_text(L, 1);
  std::string_view pattern = check_text(L, 2);
  const lua_Integer most = luaL_optinteger(L, 4, static_cast<lua_Integer>(subject.size()) + 1);
  const bool anchored = pattern.starts_with('^');
  if (anchored) pattern.remove_prefix(1);
  Matcher matcher(L, subject, pattern);
  Replacement replacement(L, matcher);

  std::string out;
  const char* s = subject.data();
  const char* last_end = nullptr;
  bool changed = false;
  lua_Integer n = 0;

  // An empty match right behind the last one does not count.
  while (n < most) {
    const char* end = matcher.match_from(s);
    if (end != nullptr && end != last_end) {
      ++n;
      changed = replacement.append(out, s, end) || changed;
      s = last_end = end;
    } else if (s < matcher.end()) {
      out += *s++;
    } else {
      break;
    }
    if (anchored) break;
  }

  matcher.charge_steps();
  if (changed) {
    replacement.add(out, {s, static_cast<std::size_t>(matcher.end() - s)});
    lua_pushlstring(L, out.data(), out.size());
  } else {
    // Without a change the subject itself is the result.
    lua_pushvalue(L, 1);
  }
  lua_pushinteger(L, n);
  return 2;
}

}  // namespace

void add_patterns(lua_State* L) {
  static constexpr std::array<luaL_Reg, 5> own{
      {{"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {nullptr, nullptr}}};
  luaL_setfuncs(L, own.data(), 0);
}

}  // namespace evtwin::lua
