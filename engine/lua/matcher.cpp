#include <cstring>

#include "lua/pattern.hpp"

namespace evtwin::lua {
namespace {

// The classes of ASCII, whatever the locale of the process.
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(unsigned char c) { return is_lower(c) || is_upper(c); }
bool is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_printing(unsigned char c) { return c > ' ' && c < 0x7F; }

// Whether `c` belongs to the class %`letter`; a letter that names no class stands for itself.
bool in_class(unsigned char c, unsigned char letter) {
  bool inside = false;
  switch (letter | 0x20) {
    case 'a':
      inside = is_letter(c);
      break;
    case 'c':
      inside = c < 0x20 || c == 0x7F;
      break;
    case 'd':
      inside = is_digit(c);
      break;
    case 'g':
      inside = is_printing(c);
      break;
    case 'l':
      inside = is_lower(c);
      break;
    case 'p':
      inside = is_printing(c) && !is_letter(c) && !is_digit(c);
      break;
    case 's':
      inside = is_space(c);
      break;
    case 'u':
      inside = is_upper(c);
      break;
    case 'w':
      inside = is_letter(c) || is_digit(c);
      break;
    case 'x':
      inside = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      break;
    case 'z':  // not in the manual since 5.2, still in the library
      inside = c == 0;
      break;
    default:
      return letter == c;
  }

  // A capital letter names the complement of its class.
  if (!is_letter(letter)) return letter == c;
  return is_upper(letter) ? !inside : inside;
}

unsigned char byte_at(const char* p) { return static_cast<unsigned char>(*p); }

}  // namespace

Matcher::Matcher(lua_State* L, std::string_view subject, std::string_view pattern)
    : L_(L),
      begin_(subject.data()),
      end_(subject.data() + subject.size()),
      pattern_(pattern.data()),
      pattern_end_(pattern.data() + pattern.size()) {}

void Matcher::charge_steps() {
  const std::uint64_t steps = std::exchange(steps_, 0);
  Runtime::runtime_of(L_).charge_steps(L_, steps);
}

void Matcher::count_step() {
  if (++steps_ >= 4096) charge_steps();
}

const char* Matcher::match_from(const char* start) {
  level_ = 0;
  depth_ = 0;
  return match_here(start, pattern_);
}

// Where the single-character item at `p` ends (before its quantifier).
const char* Matcher::item_end(const char* p) const {
  const char c = *p++;
  if (c == '%') {
    if (p == pattern_end_) luaL_error(L_, "malformed pattern (ends with '%%')");
    return p + 1;
  }
  if (c != '[') return p;
  if (p < pattern_end_ && *p == '^') ++p;
  bool first = true;  // a ']' here is a member of the set
  while (first || p == pattern_end_ || *p != ']') {
    if (p == pattern_end_) luaL_error(L_, "malformed pattern (missing ']')");
    if (*p++ == '%') {
      if (p == pattern_end_) luaL_error(L_, "malformed pattern (missing ']')");
      ++p;
    }
    first = false;
  }
  return p + 1;
}

// The set [p, last], brackets included.
bool Matcher::in_set(unsigned char c, const char* p, const char* last) const {
  ++p;
  const bool negated = *p == '^';
  if (negated) ++p;
  for (; p < last; ++p) {
    if (*p == '%') {
      ++p;
      if (in_class(c, byte_at(p))) return !negated;
    } else if (p + 2 < last && p[1] == '-') {
      if (byte_at(p) <= c && c <= byte_at(p + 2)) return !negated;
      p += 2;
    } else if (byte_at(p) == c) {
      return !negated;
    }
  }
  return negated;
}

bool Matcher::match_single(const char* s, const char* p, const char* after) {
  count_step();
  if (s >= end_) return false;
  const unsigned char c = byte_at(s);
  switch (*p) {
    case '.':
      return true;
    case '%':
      return in_class(c, byte_at(p + 1));
    case '[':
      steps_ += static_cast<std::uint64_t>(after - p) / 2;
      return in_set(c, p, after - 1);
    default:
      return byte_at(p) == c;
  }
}

const char* Matcher::match_here(const char* s, const char* p) {
  if (depth_ >= deepest) luaL_error(L_, "pattern too complex");
  ++depth_;
  const char* found = nullptr;
  for (;;) {
    if (p == pattern_end_) {
      found = s;
      break;
    }
    count_step();
    bool done = false;
    found = match_special(s, p, done);
    if (done) break;
    if (found != nullptr) continue;  // s and p have moved past a %b, %f or %1

    const char* after = item_end(p);

    const char quantifier = after < pattern_end_ ? *after : '\0';
    if (quantifier == '?') {
      if (match_single(s, p, after)) {
        found = match_here(s + 1, after + 1);
        if (found != nullptr) break;
      }
      p = after + 1;
    } else if (quantifier == '*') {
      found = match_longest(s, p, after);
      break;
    } else if (quantifier == '+') {
      found = match_single(s, p, after) ? match_longest(s + 1, p, after) : nullptr;
      break;
    } else if (quantifier == '-') {
      found = match_shortest(s, p, after);
      break;
    } else {
      if (!match_single(s, p, after)) break;
      ++s;
      p = after;
    }
  }
  --depth_;
  return found;
}

// Items that are not a single character. done: the outcome is returned. Else non-null: s and p have moved on; null:
// nothing special here.
const char* Matcher::match_special(const char*& s, const char*& p, bool& done) {
  const bool more = p + 1 < pattern_end_;
  switch (*p) {
    case '(':
      done = true;
      return more && p[1] == ')' ? begin_capture(s, p + 2, place) : begin_capture(s, p + 1, open);
    case ')':
      done = true;
      return end_capture(s, p + 1);
    case '$':
      if (more) return nullptr;
      done = true;
      return s == end_ ? s : nullptr;
    case '%':
      break;
    default:
      return nullptr;
  }

  if (!more) return nullptr;
  const char* next = nullptr;
  if (p[1] == 'b') {
    next = match_balanced(s, p + 2);
    p += 4;
  } else if (p[1] == 'f') {
    p += 2;
    if (p == pattern_end_ || *p != '[') luaL_error(L_, "missing '[' after '%%f' in pattern");
    const char* after = item_end(p);
    steps_ += static_cast<std::uint64_t>(after - p);
    // Before the subject and behind it %f sees a NUL (Lua 5.4 manual, 6.4.1).
    const unsigned char before = s == begin_ ? 0 : byte_at(s - 1);
    const unsigned char here = s == end_ ? 0 : byte_at(s);
    next = !in_set(before, p, after - 1) && in_set(here, p, after - 1) ? s : nullptr;
    p = after;
  } else if (is_digit(byte_at(p + 1))) {
    next = repeat_capture(s, p[1]);
    p += 2;
  } else {
    return nullptr;
  }

  if (next == nullptr)
    done = true;
  else
    s = next;
  return next;
}

// As many as possible, then fewer until the rest of the pattern matches.
const char* Matcher::match_longest(const char* s, const char* p, const char* after) {
  std::ptrdiff_t n = 0;
  while (match_single(s + n, p, after)) ++n;
  for (; n >= 0; --n) {
    count_step();
    if (const char* found = match_here(s + n, after + 1)) return found;
  }
  return nullptr;
}

// As few as possible.
const char* Matcher::match_shortest(const char* s, const char* p, const char* after) {
  for (;; ++s) {
    if (const char* found = match_here(s, after + 1)) return found;
    if (!match_single(s, p, after)) return nullptr;
  }
}

// %bxy: from an x to the y that closes it; `p` is at the x.
const char* Matcher::match_balanced(const char* s, const char* p) {
  if (pattern_end_ - p < 2) luaL_error(L_, "malformed pattern (missing arguments to '%%b')");
  if (s >= end_ || *s != *p) return nullptr;
  std::uint64_t inside = 1;
  while (++s < end_) {
    count_step();
    if (*s == p[1]) {
      if (--inside == 0) return s + 1;
    } else if (*s == *p) {
      ++inside;
    }
  }
  return nullptr;
}

const char* Matcher::begin_capture(const char* s, const char* p, std::ptrdiff_t what) {
  if (level_ >= most_captures) luaL_error(L_, "too many captures");
  captures_[static_cast<std::size_t>(level_)] = {s, what};
  ++level_;
  const char* found = match_here(s, p);
  if (found == nullptr) --level_;
  return found;
}

const char* Matcher::end_capture(const char* s, const char* p) {
  int last = level_ - 1;
  while (last >= 0 && captures_[static_cast<std::size_t>(last)].length != open) --last;
  if (last < 0) luaL_error(L_, "invalid pattern capture");
  Capture& capture = captures_[static_cast<std::size_t>(last)];
  capture.length = s - capture.start;
  const char* found = match_here(s, p);
  if (found == nullptr) capture.length = open;
  return found;
}

// %1 to %9: the text of an earlier capture once more.
const char* Matcher::repeat_capture(const char* s, char digit) {
  const int index = digit - '1';
  if (index < 0 || index >= level_ || captures_[static_cast<std::size_t>(index)].length == open) {
    luaL_error(L_, "invalid capture index %%%d", index + 1);
  }
  const Capture& capture = captures_[static_cast<std::size_t>(index)];
  if (capture.length < 0) return nullptr;  // a position has no text
  if (end_ - s < capture.length) return nullptr;
  const auto length = static_cast<std::size_t>(capture.length);
  steps_ += length / 32;
  return std::memcmp(s, capture.start, length) == 0 ? s + length : nullptr;
}

void Matcher::push_capture(int index, const char* start, const char* end) const {
  if (index >= level_) {
    if (index != 0) luaL_error(L_, "invalid capture index %%%d", index + 1);
    lua_pushlstring(L_, start, static_cast<std::size_t>(end - start));
    return;
  }
  const Capture& capture = captures_[static_cast<std::size_t>(index)];
  if (capture.length == open) luaL_error(L_, "unfinished capture");
  if (capture.length == place)
    lua_pushinteger(L_, capture.start - begin_ + 1);
  else
    lua_pushlstring(L_, capture.start, static_cast<std::size_t>(capture.length));
}

int Matcher::push_captures(const char* start, const char* end) const {
  const int n = level_ == 0 && start != nullptr ? 1 : level_;
  luaL_checkstack(L_, n, "too many captures");
  for (int i = 0; i < n; ++i) push_capture(i, start, end);
  return n;
}

}  // namespace evtwin::lua
