// Pictures on the disk.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "viewer/shell_headless/rasteriser.hpp"

namespace evtwin::viewer::shell {
namespace {

namespace fs = std::filesystem;

class Png : public ::testing::Test {
 protected:
  Png() : folder(::testing::TempDir() + "evtwin-png-" + std::to_string(getpid())) { fs::create_directories(folder); }
  ~Png() override { fs::remove_all(folder); }

  std::string said_of_writing(const std::string& file) const {
    try {
      write_png(file, image);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder;
  Image image{3, 2, {0xFF0000FFU, 0xFF00FF00U, 0xFFFF0000U, 0x80123456U, 0x00000000U, 0xFFFFFFFFU}};
};

TEST_F(Png, ComesBackAsItWasWritten) {
  const std::string file = folder / "picture.png";
  write_png(file, image);
  const Image back = read_png(file);
  EXPECT_EQ(back.width, 3);
  EXPECT_EQ(back.height, 2);
  EXPECT_EQ(back.rgba, image.rgba);
}

TEST_F(Png, OfAnOpaquePictureComesBackToo) {
  for (std::uint32_t& pixel : image.rgba) pixel |= 0xFF000000U;
  write_png(folder / "opaque.png", image);
  EXPECT_EQ(read_png(folder / "opaque.png").rgba, image.rgba);
}

TEST_F(Png, ThatCanNotBeWrittenSaysWhy) {
  const std::string nowhere = folder / "none" / "picture.png";
  EXPECT_EQ(said_of_writing(nowhere), nowhere + ": can not be written (No such file or directory)");
  EXPECT_EQ(said_of_writing(folder), folder.string() + ": can not be written (Is a directory)");
  EXPECT_TRUE(fs::is_empty(folder));
  EXPECT_FALSE(fs::exists(folder.string() + ".part"));
}

TEST_F(Png, OnAFullDiskLeavesWhatWasThere) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const fs::path file = folder / "picture.png";
  std::ofstream(file) << "before";
  fs::create_symlink("/dev/full", file.string() + ".part");
  EXPECT_EQ(said_of_writing(file), file.string() + ": can not be written (No space left on device)");
  EXPECT_EQ(fs::file_size(file), 6U);
  EXPECT_FALSE(fs::is_symlink(file.string() + ".part"));
}

TEST_F(Png, ThatIsNoneSaysSo) {
  std::ofstream(folder / "text.png") << "no picture";
  EXPECT_THROW(read_png(folder / "text.png"), std::runtime_error);
  EXPECT_THROW(read_png(folder / "none.png"), std::runtime_error);
}

}  // namespace
}  // namespace evtwin::viewer::shell
