#include "replay/charger_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "replay/seen_evse.hpp"

namespace evtwin::replay {
namespace {

/// Voltage across a phase where no reading tells it (IEC 60038).
constexpr double nominal_v = 230.0;

struct Model {
  std::set<std::string> firmwares;
  std::size_t stations = 0;
  int evses = 1;
  SeenEvse seen;
};
using Models = std::map<std::pair<std::string, std::string>, Model>;  // by vendor and model

void take_larger(SeenEvse& all, const SeenEvse& one) {
  all.kw = std::max(all.kw, one.kw);
  all.a = std::max(all.a, one.a);
  all.phases = std::max(all.phases, one.phases);
  if (std::isnan(all.voltage_v)) all.voltage_v = one.voltage_v;
}

Models models_of(const ocpp::SiteLog& log, const SeenEvses& seen) {
  Models models;
  for (const ocpp::Station& station : log.stations) {
    if (station.model.empty()) continue;
    Model& model = models[{station.vendor, station.model}];
    ++model.stations;
    model.evses = std::max(model.evses, station.evses);
    if (!station.firmware.empty()) model.firmwares.insert(station.firmware);
    for (const ocpp::Station::Boot& boot : station.boots)
      if (!boot.firmware.empty()) model.firmwares.insert(boot.firmware);
    // EVSEs are called station-number (sessions_of).
    for (int evse = 1; evse <= std::max(1, station.evses); ++evse)
      if (const auto found = seen.find(fmt::format("{}-{}", station.id, evse)); found != seen.end())
        take_larger(model.seen, found->second);
  }
  return models;
}

constexpr const char* library_head =
    R"(-- Charger models of a log, with limits: made by evtwin from what {} station{} said and gave. Beside a scenario:
--
--   local chargers = require "NAME OF THIS FILE, WITHOUT .lua"
--   stations = {{ chargers.station({}, "P1"), ... }},
--
-- Ratings are the least usual ones that are not below what was metered or offered: a nameplate may say more.
local models = {{
)";

constexpr const char* library_tail = R"(}

-- A station of a model for the stations of a site; `more` has further keys, or other values.
local function station(model, name, more)
  local known = models[model]
  if not known then
    local names = {}
    for each in pairs(models) do names[#names + 1] = each end
    table.sort(names)
    error(("no charger model %q; there are: %s"):format(tostring(model), table.concat(names, ", ")), 2)
  end
  local made = { name = name }
  for key, value in pairs(known.limits) do made[key] = value end
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end

return { models = models, station = station }
)";

}  // namespace

ChargerLibrary charger_library(const ocpp::SiteLog& log, const sessions::LogSessions& sessions) {
  const Models models = models_of(log, seen_evses(log, sessions));
  ChargerLibrary out;
  std::string rows, first;
  std::size_t stations = 0;
  for (const auto& [key, model] : models) {
    const auto& [vendor, name] = key;
    const std::string shown = lua_text(vendor.empty() ? name : vendor + " " + name);
    if (first.empty()) first = shown;
    std::string firmwares;
    for (const std::string& firmware : model.firmwares)
      firmwares += (firmwares.empty() ? "" : ", ") + lua_text(firmware);
    const Rating rating = rating_of(model.seen, nominal_v, 0.0);
    rows += fmt::format(
        "  [{}] = {{\n    vendor = {}, model = {}, firmware = {{ {} }}, stations = {},\n    limits = {{ evses = {}, {} "
        "}},  -- {}\n  }},\n",
        shown, lua_text(vendor), lua_text(name), firmwares, model.stations, model.evses, rating.keys, rating.remark);
    stations += model.stations;
  }
  out.models = models.size();
  out.without_model = log.stations.size() - stations;
  out.lua = fmt::format(fmt::runtime(library_head), stations, stations == 1 ? "" : "s", first) + rows + library_tail;
  return out;
}

}  // namespace evtwin::replay
