// A window to choose a file in: folders, files, what was opened lately, and a path to type.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "viewer/ui/files.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

class FilePicker {
 public:
  /// Shows it; asks the shell's own dialogue first.
  void open_dialogue(Files* files);
  bool is_open() const { return open_; }
  void close_dialogue() { open_ = false; }
  /// Calls `chosen` with each path the user opens.
  void draw_dialogue(Ui& ui, Files* files, const std::function<void(const std::string&)>& chosen);

 private:
  void go_to(Files& files, const std::string& path);
  bool draw_entries(Ui& ui, Files& files, std::string& chosen);

  bool open_ = false;
  Folder folder_;
  std::vector<std::string> recent_;
  std::string typed_;
  std::string selected_;
};

}  // namespace evtwin::viewer::ui
