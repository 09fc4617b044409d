#include "scenario/script_reward.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {

namespace {

constexpr std::uint64_t text_seed = 0;  // texts of ours draw nothing

bool is_name_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether the name stands in the text as a word.
bool mentions(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !is_name_letter(text[at - 1])) && (end == text.size() || !is_name_letter(text[end]))) return true;
  }
  return false;
}

}  // namespace

struct RewardFunction::Parts {
  std::optional<Language> language;  // of a scenario's own
  std::optional<lua::Sandbox> own;   // of a text
  std::vector<std::string> quantities, parts;
  std::vector<std::uint32_t> reads;
  std::vector<double> inputs, answers;
  std::string position;
  int function = LUA_NOREF, table = LUA_NOREF, face = LUA_NOREF, run = LUA_NOREF;
  bool first = true;

  lua::Sandbox& sandbox() { return language ? language->sandbox() : *own; }

  explicit Parts(std::span<const std::string_view> names) : quantities(names.begin(), names.end()) {
    inputs.assign(quantities.size(), 0.0);
  }

  /// The step as a table that the script can read and not change; numbers are written behind its face.
  void make_step() {
    sandbox().push_function([this](lua_State* L) {
      lua_createtable(L, 0, static_cast<int>(quantities.size()));
      for (const std::string& name : quantities) {
        lua_pushnumber(L, 0.0);
        lua_setfield(L, -2, name.c_str());
      }
      lua_pushvalue(L, -1);
      table = luaL_ref(L, LUA_REGISTRYINDEX);
      lua::make_read_only(L, -1, "step", true);
      face = luaL_ref(L, LUA_REGISTRYINDEX);
      return 0;
    });
    sandbox().call_pushed(0, 0);
    for (std::uint32_t q = 0; q < quantities.size(); ++q) reads.push_back(q);
  }

  /// Calls once with zeros, which tells what parts there are.
  void get_ready() {
    sandbox().push_function([this](lua_State* L) { return call(L); });
    run = luaL_ref(sandbox().lua_state(), LUA_REGISTRYINDEX);
    evaluate();
    first = false;
    answers.assign(parts.size(), 0.0);
  }

  void evaluate() {
    lua_rawgeti(sandbox().lua_state(), LUA_REGISTRYINDEX, run);
    sandbox().call_pushed(0, 0);
  }

  int call(lua_State* L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, function);
    int arguments = 1;
    if (table != LUA_NOREF) {
      lua_rawgeti(L, LUA_REGISTRYINDEX, table);
      for (const std::uint32_t q : reads) {
        lua_pushnumber(L, inputs[q]);
        lua_setfield(L, -2, quantities[q].c_str());
      }
      lua_pop(L, 1);
      lua_rawgeti(L, LUA_REGISTRYINDEX, face);
    } else {
      arguments = static_cast<int>(reads.size());
      luaL_checkstack(L, arguments, "quantities");
      for (const std::uint32_t q : reads) lua_pushnumber(L, inputs[q]);
    }
    lua_call(L, arguments, 1);
    take_answer(L);
    return 0;
  }

  [[noreturn]] void refuse(const std::string& what) const { throw ScriptError(position + ": the reward " + what); }

  void take_answer(lua_State* L) {
    std::fill(answers.begin(), answers.end(), 0.0);
    if (lua_type(L, -1) == LUA_TNUMBER) {
      take_part(L, "reward");
      return;
    }
    if (lua_type(L, -1) != LUA_TTABLE)
      refuse(std::string("is a ") + luaL_typename(L, -1) + "; a number is due, or a table of numbers by name");

    lua::look_behind(L, -1);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
      if (lua_type(L, -2) != LUA_TSTRING) refuse("has a part without a name; write { cost = ..., comfort = ... }");
      if (lua_type(L, -1) != LUA_TNUMBER)
        refuse("has a part " + kernel::make_printable(lua_tostring(L, -2), 60) + " that is a " + luaL_typename(L, -1) +
               "; a number is due");
      take_part(L, lua_tostring(L, -2));
    }
    if (first) std::sort(parts.begin(), parts.end());
  }

  /// The number on top of the stack.
  void take_part(lua_State* L, const std::string& name) {
    const double value = lua_tonumber(L, -1);
    if (first) {
      parts.push_back(name);
      return;
    }
    const auto at = std::lower_bound(parts.begin(), parts.end(), name);
    if (at == parts.end() || *at != name)
      refuse("has a part " + kernel::make_printable(name, 60) +
             " that it did not have for a step in which nothing happened; let it be 0 there");
    if (!std::isfinite(value)) {
      std::string unknown;
      for (const std::uint32_t q : reads)
        if (!std::isfinite(inputs[q])) unknown += (unknown.empty() ? "; not finite here: " : ", ") + quantities[q];
      refuse("is no finite number" + (name == "reward" ? std::string() : " in its part " + name) + unknown);
    }
    answers[static_cast<std::size_t>(at - parts.begin())] = value;
  }
};

RewardFunction::RewardFunction(const LoadedScenario& scenario, std::span<const std::string_view> quantities)
    : parts_(std::make_unique<Parts>(quantities)) {
  Parts& p = *parts_;
  p.language.emplace(scenario.source, scenario.source->seed);
  const std::shared_ptr<const Construct> made = p.language->run_scenario([](std::string_view) {});
  p.position = scenario.reward.where;
  const Value* reward = made->arguments.front().as_table()->find_value("reward");
  if (reward == nullptr || reward->as_function() == nullptr) p.refuse("was another when the scenario was run again");
  p.language->sandbox().set_print(print_line);
  p.language->push(*reward->as_function());
  p.function = luaL_ref(p.language->lua_state(), LUA_REGISTRYINDEX);
  p.make_step();
  p.get_ready();
}

RewardFunction::RewardFunction(std::string_view name, std::string_view text,
                               std::span<const std::string_view> quantities)
    : parts_(std::make_unique<Parts>(quantities)) {
  Parts& p = *parts_;
  p.own.emplace(lua::SandboxLimits{}, text_seed);
  p.position = std::string(name);
  std::string names;
  for (std::uint32_t q = 0; q < quantities.size(); ++q) {
    if (!mentions(text, quantities[q])) continue;
    p.reads.push_back(q);
    names += (names.empty() ? "" : ", ") + std::string(quantities[q]);
  }
  p.own->run_chunk(
      "local min, max, abs, exp, huge = math.min, math.max, math.abs, math.exp, math.huge\n"
      "return function(" +
          names + ")\n" + std::string(text) + "\nend",
      name, 1);
  p.function = luaL_ref(p.own->lua_state(), LUA_REGISTRYINDEX);
  p.get_ready();
}

RewardFunction::~RewardFunction() = default;

const std::vector<std::string>& RewardFunction::parts() const { return parts_->parts; }
std::span<const std::uint32_t> RewardFunction::reads() const { return parts_->reads; }
std::span<double> RewardFunction::inputs() { return parts_->inputs; }
std::span<const double> RewardFunction::evaluate() {
  parts_->evaluate();
  return parts_->answers;
}

}  // namespace evtwin::scenario
