#include "scenario/loader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>

#include "kernel/log.hpp"
#include "kernel/nearest.hpp"
#include "kernel/program_folder.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/language.hpp"
#include "scenario/road_region.hpp"
#include "scenario/script_definition.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::scenario {
namespace {

constexpr double whole_in_double = 9007199254740992.0;  // 2^53: from here on a float skips whole numbers
static_assert(whole_in_double == static_cast<double>(std::int64_t{1} << std::numeric_limits<double>::digits));
constexpr int most_days = 36'500;

std::uint64_t seed_of(const Value& value, const Where& where) {
  if (!value.is_number()) throw_at(where, "must be a whole number from 0 to 2^63-1, got " + describe_value(value));
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    if (*whole < 0) throw_at(where, "= " + std::to_string(*whole) + " must be from 0 to 2^63-1");
    return static_cast<std::uint64_t>(*whole);
  }
  const double number = value.as_number();
  if (!(number >= 0.0 && number <= whole_in_double) || std::floor(number) != number) {
    throw_at(
        where,
        "= " + show_number(number) +
            " must be a whole number from 0 to 2^63-1; a number of this size or form is a float, which loses digits");
  }
  return static_cast<std::uint64_t>(number);
}

// The instant `days` local days after `start`, at the same time of the local clock.
TimeNs end_of(const market::Calendar& calendar, TimeNs start, int days, const Where& where) {
  const market::LocalTime local = calendar.local_time(start);
  const std::int64_t last = market::days_since_epoch(local.date) + days;
  constexpr market::LocalDate latest{2262, 4, 9};
  if (last > market::days_since_epoch(latest)) {
    throw_at(where, "= " + std::to_string(days) +
                        " leads past 2262-04-09, where the clock of the simulation ends (start " +
                        market::format_date(local.date) + ")");
  }
  const market::LocalDate date = market::date_of_days(last);
  if (start == calendar.day_start(start)) return calendar.start_of(date);
  return calendar.to_utc(date.year, date.month, date.day, local.hour, local.minute, local.second).first_ns;
}

void read_run_window(Build& build, const Fields& f, const Construct& scenario) {
  twin::World& world = build.world;
  const LoadOptions& options = build.source.options();

  // Sessions of a log set the window: it begins with their first local day, whatever the scenario says.
  if (options.arrivals_from) {
    const sessions::SessionDays logged = sessions::days_of(*options.arrivals_from, world.calendar);
    world.start_ns = world.calendar.start_of(logged.first);
    world.days = options.days.value_or(logged.days);
    if (world.days < 1 || world.days > most_days)
      throw ScriptError("the log spans " + std::to_string(world.days) + " days; from 1 to 36,500 can be simulated");
    world.end_ns = end_of(world.calendar, world.start_ns, world.days, f.where("start"));
    return;
  }

  const Value& start = *f.find_value("start");
  if (f.has_key("days") == f.has_key("hours")) fail_at(f.where(), "the scenario needs days or hours, one of them");
  const Value nothing;
  const Value& days = f.has_key("days") ? *f.find_value("days") : nothing;
  const auto from_sessions = [](const Value& value) {
    return value.as_text() != nullptr && *value.as_text() == "from_sessions";
  };

  RecordedDays recorded;
  if (from_sessions(start) || (from_sessions(days) && !options.days))
    recorded = recorded_days(build, scenario, f.where());
  world.start_ns = from_sessions(start) ? world.calendar.start_of(recorded.first)
                                        : instant_of(start, f.where("start"), world.calendar);

  // --days wins over the scenario, in local days, which may have 23 or 25 h.
  if (options.days) {
    if (*options.days < 1 || *options.days > most_days) {
      throw ScriptError("--days " + std::to_string(*options.days) + ": days must be from 1 to 36,500");
    }
    world.days = *options.days;
  } else if (from_sessions(days)) {
    const std::int64_t ends = market::days_since_epoch(recorded.first) + recorded.days;
    const std::int64_t length = ends - market::days_since_epoch(world.calendar.local_date(world.start_ns));
    if (length < 1) throw_at(f.where("start"), "lies after the last recorded session");
    if (length > most_days)
      throw_at(f.where("days"),
               "= \"from_sessions\" makes " + std::to_string(length) + " days; at most 36,500 are allowed");
    world.days = static_cast<int>(length);
  } else if (f.has_key("hours")) {
    world.days = static_cast<int>(std::ceil(f.read_number("hours") / 24.0));
  } else {
    world.days = static_cast<int>(whole_of(days, f.where("days"), 1, most_days, "days"));
  }

  const bool by_hours = f.has_key("hours") && !options.days;
  world.end_ns = end_of(world.calendar, world.start_ns, world.days, f.where(by_hours ? "hours" : "days"));
  if (by_hours) world.end_ns = kernel::after_hours_rounded_up(world.start_ns, f.read_number("hours"));

  // Beyond the known rules of a time zone local days are a guess: said in the run.
  if (world.end_ns > world.calendar.rules_known_until()) {
    build.add_flag("timezone", "the changes of clock in " + world.calendar.zone_name() + " are known until " +
                                   world.calendar.format_local(world.calendar.rules_known_until()) +
                                   "; afterwards the last offset is kept");
  }
}

std::string strategy_id(const Build& build, const Value& value, const Where& where) {
  const std::string& id = text_of(value, where);
  const auto& set = build.source.options().set;
  const bool users_own = std::any_of(set.begin(), set.end(), [&](const auto& entry) { return entry.second == id; });
  if (!users_own && id.find_first_of("/#:") != std::string::npos) {
    throw_at(where, "= \"" + id +
                        "\" must be the id of a strategy, such as \"edf\"; a plugin's file can only be named on the "
                        "command line (--strategy FILE.so#ID)");
  }
  if (id == "lua") throw_at(where, "= \"lua\": write the function itself, strategy = function(view) ... end");
  return id;
}

void read_strategy(Build& build, const Fields& f, std::string& position, std::string& label) {
  const Value* value = f.find_value("strategy");
  if (value == nullptr) return;
  const Where where = f.where("strategy");
  position = where.file_position();
  twin::StrategyChoice& choice = build.world.strategy;

  if (value->as_function() != nullptr) {
    choice.id = "lua";
  } else if (value->as_text() != nullptr) {
    choice.id = strategy_id(build, *value, where);
  } else if (const Construct* plugin = value->construct("plugin")) {
    const Where at = where.place_of(*plugin);
    position = at.file_position();
    choice.id = strategy_id(build, plugin->arguments.front(), at);
    choice.params = params_given(*plugin, at);
  } else if (const Construct* script = value->construct("strategy")) {
    const Where at = where.place_of(*script);
    position = at.file_position();
    choice.id = "lua";
    choice.params = params_given(*script, at);
    const ScriptDefinition definition = definition_of(*script, at);

    // Checked here, where the place in the scenario is known.
    try {
      static_cast<void>(checked_params(definition, choice.params));
    } catch (const ScriptError& error) {
      fail_at(at, error.message);
    }
    label = label_of(definition, choice.params);
  } else {
    throw_at(where, "must be the id of a strategy, plugin \"id\" { ... }, strategy { ... } or a function(view), got " +
                        describe_value(*value));
  }
}

void read_events(Build& build, const std::vector<std::shared_ptr<const Construct>>& events, const Where& where) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Construct& event = *events[i];
    const Where at = where.place_of(event);
    if (event.arguments.size() != 2 || event.arguments[1].as_function() == nullptr) {
      fail_at(at, "at takes a local time and a function: at(\"2025-06-02T14:00\", function(world) ... end)");
    }
    twin::ScriptedEvent scripted;
    scripted.time_ns = instant_of(event.arguments[0], at, build.world.calendar);
    scripted.index = static_cast<std::uint32_t>(i);
    scripted.where = at.file_position();
    if (scripted.time_ns < build.world.start_ns || scripted.time_ns >= build.world.end_ns) {
      build.add_flag(scripted.where,
                     "at(\"" + *event.arguments[0].as_text() + "\") lies outside the run and does nothing");
      continue;
    }
    build.world.events.push_back(std::move(scripted));
  }
  std::stable_sort(build.world.events.begin(), build.world.events.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
}

void read_sites(Build& build, const Fields& f, const std::vector<std::shared_ptr<const Construct>>& sites) {
  control::SiteForecast forecast = default_forecast();
  if (const Value* value = f.find_value("forecast"))
    forecast = forecast_of(build, *value, f.where("forecast"), -1, forecast);
  const Value* arrivals = f.find_value("arrivals");
  const Value* history = f.find_value("history");

  if (sites.empty()) fail_at(f.where(), "scenario needs at least one site { ... }");
  if (arrivals != nullptr && sites.size() > 1)
    throw_at(f.where("arrivals"), "is for scenarios of one site; here each site { ... } has its own arrivals");
  if (history != nullptr && sites.size() > 1)
    throw_at(f.where("history"), "is for scenarios of one site; here each site { ... } has its own history");

  if (build.source.options().arrivals_from && sites.size() > 1)
    fail_at(f.where(), "has " + std::to_string(sites.size()) + " sites; a log is of one site");

  std::set<std::string> names;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const std::string default_name = sites.size() == 1 ? "site" : "site-" + std::to_string(i + 1);
    build.world.sites.push_back(
        site_of(build, *sites[i], f.where(), static_cast<int>(i), forecast, arrivals, history, default_name));
    const std::string& name = build.world.sites.back().name;
    if (!names.insert(name).second)
      throw_at(f.where().place_of(*sites[i]) / "name", "= \"" + name + "\" is used by two sites");
  }

  check_changes(build.source.options(), {names.begin(), names.end()});
  // One currency, so that sums over sites mean something.
  for (const twin::Site& site : build.world.sites) {
    if (!site.tariff_given) continue;
    if (build.world.currency.empty()) build.world.currency = site.tariff.currency;
    if (site.tariff.currency != build.world.currency) {
      fail_at(f.where(), "the site \"" + site.name + "\" has the currency " + site.tariff.currency + ", another site " +
                             build.world.currency + "; all sites need one currency");
    }
  }
}

std::vector<std::string> texts_of(const Value& value, const Where& where, std::string_view what) {
  std::vector<std::string> texts;
  const std::vector<const Value*> list = list_of(value, where, what);
  for (std::size_t i = 0; i < list.size(); ++i) texts.push_back(text_of(*list[i], where / i));
  return texts;
}

std::vector<OwnFigure> figures_of(const Value& value, const Where& where) {
  if (value.as_table() == nullptr || !value.as_table()->numbered.empty())
    throw_at(where, "must name each figure: { late_kwh = \"SELECT ...\", gini = function(run) ... end }, got " +
                        describe_value(value));
  std::vector<OwnFigure> figures;
  for (const auto& [name, entry] : value.as_table()->named) {
    const bool sound =
        name.size() <= 60 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!sound) throw_at(where / name, "is no name for a figure; use a-z, 0-9 and _");
    if (entry.as_text() == nullptr && entry.as_function() == nullptr)
      throw_at(where / name, "must be a statement in SQL or a function of the run, got " + describe_value(entry));
    if (entry.as_text() != nullptr && entry.as_text()->empty()) throw_at(where / name, "is an empty statement");
    figures.push_back({name, entry.as_text() != nullptr ? *entry.as_text() : std::string(), where.file_position()});
  }
  return figures;
}

AskedReward reward_of(const Value& value, const Where& where) {
  AskedReward reward;
  reward.where = where.file_position();
  reward.is_function = value.as_function() != nullptr;
  if (value.as_text() != nullptr) reward.name = text_of(value, where);
  if (reward.is_function || value.as_text() != nullptr) return reward;

  const Table* table = value.as_table();
  if (table == nullptr || table->numbered.size() > 1 || (table->numbered.empty() && table->named.empty()))
    throw_at(where,
             "must be the name of a reward, { \"name\", part = weight }, { term = weight } or a function of a "
             "step, got " +
                 describe_value(value));
  for (const auto& entry : table->numbered) reward.name = text_of(entry.second, where / 0);
  for (const auto& [term, weight] : table->named)
    reward.weights.emplace_back(term, number_of(weight, where / term, -1e15, 1e15));
  return reward;
}

AskedSweep sweep_of(const Value& value, const Where& where) {
  const Fields f(value, find_section("sweep"), where);
  AskedSweep sweep;
  if (const Value* vary = f.find_value("vary"))
    sweep.vary = texts_of(*vary, f.where("vary"), "texts as \"contract_kw=40:160:15\"");
  if (const Value* strategies = f.find_value("strategies"))
    sweep.strategies = texts_of(*strategies, f.where("strategies"), "names of strategies");
  if (f.has_key("samples")) sweep.samples = static_cast<std::size_t>(f.read_whole("samples"));
  sweep.seeds = f.text("seeds");
  return sweep;
}

std::vector<std::shared_ptr<const Construct>> positional(const Fields& f, std::string_view kind) {
  std::vector<std::shared_ptr<const Construct>> out;
  for (const Value& entry : f.positional()) {
    if (entry.construct(kind) != nullptr) out.push_back(std::get<std::shared_ptr<const Construct>>(entry.data));
  }
  return out;
}

/// Leaves the sites of one operator, and of limits over several sites their part. @throws ScriptError naming the
/// operators that there are. @returns the new numbers of all sites; -1: gone
std::vector<std::int64_t> keep_operator(Build& build, const std::string& name) {
  twin::World& world = build.world;
  std::vector<std::int64_t> new_number(world.sites.size(), -1);
  std::vector<twin::Site> kept;
  std::set<std::string> operators;
  for (std::size_t s = 0; s < world.sites.size(); ++s) {
    if (!world.sites[s].operator_name.empty()) operators.insert(world.sites[s].operator_name);
    if (world.sites[s].operator_name != name) continue;
    new_number[s] = static_cast<std::int64_t>(kept.size());
    kept.push_back(world.sites[s]);
  }
  if (kept.empty()) {
    std::string text = "--operator " + kernel::make_printable(name, 60) + ": no site of the scenario is theirs";
    if (operators.empty()) text += "; its sites name no operator (operator = \"...\" of a site)";
    for (auto at = operators.begin(); at != operators.end(); ++at)
      text += (at == operators.begin() ? "; there are: " : ", ") + kernel::make_printable(*at, 60);
    throw ScriptError(text);
  }
  world.sites = std::move(kept);

  for (twin::SharedLimit& limit : world.shared_limits) {
    std::vector<std::uint32_t> sites;
    for (const std::uint32_t s : limit.sites) {
      if (new_number[s] >= 0) sites.push_back(static_cast<std::uint32_t>(new_number[s]));
    }
    if (sites.size() < limit.sites.size() && !sites.empty())
      build.add_flag(limit.name, "some sites that share this limit are not in the run: theirs is left to the others");
    limit.sites = std::move(sites);
  }
  std::erase_if(world.shared_limits, [](const twin::SharedLimit& limit) { return limit.sites.empty(); });
  return new_number;
}

/// The same roads among sites with other numbers.
std::shared_ptr<const RoadRegion> renumbered(const RoadRegion& region, const std::vector<std::int64_t>& new_number) {
  auto out = std::make_shared<RoadRegion>(region);
  for (std::int32_t& site : out->sites)
    if (site >= 0) site = static_cast<std::int32_t>(new_number[static_cast<std::size_t>(site)]);
  return out;
}

void check_params(const Language& language, const LoadOptions& options) {
  for (const auto& [name, value] : options.set) {
    const auto& params = language.params();
    if (std::any_of(params.begin(), params.end(), [&, &key = name](const Language::Param& p) { return p.name == key; }))
      continue;
    std::vector<std::string_view> known;
    for (const Language::Param& p : params) known.push_back(p.name);
    std::string text = "--set " + kernel::make_printable(name, 60) + ": the scenario reads no such parameter" +
                       kernel::did_you_mean(name, known);
    if (known.empty()) text += "; it has none (they are read by param(\"name\", default))";
    for (std::size_t i = 0; i < known.size(); ++i)
      text += (i == 0 ? "; it reads: " : ", ") + kernel::make_printable(known[i], 60);
    throw ScriptError(text);
  }
}

// The seed stands in the scenario, and yet math.random in the scenario depends on it: so the text may have to run
// twice.
std::shared_ptr<const Construct> run_with_seed(const std::shared_ptr<ScenarioSource>& source,
                                               std::unique_ptr<Language>& language) {
  source->seed = source->options().seed.value_or(0);
  language = std::make_unique<Language>(source, source->seed);
  std::vector<std::string> prints;
  std::shared_ptr<const Construct> scenario =
      language->run_scenario([&](std::string_view line) { prints.emplace_back(line); });
  const Table* table = scenario->arguments.front().as_table();
  const Value* seed = table != nullptr ? table->find_value("seed") : nullptr;
  if (!source->options().seed && seed != nullptr) source->seed = seed_of(*seed, language->place_of(*scenario) / "seed");
  if (source->seed == source->options().seed.value_or(0)) {
    for (const std::string& line : prints) print_line(line);
    return scenario;
  }
  language = std::make_unique<Language>(source, source->seed);
  return language->run_scenario(print_line);
}

/// Logs the world that was built, and the sessions left out of it.
void tell_loaded(const LoadedScenario& loaded, double ms) {
  constexpr kernel::LogRoom room = kernel::LogRoom::scenario;
  if (!kernel::logs_at(room, kernel::LogLevel::warning)) return;
  const twin::World& world = loaded.world;

  std::size_t evses = 0, storages = 0;
  for (const twin::Site& site : world.sites) {
    evses += site.evses.size();
    storages += site.storages.size();
  }

  kernel::log_line(room, kernel::LogLevel::info,
                   "{}: {} bytes; {} site(s), {} EVSE(s), {} storage(s), {} vehicle kind(s), {} to {}, strategy {}, "
                   "seed {}, {:.1f} ms",
                   world.scenario_file, world.scenario_text.size(), world.sites.size(), evses, storages,
                   world.vehicles.size(), world.calendar.format_local(world.start_ns),
                   world.calendar.format_local(world.end_ns), world.strategy.id, world.seed, ms);

  std::size_t left_out = 0;
  for (const twin::Flag& flag : world.flags) {
    if (flag.left_out) ++left_out;
    kernel::log_line(room, kernel::LogLevel::debug, "{}{}{}{}", flag.left_out ? "left out: " : "", flag.id,
                     flag.id.empty() ? "" : ": ", flag.reason);
  }
  if (left_out > 0)
    kernel::log_line(room, kernel::LogLevel::warning, "{}: {} session(s) left out, each told at debug",
                     world.scenario_file, left_out);
}

LoadedScenario load(const std::string& file, const LoadOptions& options) {
  const kernel::Stopwatch watch;
  auto source = std::make_shared<ScenarioSource>(file, options);
  std::unique_ptr<Language> language;
  const std::shared_ptr<const Construct> scenario = run_with_seed(source, language);
  const Where where = language->place_of(*scenario);
  const Fields f(scenario->arguments.front(), find_section("scenario"), where);

  // Sites and events are the only entries without a key.
  for (std::size_t i = 0; i < f.positional().size(); ++i) {
    const Value& entry = f.positional()[i];
    if (entry.construct("site") == nullptr && entry.construct("at") == nullptr) {
      throw_at(where / i,
               "has no key; entries without a key are site { ... } and at(...), got " + describe_value(entry));
    }
  }

  Build build{*language, *source, {}, 0, 0, {}, {}, {}, source};
  twin::World& world = build.world;

  world.name = f.text("name", std::filesystem::path(file).stem().string());
  world.scenario_file = file;
  world.scenario_text = source->text();
  world.parameters = options.set;
  for (const auto& [key, value] : options.changes) world.parameters[std::string(change_prefix) + key] = value;
  world.seed = source->seed;
  world.test = f.read_boolean("test");

  world.calendar = calendar_of(f.text("timezone"), f.where("timezone"));
  world.tick_ns = f.read_whole("tick_min") * kernel::minute_ns;
  read_run_window(build, f, *scenario);
  if (const Value* vehicles = f.find_value("vehicles")) world.vehicles = vehicles_of(*vehicles, f.where("vehicles"));
  build.has_roads = f.has_key("roads");
  read_sites(build, f, positional(f, "site"));

  if (const Value* limits = f.find_value("shared_limits"))
    world.shared_limits = shared_limits_of(build, *limits, f.where("shared_limits"));

  LoadedScenario out;
  if (const Value* roads = f.find_value("roads")) out.roads = roads_of(build, *roads, f.where("roads"));
  send_elsewhere(build);
  for (const twin::Site& site : world.sites) {
    if (build.has_roads && site.arrivals.empty())
      build.add_flag(site.name, "nobody comes: it has no arrivals, and no trip of the roads charges there");
  }
  read_strategy(build, f, out.strategy_where, out.strategy_label);
  read_events(build, positional(f, "at"), where);

  // Rates of arrivals may call param() as well: a --set that no call has read by now is a slip.
  check_params(*language, source->options());
  for (const auto& made : language->made_constructs()) {
    const auto& all = f.positional();
    const bool used = std::any_of(all.begin(), all.end(), [&](const Value& v) { return v.construct() == made.get(); });
    if (!used)
      build.add_flag(where.place_of(*made).file_position(),
                     "this " + made->kind + " is not inside scenario { ... } and does nothing");
  }

  if (!options.operator_name.empty()) {
    const std::vector<std::int64_t> new_number = keep_operator(build, options.operator_name);
    if (out.roads != nullptr) out.roads = renumbered(*out.roads, new_number);
  }
  twin::compile_clocks(world);
  if (const Value* figures = f.find_value("kpi")) out.figures = figures_of(*figures, f.where("kpi"));
  if (const Value* reward = f.find_value("reward")) out.reward = reward_of(*reward, f.where("reward"));
  if (const Value* sweep = f.find_value("sweep")) out.sweep = sweep_of(*sweep, f.where("sweep"));

  for (const Language::Param& param : language->params()) out.params.push_back(param.name);
  out.operator_name = options.operator_name;
  out.world = std::move(world);
  out.source = std::move(source);
  tell_loaded(out, watch.elapsed_ms());
  return out;
}

}  // namespace

LoadedScenario load_scenario(const std::string& file, const LoadOptions& options) {
  try {
    return load(file, options);
  } catch (const ScriptError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw ScriptError(kernel::make_printable(file, 300) +
                      ": needs more memory than there is; how many EVSEs, sessions or hours does it have?");
  } catch (const std::exception& error) {
    // A room below refused something in its own words: the file is named at least.
    throw ScriptError(kernel::make_printable(file, 300) + ": " + kernel::make_printable(error.what(), 400));
  }
}

std::vector<Input> inputs_of(const LoadedScenario& scenario) {
  try {
    return scenario.source->files_read();
  } catch (const FolderError& error) {
    throw ScriptError(scenario.source->file() + ": " + error.what());
  }
}

std::string library_folder() {
  if (const char* set = std::getenv("EVTWIN_LIBRARY"); set != nullptr && *set != '\0') return set;
  return kernel::program_folder("scenarios/lib", "scenarios/lib");
}

}  // namespace evtwin::scenario
