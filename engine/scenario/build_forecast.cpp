// How strategies foresee what comes: `forecast`, of a scenario or a site.
#include <algorithm>
#include <cmath>
#include <optional>

#include "control/plugin_forecaster.hpp"
#include "control/strategy.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "scenario/script_definition.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::scenario {
namespace {

using control::Forecast;

constexpr std::string_view rules_are =
    "must be \"perfect\", \"yesterday\", the id of a forecaster such as \"same-kind-of-day\", forecaster \"id\" { ... "
    "}, "
    "{ bias = ..., std = ... } or a function(past, ask)";

/// A forecaster that the user named. That it is there, and takes these parameters, shows here and not in the run.
Forecast named(const std::string& id, const control::TextParams& params, const Where& where) {
  try {
    return {Forecast::Kind::model, 0.0, 0.0, control::forecaster_source(id, params)};
  } catch (const control::StrategyError& error) {
    throw_at(where, "= \"" + kernel::make_printable(id, 60) + "\": " + error.what());
  }
}

/// Rules that need no forecaster.
std::optional<Forecast::Kind> kind_of_word(const std::string& word) {
  if (word == "perfect") return Forecast::Kind::perfect;
  if (word == "yesterday") return Forecast::Kind::yesterday;
  return {};
}

/// "perfect", "yesterday", "sarima".
Forecast by_word(const Build& build, const std::string& word, const control::TextParams& params, const Where& where) {
  if (const auto kind = kind_of_word(word)) {
    if (!params.empty()) throw_at(where, "= \"" + word + "\" takes no parameters");
    return {*kind, 0.0, 0.0};
  }
  const auto& set = build.source.options().set;
  const bool users_own = std::any_of(set.begin(), set.end(), [&](const auto& entry) { return entry.second == word; });
  if (!users_own && word.find_first_of("/#:") != std::string::npos) {
    throw_at(where, "= \"" + kernel::make_printable(word, 60) +
                        "\" must be the id of a forecaster; a plugin's file can only be named on the command line "
                        "(--change forecast=FILE.so#ID)");
  }
  return named(word, params, where);
}

Forecast rule_of(const Build& build, const Value& value, const Where& where, const ForecastPlace& place) {
  if (value.as_text() != nullptr) return by_word(build, text_of(value, where), {}, where);
  if (value.as_function() != nullptr)
    return {Forecast::Kind::model, 0.0, 0.0, lua_forecaster(build.shared_source, place, where.file_position())};
  if (const Construct* chosen = value.construct("forecaster")) {
    const Where at = where.place_of(*chosen);
    return by_word(build, text_of(chosen->arguments.front(), at), params_given(*chosen, at), at);
  }
  if (value.as_table() == nullptr || !value.as_table()->numbered.empty())
    throw_at(where, std::string(rules_are) + ", got " + describe_value(value));
  const Fields f(value, find_section("forecast_error"), where);
  return {Forecast::Kind::noisy, f.read_number("bias"), f.read_number("std")};
}

/// The table with a rule for each quantity.
control::SiteForecast pipeline_of(const Build& build, const Value& value, const Where& where,
                                  const ForecastPlace& place, control::SiteForecast forecast) {
  const Fields f(value, find_section("forecast"), where);
  if (f.has_key("bias") || f.has_key("std"))
    forecast.pv = forecast.load =
        forecast.arrivals = {Forecast::Kind::noisy, f.read_number("bias"), f.read_number("std")};
  const auto read = [&](const char* key, Forecast& rule) {
    if (const Value* own = f.find_value(key)) rule = rule_of(build, *own, f.where(key), {place.site, key});
  };
  read("pv", forecast.pv);
  read("load", forecast.load);
  read("arrivals", forecast.arrivals);
  read("price", forecast.price);
  if (forecast.price.kind == Forecast::Kind::yesterday || forecast.price.kind == Forecast::Kind::noisy)
    throw_at(f.where("price"), "must be \"perfect\" (prices are known as far as the tariff goes) or a forecaster");
  // Those of the scenario hold for a site whose table gives none.
  if (f.has_key("period_min")) forecast.period_ns = f.read_whole("period_min") * kernel::minute_ns;
  if (f.has_key("history_days")) forecast.history_days = static_cast<int>(f.read_whole("history_days"));
  return forecast;
}

/// PV, load and arrivals by that rule, as far as its forecaster foresees them; the others as before.
/// @returns whether it foresees any of them
bool foresee_all(const Forecast& rule, control::SiteForecast& forecast) {
  const auto can = [&](std::uint32_t quantity) {
    return rule.source == nullptr || rule.source->found_if_there().foresees_quantity(quantity);
  };
  const bool pv = can(EVTWIN_QUANTITY_PV_KW), load = can(EVTWIN_QUANTITY_LOAD_KW);
  const bool arrivals = can(EVTWIN_QUANTITY_ARRIVALS) && can(EVTWIN_QUANTITY_ARRIVALS_KWH);
  if (pv) forecast.pv = rule;
  if (load) forecast.load = rule;
  if (arrivals) forecast.arrivals = rule;
  return pv || load || arrivals;
}

/// "sarima:fit_days=14" of the command line.
Forecast changed_rule(const std::string& name, const std::string& text) {
  std::string id;
  control::TextParams params;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t colon = std::min(text.find(':', from), text.size());
    const std::string part = text.substr(from, colon - from);
    const std::size_t equals = part.find('=');

    if (from == 0) {
      id = part;
    } else if (equals == std::string::npos || equals == 0) {
      fail_change(name, text, "parameters are written ID:key=value, got '" + kernel::make_printable(part, 60) + "'");
    } else {
      params.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    from = colon + 1;
  }

  // A word of the language (perfect, yesterday) is meant before a forecaster of that name.
  try {
    if (const auto kind = kind_of_word(id)) {
      if (!params.empty()) fail_change(name, text, id + " takes no parameters");
      return {*kind, 0.0, 0.0};
    }
    return {Forecast::Kind::model, 0.0, 0.0, control::forecaster_source(id, params)};
  } catch (const control::StrategyError& error) {
    fail_change(name, text, error.what());
  }
}

}  // namespace

control::SiteForecast forecast_of(const Build& build, const Value& value, const Where& where, int site,
                                  const control::SiteForecast& otherwise) {
  const bool pipeline = value.as_table() != nullptr && value.as_table()->numbered.empty();
  if (pipeline) return pipeline_of(build, value, where, {site, {}}, otherwise);
  control::SiteForecast forecast = otherwise;
  if (!foresee_all(rule_of(build, value, where, {site, {}}), forecast))
    throw_at(
        where,
        "names a forecaster that foresees neither PV nor load nor arrivals; prices are forecast = { price = ... }");
  return forecast;
}

void change_forecast(const Build& build, twin::Site& site) {
  const LoadOptions& options = build.source.options();
  control::SiteForecast& forecast = site.forecast;

  // The key for all quantities comes first, so that those of single ones win.
  if (const auto all = given_change(options, site.name, "forecast")) {
    if (!foresee_all(changed_rule(all->first, all->second), forecast))
      fail_change(all->first, all->second, "foresees neither PV nor load nor arrivals; prices are forecast_price");
  }

  const auto change = [&](const char* key, Forecast& rule) {
    if (const auto own = given_change(options, site.name, key)) rule = changed_rule(own->first, own->second);
  };
  change("forecast_pv", forecast.pv);
  change("forecast_load", forecast.load);
  change("forecast_arrivals", forecast.arrivals);
  change("forecast_price", forecast.price);

  // Yesterday's prices are no forecast: the tariff says tomorrow's.
  if (const auto own = given_change(options, site.name, "forecast_price");
      own && forecast.price.kind == Forecast::Kind::yesterday)
    fail_change(own->first, own->second,
                "must be perfect (prices are known as far as the tariff goes) or a forecaster");

  if (const auto minutes = changed_number(options, site.name, "forecast_period_min")) {
    if (*minutes != std::floor(*minutes)) {
      const auto own = given_change(options, site.name, "forecast_period_min");
      fail_change(own->first, own->second, "must be a whole number of minutes");
    }
    forecast.period_ns = static_cast<TimeNs>(*minutes) * kernel::minute_ns;
  }
}

control::SiteForecast default_forecast() {
  return Forecast{Forecast::Kind::model, 0.0, 0.0, control::forecaster_when_needed("same-kind-of-day", {})};
}

}  // namespace evtwin::scenario
