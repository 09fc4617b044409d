// The policy file: what is written is read, what is not a policy is refused in one clear line.
#include "policy/policy_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <limits>

#include "policy/sha256.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::policy {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using ::testing::Not;

PolicyFile small() {
  PolicyFile policy;
  policy.head = {{"kind", "ppo"}, {"training", {{"seed", 7}}}, {"note", "한국어"}};
  policy.arrays = {
      {"w", {2, 3}, {1.0F, -2.5F, 0.0F, -0.0F, 1e-40F, 3e38F}}, {"empty", {0, 4}, {}}, {"one", {}, {5.0F}}};
  return policy;
}

/// A file with the sum that its bytes have, whatever they are.
std::string summed(const std::string& body) { return body + sha256_hex(body) + "\n"; }
std::string file_of(const std::string& head, const std::string& numbers = {}) {
  return summed(fmt::format("evtwin-policy/1\nhead {}\n{}\n{}", head.size(), head, numbers));
}
std::string refusal(const std::string& bytes) {
  return message_of<PolicyError>([&] { read_policy(bytes); });
}

bool same(const PolicyFile& a, const PolicyFile& b) {
  if (a.head != b.head || a.arrays.size() != b.arrays.size()) return false;
  for (std::size_t i = 0; i < a.arrays.size(); ++i) {
    const Array &x = a.arrays[i], &y = b.arrays[i];
    if (x.name != y.name || x.shape != y.shape || x.values.size() != y.values.size()) return false;
    for (std::size_t v = 0; v < x.values.size(); ++v) {
      if (x.values[v] != y.values[v] || std::signbit(x.values[v]) != std::signbit(y.values[v])) return false;
    }
  }
  return true;
}

TEST(PolicyFile, IsReadAsItWasWritten) {
  const PolicyFile back = read_policy(policy_bytes(small()));
  EXPECT_TRUE(same(back, small()));
  EXPECT_EQ(back.find_array("w", {2, 3}).values[1], -2.5F);
  EXPECT_EQ(message_of<PolicyError>([&] { back.find_array("w", {3, 2}); }), "its array w is [2, 3], [3, 2] is due");
  EXPECT_EQ(message_of<PolicyError>([&] { back.find_array("v", {3, 2}); }), "it has no array v");
  const testing::TemporaryFile file(policy_bytes(small()));
  EXPECT_TRUE(same(read_policy_file(file.path()), small()));
}

/// The bytes are those that the header says, put together here by hand.
TEST(PolicyFile, ItsBytesAreThoseOfTheFormat) {
  PolicyFile policy;
  policy.head = {{"kind", "ppo"}};
  policy.arrays = {{"a", {2}, {1.0F, -2.0F}}};
  const std::string head = R"({"arrays":[{"name":"a","shape":[2]}],"kind":"ppo"})";
  // IEEE 754: 1 is 3f800000, -2 is c0000000; the low byte first.
  const std::string numbers("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  EXPECT_EQ(policy_bytes(policy), file_of(head, numbers));
}

RC_GTEST_PROP(PolicyFile, AnyPolicyComesBack, ()) {
  PolicyFile policy;
  policy.head = {{"kind", "ppo"}, {"hidden", *rc::gen::arbitrary<int>()}};
  policy.head["seed"] = *rc::gen::arbitrary<std::uint64_t>();
  const auto n = *rc::gen::inRange<std::size_t>(0, 6);
  for (std::size_t i = 0; i < n; ++i) {
    Array array{fmt::format("a{}", i), {}, {}};
    std::size_t size = 1;
    for (std::size_t d = *rc::gen::inRange<std::size_t>(0, 5); d > 0; --d) {
      array.shape.push_back(*rc::gen::inRange<std::uint32_t>(0, 4));
      size *= array.shape.back();
    }
    for (std::size_t v = 0; v < size; ++v) {
      const auto value = static_cast<float>(*rc::gen::arbitrary<double>());
      array.values.push_back(std::isfinite(value) ? value : 0.25F);
    }
    policy.arrays.push_back(std::move(array));
  }
  RC_ASSERT(same(read_policy(policy_bytes(policy)), policy));
}

TEST(PolicyFile, EveryByteChangedIsRefused) {
  const std::string sound = policy_bytes(small());
  for (std::size_t i = 0; i < sound.size(); ++i) {
    for (const char by : {'\x01', '\x20', '\x80'}) {
      std::string changed = sound;
      changed[i] = static_cast<char>(changed[i] ^ by);
      EXPECT_NE(refusal(changed), "accepted") << "byte " << i;
    }
  }
}

TEST(PolicyFile, EveryCutAndEveryAdditionIsRefused) {
  const std::string sound = policy_bytes(small());
  for (std::size_t n = 0; n < sound.size(); ++n) EXPECT_NE(refusal(sound.substr(0, n)), "accepted") << n;
  EXPECT_THAT(refusal(sound + "\n"), HasSubstr("damaged"));
  EXPECT_THAT(refusal(sound + sound), Not("accepted"));
  EXPECT_THAT(refusal(sound.substr(0, sound.size() - 9)), HasSubstr("cut short or damaged"));
}

TEST(PolicyFile, OtherFilesAreNamedForWhatTheyAre) {
  EXPECT_EQ(refusal(""), "it is empty");
  EXPECT_THAT(refusal("hello\n"), HasSubstr("it is no policy file; `evtwin train` writes them"));
  EXPECT_THAT(refusal(std::string("PK\x03\x04 and so on")), HasSubstr("executes nothing"));
  for (char protocol = 2; protocol <= 5; ++protocol)
    EXPECT_THAT(refusal(std::string("\x80") + protocol + "}q"), HasSubstr("it is a pickle")) << int(protocol);
  EXPECT_THAT(refusal("\x1f\x8b\x08"), HasSubstr("compressed"));
  EXPECT_THAT(refusal("SQLite format 3"), HasSubstr("a database"));
  EXPECT_THAT(refusal("evtwin-policy/2\nhead 2\n{}\n"), HasSubstr("another version"));
}

/// With the right sum: somebody meant it.
TEST(PolicyFile, HostileFilesAreRefusedForWhatIsWrong) {
  const auto arrays = [](const std::string& list) { return file_of(R"({"arrays":)" + list + "}"); };
  EXPECT_THAT(refusal(summed("evtwin-policy/1\nhand 2\n{}\n")), HasSubstr("no head"));
  for (const std::string size : {"99999999999999999999999", "-1", "", "5", "18446744073709551615", "2 "})
    EXPECT_THAT(refusal(summed("evtwin-policy/1\nhead " + size + "\n{}\n")), HasSubstr("size of its head")) << size;
  EXPECT_THAT(refusal(file_of("{")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(file_of("{\"a\":1e999}")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(file_of("{\"a\":\"\xff\"}")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(file_of("{\"a\":NaN}")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(file_of("[]")), HasSubstr("no JSON object"));
  EXPECT_THAT(refusal(file_of(std::string(5'000'000, '['))), HasSubstr("nested deeper than 32"));
  EXPECT_THAT(refusal(file_of("{}")), HasSubstr("no list of arrays"));
  EXPECT_THAT(refusal(arrays("7")), HasSubstr("no list of arrays"));
  EXPECT_THAT(refusal(arrays("[7]")), HasSubstr("no name and shape"));
  EXPECT_THAT(refusal(arrays(R"([{"name":"a"}])")), HasSubstr("no name and shape"));
  EXPECT_THAT(refusal(arrays(R"([{"name":"a","shape":[1,1,1,1,1]}])")), HasSubstr("no name and shape"));
  for (const std::string size : {"-1", "1.5", "\"1\"", "99999999999999999999", "4294967297", "null"})
    EXPECT_THAT(refusal(arrays(R"([{"name":"a","shape":[)" + size + "]}]")), HasSubstr("whole numbers")) << size;
  // Products that would wrap to something small.
  for (const std::string shape : {"1073741824", "65536,65536", "1073741824,1073741824,1073741824,4", "4294967296"})
    EXPECT_NE(refusal(arrays(R"([{"name":"a","shape":[)" + shape + "]}]")), "accepted") << shape;
  EXPECT_THAT(refusal(arrays(R"([{"name":"a","shape":[1]}])")), HasSubstr("larger than the file"));
  EXPECT_THAT(refusal(file_of(R"({"arrays":[{"name":"a","shape":[0]},{"name":"a","shape":[0]}]})")),
              HasSubstr("two arrays a"));
  EXPECT_THAT(refusal(file_of(R"({"arrays":[]})", "1234")), HasSubstr("bytes behind its arrays"));
  for (const std::uint32_t bits : {0x7f800000U, 0xff800000U, 0x7fc00000U, 0x7f800001U}) {
    const std::string number(reinterpret_cast<const char*>(&bits), 4);
    EXPECT_THAT(refusal(file_of(R"({"arrays":[{"name":"a","shape":[1]}]})", number)), HasSubstr("not finite"));
  }
}

TEST(PolicyFile, WhatCanNotBeReadIsNotWritten) {
  const auto of = [](Array array) {
    PolicyFile policy;
    policy.arrays = {std::move(array)};
    return message_of<std::invalid_argument>([&] { policy_bytes(policy); });
  };
  EXPECT_THAT(of({"a", {2}, {1.0F}}), HasSubstr("array a has 1 values for a shape of 2"));
  EXPECT_THAT(of({"a", {1}, {std::numeric_limits<float>::quiet_NaN()}}), HasSubstr("not finite"));
  EXPECT_THAT(of({"a", {1}, {std::numeric_limits<float>::infinity()}}), HasSubstr("not finite"));
}

TEST(PolicyFile, OnlyRegularFilesAreOpened) {
  const testing::TemporaryFolder folder;
  const auto refused = [](const std::string& path) { return message_of<PolicyError>([&] { read_policy_file(path); }); };
  const std::string folder_path = std::filesystem::path(folder.write("a", "")).parent_path();
  EXPECT_EQ(refused(folder_path + "/a"), "it is empty");
  EXPECT_EQ(refused(folder_path + "/b"), "there is no such file");
  EXPECT_EQ(refused(folder_path), "it is no regular file");
  ASSERT_EQ(mkfifo((folder_path + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(refused(folder_path + "/pipe"), "it is no regular file") << "and nobody waits for a writer";
  EXPECT_EQ(refused("/dev/zero"), "it is no regular file");
}

TEST(PolicyFile, ModelsOfForecastsHaveTheSameLayoutAndAreNotTakenForPolicies) {
  const std::string model = policy_bytes(small(), forecast_sort);
  EXPECT_TRUE(model.starts_with("evtwin-forecast/1\n"));
  EXPECT_TRUE(same(read_policy(model, forecast_sort), small()));
  EXPECT_EQ(refusal(model), "it is a forecast model; a policy is what `evtwin train` writes");
  const auto as_model = [](const std::string& bytes) {
    return message_of<PolicyError>([&] { read_policy(bytes, forecast_sort); });
  };
  EXPECT_EQ(as_model(policy_bytes(small())), "it is a policy; a forecast model is what `evtwin forecast train` writes");
  EXPECT_EQ(as_model("evtwin-forecast/2\n"),
            "it is a forecast model of another version; this evtwin reads evtwin-forecast/1");
  EXPECT_EQ(as_model("hello"), "it is no forecast model file; `evtwin forecast train` writes them");
}

}  // namespace
}  // namespace evtwin::policy
