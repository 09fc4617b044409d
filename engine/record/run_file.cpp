#include "record/run_file.hpp"

#include "kernel/static_checks.hpp"

namespace evtwin::record {
namespace {

constexpr const char* word_of(RunState state) {
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
static_assert(kernel::names_differ<RunState>([](RunState state) { return std::string_view(word_of(state)); }),
              "readers tell states apart by these words");

}  // namespace

const char* name_of(RunState state) { return word_of(state); }

}  // namespace evtwin::record
