#include "physics/ageing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "sessions/text_file.hpp"
#include "support/paths.hpp"

namespace evtwin::physics {
namespace {

namespace fs = std::filesystem;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// EV2Gym's use of a session: samples of the SoC before each step and at the end; the depth from those with current.
AgeingUse sampled_use(const nlohmann::json& car, const nlohmann::json& session, double step_minutes) {
  const double capacity_kwh = car.at("battery_capacity_kwh");
  const auto after_kwh = session.at("capacity_kwh").get<std::vector<double>>();
  const auto current_a = session.at("current_a").get<std::vector<double>>();
  std::vector<double> soc{car.at("initial_energy_kwh").get<double>() / capacity_kwh};
  for (const double kwh : after_kwh) soc.push_back(kwh / capacity_kwh);

  std::vector<double> with_current;
  for (std::size_t k = 0; k < soc.size(); ++k) {
    if (k == current_a.size() || current_a[k] != 0.0) with_current.push_back(soc[k]);
  }
  const double middle = mean(with_current);
  for (double& value : with_current) value = std::abs(value - middle);

  AgeingUse use;
  const double steps = car.at("departure_step").get<double>() - car.at("arrival_step").get<double>() + 1.0;
  use.days = steps * step_minutes / (60 * 24);
  use.mean_soc = mean(soc);
  use.depth = 2.0 * mean(with_current);
  for (const double kwh : session.at("energy_kwh").get<std::vector<double>>()) use.stored_kwh += std::abs(kwh);
  return use;
}

// E22: EV2Gym's own figures, from its capacity traces with its constants and sampling.
TEST(Ageing, EqualsEv2GymOnItsTraces) {
  const fs::path folder = fs::path(paths::shared_dir) / "golden/ev2gym";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no " << folder;
  const AgeingLaw law;
  const AgeingHistory history = AgeingHistory::of_typical_car(78.0);
  std::size_t sessions = 0, with_loss = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().string();
    if (!file.ends_with(".json.gz")) continue;
    const auto golden = nlohmann::json::parse(sessions::read_text_file(file, file));
    for (const auto& [agent, run] : golden.at("runs").items()) {
      for (const auto& [uid, session] : run.at("sessions").items()) {
        const nlohmann::json& car = golden.at("sessions").at(std::stoul(uid));
        ASSERT_EQ(car.at("uid").get<std::size_t>(), std::stoul(uid));
        const AgeingUse use = sampled_use(car, session, golden.at("timescale_min"));
        const double calendar = session.at("calendar_loss"), cyclic = session.at("cyclic_loss");
        ASSERT_NEAR(tangent_calendar_loss(law, history, use), calendar, 1e-12 * calendar)
            << file << " " << agent << " " << uid;
        ASSERT_NEAR(tangent_cyclic_loss(law, history, use), cyclic, 1e-12 * cyclic)
            << file << " " << agent << " " << uid;
        ++sessions;
        with_loss += calendar > 0.0 && cyclic > 0.0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(with_loss, 0U);
  RecordProperty("sessions", static_cast<int>(sessions));
}

TEST(Ageing, GrowthMeetsItsTangentAndAddsUp) {
  const AgeingLaw law;
  AgeingHistory history = AgeingHistory::of_typical_car(50.0);
  AgeingUse use{1e-6, 0.6, 1e-6, 0.5, 0.3};
  EXPECT_NEAR(calendar_loss(law, history, use) / tangent_calendar_loss(law, history, use), 1.0, 1e-9);
  EXPECT_NEAR(cyclic_loss(law, history, use) / tangent_cyclic_loss(law, history, use), 1.0, 1e-9);

  // Two halves one after the other are the whole: the tangent is not.
  use.days = 400.0;
  use.stored_kwh = 5'000.0;
  const double calendar = calendar_loss(law, history, use), cyclic = cyclic_loss(law, history, use);
  AgeingUse half = use;
  half.days /= 2.0;
  half.stored_kwh /= 2.0;
  double calendar_sum = 0.0, cyclic_sum = 0.0;
  for (int i = 0; i < 2; ++i) {
    calendar_sum += calendar_loss(law, history, half);
    cyclic_sum += cyclic_loss(law, history, half);
    history.days += half.days;
    history.stored_kwh += half.stored_kwh;
  }
  EXPECT_NEAR(calendar_sum, calendar, 1e-14);
  EXPECT_NEAR(cyclic_sum, cyclic, 1e-14);
  EXPECT_GT(tangent_calendar_loss(law, AgeingHistory::of_typical_car(50.0), use), 1.05 * calendar);
}

TEST(Ageing, GrowthHasNoStepWhereItsSeriesEnds) {
  const AgeingHistory history{1000.0, 1000.0, 2.05};  // 1000 days, 1000 Ah
  const AgeingLaw law;
  for (const double amount : {0.5, 9.999999999, 10.000000001, 200.0}) {
    const AgeingUse use{amount, 0.5, amount, 0.5, 0.5};
    const long double days = std::pow(1000.0L + static_cast<long double>(amount), 0.75L) - std::pow(1000.0L, 0.75L);
    const long double ah = std::sqrt(1000.0L + static_cast<long double>(amount)) - std::sqrt(1000.0L);
    const AgeingUse fresh{1.0, 0.5, 1.0, 0.5, 0.5};
    const AgeingHistory none{0.0, 0.0, 2.05};
    EXPECT_NEAR(calendar_loss(law, history, use) / calendar_loss(law, none, fresh), static_cast<double>(days),
                1e-13 * amount);
    EXPECT_NEAR(cyclic_loss(law, history, use) / cyclic_loss(law, none, fresh), static_cast<double>(ah),
                1e-13 * amount);
  }
}

// A new cell as in the paper: 1 - alpha t^0.75 - beta sqrt(Q), at 50 % SoC, 35 C, cycled over its full depth.
TEST(Ageing, OfANewCellIsThePapersFormula) {
  AgeingLaw law;
  law.temperature_k = 308.15;
  const AgeingHistory fresh{0.0, 0.0, 1.0};
  const AgeingUse use{100.0, 0.5, 2.0 * 500.0, 0.5, 1.0};  // 500 full cycles of 1 kWh
  const double volts = 3.3324 + 0.8263 / 2;
  EXPECT_DOUBLE_EQ(calendar_loss(law, fresh, use),
                   (7.543 * volts - 23.75) * 1e6 * std::exp(-6976 / 308.15) * std::pow(100.0, 0.75));
  const double beta = 7.348e-3 * std::pow(volts - 3.667, 2) + 7.6e-4 + 4.081e-3;
  EXPECT_DOUBLE_EQ(cyclic_loss(law, fresh, use), beta * std::sqrt(1000 * 2.05));
}

/// A battery driven through setpoints, metered law by law, beside fine sums of the same course.
struct Course {
  explicit Course(BatterySpec spec, double start_kwh) : battery(std::move(spec)), stored_kwh(start_kwh) {}

  void drive(double setpoint_kw, double hours) {
    constexpr int slices = 20'000;  // Simpson's rule over each piece of a law
    while (hours > 0.0) {
      const Law law = law_at(battery, stored_kwh, setpoint_kw, infinite, 0.0);
      const double piece_h = law.kw == 0.0 ? hours : std::min(hours, law.hours);
      const double gain = setpoint_kw > 0.0 ? battery.charge_efficiency : 1.0 / battery.discharge_efficiency;
      const auto content = [&](double t) { return stored_kwh + gain * law.metered_after(t); };
      double sum = 0.0;
      for (int i = 0; i <= slices; ++i)
        sum += (i == 0 || i == slices ? 1 : i % 2 == 1 ? 4 : 2) * content(piece_h * i / slices);
      area_kwh_h += sum * piece_h / slices / 3;
      if (law.kw != 0.0) {
        const double metered = law.metered_after(piece_h);
        general.add_power(stored_kwh, gain * metered, law, metered, now_h, piece_h);
        if (law.rate_per_h == 0.0) {
          meter.add_constant(stored_kwh, gain * metered, now_h + piece_h / 2);
        } else {
          meter.add_power(stored_kwh, gain * metered, law, metered, now_h, piece_h);
        }
        stored_kwh += gain * metered;
      }
      now_h += piece_h;
      hours -= piece_h;
    }
  }

  BatterySpec battery;
  double stored_kwh, now_h = 0.0, area_kwh_h = 0.0;
  AgeingMeter meter, general;  // the second without the short way for constant power
};

BatterySpec two_stage() {
  BatterySpec battery;
  battery.capacity_kwh = 60.0;
  battery.charge_efficiency = 0.93;
  battery.discharge_efficiency = 0.9;
  battery.charge = {{{0.0, 20.0}, {0.1, 50.0}, {0.8, 50.0}, {1.0, 0.0}}};
  battery.discharge = {{{0.0, 0.0}, {0.2, 40.0}, {1.0, 40.0}}};
  return battery;
}

TEST(Ageing, MeanSocIsExactThroughPausesBendsAndTapers) {
  Course course(two_stage(), 3.0);
  course.drive(0.0, 2.0);
  course.drive(45.0, 0.3);
  course.drive(45.0, 3.0);  // into the taper, a long way
  course.drive(0.0, 5.0);
  course.drive(-30.0, 1.7);
  course.drive(11.0, 0.01);
  const AgeingUse use = course.meter.use_until(60.0, course.stored_kwh, course.now_h);
  EXPECT_NEAR(use.mean_soc, course.area_kwh_h / course.now_h / 60.0, 1e-12);
  EXPECT_DOUBLE_EQ(use.days, course.now_h / 24.0);
  EXPECT_NEAR(course.general.use_until(60.0, course.stored_kwh, course.now_h).mean_soc, use.mean_soc, 1e-14);
}

TEST(Ageing, AreaIsContinuousWhereTheSeriesEnds) {
  for (const double sign : {-1.0, 1.0}) {
    Law law;
    law.kw = 7.0;
    law.hours = infinite;
    law.metered_kwh = infinite;
    law.rate_per_h = sign * 0.1;
    const double before = energy_area(law, law.metered_after(1.0 - 1e-12), 1.0 - 1e-12);
    const double behind = energy_area(law, law.metered_after(1.0 + 1e-12), 1.0 + 1e-12);
    EXPECT_NEAR(before, behind, 1e-10);
    EXPECT_NEAR(before, 7.0 * (std::exp(sign * 0.1) - 1 - sign * 0.1) / 0.01, 1e-10);
  }
}

TEST(Ageing, DepthIsThatOfTheHalfCycles) {
  BatterySpec flat;
  flat.capacity_kwh = 100.0;
  flat.charge = Curve::constant(50.0);
  flat.discharge = Curve::constant(50.0);

  // One charge from 20 % to 80 %, with a pause and at two powers.
  Course charge(flat, 20.0);
  charge.drive(10.0, 2.0);
  charge.drive(0.0, 3.0);
  charge.drive(20.0, 2.0);
  EXPECT_NEAR(charge.meter.use_until(100.0, charge.stored_kwh, charge.now_h).depth, 0.6, 1e-15);
  EXPECT_NEAR(charge.meter.use_until(100.0, charge.stored_kwh, charge.now_h).cycle_soc, 0.5, 1e-15);

  // Back and forth between the same two ends.
  Course cycles(flat, 20.0);
  for (int i = 0; i < 5; ++i) {
    cycles.drive(20.0, 3.0);
    cycles.drive(-20.0, 3.0);
  }
  const AgeingUse all = cycles.meter.use_until(100.0, cycles.stored_kwh, cycles.now_h);
  EXPECT_NEAR(all.depth, 0.6, 1e-14);
  EXPECT_NEAR(all.stored_kwh, 600.0, 1e-11);

  // By hand: halves of 60, 10 and 30 kWh weigh (60 x 60 + 10 x 10 + 30 x 30) / 100 kWh = 46 kWh.
  Course mixed(flat, 20.0);
  mixed.drive(20.0, 3.0);
  mixed.drive(-10.0, 1.0);
  mixed.drive(30.0, 1.0);
  EXPECT_NEAR(mixed.meter.use_until(100.0, mixed.stored_kwh, mixed.now_h).depth, 0.46, 1e-14);
  EXPECT_NEAR(mixed.meter.use_until(100.0, mixed.stored_kwh, mixed.now_h).cycle_soc,
              (60 * 50 + 10 * 75 + 30 * 85) / 1e4, 1e-14);
}

TEST(Ageing, OfAnIdleBatteryIsTimeAlone) {
  const AgeingMeter idle;
  const AgeingUse use = idle.use_until(40.0, 30.0, 48.0);
  EXPECT_DOUBLE_EQ(use.mean_soc, 0.75);
  EXPECT_DOUBLE_EQ(use.days, 2.0);
  EXPECT_EQ(cyclic_loss(AgeingLaw{}, AgeingHistory::of_typical_car(40.0), use), 0.0);
  EXPECT_GT(calendar_loss(AgeingLaw{}, AgeingHistory::of_typical_car(40.0), use), 0.0);
  EXPECT_EQ(idle.use_until(40.0, 30.0, 0.0).mean_soc, 0.75);  // no time at all
}

}  // namespace
}  // namespace evtwin::physics
