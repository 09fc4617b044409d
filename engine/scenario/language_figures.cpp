// Words of the language that answer with figures of the models, at once: driving_kwh { ... }, parked { ... }.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "physics/low_voltage.hpp"
#include "roads/energy.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {

Fields Language::fields_of_call(lua_State* L, const char* section) const {
  Construct word;
  const std::string_view form = find_section(section).form;
  word.kind = std::string(form.substr(0, form.find(' ')));
  note_caller(L, word);
  if (lua_gettop(L) != 1 || !lua_istable(L, 1))
    throw std::runtime_error(word.kind + ": one table is due; write " + word.kind + " { ... }");
  return {take_value(L, 1), find_section(section), place_of(word)};
}

int Language::answer_driving(lua_State* L) const {
  const Fields f = fields_of_call(L, "driving");
  const roads::DriveClass* drive = roads::find_class(f.text("class", "mid"));
  lua_pushnumber(L, f.read_number("km") * roads::kwh_per_km(*drive, f.read_number("speed_kmh"), f.read_number("grade"),
                                                            f.read_number("temperature_c")));
  return 1;
}

int Language::answer_parked(lua_State* L) const {
  constexpr double hours_per_day = 24.0;
  const Fields f = fields_of_call(L, "parked");
  const physics::LowVoltageBattery battery{f.read_number("battery_wh"), f.read_number("soc"), f.read_number("drain_w"),
                                           f.read_number("soc_limit"), f.read_number("charge_efficiency")};
  const physics::LowVoltageCare care{f.read_number("from_soc"),
                                     f.read_number("to_soc"),
                                     f.read_number("charge_w"),
                                     f.read_number("converter_efficiency"),
                                     f.read_number("awake_w"),
                                     f.read_number("self_test_every_h", physics::infinite),
                                     f.read_number("self_test_min") / 60.0};
  if (care.from_soc >= care.to_soc)
    throw_at(f.where("from_soc"),
             "= " + show_number(care.from_soc) + " must be below to_soc = " + show_number(care.to_soc));
  if (care.charge_w <= battery.drain_w)
    throw_at(f.where("charge_w"), "= " + show_number(care.charge_w) + " must be above drain_w = " +
                                      show_number(battery.drain_w) + ": nothing would be left for the battery");

  const physics::Standing stood =
      physics::stand_parked(battery, f.read_boolean("care") ? &care : nullptr, f.read_number("days") * hours_per_day);
  const std::array<std::pair<const char*, double>, 7> numbers{{{"soc", stood.soc_end},
                                                               {"lowest_soc", stood.soc_lowest},
                                                               {"hours_to_limit", stood.hours_to_limit},
                                                               {"hours_to_flat", stood.hours_to_flat},
                                                               {"drained_wh", stood.drained_wh},
                                                               {"stored_wh", stood.stored_wh},
                                                               {"traction_kwh", stood.traction_kwh}}};
  lua_createtable(L, 0, 9);
  for (const auto& [name, value] : numbers) {
    if (!(value < physics::infinite)) continue;  // it never came to that: nil
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
  }
  for (const auto& [name, count] : {std::pair{"top_ups", stood.top_ups}, std::pair{"self_tests", stood.self_tests}}) {
    lua_pushinteger(L, static_cast<lua_Integer>(count));
    lua_setfield(L, -2, name);
  }
  return 1;
}

}  // namespace evtwin::scenario
