#include "viewer/ui/words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace evtwin::viewer::ui {
namespace {

struct WordRow {
  const char* id;
  const char* english;
  const char* korean;
};

constexpr std::array<WordRow, static_cast<std::size_t>(Word::count)> word_rows{{
#define EVTWIN_WORD(id, english, korean) {#id, english, korean},
#include "viewer/ui/words.def"
#undef EVTWIN_WORD
}};
static_assert(std::all_of(word_rows.begin(), word_rows.end(),
                          [](const WordRow& row) { return row.english[0] != '\0' && row.korean[0] != '\0'; }),
              "a word that one language lacks");

}  // namespace

const char* text_of(Word word, Language language) {
  const WordRow& row = word_rows[static_cast<std::size_t>(word)];
  return language == Language::korean ? row.korean : row.english;
}

const char* id_of(Word word) { return word_rows[static_cast<std::size_t>(word)].id; }

}  // namespace evtwin::viewer::ui
