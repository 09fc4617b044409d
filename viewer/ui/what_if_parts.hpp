// Shared by the pages of a what-if: the child at work, lists asked of evtwin once, a folder for what comes back.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/child_process.hpp"
#include "viewer/model/what_if.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// A question at work, and what became of the last one.
class Task {
 public:
  /// Ends the question before. A program that can not be started is trouble_text().
  void start_task(std::vector<std::string> words);
  void poll_child();
  void wait_for_child();
  void cancel_task();
  bool is_running() const { return child_ != nullptr && child_->is_running(); }
  double progress_fraction() const { return child_ != nullptr ? child_->progress_fraction() : 0.0; }
  /// Answer of evtwin, given out once.
  std::optional<std::string> take_answer();
  const std::string& trouble_text() const { return trouble_; }  ///< one line; empty: none
  void set_trouble(std::string why) { trouble_ = std::move(why); }

 private:
  void finish_task();
  std::unique_ptr<model::ChildProcess> child_;
  std::optional<std::string> answer_;
  std::string trouble_;
};

/// A picture waits for its answers, once a script had the frames to press cancel.
class PictureWait {
 public:
  /// Once a frame.
  bool waits(bool still, bool running) {
    constexpr int frames_before_waiting = 30;
    frames_running_ = running ? frames_running_ + 1 : 0;
    return still && frames_running_ > frames_before_waiting;
  }

 private:
  int frames_running_ = 0;
};

/// A folder of this viewer's own, made when it is first needed and removed with what is in it.
class TempFolder {
 public:
  TempFolder() = default;
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  /// @throws std::runtime_error where none can be made
  const std::string& folder_path();
  bool holds_file(const std::string& file) const { return !path_.empty() && file.starts_with(path_ + "/"); }

 private:
  std::string path_;
};

struct Asking {
  explicit Asking(std::string evtwin_) : evtwin(std::move(evtwin_)) {}

  std::string evtwin;
  TempFolder folder;
  std::vector<std::string> strategies;                      ///< empty until evtwin has said
  std::map<std::string, std::vector<std::string>> tariffs;  ///< by currency; likewise
  Task strategies_task, tariffs_task;
  int files_made = 0;

  /// Asks for the lists, once.
  void want_lists();
  void poll_tasks();
  /// Of a run, looked up when the run is another.
  const model::AskedWorld& asked_world(const model::Run& run);
  /// @throws std::runtime_error
  std::string new_file(std::string_view stem, std::string_view suffix);
  /// Opens a run file beside the others.
  void open_run(Ui& ui, const std::string& file, const std::string& label);
  /// Opens a run file as run B beside A, in place of another one from this folder that is B already.
  void show_as_b(Ui& ui, const std::string& file, const std::string& label);

 private:
  bool asked_ = false;
  std::uint64_t world_of_ = 0;
  model::AskedWorld world_;
};

// Widgets of a form: the label, then the field, in a column of `label_width`.
float form_label(Ui& ui, Word label);  ///< @returns the width left for the field
bool number_field(Ui& ui, const char* item, Word label, double& value, const char* format);
bool percent_field(Ui& ui, const char* item, Word label, double& fraction);
bool text_field(Ui& ui, const char* item, Word label, std::string& text);
/// @param none  said for the empty choice; null: there is no such choice
bool choice_field(Ui& ui, const char* item, Word label, std::string& chosen, const std::vector<std::string>& choices,
                  const char* none);
/// A choice of strategies, which stand there in words: "charge at once (asap)".
bool strategy_field(Ui& ui, const char* item, Word label, std::string& chosen, const std::vector<std::string>& choices,
                    const char* none);
/// A button, or while the task runs its progress and a button to cancel. Items: PREFIX.run, PREFIX.progress,
/// PREFIX.cancel, PREFIX.trouble. @returns whether the button was pressed
bool task_buttons(Ui& ui, Task& task, const std::string& prefix, Word start, bool possible);
void draw_wrapped(Ui& ui, std::string_view text, ImU32 colour);
/// Why nothing can be asked, and what to do instead.
Word word_of(model::NotAskable why);

}  // namespace evtwin::viewer::ui
