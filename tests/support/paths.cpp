#include "support/paths.hpp"

#include <map>

namespace evtwin::paths {

std::string folder(const char* name) {
  const std::map<std::string, std::string> folders = {
      {"source", EVTWIN_SOURCE_DIR}, {"shared", EVTWIN_SHARED_DIR}, {"build", EVTWIN_BUILD_DIR}};
  return folders.at(name);
}

std::string quoted(const std::string& path) {
  std::string text = "'";
  for (const char c : path) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace evtwin::paths
