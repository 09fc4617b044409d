// Calls the strategy as evtwin would, on a site made by hand: two cars, and a day in which power is cheap from hour 2
// on.
#include <evtwin/strategy.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;
constexpr std::size_t steps = 96;
int failures = 0;

void expect(bool holds, const char* promise) {
  std::printf("%s: %s\n", holds ? "ok" : "FAILED", promise);
  if (!holds) ++failures;
}

// Functions that the host gives to a strategy.
void report(const evtwin_host*, std::uint32_t, const char* text) { std::printf("the strategy says: %s\n", text); }
std::uint64_t random_u64(const evtwin_host*, std::uint64_t, std::uint64_t index) { return index; }
const void* extension(const evtwin_host*, const char*) { return nullptr; }

struct Answer {
  std::array<double, 2> kw{NAN, NAN};
  std::vector<double> plan_kw = std::vector<double>(2 * steps, NAN);
  double planned_kwh(std::size_t car) const {
    const auto begin = plan_kw.begin() + static_cast<std::ptrdiff_t>(car * steps);
    return std::accumulate(begin, begin + steps, 0.0) / 4.0;
  }
};

/// Two EVSEs of 7 kW; both cars want 14 kWh, the second one leaves after 3 h. Fill in more columns as your strategy
/// reads them.
struct Site {
  std::array<std::uint32_t, 2> connected{0, 1};
  std::array<std::uint64_t, 2> session{1, 2};
  std::array<std::uint8_t, 2> draws{1, 1};
  std::array<std::int64_t, 2> arrived_ns{0, 0}, departs_ns{8 * hour_ns, 3 * hour_ns};
  std::array<double, 2> remaining_kwh{14.0, 14.0}, car_min_kw{1.38, 1.38}, car_max_kw{7.0, 7.0}, efficiency{1.0, 1.0};
  std::vector<double> load_kw = std::vector<double>(steps, 0.0), pv_kw = load_kw, arrivals_kwh = load_kw,
                      buy_per_kwh = std::vector<double>(steps, 0.3);
  double contract_kw = 20.0, billed_peak_kw = 20.0;

  Answer answer(double early) const {
    std::vector<std::int64_t> start_ns(steps + 1);
    for (std::size_t k = 0; k <= steps; ++k) start_ns[k] = static_cast<std::int64_t>(k) * hour_ns / 4;
    evtwin_view view{};
    view.struct_size = sizeof view;
    view.why = EVTWIN_WHY_TICK;
    view.tick_ns = view.next_tick_ns = hour_ns / 4;
    view.n_evses = view.n_connected = 2;
    view.connected_evse = connected.data();
    view.evse_session = session.data();
    view.evse_draws = draws.data();
    view.evse_arrived_ns = arrived_ns.data();
    view.evse_departs_ns = departs_ns.data();
    view.evse_remaining_kwh = remaining_kwh.data();
    view.evse_car_min_kw = car_min_kw.data();
    view.evse_car_max_kw = car_max_kw.data();
    view.evse_efficiency = efficiency.data();
    view.contract_kw = contract_kw;
    view.billed_peak_kw = billed_peak_kw;
    view.horizon_steps = steps;
    view.horizon_start_ns = start_ns.data();
    view.horizon_load_kw = load_kw.data();
    view.horizon_pv_kw = pv_kw.data();
    view.horizon_arrivals_kwh = arrivals_kwh.data();
    view.horizon_buy_per_kwh = buy_per_kwh.data();

    const evtwin_host host{sizeof host, EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, nullptr, report, random_u64, extension};
    const std::array<evtwin_param_value, 2> params{{{"early", early, nullptr}, {"caution", 3.0, nullptr}}};
    evtwin_strategy* strategy = nullptr;
    Answer answer;
    if (evtwin_strategy_entry.create(&host, "@ID@", params.data(), 2, &view, &strategy) != EVTWIN_OK) return answer;
    evtwin_decision decision{};
    decision.struct_size = sizeof decision;
    decision.evse_kw = answer.kw.data();
    decision.plan_kw = answer.plan_kw.data();
    decision.plan_steps = strategy->plan_steps;
    if (strategy->decide(strategy, &view, &decision) != EVTWIN_OK) answer.kw = {NAN, NAN};
    strategy->destroy(strategy);
    return answer;
  }
};

bool near(double a, double b) { return std::fabs(a - b) < 1e-9; }

}  // namespace

int main() {
  Site site;
  Answer said = site.answer(0.0);
  expect(said.kw[0] == 7.0 && said.kw[1] == 7.0, "at one price nobody waits");
  expect(near(said.planned_kwh(0), 14.0) && near(said.planned_kwh(1), 14.0), "the plan has what both asked for");

  for (std::size_t k = 8; k < steps; ++k) site.buy_per_kwh[k] = 0.1;
  said = site.answer(0.0);
  expect(said.kw[0] == 0.0 && said.plan_kw[8] == 7.0, "the car that stays waits for the cheap hours");
  expect(said.kw[1] == 7.0, "the one that leaves after three can not");
  said = site.answer(0.8);
  expect(said.kw[0] == 7.0, "who is to be done early does not wait either");

  site.billed_peak_kw = 8.0;
  site.buy_per_kwh.assign(steps, 0.3);
  said = site.answer(0.0);
  expect(said.kw[1] == 7.0 && said.kw[0] == 0.0, "1 kW is less than a car can use, and the patient car adds no peak");
  expect(said.plan_kw[8] == 7.0, "it charges when the other is done");

  site.draws[1] = 0;
  said = site.answer(0.0);
  expect(said.kw[0] == 7.0 && said.kw[1] == 0.0, "a full car leaves its power to the other one");

  site.contract_kw = 0.0;
  said = site.answer(0.0);
  expect(said.kw[0] == 0.0 && said.kw[1] == 0.0, "without power everybody waits");
  site.pv_kw.assign(steps, 5.0);
  said = site.answer(0.0);
  expect(said.kw[0] == 5.0, "but for the sun's");
  return failures == 0 ? 0 : 1;
}
