// The readers of records - text, table, object - agree, and what holds of every log holds of those that tests keep:
// the same checks that the fuzz programs make on damaged ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/invariants.hpp"
#include "ocpp/log_reader.hpp"
#include "ocpp/log_table.hpp"
#include "support/paths.hpp"

namespace evtwin::ocpp {
namespace {

std::vector<std::filesystem::path> layout_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(paths::source_dir + "/tests/ocpp/layouts"))
    if (entry.path().extension() != ".md") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Records, TextTablesAndObjectsTellTheSameFrames) {
  std::size_t checked = 0;
  for (const auto& file : layout_files()) {
    SCOPED_TRACE(file.filename().string());
    EXPECT_NO_THROW(fuzz::check_records(bytes_of(file)));
    ++checked;
  }
  EXPECT_GE(checked, 60u);
}

TEST(Records, QuotesBracketsAndLineEndsInsideAFrameAreItsOwn) {
  // Each has something that a table, an object or a line could take for its own end.
  for (const char* frame :
       {R"([2,"1","StartTransaction",{"idTag":"a\"b,\"c"}])", R"([2,"2","Authorize",{"idTag":"it's, '"}])",
        R"([2,"3","DataTransfer",{"data":"[2,\"x\",\"Heartbeat\",{}]"}])",
        R"([2,"4","DataTransfer",{"data":"line\nend\\\"\""}])", R"([4,"5","","\"\"",{"a":["''",""]}])"}) {
    SCOPED_TRACE(frame);
    EXPECT_NO_THROW(fuzz::check_records(std::string(frame) + "\n" + R"([2,"9","Heartbeat",{}])" + "\n"));
  }
}

// A log that loses bytes, or has a byte changed, still tells no other frames by one reader than by another.
TEST(Records, DamagedLogsAreReadAlikeByAllReaders) {
  for (const auto& file : layout_files()) {
    if (file.extension() != ".csv" && file.extension() != ".ndjson" && file.filename() != "python_csms_16.log")
      continue;
    SCOPED_TRACE(file.filename().string());
    const std::string whole = bytes_of(file);
    for (std::size_t n = 0; n < 12; ++n) {
      std::string damaged = whole;
      const std::size_t at = whole.size() * (2 * n + 1) / 24;
      if (n % 3 == 0) damaged.erase(at, 1);
      if (n % 3 == 1) damaged[at] = "\"',[{}\\"[n % 7];
      if (n % 3 == 2) damaged.resize(at);
      EXPECT_NO_THROW(fuzz::check_log_reader(damaged));
      EXPECT_NO_THROW(fuzz::check_records(damaged));
    }
  }
}

TEST(RowCells, QuotedCellsEndAtALoneQuoteAndKeepOneForTwo) {
  const TableHead head{',', std::vector<FieldKind>(4), false};
  RowCells cells;
  const std::string row = "a,\"b,\"\"c\"\"\nd\",,\"\"\nnext";
  EXPECT_EQ(cells.cut_row(row, 0, head), row.size() - 5);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells[0].text, "a");
  EXPECT_EQ(cells[1].text, "b,\"\"c\"\"\nd");
  EXPECT_EQ(cells.plain_text(1), "b,\"c\"\nd");
  EXPECT_EQ(cells.plain_text(0), "a");
  EXPECT_EQ(cells[2].text, "");
  EXPECT_EQ(cells.plain_text(3), "");
}

TEST(RowCells, ACellThatIsNeverClosedTakesTheRest) {
  const TableHead head{';', std::vector<FieldKind>(2), false};
  RowCells cells;
  EXPECT_EQ(cells.cut_row("a;\"b\"\"\nc", 0, head), 8u);
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells.plain_text(1), "b\"\nc");
}

TEST(RowCells, SingleQuotesHoldACellWhereTheyOpenAndCloseIt) {
  const TableHead head{',', std::vector<FieldKind>(4), false};
  RowCells cells;
  const std::string row = "'[2,\"it''s\",x]',it's,'open,b";
  EXPECT_EQ(cells.cut_row(row, 0, head), row.size());
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells.plain_text(0), "[2,\"it's\",x]");
  EXPECT_EQ(cells[1].text, "it's");
  EXPECT_EQ(cells[2].text, "'open");
  EXPECT_EQ(cells[3].text, "b");
}

}  // namespace
}  // namespace evtwin::ocpp
