// A training inside a shared object, called so that it can only end in a status and words.
#pragma once
#include <evtwin/strategy.h>
#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <string>

#include "control/call.hpp"
#include "control/plugin_params.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

/// "learner ID (FILE)".
template <class Learner>
std::string learner_name(const Learner& learner) {
  return fmt::format("learner {} ({})", learner.description().id, kernel::make_printable(learner.file()));
}

/// Its learn(). The contract lets no exception cross; one that does all the same is told as its error.
template <class Learner, class Training>
evtwin_status call_learner(const Learner& learner, const std::string& who, const control::CheckedParams& params,
                           const Training& training, std::string& error) {
  control::call_under_way() = {who.c_str(), "learn"};
  evtwin_status status = EVTWIN_FAILED;
  try {
    status = learner.entry().learn(&training, learner.description().id.c_str(), params.values().data(),
                                   static_cast<std::uint32_t>(params.values().size()));
  } catch (const std::exception& thrown) {
    error = fmt::format("it let an exception out: {}", kernel::make_printable(thrown.what()));
  } catch (...) {
    error = "it let an exception out";
  }
  control::call_under_way() = {};
  return status;
}

}  // namespace evtwin::cli
