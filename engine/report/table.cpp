#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"

namespace evtwin::report {
namespace {

std::string csv_words(const std::string& words) {
  const std::string text = kernel::make_printable(words);
  // A - alone stands where nothing is known, and is no formula.
  const bool formula =
      text != "-" && !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
  return kernel::csv_cell(formula ? "'" + text : text);
}

/// Whether no cell of a column is a number: its head stands to the left, too.
bool is_of_words(const Table& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(),
                     [&](const Row& row) { return column >= row.cells.size() || std::isnan(row.cells[column].value); });
}

/// Dates and names as they mostly are stay on one line; longer ones may break anywhere.
bool is_short(const Text& text) { return text.en.size() <= 24; }

}  // namespace

Cell cell_of_words(Text text) { return {std::move(text), unknown, false}; }

Cell cell_of_number(double value, int decimals) {
  return {same_text(analysis::number_text(value, decimals)), value, false};
}

Cell cell_of_money(double value, const std::string& currency) {
  const std::string text = analysis::money_text(value, currency);
  return {same_text(text.substr(0, text.find(' '))), value, false};
}

std::string html_table(const Table& table) {
  // Paper can not be scrolled: tables of many columns are set smaller there.
  constexpr std::size_t many = 8;
  std::string out =
      fmt::format("<section id=\"{}\" class=\"t{}\">\n", table.id, table.heads.size() > many ? " many" : "");
  const bool folded = table.folded;
  out += folded ? fmt::format("<details><summary><h3>{}</h3></summary>", html_of(table.title))
                : fmt::format("<h3>{}</h3>", html_of(table.title));
  out += fmt::format("<button class=csv data-csv=\"{}\">CSV</button><div class=wide><table><thead><tr>", table.id);
  for (std::size_t i = 0; i < table.heads.size(); ++i)
    out += fmt::format("<th{}>{}</th>", i > 0 && is_of_words(table, i - 1) ? " class=w" : "", html_of(table.heads[i]));
  out += "</tr></thead>\n<tbody>\n";

  // All rows are in the CSV; a page shows as many as are read.
  for (std::size_t i = 0; i < std::min(table.rows.size(), table.shown); ++i) {
    const Row& row = table.rows[i];
    out +=
        fmt::format("<tr{}{}>", row.id.empty() ? "" : fmt::format(" id=\"{}\"", row.id), row.more ? " class=more" : "");
    out += fmt::format("<th>{}", html_of(row.head));
    if (!row.help.en.empty()) out += fmt::format("<small>{}</small>", html_of(row.help));
    out += "</th>";

    for (const Cell& cell : row.cells) {
      if (std::isnan(cell.value))
        out += fmt::format("<td class=\"w{}\">{}</td>", is_short(cell.text) ? " s" : "", html_of(cell.text));
      else
        out +=
            fmt::format("<td data-v={:.17g}{}>{}</td>", cell.value, cell.best ? " class=best" : "", html_of(cell.text));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>";

  const auto more = std::count_if(table.rows.begin(), table.rows.end(), [](const Row& row) { return row.more; });
  if (more > 0)
    out += fmt::format("<p><button class=rest>{}</button></p>",
                       html_of({fmt::format("{} further figures", more), fmt::format("나머지 지표 {}개", more)}));
  if (!table.note.en.empty()) out += fmt::format("<p class=note>{}</p>", html_of(table.note));

  const std::size_t total = std::max(table.total, table.rows.size());
  if (total > table.shown) {
    out += fmt::format("<p class=note>{}</p>",
                       html_of({fmt::format("{} of {} rows; all with --csv", table.shown, total),
                                fmt::format("{}행 중 {}행 표시; 전체는 --csv", total, table.shown)}));
  }
  return out + (folded ? "</details>" : "") + "</section>\n";
}

std::string csv_table(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.heads.size(); ++i) out += (i > 0 ? "," : "") + csv_words(table.heads[i].en);
  out += '\n';
  for (const Row& row : table.rows) {
    out += csv_words(row.head.en);
    for (const Cell& cell : row.cells)
      out += std::isnan(cell.value) ? "," + csv_words(cell.text.en) : fmt::format(",{:.17g}", cell.value);
    out += '\n';
  }
  return out;
}

}  // namespace evtwin::report
