// TensorBoard's file, taken apart by this test's own code.
#include "record/event_file.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <map>

#include "record/run_file.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::record {
namespace {

/// RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms (CRC-32/ISCSI).
TEST(EventFile, TheCrcIsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(""), 0U);
}

std::uint64_t fixed(std::string_view& rest, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(rest.at(i))} << (8 * i);
  rest.remove_prefix(bytes);
  return value;
}

std::uint64_t varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.at(0));
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 127U} << shift;
    if (byte < 128) return value;
  }
}

/// The undoing of the mask, as record_reader does it.
std::uint32_t unmasked(std::uint64_t masked) {
  const std::uint32_t rotated = static_cast<std::uint32_t>(masked) - 0xa282ead8U;
  return (rotated >> 17) | (rotated << 15);
}

std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> records;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view length = rest.substr(0, 8);
    const std::uint64_t n = fixed(rest, 8);
    EXPECT_EQ(unmasked(fixed(rest, 4)), crc32c(length));
    records.emplace_back(rest.substr(0, n));
    rest.remove_prefix(n);
    EXPECT_EQ(unmasked(fixed(rest, 4)), crc32c(records.back()));
  }
  return records;
}

/// Fields of a message by number; numbers as their bits.
std::multimap<unsigned, std::string> fields_of(std::string_view rest) {
  std::multimap<unsigned, std::string> fields;
  while (!rest.empty()) {
    const std::uint64_t key = varint(rest);
    const auto field = static_cast<unsigned>(key >> 3);
    switch (key & 7U) {
      case 0:
        fields.emplace(field, std::to_string(varint(rest)));
        break;
      case 1:
        fields.emplace(field, std::to_string(std::bit_cast<double>(fixed(rest, 8))));
        break;
      case 2: {
        const std::uint64_t n = varint(rest);
        fields.emplace(field, rest.substr(0, n));
        rest.remove_prefix(n);
        break;
      }
      case 5:
        fields.emplace(field, std::to_string(std::bit_cast<float>(static_cast<std::uint32_t>(fixed(rest, 4)))));
        break;
      default:
        ADD_FAILURE() << "wire type " << (key & 7U);
        return fields;
    }
  }
  return fields;
}

std::string only_file(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1U);
  return files.empty() ? "" : files.front();
}

std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(EventFile, HoldsWhatItWasGiven) {
  const testing::TemporaryFolder at;
  const std::string folder = at.write("x", "") + ".tb";
  {
    EventFile events(folder, 1000.5, 0);
    events.append_scalars(1001.25, 300, {{"policy/entropy", -1.5F}, {"best/objective", 2100.0F}});
    events.append_scalars(1002.0, 70000, {});
  }
  const std::string file = only_file(folder);
  EXPECT_THAT(file, ::testing::HasSubstr("tfevents"));
  const std::vector<std::string> records = records_of(read(file));
  ASSERT_EQ(records.size(), 3U);
  const auto first = fields_of(records[0]);
  EXPECT_EQ(first.find(3)->second, "brain.Event:2");
  EXPECT_EQ(first.find(1)->second, "1000.500000");
  const auto second = fields_of(records[1]);
  EXPECT_EQ(second.find(1)->second, "1001.250000");
  EXPECT_EQ(second.find(2)->second, "300");
  std::map<std::string, std::string> scalars;
  const auto summary = fields_of(second.find(5)->second);
  for (const auto& [number, value] : summary) {
    EXPECT_EQ(number, 1U);
    const auto of = fields_of(value);
    scalars[of.find(1)->second] = of.find(2)->second;
  }
  EXPECT_THAT(scalars, ::testing::ElementsAre(::testing::Pair("best/objective", "2100.000000"),
                                              ::testing::Pair("policy/entropy", "-1.500000")));
  EXPECT_EQ(fields_of(records[2]).find(2)->second, "70000");
}

TEST(EventFile, OneThatGoesOnVoidsWhatCameLater) {
  const testing::TemporaryFolder at;
  const std::string folder = at.write("x", "") + ".tb";
  EventFile(folder, 5.0, 0);
  EventFile second(folder, 5.0, 640);  // the same second: another name
  second.flush_file();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    const auto records = records_of(read(entry.path()));
    if (records.size() < 2) continue;
    const auto started = fields_of(records[1]);
    EXPECT_EQ(started.find(2)->second, "640");
    EXPECT_EQ(fields_of(started.find(7)->second).find(1)->second, "1") << "SessionLog START";
  }
  EXPECT_EQ(files, 2U);
  second.remove_file();
  EXPECT_TRUE(std::filesystem::exists(folder)) << "somebody else's file is in it";
}

}  // namespace
}  // namespace evtwin::record
