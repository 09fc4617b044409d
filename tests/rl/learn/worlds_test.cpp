// Worlds as learners see them: what is seen, what is answered, and what rewards add up to.
#include "learn/worlds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace evtwin::rl {
namespace {

constexpr evtwin_fleet_functions functions{sizeof(evtwin_fleet_functions),
                                           0,
                                           evtwin_fleet_abi,
                                           evtwin_fleet_error,
                                           evtwin_fleet_create,
                                           evtwin_fleet_destroy,
                                           evtwin_fleet_shape_of,
                                           evtwin_fleet_observations,
                                           evtwin_fleet_actions,
                                           evtwin_fleet_terms,
                                           evtwin_fleet_bind,
                                           evtwin_fleet_reset,
                                           evtwin_fleet_step,
                                           evtwin_fleet_step_range,
                                           evtwin_fleet_send,
                                           evtwin_fleet_recv,
                                           evtwin_fleet_view,
                                           evtwin_fleet_decision,
                                           evtwin_fleet_parts};

/// Two EVSEs under a limit for one, storage, PV, a base load, a demand charge; cars as booked.
std::string site_with(const std::string& bookings, int days) {
  return R"lua(
return scenario {
  name = "Two EVSEs", start = "2026-06-01", days = )lua" +
         std::to_string(days) + R"lua(, timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, ac_phases = 1, efficiency = { 1, 1 } } },
  site {
    name = "site", voltage_v = 220, contract_kw = 9,
    tariff = { name = "two", currency = "KRW", source = "made up", demand = { price_per_kw = 3000 }, periods = {
      { from = "00:00", to = "13:00", price_per_kwh = 200 }, { from = "13:00", to = "24:00", price_per_kwh = 100 } } },
    stations = { { name = "A", evses = 2, kw = 7, phases = 1, min_a = 6 } },
    storage = { name = "battery", kwh = 10, kw = 5, efficiency = { 0.95, 0.95 } },
    pv = { peak_kw = 4, profile = { 0, 0, 0, 0, 0, 0, 0.2, 0.5, 0.7, 0.9, 1, 1, 1, 1, 0.8, 0.5, 0.2, 0, 0, 0, 0, 0, 0, 0 } },
    unmet_price_per_kwh = 400, forecast = "yesterday",
  },
  arrivals = bookings {
)lua" + bookings +
         R"lua(
  },
}
)lua";
}

constexpr const char* today =
    "{ vehicle = 'car', arrive = '2026-06-01T09:00', leave = '2026-06-01T17:00', soc = 0.2, target = 0.55 },\n"
    "{ vehicle = 'car', arrive = '2026-06-01T10:10', leave = '2026-06-01T15:00', soc = 0.4, target = 0.8 },\n";

class Rig {
 public:
  explicit Rig(std::string text, WorldsSpec spec = {}) : text_(std::move(text)) {
    scenario_.text = text_.c_str();
    training_.struct_size = sizeof training_;
    training_.threads = 1;
    training_.fleet = &functions;
    training_.scenarios = &scenario_;
    training_.n_scenarios = 1;
    training_.seed = 3;
    spec.worlds = 2;
    worlds.emplace(training_, spec);
    worlds->begin(5);
    steps.resize(worlds->agent_count());
    last.resize(worlds->agent_count());
  }
  /// One step of all worlds, each answering by chance.
  void step(Dice& seeds) {
    const std::uint64_t seed = seeds.next_bits();
    for (std::uint32_t a = 0; a < worlds->agent_count(); ++a) {
      worlds->look_at(a, sight);
      Dice dice(kept_seed ? *kept_seed ^ static_cast<std::uint64_t>(worlds->now_ns(a)) * (a + 1) : seed + a);
      Answer answer;
      for (float& c : answer.common) c = static_cast<float>(dice.uniform());
      if (worlds->spec().shape == Shape::evse) {
        for (std::size_t i = 0; i < sight.who.size(); ++i) answer.evses.push_back(static_cast<float>(dice.uniform()));
      }
      worlds->act_for(a, sight, answer);
    }
    worlds->step_worlds(0, 2, steps, last);
  }
  std::optional<Worlds> worlds;
  std::optional<std::uint64_t> kept_seed;  ///< chance by the instant instead of by the step
  std::vector<Step> steps;
  std::vector<Sight> last;
  Sight sight;

 private:
  std::string text_;
  evtwin_fleet_scenario scenario_{};
  evtwin_training training_{};
};

WorldsSpec spec_of(Shape shape) {
  WorldsSpec spec;
  spec.shape = shape;
  spec.ahead = Features::Ahead::all;
  return spec;
}

int fleets = 0;  ///< that there are

TEST(Worlds, LeaveNoFleetBehindWhereTheyCanNotBeMade) {
  evtwin_fleet_functions counted = functions;
  counted.create = [](const evtwin_fleet_spec* spec, evtwin_fleet** made) {
    const evtwin_status status = evtwin_fleet_create(spec, made);
    fleets += status == EVTWIN_OK ? 1 : 0;
    return status;
  };
  counted.destroy = [](evtwin_fleet* fleet) {
    fleets -= fleet != nullptr ? 1 : 0;
    evtwin_fleet_destroy(fleet);
  };
  counted.bind = [](evtwin_fleet*, const evtwin_fleet_buffers*) { return evtwin_status{EVTWIN_FAILED}; };
  const std::string text = site_with(today, 1);
  evtwin_fleet_scenario scenario{};
  scenario.text = text.c_str();
  evtwin_training training{};
  training.struct_size = sizeof training;
  training.fleet = &counted;
  training.scenarios = &scenario;
  training.n_scenarios = 1;
  WorldsSpec spec;
  spec.worlds = 2;
  EXPECT_THROW(Worlds(training, spec), TrainingError);
  EXPECT_EQ(fleets, 0);
  counted.bind = evtwin_fleet_bind;
  {
    const Worlds worlds(training, spec);
    EXPECT_EQ(fleets, 1);
  }
  EXPECT_EQ(fleets, 0);
}

// Nobody's tomorrow is seen today: other cars of tomorrow, the same sights until midnight.
TEST(Worlds, SeeNothingOfTomorrow) {
  const std::string tomorrow =
      "{ vehicle = 'car', arrive = '2026-06-02T07:00', leave = '2026-06-02T21:00', soc = 0.1, target = 0.9 },\n";
  Rig one(site_with(today, 2), spec_of(Shape::evse)), other(site_with(today + tomorrow, 2), spec_of(Shape::evse));
  Dice dice_one(1), dice_other(1);
  constexpr std::int64_t day_ns = 86'400'000'000'000;
  const std::int64_t start_ns = std::min(one.worlds->now_ns(0), one.worlds->now_ns(1));
  one.kept_seed = other.kept_seed = 7;
  bool saw_other = false, has_lived_tomorrow[2] = {false, false};
  int compared = 0;
  for (int t = 0; t < 250; ++t) {
    for (std::uint32_t a = 0; a < 2; ++a) {
      Sight seen_one, seen_other;
      one.worlds->look_at(a, seen_one);
      other.worlds->look_at(a, seen_other);
      if (one.worlds->now_ns(a) >= start_ns + day_ns) {
        has_lived_tomorrow[a] = true;
        saw_other = saw_other || seen_one.site != seen_other.site;
      }
      if (has_lived_tomorrow[a]) continue;
      ++compared;
      ASSERT_EQ(one.worlds->now_ns(a), other.worlds->now_ns(a));
      ASSERT_EQ(seen_one.site, seen_other.site);
      ASSERT_EQ(seen_one.evses, seen_other.evses);
    }
    one.step(dice_one);
    other.step(dice_other);
  }
  EXPECT_GT(compared, 90);
  EXPECT_TRUE(saw_other) << "tomorrow, too, nothing differed: the test sees nothing";
}

// Whatever a policy answers, the guard has nothing to correct but what no answer can know.
TEST(Worlds, EveryAnswerIsFeasible) {
  for (const Shape shape : {Shape::site, Shape::evse}) {
    Rig rig(site_with(today, 1), spec_of(shape));
    Dice dice(17);
    bool charged = false;
    for (int t = 0; t < 400; ++t) {
      rig.step(dice);
      for (std::uint32_t a = 0; a < 2; ++a) {
        rig.worlds->look_at(a, rig.sight);
        for (const float x : rig.sight.site) EXPECT_TRUE(std::isfinite(x));
        charged = charged || !rig.sight.who.empty();
      }
    }
    EXPECT_TRUE(charged);
    const Worlds::Ended ended = rig.worlds->take_ended();
    EXPECT_GT(ended.n, 4U);
  }
}

// Without shaping and discount, and with rents paid to their end, rewards of whole months are minus their cost: a peak
// paid as it is used costs what it costs at once.
TEST(Worlds, RewardsAddUpToWhatIsBooked) {
  WorldsSpec spec;
  spec.shaping = 0.0;
  spec.discount_per_h = 1.0;
  spec.episode_days = 30;
  Rig rig(site_with(today, 30), spec);
  Dice dice(2);
  double rewards[2] = {0.0, 0.0};
  bool over[2] = {false, false};
  double objective = 0.0;
  for (int t = 0; t < 4000 && !(over[0] && over[1]); ++t) {
    rig.step(dice);
    for (std::uint32_t a = 0; a < 2; ++a) {
      if (over[a]) continue;
      rewards[a] += rig.steps[a].reward;
      over[a] = rig.steps[a].cut;
    }
    const Worlds::Ended ended = rig.worlds->take_ended();
    objective += ended.objective;
  }
  ASSERT_TRUE(over[0] && over[1]);
  ASSERT_GT(objective, 1000.0);
  EXPECT_NEAR(rewards[0] + rewards[1], -objective, 1e-3 * objective);
}

// Shaping moves rewards in time, not their sum: with a discount of 1 what it adds from a state without cars to another
// is nothing.
TEST(Worlds, ShapingAddsNothingInTheEnd) {
  double sums[2];
  for (const bool shaped : {false, true}) {
    WorldsSpec spec;
    spec.shaping = shaped ? 3.0 : 0.0;
    spec.discount_per_h = 1.0;
    Rig rig(site_with(today, 1), spec);
    Dice dice(2);
    double sum = 0.0;
    for (bool over = false; !over;) {
      rig.step(dice);
      sum += rig.steps[0].reward;
      over = rig.steps[0].cut;
    }
    sums[shaped ? 1 : 0] = sum;
  }
  EXPECT_NEAR(sums[0], sums[1], 1e-3 * std::abs(sums[0]));
  EXPECT_LT(sums[0], 0.0);
}

}  // namespace
}  // namespace evtwin::rl
