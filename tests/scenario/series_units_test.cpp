// The names of a series' columns say what their values are, at each place of a scenario that takes a csv.
#include <gtest/gtest.h>

#include "scenario_folder.hpp"

namespace evtwin::scenario {
namespace {

using testing::load_error;
using testing::options_with_library;
using testing::scenario_text;
using testing::TemporaryFolder;

constexpr const char* tariff_of_file = "tariff = { currency = 'KRW', series = csv 's.csv' }";

// A scenario that reads s.csv, of two rows under that name.
class SeriesUnits : public ::testing::Test {
 protected:
  twin::Site site(const std::string& in_site, const std::string& column, const std::string& first_value) {
    write(column, first_value);
    LoadedScenario loaded = load_scenario(folder_.write("test.lua", scenario_text(in_site)), options_with_library());
    for (const auto& flag : loaded.world.flags) notes_ += flag.reason + "\n";
    return loaded.world.sites[0];
  }
  std::string refusal(const std::string& in_site, const std::string& column) {
    write(column, "1");
    return load_error(folder_, scenario_text(in_site));
  }
  static double first(const market::Signal& signal) { return std::get<market::Series>(signal).values()[0]; }

  std::string notes_;

 private:
  void write(const std::string& column, const std::string& value) {
    folder_.write("s.csv", "time,\"" + column + "\"\n2025-06-02 00:00," + value + "\n2025-06-02 12:00,0\n");
  }
  TemporaryFolder folder_;
};

TEST_F(SeriesUnits, ALoadInWattsIsReadAsSuch) {
  EXPECT_EQ(first(site("load = csv 's.csv'", "load_w", "7400").load_kw), 7.4);
  EXPECT_NE(notes_.find("s.csv: column 'load_w' names W; its values are divided by 1000 and taken as kW"),
            std::string::npos)
      << notes_;
  EXPECT_NE(refusal("load = csv 's.csv'", "load_kwh").find("s.csv:1: column 'load_kwh' names energy"),
            std::string::npos);
  EXPECT_NE(refusal("load = csv 's.csv'", "kw_per_kwp").find("power per kW of installed PV"), std::string::npos);
}

TEST_F(SeriesUnits, AScaleOfTheScenariosOwnConvertsAlone) {
  EXPECT_EQ(first(site("load = csv { 's.csv', scale = 0.001 }", "load_w", "7400").load_kw), 7400 * 0.001);
  EXPECT_NE(notes_.find("taken as kW"), std::string::npos) << notes_;
}

TEST_F(SeriesUnits, PvTakesPowerInAnyUnitAndPowerPerInstalledKw) {
  EXPECT_EQ(first(site("pv = { profile = csv 's.csv' }", "P (W)", "7400").pv_kw), 7.4);
  EXPECT_EQ(first(site("pv = { peak_kw = 10, profile = csv 's.csv' }", "kW/kWp", "0.5").pv_kw), 5.0);
  EXPECT_EQ(first(site("pv = { peak_kw = 10, profile = csv 's.csv' }", "W/kWp", "500").pv_kw), 5.0);
  EXPECT_NE(refusal("pv = { profile = csv 's.csv' }", "electricity").find("whose unit is not known"),
            std::string::npos);
}

TEST_F(SeriesUnits, PricesPerMwhAreConvertedAndThoseOfAnotherCurrencyRefused) {
  EXPECT_EQ(*site(tariff_of_file, "SMP (KRW/MWh)", "120000").tariff.prices_per_kwh.values().begin(), 120.0);
  EXPECT_NE(notes_.find("divided by 1000 and taken as KRW/kWh"), std::string::npos) << notes_;
  EXPECT_NE(refusal(tariff_of_file, "eur_per_mwh")
                .find("s.csv:1: column 'eur_per_mwh' names prices in EUR, and the tariff's currency is KRW"),
            std::string::npos);
}

TEST_F(SeriesUnits, CarbonInGramsIsReadAsSuch) {
  EXPECT_EQ(first(site("co2_kg_per_kwh = csv 's.csv'", "gCO2eq/kWh", "417").co2_kg_per_kwh), 0.417);
}

}  // namespace
}  // namespace evtwin::scenario
