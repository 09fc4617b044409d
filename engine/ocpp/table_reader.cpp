#include "ocpp/table_reader.hpp"

#include <algorithm>

#include "ocpp/action_table.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t longest_named = 100;

}  // namespace

TableReader::TableReader(const ReadOptions& options, RecordClock& clock, TextReader& texts, RecordSink& sink)
    : clock_(clock), texts_(texts), sink_(sink), objects_(options.most_depth), station_field_(options.station_field) {}

bool TableReader::begin_table(View line, std::uint64_t number) {
  head_ = table_head(line, station_field_);
  if (!head_) return false;
  if (head_->repeated_name) {
    sink_.report_oddity(OddityKind::repaired, "a column twice in the head of a table: the first is used", number, line);
  }
  return true;
}

View TableReader::cell_of(FieldKind kind) const {
  const std::size_t at = head_->find_column(kind);
  return at < cells_.size() ? cells_[at].text : View();
}

Record TableReader::record_of_row(View row, std::uint64_t number) {
  Record record;
  record.line = number;
  record.number = sink_.next_number();
  record.layout = "table";
  record.outer = row;
  const bool has_time = head_->find_column(FieldKind::time) < head_->columns.size();
  record.stamp = clock_.find_stamp(has_time ? cell_of(FieldKind::time) : row);
  record.time = clock_.time_of(record.stamp);
  if (const View then = cell_of(FieldKind::answer_time); !then.empty())
    record.answer_time = clock_.time_of(clock_.find_stamp_elsewhere(then));

  // A column that may be the station counts where no other is; one that is, and left empty, is flagged.
  if (const View way = cell_of(FieldKind::way); !way.empty()) record.facts = way_of_word(way);
  record.facts.station = cell_of(FieldKind::station);
  const std::size_t column = head_->find_column(FieldKind::station);
  if (column == head_->columns.size())
    record.facts.station = cell_of(FieldKind::station_maybe);
  else if (record.facts.station.empty() && column < cells_.size())
    sink_.report_oddity(OddityKind::repaired, station_left_empty, number, row);

  // A column whose name says nothing may name the station all the same.
  named_.clear();
  for (std::size_t i = 0; i < std::min(cells_.size(), head_->columns.size()); ++i) {
    const FieldKind kind = head_->columns[i];
    if ((kind == FieldKind::other || kind == FieldKind::station || kind == FieldKind::station_maybe) &&
        cells_[i].text.size() <= longest_named)
      named_.push_back({head_->names[i], cells_[i].text});
  }
  record.row = &named_;
  // The action tells who started it where a row is cut; it may stand as an event's name, too.
  if (const View action = cell_of(FieldKind::action); find_action(action)) record.action = action;
  return record;
}

// Any cell may hold frames, or the payload of one, with quotes doubled or not.
void TableReader::read_cell(std::size_t column, const Record& record) {
  const View piece = cells_[column].text;
  const FieldKind kind = column < head_->columns.size() ? head_->columns[column] : FieldKind::other;
  const bool object = !piece.empty() && piece[0] == '{' && (kind == FieldKind::payload || kind == FieldKind::answer);
  if (!object && piece.find('[') == View::npos) return;

  const View plain = cells_.plain_text(column);
  if (object) {
    const auto message = objects_.of_row(plain, cell_of(FieldKind::action), cell_of(FieldKind::type),
                                         cell_of(FieldKind::id), kind == FieldKind::answer);
    if (message) {
      sink_.take_message(*message, record);
      return;
    }
    if (objects_.row_too_deep()) sink_.report_oddity(OddityKind::unused, nested_too_deeply, record.line, plain);
  }
  texts_.read_inside(plain, record);
}

std::size_t TableReader::read_row(View text, std::size_t begin, std::uint64_t number, bool last) {
  const std::size_t end = cells_.cut_row(text, begin, *head_);
  if (end >= text.size() && !last) return TextReader::need_more;
  const Record record = record_of_row(text.substr(begin, end - begin), number);
  for (std::size_t i = 0; i < cells_.size(); ++i) read_cell(i, record);
  return end;
}

}  // namespace evtwin::ocpp
