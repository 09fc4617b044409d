// Five things at one instant, listed in all 120 orders: the order of the phases decides, not the order of the lists.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

/// What one run showed: the decisions at two o'clock and every session by its name.
struct Seen {
  std::vector<std::vector<double>> decisions_at_two;  ///< who stood there, and price, load, contract in force
  std::map<std::string, std::vector<double>> sessions;
  double cost = 0.0;
  bool operator==(const Seen&) const = default;
};

/// At two o'clock cars leave EVSEs 1 and 2, others take their places, one comes to EVSE 3, and price and load change:
///
///        EVSE 1   a ----------| b ------->
///        EVSE 2   c ------| - | d --->         (c leaves at two as well)
///        EVSE 3               | e -------->
///                            14:00, also a decision tick
Seen run_in_order(const std::array<int, 5>& order) {
  constexpr double two = 14.0;
  std::array<demand::Visit, 5> visits = {visit(10, two, 60, 0), visit(two, 17, 60, 0), visit(11, two, 60, 1),
                                         visit(two, 16, 60, 1), visit(two, 18, 60, 2)};
  for (std::size_t k = 0; k < visits.size(); ++k) visits[k].id = std::string(1, static_cast<char>('a' + k));
  twin::World world = small_world(3);
  twin::Site& site = world.sites[0];
  for (const int k : order) add_visits(world, {visits[static_cast<std::size_t>(k)]});
  const TimeNs two_ns = monday_ns + 14 * hour_ns;
  site.load_kw = market::Series({monday_ns, two_ns}, {1.0, 4.0});
  site.tariff.rates.clear();
  site.tariff.prices_per_kwh = market::Series({monday_ns, two_ns}, {0.10, 0.30});
  site.contract_kw = 18.0;

  Seen seen;
  const Outcome o =
      run_world(world, strategy(
                           [&](const evtwin_view& view, evtwin_decision& d) {
                             for (std::uint32_t i = 0; i < view.n_evses; ++i)
                               d.evse_kw[i] = view.evse_session[i] != 0 ? view.evse_car_max_kw[i] : 0.0;
                             if (view.now_ns != two_ns) return;
                             std::vector<double> at_two{view.buy_per_kwh, view.load_kw, static_cast<double>(view.why)};
                             for (std::uint32_t i = 0; i < view.n_evses; ++i)
                               at_two.push_back(static_cast<double>(view.evse_departs_ns[i]));
                             seen.decisions_at_two.push_back(at_two);
                           },
                           EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE));
  for (const auto& s : o.seen.sessions) {
    seen.sessions[s.id] = {static_cast<double>(s.record.evse), s.record.got_kwh, s.record.cost,
                           static_cast<double>(s.record.plugged_in_ns)};
  }
  seen.cost = o.ledger().energy_cost;
  return seen;
}

TEST(SameInstant, AllOrdersOfFiveThingsGiveOneOutcome) {
  std::array<int, 5> order = {0, 1, 2, 3, 4};
  const Seen reference = run_in_order(order);
  ASSERT_EQ(reference.sessions.size(), 5U);
  // One decision, after everything: five cars' worth of events, the new price and the new load.
  ASSERT_EQ(reference.decisions_at_two.size(), 1U);
  const std::vector<double>& at_two = reference.decisions_at_two[0];
  EXPECT_EQ(at_two[0], 0.30);
  EXPECT_EQ(at_two[1], 4.0);
  EXPECT_EQ(static_cast<std::uint32_t>(at_two[2]),
            EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE);
  EXPECT_EQ(at_two[3], static_cast<double>(monday_ns + 17 * hour_ns));  // b, not a
  EXPECT_EQ(at_two[4], static_cast<double>(monday_ns + 16 * hour_ns));
  EXPECT_EQ(at_two[5], static_cast<double>(monday_ns + 18 * hour_ns));
  int orders = 0;
  do {
    EXPECT_EQ(run_in_order(order), reference);
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(orders, 120);
}

}  // namespace
}  // namespace evtwin::testing
