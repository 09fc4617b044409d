// One case against its reference: which quantities were compared, and how far apart the farthest was.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace evtwin::conformance {

class Comparison {
 public:
  explicit Comparison(std::string case_name) : name_(std::move(case_name)) {}

  /// |got - expected| <= tolerance. NaN equals NaN and nothing else.
  void absolute(std::string_view what, double got, double expected, double tolerance);
  /// |got - expected| <= tolerance x max(1, |expected|).
  void relative(std::string_view what, double got, double expected, double tolerance);
  /// Series of equal length; a difference is named what[index].
  void absolute(std::string_view what, std::span<const double> got, std::span<const double> expected, double tolerance);
  void relative(std::string_view what, std::span<const double> got, std::span<const double> expected, double tolerance);
  /// Verdicts, counts, texts: equal or not.
  void equal(std::string_view what, std::string_view got, std::string_view expected);
  /// The case could not be run as it must be.
  void fail(std::string why);
  /// The reference is wrong here and evtwin keeps to what is right: shown with its reason, neither passed nor failed.
  void known_difference(std::string reason);
  /// Said after the line of the case: the size of a rung, what was left out and why.
  void remark(std::string text);

  bool passed() const { return failure_.empty(); }
  /// What differs first, or why the case could not be run; empty while it passes.
  const std::string& failure() const { return failure_; }
  bool known() const { return passed() && !known_.empty(); }
  std::size_t compared() const { return compared_; }
  /// "PASS NAME: 1234 values, largest difference 2.1e-13 (session s3 delivered_kwh), 1e-9 allowed" and its remarks.
  std::string text() const;

 private:
  void difference(std::string_view what, std::size_t index, double got, double expected, double size, double tolerance);

  std::string name_;
  std::size_t compared_ = 0;
  double closest_ = -1.0;  // the difference nearest to (or beyond) its tolerance, as a share of it
  double largest_ = 0.0, largest_tolerance_ = 0.0;
  std::string largest_what_;
  std::string failure_, known_, remarks_;
};

}  // namespace evtwin::conformance
