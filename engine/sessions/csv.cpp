#include "sessions/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernel/text.hpp"

namespace evtwin::sessions {
namespace {

constexpr std::size_t shown_bytes = 80;  // of a field, in messages

std::string quoted_text(std::string_view text) {
  return fmt::format("'{}'", kernel::make_printable(text, shown_bytes));
}

// The separator of a header: what it has outside quotes, commas first.
char separator_of(std::string_view text) {
  bool in_quotes = false;
  bool semicolon = false;
  bool tab = false;
  for (const char c : text) {
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (c == '\n') break;
    if (c == ',') return ',';
    semicolon = semicolon || c == ';';
    tab = tab || c == '\t';
  }
  return semicolon ? ';' : tab ? '\t' : ',';
}

bool ends_field(char c, char separator) { return c == separator || c == '\n' || c == '\r' || c == '"'; }

}  // namespace

std::string list_names(std::span<const std::string> names) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    if (i > 0) text += ", ";
    text += kernel::make_printable(names[i], shown_bytes);
  }
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text;
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

CsvReader::CsvReader(std::string_view text, std::string shown, std::size_t first_line)
    : text_(text), shown_(std::move(shown)), line_(first_line), row_line_(first_line), header_line_(first_line) {
  separator_ = separator_of(text_);
  if (!read_row()) throw InputError(shown_, 0, "the file is empty; a header line with the columns' names is due");
  if (fields_.size() > most_columns) {
    throw InputError(shown_, row_line_,
                     fmt::format("too many columns: {}; at most {} are read", fields_.size(), most_columns));
  }
  header_line_ = row_line_;
  for (const std::string_view name : fields_) header_.emplace_back(trim_blanks(name));
  for (std::size_t i = 0; i < header_.size(); ++i) {
    const auto same = std::find(header_.begin(), header_.begin() + static_cast<std::ptrdiff_t>(i), header_[i]);
    if (!header_[i].empty() && *same == header_[i] && same - header_.begin() < static_cast<std::ptrdiff_t>(i)) {
      throw_error(fmt::format("column {} is there twice", quoted_text(header_[i])));
    }
  }
}

std::optional<std::size_t> CsvReader::find_column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::size_t CsvReader::require_column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  throw InputError(shown_, header_line_,
                   fmt::format("column '{}' is missing; the header has: {}", name, list_names(header_)));
}

bool CsvReader::next_row() {
  if (!read_row()) return false;
  if (fields_.size() != header_.size()) {
    throw_error(fmt::format("{} field{} where the header has {}", fields_.size(), fields_.size() == 1 ? "" : "s",
                            header_.size()));
  }
  return true;
}

bool CsvReader::read_row() {
  // Empty lines hold no row.
  while (at_ < text_.size() && (text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n")) {
    at_ += text_[at_] == '\n' ? 1U : 2U;
    ++line_;
  }
  if (at_ >= text_.size()) return false;

  row_line_ = line_;
  fields_.clear();
  unquoted_used_ = 0;

  for (;;) {
    if (at_ < text_.size() && text_[at_] == '"') {
      read_quoted();
    } else if (!read_single_quoted()) {
      std::size_t end = at_;
      while (end < text_.size() && !ends_field(text_[end], separator_)) ++end;
      fields_.push_back(text_.substr(at_, end - at_));
      at_ = end;
      if (at_ < text_.size() && text_[at_] == '"') {
        throw InputError(shown_, line_,
                         "a quote inside a field: put the whole field in quotes and double those inside");
      }
    }

    // A field ends with the separator, a line end, or the end of the file.
    if (at_ >= text_.size()) return true;
    const char end = text_[at_++];
    if (end == separator_) continue;
    if (end == '\r') {
      if (at_ < text_.size() && text_[at_] != '\n') {
        throw InputError(shown_, line_, "a carriage return without a newline; save with line ends LF or CRLF");
      }
      if (at_ < text_.size()) ++at_;
    }
    ++line_;
    return true;
  }
}

// At an opening quote; leaves `at_` behind the closing one.
void CsvReader::read_quoted() {
  const std::size_t opened_line = line_;
  const std::size_t begin = ++at_;
  bool doubled = false;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos)
      throw InputError(shown_, opened_line, "a quote opens here and is never closed");
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
    at_ = quote + 1;
    if (at_ >= text_.size() || text_[at_] != '"') break;
    doubled = true;
    ++at_;
  }

  if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
    throw InputError(shown_, line_, "text after a closing quote; double the quotes inside a field");
  }

  add_field(text_.substr(begin, at_ - 1 - begin), doubled, '"');
}

// A cell in single quotes, which end before a separator or the end of the line; without such an end the quote is a
// letter of the cell ("'s-Hertogenbosch"). @returns false where it is none; then nothing has been read.
bool CsvReader::read_single_quoted() {
  if (at_ >= text_.size() || text_[at_] != '\'') return false;
  const auto ends = [&](std::size_t i) {
    return i >= text_.size() || text_[i] == separator_ || text_[i] == '\n' || text_[i] == '\r';
  };
  // No cell is longer; without a bound a line of many such letters would be read once for each of them.
  constexpr std::size_t most_bytes = 4096;
  const std::size_t stop = std::min(text_.size(), at_ + most_bytes);
  bool doubled = false;
  for (std::size_t i = at_ + 1; i < stop && text_[i] != '\n' && text_[i] != '\r'; ++i) {
    if (text_[i] != '\'') continue;
    if (i + 1 < text_.size() && text_[i + 1] == '\'') {
      doubled = true;
      ++i;
    } else if (ends(i + 1)) {
      add_field(text_.substr(at_ + 1, i - at_ - 1), doubled, '\'');
      at_ = i + 1;
      return true;
    }
  }
  return false;
}

// A field without the quotes around it. @param doubled  quotes of its own may stand twice in `raw`
void CsvReader::add_field(std::string_view raw, bool doubled, char quote) {
  if (!doubled) {
    fields_.push_back(raw);
    return;
  }
  // A copy with one quote for two; its room is kept from row to row.
  if (unquoted_used_ == unquoted_.size()) unquoted_.emplace_back();
  std::string& copy = unquoted_[unquoted_used_++];
  copy.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    copy += raw[i];
    if (raw[i] == quote) ++i;
  }
  fields_.push_back(copy);
}

double CsvReader::read_number(std::size_t column, double least, double most) const {
  std::string_view text = trim_blanks(field_text(column));
  std::string with_point;
  if (decimal_commas_ && text.find('.') == std::string_view::npos && std::count(text.begin(), text.end(), ',') == 1) {
    with_point = text;
    with_point[with_point.find(',')] = '.';
    text = with_point;
  }
  double value = 0.0;
  // from_chars knows no leading plus; "+-5" must not pass as one.
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  const char* const begin = text.data() + (plus ? 1 : 0);
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, value);
  if (error == std::errc::result_out_of_range) throw_error(column, "is too large or too small to be a number");
  if (error != std::errc() || stopped != end || !std::isfinite(value)) {
    const bool decimal_comma = text.find(',') != std::string_view::npos && text.find('.') == std::string_view::npos;
    throw_error(column, decimal_comma ? "is no number; write a decimal point, as in 20.5"
                                      : "is no number; write 20.5, without a unit");
  }
  if (value < least || value > most) throw_error(column, fmt::format("is outside {:g} to {:g}", least, most));
  return value;
}

void CsvReader::throw_error(std::string_view what) const { throw InputError(shown_, row_line_, what); }

void CsvReader::throw_error(std::size_t column, std::string_view what) const {
  throw_error(fmt::format("{}: {} {}", kernel::make_printable(header_[column], shown_bytes),
                          quoted_text(fields_[column]), what));
}

}  // namespace evtwin::sessions
