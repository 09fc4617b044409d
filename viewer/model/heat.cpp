#include "viewer/model/heat.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/parallel.hpp"
#include "viewer/model/state.hpp"

namespace evtwin::viewer::model {
namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr unsigned threads = 4;

// Where the buckets of [from, to) begin and end.
struct Buckets {
  TimeNs from, to;
  std::size_t count;

  TimeNs edge(std::size_t bucket) const {
    __extension__ using Wide = __int128;
    return from +
           static_cast<TimeNs>((static_cast<Wide>(to) - from) * static_cast<Wide>(bucket) / static_cast<Wide>(count));
  }
  /// The one that holds t, which lies inside.
  std::size_t of(TimeNs t) const {
    const double share = kernel::hours_between(from, t) / kernel::hours_between(from, to);
    auto bucket = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(count));
    bucket = std::min(bucket, count - 1);
    while (bucket > 0 && t < edge(bucket)) --bucket;
    while (bucket + 1 < count && t >= edge(bucket + 1)) ++bucket;
    return bucket;
  }
};

// Calls function(session, from, to) for the part of each stay at the EVSE that lies in [from, to).
template <class Function>
void each_stay(const Run& run, const Evse& evse, TimeNs from, TimeNs to, Function function) {
  to = std::min(to, run.known_until_ns);
  // Stays at one EVSE follow each other: the one before the first that begins inside may reach in.
  auto it = std::ranges::lower_bound(evse.sessions, from, {},
                                     [&](std::uint32_t row) { return run.sessions[row].plugged_in_ns; });
  if (it != evse.sessions.begin()) --it;
  for (; it != evse.sessions.end(); ++it) {
    const Session& session = run.sessions[*it];
    if (session.plugged_in_ns >= to) return;
    const TimeNs a = std::max(from, session.plugged_in_ns), b = std::min(to, session.departed_ns);
    if (a < b) function(*it, a, b);
  }
}

std::vector<double> occupied(const Run& run, const Evse& evse, const Buckets& buckets) {
  std::vector<double> hours(buckets.count, 0.0);
  each_stay(run, evse, buckets.from, buckets.to, [&](std::uint32_t, TimeNs a, TimeNs b) {
    for (std::size_t i = buckets.of(a); i < buckets.count && buckets.edge(i) < b; ++i) {
      hours[i] += kernel::hours_between(std::max(a, buckets.edge(i)), std::min(b, buckets.edge(i + 1)));
    }
  });
  return hours;
}

// Hours of a bucket that the run is known for.
double known_hours(const Run& run, const Buckets& buckets, std::size_t i) {
  const TimeNs a = std::max(buckets.edge(i), run.start_ns), b = std::min(buckets.edge(i + 1), run.known_until_ns);
  return a < b ? kernel::hours_between(a, b) : 0.0;
}

void power_row(const Run& run, const Evse& evse, const Buckets& buckets, std::span<float> row) {
  std::vector<Extent> extents(buckets.count);
  evse.kw.column_extents(buckets.from, buckets.to, extents);
  const std::vector<double> hours = occupied(run, evse, buckets);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool shown = hours[i] > 0.0 || extents[i].integral_h != 0.0;
    row[i] = shown ? static_cast<float>(extents[i].mean()) : nothing;
  }
}

void occupied_row(const Run& run, const Evse& evse, const Buckets& buckets, std::span<float> row) {
  const std::vector<double> hours = occupied(run, evse, buckets);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double known = known_hours(run, buckets, i);
    row[i] = known > 0.0 ? static_cast<float>(hours[i] / known) : nothing;
  }
}

void soc_row(const Run& run, const Evse& evse, const Buckets& buckets, std::span<float> row) {
  std::vector<double> sum(row.size(), 0.0), hours(row.size(), 0.0);
  each_stay(run, evse, buckets.from, buckets.to, [&](std::uint32_t session, TimeNs a, TimeNs b) {
    const Series soc = session_soc(run, session);
    if (soc.empty()) return;
    for (std::size_t i = buckets.of(a); i < row.size() && buckets.edge(i) < b; ++i) {
      const Extent part = soc.extent_of(std::max(a, buckets.edge(i)), std::min(b, buckets.edge(i + 1)));
      sum[i] += part.integral_h;
      hours[i] += part.covered_h;
    }
  });
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = hours[i] > 0.0 ? static_cast<float>(sum[i] / hours[i]) : nothing;
}

void soc_gap_row(const Run& run, const Evse& evse, const Buckets& buckets, std::span<float> row) {
  // A vehicle that leaves in a stretch was there before its end.
  each_stay(run, evse, buckets.from - 1, buckets.to, [&](std::uint32_t row_of, TimeNs, TimeNs) {
    const Session& session = run.sessions[row_of];
    if (session.ended != "departed" || session.departed_ns < buckets.from || session.departed_ns >= buckets.to) return;
    float& cell = row[buckets.of(session.departed_ns)];
    cell = (std::isnan(cell) ? 0.0F : cell) + static_cast<float>(session.unmet_kwh);
  });
}

}  // namespace

std::vector<float> heat_values(const Run& run, HeatMetric metric, std::span<const std::uint32_t> evses, TimeNs from,
                               TimeNs to, std::size_t buckets) {
  std::vector<float> cells(evses.size() * buckets, nothing);
  if (buckets == 0 || from >= to) return cells;
  const Buckets parts{from, to, buckets};
  kernel::parallel_for(evses.size(), evses.size() < 16 ? 1 : threads, [&](std::size_t i) {
    const Evse& evse = run.evses[evses[i]];
    const std::span<float> row = std::span(cells).subspan(i * buckets, buckets);
    switch (metric) {
      case HeatMetric::power_share:
        power_row(run, evse, parts, row);
        for (float& cell : row) cell /= static_cast<float>(std::max(evse.max_kw, 1e-9));
        return;
      case HeatMetric::power_kw:
        return power_row(run, evse, parts, row);
      case HeatMetric::occupied:
        return occupied_row(run, evse, parts, row);
      case HeatMetric::soc:
        return soc_row(run, evse, parts, row);
      case HeatMetric::soc_gap:
        return soc_gap_row(run, evse, parts, row);
    }
  });
  return cells;
}

namespace {

// A-2 comes before A-10.
bool name_before(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const auto take = [&](std::string_view& text) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        std::string_view number = text.substr(0, digits);
        number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
        text.remove_prefix(digits);
        return number;
      };
      const std::string_view x = take(a), y = take(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

}  // namespace

std::vector<std::uint32_t> ordered_evses(const Run& run, std::uint32_t site, std::string_view station,
                                         EvseOrder order) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < run.evses.size(); ++row) {
    const Evse& evse = run.evses[row];
    if ((site == no_row || evse.site == site) && (station.empty() || evse.station == station)) rows.push_back(row);
  }

  // Stable sorts: EVSEs that are alike stay in the order of the file.
  switch (order) {
    case EvseOrder::file:
      break;
    case EvseOrder::name:
      std::ranges::stable_sort(rows, [&](auto a, auto b) { return name_before(run.evses[a].name, run.evses[b].name); });
      break;

    case EvseOrder::energy: {
      std::vector<double> kwh(run.evses.size(), 0.0);
      for (const std::uint32_t row : rows) {
        for (const std::uint32_t session : run.evses[row].sessions) kwh[row] += run.sessions[session].got_kwh;
      }
      std::ranges::stable_sort(rows, std::ranges::greater{}, [&](std::uint32_t row) { return kwh[row]; });
      break;
    }

    case EvseOrder::fastest:
      std::ranges::stable_sort(rows, std::ranges::greater{}, [&](std::uint32_t row) { return run.evses[row].max_kw; });
      break;
    case EvseOrder::slowest:
      std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return run.evses[row].max_kw; });
      break;
  }
  return rows;
}

}  // namespace evtwin::viewer::model
