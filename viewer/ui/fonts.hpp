// One font atlas that holds every character that is to be shown. The whole Hangul range would be an atlas of
// 2048 x 4096 pixels and a second of work; so characters come when they are needed.
#pragma once
#include <imgui.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::viewer::ui {

class Fonts {
 public:
  /// @param file  a TrueType font with Hangul; empty: looked for where Debian's fonts-nanum puts NanumGothic.ttf, else
  /// ImGui's own font (no Hangul) and missing_hangul() is true. A file that can not be read is as if there were none
  explicit Fonts(std::string file = {});

  /// These characters will be shown. Cheap when they are known.
  void need_characters(std::string_view utf8);
  /// Rebuilds the atlas of the current ImGui context if characters or the scale have changed; between frames only.
  /// @returns whether it did: the shell then uploads the atlas anew.
  bool update_atlas(float scale);

  ImFont* body = nullptr;   ///< 15 px at scale 1
  ImFont* small = nullptr;  ///< 12 px
  ImFont* title = nullptr;  ///< 24 px: figures of cards
  /// Another file from the next update_atlas() on; see the constructor.
  void use_file(std::string file);
  /// Hangul or Chinese characters were needed and the font, after update_atlas(), has them not.
  bool lacks_characters() const;
  const std::string& file() const { return file_; }
  bool missing_hangul() const { return file_.empty(); }

 private:
  void need_character(unsigned code);

  std::string file_;
  std::string bytes_;            ///< of the file
  std::vector<ImWchar> ranges_;  ///< what the atlas was built of; the atlas points here
  std::set<ImWchar> wanted_;
  float scale_ = 0.0F;
  bool stale_ = true;
};

}  // namespace evtwin::viewer::ui
