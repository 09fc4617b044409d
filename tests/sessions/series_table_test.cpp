#include "sessions/series_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::shared_file;
using ::testing::StartsWith;
using testing::TemporaryFile;

const market::Calendar series_zone("Asia/Seoul");
const market::Calendar utc;

TimeNs series_at(std::string_view text, const market::Calendar& calendar = series_zone) {
  return market::parse_instant(text, calendar);
}

SeriesTable series_of_text(std::string_view content, const SeriesOptions& options = {}) {
  const TemporaryFile file(content);
  return read_series("pv.csv", file.path(), series_zone, options);
}

std::string series_refusal(std::string_view content, const SeriesOptions& options = {}) {
  return message_of<InputError>([&] { series_of_text(content, options); });
}

TEST(SeriesTable, TimesWithOffsetOrLocalAndOneColumnOfValues) {
  for (const char* text : {"time,kw\n2025-06-02T00:00:00+09:00,1\n2025-06-02T01:00:00+09:00,2.5\n",
                           "time,anything\n2025-06-02 00:00,1\n2025-06-02 01:00,2.5\n",
                           "when;kw\n2025-06-01T15:00Z;1\n2025-06-01T16:00Z;2.5\n"}) {
    const SeriesTable table = series_of_text(text);
    EXPECT_EQ(table.series.begin_ns(), series_at("2025-06-02T00:00"));
    EXPECT_THAT(table.series.values(), ElementsAre(1.0, 2.5));
    // The last value holds as long as the step before it.
    EXPECT_EQ(table.series.end_ns(), series_at("2025-06-02T02:00"));
    EXPECT_THAT(table.flags, IsEmpty());
  }
}

TEST(SeriesTable, ColumnIsTheOneAskedForOrTheFirstKnownOne) {
  const char* text = "time,local_time,price,kw\n2025-06-02T00:00Z,x,1,2\n2025-06-02T01:00Z,x,3,4\n";
  EXPECT_THAT(series_of_text(text, {.accepted = {"price_per_kwh", "kw"}}).series.values(), ElementsAre(2.0, 4.0));
  EXPECT_THAT(series_of_text(text, {.column = "price", .accepted = {"kw"}}).series.values(), ElementsAre(1.0, 3.0));
  EXPECT_EQ(series_of_text(text, {.column = "price"}).column, "price");
  EXPECT_THAT(series_refusal(text), AllOf(HasSubstr("several columns"), HasSubstr("price, kw"), HasSubstr("column =")));
  EXPECT_THAT(series_refusal(text, {.column = "pirce"}), HasSubstr("'pirce' is missing"));
  EXPECT_THAT(series_refusal(text, {.column = "time"}), HasSubstr("holds the times"));
  EXPECT_THAT(series_refusal("time\n2025-06-02T00:00Z\n", {.accepted = {"kw"}}), HasSubstr("time,kw"));
}

TEST(SeriesTable, ScaleIsAppliedAfterTheCheck) {
  EXPECT_THAT(
      series_of_text("time,w\n2025-06-02T00:00Z,1000\n2025-06-02T01:00Z,2000\n", {.most = 5000.0, .scale = 0.001})
          .series.values(),
      ElementsAre(1.0, 2.0));
}

TEST(SeriesTable, ValuesThatAreNoneAreErrorsWithTheirLine) {
  const auto row = [](std::string_view value) {
    return series_refusal("time,kw\n2025-06-02T00:00Z,0\n2025-06-02T01:00Z," + std::string(value) + "\n",
                          {.least = 0.0});
  };
  EXPECT_THAT(row("nan"), AllOf(StartsWith("pv.csv:3: kw: "), HasSubstr("'nan'")));
  EXPECT_THAT(row("-5"), AllOf(StartsWith("pv.csv:3: kw: "), HasSubstr("'-5'"), HasSubstr("outside 0 to")));
  EXPECT_THAT(row("sunny"), AllOf(StartsWith("pv.csv:3: kw: "), HasSubstr("'sunny'")));
  EXPECT_THAT(row("1e300"), HasSubstr("'1e300'"));
  EXPECT_THAT(row("-0.0"), "accepted");
}

TEST(SeriesTable, ValuesTooLargeOnceScaledAreErrorsWithTheirLine) {
  const char* text = "time,kw\n2025-06-02T00:00Z,1\n2025-06-02T01:00Z,1e8\n";
  EXPECT_THAT(series_refusal(text, {.scale = 1e301}),
              AllOf(StartsWith("pv.csv:3: kw: '1e8'"), HasSubstr("times 1e+301")));
  EXPECT_THAT(series_of_text(text, {.scale = 1e290}).series.values(), ElementsAre(1e290, 1e8 * 1e290));
}

TEST(SeriesTable, RowsMustAscend) {
  EXPECT_THAT(series_refusal("time,kw\n2025-06-02T01:00Z,1\n2025-06-02T01:00Z,2\n"),
              AllOf(StartsWith("pv.csv:3: "), HasSubstr("not later")));
  EXPECT_THAT(series_refusal("time,kw\n2025-06-02T01:00Z,1\n2025-06-02T00:00Z,2\n"), HasSubstr("ascend"));
  EXPECT_THAT(series_refusal("time,kw\n2025-06-02T01:00Z,1\nyesterday,2\n"), StartsWith("pv.csv:3: time: "));
}

TEST(SeriesTable, TwoRowsAtLeast) {
  EXPECT_THAT(series_refusal("time,kw\n"), HasSubstr("no rows"));
  EXPECT_THAT(series_refusal("time,kw\n2025-06-02T01:00Z,1\n"), HasSubstr("a single row"));
}

TEST(SeriesTable, MustCoverWhatTheRunNeeds) {
  const char* text = "time,kw\n2025-06-02T00:00,1\n2025-06-02T12:00,2\n";
  SeriesOptions options;
  options.need_from_ns = series_at("2025-06-02");
  options.need_to_ns = series_at("2025-06-03");
  EXPECT_EQ(series_refusal(text, options), "accepted");
  options.need_to_ns += 1;
  EXPECT_THAT(series_refusal(text, options),
              AllOf(StartsWith("pv.csv: its 2 rows cover 2025-06-02 00:00 to 2025-06-03 00:00"),
                    HasSubstr("needs 2025-06-02 00:00")));
  options.need_from_ns -= 1;
  EXPECT_THAT(series_refusal(text, options), HasSubstr("cover"));
}

TEST(SeriesTable, HolesInARegularSeriesAreSaid) {
  std::string regular = "time,kw\n";
  std::string with_hole = regular;
  std::string irregular = regular;
  for (int h = 0; h < 24; ++h) {
    const std::string row =
        std::string("2025-06-02T") + (h < 10 ? "0" : "") + std::to_string(h) + ":00," + std::to_string(h) + "\n";
    regular += row;
    if (h != 7) with_hole += row;
    if (h * h % 5 < 2) irregular += row;
  }
  EXPECT_THAT(series_of_text(regular).flags, IsEmpty());
  EXPECT_THAT(series_of_text(irregular).flags, IsEmpty());
  const SeriesTable holed = series_of_text(with_hole);
  ASSERT_EQ(holed.flags.size(), 1U);
  EXPECT_THAT(holed.flags[0].reason,
              AllOf(HasSubstr("1 hole"), HasSubstr("every 60 min"), HasSubstr("2025-06-02 06:00")));
  EXPECT_EQ(holed.series.value_at(series_at("2025-06-02T07:30")), 6.0);
}

TEST(SeriesTable, SharedBadInputIsRefusedNamingTheFile) {
  const std::string folder = shared_file("bad_input/lua/");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no shared cases at " << folder;
  SeriesOptions options;
  options.accepted = {"kw"};
  options.least = 0.0;
  options.need_from_ns = series_at("2025-06-02");
  options.need_to_ns = series_at("2025-06-03");
  const auto reading = [&](const std::string& name) {
    return message_of<InputError>([&] { read_series(name, folder + name, series_zone, options); });
  };
  EXPECT_EQ(reading("pv_ok.csv"), "accepted");
  EXPECT_THAT(reading("pv_short.csv"),
              StartsWith("pv_short.csv: its 5 rows cover 2025-06-02 00:00 to 2025-06-02 05:00"));
  EXPECT_THAT(reading("pv_bad.csv"), StartsWith("pv_bad.csv:11: kw: 'nan'"));
  EXPECT_THAT(reading("no_such.csv"), StartsWith("no_such.csv: there is no such file"));
}

TEST(SeriesTable, SharedPvAndCarbonAreRead) {
  const std::string pv = shared_file("data/pv/netherlands_2019_hourly.csv.gz");
  const std::string carbon = shared_file("data/carbon/SGIP_CAISO_SCE_2019-05.csv.gz");
  if (!std::filesystem::exists(pv) || !std::filesystem::exists(carbon)) GTEST_SKIP() << "no shared data at " << pv;
  const SeriesTable sun = read_series("pv", pv, utc, {.accepted = {"kw", "electricity"}, .least = 0.0});
  EXPECT_EQ(sun.series.values().size(), 8760U);
  EXPECT_TRUE(sun.series.covers_span(series_at("2019-01-01", utc), series_at("2020-01-01", utc)));
  EXPECT_THAT(sun.flags, IsEmpty());
  const SeriesTable co2 = read_series("carbon", carbon, utc, {.column = "moer"});
  EXPECT_EQ(co2.series.values().size(), 9504U);
  EXPECT_DOUBLE_EQ(co2.series.value_at(series_at("2019-04-30T00:07Z")), 0.224873336645712);
}

// A table of two rows whose second column has that name.
std::string column_of(std::string_view name, std::string_view values = "7400\n2025-06-02 01:00,-250\n") {
  return "time,\"" + std::string(name) + "\"\n2025-06-02 00:00," + std::string(values);
}

TEST(SeriesTable, PowerInAnotherUnitIsConvertedAndSaid) {
  SeriesOptions options;
  options.quantity = Quantity::power;
  for (const char* name : {"load_w", "Load (W)", "P [W]", "power W", "W", "Load in watts", "w", "Wh/h"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_THAT(table.series.values(), ElementsAre(7.4, -0.25)) << name;
    ASSERT_EQ(table.flags.size(), 1U) << name;
    EXPECT_THAT(table.flags[0].reason, AllOf(StartsWith("pv.csv: column '" + std::string(name)),
                                             HasSubstr("divided by 1000 and taken as kW")));
  }
  for (const char* name : {"power [MW]", "load_mw", "megawatts", "MWh/h"})
    EXPECT_THAT(series_of_text(column_of(name), options).series.values(), ElementsAre(7.4e6, -250e3)) << name;
  // In kW nothing is said: also where another word could be a unit, or the name has one in brackets.
  for (const char* name : {"kw", "load_kw", "Load (kW)", "Electricity:Facility [kW](Hourly)", "Array DC power | (kW)",
                           "kWh/h", "load_kwh_per_h", "wing w (kW)", "wing w kW", "W-wing, kW"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_THAT(table.series.values(), ElementsAre(7400.0, -250.0)) << name;
    EXPECT_THAT(table.flags, IsEmpty()) << name;
  }
}

TEST(SeriesTable, ANameWithoutAUnitIsSaid) {
  SeriesOptions options;
  options.quantity = Quantity::power;
  for (const char* name : {"load", "value", "West w wing", "20kW array"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_THAT(table.series.values(), ElementsAre(7400.0, -250.0)) << name;
    ASSERT_EQ(table.flags.size(), 1U) << name;
    EXPECT_THAT(table.flags[0].reason, HasSubstr("names no unit; taken as kW")) << name;
  }
  options.has_own_scale = true;
  EXPECT_THAT(series_of_text(column_of("load"), options).flags, IsEmpty());
}

TEST(SeriesTable, OtherQuantitiesAreRefusedByTheirName) {
  SeriesOptions options;
  options.quantity = Quantity::power;
  for (const char* name : {"load_kwh", "Load (kWh)", "energy_wh", "kWh per 15min", "MJ"})
    EXPECT_THAT(series_refusal(column_of(name), options),
                AllOf(StartsWith("pv.csv:1: column '"), HasSubstr("names energy"), HasSubstr("scale = 4")))
        << name;
  EXPECT_THAT(series_refusal(column_of("kVA"), options), HasSubstr("apparent power"));
  EXPECT_THAT(series_refusal(column_of("W/m2"), options), HasSubstr("power per something"));
  EXPECT_THAT(series_refusal(column_of("mW"), options), HasSubstr("milliwatts"));
  EXPECT_THAT(series_refusal(column_of("load_kw_w"), options), HasSubstr("more than one unit, kW and W"));
  // A scale of one's own says what the values are, and that the name says otherwise is a note.
  options.has_own_scale = true;
  const SeriesTable own = series_of_text(column_of("load_kwh"), options);
  EXPECT_THAT(own.series.values(), ElementsAre(7400.0, -250.0));
  ASSERT_EQ(own.flags.size(), 1U);
  EXPECT_THAT(own.flags[0].reason, HasSubstr("names kWh; its values times the scale given are taken as kW"));
}

TEST(SeriesTable, LimitsHoldInTheUnitThatIsDue) {
  SeriesOptions options;
  options.quantity = Quantity::power;
  options.least = 0.0;
  options.most = 10.0;
  EXPECT_EQ(series_refusal(column_of("load_w", "7400\n2025-06-02 01:00,9999\n"), options), "accepted");
  EXPECT_THAT(series_refusal(column_of("load_w", "7400\n2025-06-02 01:00,10001\n"), options),
              AllOf(StartsWith("pv.csv:3: load_w: '10001'"), HasSubstr("outside 0 to 10000")));
}

TEST(SeriesTable, PvPerInstalledPowerIsKnown) {
  SeriesOptions options;
  options.quantity = Quantity::power;
  for (const char* name : {"kw_per_kwp", "kW/kWp", "W/Wp", "pv kW per kWp"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_TRUE(table.unit.per_kwp) << name;
    EXPECT_THAT(table.series.values(), ElementsAre(7400.0, -250.0)) << name;
    EXPECT_THAT(table.flags, IsEmpty()) << name;
  }
  EXPECT_THAT(series_of_text(column_of("W/kWp"), options).series.values(), ElementsAre(7.4, -0.25));
}

TEST(SeriesTable, PricesPerAnotherUnitAreConvertedAndSaid) {
  SeriesOptions options;
  options.quantity = Quantity::price;
  options.currency = "EUR";
  for (const char* name : {"eur_per_mwh", "Price (EUR/MWh)", "price_eur_mwh", "Day-ahead Price [EUR/MWh]", "€/MWh",
                           "price_per_mwh", "MWh price, EUR", "euro per MWh", "Price / MWh", "price_per_mwh_eur"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_THAT(table.series.values(), ElementsAre(7.4, -0.25)) << name;
    ASSERT_EQ(table.flags.size(), 1U) << name;
    EXPECT_THAT(table.flags[0].reason, HasSubstr("divided by 1000 and taken as EUR/kWh")) << name;
  }
  for (const char* name : {"ct/kWh", "EUR ct/kWh", "cents_per_kwh", "eurocent/kWh", "c/kWh", "Price (ct)"})
    EXPECT_THAT(series_of_text(column_of(name), options).series.values(), ElementsAre(74.0, -2.5)) << name;
  for (const char* name : {"price_per_kwh", "EUR/kWh", "eur_kwh", "price_all_per_kwh", "Strompreis EUR pro kWh"}) {
    const SeriesTable table = series_of_text(column_of(name), options);
    EXPECT_THAT(table.series.values(), ElementsAre(7400.0, -250.0)) << name;
    EXPECT_THAT(table.flags, IsEmpty()) << name;
  }
  EXPECT_THAT(series_of_text(column_of("Price"), options).flags[0].reason, HasSubstr("taken as EUR/kWh"));
  EXPECT_THAT(series_refusal(column_of("eur_per_kw"), options), HasSubstr("a price per kW, not one per kWh"));
}

TEST(SeriesTable, ANameWithAnotherCurrencyIsRefused) {
  SeriesOptions options;
  options.quantity = Quantity::price;
  options.currency = "KRW";
  for (const char* name : {"eur_per_mwh", "Price (EUR/MWh)", "price_per_kwh_eur", "€/MWh", "p/kWh", "$/kWh",
                           "Price (EUR)", "USD cents per kWh", "EUR ct/kWh", "ALL/kWh"})
    EXPECT_THAT(series_refusal(column_of(name), options),
                AllOf(StartsWith("pv.csv:1: column '"), HasSubstr("the tariff's currency is KRW")))
        << name;
  for (const char* name : {"원/kWh", "won_per_kwh", "KRW/kWh", "₩/kWh", "SMP (원/kWh)"})
    EXPECT_THAT(series_of_text(column_of(name), options).flags, IsEmpty()) << name;
  // A dollar or a yen sign is of several.
  options.currency = "AUD";
  EXPECT_EQ(series_refusal(column_of("$/MWh"), options), "accepted");
  // The rate of exchange is the user's.
  options.currency = "KRW";
  options.has_own_scale = true;
  EXPECT_THAT(series_of_text(column_of("eur_per_mwh"), options).flags[0].reason,
              HasSubstr("eur_per_mwh' names EUR/MWh; its values times the scale given are taken as KRW/kWh"));
}

TEST(SeriesTable, CarbonInOtherUnits) {
  SeriesOptions options;
  options.quantity = Quantity::carbon;
  for (const char* name : {"g_per_kwh", "gCO2/kWh", "Carbon Intensity gCO₂eq/kWh (direct)", "kg/MWh", "co2_g_per_kwh"})
    EXPECT_THAT(series_of_text(column_of(name), options).series.values(), ElementsAre(7.4, -0.25)) << name;
  for (const char* name : {"kg_per_kwh", "co2_kg_per_kwh", "t/MWh", "tCO2/MWh"})
    EXPECT_THAT(series_of_text(column_of(name), options).series.values(), ElementsAre(7400.0, -250.0)) << name;
  const SeriesTable pounds = series_of_text(column_of("MOER (lbs/MWh)"), options);
  EXPECT_DOUBLE_EQ(pounds.series.values()[0], 7400.0 * 0.45359237 / 1000.0);
  EXPECT_THAT(series_refusal(column_of("co2_kg"), options), HasSubstr("names kg only"));
}

TEST(SeriesTable, PricesInAnotherCurrencyAreRefusedWithTheirLine) {
  SeriesOptions options;
  options.currency = "KRW";
  const std::string header = "time,price_per_kwh,currency\n";
  EXPECT_THAT(series_of_text(header + "2025-06-02 00:00,1,KRW\n2025-06-02 01:00,2,KRW\n", options).series.values(),
              ElementsAre(1.0, 2.0));
  EXPECT_EQ(series_refusal(header + "2025-06-02 00:00,1,KRW\n2025-06-02 01:00,2,WON\n", options),
            "pv.csv:3: currency: 'WON' is not the tariff's currency, KRW");
}

}  // namespace
}  // namespace evtwin::sessions
