#include "advise/advice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>

#include "analysis/kpi.hpp"
#include "kernel/parallel.hpp"

namespace evtwin::advise {

namespace {

/// Whether a is above b by more than rounding.
bool above(double a, double b) { return a - b > 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

/// One of the four runs.
struct Run {
  twin::Result result;
  std::optional<Stay> stay;
};

}  // namespace

SiteFigures operator-(const SiteFigures& a, const SiteFigures& b) {
  return {a.bill - b.bill,           a.objective - b.objective,         a.peak_kw - b.peak_kw,
          a.unmet_kwh - b.unmet_kwh, a.delivered_kwh - b.delivered_kwh, a.turned_away - b.turned_away,
          a.co2_kg - b.co2_kg};
}

bool keep_existing(Verdict verdict) { return verdict != Verdict::cheaper && verdict != Verdict::same_cost; }

Verdict judge_outcomes(const Outcome& existing, const Outcome& proposed, bool unmet_has_price) {
  if (existing.stay.got_kwh - proposed.stay.got_kwh > energy_tolerance_kwh) return Verdict::serves_less;
  if (above(proposed.cost, existing.cost)) return Verdict::dearer;
  if (!unmet_has_price && (proposed.site.unmet_kwh - existing.site.unmet_kwh >
                               energy_tolerance_kwh + same_service * existing.site.delivered_kwh ||
                           proposed.site.turned_away > existing.site.turned_away))
    return Verdict::site_serves_less;
  if (above(proposed.site.objective, existing.site.objective)) return Verdict::site_dearer;
  if (above(existing.cost, proposed.cost) || above(existing.site.objective, proposed.site.objective))
    return Verdict::cheaper;
  return Verdict::same_cost;
}

SiteFigures figures_of(const twin::World& world, const twin::Result& result, std::int32_t site) {
  const std::vector<analysis::Kpi> kpis = analysis::kpis_of_run(world, result);
  const std::int32_t wanted = world.sites.size() > 1 ? site : -1;  // one site has the figures of all together only
  const auto value = [&](std::string_view name) {
    const auto found = std::find_if(kpis.begin(), kpis.end(),
                                    [&](const analysis::Kpi& kpi) { return kpi.name == name && kpi.site == wanted; });
    return found == kpis.end() ? physics::unknown : found->value;
  };
  const SiteFigures figures{value("total_cost"),           value("objective"),   value("peak_kw"), value("unmet_kwh"),
                            value("energy_delivered_kwh"), value("turned_away"), value("co2_kg")};
  if (!std::isfinite(figures.objective))
    throw AdviseError(world.scenario_file + ": its figures are too large to add up; are units right?");
  return figures;
}

Advice advise_driver(const twin::World& world, const VehicleRequest& request, const Way& existing, const Way& proposed,
                     const RunChoices& choices) {
  const WorldWithCar with = with_car(world, request);
  const twin::Site& site = world.sites[request.site];

  std::array<Run, 4> runs;  // existing with and without the car, proposed with and without it
  std::array<double, 4> fractions{};
  std::mutex progress_mutex;
  kernel::parallel_for(runs.size(), choices.threads, [&](std::size_t i) {
    const bool has_car = i % 2 == 0;
    const Way& way = i < 2 ? existing : proposed;
    const std::unique_ptr<twin::Script> script = choices.script ? choices.script() : nullptr;

    StayObserver observer(with.world, request, with.name);
    twin::RunOptions options;
    options.script = script.get();
    options.stop = choices.stop;
    options.strategy_name = way.label;
    if (has_car) options.observer = &observer;

    if (choices.progress) {
      options.progress = [&, i](double fraction) {
        const std::lock_guard lock(progress_mutex);
        fractions[i] = fraction;
        choices.progress((fractions[0] + fractions[1] + fractions[2] + fractions[3]) / 4.0);
      };
    }
    runs[i].result = twin::simulate(has_car ? with.world : world, way.factory, options);
    if (has_car) runs[i].stay = observer.stay_seen();
  });

  Advice advice;
  advice.request = request;
  advice.driver_price = site.driver_price_per_kwh > 0.0;

  // The car's share of the site's figures is the difference of two runs that are equal but for the car.
  const auto outcome = [&](const Way& way, const Run& with_it, const Run& without_it) {
    const auto row = static_cast<std::int32_t>(request.site);
    Outcome out{way.label, *with_it.stay, 0.0, figures_of(with.world, with_it.result, row), {}};
    out.cost = (advice.driver_price ? out.stay.paid : out.stay.energy_cost) + out.stay.wear_cost;
    out.added = out.site - figures_of(world, without_it.result, row);
    return out;
  };

  advice.existing = outcome(existing, runs[0], runs[1]);
  advice.proposed = outcome(proposed, runs[2], runs[3]);
  advice.verdict = judge_outcomes(advice.existing, advice.proposed, site.unmet_price_per_kwh > 0.0);

  // Which EVSE a car gets depends on the order of arrivals, and not on the strategy.
  const auto reaches = [&](const Reach& reach) { return request.wanted_kwh - reach.most_kwh <= energy_tolerance_kwh; };
  for (const physics::Evse& evse : site.evses) {
    const Reach reach = reach_of(request, evse);
    if (evse.id == advice.existing.stay.evse) advice.reach = reach;
    if (advice.better_evse.empty() && reaches(reach)) advice.better_evse = evse.id;
  }
  advice.reachable = reaches(advice.reach);
  if (advice.reachable) advice.better_evse.clear();
  return advice;
}

}  // namespace evtwin::advise
