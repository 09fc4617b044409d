#include "kernel/name_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::kernel {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t shown_bytes = 120;

// Characters of Unicode's class Zs and the blanks among the letters of Hangul and Braille.
bool is_blank(std::uint32_t code) {
  return code == ' ' || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F ||
         code == 0x205F || code == 0x2800 || code == 0x3000;
}

// Zero-width joiner and non-joiner shape the letters of Arabic and Indic scripts and join emoji; elsewhere they are
// strays.
bool is_stray_joiner(std::uint32_t code, std::uint32_t before) {
  if (code != 0x200C && code != 0x200D) return false;
  const bool joins = (before >= 0x0600 && before <= 0x10FF) || (before >= 0x1780 && before <= 0x1CFF) ||
                     (before >= 0x2600 && before <= 0x27BF) || before == 0xFE0F || before >= 0x1F000;
  return !joins;
}

struct Composing {
  std::uint32_t mark;
  std::u32string_view letters;  // that have one character together with the mark
};
// UnicodeData 15.0, canonical decompositions that NFC composes: Latin letters without a mark, and Kana.
constexpr std::array composing{
    Composing{0x0300, U"AEINOUWYaeinouwy"},
    Composing{0x0301, U"ACEGIKLMNOPRSUWYZacegiklmnoprsuwyz"},
    Composing{0x0302, U"ACEGHIJOSUWYZaceghijosuwyz"},
    Composing{0x0303, U"AEINOUVYaeinouvy"},
    Composing{0x0304, U"AEGIOUYaegiouy"},
    Composing{0x0306, U"AEGIOUaegiou"},
    Composing{0x0307, U"ABCDEFGHIMNOPRSTWXYZabcdefghmnoprstwxyz"},
    Composing{0x0308, U"AEHIOUWXYaehiotuwxy"},
    Composing{0x0309, U"AEIOUYaeiouy"},
    Composing{0x030A, U"AUauwy"},
    Composing{0x030B, U"OUou"},
    Composing{0x030C, U"ACDEGHIKLNORSTUZacdeghijklnorstuz"},
    Composing{0x030F, U"AEIORUaeioru"},
    Composing{0x0311, U"AEIORUaeioru"},
    Composing{0x031B, U"OUou"},
    Composing{0x0323, U"ABDEHIKLMNORSTUVWYZabdehiklmnorstuvwyz"},
    Composing{0x0327, U"CDEGHKLNRSTcdeghklnrst"},
    Composing{0x0328, U"AEIOUaeiou"},
    Composing{0x0331, U"BDKLNRTZbdhklnrtz"},
    Composing{0x3099,
              U"うかきくけこさしすせそたちつてとはひふへほゝウカキクケコサシスセソタチツテトハヒフヘホワヰヱヲヽ"},
    Composing{0x309A, U"はひふへほハヒフヘホ"},
};
static_assert(is_ascending(composing, &Composing::mark), "each mark once");

// Whether the two have one character in Unicode's composed form (NFC).
bool composes(std::uint32_t letter, std::uint32_t mark) {
  // Hangul, Unicode 15.0 section 3.12: a consonant and a vowel, a syllable without a final and a final.
  if (letter >= 0x1100 && letter <= 0x1112 && mark >= 0x1161 && mark <= 0x1175) return true;
  if (letter >= 0xAC00 && letter <= 0xD7A3 && (letter - 0xAC00) % 28 == 0 && mark >= 0x11A8 && mark <= 0x11C2)
    return true;
  const auto* row = std::find_if(composing.begin(), composing.end(), [&](const auto& c) { return c.mark == mark; });
  return row != composing.end() && row->letters.find(static_cast<char32_t>(letter)) != std::u32string_view::npos;
}

std::string code_point(std::uint32_t code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code));
  return text.data();
}

// The text in quotes, what can not be seen as its number.
std::string shown(std::string_view text) {
  std::string out = make_printable(text, shown_bytes);
  for (const auto& [joiner, name] : {std::pair{"\u200C"sv, "\\u{200C}"sv}, std::pair{"\u200D"sv, "\\u{200D}"sv}}) {
    for (std::size_t at = out.find(joiner); at != std::string::npos; at = out.find(joiner, at + name.size()))
      out.replace(at, joiner.size(), name);
  }
  return "\"" + out + "\"";
}

bool ends_blank(std::string_view text) {
  std::size_t last = text.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
  return is_blank(first_character(text.substr(last)).code);
}

}  // namespace

std::string text_trouble(std::string_view text) {
  if (text.empty()) return "is empty";
  // Most names are plain: of such only blanks alone are trouble.
  if (is_printable_ascii(text) && text.find_first_not_of(' ') != std::string_view::npos) return {};
  if (!is_utf8(text)) return "has bytes that are not UTF-8: " + shown(text) + "; save the file as UTF-8";

  bool all_blank = true;
  std::uint32_t before = 0;
  for (std::string_view rest = text; !rest.empty();) {
    // A flag of a region holds tags that can not be seen, and is one character all the same.
    if (const std::size_t flag = tag_flag_bytes(rest); flag > 0) {
      all_blank = false;
      before = 0x1F3F4;
      rest.remove_prefix(flag);
      continue;
    }

    const Utf8Character character = first_character(rest);
    const std::uint32_t code = character.code;
    if (is_control(code) || is_stray_joiner(code, before))
      return "has control characters or others that can not be seen (" + code_point(code) + "): " + shown(text);
    if (code == 0xFFFD) return "has U+FFFD, which stands where letters were lost: " + shown(text);
    if (composes(before, code)) {
      return "has a letter and its mark apart (" + code_point(before) + " " + code_point(code) +
             "), which look like one character and are two: " + shown(text) + "; write it composed (Unicode NFC)";
    }

    all_blank = all_blank && is_blank(code);
    before = code;
    rest.remove_prefix(character.bytes);
  }
  return all_blank ? "has only blanks: " + shown(text) : std::string();
}

std::string name_trouble(std::string_view text) {
  if (std::string trouble = text_trouble(text); !trouble.empty()) return trouble;
  if (is_blank(first_character(text).code) || ends_blank(text)) return "begins or ends with a blank: " + shown(text);
  if (text.size() <= most_name_characters) return {};  // no more characters than bytes
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  if (characters <= most_name_characters) return {};
  return "has " + std::to_string(characters) + " characters; at most " + std::to_string(most_name_characters) +
         " are allowed";
}

std::string_view wide_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "UTF-16";

  // Without a mark: how many of four bytes in a row, by their place, are NUL.
  constexpr std::size_t looked_at = 256;
  const std::size_t groups = std::min(bytes.size(), looked_at) / 4;
  if (groups == 0) return {};
  std::array<std::size_t, 4> nul{};
  for (std::size_t i = 0; i < 4 * groups; ++i) nul[i % 4] += bytes[i] == '\0' ? 1U : 0U;
  const auto most = [&](std::size_t place) { return 2 * nul[place] > groups; };
  const auto none = [&](std::size_t place) { return nul[place] == 0; };
  if ((most(2) && most(3) && none(0)) || (most(0) && most(1) && none(3))) return "UTF-32";
  if ((most(1) && most(3) && none(0) && none(2)) || (most(0) && most(2) && none(1) && none(3))) return "UTF-16";
  return {};
}

}  // namespace evtwin::kernel
