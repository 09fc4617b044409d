// What the comparison with golden pictures lets pass and what it sees: last digits of smooth edges pass, the smallest
// thing that somebody could read does not.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "screen.hpp"
#include "support/failures.hpp"
#include "support/paths.hpp"
#include "viewer/support/golden.hpp"
#include "viewer/ui/fonts.hpp"

namespace evtwin::viewer::plot {
namespace {

using shell::Image;
using viewer::testing::Closeness;
using viewer::testing::why_not_alike;

/// Moves a channel of a pixel by so many levels, towards the middle of its range.
void nudge(std::uint32_t& pixel, unsigned shift, unsigned levels) {
  const std::uint32_t value = (pixel >> shift) & 0xFFU;
  pixel = value > 127U ? pixel - (levels << shift) : pixel + (levels << shift);
}

/// `golden` with `count` pixels, spread over what of it is at an edge or is not, moved by `levels` in one channel each.
Image nudged(const Image& golden, std::size_t count, unsigned levels, bool at_edges = false) {
  std::vector<std::size_t> pixels;
  for (std::size_t i = 0; i < golden.rgba.size(); ++i)
    if (viewer::testing::is_edge(golden, i) == at_edges) pixels.push_back(i);
  if (pixels.size() < count) throw std::runtime_error("the picture is too small");
  Image image = golden;
  for (std::size_t i = 0; i < count; ++i)
    nudge(image.rgba[pixels[i * (pixels.size() / count)]], static_cast<unsigned>(i % 3) * 8U, levels);
  return image;
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(viewer::testing::golden_folder()))
    names.push_back(entry.path().stem());
  return names;
}

Image golden_picture(const std::string& name) {
  return shell::read_png(viewer::testing::golden_folder() / (name + ".png"));
}

TEST(Likeness, LastDigitsOfTwoHundredAndSixtyPixelsPass) {
  const auto names = golden_names();
  ASSERT_GE(names.size(), 10U);
  for (const std::string& name : names) {
    const Image golden = golden_picture(name);
    EXPECT_EQ(why_not_alike(golden, golden), "") << name;
    EXPECT_EQ(why_not_alike(nudged(golden, 260, 2), golden), "") << name;
  }
}

TEST(Likeness, OneLevelOrOnePixelMoreDoesNot) {
  const auto names = golden_names();
  ASSERT_GE(names.size(), 10U);
  for (const std::string& name : names) {
    const Image golden = golden_picture(name);
    const auto alike = [&](std::size_t count, int levels) {
      return why_not_alike(nudged(golden, count, static_cast<unsigned>(levels)), golden).empty();
    };
    for (const auto& [most, levels] :
         {std::pair(Closeness::most_slight, 1), std::pair(Closeness::most_slight, 2),
          std::pair(Closeness::most_strong, 3), std::pair(Closeness::most_strong, 10),
          std::pair(Closeness::most_flipped, 11), std::pair(Closeness::most_flipped, 87)}) {
      EXPECT_TRUE(alike(most, levels)) << name << ": " << most << " by " << levels;
      EXPECT_FALSE(alike(most + 1, levels)) << name << ": " << most + 1 << " by " << levels;
    }
    Image narrower = golden;
    std::swap(narrower.width, narrower.height);
    EXPECT_NE(why_not_alike(narrower, golden), "") << name;
  }
}

// Every edge of a picture may have other last digits, and no more than those.
TEST(Likeness, EdgesDifferSlightlyAndNoMore) {
  for (const std::string& name : golden_names()) {
    const Image golden = golden_picture(name);
    EXPECT_EQ(why_not_alike(nudged(golden, 2000, 2, true), golden), "") << name;
    EXPECT_NE(why_not_alike(nudged(golden, 2000, 3, true), golden), "") << name;
  }
}

// An edge is what 16 levels part from a neighbour, beside it or over the corner.
TEST(Likeness, AnEdgeIsSeen) {
  const auto edges = [](int step) {
    Image image{4, 4, std::vector<std::uint32_t>(16, IM_COL32(90, 90, 90, 255))};
    image.rgba[0] = IM_COL32(90, 90 + step, 90, 255);
    std::string found;
    for (std::size_t i = 0; i < 16; ++i) found += viewer::testing::is_edge(image, i) ? '#' : '.';
    return found;
  };
  EXPECT_EQ(edges(16), "##..##..........");
  EXPECT_EQ(edges(15), "................");
}

TEST(Likeness, EachChannelCounts) {
  const Image golden{2, 1, {IM_COL32(100, 100, 100, 100), IM_COL32(100, 100, 100, 100)}};
  for (unsigned shift = 0; shift < 32; shift += 8) {
    Image other = golden;
    for (std::uint32_t& pixel : other.rgba) nudge(pixel, shift, 11);
    EXPECT_NE(why_not_alike(other, golden), "") << shift;
  }
}

/// A plot of the golden size, and what of it is seen when one thing is another.
class Seen : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    screen.canvas.textures = &raster;
    fonts_.update_atlas(1.0F);
    raster.upload_fonts();
    screen.canvas.style = GetParam() ? dark_style(1.0F) : light_style(1.0F);
    screen.canvas.small = fonts_.small;
  }
  Image drawn(const std::function<void()>& draw) {
    screen.frames(draw);
    return raster.draw_image(*ImGui::GetDrawData(), screen.canvas.style.background);
  }
  /// A plot whose title and only value are given.
  Image plotted(const char* title, double kw) {
    const model::Series series = stairs({kw, 12.0}, 12 * kernel::hour_ns);
    return drawn([&] {
      TimePlot plot("p", screen.canvas, {480, 240}, {"kW"});
      plot.set_title(title);
      plot.add_line("Grid", series, {colour_of(screen.canvas.style, Category::blue), 1.5F, false, 0.0, true});
      plot.draw_plot();
    });
  }
  /// A plot with one thing more on it.
  Image with(const std::function<void(ImDrawList&)>& more) {
    const model::Series series = stairs({5.0, 12.0}, 12 * kernel::hour_ns);
    return drawn([&] {
      TimePlot plot("p", screen.canvas, {480, 240}, {"kW"});
      plot.add_line("Grid", series, {colour_of(screen.canvas.style, Category::blue), 1.5F, false, 0.0, true});
      plot.draw_plot();
      more(*ImGui::GetWindowDrawList());
    });
  }
  /// The smallest text that is drawn, in its weaker colour.
  Image labelled(const char* text) {
    return with([&](ImDrawList& list) {
      list.AddText(fonts_.small, fonts_.small->FontSize, {100.0F, 60.0F}, screen.canvas.style.text_weak, text);
    });
  }

  Screen screen{{480, 240}};
  shell::Rasteriser raster;

 private:
  ui::Fonts fonts_;
};

TEST_P(Seen, AWrongGlyphInATitle) {
  const Image golden = plotted("Power", 5.0);
  EXPECT_EQ(why_not_alike(plotted("Power", 5.0), golden), "");
  EXPECT_NE(why_not_alike(plotted("Pover", 5.0), golden), "");
  EXPECT_NE(why_not_alike(plotted("Powex", 5.0), golden), "");
}

TEST_P(Seen, OneSmallDigitThatIsAnother) {
  for (const auto& [one, other] : {std::pair("8", "6"), std::pair("3", "8"), std::pair("1", "7"), std::pair(".", ","),
                                   std::pair("i", "l"), std::pair("-", " ")}) {
    const Image golden = labelled(one);
    EXPECT_EQ(why_not_alike(labelled(one), golden), "");
    EXPECT_NE(why_not_alike(labelled(other), golden), "") << one << " and " << other;
  }
}

TEST_P(Seen, AGlyphMovedByAPixel) {
  const auto at = [&](float x, float y) {
    return with([&](ImDrawList& list) {
      list.AddText(screen.canvas.small, screen.canvas.small->FontSize, {x, y}, screen.canvas.style.text_weak, ".");
    });
  };
  const Image golden = at(100.0F, 60.0F);
  EXPECT_NE(why_not_alike(at(101.0F, 60.0F), golden), "");
  EXPECT_NE(why_not_alike(at(100.0F, 59.0F), golden), "");
}

TEST_P(Seen, AFaintGridLineMovedByAPixelOrLeftOut) {
  // As short as a tick, in the faintest colour.
  const auto line = [&](float y, float length) {
    return with([&](ImDrawList& list) {
      list.AddRectFilled({200.0F, y}, {200.0F + length, y + 1.0F}, screen.canvas.style.grid);
    });
  };
  const Image golden = line(70.0F, 4.0F);
  EXPECT_NE(why_not_alike(line(71.0F, 4.0F), golden), "");
  EXPECT_NE(why_not_alike(line(70.0F, 0.0F), golden), "");
}

TEST_P(Seen, ASlantedLineMovedByAPixel) {
  const auto line = [&](float y) {
    return with([&](ImDrawList& list) {
      list.AddLine({200.0F, y}, {240.0F, y + 17.0F}, screen.canvas.style.grid, 1.0F);
    });
  };
  const Image golden = line(70.0F);
  EXPECT_EQ(why_not_alike(line(70.0F), golden), "");
  EXPECT_NE(why_not_alike(line(71.0F), golden), "");
  EXPECT_NE(why_not_alike(line(70.25F), golden), "");
}

TEST_P(Seen, AStepOfACurveThatIsAPixelHigher) {
  // The axis spans some 200 pixels: a tenth of 12 kW is many of them, a hundredth about two.
  EXPECT_NE(why_not_alike(plotted("Power", 5.1), plotted("Power", 5.0)), "");
}

INSTANTIATE_TEST_SUITE_P(Styles, Seen, ::testing::Bool(), [](const auto& of) { return of.param ? "dark" : "light"; });

/// Goldens of this test's own.
class GoldenFiles : public ::testing::Test {
 protected:
  GoldenFiles() : folder_(std::filesystem::path(::testing::TempDir()) / fmt::format("evtwin-goldens-{}", ::getpid())) {
    std::filesystem::create_directories(folder_);
    unsetenv("EVTWIN_WRITE_GOLDENS");
  }
  ~GoldenFiles() override {
    if (asked_.empty())
      unsetenv("EVTWIN_WRITE_GOLDENS");
    else
      setenv("EVTWIN_WRITE_GOLDENS", asked_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }
  std::vector<std::string> compared(const Image& image) const {
    return failures::of([&] { viewer::testing::expect_golden(image, "likeness", folder_); });
  }
  const std::string asked_ = std::getenv("EVTWIN_WRITE_GOLDENS") == nullptr ? "" : std::getenv("EVTWIN_WRITE_GOLDENS");
  const std::filesystem::path folder_;
  const Image grey_{20, 10, std::vector<std::uint32_t>(200, IM_COL32(90, 90, 90, 255))};
};

TEST_F(GoldenFiles, AreWrittenAnewByATestThatFails) {
  ASSERT_EQ(setenv("EVTWIN_WRITE_GOLDENS", "1", 1), 0);
  const auto written = compared(grey_);
  ASSERT_EQ(written.size(), 1U);
  EXPECT_NE(written[0].find("was written anew and nothing was compared"), std::string::npos) << written[0];
  unsetenv("EVTWIN_WRITE_GOLDENS");
  EXPECT_TRUE(compared(grey_).empty());
}

TEST_F(GoldenFiles, AreMissedAndTheirDifferenceIsDrawn) {
  const auto missed = compared(grey_);
  ASSERT_EQ(missed.size(), 1U);
  EXPECT_NE(missed[0].find("is not there"), std::string::npos) << missed[0];
  shell::write_png(folder_ / "likeness.png", grey_);
  Image other = grey_;
  other.rgba[57] = other.rgba[58] = IM_COL32(90, 104, 90, 255);
  const auto differs = compared(other);
  ASSERT_EQ(differs.size(), 1U);
  EXPECT_NE(differs[0].find("2 pixels differ, by up to 14 levels of 255"), std::string::npos) << differs[0];
  const std::filesystem::path build = std::filesystem::path(paths::program).parent_path().parent_path() / "golden";
  const Image shown = shell::read_png(build / "likeness.difference.png");
  EXPECT_EQ(shown.rgba[57], IM_COL32(160, 0, 0, 255));
  EXPECT_EQ(shown.rgba[56], IM_COL32_WHITE);
}

}  // namespace
}  // namespace evtwin::viewer::plot
