#include "report/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernel/static_checks.hpp"

namespace evtwin::report {
namespace {

/// A path whose moves are relative, of places rounded first: it does not drift.
class Path {
 public:
  explicit Path(int decimals) : scale_(std::pow(10.0, decimals)), decimals_(decimals) {}

  void move(double x, double y) {
    flush();
    set(x, y);
    text_ += 'M' + number(x_) + ' ' + number(y_);
  }
  /// Stretches at one height become one.
  void across(double x) {
    const auto before = x_;
    x_ = rounded(x);
    across_ += x_ - before;
  }
  void up(double y) {
    const auto before = y_;
    if (rounded(y) == before) return;
    flush();
    y_ = rounded(y);
    text_ += 'v' + number(y_ - before);
  }
  void line(double x, double y) {
    flush();
    const auto before_x = x_, before_y = y_;
    set(x, y);
    text_ += 'l' + number(x_ - before_x) + ' ' + number(y_ - before_y);
  }
  /// The way back begins: it is not taken off the way there.
  void turn() { flush(); }
  void close() {
    flush();
    text_ += 'z';
  }
  std::string text() && {
    flush();
    return std::move(text_);
  }

 private:
  void flush() {
    if (across_ != 0) text_ += 'h' + number(across_);
    across_ = 0;
  }
  std::int64_t rounded(double value) const { return static_cast<std::int64_t>(std::llround(value * scale_)); }
  void set(double x, double y) { x_ = rounded(x), y_ = rounded(y); }
  std::string number(std::int64_t value) const {
    return decimals_ == 0 ? fmt::format("{}", value) : fmt::format("{:g}", static_cast<double>(value) / scale_);
  }

  double scale_;
  int decimals_;
  std::int64_t x_ = 0, y_ = 0, across_ = 0;
  std::string text_;
};

double x_of(const Placing& placing, std::int64_t second) {
  return placing.left + placing.per_second * static_cast<double>(second);
}
double y_of(const Placing& placing, const Axis& axis, double value) {
  return placing.top + placing.height * (1.0 - axis.place_of(value));
}

int level_of(double kw, double max_kw) {
  if (kw == 0.0) return 0;
  const int level = std::clamp(static_cast<int>(std::ceil(std::abs(kw) / max_kw * heat_levels - 1e-9)), 0, heat_levels);
  return kw < 0.0 ? -level : level;
}

}  // namespace

Axis value_axis(const Figure& figure) {
  double low = 0.0, high = 0.0;
  for (const Series& series : figure.series) {
    for (const Sample& sample : series.samples) {
      for (const double value : {sample.value, sample.low, sample.high}) {
        if (std::isnan(value)) continue;
        low = std::min(low, value), high = std::max(high, value);
      }
    }
  }
  // A share is drawn of the whole, so that a battery that is full looks full.
  if (figure.unit == "%") high = std::max(high, 100.0);
  return axis_for(low, high);
}

std::string line_path(const Series& series, const Axis& axis, const Placing& placing) {
  Path path(placing.decimals);
  bool drawn = false;
  std::int64_t last_s = 0;
  for (const Sample& sample : series.samples) {
    if (std::isnan(sample.value)) {
      drawn = false;
      continue;
    }
    const double y = y_of(placing, axis, sample.value);
    if (!drawn || last_s != sample.start_s)
      path.move(x_of(placing, sample.start_s), y);
    else if (!series.smooth)
      path.up(y);
    if (series.smooth)
      path.line(x_of(placing, sample.end_s), y_of(placing, axis, sample.high));
    else
      path.across(x_of(placing, sample.end_s));
    drawn = true;
    last_s = sample.end_s;
  }
  return std::move(path).text();
}

std::string band_path(const Series& series, const Axis& axis, const Placing& placing) {
  Path path(placing.decimals);
  const Samples& all = series.samples;
  for (std::size_t from = 0; from < all.size();) {
    if (series.smooth || std::isnan(all[from].low)) {
      ++from;
      continue;
    }
    // The highest on the way there, the lowest on the way back.
    std::size_t to = from;
    path.move(x_of(placing, all[from].start_s), y_of(placing, axis, all[from].high));
    for (; to < all.size() && !std::isnan(all[to].low) && (to == from || all[to].start_s == all[to - 1].end_s); ++to) {
      path.up(y_of(placing, axis, all[to].high));
      path.across(x_of(placing, all[to].end_s));
    }

    path.turn();
    for (std::size_t back = to; back > from; --back) {
      path.up(y_of(placing, axis, all[back - 1].low));
      path.across(x_of(placing, all[back - 1].start_s));
    }
    path.close();
    from = to;
  }
  return std::move(path).text();
}

double cell_kw(const Grid& grid, std::size_t row, std::size_t column) {
  return grid.kwh[row * grid.columns + column] / grid.hours_of_column(column);
}

std::vector<HeatStroke> heat_strokes(const Grid& grid, const std::vector<double>& max_kw, const Placing& placing,
                                     double full_share) {
  std::map<int, Path> paths;
  const std::size_t rows = grid.columns == 0 ? 0 : grid.kwh.size() / grid.columns;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < grid.columns;) {
      const int level = level_of(cell_kw(grid, row, column), full_share * max_kw[row]);
      std::size_t end = column + 1;
      while (end < grid.columns && level_of(cell_kw(grid, row, end), full_share * max_kw[row]) == level) ++end;
      if (level != 0) {
        Path& path = paths.try_emplace(level, placing.decimals).first->second;
        path.move(x_of(placing, static_cast<std::int64_t>(column)),
                  placing.top + placing.height * static_cast<double>(row));
        path.across(x_of(placing, static_cast<std::int64_t>(end)));
      }
      column = end;
    }
  }
  std::vector<HeatStroke> strokes;
  for (auto& [level, path] : paths) strokes.push_back({level, std::move(path).text()});
  return strokes;
}

double highest_share(const Grid& grid, const std::vector<double>& max_kw) {
  double highest = 0.0;
  for (std::size_t i = 0; i < grid.kwh.size(); ++i)
    highest = std::max(highest, std::abs(cell_kw(grid, i / grid.columns, i % grid.columns)) / max_kw[i / grid.columns]);
  return highest;
}

std::string packed_cells(const Grid& grid, const std::vector<double>& max_kw) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static_assert(digits.size() == 64 && kernel::has_unique_keys(digits), "RFC 4648, table 1");
  std::string bytes;
  bytes.reserve(grid.kwh.size() * 2);
  for (std::size_t i = 0; i < grid.kwh.size(); ++i) {
    const double share =
        std::clamp(cell_kw(grid, i / grid.columns, i % grid.columns) / max_kw[i / grid.columns], -1.0, 1.0);
    const auto level = static_cast<unsigned>(32'768 + std::lround(share * 32'767.0));
    bytes += static_cast<char>(level & 0xFFU);
    bytes += static_cast<char>(level >> 8U);
  }
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? digits[group >> (18U - 6U * k) & 63U] : '=';
  }
  return out;
}

}  // namespace evtwin::report
