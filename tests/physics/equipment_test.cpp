#include "physics/equipment.hpp"

#include <gtest/gtest.h>

namespace evtwin::physics {
namespace {

Evse ac_evse(std::uint8_t phases, double voltage_v, double max_a, double min_a) {
  Evse evse;
  evse.phases = phases;
  evse.voltage_v = voltage_v;
  evse.max_a = max_a;
  evse.min_a = min_a;
  return evse;
}

Evse dc_evse(double max_kw, double min_kw) {
  Evse evse;
  evse.phases = 0;
  evse.max_kw = max_kw;
  evse.min_kw = min_kw;
  return evse;
}

TEST(Coupling, ThreePhaseEvseAndCarUseAllPhases) {
  const Coupling c = couple_vehicle(ac_evse(3, 230.0, 16.0, 6.0), Vehicle{}, false);
  EXPECT_DOUBLE_EQ(c.kw_per_a, 0.69);
  EXPECT_DOUBLE_EQ(c.max_kw, 11.04);
  EXPECT_DOUBLE_EQ(c.min_kw, 4.14);
  EXPECT_EQ(c.max_discharge_kw, 0.0);
  EXPECT_DOUBLE_EQ(rated_kw(ac_evse(3, 230.0, 16.0, 6.0)), 11.04);
}

TEST(Coupling, PhasesUsedAreTheFewerOfEvseAndCar) {
  Vehicle one_phase;
  one_phase.ac_phases = 1;
  EXPECT_DOUBLE_EQ(couple_vehicle(ac_evse(3, 230.0, 32.0, 6.0), one_phase, false).max_kw, 7.36);
  EXPECT_DOUBLE_EQ(couple_vehicle(ac_evse(1, 220.0, 32.0, 6.0), Vehicle{}, false).max_kw, 7.04);
}

TEST(Coupling, OnBoardChargerLimitsAcPowerWhateverTheChargerOffers) {
  Vehicle car;
  car.max_ac_kw = 11.0;
  EXPECT_DOUBLE_EQ(couple_vehicle(ac_evse(3, 230.0, 32.0, 6.0), car, false).max_kw, 11.0);
  // A third of a three-phase charger is left on one phase.
  EXPECT_DOUBLE_EQ(couple_vehicle(ac_evse(1, 230.0, 32.0, 6.0), car, false).max_kw, 11.0 / 3.0);
  // It does not limit DC.
  EXPECT_DOUBLE_EQ(couple_vehicle(dc_evse(50.0, 0.0), car, false).max_kw, 50.0);
}

TEST(Coupling, DcIsLimitedByOutletAndInletAndHasNoAmperes) {
  Vehicle car;
  car.max_dc_kw = 100.0;
  const Coupling c = couple_vehicle(dc_evse(150.0, 5.0), car, false);
  EXPECT_EQ(c.max_kw, 100.0);
  EXPECT_EQ(c.min_kw, 5.0);
  EXPECT_EQ(c.kw_per_a, 0.0);
  EXPECT_EQ(rated_kw(dc_evse(150.0, 5.0)), 150.0);
}

TEST(Coupling, CarWithoutTheInletGetsNothing) {
  Vehicle no_dc;
  no_dc.has_dc = false;
  EXPECT_EQ(couple_vehicle(dc_evse(50.0, 0.0), no_dc, true).max_kw, 0.0);
  Vehicle no_ac;
  no_ac.ac_phases = 0;
  EXPECT_EQ(couple_vehicle(ac_evse(3, 230.0, 32.0, 6.0), no_ac, true).max_kw, 0.0);
}

TEST(Coupling, DischargingNeedsEvseCarAndDriver) {
  Evse evse = ac_evse(3, 230.0, 16.0, 6.0);
  evse.max_discharge_a = 16.0;
  Vehicle car;
  car.max_discharge_kw = 7.4;
  EXPECT_EQ(couple_vehicle(evse, car, true).max_discharge_kw, 0.0);
  evse.bidirectional = true;
  EXPECT_EQ(couple_vehicle(evse, car, true).max_discharge_kw, 0.0);
  car.v2g_capable = true;
  EXPECT_EQ(couple_vehicle(evse, car, false).max_discharge_kw, 0.0);
  EXPECT_EQ(couple_vehicle(evse, car, true).max_discharge_kw, 7.4);
  car.max_discharge_kw = 50.0;
  EXPECT_DOUBLE_EQ(couple_vehicle(evse, car, true).max_discharge_kw, 11.04);
}

TEST(AllowedOffers, BelowTheMinimumCurrentIsZero) {
  const Coupling c = couple_vehicle(ac_evse(1, 230.0, 32.0, 6.0), Vehicle{}, false);
  EXPECT_EQ(floor_to_allowed(c, 1.3799), 0.0);
  EXPECT_EQ(floor_to_allowed(c, c.min_kw), c.min_kw);
  EXPECT_EQ(floor_to_allowed(c, 5.0), 5.0);
  EXPECT_EQ(floor_to_allowed(c, 0.0), 0.0);
  // A minimum that came by another order of multiplications is the minimum, and not 0.
  EXPECT_EQ(floor_to_allowed(c, c.min_kw * (1.0 - 1e-12)), c.min_kw);
}

TEST(AllowedOffers, WithoutMinimumEveryPowerIsAllowed) {
  const Coupling c = couple_vehicle(dc_evse(50.0, 0.0), Vehicle{}, false);
  EXPECT_EQ(floor_to_allowed(c, 0.001), 0.001);
  EXPECT_EQ(floor_to_allowed(c, 0.0), 0.0);
}

// The rates of ACN's ClipperCreek stations: {8, 16, 24, 32} A; AeroVironment: every whole ampere from 6 to 32.
TEST(AllowedOffers, FiniteRatesFloorToTheNextLowerRate) {
  Evse evse = ac_evse(1, 208.0, 32.0, 0.0);
  evse.rates_a = {8.0, 16.0, 24.0, 32.0};
  const Coupling c = couple_vehicle(evse, Vehicle{}, false);
  EXPECT_DOUBLE_EQ(c.min_kw, 8.0 * 0.208);
  EXPECT_EQ(floor_to_allowed(c, 1.0), 0.0);
  EXPECT_DOUBLE_EQ(floor_to_allowed(c, 15.9 * 0.208), 8.0 * 0.208);
  EXPECT_DOUBLE_EQ(floor_to_allowed(c, 16.0 * 0.208), 16.0 * 0.208);
  EXPECT_DOUBLE_EQ(floor_to_allowed(c, 100.0), 32.0 * 0.208);
}

TEST(AllowedOffers, EveryWholeAmpereSurvivesTheWayToKilowattsAndBack) {
  Evse evse = ac_evse(3, 208.0, 32.0, 0.0);
  for (int a = 6; a <= 32; ++a) evse.rates_a.push_back(a);
  const Coupling c = couple_vehicle(evse, Vehicle{}, false);
  for (int a = 6; a <= 32; ++a) {
    // Another order of multiplications, as a strategy or a log would take it.
    const double kw = a * 208.0 / 1000.0 * 3.0;
    EXPECT_EQ(floor_to_allowed(c, kw), c.rates_kw[static_cast<std::size_t>(a - 6)]) << a << " A";
    EXPECT_LT(floor_to_allowed(c, kw - 1e-6), kw) << a << " A";
  }
}

Storage a_storage() {
  Storage storage;
  storage.capacity_kwh = 200.0;
  storage.max_charge_kw = 100.0;
  storage.max_discharge_kw = 80.0;
  storage.charge_efficiency = 0.96;
  storage.discharge_efficiency = 0.95;
  storage.soc_min = 0.1;
  storage.soc_max = 0.9;
  return storage;
}

TEST(Storage, PowerEndsWhereItsWindowEnds) {
  const Storage storage = a_storage();
  EXPECT_EQ(storage_clamp(storage, 100.0, 500.0), 100.0);
  EXPECT_EQ(storage_clamp(storage, 100.0, -500.0), -80.0);
  EXPECT_EQ(storage_clamp(storage, 100.0, 30.0), 30.0);
  EXPECT_EQ(storage_clamp(storage, 180.0, 30.0), 0.0);
  EXPECT_EQ(storage_clamp(storage, 180.0, -30.0), -30.0);
  EXPECT_EQ(storage_clamp(storage, 20.0, -30.0), 0.0);
  EXPECT_EQ(storage_clamp(storage, 20.0, 30.0), 30.0);
  EXPECT_EQ(storage_clamp(storage, 100.0, 0.0), 0.0);
}

TEST(Storage, FillsToTheTopOfItsWindowAndEmptiesToTheBottom) {
  const Storage storage = a_storage();
  const BatterySpec battery = storage_battery(storage);
  const Law fills = law_at(battery, 100.0, 100.0, infinite, 20.0);
  EXPECT_EQ(fills.end, LawEnd::full);
  EXPECT_EQ(fills.end_stored_kwh, 180.0);
  EXPECT_DOUBLE_EQ(fills.metered_kwh, 80.0 / 0.96);
  EXPECT_DOUBLE_EQ(fills.hours, 80.0 / 0.96 / 100.0);

  const Law empties = law_at(battery, 180.0, -80.0, infinite, storage.soc_min * storage.capacity_kwh);
  EXPECT_EQ(empties.end, LawEnd::floor);
  EXPECT_EQ(empties.end_stored_kwh, 20.0);
  EXPECT_DOUBLE_EQ(empties.metered_kwh, -160.0 * 0.95);
}

}  // namespace
}  // namespace evtwin::physics
