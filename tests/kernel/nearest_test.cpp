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
