// The figures a stakeholder asks for first, as the run file has them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/verdict_view.hpp"

namespace evtwin::viewer::ui {
namespace {

enum class FigureForm : std::uint8_t { money, percent, one_decimal, whole };

struct Card {
  Word title;
  std::string_view kpi;
  FigureForm form;
  std::string_view unit;
  bool hide_zero;  ///< says nothing where it is 0
};

// In the order of what is asked first; as many are shown as fit. A figure that does not apply has no card.
constexpr std::array<Card, 14> cards{{
    {Word::kpi_cost, "total_cost", FigureForm::money, "", false},
    {Word::kpi_peak, "peak_kw", FigureForm::one_decimal, "kW", false},
    {Word::kpi_served, "served_fraction", FigureForm::percent, "%", false},
    {Word::kpi_unmet, "unmet_kwh", FigureForm::one_decimal, "kWh", false},
    {Word::kpi_turned_away, "turned_away", FigureForm::whole, "", true},
    {Word::ending_owed, "open_kwh", FigureForm::one_decimal, "kWh", true},
    {Word::kpi_delivered, "energy_delivered_kwh", FigureForm::one_decimal, "kWh", false},
    {Word::kpi_vehicles, "sessions", FigureForm::whole, "", false},
    {Word::tile_ready, "hours_to_ready", FigureForm::one_decimal, "h", false},
    {Word::kpi_v2g, "v2g_kwh", FigureForm::one_decimal, "kWh", true},
    {Word::kpi_pv_used, "pv_self_use_fraction", FigureForm::percent, "%", false},
    {Word::kpi_cycles, "storage_cycles", FigureForm::one_decimal, "", false},
    {Word::kpi_overload, "overload_kwh", FigureForm::one_decimal, "kWh", true},
    {Word::kpi_co2, "co2_kg", FigureForm::whole, "kg", true},
}};
static_assert(kernel::has_unique_keys(cards, &Card::title) && kernel::has_unique_keys(cards, &Card::kpi));

std::string text_of_value(const Ui& ui, const Card& card, const model::Run& run, double value, bool with_sign) {
  std::string text;
  if (card.form == FigureForm::money) return with_sign ? signed_money(ui, run, value) : money_text(ui, run, value);
  if (card.form == FigureForm::percent) {
    text = analysis::number_text(value * 100.0, 1);
  } else {
    text = analysis::number_text(value, card.form == FigureForm::whole ? 0 : 1);
  }
  if (with_sign && value > 0.0 && text.find_first_of("123456789") != std::string::npos) text.insert(0, "+");
  if (!card.unit.empty() && !std::isnan(value)) text.append(" ").append(card.unit);
  return text;
}

/// A run that is not over has no key figures yet: what its meter says so far.
double so_far(const model::Run& run, std::string_view kpi, std::uint32_t of_site) {
  double cost = 0.0, peak = 0.0, delivered = 0.0, unmet = 0.0, v2g = 0.0, sessions = 0.0;
  bool metered = false;
  for (std::uint32_t row = 0; row < run.sites.size(); ++row) {
    if (of_site != no_row && row != of_site) continue;
    const model::Site& site = run.sites[row];
    metered = metered || !site.meter.empty();
    sessions += static_cast<double>(site.sessions.size());
    cost += site.cost.empty() ? 0.0 : site.cost.value_at(site.cost.end_ns() - 1);
    double highest_kw = 0.0;
    for (const model::Meter& meter : site.meter) {
      highest_kw = std::max(highest_kw, model::window_mean_kw(run, site, meter));
      delivered += meter.ev_charge_kwh - meter.ev_discharge_kwh;
      v2g += meter.ev_discharge_kwh;
      unmet += meter.unmet_kwh;
    }
    peak += highest_kw;
  }
  // Of a run in which no metering window is over nothing is known, which is not 0.
  if (!metered) return model::none;
  if (kpi == "total_cost") return cost;
  if (kpi == "peak_kw") return peak;
  if (kpi == "energy_delivered_kwh") return delivered;
  if (kpi == "unmet_kwh") return unmet;
  if (kpi == "v2g_kwh") return v2g;
  if (kpi == "sessions") return sessions;
  return model::none;
}

std::vector<CardFigure> figures_of(const Ui& ui) {
  const model::Run *run_a = ui.run_a(), *run_b = ui.run_b();
  std::vector<CardFigure> known;
  const auto value = [&](const model::Run& run, std::string_view kpi) {
    const std::uint32_t site = site_in_view(ui, run);
    if (site == model::no_such_site) return model::none;
    // When cars are done is no key figure of the file: it is counted from their powers.
    if (kpi == "hours_to_ready")
      return run.loaded == model::Loaded::all ? model::hours_to_ready(run, site).mean_h : model::none;
    return run.kpis.empty() ? so_far(run, kpi, site) : model::kpi_value(run, kpi, kpi_site(ui, run));
  };
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const Card& card = cards.at(i);
    const CardFigure figure{i, value(*run_a, card.kpi), run_b ? value(*run_b, card.kpi) : model::none};
    const bool empty_a = std::isnan(figure.a) || (card.hide_zero && figure.a == 0.0);
    const bool empty_b = std::isnan(figure.b) || (card.hide_zero && figure.b == 0.0);
    if (!empty_a || !empty_b) known.push_back(figure);
  }
  return known;
}

void draw_difference(Ui& ui, Card card, const model::Run& run, double difference) {
  if (card.form == FigureForm::percent) card.unit = ui.tr(Word::percentage_points);
  const analysis::KpiInfo* info = analysis::find_kpi_info(card.kpi);
  const analysis::Better better = info != nullptr ? info->better : analysis::Better::neither;
  const std::string text = text_of_value(ui, card, run, difference, true);
  // A difference that rounds to 0 is neither better nor worse.
  const bool is_zero = text.find_first_of("123456789") == std::string::npos;

  // A bill is judged only where as much is served for it.
  const analysis::Verdict& verdict = verdict_of(ui);
  const bool unequal = card.form == FigureForm::money && !verdict.parties.empty() &&
                       verdict.parties.front().service != analysis::Service::equal;
  // Runs of other worlds have differences that say nothing of a strategy.
  const bool judged = better != analysis::Better::neither && !is_zero && !unequal && verdict.trouble.empty();
  const bool good = (difference < 0.0) == (better == analysis::Better::lower);

  const plot::Style& style = ui.canvas.style;
  const ImU32 colour =
      !judged ? style.text_weak : plot::colour_of(style, good ? plot::Category::blue : plot::Category::vermillion);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::TextUnformatted(text.c_str());

  if (unequal && !is_zero) {
    ImGui::SameLine();
    text_cut(ui, ui.tr(Word::unequal_service));
  }
  if (judged) {
    ImGui::SameLine();
    const char* word = ui.tr(good ? Word::better : Word::worse);
    if (ImGui::CalcTextSize(word).x <= ImGui::GetContentRegionAvail().x) ImGui::TextUnformatted(word);
  }
  ImGui::PopStyleColor();
}

bool has_tariff(const model::Run& run) {
  return std::any_of(run.sites.begin(), run.sites.end(), [](const model::Site& site) { return site.tariff_given; });
}

void draw_card(Ui& ui, const CardFigure& figure, const model::Run& run, const model::Run* other) {
  ImGui::PushFont(ui.fonts.small);
  ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
  const Word title = cards.at(figure.card).title;
  std::string heading = title == Word::kpi_peak ? metered_text(ui, title, run) : ui.tr(title);
  if (const std::string scope = scope_text(ui, run); !scope.empty()) heading += ", " + scope;
  text_cut(ui, heading);
  ImGui::PopStyleColor();
  ImGui::PopFont();

  const bool two = other != nullptr;
  const double first = two && ui.compare == Compare::b ? figure.b : figure.a;
  std::string value = text_of_value(ui, cards.at(figure.card), run, first, false);
  // A run without key figures is not over: its figures are so far.
  const bool counted_on = run.kpis.empty();

  ImGui::PushFont(ui.fonts.title);
  const float room = ImGui::GetContentRegionAvail().x;
  const bool fits = ImGui::CalcTextSize(value.c_str()).x <= room;
  if (!fits) ImGui::PopFont();
  if (!fits) ImGui::PushFont(ui.fonts.body);
  text_cut(ui, value);
  ImGui::PopFont();
  ui.items.register_text(fmt::format("kpi.{}", cards.at(figure.card).kpi), value);

  ImGui::PushFont(ui.fonts.small);
  if (two && !std::isnan(figure.b) && !std::isnan(figure.a)) {
    const bool of_b = ui.compare == Compare::b;
    text_cut(ui, of_b ? fmt::format("A  {}", text_of_value(ui, cards.at(figure.card), run, figure.a, false))
                      : fmt::format("B  {}", text_of_value(ui, cards.at(figure.card), *other, figure.b, false)));
    const bool money = cards.at(figure.card).form == FigureForm::money;
    if (!money || run.currency == other->currency) draw_difference(ui, cards.at(figure.card), run, figure.b - figure.a);
  } else if (counted_on) {
    text_cut(ui, ui.tr(Word::so_far));
  } else if (cards.at(figure.card).form == FigureForm::money && !has_tariff(run)) {
    text_cut(ui, ui.tr(Word::free_energy));
  }
  ImGui::PopFont();
}

void explain_figure(Ui& ui, const CardFigure& figure, const model::Run& run) {
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ui.px(360.0F));
  for (const record::Kpi& kpi : run.kpis) {
    if (kpi.site >= 0 || kpi.name != cards.at(figure.card).kpi) continue;
    const std::string& help = ui.is_korean() ? kpi.help_ko : kpi.help;
    ui.fonts.need_characters(help);
    ImGui::TextUnformatted(fmt::format("{}: {}", kpi.name, help).c_str());
  }
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

}  // namespace

void draw_kpi_cards(Ui& ui, ImVec2 size) {
  const model::Run* a = ui.run_a();
  if (a == nullptr) return;
  const model::Run* b = ui.run_b();
  // Found once per run, not per frame: a run that is not over sums its meter.
  const auto& figures = panel_state(ui).cards.get_or_make(*a, {b == nullptr ? 0 : b->serial, site_in_view(ui, *a)},
                                                          [&] { return figures_of(ui); });

  const float gap = ui.px(6.0F);
  const auto fitting = static_cast<std::size_t>(std::max(1.0F, (size.x + gap) / (ui.px(148.0F) + gap)));
  const std::size_t count = std::min(fitting, figures.size());
  if (count == 0) return;
  const float width = std::floor((size.x - gap * static_cast<float>(count - 1)) / static_cast<float>(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) ImGui::SameLine(0.0F, gap);
    const std::string id = fmt::format("kpi.{}", cards.at(figures[i].card).kpi);
    ImGui::BeginChild(id.c_str(), {width, size.y}, true,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    draw_card(ui, figures[i], *a, b);
    const bool hovered = ImGui::IsWindowHovered();
    ImGui::EndChild();
    ui.items.register_last(id);
    if (hovered) explain_figure(ui, figures[i], *a);
  }
}

}  // namespace evtwin::viewer::ui
