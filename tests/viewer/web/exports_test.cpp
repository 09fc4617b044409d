// The page's program without a browser: what page.js calls, called in its order.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "support/paths.hpp"
#include "viewer/model/run_feed.hpp"
#include "viewer/support/made_runs.hpp"

extern "C" {
const char* page_start(const char* files, const char* fragment, const char* language, int dark, int cpu);
const char* page_runs(const char* fragment);
const char* page_frame(double seconds);
const char* page_state();
const char* page_item(const char* name);
const std::uint32_t* page_pixels();
void page_resize(int width, int height, float ratio);
void page_mouse(float x, float y);
void page_button(int which, int down);
void page_open(const char* file);
}

namespace evtwin::viewer::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string text_of(const std::string& file) {
  std::ifstream stream(paths::source_dir + "/" + file);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Every match's groups of a pattern.
std::vector<std::smatch> matches_of(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  return {std::sregex_iterator(text.begin(), text.end(), expression), {}};
}

/// Frames until none comes by itself. @returns the last one's wishes
json settle() {
  for (int i = 0; i < 20000; ++i) {
    json wishes = json::parse(page_frame(1.0 / 60.0));
    if (!wishes.at("again")) return wishes;
  }
  ADD_FAILURE() << "the page never settles";
  return {};
}

// One page for a program: the calls are in the order of a visit.
TEST(ExportsOfThePage, ShowARunAndWhatIsOpenedBesideIt) {
  const std::string edf = scenario_run("workplace_week", "edf");
  EXPECT_EQ(json::parse(page_runs("#run=a.evtwin&run=b.evtwin")), json({"a.evtwin", "b.evtwin"}));
  EXPECT_EQ(json::parse(page_runs("#nonsense")), json::array());
  ASSERT_STREQ(page_start(edf.c_str(), "#t=2026-06-02T09:30&window=6h&select=A-3&lang=ko", "en-GB", 1, 0), "");
  page_resize(1200, 800, 1.0F);
  // The first frame waits for no reading.
  page_frame(1.0 / 60.0);
  EXPECT_TRUE(json::parse(page_state()).at("runs").at(0).at("loading"));
  EXPECT_EQ(json::parse(page_state()).at("runs").at(0).at("sessions"), 0);
  const json wishes = settle();
  EXPECT_THAT(wishes.at("link").get<std::string>(), HasSubstr("select=A-3"));
  json state = json::parse(page_state());
  EXPECT_GT(state.at("runs").at(0).at("sessions"), 50);
  EXPECT_EQ(state.at("to").get<std::int64_t>() - state.at("from").get<std::int64_t>(), 6 * 3'600'000'000'000);
  EXPECT_TRUE(state.at("korean"));
  EXPECT_TRUE(state.at("dark"));
  EXPECT_FALSE(state.at("onGpu")) << "there is none here";
  EXPECT_NE(page_pixels(), nullptr);

  const json rect = json::parse(page_item("entity.A-1"));
  ASSERT_TRUE(rect.is_array());
  page_mouse(rect[0].get<float>() + rect[2].get<float>() / 2, rect[1].get<float>() + rect[3].get<float>() / 2);
  settle();
  page_button(0, 1);
  page_button(0, 0);
  settle();
  EXPECT_EQ(json::parse(page_state()).at("evse"), 0);
  EXPECT_STREQ(page_item("no such part"), "null");

  // Scores of a fleet, and what is no run.
  const std::string scores = (made_folder() / "scores.json").string(),
                    words = (made_folder() / "words.evtwin").string();
  const std::string command = "'" + paths::program + "' score --json '" + paths::source_dir +
                              "/scenarios/made_cars.csv' >'" + scores + "' 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  page_open(scores.c_str());
  settle();
  EXPECT_NE(json::parse(page_item("fleet.summary")), nullptr);
  std::ofstream(words) << "Dear Sir or Madam";
  page_open(words.c_str());
  settle();
  state = json::parse(page_state());
  EXPECT_THAT(state.at("runs").at(1).at("trouble").get<std::string>(),
              AllOf(StartsWith("words.evtwin: "), HasSubstr("not an evtwin run file")));
}

TEST(RunOnItsWay, IsReadOnceItHasCome) {
  const std::filesystem::path file = made_folder() / "later.evtwin";
  model::RunFeed feed(file.string());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(feed.poll_run(), nullptr);
  EXPECT_TRUE(feed.feed_status().loading);
  std::filesystem::copy_file(scenario_run("workplace_week", "asap"), file);
  feed.wait_until_loaded();
  EXPECT_EQ(feed.feed_status().trouble, "");
  EXPECT_GT(feed.poll_run()->sessions.size(), 50U);
}

TEST(RunOnItsWay, ThatCanNotComeSaysWhy) {
  const std::string file = (made_folder() / "never.evtwin").string();
  model::RunFeed feed(file);
  EXPECT_EQ(feed.poll_run(), nullptr);
  std::ofstream(file + ".trouble") << "never.evtwin: the server says 404";
  EXPECT_EQ(feed.poll_run(), nullptr);
  EXPECT_FALSE(feed.feed_status().loading);
  EXPECT_EQ(feed.feed_status().trouble, "never.evtwin: the server says 404");
}

// The table `declared` of page.js says of each function what it gives and takes, which nobody checks in a browser.
TEST(ExportsOfThePage, AreThoseThatItsScriptDeclares) {
  const auto kind_of = [](const std::string& type) {
    return type == "void " ? "null" : type.starts_with("const char*") ? "'string'" : "'number'";
  };
  std::map<std::string, std::string> exported, declared;
  const std::string program = text_of("viewer/shell_web/exports.cpp"), script = text_of("viewer/shell_web/page.js");
  for (const std::smatch& function :
       matches_of(program, R"(EMSCRIPTEN_KEEPALIVE ([a-z_:0-9 ]+[ *]+)page_(\w+)\(([^)]*)\))")) {
    std::string takes;
    const std::string parameters = function[3];
    for (const std::smatch& parameter : matches_of(parameters, R"((const char\*|int|float|double) \w+)"))
      takes += (takes.empty() ? "" : ", ") + std::string(kind_of(parameter[1]));
    exported[function[2]] = "[" + std::string(kind_of(function[1])) + ", [" + takes + "]]";
  }
  const std::size_t from = script.find("const declared = {"), to = script.find("};", from);
  ASSERT_NE(to, std::string::npos);
  const std::string table = script.substr(from, to - from);
  for (const std::smatch& function : matches_of(table, R"((\w+): (\[[^\[\]]*\[[^\]]*\]\]))"))
    declared[function[1]] = function[2];
  EXPECT_GE(exported.size(), 20U);
  EXPECT_EQ(exported, declared);
  // What is declared is called by the name that it has.
  for (const std::smatch& call : matches_of(script, R"(\b(?:call|functions)\.(\w+)\()"))
    EXPECT_TRUE(exported.contains(call[1])) << call[1];
}

// The library of Debian's emscripten has no algorithms of std::ranges: those that the page's files use are in
// library_gaps.hpp.
TEST(LibraryGaps, AreFilledWhereThePageNeedsIt) {
  std::set<std::string> filled{"greater"}, used;  // that one it has
  const std::string gaps = text_of("viewer/shell_web/library_gaps.hpp");
  for (const std::smatch& name : matches_of(gaps, R"(\b(?:auto|void|bool|struct) (\w+)[({ ])")) filled.insert(name[1]);
  for (const char* room : {"viewer/model", "viewer/plot", "viewer/ui", "viewer/shell_web", "engine/record",
                           "engine/kernel", "engine/analysis"}) {
    for (const auto& file : std::filesystem::directory_iterator(paths::source_dir + "/" + room)) {
      const std::string suffix = file.path().extension();
      if ((suffix != ".cpp" && suffix != ".hpp") || file.path().filename() == "library_gaps.hpp") continue;
      const std::string text = text_of(room + ("/" + file.path().filename().string()));
      for (const std::smatch& name : matches_of(text, R"(\bstd::ranges::(\w+))")) used.insert(name[1]);
    }
  }
  EXPECT_GE(used.size(), 5U);
  for (const std::string& name : used) EXPECT_TRUE(filled.contains(name)) << "std::ranges::" << name;
}

}  // namespace
}  // namespace evtwin::viewer::testing
