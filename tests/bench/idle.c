/* A strategy that does nothing, in plain C: what is left when it is called is the cost of calling. */
#include <evtwin/strategy.h>
#include <stdlib.h>
#include <string.h>

static evtwin_status decide(evtwin_strategy* self, const evtwin_view* view, evtwin_decision* decision) {
  (void)self, (void)view, (void)decision;
  return EVTWIN_OK;
}

static void destroy(evtwin_strategy* self) { free(self); }

static const evtwin_info described = {
    sizeof(evtwin_info), EVTWIN_STRATEGY_STATELESS, "idle", "Idle", "1.0", "Leaves everything as it is.", NULL, 0, 0};

static const evtwin_info* info(uint32_t index) { return index == 0 ? &described : NULL; }

static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params, uint32_t n,
                            const evtwin_view* first, evtwin_strategy** out) {
  (void)host, (void)params, (void)n, (void)first;
  *out = NULL;
  if (strcmp(id, described.id) != 0) return EVTWIN_UNSUPPORTED;
  evtwin_strategy* made = calloc(1, sizeof *made);
  if (made == NULL) return EVTWIN_FAILED;
  made->struct_size = sizeof *made;
  made->subscribes = EVTWIN_WHY_TICK;
  made->decide = decide;
  made->destroy = destroy;
  *out = made;
  return EVTWIN_OK;
}

const evtwin_entry evtwin_strategy_entry = {
    sizeof(evtwin_entry), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 1, EVTWIN_ABI_DIGEST, info, create};
