#include "conformance/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace evtwin::conformance {

namespace {

constexpr auto no_index = static_cast<std::size_t>(-1);  // index of a quantity that is no series

}  // namespace

void Comparison::difference(std::string_view what, std::size_t index, double got, double expected, double size,
                            double tolerance) {
  ++compared_;
  const bool same = got == expected || (std::isnan(got) && std::isnan(expected));
  if (same) size = 0.0;
  // The quantity shown is the one nearest to failing: tolerances differ between quantities.
  const double share = std::isnan(size) ? std::numeric_limits<double>::infinity()
                       : size == 0.0    ? 0.0
                                        : size / tolerance;
  if (share > closest_) {
    closest_ = share;
    largest_ = size;
    largest_tolerance_ = tolerance;
    largest_what_ = index == no_index ? std::string(what) : fmt::format("{}[{}]", what, index);
  }
  if (share > 1.0 && failure_.empty()) {
    failure_ = fmt::format("{} is {}, the reference has {}",
                           index == no_index ? std::string(what) : fmt::format("{}[{}]", what, index), got, expected);
  }
}

void Comparison::absolute(std::string_view what, double got, double expected, double tolerance) {
  difference(what, no_index, got, expected, std::abs(got - expected), tolerance);
}

void Comparison::relative(std::string_view what, double got, double expected, double tolerance) {
  difference(what, no_index, got, expected, std::abs(got - expected) / std::max(1.0, std::abs(expected)), tolerance);
}

void Comparison::absolute(std::string_view what, std::span<const double> got, std::span<const double> expected,
                          double tolerance) {
  if (got.size() != expected.size())
    return fail(fmt::format("{} has {} values, the reference {}", what, got.size(), expected.size()));
  for (std::size_t i = 0; i < got.size(); ++i)
    difference(what, i, got[i], expected[i], std::abs(got[i] - expected[i]), tolerance);
}

void Comparison::relative(std::string_view what, std::span<const double> got, std::span<const double> expected,
                          double tolerance) {
  if (got.size() != expected.size())
    return fail(fmt::format("{} has {} values, the reference {}", what, got.size(), expected.size()));
  for (std::size_t i = 0; i < got.size(); ++i) {
    difference(what, i, got[i], expected[i], std::abs(got[i] - expected[i]) / std::max(1.0, std::abs(expected[i])),
               tolerance);
  }
}

void Comparison::equal(std::string_view what, std::string_view got, std::string_view expected) {
  ++compared_;
  if (got != expected && failure_.empty())
    failure_ = fmt::format("{} is '{}', the reference has '{}'", what, got, expected);
}

void Comparison::fail(std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
}

void Comparison::known_difference(std::string reason) {
  if (known_.empty()) known_ = std::move(reason);
}

void Comparison::remark(std::string text) { remarks_ += "\n       " + text; }

std::string Comparison::text() const {
  if (!passed()) return fmt::format("FAIL  {}: {}{}", name_, failure_, remarks_);
  if (known()) return fmt::format("KNOWN {}: {}{}", name_, known_, remarks_);
  if (largest_ == 0.0) return fmt::format("PASS  {}: {} values, no difference{}", name_, compared_, remarks_);
  return fmt::format("PASS  {}: {} values, largest difference {:.2g} ({}), {:.2g} allowed{}", name_, compared_,
                     largest_, largest_what_, largest_tolerance_, remarks_);
}

}  // namespace evtwin::conformance
