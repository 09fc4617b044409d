#include "viewer/plot/heat_tiles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernel/static_checks.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;

constexpr std::array<TimeNs, 22> lengths{second_ns,      2 * second_ns,  5 * second_ns, 10 * second_ns, 15 * second_ns,
                                         30 * second_ns, minute_ns,      2 * minute_ns, 5 * minute_ns,  10 * minute_ns,
                                         15 * minute_ns, 30 * minute_ns, hour_ns,       2 * hour_ns,    3 * hour_ns,
                                         6 * hour_ns,    12 * hour_ns,   day_ns,        2 * day_ns,     7 * day_ns,
                                         14 * day_ns,    30 * day_ns};
static_assert(kernel::is_ascending(lengths), "bucket_length() searches by halves");

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

/// In a difference, an EVSE without a vehicle has no power and misses no energy: 0 wherever the run is known.
void fill_with_zero(std::vector<float>& values, std::size_t bucket, std::size_t buckets, const model::Run& run,
                    TimeNs begin, TimeNs end) {
  if (end <= run.start_ns || begin >= run.known_until_ns) return;
  for (std::size_t i = bucket; i < values.size(); i += buckets) {
    if (std::isnan(values[i])) values[i] = 0.0F;
  }
}

/// 64 x 256 pixels of 4 bytes each: 32 MiB.
constexpr std::size_t most_tiles = 512;
static_assert(HeatTiles::buckets * HeatTiles::most_evses * sizeof(ImU32) * most_tiles == std::size_t{32} << 20);

}  // namespace

TimeNs bucket_length(TimeNs least) {
  const auto found = std::lower_bound(lengths.begin(), lengths.end(), least);
  return found == lengths.end() ? lengths.back() : *found;
}

ImU32 HeatScale::colour_of(double value) const {
  if (std::isnan(value)) return 0;
  return diverging ? plot::diverging_colour(value / max, dark) : viridis_colour((value - min) / (max - min));
}

std::int64_t HeatGrid::bucket_of(TimeNs t) const {
  const TimeNs since = t - origin_ns;
  return since / bucket_ns - (since % bucket_ns < 0 ? 1 : 0);
}

std::vector<float> heat_values(const HeatGrid& grid, std::size_t first_line, std::size_t lines,
                               std::int64_t first_bucket, std::size_t buckets) {
  const HeatSource& source = *grid.source;
  const TimeNs from = grid.bucket_start(first_bucket);
  const TimeNs to = from + static_cast<TimeNs>(buckets) * grid.bucket_ns;
  const std::size_t first = first_line * grid.group;
  const std::size_t rows = std::min(source.evses.size(), (first_line + lines) * grid.group) - first;
  std::vector<float> values =
      model::heat_values(*source.run, source.metric, std::span(source.evses).subspan(first, rows), from, to, buckets);

  if (source.minus != nullptr) {
    // EVSEs that the other run has not got show nothing.
    std::vector<std::uint32_t> known;
    for (std::size_t row = 0; row < rows; ++row) {
      if (grid.minus_rows[first + row] != model::no_row) known.push_back(grid.minus_rows[first + row]);
    }
    std::vector<float> other = model::heat_values(*source.minus, source.metric, known, from, to, buckets);
    if (source.metric == model::HeatMetric::power_kw || source.metric == model::HeatMetric::power_share ||
        source.metric == model::HeatMetric::soc_gap) {
      for (std::size_t b = 0; b < buckets; ++b) {
        const TimeNs begin = from + static_cast<TimeNs>(b) * grid.bucket_ns, end = begin + grid.bucket_ns;
        fill_with_zero(values, b, buckets, *source.run, begin, end);
        fill_with_zero(other, b, buckets, *source.minus, begin, end);
      }
    }

    std::size_t next = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      const bool there = grid.minus_rows[first + row] != model::no_row;
      for (std::size_t b = 0; b < buckets; ++b) {
        float& value = values[row * buckets + b];
        value = there ? value - other[next * buckets + b] : nothing;
      }
      next += there ? 1 : 0;
    }
  }
  if (grid.group == 1) return values;

  // Of several EVSEs on a line, the mean of those that have a value.
  std::vector<float> means(lines * buckets, nothing);
  for (std::size_t line = 0; line < lines; ++line) {
    const std::size_t end = std::min(rows, (line + 1) * grid.group);
    for (std::size_t b = 0; b < buckets; ++b) {
      double sum = 0.0;
      int count = 0;
      for (std::size_t row = line * grid.group; row < end; ++row) {
        const float value = values[row * buckets + b];
        if (std::isnan(value)) continue;
        sum += static_cast<double>(value);
        ++count;
      }
      if (count > 0) means[line * buckets + b] = static_cast<float>(sum / count);
    }
  }
  return means;
}

HeatTiles::~HeatTiles() {
  for (const auto& [key, tile] : tiles_) textures_->destroy_texture(tile.texture);
}

const HeatTiles::Tile* HeatTiles::find_tile(const HeatGrid& grid, std::size_t block, std::int64_t column) {
  const auto found = tiles_.find({grid.identity, grid.bucket_ns, block, column});
  if (found == tiles_.end()) return nullptr;
  found->second.used = frame_;
  return &found->second;
}

const HeatTiles::Tile* HeatTiles::make_tile(const HeatGrid& grid, const HeatScale& scale, std::size_t block,
                                            std::int64_t column) {
  Tile tile;
  tile.first_line = block * lines_of(grid);
  tile.lines = std::min(lines_of(grid), grid.line_count() - tile.first_line);
  const std::int64_t first = column * static_cast<std::int64_t>(buckets);
  tile.from_ns = grid.bucket_start(first);
  tile.to_ns = grid.bucket_start(first + static_cast<std::int64_t>(buckets));
  tile.used = frame_;
  const std::vector<float> values = heat_values(grid, tile.first_line, tile.lines, first, buckets);
  std::vector<std::uint32_t> pixels(values.size());
  std::transform(values.begin(), values.end(), pixels.begin(),
                 [&](float value) { return scale.colour_of(static_cast<double>(value)); });
  tile.texture = textures_->create_texture(static_cast<int>(buckets), static_cast<int>(tile.lines), pixels);
  return &tiles_.insert_or_assign({grid.identity, grid.bucket_ns, block, column}, tile).first->second;
}

std::vector<const HeatTiles::Tile*> HeatTiles::coarser_tiles(const HeatGrid& grid, TimeNs from, TimeNs to) {
  std::vector<const Tile*> found;
  const auto first = tiles_.upper_bound({grid.identity, grid.bucket_ns, ~std::size_t{0}, kernel::time_never});
  for (auto it = first; it != tiles_.end() && std::get<0>(it->first) == grid.identity; ++it) {
    if (it->second.from_ns >= to || it->second.to_ns <= from) continue;
    it->second.used = frame_;
    found.push_back(&it->second);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

void HeatTiles::free_unused() {
  if (tiles_.size() <= most_tiles) return;
  std::vector<std::uint64_t> uses;
  for (const auto& [key, tile] : tiles_) uses.push_back(tile.used);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::nth_element(uses.begin(), middle, uses.end());
  // Half of them, so that this is not done every frame; never what this frame shows.
  for (auto it = tiles_.begin(); it != tiles_.end();) {
    if (it->second.used <= *middle && it->second.used != frame_) {
      textures_->destroy_texture(it->second.texture);
      it = tiles_.erase(it);
    } else {
      ++it;
    }
  }
}

}  // namespace evtwin::viewer::plot
