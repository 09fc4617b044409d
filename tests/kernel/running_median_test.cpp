#include "kernel/running_median.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>

namespace evtwin::kernel {
namespace {

TEST(RunningMedian, LowerAndMiddleDifferForAnEvenCount) {
  RunningMedian<double> median;
  EXPECT_TRUE(median.empty());
  median.add_value(3.0);
  EXPECT_EQ(median.lower_of_middle(), 3.0);
  EXPECT_EQ(median.mean_of_middle(), 3.0);
  median.add_value(8.0);
  EXPECT_EQ(median.lower_of_middle(), 3.0);
  EXPECT_EQ(median.mean_of_middle(), 5.5);
  median.add_value(4.0);
  EXPECT_EQ(median.lower_of_middle(), 4.0);
  EXPECT_EQ(median.mean_of_middle(), 4.0);
}

RC_GTEST_PROP(RunningMedian, IsTheSortedMiddleAfterEveryValue, (const std::vector<std::int32_t>& values)) {
  RunningMedian<std::int64_t> median;
  std::vector<std::int64_t> sorted;
  for (const std::int64_t value : values) {
    median.add_value(value);
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
    const std::int64_t low = sorted[(sorted.size() - 1) / 2], high = sorted[sorted.size() / 2];
    RC_ASSERT(median.lower_of_middle() == low);
    RC_ASSERT(median.mean_of_middle() == (low == high ? low : (low + high) / 2));
  }
}

}  // namespace
}  // namespace evtwin::kernel
