#include "scenario/language.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kernel/hash.hpp"
#include "kernel/log.hpp"
#include "kernel/name_text.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::size_t most_source_bytes = std::size_t{4} << 20;

bool is_module_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  bool dot = true;
  for (const char c : name) {
    if (c != '.' && !is_letter(c)) return false;
    if (c == '.' && dot) return false;
    dot = c == '.';
  }
  return !dot;
}

int line_of_byte(std::string_view text, std::size_t byte) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n'));
}

// The first line that is not UTF-8; 0 when all is.
int broken_line(std::string_view text) {
  if (kernel::is_utf8(text)) return 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (!kernel::is_utf8(text.substr(at, end - at))) return line_of_byte(text, at);
    at = end + 1;
  }
  return 1;
}

// Refuses bytes that no file of Lua may hold, with their line. @throws ScriptError
void refuse_other_bytes(std::string_view text, const std::string& file, const std::string& what) {
  if (text.starts_with(LUA_SIGNATURE))
    throw ScriptError(file + ":1: this is Lua bytecode; a " + what + " is a text file");
  if (const std::string_view encoding = kernel::wide_encoding(text); !encoding.empty())
    throw ScriptError(file + ":1: the file is " + std::string(encoding) + "; save it as UTF-8");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw ScriptError(file + ":" + std::to_string(line_of_byte(text, nul)) + ": a NUL byte; a " + what +
                      " is a text file");
  }
  if (const int line = broken_line(text); line > 0)
    throw ScriptError(file + ":" + std::to_string(line) + ": text that is not UTF-8; save the file as UTF-8");
}

double parsed_number(const std::string& name, const std::string& text) {
  double value = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || !(value - value == 0.0)) {
    throw std::runtime_error("--set " + kernel::make_printable(name, 60) + "=" + kernel::make_printable(text, 60) +
                             ": this parameter is a number");
  }
  return value;
}

std::int64_t parsed_whole(const std::string& text, bool& is_whole) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  is_whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return value;
}

Input input_of(const std::string& name, std::string_view bytes) {
  return {name, static_cast<std::int64_t>(bytes.size()), kernel::digest64(bytes)};
}

}  // namespace

ScenarioSource::ScenarioSource(const std::string& file, LoadOptions options, Kind kind)
    : folder_(folder_of(file)), options_(std::move(options)), kind_(kind) {
  const std::string what = kind == Kind::scenario ? "scenario" : "strategy";
  if (options_.library_dir.empty()) options_.library_dir = library_folder();
  const std::string shown = kernel::make_printable(file, 300);
  auto text = std::make_shared<SourceText>();
  text->file = shown;
  try {
    text->text = options_.text ? *options_.text : open_users_file(file).read_all(most_source_bytes);
  } catch (const FolderError& error) {
    throw ScriptError(shown + ": the " + what + " " + error.what());
  }
  const std::string_view body = text->text;
  refuse_other_bytes(body, shown, what);
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw ScriptError(shown + ":1: the file is empty; a " + what + " is written: return " + what + " { ... }");
  }
  text_ = std::move(text);
}

OpenFile ScenarioSource::open_file(const std::string& path) const {
  {
    const std::scoped_lock lock(mutex_);
    opened_.insert(path);
  }
  kernel::log_line(kernel::LogRoom::scenario, kernel::LogLevel::debug, "opens {}", path);
  const auto is_path = [&](const auto& entry) { return entry.second == path; };
  const bool users_own = std::any_of(options_.set.begin(), options_.set.end(), is_path) ||
                         std::any_of(options_.changes.begin(), options_.changes.end(), is_path);
  return users_own ? open_users_file(path) : open_below(folder_, path);
}

std::vector<Input> ScenarioSource::files_read() const {
  std::vector<Input> inputs{input_of(file(), text())};
  std::set<std::string> paths;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, module] : modules_) inputs.push_back(input_of("module " + name, module.first));
    paths = opened_;
  }
  for (const std::string& path : paths) {
    const OpenFile opened = open_file(path);
    std::ifstream bytes(opened.stable_path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(bytes), {}};
    inputs.push_back(input_of(path, content));
  }
  return inputs;
}

std::string ScenarioSource::read_module(std::string_view name, std::string& file) const {
  // Read once: every Lua state of this source sees the same text, whatever becomes of the file.
  const std::scoped_lock lock(mutex_);
  if (const auto known = modules_.find(name); known != modules_.end()) {
    file = known->second.second;
    return known->second.first;
  }

  if (!is_module_name(name)) {
    throw FolderError("require: '" + kernel::make_printable(name, 60) +
                      "' is no module name; names are letters, digits, - and _, with dots between folders");
  }

  std::string path(name);
  std::replace(path.begin(), path.end(), '.', '/');
  path += ".lua";

  // The library wins over the folder: a scenario can not replace a tariff unseen.
  const bool in_library = !options_.library_dir.empty() && exists_below(options_.library_dir, path);
  if (!in_library && !exists_below(folder_, path)) {
    std::string text =
        "require: no module '" + kernel::make_printable(name, 60) + "' in the scenario library or beside the scenario";
    const std::vector<std::string> there =
        options_.library_dir.empty() ? std::vector<std::string>() : modules_below(options_.library_dir);
    const std::vector<std::string_view> known(there.begin(), there.end());
    const std::string hint = kernel::did_you_mean(name, known);
    if (!hint.empty()) throw FolderError(text + hint);
    for (std::size_t i = 0; i < there.size(); ++i) text += (i == 0 ? "; the library has: " : ", ") + there[i];
    throw FolderError(text);
  }

  const OpenFile opened = open_below(in_library ? options_.library_dir : folder_, path);
  file = in_library ? path : opened.shown_path();
  std::string text = opened.read_all(most_source_bytes);

  kernel::log_line(kernel::LogRoom::scenario, kernel::LogLevel::info, "module {}: {}, {} bytes", name, file,
                   text.size());
  refuse_other_bytes(text, kernel::make_printable(file, 300), "module");
  modules_.emplace(name, std::make_pair(text, file));
  return text;
}

Language::Language(std::shared_ptr<const ScenarioSource> source, std::uint64_t seed)
    : source_(std::move(source)), sandbox_(lua::SandboxLimits{}, seed) {
  sandbox_.set_loader([this](std::string_view name, std::string& file) { return source_->read_module(name, file); });
  add_word("scenario", "scenario", 1);
  add_word("site", "site", 1);
  add_word("sessions", "sessions", 1);
  add_word("ocpp", "ocpp", 1);
  add_word("bookings", "bookings", 1);
  add_word("csv", "csv", 1);
  add_word("directory", "directory", 1);
  add_word("from_sessions", "from_sessions", 2);
  add_word("from_ocpp", "from_ocpp", 2);
  add_word("at", "at", 2);
  add_word("plugin", "plugin", 1, true);
  add_word("strategy", "strategy", 1, true);
  add_word("forecaster", "forecaster", 1, true);
  for (const char* name : {"uniform", "normal", "lognormal", "exponential", "choice", "quantiles"})
    add_word(name, name, 1);

  lua_State* L = lua_state();
  lua_newtable(L);
  sandbox_.push_function([this](lua_State* in) { return make_construct(in, "arrivals.poisson", 1, false); });
  lua_setfield(L, -2, "poisson");
  lua::make_read_only(L, -1, "arrivals", true);
  sandbox_.set_global("arrivals");
  sandbox_.set_function("driving_kwh", [this](lua_State* in) { return answer_driving(in); });
  sandbox_.set_function("parked", [this](lua_State* in) { return answer_parked(in); });
  sandbox_.set_function("param", [this](lua_State* in) { return declare_param(in); });
}

void Language::add_word(const char* name, std::string kind, int most_arguments, bool takes_table) {
  sandbox_.set_function(name, [this, kind = std::move(kind), most_arguments, takes_table](lua_State* L) {
    return make_construct(L, kind, most_arguments, takes_table);
  });
}

void note_caller(lua_State* L, Construct& word) {
  // The innermost frame with a line is the script's: frames of C have none.
  lua_Debug frame;
  for (int level = 1; lua_getstack(L, level, &frame) != 0; ++level) {
    if (lua_getinfo(L, "Sl", &frame) == 0 || frame.currentline <= 0) continue;
    word.file = frame.source[0] == '@' ? frame.source + 1 : frame.source;
    word.line = frame.currentline;
    return;
  }
}

// Nothing is checked here beyond the number of arguments: all checks happen on the finished scenario, with lines.
int Language::make_construct(lua_State* L, const std::string& kind, int most_arguments, bool takes_table) {
  auto out = std::make_shared<Construct>();
  out->kind = kind;
  out->takes_table = takes_table;

  note_caller(L, *out);

  const int given = lua_gettop(L);
  if (given == 0) throw std::runtime_error(kind + ": nothing was given; write " + kind + " { ... }");
  if (given > most_arguments) {
    throw std::runtime_error(kind + ": " + std::to_string(given) + " arguments given, at most " +
                             std::to_string(most_arguments) + " due");
  }

  for (int i = 1; i <= given; ++i) out->arguments.push_back(take_value(L, i));

  // Sites and events must stand in the scenario to have an effect: those made are counted, so that stray ones are told.
  if (kind == "site" || kind == "at") {
    if (made_.size() >= 100'000) throw std::runtime_error(kind + ": more than 100,000 sites and events");
    made_.push_back(out);
  }

  const bool readable = kind == "strategy" && lua_istable(L, 1);
  push_construct(L, std::move(out));
  if (readable) {  // its table can be read: mine.decide(view, params) in a test of it
    lua_pushvalue(L, 1);
    lua::make_read_only(L, -1, "strategy", true);
    lua_setiuservalue(L, -2, 1);
  }
  return 1;
}

int Language::declare_param(lua_State* L) {
  if (lua_type(L, 1) != LUA_TSTRING)
    throw std::runtime_error("param: the name is due in quotes: param(\"name\", default)");
  const std::string name = lua_tostring(L, 1);

  const auto known = std::find_if(params_.begin(), params_.end(), [&](const Param& p) { return p.name == name; });
  const auto set = source_->options().set.find(name);
  const bool given = set != source_->options().set.end();

  // Known even where its value is not given: a slip in --set is answered with the names that there are.
  if (known == params_.end()) params_.push_back({name, given});
  lua_settop(L, 2);
  if (!given) return 1;

  // The type of the default decides how the text is read.
  const std::string& text = set->second;
  switch (lua_type(L, 2)) {
    case LUA_TNUMBER: {
      // A whole number stays one: Lua prints 6 and 6.0 differently.
      bool is_whole = false;
      const std::int64_t value = parsed_whole(text, is_whole);
      if (is_whole)
        lua_pushinteger(L, value);
      else
        lua_pushnumber(L, parsed_number(name, text));
      return 1;
    }

    case LUA_TBOOLEAN:
      if (text != "true" && text != "false") {
        throw std::runtime_error("--set " + kernel::make_printable(name, 60) + "=" + kernel::make_printable(text, 60) +
                                 ": this parameter is true or false");
      }
      lua_pushboolean(L, text == "true" ? 1 : 0);
      return 1;

    case LUA_TNIL:
    case LUA_TSTRING:
      lua_pushlstring(L, text.data(), text.size());
      return 1;
    default:
      throw std::runtime_error("param: the default of " + kernel::make_printable(name, 60) +
                               " must be a number, true or false, or text");
  }
}

namespace {
std::atomic<bool> prints_muted{false};
}

void mute_prints() { prints_muted = true; }

void print_line(std::string_view line) {
  if (prints_muted) return;
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

std::shared_ptr<const Construct> Language::evaluate_file(std::function<void(std::string_view)> print) {
  sandbox_.set_print(std::move(print));
  sandbox_.run_chunk(source_->text(), source_->file(), 1);
  std::shared_ptr<const Construct> made = to_construct(lua_state(), -1);
  const std::string got = lua_isnil(lua_state(), -1) ? "nothing" : std::string("a ") + luaL_typename(lua_state(), -1);
  lua_settop(lua_state(), 0);
  const std::string what = source_->kind() == ScenarioSource::Kind::scenario ? "scenario" : "strategy";
  if (!made)
    throw ScriptError(source_->file() + ": the file returns " + got + "; a " + what + " is written: return " + what +
                      " { ... }");
  return made;
}

std::shared_ptr<const Construct> Language::run_scenario(std::function<void(std::string_view)> print) {
  std::shared_ptr<const Construct> scenario = evaluate_file(std::move(print));
  if (scenario->kind != "scenario") {
    throw ScriptError(source_->file() + ": the file returns a " + scenario->kind +
                      "; a scenario is written: return scenario { ... }");
  }
  return scenario;
}

void Language::push(Function function) { lua_rawgeti(lua_state(), LUA_REGISTRYINDEX, function.reference); }

Where Language::place_of(const Construct& scenario) const {
  return {source_->source_text(), scenario.file, scenario.kind, scenario.line, {}};
}

}  // namespace evtwin::scenario
