// Names of drivers' tokens, and what stands for them where nobody is to be recognised.
#pragma once
#include <map>
#include <string>

namespace evtwin::replay {

/// The token of a session of a scenario: its name up to the first '#', so that "van#1" and "van#2" are of one driver.
std::string token_of(const std::string& session_name);

/// T000001, T000002 ... in order of first appearance: the same name has the same pseudonym, and nothing of it is left.
class Pseudonyms {
 public:
  const std::string& pseudonym_of(const std::string& name);

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace evtwin::replay
