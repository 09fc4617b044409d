#include "sessions/text_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using ::testing::Not;
using testing::shared_file;
using ::testing::StartsWith;
using testing::TemporaryFile;

std::string read_text(std::string_view content, const TextLimits& limits = {}) {
  const TemporaryFile file(content);
  return read_text_file("given.csv", file.path(), limits);
}

std::string text_refusal(std::string_view content, const TextLimits& limits = {}) {
  return message_of<InputError>([&] { read_text(content, limits); });
}

/// One gzip member.
std::string packed(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 64, '\0');
  std::string in(text);
  z.next_in = reinterpret_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(TextFile, PlainTextIsReadAsItIs) {
  EXPECT_EQ(read_text("a,b\r\n1,2\n"), "a,b\r\n1,2\n");
  EXPECT_EQ(read_text(""), "");
  EXPECT_EQ(read_text("한국,충전소\n"), "한국,충전소\n");
}

TEST(TextFile, GzipIsKnownByItsBytesAndNotByItsName) {
  EXPECT_EQ(read_text(packed("a,b\n1,2\n")), "a,b\n1,2\n");
  EXPECT_EQ(read_text(packed("")), "");
  // Members one after the other are one file, as gzip itself has it.
  EXPECT_EQ(read_text(packed("a,b\n") + packed("1,2\n")), "a,b\n1,2\n");
}

TEST(TextFile, LargeGzipUnpacksWhole) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919 % 10007) + "\n";
  EXPECT_EQ(read_text(packed(text)), text);
}

TEST(TextFile, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(read_text("\xEF\xBB\xBF"
                      "a\n"),
            "a\n");
  EXPECT_EQ(read_text(packed("\xEF\xBB\xBF"
                             "a\n")),
            "a\n");
}

TEST(TextFile, TruncatedGzipIsRefusedAtEveryLength) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::to_string(i * i) + "\n";
  const std::string whole = packed(text);
  for (std::size_t length = 2; length < whole.size(); ++length) {
    EXPECT_THAT(text_refusal(whole.substr(0, length)), HasSubstr("gzip")) << length;
  }
  EXPECT_THAT(text_refusal(whole.substr(0, whole.size() - 1)), HasSubstr("truncated gzip: unexpected end"));
}

TEST(TextFile, DamagedGzipIsRefused) {
  std::string broken = packed("a,b\n1,2\n1,2\n1,2\n1,2\n");
  broken[broken.size() - 6] = static_cast<char>(broken[broken.size() - 6] ^ 1);  // its checksum
  EXPECT_THAT(text_refusal(broken), HasSubstr("damaged gzip"));
  EXPECT_THAT(text_refusal(packed("a\n") + "rubbish behind"), HasSubstr("damaged gzip"));
}

TEST(TextFile, LimitsAreMetWhileUnpacking) {
  // 64 MiB of zeros in 64 kB: neither as one line nor as many may it become 64 MiB of memory.
  const std::string one_line = packed("header\n" + std::string(std::size_t{64} << 20, 'x'));
  EXPECT_THAT(text_refusal(one_line), AllOf(StartsWith("given.csv:2: "), HasSubstr("too long"), HasSubstr("limit")));
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "0123456789\n";
  EXPECT_THAT(text_refusal(packed(lines), {1'000'000, 1'000}), HasSubstr("size above the limit of 1000000 bytes"));
  EXPECT_THAT(text_refusal(lines, {1'000'000, 1'000}), HasSubstr("size above the limit"));
  EXPECT_EQ(read_text("12345\n", {6, 5}), "12345\n");
  EXPECT_THAT(text_refusal("12345\n", {5, 5}), HasSubstr("size"));
  EXPECT_THAT(text_refusal("1\n123456\n", {100, 5}), StartsWith("given.csv:2: the line is too long"));
}

TEST(TextFile, ABombOfOneGibibyteDoesNotTakeItsMemory) {
  const std::string bomb = shared_file("bad_input/csv/bomb_one_line.csv.gz");
  if (!std::filesystem::exists(bomb)) GTEST_SKIP() << "no shared cases at " << bomb;
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_THAT(message_of<InputError>([&] { read_text_file("bomb.csv.gz", bomb); }), HasSubstr("bomb.csv.gz:4: "));
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100'000);  // kB
}

TEST(TextFile, OtherKindsOfFileAreNamed) {
  EXPECT_THAT(text_refusal("PK\x03\x04rest"), HasSubstr("zip or .xlsx archive, and text is due; save as CSV"));
  EXPECT_THAT(text_refusal("\xFF\xFE"
                           "a"),
              HasSubstr("UTF-16; save as UTF-8"));
  EXPECT_THAT(text_refusal("\xFE\xFF"
                           "a"),
              HasSubstr("UTF-16; save as UTF-8"));
  EXPECT_THAT(text_refusal(packed("\xFF\xFE"
                                  "a")),
              HasSubstr("UTF-16"));
  EXPECT_THAT(text_refusal("SQLite format 3" + std::string(1, '\0')), HasSubstr("SQLite"));
  EXPECT_THAT(text_refusal("BZh91AY"), HasSubstr("bzip2"));
}

TEST(TextFile, NulBytesAndOtherEncodingsAreErrorsWithTheirLine) {
  EXPECT_THAT(text_refusal(std::string("a,b\n1,2\n3\0,4\n", 13)), AllOf(StartsWith("given.csv:3: "), HasSubstr("NUL")));
  EXPECT_THAT(text_refusal("a\nb\xC0\xE5\n"), AllOf(StartsWith("given.csv:2: "), HasSubstr("UTF-8")));
  EXPECT_THAT(text_refusal("\xED\xA0\x80\n"), HasSubstr("UTF-8"));  // a surrogate
}

TEST(TextFile, WhatIsNoRegularFileIsRefused) {
  const auto reading = [](const std::string& path) {
    return message_of<InputError>([&] { read_text_file("given.csv", path); });
  };
  EXPECT_THAT(reading("/no/such/file"), AllOf(StartsWith("given.csv: "), HasSubstr("no such file")));
  EXPECT_THAT(reading(::testing::TempDir()), HasSubstr("folder"));
  EXPECT_THAT(reading("/dev/zero"), HasSubstr("no regular file"));
  EXPECT_THAT(reading(std::string("a\0b", 3)), HasSubstr("NUL"));

  const TemporaryFile place("");
  const std::string fifo = place.path() + ".fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(reading(fifo), HasSubstr("no regular file"));  // and does not wait for a writer
  std::filesystem::remove(fifo);
}

TEST(TextFile, NamesInMessagesAreMadePrintable) {
  const std::string message = message_of<InputError>([] { read_text_file("evil\x1B[2J\n.csv", "/no/such/file"); });
  EXPECT_THAT(message, AllOf(Not(HasSubstr("\x1B")), Not(HasSubstr("\n")), HasSubstr("evil")));
}

TEST(TextFile, WideEncodingsAreNamedWithAndWithoutTheirMark) {
  std::string utf16, utf32;
  for (const char c : std::string("arrival,departure\n")) {
    utf16 += std::string{c, '\0'};
    utf32 += std::string{c, '\0', '\0', '\0'};
  }
  EXPECT_EQ(text_refusal(utf16), "given.csv: is UTF-16; save as UTF-8");
  EXPECT_EQ(text_refusal(utf32), "given.csv: is UTF-32; save as UTF-8");
  EXPECT_EQ(text_refusal(std::string("\xFF\xFE\0\0", 4) + utf32), "given.csv: is UTF-32; save as UTF-8");
  EXPECT_EQ(text_refusal(packed(utf16)), "given.csv: is UTF-16; save as UTF-8");
}

}  // namespace
}  // namespace evtwin::sessions
