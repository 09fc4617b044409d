// A cell of a table that we write.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// As it is, in quotes where it has to be (RFC 4180).
inline std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace evtwin::kernel
