// Bookings as a table: loaded, changed where the scenario takes one, run again beside run A, saved as CSV.
#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
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

constexpr int booking_columns = 10;

/// A choice in a cell. @param none the text of the empty choice; null: there is none. @returns whether it changed
bool choice_cell(Ui& ui, const std::string& item, std::string& chosen, const std::vector<std::string>& choices,
                 const char* none) {
  bool changed = false;
  const std::string shown = chosen.empty() && none != nullptr ? std::string(none) : chosen;
  ui.fonts.need_characters(shown);
  ImGui::PushID(item.c_str());
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::SetNextItemWidth(width);
  const std::string preview = cut_to_width(shown, width - 2.0F * ImGui::GetStyle().FramePadding.x);
  const bool open = ImGui::BeginCombo("##value", preview.c_str(), ImGuiComboFlags_NoArrowButton);
  if (!open) ui.items.register_last(item);
  if (open) {
    const auto choose = [&](const std::string& value, const char* text) {
      ui.fonts.need_characters(text);
      if (ImGui::Selectable(text, value == chosen) && value != chosen) {
        chosen = value;
        changed = true;
      }
      ui.items.register_last(fmt::format("{}.{}", item, value.empty() ? "none" : value));
    };
    if (none != nullptr) choose({}, none);
    for (const std::string& choice : choices) choose(choice, choice.c_str());
    ImGui::EndCombo();
  }
  ImGui::PopID();
  return changed;
}

/// Which cells of the table can be changed, and what is chosen from.
struct BookingEdit {
  bool any = false;       ///< any at all
  bool vehicles = false;  ///< the vehicle and the EVSE too
  std::vector<std::string> types, evses;
  const model::Run* answer = nullptr;  ///< run B, where it is the answer
};

/// Names of the columns, cut where there is no room for them.
void draw_booking_heads(Ui& ui) {
  const std::array<Word, booking_columns> heads{
      Word::session,     Word::vehicle,         Word::evse,         Word::plan_arrive, Word::plan_leave, Word::plan_soc,
      Word::plan_target, Word::bookings_energy, Word::bookings_got, Word::bookings_got};
  constexpr std::array<float, booking_columns> weights{1.2F, 1.1F, 0.9F, 1.7F, 1.7F, 0.8F, 0.8F, 1.0F, 1.3F, 0.35F};
  for (std::size_t i = 0; i < heads.size(); ++i)
    ImGui::TableSetupColumn(fmt::format("##{}", i).c_str(), ImGuiTableColumnFlags_WidthStretch, weights[i]);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  for (int i = 0; i + 1 < booking_columns; ++i) {
    ImGui::TableSetColumnIndex(i);
    text_cut(ui, ui.tr(heads[static_cast<std::size_t>(i)]));
  }
}

/// Whose booking it is: the name of a new one can be written, vehicle and EVSE chosen.
bool draw_booking_names(Ui& ui, const model::Run& run, const BookingEdit& edit, bool is_new, bool is_changed,
                        model::Booking& booking) {
  bool changed = false;
  const std::string item = fmt::format("change.booking.{}", booking.id);
  ImGui::TableNextColumn();
  if (edit.any) ImGui::AlignTextToFramePadding();
  // A row that was touched has a colour of its own.
  if (is_changed) ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
  if (is_new) {
    ui.fonts.need_characters(booking.id);
    ImGui::SetNextItemWidth(-1.0F);
    std::string id = booking.id;
    if (ImGui::InputText("##id", &id, ImGuiInputTextFlags_EnterReturnsTrue) && !id.empty()) booking.id = id;
  } else {
    text_cut(ui, booking.id);
  }
  if (is_changed) ImGui::PopStyleColor();
  ui.items.register_last(item);

  ImGui::TableNextColumn();
  if (edit.any) ImGui::AlignTextToFramePadding();
  std::string vehicle = booking.vehicle;
  if (!edit.vehicles) {
    text_cut(ui, vehicle.empty() ? "-" : vehicle);
  } else if (choice_cell(ui, item + ".vehicle", vehicle, edit.types, "-")) {
    model::set_vehicle(run, vehicle, booking);
    changed = true;
  }

  ImGui::TableNextColumn();
  if (edit.any) ImGui::AlignTextToFramePadding();
  if (edit.vehicles)
    changed = choice_cell(ui, item + ".evse", booking.evse, edit.evses, ui.tr(Word::bookings_any)) || changed;
  else
    text_cut(ui, booking.evse.empty() ? ui.tr(Word::bookings_any) : booking.evse.c_str());
  return changed;
}

/// Cells of when it comes and goes. @returns whether one was changed
bool draw_booking_times(Ui& ui, const model::Run& run, bool may_edit, model::Booking& booking) {
  bool changed = false;
  ImGui::TableNextColumn();
  if (may_edit)
    changed = time_cell(run.clock, "##arrive", booking.arrive_ns) || changed;
  else
    text_cut(ui, run.clock.date_time_text(booking.arrive_ns));
  ui.items.register_last(fmt::format("change.booking.{}.arrive", booking.id));
  ImGui::TableNextColumn();
  if (may_edit)
    changed = time_cell(run.clock, "##leave", booking.leave_ns) || changed;
  else
    text_cut(ui, run.clock.date_time_text(booking.leave_ns));
  ui.items.register_last(fmt::format("change.booking.{}.leave", booking.id));
  return changed;
}

/// State of charge where the battery is known, else the energy itself. @returns whether one was changed
bool draw_booking_charge(Ui& ui, const model::Run& run, bool may_edit, model::Booking& booking) {
  bool changed = false;
  const bool battery = std::isfinite(booking.soc_target);
  ImGui::TableNextColumn();
  if (may_edit && battery)
    changed = percent_cell("##soc", booking.soc_start) || changed;
  else
    text_cut(ui, percent_text(booking.soc_start));
  ui.items.register_last(fmt::format("change.booking.{}.soc", booking.id));
  ImGui::TableNextColumn();
  if (may_edit && battery)
    changed = percent_cell("##target", booking.soc_target) || changed;
  else
    text_cut(ui, percent_text(booking.soc_target));
  ui.items.register_last(fmt::format("change.booking.{}.target", booking.id));
  if (changed) model::set_energy(run, booking);

  ImGui::TableNextColumn();
  if (may_edit && !battery) {
    double kwh = booking.energy_kwh;
    ImGui::SetNextItemWidth(-1.0F);
    if (ImGui::InputDouble("##energy", &kwh, 0.0, 0.0, "%.2f kWh", ImGuiInputTextFlags_EnterReturnsTrue) && kwh > 0.0 &&
        kwh <= 2000.0) {
      booking.energy_kwh = kwh;
      changed = true;
    }
  } else {
    text_cut(ui, kwh_text(booking.energy_kwh));
  }
  ui.items.register_last(fmt::format("change.booking.{}.energy", booking.id));
  return changed;
}

/// Energy got in both runs. @param answer null: there is none yet
void draw_booking_answer(Ui& ui, const model::Run& run, const model::Run* answer, const model::Booking& booking) {
  ImGui::TableNextColumn();
  const std::string was =
      booking.session < run.sessions.size() ? figure_text(run.sessions[booking.session].got_kwh, "", 1) : "-";
  std::string text = was;
  if (answer != nullptr) {
    const auto same = std::find_if(answer->sessions.begin(), answer->sessions.end(),
                                   [&](const model::Session& session) { return session.name == booking.id; });
    text = fmt::format("{} > {}", was, same == answer->sessions.end() ? "-" : figure_text(same->got_kwh, "", 1));
  }
  text_cut(ui, text);
  ui.items.register_last(fmt::format("change.booking.{}.got", booking.id));
}

/// @returns whether the row is to be dropped
bool draw_booking_row(Ui& ui, const model::Run& run, const BookingEdit& edit, const model::Booking* was,
                      model::Booking& booking) {
  ImGui::TableNextRow();
  draw_booking_names(ui, run, edit, was == nullptr && edit.any, was == nullptr || !booking.is_same(*was), booking);
  draw_booking_times(ui, run, edit.any, booking);
  draw_booking_charge(ui, run, edit.any, booking);
  draw_booking_answer(ui, run, edit.answer, booking);
  ImGui::TableNextColumn();
  const bool dropped = edit.any && ImGui::SmallButton("x");
  if (edit.any) ui.items.register_last(fmt::format("change.booking.{}.drop", booking.id));
  return dropped;
}

/// The booking as the run has it, of those in the order of their sessions; null: it is new.
const model::Booking* booking_in(const std::vector<model::Booking>& were, const model::Booking& booking) {
  if (booking.session == no_row) return nullptr;
  const auto found = std::ranges::lower_bound(were, booking.session, {}, &model::Booking::session);
  return found == were.end() || found->session != booking.session ? nullptr : &*found;
}

/// Where evtwin takes a changed table of bookings from: --change, --set sessions, or from nowhere.
enum class BookingWay : std::uint8_t { none, bookings, sessions };
BookingWay way_of(const model::AskedWorld& world) {
  if (world.trouble != model::NotAskable::askable) return BookingWay::none;
  if (world.has_bookings) return BookingWay::bookings;
  return world.reads_parameter("sessions") ? BookingWay::sessions : BookingWay::none;
}

/// A button as wide as its words.
bool word_button(Ui& ui, Word word, const char* item) {
  const bool pressed = ImGui::Button(ui.tr(word));
  ui.items.register_last(item);
  return pressed;
}

}  // namespace

void ChangeSite::take_bookings(const model::Run& run) {
  bookings_of_ = run.serial;
  bookings_site_ = site_;
  bookings_ = bookings_were_ = model::bookings_of(run, run.sites.size() > 1 ? site_ : no_row);
  bookings_trouble_.clear();
  terms_taken_ = false;
  take_terms(run);
}

void ChangeSite::ask_for_terms(Asking& asking, const model::Run& run) {
  if (list_of_ == run.serial || way_of(asking.asked_world(run)) != BookingWay::bookings) return;
  list_of_ = run.serial;
  written_.clear();
  list_task_.start_task(model::booking_list_arguments(asking.evtwin, asking.asked_world(run)));
}

void ChangeSite::take_terms(const model::Run& run) {
  list_task_.poll_child();
  if (const std::optional<std::string> answer = list_task_.take_answer()) {
    try {
      written_ = model::read_written_bookings(*answer, run.clock);
    } catch (const std::runtime_error& error) {
      list_task_.set_trouble(error.what());
    }
  }
  if (terms_taken_ || written_.empty() || list_of_ != run.serial) return;
  const std::string site = run.sites.size() > 1 ? run.sites[site_].name : std::string();
  const std::vector<model::Booking> were = bookings_were_;
  model::take_terms(written_, site, were, bookings_);
  model::take_terms(written_, site, were, bookings_were_);
  terms_taken_ = true;
}

/// `advise --bookings`: which of the bookings that may be moved should be, and what that saves.
void ChangeSite::draw_booking_advice(Ui& ui, Asking& asking, const model::Run& run) {
  const model::AskedWorld& world = asking.asked_world(run);
  // Advice belongs to the run that it was asked for.
  if (advice_of_ != run.serial) {
    advice_of_ = run.serial;
    advice_.reset();
  }

  ImGui::PushID("advice");
  const bool possible = world.trouble == model::NotAskable::askable && world.has_bookings;
  if (task_buttons(ui, advice_task_, "bookings.advise", Word::bookings_advise, possible)) {
    advice_.reset();
    try {
      model::SiteRequest request = booking_request(asking, run);
      request.strategy = now_.strategy.empty() ? "lp" : now_.strategy;
      advice_task_.start_task(model::booking_arguments(asking.evtwin, world, request));
    } catch (const std::runtime_error& error) {
      advice_task_.set_trouble(error.what());
    }
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
  const auto money = [&](double value) { return money_text(ui, run, value); };
  const std::string saves =
      fmt::format(fmt::runtime(ui.tr(Word::bookings_saves)), advice.moves.size(), advice.flexible, money(advice.saves),
                  money(advice.objective_before), money(advice.objective_after), money(advice.bill_before),
                  money(advice.bill_after));
  show("bookings.saves", saves);
  ui.items.register_text("bookings.saves", saves);
  if (advice.moves.empty() || !word_button(ui, Word::bookings_take, "bookings.take")) return;
  for (const model::BookingMove& move : advice.moves) {
    for (model::Booking& booking : bookings_) {
      if (booking.id != move.id) continue;
      booking.arrive_ns = move.to_arrive_ns;
      booking.leave_ns = move.to_leave_ns;
    }
  }
}

void ChangeSite::load_bookings(const model::Run& run) {
  bookings_trouble_.clear();
  try {
    std::ifstream in(csv_name_, std::ios::binary);
    if (!in || csv_name_.empty()) throw std::runtime_error("can not be opened; write the path of a CSV file");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    list_task_.wait_for_child();
    take_terms(run);
    bookings_ = model::read_booking_table(run, text, bookings_were_);
  } catch (const std::runtime_error& error) {
    bookings_trouble_ = fmt::format("{}: {}", csv_name_.empty() ? "-" : csv_name_, error.what());
  }
}

/// Nothing is written over a file that is there.
void ChangeSite::save_bookings(Ui& ui, Asking& asking, const model::Run& run) {
  list_task_.wait_for_child();
  take_terms(run);
  const std::string file = csv_name_.empty() ? "bookings.csv" : csv_name_;
  const bool kept = is_there(file);
  std::ofstream out;
  if (!kept) out.open(file, std::ios::binary);
  if (out && way_of(asking.asked_world(run)) == BookingWay::bookings)
    model::write_booking_table(out, run, bookings_);
  else if (out)
    model::write_bookings(out, run, bookings_);
  out.close();
  ui.notice = fmt::format("{} {}", ui.tr(kept || !out ? Word::not_written : Word::written), file);
}

/// Troubles of evtwin name the file that it was given, which the user never saw.
void ChangeSite::name_table_in_trouble(Ui& ui) {
  if (bookings_file_.empty()) return;
  for (Task* task : {&task_, &advice_task_}) {
    std::string text = task->trouble_text();
    const std::size_t at = text.find(bookings_file_);
    if (at != std::string::npos) task->set_trouble(text.replace(at, bookings_file_.size(), ui.tr(Word::bookings)));
  }
}

void ChangeSite::draw_bookings_file(Ui& ui, Asking& asking, const model::Run& run) {
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const auto width_of = [&](Word word) {
    return ImGui::CalcTextSize(ui.tr(word)).x + 2.0F * ImGui::GetStyle().FramePadding.x + spacing;
  };
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - width_of(Word::bookings_load) -
                          width_of(Word::bookings_save));
  ui.fonts.need_characters(csv_name_);
  ImGui::InputTextWithHint("##csv", "bookings.csv", &csv_name_);
  ui.items.register_last("change.bookings_path");
  ImGui::SameLine();
  if (word_button(ui, Word::bookings_load, "change.bookings_load")) load_bookings(run);
  ImGui::SameLine();
  if (word_button(ui, Word::bookings_save, "change.bookings_save")) save_bookings(ui, asking, run);
  if (bookings_trouble_.empty()) return;
  draw_wrapped(ui, bookings_trouble_, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
  ui.items.register_last("change.bookings_trouble");
}

model::SiteRequest ChangeSite::booking_request(Asking& asking, const model::Run& run) {
  list_task_.wait_for_child();
  take_terms(run);
  model::SiteRequest request;
  const bool untouched = std::equal(bookings_.begin(), bookings_.end(), bookings_were_.begin(), bookings_were_.end(),
                                    [](const auto& a, const auto& b) { return a.is_same(b); });
  if (untouched) return request;
  const bool table = way_of(asking.asked_world(run)) == BookingWay::bookings;
  const std::string file = asking.new_file("bookings", ".csv");
  std::ofstream out(file, std::ios::binary);
  if (table)
    model::write_booking_table(out, run, bookings_);
  else
    model::write_bookings(out, run, bookings_);
  out.close();
  if (!out) throw std::runtime_error(fmt::format("{}: can not be written", file));
  bookings_file_ = file;
  if (table)
    request.changes[(run.sites.size() > 1 ? run.sites[site_].name + "." : std::string()) + "bookings"] = file;
  else
    request.set["sessions"] = file;
  return request;
}

/// Asks what the changed bookings come to: evtwin reads them in the place of the scenario's.
void ChangeSite::draw_bookings_replan(Ui& ui, Asking& asking, const model::Run& run) {
  if (word_button(ui, Word::bookings_add, "change.bookings_add"))
    bookings_.push_back(model::new_booking(run, bookings_));
  ImGui::SameLine();
  if (word_button(ui, Word::bookings_reset, "change.bookings_reset")) take_bookings(run);
  ImGui::SameLine();

  // How far the table is from the run.
  std::size_t changed = 0, added = 0, kept = 0;
  for (const model::Booking& booking : bookings_) {
    const model::Booking* was = booking_in(bookings_were_, booking);
    kept += was != nullptr ? 1U : 0U;
    (was == nullptr ? added : changed) += was == nullptr || !booking.is_same(*was) ? 1U : 0U;
  }
  ImGui::AlignTextToFramePadding();
  text_cut(ui, fmt::format(fmt::runtime(ui.tr(Word::bookings_changed)), changed, added, bookings_were_.size() - kept));
  ui.items.register_last("change.bookings_changed");

  ImGui::PushID("bookings");
  if (task_buttons(ui, task_, "change.bookings", Word::bookings_replan, !bookings_.empty())) {
    try {
      start_run(asking, run, booking_request(asking, run));
    } catch (const std::runtime_error& error) {
      task_.set_trouble(error.what());
    }
  }
  ImGui::PopID();
  if (const model::Run* other = answer_run(ui); other != nullptr && !other->kpis.empty())
    draw_cost_sentence(ui, run, *other);
}

void ChangeSite::draw_booking_table(Ui& ui, Asking& asking, const model::Run& run) {
  const BookingWay way = way_of(asking.asked_world(run));
  BookingEdit edit;
  edit.any = way != BookingWay::none;
  edit.vehicles = way == BookingWay::bookings;
  edit.answer = answer_run(ui);
  for (const model::VehicleType& type : run.vehicles) {
    if (type.name != model::unknown_battery) edit.types.push_back(type.name);
  }
  for (const model::Evse& evse : run.evses) {
    if (run.sites.size() == 1 || evse.site == site_) edit.evses.push_back(evse.name);
  }

  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("##bookings", booking_columns, flags)) return;
  draw_booking_heads(ui);

  // Of thousands of bookings only those that are seen cost anything.
  std::size_t dropped = bookings_.size();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(bookings_.size()));
  while (clipper.Step()) {
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      const auto at = static_cast<std::size_t>(row);
      ImGui::PushID(row);
      if (draw_booking_row(ui, run, edit, booking_in(bookings_were_, bookings_[at]), bookings_[at])) dropped = at;
      ImGui::PopID();
    }
  }
  ImGui::EndTable();
  if (dropped < bookings_.size()) bookings_.erase(bookings_.begin() + static_cast<std::ptrdiff_t>(dropped));
}

void ChangeSite::draw_bookings(Ui& ui, Asking& asking, const model::Run& run) {
  ask_for_terms(asking, run);
  if (bookings_of_ != run.serial || bookings_site_ != site_) take_bookings(run);
  take_terms(run);
  const BookingWay way = way_of(asking.asked_world(run));
  if (way == BookingWay::none) {
    draw_wrapped(ui, ui.tr(Word::bookings_fixed), ui.canvas.style.text_weak);
    ui.items.register_last("change.bookings_fixed");
  }
  if (way == BookingWay::sessions) draw_wrapped(ui, ui.tr(Word::bookings_without_vehicles), ui.canvas.style.text_weak);
  if (!list_task_.trouble_text().empty()) draw_wrapped(ui, list_task_.trouble_text(), ui.canvas.style.text_weak);
  draw_bookings_file(ui, asking, run);
  if (way != BookingWay::none) draw_bookings_replan(ui, asking, run);
  if (way == BookingWay::bookings) draw_booking_advice(ui, asking, run);
  draw_booking_table(ui, asking, run);
}

}  // namespace evtwin::viewer::ui
