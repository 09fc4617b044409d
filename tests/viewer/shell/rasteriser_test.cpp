// The rasteriser, pixel by pixel: which pixels a triangle has, clipping, blending, textures, offsets.
#include "viewer/shell_headless/rasteriser.hpp"

#include <gtest/gtest.h>
#include <imgui_internal.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace evtwin::viewer::shell {
namespace {

constexpr ImU32 white = IM_COL32(255, 255, 255, 255), black = IM_COL32(0, 0, 0, 255), red = IM_COL32(255, 0, 0, 255);

struct Vertex {
  float x, y, u = 0.0F, v = 0.0F;
  ImU32 colour = white;
};

/// A 16 x 16 picture with a draw list of its own; textures of this rasteriser.
class Drawing : public ::testing::Test {
 protected:
  Drawing() : context_(ImGui::CreateContext()), list_(ImGui::GetDrawListSharedData()) {
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().Fonts->AddFontDefault();
    rasteriser.upload_fonts();
    data.Valid = true;
    data.DisplaySize = {16.0F, 16.0F};
    data.FramebufferScale = {1.0F, 1.0F};
    solid = rasteriser.create_texture(1, 1, std::array{white});
  }
  ~Drawing() override { ImGui::DestroyContext(context_); }

  void triangle(std::array<Vertex, 3> corners, ImTextureID texture, ImVec4 clip = {0, 0, 16, 16}) {
    ImDrawCmd command;
    command.ClipRect = clip;
    command.TextureId = texture;
    command.IdxOffset = static_cast<unsigned>(list_.IdxBuffer.Size);
    command.VtxOffset = static_cast<unsigned>(list_.VtxBuffer.Size);
    command.ElemCount = 3;
    for (unsigned short i = 0; i < 3; ++i) {
      const Vertex& vertex = corners[i];
      list_.VtxBuffer.push_back({{vertex.x, vertex.y}, {vertex.u, vertex.v}, vertex.colour});
      list_.IdxBuffer.push_back(i);
    }
    list_.CmdBuffer.push_back(command);
  }
  void rectangle(float left, float top, float right, float bottom, ImU32 colour, ImVec4 clip = {0, 0, 16, 16}) {
    triangle({{{left, top, 0, 0, colour}, {right, top, 0, 0, colour}, {right, bottom, 0, 0, colour}}}, solid, clip);
    triangle({{{left, top, 0, 0, colour}, {right, bottom, 0, 0, colour}, {left, bottom, 0, 0, colour}}}, solid, clip);
  }
  Image drawn() {
    std::array<ImDrawList*, 1> lists{&list_};
    data.CmdLists = lists.data();
    data.CmdListsCount = 1;
    return rasteriser.draw_image(data, black);
  }

  ImGuiContext* context_;
  Rasteriser rasteriser;
  ImDrawData data;
  ImDrawList list_;
  ImTextureID solid = nullptr;
};

ImU32 at(const Image& image, int x, int y) {
  return image.rgba[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)];
}

int count(const Image& image, ImU32 colour) {
  return static_cast<int>(std::count(image.rgba.begin(), image.rgba.end(), colour));
}

using Rasterised = Drawing;

TEST_F(Rasterised, ATriangleHasThePixelsWhoseCentresItCovers) {
  triangle({{{2, 2}, {6, 2}, {2, 6}}}, solid);
  const Image image = drawn();
  // The slope runs through the centres of (5,2), (4,3), (3,4), (2,5): neither top nor left, so they are not its own.
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      const bool inside = x >= 2 && y >= 2 && x + y < 7;
      EXPECT_EQ(at(image, x, y), inside ? white : black) << x << "," << y;
    }
  }
}

TEST_F(Rasterised, AnEdgeThroughPixelCentresBelongsToTheTopAndLeft) {
  rectangle(2.5F, 3.5F, 6.5F, 5.5F, white);
  const Image image = drawn();
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x)
      EXPECT_EQ(at(image, x, y), x >= 2 && x < 6 && y >= 3 && y < 5 ? white : black) << x << "," << y;
}

TEST_F(Rasterised, CornersInEitherOrderGiveTheSamePixels) {
  triangle({{{1, 1}, {14, 3}, {5, 13}}}, solid);
  const Image clockwise = drawn();
  list_.CmdBuffer.clear();
  triangle({{{1, 1}, {5, 13}, {14, 3}}}, solid);
  EXPECT_EQ(drawn().rgba, clockwise.rgba);
  EXPECT_GT(count(clockwise, white), 60);
}

// Two triangles with a common side: each pixel of the whole is painted by exactly one of them, wherever the corners
// lie.
RC_GTEST_FIXTURE_PROP(Rasterised, NeighboursShareNoPixelAndLeaveNone, ()) {
  const auto place = [] { return static_cast<float>(*rc::gen::inRange(0, 4096)) / 256.0F; };
  const Vertex inner{place(), place()};
  const ImU32 half = IM_COL32(255, 255, 255, 128);
  const auto fan = [&](Vertex p, Vertex q, Vertex r) {
    p.colour = q.colour = r.colour = half;
    triangle({p, q, r}, solid);
  };
  // The whole picture as four triangles around an inner corner, far beyond its borders.
  fan({-100, -100}, {200, -100}, inner);
  fan({200, -100}, {200, 200}, inner);
  fan({200, 200}, {-100, 200}, inner);
  fan({-100, 200}, {-100, -100}, inner);
  const Image image = drawn();
  for (const ImU32 pixel : image.rgba) RC_ASSERT(pixel == IM_COL32(128, 128, 128, 255));
}

TEST_F(Rasterised, NothingIsDrawnOutsideTheClipRectangle) {
  rectangle(-50, -50, 50, 50, white, {3, 4, 9.9F, 7});
  const Image image = drawn();
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x)
      EXPECT_EQ(at(image, x, y), x >= 3 && x < 9 && y >= 4 && y < 7 ? white : black) << x << "," << y;
}

TEST_F(Rasterised, AnEmptyClipRectangleDrawsNothing) {
  rectangle(0, 0, 16, 16, white, {9, 9, 3, 12});
  EXPECT_EQ(count(drawn(), black), 256);
}

TEST_F(Rasterised, WhatIsHalfTransparentMixesWithWhatIsThere) {
  rectangle(0, 0, 16, 16, IM_COL32(200, 100, 0, 255));
  rectangle(0, 0, 8, 16, IM_COL32(0, 100, 255, 51));  // a fifth
  const Image image = drawn();
  EXPECT_EQ(at(image, 4, 4), IM_COL32(160, 100, 51, 255));
  EXPECT_EQ(at(image, 12, 4), IM_COL32(200, 100, 0, 255));
}

TEST_F(Rasterised, ColoursRunEvenlyBetweenTheCorners) {
  const ImU32 clear = IM_COL32(255, 255, 255, 0);
  triangle({{{0, 0, 0, 0, clear}, {16, 0, 0, 0, white}, {16, 16, 0, 0, white}}}, solid);
  triangle({{{0, 0, 0, 0, clear}, {16, 16, 0, 0, white}, {0, 16, 0, 0, clear}}}, solid);
  const Image image = drawn();
  for (int x = 0; x < 16; ++x) {
    const auto grey = static_cast<unsigned>(std::lround((x + 0.5) / 16.0 * 255.0));
    EXPECT_EQ(at(image, x, 7), IM_COL32(grey, grey, grey, 255)) << x;
  }
}

TEST_F(Rasterised, APictureShowsEachOfItsPixelsAsASquare) {
  const std::array<std::uint32_t, 4> pixels{red, IM_COL32(0, 255, 0, 255), IM_COL32(0, 0, 255, 255), white};
  const ImTextureID picture = rasteriser.create_texture(2, 2, pixels);
  triangle({{{0, 0, 0, 0}, {8, 0, 1, 0}, {8, 8, 1, 1}}}, picture);
  triangle({{{0, 0, 0, 0}, {8, 8, 1, 1}, {0, 8, 0, 1}}}, picture);
  const Image image = drawn();
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x)
      EXPECT_EQ(at(image, x, y), pixels[static_cast<std::size_t>(y / 4 * 2 + x / 4)]) << x << "," << y;
}

TEST_F(Rasterised, APictureThatIsGoneIsLeftOut) {
  const ImTextureID picture = rasteriser.create_texture(1, 1, std::array{red});
  rasteriser.destroy_texture(picture);
  triangle({{{0, 0}, {16, 0}, {0, 16}}}, picture);
  EXPECT_EQ(count(drawn(), black), 256);
}

TEST_F(Rasterised, PlacesThatAreNoneAndFarOnesDoNoHarm) {
  const float none = std::numeric_limits<float>::quiet_NaN(), endless = std::numeric_limits<float>::infinity();
  triangle({{{none, 0}, {16, 0}, {0, 16}}}, solid);
  triangle({{{0, 0}, {endless, 0}, {0, 16}}}, solid);
  EXPECT_EQ(count(drawn(), black), 256);
  rectangle(-1e9F, -1e9F, 1e9F, 1e9F, red);
  EXPECT_EQ(count(drawn(), red), 256);
}

TEST_F(Rasterised, TextIsDrawnAndTheSameEachTime) {
  ImGui::GetIO().DisplaySize = {200.0F, 60.0F};
  ImGui::GetIO().DeltaTime = 1.0F / 60.0F;
  const auto text = [&] {
    ImGui::NewFrame();
    ImGui::GetForegroundDrawList()->AddText({10, 10}, white, "11.0 kW");
    ImGui::Render();
    return rasteriser.draw_image(*ImGui::GetDrawData(), black);
  };
  const Image first = text(), second = text();
  EXPECT_GT(count(first, white), 40);
  EXPECT_EQ(first.rgba, second.rgba);
}

TEST_F(Rasterised, AListOfMoreThan65536CornersIsDrawnWhole) {
  list_._ResetForNewFrame();
  list_.Flags |= ImDrawListFlags_AllowVtxOffset;
  list_.PushTextureID(solid);
  list_.PushClipRect({0, 0}, {16, 16});
  for (int i = 0; i < 40000; ++i) list_.AddRectFilled({0, 0}, {1, 1}, white);  // 160,000 corners
  list_.AddRectFilled({8, 8}, {12, 12}, red);
  list_.PopClipRect();
  list_.PopTextureID();
  EXPECT_EQ(count(drawn(), red), 16);
}

}  // namespace
}  // namespace evtwin::viewer::shell
