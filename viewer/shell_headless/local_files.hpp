// The files of this machine, and a list of those opened lately.
#pragma once
#include "viewer/ui/files.hpp"

namespace evtwin::viewer::shell {

class LocalFiles final : public ui::Files {
 public:
  /// @param recent_file  where the list is kept; empty: nowhere
  explicit LocalFiles(std::string recent_file = {});

  ui::Folder list_folder(const std::string& path) override;
  std::string join_path(const std::string& folder, const std::string& name) override;
  std::vector<std::string> recent_files() override;
  void remember_file(const std::string& file) override;  ///< what can not be written is not remembered

 private:
  std::string recent_file_;
};

/// $XDG_STATE_HOME/evtwin/recent_runs, else ~/.local/state/evtwin/recent_runs; empty: neither is known.
std::string recent_file_of_user();

}  // namespace evtwin::viewer::shell
