// Changes between two texts, line by line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::analysis {

struct LineChange {
  char mark = '-';       ///< '-': only in the first, '+': only in the second
  std::size_t line = 0;  ///< from 1, in the text that has it
  std::string text;
};

/// The fewest lines to take away and to put in (longest common subsequence), in the order of the texts; where lines are
/// replaced, those taken away come first. Of texts whose differing parts have over four million pairs of lines all of
/// these count as replaced.
std::vector<LineChange> text_diff(std::string_view a, std::string_view b);

/// "- 12  old" and "+ 12  new", made printable, at most `most` of them and how many more.
std::string text_diff_text(const std::vector<LineChange>& changes, std::size_t most);

}  // namespace evtwin::analysis
