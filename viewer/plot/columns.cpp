#include "viewer/plot/columns.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <vector>

#include "kernel/floor_divide.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr std::size_t most_entries = 400;    // 400 x 4096 x 32 bytes = 50 MiB at the worst
constexpr std::int64_t most_columns = 4096;  // of an entry; more than a window needs, so that panning back is free
static_assert(most_entries * static_cast<std::size_t>(most_columns) * sizeof(model::Extent) <= std::size_t{50} << 20);

struct Entry {
  std::int64_t first = 0;
  std::vector<model::Extent> extents;
  std::uint64_t used = 0;

  std::int64_t end() const { return first + static_cast<std::int64_t>(extents.size()); }
};
using Key = std::pair<std::uint64_t, TimeNs>;  // serial of the series, length

struct Cache {
  std::map<Key, Entry> entries;
  std::uint64_t clock = 0;
};
thread_local Cache cache;

/// Makes the entry hold [first, end).
void extend(Entry& entry, const model::Series& series, TimeNs length, std::int64_t first, std::int64_t end) {
  const auto sum_up = [&](std::int64_t from, std::int64_t to, std::span<model::Extent> out) {
    if (to > from) series.column_extents(from * length, to * length, out);
  };
  const bool apart = entry.extents.empty() || first > entry.end() || end < entry.first;
  const std::int64_t low = std::min(first, entry.first), high = std::max(end, entry.end());
  if (apart || high - low > most_columns) {
    // Nothing of it can stay, or too much would: the columns that the window needs are kept where they are there
    // already.
    std::vector<model::Extent> fresh(static_cast<std::size_t>(end - first));
    const std::int64_t from = std::clamp(entry.first, first, end), to = std::clamp(entry.end(), from, end);
    const std::span<model::Extent> out(fresh);
    sum_up(first, from, out.first(static_cast<std::size_t>(from - first)));
    for (std::int64_t i = from; i < to; ++i) {
      fresh[static_cast<std::size_t>(i - first)] = entry.extents[static_cast<std::size_t>(i - entry.first)];
    }
    sum_up(to, end, out.last(static_cast<std::size_t>(end - to)));
    entry.extents = std::move(fresh);
    entry.first = first;
    return;
  }

  // Panned: only columns that came in at either end are summed up.
  if (first < entry.first) {
    const auto before = static_cast<std::size_t>(entry.first - first);
    entry.extents.insert(entry.extents.begin(), before, {});
    sum_up(first, entry.first, std::span(entry.extents).first(before));
    entry.first = first;
  }
  if (end > entry.end()) {
    const std::int64_t from = entry.end();
    entry.extents.resize(static_cast<std::size_t>(end - entry.first));
    sum_up(from, end, std::span(entry.extents).last(static_cast<std::size_t>(end - from)));
  }
}

}  // namespace

TimeNs column_length(const TimeScale& time) {
  const auto pixel = static_cast<std::uint64_t>(time.to_ns - time.from_ns) / std::max<std::size_t>(1, time.columns);
  return static_cast<TimeNs>(std::bit_floor(std::max<std::uint64_t>(1, pixel / 3 * 4)));
}

float Columns::left_edge(const TimeScale& time, std::size_t i) const {
  return time.x_of(std::clamp(start_of(i), time.from_ns, time.to_ns));
}

Columns columns_of(const model::Series& series, const TimeScale& time) {
  const TimeNs length = column_length(time);
  const std::int64_t first = kernel::floor_divide(time.from_ns, length),
                     end = kernel::floor_divide(time.to_ns - 1, length) + 1;
  Entry& entry = cache.entries[{series.content_serial(), length}];
  if (series.content_serial() == 0) entry = {};  // not finished: nothing is in it
  entry.used = ++cache.clock;
  if (entry.first > first || entry.end() < end) extend(entry, series, length, first, end);
  if (cache.entries.size() > most_entries) {
    // The half that was not used for longest.
    const std::uint64_t old = cache.clock - most_entries / 2;
    std::erase_if(cache.entries, [old](const auto& item) { return item.second.used < old; });
  }
  return {length, first * length,
          std::span<const model::Extent>(entry.extents)
              .subspan(static_cast<std::size_t>(first - entry.first), static_cast<std::size_t>(end - first))};
}

}  // namespace evtwin::viewer::plot
