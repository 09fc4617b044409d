// The stage at any size: everything has a place inside, and no two bays overlap.
#include "viewer/ui/stage_layout.hpp"

#include <gtest/gtest.h>

#include <array>
#include <tuple>

namespace evtwin::viewer::ui {
namespace {

constexpr float em = 15.0F;

TEST(StageLayout, BaysLieInTheParkAndDoNotOverlap) {
  for (const std::uint32_t bays : {1U, 2U, 4U, 7U, 24U, 60U, 200U, 1000U}) {
    for (const auto& [width, height] :
         {std::pair{320.0F, 240.0F}, {630.0F, 330.0F}, {700.0F, 420.0F}, {1420.0F, 420.0F}, {3800.0F, 1200.0F}}) {
      const StageLayout layout = stage_layout(bays, width, height, em);
      ASSERT_GE(layout.columns * layout.rows, bays);
      ASSERT_GT(layout.bay_width, 0.0F);
      for (std::uint32_t i = 0; i < bays; ++i) {
        const StageRect bay = layout.bay_rect(i);
        ASSERT_GE(bay.x, -0.01F);
        ASSERT_LE(bay.right(), width + 0.01F);
        ASSERT_GE(bay.y, layout.park.y - 0.01F);
        ASSERT_LE(bay.bottom(), layout.park.bottom() + 0.01F);
        if (i % layout.columns != 0) {
          ASSERT_GE(bay.x, layout.bay_rect(i - 1).right() - 0.01F);
        }
        if (i >= layout.columns) {
          ASSERT_GE(bay.y, layout.bay_rect(i - layout.columns).bottom() - 0.01F);
        }
      }
      EXPECT_FLOAT_EQ(layout.energy.height + layout.park.height + layout.lane.height, height);
    }
  }
}

// Two runs of 300 EVSEs beside each other; and a screen of four thousand pixels.
TEST(StageLayout, ManyBaysStandInRowsAndALargeStageIsFilled) {
  for (const auto& [bays, width, height, letters, share] :
       {std::tuple{300U, 580.0F, 330.0F, 15.0F, 0.5F}, std::tuple{300U, 930.0F, 480.0F, 15.0F, 0.5F},
        std::tuple{24U, 3800.0F, 1200.0F, 24.0F, 0.6F}}) {
    const StageLayout layout = stage_layout(bays, width, height, letters);
    EXPECT_GT(layout.rows, 1U) << bays;
    EXPECT_GT(static_cast<float>(bays) * layout.bay_width * layout.bay_height, share * width * layout.park.height)
        << bays;
  }
}

TEST(StageLayout, FewBaysHaveWordsAndHundredsHaveCars) {
  EXPECT_EQ(stage_layout(4, 1400.0F, 420.0F, em).detail, BayDetail::words);
  EXPECT_EQ(stage_layout(24, 1400.0F, 420.0F, em).detail, BayDetail::words);
  EXPECT_NE(stage_layout(200, 1400.0F, 420.0F, em).detail, BayDetail::words);
  // They fill their place: a quarter of the park at least is bays.
  for (const std::uint32_t bays : {24U, 200U}) {
    const StageLayout layout = stage_layout(bays, 1400.0F, 420.0F, em);
    EXPECT_GT(static_cast<float>(bays) * layout.bay_width * layout.bay_height, 0.25F * 1400.0F * layout.park.height);
  }
}

}  // namespace
}  // namespace evtwin::viewer::ui
