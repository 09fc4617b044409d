#pragma once
// Lua patterns (Reference Manual 5.4, section 6.4.1) with every step counted, so that a match can be stopped: the
// pattern (".-"):rep(12) needs 60,000^12 steps on 60,000 bytes, and Lua's own matcher takes them all inside one call.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lua/runtime.hpp"

namespace evtwin::lua {

/// Matches one pattern against one subject; both must stay alive (on the Lua stack). Malformed patterns raise Lua
/// errors.
class Matcher {
 public:
  Matcher(lua_State* L, std::string_view subject, std::string_view pattern);

  /// End of the match of the whole pattern beginning at `start`, or nullptr. An anchor (^) is the caller's.
  const char* match_from(const char* start);
  /// Number of captures of the last match.
  int capture_count() const { return level_; }
  /// Pushes capture `index` (from 0) of the last match [start, end); without captures, index 0 is the whole match.
  void push_capture(int index, const char* start, const char* end) const;
  /// Pushes all captures, or the whole match when there are none and `start` is given; returns how many.
  int push_captures(const char* start, const char* end) const;
  /// Charges the steps that are not charged yet.
  void charge_steps();

  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

 private:
  static constexpr int most_captures = 32;
  static constexpr int deepest = 200;
  static constexpr std::ptrdiff_t open = -1;   // capture begun, not closed
  static constexpr std::ptrdiff_t place = -2;  // position capture "()"

  struct Capture {
    const char* start = nullptr;
    std::ptrdiff_t length = 0;
  };

  const char* match_here(const char* s, const char* p);
  const char* match_special(const char*& s, const char*& p, bool& done);
  const char* item_end(const char* p) const;
  bool match_single(const char* s, const char* p, const char* item_end);
  bool in_set(unsigned char c, const char* p, const char* last) const;
  const char* match_longest(const char* s, const char* p, const char* item_end);
  const char* match_shortest(const char* s, const char* p, const char* item_end);
  const char* match_balanced(const char* s, const char* p);
  const char* begin_capture(const char* s, const char* p, std::ptrdiff_t what);
  const char* end_capture(const char* s, const char* p);
  const char* repeat_capture(const char* s, char digit);
  void count_step();

  lua_State* L_;
  const char* begin_;
  const char* end_;
  const char* pattern_;
  const char* pattern_end_;
  std::array<Capture, most_captures> captures_;
  int level_ = 0;
  int depth_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace evtwin::lua
