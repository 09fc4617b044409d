/* Cars that can wait stay below the peak that the month is billed for anyway; a car that can not may use the contract.
 */
#include <evtwin/strategy.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What users may set: --strategy ./build/lib@NAME@.so:patience_h=1. evtwin checks the range and fills in the default.
 */
static const evtwin_param_info params[] = {
    {.id = "patience_h",
     .unit = "h",
     .help = "A car that can wait longer than this adds nothing to the peak.",
     .type = EVTWIN_PARAM_REAL,
     .min = 0.0,
     .max = 48.0,
     .default_number = 2.0},
};

static const evtwin_info description = {
    .struct_size = sizeof(evtwin_info),
    .flags = EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS,
    .id = "@ID@",
    .name = "@NAME@",
    .version = "0.1",
    .help = "Least laxity first; who can wait stays below the peak billed anyway.",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
};

/* One instance serves one site of one run. */
typedef struct {
  evtwin_strategy c; /* what evtwin sees */
  double patience_h;
  uint32_t* queue;  /* [n_evses] EVSEs with a car, in the order of their turns */
  double* laxity_h; /* [n_evses] */
} instance;

static double clamp(double x, double low, double high) { return fmax(low, fmin(x, high)); }

/* The hours a car can wait and still get what its driver asked for. */
static double laxity_h(const evtwin_view* view, uint32_t evse) {
  const double stays_h = (double)(view->evse_departs_ns[evse] - view->now_ns) / 3.6e12;
  const double fastest_kw = fmax(view->evse_car_max_kw[evse], 0.001); /* 0 during an outage */
  return stays_h - view->evse_remaining_kwh[evse] / fastest_kw;
}

/* Called every quarter of an hour and whenever a car comes or goes. What is not written stays as it is. */
static evtwin_status decide(evtwin_strategy* strategy, const evtwin_view* view, evtwin_decision* decision) {
  instance* me = strategy->self;

  /* Insertion sort: few cars, and among equals the lower EVSE first, so that the same view gives the same answer. */
  for (uint32_t n = 0; n < view->n_connected; ++n) {
    const uint32_t evse = view->connected_evse[n];
    me->laxity_h[evse] = laxity_h(view, evse);
    uint32_t at = n;
    for (; at > 0 && me->laxity_h[me->queue[at - 1]] > me->laxity_h[evse]; --at) me->queue[at] = me->queue[at - 1];
    me->queue[at] = evse;
  }

  /* Import so far: the building less the sun, then car by car. evtwin's guard holds every limit anyhow; here we choose
   * who waits for whom. */
  double import_kw = view->load_kw - view->pv_kw;
  const double quiet_kw = fmin(view->billed_peak_kw, view->contract_kw);
  for (uint32_t n = 0; n < view->n_connected; ++n) {
    const uint32_t evse = me->queue[n];
    const double most_kw = me->laxity_h[evse] < me->patience_h ? view->contract_kw : quiet_kw;
    double offer_kw = view->evse_draws[evse] != 0 ? clamp(most_kw - import_kw, 0.0, view->evse_car_max_kw[evse]) : 0.0;
    if (offer_kw < view->evse_car_min_kw[evse]) offer_kw = 0.0; /* below 6 A a car takes nothing */
    decision->evse_kw[evse] = offer_kw;
    import_kw += offer_kw / view->evse_efficiency[evse]; /* a DC charger draws more than it gives */
  }

  /* Storage gives what exceeds the quiet level, and fills up below it. */
  for (uint32_t s = 0; s < view->n_storages; ++s) {
    const double power_kw =
        clamp(quiet_kw - import_kw, -view->storage_max_discharge_kw[s], view->storage_max_charge_kw[s]);
    decision->storage_kw[s] = power_kw;
    import_kw += power_kw;
  }
  return EVTWIN_OK;
}

static void destroy(evtwin_strategy* strategy) {
  instance* me = strategy->self;
  free(me->laxity_h);
  free(me->queue);
  free(me);
}

static const evtwin_info* info(uint32_t index) { return index == 0 ? &description : NULL; }

/* `first` is the empty site: make here what decide() needs, so that it allocates nothing. */
static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* values, uint32_t n,
                            const evtwin_view* first, evtwin_strategy** out) {
  *out = NULL;
  if (strcmp(id, description.id) != 0) return EVTWIN_UNSUPPORTED;
  instance* me = calloc(1, sizeof *me);
  if (me == NULL) return EVTWIN_FAILED;
  me->c.struct_size = sizeof me->c;
  me->c.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  me->c.self = me;
  me->c.decide = decide;
  me->c.destroy = destroy;
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(values[i].id, "patience_h") == 0) me->patience_h = values[i].number;
  }
  me->queue = calloc(first->n_evses + 1, sizeof *me->queue);
  me->laxity_h = calloc(first->n_evses + 1, sizeof *me->laxity_h);
  if (me->queue == NULL || me->laxity_h == NULL) {
    destroy(&me->c);
    host->report(host, EVTWIN_ERROR, "out of memory");
    return EVTWIN_FAILED;
  }
  *out = &me->c;
  return EVTWIN_OK;
}

EVTWIN_EXPORT const evtwin_entry evtwin_strategy_entry = {
    .struct_size = sizeof(evtwin_entry),
    .abi_major = EVTWIN_ABI_MAJOR,
    .abi_minor = EVTWIN_ABI_MINOR,
    .n_strategies = 1,
    .abi_digest = EVTWIN_ABI_DIGEST,
    .info = info,
    .create = create,
};
