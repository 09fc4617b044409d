/* Calls the strategy as evtwin would, on a site made by hand: two cars and power for one and a half. */
#include <evtwin/strategy.h>
#include <math.h>
#include <stdio.h>

#define HOUR_NS INT64_C(3600000000000)

static int failures = 0;

static void expect(int holds, const char* promise) {
  printf("%s: %s\n", holds ? "ok" : "FAILED", promise);
  if (!holds) ++failures;
}

/* What the host gives to a strategy. */
static void report(const evtwin_host* host, uint32_t severity, const char* text) {
  (void)host, (void)severity;
  printf("the strategy says: %s\n", text);
}
static uint64_t random_u64(const evtwin_host* host, uint64_t stream, uint64_t index) {
  (void)host, (void)stream;
  return index;
}
static const void* extension(const evtwin_host* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}

/* Two EVSEs of 7 kW; both cars want 14 kWh, the second one leaves early. Fill in more columns as your strategy reads
 * them. */
static void answer(double contract_kw, double billed_peak_kw, double patience_h, int second_draws, double kw[2]) {
  const uint32_t connected[] = {0, 1};
  const uint64_t session[] = {1, 2};
  const uint8_t draws[] = {1, (uint8_t)(second_draws != 0)};
  const int64_t departs_ns[] = {8 * HOUR_NS, 3 * HOUR_NS};
  const double remaining_kwh[] = {14.0, 14.0}, car_min_kw[] = {1.38, 1.38}, car_max_kw[] = {7.0, 7.0};
  const double efficiency[] = {1.0, 1.0};
  const evtwin_view view = {.struct_size = sizeof view,
                            .why = EVTWIN_WHY_TICK,
                            .tick_ns = HOUR_NS / 4,
                            .next_tick_ns = HOUR_NS / 4,
                            .n_evses = 2,
                            .n_connected = 2,
                            .connected_evse = connected,
                            .evse_session = session,
                            .evse_draws = draws,
                            .evse_departs_ns = departs_ns,
                            .evse_remaining_kwh = remaining_kwh,
                            .evse_car_min_kw = car_min_kw,
                            .evse_car_max_kw = car_max_kw,
                            .evse_efficiency = efficiency,
                            .contract_kw = contract_kw,
                            .billed_peak_kw = billed_peak_kw};

  const evtwin_host host = {.struct_size = sizeof host,
                            .abi_major = EVTWIN_ABI_MAJOR,
                            .abi_minor = EVTWIN_ABI_MINOR,
                            .report = report,
                            .random_u64 = random_u64,
                            .extension = extension};
  const evtwin_param_value patience = {.id = "patience_h", .number = patience_h};
  evtwin_strategy* strategy = NULL;
  evtwin_decision decision = {.struct_size = sizeof decision, .evse_kw = kw, .expected_cost = NAN};
  kw[0] = kw[1] = NAN; /* as evtwin does: NaN leaves a setpoint as it is */
  if (evtwin_strategy_entry.create(&host, "@ID@", &patience, 1, &view, &strategy) != EVTWIN_OK) return;
  if (strategy->decide(strategy, &view, &decision) != EVTWIN_OK) kw[0] = kw[1] = NAN;
  strategy->destroy(strategy);
}

int main(void) {
  double kw[2];
  answer(10.0, 10.0, 2.0, 1, kw);
  expect(kw[1] == 7.0, "the car that leaves in 3 h gets all it can take");
  expect(kw[0] == 3.0, "the other one gets the rest of what is billed anyway");

  answer(10.0, 8.0, 2.0, 1, kw);
  expect(kw[1] == 7.0 && kw[0] == 0.0, "1 kW is less than a car can use, and the patient car adds no peak: it waits");
  answer(10.0, 8.0, 24.0, 1, kw);
  expect(kw[0] == 3.0, "unless nobody is patient");

  answer(10.0, 8.0, 2.0, 0, kw);
  expect(kw[0] == 7.0 && kw[1] == 0.0, "a full car leaves its power to the other one");

  answer(0.0, 8.0, 24.0, 1, kw);
  expect(kw[0] == 0.0 && kw[1] == 0.0, "without power everybody waits");
  return failures == 0 ? 0 : 1;
}
