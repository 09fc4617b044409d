// A sound forecaster without the fence of the C++ face: what the load was last. Each animal derives from it and breaks
// one thing.
#pragma once
#include <evtwin/forecaster.h>

#include <cmath>
#include <cstring>

// Hidden: its statics are one for each animal.
#pragma GCC visibility push(hidden)

namespace zoo {

/// A description as it should be; the id is the file's name with '-' for '_'.
constexpr evtwin_info described(uint32_t flags = EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW)) {
  return {sizeof(evtwin_info), flags, ZOO_ID, ZOO_ID, "1.0", "A forecaster of the zoo.", nullptr, 0, 0};
}

inline double last_load_kw(const evtwin_history& history) {
  for (uint32_t k = history.steps.n; k-- > 0;) {
    const double kw = history.values[EVTWIN_QUANTITY_LOAD_KW][k];
    if (!std::isnan(kw)) return kw;
  }
  return 0.0;
}

/// The same for each step and level.
inline void foresee(double kw, const evtwin_question& question, const evtwin_answer& answer) {
  const uint32_t n = question.steps.n;
  for (uint32_t k = 0; k < n; ++k) answer.mean[k] = kw;
  for (uint32_t c = 0; c < n * question.n_levels; ++c) answer.quantile[c] = kw;
}

struct Tame {
  explicit Tame(const evtwin_host& host_services) : host(host_services) {}
  static const evtwin_info* info() {
    static constexpr evtwin_info described_once = described();
    return &described_once;
  }
  evtwin_status forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    foresee(last_load_kw(history), question, answer);
    return EVTWIN_OK;
  }
  static bool takes(const char* id, uint32_t quantity) {
    return std::strcmp(id, ZOO_ID) == 0 && quantity == EVTWIN_QUANTITY_LOAD_KW;
  }
  static constexpr uint32_t instance_size = sizeof(evtwin_forecaster);

  const evtwin_host& host;
};

template <class Animal>
struct Cage {
  evtwin_forecaster c;
  Animal animal;

  static Cage& of(const evtwin_forecaster* c) { return *static_cast<Cage*>(c->self); }
  static evtwin_status forecast(evtwin_forecaster* c, const evtwin_history* history, const evtwin_question* question,
                                const evtwin_answer* answer) {
    return of(c).animal.forecast(*history, *question, *answer);
  }
  static void destroy(evtwin_forecaster* c) { delete &of(c); }

  static const evtwin_info* info(uint32_t index) { return index == 0 ? Animal::info() : nullptr; }
  static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value*, uint32_t,
                              uint32_t quantity, evtwin_forecaster** out) {
    *out = nullptr;
    if (!Animal::takes(id, quantity)) return EVTWIN_UNSUPPORTED;
    auto* cage = new Cage{{}, Animal(*host)};
    cage->c = {Animal::instance_size, 0, cage, &forecast, &destroy};
    *out = &cage->c;
    return EVTWIN_OK;
  }
};

template <class Animal>
constexpr evtwin_forecaster_entry entry(uint32_t struct_size = sizeof(evtwin_forecaster_entry),
                                        const char* digest = EVTWIN_FORECASTER_ABI_DIGESTS) {
  return {struct_size, EVTWIN_FORECASTER_ABI_MAJOR, EVTWIN_FORECASTER_ABI_MINOR, 1,
          digest,      &Cage<Animal>::info,         &Cage<Animal>::create};
}

}  // namespace zoo

#pragma GCC visibility pop

/// Exported by its declaration in forecaster.h.
#define ZOO_FORECASTERS(...) const evtwin_forecaster_entry evtwin_forecasters = zoo::entry<__VA_ARGS__>
