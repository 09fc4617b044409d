#include "sessions/xlsx.hpp"

#include <expat.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"
#include "sessions/csv.hpp"

namespace evtwin::sessions {
namespace {

using Attributes = std::map<std::string, std::string, std::less<>>;

/// The name behind the prefix of a namespace: writers choose prefixes as they like ("x:row").
std::string_view local_name(std::string_view name) { return name.substr(name.rfind(':') + 1); }

std::string value_of(const Attributes& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string() : at->second;
}

/// A number of a file: the whole text, not negative; nothing for other texts.
std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

/// The archive that a workbook is.
class Archive {
 public:
  Archive(const std::string& shown, const std::string& real, const SheetLimits& limits)
      : shown_(shown), limits_(limits) {
    const int descriptor = ::open(real.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) refuse("can not be read");
    int error = 0;
    zip_.reset(zip_fdopen(descriptor, 0, &error));
    if (zip_) return;
    ::close(descriptor);
    refuse("is a zip or .xlsx archive that is damaged or not whole; fetch or save it again");
  }

  bool has_part(const std::string& name) const { return zip_name_locate(zip_.get(), name.c_str(), 0) >= 0; }

  /// Hands a part over piece by piece, as it is unpacked; `take` says false to end. @throws InputError
  void read_part(const std::string& name, const std::function<bool(std::string_view)>& take) const {
    zip_stat_t info{};
    const zip_int64_t index = zip_name_locate(zip_.get(), name.c_str(), 0);
    if (index < 0 || zip_stat_index(zip_.get(), static_cast<zip_uint64_t>(index), 0, &info) != 0)
      refuse(fmt::format("has no part {}: no whole .xlsx; save it again", kernel::make_printable(name, 80)));
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && info.encryption_method != ZIP_EM_NONE)
      refuse("is encrypted; save it without a password");

    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> part(
        zip_fopen_index(zip_.get(), static_cast<zip_uint64_t>(index), 0), zip_fclose);
    if (!part) refuse(fmt::format("{} can not be unpacked; save it again", kernel::make_printable(name, 80)));

    // The size that the archive states is the word of whoever made it: only bytes that came are counted.
    std::array<char, 65536> piece{};
    std::size_t sum = 0;
    for (;;) {
      const zip_int64_t got = zip_fread(part.get(), piece.data(), piece.size());
      if (got < 0) refuse(fmt::format("{} is damaged; save it again", kernel::make_printable(name, 80)));
      if (got == 0) return;
      sum += static_cast<std::size_t>(got);
      if (sum > limits_.part_bytes)
        refuse(fmt::format("{} unpacks to more than the limit of {} bytes", kernel::make_printable(name, 80),
                           limits_.part_bytes));
      if (!take({piece.data(), static_cast<std::size_t>(got)})) return;
    }
  }

  [[noreturn]] void refuse(std::string_view what) const { throw InputError(shown_, 0, what); }
  const std::string& shown() const { return shown_; }
  const SheetLimits& limits() const { return limits_; }

 private:
  const std::string& shown_;
  const SheetLimits& limits_;
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_{nullptr, zip_discard};
};

/// Elements of a part of XML as they begin and end. Exceptions do not pass through the parser, which is C: what a
/// handler throws is kept and thrown when the parser has stopped.
class XmlPart {
 public:
  std::function<void(std::string_view name, const Attributes&)> begin = [](auto, const auto&) {};
  std::function<void(std::string_view name)> end = [](auto) {};
  std::function<void(std::string_view text)> text = [](auto) {};

  /// @throws InputError for what is no well-formed XML, and what the handlers throw
  void read_from(const Archive& archive, const std::string& name) {
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr),
                                                                                          XML_ParserFree);
    if (!parser) throw std::bad_alloc();
    parser_ = parser.get();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, &XmlPart::begin_element, &XmlPart::end_element);
    XML_SetCharacterDataHandler(parser_, &XmlPart::take_text);
    // Entities live in a document type, which no spreadsheet writes: without it there is nothing to blow up.
    XML_SetStartDoctypeDeclHandler(parser_, &XmlPart::refuse_doctype);

    const auto feed = [&](std::string_view piece, bool last) {
      const XML_Status status = XML_Parse(parser_, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
      if (thrown_) std::rethrow_exception(thrown_);
      if (has_doctype_)
        archive.refuse(fmt::format("{} has a document type, which no spreadsheet has; save it again", name));
      if (status != XML_STATUS_OK)
        archive.refuse(fmt::format("{} is no whole XML (line {}: {}); save it again", kernel::make_printable(name, 80),
                                   XML_GetCurrentLineNumber(parser_), XML_ErrorString(XML_GetErrorCode(parser_))));
      return true;
    };
    archive.read_part(name, [&](std::string_view piece) { return feed(piece, false); });
    feed({}, true);
  }

 private:
  template <class Call>
  void guarded(const Call& call) {
    if (thrown_) return;
    try {
      call();
    } catch (...) {
      thrown_ = std::current_exception();
      XML_StopParser(parser_, XML_FALSE);
    }
  }
  static void begin_element(void* self, const XML_Char* name, const XML_Char** attributes) {
    auto* part = static_cast<XmlPart*>(self);
    part->guarded([&] {
      Attributes given;
      for (; *attributes != nullptr; attributes += 2) given.emplace(local_name(attributes[0]), attributes[1]);
      part->begin(local_name(name), given);
    });
  }
  static void end_element(void* self, const XML_Char* name) {
    auto* part = static_cast<XmlPart*>(self);
    part->guarded([&] { part->end(local_name(name)); });
  }
  static void take_text(void* self, const XML_Char* text, int size) {
    auto* part = static_cast<XmlPart*>(self);
    part->guarded([&] { part->text({text, static_cast<std::size_t>(size)}); });
  }
  static void refuse_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    auto* part = static_cast<XmlPart*>(self);
    part->has_doctype_ = true;
    XML_StopParser(part->parser_, XML_FALSE);
  }

  XML_Parser parser_ = nullptr;
  std::exception_ptr thrown_;
  bool has_doctype_ = false;
};

/// The part that holds the first visible sheet. @throws InputError also for what is no workbook
std::string sheet_part_of(const Archive& archive) {
  if (!archive.has_part("xl/workbook.xml"))
    archive.refuse(archive.has_part("content.xml") ? "is an OpenDocument file; save it as .xlsx or CSV"
                   : archive.has_part("xl/workbook.bin")
                       ? "is a binary workbook (.xlsb); save it as .xlsx or CSV"
                       : "is a zip archive but no .xlsx workbook; a table as .xlsx or CSV is due");
  std::string relation;
  bool from_1904 = false;
  XmlPart workbook;
  workbook.begin = [&](std::string_view name, const Attributes& given) {
    if (name == "workbookPr") from_1904 = value_of(given, "date1904") == "1" || value_of(given, "date1904") == "true";
    const bool is_visible = value_of(given, "state").empty() || value_of(given, "state") == "visible";
    if (name == "sheet" && relation.empty() && is_visible) relation = value_of(given, "id");
  };
  workbook.read_from(archive, "xl/workbook.xml");
  if (relation.empty()) archive.refuse("has no visible sheet");
  if (from_1904) archive.refuse("counts its days from 1904; save it with the 1900 date system, or as CSV");

  std::string target;
  XmlPart relations;
  relations.begin = [&](std::string_view name, const Attributes& given) {
    if (name == "Relationship" && value_of(given, "Id") == relation) target = value_of(given, "Target");
  };
  relations.read_from(archive, "xl/_rels/workbook.xml.rels");
  return target.starts_with('/') ? target.substr(1) : "xl/" + target;
}

/// Texts that cells name by number. Pronunciations beside them (rPh) are no part of a text.
std::vector<std::string> read_shared_strings(const Archive& archive) {
  std::vector<std::string> strings;
  if (!archive.has_part("xl/sharedStrings.xml")) return strings;
  bool in_text = false, in_phonetic = false;
  XmlPart part;
  part.begin = [&](std::string_view name, const Attributes&) {
    if (name == "si") strings.emplace_back();
    if (name == "rPh") in_phonetic = true;
    if (name == "t") in_text = true;
  };
  part.end = [&](std::string_view name) {
    if (name == "rPh") in_phonetic = false;
    if (name == "t") in_text = false;
  };
  part.text = [&](std::string_view text) {
    if (in_text && !in_phonetic && !strings.empty()) strings.back() += text;
  };
  part.read_from(archive, "xl/sharedStrings.xml");
  return strings;
}

/// Whether a number format shows dates or times: it has a letter of them outside quotes, brackets and escapes.
/// "General" and colours ([Red]) have none that count.
bool is_date_format(std::string_view format) {
  if (format == "General") return false;
  bool in_quotes = false, in_brackets = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
      continue;
    }
    if (c == '[') in_brackets = true;
    if (c == ']') in_brackets = false;
    if (in_brackets) continue;
    if (std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos) return true;
  }
  return false;
}

/// Formats by number that every spreadsheet knows (ECMA-376 part 1, 18.8.30): 14 to 22 and 45 to 47 are dates and
/// times, those of East Asian languages 27 to 36 and 50 to 58.
bool is_known_date(std::size_t format) {
  return (format >= 14 && format <= 22) || (format >= 27 && format <= 36) || (format >= 45 && format <= 47) ||
         (format >= 50 && format <= 58);
}

/// By style of cells: whether a number is a date.
std::vector<char> read_date_styles(const Archive& archive) {
  std::vector<char> is_date;
  if (!archive.has_part("xl/styles.xml")) return is_date;
  std::map<std::size_t, bool> own_formats;
  bool in_cells = false;
  XmlPart part;
  part.begin = [&](std::string_view name, const Attributes& given) {
    const std::size_t format = whole_number(value_of(given, "numFmtId")).value_or(0);
    if (name == "numFmt") own_formats[format] = is_date_format(value_of(given, "formatCode"));
    if (name == "cellXfs") in_cells = true;
    if (name != "xf" || !in_cells) return;
    const auto own = own_formats.find(format);
    is_date.push_back(own != own_formats.end() ? own->second : is_known_date(format));
  };
  part.end = [&](std::string_view name) {
    if (name == "cellXfs") in_cells = false;
  };
  part.read_from(archive, "xl/styles.xml");
  return is_date;
}

/// Days since 1899-12-30 as a local time, to the second: a spreadsheet's digits do not carry more. Nothing for numbers
/// that are no day from 1900 to 9999.
std::optional<std::string> date_text(std::string_view number) {
  double days = 0.0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), days);
  if (error != std::errc{} || end != number.data() + number.size() || !(days >= 1.0 && days < 2'958'466.0)) return {};
  const auto seconds = std::llround(days * 86'400.0);
  const market::LocalDate date = market::date_of_days(market::days_since_epoch({1899, 12, 30}) + seconds / 86'400);
  const auto of_day = seconds % 86'400;
  return fmt::format("{}T{:02}:{:02}:{:02}", market::format_date(date), of_day / 3600, of_day / 60 % 60, of_day % 60);
}

/// "C7" is column 2 of row 7. @returns the column; nothing where the text is no place
std::optional<std::size_t> column_of(std::string_view place) {
  std::size_t column = 0, letters = 0;
  for (; letters < place.size() && place[letters] >= 'A' && place[letters] <= 'Z'; ++letters) {
    if (letters == 3) return {};
    column = column * 26 + static_cast<std::size_t>(place[letters] - 'A') + 1;
  }
  if (letters == 0) return {};
  return column - 1;
}

/// Cells of a sheet as they come, written down as lines.
class SheetText {
 public:
  SheetText(const Archive& archive, std::vector<std::string> strings, std::vector<char> is_date)
      : archive_(archive), strings_(std::move(strings)), is_date_(std::move(is_date)) {}

  std::string read_sheet(const std::string& part_name) {
    XmlPart part;
    part.begin = [&](std::string_view name, const Attributes& given) { begin_element(name, given); };
    part.end = [&](std::string_view name) { end_element(name); };
    part.text = [&](std::string_view text) {
      if (!in_value_ && !in_inline_) return;
      if (value_.size() + text.size() > most_cell_bytes) refuse_row("has a cell that is too long");
      value_ += text;
    };
    part.read_from(archive_, part_name);
    return std::move(text_);
  }

 private:
  static constexpr std::size_t most_rows = 1'048'576;                   // that a sheet can have
  static constexpr std::size_t most_cell_bytes = std::size_t{1} << 18;  // 32,767 characters, and some

  void begin_element(std::string_view name, const Attributes& given) {
    if (name == "row") {
      row_ = value_of(given, "r").empty() ? row_ + 1 : whole_number(value_of(given, "r")).value_or(0);
      if (row_ < 1 || row_ > most_rows || row_ <= lines_) archive_.refuse("has rows that are no rows; save it again");
      cells_.clear();
      next_column_ = 0;
    } else if (name == "c") {
      const std::string place = value_of(given, "r");
      const std::optional<std::size_t> column = place.empty() ? next_column_ : column_of(place);
      if (!column) refuse_row("has a cell without a place");
      column_ = *column;
      next_column_ = column_ + 1;
      type_ = value_of(given, "t");
      style_ = whole_number(value_of(given, "s")).value_or(0);
      value_.clear();
    } else if (name == "v") {
      in_value_ = true;
    } else if (name == "t") {
      in_inline_ = type_ == "inlineStr" && !in_phonetic_;
    } else if (name == "rPh") {
      in_phonetic_ = true;
    }
  }

  void end_element(std::string_view name) {
    if (name == "v") in_value_ = false;
    if (name == "t") in_inline_ = false;
    if (name == "rPh") in_phonetic_ = false;
    if (name == "c") end_cell();
    if (name == "row") end_row();
  }

  void end_cell() {
    if (value_.empty()) return;
    if (column_ >= CsvReader::most_columns)
      refuse_row(fmt::format("has more than {} columns", CsvReader::most_columns));
    if (cells_.size() <= column_) cells_.resize(column_ + 1);
    cells_[column_] = cell_text();
  }

  std::string cell_text() {
    if (type_ == "s") {
      const std::optional<std::size_t> number = whole_number(value_);
      if (!number || *number >= strings_.size()) refuse_row("names a text that is not there");
      return strings_[*number];
    }
    if (type_ == "b") return value_ == "1" ? "true" : "false";
    const bool is_number = type_.empty() || type_ == "n";
    if (is_number && style_ < is_date_.size() && is_date_[style_] != 0) {
      if (const std::optional<std::string> date = date_text(value_)) return *date;
    }
    return value_;
  }

  /// Rows are as wide as the first; cells that were cleared behind it are nothing, others are for the reader to refuse.
  void end_row() {
    if (cells_.empty()) return;
    if (width_ == 0) width_ = cells_.size();
    if (cells_.size() < width_) cells_.resize(width_);
    for (; lines_ + 1 < row_; ++lines_) text_ += '\n';
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::replace_if(
          cells_[i].begin(), cells_[i].end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
      text_ += (i > 0 ? "," : "") + kernel::csv_cell(cells_[i]);
    }
    text_ += '\n';
    ++lines_;
    if (text_.size() > archive_.limits().text_bytes)
      refuse_row(fmt::format("brings the table above the limit of {} bytes", archive_.limits().text_bytes));
  }

  [[noreturn]] void refuse_row(std::string_view what) const {
    throw InputError(archive_.shown(), row_, fmt::format("row {} {}", row_, what));
  }

  const Archive& archive_;
  std::vector<std::string> strings_;
  std::vector<char> is_date_;
  std::string text_;
  std::size_t lines_ = 0, row_ = 0, width_ = 0;
  std::vector<std::string> cells_;
  std::size_t column_ = 0, next_column_ = 0, style_ = 0;
  std::string type_, value_;
  bool in_value_ = false, in_inline_ = false, in_phonetic_ = false;
};

}  // namespace

bool is_zip_file(const std::string& real) {
  if (real.find('\0') != std::string::npos) return false;
  const int descriptor = ::open(real.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat info {};
  std::array<char, 4> head{};
  const bool is_read = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
                       ::pread(descriptor, head.data(), head.size(), 0) == static_cast<ssize_t>(head.size());
  ::close(descriptor);
  const std::string_view text(head.data(), head.size());
  return is_read && (text == "PK\x03\x04" || text == "PK\x05\x06");
}

std::string read_sheet_text(const std::string& shown, const std::string& real, const SheetLimits& limits) {
  const Archive archive(shown, real, limits);
  const std::string part = sheet_part_of(archive);
  return SheetText(archive, read_shared_strings(archive), read_date_styles(archive)).read_sheet(part);
}

std::string read_table_text(const std::string& shown, const std::string& real) {
  return is_zip_file(real) ? read_sheet_text(shown, real) : read_text_file(shown, real);
}

}  // namespace evtwin::sessions
