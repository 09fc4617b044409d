#include "plugin_check/growth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <numeric>

#include "plugin_check/child.hpp"

namespace evtwin::plugin_check {

double cpu_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void Growth::fail_of_lost(std::int64_t bytes, const char* call) const {
  const std::int64_t all = std::accumulate(of_calls_.begin(), of_calls_.end(), std::int64_t{0});
  std::int64_t sum = 0;
  std::size_t from = of_calls_.size();
  for (; from > 1 && 50 * sum < 49 * all; --from) sum += of_calls_[from - 1];
  throw Failed(fmt::format("every life loses about {} bytes of memory, nearly all of it from {} number {} on", bytes,
                           call, from + 1));
}

/// Bytes that each call of the second half keeps, as the lesser of its two quarters has it: a cache that grows by
/// doubling grows in one of them.
double Growth::kept_by_each() const {
  const auto quarter = static_cast<std::ptrdiff_t>(of_calls_.size() / 4);
  if (quarter == 0) return 0.0;
  const auto end = of_calls_.end();
  const auto last = std::accumulate(end - quarter, end, std::int64_t{0});
  const auto before = std::accumulate(end - 2 * quarter, end - quarter, std::int64_t{0});
  return static_cast<double>(std::min(last, before)) / static_cast<double>(quarter);
}

void Growth::expect_to_fit(const char* call, double calls_of_a_year) const {
  constexpr double mib = 1 << 20, most_mib = 1024.0;
  const double year_mib = kept_by_each() * calls_of_a_year / mib;
  if (year_mib > most_mib)
    throw Failed(fmt::format("every {} keeps about {:.0f} kB more: the {:.0f} of a year would take {:.0f} MiB", call,
                             kept_by_each() / 1000.0, calls_of_a_year, year_mib));
}

void OpenFiles::look(std::int64_t number) {
  const std::size_t now = open_files();
  if (now <= before_) {
    since_ = 0;
    return;
  }
  if (since_ == 0) since_ = number;
  constexpr std::size_t many = 64;  // of 1,024 that a process mostly may have
  if (now > before_ + many)
    throw Failed(
        fmt::format("{} files more than before are open in {} number {}, the first since number {}: it opens "
                    "them and does not close them",
                    now - before_, call_, number, since_));
}

void OpenFiles::look_at_the_end() const {
  const std::size_t now = open_files();
  if (now > before_)
    throw Failed(fmt::format("{} files of its own are open after destroy(), the first since {} number {}",
                             now - before_, call_, since_));
}

}  // namespace evtwin::plugin_check
