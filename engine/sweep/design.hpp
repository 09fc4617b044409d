// Factors of a sweep, and the points that come of them: a grid, or samples of a Latin hypercube.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::sweep {

/// A parameter and the values it takes. Values are texts, as `--set` and `--change` take them.
struct Factor {
  struct Span {
    double low = 0.0, high = 0.0;
  };
  std::string name;
  std::vector<std::string> values;  ///< none of a span
  std::optional<Span> span;         ///< any number between the two; for samples only
};

/// "contract_kw=40:160:15" (both ends may be hit), "pv_kw=0,50", "tariff=a,b"; "pv_kw=0:100" is a span. Numbers of a
/// range have the decimals that its three numbers are written with, so that 0:1:0.1 gives 0.3 and not
/// 0.30000000000000004.
/// @throws std::invalid_argument saying what would be right.
Factor parse_factor(std::string_view text);

/// One value of each factor, in their order.
using Point = std::vector<std::string>;

/// Every combination; the last factor changes fastest. One empty point without factors.
/// @throws std::invalid_argument for a span, and for more than max_points.
std::vector<Point> grid_points(std::span<const Factor> factors);

/// Of each factor each of `samples` equal parts of its span is hit exactly once, at a random place of it (McKay,
/// Beckman, Conover 1979, Technometrics 21, method 3). Values of a list take turns as evenly as their number allows.
/// Numbers are rounded to six digits: what is written is what is run.
/// @param seed  of the draws; the same seed gives the same points on every machine
std::vector<Point> latin_hypercube(std::span<const Factor> factors, std::size_t samples, std::uint64_t seed);

inline constexpr std::size_t max_points = 1'000'000;

/// The whole text as a finite number; nothing for other texts.
std::optional<double> number_of(std::string_view text);

}  // namespace evtwin::sweep
