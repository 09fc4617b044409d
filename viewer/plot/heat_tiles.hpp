// The pictures a heat-map is put together from: 64 buckets of time x some rows each, kept between frames.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "viewer/plot/heat_map.hpp"

namespace evtwin::viewer::plot {

/// The smallest of some round lengths (1 s .. 30 days) that is not below `least`; the greatest where none is.
TimeNs bucket_length(TimeNs least);

/// Values to colours.
struct HeatScale {
  double min = 0.0, max = 1.0;
  bool diverging = false;  ///< min = -max
  bool dark = false;       ///< the theme: its zero is dark, too
  ImU32 colour_of(double value) const;
};

/// Rows to be shown, in groups where there are more of them than pixels.
struct HeatGrid {
  const HeatSource* source = nullptr;
  std::vector<std::uint32_t> minus_rows;  ///< rows of source->minus by the EVSEs' names; no_row: it has none
  std::size_t group = 1;                  ///< EVSEs per line of the picture, their mean
  TimeNs bucket_ns = 0;
  TimeNs origin_ns = 0;        ///< where a bucket begins
  std::uint64_t identity = 0;  ///< of source, group and theme
  bool dark = false;

  std::size_t line_count() const { return (source->evses.size() + group - 1) / group; }
  TimeNs bucket_start(std::int64_t bucket) const { return origin_ns + bucket * bucket_ns; }
  std::int64_t bucket_of(TimeNs t) const;
};

/// Values of `lines` from first_line on x `buckets` from first_bucket on, line by line; NaN: nothing there.
std::vector<float> heat_values(const HeatGrid& grid, std::size_t first_line, std::size_t lines,
                               std::int64_t first_bucket, std::size_t buckets);

class HeatTiles {
 public:
  static constexpr std::size_t buckets = 64;  ///< of a tile
  static constexpr std::size_t most_evses = 256;

  explicit HeatTiles(Textures& textures) : textures_(&textures) {}
  ~HeatTiles();
  HeatTiles(const HeatTiles&) = delete;
  HeatTiles& operator=(const HeatTiles&) = delete;

  struct Tile {
    ImTextureID texture = nullptr;
    TimeNs from_ns = 0, to_ns = 0;
    std::size_t first_line = 0, lines = 0;
    std::uint64_t used = 0;  ///< frame
  };
  /// Lines of a full tile.
  static std::size_t lines_of(const HeatGrid& grid) { return std::max<std::size_t>(1, most_evses / grid.group); }

  void begin_frame() { ++frame_; }
  /// Null: not there yet.
  const Tile* find_tile(const HeatGrid& grid, std::size_t block, std::int64_t column);
  const Tile* make_tile(const HeatGrid& grid, const HeatScale& scale, std::size_t block, std::int64_t column);
  /// Tiles of the same source with longer buckets, the longest first: what may stand where a tile is not there yet.
  std::vector<const Tile*> coarser_tiles(const HeatGrid& grid, TimeNs from, TimeNs to);
  /// Frees the longest unused beyond what may be kept.
  void free_unused();

 private:
  using Key = std::tuple<std::uint64_t, TimeNs, std::size_t, std::int64_t>;  // identity, bucket, block, column
  Textures* textures_;
  std::map<Key, Tile> tiles_;
  std::uint64_t frame_ = 0;
};

}  // namespace evtwin::viewer::plot
