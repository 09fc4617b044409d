#include "ocpp/summary_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "kernel/name_text.hpp"
#include "kernel/text.hpp"
#include "market/currency.hpp"
#include "ocpp/log_source.hpp"
#include "ocpp/summary_session.hpp"
#include "ocpp/summary_text.hpp"

namespace evtwin::ocpp {
namespace {

using Source = SummarySession::Source;

bool same_time(TimeNs a, TimeNs b) { return std::max(a, b) - std::min(a, b) <= kernel::second_ns; }

void fill(double& known, double other) {
  if (std::isnan(known)) known = other;
}
void fill(std::string& known, const std::string& other) {
  if (known.empty()) known = other;
}

/// All sessions of a text, those that are one put together.
class SessionBook {
 public:
  explicit SessionBook(FlagList& flags) : flags_(flags) {}

  void add(SummarySession session) {
    for (const std::string& key : keys_of(session.facts)) {
      const auto [first, last] = by_key_.equal_range(key);
      // A handful at most: an id that comes back at another time is another session.
      int looked_at = 0;
      for (auto it = first; it != last && looked_at < 8; ++it, ++looked_at) {
        if (!is_one(sessions_[it->second], session, key)) continue;
        return join(sessions_[it->second], std::move(session));
      }
    }
    for (std::string& key : keys_of(session.facts)) by_key_.emplace(std::move(key), sessions_.size());
    sessions_.push_back(std::move(session));
  }
  std::vector<SummarySession>& sessions() { return sessions_; }

 private:
  static std::vector<std::string> keys_of(const Transaction& facts) {
    std::vector<std::string> keys;
    if (!facts.id.empty()) keys.push_back("id " + facts.id);
    if (!facts.id_tag.empty() && facts.start_seen) keys.push_back("tag " + facts.id_tag);
    return keys;
  }

  /// By id: begun at the same second, or one does not say. By tag: told by station and OCPI, begun at the same second.
  static bool is_one(const SummarySession& a, const SummarySession& b, const std::string& key) {
    const bool both = a.facts.start_seen && b.facts.start_seen;
    if (both && !same_time(a.facts.start_ns, b.facts.start_ns)) return false;
    if (key.starts_with("id ")) return a.source != b.source || a.facts.station == b.facts.station;
    return both && a.source != b.source &&
           (!a.facts.stop_seen || !b.facts.stop_seen || same_time(a.facts.stop_ns, b.facts.stop_ns));
  }

  /// The later word counts; of station and OCPI the station's.
  void join(SummarySession& known, SummarySession&& other) {
    const auto rank = [](const SummarySession& s) {
      return std::tuple(s.source == Source::station, s.facts.stop_seen,
                        s.told_ns == kernel::time_never ? std::numeric_limits<TimeNs>::min() : s.told_ns);
    };
    if (known.source == other.source ? rank(known) <= rank(other) : rank(known) < rank(other)) std::swap(known, other);

    Transaction& t = known.facts;
    const Transaction& o = other.facts;

    // Within 0.01 kWh and 1 % the two agree.
    const double most = 0.01 + 0.01 * std::abs(t.energy_kwh);
    if (t.stop_seen && o.stop_seen && std::abs(t.energy_kwh - o.energy_kwh) > most) {
      flags_.add_flag(
          "documents_disagree", t.id,
          fmt::format("{:g} kWh in one document, {:g} kWh in another: the former is taken", t.energy_kwh, o.energy_kwh),
          o.start_place);
    }

    // Of station and OCPI one may have the end that the other still lacks.
    if (known.source != other.source && !t.stop_seen && o.stop_seen) {
      t.stop_seen = true;
      t.stop_ns = t.plugged_out_ns = o.stop_ns;
      t.energy_kwh = o.energy_kwh;
      t.meter_stop_kwh = o.meter_stop_kwh;
    }

    // Facts that the one lacks come from the other.
    fill(t.id_tag, o.id_tag);
    fill(t.token_type, o.token_type);
    fill(t.stop_reason, o.stop_reason);
    fill(t.authorised, o.authorised);
    fill(t.energy_kwh, o.energy_kwh);
    fill(t.meter_start_kwh, o.meter_start_kwh);
    fill(t.meter_stop_kwh, o.meter_stop_kwh);
    fill(t.soc_start, o.soc_start);
    fill(t.requested_kwh, o.requested_kwh);
    fill(t.ocpi_cdr, o.ocpi_cdr);
    fill(t.ocpi_session, o.ocpi_session);

    if (t.samples.empty()) t.samples = o.samples;
    if (std::isnan(t.hours.charging)) t.hours = o.hours;
    if (!known.profile) known.profile = std::move(other.profile);
  }

  FlagList& flags_;
  std::vector<SummarySession> sessions_;
  std::multimap<std::string, std::size_t> by_key_;
};

void put_in_order(SiteLog& log) {
  std::stable_sort(log.transactions.begin(), log.transactions.end(), [](const Transaction& a, const Transaction& b) {
    return std::tie(a.start_ns, a.station, a.evse) < std::tie(b.start_ns, b.station, b.evse);
  });
  std::stable_sort(log.profiles.begin(), log.profiles.end(),
                   [](const ProfileCommand& a, const ProfileCommand& b) { return a.time_ns < b.time_ns; });
  for (EvseTimeline& timeline : log.timelines)
    std::stable_sort(timeline.spans.begin(), timeline.spans.end(),
                     [](const StatusSpan& a, const StatusSpan& b) { return a.from_ns < b.from_ns; });
  TimeNs first = kernel::time_never, last = std::numeric_limits<TimeNs>::min();
  for (const Transaction& t : log.transactions) {
    if (!t.start_seen && !t.stop_seen) continue;
    first = std::min(first, t.start_ns);
    last = std::max(last, t.stop_ns);
  }
  if (first == kernel::time_never) return;
  const bool empty = log.first_ns == 0 && log.last_ns == 0;
  log.first_ns = empty ? first : std::min(log.first_ns, first);
  log.last_ns = empty ? last : std::max(log.last_ns, last);
}

/// "[INFO]": brackets of a text, not of a document.
bool is_word(std::string_view piece) {
  const std::size_t inner = piece.find_first_not_of(" \t\r\n", 1);
  return piece.front() == '[' && (inner == std::string_view::npos || piece[inner] != '{');
}

/// Reads texts into a book, and the book into a log.
class SummaryReader {
 public:
  explicit SummaryReader(SiteLog& log) : log_(log), book_(flags_) {}

  void read(const std::string& name, std::string_view text) {
    LogFile file;
    file.name = name;
    file.layout = "summary objects";
    file.bytes = text.size();
    file.lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) +
                 (text.empty() || text.back() == '\n' ? 0U : 1U);
    file_ = static_cast<std::uint32_t>(log_.report.files.size());
    log_.report.files.push_back(std::move(file));

    JsonPieces pieces(text);
    while (const auto piece = pieces.next_piece()) {
      if (!piece->whole) {
        if (is_word(piece->text)) continue;
        flags_.add_flag("document_cut_off", "", "an object is cut off: left out", {file_, piece->line});
        continue;
      }

      // Whole brackets may still not be JSON.
      Json json;
      const auto error = parser_.parse(piece->text.data(), piece->text.size()).get(json);
      if (error != simdjson::SUCCESS) {
        if (is_word(piece->text)) continue;
        flags_.add_flag("document_unreadable", "",
                        fmt::format("no JSON that can be read ({}): left out", simdjson::error_message(error)),
                        {file_, piece->line});
        continue;
      }
      take_value(json, {file_, piece->line});
    }
    say_unused(name);
  }
  std::size_t documents() const { return documents_; }

  void finish() {
    for (SummarySession& session : book_.sessions()) put(session);
    put_in_order(log_);
    for (LogFlag& flag : flags_.take_flags(log_.report)) log_.flags.push_back(std::move(flag));
  }

 private:
  void take_value(const Json& json, Place place) {
    if (json.is_array()) {
      for (const Json& one : elements_of(json))
        if (one.is_object()) take_object(one, place);
    } else if (const auto data = find_member(json, "data"); data && (data->is_array() || data->is_object())) {
      if (data->is_object()) return take_object(*data, place);
      for (const Json& one : elements_of(*data))
        if (one.is_object()) take_object(one, place);
    } else {
      take_object(json, place);
    }
  }

  void take_object(const Json& json, Place place) {
    SummaryContext context{.flags = flags_, .unused = unused_, .subject = "", .place = place};
    SummaryFields fields(json, "", context);
    auto session = summary_session_of(fields, context);
    // Other objects of OCPI lie beside sessions in many exports: they are named.
    if (!session) {
      const std::string_view other = other_ocpi_object(fields);
      flags_.add_flag(other.empty() ? "document_unknown" : "document_unused", "",
                      other.empty() ? "an object that is no session, CDR or summary of a transaction: left out"
                                    : fmt::format("an OCPI {}: not used", other),
                      place);
      return;
    }

    ++documents_;
    if (const std::string_view key = repeated_key(json); !key.empty())
      flags_.add_flag("key_repeated", context.subject,
                      fmt::format("the key {} stands twice in one object: the first is used", quoted_text(key)), place);
    if (const std::string_view currency = string_of(json, "currency"); find_member(json, "currency")) {
      if (const std::string trouble = market::currency_trouble(currency); !trouble.empty())
        flags_.add_flag("field_malformed", context.subject,
                        fmt::format("currency {} {}", quoted_text(currency), trouble), place);
    }
    if (const std::string id = text_of(json, "id"); find_member(json, "id")) {
      if (const std::string trouble = kernel::name_trouble(id); !trouble.empty())
        flags_.add_flag("text_odd", context.subject, "id " + trouble, place);
    }
    fields.report_unused();

    // Kept as it was read: an export writes it again (replay/ocpi_writer).
    if (session->source == Source::ocpi)
      (is_cdr(fields) ? session->facts.ocpi_cdr : session->facts.ocpi_session) = simdjson::minify(json);
    book_.add(std::move(*session));
  }

  Station& station_of(const std::string& id) {
    const auto [it, is_new] = stations_.emplace(id, log_.stations.size());
    if (is_new) {
      const auto same =
          std::find_if(log_.stations.begin(), log_.stations.end(), [&](const Station& s) { return s.id == id; });
      if (same == log_.stations.end())
        log_.stations.emplace_back().id = id;
      else
        it->second = static_cast<std::size_t>(same - log_.stations.begin());
    }
    return log_.stations[it->second];
  }

  EvseTimeline& timeline_of(const std::string& station, int evse) {
    const auto [it, is_new] = timelines_.emplace(std::pair(station, evse), log_.timelines.size());
    if (is_new) log_.timelines.push_back({.station = station, .evse = evse, .spans = {}});
    return log_.timelines[it->second];
  }

  void put(SummarySession& session) {
    Transaction& t = session.facts;
    Station& station = station_of(t.station);
    fill(station.vendor, session.station.vendor);
    fill(station.model, session.station.model);
    fill(station.serial, session.station.serial);
    fill(station.firmware, session.station.firmware);
    for (const auto& [code, count] : session.station.faults) station.faults[code] += count;
    for (Station::Health& reading : session.station.health) {
      if (reading.of == Station::Health::Of::temperature && reading.value >= over_temperature_c)
        station.too_hot.push_back({reading.time_ns, reading.time_ns, reading.evse, reading.value});
      station.health.push_back(std::move(reading));
    }
    station.evses = std::max(station.evses, t.evse);
    if (!t.authorised.empty()) ++log_.authorisations[t.authorised];
    if (t.stop_seen && !t.stop_reason.empty()) ++log_.stop_reasons[t.stop_reason];
    if (session.local_list) ++log_.categories["local list"];
    if (session.profile) log_.profiles.push_back(std::move(*session.profile));
    // A status at one instant; what was before and after is not told.
    if (session.status != Status::unknown && session.told_ns != kernel::time_never && t.evse > 0)
      timeline_of(t.station, t.evse).spans.push_back({session.status, session.told_ns, session.told_ns, ""});
    log_.transactions.push_back(std::move(t));
  }

  void say_unused(const std::string& name) {
    if (unused_.empty()) return;
    std::string all;
    for (const auto& [path, count] : unused_) all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", path, count);
    flags_.add_flag("fields_unused", name, "read and not used, with the number of objects that have them: " + all,
                    {file_, 1});
    unused_.clear();
  }

  SiteLog& log_;
  FlagList flags_;
  SessionBook book_;
  std::uint32_t file_ = 0;
  UnusedFields unused_;
  std::map<std::string, std::size_t> stations_;
  std::map<std::pair<std::string, int>, std::size_t> timelines_;
  simdjson::dom::parser parser_;
  std::size_t documents_ = 0;
};

/// "[2,", "[ 3 ,": how a frame begins.
bool has_frame(std::string_view text) {
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const std::size_t digit = text.find_first_not_of(" \t\r\n", at + 1);
    if (digit == std::string_view::npos || text[digit] < '2' || text[digit] > '6') continue;
    const std::size_t comma = text.find_first_not_of(" \t", digit + 1);
    if (comma != std::string_view::npos && text[comma] == ',') return true;
  }
  return false;
}

constexpr std::size_t head_bytes = std::size_t{1} << 20;

[[noreturn]] void throw_unusable(const std::string& name, const SiteLog& log) {
  // Whatever else there is to say, an object that could not be read or understood says why there is no session.
  for (const LogFlag& flag : log.flags)
    if (flag.code.starts_with("document_")) throw LogError(flag.text);
  throw LogError(kernel::make_printable(name) + ": no OCPP frame, summary of a transaction or OCPI session in it");
}

/// The text of a source in UTF-8; empty where it does not begin like such documents, or holds more than they ever do.
std::string all_text_of(LogSource& source) {
  constexpr std::size_t most_bytes = std::size_t{512} << 20, step_bytes = std::size_t{1} << 20;
  std::string text;
  bool more = true;
  while (more && text.size() < head_bytes) more = source.read_more(text, head_bytes);
  if (!looks_like_summary(text)) return {};
  while (more && text.size() <= most_bytes) more = source.read_more(text, step_bytes);
  if (text.size() > most_bytes) return {};
  decode_lines(text, 0);
  return text;
}

}  // namespace

bool looks_like_summary(std::string_view head) {
  constexpr std::string_view marks[] = {"\"chargingStation\"", "\"start_date_time\"", "\"cdr_id\"",
                                        "\"meterStart",        "\"transactionId\"",   "\"cdr_token\"",
                                        "\"energyDelivered"};
  if (has_frame(head)) return false;
  return std::any_of(std::begin(marks), std::end(marks),
                     [&](std::string_view mark) { return head.find(mark) != std::string_view::npos; });
}

std::size_t read_summary(const std::string& name, std::string_view text, SiteLog& log) {
  SummaryReader reader(log);
  reader.read(name, text);
  reader.finish();
  return reader.documents();
}

std::optional<SiteLog> read_summary_text(const std::string& name, std::string_view text) {
  const std::string plain = all_text_of(*open_log_text(text, name));
  if (plain.empty()) return std::nullopt;
  SiteLog log;
  if (read_summary(name, plain, log) == 0) throw_unusable(name, log);
  return log;
}

std::optional<SiteLog> read_summary_files(std::span<const std::string> paths) {
  SiteLog log;
  SummaryReader reader(log);
  for (const LogPath& file : log_paths(paths)) {
    const std::string text = all_text_of(*open_log(file.path, file.name));
    if (!text.empty()) reader.read(file.name, text);
  }
  if (log.report.files.empty()) return std::nullopt;
  reader.finish();
  if (reader.documents() == 0) throw_unusable(log.report.files.front().name, log);
  return log;
}

void flag_documents_beside(std::span<const std::string> paths, SiteLog& log) {
  std::map<std::string, std::uint32_t> without_frames;
  for (std::uint32_t i = 0; i < log.report.files.size(); ++i)
    if (log.report.files[i].frames == 0 && log.report.files[i].bytes > 0)
      without_frames.emplace(log.report.files[i].name, i);
  if (without_frames.empty()) return;
  for (const LogPath& file : log_paths(paths)) {
    const auto found = without_frames.find(file.name);
    if (found == without_frames.end() || all_text_of(*open_log(file.path, file.name)).empty()) continue;
    log.flags.push_back(
        {"documents_beside_log",
         file.name,
         kernel::make_printable(file.name) +
             ": OCPI documents or summaries of transactions beside a log of frames: not used, the frames "
             "tell the same sessions; read them by themselves",
         {found->second, 1}});
  }
}

}  // namespace evtwin::ocpp
