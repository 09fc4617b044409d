// Create() makes an instance for an id it does not have.
#include "animal.hpp"

namespace {
evtwin_status create(const evtwin_host* host, const char*, const evtwin_param_value* params, uint32_t n,
                     const evtwin_view* first, evtwin_strategy** out) {
  return zoo::Cage<zoo::Tame>::create(host, ZOO_ID, params, n, first, out);
}
}  // namespace
const evtwin_entry evtwin_strategy_entry = {
    sizeof(evtwin_entry),        EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 1, EVTWIN_ABI_DIGEST,
    &zoo::Cage<zoo::Tame>::info, &create};
