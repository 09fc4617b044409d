#include "ocpp/log_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "kernel/text.hpp"
#include "ocpp/action_table.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp {
namespace {
namespace fs = std::filesystem;
using std::string_view;
constexpr std::size_t npos = string_view::npos;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
enum class Quoting { plain, doubled, escaped };

int start_of_frame(string_view t, std::size_t at, Quoting& q) {
  std::size_t i = at + 1;
  const auto skip = [&] {
    while (i < t.size() && blank(t[i])) ++i;
  };
  skip();
  if (i >= t.size() || t[i] < '2' || t[i] > '6') return 0;
  const int type = t[i++] - '0';
  skip();
  if (i >= t.size() || t[i] != ',') return 0;
  ++i;
  skip();
  if (i + 1 >= t.size()) return 0;
  if (t[i] == '"') {
    q = t[i + 1] == '"' ? Quoting::doubled : Quoting::plain;
    return type;
  }
  if (t[i] == '\\' && t[i + 1] == '"') {
    q = Quoting::escaped;
    return type;
  }
  return 0;
}

std::size_t end_of_array(string_view t, std::size_t at, unsigned most_depth, const char*& why) {
  unsigned depth = 0;
  why = "the frame is cut off";
  for (std::size_t i = at; i < t.size(); ++i) {
    const char c = t[i];
    if (c == '"') {
      for (++i; i < t.size() && t[i] != '"'; ++i) {
        if (t[i] == '\\')
          ++i;
        else if (t[i] == '\n')
          return npos;
      }
    } else if (c == '[' || c == '{') {
      Quoting q;
      if (depth > 0 && c == '[' && start_of_frame(t, i, q) != 0 && q == Quoting::plain) return npos;
      if (++depth > most_depth) {
        why = "the frame is nested too deep";
        return npos;
      }
    } else if (c == ']' || c == '}') {
      if (--depth == 0) return i + 1;
    }
  }
  return npos;
}

// Text of a quoted frame up to the end of its line, without the quoting.
std::string unquoted(string_view t, Quoting q) {
  std::string out;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (q == Quoting::doubled && t[i] == '"' && i + 1 < t.size() && t[i + 1] == '"')
      ++i;
    else if (q == Quoting::escaped && t[i] == '\\' && i + 1 < t.size())
      ++i;
    out += t[i];
  }
  return out;
}

struct Prefix {
  LogTime time;
  string_view station;
  int towards_logger = 0;  // 1 received, -1 sent
};

std::optional<LogTime> time_in(string_view p) {
  for (std::size_t i = 0; i + 19 <= p.size(); ++i) {
    const auto digit = [&](std::size_t k) { return p[i + k] >= '0' && p[i + k] <= '9'; };
    if (!(digit(0) && digit(1) && digit(2) && digit(3) && (p[i + 4] == '-' || p[i + 4] == '/') && digit(5))) continue;
    std::string s(p.substr(i, 19));
    s[4] = s[7] = '-';
    s[10] = 'T';
    std::size_t k = i + 19;
    if (k < p.size() && (p[k] == '.' || p[k] == ',' || p[k] == ':')) {
      std::size_t e = k + 1;
      while (e < p.size() && p[e] >= '0' && p[e] <= '9') ++e;
      if (e > k + 1) s += "." + std::string(p.substr(k + 1, e - k - 1)), k = e;
    }
    if (k < p.size() && p[k] == 'Z') s += 'Z';
    if (const auto t = timestamp_of(s)) return LogTime{t->ns, t->zoned};
  }
  return {};
}

Prefix prefix_of(string_view p) {
  Prefix out;
  if (const auto t = time_in(p)) out.time = *t;
  const auto has = [&](string_view w) { return p.rfind(w) != npos; };
  if (has("receive") || has("Received") || has("msg-in") || has("recv"))
    out.towards_logger = 1;
  else if (has("send") || has("sent") || has("Sending") || has("msg-out"))
    out.towards_logger = -1;
  for (string_view key : {"chargeBoxId=", "Charger="}) {
    if (const auto a = p.find(key); a != npos) {
      const auto b = p.find_first_of(",] \t", a + key.size());
      out.station = p.substr(a + key.size(), b == npos ? npos : b - a - key.size());
      return out;
    }
  }
  for (string_view key : {": receive message", ": send"}) {
    if (const auto b = p.rfind(key); b != npos) {
      auto a = p.find_last_of(" :]", b == 0 ? 0 : b - 1);
      // an IP:port station keeps its colon
      a = p.rfind(' ', b);
      string_view s = p.substr(a == npos ? 0 : a + 1, b - (a == npos ? 0 : a + 1));
      if (const auto c = s.rfind("ocpp:"); c != npos) s = s.substr(c + 5);
      out.station = s;
      return out;
    }
  }
  for (string_view key : {" from ", " to "}) {
    if (const auto a = p.rfind(key); a != npos) {
      const auto b = p.find(':', a);
      if (b != npos) out.station = p.substr(a + key.size(), b - a - key.size());
      return out;
    }
  }
  // CSV: time,id,...
  if (const auto a = p.find(','); a != npos && a >= 19 && a <= 30) {
    const auto b = p.find(',', a + 1);
    if (b != npos) out.station = p.substr(a + 1, b - a - 1);
  }
  return out;
}

std::string slurp(const std::string& file) {
  std::string text;
  gzFile f = gzopen(file.c_str(), "rb");
  if (f == nullptr) throw LogError(kernel::printable(file) + ": can not be read");
  char buffer[1 << 16];
  int n;
  while ((n = gzread(f, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(n));
  gzclose(f);
  return text;
}

struct Pending {
  std::uint64_t number;
  std::string action;
};

class Reader {
 public:
  Reader(FrameSink& sink, const ReadOptions& options) : sink_(sink), options_(options) {}
  LogReport report;

  void read(const std::string& name, string_view text) {
    LogFile file;
    file.name = name;
    file.bytes = text.size();
    file.lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    const auto index = static_cast<std::uint32_t>(report.files.size());
    report.files.push_back(file);
    ids_.clear();
    offsets_begin_ = offsets_.size();
    std::uint64_t line = 1;
    std::size_t counted = 0, floor = 0;
    for (std::size_t at = text.find('['); at != npos; at = text.find('[', at)) {
      Quoting q = Quoting::plain;
      const int type = start_of_frame(text, at, q);
      if (type == 0) {
        ++at;
        continue;
      }
      line += static_cast<std::uint64_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                                    text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
      counted = at;
      auto bol = text.rfind('\n', at);
      bol = bol == npos ? 0 : bol + 1;
      bol = std::max(bol, floor);
      const Place place{index, line};
      std::size_t end = npos;
      std::string own;
      const char* why = "the frame is cut off";
      if (q == Quoting::plain) {
        end = end_of_array(text, at, options_.most_depth, why);
        if (end != npos) own.assign(text.substr(at, end - at));
      } else {
        const auto eol = std::min(text.find('\n', at), text.size());
        own = unquoted(text.substr(at, eol - at), q);
        const auto e = end_of_array(own, 0, options_.most_depth, why);
        if (e != npos) {
          own.resize(e);
          end = eol;
        }
      }
      if (end == npos) {
        odd(report.unused, place, why, text.substr(at, 80));
        ++report.undecodable;
        const auto eol = text.find('\n', at);
        at = std::strcmp(why, "the frame is cut off") != 0 && eol != npos ? eol : at + 1;
        continue;
      }
      if (!frame(own, type, text.substr(bol, at - bol), place)) {
        ++at;
        continue;
      }
      at = end;
      floor = end;
    }
    report.files.back().frames = frames_in_file_;
    frames_in_file_ = 0;
    zone(index);
  }

  void finish() {
    if (report.calls + report.results + report.errors + report.undecodable == 0) {
      std::uint64_t bytes = 0;
      for (const auto& f : report.files) bytes += f.bytes;
      throw LogError(fmt::format("{}: {}", report.files.empty() ? "log" : kernel::printable(report.files[0].name),
                                 bytes == 0 ? "empty" : "no OCPP frame in it; binary, or another kind of log?"));
    }
    if (!offsets_.empty()) {
      auto v = offsets_;
      std::sort(v.begin(), v.end());
      const auto m = v.size() / 2;
      report.clock_offset = {v.size(), v.size() % 2 ? v[m] : (v[m - 1] + v[m]) / 2, v.front(), v.back()};
    }
  }

 private:
  void odd(std::map<std::string, OddityGroup>& groups, Place place, const std::string& why, string_view excerpt) {
    auto& g = groups[why];
    if (++g.count <= 20) g.first.push_back({place, why, kernel::printable(excerpt.substr(0, 80))});
  }

  bool frame(const std::string& json, int type, string_view before, Place place) {
    simdjson::dom::element doc;
    if (parser_.parse(json).get(doc) != simdjson::SUCCESS) {
      odd(report.unused, place, "the frame is not sound JSON", json);
      ++report.undecodable;
      return false;
    }
    simdjson::dom::array a;
    if (doc.get_array().get(a) != simdjson::SUCCESS) return false;
    Frame f;
    f.type = static_cast<FrameType>(type);
    std::size_t k = 0;
    simdjson::dom::element payload;
    bool payload_ok = false;
    for (simdjson::dom::element e : a) {
      string_view s;
      const bool is_text = e.get_string().get(s) == simdjson::SUCCESS;
      if (k == 1 && is_text) f.id = s;
      if (k == 2 && type == 2 && is_text) f.action = s;
      if (k == 2 && type == 4 && is_text) f.error_code = s;
      if (k == 3 && type == 4 && is_text) f.error_description = s;
      if ((k == 2 && type == 3) || (k == 3 && type == 2) || (k == 4 && type == 4)) payload = e, payload_ok = true;
      ++k;
    }
    if (!payload_ok) {
      odd(report.unused, place, "the frame has too few elements", json);
      ++report.undecodable;
      return false;
    }
    f.payload = &payload;
    const Prefix prefix = prefix_of(before);
    f.time = prefix.time;
    f.station_given = !prefix.station.empty();
    const std::string stem = fs::path(report.files[place.file].name).filename().string();
    f.station = f.station_given ? prefix.station : string_view(stem);
    f.place = place;
    f.number = ++number_;
    ++frames_in_file_;
    const std::string key = std::string(f.station) + '\x1f' + std::string(f.id);
    std::string action;
    if (type == 2) {
      ++report.calls;
      ++report.actions[std::string(f.action)];
      if (!ids_.insert(std::string(f.id)).second) ++report.reused_ids;
      pending_[key].push_back({f.number, std::string(f.action)});
      const ActionRow* row = find_action(f.action);
      f.sender = row != nullptr && row->command ? Sender::csms : Sender::station;
      offset(f, payload);
    } else {
      (type == 3 ? report.results : report.errors) += 1;
      auto it = pending_.find(key);
      if (it == pending_.end() || it->second.empty())
        ++report.answers_without_call;
      else {
        f.call_number = it->second.front().number;
        action = it->second.front().action;
        f.action = action;
        it->second.pop_front();
        const ActionRow* row = find_action(action);
        f.sender = row != nullptr && row->command ? Sender::station : Sender::csms;
      }
    }
    sink_.on_frame(f);
    return true;
  }

  void offset(const Frame& f, const simdjson::dom::element& payload) {
    if (!f.time.known()) return;
    string_view t;
    if (payload["timestamp"].get_string().get(t) != simdjson::SUCCESS &&
        payload["meterValue"].at(0)["timestamp"].get_string().get(t) != simdjson::SUCCESS)
      return;
    if (const auto p = timestamp_of(t)) {
      const double s = static_cast<double>(f.time.ns - p->ns) / 1e9;
      offsets_.push_back(s);
      if (!f.time.zoned) naive_.push_back(s);
    }
  }

  void zone(std::uint32_t index) {
    ZoneFrom z;
    z.file = index;
    z.from_log_ns = std::numeric_limits<TimeNs>::min();
    if (!naive_.empty()) {
      std::sort(naive_.begin(), naive_.end());
      const double q = std::round(naive_[naive_.size() / 2] / 900) * 900;
      if (std::abs(q) <= 14 * 3600) z.offset_ns = static_cast<TimeNs>(q) * kernel::second_ns, z.inferred = true;
    }
    naive_.clear();
    report.zones.push_back(z);
  }

  FrameSink& sink_;
  ReadOptions options_;
  simdjson::dom::parser parser_;
  std::uint64_t number_ = 0, frames_in_file_ = 0;
  std::unordered_set<std::string> ids_;
  std::unordered_map<std::string, std::deque<Pending>> pending_;
  std::vector<double> offsets_, naive_;
  std::size_t offsets_begin_ = 0;
};

}  // namespace

std::string LogReport::place_text(Place place) const {
  return fmt::format("{}:{}", place.file < files.size() ? files[place.file].name : "log", place.line);
}

TimeNs utc_of(const LogReport& report, Place place, const LogTime& time) {
  if (!time.known() || time.zoned) return time.ns;
  TimeNs offset = 0;
  for (const auto& z : report.zones)
    if (z.file == place.file && z.from_log_ns <= time.ns) offset = z.offset_ns;
  return time.ns - offset;
}

LogReport read_log_text(const std::string& name, std::string_view text, FrameSink& sink, const ReadOptions& options) {
  Reader r(sink, options);
  r.read(name, text);
  r.finish();
  return std::move(r.report);
}

LogReport read_logs(std::span<const std::string> paths, FrameSink& sink, const ReadOptions& options) {
  Reader r(sink, options);
  for (const auto& p : paths) r.read(p, slurp(p));
  r.finish();
  return std::move(r.report);
}

}  // namespace evtwin::ocpp
