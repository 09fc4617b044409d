// Short names for the tests of this room.
#pragma once

#include <string>
#include <string_view>

#include "market/calendar.hpp"

namespace evtwin::market::test {

inline TimeNs at(std::string_view text, const Calendar& calendar) { return parse_instant(text, calendar); }

/// The message of the exception that `f` throws, or "" if it throws none of that type.
template <typename Error, typename F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace evtwin::market::test
