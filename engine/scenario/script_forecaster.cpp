// A forecaster written in Lua: `forecast = function(past, ask) ... end`. It is told what has been, step by step, and
// returns what it foresees.
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {
namespace {

/// The function of a scenario that has been run: that of the site, or of the scenario where the site gives none.
Function function_at(const Construct& scenario, const ForecastPlace& place) {
  const auto find = [&](const Construct& construct) -> const Value* {
    const Table* table = construct.arguments.front().as_table();
    const Value* forecast = table == nullptr ? nullptr : table->find_value("forecast");
    if (forecast == nullptr || place.quantity.empty()) return forecast;
    return forecast->as_table() == nullptr ? nullptr : forecast->as_table()->find_value(place.quantity);
  };
  const Value* value = nullptr;
  if (place.site < 0) {
    value = find(scenario);
  } else {
    int site = 0;
    for (const auto& [key, entry] : scenario.arguments.front().as_table()->numbered) {
      const Construct* construct = entry.construct("site");
      if (construct != nullptr && site++ == place.site) value = find(*construct);
    }
  }
  if (value == nullptr || value->as_function() == nullptr)
    throw ScriptError(
        "the scenario made another forecast when it was run again; it must not depend on anything that changes");
  return *value->as_function();
}

class LuaForecaster : public control::ForecastModel {
 public:
  LuaForecaster(const std::shared_ptr<const ScenarioSource>& source, const ForecastPlace& place, std::string position)
      : language_(source, source->seed), seed_(source->seed), position_(std::move(position)) {
    const std::shared_ptr<const Construct> made = language_.evaluate_file([](std::string_view) {});
    language_.sandbox().set_print(print_line);
    lua_State* L = language_.lua_state();
    language_.push(function_at(*made, place));
    function_ = luaL_ref(L, LUA_REGISTRYINDEX);
    make_past();
    make_ask();
    language_.sandbox().push_function([this](lua_State* in) { return run(in); });
    run_ = luaL_ref(L, LUA_REGISTRYINDEX);
  }

  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) override {
    history_ = &history;
    question_ = &question;
    ask(answer);
    if (repeats_) return;
    // A run that is cut and goes on asks a fresh instance: one that keeps something between calls shows here.
    const std::size_t n = question.steps.n, cells = n * question.n_levels;
    std::vector<double> mean(n, blank), quantile(cells, blank);
    language_.sandbox().set_print([](std::string_view) {});
    ask({sizeof(evtwin_answer), 0, mean.data(), quantile.data()});
    language_.sandbox().set_print(print_line);
    repeats_ = same(mean, answer.mean) && same(quantile, answer.quantile);
    if (!repeats_)
      throw control::StrategyError(position_ +
                                   ": the forecaster answered otherwise when it was asked the same again; what it "
                                   "returns may depend on past and ask alone");
  }
  std::string name_in_messages() const override { return "the forecaster in " + position_; }

 private:
  static constexpr double blank = std::numeric_limits<double>::quiet_NaN();

  static bool same(const std::vector<double>& a, const double* b) {
    return a.empty() || std::memcmp(a.data(), b, a.size() * sizeof(double)) == 0;
  }
  void ask(const evtwin_answer& answer) {
    answer_ = &answer;
    lua_rawgeti(language_.lua_state(), LUA_REGISTRYINDEX, run_);
    try {
      language_.sandbox().call_pushed(0, 0);
    } catch (const ScriptError& error) {
      throw control::StrategyError(error.message);
    }
  }
  /// Makes math.random a function of the call.
  void seed_random(lua_State* L) const {
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    const std::uint64_t call =
        static_cast<std::uint64_t>(question_->issued_ns) * EVTWIN_QUANTITIES + question_->quantity;
    lua_pushinteger(L, static_cast<lua_Integer>(kernel::mix_bits(seed_ ^ kernel::mix_bits(call))));
    lua_call(L, 1, 0);
    lua_pop(L, 1);
  }

  /// Pushes a function of a step's number that pushes what is known of it.
  template <class Push>
  void add(const char* name, const char* table, bool past, Push push) {
    language_.sandbox().push_function([this, name, table, past, push](lua_State* L) {
      const evtwin_steps& steps = past ? history_->steps : question_->steps;
      const lua_Integer k = luaL_checkinteger(L, 1);
      if (k < 1 || k > static_cast<lua_Integer>(steps.n))
        throw ScriptError(std::string(table) + "." + name + "(" + std::to_string(k) + "): there are steps 1 to " +
                          std::to_string(steps.n));
      push(L, steps, static_cast<std::size_t>(k - 1));
      return 1;
    });
    lua_setfield(language_.lua_state(), -2, name);
  }
  void add_steps(const char* table, bool past) {
    add("minute", table, past,
        [](lua_State* L, const evtwin_steps& s, std::size_t k) { lua_pushinteger(L, s.local_minute[k]); });
    add("day", table, past,
        [](lua_State* L, const evtwin_steps& s, std::size_t k) { lua_pushinteger(L, s.local_day[k]); });
    add("weekday", table, past,
        [](lua_State* L, const evtwin_steps& s, std::size_t k) { lua_pushinteger(L, s.weekday[k] + 1); });
    add("holiday", table, past,
        [](lua_State* L, const evtwin_steps& s, std::size_t k) { lua_pushboolean(L, s.holiday[k]); });
    language_.sandbox().push_function([this, past](lua_State* L) {
      lua_pushinteger(L, past ? history_->steps.n : question_->steps.n);
      return 1;
    });
    lua_setfield(language_.lua_state(), -2, "count");
    language_.sandbox().push_function([this](lua_State* L) {
      lua_pushnumber(L, static_cast<double>(history_->steps.step_ns) / static_cast<double>(kernel::minute_ns));
      return 1;
    });
    lua_setfield(language_.lua_state(), -2, "step_min");
  }

  void make_past() {
    lua_State* L = language_.lua_state();
    lua_createtable(L, 0, 12);
    add_steps("past", true);
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
      add(control::quantity_names[q].data(), "past", true,
          [this, q](lua_State* in, const evtwin_steps&, std::size_t k) {
            const double value = history_->values[q][k];
            if (std::isnan(value))
              lua_pushnil(in);
            else
              lua_pushnumber(in, value);
          });
    }
    past_ = keep("past");
  }
  void make_ask() {
    lua_State* L = language_.lua_state();
    lua_createtable(L, 0, 10);
    add_steps("ask", false);
    language_.sandbox().push_function([this](lua_State* in) {
      const auto name = control::quantity_names[question_->quantity];
      lua_pushlstring(in, name.data(), name.size());
      return 1;
    });
    lua_setfield(L, -2, "quantity");
    language_.sandbox().push_function([this](lua_State* in) {
      lua_createtable(in, static_cast<int>(question_->n_levels), 0);
      for (std::uint32_t l = 0; l < question_->n_levels; ++l) {
        lua_pushnumber(in, question_->level[l]);
        lua_rawseti(in, -2, l + 1);
      }
      return 1;
    });
    lua_setfield(L, -2, "levels");
    ask_ = keep("ask");
  }
  /// Takes the table on top.
  int keep(const char* name) {
    lua_State* L = language_.lua_state();
    language_.sandbox().push_function([name](lua_State* in) {
      lua::make_read_only(in, -1, name, true);
      return 1;
    });
    lua_insert(L, -2);
    language_.sandbox().call_pushed(1, 1);
    return luaL_ref(L, LUA_REGISTRYINDEX);
  }

  int run(lua_State* L) {
    seed_random(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, function_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, past_);
    lua_rawgeti(L, LUA_REGISTRYINDEX, ask_);
    lua_call(L, 2, 2);
    take(L, -2, "values", answer_->mean);
    if (lua_isnil(L, -1)) return 0;
    if (question_->n_levels == 0) return 0;
    if (lua_type(L, -1) != LUA_TTABLE)
      throw ScriptError(position_ + ": the forecaster returned a " + luaL_typename(L, -1) +
                        " as its second value; a list of lists is due, one for each of ask.levels()");
    for (std::uint32_t l = 0; l < question_->n_levels; ++l) {
      lua_geti(L, -1, l + 1);
      take(L, -1, "values of level " + std::to_string(l + 1), answer_->quantile + std::size_t{l} * question_->steps.n);
      lua_pop(L, 1);
    }
    return 0;
  }
  void take(lua_State* L, int index, const std::string& what, double* column) const {
    const std::uint32_t n = question_->steps.n;
    const int at = lua_absindex(L, index);
    if (lua_type(L, at) != LUA_TTABLE)
      throw ScriptError(position_ + ": the forecaster returned a " + luaL_typename(L, at) + " for the " + what +
                        "; a list of " + std::to_string(n) + " numbers is due");
    if (lua_rawlen(L, at) > n)
      throw ScriptError(position_ + ": the forecaster returned " + std::to_string(lua_rawlen(L, at)) +
                        " numbers for the " + what + "; " + std::to_string(n) + " are due");
    for (std::uint32_t k = 0; k < n; ++k) {
      lua_geti(L, at, k + 1);
      if (lua_type(L, -1) != LUA_TNUMBER)
        throw ScriptError(position_ + ": the forecaster returned a " + luaL_typename(L, -1) + " for step " +
                          std::to_string(k + 1) + " of the " + what + "; a list of " + std::to_string(n) +
                          " numbers is due");
      column[k] = lua_tonumber(L, -1);
      lua_pop(L, 1);
    }
  }

  Language language_;
  std::uint64_t seed_;
  std::string position_;
  bool repeats_ = false;  // found on the first call
  int function_ = LUA_NOREF, past_ = LUA_NOREF, ask_ = LUA_NOREF, run_ = LUA_NOREF;
  const evtwin_history* history_ = nullptr;
  const evtwin_question* question_ = nullptr;
  const evtwin_answer* answer_ = nullptr;
};

}  // namespace

std::shared_ptr<const control::ForecastSource> lua_forecaster(std::shared_ptr<const ScenarioSource> source,
                                                              ForecastPlace place, std::string position) {
  const auto make = [source = std::move(source), place = std::move(place), position = std::move(position)](
                        std::uint32_t, std::uint64_t, std::uint32_t) -> std::unique_ptr<control::ForecastModel> {
    try {
      return std::make_unique<LuaForecaster>(source, place, position);
    } catch (const ScriptError& error) {
      throw control::StrategyError(error.message);
    }
  };
  return std::make_shared<const control::ForecastSource>("lua",
                                                         [make] { return control::ForecastSource::Found{make}; });
}

}  // namespace evtwin::scenario
