#include "viewer/plot/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ostream>
#include <unordered_map>

#include "kernel/hash.hpp"
#include "viewer/plot/csv.hpp"
#include "viewer/plot/draw.hpp"
#include "viewer/plot/heat_tiles.hpp"

namespace evtwin::viewer::plot {
namespace {

using model::HeatMetric;

constexpr double budget_ms = 2.0;                  ///< of a frame, for new tiles
constexpr std::size_t cells_for_a_range = 150000;  ///< up to so many the whole run is looked through for its range
constexpr std::size_t most_scales = 200;           ///< kept
constexpr float longest_row_name = 110.0F;         // pixels at 100 %

std::string_view unit_of(HeatMetric metric) {
  switch (metric) {
    case HeatMetric::power_kw:
      return "kW";
    case HeatMetric::power_share:
    case HeatMetric::occupied:
    case HeatMetric::soc:
      return "%";
    case HeatMetric::soc_gap:
      return "kWh";
  }
  return "";
}

/// Of what is shown, in unit_of.
double shown_value(HeatMetric metric, double value) { return unit_of(metric) == "%" ? value * 100.0 : value; }

/// Rows of `to` that have the names of these of `from`; those it has not are left out.
std::vector<std::uint32_t> same_evses(const model::Run& from, const std::vector<std::uint32_t>& evses,
                                      const model::Run& to) {
  std::unordered_map<std::string_view, std::uint32_t> by_name;
  for (std::uint32_t row = 0; row < to.evses.size(); ++row) by_name[to.evses[row].name] = row;
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t evse : evses) {
    if (const auto found = by_name.find(from.evses[evse].name); found != by_name.end()) rows.push_back(found->second);
  }
  return rows;
}

}  // namespace

struct HeatMap::Cache {
  explicit Cache(Textures& textures) : tiles(textures) {}

  HeatTiles tiles;
  std::uint64_t grid_identity = 0;
  std::vector<std::uint32_t> minus_rows;
  std::map<std::pair<std::uint64_t, TimeNs>, HeatScale> scales;  ///< by identity and bucket

  HeatGrid grid(const HeatSource& source, const Canvas& canvas, TimeNs window, float width, float height);
  HeatScale scale(const HeatGrid& grid);
  HeatScale widest(const HeatGrid& grid) const;
  static HeatScale ended(HeatScale scale, HeatMetric metric);
  bool draw_tiles(const TimeFrame& frame, const HeatGrid& grid, const HeatScale& scale, bool complete);
};

/// Everything that pictures depend on, but for the bucket.
HeatGrid HeatMap::Cache::grid(const HeatSource& source, const Canvas& canvas, TimeNs window, float width,
                              float height) {
  HeatGrid grid;
  grid.source = &source;
  grid.dark = canvas.style.dark;
  const auto pixels = static_cast<std::size_t>(std::max(1.0F, height));
  grid.group = std::max<std::size_t>(1, (source.evses.size() + pixels - 1) / pixels);
  grid.bucket_ns =
      bucket_length(static_cast<TimeNs>(static_cast<double>(window) / static_cast<double>(std::max(1.0F, width))));
  // Days begin at the site's midnight (of the clock at the run's start).
  grid.origin_ns = -canvas.clock->utc_offset_ns(source.run->start_ns);

  kernel::RollingHash hash;
  hash.mix_in(source.run->serial);
  hash.mix_in(source.minus == nullptr ? 0 : source.minus->serial);
  hash.mix_in(source.beside == nullptr ? 0 : source.beside->serial);
  hash.mix_in(canvas.style.dark ? 1 : 0);
  hash.mix_in(static_cast<std::uint64_t>(source.metric));
  hash.mix_in(grid.group);
  for (const std::uint32_t evse : source.evses) hash.mix_in(evse);
  grid.identity = hash.value();

  if (source.minus != nullptr && grid.identity != grid_identity) {
    std::unordered_map<std::string_view, std::uint32_t> by_name;
    for (std::uint32_t row = 0; row < source.minus->evses.size(); ++row) by_name[source.minus->evses[row].name] = row;
    minus_rows.clear();
    for (const std::uint32_t evse : source.evses) {
      const auto found = by_name.find(source.run->evses[evse].name);
      minus_rows.push_back(found == by_name.end() ? model::no_row : found->second);
    }
    grid_identity = grid.identity;
  }
  if (source.minus != nullptr) grid.minus_rows = minus_rows;
  return grid;
}

/// The range that no value can leave, from the highest powers (of a difference: nameplates) and sessions.
HeatScale HeatMap::Cache::widest(const HeatGrid& grid) const {
  const HeatSource& source = *grid.source;
  HeatScale scale{0.0, 1.0, source.minus != nullptr, grid.dark};
  if (source.metric == HeatMetric::power_share) {
    // A share is of the rating; below 0 only where something gave back.
    for (const std::uint32_t evse : source.evses) {
      const model::Series& kw = source.run->evses[evse].kw;
      scale.diverging = scale.diverging || kw.extent_of(kw.start_ns(), kw.end_ns()).min < 0.0;
    }
  } else if (source.metric == HeatMetric::power_kw) {
    scale.max = 0.0;
    for (const std::uint32_t evse : source.evses) {
      const model::Evse& row = source.run->evses[evse];
      const model::Extent all = row.kw.extent_of(source.run->start_ns, source.run->end_ns);
      // A difference may be as large as the rating, and so may power that is not known yet.
      if (source.minus != nullptr || std::isnan(all.max)) {
        scale.max = std::max(scale.max, row.max_kw);
        continue;
      }
      scale.max = std::max({scale.max, all.max, -all.min});
      scale.diverging = scale.diverging || all.min < 0.0;
    }
  } else if (source.metric == HeatMetric::soc_gap) {
    scale.max = 0.0;
    for (const model::Session& session : source.run->sessions) scale.max = std::max(scale.max, session.unmet_kwh);

    if (source.minus != nullptr) {
      for (const model::Session& session : source.minus->sessions) scale.max = std::max(scale.max, session.unmet_kwh);
    }
  }
  return scale;
}

/// Exact for the buckets shown where the run is small or the buckets long enough to look through all of them; SoC and
/// occupancy always from 0 to 100 %.
HeatScale HeatMap::Cache::scale(const HeatGrid& grid) {
  const std::pair key(grid.identity, grid.bucket_ns);
  if (const auto found = scales.find(key); found != scales.end()) return found->second;

  HeatScale scale = widest(grid);
  const HeatSource& source = *grid.source;
  const bool fixed = unit_of(source.metric) == "%";

  const std::int64_t first = grid.bucket_of(source.run->start_ns), last = grid.bucket_of(source.run->end_ns - 1);
  const auto buckets = static_cast<std::size_t>(std::max<std::int64_t>(1, last - first + 1));
  if ((!fixed || source.minus != nullptr) && buckets * source.evses.size() <= cells_for_a_range) {
    double most = 0.0;
    bool negative = false;
    for (const float value : heat_values(grid, 0, grid.line_count(), first, buckets)) {
      if (std::isnan(value)) continue;
      most = std::max(most, std::abs(static_cast<double>(value)));
      negative = negative || value < 0.0F;
    }
    scale.max = most;
    scale.diverging = source.minus != nullptr || negative;
  }

  // A colour means the same in both runs.
  if (source.beside != nullptr) {
    HeatSource other{source.beside, nullptr, nullptr, source.metric,
                     same_evses(*source.run, source.evses, *source.beside)};
    HeatGrid beside = grid;
    beside.source = &other;
    beside.identity = ~grid.identity;
    const HeatScale its = this->scale(beside);
    scale.max = std::max(scale.max, its.max);
    scale.diverging = scale.diverging || its.diverging;
  }

  // One per length of bucket seen while zooming: cheap to make again. Kept when it is whole: making it may clear them.
  if (scales.size() >= most_scales) scales.clear();
  return scales[key] = ended(scale, source.metric);
}

/// Rounded up to a figure that reads well.
HeatScale HeatMap::Cache::ended(HeatScale scale, HeatMetric metric) {
  const double shown = shown_value(metric, scale.max);
  scale.max = shown > 0.0 ? nice_range(0.0, shown, true).max / shown_value(metric, 1.0) : 1.0;
  scale.min = scale.diverging ? -scale.max : 0.0;
  return scale;
}

HeatMap::HeatMap(Textures& textures) : cache_(std::make_unique<Cache>(textures)) {}
HeatMap::~HeatMap() = default;

namespace {

/// At the left whose map it is. At the right the colours with the values at their ends, and over how long each is the
/// mean.
void draw_scale(const TimeFrame& frame, const Canvas& canvas, const HeatGrid& grid, const HeatScale& scale, float top) {
  const Style& style = canvas.style;
  const HeatMetric metric = grid.source->metric;
  const std::string low = number_with_unit(shown_value(metric, scale.min), "");
  const std::string high = number_with_unit(shown_value(metric, scale.max), unit_of(metric));
  const std::string length = model::duration_text(grid.bucket_ns);
  const std::string bucket = canvas.words == Words::korean ? length + " 평균" : length + " mean";
  const float gap = 6.0F * style.scale, bar = 90.0F * style.scale, high_line = small_height(canvas);

  // From the right inwards, as far as there is room.
  float right = frame.max().x;
  const std::string label = fit_text(canvas, grid.source->label, (right - frame.outer_min().x) * 0.45F);
  small_text(frame.draw_list(), canvas, {frame.outer_min().x + 4.0F * style.scale, top}, style.text, label);
  const float free_left = frame.outer_min().x + (label.empty() ? 0.0F : small_size(canvas, label).x + 2.0F * gap);
  const auto put = [&](const std::string& text) {
    const float wide = small_size(canvas, text).x;
    if (right - wide < free_left) return;
    small_text(frame.draw_list(), canvas, {right - wide, top}, style.text_weak, text);
    right -= wide + gap;
  };
  put(high);
  if (right - bar < free_left) return;

  Quads quads(frame.draw_list());
  constexpr int steps = 48;
  for (int step = 0; step < steps; ++step) {
    const double part = (step + 0.5) / steps;
    const float left = right - bar + bar * static_cast<float>(step) / steps;
    quads.add_rect({left, top + 2.0F}, {left + bar / steps + 0.5F, top + high_line - 1.0F},
                   scale.colour_of(scale.min + (scale.max - scale.min) * part));
  }
  quads.flush_quads();

  right -= bar + gap;
  put(low);
  right -= gap;
  put(metric == HeatMetric::soc_gap ? length : bucket);
}

void draw_row_names(const TimeFrame& frame, const Canvas& canvas, const HeatSource& source, std::uint32_t selected) {
  const std::size_t count = source.evses.size();
  const float row = frame.height() / static_cast<float>(count), line = small_height(canvas);
  const float gap = 4.0F * canvas.style.scale, room = frame.min().x - frame.outer_min().x - 2.0F * gap;
  if (frame.height() < line) return;
  const auto every = static_cast<std::size_t>(std::max(1.0F, std::ceil(line / row)));
  for (std::size_t i = 0; i < count; i += every) {
    const float middle = frame.min().y + (static_cast<float>(i) + 0.5F) * row;
    const float top = std::clamp(middle - line / 2.0F, frame.min().y, frame.max().y - line);
    const bool chosen = source.evses[i] == selected;
    small_text(frame.draw_list(), canvas, {frame.outer_min().x + gap, top},
               chosen ? canvas.style.text : canvas.style.text_weak,
               fit_text(canvas, source.run->evses[source.evses[i]].name, room));
  }
}

void explain(const Canvas& canvas, const HeatGrid& grid, std::uint32_t evse, std::int64_t bucket, double value) {
  const TimeNs from = grid.bucket_start(bucket), to = from + grid.bucket_ns;
  ImGui::BeginTooltip();
  ImGui::TextUnformatted(grid.source->run->evses[evse].name.c_str());
  ImGui::TextUnformatted(
      fmt::format("{} - {}", canvas.clock->date_time_text(from), canvas.clock->date_time_text(to)).c_str());
  ImGui::TextUnformatted(
      number_with_unit(shown_value(grid.source->metric, value), unit_of(grid.source->metric)).c_str());
  ImGui::EndTooltip();
}

/// The room that names of rows ask for. Of many rows the first are measured: a frame must not cost what a fleet has.
float row_name_width(const Canvas& canvas, const HeatSource& source) {
  float widest = 0.0F;
  for (std::size_t i = 0; i < std::min<std::size_t>(source.evses.size(), 200); ++i) {
    widest = std::max(widest, small_size(canvas, source.run->evses[source.evses[i]].name).x);
  }
  return widest;
}

/// A tile where its time and its rows lie in the frame; tiles at the rim reach beyond it.
void draw_tile(const TimeFrame& frame, const HeatGrid& grid, const HeatTiles::Tile& tile, ImU32 tint) {
  const TimeNs window = frame.to_ns() - frame.from_ns();
  const double pixels_per_ns = static_cast<double>(frame.width()) / static_cast<double>(window);
  const auto x = [&](TimeNs t) {
    return frame.min().x + static_cast<float>(static_cast<double>(t - frame.from_ns()) * pixels_per_ns);
  };
  const float line_height =
      frame.height() / static_cast<float>(grid.source->evses.size()) * static_cast<float>(grid.group);
  const float top = frame.min().y + static_cast<float>(tile.first_line) * line_height;
  const float bottom = top + static_cast<float>(tile.lines) * line_height;
  frame.draw_list().AddImage(tile.texture, {x(tile.from_ns), top}, {x(tile.to_ns), bottom}, {0, 0}, {1, 1}, tint);
}

/// A rectangle around the row of the selected EVSE, at least 3 pixels high, so that it is seen among many.
void draw_selected_row(const TimeFrame& frame, const Style& style, const HeatSource& source, std::uint32_t selected) {
  const auto found = std::find(source.evses.begin(), source.evses.end(), selected);
  if (found == source.evses.end()) return;
  const float row = frame.height() / static_cast<float>(source.evses.size());
  const float top = frame.min().y + static_cast<float>(found - source.evses.begin()) * row;
  const float thick = std::max(1.0F, std::round(style.scale));
  frame.draw_list().AddRect({frame.min().x, top}, {frame.max().x, top + std::max(row, 3.0F)}, style.text, 0.0F, 0,
                            thick);
}

/// The EVSE's own value, also where its line of the picture is the mean of several.
double own_value(const HeatGrid& grid, std::size_t row, std::int64_t bucket) {
  HeatSource one = *grid.source;
  one.evses = {grid.source->evses[row]};
  HeatGrid own = grid;
  own.source = &one;
  own.group = 1;
  if (grid.source->minus != nullptr) own.minus_rows = {grid.minus_rows[row]};
  return static_cast<double>(heat_values(own, 0, 1, bucket, 1).front());
}

}  // namespace

/// Tiles that are there; then new ones as long as there is time, at least one; meanwhile a coarser picture, dimmed.
/// @returns whether some are missing still
bool HeatMap::Cache::draw_tiles(const TimeFrame& frame, const HeatGrid& grid, const HeatScale& scale, bool complete) {
  tiles.begin_frame();
  const std::size_t blocks = (grid.line_count() + HeatTiles::lines_of(grid) - 1) / HeatTiles::lines_of(grid);
  const auto column_of = [&](TimeNs t) {
    const std::int64_t bucket = grid.bucket_of(t), per_tile = HeatTiles::buckets;
    return bucket / per_tile - (bucket % per_tile < 0 ? 1 : 0);
  };
  const auto started = std::chrono::steady_clock::now();
  const auto time_left = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count() < budget_ms;
  };

  std::vector<const HeatTiles::Tile*> there;
  bool made = false, filling = false;
  for (std::int64_t column = column_of(frame.from_ns()); column <= column_of(frame.to_ns() - 1); ++column) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const HeatTiles::Tile* tile = tiles.find_tile(grid, block, column);
      if (tile == nullptr && (complete || !made || time_left())) {
        tile = tiles.make_tile(grid, scale, block, column);
        made = true;
      }
      if (tile != nullptr) there.push_back(tile);
      filling = filling || tile == nullptr;
    }
  }

  if (filling) {
    for (const HeatTiles::Tile* tile : tiles.coarser_tiles(grid, frame.from_ns(), frame.to_ns())) {
      draw_tile(frame, grid, *tile, IM_COL32(255, 255, 255, 128));
    }
  }
  for (const HeatTiles::Tile* tile : there) draw_tile(frame, grid, *tile, IM_COL32_WHITE);
  tiles.free_unused();
  return filling;
}

HeatReply HeatMap::draw_map(const std::string& id, Canvas& canvas, ImVec2 size, const HeatSource& source,
                            std::uint32_t selected_evse, bool complete) {
  const Style& style = canvas.style;
  const bool something = source.run != nullptr && !source.evses.empty();
  const float widest = something ? row_name_width(canvas, source) : 0.0F;
  const float header = small_height(canvas) + 6.0F * style.scale;
  TimeFrame frame(id, canvas, size, std::min(widest, longest_row_name * style.scale) + 8.0F * style.scale, true,
                  header);
  HeatReply reply;

  if (!frame.is_visible() || !something) {
    static_cast<PlotReply&>(reply) = frame.finish_frame();
    return reply;
  }

  const TimeNs window = frame.to_ns() - frame.from_ns();
  const HeatGrid grid = cache_->grid(source, canvas, window, frame.width(), frame.height());
  const HeatScale scale = cache_->scale(grid);
  ImDrawList& list = frame.draw_list();
  list.PushClipRect(frame.min(), frame.max(), true);
  reply.filling = cache_->draw_tiles(frame, grid, scale, complete);
  canvas.filling = canvas.filling || reply.filling;
  draw_selected_row(frame, style, source, selected_evse);
  list.PopClipRect();
  draw_scale(frame, canvas, grid, scale, frame.outer_min().y + 2.0F * style.scale);
  draw_row_names(frame, canvas, source, selected_evse);

  static_cast<PlotReply&>(reply) = frame.finish_frame();
  if (!reply.hovered && !reply.clicked) return reply;
  const float row = frame.height() / static_cast<float>(source.evses.size());
  const float down = (ImGui::GetIO().MousePos.y - frame.min().y) / row;
  const auto line = static_cast<std::size_t>(std::clamp(down, 0.0F, static_cast<float>(source.evses.size() - 1)));
  reply.evse = source.evses[line];
  const std::int64_t bucket = grid.bucket_of(reply.time_ns);
  reply.value = own_value(grid, line, bucket);
  if (reply.hovered && !canvas.is_dragging()) explain(canvas, grid, reply.evse, bucket, reply.value);
  return reply;
}

void HeatMap::write_csv(std::ostream& out, const Canvas& canvas, const HeatSource& source) const {
  out << fmt::format("evse,from,to,value [{}]\n", unit_of(source.metric));
  if (source.run == nullptr || source.evses.empty()) return;
  const model::TimeModel& time = *canvas.time;
  Cache fresh(*canvas.textures);
  HeatSource one = source;
  // As in a picture of 900 pixels, but never groups of EVSEs.
  const HeatGrid grid = fresh.grid(source, canvas, time.to_ns() - time.from_ns(), 900.0F, 1e6F);
  const std::int64_t first = grid.bucket_of(time.from_ns()), last = grid.bucket_of(time.to_ns() - 1);
  const auto buckets = static_cast<std::size_t>(last - first + 1);
  for (std::size_t row = 0; row < source.evses.size(); ++row) {
    const std::vector<float> values = heat_values(grid, row, 1, first, buckets);
    const std::string name = csv_text(source.run->evses[source.evses[row]].name);
    for (std::size_t b = 0; b < buckets; ++b) {
      if (std::isnan(values[b])) continue;
      const TimeNs from = grid.bucket_start(first + static_cast<std::int64_t>(b));
      out << name << ',' << canvas.clock->iso_text(from) << ',' << canvas.clock->iso_text(from + grid.bucket_ns) << ','
          << csv_number(shown_value(source.metric, static_cast<double>(values[b]))) << '\n';
    }
  }
}

}  // namespace evtwin::viewer::plot
