// Words of a page: in both languages, and safe to stand in HTML whatever a stranger's file calls things.
#pragma once

#include <string>
#include <string_view>

namespace evtwin::report {

struct Text {
  std::string en, ko;
};

/// The same in both languages: a name, a number.
Text same_text(std::string text);

/// Characters that mean something to HTML, in text and in quoted attributes, as references; what is not UTF-8 or can
/// not be seen is made printable.
std::string escape_html(std::string_view text);

/// Both languages as elements of which a page shows one; one where they are the same. Escapes them.
std::string html_of(const Text& text);

/// A string of JSON that may stand in a <script>: no "<" in it.
std::string json_string(std::string_view text);

}  // namespace evtwin::report
