// Names, keys and encodings of scenarios and their modules that would pass for others, or in silence.
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

TEST(NamesAndTexts, AKeyWrittenTwiceIsRefusedWithBothLines) {
  EXPECT_EQ(load_error("return scenario {\n  seed = 1,\n  days = 1,\n  seed = 2,\n}"),
            "test.lua:4: the key seed stands twice in one table, first on line 2; which one holds? Leave one out");
}

TEST(NamesAndTexts, AKeyWrittenTwiceInAModuleNamesTheModule) {
  const TemporaryFolder folder;
  folder.write("mine.lua", "return { a = 1,\n  a = 2 }");
  EXPECT_EQ(load_error(folder, "local mine = require 'mine'\n" + scenario_text()),
            "mine.lua:2: the key a stands twice in one table, first on line 1; which one holds? Leave one out");
}

TEST(NamesAndTexts, NamesThatCanNotBeToldApartAreRefusedWithTheirPlace) {
  const auto station = [](const std::string& name) {
    return load_error(scenario_text("stations = { { name = \"" + name + "\", evses = 2, kw = 7 } }"));
  };
  EXPECT_EQ(station("충전소 1"), "accepted");
  const std::string place = "test.lua:5: site.stations[1].name ";
  EXPECT_EQ(station(""), place + "is empty");
  EXPECT_EQ(station("   "), place + "has only blanks: \"   \"");
  EXPECT_EQ(station("A "), place + "begins or ends with a blank: \"A \"");
  EXPECT_EQ(station(std::string(300, 'A')), place + "has 300 characters; at most 255 are allowed");
  EXPECT_EQ(station("A\u200B"),
            place + "has control characters or others that can not be seen (U+200B): \"A\\u{200B}\"");
  EXPECT_NE(station("cafe\u0301").find("write it composed (Unicode NFC)"), std::string::npos);
  EXPECT_NE(load_error(scenario_text("stations = { { name = 'A', evses = { 'A\u2060' }, kw = 7 } }"))
                .find("site.stations[1].evses[1] has control characters or others that can not be seen (U+2060)"),
            std::string::npos);
}

TEST(NamesAndTexts, FreeTextsMayBeLongButNotUnseen) {
  EXPECT_EQ(load_error(scenario_text("", "notes = \"" + std::string(900, 'x') + " \"")), "accepted");
  EXPECT_NE(load_error(scenario_text("", "notes = \"\u200B\"")).find("scenario.notes has control characters"),
            std::string::npos);
}

TEST(NamesAndTexts, OtherEncodingsAreNamedInScenariosAndModules) {
  const TemporaryFolder folder;
  std::string utf16;
  for (const char c : scenario_text()) utf16 += std::string{c, '\0'};
  EXPECT_EQ(load_error(folder, utf16), "test.lua:1: the file is UTF-16; save it as UTF-8");
  const std::string needs = "local mine = require 'mine'\n" + scenario_text();
  const auto message = [&](const std::string& module) {
    folder.write("mine.lua", module);
    return load_error(folder, needs);
  };
  EXPECT_EQ(message("return {}\n-- caf\xE9"),
            "test.lua:1: require \"mine\": mine.lua:2: text that is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(message("return {} -- \xC0\xAF"),
            "test.lua:1: require \"mine\": mine.lua:1: text that is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(message("return {} -- \xED\xA0\x80"),
            "test.lua:1: require \"mine\": mine.lua:1: text that is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(message("\xEF\xBB\xBFreturn {} -- 충전"), "accepted");
}

TEST(NamesAndTexts, ACurrencyThatDoesNotExistIsRefusedWithTheOneThatWasMeant) {
  const auto tariff = [](const std::string& currency) {
    return load_error(scenario_text("tariff = { currency = \"" + currency +
                                    "\", periods = { { from = \"00:00\", to = \"24:00\", price_per_kwh = 1 } } }"));
  };
  EXPECT_EQ(tariff("KRW"), "accepted");
  const std::string place = "test.lua:5: site.tariff.currency = ";
  EXPECT_EQ(tariff("WON"), place + "\"WON\" is no currency of ISO 4217; did you mean \"KRW\"?");
  EXPECT_EQ(tariff("krw"), place + "\"krw\" is no currency of ISO 4217; did you mean \"KRW\"?");
  EXPECT_EQ(tariff("XXX").rfind(place + "\"XXX\" is no currency of ISO 4217", 0), 0U) << tariff("XXX");
}

TEST(NamesAndTexts, DaysNamedTwiceAreRefused) {
  EXPECT_EQ(load_error(scenario_text("holidays = { '2025-06-06', '2025-06-06' }")),
            "test.lua:5: site.holidays[2] = \"2025-06-06\" stands in the list twice");
  EXPECT_NE(
      load_error(scenario_text("tariff = { currency = 'KRW', periods = { { days = { 'weekday', 'weekday' }, from = "
                               "'00:00', to = '24:00', price_per_kwh = 1 } } }"))
          .find("days[2] = \"weekday\" names a type of day twice"),
      std::string::npos);
}

}  // namespace
}  // namespace evtwin::scenario::testing
