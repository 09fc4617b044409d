// What many calls of an instance take and keep: memory and open files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin_check/process_watch.hpp"

namespace evtwin::plugin_check {

/// Bytes that each call took and did not give back.
class Growth {
 public:
  /// Room for all calls of a life, so that counting takes no memory itself.
  Growth() { of_calls_.reserve(most_calls); }
  void begin_life() { of_calls_.clear(); }

  template <class Call>
  void over(Call&& call) {
    const auto before = static_cast<std::int64_t>(taken_bytes());
    call();
    const auto after = static_cast<std::int64_t>(taken_bytes());
    if (of_calls_.size() < most_calls) of_calls_.push_back(after - before);
  }

  /// Lives that must all lose so many bytes before it is called a loss: what is allocated once, or kept by the
  /// allocator, is not lost.
  static constexpr int most_lives = 5;
  static constexpr std::int64_t least_lost = 2048;
  /// @throws Failed, with the call from which on nearly all was taken that is still there.
  [[noreturn]] void fail_of_lost(std::int64_t bytes, const char* call) const;
  /// @throws Failed where each call keeps so much that a year of them would not fit into a gibibyte.
  void expect_to_fit(const char* call, double calls_of_a_year) const;

 private:
  double kept_by_each() const;
  static constexpr std::size_t most_calls = 16384;
  std::vector<std::int64_t> of_calls_;
};

/// CPU time of this process so far.
double cpu_s();

/// Files that are open since some call.
class OpenFiles {
 public:
  explicit OpenFiles(const char* call) : call_(call) {}
  /// After a call. @throws Failed where many are open that were not before.
  void look(std::int64_t number);
  /// After destroy(). @throws Failed where one is.
  void look_at_the_end() const;

 private:
  const char* call_;
  std::size_t before_ = open_files();
  std::int64_t since_ = 0;
};

}  // namespace evtwin::plugin_check
