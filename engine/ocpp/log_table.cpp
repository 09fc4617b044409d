#include "ocpp/log_table.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "kernel/static_checks.hpp"
#include "ocpp/characters.hpp"

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
static_assert(kernel::is_ascending(names, &Name::name), "field_kind() searches by halves");
static_assert(std::all_of(names.begin(), names.end(),
                          [](const Name& row) {
                            return std::all_of(row.name.begin(), row.name.end(),
                                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
                          }),
              "a name with anything else is never found");
constexpr std::size_t longest_name = 24;
static_assert(std::all_of(names.begin(), names.end(), [](const Name& row) { return row.name.size() <= longest_name; }));

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
  const std::string_view key(plain.data(), used);
  const auto* found = std::lower_bound(names.begin(), names.end(), key,
                                       [](const Name& one, std::string_view wanted) { return one.name < wanted; });
  return found != names.end() && found->name == key ? found->kind : other;
}

std::size_t TableHead::find_column(FieldKind kind) const {
  return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), kind) - columns.begin());
}

std::optional<TableHead> table_head(std::string_view line) {
  line = trim_blanks(line);
  if (line.empty() || line.size() > 1000 || line.find_first_of("[{") != std::string_view::npos) return std::nullopt;
  for (const char separator : {',', ';', '\t', '|'}) {
    if (line.find(separator) == std::string_view::npos) continue;

    TableHead head{separator, {}, false};
    std::size_t known = 0;
    std::vector<Cell> cells;
    bool open = false;
    head.columns.assign(256, other);  // as many as there may be, until they are counted
    cut_row(line, 0, head, cells, open);

    head.columns.clear();
    for (const Cell& cell : cells) {
      const std::string_view name = trim_blanks(cell.text);
      const auto same = [&](const Cell& other) { return &other != &cell && trim_blanks(other.text) == name; };
      if (!name.empty() && std::any_of(cells.begin(), cells.end(), same)) head.repeated_name = true;
      head.columns.push_back(field_kind(name));
      if (head.columns.back() != other) ++known;
    }

    // A head names a time or an action, and a payload; at least half of its words are names of columns.
    const auto has = [&](FieldKind kind) { return head.find_column(kind) < head.columns.size(); };
    if (known >= 2 && known * 2 >= cells.size() && (has(time) || has(action)) && (has(payload) || has(answer)))
      return head;
  }
  return std::nullopt;
}

std::size_t cut_row(std::string_view text, std::size_t at, const TableHead& head, std::vector<Cell>& cells,
                    bool& open) {
  cells.clear();
  open = false;
  for (;;) {
    // Columns between bars are not quoted; the last one may hold bars itself.
    if (head.separator == '|') {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const bool last = cells.size() + 1 >= head.columns.size();
      const std::size_t bar = last ? end : std::min(text.find('|', at), end);
      cells.push_back({trim_blanks(text.substr(at, bar - at)), false});
      if (bar >= end) return end;
      at = bar + 1;
      continue;
    }

    if (at < text.size() && text[at] == '"') {
      const std::size_t begin = ++at;
      // A doubled quote is one of the cell's text (RFC 4180).
      for (;; at += 2) {
        at = std::min(text.find('"', at), text.size());
        if (at + 1 >= text.size() || text[at + 1] != '"') break;
      }
      open = at >= text.size();
      cells.push_back({text.substr(begin, at - begin), true});
      at = std::min(at + 1, text.size());
      while (at < text.size() && text[at] != head.separator && text[at] != '\n') ++at;
    } else {
      std::size_t end = at;
      while (end < text.size() && text[end] != head.separator && text[end] != '\n') ++end;
      cells.push_back({trim_blanks(text.substr(at, end - at)), false});
      at = end;
    }

    if (at >= text.size() || text[at] == '\n') return at;
    ++at;
  }
}

}  // namespace evtwin::ocpp
