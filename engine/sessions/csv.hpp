#pragma once
// Comma-separated values as RFC 4180 has them: quotes, newlines inside quotes, either kind of line end. Cells may stand
// in single quotes, too, as some databases write them, without newlines inside.

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/text_file.hpp"

namespace evtwin::sessions {

/// Row by row through a table with a header. Rows must have as many fields as the header; empty lines are skipped.
/// A header without commas may have semicolons or tabs, which then separate the whole file.
class CsvReader {
 public:
  static constexpr std::size_t most_columns = 1000;

  /// Reads the header. @param text  must outlive the reader. @param shown  the file's name for messages.
  /// @param first_line  the header's number in messages: 0 where rows count what comes after it
  /// @throws InputError for an empty file, too many columns, and a name that is there twice.
  CsvReader(std::string_view text, std::string shown, std::size_t first_line = 1);
  /// From now on numbers may have a decimal comma (20,5), as some countries write them, or a point.
  void accept_decimal_commas() { decimal_commas_ = true; }

  const std::string& file() const { return shown_; }
  char separator() const { return separator_; }
  /// The columns' names, without blanks around them.
  const std::vector<std::string>& header() const { return header_; }
  std::optional<std::size_t> find_column(std::string_view name) const;
  /// @throws InputError naming the column that is missing and those that are there.
  std::size_t require_column(std::string_view name) const;

  /// Goes to the next row. @returns false at the end. @throws InputError for a wrong number of fields and broken
  /// quotes.
  bool next_row();
  /// The physical line on which the row begins, counted from 1.
  std::size_t line_number() const { return row_line_; }
  /// Valid until the next call of next_row(); not trimmed.
  std::string_view field_text(std::size_t column) const { return fields_[column]; }

  /// The whole field (blanks around it aside) as a number, strictly: "20.0 kWh", "0x10", "nan", "inf" and "" are none.
  /// @throws InputError naming line, column and text; also for a value outside [least, most].
  double read_number(std::size_t column, double least, double most) const;

  /// @throws InputError about this row, or about a field of it.
  [[noreturn]] void throw_error(std::string_view what) const;
  [[noreturn]] void throw_error(std::size_t column, std::string_view what) const;

 private:
  bool read_row();
  void read_quoted();
  bool read_single_quoted();
  void add_field(std::string_view raw, bool doubled, char quote);

  std::string_view text_;
  std::string shown_;
  char separator_ = ',';
  bool decimal_commas_ = false;
  std::vector<std::string> header_;
  std::size_t at_ = 0;    ///< next byte
  std::size_t line_ = 1;  ///< physical line of `at_`
  std::size_t row_line_ = 1;
  std::size_t header_line_ = 1;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;  ///< room for fields with doubled quotes
  std::size_t unquoted_used_ = 0;
};

/// "a, b, c and 5 more": up to twenty names, made printable.
std::string list_names(std::span<const std::string> names);

/// Text without blanks (space, tab) around it.
std::string_view trim_blanks(std::string_view text);

}  // namespace evtwin::sessions
