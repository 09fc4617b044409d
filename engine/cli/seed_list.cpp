#include "cli/seed_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

constexpr std::uint64_t highest_seed = INT64_MAX;  // as --seed: run files keep seeds as SQLite's integers

std::uint64_t seed_of(const std::string& part, const std::string& all) {
  std::uint64_t seed = 0;
  const char* end = part.data() + part.size();
  const auto [stop, error] = std::from_chars(part.data(), end, seed);
  const bool is_number = stop == end && !part.empty();
  if (is_number && (error == std::errc::result_out_of_range || seed > highest_seed))
    throw std::invalid_argument(
        fmt::format("'{}' is too large; a seed is at most {}", kernel::make_printable(part, 40), highest_seed));
  if (!is_number)
    throw std::invalid_argument(
        fmt::format("'{}' in '{}' is no seed; write whole numbers and ranges, as 1..10 or 1,3,7 or 1..5,9",
                    kernel::make_printable(part, 40), kernel::make_printable(all, 100)));
  if (part.size() > 1 && part[0] == '0')
    throw std::invalid_argument(fmt::format("'{}' begins with 0; write it without", kernel::make_printable(part, 40)));
  return seed;
}

}  // namespace

std::vector<std::uint64_t> parse_seeds(const std::string& text, std::size_t least, std::size_t most) {
  std::vector<std::uint64_t> seeds;
  std::set<std::uint64_t> known;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    at = comma + 1;

    const std::size_t dots = part.find("..");
    const std::uint64_t first = seed_of(part.substr(0, dots), text);
    const std::uint64_t last = dots == std::string::npos ? first : seed_of(part.substr(dots + 2), text);
    if (last < first) throw std::invalid_argument(fmt::format("'{}' runs backwards; write {}..{}", part, last, first));

    // The difference, not the count: last - first + 1 wraps over the whole range of 64 bits.
    if (last - first >= most - seeds.size())
      throw std::invalid_argument(fmt::format("more than {} seeds; name fewer", most));

    for (std::uint64_t seed = first;; ++seed) {
      if (!known.insert(seed).second)
        throw std::invalid_argument(fmt::format("{} is named twice; name each seed once", seed));
      seeds.push_back(seed);
      if (seed == last) break;
    }
  }
  if (seeds.size() < least)
    throw std::invalid_argument(
        fmt::format("{} alone has no spread; name at least two, as 1..10, or use --seed {}", seeds[0], seeds[0]));
  return seeds;
}

}  // namespace evtwin::cli
