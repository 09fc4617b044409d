// One spelling for each card.
#pragma once
#include <string>
#include <unordered_map>

#include "ocpp/event.hpp"

namespace evtwin::ocpp {

/// Tokens are compared without case: idTag is a CiString20Type (OCPP 1.6 chapter 7.28, IdToken), idToken an
/// identifierString (2.0.1 part 2, IdTokenType), an OCPI token's uid a CiString. The same card in another spelling,
/// as a reader in a station and a CSMS may have it, gets the one that the log told first.
class CardSpelling {
 public:
  void unify_tag(std::string& tag);
  /// All tokens in a message.
  void unify_event(Event& event);
  void unify_log(SiteLog& log);

 private:
  std::unordered_map<std::string, std::string> first_;  ///< by its small letters
};

}  // namespace evtwin::ocpp
