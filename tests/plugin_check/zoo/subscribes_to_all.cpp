// Sound: subscribes to every occasion that strategy.h has, its own wake-up among them.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
};

evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params, uint32_t n,
                     const evtwin_view* first, evtwin_strategy** out) {
  const evtwin_status status = zoo::Cage<Animal>::create(host, id, params, n, first, out);
  if (status == EVTWIN_OK) (*out)->subscribes = 2 * EVTWIN_WHY_READING - 1;
  return status;
}
}  // namespace

const evtwin_entry evtwin_strategy_entry = {sizeof(evtwin_entry), EVTWIN_ABI_MAJOR,         EVTWIN_ABI_MINOR, 1,
                                            EVTWIN_ABI_DIGEST,    &zoo::Cage<Animal>::info, &create};
