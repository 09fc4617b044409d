// Takes a signal from its host at the end of the run.
#include <csignal>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
};

evtwin_status take_signal(evtwin_strategy*, const evtwin_view*) {
  std::signal(SIGTERM, SIG_IGN);
  return EVTWIN_OK;
}

evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params, uint32_t n,
                     const evtwin_view* first, evtwin_strategy** out) {
  const evtwin_status status = zoo::Cage<Animal>::create(host, id, params, n, first, out);
  if (status == EVTWIN_OK) (*out)->end = &take_signal;
  return status;
}
}  // namespace

const evtwin_entry evtwin_strategy_entry = {sizeof(evtwin_entry), EVTWIN_ABI_MAJOR,         EVTWIN_ABI_MINOR, 1,
                                            EVTWIN_ABI_DIGEST,    &zoo::Cage<Animal>::info, &create};
