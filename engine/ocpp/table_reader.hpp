// Reads the rows of a log that is a table as records.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/log_table.hpp"
#include "ocpp/message_object.hpp"
#include "ocpp/text_reader.hpp"

namespace evtwin::ocpp {

class TableReader {
 public:
  /// @param texts  for frames in the cells
  TableReader(const ReadOptions& options, RecordClock& clock, TextReader& texts, RecordSink& sink);

  /// Takes a line for the head of a table, if it is one. @returns whether it is
  bool begin_table(std::string_view line, std::uint64_t number);
  bool is_table() const { return head_.has_value(); }

  /// Reads the row that begins at `begin`, on line `number`. @returns where it ends; TextReader::need_more
  std::size_t read_row(std::string_view text, std::size_t begin, std::uint64_t number, bool last);

 private:
  std::string_view cell_of(FieldKind kind) const;
  Record record_of_row(std::string_view row, std::uint64_t number);
  void read_cell(std::size_t column, const Record& record);

  RecordClock& clock_;
  TextReader& texts_;
  RecordSink& sink_;
  MessageObjectReader objects_;
  std::optional<TableHead> head_;
  std::string station_field_;  ///< that the user names
  NamedCells named_;           ///< of the row that is read: what may name its station
  RowCells cells_;
};

}  // namespace evtwin::ocpp
