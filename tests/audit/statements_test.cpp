// Faults put back where a run file says a thing twice, and a half cycle that rounding did not end.
#include <gtest/gtest.h>

#include "audit/ageing.hpp"
#include "audit/recorded_world.hpp"

namespace evtwin::testing {
namespace {

/// A car of 80 kWh that gives back and a storage of 100 kWh without losses on a site with sun, which pays drivers.
twin::World world_of_all_kinds() {
  twin::World world = small_world(0, 1);
  world.vehicles[0].v2g_capable = true;
  world.vehicles[0].max_discharge_kw = 20.0;
  world.vehicles[0].soc_known = true;
  physics::BatterySpec& battery = world.vehicles[0].battery;
  battery.capacity_kwh = 80.0;
  battery.charge_efficiency = battery.discharge_efficiency = 1.0;
  battery.charge = battery.discharge = physics::Curve::constant(20.0);
  twin::Site& site = world.sites[0];
  for (const char* id : {"D-1", "D-2"}) {
    physics::Evse dc;
    dc.id = id;
    dc.phases = 0;
    dc.max_kw = 30.0;
    dc.max_discharge_kw = 20.0;
    dc.bidirectional = true;
    site.evses.push_back(dc);
  }
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = storage.max_discharge_kw = 25.0;
  storage.charge_efficiency = storage.discharge_efficiency = 1.0;
  site.storages = {storage};
  site.tariff.rates[0].price_per_kwh = 0.3;
  site.driver_price_per_kwh = 0.5;
  site.v2g_price_per_kwh = 0.2;
  site.wear_price_per_kwh = 0.05;
  site.contract_kw = 90.0;
  site.export_limit_kw = 70.0;
  site.load_kw = 2.0;
  site.pv_kw = 12.0;
  demand::Visit v = visit(1.0, 5.0, 30.0, 0);
  v.soc_start = 0.5;
  v.v2g = true;
  site.arrivals = {std::make_shared<const demand::ArrivalLaw>(demand::Recorded{{v}})};
  return world;
}

/// Powers of EVSE and storage by the hour of the day; nothing beyond the last.
control::StrategyFactory by_the_hour(std::vector<double> evse_kw, std::vector<double> storage_kw) {
  return [evse_kw, storage_kw](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<FunctionStrategy>(
        [evse_kw, storage_kw](const evtwin_view& view, evtwin_decision& d) {
          const auto hour = static_cast<std::size_t>((view.now_ns - monday_ns) / hour_ns);
          d.evse_kw[0] = hour < evse_kw.size() ? evse_kw[hour] : 0.0;
          d.storage_kw[0] = hour < storage_kw.size() ? storage_kw[hour] : 0.0;
        },
        EVTWIN_WHY_ARRIVAL, 0);
  };
}

class SaidTwice : public Recounted {
 protected:
  std::string file() const {
    return record(world_of_all_kinds(), by_the_hour({0.0, -10.0, 20.0, 8.0}, {10.0, 25.0, -5.0, -25.0}));
  }
  void expect_found(const std::string& run_file, const std::string& sql, const std::string& figures) const {
    const audit::Audit right = audit::audit_file(run_file);
    ASSERT_EQ(differing(right), "") << differences(right);
    EXPECT_EQ(differing(audit::audit_file(altered(run_file, sql))), figures) << sql;
  }
};

TEST_F(SaidTwice, WearAndUsedSunOfTheMeterAddUp) {
  const std::string run_file = file();
  // 10 kWh of the car and 5 + 25 kWh of the storage, at 0.05.
  ASSERT_NEAR(question(run_file, "SELECT sum(wear_cost) FROM meter"), 40.0 * 0.05, 1e-9);
  expect_found(run_file, "UPDATE meter SET wear_cost = wear_cost + 1000", "meter wear_cost");
  expect_found(run_file, "UPDATE meter SET pv_used_kwh = pv_used_kwh + 1", "meter pv_used_kwh");
}

TEST_F(SaidTwice, EachWindowHasItsOwnPeak) {
  const std::string run_file = file();
  // From 1:00 on: 2 of load, 25 into the storage, less 10 of the car and 12 of the sun; from 2:00: 20 for the car,
  // 5 out of the storage.
  const std::string at_one = "WHERE start_ns = " + std::to_string(monday_ns + hour_ns);
  ASSERT_NEAR(question(run_file, "SELECT peak_kw FROM meter " + at_one), 5.0, 1e-9);
  expect_found(run_file, "UPDATE meter SET peak_kw = 2 * peak_kw", "meter peak_kw");
  // The highest of the run is as it was.
  expect_found(run_file, "UPDATE meter SET peak_kw = peak_kw - 0.01 " + at_one, "meter peak_kw");
  expect_found(run_file, "UPDATE meter SET start_ns = start_ns + 1 " + at_one, "meter peak_kw");
}

TEST_F(SaidTwice, ASessionIsWhereItsPowerIs) {
  const std::string run_file = file();
  ASSERT_EQ(question(run_file, "SELECT evse FROM session"), 1.0);
  expect_found(run_file, "UPDATE session SET evse = 2", "session evse");
  const audit::Audit found = audit::audit_file(altered(run_file, "UPDATE session SET evse = 2"));
  EXPECT_EQ(finding_of(found, "session evse").run, 2.0);
  EXPECT_EQ(finding_of(found, "session evse").recount, 1.0);
}

TEST_F(SaidTwice, ASessionsBatteryIsItsVehicles) {
  const std::string run_file = file();
  ASSERT_EQ(question(run_file, "SELECT battery_kwh FROM session"), 80.0);
  for (const char* column : {"battery_kwh", "charge_efficiency", "discharge_efficiency"}) {
    expect_found(run_file, std::string("UPDATE session SET ") + column + " = 0.99 * " + column,
                 std::string("session ") + column);
    expect_found(run_file, std::string("UPDATE session SET ") + column + " = NULL", std::string("session ") + column);
  }
}

TEST_F(SaidTwice, ASitesPricesAndLimitsAreItsFirstSignals) {
  const std::string run_file = file();
  for (const char* column : {"driver_price_per_kwh", "v2g_price_per_kwh", "contract_kw", "export_limit_kw"}) {
    expect_found(run_file, std::string("UPDATE site SET ") + column + " = 1.05 * " + column,
                 std::string("site ") + column);
  }
  expect_found(run_file, "UPDATE site SET contract_kw = NULL", "site contract_kw");
}

TEST_F(SaidTwice, NoPowerIsAboveItsRating) {
  const std::string run_file = file();
  ASSERT_EQ(question(run_file, "SELECT max_kw FROM session"), 30.0);
  // The car takes 20 kW at most, on an EVSE of 30; the storage is used to its limits, 25 kW.
  expect_found(run_file, "UPDATE evse SET max_kw = 19 WHERE id = 1",
               "power above evse max_kw, session max_kw above evse max_kw");
  expect_found(run_file, "UPDATE session SET max_kw = 19.9", "power above session max_kw");
  expect_found(run_file, "UPDATE session SET max_kw = 30.1", "session max_kw above evse max_kw");
  expect_found(run_file, "UPDATE storage SET max_charge_kw = 24.9", "power above storage max_charge_kw");
  expect_found(run_file, "UPDATE storage SET max_discharge_kw = 24.9", "power above storage max_discharge_kw");
  const audit::Audit found = audit::audit_file(altered(run_file, "UPDATE evse SET max_kw = 19"));
  EXPECT_EQ(finding_of(found, "power above evse max_kw").of, "D-1");
  EXPECT_NEAR(finding_of(found, "power above evse max_kw").recount, 1.0, 1e-12);
}

TEST_F(SaidTwice, RowsThatNoRunMakesAreRefused) {
  const auto refusal = [&](const std::string& run_file, const std::string& sql) -> std::string {
    try {
      audit::audit_file(altered(run_file, sql));
    } catch (const record::RunFileError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal(file(), "UPDATE session SET number = 0, evse = NULL, ended = 'open_at_end'")
                .find("a session open at the end that never plugged in"),
            std::string::npos);

  //   grid --- upper --- lower --- the first EVSE; then upper is put below lower:  lower --- upper --- lower ...
  twin::World world = world_of_all_kinds();
  physics::Feeder upper, lower;
  upper.name = "upper";
  lower.name = "lower";
  lower.parent = 0;
  world.sites[0].feeders = {upper, lower};
  world.sites[0].evses[0].feeder = 1;
  const std::string with_feeders = record(world, by_the_hour({10.0}, {}));
  EXPECT_EQ(refusal(with_feeders, "UPDATE feeder SET max_kw = 1000"), "");
  EXPECT_NE(refusal(with_feeders, "UPDATE feeder SET parent = (SELECT max(id) FROM feeder) WHERE parent IS NULL")
                .find("feeders in a loop"),
            std::string::npos);
}

// ---- Half cycles

/// Depth of 100 kWh, half full, after hours of these powers.
audit::UseUntil used(const std::vector<double>& hourly_kw) {
  audit::BatteryUse use(100.0, 50.0, 1.0, 1.0, 0);
  audit::Ns t = 0;
  for (const double kw : hourly_kw) {
    use.add_power(t, t + hour_ns, {kw, 0.0});
    t += hour_ns;
  }
  return use.use_until(t);
}

TEST(HalfCycle, IsNotEndedByWhatDoesNotAlterTheContent) {
  // 20 kWh in one half cycle: depth 0.2. A real step back ends it: (10^2 + 1^2 + 10^2) / 21.
  EXPECT_NEAR(used({10.0, 10.0}).depth, 0.2, 1e-15);
  EXPECT_NEAR(used({10.0, -1e-17, 10.0}).depth, 0.2, 1e-15);
  EXPECT_NEAR(used({10.0, -1e-15, 1e-15, -1e-15, 10.0}).depth, 0.2, 1e-15);
  EXPECT_NEAR(used({10.0, -1.0, 10.0}).depth, 201.0 / 21.0 / 100.0, 1e-15);
  // 1e-9 kWh are far above the content's last bit, and energy that flowed: two half cycles of 10 kWh.
  EXPECT_NEAR(used({10.0, -1e-9, 10.0}).depth, 0.1, 1e-9);
}

TEST(HalfCycle, NothingFlowsWhereNothingMoves) {
  EXPECT_EQ(used({1e-24, -1e-24}).flow_kwh, 0.0);
  EXPECT_EQ(used({1e-24, -1e-24}).cycle_soc, 0.5);
  EXPECT_EQ(used({1e-24, -1e-24}).mean_soc, 0.5);
}

TEST_F(SaidTwice, ARunWithPowersOfRoundingIsAsRecounted) {
  const std::string run_file =
      record(world_of_all_kinds(), by_the_hour({0.0, 10.0, -1e-16, 10.0}, {10.0, -1e-16, 20.0}));
  ASSERT_EQ(question(run_file, "SELECT count(*) FROM power WHERE energy_kwh < 0 AND energy_kwh > -1e-12"), 2.0);
  EXPECT_NEAR(question(run_file, "SELECT depth FROM storage_use"), 0.3, 1e-12);
  // As if the rounding were a reversal: (10^2 + 20^2) / 30.
  expect_found(run_file, "UPDATE storage_use SET depth = 500 / 30.0 / 100", "storage_use depth");
}

TEST_F(SaidTwice, AStorageThatMovedOnlyRoundingWasNotUsed) {
  twin::World world = world_of_all_kinds();
  world.sites[0].storages[0].soc_start = 0.9;
  const std::string run_file = record(world, by_the_hour({}, {1e-24, -1e-24}));
  ASSERT_EQ(question(run_file, "SELECT count(*) FROM power WHERE storage IS NOT NULL"), 2.0);
  expect_found(run_file, "UPDATE storage_use SET cycle_soc = 0.9", "storage_use cycle_soc");
}

}  // namespace
}  // namespace evtwin::testing
