// The tools of the checks: walls that stop every byte beside a column, children whose end is told, files of any bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "control/plugin_symbols.hpp"
#include "control/view_layout.hpp"
#include "plugin_check/child.hpp"
#include "plugin_check/scene.hpp"
#include "plugin_check/walled_view.hpp"
#include "support/paths.hpp"

namespace evtwin::plugin_check {
namespace {

using ::testing::HasSubstr;

Outcome in_child(const Body& body) { return run_children({&body, 1}, {.call_s = 20.0})[0]; }

evtwin_strategy asks_for_a_day() {
  evtwin_strategy strategy{};
  static constexpr double levels[] = {0.1, 0.5, 0.9};
  strategy.horizon_steps = 96;
  strategy.levels = levels;
  strategy.n_levels = 3;
  return strategy;
}

struct AtADecision {
  AtADecision() : scene(11, {.evses = 7, .storages = 1, .occupancy = 1.0}) {
    const evtwin_strategy asked = asks_for_a_day();
    scene.next_decision(asked);
    scene.next_decision(asked);
  }
  Scene scene;
};

volatile unsigned char seen;
void look(const void* at) { seen = *static_cast<const volatile unsigned char*>(at); }

TEST(WalledView, ShowsTheSameCellsAtOtherAddresses) {
  AtADecision here;
  for (const Wall wall : {Wall::after, Wall::before}) {
    const WalledView walled(here.scene.view(), wall);
    for (const auto& column : control::view_columns()) {
      const void* from = control::column_of(column, here.scene.view());
      const void* to = control::column_of(column, walled.view());
      const std::size_t length = control::length_of(column, walled.view());
      ASSERT_EQ(length, control::length_of(column, here.scene.view())) << column.name;
      if (column.cell == control::Cell::text) {
        for (std::size_t k = 0; k < length; ++k)
          EXPECT_STREQ(static_cast<const char* const*>(to)[k], static_cast<const char* const*>(from)[k]);
      } else if (length > 0) {
        EXPECT_NE(from, to);
        EXPECT_EQ(std::memcmp(from, to, length * control::size_of(column.cell)), 0) << column.name;
      }
    }
    EXPECT_EQ(walled.describe_damage(), "");
  }
}

TEST(WalledView, StopsAReadBesideEveryColumnAndNamesIt) {
  for (const auto& column : control::view_columns()) {
    for (const Wall wall : {Wall::after, Wall::before}) {
      const Outcome outcome = in_child([&] {
        explain_views();
        AtADecision here;
        const WalledView walled(here.scene.view(), wall);
        const auto* cells = static_cast<const char*>(control::column_of(column, walled.view()));
        const std::size_t bytes = control::length_of(column, walled.view()) * control::size_of(column.cell);
        look(wall == Wall::after ? cells + bytes : cells - 1);
      });
      EXPECT_FALSE(outcome.passed) << column.name;
      EXPECT_THAT(outcome.why,
                  HasSubstr((wall == Wall::after ? "it read past the end of " : "it read before the start of ") +
                            std::string(column.name)));
    }
  }
}

TEST(WalledView, IsGoneAfterTheCall) {
  const Outcome outcome = in_child([] {
    explain_views();
    AtADecision here;
    const double* kept = nullptr;
    {
      const WalledView walled(here.scene.view(), Wall::after);
      kept = walled.view().evse_soc;
    }
    const WalledView next(here.scene.view(), Wall::after);
    look(kept);
  });
  EXPECT_THAT(outcome.why, HasSubstr("memory of an earlier call"));
}

TEST(WalledView, SeesWritesBesideTheAnswersThatNoWallStops) {
  AtADecision here;
  {
    WalledView walled(here.scene.view(), Wall::after);
    walled.decision().evse_kw[-1] = 0.0;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("before the start of evse_kw"));
  }
  {
    WalledView walled(here.scene.view(), Wall::before);
    walled.decision().storage_kw[walled.view().n_storages] = 0.0;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("past the end of storage_kw"));
  }
  {
    WalledView walled(here.scene.view(), Wall::before, 0, 5);
    const std::size_t members = walled.view().n_evses + std::size_t{walled.view().n_storages};
    EXPECT_EQ(walled.decision().plan_steps, 5U);
    walled.decision().plan_kw[members * 5 - 1] = 1.0;
    EXPECT_EQ(walled.describe_damage(), "");
    walled.decision().plan_kw[members * 5] = 1.0;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("past the end of plan_kw"));
  }
  {
    WalledView walled(here.scene.view(), Wall::after, 64);
    EXPECT_EQ(walled.view().struct_size, sizeof(evtwin_view) + 64);
    EXPECT_EQ(walled.decision().struct_size, sizeof(evtwin_decision) + 64);
    reinterpret_cast<unsigned char*>(&walled.decision())[sizeof(evtwin_decision) + 3] = 0;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("that it can not know"));
  }
  {
    WalledView walled(here.scene.view(), Wall::after);
    walled.decision().evse_kw = nullptr;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("that are the host's"));
  }
  {
    WalledView walled(here.scene.view(), Wall::after, 0, 5);
    walled.decision().plan_steps = 6;
    EXPECT_THAT(walled.describe_damage(), HasSubstr("that are the host's"));
  }
}

TEST(Children, TellHowTheyEnded) {
  const std::vector<Body> bodies{[] {}, [] { throw Failed("as it should not be"); },
                                 [] {
                                   note_in_box("one");
                                   note_in_box("two");
                                   const std::uint64_t words[] = {7, 8};
                                   keep_in_box(words);
                                 }};
  const auto outcomes = run_children(bodies, {.call_s = 20.0, .at_once = 3});
  EXPECT_TRUE(outcomes[0].passed);
  EXPECT_FALSE(outcomes[1].passed);
  EXPECT_EQ(outcomes[1].why, "as it should not be");
  EXPECT_EQ(outcomes[2].note, "one; two");
  EXPECT_EQ(outcomes[2].data_words(), (std::vector<std::uint64_t>{7, 8}));
}

TEST(Symbols, AreThoseThatThePluginExports) {
  const auto symbols = control::read_symbols(paths::zoo_dir + "/missing_symbol.so").exported;
  const auto is = [](const char* name) {
    return [name](const control::ExportedSymbol& symbol) { return symbol.name == name; };
  };
  EXPECT_TRUE(std::any_of(symbols.begin(), symbols.end(), is("evtwin_other_entry")));
  EXPECT_FALSE(std::any_of(symbols.begin(), symbols.end(), is("evtwin_strategy_entry")));
}

TEST(Symbols, AnyBytesAreLookedAtSafely) {
  std::ifstream stream(paths::zoo_dir + "/answers_infinite.so", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_GT(whole.size(), 1000U);
  const std::string file = ::testing::TempDir() + "evtwin-damaged.so";
  const auto look_at = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    try {
      control::read_symbols(file);
    } catch (const std::runtime_error&) {
    }
  };
  for (std::size_t n = 0; n < whole.size(); n += 131) look_at(whole.substr(0, n));
  for (std::size_t n = 0; n < whole.size(); n += 53) {
    std::string flipped = whole;
    flipped[n] = static_cast<char>(~flipped[n]);
    look_at(flipped);
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace evtwin::plugin_check
