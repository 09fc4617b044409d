// A shared object with learners behind learner.h, opened in this process.
#pragma once
#include <evtwin/learner.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/plugin_description.hpp"

namespace evtwin::cli {

/// One learner of an opened shared object.
class Learner {
 public:
  /// @param name  "FILE.so#ID", or "FILE.so" when it holds one, or the ID of one installed
  /// @throws CommandError naming the file and the reason
  explicit Learner(std::string_view name);

  /// Those that a file holds. @throws CommandError
  static std::vector<std::string> ids_in(const std::string& file);

  const std::string& file() const { return file_; }
  const control::StrategyDescription& description() const { return description_; }
  const evtwin_learner_entry& entry() const { return *entry_; }

 private:
  std::string file_;
  std::shared_ptr<void> handle_;
  const evtwin_learner_entry* entry_ = nullptr;
  control::StrategyDescription description_;
};

}  // namespace evtwin::cli
