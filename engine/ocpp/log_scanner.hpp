// Text of a log to records and the frames in them, line by line and across lines.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/log_reader.hpp"
#include "ocpp/object_reader.hpp"
#include "ocpp/record.hpp"
#include "ocpp/table_reader.hpp"
#include "ocpp/text_reader.hpp"

namespace evtwin::ocpp {

/// Goes through a log and lets one of three readers read each record: a row of a table, an object, or a frame in text.
class LogScanner {
 public:
  LogScanner(const ReadOptions& options, const Manner& manner, ScanListener& listener);
  LogScanner(const LogScanner&) = delete;
  LogScanner& operator=(const LogScanner&) = delete;

  /// @param text  goes on where the last call stopped; text_padding readable bytes follow it
  /// @param last  nothing follows
  /// @returns how much was used; the rest must come again, with more behind it
  std::size_t scan_text(std::string_view text, bool last);
  /// Reads a part of a line too long to be held; the rest of the line follows in the next text.
  void scan_part(std::string_view text) {
    scan_text(text, true);
    --line_number_;
  }
  std::uint64_t line_count() const { return line_number_ - 1; }

 private:
  /// How far a line was read; `more`: what follows can only be read with the text behind it.
  struct Progress {
    std::size_t at = 0;
    bool more = false;
  };
  Progress scan_line(std::string_view text, std::size_t begin, std::size_t end, bool last);
  void plain_line(std::string_view line);
  std::string_view copied_line(std::string_view line);

  /// Parts of scan_line.
  void resume_carried(TextSpan& line);
  void carry(const TextSpan& line);
  static void go_to_line_of(std::string_view text, std::size_t at, TextSpan& line);

  const ReadOptions options_;
  const Manner manner_;
  RecordClock clock_;
  RecordSink sink_;
  TextReader texts_;
  ObjectReader objects_;
  TableReader rows_;
  std::string previous_line_;
  std::optional<Record> carried_;  // of a line that goes on in the next text
  std::string carried_text_;       // that its views point into
  bool in_copy_ = false;           // among the rows of a COPY of PostgreSQL
  std::string copy_line_;          // one of them without its escapes
  std::uint64_t line_number_ = 1;
};

}  // namespace evtwin::ocpp
