#pragma once
// Text files of strangers: plain or gzip, bounded in size, and valid UTF-8 before anybody reads a word of them.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace evtwin::sessions {

/// A file that can not be used: "FILE:LINE: what, and what would be right", one line of printable UTF-8.
struct InputError : std::runtime_error {
  /// @param line  counted from 1; 0 = the file as a whole.
  InputError(std::string_view file, std::size_t line, std::string_view what);
};

/// Limits on a file, both counted after unpacking.
struct TextLimits {
  std::size_t file_bytes = std::size_t{512} << 20;
  std::size_t line_bytes = std::size_t{1} << 20;
  bool korean = false;  ///< text that is not UTF-8 is read as CP949 (of which EUC-KR is a part), if all of it can be
};

/// The whole text without its byte order mark, line ends as they are. Gzip is known by its first bytes and not by the
/// name; the limits are met while unpacking, so that a small file can not become a large one in memory.
/// @param shown  the name for messages, as the user gave it. @param real  what is opened: must be a regular file.
/// @throws InputError for a missing file, a folder, pipe or device, a truncated or damaged gzip, another kind of
/// archive, UTF-16, NUL bytes, text that is not UTF-8 (nor CP949, where that may be), and whatever is above the limits.
std::string read_text_file(const std::string& shown, const std::string& real, const TextLimits& limits = {});

}  // namespace evtwin::sessions
