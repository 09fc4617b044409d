#include "market/zone_table.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "kernel/nearest.hpp"

namespace evtwin::market {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

bool is_region_and_city(std::string_view name) { return name == "UTC" || name.find('/') != std::string_view::npos; }

// The known name nearest to a misspelt one, or to a bare city ("Seoul"); empty when none is near.
std::string nearest_zone(std::string_view name) {
  if (name.size() > 64) return {};
  std::size_t best = 2 * std::max<std::size_t>(2, name.size() / 3) + 1;  // half slips
  std::string nearest;
  const std::string wanted = in_lower_case(name);
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    const std::string_view known = zone.name();
    if (!is_region_and_city(known)) continue;
    const std::string_view city = known.substr(known.rfind('/') + 1);
    // A bare city counts a slip more than the full name would, so that "UTC" stays nearer than "Etc/UCT".
    const std::size_t distance =
        std::min(kernel::half_slips(wanted, in_lower_case(known)), kernel::half_slips(wanted, in_lower_case(city)) + 2);
    if (distance < best) {
      best = distance;
      nearest = known;
    }
  }
  return nearest;
}

[[noreturn]] void refuse_zone(std::string_view name) {
  if (name.empty()) throw UnknownZoneError("the time zone is empty: give an IANA zone such as Asia/Seoul");
  // Abbreviations are up to five capitals (KST is also a misspelling of nothing): no guess is better than a wrong one.
  const bool abbreviation = name.size() <= 5 && std::all_of(name.begin(), name.end(), [](char c) {
                              return (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || (c >= '0' && c <= '9');
                            });
  const std::string nearest = abbreviation ? std::string() : nearest_zone(name);
  if (nearest.empty()) {
    throw UnknownZoneError(fmt::format(
        "{} is no time zone of the form Region/City: give an IANA zone such as Asia/Seoul (or UTC)", quote_text(name)));
  }
  throw UnknownZoneError(fmt::format("unknown time zone {}: did you mean {}?", quote_text(name), nearest));
}

const date::time_zone* find_zone(std::string_view name) {
  if (!is_region_and_city(name)) return nullptr;
  const auto& zones = date::get_tzdb().zones;
  const auto found = std::find_if(zones.begin(), zones.end(), [&](const auto& zone) { return zone.name() == name; });
  return found == zones.end() ? nullptr : &*found;
}

std::unique_ptr<ZoneTable> build_table(const date::time_zone& zone) {
  auto table = std::make_unique<ZoneTable>();
  table->name = zone.name();
  constexpr TimeNs last_second = latest_ns / kernel::second_ns;
  TimeNs second = earliest_ns / kernel::second_ns;
  TimeNs begin_ns = std::numeric_limits<TimeNs>::min();
  while (begin_ns != kernel::time_never) {
    const date::sys_info info = zone.get_info(date::sys_seconds(std::chrono::seconds(second)));
    const TimeNs offset_ns = info.offset.count() * kernel::second_ns;
    second = info.end.time_since_epoch().count();
    const TimeNs end_ns = second > last_second ? kernel::time_never : second * kernel::second_ns;
    // A change of name or of the daylight-saving flag alone is no change of offset.
    if (!table->intervals.empty() && table->intervals.back().offset_ns == offset_ns) {
      table->intervals.back().end_ns = end_ns;
    } else {
      table->intervals.push_back({begin_ns, end_ns, offset_ns});
    }
    begin_ns = end_ns;
  }
  return table;
}

}  // namespace

const ZoneTable& zone_table(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<ZoneTable>, std::less<>> tables;
  const std::lock_guard lock(mutex);
  auto found = tables.find(name);
  if (found == tables.end()) {
    const date::time_zone* zone = find_zone(name);
    if (zone == nullptr) refuse_zone(name);
    found = tables.emplace(std::string(name), build_table(*zone)).first;
  }
  return *found->second;
}

std::string quote_text(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string shown = "\"";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      shown += c;
    }
  }
  return shown + (text.size() > longest ? "...\"" : "\"");
}

}  // namespace evtwin::market
