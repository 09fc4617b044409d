/* embed.h - one run of a scenario whose strategy is the caller, and single decisions asked for in JSON: the C interface
 * of libevtwin.so for programs that decide themselves, in any language. Many worlds at once are fleet.h.
 *
 * The contract
 *  1. As in fleet.h: no signal handler, no stream, no end of the process but for what fleet.h says of functions of a
 *     scenario that hang. Nothing here calls back but a sink, within the call that it was given to.
 *  2. Versions. evtwin_embed_abi() >> 16 must be EVTWIN_EMBED_ABI_MAJOR. Structs begin with struct_size, set by whoever
 *     makes them, and grow at the end: a shorter one is accepted (what is missing is 0), a longer one refused. While
 * the major is 0 nothing is promised from release to release.
 *  3. Units, signs, text and time are those of strategy.h, and so are the columns of views and decisions.
 *  4. A run asks, and goes on when it is answered:
 *         create, interest of each site, advance -> decision: read view, write decision, answer -> advance ... -> end,
 *         finish.
 *     It is the run of `evtwin run`: same view, guard, books, event hash and run file as for a plugin that decides so.
 *  5. Memory. A view and the columns of a decision are the library's. They change with advance() and answer(), and lie
 *     where they are until the run is destroyed: whoever keeps a pointer keeps the run.
 *  6. Threads. One thread at a time per run or advisor; distinct ones side by side.
 *  7. Failure. evtwin_embed_error() says in one line why a call did not answer EVTWIN_OK. A run that refused an answer
 *     is over: its run file says that it failed, and only destroy() is left. */
#ifndef EVTWIN_EMBED_H
#define EVTWIN_EMBED_H

#include <evtwin/fleet.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_EMBED_ABI_MAJOR 0u
#define EVTWIN_EMBED_ABI_MINOR 1u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_EMBED_ABI_DIGEST "86f3286eccf5cc2130b2779219e385a522d79df6dfbe9e92ee32c1187df5e312"

/* [any thread] EVTWIN_EMBED_ABI_MAJOR << 16 | EVTWIN_EMBED_ABI_MINOR of the library. */
EVTWIN_EXPORT uint32_t evtwin_embed_abi(void);
/* Why the last call of this thread did not answer EVTWIN_OK, in one line; "" where it did. Valid until this thread's
 * next call. Never NULL. */
EVTWIN_EXPORT const char* evtwin_embed_error(void);
/* Version of evtwin, "0.1.0", and digest of the strategy.h that views and decisions are laid out by. */
EVTWIN_EXPORT const char* evtwin_embed_version(void);
EVTWIN_EXPORT const char* evtwin_embed_view_digest(void);

/* ---- A run. ------------------------------------------------------------------------------------------------------ */

typedef struct evtwin_run evtwin_run;

typedef struct evtwin_run_spec {
  uint32_t struct_size;
  uint32_t days;    /* local days, in place of the scenario's; 0: as it says */
  const char* file; /* path of a scenario; with `text`: its title in messages, and beside it lie the files it names */
  const char* text; /* in place of what the file says; NULL: the file is read */
  const evtwin_fleet_setting* settings; /* as in --set name=value */
  const evtwin_fleet_setting* changes;  /* as in --change name=value */
  uint32_t n_settings, n_changes;
  uint32_t has_seed, reserved;
  uint64_t seed;           /* of every random draw, where has_seed is 1; else the scenario's */
  const char* label;       /* of who decides, in the run file and in messages: "mine"; NULL: "caller" */
  const char* source_file; /* where who decides is written down, for the run file; NULL: nowhere */
  const char* out;         /* run file to write; NULL: none */
} evtwin_run_spec;

/* What a site's decider wants to be told; set before the first advance(). As in evtwin_strategy. */
typedef struct evtwin_run_interest {
  uint32_t struct_size;
  uint32_t subscribes;    /* EVTWIN_WHY_* bits */
  uint32_t horizon_steps; /* forecast steps in the view; 0: none */
  uint32_t plan_steps;    /* steps for which a plan is written, at most horizon_steps */
  const double* levels;   /* [n_levels] of the forecast, ascending in (0, 1) */
  uint32_t n_levels;      /* at most EVTWIN_MOST_LEVELS, only with a horizon */
  uint32_t horizon_reads; /* EVTWIN_READS_* bits; 0: all */
} evtwin_run_interest;

/* Where a run stands still. */
#define EVTWIN_RUN_DECISION 0u /* the sites named are asked */
#define EVTWIN_RUN_TIME 1u     /* `until` was reached */
#define EVTWIN_RUN_END 2u      /* of the run: finish() comes next */

typedef struct evtwin_run_pause {
  uint32_t struct_size; /* set by the caller */
  uint32_t kind;        /* EVTWIN_RUN_* */
  int64_t now_ns;
  const uint32_t* sites; /* [n_sites] asked at this instant, ascending; valid until the next advance() */
  uint32_t n_sites, reserved;
} evtwin_run_pause;

/* Reads the scenario and makes its world. Nothing has begun, and no file is touched. */
EVTWIN_EXPORT evtwin_status evtwin_run_create(const evtwin_run_spec* spec, evtwin_run** out);
/* NULL is allowed. A run file that was begun and not finished is marked failed. */
EVTWIN_EXPORT void evtwin_run_destroy(evtwin_run* run);

EVTWIN_EXPORT uint32_t evtwin_run_sites(const evtwin_run* run);
/* The world as JSON: name, file, timezone, currency, seed, start_ns, end_ns, tick_ns, sites[{name, evses, storages}],
 * flags[{id, reason}]. */
EVTWIN_EXPORT evtwin_status evtwin_run_world(const evtwin_run* run, const evtwin_sink* json);
EVTWIN_EXPORT evtwin_status evtwin_run_tell(evtwin_run* run, uint32_t site, const evtwin_run_interest* interest);

/* Runs on to the next question, to just before the first event at or after until_ns (INT64_MAX: no such stop), or to
 * the end. The first call begins the run, and its run file. A site that was asked and not answered keeps everything as
 * it is. */
EVTWIN_EXPORT evtwin_status evtwin_run_advance(evtwin_run* run, int64_t until_ns, evtwin_run_pause* pause);

/* Before the first advance(): the site with nobody plugged in. After finish(): the closed books. NULL: no such site. */
EVTWIN_EXPORT const evtwin_view* evtwin_run_view(const evtwin_run* run, uint32_t site);
/* Blank columns of a site that is asked, to be written in place; NULL: it is not asked, or has answered. */
EVTWIN_EXPORT evtwin_decision* evtwin_run_decision(evtwin_run* run, uint32_t site);
/* Something to tell with the answer, recorded with its time: EVTWIN_INFO or EVTWIN_WARNING. */
EVTWIN_EXPORT evtwin_status evtwin_run_report(evtwin_run* run, uint32_t site, uint32_t severity, const char* text);
/* Takes what stands in the decision. */
EVTWIN_EXPORT evtwin_status evtwin_run_answer(evtwin_run* run, uint32_t site);
/* As host->random_u64 of a plugin at that site: a pure function of the run's seed, stream and index. */
EVTWIN_EXPORT uint64_t evtwin_run_random(const evtwin_run* run, uint32_t site, uint64_t stream, uint64_t index);

/* After the end: closes the books, finishes the run file, writes what `evtwin run --json` prints. */
EVTWIN_EXPORT evtwin_status evtwin_run_finish(evtwin_run* run, const evtwin_sink* json);
/* Gives the run up: its run file keeps what was recorded, and says why. @param interrupted  1: by the user */
EVTWIN_EXPORT evtwin_status evtwin_run_give_up(evtwin_run* run, uint32_t interrupted, const char* why);

/* ---- A decision in JSON: what `evtwin decide` does. -------------------------------------------------------------- */

typedef struct evtwin_advisor evtwin_advisor;

/* A strategy that serves one installation, as the first request gives it.
 * @param strategy  "edf", or FILE.so#ID @param params  [n] as in --strategy ID:name=value */
EVTWIN_EXPORT evtwin_status evtwin_advisor_create(const char* strategy, const evtwin_fleet_setting* params, uint32_t n,
                                                  evtwin_advisor** out);
EVTWIN_EXPORT void evtwin_advisor_destroy(evtwin_advisor* advisor); /* NULL is allowed */

/* Writes the answer as JSON. A request that is wrong is answered EVTWIN_BAD_PARAMETER, the error names the field, and
 * {"error", "field"} is written; the advisor can be asked again. After any other failure it can not. */
EVTWIN_EXPORT evtwin_status evtwin_advisor_decide(evtwin_advisor* advisor, const char* request,
                                                  const evtwin_sink* answer);
/* JSON Schema (2020-12) of requests, answers and refusals. */
EVTWIN_EXPORT evtwin_status evtwin_advisor_schema(const evtwin_sink* schema);

#if UINTPTR_MAX == UINT64_MAX
EVTWIN_STATIC_ASSERT(sizeof(evtwin_run_spec) == 88);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_run_interest) == 32);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_run_pause) == 32);
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EVTWIN_EMBED_H */
