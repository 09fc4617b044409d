// Every word a stakeholder reads, in English and Korean, from one table (words.def).
#pragma once
#include <cstdint>
#include <string_view>

namespace evtwin::viewer::ui {

enum class Language : std::uint8_t { english, korean };

enum class Word : std::uint16_t {
#define EVTWIN_WORD(id, english, korean) id,
#include "viewer/ui/words.def"
#undef EVTWIN_WORD
  count
};

/// Null-terminated UTF-8.
const char* text_of(Word word, Language language);
/// Name of a word in the code, for tests and messages.
const char* id_of(Word word);

}  // namespace evtwin::viewer::ui
