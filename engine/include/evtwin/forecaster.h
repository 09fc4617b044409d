/* forecaster.h - the C ABI between evtwin (the host) and a forecaster (the plugin).
 *
 * The contract is that of strategy.h (versions, text, ownership, threads, no exception crosses, report()), and beside
 * it:
 *  1. A plugin exports one data symbol more, or instead: `evtwin_forecasters`. One shared object may hold both.
 *  2. An instance foresees one quantity of one site. It is told what has been, and asked for what comes.
 *  3. An answer depends on create()'s arguments and on the call alone. What an instance keeps between calls is a cache:
 *     a fresh instance asked the same gives the same answer, to the bit. So a run can be cut, resumed and repeated, and
 *     there is nothing to save. The history grows from call to call, but need not.
 *  4. What the host shows of the past is wholly past when the forecast is issued. Nothing of what comes is there. */
#ifndef EVTWIN_FORECASTER_H
#define EVTWIN_FORECASTER_H

#include <evtwin/strategy.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_FORECASTER_ABI_MAJOR 0u
#define EVTWIN_FORECASTER_ABI_MINOR 1u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_FORECASTER_ABI_DIGEST "e4d52bccf3f915ab326aa5576919e33132f1c293ee5305b5baf9a06f83b9b565"
/* What the entry states: this header and the one that it includes. */
#define EVTWIN_FORECASTER_ABI_DIGESTS EVTWIN_FORECASTER_ABI_DIGEST ":" EVTWIN_ABI_DIGEST

/* What is foreseen. Values are of one step of time. */
#define EVTWIN_QUANTITY_PV_KW 0u        /* mean kW, >= 0 */
#define EVTWIN_QUANTITY_LOAD_KW 1u      /* base load, mean kW, >= 0 */
#define EVTWIN_QUANTITY_ARRIVALS 2u     /* vehicles that come, whether or not an EVSE is free for them, >= 0 */
#define EVTWIN_QUANTITY_ARRIVALS_KWH 3u /* what those request together, kWh, >= 0 */
#define EVTWIN_QUANTITY_BUY_PER_KWH 4u  /* mean price of imported energy, in the tariff's currency */
#define EVTWIN_QUANTITIES 5u

#define EVTWIN_MOST_FORESEEN 1e9 /* of any value, either way */

/* Flags of a forecaster's evtwin_info, beside EVTWIN_STRATEGY_KEEP_LOADED: the quantities it can foresee. */
#define EVTWIN_FORECASTS(quantity) (0x10000u << (quantity))

/* Steps of time, one after the other without a gap. */
typedef struct evtwin_steps {
  uint32_t struct_size;
  uint32_t n;
  int64_t step_ns;             /* nominal length: 15 min, 1 h; another where the clock changes */
  const int64_t* start_ns;     /* [n + 1] step k covers [start_ns[k], start_ns[k + 1]) */
  const int32_t* local_day;    /* [n] the local date on which it begins, days since 1970-01-01 */
  const int32_t* local_minute; /* [n] what the local clock shows where it begins, 0..1439 */
  const uint8_t* weekday;      /* [n] of that date: 0 Monday .. 6 Sunday */
  const uint8_t* holiday;      /* [n] 1: that date is a holiday of the site's tariff */
} evtwin_steps;

/* What has been, oldest first. */
typedef struct evtwin_history {
  uint32_t struct_size;
  /* Where this is above 0 and the same as in an earlier call of the same instance, the history has only grown at its
   * end since: what was there need not be looked at again. 0: nothing is promised. */
  uint32_t growing_id;
  evtwin_steps steps; /* the last one ends where the forecast is issued */
  /* [n] each; NaN where nothing is known: before the series begins, and of arrivals before the run does. */
  const double* values[EVTWIN_QUANTITIES];
} evtwin_history;

typedef struct evtwin_question {
  uint32_t struct_size;
  uint32_t quantity;   /* EVTWIN_QUANTITY_*, the one given to create() */
  int64_t issued_ns;   /* = steps.start_ns[0] */
  evtwin_steps steps;  /* what to foresee, of the history's step_ns */
  const double* level; /* [n_levels] ascending in (0, 1) */
  uint32_t n_levels;
  uint32_t reserved;
} evtwin_question;

/* Columns prefilled with NaN by the host. */
typedef struct evtwin_answer {
  uint32_t struct_size, reserved;
  double* mean; /* [n] to be filled whole, with values of at most EVTWIN_MOST_FORESEEN, >= 0 but for prices */
  /* [n_levels * n], or NULL where n_levels is 0. Cell [l * n + k] is the value that step k stays below with probability
   * level[l]: not falling with l. To be filled whole, or left as it is by a forecaster that knows no spread. */
  double* quantile;
} evtwin_answer;

/* One instance. */
typedef struct evtwin_forecaster {
  uint32_t struct_size, reserved;
  void* self; /* the plugin's own */
  evtwin_status (*forecast)(struct evtwin_forecaster*, const evtwin_history*, const evtwin_question*,
                            const evtwin_answer*); /* [one] */
  void (*destroy)(struct evtwin_forecaster*);      /* [one] */
} evtwin_forecaster;

typedef struct evtwin_forecaster_entry {
  uint32_t struct_size, abi_major, abi_minor;
  uint32_t n_forecasters;
  const char* abi_digest;                     /* EVTWIN_FORECASTER_ABI_DIGESTS */
  const evtwin_info* (*info)(uint32_t index); /* [any] index < n_forecasters; static data */
  /* [any] A new instance for one quantity of one site of one run. EVTWIN_UNSUPPORTED for an unknown id, and for a
   * quantity that the flags do not name. */
  evtwin_status (*create)(const evtwin_host*, const char* id, const evtwin_param_value*, uint32_t n, uint32_t quantity,
                          evtwin_forecaster** out);
} evtwin_forecaster_entry;

extern EVTWIN_EXPORT const evtwin_forecaster_entry evtwin_forecasters;

#ifdef __cplusplus
}
#endif
#endif
