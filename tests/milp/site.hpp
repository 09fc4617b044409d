// Sites made by hand for the planning strategies.
#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

#include "baseline/view_builder.hpp"

namespace evtwin::milp::test {

using baseline::test::Answer;
using baseline::test::EvseRow;
using baseline::test::hour;
using baseline::test::LimitRow;
using baseline::test::minute;
using baseline::test::nan;
using baseline::test::start;
using baseline::test::StorageRow;
using baseline::test::unlimited;
using baseline::test::ViewBuilder;

/// What cases reckoned by hand rest on: drivers keep their word, nobody else comes, and what is paid is all there is.
inline std::vector<evtwin_param_value> by_their_word(std::vector<evtwin_param_value> params) {
  const auto put = [&](const char* id, double number, const char* text) {
    const bool given = std::any_of(params.begin(), params.end(),
                                   [&](const evtwin_param_value& value) { return std::string_view(value.id) == id; });
    if (!given) params.push_back({id, number, text});
  };
  put("drivers", 0.0, "claimed");
  put("demand_share", 1.0, nullptr);
  put("peak_target_kw", 0.0, nullptr);
  return params;
}

struct Driver : baseline::test::Driver {
  Driver(const char* id, ViewBuilder& first, std::vector<evtwin_param_value> params = {})
      : baseline::test::Driver(id, first, by_their_word(std::move(params))) {}
};

inline Answer ask(const char* id, ViewBuilder& builder, std::vector<evtwin_param_value> params = {}) {
  return baseline::test::decide(id, builder, by_their_word(std::move(params)));
}

/// A site with one price over `steps` ticks of 15 min.
inline ViewBuilder site_with(std::size_t steps, double price = 0.2) {
  ViewBuilder site;
  site.buy = price;
  site.horizon_buy.assign(steps, price);
  return site;
}

/// A car that gives 7 kW back, of a battery that the charger knows: 60 kWh, half full, floor at 0.2.
inline EvseRow v2g_car() {
  EvseRow row;
  row.max_discharge_kw = row.car_max_discharge_kw = 7.0;
  row.soc = 0.5;
  row.battery_kwh = 60.0;
  row.soc_floor = 0.2;
  row.car_charge_efficiency = row.car_discharge_efficiency = 0.95;
  return row;
}

}  // namespace evtwin::milp::test
