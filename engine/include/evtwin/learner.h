/* learner.h - the C ABI between evtwin (the host) and a learner: a shared object that makes a policy out of worlds.
 *
 * The contract is that of strategy.h (versions, text, ownership, no exception crosses), and beside it:
 *  1. A learner is a shared object that exports one data symbol, `evtwin_learners`. One shared object may hold
 *     strategies, forecasters and learners.
 *  2. The host hands it the functions of fleet.h, so that it links nothing of evtwin. It makes the fleets it likes of
 *     the scenarios it is given, and destroys them.
 *  3. learn() is called once for a training. Threads that it starts have ended when it returns, unless its flags say
 *     EVTWIN_STRATEGY_KEEP_LOADED. It runs in the host's process.
 *  4. Same training, same policy, to the byte, whatever `threads` is.
 *  5. A policy is bytes of the learner's own; begin them with a name and a version of your own. */
#ifndef EVTWIN_LEARNER_H
#define EVTWIN_LEARNER_H

#include <evtwin/fleet.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_LEARNER_ABI_MAJOR 0u
#define EVTWIN_LEARNER_ABI_MINOR 3u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_LEARNER_ABI_DIGEST "df253d07a5433e828ce50cd54f8718d3966a975612fcc0a56f6dff4a83661075"
/* What the entry states: this header and those that it includes. */
#define EVTWIN_LEARNER_ABI_DIGESTS EVTWIN_LEARNER_ABI_DIGEST ":" EVTWIN_FLEET_ABI_DIGEST ":" EVTWIN_ABI_DIGEST

/* The functions of fleet.h, without their prefix. */
typedef struct evtwin_fleet_functions {
  uint32_t struct_size, reserved;
  uint32_t (*abi)(void);
  const char* (*error)(void);
  evtwin_status (*create)(const evtwin_fleet_spec*, evtwin_fleet**);
  void (*destroy)(evtwin_fleet*);
  const evtwin_fleet_shape* (*shape_of)(const evtwin_fleet*);
  const evtwin_fleet_column* (*observations)(const evtwin_fleet*, uint32_t* n);
  const evtwin_fleet_column* (*actions)(const evtwin_fleet*, uint32_t* n);
  const evtwin_fleet_term* (*terms)(const evtwin_fleet*, uint32_t* n);
  evtwin_status (*bind)(evtwin_fleet*, const evtwin_fleet_buffers*);
  evtwin_status (*reset)(evtwin_fleet*, const uint8_t* mask, const evtwin_fleet_start* starts);
  evtwin_status (*step)(evtwin_fleet*);
  evtwin_status (*step_range)(evtwin_fleet*, uint32_t first, uint32_t count);
  evtwin_status (*send)(evtwin_fleet*, const uint32_t* worlds, uint32_t n);
  evtwin_status (*recv)(evtwin_fleet*, uint32_t least, uint32_t most, uint32_t* worlds, uint32_t* n);
  const evtwin_view* (*view)(const evtwin_fleet*, uint32_t agent);
  evtwin_decision* (*decision)(evtwin_fleet*, uint32_t agent);
  const evtwin_fleet_term* (*parts)(const evtwin_fleet*, uint32_t* n);
} evtwin_fleet_functions;

/* One figure of a learning curve. */
typedef struct evtwin_learner_scalar {
  const char* id;   /* "policy.entropy": lower case, words apart by '.' and '_' */
  const char* unit; /* "" where it has none */
  double value;     /* NaN: not known this time */
} evtwin_learner_scalar;

/* How far a training is. */
typedef struct evtwin_learner_progress {
  uint32_t struct_size, n_scalars;
  uint64_t episodes;                    /* lived so far, of all agents */
  double mean_objective;                /* of the episodes lived since the last call; NaN: none */
  double best_objective;                /* mean of the policy kept last, by the learner's own measure; NaN: none yet */
  uint64_t steps;                       /* decisions lived so far, of all agents */
  const evtwin_learner_scalar* scalars; /* [n_scalars] the learner's own, for the learning curve */
} evtwin_learner_progress;

/* A training: what to learn on, for how long, and what the host does for it. All of it the host's, valid until learn()
 * returns; its functions are called by the thread that called learn(). */
typedef struct evtwin_training {
  uint32_t struct_size;
  uint32_t threads; /* to be used at most; 1 or more */
  const evtwin_fleet_functions* fleet;
  const evtwin_fleet_scenario* scenarios; /* [n_scenarios] */
  uint32_t n_scenarios, reserved;
  uint64_t seed;
  uint64_t
      episodes;  /* to be lived, of all agents together: once so many are over, learn() ends with what is under way */
  void* context; /* the host's own */
  /* Now and then, at least with every batch of episodes. 1: the user wants it to end: keep() the best, and return. */
  uint32_t (*tell)(const struct evtwin_training*, const evtwin_learner_progress*);
  /* Message to the user; EVTWIN_ERROR becomes the text of the error. */
  void (*report)(const struct evtwin_training*, uint32_t severity, const char* text);
  /* The best policy so far, in place of the last one; it is in the file when this returns. EVTWIN_FAILED: it could not
   * be written, and the one before stands. */
  evtwin_status (*keep)(const struct evtwin_training*, const void* policy, uint64_t bytes);
  /* All that the learner needs to go on as if it had never stopped, in place of the last one; whole or not at all.
   * NULL: the user wants none. EVTWIN_FAILED: it could not be written, and the one before stands. */
  evtwin_status (*checkpoint)(const struct evtwin_training*, const void* state, uint64_t bytes);
  const void* resume_from; /* [resume_bytes] a checkpoint of this training, to go on from; NULL: begin */
  uint64_t resume_bytes;
  const void* policy_from; /* [policy_bytes] a policy to begin with (fine-tuning); NULL: from nothing */
  uint64_t policy_bytes;
  uint64_t evaluate_every; /* episodes between two validations; 0: as the learner likes */
  /* What stands in a policy's head about this training, as a JSON object: scenarios, digests, seed, version. */
  const char* about;
  /* What is to be learnt for, as evtwin_fleet_spec.reward has it; policies are judged by the objective all the same. */
  const char* reward;
} evtwin_training;

typedef struct evtwin_learner_entry {
  uint32_t struct_size, abi_major, abi_minor;
  uint32_t n_learners;
  const char* abi_digest;                     /* EVTWIN_LEARNER_ABI_DIGESTS */
  const evtwin_info* (*info)(uint32_t index); /* [any] index < n_learners; static data */
  evtwin_status (*learn)(const evtwin_training*, const char* id, const evtwin_param_value*, uint32_t n);
} evtwin_learner_entry;

extern EVTWIN_EXPORT const evtwin_learner_entry evtwin_learners;

#if UINTPTR_MAX == UINT64_MAX
EVTWIN_STATIC_ASSERT(sizeof(evtwin_fleet_functions) == 144);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_learner_progress) == 48);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_learner_scalar) == 24);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_training) == 144);
EVTWIN_STATIC_ASSERT(sizeof(evtwin_learner_entry) == 40);
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EVTWIN_LEARNER_H */
