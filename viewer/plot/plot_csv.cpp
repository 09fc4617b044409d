// The visible range of a plot as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>

#include "viewer/plot/csv.hpp"
#include "viewer/plot/plot_parts.hpp"

namespace evtwin::viewer::plot {
namespace {

/// Every instant of the window at which a series changes, and those of the pixel columns along ramps and tapers.
/// @returns false: more than `most`
bool add_changes(const Series& series, const TimeScale& time, std::size_t most, std::vector<TimeNs>& times) {
  const TimeNs begin = std::max(time.from_ns, series.start_ns()), end = std::min(time.to_ns, series.end_ns());
  if (series.empty() || begin >= end) return true;
  const std::size_t first = series.piece_at(begin), last = series.piece_at(end - 1);
  if (last - first >= most) return false;
  for (std::size_t i = first; i <= last; ++i) {
    const model::Piece& piece = series.pieces()[i];
    const TimeNs from = std::max(begin, piece.start_ns), to = std::min(end, series.end_of(i));
    times.push_back(from);
    if (piece.rate_per_h == 0.0) continue;
    for (std::size_t column = time.column_of(from) + 1; column < time.columns; ++column) {
      const TimeNs t = time.column_start(column);
      if (t >= to) break;
      times.push_back(t);
    }
  }
  if (end < time.to_ns) times.push_back(end);
  return times.size() <= 4 * most;
}

}  // namespace

void TimePlot::write_csv(std::ostream& out, std::size_t max_rows) const {
  const model::TimeModel& window = *canvas_->time;
  const float inner = (size_.x > 0.0F ? size_.x : 900.0F) - canvas_->left_margin - canvas_->right_margin;
  const TimeScale time{window.from_ns(), window.to_ns(), 0.0F, static_cast<std::size_t>(std::max(100.0F, inner))};
  std::vector<const Item*> shown;
  for (const Item& item : items_) {
    if (!is_hidden(item.label)) shown.push_back(&item);
  }

  // A row per change where max_rows holds them all, else one per pixel column with mean and extremes.
  std::vector<TimeNs> times{time.from_ns};
  bool exact = true;
  for (const Item* item : shown) {
    if (item->series != nullptr) exact = exact && add_changes(*item->series, time, max_rows, times);
    if (item->other != nullptr) exact = exact && add_changes(*item->other, time, max_rows, times);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  exact = exact && times.size() <= max_rows;

  csv_header(out, shown, exact);
  if (exact) {
    csv_changes(out, shown, times);
  } else {
    csv_columns(out, shown, time);
  }
}

/// A column that is told by mean and extremes has three names.
void TimePlot::csv_header(std::ostream& out, const std::vector<const Item*>& shown, bool exact) const {
  const auto name = [&](const Item& item, std::string_view what) {
    const std::string& unit = axis_of(item.side).unit;
    std::string text = item.label;
    if (!what.empty()) text += fmt::format(" {}", what);
    if (!unit.empty()) text += fmt::format(" [{}]", unit);
    return csv_text(text);
  };
  out << "time";
  for (const Item* item : shown) {
    const bool band = !exact && item->series != nullptr && item->other == nullptr;
    out << ',' << name(*item, band ? "mean" : "");
    if (band) out << ',' << name(*item, "min") << ',' << name(*item, "max");
  }
  out << '\n';
}

/// A row per instant at which anything changes: nothing is lost.
void TimePlot::csv_changes(std::ostream& out, const std::vector<const Item*>& shown,
                           const std::vector<TimeNs>& times) const {
  for (const TimeNs t : times) {
    out << canvas_->clock->iso_text(t);
    for (const Item* item : shown) {
      double value = item->value;
      if (item->series != nullptr) value = item->series->value_at(t);
      if (item->other != nullptr) value -= item->other->value_at(t);
      out << ',' << csv_number(value);
    }
    out << '\n';
  }
}

/// A row per pixel column, as the plot shows them; of a difference the mean alone is known.
void TimePlot::csv_columns(std::ostream& out, const std::vector<const Item*>& shown, const TimeScale& time) const {
  for (std::size_t column = 0; column < time.columns; ++column) {
    const TimeNs from = time.column_start(column), to = time.column_start(column + 1);
    out << canvas_->clock->iso_text(from);
    for (const Item* item : shown) {
      if (item->series == nullptr) {
        out << ',' << csv_number(item->value);
        continue;
      }
      const model::Extent extent = item->series->extent_of(from, to);
      if (item->other != nullptr) {
        out << ',' << csv_number(extent.mean() - item->other->extent_of(from, to).mean());
      } else {
        out << ',' << csv_number(extent.mean()) << ',' << csv_number(extent.min) << ',' << csv_number(extent.max);
      }
    }
    out << '\n';
  }
}

}  // namespace evtwin::viewer::plot
