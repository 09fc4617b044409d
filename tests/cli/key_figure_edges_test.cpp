// Key figures where their words have to be read twice, against cases worked out by hand from those words.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;

class KeyFigureEdges : public Command {
 protected:
  json figures(const std::string& scenario) {
    const Said said = run({"run", write("edge.lua", scenario), "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json().at("kpi");
  }
  static double of(const json& kpi, const char* figure) { return kpi.at(figure).get<double>(); }
};

const std::string one_evse =
    "stations = { { name = 'A', evses = 1, kw = 11 } } }, arrivals = arrivals.poisson { per_hour = 0 }";
const std::string flat_price =
    "tariff = { currency = 'EUR', periods = { { from = '00:00', to = '24:00', price_per_kwh = 0.3 } }, ";
const std::string excess = flat_price + "demand = { price_per_kw = 10, excess_price_per_kw = 25 } }, ";

// 30 kW all day, 20 kW of contract but for one minute with 45 kW: the month's highest contract was never exceeded, the
// one in force for 24 x 60 - 1 min.
TEST_F(KeyFigureEdges, ExcessIsAboveTheHighestContractOfTheMonthItsMinutesAboveTheOneInForce) {
  const json kpi = figures(
      "return scenario { start = '2026-06-01', days = 1, timezone = 'Europe/Berlin', strategy = 'edf',\n"
      "site { contract_kw = 20, load = 30, " +
      excess + one_evse +
      ",\n"
      "at('2026-06-01T12:00', function(w) w.site.contract_kw = 45 end),\n"
      "at('2026-06-01T12:01', function(w) w.site.contract_kw = 20 end) }");
  EXPECT_EQ(of(kpi, "contract_excess_kw"), 0.0);
  EXPECT_EQ(of(kpi, "contract_excess_cost"), 0.0);
  EXPECT_NEAR(of(kpi, "contract_excess_min"), 1439.0, 1e-9);
}

// 5 kW now, 33 kW in the days before: 13 kW above 20, a day of the 30 of June: 13 x 25 / 30.
TEST_F(KeyFigureEdges, APeakBeforeTheRunIsAnExcessOfItsMonth) {
  const json kpi = figures(
      "return scenario { start = '2026-06-15', days = 1, timezone = 'Europe/Berlin', strategy = 'edf',\n"
      "site { contract_kw = 20, load = 5, past_peaks_kw = { ['2026-06'] = 33 }, " +
      excess + one_evse + " }");
  EXPECT_NEAR(of(kpi, "contract_excess_kw"), 13.0, 1e-9);
  EXPECT_NEAR(of(kpi, "contract_excess_cost"), 13.0 * 25.0 / 30.0, 1e-9);
  EXPECT_EQ(of(kpi, "contract_excess_min"), 0.0);
}

// 5 kWh out: 5 / 0.9 kWh less in the battery, / 0.8 at its terminals: 5 kWh of them fit into the hour at -0.2, which
// counts as 0, the rest costs 0.3.
TEST_F(KeyFigureEdges, NobodyIsPaidForRefilling) {
  const json kpi = figures(
      "return scenario { start = '2026-06-01', hours = 4, timezone = 'Europe/Berlin',\n"
      "strategy = function(v) return { B = v.hour == 1 and -5 or 0 } end,\n"
      "site { load = 10, tariff = { currency = 'EUR', periods = { { from = '00:00', to = '01:00', price_per_kwh = -0.2 "
      "},\n"
      "{ from = '01:00', to = '24:00', price_per_kwh = 0.3 } } },\n"
      "storage = { name = 'B', kwh = 20, kw = 5, efficiency = { 0.8, 0.9 }, soc_start = 0.5 }, " +
      one_evse + " }");
  EXPECT_NEAR(of(kpi, "storage_energy_value"), -(5.0 / 0.9 / 0.8 - 5.0) * 0.3, 1e-9);
}

// A full cycle a day for four days, without losses: 1 - 0.01 x sqrt(n) is 0.8 after 400 of them, and 0.57 in five
// years. The same storage at rest: time takes 0.0004 x days^0.75, so that 500^(4/3) = 3,968.5 days.
TEST_F(KeyFigureEdges, AStorageLastsAsLongAsTheLawSaysOfTheRunsDailyUse) {
  const auto scenario = [](const std::string& ageing, const std::string& kw) {
    return "return scenario { start = '2026-06-01', days = 4, timezone = 'UTC',\n"
           "strategy = function(v) return { B = " +
           kw +
           " } end,\n"
           "site { load = 60, storage = { name = 'B', kwh = 50, kw = 50, soc_start = 0, ageing = { " +
           ageing + " } }, " + one_evse + " }";
  };
  const json cycled =
      figures(scenario("calendar = 0, cyclic = 0.01", "v.hour == 2 and 50 or v.hour == 18 and -50 or 0"));
  EXPECT_NEAR(of(cycled, "storage_cycles"), 4.0, 1e-9);
  EXPECT_NEAR(of(cycled, "storage_life_years"), 400.0 / 365.25, 1e-9);
  EXPECT_NEAR(of(cycled, "storage_soh_5y"), 1.0 - 0.01 * std::sqrt(5 * 365.25), 1e-12);
  EXPECT_NEAR(of(cycled, "storage_wear_cyclic"), 0.01 * (std::sqrt(734.0) - std::sqrt(730.0)), 1e-12);
  EXPECT_TRUE(cycled.at("vehicle_life_years").is_null());
  const json at_rest = figures(scenario("calendar = 0.0004, cyclic = 0.01", "0"));
  EXPECT_NEAR(of(at_rest, "storage_life_years"), std::pow(500.0, 4.0 / 3.0) / 365.25, 1e-8);
}

// A visit a day for two days: 20 of 50 kWh each, that the road takes. 0.4 full cycles a day: (0.2 / 0.01)^2 / 0.4 days.
TEST_F(KeyFigureEdges, AFleetLastsAsLongAsItsMeanVisitADaySays) {
  const json kpi = figures(
      "return scenario { start = '2026-06-01', days = 2, timezone = 'UTC', strategy = 'asap',\n"
      "vehicles = { { name = 'car', battery_kwh = 50, ac_kw = 11, efficiency = 1, ageing = { calendar = 0, cyclic = "
      "0.01 "
      "} } },\n"
      "site { stations = { { name = 'A', evses = 1, kw = 11 } } }, arrivals = bookings {\n"
      "{ arrive = '2026-06-01T08:00', leave = '2026-06-01T16:00', vehicle = 'car', soc = 0.4, target = 0.8 },\n"
      "{ arrive = '2026-06-02T08:00', leave = '2026-06-02T16:00', vehicle = 'car', soc = 0.5, target = 0.9 } } }");
  EXPECT_NEAR(of(kpi, "vehicle_life_years"), 1000.0 / 365.25, 1e-8);
  EXPECT_TRUE(kpi.at("storage_life_years").is_null());
  EXPECT_TRUE(kpi.at("storage_soh_5y").is_null());
}

// A car that wants 0.1 x 50 kWh / 0.9 gives 20 kWh at the meter: 20 / 0.8 of its battery, / 0.9 at the meter to put
// back.
TEST_F(KeyFigureEdges, ACarThatWasEmptiedGotLessThanNothing) {
  const json kpi = figures(
      "return scenario { start = '2026-06-01', hours = 8, timezone = 'UTC',\n"
      "vehicles = { { name = 'car', battery_kwh = 50, dc_kw = 50, efficiency = { 0.9, 0.8 }, v2g = true,\n"
      "discharge_kw = 10, soc_floor = 0.1, soc_known = true } },\n"
      "strategy = function(v) return { ['A-1'] = v.hour < 2 and -10 or 0 } end,\n"
      "site { unmet_price_per_kwh = 1, " +
      flat_price +
      "},\n"
      "stations = { { name = 'A', evses = 1, kind = 'dc', kw = 10, bidirectional = true } } },\n"
      "arrivals = bookings { { id = 'x', arrive = '2026-06-01T00:00', leave = '2026-06-01T06:00', vehicle = 'car',\n"
      "evse = 'A-1', soc = 0.8, target = 0.9, v2g = true } } }");
  const double wanted_kwh = 5.0 / 0.9, got_kwh = -20.0 / 0.8 / 0.9;
  EXPECT_NEAR(of(kpi, "v2g_kwh"), 20.0, 1e-9);
  EXPECT_NEAR(of(kpi, "energy_served_kwh"), got_kwh, 1e-9);
  EXPECT_NEAR(of(kpi, "served_fraction"), got_kwh / wanted_kwh, 1e-9);
  EXPECT_NEAR(of(kpi, "unmet_kwh"), wanted_kwh - got_kwh, 1e-9);
  EXPECT_EQ(of(kpi, "satisfaction_mean"), 0.0);
}

}  // namespace
}  // namespace evtwin::testing
