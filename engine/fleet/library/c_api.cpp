// The C face of a fleet: sizes, statuses and texts; no exception gets out.
#include <evtwin/fleet.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "fleet/fleet.hpp"
#include "scenario/language.hpp"

struct evtwin_fleet {
  evtwin::fleet::Fleet fleet;
};

namespace {

constexpr std::size_t most_error_bytes = 1024;
thread_local char last_error[most_error_bytes] = "";

evtwin_status refuse(evtwin_status status, const char* what) {
  std::strncpy(last_error, what, most_error_bytes - 1);
  last_error[most_error_bytes - 1] = '\0';
  // One line, whatever is told.
  std::replace(last_error, last_error + std::strlen(last_error), '\n', ' ');
  return status;
}

template <class Function>
evtwin_status guarded(Function function) {
  last_error[0] = '\0';
  try {
    function();
    return EVTWIN_OK;
  } catch (const evtwin::fleet::FleetError& error) {
    return refuse(error.status, error.what());
  } catch (const std::invalid_argument& error) {
    return refuse(EVTWIN_BAD_PARAMETER, error.what());
  } catch (const evtwin::lua::ScriptError& error) {
    return refuse(EVTWIN_BAD_PARAMETER, error.what());
  } catch (const std::bad_alloc&) {
    return refuse(EVTWIN_FAILED, "there is not enough memory");
  } catch (const std::exception& error) {
    return refuse(EVTWIN_FAILED, error.what());
  } catch (...) {
    return refuse(EVTWIN_FAILED, "an unknown error");
  }
}

/// A struct of the caller's, which may be shorter than ours: what is missing is 0.
template <class Struct>
Struct grown(const Struct* given, const char* name) {
  if (given == nullptr) throw std::invalid_argument(std::string(name) + " is NULL");
  if (given->struct_size < sizeof(given->struct_size) || given->struct_size > sizeof(Struct))
    throw std::invalid_argument(std::string(name) + ".struct_size is " + std::to_string(given->struct_size) +
                                "; this library knows " + std::to_string(sizeof(Struct)) + " bytes");
  Struct full{};
  std::memcpy(&full, given, given->struct_size);
  return full;
}

void need(const void* pointer, const char* name) {
  if (pointer == nullptr) throw std::invalid_argument(std::string(name) + " is NULL");
}

/// The table of no fleet.
template <class Row>
const Row* none_of(std::uint32_t* n) {
  if (n != nullptr) *n = 0;
  return nullptr;
}

}  // namespace

extern "C" {

uint32_t evtwin_fleet_abi(void) { return EVTWIN_FLEET_ABI_MAJOR << 16 | EVTWIN_FLEET_ABI_MINOR; }

const char* evtwin_fleet_error(void) { return last_error; }

evtwin_status evtwin_fleet_create(const evtwin_fleet_spec* spec, evtwin_fleet** out) {
  return guarded([&] {
    need(out, "out");
    *out = nullptr;
    evtwin::scenario::mute_prints();
    const evtwin_fleet_spec full = grown(spec, "spec");
    *out = new evtwin_fleet{evtwin::fleet::Fleet(full)};
  });
}

void evtwin_fleet_destroy(evtwin_fleet* fleet) { delete fleet; }

const evtwin_fleet_shape* evtwin_fleet_shape_of(const evtwin_fleet* fleet) {
  return fleet == nullptr ? nullptr : &fleet->fleet.shape();
}

const evtwin_fleet_column* evtwin_fleet_observations(const evtwin_fleet* fleet, uint32_t* n) {
  if (fleet == nullptr) return none_of<evtwin_fleet_column>(n);
  const auto columns = fleet->fleet.plan().observation->columns();
  if (n != nullptr) *n = static_cast<uint32_t>(columns.size());
  return columns.data();
}

const evtwin_fleet_column* evtwin_fleet_actions(const evtwin_fleet* fleet, uint32_t* n) {
  if (fleet == nullptr) return none_of<evtwin_fleet_column>(n);
  const auto& columns = fleet->fleet.plan().actions;
  if (n != nullptr) *n = static_cast<uint32_t>(columns.size());
  return columns.data();
}

const evtwin_fleet_term* evtwin_fleet_terms(const evtwin_fleet* fleet, uint32_t* n) {
  if (fleet == nullptr) return none_of<evtwin_fleet_term>(n);
  const auto terms = fleet->fleet.plan().rewards->terms();
  if (n != nullptr) *n = static_cast<uint32_t>(terms.size());
  return terms.data();
}

evtwin_status evtwin_fleet_bind(evtwin_fleet* fleet, const evtwin_fleet_buffers* buffers) {
  return guarded([&] {
    need(fleet, "fleet");
    fleet->fleet.bind(grown(buffers, "buffers"));
  });
}

evtwin_status evtwin_fleet_reset(evtwin_fleet* fleet, const uint8_t* mask, const evtwin_fleet_start* starts) {
  return guarded([&] {
    need(fleet, "fleet");
    fleet->fleet.reset(mask, starts);
  });
}

evtwin_status evtwin_fleet_step(evtwin_fleet* fleet) {
  return guarded([&] {
    need(fleet, "fleet");
    fleet->fleet.step();
  });
}

evtwin_status evtwin_fleet_step_range(evtwin_fleet* fleet, uint32_t first, uint32_t count) {
  return guarded([&] {
    need(fleet, "fleet");
    fleet->fleet.step_range(first, count);
  });
}

evtwin_status evtwin_fleet_send(evtwin_fleet* fleet, const uint32_t* worlds, uint32_t n) {
  return guarded([&] {
    need(fleet, "fleet");
    if (n > 0) need(worlds, "worlds");
    fleet->fleet.send({worlds, n});
  });
}

evtwin_status evtwin_fleet_recv(evtwin_fleet* fleet, uint32_t least, uint32_t most, uint32_t* worlds, uint32_t* n) {
  return guarded([&] {
    need(fleet, "fleet");
    need(n, "n");
    *n = 0;
    if (most > 0) need(worlds, "worlds");
    fleet->fleet.receive(least, {worlds, most}, *n);
  });
}

const evtwin_view* evtwin_fleet_view(const evtwin_fleet* fleet, uint32_t agent) {
  return fleet == nullptr ? nullptr : fleet->fleet.view(agent);
}

evtwin_decision* evtwin_fleet_decision(evtwin_fleet* fleet, uint32_t agent) {
  return fleet == nullptr ? nullptr : fleet->fleet.decision(agent);
}

}  // extern "C"
