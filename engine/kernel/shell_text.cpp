#include "kernel/shell_text.hpp"

namespace evtwin::kernel {

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  // Nothing is special between single quotes, so that a quote must stand outside of them.
  for (const char c : text) quoted += c == '\'' ? std::string_view("'\\''") : std::string_view(&c, 1);
  return quoted + "'";
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+=:,@%";
  const bool as_it_is = !text.empty() && text.find_first_not_of(plain) == std::string_view::npos;
  return as_it_is ? std::string(text) : shell_quoted(text);
}

}  // namespace evtwin::kernel
