#include "record/run_file.hpp"

namespace evtwin::record {

const char* name_of(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::complete:
      return "complete";
    case RunState::failed:
      return "failed";
    case RunState::interrupted:
      return "interrupted";
    case RunState::checkpoint:
      return "checkpoint";
  }
  return "failed";
}

}  // namespace evtwin::record
