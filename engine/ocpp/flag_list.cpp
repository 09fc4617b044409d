#include "ocpp/flag_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/text.hpp"

namespace evtwin::ocpp {

bool FlagList::would_keep(std::string_view code) const {
  const auto found = counts_.find(code);
  return found == counts_.end() || found->second < most_texts;
}

void FlagList::add_flag(std::string_view code, std::string_view subject, std::string text, Place place) {
  auto found = counts_.find(code);
  if (found == counts_.end()) found = counts_.emplace(code, 0).first;
  if (++found->second > most_texts) return;
  flags_.push_back({std::string(code), std::string(subject), std::move(text), place, 1});
}

std::vector<LogFlag> FlagList::take_flags(const LogReport& report) {
  std::stable_sort(flags_.begin(), flags_.end(), [](const LogFlag& a, const LogFlag& b) {
    return std::pair(a.place.file, a.place.line) < std::pair(b.place.file, b.place.line);
  });
  for (LogFlag& flag : flags_) {
    if (flag.place.line > 0) flag.text = report.place_text(flag.place) + ": " + flag.text;
  }
  for (const auto& [code, count] : counts_) {
    if (count <= most_texts) continue;
    flags_.push_back({code, "", fmt::format("{} more of this kind ({}), {} in all", count - most_texts, code, count),
                      Place{}, count - most_texts});
  }
  return std::move(flags_);
}

std::string quoted_text(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return '"' + kernel::make_printable(text) + '"';
  std::size_t cut = most;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  return '"' + kernel::make_printable(text.substr(0, cut)) + "...\"";
}

}  // namespace evtwin::ocpp
