// model::ChildProcess where there are no processes. The screen offers no questions to evtwin in a page (Ui::in_page);
// one that is asked all the same is told why there is no answer. Takes the place of viewer/model/child_process.cpp.
#include <stdexcept>

#include "viewer/model/child_process.hpp"

namespace evtwin::viewer::model {

ChildProcess::ChildProcess(std::vector<std::string> /*arguments*/) {
  throw std::runtime_error("a page in a browser can not run evtwin: evtwin view can");
}
ChildProcess::~ChildProcess() = default;
void ChildProcess::poll_output() {}
void ChildProcess::wait_for_end() {}
void ChildProcess::cancel_child() {}

}  // namespace evtwin::viewer::model
