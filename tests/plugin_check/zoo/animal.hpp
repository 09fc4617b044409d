// A sound strategy without the fence of the C++ face; each animal derives from it and breaks one thing. Most behave
// until the first car is plugged in, so that what happened before stays to be looked at.
#pragma once
#include <evtwin/strategy.h>

#include <cstring>

// Hidden: its statics are one for each animal.
#pragma GCC visibility push(hidden)

namespace zoo {

/// A description as it should be; the id is the file's name with '-' for '_'.
constexpr evtwin_info described(uint32_t flags = 0, uint32_t struct_size = sizeof(evtwin_info)) {
  return {struct_size, flags, ZOO_ID, ZOO_ID, "1.0", "An animal of the zoo.", nullptr, 0, 0};
}

/// Every car gets what it can take.
inline void offer_all(const evtwin_view& view, evtwin_decision& decision) {
  for (uint32_t k = 0; k < view.n_connected; ++k) {
    const uint32_t i = view.connected_evse[k];
    decision.evse_kw[i] = view.evse_car_max_kw[i];
  }
}

/// The first row with a car; call it only where there is one.
inline uint32_t first_car(const evtwin_view& view) { return view.connected_evse[0]; }
inline bool has_car(const evtwin_view& view) { return view.n_connected > 0; }
/// What comes late comes after two days of quarter hours.
inline bool is_late(const evtwin_view& view) { return view.decision_number >= 200; }
inline bool is_very_late(const evtwin_view& view) { return view.decision_number >= 500; }

struct Tame {
  Tame(const evtwin_host& host_services, const evtwin_view&) : host(host_services) {}
  static const evtwin_info* info() {
    static constexpr evtwin_info described_once = described(EVTWIN_STRATEGY_STATELESS);
    return &described_once;
  }
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    offer_all(view, decision);
    return EVTWIN_OK;
  }
  static const void* extension(const char*) { return nullptr; }
  static constexpr uint32_t instance_size = sizeof(evtwin_strategy);
  static constexpr uint32_t plan_steps = 0;  // of a horizon as long

  const evtwin_host& host;
};

template <class Animal>
struct Cage {
  evtwin_strategy c;
  Animal animal;

  static Cage& of(const evtwin_strategy* c) { return *static_cast<Cage*>(c->self); }
  static evtwin_status decide(evtwin_strategy* c, const evtwin_view* view, evtwin_decision* decision) {
    return of(c).animal.decide(*view, *decision);
  }
  static const void* extension(const evtwin_strategy*, const char* id) { return Animal::extension(id); }
  static void destroy(evtwin_strategy* c) { delete &of(c); }

  static const evtwin_info* info(uint32_t index) { return index == 0 ? Animal::info() : nullptr; }
  static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value*, uint32_t,
                              const evtwin_view* first, evtwin_strategy** out) {
    *out = nullptr;
    if (std::strcmp(id, ZOO_ID) != 0) return EVTWIN_UNSUPPORTED;
    auto* cage = new Cage{{}, Animal(*host, *first)};
    cage->c.struct_size = Animal::instance_size;
    cage->c.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
    cage->c.horizon_steps = cage->c.plan_steps = Animal::plan_steps;
    cage->c.decide = &decide;
    cage->c.extension = &extension;
    cage->c.destroy = &destroy;
    cage->c.self = cage;
    *out = &cage->c;
    return EVTWIN_OK;
  }
};

template <class Animal>
constexpr evtwin_entry entry(uint32_t struct_size = sizeof(evtwin_entry), uint32_t major = EVTWIN_ABI_MAJOR,
                             uint32_t minor = EVTWIN_ABI_MINOR, const char* digest = EVTWIN_ABI_DIGEST) {
  return {struct_size, major, minor, 1, digest, &Cage<Animal>::info, &Cage<Animal>::create};
}

}  // namespace zoo

#pragma GCC visibility pop

/// Exported by its declaration in strategy.h.
#define ZOO_ENTRY(...) const evtwin_entry evtwin_strategy_entry = zoo::entry<__VA_ARGS__>
