// The marks of known wrongs are strict: mended, otherwise wrong or gone astray, they fail.
#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace evtwin::failures {
namespace {

std::vector<std::string> judged(const std::vector<std::string>& wrongs, const std::function<void()>& claims) {
  return of([&] { expect_known("it is so", wrongs, claims); });
}

void two_claims(int first, int second) {
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

TEST(KnownWrong, PassesWhileItIsAsItIsKnown) {
  EXPECT_TRUE(judged({"Which is: 7"}, [] { two_claims(7, 2); }).empty());
  EXPECT_TRUE(judged({"Which is: 7", "Which is: 8"}, [] { two_claims(7, 8); }).empty());
}

TEST(KnownWrong, FailsWhenItIsMended) {
  const auto failed = judged({"Which is: 7"}, [] { two_claims(1, 2); });
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_NE(failed[0].find("this is mended, take its mark away: it is so"), std::string::npos) << failed[0];
}

TEST(KnownWrong, FailsWhenAPartOfItIsMended) {
  const auto failed = judged({"Which is: 7", "Which is: 8"}, [] { two_claims(7, 2); });
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_NE(failed[0].find("no longer so, take it away: Which is: 8"), std::string::npos) << failed[0];
}

TEST(KnownWrong, FailsWhenAnythingElseIsWrong) {
  EXPECT_EQ(judged({"Which is: 7"}, [] { two_claims(7, 9); }).size(), 1U);
  EXPECT_EQ(judged({"Which is: 7"}, [] { two_claims(6, 2); }).size(), 2U);  // another figure, and not the known one
}

TEST(KnownWrong, NeverExpectsAnException) {
  EXPECT_THROW(judged({"Which is: 7"}, [] { throw std::runtime_error("Which is: 7"); }), std::runtime_error);
}

TEST(KnownWrong, NeedsToBeTold) {
  EXPECT_EQ(judged({}, [] { two_claims(7, 2); }).size(), 1U);
}

}  // namespace
}  // namespace evtwin::failures
