#include "replay/recorded_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::replay {
namespace {

std::vector<RecordedEvse> named(const std::vector<std::string>& names) {
  std::vector<RecordedEvse> evses;
  for (const std::string& name : names) evses.emplace_back().name = name;
  return evses;
}

TEST(RecordedRun, EvsesCountedFromOneAreOneStation) {
  auto evses = named({"A-1", "A-2", "B-1", "A-3"});
  EXPECT_EQ(name_stations(evses), (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(evses[3].station, "A");
  EXPECT_EQ(evses[3].number, 3);
}

TEST(RecordedRun, NumbersWithGapsOrTwiceAreNamesAndNoNumbers) {
  auto evses = named({"CA-308", "CA-508", "X-1", "X-1", "Y-01", "-1", "Z-", "Z"});
  EXPECT_EQ(name_stations(evses), (std::vector<std::string>{"CA-308", "CA-508", "X-1", "Y-01", "-1", "Z-", "Z"}));
  for (const RecordedEvse& evse : evses) EXPECT_EQ(evse.number, 1);
}

TEST(RecordedRun, AStationIsNotNamedAsAnotherEvseIs) {
  auto evses = named({"A-1", "A-2", "A"});
  EXPECT_EQ(name_stations(evses), (std::vector<std::string>{"A-1", "A-2", "A"}));
}

TEST(RecordedRun, ATaperIsMeteredByItsClosedForm) {
  // 10 kW falling by 1 kW per kWh: after an hour e^-1 of it is left, and 10 (1 - e^-1) kWh have flowed.
  const double kwh = 10.0 * (1.0 - std::exp(-1.0));
  const RecordedPower taper{0, kernel::hour_ns, 10.0, -1.0, kwh};
  EXPECT_DOUBLE_EQ(taper.kw_at(kernel::hour_ns), 10.0 * std::exp(-1.0));
  EXPECT_NEAR(taper.energy_kwh_until(kernel::hour_ns - 1), kwh, 1e-9);
  EXPECT_NEAR(taper.energy_kwh_until(kernel::hour_ns / 2), 10.0 * (1.0 - std::exp(-0.5)), 1e-12);
}

}  // namespace
}  // namespace evtwin::replay
