#include "scenario/own_figures.hpp"

#include <cmath>
#include <limits>
#include <memory>

#include "kernel/text.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {
namespace {

constexpr double does_not_apply = std::numeric_limits<double>::quiet_NaN();

void push_cell(lua_State* L, const FigureCell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    lua_pushinteger(L, *whole);
  } else if (const auto* number = std::get_if<double>(&cell)) {
    lua_pushnumber(L, *number);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    lua_pushlstring(L, text->data(), text->size());
  } else {
    lua_pushnil(L);
  }
}

/// Pushes a list of tables by the names of columns.
int push_rows(lua_State* L, const FigureRows& found) {
  lua::Sandbox::sandbox_of(L).charge_steps(found.rows.size() * (found.columns.size() + 1));
  lua_createtable(L, static_cast<int>(found.rows.size()), 0);
  for (std::size_t r = 0; r < found.rows.size(); ++r) {
    lua_createtable(L, 0, static_cast<int>(found.columns.size()));
    for (std::size_t c = 0; c < found.columns.size(); ++c) {
      push_cell(L, found.rows[r][c]);
      lua_setfield(L, -2, found.columns[c].c_str());
    }
    lua_rawseti(L, -2, static_cast<lua_Integer>(r + 1));
  }
  return 1;
}

/// The functions of a scenario's kpi = { ... }, in a state of their own.
class FigureFunctions {
 public:
  FigureFunctions(const std::shared_ptr<const ScenarioSource>& source, const FigureQuery& query)
      : language_(source, source->seed), query_(query) {
    made_ = language_.evaluate_file([](std::string_view) {});
    language_.sandbox().set_print(print_line);
    lua_State* L = language_.lua_state();
    lua_createtable(L, 0, 4);
    language_.sandbox().push_function([this](lua_State* in) { return push_rows(in, query_(luaL_checkstring(in, 1))); });
    lua_setfield(L, -2, "query");
    add_list("sessions", "SELECT * FROM session ORDER BY id");
    add_list("segments", "SELECT * FROM power_segment ORDER BY start_ns, unit");
    add_list("signals", "SELECT * FROM signal ORDER BY rowid");
    run_ = luaL_ref(L, LUA_REGISTRYINDEX);
  }

  double value(const std::string& name, const std::string& position) {
    const Table* scenario = made_->arguments.front().as_table();
    const Value* figures = scenario == nullptr ? nullptr : scenario->find_value("kpi");
    const Value* figure =
        figures == nullptr || figures->as_table() == nullptr ? nullptr : figures->as_table()->find_value(name);
    if (figure == nullptr || figure->as_function() == nullptr)
      throw ScriptError(position + ": kpi." + name + " was another when the scenario was run again");
    lua_State* L = language_.lua_state();
    language_.push(*figure->as_function());
    lua_rawgeti(L, LUA_REGISTRYINDEX, run_);
    language_.sandbox().call_pushed(1, 1);
    const bool is_nothing = lua_isnil(L, -1);
    const bool is_number = lua_type(L, -1) == LUA_TNUMBER;
    const double number = is_number ? lua_tonumber(L, -1) : does_not_apply;
    const std::string type = luaL_typename(L, -1);
    lua_pop(L, 1);
    if (!is_nothing && !is_number)
      throw ScriptError(position + ": kpi." + name + " returned a " + type +
                        "; a number is due, or nil where it does not apply");
    return number;
  }

 private:
  void add_list(const char* name, const char* sql) {
    language_.sandbox().push_function([this, sql](lua_State* in) { return push_rows(in, query_(sql)); });
    lua_setfield(language_.lua_state(), -2, name);
  }

  Language language_;
  FigureQuery query_;
  std::shared_ptr<const Construct> made_;
  int run_ = LUA_NOREF;
};

double value_of_statement(const OwnFigure& figure, const FigureQuery& query) {
  FigureRows found;
  try {
    found = query(figure.sql);
  } catch (const std::exception& error) {
    throw ScriptError(figure.where + ": kpi." + figure.name + ": " + kernel::make_printable(error.what(), 300));
  }
  if (found.columns.size() != 1 || found.rows.size() > 1)
    throw ScriptError(figure.where + ": kpi." + figure.name + ": answers " + std::to_string(found.rows.size()) +
                      " row(s) of " + std::to_string(found.columns.size()) + " column(s); one figure is due");
  if (found.rows.empty()) return does_not_apply;
  const FigureCell& cell = found.rows.front().front();
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (std::holds_alternative<std::string>(cell))
    throw ScriptError(figure.where + ": kpi." + figure.name + ": answers a text; a figure is due");
  return does_not_apply;
}

}  // namespace

std::vector<double> own_figures(const LoadedScenario& scenario, const FigureQuery& query) {
  std::vector<double> values;
  std::unique_ptr<FigureFunctions> functions;
  for (const OwnFigure& figure : scenario.figures) {
    if (!figure.sql.empty()) {
      values.push_back(value_of_statement(figure, query));
      continue;
    }
    if (!functions) functions = std::make_unique<FigureFunctions>(scenario.source, query);
    values.push_back(functions->value(figure.name, figure.where));
  }
  return values;
}

}  // namespace evtwin::scenario
