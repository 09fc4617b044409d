#include "replay/pseudonym.hpp"

#include <fmt/format.h>

namespace evtwin::replay {

std::string token_of(const std::string& session_name) { return session_name.substr(0, session_name.find('#')); }

const std::string& Pseudonyms::pseudonym_of(const std::string& name) {
  const auto [place, is_new] = known_.emplace(name, "");
  if (is_new) place->second = fmt::format("T{:06}", known_.size());
  return place->second;
}

}  // namespace evtwin::replay
