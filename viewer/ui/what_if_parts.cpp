#include "viewer/ui/what_if_parts.hpp"

#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "viewer/ui/strategy_names.hpp"

namespace evtwin::viewer::ui {
namespace {

namespace fs = std::filesystem;

constexpr int cancelled_status = 130;

}  // namespace

void Task::start_task(std::vector<std::string> words) {
  answer_.reset();
  trouble_.clear();
  try {
    child_ = std::make_unique<model::ChildProcess>(std::move(words));
  } catch (const std::runtime_error& error) {
    child_.reset();
    trouble_ = error.what();
  }
}

void Task::poll_child() {
  if (child_ == nullptr || !child_->is_running()) return;
  child_->poll_output();
  if (!child_->is_running()) finish_task();
}

void Task::wait_for_child() {
  if (child_ == nullptr || !child_->is_running()) return;
  child_->wait_for_end();
  finish_task();
}

void Task::cancel_task() {
  if (child_ != nullptr) child_->cancel_child();
}

void Task::finish_task() {
  const int status = child_->exit_status();
  // A comparison in which one strategy failed is an answer all the same.
  const bool answered = status == 0 || (status == 1 && child_->stdout_text().starts_with('{'));
  if (answered && !child_->says_too_much()) {
    answer_ = child_->stdout_text();
  } else if (status != cancelled_status && !child_->was_cancelled()) {
    trouble_ = model::error_line(child_->stderr_text());
    if (trouble_.empty()) trouble_ = fmt::format("evtwin: {}", status);
  }
}

std::optional<std::string> Task::take_answer() { return std::exchange(answer_, std::nullopt); }

TempFolder::~TempFolder() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

const std::string& TempFolder::folder_path() {
  if (!path_.empty()) return path_;
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  std::string pattern = ((error ? fs::path("/tmp") : parent) / "evtwin-view-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error(fmt::format("{}: no folder can be made there", pattern));
  path_ = pattern;
  return path_;
}

void Asking::want_lists() {
  if (asked_) return;
  asked_ = true;
  strategies_task.start_task(model::strategies_arguments(evtwin));
  tariffs_task.start_task(model::tariffs_arguments(evtwin));
}

void Asking::poll_tasks() {
  strategies_task.poll_child();
  tariffs_task.poll_child();
  try {
    if (const auto answer = strategies_task.take_answer()) strategies = model::read_strategies(*answer);
    if (const auto answer = tariffs_task.take_answer()) tariffs = model::read_tariffs(*answer);
  } catch (const std::runtime_error& error) {
    strategies_task.set_trouble(error.what());
  }
}

const model::AskedWorld& Asking::asked_world(const model::Run& run) {
  if (world_of_ != run.serial) {
    world_of_ = run.serial;
    world_ = model::asked_world(run);
  }
  return world_;
}

std::string Asking::new_file(std::string_view stem, std::string_view suffix) {
  return fmt::format("{}/{}-{}{}", folder.folder_path(), stem, ++files_made, suffix);
}

void Asking::open_run(Ui& ui, const std::string& file, const std::string& label) {
  OpenRun& run = ui.runs.emplace_back();
  run.file = file;
  run.feed = std::make_unique<model::RunFeed>(file);
  run.label = label;
  if (ui.still) run.feed->wait_until_loaded();
}

void Asking::show_as_b(Ui& ui, const std::string& file, const std::string& label) {
  const bool replaces = ui.b != ui.a && ui.b < ui.runs.size() && folder.holds_file(ui.runs[ui.b].file);
  open_run(ui, file, label);
  if (replaces) {
    ui.runs[ui.b] = std::move(ui.runs.back());
    ui.runs.pop_back();
  } else {
    ui.b = ui.runs.size() - 1;
  }
  if (ui.compare == Compare::a || ui.compare == Compare::b) ui.compare = Compare::overlay;
}

float form_label(Ui& ui, Word label) {
  const float room = ImGui::GetContentRegionAvail().x, label_width = room * 0.46F;
  const float left = ImGui::GetCursorPosX();
  ImGui::AlignTextToFramePadding();
  text_cut(ui, ui.tr(label), label_width - ui.px(6.0F));
  ImGui::SameLine(left + label_width);
  return room - label_width;
}

bool number_field(Ui& ui, const char* item, Word label, double& value, const char* format) {
  ImGui::SetNextItemWidth(form_label(ui, label));
  ImGui::PushID(item);
  const bool changed = ImGui::InputDouble("##value", &value, 0.0, 0.0, format);
  ImGui::PopID();
  ui.items.register_last(item);
  return changed;
}

bool percent_field(Ui& ui, const char* item, Word label, double& fraction) {
  ImGui::SetNextItemWidth(form_label(ui, label));
  double percent = fraction * 100.0;
  constexpr double least = 0.0, most = 100.0;
  ImGui::PushID(item);
  const bool changed = ImGui::SliderScalar("##value", ImGuiDataType_Double, &percent, &least, &most, "%.0f %%",
                                           ImGuiSliderFlags_AlwaysClamp);
  ImGui::PopID();
  ui.items.register_last(item);
  if (changed) fraction = percent / 100.0;
  return changed;
}

bool text_field(Ui& ui, const char* item, Word label, std::string& text) {
  ImGui::SetNextItemWidth(form_label(ui, label));
  ui.fonts.need_characters(text);
  ImGui::PushID(item);
  const bool changed = ImGui::InputText("##value", &text);
  ImGui::PopID();
  ui.items.register_last(item);
  return changed;
}

namespace {

/// @param text_of  of a choice, as it is shown
template <class TextOf>
bool field_of_choices(Ui& ui, const char* item, Word label, std::string& chosen,
                      const std::vector<std::string>& choices, const char* none, TextOf text_of) {
  const float width = form_label(ui, label);
  ImGui::SetNextItemWidth(width);
  const std::string shown = chosen.empty() && none != nullptr ? std::string(none) : text_of(chosen);
  ui.fonts.need_characters(shown);
  bool changed = false;
  ImGui::PushID(item);
  const float room = width - ImGui::GetFrameHeight() - 2.0F * ImGui::GetStyle().FramePadding.x;
  const bool open = ImGui::BeginCombo("##value", cut_to_width(shown, room).c_str(), ImGuiComboFlags_HeightLarge);
  // Closed, the field has the name; open, each of its rows has one.
  if (!open) ui.items.register_last(item);
  ui.items.register_text(item, shown);
  if (open) {
    const auto row = [&](const std::string& value, const std::string& text, const std::string& name) {
      ui.fonts.need_characters(text);
      if (ImGui::Selectable(text.c_str(), chosen == value)) {
        changed = chosen != value;
        chosen = value;
      }
      ui.items.register_last(name);
      ui.items.register_text(name, text);
    };
    if (none != nullptr) row({}, none, fmt::format("{}.none", item));
    for (const std::string& value : choices) row(value, text_of(value), fmt::format("{}.{}", item, value));
    ImGui::EndCombo();
  }

  ImGui::PopID();
  return changed;
}

}  // namespace

bool choice_field(Ui& ui, const char* item, Word label, std::string& chosen, const std::vector<std::string>& choices,
                  const char* none) {
  return field_of_choices(ui, item, label, chosen, choices, none, [](const std::string& value) { return value; });
}

bool strategy_field(Ui& ui, const char* item, Word label, std::string& chosen, const std::vector<std::string>& choices,
                    const char* none) {
  return field_of_choices(ui, item, label, chosen, choices, none,
                          [&](const std::string& value) { return strategy_text(ui, value); });
}

bool task_buttons(Ui& ui, Task& task, const std::string& prefix, Word start, bool possible) {
  bool pressed = false;
  ImGui::PushID(prefix.c_str());
  if (task.is_running()) {
    const float button = ImGui::CalcTextSize(ui.tr(Word::cancel)).x + 4.0F * ImGui::GetStyle().FramePadding.x;
    const float width =
        std::max(ui.px(40.0F), ImGui::GetContentRegionAvail().x - button - ImGui::GetStyle().ItemSpacing.x);
    ImGui::ProgressBar(static_cast<float>(task.progress_fraction()), {width, 0.0F});
    ui.items.register_last(prefix + ".progress");
    ImGui::SameLine();
    if (ImGui::Button(ui.tr(Word::cancel), {button, 0.0F})) task.cancel_task();
    ui.items.register_last(prefix + ".cancel");
  } else {
    // Disabled and not hidden: that it could be asked is to be seen.
    ImGui::BeginDisabled(!possible);
    pressed = ImGui::Button(ui.tr(start), {ImGui::GetContentRegionAvail().x, 0.0F});
    ImGui::EndDisabled();
    ui.items.register_last(prefix + ".run");
  }

  ImGui::PopID();
  if (!task.trouble_text().empty()) {
    draw_wrapped(ui, task.trouble_text(), plot::colour_of(ui.canvas.style, plot::Category::vermillion));
    ui.items.register_last(prefix + ".trouble");
    ui.items.register_text(prefix + ".trouble", task.trouble_text());
  }
  return pressed && possible;
}

void draw_wrapped(Ui& ui, std::string_view text, ImU32 colour) {
  ui.fonts.need_characters(text);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::PushTextWrapPos(0.0F);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

Word word_of(model::NotAskable why) {
  switch (why) {
    case model::NotAskable::from_log:
      return Word::ask_from_log;
    case model::NotAskable::no_file:
      return Word::ask_no_file;
    case model::NotAskable::another_text:
      return Word::ask_another_text;
    case model::NotAskable::askable:
    case model::NotAskable::not_read:
      break;
  }
  return Word::ask_not_read;
}

}  // namespace evtwin::viewer::ui
