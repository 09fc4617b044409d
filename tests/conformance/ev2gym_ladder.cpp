#include "conformance/ev2gym_ladder.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

#include "conformance/ev2gym_engine.hpp"

namespace evtwin::conformance::ev2gym {

namespace {

struct Rung {
  std::string_view what;  ///< how it is once the quirk is off
  bool Quirks::*quirk;
};

constexpr std::array rungs{
    Rung{"actions as commanded, not to 5 decimals", &Quirks::actions_rounded},
    Rung{"capacity not rounded up to 0.01 kWh", &Quirks::capacity_rounded_up},
    Rung{"a battery below its floor stays there", &Quirks::lifted_to_floor},
    Rung{"one efficiency per car, not per ampere", &Quirks::efficiency_by_ampere},
    Rung{"the taper is that of its curve (k = 1)", &Quirks::taper_multiplied},
    Rung{"losses are metered and paid", &Quirks::efficiency_costs_nothing},
    Rung{"a car that leaves gets nothing any more", &Quirks::served_while_leaving},
    Rung{"power by phases in use", &Quirks::phases_for_free},
    Rung{"exports measured against their own limit", &Quirks::export_against_import_limit},
};

struct Size {
  double charged_kwh = 0.0, discharged_kwh = 0.0, profit_eur = 0.0, satisfaction = 0.0, overload_kw_steps = 0.0;
};

Size size_of(const Run& run) {
  Size size;
  double served = 0.0;
  for (const ChargerTotals& totals : run.totals) {
    size.charged_kwh += totals.charged_kwh;
    size.discharged_kwh += totals.discharged_kwh;
    size.profit_eur += totals.profit_eur;
    size.satisfaction += totals.satisfaction_sum;
    served += totals.served;
  }
  if (served > 0.0) size.satisfaction /= served;
  for (const auto& overload : run.overload_kw)
    size.overload_kw_steps = std::accumulate(overload.begin(), overload.end(), size.overload_kw_steps);
  return size;
}

/// What changed, and by how much; empty for a rung that changed nothing.
std::string difference(const Size& before, const Size& after) {
  std::string text;
  const auto add = [&](std::string_view what, double from, double to, double factor, std::string_view unit) {
    if (std::abs(to - from) <= 1e-12 * std::max(1.0, std::abs(from))) return;
    const std::string percent =
        from == 0.0 ? std::string() : fmt::format(" ({:+.2g} %)", 100.0 * (to - from) / std::abs(from));
    text += fmt::format("{}{} {:+.4g} {}{}", text.empty() ? "" : ", ", what, factor * (to - from), unit, percent);
  };
  add("charged", before.charged_kwh, after.charged_kwh, 1.0, "kWh");
  add("discharged", before.discharged_kwh, after.discharged_kwh, 1.0, "kWh");
  add("profit", before.profit_eur, after.profit_eur, 1.0, "EUR");
  add("mean satisfaction", before.satisfaction, after.satisfaction, 100.0, "points");
  add("overload", before.overload_kw_steps, after.overload_kw_steps, 1.0, "kW-steps");
  return text;
}

}  // namespace

void climb(const Scenario& scenario, const Actions& actions, Comparison& comparison) {
  Quirks quirks;
  Run run = simulate(scenario, actions, quirks);
  const Size ev2gym = size_of(run);
  Size before = ev2gym;
  comparison.remark(fmt::format("EV2Gym: charged {:.6g} kWh, discharged {:.6g} kWh, profit {:.6g} EUR",
                                before.charged_kwh, before.discharged_kwh, before.profit_eur));
  std::string without_effect;
  for (const Rung& rung : rungs) {
    quirks.*rung.quirk = false;
    run = simulate(scenario, actions, quirks);
    const Size after = size_of(run);
    const std::string changes = difference(before, after);
    if (changes.empty()) {
      without_effect += fmt::format("{}{}", without_effect.empty() ? "" : "; ", rung.what);
    } else {
      comparison.remark(fmt::format("rung: {}: {}", rung.what, changes));
    }
    before = after;
  }
  if (!without_effect.empty()) comparison.remark(fmt::format("no effect here: {}", without_effect));
  comparison.remark(fmt::format("evtwin: {}", difference(ev2gym, before)));
  compare_with_engine(scenario, actions, run, quirks, comparison);
}

}  // namespace evtwin::conformance::ev2gym
