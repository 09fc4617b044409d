#include "replay/identifier_mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

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

// As it is meant: without the backslashes of the strings that it stands in.
std::string unescaped(View text) {
  std::string out(text);
  std::erase(out, '\\');
  return out;
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
  by_first_word_[first].push_back({core, std::string(identifier)});
  if (word_lengths_.size() <= first.size()) word_lengths_.resize(first.size() + 1);
  word_lengths_[first.size()] = true;
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

const IdentifierMask::Sought* IdentifierMask::sought_at(View text, std::size_t at, std::size_t first_end) const {
  const std::size_t length = first_end - at;
  if (length >= word_lengths_.size() || !word_lengths_[length]) return nullptr;
  const auto found = by_first_word_.find(in_lower_case(text.substr(at, length)));
  if (found == by_first_word_.end()) return nullptr;
  const Sought* longest = nullptr;
  for (const Sought& sought : found->second) {
    const std::size_t size = sought.lower_case.size();
    if (at + size > text.size() || (longest != nullptr && longest->lower_case.size() >= size)) continue;
    const bool ends = at + size == text.size() || !is_word_byte(text[at + size]);
    if (ends && in_lower_case(text.substr(at, size)) == sought.lower_case) longest = &sought;
  }
  return longest;
}

// A short one, a word of the protocol, and a number beside punctuation that figures have may be something else.
bool IdentifierMask::may_replace(const Sought& sought, View text, std::size_t at, Words words) const {
  if (kept_.contains(sought.lower_case)) return false;
  const View core = sought.lower_case;
  const std::size_t end = at + core.size();
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
    const Sought* sought = sought_at(text, i, end);
    if (sought == nullptr || i + sought->lower_case.size() > to) {
      i = end;
      continue;
    }
    if (!may_replace(*sought, text, i, words)) {
      ++left_;
      i = end;
      continue;
    }

    // Written like one of the known ones, or in other letters: then as the one found.
    const std::string shown(text.substr(i, sought->lower_case.size()));
    out += text.substr(kept, i - kept);
    out += pseudonym_of(known_.contains(shown) ? shown : sought->identifier);
    ++replaced_;
    kept = i = i + sought->lower_case.size();
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
