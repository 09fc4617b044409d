// Names for what can be clicked or read, so that scripts and tests can say "click player.play". Kept for one frame.
#pragma once
#include <imgui.h>

#include <map>
#include <string>
#include <string_view>

namespace evtwin::viewer::ui {

class Items {
 public:
  void begin_frame() {
    rects_.clear();
    texts_.clear();
  }
  /// The item ImGui drew last.
  void register_last(std::string_view id) {
    rects_[std::string(id)] = {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  }
  void register_rect(std::string_view id, ImVec2 min, ImVec2 max) { rects_[std::string(id)] = {min, max}; }

  /// A figure or word as it is read there; for what stands on the screen to be held against the run file.
  void register_text(std::string_view id, std::string_view text) { texts_[std::string(id)] = text; }
  /// Empty: no such text in the frame drawn last.
  std::string find_text(std::string_view id) const {
    const auto it = texts_.find(std::string(id));
    return it == texts_.end() ? std::string() : it->second;
  }

  const std::map<std::string, std::string>& all_texts() const { return texts_; }

  struct Rect {
    ImVec2 min, max;
    ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
  };
  /// Null: not on the screen in the frame drawn last.
  const Rect* find_rect(std::string_view id) const {
    const auto it = rects_.find(std::string(id));
    return it == rects_.end() ? nullptr : &it->second;
  }
  const std::map<std::string, Rect>& all_rects() const { return rects_; }

 private:
  std::map<std::string, Rect> rects_;
  std::map<std::string, std::string> texts_;
};

}  // namespace evtwin::viewer::ui
