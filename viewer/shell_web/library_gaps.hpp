// Gaps in C++20 of the library of Debian's emscripten (libc++ 13) that this viewer needs filled: the algorithms of
// std::ranges with projections, std::from_chars of a double, std::bit_cast and std::jthread. Included before everything
// else in the browser build, and nowhere else; a newer library makes all of it disappear.
#pragma once
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#if defined(_LIBCPP_VERSION) && _LIBCPP_VERSION < 15000
// Names of the standard's own, with the standard's meaning, as far as they are used: NOLINTBEGIN(cert-dcl58-cpp)
namespace std {
namespace ranges {

struct Itself {
  template <class T>
  constexpr T&& operator()(T&& value) const noexcept {
    return std::forward<T>(value);
  }
};

struct less_of_any {
  template <class A, class B>
  constexpr bool operator()(const A& a, const B& b) const {
    return a < b;
  }
};

template <class Range, class Less = less_of_any, class Of = Itself>
void sort(Range&& range, Less less = {}, Of of = {}) {
  std::sort(range.begin(), range.end(),
            [&](const auto& a, const auto& b) { return less(std::invoke(of, a), std::invoke(of, b)); });
}
template <class Range, class Less = less_of_any, class Of = Itself>
void stable_sort(Range&& range, Less less = {}, Of of = {}) {
  std::stable_sort(range.begin(), range.end(),
                   [&](const auto& a, const auto& b) { return less(std::invoke(of, a), std::invoke(of, b)); });
}
template <class Range, class Value, class Less = less_of_any, class Of = Itself>
auto lower_bound(Range&& range, const Value& value, Less less = {}, Of of = {}) {
  return std::lower_bound(range.begin(), range.end(), value,
                          [&](const auto& row, const Value& v) { return less(std::invoke(of, row), v); });
}
template <class Range, class Value, class Less = less_of_any, class Of = Itself>
auto upper_bound(Range&& range, const Value& value, Less less = {}, Of of = {}) {
  return std::upper_bound(range.begin(), range.end(), value,
                          [&](const Value& v, const auto& row) { return less(v, std::invoke(of, row)); });
}
template <class Range, class Value, class Of = Itself>
auto find(Range&& range, const Value& value, Of of = {}) {
  return std::find_if(range.begin(), range.end(), [&](const auto& row) { return std::invoke(of, row) == value; });
}
template <class Range, class Value, class Of = Itself>
auto count(Range&& range, const Value& value, Of of = {}) {
  return std::count_if(range.begin(), range.end(), [&](const auto& row) { return std::invoke(of, row) == value; });
}
template <class Range, class Holds, class Of = Itself>
auto count_if(Range&& range, Holds holds, Of of = {}) {
  return std::count_if(range.begin(), range.end(),
                       [&](const auto& row) { return std::invoke(holds, std::invoke(of, row)); });
}
template <class Range, class Holds, class Of = Itself>
bool any_of(Range&& range, Holds holds, Of of = {}) {
  return std::any_of(range.begin(), range.end(),
                     [&](const auto& row) { return std::invoke(holds, std::invoke(of, row)); });
}
template <class Range, class Less = less_of_any, class Of = Itself>
auto minmax_element(Range&& range, Less less = {}, Of of = {}) {
  return std::minmax_element(range.begin(), range.end(), [&](const auto& a, const auto& b) {
    return std::invoke(less, std::invoke(of, a), std::invoke(of, b));
  });
}
template <class Range, class Holds, class Of = Itself>
bool all_of(Range&& range, Holds holds, Of of = {}) {
  return std::all_of(range.begin(), range.end(),
                     [&](const auto& row) { return std::invoke(holds, std::invoke(of, row)); });
}

}  // namespace ranges

template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From) && is_trivially_copyable_v<To> && is_trivially_copyable_v<From>);
  return __builtin_bit_cast(To, from);
}

/// strtod reads the same figures in the page's locale, which is C, and what from_chars refuses besides: blanks and a
/// plus sign in front, and hexadecimal figures.
inline from_chars_result from_chars(const char* first, const char* last, double& value) {
  const string text(first, last), figures = "0123456789.";
  const size_t digits = text.starts_with('-') ? 1 : 0;
  const bool hexadecimal = text.find_first_of("xX") == digits + 1;
  if (text.size() == digits || hexadecimal || figures.find(text[digits]) == string::npos)
    return {first, errc::invalid_argument};
  char* end = nullptr;
  const double read = strtod(text.c_str(), &end);
  if (end == text.c_str()) return {first, errc::invalid_argument};
  value = read;
  return {first + (end - text.c_str()), errc{}};
}

/// A page has one thread: where it is asked for another, it says what a system without more of them says.
struct jthread {
  template <class Work>
  explicit jthread(Work&& /*work*/) {
    throw system_error(make_error_code(errc::resource_unavailable_try_again));
  }
};

}  // namespace std
// NOLINTEND(cert-dcl58-cpp)
#endif
