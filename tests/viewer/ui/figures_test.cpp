#include "viewer/ui/figures.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace evtwin::viewer::ui {
namespace {

TEST(Figures, CarryTheirUnitAndGroupThousands) {
  EXPECT_EQ(figure_text(1234567.25, "kWh", 1), "1,234,567.2 kWh");
  EXPECT_EQ(figure_text(999.0, "kW", 0), "999 kW");
  EXPECT_EQ(figure_text(-1000.0, "kW", 0), "-1,000 kW");
  EXPECT_EQ(figure_text(123456.0, "", 0), "123,456");
  EXPECT_EQ(percent_text(0.625), "62 %");
}

TEST(Figures, SayUnknownForWhatIsNoNumber) {
  EXPECT_EQ(kw_text(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(kwh_text(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(signed_figure(std::numeric_limits<double>::quiet_NaN(), "kW", 1), "-");
}

TEST(Figures, HaveASignOnlyWhereTheyAreNotZeroAsWritten) {
  EXPECT_EQ(kw_text(-0.04), "0.0 kW");
  EXPECT_EQ(signed_figure(0.04, "kW", 1), "0.0 kW");
  EXPECT_EQ(signed_figure(0.06, "kW", 1), "+0.1 kW");
  EXPECT_EQ(signed_figure(-0.06, "kW", 1), "-0.1 kW");
}

}  // namespace
}  // namespace evtwin::viewer::ui
