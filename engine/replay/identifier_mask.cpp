#include "replay/identifier_mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "ocpp/frame_text.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::replay {
namespace {

using View = std::string_view;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(View text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string in_lower_case(View text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// A character as it is meant, whatever strings it stands in.
struct Character {
  std::string_view meant;  // its bytes
  std::size_t bytes = 1;   // that it takes
};

// The characters that a text shows: without the backslashes and entities that strings of JSON, CSV and HTML need.
class Unescaped {
 public:
  Character at(View text, std::size_t i) {
    std::size_t end = i;
    while (end < text.size() && text[end] == '\\') ++end;
    const bool escaped = end > i;
    if (const auto next = escaped_character(text, i)) {
      utf8_.clear();
      ocpp::append_utf8(utf8_, next->code);
      end = i + next->bytes;
      return utf8_ == "\"" ? Character{quote, after_quotes(text, end) - i} : Character{utf8_, end - i};
    }
    constexpr std::array<std::pair<View, View>, 5> entities{
        {{"&quot;", quote}, {"&#34;", quote}, {"&#x22;", quote}, {"&#39;", "'"}, {"&apos;", "'"}}};
    for (const auto& [entity, meant] : entities)
      if (text.substr(end).starts_with(entity)) return {meant, end + entity.size() - i};
    if (end < text.size() && text[end] == '"') return {quote, after_quotes(text, end) - i};
    if (!escaped) return {text.substr(i, 1), 1};
    if (end < text.size() && (text[end] == '/' || text[end] == '\'')) return {text.substr(end, 1), end + 1 - i};
    return {text.substr(i, 1), end - i};
  }

  std::string whole(View text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      const Character next = at(text, i);
      out += next.meant;
      i += next.bytes;
    }
    return out;
  }

 private:
  static constexpr View quote = "\"";
  // CSV doubles quotes: a row of them counts as one.
  static std::size_t after_quotes(View text, std::size_t i) {
    while (i < text.size() && text[i] == '"') ++i;
    return i;
  }
  std::string utf8_;
};

std::string unescaped(View text) { return Unescaped().whole(text); }

// How many bytes at `i` show `lower_case` in letters of any size; 0: they show something else.
std::size_t bytes_showing(View lower_case, View text, std::size_t i) {
  const std::size_t begin = i;
  Unescaped read;
  for (std::size_t k = 0; k < lower_case.size();) {
    if (i >= text.size()) return 0;
    const Character next = read.at(text, i);
    for (const char c : next.meant)
      if (k == lower_case.size() || lower(c) != lower_case[k++]) return 0;
    i += next.bytes;
  }
  return i - begin;
}

std::size_t word_end(View text, std::size_t at) {
  while (at < text.size() && is_word_byte(text[at])) ++at;
  return at;
}

constexpr std::size_t least_telling = 4;         // characters of a name that can be known again in prose
constexpr std::size_t least_telling_digits = 6;  // of a number

}  // namespace

IdentifierMask::IdentifierMask(const ocpp::SiteLog& log) {
  for (const ocpp::Transaction& t : log.transactions) add_identifier(t.id_tag);
  for (const ocpp::Reservation& r : log.reservations) add_identifier(r.id_tag);
  for (const ocpp::Station& station : log.stations) keep_name(station.id);
}

void IdentifierMask::keep_name(View name) { kept_.insert(in_lower_case(name)); }

void IdentifierMask::learn_identifiers(View text) {
  for (const IdentifierPlace& place : learning_.find_values(text)) {
    if (!place.cut) add_identifier(unescaped(text.substr(place.begin, place.end - place.begin)));
  }
}

void IdentifierMask::add_identifier(View identifier) {
  if (identifier.find_first_not_of(" \t") == View::npos) return;
  if (!known_.emplace(identifier, "").second) return;
  lower_case_.insert(in_lower_case(identifier));

  // Prose is searched for the identifier from its first word character to its last.
  std::size_t begin = 0, end = identifier.size();
  while (begin < end && !is_word_byte(identifier[begin])) ++begin;
  while (end > begin && !is_word_byte(identifier[end - 1])) --end;
  if (begin == end) return;
  const std::string core = in_lower_case(identifier.substr(begin, end - begin));
  const std::string first = core.substr(0, word_end(core, 0));
  seek_after(first, {core, std::string(identifier)});
  // Where letters beyond ASCII are written as \u00fc, the first word ends before them.
  const auto beyond =
      std::find_if(first.begin(), first.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (beyond != first.begin() && beyond != first.end())
    seek_after(std::string(first.begin(), beyond), {core, std::string(identifier)});
}

void IdentifierMask::seek_after(const std::string& first_word, Sought sought) {
  by_first_word_[first_word].push_back(std::move(sought));
  if (word_lengths_.size() <= first_word.size()) word_lengths_.resize(first_word.size() + 1);
  word_lengths_[first_word.size()] = true;
}

std::string IdentifierMask::pseudonym_of(View identifier) {
  if (identifier.find_first_not_of(" \t") == View::npos) return std::string(identifier);
  std::string& given = known_[std::string(identifier)];
  while (given.empty()) {
    const std::uint64_t number = next_++;
    const std::size_t digits = std::max<std::size_t>(identifier.size(), 7) - 1;
    std::string name = is_number(identifier) ? fmt::format("1{:0{}}", number, std::max<std::size_t>(digits, 6))
                                             : fmt::format("T{:0{}}", number, digits);
    if (!lower_case_.contains(in_lower_case(name))) given = std::move(name);
  }
  return given;
}

IdentifierMask::Shown IdentifierMask::sought_at(View text, std::size_t at, std::size_t first_end) const {
  const std::size_t length = first_end - at;
  if (length >= word_lengths_.size() || !word_lengths_[length]) return {};
  const auto found = by_first_word_.find(in_lower_case(text.substr(at, length)));
  if (found == by_first_word_.end()) return {};
  Shown longest;
  for (const Sought& sought : found->second) {
    const std::size_t bytes = bytes_showing(sought.lower_case, text, at);
    if (bytes <= longest.bytes) continue;
    const bool ends = at + bytes == text.size() || !is_word_byte(text[at + bytes]);
    if (ends) longest = {&sought, bytes};
  }
  return longest;
}

// A short one, a word of the protocol, and a number beside punctuation that figures have may be something else.
bool IdentifierMask::may_replace(const Shown& shown, View text, std::size_t at, Words words) const {
  if (kept_.contains(shown.sought->lower_case)) return false;
  const View core = shown.sought->lower_case;
  const std::size_t end = at + shown.bytes;
  const char before = at > 0 ? text[at - 1] : ' ', behind = end < text.size() ? text[end] : ' ';
  if (words == Words::report && before == '"' && behind == '"') return true;
  if (is_number(core)) {
    if (core.size() < least_telling_digits) return false;
    std::size_t blank = at;
    while (blank > 0 && is_blank(text[blank - 1])) --blank;
    const char told_by = blank > 0 ? text[blank - 1] : ' ';
    return View(":,[={.-+\"'/_").find(told_by) == View::npos && behind != '.' && behind != '-' && behind != '/';
  }
  return core.size() >= least_telling && !is_protocol_word(core);
}

// The text between two fields.
std::string IdentifierMask::in_words(View text, std::size_t from, std::size_t to, Words words) {
  std::string out;
  std::size_t kept = from;
  for (std::size_t i = from; i < to;) {
    if (!is_word_byte(text[i])) {
      ++i;
      continue;
    }

    const std::size_t end = word_end(text, i);
    const Shown found = sought_at(text, i, end);
    if (found.sought == nullptr || i + found.bytes > to) {
      i = end;
      continue;
    }
    if (!may_replace(found, text, i, words)) {
      ++left_;
      i = end;
      continue;
    }

    // Written like one of the known ones, or in other letters: then as the one found.
    const std::string shown = unescaped(text.substr(i, found.bytes));
    out += text.substr(kept, i - kept);
    out += pseudonym_of(known_.contains(shown) ? shown : found.sought->identifier);
    ++replaced_;
    kept = i = i + found.bytes;
  }
  out += text.substr(kept, to - kept);
  return out;
}

std::string IdentifierMask::mask_text(View text, Words words) {
  std::string out;
  std::size_t at = 0;
  if (words == Words::report) masking_ = {};  // each text of a report stands alone
  for (const IdentifierPlace& place : masking_.find_values(text)) {
    out += in_words(text, at, place.begin, words);
    out += pseudonym_of(unescaped(text.substr(place.begin, place.end - place.begin)));
    ++replaced_;
    broken_ += place.cut ? 1U : 0U;
    at = place.end;
  }
  out += in_words(text, at, text.size(), words);
  return out;
}

void IdentifierMask::mask_document(nlohmann::ordered_json& document) {
  if (document.is_string()) {
    document = mask_text(document.get_ref<const std::string&>(), Words::report);
  } else if (document.is_structured()) {
    for (auto item = document.begin(); item != document.end(); ++item) {
      const bool names = document.is_object() && item->is_string() && (item.key() == "id_tag" || item.key() == "token");
      if (names) {
        *item = pseudonym_of(item->get_ref<const std::string&>());
      } else {
        mask_document(*item);
      }
    }
  }
}

}  // namespace evtwin::replay
