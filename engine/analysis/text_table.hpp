// Figures and tables for people: aligned by what a terminal shows, Korean included.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::analysis {

enum class Language : std::uint8_t { english, korean };

/// "1,234,567" or "-0.52": thousands separators; "-" for NaN.
std::string number_text(double value, int decimals);
/// As people write the currency: KRW and JPY without decimals, others with two.
std::string money_text(double value, std::string_view currency);

/// Whether the last column holds figures, or text that reads from the left.
enum class LastColumn : std::uint8_t { figures, prose };

/// A table: first column to the left, the others to the right, a rule below the heads. Cells are made printable.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads, LastColumn last = LastColumn::figures);
  /// @param cells as many as heads.
  void add_row(std::vector<std::string> cells);
  std::string to_text() const;

 private:
  LastColumn last_;
  std::vector<std::vector<std::string>> rows_;  // the heads first
};

}  // namespace evtwin::analysis
