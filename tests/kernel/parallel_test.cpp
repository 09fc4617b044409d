#include "kernel/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel/random.hpp"

namespace evtwin::kernel {
namespace {

constexpr unsigned thread_counts[] = {0, 1, 2, 3, 8, 64};

TEST(ParallelFor, CallsEveryIndexOnce) {
  for (const unsigned threads : thread_counts) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count.load(), 1);
  }
}

TEST(ParallelFor, GivesTheSameResultsOnAnyNumberOfThreads) {
  const auto draw_sums = [](unsigned threads) {
    std::vector<double> sums(50);
    parallel_for(sums.size(), threads, [&](std::size_t world) {
      for (std::uint64_t index = 0; index < 100; ++index) sums[world] += draw_unit(7, world, 1, index);
    });
    return sums;
  };
  const auto expected = draw_sums(1);
  for (const unsigned threads : thread_counts) EXPECT_EQ(draw_sums(threads), expected);
}

TEST(ParallelFor, CallsNothingForNothing) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, RunsOnAsManyThreadsAsAsked) {
  // Each call waits for all four to have begun: with fewer threads this test would not end.
  std::latch all_there(4);
  parallel_for(4, 4, [&](std::size_t) { all_there.arrive_and_wait(); });
  EXPECT_TRUE(all_there.try_wait());
}

TEST(ParallelFor, RethrowsTheExceptionOfTheLowestIndexThatThrows) {
  for (const unsigned threads : thread_counts) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      try {
        parallel_for(200, threads, [](std::size_t i) {
          if (i >= 17 && i % 2 == 1) throw std::runtime_error(std::to_string(i));
        });
        FAIL() << "no exception";
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "17") << threads << " threads";
      }
    }
  }
}

TEST(ParallelFor, TheLowestIndexWinsWhicheverThreadIsFirst) {
  // Both calls have begun before either throws, so that each order of throwing comes up in some of the repeats.
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::latch both_there(2);
    try {
      parallel_for(2, 2, [&](std::size_t i) {
        both_there.arrive_and_wait();
        throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      ASSERT_STREQ(error.what(), "0");
    }
  }
}

TEST(ParallelFor, RunsEveryIndexBelowTheOneThatThrows) {
  for (const unsigned threads : thread_counts) {
    std::vector<std::atomic<int>> calls(100);
    EXPECT_THROW(parallel_for(calls.size(), threads,
                              [&](std::size_t i) {
                                ++calls[i];
                                if (i == 60) throw std::runtime_error("60");
                              }),
                 std::runtime_error);
    for (std::size_t i = 0; i <= 60; ++i) EXPECT_EQ(calls[i].load(), 1);
  }
}

}  // namespace
}  // namespace evtwin::kernel
