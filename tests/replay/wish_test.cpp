// A transaction that goes on and says what its driver asked for: the twin says when it is done.
#include <gtest/gtest.h>

#include "market/calendar.hpp"
#include "replay/as_logged.hpp"
#include "scenario/loader.hpp"
#include "support/temporary_file.hpp"
#include "twin/observer.hpp"
#include "twin/simulation.hpp"

namespace evtwin::replay {
namespace {

constexpr const char* object =
    R"({"chargePointId": "CP", "transactionId": "X1", "connectorId": 1, "meterStart_Wh": 300000,
  "targetEnergy_kWh": 40, "startSOC_percent": 20, "chargingStartTime": "2025-06-25T15:00:00Z",
  "chargingProfileId": 2001, "profileStartTime": "2025-06-25T15:05:00Z", "maxCurrent_A": 16, "status": "Charging"})";
constexpr const char* site = R"(return scenario { start = "2025-06-25", days = 2, timezone = "UTC",
  site { voltage_v = 230, stations = { { name = "CP", evses = { "CP-1" }, max_a = 32, phases = 1 } } },
  arrivals = ocpp "case.json", strategy = "asap" })";

class Watcher final : public twin::Observer {
 public:
  kernel::TimeNs last_ns = 0;
  double kwh = 0.0;
  double soc_start = 0.0, soc_end = 0.0;
  void on_session(const twin::SessionRecord& session) override {
    soc_start = session.soc_start;
    soc_end = session.soc_end;
  }
  void on_power(const twin::PowerSegment& segment) override {
    if (segment.subject != twin::Subject::evse || segment.kw == 0.0) return;
    last_ns = segment.end_ns;
    kwh += segment.energy_kwh;
  }
};

TEST(Wish, TheTwinSaysWhenItIsDone) {
  const evtwin::testing::TemporaryFolder folder;
  folder.write("case.json", object);
  const auto loaded = scenario::load_scenario(folder.write("site.lua", site), {});
  Watcher watcher;
  twin::RunOptions run;
  run.observer = &watcher;
  const auto no_limits = std::make_shared<const LoggedLimits>(loaded.world.sites.front().evses.size());
  twin::simulate(loaded.world, as_logged(no_limits), run);
  EXPECT_NEAR(watcher.kwh, 40.0, 1e-9);
  // 16 A x 230 V = 3.68 kW.
  const kernel::TimeNs start = market::parse_instant("2025-06-25T15:00:00Z", market::Calendar());
  EXPECT_NEAR(kernel::hours_between(start, watcher.last_ns), 40.0 / 3.68, 1e-9);
  EXPECT_EQ(watcher.soc_start, 0.2);
  EXPECT_NEAR(watcher.soc_end, 1.0, 1e-9) << "40 kWh into the least battery that holds them";
  std::string words;
  for (const auto& flag : loaded.world.flags) words += flag.reason + "\n";
  EXPECT_NE(words.find("goes on: it takes the 40 kWh that were asked for, and stays for 24 h"), std::string::npos)
      << words;
  EXPECT_NE(words.find("at most 16 A"), std::string::npos) << words;
  EXPECT_NE(words.find("20 % full, is taken as 50 kWh"), std::string::npos) << words;
}

}  // namespace
}  // namespace evtwin::replay
