#pragma once
// The language's documentation, written from its tables (keys.hpp), so that it can not say anything else than the
// checks.

#include <string>

namespace evtwin::scenario {

/// scenarios/evtwin.d.lua: types and help for editors with the Lua language server.
std::string editor_definitions();

/// The reference of all keys in Markdown: the part of scenarios/README.md between its two marks.
std::string language_reference();

}  // namespace evtwin::scenario
