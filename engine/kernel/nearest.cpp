#include "kernel/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace evtwin::kernel {
namespace {

constexpr std::size_t longest = 64;  // names beyond this are no slips of a finger, and the cost stays bounded

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
unsigned insertion(char c) { return c == '_' ? 1 : 2; }

}  // namespace

unsigned half_slips(std::string_view a, std::string_view b) {
  a = a.substr(0, longest);
  b = b.substr(0, longest);
  // Three rows of the dynamic programme are kept.
  using Row = std::array<unsigned, longest + 1>;
  Row before{}, above{}, row{};
  for (std::size_t j = 0; j < b.size(); ++j) above[j + 1] = above[j] + insertion(b[j]);
  for (std::size_t i = 0; i < a.size(); ++i) {
    row[0] = above[0] + insertion(a[i]);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const unsigned replace = a[i] == b[j] ? 0 : (lower(a[i]) == lower(b[j]) ? 1 : 2);
      row[j + 1] = std::min({above[j] + replace, above[j + 1] + insertion(a[i]), row[j] + insertion(b[j])});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) row[j + 1] = std::min(row[j + 1], before[j - 1] + 2);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

std::string nearest_name(std::string_view wrong, std::span<const std::string_view> known) {
  if (wrong.empty() || wrong.size() > longest) return {};
  std::string_view best;
  unsigned best_distance = 0;
  for (std::string_view name : known) {
    if (name.empty() || name.size() > longest || name == wrong) continue;
    const unsigned d = half_slips(wrong, name);
    // A third of the letters, at least one: "evse" finds "evses", "x" does not find "at".
    const auto allowed = static_cast<unsigned>(2 * std::max<std::size_t>(1, std::min(wrong.size(), name.size()) / 3));
    if (d > allowed || (name.size() < 2 && d > 1)) continue;
    if (best.empty() || d < best_distance || (d == best_distance && name < best)) {
      best = name;
      best_distance = d;
    }
  }
  return std::string(best);
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
  const std::string name = nearest_name(wrong, known);
  return name.empty() ? name : "; did you mean " + name + "?";
}

}  // namespace evtwin::kernel
