// Parts of every page: page/page.css and page/page.js, compiled in.
#pragma once

#include <string_view>

namespace evtwin::report {

std::string_view page_style();
std::string_view page_script();

}  // namespace evtwin::report
