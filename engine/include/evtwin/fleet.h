/* fleet.h - many worlds advanced together, each to its next decision: the C interface of libevtwin.so for learners,
 * notebooks and sweeps. One C header serves C, C++, Python (ctypes), Julia and Rust.
 *
 * The contract
 *  1. libevtwin.so exports the functions below and nothing else. It installs no signal handler, ends no process and
 *     writes to no stream; what a scenario prints by itself (print) goes nowhere. One exception: a function of a
 *     scenario that hangs where it can not be stopped is ended with the process, and told on stderr, as in evtwin.
 *  2. Versions. evtwin_fleet_abi() >> 16 must be EVTWIN_FLEET_ABI_MAJOR. Structs that begin with struct_size, set by
 *     whoever makes them, grow at the end: a shorter one is accepted (what is missing is 0), a longer one refused; the
 *     others stay as they are. While the major is 0 nothing is promised from release to release.
 *  3. Units, signs and text are those of strategy.h. A cell of an observation is (value - shift) * scale as a float and
 *     never NaN or infinite: what is not known is 0, beside a column that says so ("evse.soc_known"). All cells of an
 *     EVSE where nobody is are 0.
 *  4. Agents. One agent is one site of one world: agent = world * n_sites + site. Sites with fewer EVSEs or storages
 *     than the shape find cells and masks of 0 behind theirs.
 *  5. What an agent sees is a function of its evtwin_view and of nothing else: never the truth behind a claim, nothing
 *     that lies ahead but what is foreseen. The world itself is that of a single run: same view, same guard, same
 * books.
 *  6. Memory. The caller owns every buffer that it binds and keeps it until it binds others or destroys the fleet. Rows
 *     are agents, row-major, aligned to their type. The library reads `actions` and writes the rest. No step allocates
 *     but one in which a run begins or ends (see 8) or more vehicles leave at once than ever before.
 *  7. Threads. [one] one thread at a time per fleet. [range] several at once on ranges that share no world. [any].
 *  8. Runs and episodes. A run is a stretch of a scenario that is lived without a break, an episode what a learner has
 *     of it. Without carry_over each episode is a run of its own: nobody is plugged in at its start, and storages have
 *     the scenario's SoC. With carry_over a run goes on to the scenario's end, an episode is so many local days of it,
 *     and the next one begins with the vehicles, storages, peaks and prices that the last one left.
 *  9. Determinism. What a world does follows from the scenario, its settings, (seed, first_world + world, number of the
 *     episode that its run began with) and its rows of actions: not from threads, from neighbours, or from how worlds
 *     are split over fleets, calls, processes or machines. evtwin_fleet_seed() gives a world another (seed, number).
 * 10. Failure. evtwin_fleet_error() says in one line why a call did not answer EVTWIN_OK; it has then changed nothing,
 *     with one exception: a world that fails by itself (a function of the scenario, a decision that is infinite) stands
 *     still with failed[world] = 1 until it is reset, and the call answers EVTWIN_FLEET_WORLD_FAILED after all other
 *     worlds have been served. */
#ifndef EVTWIN_FLEET_H
#define EVTWIN_FLEET_H

#include <evtwin/strategy.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_FLEET_ABI_MAJOR 0u
#define EVTWIN_FLEET_ABI_MINOR 4u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_FLEET_ABI_DIGEST "814ecca557a9dec279e3a077126a73654bc34b659abc970974a5f9ece56d75fe"

/* What a call answers beyond EVTWIN_OK, EVTWIN_BAD_PARAMETER and EVTWIN_FAILED. */
#define EVTWIN_FLEET_WORLD_FAILED 16u /* see 10 */
#define EVTWIN_FLEET_ENDED 17u /* AUTORESET_DISABLED: a world whose episode is over was stepped without a reset */
#define EVTWIN_FLEET_BUSY 18u  /* a world is under way between send() and recv() */

typedef struct evtwin_fleet evtwin_fleet;

/* ---- What is made. ---------------------------------------------------------------------------------------------- */

/* What follows the last step of an episode, as in Gymnasium 1.x (AutoresetMode). In all three the step that ends an
 * episode carries its reward, its terms and its flags.
 *  NEXT_STEP  its observation is the last of the old episode; the next step ignores the action, starts the new one and
 *             gives its first observation, reward 0 and no flag: leave that step out of what is learnt.
 *  SAME_STEP  its observation is the first of the new episode; the last of the old one lies in final_observations. No
 *             action is lost.
 *  DISABLED   its observation is the last; the world waits for reset() with its mask. */
#define EVTWIN_AUTORESET_NEXT_STEP 0u
#define EVTWIN_AUTORESET_SAME_STEP 1u
#define EVTWIN_AUTORESET_DISABLED 2u

/* What the end of a run is. A site goes on when a day is over: TRUNCATED, and the value of the last observation belongs
 * into the return (bootstrap); what open sessions still owe and what is left in storages then counts in no reward.
 * TERMINATED suits a task that does end there, a month with its bill: both are in the last reward. With carry_over only
 * the scenario's end can terminate; the ends of episodes before it truncate. */
#define EVTWIN_END_TRUNCATES 0u
#define EVTWIN_END_TERMINATES 1u

/* What a cell of `actions` means. The guard has the last word on all of them.
 *  EVSE  a cell for each EVSE: 0..1 is the share of what EVSE and car can take (evse_car_max_kw); -1..0, where the car
 *        may lend (bit EVTWIN_MASK_DISCHARGE), of what it can give. Powers that the row can not offer are rounded: with
 *        finite rates to the nearest, of two equally near the lower; else below half of the smallest offer to 0, from
 *        there up to the smallest offer.
 *  SITE  one cell for all EVSEs: 0..1 is the share of what all vehicles that draw can be given together within the
 *        limits. It is handed out least laxity first, those whose request is met after all others; of equal laxity
 *        who came first, then the EVSE declared first.
 *        Each gets all it can take and what its POWER and CURRENT limits leave, the last one what remains of the sum;
 *        where that is less than its smallest offer, those served before give up as much. MAGNITUDE limits are the
 *        guard's. Vehicles lend nothing.
 * In both layouts a cell for each storage follows: 0..1 of its charging, -1..0 of its discharging power; the scenario's
 * storage policy plays no part. A cell beyond its bounds is taken as its nearest bound, NaN as 0; both are counted. */
#define EVTWIN_ACT_EVSE 0u
#define EVTWIN_ACT_SITE 1u

/* Bits of a mask; 0: the cell has no effect now. */
#define EVTWIN_MASK_CHARGE 1u
#define EVTWIN_MASK_DISCHARGE 2u

typedef struct evtwin_fleet_setting {
  const char *name, *value; /* a parameter of the scenario, as in --set name=value */
} evtwin_fleet_setting;

typedef struct evtwin_fleet_scenario {
  const char* file; /* path of a scenario; with `text`: its title in messages, and beside it lie the files it names */
  const char* text; /* in place of what the file says; NULL: the file is read */
  const evtwin_fleet_setting* settings;
  uint32_t n_settings;
  uint32_t days; /* in place of the scenario's; 0: as it says */
} evtwin_fleet_scenario;

typedef struct evtwin_fleet_weight {
  const char*
      term;      /* id of evtwin_fleet_terms(), or "objective": the cost that strategies are compared by, all of it */
  double weight; /* reward per unit; costs have weights below 0 */
} evtwin_fleet_weight;

typedef struct evtwin_fleet_spec {
  uint32_t struct_size;
  uint32_t n_worlds;                      /* 1 to 1,000,000 */
  const evtwin_fleet_scenario* scenarios; /* world w lives in scenario (first_world + w) % n_scenarios */
  uint32_t n_scenarios;                   /* 1 or more, all with as many sites */
  uint32_t threads;                       /* of step, send and recv, the caller's among them; 0: one per processor */
  uint64_t seed;                          /* of the fleet; see 9 */
  uint64_t first_world;                   /* number of the first world, where a larger fleet is split */

  uint32_t autoreset;     /* EVTWIN_AUTORESET_* */
  uint32_t end;           /* EVTWIN_END_* */
  uint32_t episode_days;  /* local days of an episode, the last may be shorter; 0: to the scenario's end */
  uint32_t draw_start;    /* 0: a run begins at the scenario's start; 1: at its start or a local midnight, drawn by the
                             run's seed such that an episode fits behind it */
  uint32_t carry_over;    /* 1: see 8 */
  uint32_t asked_at;      /* EVTWIN_WHY_* bits: when agents are asked beside the ticks, which always ask; 0: at ticks
                             alone, which makes equal steps */
  uint32_t horizon_steps; /* forecast steps that agents see; 0: none */
  uint32_t n_levels;      /* at most EVTWIN_MOST_LEVELS, only with a horizon */
  const double* levels;   /* [n_levels] of the forecast's distribution that agents see, ascending in (0, 1) */
  const char* observe;    /* ids of evtwin_fleet_observations(), blanks between; NULL: all, "standard/1" */
  uint32_t act;           /* EVTWIN_ACT_* */
  uint32_t n_weights;
  const evtwin_fleet_weight* weights; /* none: `reward` */
  uint32_t pad_evses, pad_storages;   /* room for at least so many in every row */
  uint32_t horizon_reads; /* EVTWIN_READS_*: the horizon's columns that are looked at; 0: all. What is not, is 0 in a
                             row and NaN in a view, and no forecast is made of it */
  uint32_t reserved;
  const char*
      reward; /* without weights: NAME[:PART=WEIGHT,...], NAME of `evtwin rewards`, "weights" for those
                 of terms alone, "scenario" for the scenario's own; NULL: the scenario's own, else the objective */
} evtwin_fleet_spec;

/* ---- What it looks like: tables, static for the life of a fleet. ------------------------------------------------ */

typedef struct evtwin_fleet_shape {
  uint32_t struct_size;
  uint32_t n_worlds, n_sites, n_agents;
  uint32_t n_evses, n_storages; /* of the largest site, or as padded */
  uint32_t observation_size;    /* cells of a row */
  uint32_t action_size;         /* EVSEs or 1, then storages */
  uint32_t n_terms, n_parts;
  int64_t tick_ns; /* between ticks, of the first scenario */
  uint64_t digest; /* of both tables: kept with a policy, refused where it differs */
} evtwin_fleet_shape;

/* Where a quantity lies in a row and how it is written there. A row is made of blocks: the site, the horizon step by
 * step, the storages, the EVSEs; within a block all quantities of one thing stand together, so that a block reshapes to
 * [count, stride] for networks that treat every EVSE alike. */
typedef struct evtwin_fleet_column {
  const char* id;   /* "site.buy_per_kwh", "horizon.pv_kw", "horizon.pv_kw.q0.9", "evse.remaining_kwh" */
  const char* unit; /* "kW", "h", "" */
  const char* help; /* one sentence */
  uint32_t offset;  /* cell of the first */
  uint32_t count;   /* how many: 1, horizon steps, storages or EVSEs */
  uint32_t stride;  /* cells from one to the next */
  uint32_t reserved;
  double shift, scale;
  double low, high; /* of the cell; infinite where nothing bounds it. Actions: bounds that hold now may be narrower */
} evtwin_fleet_column;

/* A term of the reward, per step: the increment of a ledger column since the agent's last decision, or what is counted
 * beside the ledger. */
typedef struct evtwin_fleet_term {
  const char *id, *unit, *help;
  double weight; /* in force */
} evtwin_fleet_term;

/* ---- Buffers: the caller's. -------------------------------------------------------------------------------------- */

/* What became of an episode; written for its agent by the step that ends it. */
typedef struct evtwin_fleet_episode {
  uint64_t number;    /* of the world's episodes, from 0 */
  uint64_t seed;      /* of the run it is part of */
  uint64_t decisions; /* of this agent */
  int64_t from_ns, to_ns;
  double reward;               /* sum of the agent's rewards */
  double objective;            /* cost that strategies are compared by, of these hours; `open_cost` and
                                  `storage_energy_value` are in it where it terminated */
  double open_cost;            /* what sessions still plugged in owe at the end; 0 where it was truncated */
  double storage_energy_value; /* of what is stored beyond the run's start; 0 where it was truncated */
  double got_kwh, wanted_kwh;  /* of the sessions that ended: metered, at most what was requested; requested */
  /* The running peak at the end: highest metering window, within the run, of the month that the end lies in. What ends
   * with a month and is truncated has seen the first instant of the next one, and its peak, which is 0 then. */
  double month_peak_kw;
  uint64_t departures; /* sessions that ended */
  uint64_t turned_away;
  uint64_t clipped;     /* cells of actions beyond their bounds, of those that have an effect */
  uint64_t corrected;   /* set-points that stood otherwise than asked for, counted at the decisions */
  uint64_t event_hash;  /* of the whole world so far; of a run that ended, that of a single run */
  evtwin_ledger ledger; /* of these hours */
} evtwin_fleet_episode;

typedef struct evtwin_fleet_buffers {
  uint32_t struct_size, reserved;
  uint64_t observation_stride; /* floats from row to row; 0: observation_size */
  uint64_t action_stride;      /* floats from row to row; 0: action_size */
  float* observations;         /* [n_agents, observation_stride] */
  const float* actions;        /* [n_agents, action_stride] read; NULL: evtwin_fleet_decision() instead */
  float* rewards;              /* [n_agents] sum of weight * term since the agent's last decision */
  uint8_t* terminated;         /* [n_agents] */
  uint8_t* truncated;          /* [n_agents] never both */
  /* The rest may be NULL. */
  float* final_observations;      /* [n_agents, observation_stride] SAME_STEP needs it; written where an episode ends */
  uint8_t* action_masks;          /* [n_agents, action_size] EVTWIN_MASK_* of the observation written */
  double* terms;                  /* [n_agents, n_terms] unweighted: they add up to the ledger */
  float* hours;                   /* [n_agents] since the agent's last decision: what a discount per hour needs */
  int64_t* now_ns;                /* [n_agents] of the observation written */
  uint8_t* asked;                 /* [n_agents] 1: a decision of this agent is due; else its row of observations stands,
                                     its action is not read, and its reward is 0. Always 1 where asked_at is 0 */
  evtwin_fleet_episode* episodes; /* [n_agents] written where an episode ends */
  uint8_t* failed;                /* [n_worlds] */
  double* parts;                  /* [n_agents, n_parts] weighted: a reward is their sum */
} evtwin_fleet_buffers;

/* Where a run begins. */
#define EVTWIN_FLEET_AS_DRAWN INT64_MIN
typedef struct evtwin_fleet_start {
  uint64_t seed;
  int64_t from_ns; /* within the scenario; EVTWIN_FLEET_AS_DRAWN: as draw_start says, by this seed */
} evtwin_fleet_start;

/* ---- Functions. -------------------------------------------------------------------------------------------------- */

/* [any] EVTWIN_FLEET_ABI_MAJOR << 16 | EVTWIN_FLEET_ABI_MINOR of the library. */
EVTWIN_EXPORT uint32_t evtwin_fleet_abi(void);
/* [any] Why the last call of this thread did not answer EVTWIN_OK, in one line; "" where it did. Valid until this
 * thread's next call. Never NULL. */
EVTWIN_EXPORT const char* evtwin_fleet_error(void);

/* [any] Reads the scenarios once and makes the worlds. Nothing has begun: bind(), then reset(). */
EVTWIN_EXPORT evtwin_status evtwin_fleet_create(const evtwin_fleet_spec* spec, evtwin_fleet** out);
EVTWIN_EXPORT void evtwin_fleet_destroy(evtwin_fleet* fleet); /* [one] NULL is allowed */

/* [any] Shape and tables, valid until destroy(). */
EVTWIN_EXPORT const evtwin_fleet_shape* evtwin_fleet_shape_of(const evtwin_fleet* fleet);
EVTWIN_EXPORT const evtwin_fleet_column* evtwin_fleet_observations(const evtwin_fleet* fleet, uint32_t* n);
EVTWIN_EXPORT const evtwin_fleet_column* evtwin_fleet_actions(const evtwin_fleet* fleet, uint32_t* n);
EVTWIN_EXPORT const evtwin_fleet_term* evtwin_fleet_terms(const evtwin_fleet* fleet, uint32_t* n);
/* What the reward is the sum of: terms that have a weight, or the parts that a function answers, by name. */
EVTWIN_EXPORT const evtwin_fleet_term* evtwin_fleet_parts(const evtwin_fleet* fleet, uint32_t* n);

/* [one] From now on these buffers. May be called between any two steps: double buffering is two sets, bound in turn. */
EVTWIN_EXPORT evtwin_status evtwin_fleet_bind(evtwin_fleet* fleet, const evtwin_fleet_buffers* buffers);

/* [one] Begins an episode in the worlds with mask[world] != 0 and writes their rows: observation, flags and reward 0.
 * A world whose episode ended within a run that carries over goes on with that run where `starts` is NULL; any other
 * begins a new run.
 * @param mask    [n_worlds]; NULL: all of them
 * @param starts  [n_worlds] of the runs that begin; NULL: what follows from the fleet's seed, see 9 */
EVTWIN_EXPORT evtwin_status evtwin_fleet_reset(evtwin_fleet* fleet, const uint8_t* mask,
                                               const evtwin_fleet_start* starts);

/* [one] Takes every asked agent's action, advances every world to its next decision or end, writes every row. */
EVTWIN_EXPORT evtwin_status evtwin_fleet_step(evtwin_fleet* fleet);
/* [range] The same for worlds first .. first + count - 1, in the calling thread and without a lock. */
EVTWIN_EXPORT evtwin_status evtwin_fleet_step_range(evtwin_fleet* fleet, uint32_t first, uint32_t count);

/* [one] Half a step each. From send() until recv() names them, the rows of these worlds are the library's: the caller
 * neither reads nor writes them, and may meanwhile learn from the others. recv() names worlds in the order of send().
 * @param least  recv() waits until so many have arrived; at most as many as are under way
 * @param most   worlds has room for so many; recv() hands out what has arrived without waiting for more than `least` */
EVTWIN_EXPORT evtwin_status evtwin_fleet_send(evtwin_fleet* fleet, const uint32_t* worlds, uint32_t n);
EVTWIN_EXPORT evtwin_status evtwin_fleet_recv(evtwin_fleet* fleet, uint32_t least, uint32_t most, uint32_t* worlds,
                                              uint32_t* n);

/* [range] For whoever wants more than cells: the view itself, and the decision's columns, NaN throughout until they are
 * written (read where `actions` is NULL). Valid until the world's next step or reset; NULL while it is under way, has
 * not begun or has failed, or the agent is not asked. Of an episode that is over there is the last view, which a
 * truncated one is bootstrapped from, and no decision. (With SAME_STEP the next one has begun.) */
EVTWIN_EXPORT const evtwin_view* evtwin_fleet_view(const evtwin_fleet* fleet, uint32_t agent);
EVTWIN_EXPORT evtwin_decision* evtwin_fleet_decision(evtwin_fleet* fleet, uint32_t agent);

/* [one] The worlds with mask[world] != 0 begin anew: their next reset begins a new run, its episodes are counted from
 * 0, and all runs from then on are those that the one world of a fleet of that seed lives (in the same scenario). So a
 * world can be asked for again, wherever in a fleet it stands: what reset(seed) means to Gymnasium.
 * @param mask   [n_worlds]; NULL: all of them
 * @param seeds  [n_worlds] */
EVTWIN_EXPORT evtwin_status evtwin_fleet_seed(evtwin_fleet* fleet, const uint8_t* mask, const uint64_t* seeds);

/* [any] What an agent of this fleet would see of any view, and what its action would decide there: so that a policy
 * that was learnt on a fleet plays elsewhere, in a run of embed.h or in a plugin. The view's site has at most as many
 * EVSEs and storages as the shape, and the view the horizon and levels of the spec.
 * @param row    [observation_size] written
 * @param cells  [action_size] read; every connected EVSE and every storage of `decision` is written */
EVTWIN_EXPORT evtwin_status evtwin_fleet_observe(const evtwin_fleet* fleet, const evtwin_view* view, float* row);
EVTWIN_EXPORT evtwin_status evtwin_fleet_act(const evtwin_fleet* fleet, const evtwin_view* view, const float* cells,
                                             evtwin_decision* decision);

#if UINTPTR_MAX == UINT64_MAX
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_scenario) == 32);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_spec) == 128);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_shape) == 56);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_column) == 72);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_term) == 32);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_buffers) == 136);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_episode) == 304);
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EVTWIN_FLEET_H */
