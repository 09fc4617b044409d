#include "scenario/printable.hpp"

namespace evtwin::scenario {
namespace {

// Bytes of the first character of a non-empty text; what is no UTF-8 counts as characters of one byte.
std::size_t first_size(std::string_view text) {
  const std::size_t bytes = kernel::first_character(text).bytes;
  return bytes == 0 ? 1 : bytes;
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes) {
  std::string out;
  std::size_t cut = 0;  // where the text ends if "..." must follow
  while (!text.empty()) {
    const std::size_t size = first_size(text);
    out += kernel::printable(text.substr(0, size));
    text.remove_prefix(size);
    if (out.size() > bytes) {
      out.resize(cut);
      return out += "...";
    }
    if (bytes >= 3 && out.size() <= bytes - 3) cut = out.size();
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = kernel::first_character(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace evtwin::scenario
