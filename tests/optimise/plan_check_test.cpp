// check_plan and cost_of on a plan whose every figure was done by hand, and on the same plan with one thing changed.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "optimise/plan.hpp"

namespace evtwin::optimise {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Four hours. Car 7 (EVSE 0) is there in hours 0..2, car 8 (EVSE 1) in hours 1..3 and gives back, one storage, PV.
PlanProblem site() {
  PlanProblem p;
  p.hours = {1, 1, 1, 1};
  p.buy_per_kwh = {0.1, 0.3, 0.1, 0.2};
  p.sell_per_kwh = {0.05, 0.2, 0.05, 0.05};
  p.load_kw = {2, 2, 2, 30};
  p.pv_kw = {0, 4, 4, 0};
  p.import_limit_kw = {20, 20, 20, 20};
  p.export_limit_kw = {10, 10, 10, 10};
  PlanVehicle car;
  car.key = 7;
  car.evse = 0;
  car.end_step = 3;
  car.max_kw = 10;
  car.last_share = 0.5;
  car.min_kw = 2;
  car.wanted_kwh = 12;
  car.room_kwh = 20;
  car.unmet_price_per_kwh = 2;
  car.charge_price_per_kwh = 0.01;
  car.charge_efficiency = 0.9;
  car.max_starts = 1;
  PlanVehicle giver;
  giver.key = 8;
  giver.evse = 1;
  giver.first_step = 1;
  giver.end_step = 4;
  giver.max_kw = giver.max_discharge_kw = 8;
  giver.charge_efficiency = giver.discharge_efficiency = 0.8;
  giver.need_at = NeedAt::battery;
  giver.dischargeable_kwh = 10;
  giver.room_kwh = 15;
  giver.unmet_price_per_kwh = 1;
  giver.discharge_price_per_kwh = 0.02;
  giver.end_value_per_kwh = 0.1;
  giver.grid_kw_per_charge_kw = 1.25;
  giver.grid_kw_per_discharge_kw = 0.75;
  p.vehicles = {car, giver};
  PlanStorage storage;
  storage.key = 1;
  storage.max_charge_kw = storage.max_discharge_kw = 5;
  storage.charge_efficiency = storage.discharge_efficiency = 0.8;
  storage.stored_kwh = 12;
  storage.min_kwh = 1;
  storage.max_kwh = 10;
  storage.discharge_price_per_kwh = 0.03;
  storage.end_value_per_kwh = 0.05;
  storage.end_at_least_kwh = 7;
  p.storages = {storage};
  p.limits = {{"feeder", {{0, false, 1.0}, {1, false, 1.0}, {0, true, 1.0}}, {-12}, {12}, {0, 0, 0, 13}}};
  p.magnitudes = {{"phase", {{0, 1.0, 0.0}, {1, -0.5, 0.5}}, {10.5}}};
  p.periods = {{3.0, 5.0, {}}, {2.0, 0.0, {{0, 0.5}}}};
  p.windows = {{0, 2, 2.0, 1.0, 0}, {2, 3, 1.0, 0.0, 0}, {3, 4, 1.0, 0.0, 1}};
  p.grid = {.peak_price_per_kw = 0.1,
            .ramp_price_per_kw = 0.01,
            .pressure_price_per_kwh = 0.5,
            .pressure_from = 0.5,
            .last_net_kw = 3};
  return p;
}

/// Its figures:
///   hour 0: car 8; import 2 + 8 - 4 (storage gives 4: 12 - 5 = 7) = 6
///   hour 1: car 3.75 of 4 PV; other gives 4 x 0.75 = 3, battery -5; 2 + 3.75 - 3 - 4 = -1.25: export 1.25
///   hour 2: car 0; other takes 4 x 1.25 = 5, battery -5 + 3.2 = -1.8; storage takes 1: 7.8; PV 4, curtailed 0.5;
///           import 2 + 5 + 1 - 3.5 = 4.5
///   hour 3: load 30 above the limit of 20; other gives 2 x 0.75, battery -1.8 - 2.5 = -4.3; storage gives 1: 6.55;
///           import 30 - 1.5 - 1 = 27.5: 7.5 over. feeder: 13 - 2 - 1 = 10, none over. storage ends 0.45 short
Plan plan_of_site() {
  Plan plan;
  plan.outcome = Outcome::optimal;
  plan.method = Method::milp;
  plan.vehicles = {{0, {8, 3.75, 0}, {0, 0, 0}, 0.25}, {1, {0, 4, 0}, {4, 0, 2}, 4.3}};
  plan.storages = {{{0, 0, 1, 0}, {4, 0, 0, 1}, {7, 7, 7.8, 6.55}}};
  plan.import_kw = {6, 0, 4.5, 27.5};
  plan.export_kw = {0, 1.25, 0, 0};
  plan.curtailed_kw = {0, 0, 0.5, 0};
  plan.peak_kw = {4.5, 27.5};
  plan.over_limit_kwh = 7.5 + 0.45;
  plan.objective = 0.1 * 6 - 0.2 * 1.25 + 0.1 * 4.5 + 0.2 * 27.5  // energy
                   + 0.01 * 11.75 + 2 * 0.25                      // car 7
                   + 0.02 * 6 + 1 * 4.3                           // car 8: what it gave is missing in its battery
                   + 0.03 * 5 - 0.05 * 6.55                       // storage
                   + 1e5 * 7.95                                   // over limits
                   + 3 * 5 + 2 * 27.5                             // demand: the floor, the window
                   + 0.1 * 27.5 + 0.01 * (3 + 7.25 + 5.75 + 23) + 0.5 * 17.5;
  plan.bound = plan.objective - 1;
  return plan;
}

TEST(CheckPlan, FindsNothingInAPlanDoneByHand) {
  EXPECT_NEAR(cost_of(site(), plan_of_site()), plan_of_site().objective, 1e-9);
  EXPECT_EQ(check_plan(site(), plan_of_site()), "");
}

TEST(CheckPlan, CountsWhatIsLeftBeyondTheWanted) {
  PlanProblem problem = site();
  Plan plan = plan_of_site();
  problem.vehicles[0].wanted_kwh = 10;
  problem.vehicles[0].end_value_per_kwh = 0.4;
  plan.vehicles[0].unmet_kwh = 0;
  plan.objective += -2 * 0.25 - 0.4 * 1.75;
  EXPECT_EQ(check_plan(problem, plan), "");
}

TEST(CheckPlan, BillsARatchetOfTheEarlierPeriod) {
  PlanProblem problem = site();
  problem.periods[1].ratchets[0].share = 10.0;  // of 4.5
  Plan plan = plan_of_site();
  plan.objective += 2 * (45 - 27.5);
  EXPECT_EQ(check_plan(problem, plan), "");
}

struct Change {
  const char* said;
  std::function<void(PlanProblem&, Plan&)> make;
};

TEST(CheckPlan, NamesTheOneThingThatIsWrong) {
  const std::vector<Change> changes{
      {"charging of vehicle 0 (key 7) in step 0", [](auto&, Plan& p) { p.vehicles[0].charge_kw[0] = 10.1; }},
      {"charging of vehicle 0 (key 7) in step 1", [](auto&, Plan& p) { p.vehicles[0].charge_kw[1] = -0.1; }},
      {"charging of vehicle 0 (key 7) in step 2", [](auto&, Plan& p) { p.vehicles[0].charge_kw[2] = 5.1; }},
      {"charging of vehicle 0 (key 7) in step 1",
       [](PlanProblem& s, Plan&) {
         s.vehicles[0].step_max_kw = {10, 3, 10};
       }},
      {"charging of vehicle 0 (key 7) in step 0", [](auto&, Plan& p) { p.vehicles[0].charge_kw[0] = not_a_number; }},
      {"discharging of vehicle 0", [](auto&, Plan& p) { p.vehicles[0].discharge_kw[1] = 0.1; }},
      {"discharging of vehicle 1 (key 8) in step 1",
       [](PlanProblem& s, Plan&) {
         s.vehicles[1].step_max_kw = {0, 8, 8};
       }},
      {"energy stored since the start of vehicle 0", [](PlanProblem& s, Plan&) { s.vehicles[0].room_kwh = 10.5; }},
      {"energy stored since the start of vehicle 1 (key 8) in step 1",
       [](PlanProblem& s, Plan&) { s.vehicles[1].dischargeable_kwh = 4.9; }},
      {"energy got of vehicle 0 (key 7) in step 1", [](PlanProblem& s, Plan&) { s.vehicles[0].most_kwh = 11; }},
      {"unmet energy of vehicle 0", [](auto&, Plan& p) { p.vehicles[0].unmet_kwh = 0; }},
      {"unmet energy of vehicle 1", [](auto&, Plan& p) { p.vehicles[1].unmet_kwh = 0; }},
      {"must be 0 or at least 4", [](PlanProblem& s, Plan&) { s.vehicles[0].min_kw = 4; }},
      {"discharging, must be 0 or at least 3", [](PlanProblem& s, Plan&) { s.vehicles[1].min_discharge_kw = 3; }},
      {"must be 0 or one of the rates",
       [](PlanProblem& s, Plan&) {
         s.vehicles[0].rates_kw = {3, 8};
       }},
      {"at once", [](auto&, Plan& p) { p.vehicles[1].discharge_kw[1] = 1; }},
      {"vehicle 1 (key 8) starts 2 times, may start 1",
       [](PlanProblem& s, Plan& p) {
         s.vehicles[1].max_starts = 1;
         p.vehicles[1] = {1, {3, 0, 3}, {0, 0, 0}, 0};
       }},
      {"charging of storage 0", [](auto&, Plan& p) { p.storages[0].charge_kw[1] = 6; }},
      {"discharging of storage 0", [](auto&, Plan& p) { p.storages[0].discharge_kw[1] = -1; }},
      {"charges and discharges at once", [](auto&, Plan& p) { p.storages[0].charge_kw[0] = 1; }},
      {"stored energy, from its powers, of storage 0 (key 1) in step 3",
       [](auto&, Plan& p) { p.storages[0].stored_kwh[3] = 7; }},
      {"stored energy of storage 0 (key 1) in step 0",
       [](PlanProblem&, Plan& p) {
         p.storages[0].charge_kw[0] = 1;
         p.storages[0].discharge_kw[0] = 0;
         p.storages[0].stored_kwh[0] = 12.8;
       }},
      {"stored energy of storage 0 (key 1) in step 3", [](PlanProblem& s, Plan&) { s.storages[0].min_kwh = 6.6; }},
      {"import in step 0", [](PlanProblem& s, Plan&) { s.import_limit_kw[0] = 5; }},
      {"import in step 0", [](auto&, Plan& p) { p.import_kw[0] = not_a_number; }},
      {"export in step 1", [](PlanProblem& s, Plan&) { s.export_limit_kw[1] = 1; }},
      {"export in step 0", [](auto&, Plan& p) { p.export_kw[0] = -1; }},
      {"imports 7 kW and exports 1 kW at once",
       [](auto&, Plan& p) {
         p.import_kw[0] = 7;
         p.export_kw[0] = 1;
       }},
      {"curtailed PV in step 2", [](PlanProblem& s, Plan&) { s.curtail_pv = false; }},
      {"curtailed PV in step 0", [](auto&, Plan& p) { p.curtailed_kw[0] = 1; }},
      {"supply less demand in step 2", [](auto&, Plan& p) { p.curtailed_kw[2] = 0.4; }},
      {"supply less demand in step 0", [](PlanProblem& s, Plan&) { s.vehicles[0].grid_kw_per_charge_kw = 1.01; }},
      {"limit 'feeder' in step 2",
       [](PlanProblem& s, Plan&) {
         s.limits[0].upper = {4, 4, 4, 12};
       }},
      {"limit 'feeder' in step 1", [](PlanProblem& s, Plan&) { s.limits[0].lower = {0}; }},
      {"magnitude 'phase' in step 0", [](PlanProblem& s, Plan&) { s.magnitudes[0].upper = {7.9}; }},
      {"peak of period 0", [](auto&, Plan& p) { p.peak_kw[0] = 5; }},
      {"peak of period 1", [](PlanProblem& s, Plan&) { s.windows[2].so_far_kwh = 1; }},
      {"energy over limits", [](auto&, Plan& p) { p.over_limit_kwh = 7.5; }},
      {"energy over limits", [](PlanProblem& s, Plan&) { s.limits[0].upper = {9}; }},
      {"objective", [](auto&, Plan& p) { p.objective *= 1.00001; }},
      {"objective", [](auto&, Plan& p) { p.objective = not_a_number; }},
      {"bound", [](auto&, Plan& p) { p.bound = p.objective * 1.00001; }},
      {"vehicles has 1 values, must have 2", [](auto&, Plan& p) { p.vehicles.pop_back(); }},
      {"charge_kw has 2 values, must have 3", [](auto&, Plan& p) { p.vehicles[1].charge_kw.pop_back(); }},
      {"vehicle 1 begins at step 0, must begin at 1", [](auto&, Plan& p) { p.vehicles[1].first_step = 0; }},
      {"import_kw has 3", [](auto&, Plan& p) { p.import_kw.pop_back(); }},
      {"stored_kwh has 0", [](auto&, Plan& p) { p.storages[0].stored_kwh.clear(); }},
      {"peak_kw has 1", [](auto&, Plan& p) { p.peak_kw.pop_back(); }},
  };
  for (const Change& change : changes) {
    PlanProblem problem = site();
    Plan plan = plan_of_site();
    change.make(problem, plan);
    EXPECT_THAT(check_plan(problem, plan), testing::HasSubstr(change.said));
  }
}

TEST(CheckPlan, LooksForWholeNumbersOnlyInPlansOfWholeNumbers) {
  PlanProblem problem = site();
  problem.vehicles[0].min_kw = 4;
  problem.vehicles[0].rates_kw = {6};
  Plan plan = plan_of_site();
  plan.method = Method::lp;
  EXPECT_EQ(check_plan(problem, plan), "");
}

TEST(CheckPlan, LetsAnOuterPolygonPassTheCircle) {
  PlanProblem problem = site();
  problem.magnitudes[0].upper = {7.9};
  EXPECT_NE(check_plan(problem, plan_of_site()), "");
  problem.linearisation = Linearisation::outer;
  EXPECT_EQ(check_plan(problem, plan_of_site()), "");
}

TEST(CheckPlan, TakesAnEmptyHorizon) {
  PlanProblem problem;
  problem.storages.push_back({.stored_kwh = 5, .max_kwh = 10, .end_value_per_kwh = 0.1, .end_at_least_kwh = 6});
  Plan plan;
  plan.storages.resize(1);
  plan.over_limit_kwh = 1;
  plan.objective = 1e5 - 0.5;
  EXPECT_EQ(check_plan(problem, plan), "");
}

}  // namespace
}  // namespace evtwin::optimise
