#include "analysis/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "kernel/text.hpp"

namespace evtwin::analysis {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::vector<LineChange> text_diff(std::string_view a, std::string_view b) {
  const std::vector<std::string_view> first = lines_of(a), second = lines_of(b);
  std::size_t begin = 0, end_a = first.size(), end_b = second.size();
  while (begin < end_a && begin < end_b && first[begin] == second[begin]) ++begin;
  while (end_a > begin && end_b > begin && first[end_a - 1] == second[end_b - 1]) --end_a, --end_b;
  const std::size_t n = end_a - begin, m = end_b - begin;

  // length[i][j]: of the longest common subsequence of the lines from i and from j on.
  constexpr std::size_t most_pairs = 4'000'000;
  std::vector<std::uint32_t> length;
  const bool compared = n > 0 && m > 0 && n <= most_pairs / m;
  if (compared) {
    length.assign((n + 1) * (m + 1), 0);
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = m; j-- > 0;) {
        length[i * (m + 1) + j] = first[begin + i] == second[begin + j]
                                      ? length[(i + 1) * (m + 1) + j + 1] + 1
                                      : std::max(length[(i + 1) * (m + 1) + j], length[i * (m + 1) + j + 1]);
      }
    }
  }

  std::vector<LineChange> changes;
  for (std::size_t i = 0, j = 0; i < n || j < m;) {
    if (compared && i < n && j < m && first[begin + i] == second[begin + j]) {
      ++i, ++j;
    } else if (i < n && (!compared || j == m || length[(i + 1) * (m + 1) + j] >= length[i * (m + 1) + j + 1])) {
      changes.push_back({'-', begin + i + 1, std::string(first[begin + i])});
      ++i;
    } else {
      changes.push_back({'+', begin + j + 1, std::string(second[begin + j])});
      ++j;
    }
  }
  return changes;
}

std::string text_diff_text(const std::vector<LineChange>& changes, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, changes.size()); ++i)
    text +=
        fmt::format("{} {:4}  {}\n", changes[i].mark, changes[i].line, kernel::make_printable(changes[i].text, 300));
  if (changes.size() > most) text += fmt::format("... and {} more\n", changes.size() - most);
  return text;
}

}  // namespace evtwin::analysis
