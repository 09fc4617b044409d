#include "ocpp/frame_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernel/static_checks.hpp"
#include "ocpp/characters.hpp"

namespace evtwin::ocpp {
namespace {

// Blanks, and those that a JSON string writes as \n, \r, \t.
std::size_t skip_blanks(std::string_view text, std::size_t i) {
  while (i < text.size()) {
    if (is_blank(text[i])) {
      ++i;
    } else if (text[i] == '\\' && i + 1 < text.size() &&
               (text[i + 1] == 'n' || text[i + 1] == 'r' || text[i + 1] == 't')) {
      i += 2;
    } else {
      break;
    }
  }
  return i;
}

constexpr std::array<std::string_view, 3> html_quotes{"&quot;", "&#34;", "&#x22;"};

// The wrapping that a quote at `i` shows; `found` is false where there is none.
struct Quote {
  bool found = false, unknown = false;
  Wrap wrap = Wrap::none;
};
Quote quote_at(std::string_view text, std::size_t i) {
  if (i >= text.size()) return {false, true, Wrap::none};
  if (text[i] == '&') {
    for (const std::string_view quote : html_quotes)
      if (text.substr(i, quote.size()) == quote) return {true, false, Wrap::html};
    return {false, text.size() - i < 6, Wrap::none};
  }
  std::size_t slashes = 0;
  while (i + slashes < text.size() && text[i + slashes] == '\\' && slashes < 16) ++slashes;
  i += slashes;
  if (i >= text.size()) return {false, true, Wrap::none};
  if (text[i] != '"') return {};
  const bool doubled = i + 1 < text.size() && text[i + 1] == '"';
  if (slashes > 0) return {true, false, doubled ? Wrap::csv : Wrap::json};
  if (!doubled) return {true, i + 1 >= text.size(), Wrap::none};
  // An empty id, or a quote of a CSV cell.
  if (i + 2 < text.size() && text[i + 2] == '"') return {true, false, Wrap::csv};
  const std::size_t after = skip_blanks(text, i + 2);
  if (after >= text.size()) return {false, true, Wrap::none};
  return {true, false, text[after] == ',' || text[after] == ']' ? Wrap::none : Wrap::csv};
}

char class_of(char c) {
  if (is_digit(c)) return '9';
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80) return 'a';
  return c;
}

std::string_view line_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 4096);
  return rest.substr(0, rest.find('\n'));
}

Extent walk(std::string_view text, std::size_t at, const RecordShape& record, unsigned most_depth) {
  unsigned depth = 0;
  bool in_string = false;
  char before = ':';  // last character that is no blank
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      // A line that begins a record cuts the frame off, in the middle of a text too.
      if (i + 1 < text.size() && record.begins_record(line_at(text, i + 1))) return {Extent::End::cut, i};
      continue;
    }

    if (in_string) {
      if (c == '\\') {
        if (i + 1 < text.size() && text[i + 1] != '\n') ++i;
      } else if (c == '"') {
        in_string = false;
        before = c;
      }
      continue;
    }

    switch (c) {
      case '"':
        in_string = true;
        break;
      case '[':
        // A frame where JSON allows no value: the one before was cut off.
        if (depth > 0 && before != ':' && before != ',' && before != '[' &&
            beginning_at(text, i).kind == Beginning::Kind::frame)
          return {Extent::End::cut, i};
        [[fallthrough]];
      case '{':
        if (++depth > most_depth) return {Extent::End::too_deep, i};
        break;
      case ']':
      case '}':
        if (--depth == 0) return {Extent::End::closed, i + 1};
        break;
      default:
        break;
    }

    if (!is_blank(c)) before = c;
  }
  return {Extent::End::cut, text.size()};
}

std::uint32_t hex_value(std::string_view digits, bool& good) {
  std::uint32_t value = 0;
  for (const char c : digits) {
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      good = false;
    }
  }
  return value;
}

// Every byte is written, and the place moves on only past those that stay: quotes are so dense in doubled-quote JSON
// that jumping from one to the next costs more.
void unwrap_csv(std::string_view text, std::string& out) {
  out.resize(text.size());
  char* to = out.data();
  bool after_quote = false;  // an odd number of quotes stands just before
  for (const char c : text) {
    *to = c;
    const bool quote = c == '"';
    const bool second = quote & after_quote;
    to += second ? 0 : 1;
    after_quote = quote & !second;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

// Lone surrogates stay as they are written, for the parser to complain of.
void unwrap_json(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];

    constexpr std::string_view from = "nrtbf", to = "\n\r\t\b\f";
    static_assert(from.size() == to.size());
    if (const std::size_t which = from.find(c); which != std::string_view::npos) {
      out += to[which];
    } else if (c == 'u') {
      bool good = i + 4 < text.size();
      std::uint32_t code = good ? hex_value(text.substr(i + 1, 4), good) : 0;

      std::size_t used = 4;
      // Characters beyond U+FFFF are a pair of escapes.
      if (good && code >= 0xD800 && code < 0xDC00 && i + 10 < text.size() && text[i + 5] == '\\' &&
          text[i + 6] == 'u') {
        const std::uint32_t low = hex_value(text.substr(i + 7, 4), good);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          used = 10;
        }
      }

      if (!good || (code >= 0xD800 && code < 0xE000)) {
        out += "\\u";
      } else {
        append_utf8(out, code);
        i += used;
      }
    } else {
      out += c;
    }
  }
}

void unwrap_html(std::string_view text, std::string& out) {
  constexpr std::array<std::pair<std::string_view, char>, 11> entities{{{"&quot;", '"'},
                                                                        {"&#34;", '"'},
                                                                        {"&#x22;", '"'},
                                                                        {"&lt;", '<'},
                                                                        {"&gt;", '>'},
                                                                        {"&#39;", '\''},
                                                                        {"&#x27;", '\''},
                                                                        {"&apos;", '\''},
                                                                        {"&nbsp;", ' '},
                                                                        {"&#47;", '/'},
                                                                        {"&amp;", '&'}}};
  static_assert(kernel::has_unique_keys(entities, [](const auto& one) { return one.first; }));
  static_assert(std::all_of(entities.begin(), entities.end(), [](const auto& one) {
    return one.first.front() == '&' &&
           one.first.back() == ';';  // what is searched begins so, and no entity begins another
  }));

  // An & that begins none of these stays as it is.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto* entity =
        text[i] != '&' ? entities.end() : std::find_if(entities.begin(), entities.end(), [&](const auto& one) {
          return text.substr(i, one.first.size()) == one.first;
        });
    if (entity == entities.end()) {
      out += text[i];
    } else {
      out += entity->second;
      i += entity->first.size() - 1;
    }
  }
}

void unwrap_python(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    bool good = c == 'x' && i + 2 < text.size();
    const std::uint32_t byte = good ? hex_value(text.substr(i + 1, 2), good) : 0;
    if (good) {
      out += static_cast<char>(byte);
      i += 2;
    } else if (c == 'n' || c == 'r' || c == 't') {
      out += c == 'n' ? '\n' : c == 'r' ? '\r' : '\t';
    } else {
      out += c;
    }
  }
}

// A line break or tab of a value is a blank between the tokens of JSON.
void unwrap_copy(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) ++i;
    out += escape && std::string_view("nrtbfv").find(text[i]) != std::string_view::npos ? ' ' : text[i];
  }
}

/// Length from which a list is taken for cut off.
constexpr std::size_t most_literal_bytes = std::size_t{1} << 20;

// One past the ']' of a list that Python or JavaScript shows, strings in either quote; the end of its line where it is
// never closed.
std::size_t literal_end(std::string_view text, std::size_t at) {
  char quote = 0;
  std::size_t depth = 0;
  const std::size_t limit = std::min(text.size(), at + most_literal_bytes);
  for (std::size_t i = at; i < limit; ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote || c == '\n') quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i + 1;
    }
  }
  return limit == text.size() ? text.size() : std::min(text.find('\n', at), text.size());
}

// As JSON: strings in double quotes, names of fields, too. Python's words are the repair's.
void unwrap_literal(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      // Either quote becomes JSON's: an escaped single one loses its backslash, a bare double one gets one.
      out += '"';
      for (++i; i < text.size() && text[i] != c; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
          ++i;
          if (text[i] != '\'') out += '\\';
          out += text[i];
        } else {
          if (text[i] == '"') out += '\\';
          out += text[i];
        }
      }
      out += '"';
      ++i;
    } else if (is_letter(c) || c == '_' || c == '$') {
      // JavaScript shows the names of fields bare.
      const std::size_t begin = i;
      while (i < text.size() && (is_letter(text[i]) || is_digit(text[i]) || text[i] == '_' || text[i] == '$')) ++i;
      const std::string_view word = text.substr(begin, i - begin);
      const bool name = text.substr(std::min(skip_blanks(text, i), text.size()), 1) == ":";
      if (name) out += '"';
      out += word;
      if (name) out += '"';
    } else {
      out += c;
      ++i;
    }
  }
}

}  // namespace

Beginning beginning_at(std::string_view text, std::size_t at) {
  using Kind = Beginning::Kind;
  std::size_t i = skip_blanks(text, at + 1);
  if (i + 1 >= text.size()) return {Kind::unknown, 0, Wrap::none};
  const char c = text[i];
  if (c == '"') {  // ["2","id"
    const bool quoted_type = text.size() - i > 4 && text[i + 1] >= '2' && text[i + 1] <= '4' && text[i + 2] == '"';
    if (!quoted_type) return {text.size() - i < 5 ? Kind::unknown : Kind::nothing, 0, Wrap::none};
    const std::size_t comma = skip_blanks(text, i + 3);
    if (comma >= text.size()) return {Kind::unknown, 0, Wrap::none};
    const bool another = text[comma] == ',' && quote_at(text, skip_blanks(text, comma + 1)).found;
    return {another ? Kind::lookalike : Kind::nothing, 0, Wrap::none};
  }

  if (!is_digit(c) || is_digit(text[i + 1])) return {};
  const int type = c - '0';

  i = skip_blanks(text, i + 1);
  if (i >= text.size()) return {Kind::unknown, 0, Wrap::none};
  if (text[i] != ',') return {};
  i = skip_blanks(text, i + 1);
  const Quote quote = quote_at(text, i);
  if (quote.unknown && !quote.found) return {Kind::unknown, 0, Wrap::none};

  if (quote.found) return {type >= 2 && type <= 6 ? Kind::frame : Kind::lookalike, type, quote.wrap};
  if (i < text.size() && text[i] == '\'' && type >= 2 && type <= 6) return {Kind::frame, type, Wrap::literal};
  if (type >= 2 && type <= 4 && is_digit(text[i])) {  // [2,17,"
    while (i < text.size() && is_digit(text[i])) ++i;
    i = skip_blanks(text, i);
    if (i >= text.size()) return {Kind::unknown, 0, Wrap::none};
    const bool another = text[i] == ',' && quote_at(text, skip_blanks(text, i + 1)).found;
    return {another ? Kind::lookalike : Kind::nothing, type, Wrap::none};
  }

  // An object or null where the id must stand.
  const bool odd = type >= 2 && type <= 4 && (text[i] == '{' || text.substr(i, 5) == "null,");
  return {odd ? Kind::lookalike : Kind::nothing, type, Wrap::none};
}

RecordShape::RecordShape(std::string_view line, std::size_t prefix_bytes) {
  used_ = std::min({length, prefix_bytes, line.size()});
  if (used_ < 4) used_ = 0;
  for (std::size_t i = 0; i < used_; ++i) shape_[i] = class_of(line[i]);
}

bool RecordShape::begins_record(std::string_view line) const {
  if (!line.empty() && line[0] == '[' && beginning_at(line, 0).kind == Beginning::Kind::frame) return true;
  if (used_ == 0 || line.size() < used_) return false;
  for (std::size_t i = 0; i < used_; ++i)
    if (class_of(line[i]) != shape_[i]) return false;
  return true;
}

Extent extent_of(std::string_view text, std::size_t at, const RecordShape& record, unsigned most_depth) {
  return walk(text, at, record, most_depth);
}

Extent object_extent(std::string_view text, std::size_t at, const RecordShape& record, unsigned most_depth) {
  return walk(text, at, record, most_depth);
}

std::size_t wrapped_end(std::string_view text, std::size_t at, Wrap wrap) {
  std::size_t i = at;
  switch (wrap) {
    case Wrap::csv:
      // A doubled quote is one of the cell's text; a single one ends the cell.
      for (; i < text.size(); ++i) {
        if (text[i] != '"') continue;
        if (i + 1 >= text.size() || text[i + 1] != '"') return i;
        ++i;
      }
      return text.size();
    case Wrap::json:
      // Up to the quote that no backslash escapes, at most to the line's end.
      for (; i < text.size() && text[i] != '\n' && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
      return std::min(i, text.size());
    case Wrap::python:
      for (; i < text.size() && text[i] != '\n' && text[i] != '\''; ++i)
        if (text[i] == '\\') ++i;
      return std::min(i, text.size());
    case Wrap::html:
      // Text of a page ends where a tag begins.
      return std::min(text.find('<', at), text.size());
    case Wrap::literal:
      return literal_end(text, at);
    case Wrap::copy:
      return std::min(text.find('\n', at), text.size());
    case Wrap::none:
      break;
  }
  return text.size();
}

void unwrap_text(std::string_view text, Wrap wrap, std::string& out) {
  out.clear();
  switch (wrap) {
    case Wrap::csv:
      return unwrap_csv(text, out);
    case Wrap::json:
      return unwrap_json(text, out);
    case Wrap::html:
      return unwrap_html(text, out);
    case Wrap::python:
      return unwrap_python(text, out);
    case Wrap::literal:
      return unwrap_literal(text, out);
    case Wrap::copy:
      return unwrap_copy(text, out);
    case Wrap::none:
      out = text;
  }
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace evtwin::ocpp
