// A cell of a table that we write.
#pragma once
#include <string>

namespace evtwin::replay {

/// As it is, in quotes where it has to be (RFC 4180).
inline std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace evtwin::replay
