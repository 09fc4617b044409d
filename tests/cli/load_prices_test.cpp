// Dynamic prices and what drivers make of them, on scenarios/load_prices.lua: everything that the logit decides is
// worked out again here, from the departures and prices that the program tells.
#include <cmath>
#include <map>

#include "cli/command.hpp"
#include "record/sqlite.hpp"

namespace evtwin::testing {
namespace {

class LoadPrices : public Command {
 protected:
  const std::string scenario = source_dir + "/scenarios/load_prices.lua";

  nlohmann::json traffic(const std::string& gain) {
    const Said said = run({"roads", "traffic", scenario, "--set", "gain=" + gain, "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json();
  }
};

// Arch at price p against Bow at 300, all else alike: P = 1 / (1 + e^(0.01 (p - 300))). Summed over the instants at
// which drivers chose, as they left town: everybody must stop once.
TEST_F(LoadPrices, DemandAndElasticityAreTheClosedForm) {
  const std::string file = path("a.evtwin");
  const Said made = run({"run", scenario, "--out", file});
  ASSERT_EQ(made.status, 0) << made.err;
  const record::Database database(file, SQLITE_OPEN_READONLY);
  const auto price_at = [&](std::int64_t t) {
    record::Statement row(database, "SELECT price_per_kwh FROM road_price WHERE station = 1 AND start_ns <= " +
                                        std::to_string(t) + " ORDER BY start_ns DESC LIMIT 1");
    EXPECT_TRUE(row.next_row());
    return row.column_real(0);
  };
  double chosen = 0.0, response = 0.0;
  std::size_t choices = 0;
  // Who leaves town for the services has chosen then; who drives through has a way of two roads.
  record::Statement legs(database,
                         "SELECT l.start_ns FROM road_leg l JOIN (SELECT way, min(road) AS road FROM road_way_part "
                         "GROUP BY way HAVING count(*) = 1) w ON w.way = l.way JOIN road r ON r.id = w.road "
                         "JOIN road_node n ON n.id = r.from_node WHERE n.name = 'town'");
  while (legs.next_row()) {
    const double price = price_at(legs.column_integer(0));
    const double chance = 1.0 / (1.0 + std::exp(0.01 * (price - 300.0)));
    chosen += chance;
    response += chance * -0.01 * price * (1.0 - chance);
    ++choices;
  }
  const auto told = traffic("0.5");
  const auto arch = told["stations"][0], bow = told["stations"][1];
  EXPECT_EQ(arch["station"], "Arch");
  EXPECT_GT(choices, 100U);
  EXPECT_NEAR(arch["choices"].get<double>() + bow["choices"].get<double>(), static_cast<double>(choices), 1e-9);
  EXPECT_NEAR(arch["choices"].get<double>(), chosen, 1e-9);
  EXPECT_NEAR(arch["price_elasticity"].get<double>(), response / chosen, 1e-9);
  // What was drawn is what was to be expected, within four standard deviations of so many draws of a half.
  EXPECT_NEAR(arch["visits"].get<double>(), chosen, 2.0 * std::sqrt(static_cast<double>(choices)));
}

// 300 x (1 + 0.5 x (use - 0.2)), by the charger-hours of the hour before, counted from the visits.
TEST_F(LoadPrices, EachPriceFollowsTheHourBefore) {
  const std::string file = path("a.evtwin");
  ASSERT_EQ(run({"run", scenario, "--out", file}).status, 0);
  const record::Database database(file, SQLITE_OPEN_READONLY);
  record::Statement steps(database,
                          "SELECT p.price_per_kwh, (SELECT total(max(0, min(v.end_ns, p.start_ns) - max(v.begin_ns, "
                          "p.start_ns - 3600000000000))) FROM road_visit v WHERE v.station = 1) / (16 * 3600e9) FROM "
                          "road_price p WHERE station = 1 ORDER BY start_ns");
  ASSERT_TRUE(steps.next_row());
  EXPECT_EQ(steps.column_real(0), 300.0);
  std::size_t count = 0;
  double dearest = 0.0;
  for (; steps.next_row(); ++count) {
    EXPECT_NEAR(steps.column_real(0), 300.0 * (1.0 + 0.5 * (steps.column_real(1) - 0.2)), 1e-9);
    dearest = std::max(dearest, steps.column_real(0));
  }
  EXPECT_GE(count, 20U);
  EXPECT_GT(dearest, 300.0);

  // The site bills each kWh at the price of its time: its signal has the same steps.
  record::Statement signal(database,
                           "SELECT count(*) FROM (SELECT start_ns, price_per_kwh FROM road_price WHERE station = 1 "
                           "EXCEPT SELECT start_ns, value FROM signal WHERE kind = 'driver_price_per_kwh')");
  ASSERT_TRUE(signal.next_row());
  EXPECT_EQ(signal.column_integer(0), 0);
  EXPECT_EQ(run({"audit", file}).status, 0);
}

// The claims of the scenario's own head.
TEST_F(LoadPrices, ALittleLowersThePeakAndTooMuchRaisesIt) {
  const auto one = traffic("0")["stations"][0], little = traffic("0.5")["stations"][0],
             much = traffic("1.5")["stations"][0];
  EXPECT_NEAR(one["price_elasticity"].get<double>(), -0.01 * 300.0 * 0.5, 1e-12);
  EXPECT_LT(little["peak_kw"].get<double>(), one["peak_kw"].get<double>());
  EXPECT_GT(much["peak_kw"].get<double>(), one["peak_kw"].get<double>());
  EXPECT_LT(little["money"].get<double>(), one["money"].get<double>());
}

TEST_F(LoadPrices, SlipsAreOneLineEach) {
  const std::string head = R"(return scenario { name = "s", start = "2026-10-02", days = 1, timezone = "Asia/Seoul",
  vehicles = { { name = "car", battery_kwh = 60, dc_kw = 100 } }, site { stations = { { name = "A", evses = 1, kw = 7 } } },
  roads = { nodes = { { id = "a", lat = 37, lon = 127 }, { id = "b", lat = 37.4, lon = 127 }, { id = "c", lat = 37.8, lon = 127 } },
    edges = { { from = "a", to = "b", km = 50, speed_kmh = 100 }, { from = "b", to = "c", km = 50, speed_kmh = 100 } },
    stations = { { name = "S", node = "b", kw = 50, price_per_kwh = 300, pricing = )";
  const std::string tail =
      R"( } }, trips = { { from = "a", to = "c", per_hour = 5, soc_low = 0.25, soc_high = 0.3 } } } })";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{ gian = 1 }", "did you mean 'gain'?"},
      {"{ lowest_per_kwh = 400, highest_per_kwh = 300 }", "is above highest_per_kwh"},
      {"function(station) return -1 end", "returned the price -1 at 2026-10-02"},
      {"function(station) return \"dear\" end", "a price per kWh is due"},
      {"function(station) return station.nothing + 1 end", "nothing"},
  };
  for (const auto& [rule, message] : cases) {
    const Said said = run({"roads", "traffic", write("s.lua", head + rule + tail)});
    EXPECT_EQ(said.status, 1) << rule << said.out;
    EXPECT_NE(said.err.find(message), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
  const Said own = run(
      {"roads", "traffic",
       write("s.lua", head +
                          "function(s) assert(s.weekday == 5 and s.use >= 0 and s.charging and s.waiting and s.price) "
                          "return s.base + s.hour end" +
                          tail),
       "--json"});
  ASSERT_EQ(own.status, 0) << own.err;
  // Who begins in hour h pays 300 + h: the mean lies between.
  const auto station = own.json()["stations"][0];
  EXPECT_GT(station["money"].get<double>() / station["kwh"].get<double>(), 300.0);
  EXPECT_LT(station["money"].get<double>() / station["kwh"].get<double>(), 323.0);
}

}  // namespace
}  // namespace evtwin::testing
