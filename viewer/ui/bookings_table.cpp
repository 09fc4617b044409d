// Bookings as a table: looked at, changed where the scenario takes a session file, saved as CSV.
#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/what_if_pages.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Edits a time as text; taken over when it can be read.
bool time_cell(const model::Clock& clock, const char* id, TimeNs& time) {
  std::string text = clock.date_time_text(time);
  ImGui::SetNextItemWidth(-1.0F);
  if (!ImGui::InputText(id, &text, ImGuiInputTextFlags_EnterReturnsTrue)) return false;
  try {
    const std::size_t space = text.find(' ');
    if (space != std::string::npos) text[space] = 'T';
    const TimeNs read = clock.parse_instant(text);
    if (read == time) return false;
    time = read;
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

bool percent_cell(const char* id, double& fraction) {
  double percent = fraction * 100.0;
  ImGui::SetNextItemWidth(-1.0F);
  if (!ImGui::InputDouble(id, &percent, 0.0, 0.0, "%.0f %%", ImGuiInputTextFlags_EnterReturnsTrue)) return false;
  if (!(percent >= 0.0 && percent <= 100.0)) return false;
  fraction = percent / 100.0;
  return true;
}

bool is_there(const std::string& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

constexpr int booking_columns = 8;

/// Names of the columns, cut where there is no room for them.
void draw_booking_heads(Ui& ui) {
  const std::array<Word, booking_columns> heads{Word::session,     Word::vehicle,        Word::evse,
                                                Word::plan_arrive, Word::plan_leave,     Word::plan_soc,
                                                Word::plan_target, Word::bookings_energy};
  constexpr std::array<float, booking_columns> weights{1.2F, 1.0F, 0.9F, 1.7F, 1.7F, 1.0F, 1.0F, 1.2F};
  for (std::size_t i = 0; i < heads.size(); ++i)
    ImGui::TableSetupColumn(ui.tr(heads[i]), ImGuiTableColumnFlags_WidthStretch, weights[i]);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  for (int i = 0; i < booking_columns; ++i) {
    ImGui::TableSetColumnIndex(i);
    text_cut(ui, ui.tr(heads[static_cast<std::size_t>(i)]));
  }
}

/// Cells that tell whose booking it is: they are never edited.
void draw_booking_names(Ui& ui, const model::Run& run, const model::Session& session, bool may_edit) {
  ImGui::TableNextColumn();
  if (may_edit) ImGui::AlignTextToFramePadding();
  text_cut(ui, session.name);
  ui.items.register_last(fmt::format("change.booking.{}", session.name));
  ImGui::TableNextColumn();
  if (may_edit) ImGui::AlignTextToFramePadding();
  text_cut(ui, session.vehicle);
  ImGui::TableNextColumn();
  if (may_edit) ImGui::AlignTextToFramePadding();
  text_cut(ui, session.evse < run.evses.size() ? std::string_view(run.evses[session.evse].name) : "-");
}

/// Cells of when it comes and goes. @returns whether one was changed
bool draw_booking_times(Ui& ui, const model::Run& run, const std::string& name, bool may_edit,
                        model::Booking& booking) {
  bool changed = false;
  ImGui::TableNextColumn();
  if (may_edit)
    changed = time_cell(run.clock, "##arrive", booking.arrive_ns) || changed;
  else
    text_cut(ui, run.clock.date_time_text(booking.arrive_ns));
  ui.items.register_last(fmt::format("change.booking.{}.arrive", name));
  ImGui::TableNextColumn();
  if (may_edit)
    changed = time_cell(run.clock, "##leave", booking.leave_ns) || changed;
  else
    text_cut(ui, run.clock.date_time_text(booking.leave_ns));
  ui.items.register_last(fmt::format("change.booking.{}.leave", name));
  return changed;
}

/// Cells of the state of charge, edited where a battery is known. @returns whether one was changed
bool draw_booking_charge(Ui& ui, const std::string& name, bool may_edit, model::Booking& booking) {
  bool changed = false;
  const bool battery = std::isfinite(booking.soc_target);
  ImGui::TableNextColumn();
  if (may_edit && battery)
    changed = percent_cell("##soc", booking.soc_start) || changed;
  else
    text_cut(ui, percent_text(booking.soc_start));
  ImGui::TableNextColumn();
  if (may_edit && battery)
    changed = percent_cell("##target", booking.soc_target) || changed;
  else
    text_cut(ui, percent_text(booking.soc_target));
  ui.items.register_last(fmt::format("change.booking.{}.target", name));
  return changed;
}

/// One booking; times and charge are edited where the scenario reads a session file.
void draw_booking_row(Ui& ui, const model::Run& run, bool may_edit, model::Booking& booking) {
  const model::Session& session = run.sessions[booking.session];
  ImGui::TableNextRow();
  draw_booking_names(ui, run, session, may_edit);
  const bool moved = draw_booking_times(ui, run, session.name, may_edit, booking);
  const bool charged = draw_booking_charge(ui, session.name, may_edit, booking);
  // Energy follows from the state of charge wherever a battery is known.
  if (moved || charged) model::set_energy(run, booking);
  ImGui::TableNextColumn();
  text_cut(ui, kwh_text(booking.energy_kwh));
}

}  // namespace

/// `advise --bookings`: which of the bookings that may be moved should be, and what that saves.
void ChangeSite::draw_booking_advice(Ui& ui, Asking& asking, const model::Run& run) {
  const model::AskedWorld& world = asking.asked_world(run);
  // Advice belongs to the run that it was asked for.
  if (advice_of_ != run.serial) {
    advice_of_ = run.serial;
    advice_.reset();
  }

  ImGui::PushID("advice");
  const bool possible = world.trouble == model::NotAskable::askable;
  if (task_buttons(ui, advice_task_, "bookings.advise", Word::bookings_advise, possible)) {
    advice_.reset();
    advice_task_.start_task(
        model::booking_arguments(asking.evtwin, world, now_.strategy.empty() ? "lp" : now_.strategy));
  }
  ImGui::PopID();
  if (!advice_) return;

  const model::BookingAdvice& advice = *advice_;
  const auto show = [&](const std::string& item, const std::string& text) {
    draw_wrapped(ui, text, ui.canvas.style.text);
    ui.items.register_last(item);
  };

  for (const model::BookingMove& move : advice.moves) {
    const auto from_to = [&](TimeNs arrive, TimeNs leave) {
      return fmt::format("{} - {}", run.clock.date_time_text(arrive), run.clock.time_text(leave));
    };
    show("bookings.move." + move.id,
         fmt::format("{} ({}): {} > {}", move.id, move.evse, from_to(move.from_arrive_ns, move.from_leave_ns),
                     from_to(move.to_arrive_ns, move.to_leave_ns)));
  }
  show("bookings.saves", fmt::format(fmt::runtime(ui.tr(Word::bookings_saves)), advice.moves.size(), advice.flexible,
                                     money_text(ui, run, advice.saves), money_text(ui, run, advice.bill_before),
                                     money_text(ui, run, advice.bill_after)));
}

/// A name and a button; nothing is written over a file that is there.
void ChangeSite::draw_bookings_file(Ui& ui, const model::Run& run) {
  const float button =
      std::max(ImGui::CalcTextSize(ui.tr(Word::bookings_save)).x, ImGui::CalcTextSize(ui.tr(Word::bookings_replan)).x) +
      4.0F * ImGui::GetStyle().FramePadding.x;
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - button - ImGui::GetStyle().ItemSpacing.x);
  ui.fonts.need_characters(csv_name_);
  ImGui::InputTextWithHint("##csv", "bookings.csv", &csv_name_);
  ui.items.register_last("change.bookings_path");
  ImGui::SameLine();
  if (ImGui::Button(ui.tr(Word::bookings_save), {button, 0.0F})) {
    const std::string file = csv_name_.empty() ? "bookings.csv" : csv_name_;
    const bool kept = is_there(file);
    std::ofstream out;
    if (!kept) out.open(file, std::ios::binary);
    if (out) model::write_bookings(out, run, bookings_);
    out.close();
    ui.notice = fmt::format("{} {}", ui.tr(kept || !out ? Word::not_written : Word::written), file);
  }
  ui.items.register_last("change.bookings_save");
}

/// Asks what the changed bookings come to: evtwin reads them as the scenario's session file.
void ChangeSite::draw_bookings_replan(Ui& ui, Asking& asking, const model::Run& run) {
  ImGui::PushID("bookings");
  if (task_buttons(ui, task_, "change.bookings", Word::bookings_replan, true)) {
    try {
      const std::string file = asking.new_file("bookings", ".csv");
      std::ofstream out(file, std::ios::binary);
      model::write_bookings(out, run, bookings_);
      out.close();
      if (!out) throw std::runtime_error(fmt::format("{}: can not be written", file));
      start_run(asking, run, {{"sessions", file}});
    } catch (const std::runtime_error& error) {
      task_.set_trouble(error.what());
    }
  }
  ImGui::PopID();
}

void ChangeSite::draw_bookings(Ui& ui, Asking& asking, const model::Run& run) {
  if (bookings_of_ != run.serial) {
    bookings_of_ = run.serial;
    bookings_ = model::bookings_of(run);
  }
  const model::AskedWorld& world = asking.asked_world(run);
  const bool may_edit = world.trouble == model::NotAskable::askable && world.reads_parameter("sessions");
  if (!may_edit) {
    draw_wrapped(ui, ui.tr(Word::bookings_fixed), ui.canvas.style.text_weak);
    ui.items.register_last("change.bookings_fixed");
  }
  draw_bookings_file(ui, run);
  if (may_edit) draw_bookings_replan(ui, asking, run);
  draw_booking_advice(ui, asking, run);

  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingStretchProp;
  if (!ImGui::BeginTable("##bookings", booking_columns, flags)) return;
  draw_booking_heads(ui);

  // Of thousands of bookings only those that are seen cost anything.
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(bookings_.size()));
  while (clipper.Step()) {
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      ImGui::PushID(row);
      draw_booking_row(ui, run, may_edit, bookings_[static_cast<std::size_t>(row)]);
      ImGui::PopID();
    }
  }
  ImGui::EndTable();
}

}  // namespace evtwin::viewer::ui
