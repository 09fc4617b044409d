// The driver's form: what charging this car would cost, today's way and a strategy's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/what_if_pages.hpp"

namespace evtwin::viewer::ui {
namespace {

constexpr TimeNs quarter_hour_ns = 15 * kernel::minute_ns;
constexpr TimeNs usual_stay_ns = 8 * kernel::hour_ns;

/// A taper within a piece is an exponential between its ends; none is assumed where one end is 0.
model::Series series_of(const model::ChargeWay& way, TimeNs from, TimeNs to) {
  model::Series series;
  series.add_piece(from, 0.0);
  for (const model::ChargePiece& piece : way.schedule) {
    const double hours = kernel::hours_between(piece.from_ns, piece.to_ns);
    const double slope = piece.kw * piece.kw_end > 0.0 && hours > 0.0 && piece.kw != piece.kw_end
                             ? std::log(piece.kw_end / piece.kw) / hours
                             : 0.0;
    series.add_piece({piece.from_ns, piece.kw, piece.kw * slope, slope});
    series.add_piece(piece.to_ns, 0.0);
  }
  series.finish_at(to);
  return series;
}

/// "2026-06-03 18:00" as evtwin reads it.
std::string as_evtwin_reads(std::string text) {
  std::replace(text.begin(), text.end(), ' ', 'T');
  return text;
}

std::string in_amount(const model::ChargeAnswer& answer, double value) {
  return analysis::money_text(value, answer.currency);
}

/// The table of ways to charge. Where nothing better was found, one column says all.
struct WaysTable {
  Ui& ui;
  const model::ChargeAnswer& answer;
  bool both;
  float label, cell;  ///< widths

  /// @param item  of the cells; null: they are none
  template <class TextOf>
  void row(std::string_view name, TextOf&& text_of, const char* item) const {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    text_cut(ui, name, label - 2.0F * ImGui::GetStyle().CellPadding.x);
    ImGui::TableNextColumn();
    text_cut(ui, text_of(answer.existing), cell);
    if (item != nullptr) ui.items.register_last(fmt::format("{}.existing", item));
    if (!both) return;
    ImGui::TableNextColumn();
    text_cut(ui, text_of(answer.proposed), cell);
    if (item != nullptr) ui.items.register_last(item);
  }
};

/// Figures of today's way and of the strategy's beside each other; the texts of a row come from one function for both.
void draw_ways(Ui& ui, const model::Run& run, const model::ChargeAnswer& answer, bool both) {
  const float room = ImGui::GetContentRegionAvail().x;
  if (!ImGui::BeginTable("##ways", both ? 3 : 2, ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_SizingStretchProp))
    return;
  const WaysTable table{ui, answer, both, room * (both ? 0.36F : 0.5F),
                        room * (both ? 0.32F : 0.5F) - 2.0F * ImGui::GetStyle().CellPadding.x};
  ImGui::TableSetupColumn("##label", ImGuiTableColumnFlags_WidthFixed, table.label);

  using Way = model::ChargeWay;
  const auto name_of = [&](const Way& way) {
    return &way == &answer.existing ? fmt::format("{}: {}", ui.tr(Word::plan_existing), way.strategy) : way.strategy;
  };
  const auto ready_of = [&](const Way& way) {
    return way.ready_ns == kernel::time_never ? std::string(ui.tr(Word::plan_not_reached))
                                              : run.clock.date_time_text(way.ready_ns);
  };
  const auto money_of = [&](double value) {
    return std::isnan(value) ? std::string("-") : in_won(ui, analysis::money_text(value, answer.currency));
  };
  const auto cost_of = [&](const Way& way) { return money_of(way.cost); };
  const auto bill_of = [&](const Way& way) { return money_of(way.bill_added); };
  const auto energy_of = [](const Way& way) { return kwh_text(way.got_kwh); };
  const auto unmet_of = [](const Way& way) { return kwh_text(way.unmet_kwh); };
  const auto soc_of = [](const Way& way) { return percent_text(way.soc_end); };
  const auto co2_of = [](const Way& way) { return figure_text(way.co2_kg, "kg", 2); };
  const auto evse_of = [](const Way& way) { return way.evse; };

  table.row("", name_of, "plan.way");
  table.row(ui.tr(answer.driver_price ? Word::plan_cost_driver : Word::plan_cost_buy), cost_of, "plan.cost");
  table.row(ui.tr(Word::plan_ready), ready_of, "plan.ready");
  table.row(ui.tr(Word::energy), energy_of, "plan.energy");
  table.row(ui.tr(Word::kpi_unmet), unmet_of, nullptr);
  table.row(ui.tr(Word::plan_soc_end), soc_of, nullptr);
  table.row(ui.tr(Word::plan_bill_added), bill_of, nullptr);
  table.row("CO2", co2_of, nullptr);
  table.row(ui.tr(Word::evse), evse_of, nullptr);
  ImGui::EndTable();
}

}  // namespace

void PlanCharge::draw_form(Ui& ui, Asking& asking, const model::Run& run) {
  if (form_of_ != run.serial && request_.arrive.empty()) {
    // From the cursor on, on a round quarter hour.
    const TimeNs cursor = ui.time.cursor_ns();
    const TimeNs arrive = (cursor + quarter_hour_ns - 1) / quarter_hour_ns * quarter_hour_ns;
    const TimeNs leave = std::min(arrive + usual_stay_ns, run.end_ns);
    request_.arrive = run.clock.date_time_text(std::min(arrive, std::max(run.start_ns, run.end_ns - quarter_hour_ns)));
    request_.leave = run.clock.date_time_text(leave);
  }
  form_of_ = run.serial;

  number_field(ui, "plan.battery_kwh", Word::plan_battery, request_.battery_kwh, "%.1f kWh");
  number_field(ui, "plan.ac_kw", Word::plan_ac, ac_kw_, "%.1f kW");
  number_field(ui, "plan.dc_kw", Word::plan_dc, dc_kw_, "%.1f kW");
  percent_field(ui, "plan.soc", Word::plan_soc, request_.soc);
  percent_field(ui, "plan.target", Word::plan_target, request_.target);
  text_field(ui, "plan.arrive", Word::plan_arrive, request_.arrive);
  text_field(ui, "plan.leave", Word::plan_leave, request_.leave);
  strategy_field(ui, "plan.strategy", Word::plan_strategy, request_.strategy, asking.strategies, nullptr);
  strategy_field(ui, "plan.baseline", Word::plan_baseline, request_.baseline, asking.strategies, nullptr);
  static_cast<void>(form_label(ui, Word::plan_v2g));
  ImGui::Checkbox("##v2g", &request_.v2g);
  ui.items.register_last("plan.v2g");

  const bool selected = ui.selection.evse < run.evses.size();
  if (selected) {
    static_cast<void>(form_label(ui, Word::plan_at_selected));
    ImGui::Checkbox("##at", &at_selected_);
    ui.items.register_last("plan.at_selected");
    ImGui::SameLine();
    text_cut(ui, run.evses[ui.selection.evse].name);
  }
  ImGui::Spacing();

  const model::AskedWorld& world = asking.asked_world(run);
  if (!task_buttons(ui, task_, "plan", Word::plan_run, world.trouble == model::NotAskable::askable)) return;

  model::ChargeRequest request = request_;
  request.arrive = as_evtwin_reads(request_.arrive);
  request.leave = as_evtwin_reads(request_.leave);
  request.max_ac_kw = ac_kw_ > 0.0 ? ac_kw_ : model::none;
  request.max_dc_kw = dc_kw_;
  if (selected && at_selected_) request.evse = run.evses[ui.selection.evse].name;
  if (run.sites.size() > 1) {
    const std::uint32_t site = selected && at_selected_ ? run.evses[ui.selection.evse].site : ui.selection.site;
    request.site = run.sites[site < run.sites.size() ? site : 0].name;
  }

  answer_.reset();
  answer_of_ = run.serial;
  task_.start_task(model::advise_arguments(asking.evtwin, world, request, ui.is_korean()));
}

void PlanCharge::take_answer(const model::Run& run) {
  const auto text = task_.take_answer();
  if (!text) return;
  try {
    answer_ = model::read_charge_answer(*text, run.clock);
  } catch (const std::runtime_error& error) {
    task_.set_trouble(error.what());
    return;
  }
  existing_kw_ = series_of(answer_->existing, answer_->arrive_ns, answer_->leave_ns);
  proposed_kw_ = series_of(answer_->proposed, answer_->arrive_ns, answer_->leave_ns);
  time_ = {};
  time_.set_bounds(answer_->arrive_ns, answer_->leave_ns);
}

void PlanCharge::draw_answer(Ui& ui, const model::Run& run) {
  const model::ChargeAnswer& answer = *answer_;
  const plot::Style& style = ui.canvas.style;
  draw_wrapped(ui, answer.why,
               plot::colour_of(style, answer.keep_existing ? plot::Category::vermillion : plot::Category::blue));
  ui.items.register_last("plan.why");
  // Where the driver pays the same, the sentence is of the whole site, and the table of this car.
  const bool of_site = !answer.keep_existing &&
                       in_amount(answer, answer.existing.cost) == in_amount(answer, answer.proposed.cost) &&
                       std::isfinite(answer.existing.bill_added) && std::isfinite(answer.proposed.bill_added);
  if (of_site) {
    const std::string rest =
        fmt::format(fmt::runtime(ui.tr(Word::plan_rest)), in_won(ui, in_amount(answer, answer.proposed.bill_added)),
                    in_won(ui, in_amount(answer, answer.existing.bill_added)), answer.proposed.strategy);
    draw_wrapped(ui, rest, style.text);
    ui.items.register_last("plan.rest");
    ui.items.register_text("plan.rest", rest);
  }
  if (!answer.reason.empty()) {
    draw_wrapped(ui, answer.reason, plot::colour_of(style, plot::Category::vermillion));
    ui.items.register_last("plan.reason");
  }
  ImGui::Spacing();
  const bool both = !answer.keep_existing;
  draw_ways(ui, run, answer, both);
  draw_schedule(ui, run, both);
}

/// Power over the stay, in a canvas of its own: it shows the stay, not the window of the screen.
void PlanCharge::draw_schedule(Ui& ui, const model::Run& run, bool both) {
  const model::ChargeAnswer& answer = *answer_;
  const plot::Style& style = ui.canvas.style;
  plot::Canvas canvas;
  canvas.time = &time_;
  canvas.clock = &run.clock;
  canvas.style = style;
  canvas.words = ui.canvas.words;
  canvas.textures = &ui.textures;
  canvas.hidden = hidden_;

  const float height = std::max(ui.px(140.0F), ImGui::GetContentRegionAvail().y);
  plot::TimePlot chart("plan", canvas, {0.0F, height}, {"kW"});
  chart.add_line(fmt::format("{}: {}", ui.tr(Word::plan_existing), answer.existing.strategy), existing_kw_,
                 {plot::colour_of(style, plot::Category::black), 1.5F * style.scale, both, both ? 0.0 : 0.25});
  if (both) {
    chart.add_line(answer.proposed.strategy == answer.existing.strategy ? answer.proposed.strategy + " (2)"
                                                                        : answer.proposed.strategy,
                   proposed_kw_, {plot::colour_of(style, plot::Category::blue), 2.0F * style.scale, false, 0.3});
  }
  const plot::PlotReply reply = chart.draw_plot();
  ui.items.register_rect("plan.schedule", reply.min, reply.max);
  hidden_ = canvas.hidden;
}

void PlanCharge::draw_page(Ui& ui, Asking& asking, const model::Run& run) {
  take_answer(run);
  const float room = ImGui::GetContentRegionAvail().x;
  const float form = std::clamp(room * 0.42F, ui.px(280.0F), ui.px(400.0F));
  ImGui::BeginChild("##form", {form, 0.0F}, false);
  draw_form(ui, asking, run);
  ImGui::EndChild();
  ImGui::SameLine();
  ImGui::BeginChild("##answer", {0.0F, 0.0F}, false);
  if (answer_ && answer_of_ == run.serial)
    draw_answer(ui, run);
  else
    draw_wrapped(ui, ui.tr(Word::plan_hint), ui.canvas.style.text_weak);
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
