#include "ocpp/log_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "kernel/static_checks.hpp"
#include "ocpp/characters.hpp"
#include "ocpp/frame_parse.hpp"
#include "ocpp/name_slots.hpp"

namespace evtwin::ocpp {
namespace {

struct Name {
  std::string_view name;
  FieldKind kind;
};

// Names in small letters without anything but letters and figures; in order of the alphabet.
using enum FieldKind;
constexpr std::array names{Name{"action", action},
                           Name{"answer", answer},
                           Name{"body", payload},
                           Name{"boxid", station},
                           Name{"calltype", type},
                           Name{"chargebox", station},
                           Name{"chargeboxid", station},
                           Name{"chargepoint", station},
                           Name{"chargepointid", station},
                           Name{"charger", station},
                           Name{"chargerid", station},
                           Name{"chargestationid", station},
                           Name{"chargingstation", station},
                           Name{"chargingstationid", station},
                           Name{"clientid", station},
                           Name{"command", action},
                           Name{"content", payload},
                           Name{"correlationid", id},
                           Name{"cp", station},
                           Name{"cpid", station},
                           Name{"created", time},
                           Name{"createdat", time},
                           Name{"createdon", time},
                           Name{"data", payload},
                           Name{"date", time},
                           Name{"datetime", time},
                           Name{"deviceid", station},
                           Name{"dir", way},
                           Name{"direction", way},
                           Name{"errcode", error_code},
                           Name{"errdescription", error_description},
                           Name{"errdetails", error_details},
                           Name{"errorcode", error_code},
                           Name{"errordescription", error_description},
                           Name{"errordetails", error_details},
                           Name{"event", action},
                           Name{"eventname", action},
                           Name{"eventtime", time},
                           Name{"id", station_maybe},
                           Name{"identity", station},
                           Name{"json", payload},
                           Name{"line", payload},
                           Name{"loggedat", time},
                           Name{"logtime", time},
                           Name{"message", payload},
                           Name{"messageaction", action},
                           Name{"messageid", id},
                           Name{"messagename", action},
                           Name{"messagetype", type},
                           Name{"messagetypeid", type},
                           Name{"method", action},
                           Name{"msg", payload},
                           Name{"msgid", id},
                           Name{"msgtype", type},
                           Name{"name", station_maybe},
                           Name{"ocppidentity", station},
                           Name{"ocppmessageid", id},
                           Name{"operation", action},
                           Name{"params", payload},
                           Name{"payload", payload},
                           Name{"raw", payload},
                           Name{"rawmessage", payload},
                           Name{"receivedat", time},
                           Name{"request", payload},
                           Name{"requestpayload", payload},
                           Name{"requesttime", time},
                           Name{"response", answer},
                           Name{"responsepayload", answer},
                           Name{"responsetime", answer_time},
                           Name{"senttime", time},
                           Name{"station", station},
                           Name{"stationid", station},
                           Name{"time", time},
                           Name{"timestamp", time},
                           Name{"ts", time},
                           Name{"type", type},
                           Name{"uniqueid", id},
                           Name{"uuid", id}};
static_assert(kernel::is_ascending(names, &Name::name), "each name once");
static_assert(std::all_of(names.begin(), names.end(),
                          [](const Name& row) {
                            return std::all_of(row.name.begin(), row.name.end(),
                                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
                          }),
              "a name with anything else is never found");
constexpr std::size_t longest_name = 24;
static_assert(std::all_of(names.begin(), names.end(), [](const Name& row) { return row.name.size() <= longest_name; }));

constexpr std::string_view field_name(std::size_t row) { return names[row].name; }
constexpr NameSlots<names.size()> by_field_name(field_name);

}  // namespace

FieldKind field_kind(std::string_view name) {
  std::array<char, longest_name> plain{};
  std::size_t used = 0;
  for (const char c : name) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const bool kept = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (!kept) continue;
    if (used == plain.size()) return other;
    plain[used++] = small;
  }
  const std::size_t row = by_field_name.find_name({plain.data(), used}, field_name);
  return row < names.size() ? names[row].kind : other;
}

std::size_t TableHead::find_column(FieldKind kind) const {
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), kind) - columns.begin());
}

std::optional<TableHead> table_head(std::string_view line, std::string_view station_column) {
  line = trim_blanks(line);
  if (line.empty() || line.size() > 1000 || line.find_first_of("[{") != std::string_view::npos) return std::nullopt;
  for (const char separator : {',', ';', '\t', '|'}) {
    if (line.find(separator) == std::string_view::npos) continue;

    TableHead head{separator, {}, false, {}};
    std::size_t known = 0;
    RowCells cells;
    head.columns.assign(256, other);  // as many as there may be, until they are counted
    cells.cut_row(line, 0, head);

    head.columns.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view name = trim_blanks(cells[i].text);
      for (std::size_t k = 0; k < i && !name.empty(); ++k)
        head.repeated_name = head.repeated_name || trim_blanks(cells[k].text) == name;
      head.columns.push_back(field_kind(name));
      if (head.columns.back() != other) ++known;
      std::string& small = head.names.emplace_back();
      for (const char c : name) small += to_lower(c);
    }

    // A head names a time or an action, and a payload; at least half of its words are names of columns.
    const auto has = [&](FieldKind kind) { return head.find_column(kind) < head.columns.size(); };
    if (known >= 2 && known * 2 >= cells.size() && (has(time) || has(action)) && (has(payload) || has(answer)))
      return head;
    const auto asked_for = [&](const std::string& name) { return same_letters(station_column, name); };
    if (!station_column.empty() && cells.size() > 2 && std::any_of(head.names.begin(), head.names.end(), asked_for))
      return head;
  }
  return std::nullopt;
}

std::size_t RowCells::cut_row(std::string_view text, std::size_t at, const TableHead& head) {
  cells_.clear();
  used_ = 0;
  no_single_ = false;
  for (;;) {
    // Columns between bars are not quoted; the last one may hold bars itself.
    if (head.separator == '|') {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const bool last = cells_.size() + 1 >= head.columns.size();
      const std::size_t bar = last ? end : std::min(text.find('|', at), end);
      cells_.push_back({{trim_blanks(text.substr(at, bar - at))}});
      if (bar >= end) return end;
      at = bar + 1;
      continue;
    }

    const bool quoted = at < text.size() && text[at] == '"';
    if (quoted) at = cut_quoted(text, at);
    if (quoted || cut_single_quoted(text, at, head.separator)) {
      while (at < text.size() && text[at] != head.separator && text[at] != '\n') ++at;
    } else {
      std::size_t end = at;
      while (end < text.size() && text[end] != head.separator && text[end] != '\n') ++end;
      cells_.push_back({{trim_blanks(text.substr(at, end - at))}});
      at = end;
    }

    if (at >= text.size() || text[at] == '\n') return at;
    ++at;
  }
}

namespace {

// How many bytes stand before the first quote of eight; 8: none of them is one.
std::size_t bytes_before_quote(const char* eight) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const std::uint64_t other = word ^ (ones * '"');               // 0 in the place of a quote
  const std::uint64_t found = (other - ones) & ~other & highs;   // exact up to the first
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;  // of 0: 64
}

}  // namespace

// A cell at its opening quote: where it ends and its text with one quote for two are found in one pass, eight bytes at
// a time; near the line's end every byte is written, and the place moves on only past those that stay.
// @returns one past the closing quote
std::size_t RowCells::cut_quoted(std::string_view text, std::size_t at) {
  const std::size_t begin = ++at, room_at = used_;
  char* to = nullptr;
  bool after_quote = false;  // an odd number of quotes stands just before
  bool closed = false;
  while (!closed && at < text.size()) {
    // Line by line, so that the room is as large as the line; a cell that goes on takes the next one, too.
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::size_t written = to ? static_cast<std::size_t>(to - room_.data()) : room_at;
    if (room_.size() < written + (end - at)) room_.resize(2 * (written + (end - at)));
    to = room_.data() + written;
    while (!after_quote && at + 9 <= end) {
      std::memcpy(to, text.data() + at, 8);
      const std::size_t before = bytes_before_quote(text.data() + at);
      to += before;
      at += before;
      if (before == 8) continue;
      ++to;  // the quote
      ++at;
      if (text[at] != '"') {
        closed = true;
        break;
      }
      ++at;
    }
    if (closed) break;
    for (; at < end; ++at) {
      const char c = text[at];
      const bool quote = c == '"';
      if (after_quote && !quote) {
        closed = true;
        break;
      }
      *to = c;
      to += after_quote ? 0 : 1;
      after_quote = quote && !after_quote;
    }
  }

  // A lone quote closes: the one before `at`, or the last byte of the text. It was written like the others.
  const bool has_closing = closed || after_quote;
  const std::size_t cell_end = has_closing ? at - 1 : at;
  const std::size_t room_bytes = to ? static_cast<std::size_t>(to - room_.data()) - room_at - (has_closing ? 1 : 0) : 0;
  const std::string_view cell = text.substr(begin, cell_end - begin);
  cells_.push_back({{cell, true, room_bytes < cell.size()}, room_at, room_bytes});
  used_ = room_at + room_bytes;
  return at;
}

// A cell in single quotes, which some exports of databases write. JSON may hold single quotes itself: one closes the
// cell where it stands before a separator or the line's end; two stand for one. @returns whether it is such a cell
bool RowCells::cut_single_quoted(std::string_view text, std::size_t& at, char separator) {
  if (at >= text.size() || text[at] != '\'' || no_single_) return false;
  const std::size_t begin = at + 1;
  bool doubled = false;
  for (std::size_t i = begin; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] != '\'') continue;
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    if (next == '\'') {
      doubled = true;
      ++i;
    } else if (next == separator || next == '\n' || next == '\r') {
      cells_.push_back({{text.substr(begin, i - begin), true, doubled}, used_, 0});
      at = i + 1;
      if (!doubled) return true;

      const std::string_view cell = cells_.back().cell.text;
      if (room_.size() < used_ + cell.size()) room_.resize(2 * (used_ + cell.size()));
      for (std::size_t k = 0; k < cell.size(); ++k) {
        room_[used_++] = cell[k];
        if (cell[k] == '\'') ++k;
      }
      cells_.back().room_bytes = used_ - cells_.back().room_at;
      return true;
    }
  }
  no_single_ = true;
  return false;
}

std::string_view RowCells::plain_text(std::size_t column) {
  const Kept& kept = cells_[column];
  if (!kept.cell.doubled) {
    copy_.assign(kept.cell.text);
    copy_.append(text_padding, ' ');
    return std::string_view(copy_).substr(0, kept.cell.text.size());
  }
  if (room_.size() < used_ + text_padding) room_.resize(used_ + text_padding);
  return std::string_view(room_).substr(kept.room_at, kept.room_bytes);
}

}  // namespace evtwin::ocpp
