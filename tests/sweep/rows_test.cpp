// Rows of runs survive their writer, and processes share worlds out among themselves.
#include "sweep/rows.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "support/temporary_file.hpp"
#include "sweep/plan.hpp"

namespace evtwin::sweep {
namespace {

using ::testing::ElementsAre;

const std::vector<std::string> names{"objective", "peak_kw"};

class Rows : public ::testing::Test {
 protected:
  Rows() : folder_((std::filesystem::temp_directory_path() / ("evtwin_rows_" + std::to_string(::getpid()))).string()) {
    std::filesystem::remove_all(folder_);
  }
  ~Rows() override { std::filesystem::remove_all(folder_); }
  static Row row_of(const std::string& key, double objective) {
    Row row;
    row.key = key;
    row.inputs = "in";
    row.event_hash = 0xfedcba9876543210U;
    row.sessions = 7;
    row.figures = {objective, std::numeric_limits<double>::quiet_NaN()};
    return row;
  }
  std::string first_file() const { return folder_ + "/rows/0001.jsonl"; }
  std::string folder_;
};

TEST_F(Rows, AreReadBackToTheLastBit) {
  const double figure = 0.1 + 0.2;
  {
    RowStore store(folder_);
    store.add_row(row_of("a", figure), names);
  }
  const RowStore store(folder_);
  const std::optional<Row> row = store.find_row("a");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->figures[0], figure);
  EXPECT_TRUE(std::isnan(row->figures[1]));
  EXPECT_EQ(row->event_hash, 0xfedcba9876543210U);
  EXPECT_EQ(row->sessions, 7U);
  EXPECT_THAT(store.figure_names(), ElementsAre("objective", "peak_kw"));
}

// A writer killed at any byte: every whole line is there, nothing of the last one, and the folder goes on being
// written.
TEST_F(Rows, ACutFileLosesItsLastLineOnly) {
  {
    RowStore store(folder_);
    for (const char* key : {"a", "b", "c"}) store.add_row(row_of(key, 1.5), names);
  }
  std::ifstream stream(first_file(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t size = last; size < whole.size(); ++size) {
    std::ofstream(first_file(), std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    const RowStore store(folder_);
    EXPECT_TRUE(store.has_row("a") && store.has_row("b"));
    EXPECT_FALSE(store.has_row("c")) << size;
    EXPECT_EQ(store.damaged_lines(), 0U);
  }
}

TEST_F(Rows, ADamagedLineIsCountedAndTheOthersCount) {
  {
    RowStore store(folder_);
    for (const char* key : {"a", "b"}) store.add_row(row_of(key, 1.5), names);
  }
  std::ofstream(first_file(), std::ios::binary | std::ios::app) << "{\"key\": \"c\", \"figures\": [1]}\nnonsense\n";
  const RowStore store(folder_);
  EXPECT_TRUE(store.has_row("a") && store.has_row("b"));
  EXPECT_FALSE(store.has_row("c"));
  EXPECT_EQ(store.damaged_lines(), 2U);
}

TEST_F(Rows, OfTwoProcessesAreFoundByBoth) {
  RowStore one(folder_), other(folder_);
  one.add_row(row_of("a", 1.0), names);
  Row row = row_of("b", 2.0);
  row.figures.push_back(5.0);
  other.add_row(row, {"peak_kw", "objective", "own"});
  EXPECT_FALSE(one.has_row("b"));
  one.read_new_rows();
  ASSERT_TRUE(one.has_row("b"));
  // The other's figures stand in another order: peak 2, objective unknown.
  EXPECT_TRUE(std::isnan(one.find_row("b")->figures[0]));
  EXPECT_EQ(one.find_row("b")->figures[1], 2.0);
  EXPECT_THAT(one.figure_names(), ElementsAre("objective", "peak_kw", "own"));
}

TEST_F(Rows, ARunThatWorkedIsNotUndoneByOneThatFailed) {
  RowStore store(folder_);
  store.add_row(row_of("a", 1.0), names);
  Row failed = row_of("a", 0.0);
  failed.figures.clear();
  failed.error = "killed";
  store.add_row(failed, {});
  EXPECT_TRUE(store.find_row("a")->error.empty());
  store.drop_row("a");
  EXPECT_FALSE(store.has_row("a"));
}

TEST_F(Rows, PartsOfAKeyDoNotRunIntoEachOther) {
  EXPECT_NE(content_key({"a", "bc"}), content_key({"ab", "c"}));
  EXPECT_NE(content_key({"a", ""}), content_key({"a"}));
  EXPECT_EQ(content_key({"a", "b"}), content_key({"a", "b"}));
  EXPECT_EQ(content_key({"a"}).size(), 16U);
}

// A claim holds against other processes, and ends with its process, however that ends.
TEST_F(Rows, AClaimEndsWithItsProcess) {
  std::filesystem::create_directories(folder_);
  int ready[2], go[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Claims claims(folder_);
    const char said = claims.take_world(5) && claims.take_world(6) ? 'y' : 'n';
    claims.give_back(6);
    if (::write(ready[1], &said, 1) != 1) ::_exit(1);
    char wait = 0;
    ::close(go[1]);
    if (::read(go[0], &wait, 1) < 0) ::_exit(1);  // until it is killed
    ::_exit(0);
  }
  char said = 'n';
  ASSERT_EQ(::read(ready[0], &said, 1), 1);
  EXPECT_EQ(said, 'y');
  {
    Claims claims(folder_);
    EXPECT_FALSE(claims.take_world(5));
    EXPECT_TRUE(claims.take_world(6)) << "given back";
    EXPECT_TRUE(claims.take_world(4));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(claims.take_world(5));
  }
  for (const int end : {ready[0], ready[1], go[0], go[1]}) ::close(end);
}

}  // namespace
}  // namespace evtwin::sweep
