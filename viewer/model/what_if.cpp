#include "viewer/model/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "kernel/text.hpp"

namespace evtwin::viewer::model {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view change_prefix = "change ";
constexpr std::string_view log_parameter = "sessions of log";
constexpr std::uintmax_t most_scenario_bytes = std::uintmax_t{8} << 20;

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Names in param("name", ...) and param "name", however they are spaced. Comments are read too: too many is no harm.
std::vector<std::string> parameters_of(std::string_view text) {
  std::vector<std::string> names;
  constexpr std::string_view word = "param";
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    std::size_t i = at + word.size();
    while (i < text.size() && (text[i] == ' ' || text[i] == '(')) ++i;
    if (i >= text.size() || (text[i] != '"' && text[i] != '\'')) continue;
    const std::size_t end = text.find(text[i], i + 1);
    if (end == std::string_view::npos) break;
    names.emplace_back(text.substr(i + 1, end - i - 1));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// Whether a word of the language is used in a text: not a part of another word, and before an argument. Comments are
/// read too: then evtwin says what is wrong.
bool says_word(std::string_view text, std::string_view word) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '-' || text[at - 1] == '"')) continue;
    std::size_t next = at + word.size();
    while (next < text.size() && text[next] == ' ') ++next;
    if (next < text.size() && std::string_view("{(\"'").find(text[next]) != std::string_view::npos) return true;
  }
  return false;
}

/// Local days from start to end; 0 where the end is at another time of day.
int whole_days(const Run& run) {
  const auto same_time = [&](TimeNs t) { return run.clock.time_text(t); };
  if (same_time(run.start_ns) != same_time(run.end_ns)) return 0;
  int days = 0;
  for (TimeNs day = run.clock.day_start(run.start_ns); day < run.clock.day_start(run.end_ns);
       day = run.clock.next_day(day))
    ++days;
  return days;
}

void add_world(std::vector<std::string>& words, const AskedWorld& world, const SiteRequest& request) {
  words.push_back(world.scenario);
  auto set = world.set, changes = world.changes;
  for (const auto& [name, value] : request.set) set[name] = value;
  for (const auto& [name, value] : request.changes) changes[name] = value;
  for (const auto& [name, value] : set) words.insert(words.end(), {"--set", fmt::format("{}={}", name, value)});
  for (const auto& [name, value] : changes) words.insert(words.end(), {"--change", fmt::format("{}={}", name, value)});
  words.insert(words.end(), {"--seed", std::to_string(world.seed)});
  if (world.days > 0) words.insert(words.end(), {"--days", std::to_string(world.days)});
  words.insert(words.end(), {"--json", "--progress"});
}

double number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : none;
}

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? kernel::make_printable(found->get<std::string>())
                                                     : std::string();
}

/// A time as evtwin writes it: "2026-06-03T13:23:13.984962407+09:00". The clock reads whole seconds.
TimeNs instant_of(const Clock& clock, std::string iso) {
  TimeNs fraction_ns = 0;
  if (const std::size_t point = iso.find('.'); point != std::string::npos) {
    std::size_t end = point + 1;
    TimeNs unit_ns = kernel::second_ns / 10;
    for (; end < iso.size() && iso[end] >= '0' && iso[end] <= '9'; ++end, unit_ns /= 10)
      fraction_ns += (iso[end] - '0') * unit_ns;
    iso.erase(point, end - point);
  }
  return clock.parse_instant(iso) + fraction_ns;
}

ChargeWay way_of(const json& object, const Clock& clock) {
  ChargeWay way;
  way.strategy = text(object, "strategy");
  way.evse = text(object, "evse");
  way.cost = number(object, "cost");
  way.got_kwh = number(object, "got_kwh");
  way.unmet_kwh = number(object, "unmet_kwh");
  way.soc_end = number(object, "soc_end");
  way.co2_kg = number(object, "co2_kg");
  if (!object.contains("schedule")) return way;
  way.bill_added = number(object.at("added"), "bill");
  way.plugged_in_ns = instant_of(clock, object.at("plugged_in"));
  way.leaves_ns = instant_of(clock, object.at("leaves"));
  if (object.at("ready").is_string()) way.ready_ns = instant_of(clock, object.at("ready"));
  for (const json& piece : object.at("schedule")) {
    way.schedule.push_back({instant_of(clock, piece.at("from")), instant_of(clock, piece.at("to")), number(piece, "kw"),
                            number(piece, "kw_end"), number(piece, "kwh")});
  }
  return way;
}

/// @throws std::runtime_error in words, whatever the library throws.
template <typename Read>
auto read(const std::string& document, const char* what, Read&& take) {
  try {
    return take(json::parse(document));
  } catch (const json::exception&) {
    throw std::runtime_error(fmt::format("evtwin's answer can not be read: it is no {}", what));
  } catch (const std::invalid_argument& wrong) {
    throw std::runtime_error(fmt::format("evtwin's answer can not be read: {}", wrong.what()));
  }
}

}  // namespace

bool AskedWorld::reads_parameter(std::string_view parameter) const {
  return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
}

AskedWorld asked_world(const Run& run) {
  AskedWorld world;
  world.scenario = run.scenario_file;
  // A replayed world came from a log: there is no scenario to ask with other values.
  if (!run.scores.empty() || run.parameters.contains(std::string(log_parameter))) {
    world.trouble = NotAskable::from_log;
    return world;
  }
  for (const auto& [name, value] : run.parameters) {
    if (name.starts_with(change_prefix))
      world.changes[name.substr(change_prefix.size())] = value;
    else
      world.set[name] = value;
  }

  world.seed = run.seed;
  world.days = whole_days(run);
  world.parameters = parameters_of(run.scenario_text);
  world.has_bookings = says_word(run.scenario_text, "bookings") && !says_word(run.scenario_text, "poisson") &&
                       !says_word(run.scenario_text, "sessions") && !says_word(run.scenario_text, "ocpp");
  world.trouble = NotAskable::no_file;

  // Only a file with the very text of the run answers for it: at its recorded place, or beside the run file.
  const fs::path recorded(run.scenario_file), folder = fs::path(run.file).parent_path();
  for (const fs::path& place : {recorded, folder / recorded, folder / recorded.filename()}) {
    std::error_code error;
    if (run.scenario_file.empty() || !fs::is_regular_file(place, error)) continue;
    const std::uintmax_t size = fs::file_size(place, error);
    if (error || size > most_scenario_bytes || read_text(place) != run.scenario_text) {
      world.trouble = NotAskable::another_text;
      continue;
    }
    world.scenario = place.string();
    world.trouble = NotAskable::askable;
    return world;
  }
  return world;
}

std::vector<std::string> advise_arguments(const std::string& evtwin, const AskedWorld& world,
                                          const ChargeRequest& request, bool korean) {
  std::vector<std::string> words{evtwin, "advise"};
  add_world(words, world, {});
  std::string car = fmt::format("kwh={},soc={},target={},arrive={},leave={}", request.battery_kwh, request.soc,
                                request.target, request.arrive, request.leave);
  if (request.max_ac_kw == request.max_ac_kw) car += fmt::format(",kw={}", request.max_ac_kw);
  if (request.max_dc_kw == request.max_dc_kw) car += fmt::format(",dc_kw={}", request.max_dc_kw);
  if (!request.site.empty()) car += ",site=" + request.site;
  if (!request.evse.empty()) car += ",evse=" + request.evse;
  if (request.v2g) car += ",v2g=true";
  words.insert(words.end(), {"--vehicle", car, "--strategy", request.strategy, "--baseline", request.baseline, "--lang",
                             korean ? "ko" : "en"});
  return words;
}

std::vector<std::string> run_arguments(const std::string& evtwin, const AskedWorld& world, const SiteRequest& request,
                                       const std::string& out) {
  std::vector<std::string> words{evtwin, "run"};
  add_world(words, world, request);
  words.insert(words.end(), {"--strategy", request.strategy, "--out", out});
  return words;
}

std::vector<std::string> compare_arguments(const std::string& evtwin, const AskedWorld& world,
                                           const std::vector<std::string>& strategies, const std::string& folder) {
  std::vector<std::string> words{evtwin, "compare"};
  add_world(words, world, {});
  words.insert(words.end(),
               {"--strategies", fmt::format("{}", fmt::join(strategies, ",")), "--no-bound", "--out", folder});
  return words;
}

std::vector<std::string> booking_arguments(const std::string& evtwin, const AskedWorld& world,
                                           const SiteRequest& request) {
  std::vector<std::string> words{evtwin, "advise"};
  add_world(words, world, request);
  words.insert(words.end(), {"--bookings", "--strategy", request.strategy});
  return words;
}

BookingAdvice read_booking_advice(const std::string& document, const Clock& clock) {
  return read(document, "advice on bookings", [&](const json& answer) {
    BookingAdvice out;
    out.strategy = text(answer, "strategy");
    out.currency = text(answer, "currency");
    out.fixed = answer.at("fixed").get<std::int64_t>();
    out.flexible = answer.at("flexible").get<std::int64_t>();
    for (const json& move : answer.at("moves")) {
      out.moves.push_back({text(move, "id"), text(move, "evse"), instant_of(clock, move.at("from").at("arrive")),
                           instant_of(clock, move.at("from").at("leave")),
                           instant_of(clock, move.at("to").at("arrive")),
                           instant_of(clock, move.at("to").at("leave"))});
    }
    out.saves = number(answer, "saves");
    out.objective_before = number(answer.at("before"), "objective");
    out.objective_after = number(answer.at("after"), "objective");
    out.bill_before = number(answer.at("before"), "bill");
    out.bill_after = number(answer.at("after"), "bill");
    out.peak_before_kw = number(answer.at("before"), "peak_kw");
    out.peak_after_kw = number(answer.at("after"), "peak_kw");
    return out;
  });
}

std::vector<std::string> booking_list_arguments(const std::string& evtwin, const AskedWorld& world) {
  std::vector<std::string> words{evtwin, "advise"};
  add_world(words, world, {});
  words.insert(words.end(), {"--bookings", "--list"});
  return words;
}

std::vector<WrittenBooking> read_written_bookings(const std::string& document, const Clock& clock) {
  return read(document, "list of bookings", [&](const json& answer) {
    const auto time = [&](const json& value) {
      return value.is_string() ? instant_of(clock, value) : kernel::time_never;
    };
    std::vector<WrittenBooking> written;
    for (const json& row : answer.at("bookings")) {
      WrittenBooking& booking = written.emplace_back();
      booking.id = text(row, "id");
      booking.site = text(row, "site");
      booking.evse = row.at("evse") == "any" ? std::string() : text(row, "evse");
      booking.terms.priority = row.at("priority").get<double>();
      booking.terms.v2g = row.at("v2g").get<bool>();
      booking.terms.booked_at_ns = time(row.at("booked_at"));
      const json& window = row.at("window");
      if (!window.is_object()) continue;
      booking.terms.window_from_ns = time(window.at("from"));
      booking.terms.window_to_ns = time(window.at("to"));
    }
    return written;
  });
}

std::vector<std::string> strategies_arguments(const std::string& evtwin) {
  return {evtwin, "plugin", "list", "--json"};
}
std::vector<std::string> tariffs_arguments(const std::string& evtwin) { return {evtwin, "tariffs", "--json"}; }

ChargeAnswer read_charge_answer(const std::string& document, const Clock& clock) {
  return read(document, "advice", [&](const json& answer) {
    ChargeAnswer out;
    out.currency = text(answer, "currency");
    out.keep_existing = answer.at("advice") == "keep_existing";
    out.reachable = answer.at("reachable").get<bool>();
    out.driver_price = answer.at("cost_is") == "driver_price";
    out.why = text(answer, "why");
    out.reason = text(answer, "reason");
    out.wanted_kwh = number(answer.at("request"), "wanted_kwh");
    out.arrive_ns = instant_of(clock, answer.at("request").at("arrive"));
    out.leave_ns = instant_of(clock, answer.at("request").at("leave"));
    out.existing = way_of(answer.at("existing"), clock);
    out.proposed = way_of(answer.at("proposed"), clock);
    return out;
  });
}

std::vector<Compared> read_comparison(const std::string& document) {
  return read(document, "comparison", [&](const json& answer) {
    std::vector<Compared> out;
    for (const json& run : answer.at("runs")) {
      Compared& one = out.emplace_back();
      one.strategy = text(run, "strategy");
      one.error = text(run, "error");
      if (const auto file = run.find("run_file"); file != run.end() && file->is_string()) one.file = *file;
      for (const auto& [name, value] : run.at("kpi").items())
        one.kpis[name] = value.is_number() ? value.get<double>() : none;
    }
    return out;
  });
}

std::vector<std::string> read_strategies(const std::string& document) {
  return read(document, "list of strategies", [&](const json& answer) {
    std::vector<std::string> names;
    for (const json& row : answer.at("strategies")) {
      std::string name = text(row, "id");
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
    return names;
  });
}

std::map<std::string, std::vector<std::string>> read_tariffs(const std::string& document) {
  return read(document, "list of tariffs", [&](const json& answer) {
    std::map<std::string, std::vector<std::string>> names;
    for (const json& row : answer.at("tariffs")) names[text(row, "currency")].push_back(text(row, "name"));
    return names;
  });
}

std::string error_line(const std::string& err) {
  std::string last;
  for (std::size_t from = 0; from < err.size();) {
    const std::size_t end = std::min(err.find('\n', from), err.size());
    const std::string line = err.substr(from, end - from);
    from = end + 1;
    if (line.empty()) continue;
    constexpr std::string_view word = "error: ";
    if (line.starts_with(word)) return kernel::make_printable(line.substr(word.size()));
    last = line;
  }
  return kernel::make_printable(last);
}

}  // namespace evtwin::viewer::model
