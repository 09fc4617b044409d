/* A fleet driven from C, by somebody who has the header and libevtwin.so and nothing else of the project: some days at
 * 8 car parks, charged where it is cheap or where time gets short.
 *   cc -std=c11 stranger.c -levtwin -o stranger && ./stranger scenarios/workplace_week.lua */
#include <evtwin/fleet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { worlds = 8, days = 2, ticks_a_day = 96 };

static void must(evtwin_status status) {
  if (status == EVTWIN_OK) return;
  fprintf(stderr, "error: %s\n", evtwin_fleet_error());
  exit(1);
}

/* Where a quantity lies is looked up by name, never counted. */
static const evtwin_fleet_column* column(const evtwin_fleet* fleet, const char* id) {
  uint32_t n = 0, i = 0;
  const evtwin_fleet_column* columns = evtwin_fleet_observations(fleet, &n);
  while (i < n && strcmp(columns[i].id, id) != 0) ++i;
  if (i == n) exit(2);
  return columns + i;
}

static double value(const float* row, const evtwin_fleet_column* c, uint32_t i) {
  return (double)row[c->offset + i * c->stride] / c->scale + c->shift;
}

int main(int argc, char** argv) {
  evtwin_fleet_scenario scenario = {.file = argc > 1 ? argv[1] : "scenarios/workplace_week.lua"};
  evtwin_fleet_spec spec = {.struct_size = sizeof spec, .n_worlds = worlds, .scenarios = &scenario, .n_scenarios = 1};
  spec.autoreset = EVTWIN_AUTORESET_SAME_STEP;
  spec.episode_days = 1;
  spec.carry_over = 1;
  spec.horizon_steps = ticks_a_day;
  spec.observe = "site.price_rank evse.laxity_h"; /* share of the next day that is cheaper; hours to spare */
  evtwin_fleet* fleet = NULL;
  must(evtwin_fleet_create(&spec, &fleet));
  const evtwin_fleet_shape* shape = evtwin_fleet_shape_of(fleet);

  const size_t agents = shape->n_agents, row = shape->observation_size, acts = shape->action_size;
  float* cells = calloc(agents * (2 * row + acts + 1), sizeof(float));
  uint8_t* flags = calloc(agents, 2);
  evtwin_fleet_episode* episodes = calloc(agents, sizeof *episodes);
  if (cells == NULL || flags == NULL || episodes == NULL) return 1;
  float* actions = cells + 2 * agents * row;
  evtwin_fleet_buffers b = {.struct_size = sizeof b, .observations = cells, .final_observations = cells + agents * row};
  b.actions = actions;
  b.rewards = actions + agents * acts;
  b.terminated = flags;
  b.truncated = flags + agents;
  b.episodes = episodes;
  must(evtwin_fleet_bind(fleet, &b));
  must(evtwin_fleet_reset(fleet, NULL, NULL));

  const evtwin_fleet_column *rank = column(fleet, "site.price_rank"), *laxity = column(fleet, "evse.laxity_h");
  double reward = 0.0, got = 0.0, wanted = 0.0, episode_rewards = 0.0;
  unsigned ended = 0;
  for (int step = 0; step < days * ticks_a_day; ++step) {
    for (size_t a = 0; a < agents; ++a) {
      const float* seen = b.observations + a * row;
      for (uint32_t i = 0; i < shape->n_evses; ++i)
        actions[a * acts + i] = value(seen, rank, 0) < 0.3 || value(seen, laxity, i) < 1.0 ? 1.0F : 0.0F;
    }
    must(evtwin_fleet_step(fleet));
    for (size_t a = 0; a < agents; ++a) {
      reward += b.rewards[a];
      if (b.terminated[a] || !b.truncated[a]) continue;
      ++ended;
      got += episodes[a].got_kwh;
      wanted += episodes[a].wanted_kwh;
      episode_rewards += episodes[a].reward;
    }
  }
  printf("%u days of %s: reward %.0f a day, %.1f %% of %.0f kWh got\n", ended, scenario.file, reward / ended,
         100.0 * got / wanted, wanted);
  if (ended != worlds * days || wanted <= 0.0) return 3;
  if (reward >= 0.0 || reward - episode_rewards > 1e-4 * -reward || episode_rewards - reward > 1e-4 * -reward) return 4;
  evtwin_fleet_destroy(fleet);

  /* What can not be is told in one line. */
  spec.observe = "site.price_rnk";
  if (evtwin_fleet_create(&spec, &fleet) != EVTWIN_BAD_PARAMETER || fleet != NULL) return 5;
  printf("%s\n", evtwin_fleet_error());
  free(cells);
  free(flags);
  free(episodes);
  return 0;
}
