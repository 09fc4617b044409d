#include <fmt/format.h>
#include <stb_image.h>
#include <stb_image_write.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "viewer/shell_headless/rasteriser.hpp"

namespace evtwin::viewer::shell {

void write_png(const std::string& file, const Image& image) {
  const std::string growing = file + ".part";
  if (stbi_write_png(growing.c_str(), image.width, image.height, 4, image.rgba.data(), image.width * 4) == 0)
    throw std::runtime_error(fmt::format("{}: can not be written ({})", file, std::strerror(errno)));
  std::error_code error;
  std::filesystem::rename(growing, file, error);
  if (!error) return;
  std::filesystem::remove(growing);
  throw std::runtime_error(fmt::format("{}: can not be written ({})", file, error.message()));
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
