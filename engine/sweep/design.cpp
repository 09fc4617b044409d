#include "sweep/design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "kernel/random.hpp"
#include "kernel/text.hpp"

namespace evtwin::sweep {

namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t next = std::min(text.find(at, from), text.size());
    parts.emplace_back(text.substr(from, next - from));
    from = next + 1;
  }
  return parts;
}

/// "0.25" has two; "1e-3" as many as it has when written out, up to 12.
int decimals_of(const std::string& number) {
  if (number.find_first_of("eE") != std::string::npos) return 12;
  const std::size_t point = number.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(number.size() - point - 1);
}

std::string shortest(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

[[noreturn]] void refuse(std::string_view given, const std::string& why) {
  throw std::invalid_argument(fmt::format("'{}': {}", kernel::make_printable(given, 100), why));
}

/// low, low + step ... up to high, which is one of them if the steps lead there.
std::vector<std::string> values_of_range(std::string_view given, const std::vector<std::string>& parts) {
  const double low = *number_of(parts[0]), high = *number_of(parts[1]), step = *number_of(parts[2]);
  if (step == 0.0 || (high - low) / step < 0.0)
    refuse(given, fmt::format("a step of {} does not lead from {} to {}", parts[2], parts[0], parts[1]));
  const double steps = std::floor((high - low) / step + 1e-9);
  if (steps >= 10'000.0) refuse(given, "more than 10,000 values; take a larger step, or --samples");
  const int decimals = std::max({decimals_of(parts[0]), decimals_of(parts[1]), decimals_of(parts[2])});
  std::vector<std::string> values;
  for (double i = 0.0; i <= steps; i += 1.0)
    values.push_back(shortest(fmt::format("{:.{}f}", low + i * step, decimals)));
  return values;
}

}  // namespace

std::optional<double> number_of(std::string_view text) {
  double value = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

Factor parse_factor(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
    refuse(text, "write NAME=LOW:HIGH:STEP or NAME=VALUE,VALUE,...; NAME=LOW:HIGH with --samples");
  if (!kernel::is_utf8(text)) refuse(text, "is not UTF-8");

  Factor factor;
  factor.name = text.substr(0, equals);
  const std::string_view given = text.substr(equals + 1);

  // Colons between numbers are a range; others belong to a value, as in ID:key=value.
  const std::vector<std::string> parts = split(given, ':');
  const bool numbers =
      std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return !!number_of(part); });
  if (numbers && parts.size() == 3) {
    factor.values = values_of_range(text, parts);
  } else if (numbers && parts.size() == 2) {
    factor.span = Factor::Span{*number_of(parts[0]), *number_of(parts[1])};
    if (!(factor.span->low < factor.span->high)) refuse(text, fmt::format("{} is not below {}", parts[0], parts[1]));
  } else {
    factor.values = split(given, ',');
    for (std::size_t i = 0; i < factor.values.size(); ++i) {
      if (factor.values[i].empty()) refuse(text, "a value beside a comma is missing");
      if (std::find(factor.values.begin(), factor.values.begin() + static_cast<std::ptrdiff_t>(i), factor.values[i]) !=
          factor.values.begin() + static_cast<std::ptrdiff_t>(i))
        refuse(text,
               fmt::format("{} is named twice; name each value once", kernel::make_printable(factor.values[i], 40)));
    }
  }
  return factor;
}

std::vector<Point> grid_points(std::span<const Factor> factors) {
  std::vector<Point> points{{}};
  for (const Factor& factor : factors) {
    if (factor.span)
      throw std::invalid_argument(
          fmt::format("{}={}:{} has no step; write a third number, or how many --samples to draw", factor.name,
                      factor.span->low, factor.span->high));
    if (points.size() * factor.values.size() > max_points)
      throw std::invalid_argument(fmt::format("more than {} points; vary less, or draw --samples", max_points));
    std::vector<Point> longer;
    longer.reserve(points.size() * factor.values.size());
    for (const Point& point : points) {
      for (const std::string& value : factor.values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

std::vector<Point> latin_hypercube(std::span<const Factor> factors, std::size_t samples, std::uint64_t seed) {
  std::vector<Point> points(samples);
  for (std::size_t f = 0; f < factors.size(); ++f) {
    const Factor& factor = factors[f];
    // Which part each sample has: the order of random keys is a random permutation.
    const kernel::Stream order{seed, f, kernel::purpose_of("sweep.order")};
    const kernel::Stream place{seed, f, kernel::purpose_of("sweep.place")};
    std::vector<std::size_t> sample(samples);
    std::iota(sample.begin(), sample.end(), std::size_t{0});
    std::stable_sort(sample.begin(), sample.end(),
                     [&](std::size_t a, std::size_t b) { return order.u64(a) < order.u64(b); });
    for (std::size_t part = 0; part < samples; ++part) {
      Point& point = points[sample[part]];
      if (factor.span) {
        const double at = (static_cast<double>(part) + place.unit_draw(part)) / static_cast<double>(samples);
        point.push_back(fmt::format("{:.6g}", factor.span->low + at * (factor.span->high - factor.span->low)));
      } else {
        point.push_back(factor.values[part * factor.values.size() / samples]);
      }
    }
  }
  return points;
}

}  // namespace evtwin::sweep
