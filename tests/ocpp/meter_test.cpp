// Registers and readings: units, phases, places, values that are none, registers that fall.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

// What one reading of a transaction became.
Sample sample_of(std::string_view values) {
  const SiteLog log =
      LogText().start("08:00:00", 1, 0, 1).meter("08:30:00", 1, "1", values).stop("09:00:00", 90000, 1).read();
  return log.transactions.at(0).samples.at(0);
}

TEST(Meter, ABareValueIsTheRegisterInWh) { EXPECT_EQ(sample_of(R"({"value":"4500"})").register_kwh, 4.5); }

TEST(Meter, UnitsBecomeKwhAndKw) {
  const Sample s = sample_of(R"({"value":"4.5","measurand":"Energy.Active.Import.Register","unit":"kWh"},)"
                             R"({"value":"7200","measurand":"Power.Active.Import","unit":"W"},)"
                             R"({"value":"200","measurand":"Power.Active.Export","unit":"W"},)"
                             R"({"value":"2e+01","measurand":"Current.Offered","unit":"A"},)"
                             R"({"value":"11","measurand":"Power.Offered","unit":"kW"},)"
                             R"({"value":"63","measurand":"SoC","unit":"Percent","location":"EV"})");
  EXPECT_EQ(s.register_kwh, 4.5);
  EXPECT_EQ(s.power_kw, 7.0);
  EXPECT_EQ(s.offered_a, 20.0);
  EXPECT_EQ(s.offered_kw, 11.0);
  EXPECT_EQ(s.soc, 0.63);
}

TEST(Meter, ATotalBeatsThePhases) {
  const Sample s = sample_of(R"({"value":"1","measurand":"Power.Active.Import","unit":"kW","phase":"L1"},)"
                             R"({"value":"1","measurand":"Power.Active.Import","unit":"kW","phase":"L2"},)"
                             R"({"value":"2.1","measurand":"Power.Active.Import","unit":"kW"})");
  EXPECT_EQ(s.power_kw, 2.1);
}

TEST(Meter, PhasesAddUpWithoutATotal) {
  const Sample s = sample_of(R"({"value":"1","measurand":"Power.Active.Import","unit":"kW","phase":"L1"},)"
                             R"({"value":"2","measurand":"Power.Active.Import","unit":"kW","phase":"L2-N"},)"
                             R"({"value":"16","measurand":"Current.Import","unit":"A","phase":"L1"},)"
                             R"({"value":"15","measurand":"Current.Import","unit":"A","phase":"L2"},)"
                             R"({"value":"231","measurand":"Voltage","unit":"V","phase":"L1-N"},)"
                             R"({"value":"229","measurand":"Voltage","unit":"V","phase":"L2-N"},)"
                             R"({"value":"400","measurand":"Voltage","unit":"V","phase":"L1-L2"})");
  EXPECT_EQ(s.power_kw, 3.0);
  EXPECT_EQ(s.current_a[1], 15.0);
  EXPECT_TRUE(std::isnan(s.current_a[2]));
  EXPECT_EQ(s.voltage_v, 230.0);
}

/// Phases on which a reading of 16 A told without a phase has them, beside other values.
int phases_of_16_a(const std::string& beside) {
  const Sample s = sample_of(R"({"value":"16","measurand":"Current.Import","unit":"A"},)" + beside);
  int phases = 0;
  for (const double a : s.current_a) phases += a == 16.0 ? 1 : 0;
  return phases;
}

// 16 A x 230 V are 3.68 kW on one phase, 11.04 on three.
TEST(Meter, ACurrentWithoutAPhaseIsThatOfEachPhaseThatThePowerMakesOfIt) {
  const auto power = [](const std::string& w) {
    return R"({"value":")" + w + R"(","measurand":"Power.Active.Import","unit":"W"})";
  };
  const auto volts = [](const std::string& v) {
    return R"(,{"value":")" + v + R"(","measurand":"Voltage","unit":"V"})";
  };
  EXPECT_EQ(phases_of_16_a(power("11040")), 3);
  EXPECT_EQ(phases_of_16_a(power("7360")), 2);
  EXPECT_EQ(phases_of_16_a(power("3680")), 1);
  EXPECT_EQ(phases_of_16_a(power("-11040")), 3);
  EXPECT_EQ(phases_of_16_a(power("9984") + volts("208")), 3);
  EXPECT_EQ(phases_of_16_a(power("11085") + volts("400")), 3);  // between phases
  EXPECT_EQ(phases_of_16_a(power("5600") + volts("350")), 1);   // DC: volts x amperes
  EXPECT_EQ(phases_of_16_a(power("9000")), 1);                  // 2.4 phases: nothing is known
  EXPECT_EQ(phases_of_16_a(R"({"value":"1500"})"), 1);          // a first register says nothing
}

// 2.76 kWh in a quarter of an hour are 11.04 kW.
TEST(Meter, ARegisterSaysThePhasesOfACurrentWhereNoPowerIsTold) {
  const auto values = [](const char* wh) {
    return std::string(R"({"value":")") + wh + R"("},{"value":"16","measurand":"Current.Import","unit":"A"})";
  };
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:15:00", 1, "1", values("2760"))
                          .meter("08:30:00", 1, "1", values("5520"))
                          .stop("08:30:00", 5520, 1)
                          .read();
  const std::vector<Sample>& samples = log.transactions.at(0).samples;
  EXPECT_EQ(samples.at(1).current_a[2], 16.0);
}

TEST(Meter, ARegisterOfOnePhaseStandsAsItIs) {
  EXPECT_EQ(sample_of(R"({"value":"120","phase":"L3","unit":"Wh"})").register_kwh, 0.12);
}

TEST(Meter, TheVehiclesSideOfADcChargerCounts) {
  const Sample s =
      sample_of(R"({"value":"0","measurand":"Power.Active.Import","unit":"W","phase":"L1","location":"Inlet"},)"
                R"({"value":"40146","measurand":"Power.Active.Import","unit":"W","location":"Outlet"},)"
                R"({"value":"70000","measurand":"Energy.Active.Import.Register","unit":"Wh","location":"Inlet"},)"
                R"({"value":"4000","measurand":"Energy.Active.Import.Register","unit":"Wh"})");
  EXPECT_DOUBLE_EQ(s.power_kw, 40.146);
  EXPECT_EQ(s.register_kwh, 4.0);
}

TEST(Meter, OneEntryPerValueIsOneReadingOfTheInstant) {
  LogText text;
  text.start("08:00:00", 1, 0, 1)
      .call("08:30:00", "MeterValues",
            R"({"connectorId":1,"transactionId":1,"meterValue":[)"
            R"({"timestamp":"2025-06-02T08:30:00Z","sampledValue":[{"value":"500"}]},)"
            R"({"timestamp":"2025-06-02T08:30:00Z","sampledValue":[{"value":"50","measurand":"SoC"}]}]})");
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.at(0).samples.size(), 1U);
  EXPECT_EQ(log.transactions[0].samples[0].soc, 0.5);
  EXPECT_EQ(log.transactions[0].samples[0].register_kwh, 0.5);
}

TEST(Meter, TheMultiplierOf201Counts) {
  LogText text;
  text.event("08:00:00", "Started", 0, "a", "",
             R"(,"evse":{"id":1},"meterValue":[{"timestamp":"2025-06-02T08:00:00Z","sampledValue":)"
             R"([{"value":12,"context":"Transaction.Begin","unitOfMeasure":{"unit":"Wh","multiplier":3}}]}])");
  EXPECT_EQ(text.read().transactions.at(0).samples.at(0).register_kwh, 12.0);
}

class NoNumber : public ::testing::TestWithParam<const char*> {};
TEST_P(NoNumber, IsFlaggedWithItsPlaceAndLeftOut) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 1000, 1)
                          .meter("08:30:00", 1, "1", fmt::format(R"({{"value":{}}})", GetParam()))
                          .stop("09:00:00", 8000, 1)
                          .read();
  EXPECT_EQ(log.transactions.at(0).energy_kwh, 7.0);
  EXPECT_TRUE(log.transactions[0].samples.empty());
  EXPECT_NE(flag_text(log, "value_not_a_number").find("site.log:3"), std::string::npos) << all_flags(log);
}
INSTANTIATE_TEST_SUITE_P(, NoNumber,
                         ::testing::Values(R"("NaN")", R"("4,5")", R"("")", R"("0x10")", R"("12 kWh")", "null", "true",
                                           "{}", R"("inf")", R"("1e999")"));

TEST(Meter, SignedDataIsNoNumberAndNoTrouble) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:30:00", 1, "1", R"({"value":"OCMF|{}","format":"SignedData"},{"value":"50"})")
                          .stop("09:00:00", 100, 1)
                          .read();
  EXPECT_EQ(log.transactions.at(0).samples.at(0).register_kwh, 0.05);
  EXPECT_EQ(all_flags(log), "");
}

TEST(Meter, AUnitThatDoesNotFitIsFlagged) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:30:00", 1, "1", R"({"value":"7","measurand":"Power.Active.Import","unit":"kWh"})")
                          .read();
  EXPECT_TRUE(has_flag(log, "unit_unknown"));
}

// Absent and null leave the protocol's default, Wh; a unit that is given and empty, or no text, is none of its units.
TEST(Meter, AUnitThatIsGivenAndEmptyIsFlagged) {
  const auto logged = [](const std::string& unit) {
    return LogText()
        .start("08:00:00", 1, 0, 1)
        .meter("08:30:00", 1, "1", "{\"value\":\"700\"" + unit + "}")
        .stop("09:00:00", 900, 1)
        .read();
  };
  for (const char* unit : {"", R"(,"unit":null)", R"(,"unit":"Wh")", R"(,"unitOfMeasure":{})"}) {
    const SiteLog log = logged(unit);
    EXPECT_DOUBLE_EQ(log.transactions.at(0).samples.at(0).register_kwh, 0.7) << unit;
    EXPECT_EQ(all_flags(log), "") << unit;
  }
  for (const char* unit : {R"(,"unit":"")", R"(,"unit":5)", R"(,"unitOfMeasure":{"unit":""})"}) {
    const SiteLog log = logged(unit);
    EXPECT_TRUE(log.transactions.at(0).samples.empty()) << unit;
    EXPECT_TRUE(has_flag(log, "unit_unknown")) << unit;
  }
}

TEST(Meter, Connector0IsTheSumAndNoSession) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:30:00", 0, "", R"({"value":"734"})")
                          .meter("08:30:00", 1, "", R"({"value":"164"})")
                          .read();
  ASSERT_EQ(log.transactions.size(), 1U);
  ASSERT_EQ(log.transactions[0].samples.size(), 1U);
  EXPECT_EQ(log.transactions[0].samples[0].register_kwh, 0.164);
}

TEST(Meter, TransactionDataGivesReadingsAndRepeatsNone) {
  const SiteLog log =
      LogText()
          .start("08:00:00", 1, 0, 1)
          .meter("08:30:00", 1, "1", R"({"value":"500"})")
          .stop("09:00:00", 1000, 1, {},
                R"(,"transactionData":[{"timestamp":"2025-06-02T08:30:00Z","sampledValue":[{"value":"500"}]},)"
                R"({"timestamp":"2025-06-02T08:45:00Z","sampledValue":[{"value":"0.75","unit":"kWh"}]}])")
          .read();
  ASSERT_EQ(log.transactions.at(0).samples.size(), 2U);
  EXPECT_EQ(log.transactions[0].samples[1].time_ns, at("08:45:00"));
  EXPECT_EQ(log.transactions[0].samples[1].register_kwh, 0.75);
}

TEST(Meter, DischargedEnergyIsToldApart) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:10:00", 1, "1", R"({"value":"5000","measurand":"Energy.Active.Export.Register"})")
                          .meter("08:50:00", 1, "1", R"({"value":"7500","measurand":"Energy.Active.Export.Register"})")
                          .stop("09:00:00", 1000, 1)
                          .read();
  EXPECT_EQ(log.transactions.at(0).exported_kwh, 2.5);
  EXPECT_EQ(log.transactions[0].energy_kwh, 1.0);
}

struct RegisterCase {
  const char* name;
  long start, reading1, reading2, stop;  // reading < 0: none
  double kwh;                            // NaN: not known
  const char* flag;
};
class FallingRegister : public ::testing::TestWithParam<RegisterCase> {};
TEST_P(FallingRegister, NeverGivesInventedEnergy) {
  const RegisterCase& c = GetParam();
  LogText text;
  text.call(
      "08:00:00", "StartTransaction",
      fmt::format(R"({{"connectorId":1,"idTag":"T","meterStart":{},"timestamp":"2025-06-02T08:00:00Z"}})", c.start));
  text.answer("08:00:00", R"({"transactionId":1,"idTagInfo":{"status":"Accepted"}})");
  if (c.reading1 >= 0) text.meter("08:20:00", 1, "1", fmt::format(R"({{"value":"{}"}})", c.reading1));
  if (c.reading2 >= 0) text.meter("08:40:00", 1, "1", fmt::format(R"({{"value":"{}"}})", c.reading2));
  text.call("09:00:00", "StopTransaction",
            fmt::format(R"({{"transactionId":1,"meterStop":{},"timestamp":"2025-06-02T09:00:00Z"}})", c.stop));
  const SiteLog log = text.read();
  const Transaction& t = log.transactions.at(0);
  if (std::isnan(c.kwh)) {
    EXPECT_TRUE(std::isnan(t.energy_kwh)) << t.energy_kwh;
    EXPECT_FALSE(t.is_whole());
  } else {
    EXPECT_EQ(t.energy_kwh, c.kwh);
  }
  EXPECT_TRUE(has_flag(log, c.flag)) << all_flags(log);
  EXPECT_EQ(std::count(t.flags.begin(), t.flags.end(), c.flag), 1);
}
INSTANTIATE_TEST_SUITE_P(
    , FallingRegister,
    ::testing::Values(RegisterCase{"Back", 8000, -1, -1, 1000, kernel::unknown, "meter_goes_back"},
                      RegisterCase{"SessionRelative", 14090, 0, 120, 280, kernel::unknown, "meter_goes_back"},
                      RegisterCase{"Width32", 4294960000L, -1, -1, 704, 8.0, "meter_rollover"},
                      RegisterCase{"Width31", 2147483000L, -1, -1, 352, 1.0, "meter_rollover"},
                      RegisterCase{"SixDigits", 999000, -1, -1, 1000, 2.0, "meter_rollover"},
                      RegisterCase{"TooMuchForARollover", 995000, -1, -1, 900000, kernel::unknown, "meter_goes_back"},
                      RegisterCase{"ResetSeen", 5000, 6000, 200, 700, 1.5, "meter_reset"},
                      RegisterCase{"Negative", -5000, -1, -1, 2000, kernel::unknown, "meter_negative"},
                      RegisterCase{"NinetyMwh", 1000, -1, -1, 90001000, kernel::unknown, "energy_impossible"},
                      RegisterCase{"ReadingOutside", 1000, 500, 2000, 8000, 7.0, "reading_outside_registers"},
                      RegisterCase{"ReadingBack", 1000, 3000, 2000, 8000, 7.0, "reading_goes_back"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Meter, TheStepOfARegisterIsSeenInItsReadings) {
  LogText text;
  text.start("08:00:00", 1, 0, 1);
  int minute = 10;
  for (const char* kwh : {"3051.11", "3051.22", "3051.29", "3051.36"})
    text.meter(fmt::format("08:{}:00", minute++), 1, "1", fmt::format(R"({{"value":"{}","unit":"kWh"}})", kwh));
  EXPECT_EQ(text.read().transactions.at(0).register_step_kwh, 0.01);
}

TEST(Meter, LongTransactionsKeepReadingsAtLeast15SecondsApart) {
  LogText text;
  text.start("08:00:00", 1, 0, 1);
  for (int i = 0; i < 720; ++i) {
    const std::string time = fmt::format("{:02}:{:02}:{:02}", 8 + i / 720, i * 5 / 60, i * 5 % 60);
    text.meter(time, 1, "1", fmt::format(R"({{"value":"{}"}})", i * 10));
  }
  const SiteLog log = text.stop("09:00:00", 7200, 1).read();
  const std::vector<Sample>& samples = log.transactions.at(0).samples;
  EXPECT_EQ(samples.size(), 241U);
  EXPECT_EQ(samples.front().time_ns, at("08:00:00"));
  EXPECT_EQ(samples.back().time_ns, at("08:59:55"));
}

std::string export_register(int import_wh, int export_wh, double export_kw) {
  return fmt::format(R"({{"value":"{}","measurand":"Energy.Active.Import.Register","unit":"Wh"}},)"
                     R"({{"value":"{}","measurand":"Energy.Active.Export.Register","unit":"Wh"}},)"
                     R"({{"value":"{}","measurand":"Power.Active.Export","unit":"kW"}})",
                     import_wh, export_wh, export_kw);
}

// OCPP 1.6 tells no export register at the start. The first transaction leaves it at 1,500 Wh, the second is first read
// half an hour in, at 3,500 Wh: it gave 2 kWh until then.
TEST(Meter, WhatWasGivenBackBeforeTheFirstReadingCounts) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 10000, 1)
                          .meter("08:15:00", 1, "1", export_register(10000, 1500, 4.0))
                          .meter("08:45:00", 1, "1", export_register(14000, 1500, 0.0))
                          .stop("09:00:00", 16000, 1)
                          .start("10:00:00", 1, 16000, 2)
                          .meter("10:30:00", 1, "2", export_register(16000, 3500, 4.0))
                          .stop("11:00:00", 19000, 2)
                          .read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[1].exported_kwh, 2.0);
  EXPECT_EQ(log.transactions[1].export_start_kwh, 1.5);
  EXPECT_EQ(log.transactions[1].energy_kwh, 3.0);
  // Nothing says where the register stood as the first began, and it was giving when it was first read.
  EXPECT_EQ(log.transactions[0].exported_kwh, 0.0);
  EXPECT_EQ(std::count_if(log.flags.begin(), log.flags.end(),
                          [](const LogFlag& flag) { return flag.code == "export_at_least"; }),
            1);
}

TEST(Meter, AnotherMetersExportRegisterIsNotAnEarlierState) {
  // 350 kW for half an hour are 175 kWh at most: a meter that was changed in between.
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:15:00", 1, "1", export_register(0, 1500, 0.0))
                          .stop("09:00:00", 1000, 1)
                          .start("10:00:00", 1, 1000, 2)
                          .meter("10:30:00", 1, "2", export_register(1000, 900000, 0.0))
                          .stop("11:00:00", 2000, 2)
                          .read();
  EXPECT_EQ(log.transactions.at(1).exported_kwh, 0.0);
}

}  // namespace
}  // namespace evtwin::ocpp
