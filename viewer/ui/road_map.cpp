#include "viewer/ui/road_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Above so many their rectangles and names are not registered and written one by one.
constexpr std::size_t most_named = 200;

/// State of a station as shape, colour and word.
struct RoadLook {
  plot::Shape shape;
  plot::Category category;
  Word word;
};
constexpr RoadLook closed_look{plot::Shape::cross, plot::Category::black, Word::road_closed};
constexpr RoadLook queue_look{plot::Shape::hourglass, plot::Category::vermillion, Word::road_queue};
constexpr RoadLook full_look{plot::Shape::square, plot::Category::orange, Word::road_full};
constexpr RoadLook free_look{plot::Shape::circle, plot::Category::blue, Word::road_has_free};

constexpr plot::Shape stranded_shape = plot::Shape::cross;
constexpr plot::Category stranded_category = plot::Category::vermillion;

const RoadLook& look_at(const model::RoadStationState& now) {
  if (!now.open) return closed_look;
  if (now.waiting > 0) return queue_look;
  return now.free == 0 ? full_look : free_look;
}

/// Places of the earth on the screen: lengths of all directions alike, north up.
class Projection {
 public:
  Projection(const model::Roads& roads, ImVec2 min, ImVec2 max, float margin) {
    double south = 90.0, north = -90.0, west = 180.0, east = -180.0;
    const auto take = [&](double lat, double lon) {
      south = std::min(south, lat);
      north = std::max(north, lat);
      west = std::min(west, lon);
      east = std::max(east, lon);
    };
    for (const model::RoadNode& node : roads.nodes) take(node.lat_deg, node.lon_deg);
    for (const model::RoadStation& station : roads.stations) take(station.lat_deg, station.lon_deg);
    lat_ = (south + north) / 2.0;
    lon_ = (west + east) / 2.0;
    lon_scale_ = std::max(0.01, std::cos(lat_ * std::numbers::pi / 180.0));
    const double wide = std::max(1.0F, max.x - min.x - 2.0F * margin),
                 high = std::max(1.0F, max.y - min.y - 2.0F * margin);
    pixels_per_deg_ = std::min(wide / std::max(1e-6, (east - west) * lon_scale_), high / std::max(1e-6, north - south));
    centre_ = {(min.x + max.x) / 2.0F, (min.y + max.y) / 2.0F};
  }
  ImVec2 at(double lat_deg, double lon_deg) const {
    return {centre_.x + static_cast<float>((lon_deg - lon_) * lon_scale_ * pixels_per_deg_),
            centre_.y - static_cast<float>((lat_deg - lat_) * pixels_per_deg_)};
  }

 private:
  double lat_ = 0.0, lon_ = 0.0, lon_scale_ = 1.0, pixels_per_deg_ = 1.0;
  ImVec2 centre_;
};

/// Labels beside their marks, none over another: right, left, below, above; the first that has room.
class Labels {
 public:
  Labels(ImVec2 min, ImVec2 max) : min_(min), max_(max) {}
  void keep_free(ImVec2 min, ImVec2 max) { taken_.push_back({min, max}); }
  /// @returns whether there was room
  bool place(ImVec2 mark, float radius, ImVec2 size, ImVec2& at) {
    const ImVec2 tries[] = {{mark.x + radius, mark.y - size.y / 2.0F},
                            {mark.x - radius - size.x, mark.y - size.y / 2.0F},
                            {mark.x - size.x / 2.0F, mark.y + radius},
                            {mark.x - size.x / 2.0F, mark.y - radius - size.y}};
    for (const ImVec2 from : tries) {
      const ImVec2 to{from.x + size.x, from.y + size.y};
      if (from.x < min_.x || from.y < min_.y || to.x > max_.x || to.y > max_.y || is_taken(from, to)) continue;
      taken_.push_back({from, to});
      at = from;
      return true;
    }
    return false;
  }

 private:
  struct Box {
    ImVec2 min, max;
  };
  bool is_taken(ImVec2 from, ImVec2 to) const {
    return std::any_of(taken_.begin(), taken_.end(), [&](const Box& box) {
      return from.x < box.max.x && to.x > box.min.x && from.y < box.max.y && to.y > box.min.y;
    });
  }
  ImVec2 min_, max_;
  std::vector<Box> taken_;
};

/// One frame of the map.
struct RoadScene {
  Ui& ui;
  const model::Run& run;
  TimeNs t;
  std::vector<model::RoadStationState> now;  ///< [stations]
  std::uint32_t hovered = no_row;
};

/// model::road_cars_at(), worked out once per instant: as many as drive.
const std::vector<model::RoadCarPlace>& cars_on_roads(const Ui& ui, const model::Run& run, TimeNs t) {
  return panel_state(ui).road_cars.at(kept_of(ui, run)).get_or_make(run, t, [&] {
    return model::road_cars_at(run.roads, t);
  });
}

std::string price_text(const Ui& ui, const model::Run& run, double per_kwh) {
  return std::isnan(per_kwh) ? std::string("-") : money_text(ui, run, per_kwh) + "/kWh";
}

std::string free_text(const model::RoadStation& station, const model::RoadStationState& now) {
  return fmt::format("{}/{}", now.open ? now.free : 0, station.chargers);
}

void choose_station(Ui& ui, const model::Run& run, std::uint32_t station) {
  const bool again = ui.selection.road_station == station;
  ui.selection.clear();
  ui.selection.road_station = again ? no_row : station;
  const std::uint32_t site = run.roads.stations[station].site;
  if (again || site == no_row) return;
  // The selection names sites of run A.
  const model::Run* first = ui.run_a();
  const std::uint32_t of_first = first == nullptr || first == &run ? site : model::same_site(run, site, *first);
  if (first != nullptr && of_first < first->sites.size()) ui.selection.site = of_first;
}

/// Each road once, whichever way it leads; cars on their own side of it.
void draw_roads(RoadScene& scene, const Projection& place) {
  const model::Roads& roads = scene.run.roads;
  const plot::Style& style = scene.ui.canvas.style;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto end = [&](std::uint32_t node) { return place.at(roads.nodes[node].lat_deg, roads.nodes[node].lon_deg); };
  const std::size_t count = roads.roads.size();
  for (std::size_t r = 0; r < count; ++r) {
    const model::Road& road = roads.roads[r];
    // The way back follows the way there.
    if (r > 0 && roads.roads[r - 1].from == road.to && roads.roads[r - 1].to == road.from) continue;
    list.AddLine(end(road.from), end(road.to), style.frame, scene.ui.px(road.speed_kmh >= 90.0 ? 3.0F : 1.5F));
  }

  const ImU32 colour = plot::colour_of(style, plot::Category::green);
  const float aside = scene.ui.px(3.5F), radius = scene.ui.px(2.2F);
  for (const model::RoadCarPlace& car : cars_on_roads(scene.ui, scene.run, scene.t)) {
    const ImVec2 from = end(roads.roads[car.road].from), to = end(roads.roads[car.road].to);
    const float dx = to.x - from.x, dy = to.y - from.y, length = std::max(1e-3F, std::hypot(dx, dy));
    const auto share = static_cast<float>(car.share);
    list.AddCircleFilled({from.x + dx * share - dy / length * aside, from.y + dy * share + dx / length * aside}, radius,
                         colour, 8);
  }
}

void draw_stations(RoadScene& scene, const Projection& place, ImVec2 min, ImVec2 max, bool with_figures) {
  Ui& ui = scene.ui;
  const model::Roads& roads = scene.run.roads;
  const plot::Style& style = ui.canvas.style;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  // Marks of a small map are small, too.
  const float radius = std::clamp(std::min(max.x - min.x, max.y - min.y) / 45.0F, ui.px(3.5F), ui.px(6.0F));
  const bool hovered = ImGui::IsWindowHovered();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  Labels labels(min, max);
  std::vector<ImVec2> marks;
  std::map<std::pair<double, double>, std::uint32_t> at_place;
  for (const model::RoadStation& station : roads.stations) {
    // Of several at one place each later one stands beside the one before.
    const auto nth = static_cast<float>(at_place[{station.lat_deg, station.lon_deg}]++);
    ImVec2 at = place.at(station.lat_deg, station.lon_deg);
    at.x = std::min(at.x + nth * (2.0F * radius + ui.px(3.0F)), max.x - radius);
    marks.push_back(at);
    labels.keep_free({at.x - radius, at.y - radius}, {at.x + radius, at.y + radius});
  }

  for (std::uint32_t s = 0; s < roads.stations.size(); ++s) {
    const ImVec2 at = marks[s];
    const RoadLook& look = look_at(scene.now[s]);
    list.AddCircleFilled(at, radius + ui.px(1.5F), style.background, 16);
    plot::draw_shape(list, look.shape, at, radius, plot::colour_of(style, look.category));
    if (s == roads.bottleneck)
      list.AddCircle(at, radius + ui.px(4.0F), plot::colour_of(style, plot::Category::vermillion), 24, ui.px(2.0F));
    if (s == ui.selection.road_station) list.AddCircle(at, radius + ui.px(7.0F), style.text, 24, ui.px(1.5F));
    if (hovered && std::hypot(mouse.x - at.x, mouse.y - at.y) <= radius + ui.px(4.0F)) scene.hovered = s;
    if (roads.stations.size() <= most_named)
      ui.items.register_rect("roads.station." + roads.stations[s].name, {at.x - radius, at.y - radius},
                             {at.x + radius, at.y + radius});
  }

  // The bottleneck's name first: it is the one that must have room.
  std::vector<std::uint32_t> order;
  if (roads.bottleneck != no_row) order.push_back(roads.bottleneck);
  for (std::uint32_t s = 0; s < roads.stations.size() && s < most_named; ++s) {
    if (s != roads.bottleneck) order.push_back(s);
  }
  for (const std::uint32_t s : order) {
    std::string text = roads.stations[s].name;
    if (with_figures) text += " " + free_text(roads.stations[s], scene.now[s]);
    if (scene.now[s].waiting > 0) text += fmt::format(" +{}", scene.now[s].waiting);
    ui.fonts.need_characters(text);
    ImVec2 at;
    if (!labels.place(marks[s], radius + ui.px(6.0F), ImGui::CalcTextSize(text.c_str()), at)) continue;
    list.AddText(at, s == roads.bottleneck ? plot::colour_of(style, plot::Category::vermillion) : style.text,
                 text.c_str());
  }

  // Places without a station, where there is still room.
  if (roads.nodes.size() > most_named) return;
  std::vector<bool> has_station(roads.nodes.size());
  for (const model::RoadStation& station : roads.stations) has_station[station.node] = true;
  for (std::size_t n = 0; n < roads.nodes.size(); ++n) {
    if (has_station[n]) continue;
    const ImVec2 mark = place.at(roads.nodes[n].lat_deg, roads.nodes[n].lon_deg);
    list.AddCircleFilled(mark, ui.px(3.0F), style.text_weak, 12);
    ui.fonts.need_characters(roads.nodes[n].name);
    ImVec2 at;
    if (labels.place(mark, ui.px(6.0F), ImGui::CalcTextSize(roads.nodes[n].name.c_str()), at))
      list.AddText(at, style.text_weak, roads.nodes[n].name.c_str());
  }
}

/// Where drivers are stranded by now: a cross at the place, and how many where they are several.
void draw_stranded(RoadScene& scene, const Projection& place) {
  const model::Roads& roads = scene.run.roads;
  std::vector<std::uint32_t> count(roads.nodes.size());
  const std::size_t by_now = model::stranded_by(roads, scene.t);
  for (std::size_t i = 0; i < by_now; ++i) ++count[roads.stranded[i].node];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 colour = plot::colour_of(scene.ui.canvas.style, stranded_category);
  for (std::size_t n = 0; n < count.size(); ++n) {
    if (count[n] == 0) continue;
    const ImVec2 node = place.at(roads.nodes[n].lat_deg, roads.nodes[n].lon_deg);
    const ImVec2 at{node.x, node.y - scene.ui.px(9.0F)};
    list.AddCircleFilled(at, scene.ui.px(5.5F), scene.ui.canvas.style.background, 12);
    plot::draw_shape(list, stranded_shape, at, scene.ui.px(4.5F), colour);
    if (count[n] > 1)
      list.AddText({at.x + scene.ui.px(6.0F), at.y - ImGui::GetFontSize() / 2.0F}, colour,
                   std::to_string(count[n]).c_str());
  }
}

/// Marks and their words, in one line.
void draw_road_legend(Ui& ui, const model::Run& run) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  Flow flow(ui.px(10.0F));
  const float em = ImGui::GetFontSize();
  const auto show = [&](plot::Shape shape, plot::Category category, float radius, Word word) {
    flow.place_next(em + ImGui::CalcTextSize(ui.tr(word)).x);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    plot::draw_shape(list, shape, {at.x + em * 0.4F, at.y + em * 0.5F}, radius, plot::colour_of(style, category));
    ImGui::Dummy({em, em});
    ImGui::SameLine(0.0F, 0.0F);
    ImGui::TextUnformatted(ui.tr(word));
  };
  for (const RoadLook* look : {&free_look, &full_look, &queue_look, &closed_look})
    show(look->shape, look->category, em * 0.32F, look->word);
  show(plot::Shape::circle, plot::Category::green, ui.px(2.2F), Word::road_car);
  if (!run.roads.stranded.empty()) show(stranded_shape, stranded_category, em * 0.32F, Word::road_stranded);
}

void draw_map_itself(RoadScene& scene, ImVec2 size, bool with_figures) {
  ImGui::BeginChild("road_picture", size, false, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const ImVec2 min = ImGui::GetCursorScreenPos(), max{min.x + size.x, min.y + size.y};
  const Projection place(scene.run.roads, min, max, scene.ui.px(14.0F));
  draw_roads(scene, place);
  draw_stations(scene, place, min, max, with_figures);
  draw_stranded(scene, place);
  scene.ui.items.register_rect("roads.picture", min, max);
  if (scene.hovered != no_row) {
    ImGui::BeginTooltip();
    for (const std::string& line : road_station_lines(scene.ui, scene.run, scene.hovered, scene.t)) {
      scene.ui.fonts.need_characters(line);
      ImGui::TextUnformatted(line.c_str());
    }
    ImGui::EndTooltip();
    if (ImGui::IsMouseClicked(0)) choose_station(scene.ui, scene.run, scene.hovered);
  }
  ImGui::EndChild();
}

void draw_station_row(RoadScene& scene, std::uint32_t s) {
  Ui& ui = scene.ui;
  const model::RoadStation& station = scene.run.roads.stations[s];
  const model::RoadStationState& now = scene.now[s];
  const RoadLook& look = look_at(now);
  const float em = ImGui::GetFontSize();
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (ImGui::Selectable(fmt::format("##{}", s).c_str(), s == ui.selection.road_station,
                        ImGuiSelectableFlags_SpanAllColumns))
    choose_station(ui, scene.run, s);
  if (scene.run.roads.stations.size() <= most_named) ui.items.register_last("roads.row." + station.name);
  plot::draw_shape(*ImGui::GetWindowDrawList(), look.shape, {at.x + em * 0.4F, at.y + em * 0.5F}, em * 0.32F,
                   plot::colour_of(ui.canvas.style, look.category));
  ImGui::SameLine(em * 1.1F, 0.0F);
  const bool is_bottleneck = s == scene.run.roads.bottleneck;
  if (is_bottleneck) ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
  text_cut(ui, station.name);
  if (is_bottleneck) ImGui::PopStyleColor();
  for (const std::string& text :
       {now.open ? free_text(station, now) : std::string(ui.tr(Word::road_closed)), std::to_string(now.waiting),
        price_text(ui, scene.run, now.price_per_kwh), figure_text(station.wait_h, "h", 1)}) {
    ImGui::TableNextColumn();
    text_cut(ui, text);
  }
}

void draw_station_table(RoadScene& scene, ImVec2 size) {
  Ui& ui = scene.ui;
  if (!ImGui::BeginTable("road_stations", 5, ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg, size)) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  for (const auto& [word, share] :
       {std::pair{Word::station, 1.3F}, std::pair{Word::road_free, 1.0F}, std::pair{Word::road_waiting, 0.9F},
        std::pair{Word::road_price, 1.4F}, std::pair{Word::road_waited, 1.0F}})
    ImGui::TableSetupColumn(ui.tr(word), ImGuiTableColumnFlags_WidthStretch, share);
  ImGui::TableHeadersRow();
  for (std::uint32_t s = 0; s < scene.run.roads.stations.size(); ++s) draw_station_row(scene, s);
  ImGui::EndTable();
}

void draw_lines(Ui& ui, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) text_cut(ui, line);
}

/// Which of two runs is on the map, where there are two.
void draw_run_choice(Ui& ui, const model::Run& run) {
  if (ui.run_a() == nullptr || ui.run_b() == nullptr) return;
  const bool to_choose =
      !ui.run_a()->roads.empty() && !ui.run_b()->roads.empty() && ui.compare != Compare::a && ui.compare != Compare::b;
  if (!to_choose) {
    text_cut(ui, ui.runs[&run == ui.run_b() ? ui.b : ui.a].label);
    return;
  }
  Flow flow(ui.px(6.0F));
  for (const bool of_b : {false, true}) {
    const std::string& label = ui.runs[of_b ? ui.b : ui.a].label;
    flow.place_next(chip_width(ui, label));
    if (!draw_chip(ui, of_b ? "roads.run_b" : "roads.run_a", label, of_b == (&run == ui.run_b()))) continue;
    panel_state(ui).roads_of_b = of_b;
    ui.selection.road_station = no_row;  // a row of the other run's stations
  }
}

}  // namespace

const model::Run* road_run(const Ui& ui) {
  const model::Run* shown = ui.shown_run();
  const model::Run* other = ui.run_b();
  if (shown == nullptr || other == nullptr || ui.compare == Compare::a || ui.compare == Compare::b) return shown;
  if (other->roads.empty()) return shown;
  return shown->roads.empty() || panel_state(ui).roads_of_b ? other : shown;
}

bool has_roads(const Ui& ui) {
  const model::Run* run = road_run(ui);
  return run != nullptr && !run->roads.empty();
}

std::string bottleneck_sentence(const Ui& ui, const model::Run& run) {
  const model::Roads& roads = run.roads;
  if (roads.bottleneck == no_row) return ui.tr(Word::road_nobody_waits);
  const model::RoadStation& station = roads.stations[roads.bottleneck];
  double all_h = 0.0;
  for (const model::RoadStation& one : roads.stations) all_h += one.wait_h;
  return fmt::format(fmt::runtime(ui.tr(Word::road_bottleneck)), station.name, figure_text(station.wait_h, "", 1),
                     figure_text(all_h, "", 1), figure_text(60.0 * station.longest_wait_h, "", 0));
}

std::string road_traffic_text(const Ui& ui, const model::Run& run, TimeNs t) {
  std::uint64_t charging = 0, waiting = 0;
  for (const model::RoadStation& station : run.roads.stations) {
    const model::RoadStationState now = model::road_station_state(station, t);
    charging += now.charging;
    waiting += now.waiting;
  }
  std::string text =
      fmt::format(fmt::runtime(ui.tr(Word::road_now)), cars_on_roads(ui, run, t).size(), charging, waiting);
  if (const std::size_t stranded = model::stranded_by(run.roads, t); stranded > 0)
    text += fmt::format(fmt::runtime(ui.tr(Word::road_stranded_now)), stranded);
  return text;
}

std::vector<std::string> road_station_lines(const Ui& ui, const model::Run& run, std::uint32_t row, TimeNs t) {
  const model::RoadStation& station = run.roads.stations[row];
  const model::RoadStationState now = model::road_station_state(station, t);
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{}{}, {} x {}", station.name,
                  station.operator_name.empty() ? std::string() : fmt::format(" ({})", station.operator_name),
                  station.chargers, figure_text(station.kw, "kW", 0)));
  std::string state = fmt::format(fmt::runtime(ui.tr(Word::road_state)), now.open ? now.free : 0, station.chargers,
                                  now.charging, now.waiting);
  if (!now.open) state += fmt::format(", {}", ui.tr(Word::road_closed));
  lines.push_back(fmt::format("{}, {}", state, price_text(ui, run, now.price_per_kwh)));
  lines.push_back(fmt::format(fmt::runtime(ui.tr(Word::road_whole_run)), station.visits, station.waited,
                              station.in_vain, figure_text(60.0 * station.mean_wait_h(), "", 1),
                              figure_text(60.0 * station.longest_wait_h, "", 0)));
  lines.push_back(fmt::format("{}, {}", figure_text(station.kwh, "kWh", 0), money_text(ui, run, station.money)));
  return lines;
}

void draw_road_map(Ui& ui, ImVec2 size) {
  const model::Run* run = road_run(ui);
  if (run == nullptr || size.x < 40.0F || size.y < 40.0F) return;
  ImGui::BeginChild("roads", size, false, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  if (run->roads.empty()) {
    say_nothing_there(ui, Word::no_roads);
    ImGui::EndChild();
    return;
  }
  RoadScene scene{ui, *run, ui.time.cursor_ns(), {}, no_row};
  for (const model::RoadStation& station : run->roads.stations)
    scene.now.push_back(model::road_station_state(station, scene.t));

  draw_run_choice(ui, *run);
  ImGui::PushTextWrapPos(0.0F);
  const std::string sentence = bottleneck_sentence(ui, *run), traffic = road_traffic_text(ui, *run, scene.t);
  ui.fonts.need_characters(sentence);
  ImGui::TextUnformatted(sentence.c_str());
  ui.items.register_last("roads.bottleneck");
  ImGui::TextUnformatted(traffic.c_str());
  ui.items.register_last("roads.now");
  ImGui::PopTextWrapPos();

  const bool small = ui.fonts.small != nullptr;
  if (small) ImGui::PushFont(ui.fonts.small);
  const float line = ImGui::GetTextLineHeightWithSpacing();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool with_legend = room.y > 8.0F * line;
  const bool with_table = room.x > ui.px(620.0F) && !run->roads.stations.empty();
  const ImVec2 map{with_table ? std::floor(room.x * 0.55F) : room.x, room.y - (with_legend ? 1.3F * line : 0.0F)};
  draw_map_itself(scene, map, !with_table);
  if (with_table) {
    // Figures of the station that is chosen, else of the bottleneck.
    ImGui::SameLine(0.0F, ui.px(8.0F));
    ImGui::BeginGroup();
    const std::uint32_t chosen =
        ui.selection.road_station < run->roads.stations.size() ? ui.selection.road_station : run->roads.bottleneck;
    const float below = chosen == no_row ? 0.0F : 4.2F * line;
    const float wide = room.x - map.x - ui.px(8.0F);
    draw_station_table(scene, {wide, map.y - below});
    if (chosen != no_row) {
      ImGui::BeginChild("road_figures", {wide, below});
      draw_lines(ui, road_station_lines(ui, *run, chosen, scene.t));
      ImGui::EndChild();
      ui.items.register_last("roads.figures");
    }
    ImGui::EndGroup();
  }
  if (with_legend) draw_road_legend(ui, *run);
  if (small) ImGui::PopFont();
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
