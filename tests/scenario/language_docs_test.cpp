// What editors and README say of the language is what the loader checks: both are written from the same tables.
// EVTWIN_WRITE_DOCS=1 in the environment writes the files instead of comparing them.
#include "scenario/language_docs.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/paths.hpp"

namespace evtwin::scenario {
namespace {

const std::string folder = paths::source_dir + "/scenarios/";
const std::string begin_mark = "<!-- reference: made from the tables in engine/scenario/keys.cpp -->\n";
const std::string end_mark = "<!-- end of reference -->\n";

std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_file(const std::string& file, const std::string& wanted) {
  if (std::getenv("EVTWIN_WRITE_DOCS") != nullptr) std::ofstream(file, std::ios::binary) << wanted;
  EXPECT_TRUE(read(file) == wanted)
      << file
      << " is not what the tables say; EVTWIN_WRITE_DOCS=1 test_scenario --gtest_filter='Documentation.*' writes it";
}

TEST(Documentation, EditorDefinitionsFollowTheTables) { expect_file(folder + "evtwin.d.lua", editor_definitions()); }

TEST(Documentation, ReadmeReferenceFollowsTheTables) {
  const std::string text = read(folder + "README.md");
  const std::size_t begin = text.find(begin_mark);
  const std::size_t end = text.find(end_mark);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::size_t from = begin + begin_mark.size();
  expect_file(folder + "README.md", text.substr(0, from) + language_reference() + text.substr(end));
}

}  // namespace
}  // namespace evtwin::scenario
