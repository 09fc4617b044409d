#include <fmt/format.h>
#include <stb_image.h>
#include <stb_image_write.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "viewer/shell_headless/rasteriser.hpp"

namespace evtwin::viewer::shell {
namespace {

void append(void* to, void* bytes, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace

void write_png(const std::string& file, const Image& image) {
  const auto fail = [&](const std::string& why) {
    throw std::runtime_error(fmt::format("{}: can not be written ({})", file, why));
  };
  // Opaque pictures are written as RGB: the file is smaller.
  const bool opaque = std::all_of(image.rgba.begin(), image.rgba.end(),
                                  [](std::uint32_t pixel) { return (pixel & IM_COL32_A_MASK) == IM_COL32_A_MASK; });
  const int channels = opaque ? 3 : 4;
  std::vector<unsigned char> pixels;
  pixels.reserve(image.rgba.size() * 4);
  for (const std::uint32_t pixel : image.rgba)
    for (int i = 0; i < channels; ++i) pixels.push_back(static_cast<unsigned char>((pixel >> (8 * i)) & 0xFFU));

  std::string bytes;
  if (stbi_write_png_to_func(append, &bytes, image.width, image.height, channels, pixels.data(),
                             image.width * channels) == 0)
    fail("no memory");

  // Nobody finds half a picture: it grows beside its place.
  const std::string growing = file + ".part";
  std::error_code error;
  errno = 0;
  std::ofstream stream(growing, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    const std::string why = std::strerror(errno);
    std::filesystem::remove(growing, error);
    fail(why);
  }

  std::filesystem::rename(growing, file, error);
  if (!error) return;
  const std::string why = error.message();
  std::filesystem::remove(growing, error);
  fail(why);
}

Image read_png(const std::string& file) {
  Image image;
  int channels = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> bytes(
      stbi_load(file.c_str(), &image.width, &image.height, &channels, 4), stbi_image_free);
  if (bytes == nullptr) throw std::runtime_error(fmt::format("{}: no picture ({})", file, stbi_failure_reason()));
  image.rgba.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
  std::memcpy(image.rgba.data(), bytes.get(), image.rgba.size() * 4);
  return image;
}

}  // namespace evtwin::viewer::shell
