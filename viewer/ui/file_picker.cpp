#include "viewer/ui/file_picker.hpp"

#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <algorithm>

#include "viewer/ui/panel_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

std::string size_text(std::uintmax_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1e6) return fmt::format("{:.0f} kB", value / 1e3);
  return value < 1e9 ? fmt::format("{:.1f} MB", value / 1e6) : fmt::format("{:.2f} GB", value / 1e9);
}

}  // namespace

void FilePicker::open_dialogue(Files* files) {
  if (files == nullptr || files->ask_for_files()) return;
  open_ = true;
  recent_ = files->recent_files();
  go_to(*files, folder_.path);
}

void FilePicker::go_to(Files& files, const std::string& path) {
  folder_ = files.list_folder(path);
  selected_.clear();
}

bool FilePicker::draw_entries(Ui& ui, Files& files, std::string& chosen) {
  std::string next;
  if (!folder_.parent.empty() && ImGui::Selectable("..")) next = folder_.parent;
  ui.items.register_last("picker.up");
  if (!folder_.trouble.empty()) text_cut(ui, folder_.trouble);
  for (const FileEntry& entry : folder_.entries) {
    const std::string label = entry.folder ? entry.name + "/" : entry.name;
    ui.fonts.need_characters(label);
    const bool clicked = ImGui::Selectable(fmt::format("{}##{}", label, entry.name).c_str(), entry.name == selected_,
                                           ImGuiSelectableFlags_AllowDoubleClick);
    ui.items.register_last("picker." + entry.name);
    const ImVec2 max = ImGui::GetItemRectMax(), min = ImGui::GetItemRectMin();
    if (!entry.folder)
      text_right(ui, {max.x - ui.px(6.0F), min.y}, size_text(entry.bytes), ui.px(90.0F), ui.canvas.style.text_weak);
    if (!clicked) continue;
    // A folder opens at once; a file when it is clicked twice, or by the button.
    selected_ = entry.name;
    if (entry.folder)
      next = files.join_path(folder_.path, entry.name);
    else if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
      chosen = files.join_path(folder_.path, entry.name);
  }
  if (!next.empty()) go_to(files, next);
  return !chosen.empty();
}

void FilePicker::draw_dialogue(Ui& ui, Files* files, const std::function<void(const std::string&)>& chosen) {
  if (!open_ || files == nullptr) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(ui.px(640.0F), screen.x * 0.94F), std::min(ui.px(520.0F), screen.y * 0.9F)};
  ImGui::SetNextWindowPos({screen.x / 2, screen.y / 2}, ImGuiCond_Appearing, {0.5F, 0.5F});
  ImGui::SetNextWindowSize(size, ImGuiCond_Appearing);

  std::string pick;
  if (ImGui::Begin(fmt::format("{}###picker", ui.tr(Word::open_title)).c_str(), &open_,
                   ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings)) {
    if (!recent_.empty()) {
      ImGui::TextUnformatted(ui.tr(Word::recent_files));
      for (std::size_t i = 0; i < recent_.size() && i < 5; ++i) {
        ui.fonts.need_characters(recent_[i]);
        if (ImGui::Selectable(fmt::format("{}##recent{}", recent_[i], i).c_str())) pick = recent_[i];
        ui.items.register_last(fmt::format("picker.recent.{}", i));
      }
      ImGui::Separator();
    }

    text_cut(ui, folder_.path);
    const float below = ImGui::GetFrameHeightWithSpacing() + ImGui::GetStyle().ItemSpacing.y;
    ImGui::BeginChild("entries", {0.0F, -below}, true);
    draw_entries(ui, *files, pick);
    ImGui::EndChild();

    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - ui.px(90.0F));
    const bool entered =
        ImGui::InputTextWithHint("##path", ui.tr(Word::path_hint), &typed_, ImGuiInputTextFlags_EnterReturnsTrue);
    ui.fonts.need_characters(typed_);
    ui.items.register_last("picker.path");
    ImGui::SameLine();
    // A path that was typed goes before an entry that was clicked.
    if (ImGui::Button(ui.tr(Word::open)) || entered)
      pick = !typed_.empty() ? typed_ : selected_.empty() ? std::string() : files->join_path(folder_.path, selected_);
    ui.items.register_last("picker.open");
  }
  ImGui::End();

  if (pick.empty()) return;
  typed_.clear();
  open_ = false;
  chosen(pick);
}

}  // namespace evtwin::viewer::ui
