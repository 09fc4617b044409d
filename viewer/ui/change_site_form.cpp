// The manager's form: contract power, storage, tariff, prices, sun, load and strategy, and what that would have cost.
#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/verdict_view.hpp"
#include "viewer/ui/what_if_pages.hpp"

namespace evtwin::viewer::ui {
namespace {

namespace fs = std::filesystem;

enum class FieldForm : std::uint8_t { money, percent, kw, kwh };
struct FormRow {
  Word name;
  const char* kpi;
  FieldForm form;
};
constexpr std::array<FormRow, 7> form_rows{{{Word::kpi_cost, "total_cost", FieldForm::money},
                                            {Word::kpi_peak, "peak_kw", FieldForm::kw},
                                            {Word::kpi_served, "served_fraction", FieldForm::percent},
                                            {Word::kpi_unmet, "unmet_kwh", FieldForm::kwh},
                                            {Word::kpi_delivered, "energy_delivered_kwh", FieldForm::kwh},
                                            {Word::change_owner_money, "owner_money", FieldForm::money},
                                            {Word::change_site_money, "site_money", FieldForm::money}}};
static_assert(kernel::has_unique_keys(form_rows, &FormRow::name));

std::string text_of(const Ui& ui, const FormRow& row, const model::Run& run, double value, bool with_sign) {
  if (std::isnan(value)) return "-";
  switch (row.form) {
    case FieldForm::money:
      return with_sign ? signed_money(ui, run, value) : money_text(ui, run, value);
    case FieldForm::percent:
      return with_sign ? signed_figure(value * 100.0, "pp", 1) : figure_text(value * 100.0, "%", 1);
    case FieldForm::kw:
      return with_sign ? signed_figure(value, "kW", 1) : figure_text(value, "kW", 1);
    case FieldForm::kwh:
      break;
  }
  return with_sign ? signed_figure(value, "kWh", 1) : figure_text(value, "kWh", 1);
}

/// The strategy as --strategy takes it; empty where the scenario's own was run.
std::string strategy_of(const model::Run& run) {
  if (run.plugin_file.empty()) return {};
  if (!run.plugin_file.ends_with(".lua")) return run.strategy;
  const std::size_t colon = run.strategy.find(':');
  return run.plugin_file + (colon == std::string::npos ? std::string() : run.strategy.substr(colon));
}

/// The whole text that makes the same number again, without an exponent's plus or spaces.
std::string number_text(double value) { return fmt::format("{}", value); }

/// Columns of the figures: name, A, B, B - A. Texts are cut to them.
struct FigureColumns {
  std::array<float, 4> widths{};
  float padding = 0.0F;
  void cell(Ui& ui, std::size_t column, std::string_view text) const {
    ImGui::TableSetColumnIndex(static_cast<int>(column));
    text_cut(ui, text, widths[column] - padding);
  }
};

/// A figure before and after. Money is judged only where as much is served for it.
void draw_figure_row(Ui& ui, const FormRow& row, const model::Run& run, const model::Run& other,
                     const FigureColumns& columns) {
  const plot::Style& style = ui.canvas.style;
  const double was = model::kpi_value(run, row.kpi), now = model::kpi_value(other, row.kpi);
  ImGui::TableNextRow();
  columns.cell(ui, 0, row.name == Word::kpi_peak ? metered_text(ui, row.name, run) : ui.tr(row.name));
  columns.cell(ui, 1, text_of(ui, row, run, was, false));
  ui.items.register_last(fmt::format("change.{}.a", row.kpi));
  columns.cell(ui, 2, text_of(ui, row, other, now, false));
  ui.items.register_last(fmt::format("change.{}.b", row.kpi));

  const analysis::KpiInfo* info = analysis::find_kpi_info(row.kpi);
  const std::string text = text_of(ui, row, run, now - was, true);
  const bool alike = row.form != FieldForm::money || verdict_of(ui).parties.empty() ||
                     verdict_of(ui).parties.front().service == analysis::Service::equal;
  const bool judged = alike && info != nullptr && info->better != analysis::Better::neither &&
                      text.find_first_of("123456789") != std::string::npos;
  const bool good = judged && (now < was) == (info->better == analysis::Better::lower);
  ImGui::PushStyleColor(
      ImGuiCol_Text,
      !judged ? style.text : plot::colour_of(style, good ? plot::Category::blue : plot::Category::vermillion));
  columns.cell(ui, 3, judged ? fmt::format("{} {}", text, ui.tr(good ? Word::better : Word::worse)) : text);
  ImGui::PopStyleColor();
}

/// Key figures of both runs beside each other.
void draw_figure_table(Ui& ui, const model::Run& run, const model::Run& other) {
  if (!ImGui::BeginTable("##figures", 4, ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_SizingStretchProp)) return;
  const float room = ImGui::GetContentRegionAvail().x, padding = 2.0F * ImGui::GetStyle().CellPadding.x;
  const FigureColumns columns{{room * 0.28F, room * 0.22F, room * 0.22F, room * 0.28F}, padding};
  for (std::size_t i = 0; i < columns.widths.size(); ++i)
    ImGui::TableSetupColumn(fmt::format("##{}", i).c_str(), ImGuiTableColumnFlags_WidthFixed,
                            columns.widths[i] - padding);

  ImGui::TableNextRow();
  columns.cell(ui, 1, fmt::format("A: {}", run.strategy));
  columns.cell(ui, 2, fmt::format("B: {}", other.strategy));
  columns.cell(ui, 3, "B - A");
  for (const FormRow& row : form_rows) draw_figure_row(ui, row, run, other, columns);
  ImGui::EndTable();
}

/// Old and new over each other, in the window of time that all plots share.
void draw_change_plot(Ui& ui, const model::Site& was, const model::Site& now) {
  const plot::Style& style = ui.canvas.style;
  const float height = std::max(ui.px(120.0F), ImGui::GetContentRegionAvail().y);
  plot::TimePlot chart("change", ui.canvas, {0.0F, height}, {"kW"});
  const auto label = [&](const char* letter, Word word) { return fmt::format("{} {}", letter, ui.tr(word)); };
  const auto grid_label = [&](const char* letter, const model::Site& site) {
    return fmt::format("{} {}", letter, metered_text(ui, Word::series_grid, {&site}));
  };
  const ImU32 limit = plot::colour_of(style, plot::Category::vermillion),
              grid = plot::colour_of(style, plot::Category::blue);
  if (!was.contract_kw.empty())
    chart.add_line(label("A", Word::series_contract), was.contract_kw, {limit, style.scale});
  if (!now.contract_kw.empty())
    chart.add_line(label("B", Word::series_contract), now.contract_kw,
                   {plot::second_colour_of(style, plot::Category::vermillion), style.scale, true});
  chart.add_line(grid_label("A", was), was.grid_kw, {grid, 1.5F * style.scale});
  chart.add_line(grid_label("B", now), now.grid_kw,
                 {plot::second_colour_of(style, plot::Category::blue), 2.0F * style.scale, true});
  const plot::PlotReply reply = chart.draw_plot();
  ui.items.register_rect("change.overlay", reply.min, reply.max);
}

}  // namespace

/// The sentence comes first: whether it is dearer is what a manager asks first.
void ChangeSite::draw_cost_sentence(Ui& ui, const model::Run& run, const model::Run& other) {
  const plot::Style& style = ui.canvas.style;
  const double dearer = model::kpi_value(other, "total_cost") - model::kpi_value(run, "total_cost");
  const double less_kwh = model::service_kwh(run) - model::service_kwh(other);
  const std::string difference = money_text(ui, run, std::abs(dearer));
  const bool same = difference == money_text(ui, run, 0.0);
  std::string sentence =
      same ? std::string(ui.tr(Word::change_same_cost))
           : fmt::format(fmt::runtime(ui.tr(dearer > 0.0 ? Word::change_dearer : Word::change_cheaper)), difference);
  if (kwh_text(std::abs(less_kwh)) != kwh_text(0.0)) {
    sentence +=
        " " + fmt::format(fmt::runtime(ui.tr(less_kwh > 0.0 ? Word::change_serves_less : Word::change_serves_more)),
                          kwh_text(std::abs(less_kwh)));
  }
  draw_wrapped(
      ui, sentence,
      same ? style.text : plot::colour_of(style, dearer > 0.0 ? plot::Category::vermillion : plot::Category::blue));
  ui.items.register_last("change.sentence");

  for (const analysis::PartyVerdict& party : verdict_of(ui).parties) {
    if (party.party == analysis::Party::site || party.party == analysis::Party::drivers)
      draw_wrapped(ui, party.join_parts(), style.text_weak);
  }
}

ChangeSite::Fields ChangeSite::fields_of(const model::Run& run, std::uint32_t row) {
  Fields fields;
  fields.strategy = strategy_of(run);
  if (row >= run.sites.size()) return fields;
  const model::Site& site = run.sites[row];
  if (!site.contract_kw.empty()) {
    const double contract = site.contract_kw.value_at(run.start_ns);
    fields.contract_kw = std::isfinite(contract) ? contract : 0.0;
  }
  for (const std::uint32_t storage : site.storages) {
    fields.storage_kwh += run.storages[storage].capacity_kwh;
    fields.storage_kw += run.storages[storage].max_discharge_kw;
  }
  fields.driver_price = site.driver_price_per_kwh;
  fields.v2g_price = site.v2g_price_per_kwh;
  return fields;
}

void ChangeSite::start_run(Asking& asking, const model::Run& run, model::SiteRequest request) {
  const model::AskedWorld& world = asking.asked_world(run);
  if (!sessions_file_.empty() && !request.set.contains("sessions")) request.set["sessions"] = sessions_file_;
  request.strategy = now_.strategy;
  const std::string site = run.sites.size() > 1 ? run.sites[site_].name + "." : std::string();
  const auto change = [&](const char* key, double was, double now) {
    if (was != now) request.changes[site + key] = number_text(now);
  };

  if (was_.contract_kw != now_.contract_kw)
    request.changes[site + "contract_kw"] = now_.contract_kw > 0.0 ? number_text(now_.contract_kw) : "none";
  if (was_.storage_kwh == 0.0 && now_.storage_kwh > 0.0) {
    request.changes[site + "storage_kwh"] = number_text(now_.storage_kwh);
    request.changes[site + "storage_kw"] = number_text(now_.storage_kw);
  } else {
    change("storage_kwh", was_.storage_kwh, now_.storage_kwh);
    change("storage_kw", was_.storage_kw, now_.storage_kw);
  }
  change("driver_price_per_kwh", was_.driver_price, now_.driver_price);
  change("v2g_price_per_kwh", was_.v2g_price, now_.v2g_price);

  // A run that was itself scaled is scaled further.
  for (const auto& [key, now] : {std::pair{"pv_scale", now_.pv_scale}, std::pair{"load_scale", now_.load_scale}}) {
    if (now == 1.0) continue;
    double own = 1.0;
    if (const auto before = world.changes.find(site + key); before != world.changes.end()) {
      const std::string& text = before->second;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), own);
      if (error != std::errc{} || end != text.data() + text.size()) {
        task_.set_trouble("the run file's " + site + key + " is '" + text + "', which is no number");
        return;
      }
    }
    request.changes[site + key] = number_text(now * own);
  }
  if (!now_.tariff.empty()) request.changes[site + "tariff"] = now_.tariff;

  try {
    out_ = asking.new_file("what-if", ".evtwin");
    task_.start_task(model::run_arguments(asking.evtwin, world, request, out_));
  } catch (const std::runtime_error& error) {
    task_.set_trouble(error.what());
  }
}

void ChangeSite::poll_task(Ui& ui, Asking& asking) {
  list_task_.poll_child();
  advice_task_.poll_child();
  if (const std::optional<std::string> answer = advice_task_.take_answer(); answer && ui.run_a() != nullptr) {
    try {
      advice_ = model::read_booking_advice(*answer, ui.run_a()->clock);
    } catch (const std::runtime_error& error) {
      advice_task_.set_trouble(error.what());
    }
  }
  task_.poll_child();
  name_table_in_trouble(ui);
  if (!task_.take_answer()) return;
  shown_ = out_;
  asking.show_as_b(ui, shown_, ui.tr(Word::ask_site_title));
}

const model::Run* ChangeSite::answer_run(const Ui& ui) const {
  if (shown_.empty() || ui.run_b() == nullptr || ui.runs[ui.b].file != shown_) return nullptr;
  return ui.run_b();
}

void ChangeSite::draw_form(Ui& ui, Asking& asking, const model::Run& run) {
  const bool possible = asking.asked_world(run).trouble == model::NotAskable::askable;
  // The slider asks when it is let go, so that a drag is one question.
  bool released = false;
  number_field(ui, "change.contract_kw", Word::change_contract, now_.contract_kw, "%.1f kW");
  {
    static_cast<void>(form_label(ui, Word::change_contract_slider));
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
    const double least = 1.0, most = std::max({400.0, was_.contract_kw * 2.0, now_.contract_kw});
    ImGui::SliderScalar("##contract", ImGuiDataType_Double, &now_.contract_kw, &least, &most, "%.0f kW");
    released = ImGui::IsItemDeactivatedAfterEdit();
    ui.items.register_last("change.contract_slider");
  }

  number_field(ui, "change.storage_kwh", Word::change_storage_kwh, now_.storage_kwh, "%.1f kWh");
  number_field(ui, "change.storage_kw", Word::change_storage_kw, now_.storage_kw, "%.1f kW");
  choice_field(ui, "change.tariff", Word::change_tariff, now_.tariff, asking.tariffs[run.currency],
               ui.tr(Word::change_as_it_is));
  number_field(ui, "change.driver_price", Word::change_driver_price, now_.driver_price, "%.4g");
  number_field(ui, "change.v2g_price", Word::change_v2g_price, now_.v2g_price, "%.4g");

  // Only of things that the site has.
  const model::Site& site = run.sites[site_];
  if (!site.pv_kw.empty()) number_field(ui, "change.pv_scale", Word::change_pv, now_.pv_scale, "x %.2f");
  if (!site.load_kw.empty()) number_field(ui, "change.load_scale", Word::change_load, now_.load_scale, "x %.2f");
  strategy_field(ui, "change.strategy", Word::plan_strategy, now_.strategy, asking.strategies,
                 ui.tr(Word::change_as_in_scenario));
  if (asking.asked_world(run).reads_parameter("sessions"))
    text_field(ui, "change.sessions", Word::change_sessions, sessions_file_);

  ImGui::Spacing();
  const bool pressed = task_buttons(ui, task_, "change", Word::change_run, possible);
  if (possible && (pressed || released)) start_run(asking, run, {});
  if (ImGui::Button(ui.tr(Word::change_reset), {ImGui::GetContentRegionAvail().x, 0.0F})) {
    now_ = was_;
    sessions_file_.clear();
  }
  ui.items.register_last("change.reset");
}

void ChangeSite::draw_result(Ui& ui, const model::Run& run) {
  const model::Run* other = answer_run(ui);
  if (other == nullptr || other->kpis.empty()) {
    draw_wrapped(ui, ui.tr(other == nullptr ? Word::change_hint : Word::loading), ui.canvas.style.text_weak);
    return;
  }
  draw_cost_sentence(ui, run, *other);
  ImGui::Spacing();
  draw_figure_table(ui, run, *other);
  ImGui::Spacing();
  draw_save(ui);
  if (site_ < other->sites.size()) draw_change_plot(ui, run.sites[site_], other->sites[site_]);
}

void ChangeSite::draw_save(Ui& ui) {
  const float button = ImGui::CalcTextSize(ui.tr(Word::change_save)).x + 4.0F * ImGui::GetStyle().FramePadding.x;
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - button - ImGui::GetStyle().ItemSpacing.x);
  ui.fonts.need_characters(save_as_);
  ImGui::InputTextWithHint("##save_as", "what-if.evtwin", &save_as_);
  ui.items.register_last("change.save_path");
  ImGui::SameLine();
  if (ImGui::Button(ui.tr(Word::change_save), {button, 0.0F})) {
    const std::string file = save_as_.empty() ? "what-if.evtwin" : save_as_;
    std::error_code error;
    // Never over a file that is there.
    const bool copied = fs::copy_file(shown_, file, fs::copy_options::none, error);
    ui.notice = copied && !error ? fmt::format("{} {}", ui.tr(Word::written), file)
                                 : fmt::format("{} {} ({})", ui.tr(Word::not_written), file, error.message());
  }
  ui.items.register_last("change.save");
}

void ChangeSite::draw_page(Ui& ui, Asking& asking, const model::Run& run) {
  const std::uint32_t site = ui.selection.site < run.sites.size() ? ui.selection.site : 0;
  if (run.sites.empty()) return;
  // The form holds the values of one site of one run: another begins anew.
  if (form_of_ != run.serial || site_ != site) {
    form_of_ = run.serial;
    site_ = site;
    was_ = now_ = fields_of(run, site);
  }

  if (!ImGui::BeginTabBar("##tabs")) return;
  const bool on_site = ImGui::BeginTabItem(ui.tr(Word::site));
  ui.items.register_last("change.tab_site");
  if (on_site) {
    const float room = ImGui::GetContentRegionAvail().x;
    ImGui::BeginChild("##form", {std::clamp(room * 0.42F, ui.px(280.0F), ui.px(400.0F)), 0.0F}, false);
    draw_form(ui, asking, run);
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("##result", {0.0F, 0.0F}, false);
    draw_result(ui, run);
    ImGui::EndChild();
    ImGui::EndTabItem();
  }

  const bool on_bookings = ImGui::BeginTabItem(ui.tr(Word::bookings));
  ui.items.register_last("change.tab_bookings");
  if (on_bookings) {
    draw_bookings(ui, asking, run);
    ImGui::EndTabItem();
  }
  ImGui::EndTabBar();
}

}  // namespace evtwin::viewer::ui
