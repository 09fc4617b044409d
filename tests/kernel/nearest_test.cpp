// The name that somebody probably meant.
#include "kernel/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace evtwin::kernel {
namespace {

constexpr std::array<std::string_view, 9> names{"sessions", "site",         "scenario", "arrivals", "contract_kw",
                                                "timezone", "self_use_low", "evses",    "A"};

TEST(HalfSlips, CountWhatTheFingerDidWrong) {
  EXPECT_EQ(half_slips("seoul", "seoul"), 0U);
  EXPECT_EQ(half_slips("soeul", "seoul"), 2U);       // two letters swapped
  EXPECT_EQ(half_slips("seul", "seoul"), 2U);        // one left out
  EXPECT_EQ(half_slips("Seoul", "seoul"), 1U);       // the other case
  EXPECT_EQ(half_slips("newyork", "new_york"), 1U);  // a bar left out
  EXPECT_EQ(half_slips("kitten", "sitting"), 6U);    // the textbook's three
  EXPECT_EQ(half_slips("", "abc"), 6U);
  EXPECT_EQ(half_slips(std::string(100, 'a'), std::string(64, 'a')), 0U);
}

TEST(NearestName, FindsSlipsOfOneLetterSwapsAndUnderscores) {
  EXPECT_EQ(nearest_name("sesions", names), "sessions");
  EXPECT_EQ(nearest_name("tiemzone", names), "timezone");
  EXPECT_EQ(nearest_name("contrat_kw", names), "contract_kw");
  EXPECT_EQ(nearest_name("contract_mw", names), "contract_kw");
  EXPECT_EQ(nearest_name("evse", names), "evses");
  EXPECT_EQ(nearest_name("selfuselow", names), "self_use_low");
  EXPECT_EQ(nearest_name("Site", names), "site");
}

TEST(NearestName, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("xylophone", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("b", names), "");
  EXPECT_EQ(nearest_name(std::string(1'000'000, 'a'), names), "");
  EXPECT_EQ(did_you_mean("xylophone", names), "");
  EXPECT_EQ(did_you_mean("sesions", names), "; did you mean sessions?");
}

}  // namespace
}  // namespace evtwin::kernel
