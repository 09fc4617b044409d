#include "web/encodings.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <string>

namespace evtwin::web {
namespace {

/// By zlib's other half. Empty where it is no whole gzip member.
std::string gunzip(const std::string& packed, std::size_t most) {
  std::string bytes(most + 1, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  std::string input = packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int status = inflate(&stream, Z_FINISH);
  bytes.resize(bytes.size() - stream.avail_out);
  inflateEnd(&stream);
  return status == Z_STREAM_END ? bytes : std::string();
}

TEST(Gzip, GivesBackWhatWasPacked) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, (std::size_t{1} << 20) - 1, std::size_t{1} << 20,
                                 (std::size_t{1} << 20) + 1, std::size_t{3} << 20}) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 27U);
    const std::string packed = gzip_bytes(bytes);
    EXPECT_EQ(gunzip(packed, size), bytes) << size;
    EXPECT_EQ(gzip_bytes(bytes), packed) << "the same bytes each time";
    EXPECT_LT(packed.size(), bytes.size() + 30);
  }
}

TEST(Gzip, OfNothingIsAMemberWithNothingInIt) {
  const std::string packed = gzip_bytes("");
  ASSERT_GT(packed.size(), 10U);
  EXPECT_EQ(gunzip(packed, 10), "");
  EXPECT_EQ(packed.substr(0, 2), "\x1f\x8b");
}

// RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xff\xfe", "//4="}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base64_of(bytes), text);
}

TEST(ScriptString, IsTheTextAndEndsNoScript) {
  const std::string texts[] = {"edf.evtwin",         "</script><script>alert(1)</script>",
                               "<!-- & \" ' \\ -->", "판교 충전소 1호",
                               "a\nb\tc\x01\x7f",    "\u2028\u2029"};
  for (const std::string& text : texts) {
    const std::string quoted = script_string(text);
    EXPECT_EQ(nlohmann::json::parse(quoted).get<std::string>(), text);
    EXPECT_EQ(quoted.find_first_of("<>&\n"), std::string::npos) << quoted;
    EXPECT_EQ(quoted.find("\u2028"), std::string::npos);
  }
}

TEST(ScriptString, OfBytesThatAreNoTextIsATextAllTheSame) {
  EXPECT_EQ(script_string("a\xff\xc3(b"), "\"a\\ufffd\\ufffd(b\"");
}

}  // namespace
}  // namespace evtwin::web
