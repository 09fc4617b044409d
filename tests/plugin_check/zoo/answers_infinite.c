/* Answers an infinite set-point. Plain C: the header is enough. */
#include <evtwin/strategy.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static evtwin_status decide(evtwin_strategy* strategy, const evtwin_view* view, evtwin_decision* decision) {
  (void)strategy;
  for (uint32_t k = 0; k < view->n_connected; ++k) decision->evse_kw[view->connected_evse[k]] = INFINITY;
  return EVTWIN_OK;
}

static void destroy(evtwin_strategy* strategy) { free(strategy); }

static const evtwin_info described = {
    sizeof(evtwin_info), EVTWIN_STRATEGY_STATELESS, ZOO_ID, ZOO_ID, "1.0", "An animal of the zoo.", NULL, 0, 0};

static const evtwin_info* info(uint32_t index) { return index == 0 ? &described : NULL; }

static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params, uint32_t n,
                            const evtwin_view* first, evtwin_strategy** out) {
  (void)host, (void)params, (void)n, (void)first;
  *out = NULL;
  if (strcmp(id, ZOO_ID) != 0) return EVTWIN_UNSUPPORTED;
  evtwin_strategy* made = calloc(1, sizeof *made);
  if (made == NULL) return EVTWIN_FAILED;
  made->struct_size = sizeof *made;
  made->subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  made->decide = decide;
  made->destroy = destroy;
  *out = made;
  return EVTWIN_OK;
}

const evtwin_entry evtwin_strategy_entry = {
    sizeof(evtwin_entry), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 1, EVTWIN_ABI_DIGEST, info, create};
