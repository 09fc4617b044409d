// What scenarios/README.md says of the key figures is the table that prints them. EVTWIN_WRITE_DOCS=1 in the
// environment writes it instead of comparing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "analysis/kpi.hpp"
#include "support/paths.hpp"

namespace evtwin::analysis::test {
namespace {

const std::string readme = paths::source_dir + "/scenarios/README.md";
const std::string begin_mark = "<!-- key figures: made from the table in engine/analysis/kpi.cpp -->\n";
const std::string end_mark = "<!-- end of key figures -->\n";

std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Documentation, KeyFiguresFollowTheTable) {
  const std::string text = read(readme);
  const std::size_t begin = text.find(begin_mark);
  const std::size_t end = text.find(end_mark);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string wanted = text.substr(0, begin + begin_mark.size()) + kpi_reference() + text.substr(end);
  if (std::getenv("EVTWIN_WRITE_DOCS") != nullptr) std::ofstream(readme, std::ios::binary) << wanted;
  EXPECT_TRUE(read(readme) == wanted)
      << "EVTWIN_WRITE_DOCS=1 test_analysis --gtest_filter='Documentation.*' writes what the table says";
}

}  // namespace
}  // namespace evtwin::analysis::test
