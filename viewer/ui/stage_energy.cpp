// Grid, sun, battery and building above the car park, and what flows between them: widths are kW.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/map_parts.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/stage_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

constexpr double pi = 3.14159265358979323846;

enum class Source : std::uint8_t { grid, sun, battery, building, cars };

/// Something on the busbar. `into` > 0: it feeds the busbar, < 0: it takes from it.
struct Node {
  Source source = Source::grid;
  const char* item = "";
  std::string name, detail;
  double into = 0.0;
  plot::Category category = plot::Category::blue;
  double level = model::none;  ///< of a battery, 0..1
  float x = 0.0F;              ///< of its link
};

void draw_pylon(ImDrawList& list, ImVec2 c, float r, ImU32 colour) {
  const float w = std::max(1.0F, r * 0.14F);
  list.AddLine({c.x, c.y - r}, {c.x - r * 0.6F, c.y + r}, colour, w);
  list.AddLine({c.x, c.y - r}, {c.x + r * 0.6F, c.y + r}, colour, w);
  for (const float y : {-0.45F, 0.0F})
    list.AddLine({c.x - r * 0.8F, c.y + r * y}, {c.x + r * 0.8F, c.y + r * y}, colour, w);
  list.AddLine({c.x - r * 0.32F, c.y + r * 0.1F}, {c.x + r * 0.55F, c.y + r * 0.9F}, colour, w);
  list.AddLine({c.x + r * 0.32F, c.y + r * 0.1F}, {c.x - r * 0.55F, c.y + r * 0.9F}, colour, w);
}

void draw_sun(ImDrawList& list, ImVec2 c, float r, ImU32 colour) {
  list.AddCircleFilled(c, r * 0.5F, colour, 20);
  for (int i = 0; i < 8; ++i) {
    const double angle = pi * i / 4.0;
    const auto x = static_cast<float>(std::cos(angle)), y = static_cast<float>(std::sin(angle));
    list.AddLine({c.x + x * r * 0.68F, c.y + y * r * 0.68F}, {c.x + x * r, c.y + y * r}, colour,
                 std::max(1.0F, r * 0.14F));
  }
}

void draw_battery(ImDrawList& list, ImVec2 c, float r, double level, ImU32 colour, ImU32 outline) {
  const ImVec2 min{c.x - r * 0.55F, c.y - r * 0.8F}, max{c.x + r * 0.55F, c.y + r};
  list.AddRectFilled({c.x - r * 0.22F, c.y - r}, {c.x + r * 0.22F, c.y - r * 0.8F}, outline);
  if (!std::isnan(level)) {
    const float top = max.y - (max.y - min.y) * static_cast<float>(std::clamp(level, 0.0, 1.0));
    list.AddRectFilled({min.x, top}, max, colour);
  }
  list.AddRect(min, max, outline, r * 0.12F, 0, std::max(1.0F, r * 0.1F));
}

void draw_building(ImDrawList& list, ImVec2 c, float r, ImU32 colour, ImU32 windows) {
  list.AddRectFilled({c.x - r * 0.75F, c.y - r}, {c.x + r * 0.75F, c.y + r}, colour, r * 0.1F);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      const float x = c.x - r * 0.5F + static_cast<float>(column) * r * 0.4F;
      const float y = c.y - r * 0.75F + static_cast<float>(row) * r * 0.5F;
      list.AddRectFilled({x, y}, {x + r * 0.2F, y + r * 0.26F}, windows);
    }
  }
}

void draw_node(Scene& scene, const Node& node, ImVec2 c, float r) {
  const plot::Style& style = scene.ui.canvas.style;
  const ImU32 colour = plot::colour_of(style, node.category);
  switch (node.source) {
    case Source::grid:
      return draw_pylon(scene.list, c, r, colour);
    case Source::sun:
      return draw_sun(scene.list, c, r, colour);
    case Source::battery:
      return draw_battery(scene.list, c, r, node.level, colour, style.text_weak);
    case Source::building:
      return draw_building(scene.list, c, r, colour, style.background);
    case Source::cars:
      return;
  }
}

/// A stretch of the way with marks that move along it. From a to b, or back where `forward` is false.
void draw_flow(Scene& scene, ImVec2 a, ImVec2 b, float width, bool forward, ImU32 colour) {
  if (width <= 0.0F) {
    scene.list.AddLine(a, b, plot::with_alpha(scene.ui.canvas.style.frame, 0.7), 1.0F);
    return;
  }
  const float half = width / 2.0F;
  const bool vertical = std::abs(b.y - a.y) > std::abs(b.x - a.x);
  const ImVec2 side = vertical ? ImVec2{half, 0.0F} : ImVec2{0.0F, half};
  // On whole pixels: an edge through the middle of one is drawn by one rasteriser and not by another.
  const ImVec2 min{std::round(std::min(a.x, b.x) - side.x), std::round(std::min(a.y, b.y) - side.y)};
  const ImVec2 max{std::max(std::round(std::max(a.x, b.x) + side.x), min.x + 1.0F),
                   std::max(std::round(std::max(a.y, b.y) + side.y), min.y + 1.0F)};
  scene.list.AddRectFilled(min, max, plot::with_alpha(colour, 0.55));

  if (!forward) std::swap(a, b);
  const float length = std::hypot(b.x - a.x, b.y - a.y);
  const float spacing = scene.em() * 1.5F;
  const float size = std::clamp(half * 0.8F, scene.em() * 0.16F, scene.em() * 0.4F);
  const ImVec2 way{(b.x - a.x) / std::max(length, 1.0F), (b.y - a.y) / std::max(length, 1.0F)};
  for (float along = static_cast<float>(scene.beat) * spacing; along < length - size; along += spacing) {
    const ImVec2 c{a.x + way.x * along, a.y + way.y * along};
    scene.list.AddTriangleFilled({c.x + way.x * size, c.y + way.y * size},
                                 {c.x - way.y * size - way.x * size * 0.5F, c.y + way.x * size - way.y * size * 0.5F},
                                 {c.x + way.y * size - way.x * size * 0.5F, c.y - way.x * size - way.y * size * 0.5F},
                                 colour);
  }
}

double stored_share(const model::Run& run, std::uint32_t site, TimeNs t) {
  double stored = 0.0, capacity = 0.0;
  for (const model::Storage& storage : run.storages) {
    if (site != no_row && storage.site != site) continue;
    stored += storage.soc.value_at(std::min(t, run.known_until_ns - 1)) * storage.capacity_kwh;
    capacity += storage.capacity_kwh;
  }
  return capacity > 0.0 ? stored / capacity : model::none;
}

std::vector<Node> nodes_of(const Scene& scene, const model::SiteFlows& flows) {
  const Ui& ui = scene.ui;
  const model::Run& run = scene.run;
  const std::uint32_t site = selected_site(ui, run);
  const auto any = [&](auto has) {
    for (std::uint32_t row = 0; row < run.sites.size(); ++row) {
      if ((site == no_row || site == row) && has(run.sites[row])) return true;
    }
    return false;
  };
  std::vector<Node> nodes;
  // Below 0.05 kW the figure reads 0, and the word does not change for it.
  Node grid{Source::grid, "grid",     ui.tr(flows.grid < -0.05 ? Word::stage_to_grid : Word::stage_from_grid),
            {},           flows.grid, plot::Category::blue};
  const std::uint32_t only = run.sites.size() == 1 ? 0 : site;
  if (only < run.sites.size()) {
    // The limit of the way that power goes.
    const model::Series& limit = flows.grid < -0.05 ? run.sites[only].export_limit_kw : run.sites[only].contract_kw;
    if (const double kw = limit.value_at(scene.t); !std::isnan(kw))
      grid.detail = fmt::format(fmt::runtime(ui.tr(Word::stage_of_contract)), figure_text(kw, "kW", 0));
  }

  nodes.push_back(std::move(grid));
  if (any([](const model::Site& s) { return !s.pv_kw.empty(); }))
    nodes.push_back({Source::sun, "sun", ui.tr(Word::stage_sun), {}, flows.pv, plot::Category::yellow});

  if (any([](const model::Site& s) { return !s.storages.empty(); })) {
    const Word word = flows.storage > 0.05    ? Word::stage_battery_in
                      : flows.storage < -0.05 ? Word::stage_battery_out
                                              : Word::stage_battery;
    Node battery{Source::battery, "battery", ui.tr(word), {}, -flows.storage, plot::Category::green};
    battery.level = stored_share(run, site, scene.t);
    battery.detail = percent_text(battery.level);
    nodes.push_back(std::move(battery));
  }

  if (any([](const model::Site& s) { return !s.load_kw.empty(); }) || flows.building > 0.0)
    nodes.push_back(
        {Source::building, "building", ui.tr(Word::stage_building), {}, -flows.building, plot::Category::purple});
  return nodes;
}

void draw_label(Scene& scene, const Node& node, ImVec2 place, float room) {
  const plot::Style& style = scene.ui.canvas.style;
  ImGui::PushFont(scene.small);
  const float line = ImGui::GetFontSize();
  std::string name = node.name;
  const std::string with = node.detail.empty() ? name : name + "  " + node.detail;
  if (ImGui::CalcTextSize(with.c_str()).x <= room) name = with;
  text_at(scene.ui, place, name, room, style.text_weak);
  ImGui::PopFont();
  figure_at(scene.ui, {place.x, place.y + line}, kw_text(std::abs(node.into)), room, style.text);
  scene.ui.items.register_text(scene.prefix + node.item, kw_text(std::abs(node.into)));
  scene.ui.items.register_text(scene.prefix + node.item + ".name", node.name);
  scene.ui.items.register_rect(scene.prefix + node.item, place, {place.x + room, place.y + line + scene.em()});
}

/// The widest flow of the open runs: both are drawn in one scale.
double widest_flow_shown(Ui& ui, const model::Run& run, std::uint32_t site) {
  PanelState& state = panel_state(ui);
  const auto widest_of = [&](const model::Run& one) {
    return state.widest_flow.at(kept_of(ui, one)).get_or_make(one, site, [&] { return model::widest_flow(one, site); });
  };
  double widest = widest_of(run);
  if (ui.run_a() != nullptr && ui.run_b() != nullptr) {
    for (const model::Run* one : {ui.run_a(), ui.run_b()}) widest = std::max(widest, widest_of(*one));
  }
  return widest;
}

/// Between the busbar and the bays: for the cars' flow and what is said of it.
float drop_of(const StageRect& band, float em) { return std::clamp(band.height - em * 2.6F, em * 1.1F, em * 2.0F); }

/// Pixels of a flow: none where its figure reads 0, and never too thin to be seen.
float flow_width(double kw, float per_kw) {
  return std::isnan(kw) || std::abs(kw) < 0.05 ? 0.0F : std::max(1.5F, static_cast<float>(std::abs(kw)) * per_kw);
}

/// Along the busbar flows what was fed in to the left of a place and not taken there; behind the last it is 0. From its
/// middle the vehicles are fed.
/// @param per_kw  pixels of a flow of 1 kW
void draw_busbar(Scene& scene, const std::vector<Node>& nodes, double vehicles_kw, float per_kw) {
  Ui& ui = scene.ui;
  const StageRect& band = scene.layout.energy;
  const float em = scene.em();
  const float drop = drop_of(band, em);
  const float bus = band.bottom() - drop;
  double along = 0.0, behind_cars = 0.0;
  const ImU32 colour = plot::colour_of(ui.canvas.style, plot::Category::sky_blue);
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    along += nodes[i].into;
    if (nodes[i].source == Source::cars) behind_cars = along;
    draw_flow(scene, scene.at(nodes[i].x, bus), scene.at(nodes[i + 1].x, bus), flow_width(along, per_kw), along > 0.0,
              colour);
  }

  const float cars = band.x + band.width / 2.0F;
  draw_flow(scene, scene.at(cars, bus), scene.at(cars, band.bottom()), flow_width(vehicles_kw, per_kw),
            vehicles_kw > 0.0, colour);
  const std::string text = fmt::format("{} {}", ui.tr(Word::vehicles), kw_text(vehicles_kw));
  // Below what flows on to the building.
  const float half = flow_width(behind_cars, per_kw) / 2.0F;
  const ImVec2 wide = ImGui::CalcTextSize(text.c_str());
  const float middle = bus + std::min(half + em * 0.6F, drop - em * 0.5F), left = cars + em * 1.3F;
  draw_pill(scene, scene.at(left + wide.x / 2.0F, middle), text, band.width / 2.0F - em * 1.5F);
  ui.items.register_text(scene.prefix + "cars", kw_text(vehicles_kw));
  ui.items.register_rect(scene.prefix + "cars", scene.at(left, middle - wide.y / 2.0F),
                         scene.at(std::min(left + wide.x, band.right()), middle + wide.y / 2.0F));
  ui.items.register_rect(scene.prefix + "bus", scene.at(cars, bus - half), scene.at(band.right(), bus + half));
}

}  // namespace

void draw_energy(Scene& scene) {
  Ui& ui = scene.ui;
  const std::uint32_t site = selected_site(ui, scene.run);
  const model::SiteFlows& flows = flows_shown(ui, scene.run);
  const double widest = widest_flow_shown(ui, scene.run, site);

  const StageRect& band = scene.layout.energy;
  const float em = scene.em();
  const float drop = drop_of(band, em);
  const float per_kw = std::min(em * 1.5F, 2.0F * (drop - em * 1.1F)) / static_cast<float>(widest);
  std::vector<Node> nodes = nodes_of(scene, flows);
  const float each = band.width / static_cast<float>(nodes.size());
  const float radius = std::min(em * 1.0F, each * 0.16F);
  const float head = em * 2.2F;
  const float bus = band.bottom() - drop;

  // Links down to the busbar.
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node& node = nodes[i];
    const float left = band.x + each * static_cast<float>(i) + em * 0.4F;
    node.x = left + radius;
    draw_flow(scene, scene.at(node.x, head), scene.at(node.x, bus), flow_width(node.into, per_kw), node.into > 0.0,
              plot::colour_of(ui.canvas.style, node.category));
    draw_node(scene, node, scene.at(node.x, em * 1.05F), radius);
    draw_label(scene, node, scene.at(left + radius * 2.0F + em * 0.4F, em * 0.1F), each - radius * 2.0F - em);
  }

  nodes.push_back({Source::cars,
                   "cars",
                   ui.tr(Word::vehicles),
                   {},
                   -flows.vehicles,
                   plot::Category::sky_blue,
                   model::none,
                   band.x + band.width / 2.0F});
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.x < b.x; });

  draw_busbar(scene, nodes, flows.vehicles, per_kw);
}

}  // namespace evtwin::viewer::ui
