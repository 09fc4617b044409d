#include "viewer/plot/heat_map.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "screen.hpp"
#include "viewer/plot/heat_tiles.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using model::HeatMetric;

/// Keeps what it is given.
class Memory final : public Textures {
 public:
  struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint32_t> pixels;
  };
  ImTextureID create_texture(int width, int height, std::span<const std::uint32_t> rgba) override {
    EXPECT_EQ(rgba.size(), static_cast<std::size_t>(width * height));
    EXPECT_LE(std::max(width, height), 1024);
    pictures[++last] = {width, height, {rgba.begin(), rgba.end()}};
    return reinterpret_cast<ImTextureID>(last);  // NOLINT(performance-no-int-to-ptr): a name, not an address
  }
  void destroy_texture(ImTextureID texture) override {
    EXPECT_EQ(pictures.erase(reinterpret_cast<std::uintptr_t>(texture)), 1U);
  }

  std::map<std::uintptr_t, Picture> pictures;
  std::uintptr_t last = 0;
};

/// EVSEs E1, E2 ... over a day; EVSE i charges with i + hour kW in every hour, always with a vehicle.
std::shared_ptr<model::Run> test_run(std::size_t evses, double more = 0.0) {
  auto run = std::make_shared<model::Run>();
  run->start_ns = test_day;
  run->end_ns = run->known_until_ns = test_day + day_ns;
  for (std::size_t i = 0; i < evses; ++i) {
    model::Evse evse;
    evse.name = "E" + std::to_string(i + 1);
    evse.max_kw = 50.0;
    std::vector<double> values;
    for (int hour = 0; hour < 24; ++hour) values.push_back(static_cast<double>(i) + hour + more);
    evse.kw = stairs(values, hour_ns);
    model::Session session;
    session.evse = static_cast<std::uint32_t>(i);
    session.plugged_in_ns = session.arrived_ns = test_day;
    session.departed_ns = test_day + day_ns;
    evse.sessions.push_back(static_cast<std::uint32_t>(run->sessions.size()));
    run->sessions.push_back(session);
    run->evses.push_back(std::move(evse));
  }
  return run;
}

class Heat : public ::testing::Test {
 protected:
  void show(std::size_t evses) {
    source.run = test_run(evses);
    source.evses.clear();
    for (std::uint32_t i = 0; i < evses; ++i) source.evses.push_back(i);
  }
  void draw(int count = 3, bool complete = true) {
    screen.canvas.textures = &memory;
    screen.frames([&] { reply = map->draw_map("h", screen.canvas, size, source, model::no_row, complete); }, count);
  }
  /// Colour at a place of the frame, as the triangles show it.
  ImU32 colour_at(ImVec2 place) const {
    const std::vector<Screen::Vertex> vertices = Screen::vertices();
    ImU32 found = 0;
    for (std::size_t i = 0; i + 5 < vertices.size();) {
      const auto picture = memory.pictures.find(reinterpret_cast<std::uintptr_t>(vertices[i].texture));
      if (picture == memory.pictures.end() || vertices[i].texture == ImGui::GetIO().Fonts->TexID) {
        ++i;
        continue;
      }
      const ImVec2 min = vertices[i].at, max = vertices[i + 2].at;
      if (place.x >= min.x && place.x < max.x && place.y >= min.y && place.y < max.y) {
        const auto column =
            static_cast<int>((place.x - min.x) / (max.x - min.x) * static_cast<float>(picture->second.width));
        const auto line =
            static_cast<int>((place.y - min.y) / (max.y - min.y) * static_cast<float>(picture->second.height));
        found = picture->second.pixels[static_cast<std::size_t>(line * picture->second.width + column)];
      }
      i += 6;
    }
    return found;
  }
  ImVec2 place(TimeNs t, float row) const {
    const double part = static_cast<double>(t - screen.time.from_ns()) /
                        static_cast<double>(screen.time.to_ns() - screen.time.from_ns());
    const float height = (reply.max.y - reply.min.y) / static_cast<float>(source.evses.size());
    return {reply.min.x + static_cast<float>(part) * (reply.max.x - reply.min.x), reply.min.y + (row + 0.5F) * height};
  }

  Screen screen;
  Memory memory;
  std::unique_ptr<HeatMap> map = std::make_unique<HeatMap>(memory);
  HeatSource source;
  ImVec2 size{800, 250};
  HeatReply reply;
};

TEST_F(Heat, EveryCellHasTheColourOfItsValue) {
  show(5);
  draw();
  for (std::uint32_t row = 0; row < 5; ++row) {
    for (int hour = 0; hour < 24; hour += 5) {
      // The range is that of the whole run: 0 .. 27 kW, rounded outwards.
      const double top = nice_range(0.0, 27.0, true).max;
      EXPECT_EQ(colour_at(place(test_day + hour * hour_ns + 30 * minute_ns, static_cast<float>(row))),
                viridis_colour((static_cast<double>(row) + hour) / top))
          << row << ' ' << hour;
    }
  }
}

TEST_F(Heat, TheMouseLearnsEvseAndValueAndAClickSeeks) {
  show(5);
  draw();
  Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 3));
  draw(2);
  EXPECT_EQ(reply.evse, 3U);
  EXPECT_EQ(reply.value, 10.0);
  Screen::button(0, true);
  draw(1);
  Screen::button(0, false);
  draw(1);
  EXPECT_TRUE(reply.clicked);
  EXPECT_EQ(reply.evse, 3U);
  EXPECT_NEAR(static_cast<double>(screen.time.cursor_ns() - test_day) / hour_ns, 7.33, 0.05);
}

TEST_F(Heat, RowsMayBeInAnyOrder) {
  show(5);
  source.evses = {4, 0, 2};
  draw();
  Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 0));
  draw(2);
  EXPECT_EQ(reply.evse, 4U);
  EXPECT_EQ(reply.value, 11.0);
}

TEST_F(Heat, MoreRowsThanPixelsAreAveragedButTheMouseSeesItsOwn) {
  show(1000);
  draw();
  for (const auto& [id, picture] : memory.pictures) EXPECT_LE(picture.height, 256);
  // Lines of 5 EVSEs: the first shows the mean of rows 0 to 4 in hour 10, which is 12 kW. So many cells are not looked
  // through for their range: the highest power of the run is it.
  double highest_kw = 0.0;
  for (const model::Evse& evse : source.run->evses)
    highest_kw = std::max(highest_kw, evse.kw.extent_of(source.run->start_ns, source.run->end_ns).max);
  ASSERT_GT(highest_kw, 999.0);
  const double top = nice_range(0.0, highest_kw, true).max;
  const auto lines = static_cast<std::size_t>(reply.max.y - reply.min.y);
  ASSERT_EQ((1000 + lines - 1) / lines, 5U);
  EXPECT_EQ(colour_at({place(test_day + 10 * hour_ns + 30 * minute_ns, 0).x, reply.min.y + 0.1F}),
            viridis_colour(12.0 / top));
  Screen::mouse(
      {place(test_day + 10 * hour_ns + 20 * minute_ns, 0).x, reply.min.y + 0.5F * (reply.max.y - reply.min.y)});
  draw(2);
  EXPECT_EQ(reply.value, static_cast<double>(reply.evse) + 10.0);
}

TEST_F(Heat, ADifferenceMatchesRowsByName) {
  show(3);
  const auto other = test_run(3, 1.0);
  std::swap(other->evses[0], other->evses[2]);
  std::swap(other->evses[0].sessions, other->evses[2].sessions);
  other->evses[1].name = "somebody else";
  source.minus = other;
  draw();
  Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 0));
  draw(2);
  EXPECT_EQ(reply.value, -1.0);
  EXPECT_EQ(colour_at(place(test_day + 7 * hour_ns + 20 * minute_ns, 0)), diverging_colour(-1.0));
  Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 1));
  draw(2);
  EXPECT_TRUE(std::isnan(reply.value));
  EXPECT_EQ(colour_at(place(test_day + 7 * hour_ns + 20 * minute_ns, 1)), 0U);
}

TEST_F(Heat, AVehicleThatOnlyOneRunHasCountsInFull) {
  show(1);
  auto other = test_run(1);
  other->sessions.clear();
  other->evses[0].sessions.clear();
  other->evses[0].kw = stairs(std::vector<double>(24, 0.0), hour_ns);
  source.minus = other;
  draw();
  Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 0));
  draw(2);
  EXPECT_EQ(reply.value, 7.0);
}

TEST_F(Heat, IsTheSameWhenItCameBitByBit) {
  show(40);
  draw(1, true);
  EXPECT_FALSE(reply.filling);
  const auto colours = [&] {
    std::vector<ImU32> found;
    for (float row = 0; row < 40; row += 7) {
      for (int hour = 0; hour < 24; ++hour)
        found.push_back(colour_at(place(test_day + hour * hour_ns + minute_ns, row)));
    }
    return found;
  };
  draw(2);
  const std::vector<ImU32> at_once = colours();
  map = std::make_unique<HeatMap>(memory);
  int frames = 0;
  do {
    draw(1, false);
    ++frames;
  } while (reply.filling && frames < 1000);
  EXPECT_FALSE(reply.filling);
  EXPECT_EQ(colours(), at_once);
}

TEST_F(Heat, PanningReusesTiles) {
  show(5);
  draw();
  const std::uintptr_t made = memory.last;
  screen.time.zoom_at(2.0, test_day + 12 * hour_ns);
  draw();
  screen.time.show_whole_run();
  draw();
  const std::uintptr_t after = memory.last;
  EXPECT_GT(after, made);
  screen.time.zoom_at(2.0, test_day + 12 * hour_ns);
  draw();
  screen.time.show_whole_run();
  draw();
  EXPECT_EQ(memory.last, after);
}

TEST_F(Heat, KeepsNoMoreThanItMayAndGivesEverythingBack) {
  show(2);
  for (int i = 0; i < 70; ++i) {
    screen.time.show_window(test_day + i * 20 * minute_ns, test_day + i * 20 * minute_ns + 20 * minute_ns);
    draw(1);
    screen.time.show_window(test_day + i * 20 * minute_ns, test_day + i * 20 * minute_ns + minute_ns);
    draw(1);
    screen.time.show_whole_run();
    draw(1);
    EXPECT_LE(memory.pictures.size(), 530U);
  }
  EXPECT_GT(memory.last, 700U);
  map.reset();
  EXPECT_TRUE(memory.pictures.empty());
}

// More scales than are kept: which of the two runs' is made when the others are thrown away is chance.
TEST_F(Heat, TwoRunsBesideEachOtherHaveOneScaleHoweverManyWereMade) {
  show(8);
  const auto other = test_run(8);
  for (model::Evse& evse : other->evses) evse.kw = stairs(std::vector<double>(24, 0.0), hour_ns);
  const ImU32 due = viridis_colour((7 + 10) / nice_range(0.0, 7.0 + 23.0, true).max);
  draw(1);
  for (const int first : {0, 1}) {
    // One scale of a run alone, by which the pairs that follow begin at an odd or an even number of them.
    source.beside = nullptr;
    source.evses = {7};
    if (first == 1) draw(1);
    source.beside = other;
    for (std::uint32_t some = 1; some < 128; ++some) {
      source.evses = {7};
      for (std::uint32_t evse = 0; evse < 7; ++evse) {
        if ((some >> evse & 1U) != 0) source.evses.push_back(evse);
      }
      if (first == 1) std::rotate(source.evses.begin() + 1, source.evses.end() - 1, source.evses.end());
      draw(1);
      ASSERT_EQ(colour_at(place(test_day + 10 * hour_ns + 30 * minute_ns, 0)), due) << some << ' ' << first;
    }
  }
}

TEST_F(Heat, NothingToShowIsNoTrouble) {
  draw();
  EXPECT_EQ(reply.evse, model::no_row);
  show(3);
  source.evses.clear();
  draw();
  show(3);
  for (const ImVec2 small : {ImVec2(1, 1), ImVec2(20, 20), ImVec2(60, 60)}) {
    size = small;
    draw();
  }
  for (const HeatMetric metric : {HeatMetric::occupied, HeatMetric::soc, HeatMetric::soc_gap}) {
    size = {400, 200};
    source.metric = metric;
    draw();
    Screen::mouse(place(test_day + 7 * hour_ns + 20 * minute_ns, 1));
    draw(2);
    EXPECT_EQ(reply.evse, 1U);
  }
}

TEST_F(Heat, CsvHasEvseTimeAndValueOfTheVisibleRange) {
  show(2);
  screen.time.show_window(test_day + 6 * hour_ns, test_day + 6 * hour_ns + 10 * kernel::second_ns);
  draw();
  std::ostringstream out;
  map->write_csv(out, screen.canvas, source);
  const std::string text = out.str();
  EXPECT_TRUE(text.starts_with("evse,from,to,value [kW]\nE1,2026-03-14T06:00:00+00:00,2026-03-14T06:00:01+00:00,6\n"))
      << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 21);
  EXPECT_TRUE(text.ends_with("E2,2026-03-14T06:00:09+00:00,2026-03-14T06:00:10+00:00,7\n")) << text;
}

TEST(HeatGrid, BucketsAreRoundAndBeginWithTheSitesDay) {
  EXPECT_EQ(bucket_length(1), kernel::second_ns);
  EXPECT_EQ(bucket_length(61 * kernel::second_ns), 2 * minute_ns);
  EXPECT_EQ(bucket_length(5 * hour_ns), 6 * hour_ns);
  EXPECT_EQ(bucket_length(400 * day_ns), 30 * day_ns);
  HeatGrid grid;
  grid.bucket_ns = day_ns;
  grid.origin_ns = -9 * hour_ns;  // Seoul
  EXPECT_EQ(grid.bucket_start(grid.bucket_of(test_day)), test_day - 9 * hour_ns);
  EXPECT_EQ(grid.bucket_of(test_day + 15 * hour_ns) - grid.bucket_of(test_day + 15 * hour_ns - 1), 1);
  EXPECT_EQ(grid.bucket_of(-1 - 9 * hour_ns), -1);
}

}  // namespace
}  // namespace evtwin::viewer::plot
