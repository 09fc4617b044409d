#include "report/words.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::report {

Text same_text(std::string text) { return {text, std::move(text)}; }

std::string escape_html(std::string_view text) {
  std::string out;

  // Safe in text and in attributes, with either kind of quote.
  for (const char c : kernel::make_printable(text)) {
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

std::string html_of(const Text& text) {
  if (text.en == text.ko) return escape_html(text.en);
  return fmt::format("<span lang=en>{}</span><span lang=ko>{}</span>", escape_html(text.en), escape_html(text.ko));
}

std::string json_string(std::string_view text) {
  std::string out;
  for (const char c : nlohmann::json(kernel::make_printable(text)).dump()) {
    if (c == '<' || c == '>' || c == '&')
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

}  // namespace evtwin::report
