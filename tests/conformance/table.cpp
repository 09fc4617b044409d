#include "conformance/table.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "conformance/kinds.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "a | b": cells without the spaces around them.
std::vector<std::string_view> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  for (;;) {
    const auto at = line.find(separator);
    cells.push_back(trimmed(line.substr(0, at)));
    if (at == std::string_view::npos) return cells;
    line.remove_prefix(at + 1);
  }
}

/// The place a path leads to, made where it is not there yet.
json& place(json& document, std::string_view path) {
  json* at = &document;
  for (const std::string_view step : cells_of(path, '.')) {
    if (step.empty()) throw CaseError(fmt::format("'{}' is no path", path));
    at = &(*at)[std::string(step)];
  }
  return *at;
}

json text_or_json(std::string_view cell) {
  json value = json::parse(cell, nullptr, false);
  return value.is_discarded() ? json(std::string(cell)) : value;
}

/// "3 x 84.3, 2 x 172" as a list; nothing where it is not written so.
std::optional<json> counted_list(std::string_view text) {
  json list = json::array();
  for (const std::string_view part : cells_of(text, ',')) {
    std::size_t count = 0;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), count);
    const std::string_view after(rest, static_cast<std::size_t>(part.data() + part.size() - rest));
    if (error != std::errc() || !after.starts_with(" x ")) return std::nullopt;
    const json value = json::parse(after.substr(3), nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    list.insert(list.end(), count, value);
  }
  return list;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<json> documents() {
    try {
      while (next()) {
        if (line_ == "---") {
          begin_document();
        } else if (line_.ends_with(" by column:")) {
          read_columns(line_.substr(0, line_.find(" by column:")));
        } else if (line_.ends_with(':')) {
          read_rows(line_.substr(0, line_.size() - 1));
        } else if (!line_.empty()) {
          read_field();
        }
      }
    } catch (const std::exception& error) {
      throw CaseError(fmt::format("line {}: {}", number_, error.what()));
    }
    if (documents_.empty()) documents_.push_back(common_);
    return std::move(documents_);
  }

 private:
  /// The next line that is no comment, trimmed.
  bool next() {
    do {
      if (text_.empty()) return false;
      const auto end = text_.find('\n');
      line_ = trimmed(text_.substr(0, end));
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      ++number_;
    } while (line_.starts_with('#'));
    return true;
  }
  /// The next row of a table: false at its end, an empty line.
  bool next_row() { return next() && !line_.empty(); }

  void begin_document() {
    documents_.push_back(common_);
    given_.clear();
  }
  json& document() { return documents_.empty() ? common_ : documents_.back(); }
  /// @throws CaseError for a path that this part has given already; what all have in common may be given anew.
  json& given(std::string_view path) {
    if (!given_.emplace(path).second) throw CaseError(fmt::format("'{}' is given twice", path));
    return place(document(), path);
  }

  void read_field() {
    const auto at = line_.find(" = ");
    if (at == std::string_view::npos)
      throw CaseError(fmt::format("'{}' is neither a field (a = 1), nor begins a table (a:), nor parts (---)", line_));
    const std::string_view text = trimmed(line_.substr(at + 3));
    json& field = given(trimmed(line_.substr(0, at)));
    if (auto list = counted_list(text))
      field = std::move(*list);
    else
      field = json::parse(text);
  }

  std::vector<std::string> header(std::string_view path) {
    if (!next_row()) throw CaseError(fmt::format("table {} has no columns", path));
    std::vector<std::string> columns;
    for (const std::string_view name : cells_of(line_, '|')) columns.emplace_back(name);
    return columns;
  }
  std::vector<std::string_view> row(std::size_t columns) const {
    auto cells = cells_of(line_, '|');
    if (cells.size() != columns)
      throw CaseError(fmt::format("a row of {} cells in a table of {} columns", cells.size(), columns));
    return cells;
  }

  void read_rows(std::string_view path) {
    json& list = given(path) = json::array();
    const auto columns = header(path);
    while (next_row()) {
      const auto cells = row(columns.size());
      json& object = list.emplace_back(json::object());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!cells[i].empty()) place(object, columns[i]) = text_or_json(cells[i]);
      }
    }
    if (list.empty()) throw CaseError(fmt::format("table {} has no rows", path));
  }

  void read_columns(std::string_view path) {
    const auto columns = header(path);
    std::vector<json*> lists;
    for (const std::string& column : columns) {
      lists.push_back(&given(fmt::format("{}.{}", path, column)));
      *lists.back() = json::array();
    }
    std::size_t rows = 0;
    for (; next_row(); ++rows) {
      const auto cells = row(columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (cells[i].empty()) continue;
        if (lists[i]->size() != rows) throw CaseError(fmt::format("column {} has a gap", columns[i]));
        lists[i]->push_back(text_or_json(cells[i]));
      }
    }
    if (rows == 0) throw CaseError(fmt::format("table {} has no rows", path));
  }

  std::string_view text_, line_;
  std::size_t number_ = 0;
  json common_ = json::object();
  std::vector<json> documents_;
  std::set<std::string, std::less<>> given_;  // paths, in this part
};

}  // namespace

std::vector<json> read_tables(std::string_view text) { return Reader(text).documents(); }

}  // namespace evtwin::conformance
