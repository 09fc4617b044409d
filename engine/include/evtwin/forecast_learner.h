/* forecast_learner.h - the C ABI between evtwin (the host) and a shared object that makes a file of learnt forecasts
 * out of series.
 *
 * The contract is that of strategy.h (versions, text, ownership, no exception crosses), and beside it:
 *  1. It is a shared object that exports one data symbol, `evtwin_forecast_learners`.
 *  2. learn() is called once for a training, in the host's process. Threads that it starts have ended when it returns,
 *     unless its flags say EVTWIN_STRATEGY_KEEP_LOADED.
 *  3. Same training, same file, to the byte; also one that was cut and goes on from a checkpoint.
 *  4. The file is bytes of the learner's own; a forecaster of the same id plays it, by a parameter `model`. */
#ifndef EVTWIN_FORECAST_LEARNER_H
#define EVTWIN_FORECAST_LEARNER_H

#include <evtwin/forecaster.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVTWIN_FORECAST_LEARNER_ABI_MAJOR 0u
#define EVTWIN_FORECAST_LEARNER_ABI_MINOR 1u
/* SHA-256 of this header without this line, which `scripts/abi_digest --write` brings up to date. */
#define EVTWIN_FORECAST_LEARNER_ABI_DIGEST "2efcdaa283a15bca7aa2eba5cf0fc2acba3f77707317df0c9a4117bd77d6df2f"
/* What the entry states: this header and those that it includes. */
#define EVTWIN_FORECAST_LEARNER_ABI_DIGESTS EVTWIN_FORECAST_LEARNER_ABI_DIGEST ":" EVTWIN_FORECASTER_ABI_DIGESTS

/* One quantity of one site over time, to learn from. All series of a training have steps of one length. */
typedef struct evtwin_series {
  uint32_t struct_size;
  uint32_t quantity; /* EVTWIN_QUANTITY_* */
  const char* name;  /* for messages: the site */
  evtwin_steps steps;
  const double* values; /* [steps.n] NaN: not known */
} evtwin_series;

/* How far a training is: after each epoch of each quantity. */
typedef struct evtwin_forecast_progress {
  uint32_t struct_size, quantity;
  uint32_t epoch, epochs; /* 0: before the first; at most so many */
  double train_loss;      /* mean pinball loss to the scale; NaN: none yet */
  double validation_loss; /* the same, on days that are not learnt from */
  double best_validation; /* of the network kept */
} evtwin_forecast_progress;

/* A training. All of it the host's, valid until learn() returns; its functions are called by the thread that called
 * learn(). */
typedef struct evtwin_forecast_training {
  uint32_t struct_size;
  uint32_t n_series;
  const evtwin_series* series; /* [n_series] */
  uint64_t seed;
  uint32_t epochs, reserved; /* of each quantity, at most */
  void* context;             /* the host's own */
  /* 1: the user wants it to end: keep() the best, and return. */
  uint32_t (*tell)(const struct evtwin_forecast_training*, const evtwin_forecast_progress*);
  /* Message to the user; EVTWIN_ERROR becomes the text of the error. */
  void (*report)(const struct evtwin_forecast_training*, uint32_t severity, const char* text);
  /* The file, in place of the last one. EVTWIN_FAILED: it could not be written. */
  evtwin_status (*keep)(const struct evtwin_forecast_training*, const void* file, uint64_t bytes);
  /* All that is needed to go on as if it had never stopped, in place of the last one. */
  evtwin_status (*checkpoint)(const struct evtwin_forecast_training*, const void* state, uint64_t bytes);
  const void* resume_from; /* [resume_bytes] a checkpoint of this training, to go on from; NULL: begin */
  uint64_t resume_bytes;
  const void* file_from; /* [file_bytes] a file to begin with (fine-tuning); NULL: from nothing */
  uint64_t file_bytes;
  const char* about; /* what stands in the file's head about this training, as a JSON object */
} evtwin_forecast_training;

typedef struct evtwin_forecast_learner_entry {
  uint32_t struct_size, abi_major, abi_minor;
  uint32_t n_learners;
  const char* abi_digest;                     /* EVTWIN_FORECAST_LEARNER_ABI_DIGESTS */
  const evtwin_info* (*info)(uint32_t index); /* [any] index < n_learners; static data */
  evtwin_status (*learn)(const evtwin_forecast_training*, const char* id, const evtwin_param_value*, uint32_t n);
} evtwin_forecast_learner_entry;

extern EVTWIN_EXPORT const evtwin_forecast_learner_entry evtwin_forecast_learners;

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EVTWIN_FORECAST_LEARNER_H */
