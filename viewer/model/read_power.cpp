// The recorded powers: millions of rows, read a wave at a time on several connections, become one series per unit.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/parallel.hpp"
#include "kernel/text.hpp"
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

constexpr std::int64_t rows_per_part = 100'000;  // a wave of four takes 20 MiB

struct Segment {
  std::uint32_t unit = 0;  // EVSEs, then storages
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0, slope_per_h = 0.0;
};

Segment segment_of(const Rows& rows, const Run& run) {
  Segment segment;
  const std::uint32_t evse = rows.row_or_none(1, run.evses.size());
  if (evse != no_row) {
    segment.unit = evse;
  } else {
    segment.unit = static_cast<std::uint32_t>(run.evses.size()) + rows.column_row(2, run.storages.size());
  }
  segment.start_ns = rows.column_time(3);
  segment.end_ns = rows.column_time(4);
  segment.kw = rows.column_number(5);
  segment.slope_per_h = rows.column_number(6);
  if (segment.start_ns < run.start_ns || segment.end_ns > run.end_ns || segment.end_ns < segment.start_ns) {
    rows.throw_bad_row("power outside the run");
  }
  const double grown = segment.slope_per_h * kernel::hours_between(segment.start_ns, segment.end_ns);
  if (!std::isfinite(segment.kw * std::exp(grown))) rows.throw_bad_row("power without bounds");
  return segment;
}

// Where the series of a unit has come to.
struct PoweredUnit {
  Series* series = nullptr;
  TimeNs end_ns = 0;
};

void add(PoweredUnit& unit, const Segment& segment) {
  if (segment.start_ns > unit.end_ns) unit.series->add_piece(unit.end_ns, 0.0);
  unit.series->add_piece({segment.start_ns, segment.kw, segment.kw * segment.slope_per_h, segment.slope_per_h});
  unit.end_ns = segment.end_ns;
}

// SoC by the storage's own equation: what is metered, less what the battery loses, over its capacity.
Series soc_of(const Storage& storage, TimeNs start_ns, TimeNs end_ns) {
  Series soc;
  double at_start = storage.soc_start;
  const std::span<const Piece> pieces = storage.kw.pieces();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& kw = pieces[i];
    if (std::isnan(kw.value)) {
      soc.add_piece(kw.start_ns, none);
      continue;
    }
    const double per_kwh =
        (kw.value > 0.0 ? storage.charge_efficiency : 1.0 / storage.discharge_efficiency) / storage.capacity_kwh;
    const Piece piece{kw.start_ns, at_start, kw.value * per_kwh, kw.slope_per_h};
    soc.add_piece(piece);
    at_start = value_in(piece, storage.kw.end_of(i));
  }
  if (soc.empty()) soc.add_piece(start_ns, at_start);
  soc.finish_at(end_ns);
  return soc;
}

}  // namespace

bool read_power(const Source& source, Run& run, const Progress& progress) {
  std::vector<PoweredUnit> units;
  for (Evse& evse : run.evses) units.push_back({&evse.kw, run.start_ns});
  for (Storage& storage : run.storages) units.push_back({&storage.kw, run.start_ns});

  const std::int64_t rows = source.row_count("power");
  const std::size_t threads = source.thread_count();
  std::vector<std::vector<Segment>> parts(threads);

  for (std::int64_t done = 0; done < rows; done += rows_per_part * static_cast<std::int64_t>(threads)) {
    kernel::parallel_for(threads, static_cast<unsigned>(threads), [&](std::size_t i) {
      const std::int64_t first = done + rows_per_part * static_cast<std::int64_t>(i) + 1;
      const std::int64_t last = std::min(rows, first + rows_per_part - 1);
      parts[i].clear();
      if (first > last) return;
      Rows part(source.database(i), "power", "evse, storage, start_ns, end_ns, kw, slope_kw_per_kwh", first, last);
      parts[i].reserve(static_cast<std::size_t>(last - first + 1));
      while (part.next_row()) parts[i].push_back(segment_of(part, run));
    });
    // Threads read side by side, but pieces are added in the order of the table.
    for (std::size_t i = 0; i < threads; ++i) {
      for (const Segment& segment : parts[i]) {
        PoweredUnit& unit = units[segment.unit];
        if (segment.start_ns < unit.end_ns) {
          throw record::RunFileError(
              fmt::format("{}: malformed: table power: two powers at one time", kernel::make_printable(run.file)));
        }
        if (segment.end_ns > segment.start_ns) add(unit, segment);
      }
    }
    if (!progress(static_cast<double>(done) / static_cast<double>(rows))) return false;
  }

  // Power that has not been recorded is 0 where the run is over, and unknown where it is not.
  const bool over = run.state == record::RunState::complete;
  for (PoweredUnit& unit : units) {
    if (unit.end_ns < run.known_until_ns) unit.series->add_piece(unit.end_ns, over ? 0.0 : none);
  }
  kernel::parallel_for(units.size(), static_cast<unsigned>(threads),
                       [&](std::size_t i) { units[i].series->finish_at(run.known_until_ns); });
  for (Storage& storage : run.storages) storage.soc = soc_of(storage, run.start_ns, run.known_until_ns);
  if (!over) return true;

  // Exact sums take the place of the means by metering window.
  for (Site& site : run.sites) {
    std::vector<const Series*> evses, storages;
    for (const std::uint32_t row : site.evses) evses.push_back(&run.evses[row].kw);
    for (const std::uint32_t row : site.storages) storages.push_back(&run.storages[row].kw);
    site.ev_kw = sum_of(evses, run.start_ns, run.known_until_ns);
    if (!storages.empty()) site.storage_kw = sum_of(storages, run.start_ns, run.known_until_ns);
  }
  return progress(1.0);
}

}  // namespace evtwin::viewer::model
