// The frame of a page: one file, readable on a phone and on paper, light or dark as the reader's device is.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::replay {

/// Text escaped for HTML: one line, and nothing of it is markup.
std::string html_text(std::string_view text);

/// A whole document. @param language "en" or "ko". @param title as plain text. @param body as HTML
std::string html_page(std::string_view language, std::string_view title, std::string_view body);

}  // namespace evtwin::replay
