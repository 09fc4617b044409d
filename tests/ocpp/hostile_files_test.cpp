// Files that are no plain logs: links, pipes, devices, packed and broken ones, folders with all sorts of things in
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {
namespace {

const std::string seven_kwh =
    "2026-03-10 08:00:00,000 - ocpp - INFO - CP1: receive message [2,\"a1\",\"StartTransaction\",{\"connectorId\":1,"
    "\"idTag\":\"T\",\"meterStart\":1000,\"timestamp\":\"2026-03-10T08:00:00Z\"}]\n"
    "2026-03-10 08:00:00,000 - ocpp - INFO - CP1: send "
    "[3,\"a1\",{\"transactionId\":1,\"idTagInfo\":{\"status\":\"Accepted\"}}]\n"
    "2026-03-10 09:00:00,000 - ocpp - INFO - CP1: receive message [2,\"a9\",\"StopTransaction\",{\"transactionId\":1,"
    "\"meterStop\":8000,\"timestamp\":\"2026-03-10T09:00:00Z\"}]\n"
    "2026-03-10 09:00:00,000 - ocpp - INFO - CP1: send [3,\"a9\",{}]\n";

class HostileFiles : public testing::Test {
 protected:
  HostileFiles() { std::filesystem::create_directories(folder_); }
  ~HostileFiles() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static std::string packed(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string from = text, to(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(from.data());
    stream.avail_in = static_cast<uInt>(from.size());
    stream.next_out = reinterpret_cast<Bytef*>(to.data());
    stream.avail_out = static_cast<uInt>(to.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    to.resize(stream.total_out);
    deflateEnd(&stream);
    return to;
  }
  static SiteLog read(const std::vector<std::string>& paths) { return read_site_log(paths); }
  static double kwh(const SiteLog& log) {
    double sum = 0.0;
    for (const Transaction& one : log.transactions)
      if (one.is_whole()) sum += one.energy_kwh;
    return sum;
  }
  static void expect_refused(const std::vector<std::string>& paths, const std::string& word) {
    try {
      read(paths);
      FAIL() << "read";
    } catch (const LogError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(word));
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
    }
  }
  std::string folder_ =
      testing::TempDir() + "evtwin-files-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(HostileFiles, AFileThatIsNotThereIsNamed) { expect_refused({path("none.log")}, "none.log"); }

TEST_F(HostileFiles, AnEmptyFileIsNamed) { expect_refused({write("a.log", "")}, "empty"); }

TEST_F(HostileFiles, AnEmptyFolderIsNamed) { expect_refused({folder_}, folder_); }

TEST_F(HostileFiles, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(path("pipe.log").c_str(), 0600), 0);
  expect_refused({path("pipe.log")}, "pipe.log");
}

TEST_F(HostileFiles, ADeviceIsNotRead) { expect_refused({"/dev/zero"}, "/dev/zero"); }

TEST_F(HostileFiles, APipeInAFolderIsPassedBy) {
  ASSERT_EQ(mkfifo(path("pipe.log").c_str(), 0600), 0);
  write("site.log", seven_kwh);
  EXPECT_NEAR(kwh(read({folder_})), 7.0, 1e-9);
}

TEST_F(HostileFiles, ALinkToALogIsALog) {
  std::filesystem::create_symlink(write("site.log", seven_kwh), path("link.log"));
  EXPECT_NEAR(kwh(read({path("link.log")})), 7.0, 1e-9);
}

TEST_F(HostileFiles, AFolderThatHoldsItselfIsReadOnce) {
  write("site.log", seven_kwh);
  std::filesystem::create_directory_symlink(folder_, path("again"));
  EXPECT_NEAR(kwh(read({folder_})), 7.0, 1e-9);
}

TEST_F(HostileFiles, ALinkToItselfIsNamed) {
  std::filesystem::create_symlink(path("loop.log"), path("loop.log"));
  expect_refused({path("loop.log")}, "loop.log");
}

TEST_F(HostileFiles, UnrelatedFilesOfAFolderDoNotKeepTheLogFromBeingRead) {
  write("site.log", seven_kwh);
  write("photo.png", "\x89PNG\r\n\x1a\n" + std::string(5000, '\x01'));
  write("notes.txt", "charger was quiet today\n");
  write("empty.log", "");
  const SiteLog log = read({folder_});
  EXPECT_NEAR(kwh(log), 7.0, 1e-9);
}

TEST_F(HostileFiles, TheSameFileTwiceIsOneStory) {
  const std::string file = write("site.log", seven_kwh);
  const SiteLog log = read({file, file});
  EXPECT_NEAR(kwh(log), 7.0, 1e-9);
}

TEST_F(HostileFiles, ACopyOfAFileIsOneStory) {
  write("site.log", seven_kwh);
  write("site (1).log", seven_kwh);
  const SiteLog log = read({folder_});
  EXPECT_NEAR(kwh(log), 7.0, 1e-9);
  EXPECT_FALSE(log.flags.empty());
}

TEST_F(HostileFiles, APackedLogThatIsCutSaysSo) {
  std::string text = seven_kwh;
  for (int i = 0; i < 2000; ++i)
    text += "2026-03-10 10:00:00,000 - ocpp - INFO - CP1: receive message [2,\"h" + std::to_string(i * 7919 % 2003) +
            "\",\"Heartbeat\",{}]\n";
  const std::string whole = packed(text);
  const std::string file = write("cut.log.gz", whole.substr(0, whole.size() / 2));
  const SiteLog log = read({file});
  EXPECT_NEAR(kwh(log), 7.0, 1e-9);
  std::vector<std::string> words;
  for (const auto& [reason, group] : log.report.repaired) words.push_back(reason);
  EXPECT_THAT(words, testing::Contains(testing::HasSubstr("the gzip data are cut off")));
  EXPECT_GT(log.report.calls, 500U);

  // Beside a good one it ends nothing; where nothing could be unpacked it is refused.
  EXPECT_NEAR(kwh(read({file, write("good.log", "\n" + seven_kwh)})), 7.0, 1e-9);
  expect_refused({write("short.log.gz", whole.substr(0, 12))}, "short.log.gz");
}

TEST_F(HostileFiles, APackedLogThatIsNoneIsNamed) {
  expect_refused({write("fake.log.gz", "\x1f\x8b\x08" + std::string(100, '\xff'))}, "fake.log.gz");
}

TEST_F(HostileFiles, AThousandTimesItsSizeUnpackedDoesNotFillTheMemory) {
  // One line of 200 MB that packs to 200 kB; peak memory is bounded by the rooms' own limit on a frame, not by this.
  std::string bomb;
  {
    z_stream stream{};
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string block(1 << 20, 'a'), to(1 << 20, '\0');
    for (int i = 0; i <= 200; ++i) {
      std::string begin = i == 0 ? "[2,\"x\",\"DataTransfer\",{\"data\":\"" : block;
      stream.next_in = reinterpret_cast<Bytef*>(begin.data());
      stream.avail_in = static_cast<uInt>(begin.size());
      do {
        stream.next_out = reinterpret_cast<Bytef*>(to.data());
        stream.avail_out = static_cast<uInt>(to.size());
        deflate(&stream, i == 200 ? Z_FINISH : Z_NO_FLUSH);
        bomb.append(to, 0, to.size() - stream.avail_out);
      } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
  }
  const std::string file = write("bomb.log.gz", bomb + packed("\n" + seven_kwh));
  try {
    EXPECT_NEAR(kwh(read({file})), 7.0, 1e-9);
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("bomb.log.gz"));
  }
}

TEST_F(HostileFiles, AFileOneMayNotReadIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "skipped: root may read everything";
  const std::string file = write("secret.log", seven_kwh);
  std::filesystem::permissions(file, std::filesystem::perms::none);
  expect_refused({file}, "secret.log");
}

}  // namespace
}  // namespace evtwin::ocpp
