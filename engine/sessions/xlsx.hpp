#pragma once
// Sheets of spreadsheets (.xlsx, ECMA-376) as tables: the first visible sheet becomes the text that a CSV of it would
// be. The files come from strangers: every part is bounded while it is unpacked, and a document type is refused.

#include <cstddef>
#include <string>
#include <vector>

#include "sessions/text_file.hpp"

namespace evtwin::sessions {

/// Limits on a workbook; beyond them it is refused.
struct SheetLimits {
  std::size_t part_bytes = std::size_t{256} << 20;  ///< of each part, unpacked
  std::size_t text_bytes = std::size_t{256} << 20;  ///< of the table that comes of it
};

/// Whether a regular file begins as a zip archive does. Never waits, and never throws: trouble is for the reader.
bool is_zip_file(const std::string& real);

/// The first visible sheet as a CSV: line n is row n of the sheet, so that messages name its rows. Cells that are
/// formatted as a date or time are ISO 8601 without an offset, to the second; a line break within a cell is a blank; a
/// formula is the value that was saved with it; rows are as wide as the first that has something.
/// @param shown  the name for messages. @param real  what is opened.
/// @throws InputError for what is no .xlsx, is damaged, encrypted or above the limits.
std::string read_sheet_text(const std::string& shown, const std::string& real, const SheetLimits& limits = {});

/// A table of either kind: read_sheet_text of a zip archive, else read_text_file.
std::string read_table_text(const std::string& shown, const std::string& real);

}  // namespace evtwin::sessions
