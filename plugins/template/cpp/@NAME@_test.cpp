// Calls the strategy as evtwin would, on a site made by hand: two cars and power for one and a half.
#include <evtwin/strategy.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;
int failures = 0;

void expect(bool holds, const char* promise) {
  std::printf("%s: %s\n", holds ? "ok" : "FAILED", promise);
  if (!holds) ++failures;
}

// What the host gives to a strategy.
void report(const evtwin_host*, std::uint32_t, const char* text) { std::printf("the strategy says: %s\n", text); }
std::uint64_t random_u64(const evtwin_host*, std::uint64_t, std::uint64_t index) { return index; }
const void* extension(const evtwin_host*, const char*) { return nullptr; }

/// Two EVSEs of 7 kW; both cars want 14 kWh, the second one leaves early. Fill in more columns as your strategy reads
/// them.
struct Site {
  std::array<std::uint32_t, 2> connected{0, 1};
  std::array<std::uint64_t, 2> session{1, 2};
  std::array<std::uint8_t, 2> draws{1, 1};
  std::array<std::int64_t, 2> departs_ns{8 * hour_ns, 3 * hour_ns};
  std::array<double, 2> remaining_kwh{14.0, 14.0}, car_min_kw{1.38, 1.38}, car_max_kw{7.0, 7.0}, efficiency{1.0, 1.0};
  double contract_kw = 10.0, billed_peak_kw = 10.0;

  std::array<double, 2> answer(double patience_h) const {
    evtwin_view view{};
    view.struct_size = sizeof view;
    view.why = EVTWIN_WHY_TICK;
    view.tick_ns = view.next_tick_ns = hour_ns / 4;
    view.n_evses = view.n_connected = 2;
    view.connected_evse = connected.data();
    view.evse_session = session.data();
    view.evse_draws = draws.data();
    view.evse_departs_ns = departs_ns.data();
    view.evse_remaining_kwh = remaining_kwh.data();
    view.evse_car_min_kw = car_min_kw.data();
    view.evse_car_max_kw = car_max_kw.data();
    view.evse_efficiency = efficiency.data();
    view.contract_kw = contract_kw;
    view.billed_peak_kw = billed_peak_kw;

    const evtwin_host host{sizeof host, EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, nullptr, report, random_u64, extension};
    const evtwin_param_value patience{"patience_h", patience_h, nullptr};
    evtwin_strategy* strategy = nullptr;
    std::array<double, 2> kw{NAN, NAN};
    if (evtwin_strategy_entry.create(&host, "@ID@", &patience, 1, &view, &strategy) != EVTWIN_OK) return kw;
    evtwin_decision decision{};
    decision.struct_size = sizeof decision;
    decision.evse_kw = kw.data();
    if (strategy->decide(strategy, &view, &decision) != EVTWIN_OK) kw = {NAN, NAN};
    strategy->destroy(strategy);
    return kw;
  }
};

}  // namespace

int main() {
  Site site;
  std::array<double, 2> kw = site.answer(2.0);
  expect(kw[1] == 7.0, "the car that leaves in 3 h gets all it can take");
  expect(kw[0] == 3.0, "the other one gets the rest of what is billed anyway");

  site.billed_peak_kw = 8.0;
  kw = site.answer(2.0);
  expect(kw[1] == 7.0 && kw[0] == 0.0, "1 kW is less than a car can use, and the patient car adds no peak: it waits");
  kw = site.answer(24.0);
  expect(kw[0] == 3.0, "unless nobody is patient");

  site.draws[1] = 0;
  kw = site.answer(2.0);
  expect(kw[0] == 7.0 && kw[1] == 0.0, "a full car leaves its power to the other one");

  site.contract_kw = 0.0;
  kw = site.answer(24.0);
  expect(kw[0] == 0.0 && kw[1] == 0.0, "without power everybody waits");
  return failures == 0 ? 0 : 1;
}
