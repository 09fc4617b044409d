#include "market/currency.hpp"

#include <gtest/gtest.h>

namespace evtwin::market {
namespace {

TEST(Currency, CodesOfTheListAreTaken) {
  for (const char* code : {"KRW", "EUR", "USD", "JPY", "GBP", "CNY", "XOF", "CHF", "BGN"})
    EXPECT_EQ(currency_trouble(code), "") << code;
}

TEST(Currency, OthersAreRefusedWithWhatWasMeant) {
  const auto did_you_mean = [](const std::string& code) {
    return "is no currency of ISO 4217; did you mean \"" + code + "\"?";
  };
  EXPECT_EQ(currency_trouble("WON"), did_you_mean("KRW"));
  EXPECT_EQ(currency_trouble("krw"), did_you_mean("KRW"));
  EXPECT_EQ(currency_trouble("KRW "), did_you_mean("KRW"));
  EXPECT_EQ(currency_trouble("\u20A9"), did_you_mean("KRW"));
  EXPECT_EQ(currency_trouble("Euro"), did_you_mean("EUR"));
  EXPECT_EQ(currency_trouble("Euros"), did_you_mean("EUR"));
  EXPECT_EQ(currency_trouble("$"), did_you_mean("USD"));
  EXPECT_EQ(currency_trouble("YEN"), did_you_mean("JPY"));
  EXPECT_EQ(currency_trouble("RMB"), did_you_mean("CNY"));
  for (const char* code : {"XYZ", "XXX", "XTS", "DEM", "", "12", "KR"})
    EXPECT_EQ(currency_trouble(code).rfind("is no currency of ISO 4217; ", 0), 0U) << code;
}

}  // namespace
}  // namespace evtwin::market
