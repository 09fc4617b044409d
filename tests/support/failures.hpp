// Failures that are meant: what a check says when it fails, and wrongs that are known and not mended yet.
#pragma once
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace evtwin::failures {

/// The texts of the failures that `claims` reports on this thread. They do not fail the test; what it throws does.
inline std::vector<std::string> of(const std::function<void()>& claims) {
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    claims();
  }
  std::vector<std::string> texts;
  for (int i = 0; i < results.size(); ++i) {
    const ::testing::TestPartResult& result = results.GetTestPartResult(i);
    if (result.failed()) texts.emplace_back(result.message());
  }
  return texts;
}

/// A wrong that is known: `claims` says what would be right, `wrongs` what fails of it today and with which figures.
/// Each failure reports one of them as a part of its text, and each of them is reported. The test passes while that is
/// so, and says it on the output. It fails when the wrong is mended (its mark goes then), when anything else fails, and
/// when the wrong becomes another one; a crash or an exception is never expected.
inline void expect_known(const std::string& reason, const std::vector<std::string>& wrongs,
                         const std::function<void()>& claims) {
  ASSERT_FALSE(wrongs.empty()) << "a known wrong needs to be told";
  const std::vector<std::string> failed = of(claims);
  ASSERT_FALSE(failed.empty()) << "this is mended, take its mark away: " << reason;
  std::vector<bool> reported(wrongs.size());
  for (const std::string& failure : failed) {
    bool known = false;
    for (std::size_t i = 0; i < wrongs.size(); ++i) {
      if (failure.find(wrongs[i]) == std::string::npos) continue;
      known = reported[i] = true;
    }
    EXPECT_TRUE(known) << "fails, and not as it is known (" << reason << "):\n" << failure;
  }
  for (std::size_t i = 0; i < wrongs.size(); ++i)
    EXPECT_TRUE(reported[i]) << "no longer so, take it away: " << wrongs[i] << " (" << reason << ")";
  std::printf("known wrong: %s\n", reason.c_str());
}

}  // namespace evtwin::failures
