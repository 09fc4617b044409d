// A strategy written in Lua: the function is called with the view and the parameters, and what it returns is the
// decision.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"
#include "scenario/script_definition.hpp"
#include "scenario/script_view.hpp"

namespace evtwin::scenario {
namespace {

using kernel::TimeNs;

constexpr double longest_wake_h = 876'000.0;

/// All that an instance is made from; shared by the instances of all sites and runs, and never changed.
struct StrategyScript {
  struct Names {
    std::vector<std::string> evses, storages;
  };
  std::shared_ptr<const ScenarioSource> source;  ///< of a scenario, or of a strategy's own file
  control::TextParams given;
  market::Calendar calendar;
  TimeNs tick_ns = 0;
  std::vector<Names> sites;
};

// Pushes { patience_h = 2, ... }, strict and read-only.
void push_params(lua_State* L, const control::CheckedParams& params) {
  const auto& rows = params.strategy().params;
  lua_createtable(L, 0, static_cast<int>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const evtwin_param_value& value = params.values()[i];
    switch (rows[i].type) {
      case EVTWIN_PARAM_BOOL:
        lua_pushboolean(L, value.number != 0.0 ? 1 : 0);
        break;
      case EVTWIN_PARAM_INT:
        lua_pushinteger(L, static_cast<lua_Integer>(value.number));
        break;
      case EVTWIN_PARAM_REAL:
        lua_pushnumber(L, value.number);
        break;
      default:
        lua_pushstring(L, value.text);
    }
    lua_setfield(L, -2, value.id);
  }
  lua::make_read_only(L, -1, "params", true);
}

class LuaStrategy : public control::Strategy {
 public:
  LuaStrategy(const StrategyScript& script, const evtwin_view& first, std::uint32_t site)
      : language_(script.source, script.source->seed) {
    frame_.calendar = script.calendar;
    frame_.evses = script.sites.at(site).evses;
    frame_.storages = script.sites.at(site).storages;
    for (std::size_t i = 0; i < frame_.evses.size(); ++i) evse_rows_.emplace(frame_.evses[i], i);
    for (std::size_t i = 0; i < frame_.storages.size(); ++i) storage_rows_.emplace(frame_.storages[i], i);

    const ScriptDefinition definition = run_definition(language_, *script.source, [](std::string_view) {});
    const control::CheckedParams params = checked_params(definition, script.given);
    subscribes = definition.subscribes;
    horizon_steps = horizon_steps_of(definition, script.tick_ns);
    levels = definition.levels;
    language_.sandbox().set_print(print_line);

    lua_State* L = language_.lua_state();
    if (definition.ended) {
      language_.push(*definition.ended);
      ended_ = luaL_ref(L, LUA_REGISTRYINDEX);
    }

    // Errors are told with the place of the function: file and line.
    language_.push(definition.decide);
    lua_Debug where;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &where);
    position_ = std::string(where.source[0] == '@' ? where.source + 1 : where.source) + ":" +
                std::to_string(where.linedefined) + ": ";
    who_ = "strategy " + definition.description.id + " (" + position_.substr(0, position_.size() - 2) + ")";
    function_ = luaL_ref(L, LUA_REGISTRYINDEX);

    language_.sandbox().push_function([&](lua_State* in) {
      open_view(in, frame_, first, horizon_steps);
      view_ = luaL_ref(in, LUA_REGISTRYINDEX);
      push_params(in, params);
      params_ = luaL_ref(in, LUA_REGISTRYINDEX);
      return 0;
    });
    language_.sandbox().call_pushed(0, 0);

    // Made once, not at every decision.
    language_.sandbox().push_function([this](lua_State* in) { return ask(in); });
    ask_ = luaL_ref(L, LUA_REGISTRYINDEX);
    language_.sandbox().push_function([this](lua_State* in) { return tell_the_end(in); });
    tell_the_end_ = luaL_ref(L, LUA_REGISTRYINDEX);
  }

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    decision_ = &decision;
    call(ask_, view);
  }

  std::string name_in_messages() const override { return who_; }

  void end(const evtwin_view& last) override {
    if (ended_ != LUA_NOREF) call(tell_the_end_, last);
  }

 private:
  /// One of the functions above, for which the view can be used meanwhile. @throws control::StrategyError
  void call(int function, const evtwin_view& view) {
    frame_.view = &view;
    std::string trouble;
    try {
      lua_rawgeti(language_.lua_state(), LUA_REGISTRYINDEX, function);
      language_.sandbox().call_pushed(0, 0);
    } catch (const ScriptError& error) {
      trouble = error.message;
    }
    frame_.view = nullptr;
    if (!trouble.empty()) throw control::StrategyError(trouble);
  }

  int tell_the_end(lua_State* L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, ended_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, view_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, params_);
    lua_call(L, 2, 0);
    return 0;
  }

  // Calls the function and writes what it returns into the decision; runs inside Lua, under one budget.
  int ask(lua_State* L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, function_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, view_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, params_);
    lua_call(L, 2, 2);
    take_beyond(L);
    lua_settop(L, -2);
    if (lua_isnil(L, -1)) return 0;
    if (lua_type(L, -1) != LUA_TTABLE)
      throw ScriptError(position_ + "the strategy returned a " + luaL_typename(L, -1) +
                        "; a table of kW by EVSE id or position is due, or nil");
    lua::look_behind(L, -1);
    // The order of lua_next differs between processes: of several troubles the smallest text is told.
    std::string trouble;
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      const std::string text = take(L);
      if (!text.empty() && (trouble.empty() || text < trouble)) trouble = text;
      lua_pop(L, 1);
    }
    if (!trouble.empty()) throw ScriptError(position_ + trouble);
    return 0;
  }

  // Takes the answers beside the powers: when to ask again, the cost expected of all of it.
  void take_beyond(lua_State* L) {
    if (lua_isnil(L, -1)) return;
    if (lua_type(L, -1) != LUA_TTABLE)
      throw ScriptError(position_ + "the strategy returned a " + luaL_typename(L, -1) +
                        " as its second value; a table such as { wake_in_h = 0.5 } is due");

    lua_pushvalue(L, -1);
    const Value value = take_value(L, -1);
    lua_pop(L, 1);
    const Table* table = value.as_table();
    if (table == nullptr || !table->numbered.empty())
      throw ScriptError(position_ +
                        "the strategy's second value has entries without a name; it is written { wake_in_h "
                        "= 0.5 }");

    for (const auto& [name, entry] : table->named) {
      std::vector<std::string_view> names;
      for (const Field& field : decision_answers()) names.push_back(field.name);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw ScriptError(position_ + "the strategy's second value has no key " + kernel::make_printable(name, 60) +
                          kernel::did_you_mean(name, names));
      }

      // Anything but a number fails both tests below, as NaN does.
      const double number = entry.is_number() ? entry.as_number() : physics::unknown;
      if (name == "wake_in_h" || name == "quiet_for_h") {
        if (!(number > 0.0 && number <= longest_wake_h))
          throw ScriptError(position_ + "the strategy returned " + std::string(name) + " = " + shown(entry) +
                            "; a number of hours above 0 is due");
        (name == "wake_in_h" ? decision_->wake_ns : decision_->quiet_until_ns) =
            kernel::after_hours_rounded_up(frame_.view->now_ns, number);
      } else if (!std::isfinite(number)) {
        throw ScriptError(position_ + "the strategy returned expected_cost = " + shown(entry) +
                          "; a finite number is due");
      } else {
        decision_->expected_cost = number;
      }
    }
  }
  static std::string shown(const Value& value) {
    return value.is_number() ? show_number(value.as_number()) : describe_value(value);
  }

  // One entry, key below value on top. @returns what is wrong with it.
  std::string take(lua_State* L) {
    double* target = nullptr;
    std::string name;
    if (lua_type(L, -2) == LUA_TSTRING) {
      std::size_t length = 0;
      const char* bytes = lua_tolstring(L, -2, &length);
      name.assign(bytes, length);

      if (const auto evse = evse_rows_.find(name); evse != evse_rows_.end())
        target = decision_->evse_kw + evse->second;
      else if (const auto storage = storage_rows_.find(name); storage != storage_rows_.end())
        target = decision_->storage_kw + storage->second;
      else
        return "the strategy returned power for \"" + kernel::make_printable(name, 60) +
               "\", which is no EVSE or storage of the site" + nearest(name);
    } else if (lua_isinteger(L, -2) != 0) {
      const lua_Integer position = lua_tointeger(L, -2);
      if (position < 1 || position > static_cast<lua_Integer>(frame_.evses.size())) {
        return "the strategy returned power for position " + std::to_string(position) + "; the site has EVSEs 1 to " +
               std::to_string(frame_.evses.size());
      }
      target = decision_->evse_kw + (position - 1);
      name = frame_.evses[static_cast<std::size_t>(position - 1)];
    } else {
      return std::string("the strategy returned a table with a key that is a ") + luaL_typename(L, -2) +
             "; keys are EVSE ids or positions";
    }

    if (lua_type(L, -1) != LUA_TNUMBER)
      return "the strategy returned a " + std::string(luaL_typename(L, -1)) + " for " +
             kernel::make_printable(name, 60) + "; a number of kW is due";

    const double kw = lua_tonumber(L, -1);
    if (!std::isfinite(kw))
      return "the strategy returned " + show_number(kw) + " for EVSE " + kernel::make_printable(name, 60) +
             "; a finite number of kW is due, or nil to leave it as it is";

    // Answers begin as NaN: one that is not has been given by the other key.
    if (!std::isnan(*target))
      return "the strategy returned two powers for " + kernel::make_printable(name, 60) + ", by id and by position";
    *target = kw;
    return {};
  }

  std::string nearest(const std::string& wrong) const {
    std::vector<std::string_view> known;
    for (const std::string& id : frame_.evses) known.push_back(id);
    for (const std::string& id : frame_.storages) known.push_back(id);
    return kernel::did_you_mean(wrong, known);
  }

  Language language_;
  ScriptView frame_;
  std::map<std::string, std::size_t, std::less<>> evse_rows_, storage_rows_;
  evtwin_decision* decision_ = nullptr;
  std::string position_;
  std::string who_;  // for messages: "strategy mine (mine.lua:3)"
  int function_ = LUA_NOREF, ask_ = LUA_NOREF, view_ = LUA_NOREF, params_ = LUA_NOREF;
  int ended_ = LUA_NOREF, tell_the_end_ = LUA_NOREF;
};

control::StrategyFactory factory_of(const twin::World& world, std::shared_ptr<const ScenarioSource> source,
                                    control::TextParams given) {
  auto script = std::make_shared<StrategyScript>();
  script->source = std::move(source);
  script->given = std::move(given);
  script->calendar = world.calendar;
  script->tick_ns = world.tick_ns;
  for (const twin::Site& site : world.sites) {
    StrategyScript::Names& names = script->sites.emplace_back();
    for (const physics::Evse& evse : site.evses) names.evses.push_back(evse.id);
    for (const physics::Storage& storage : site.storages) names.storages.push_back(storage.id);
  }
  return [script](const evtwin_view& first, std::uint64_t, std::uint32_t site) -> std::unique_ptr<control::Strategy> {
    try {
      return std::make_unique<LuaStrategy>(*script, first, site);
    } catch (const ScriptError& error) {
      throw control::StrategyError(error.message);
    }
  };
}

}  // namespace

control::StrategyFactory lua_strategy(const LoadedScenario& scenario) {
  return factory_of(scenario.world, scenario.source, scenario.world.strategy.params);
}

namespace {

FileStrategy read_strategy_file(const twin::World& world, const std::string& file, const control::TextParams& params,
                                LoadOptions options, std::uint64_t seed) {
  auto source = std::make_shared<ScenarioSource>(file, std::move(options), ScenarioSource::Kind::strategy);
  source->seed = seed;
  Language language(source, source->seed);
  const ScriptDefinition definition = run_definition(language, *source, print_line);
  static_cast<void>(checked_params(definition, params));
  return {label_of(definition, params), factory_of(world, source, params)};
}

}  // namespace

FileStrategy strategy_from_file(const LoadedScenario& scenario, const std::string& file,
                                const control::TextParams& params) {
  LoadOptions options;
  options.library_dir = scenario.source->options().library_dir;
  return read_strategy_file(scenario.world, file, params, std::move(options), scenario.source->seed);
}

FileStrategy strategy_for_world(const twin::World& world, const std::string& file, const control::TextParams& params) {
  return read_strategy_file(world, file, params, {}, world.seed);
}

std::optional<control::StrategyDescription> describe_strategy_file(const std::string& file) {
  std::unique_ptr<Language> language;
  std::shared_ptr<const Construct> made;
  try {
    const auto source = std::make_shared<ScenarioSource>(file, LoadOptions{}, ScenarioSource::Kind::strategy);
    language = std::make_unique<Language>(source, 0);
    made = language->evaluate_file([](std::string_view) {});
  } catch (const ScriptError&) {
    return {};  // reading it as a scenario says what is wrong
  }
  if (made->kind != "strategy") return {};
  return definition_of(*made, language->place_of(*made)).description;
}

}  // namespace evtwin::scenario
