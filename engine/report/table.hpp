// Tables of a report: the same cells as HTML and as CSV.
#pragma once

#include <string>
#include <vector>

#include "report/recorded_run.hpp"
#include "report/words.hpp"

namespace evtwin::report {

struct Cell {
  Text text;
  double value = unknown;  ///< what `text` was made from, with all its digits; NaN: it is words
  bool best = false;
};

struct Row {
  std::string id;   ///< of an anchor; may be empty
  Text head, help;  ///< help may be empty
  std::vector<Cell> cells;
  bool more = false;  ///< shown when asked for
};

struct Table {
  std::string id;  ///< also the name of its file
  Text title, note;
  std::vector<Text> heads;  ///< the first is that of the rows' heads
  std::vector<Row> rows;
  std::size_t shown = 2'000;  ///< rows in the page; the file has all
  std::size_t total = 0;      ///< rows that there are, where not all are here; else 0
  bool folded = false;
};

Cell cell_of_words(Text text);
Cell cell_of_number(double value, int decimals);
/// As people write the currency, which stands in the head.
Cell cell_of_money(double value, const std::string& currency);

std::string html_table(const Table& table);

/// English heads, figures with 17 digits, words in quotes where they must be (RFC 4180); words that a spreadsheet would
/// take for a formula have a ' before them.
std::string csv_table(const Table& table);

}  // namespace evtwin::report
