// The edge of every function of libevtwin.so: statuses and texts; no exception gets out.
#pragma once
#include <evtwin/strategy.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "fleet/fleet.hpp"
#include "lua/sandbox.hpp"

namespace evtwin::fleet {

inline constexpr std::size_t most_error_bytes = 1024;
/// Why this thread's last call did not answer EVTWIN_OK.
inline thread_local char last_error[most_error_bytes] = "";

inline evtwin_status refuse_call(evtwin_status status, const char* what) {
  std::strncpy(last_error, what, most_error_bytes - 1);
  last_error[most_error_bytes - 1] = '\0';
  // One line, whatever is told.
  std::replace(last_error, last_error + std::strlen(last_error), '\n', ' ');
  return status;
}

template <class Function>
evtwin_status status_of(Function function) {
  last_error[0] = '\0';
  try {
    function();
    return EVTWIN_OK;
  } catch (const FleetError& error) {
    return refuse_call(error.status, error.what());
  } catch (const std::invalid_argument& error) {
    return refuse_call(EVTWIN_BAD_PARAMETER, error.what());
  } catch (const lua::ScriptError& error) {
    return refuse_call(EVTWIN_BAD_PARAMETER, error.what());
  } catch (const std::bad_alloc&) {
    return refuse_call(EVTWIN_FAILED, "there is not enough memory");
  } catch (const std::exception& error) {
    return refuse_call(EVTWIN_FAILED, error.what());
  } catch (...) {
    return refuse_call(EVTWIN_FAILED, "an unknown error");
  }
}

/// A struct of the caller's, which may be shorter than ours: what is missing is 0.
template <class Struct>
Struct copy_grown(const Struct* given, const char* name) {
  if (given == nullptr) throw std::invalid_argument(std::string(name) + " is NULL");
  if (given->struct_size < sizeof(given->struct_size) || given->struct_size > sizeof(Struct))
    throw std::invalid_argument(std::string(name) + ".struct_size is " + std::to_string(given->struct_size) +
                                "; this library knows " + std::to_string(sizeof(Struct)) + " bytes");
  Struct full{};
  std::memcpy(&full, given, given->struct_size);
  return full;
}

inline void require_pointer(const void* pointer, const char* name) {
  if (pointer == nullptr) throw std::invalid_argument(std::string(name) + " is NULL");
}

}  // namespace evtwin::fleet
