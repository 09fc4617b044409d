#include "report/words.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::report {

Text same(std::string text) { return {text, std::move(text)}; }

std::string escaped(std::string_view text) {
  std::string out;

  // Safe in text and in attributes, with either kind of quote.
  for (const char c : kernel::printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html(const Text& text) {
  if (text.en == text.ko) return escaped(text.en);
  return fmt::format("<span lang=en>{}</span><span lang=ko>{}</span>", escaped(text.en), escaped(text.ko));
}

std::string json_string(std::string_view text) {
  std::string out;
  for (const char c : nlohmann::json(kernel::printable(text)).dump()) {
    if (c == '<' || c == '>' || c == '&')
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

}  // namespace evtwin::report
