#include "web/run_page.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "record/reader.hpp"
#include "record/sample_run.hpp"
#include "web/encodings.hpp"
#include "web/font_subset.hpp"

namespace evtwin::web {
namespace {

namespace fs = std::filesystem;
using record::test::Folder;

constexpr const char* font_file = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

/// A viewer of our own making, with what could end a script in the wrong place.
ViewerParts made_viewer() {
  return {"<html>\n<!-- runs -->\n<body>\n<!-- data -->\n<!-- script -->\n</html>\n",
          "const end = '</script>'; // <!-- data -->\n", gzip_bytes("program"), record::test::bytes_of(font_file),
          "보기 그림"};
}

/// The list that the page's script reads.
nlohmann::json runs_of(const std::string& page) {
  const std::string begin = "const evtwinRuns = ";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find(";\nconst", from) - from));
}

class RunPage : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(font_file)) GTEST_SKIP() << "no " << font_file << " (fonts-nanum)";
    record::test::write_sample(file);
  }
  Folder folder;
  std::string file = folder / "edf.evtwin";
};

TEST_F(RunPage, HoldsTheFileByteByByte) {
  const PageRun run = read_page_run(file);
  const std::string bytes = record::test::bytes_of(file);
  EXPECT_EQ(run.bytes, bytes.size());
  const std::string page = one_page(made_viewer(), {run});
  EXPECT_NE(page.find("id=\"run0\">" + base64_of(gzip_bytes(bytes)) + "</script>"), std::string::npos);
  EXPECT_EQ(runs_of(page), nlohmann::json::parse(R"([{"name": "edf.evtwin", "place": "run0"}])"));
  EXPECT_EQ(one_page(made_viewer(), {read_page_run(file)}), page) << "the same page each time";
}

TEST_F(RunPage, OfTwoRunsNamesBothInTheirOrder) {
  PageRun first = read_page_run(file), second = first;
  second.name = "lp.evtwin";
  const nlohmann::json runs = runs_of(one_page(made_viewer(), {first, second}));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["name"], "edf.evtwin");
  EXPECT_EQ(runs[1]["name"], "lp.evtwin");
  EXPECT_EQ(runs[1]["place"], "run1");
}

// A file's name, a name in a run and the viewer's own script are text in the page, and end nothing.
TEST_F(RunPage, KeepsHostileNamesText) {
  const std::string name = "<\xE2\x80\xA8script>alert(1)<!-- script -->&\"'\\.evtwin";
  fs::rename(file, folder / name);
  const std::string page = one_page(made_viewer(), {read_page_run(folder / name)});
  EXPECT_EQ(runs_of(page)[0]["name"], name);
  EXPECT_EQ(page.find("alert(1)<"), std::string::npos);
  // runs, program, font, run and script: five ends, none of them out of what was put in.
  EXPECT_EQ(count_of(page, "</script>"), 5U);
  EXPECT_NE(page.find("const end = '<\\/script>'"), std::string::npos);
}

TEST_F(RunPage, AsFilesHasTheSameParts) {
  std::map<std::string, std::string> files;
  folder_files(made_viewer(), {read_page_run(file)},
               [&](const std::string& name, std::string_view bytes) { files[name] = bytes; });
  std::string names;
  for (const auto& [name, bytes] : files) names += name + " ";
  EXPECT_EQ(names, "NanumGothic.ttf.gz edf.evtwin.gz evtwin.js evtwin.wasm.gz font.ttf.gz index.html ");
  EXPECT_EQ(files["edf.evtwin.gz"], gzip_bytes(record::test::bytes_of(file)));
  EXPECT_EQ(runs_of(files["index.html"])[0]["place"], "edf.evtwin.gz");
  EXPECT_EQ(files["evtwin.js"], made_viewer().script);
  EXPECT_LT(files["font.ttf.gz"].size(), files["NanumGothic.ttf.gz"].size() / 20);
}

// Names of the run, in its scenario and sites, are characters that the page's font must have.
TEST_F(RunPage, HasTheCharactersOfTheRunInItsFont) {
  const PageRun run = read_page_run(file);
  for (const std::uint32_t c : std::set<std::uint32_t>{0xCDA9, 0xC804, 0xC18C}) EXPECT_TRUE(run.characters.contains(c));
  std::map<std::string, std::string> files;
  folder_files(made_viewer(), {run}, [&](const std::string& name, std::string_view bytes) { files[name] = bytes; });
  std::set<std::uint32_t> all = run.characters;
  for (std::uint32_t c = 0x20; c < 0x7F; ++c) all.insert(c);
  for (std::uint32_t c = 0xA0; c < 0x100; ++c) all.insert(c);
  add_characters("보기 그림", all);
  EXPECT_EQ(files["font.ttf.gz"], gzip_bytes(font_subset(made_viewer().font, all)));
}

TEST_F(RunPage, RefusesFilesThatAreNoWholeRun) {
  const auto refused = [](const std::string& name) {
    try {
      (void)read_page_run(name);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("it was read");
  };
  EXPECT_NE(refused(folder / "none.evtwin").find("cannot be opened"), std::string::npos);
  std::ofstream(folder / "words.evtwin") << "no data base at all";
  EXPECT_NE(refused(folder / "words.evtwin").find("not an evtwin run file"), std::string::npos);
  fs::copy(file, folder / "short.evtwin");
  fs::resize_file(folder / "short.evtwin", 8192);
  EXPECT_NE(refused(folder / "short.evtwin").find("truncated"), std::string::npos);
}

TEST(ViewerPartsOfAFolder, SayWhatIsMissing) {
  const Folder empty;
  try {
    (void)read_viewer_parts(empty.path().string());
    FAIL() << "nothing was missed";
  } catch (const WebError& error) {
    EXPECT_EQ(error.what(), (empty / "page.html") + ": can not be read");
  }
}

}  // namespace
}  // namespace evtwin::web
