// The bytes of logs: files and folders, plain or gzipped, as text in UTF-8.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocpp/log_reader.hpp"

namespace evtwin::ocpp {

/// A log, read from its beginning to its end. Unpacks gzip, turns UTF-16 into UTF-8, drops the mark.
class LogSource {
 public:
  virtual ~LogSource() = default;
  /// Appends at most `bytes` of text. @returns false at the end. @throws LogError "FILE: what".
  virtual bool read_more(std::string& text, std::size_t bytes) = 0;
  virtual bool was_utf16() const { return false; }
  /// At the end: what ended it too early ("the gzip data are cut off"), though what came before is good; empty:
  /// nothing.
  virtual std::string trouble() const { return {}; }
};

std::unique_ptr<LogSource> open_log(const std::string& path, const std::string& name);
std::unique_ptr<LogSource> open_log_text(std::string_view text, const std::string& name);

/// A file to read and how to call it.
struct LogPath {
  std::string path, name;
};
/// The files that are meant: files as they are, folders as all files in them, by name. @throws LogError.
std::vector<LogPath> log_paths(std::span<const std::string> given);
/// Whether two files hold the same bytes. A file that can not be read is like no other.
bool same_bytes(const std::string& path_a, const std::string& path_b);

/// Findings about lines that are not UTF-8.
struct DecodedLines {
  std::size_t cp949 = 0;
  std::vector<std::pair<std::size_t, std::string>> unknown = {};  ///< lines from `from` on, from 0, with their text
};
/// Lines that are not UTF-8 but CP949 become UTF-8; others stay as they are.
DecodedLines decode_lines(std::string& text, std::size_t from);

}  // namespace evtwin::ocpp
