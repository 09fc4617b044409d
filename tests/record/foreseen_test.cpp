// Forecasts in run files: written in lists, read back, and as rows of a view.
#include "record/foreseen.hpp"

#include <evtwin/forecaster.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sample_run.hpp"

namespace evtwin::record::test {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

std::string written(const Folder& folder) {
  const std::string file = folder / "run.evtwin";
  const twin::World world = sample_world();
  RunWriter writer(file, world, sample_strategy());
  const std::vector<double> mean{12.3456, 0.0, 1e-7}, low{10.0, 0.0, 0.0}, high{15.55555, 1.0, 2.0};
  twin::ForecastRecord record;
  record.quantity = EVTWIN_QUANTITY_LOAD_KW;
  record.seen_ns = world.start_ns + 5 * kernel::minute_ns;
  record.issued_ns = world.start_ns;
  record.first_end_ns = world.start_ns + quarter_ns;
  record.step_ns = quarter_ns;
  record.mean = mean, record.low = low, record.high = high;
  writer.on_forecast(record);
  record.quantity = EVTWIN_QUANTITY_PV_KW;
  record.low = record.high = {};
  writer.on_forecast(record);
  twin::Result result;
  result.sites.resize(world.sites.size());
  writer.finish(result, {}, 0.0);
  return file;
}

TEST(Foreseen, IsReadAsItWasWritten) {
  const Folder folder;
  const Database database(written(folder), SQLITE_OPEN_READONLY);
  const std::vector<Foreseen> rows = read_foreseen(database);
  ASSERT_EQ(rows.size(), 2U);
  const kernel::TimeNs start_ns = sample_world().start_ns;
  EXPECT_EQ(rows[0].quantity, "load");
  EXPECT_EQ(rows[0].issued_ns, start_ns);
  EXPECT_THAT(rows[0].mean, ElementsAre(12.35, 0.0, 1e-7));  // four digits
  EXPECT_THAT(rows[0].low, ElementsAre(10.0, 0.0, 0.0));
  EXPECT_THAT(rows[0].high, ElementsAre(15.56, 1.0, 2.0));
  EXPECT_EQ(rows[0].start_of(0), start_ns + 5 * kernel::minute_ns);
  EXPECT_EQ(rows[0].end_of(0), start_ns + quarter_ns);
  EXPECT_EQ(rows[0].start_of(2), start_ns + 2 * quarter_ns);
  EXPECT_EQ(rows[1].quantity, "pv");
  EXPECT_TRUE(rows[1].low.empty() && rows[1].high.empty());
}

TEST(Foreseen, StandsAsRowsInAView) {
  const Folder folder;
  const Database database(written(folder), SQLITE_OPEN_READONLY);
  Statement rows(database, "SELECT quantity, start_ns, end_ns, mean, low, high FROM foreseen_step");
  const kernel::TimeNs start_ns = sample_world().start_ns;
  int count = 0;
  while (rows.next_row()) {
    const int k = count++ % 3;
    EXPECT_EQ(rows.column_text(0), count <= 3 ? "load" : "pv");
    EXPECT_EQ(rows.column_integer(1), k == 0 ? start_ns + 5 * kernel::minute_ns : start_ns + k * quarter_ns);
    EXPECT_EQ(rows.column_integer(2), start_ns + (k + 1) * quarter_ns);
    EXPECT_THAT(rows.column_real(3), DoubleEq(std::vector{12.35, 0.0, 1e-7}[static_cast<std::size_t>(k)]));
    EXPECT_EQ(std::isnan(rows.column_real(4)), count > 3);
    const double high = std::vector{15.56, 1.0, 2.0}[static_cast<std::size_t>(k)];
    EXPECT_TRUE(count <= 3 ? rows.column_real(5) == high : std::isnan(rows.column_real(5)));
  }
  EXPECT_EQ(count, 6);
}

TEST(Foreseen, AListThatIsNoneIsRefused) {
  std::vector<double> values;
  for (const char* text : {"", "[]", "[1", "1,2]", "[1,]", "[,1]", "[1;2]", "[1,x]", "[nul]", "[1 2]"})
    EXPECT_FALSE(parse_number_list(text, values)) << text;
  EXPECT_TRUE(parse_number_list("[1,-2.5e3,null]", values));
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[1], -2500.0);
  EXPECT_TRUE(std::isnan(values[2]));

  const Folder folder;
  const std::string file = written(folder);
  for (const char* change_to : {"UPDATE foreseen SET mean = '[1,2'", "UPDATE foreseen SET low = '[1,2]'",
                                "UPDATE foreseen SET high = NULL WHERE id = 1", "UPDATE foreseen SET step_ns = 0"}) {
    std::filesystem::copy_file(file, folder / "changed.evtwin", std::filesystem::copy_options::overwrite_existing);
    change(folder / "changed.evtwin", change_to);
    const Database database(folder / "changed.evtwin", SQLITE_OPEN_READONLY);
    EXPECT_THROW(read_foreseen(database), RunFileError) << change_to;
  }
}

}  // namespace
}  // namespace evtwin::record::test
