// The C face of a fleet: sizes, statuses and texts; no exception gets out.
#include <evtwin/fleet.h>

#include "fleet/c_face.hpp"
#include "fleet/fleet.hpp"
#include "scenario/language.hpp"

struct evtwin_fleet {
  evtwin::fleet::Fleet fleet;
};

namespace {

using evtwin::fleet::copy_grown;
using evtwin::fleet::require_pointer;
using evtwin::fleet::status_of;

/// The table of no fleet.
template <class Row>
const Row* none_of(std::uint32_t* n) {
  if (n != nullptr) *n = 0;
  return nullptr;
}

}  // namespace

extern "C" {

uint32_t evtwin_fleet_abi(void) { return EVTWIN_FLEET_ABI_MAJOR << 16 | EVTWIN_FLEET_ABI_MINOR; }

const char* evtwin_fleet_error(void) { return evtwin::fleet::last_error; }

evtwin_status evtwin_fleet_create(const evtwin_fleet_spec* spec, evtwin_fleet** out) {
  return status_of([&] {
    require_pointer(out, "out");
    *out = nullptr;
    evtwin::scenario::mute_prints();
    const evtwin_fleet_spec full = copy_grown(spec, "spec");
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

const evtwin_fleet_term* evtwin_fleet_parts(const evtwin_fleet* fleet, uint32_t* n) {
  if (fleet == nullptr) return none_of<evtwin_fleet_term>(n);
  const auto parts = fleet->fleet.plan().rewards->parts();
  if (n != nullptr) *n = static_cast<uint32_t>(parts.size());
  return parts.data();
}

const evtwin_fleet_term* evtwin_fleet_terms(const evtwin_fleet* fleet, uint32_t* n) {
  if (fleet == nullptr) return none_of<evtwin_fleet_term>(n);
  const auto terms = fleet->fleet.plan().rewards->terms();
  if (n != nullptr) *n = static_cast<uint32_t>(terms.size());
  return terms.data();
}

evtwin_status evtwin_fleet_bind(evtwin_fleet* fleet, const evtwin_fleet_buffers* buffers) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    fleet->fleet.bind(copy_grown(buffers, "buffers"));
  });
}

evtwin_status evtwin_fleet_reset(evtwin_fleet* fleet, const uint8_t* mask, const evtwin_fleet_start* starts) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    fleet->fleet.reset(mask, starts);
  });
}

evtwin_status evtwin_fleet_step(evtwin_fleet* fleet) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    fleet->fleet.step();
  });
}

evtwin_status evtwin_fleet_step_range(evtwin_fleet* fleet, uint32_t first, uint32_t count) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    fleet->fleet.step_range(first, count);
  });
}

evtwin_status evtwin_fleet_send(evtwin_fleet* fleet, const uint32_t* worlds, uint32_t n) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    if (n > 0) require_pointer(worlds, "worlds");
    fleet->fleet.send({worlds, n});
  });
}

evtwin_status evtwin_fleet_recv(evtwin_fleet* fleet, uint32_t least, uint32_t most, uint32_t* worlds, uint32_t* n) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    require_pointer(n, "n");
    *n = 0;
    if (most > 0) require_pointer(worlds, "worlds");
    fleet->fleet.receive(least, {worlds, most}, *n);
  });
}

evtwin_status evtwin_fleet_seed(evtwin_fleet* fleet, const uint8_t* mask, const uint64_t* seeds) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    require_pointer(seeds, "seeds");
    fleet->fleet.seed(mask, seeds);
  });
}

evtwin_status evtwin_fleet_observe(const evtwin_fleet* fleet, const evtwin_view* view, float* row) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    require_pointer(view, "view");
    require_pointer(row, "row");
    fleet->fleet.write_observation(*view, row);
  });
}

evtwin_status evtwin_fleet_act(const evtwin_fleet* fleet, const evtwin_view* view, const float* cells,
                               evtwin_decision* decision) {
  return status_of([&] {
    require_pointer(fleet, "fleet");
    require_pointer(view, "view");
    require_pointer(cells, "cells");
    require_pointer(decision, "decision");
    fleet->fleet.write_action(*view, cells, *decision);
  });
}

const evtwin_view* evtwin_fleet_view(const evtwin_fleet* fleet, uint32_t agent) {
  return fleet == nullptr ? nullptr : fleet->fleet.view(agent);
}

evtwin_decision* evtwin_fleet_decision(evtwin_fleet* fleet, uint32_t agent) {
  return fleet == nullptr ? nullptr : fleet->fleet.decision(agent);
}

}  // extern "C"
