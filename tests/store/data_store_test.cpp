// A store keeps where its rows came from, and takes nothing in twice.
#include "store/data_store.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "record/run_file.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::store {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFolder;

Source source_of(const std::string& digest) {
  return {"pv.csv", digest, "series/1", "", "Asia/Seoul", "2026-06-01T12:00:00+09:00", false};
}

sessions::RawTable two_hours() {
  sessions::RawTable table;
  sessions::RawSeries& series = table.series.emplace_back();
  series.name = "kw";
  for (int k = 0; k < 8; ++k) {
    series.times_ns.push_back(k * 15 * kernel::minute_ns);
    series.values.push_back(k);
  }
  table.left_out = {"pv.csv:4: kw: '' is no number"};
  return table;
}

TEST(DataStore, RawRowsKeepTheirSourceAndDerivedOnesTheirRule) {
  const TemporaryFolder folder;
  const std::string file = folder.write("store.sqlite", "");
  DataStore store(file);
  const Imported first = store.import_series(source_of("aa"), two_hours());
  EXPECT_TRUE(first.is_new);
  EXPECT_EQ(first.rows_taken, 8);
  EXPECT_EQ(first.rows_left_out, 1);
  EXPECT_EQ(store.derive_series(first.id, 60), 1);
  const auto series = store.list_series();
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].file, "pv.csv");
  EXPECT_EQ(series[0].steps_min, std::vector<int>{60});
  const std::vector<Step> steps = store.read_derived(series[0].id, 60);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].value, 1.5);
  EXPECT_EQ(steps[1].value, 5.5);
  EXPECT_THAT(message_of<record::RunFileError>([&] { store.read_derived(series[0].id, 30); }),
              HasSubstr("--step 30 adds them"));
  record::Database readable(file, 1);
  EXPECT_EQ(readable.read_integer("SELECT count(*) FROM import WHERE sha256 = 'aa' AND importer = 'series/1' AND "
                                  "imported_at = '2026-06-01T12:00:00+09:00' AND rows_left_out = 1"),
            1);
  EXPECT_EQ(readable.read_integer("SELECT count(*) FROM left_out WHERE reason LIKE 'pv.csv:4:%'"), 1);
  EXPECT_EQ(
      readable.read_integer("SELECT count(*) FROM derived_series WHERE rule = 'mean of levels' AND step_min = 60"), 1);
}

TEST(DataStore, TheSameBytesAreTakenInOnce) {
  const TemporaryFolder folder;
  const std::string file = folder.write("store.sqlite", "");
  const auto bytes_of_file = [&] {
    std::ifstream stream(file, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  };
  {
    DataStore store(file);
    store.derive_series(store.import_series(source_of("aa"), two_hours()).id, 60);
  }
  const std::string before = bytes_of_file();
  {
    DataStore store(file);
    Source later = source_of("aa");
    later.imported_at = "2027-01-01T00:00:00+09:00";
    const Imported again = store.import_series(later, two_hours());
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.imported_at, "2026-06-01T12:00:00+09:00");
    EXPECT_EQ(store.derive_series(again.id, 60), 0);
  }
  EXPECT_EQ(bytes_of_file(), before);
  DataStore store(file);
  const Imported changed = store.import_series(source_of("bb"), two_hours());
  EXPECT_TRUE(changed.is_new);
  EXPECT_TRUE(changed.same_file_before);
  EXPECT_EQ(store.list_series().size(), 2U);
}

TEST(DataStore, AnotherFileIsLeftAsItIs) {
  const TemporaryFolder folder;
  const std::string file = folder.write("notes.txt", "");
  std::ofstream(file)
      << "my notes, which nobody may lose: they are longer than a header of SQLite, which has a hundred "
         "bytes";
  EXPECT_THAT(message_of<record::RunFileError>([&] { DataStore store(file); }),
              HasSubstr("notes.txt: exists and is no store of this evtwin"));
  std::ifstream stream(file);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(stream), {}), HasSubstr("my notes"));
  EXPECT_THAT(message_of<record::RunFileError>([&] { DataStore store("/none.sqlite", false); }),
              HasSubstr("there is no such store"));
}

}  // namespace
}  // namespace evtwin::store
