// One power handed out to many, on views made by hand.
#include "fleet/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fleet/rig.hpp"
#include "twin/random_world.hpp"
#include "twin/run.hpp"

namespace evtwin::testing {
namespace {

double sum(std::span<const double> kw) { return std::accumulate(kw.begin(), kw.end(), 0.0); }

/// Rows of power and current in which somebody charges. A DC EVSE draws no current of a phase.
void expect_within_limits(const evtwin_view& view, std::span<const double> kw, std::span<const double> storage_kw) {
  for (std::uint32_t r = 0; r < view.n_limits; ++r) {
    if (view.limit_kind[r] == EVTWIN_LIMIT_MAGNITUDE_A) continue;
    const bool current = view.limit_kind[r] == EVTWIN_LIMIT_CURRENT_A;
    double value = view.limit_base[r];
    bool charges = false;
    for (std::uint32_t m = view.limit_start[r]; m < view.limit_start[r + 1]; ++m) {
      const std::uint32_t member = view.limit_member[m];
      const bool storage = member >= view.n_evses;
      const double of_member_kw = storage ? storage_kw[member - view.n_evses] : kw[member];
      const double per_kw = !current ? 1.0 : view.evse_kw_per_a[member] > 0.0 ? 1.0 / view.evse_kw_per_a[member] : 0.0;
      value += view.limit_coefficient[m] * per_kw * of_member_kw;
      charges = charges || (!storage && per_kw * of_member_kw > 0.0);
    }
    EXPECT_TRUE(!charges || value <= view.limit_upper[r] + 1e-6)
        << view.limit_name[r] << ": " << value << " above " << view.limit_upper[r];
  }
}

/// Every decision of a day of random sites: limits hold, offers are offers, and the sum is what was asked for.
TEST(FleetSplit, IsFeasibleAndExactOnRandomSites) {
  int exact = 0, cut_short = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    const twin::World world = random_world(seed);
    twin::Run run(world);
    run.begin(twin::episode_of(world));
    fleet::Split split(run.view(0));
    Dice dice(seed);
    int decisions = 0;
    for (twin::Pause at = run.advance_until(); at.kind == twin::Pause::Kind::decision && decisions < 150; ++decisions) {
      const evtwin_view& view = run.view(0);
      std::vector<double> storage_kw(view.n_storages);
      for (std::uint32_t s = 0; s < view.n_storages; ++s)
        storage_kw[s] = dice.real(-1, 1) * view.storage_max_charge_kw[s];
      const double most_kw = split.most_kw(view, storage_kw);
      EXPECT_NEAR(most_kw, sum(split.kw()), 1e-9);
      const double share = dice.real(0, 1), got_kw = split.hand_out(view, storage_kw, share * most_kw);
      EXPECT_LE(got_kw, share * most_kw + 1e-6);

      double least_unserved_kw = 0.0;
      bool finite = false;
      for (std::uint32_t i = 0; i < view.n_evses; ++i) {
        const double kw = split.kw()[i];
        const bool draws = view.evse_session[i] != 0 && view.evse_draws[i] != 0 && view.evse_car_max_kw[i] > 0.0;
        EXPECT_TRUE(draws || kw == 0.0);
        EXPECT_NEAR(kw, fleet::nearest_offer_kw(view, i, kw), 1e-6) << "seed " << seed << " EVSE " << i;
        if (draws && kw == 0.0) least_unserved_kw = std::max(least_unserved_kw, view.evse_car_min_kw[i]);
        finite = finite || view.evse_rate_start[i] != view.evse_rate_start[i + 1];
      }
      if (!finite) {
        EXPECT_GE(got_kw, share * most_kw - least_unserved_kw - 1e-6) << "seed " << seed << " decision " << decisions;
        (got_kw > share * most_kw - 1e-6 ? exact : cut_short) += 1;
      }
      expect_within_limits(view, split.kw(), storage_kw);
      for (std::uint32_t i = 0; i < view.n_evses; ++i)
        if (view.evse_session[i] != 0) run.decision(0).evse_kw[i] = split.kw()[i];
      run.answer(0);
      at = run.advance_until();
    }
  }
  EXPECT_GT(exact, 1000);
  EXPECT_LT(cut_short, exact / 5) << exact;
}

}  // namespace
}  // namespace evtwin::testing
