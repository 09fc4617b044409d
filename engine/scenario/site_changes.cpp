#include "scenario/site_changes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/library_tariffs.hpp"

namespace evtwin::scenario {
namespace {

/// A key of --change; numbers lie in [least, most], or above least.
struct ChangeKey {
  std::string_view name, unit;  ///< unit empty: a word
  double least = 0.0, most = 0.0;
  bool above = false;
  bool may_be_none = false;  ///< "none": no limit
  std::string_view help;
};

// Ranges as the scenario language has them.
constexpr std::array keys{
    ChangeKey{"contract_kw", "kW", 0, 1e6, true, true, "contract power; none: no limit"},
    ChangeKey{"export_limit_kw", "kW", 0, 1e6, false, true, "most that may flow back into the grid; none: no limit"},
    ChangeKey{"storage_kwh", "kWh", 0, 1e7, false, false, "capacity of the storage; 0 removes it"},
    ChangeKey{"storage_kw", "kW", 0, 1e6, false, false, "most power of the storage in and out; 0 removes it"},
    ChangeKey{"tariff", "", 0, 0, false, false, "a tariff of the scenario library, as kepco_ev.self_use_low_voltage"},
    ChangeKey{"driver_price_per_kwh", "currency/kWh", 0, 1e7, false, false, "what drivers pay the site"},
    ChangeKey{"v2g_price_per_kwh", "currency/kWh", 0, 1e7, false, false,
              "what the site pays drivers for energy discharged"},
    ChangeKey{"pv_scale", "times", 0, 1000, false, false, "solar power, times this"},
    ChangeKey{"load_scale", "times", 0, 1000, false, false, "base load, times this"},
    ChangeKey{"bookings", "", 0, 0, false, false,
              "a CSV of bookings instead of the scenario's; a cell left empty is as the booking of that id has it"},
    ChangeKey{
        "forecast", "", 0, 0, false, false,
        "how PV, load and arrivals are foreseen: perfect, yesterday, ID[:key=value...] or FILE.so#ID of a forecaster"},
    ChangeKey{"forecast_pv", "", 0, 0, false, false, "the same, of solar power"},
    ChangeKey{"forecast_load", "", 0, 0, false, false, "of the base load"},
    ChangeKey{"forecast_arrivals", "", 0, 0, false, false, "of arrivals"},
    ChangeKey{"forecast_price", "", 0, 0, false, false, "of the price of imported energy; perfect: as the tariff says"},
    ChangeKey{"forecast_period_min", "min", 1, 1440, false, false, "how often forecasters are asked, and their steps"},
};
static_assert(kernel::has_unique_keys(keys, &ChangeKey::name));
static_assert(std::all_of(keys.begin(), keys.end(), [](const ChangeKey& key) { return key.least <= key.most; }));

// Figures of a storage that --change adds, where it gives none: round ones, said in the run.
constexpr double added_efficiency = 0.95;
constexpr double added_soc_start = 0.5;

/// "Depot.contract_kw": the site before the last dot, empty where there is none.
std::pair<std::string_view, std::string_view> site_and_key(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {{}, name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

const ChangeKey* key_of(std::string_view name) {
  const auto* found = std::find_if(keys.begin(), keys.end(), [&](const ChangeKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : found;
}

market::Signal times(const market::Signal& signal, double factor) {
  if (const auto* constant = std::get_if<double>(&signal)) return *constant * factor;
  if (const auto* series = std::get_if<market::Series>(&signal)) {
    std::vector<double> values(series->values().begin(), series->values().end());
    for (double& value : values) value *= factor;
    return market::Series({series->times_ns().begin(), series->times_ns().end()}, std::move(values), series->end_ns());
  }
  market::DailyProfile profile = std::get<market::DailyProfile>(signal);
  for (market::DayCurve& curve : profile.curves) {
    for (double& value : curve.values) value *= factor;
  }
  return profile;
}

bool is_nothing(const market::Signal& signal) {
  const auto* constant = std::get_if<double>(&signal);
  return constant != nullptr && *constant == 0.0;
}

void scale(const LoadOptions& options, const twin::Site& site, std::string_view key, const char* what,
           market::Signal& signal) {
  const auto factor = changed_number(options, site.name, key);
  if (!factor) return;
  if (is_nothing(signal))
    fail_change(std::string(key), {},
                "the site " + kernel::make_printable(site.name, 60) + " has no " + what + " to scale");
  signal = times(signal, *factor);
}

/// Several storages keep their shares.
void change_storage(Build& build, twin::Site& site) {
  const LoadOptions& options = build.source.options();
  const auto kwh = changed_number(options, site.name, "storage_kwh"),
             kw = changed_number(options, site.name, "storage_kw");
  if (!kwh && !kw) return;

  // No capacity or no power is no storage.
  if ((kwh && *kwh == 0.0) || (kw && *kw == 0.0)) {
    site.storages.clear();
    return;
  }

  if (site.storages.empty()) {
    if (!kwh || !kw) {
      fail_change(kwh ? "storage_kwh" : "storage_kw", {},
                  "the site " + kernel::make_printable(site.name, 60) +
                      " has no storage: give storage_kwh and storage_kw, so that there is one");
    }

    physics::Storage added;
    added.id = "storage";
    added.capacity_kwh = *kwh;
    added.max_charge_kw = added.max_discharge_kw = *kw;
    added.charge_efficiency = added.discharge_efficiency = added_efficiency;
    added.soc_start = added_soc_start;
    site.storages.push_back(added);
    build.add_flag(site.name, "a storage of " + show_number(*kwh) + " kWh and " + show_number(*kw) +
                                  " kW is added by --change: efficiency " + show_number(added_efficiency) +
                                  " in and out, half full at the start (round figures)");
    return;
  }

  double was_kwh = 0.0, was_charge_kw = 0.0, was_discharge_kw = 0.0;
  for (const physics::Storage& storage : site.storages) {
    was_kwh += storage.capacity_kwh;
    was_charge_kw += storage.max_charge_kw;
    was_discharge_kw += storage.max_discharge_kw;
  }
  // One storage takes the figure as it is; a quotient times the total may be off by its last digit.
  const bool one = site.storages.size() == 1;
  for (physics::Storage& storage : site.storages) {
    const auto share = [&](double to, double own, double total) { return one ? to : to * (own / total); };
    if (kwh) storage.capacity_kwh = share(*kwh, storage.capacity_kwh, was_kwh);
    if (kw) {
      storage.max_charge_kw = share(*kw, storage.max_charge_kw, was_charge_kw);
      storage.max_discharge_kw = share(*kw, storage.max_discharge_kw, was_discharge_kw);
    }
  }
}

void change_tariff(Build& build, const std::vector<market::LocalDate>& holidays, twin::Site& site) {
  const auto text = given_change(build.source.options(), site.name, "tariff");
  if (!text) return;
  market::Tariff tariff = library_tariff(build, text->second);
  if (site.tariff_given && tariff.currency != site.tariff.currency) {
    fail_change(text->first, text->second,
                "is in " + tariff.currency + ", and the site's other prices are in " + site.tariff.currency);
  }
  site.tariff = std::move(tariff);
  site.tariff_given = true;
  auto& dates = site.tariff.holidays;
  dates.insert(dates.end(), holidays.begin(), holidays.end());
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  if (!market::covers_span(site.tariff, build.world.start_ns, build.world.end_ns))
    fail_change(text->first, text->second, "has no price for part of the run");
}

}  // namespace

void fail_change(const std::string& name, const std::string& value, const std::string& why) {
  throw ScriptError("--change " + kernel::make_printable(name, 100) +
                    (value.empty() ? "" : "=" + kernel::make_printable(value, 60)) + ": " + why);
}

std::optional<std::pair<std::string, std::string>> given_change(const LoadOptions& options, const std::string& site,
                                                                std::string_view key) {
  for (const std::string& name : {site + "." + std::string(key), std::string(key)}) {
    if (const auto found = options.changes.find(name); found != options.changes.end()) return *found;
  }
  return {};
}

std::optional<double> changed_number(const LoadOptions& options, const std::string& site, std::string_view name) {
  const auto text = given_change(options, site, name);
  if (!text) return {};
  const ChangeKey& key = *key_of(name);
  if (key.may_be_none && text->second == "none") return physics::infinite;
  double value = 0.0;
  const char* end = text->second.data() + text->second.size();
  const auto [rest, error] = std::from_chars(text->second.data(), end, value);
  const bool low = key.above ? !(value > key.least) : !(value >= key.least);
  if (error != std::errc() || rest != end || low || !(value <= key.most)) {
    fail_change(text->first, text->second,
                std::string("must be a number ") + (key.above ? "above " : "from ") + show_number(key.least) +
                    (key.above ? " and at most " : " to ") + show_number(key.most) + " " + std::string(key.unit) +
                    (key.may_be_none ? ", or none" : ""));
  }
  return value;
}

void read_back(const std::map<std::string, std::string>& parameters, LoadOptions& options) {
  for (const auto& [name, value] : parameters) {
    if (name.starts_with(change_prefix))
      options.changes[name.substr(change_prefix.size())] = value;
    else
      options.set[name] = value;
  }
}

void check_changes(const LoadOptions& options, const std::vector<std::string>& sites) {
  std::vector<std::string_view> known_keys;
  for (const ChangeKey& key : keys) known_keys.push_back(key.name);
  const std::vector<std::string_view> known_sites(sites.begin(), sites.end());
  for (const auto& [name, value] : options.changes) {
    const auto [site, key] = site_and_key(name);
    if (key_of(key) == nullptr) {
      std::string text = "no such key" + kernel::did_you_mean(key, known_keys) + "; there are: ";
      for (std::size_t i = 0; i < keys.size(); ++i) text += (i == 0 ? "" : ", ") + std::string(keys[i].name);
      fail_change(name, value, text);
    }
    if (!site.empty() && std::find(sites.begin(), sites.end(), site) == sites.end())
      fail_change(
          name, value,
          "the scenario has no site " + kernel::make_printable(site, 60) + kernel::did_you_mean(site, known_sites));
    if (site.empty() && sites.size() > 1) {
      fail_change(name, value,
                  "the scenario has " + std::to_string(sites.size()) + " sites: write SITE." + std::string(key) +
                      ", as in " + kernel::make_printable(sites.front(), 60) + "." + std::string(key));
    }
  }
}

void change_numbers(const LoadOptions& options, twin::Site& site) {
  const std::array<std::pair<std::string_view, double*>, 4> numbers{
      {{"contract_kw", &site.contract_kw},
       {"export_limit_kw", &site.export_limit_kw},
       {"driver_price_per_kwh", &site.driver_price_per_kwh},
       {"v2g_price_per_kwh", &site.v2g_price_per_kwh}}};
  for (const auto& [key, target] : numbers) {
    if (const auto value = changed_number(options, site.name, key)) *target = *value;
  }
}

bool changes_tariff(const LoadOptions& options, const std::string& site) {
  return given_change(options, site, "tariff").has_value();
}

void change_equipment(Build& build, const std::vector<market::LocalDate>& holidays, twin::Site& site) {
  if (build.source.options().changes.empty()) return;
  change_tariff(build, holidays, site);
  change_storage(build, site);
  scale(build.source.options(), site, "pv_scale", "solar power", site.pv_kw);
  scale(build.source.options(), site, "load_scale", "base load", site.load_kw);
}

std::vector<std::string_view> change_key_names() {
  std::vector<std::string_view> names;
  for (const ChangeKey& key : keys) names.push_back(key.name);
  return names;
}

std::string change_keys_help() {
  std::string text;
  for (const ChangeKey& key : keys) {
    text += "  " + std::string(key.name) + (key.unit.empty() ? "" : " [" + std::string(key.unit) + "]") + "  " +
            std::string(key.help) + "\n";
  }
  return text + "  With several sites: SITE.contract_kw, and so on.\n";
}

}  // namespace evtwin::scenario
