#include "replay/whatif.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <type_traits>

#include "replay/unreplayed.hpp"

namespace evtwin::replay {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double nothing = 1e-9;

double relative(double twin, double metered) {
  if (std::abs(metered) > nothing) return std::abs(twin - metered) / std::abs(metered);
  return std::abs(twin) > nothing ? nan : 0.0;
}

/// The recorded bill, and what peak and demand charge may have been at least and at most, as readings are apart.
struct Recorded {
  Bill bill, least, most;
  double missing_cost = 0.0, missing_kwh = 0.0;  ///< energy of transactions that were not replayed
};

/// How far `twin` can be from what lies between `least` and `most`, over what was recorded: what it is off the recorded
/// figure, and what that is in doubt, whichever way. A twin that happens to lie in the middle of the doubt is no better
/// known than one at its end.
double furthest(double twin, double recorded, double least, double most) {
  if (std::abs(recorded) <= nothing) return relative(twin, recorded);
  const double doubt = std::max({0.0, recorded - least, most - recorded});
  return (std::abs(twin - recorded) + doubt) / std::abs(recorded);
}

ReplayError error_of(const WhatIfRequest& request, const Recorded& recorded, const Bill& twin, const WhatIfRow* logged,
                     std::span<const Metered> readings) {
  const Bill &metered = recorded.bill, &least = recorded.least, &most = recorded.most;
  ReplayError error;
  double all = 0.0, timed = 0.0;

  for (const SiteStep& step : request.card.site) {
    const double hours = kernel::hours_between(step.from_ns, step.to_ns);
    all += hours * step.metered_kw;
    timed += hours * step.fine_kw;
  }
  if (all > 0.0) error.timed_fraction = std::min(timed / all, 1.0);

  if (error.timed() && logged != nullptr) {
    error.energy = relative(logged->served_kwh, metered.charged_kwh);
    error.energy_cost = relative(logged->energy_cost, metered.energy_cost);
    error.peak = furthest(logged->peak_kw, metered.peak_kw, least.peak_kw, most.peak_kw);
    error.demand_charge =
        furthest(logged->demand_charge, metered.demand_charge, least.demand_charge, most.demand_charge);
  } else {
    // Both spread alike between readings: amounts are compared, times are not. A peak between readings is not known,
    // and what is billed for it neither.
    error.energy = relative(twin.charged_kwh, metered.charged_kwh);
    error.energy_cost = relative(twin.energy_cost, metered.energy_cost);
  }
  // Energy whose time is not known may have cost more or less, under every strategy.
  error.metered_peak_kw = std::max({0.0, most.peak_kw - metered.peak_kw, metered.peak_kw - least.peak_kw});
  error.metered_demand =
      std::max({0.0, most.demand_charge - metered.demand_charge, metered.demand_charge - least.demand_charge});
  error.timing_cost = unknown_timing_cost(request.prepared.scenario.world, readings);
  if (error.timing_cost > 0.0)
    error.energy_cost += relative(metered.energy_cost + error.timing_cost, metered.energy_cost);
  error.missing_kwh = recorded.missing_kwh;
  error.missing_cost = recorded.missing_cost;
  // Where power was not read, or no reading says when energy flowed, the twin that was fed the register agrees with it:
  // that says nothing of how far its power is off.
  if (request.card.power_read_share < least_tested_share) {
    error.energy = error.energy_cost = error.demand_charge = error.peak = nan;
  }
  return error;
}

WhatIfRow metered_row(const WhatIfRequest& request, const Bill& bill, std::span<const Metered> readings) {
  const twin::World& world = request.prepared.scenario.world;
  const twin::Site& site = world.sites.front();
  WhatIfRow row;
  row.kind = WhatIfRow::Kind::metered;
  row.name = "metered";
  row.energy_cost = bill.energy_cost;
  row.demand_charge = bill.demand_charge;
  row.peak_kw = bill.peak_kw;
  row.served_kwh = row.service_kwh = bill.charged_kwh;
  double charged = 0.0, discharged = 0.0;
  for (const ReplayedSession& session : request.sessions) {
    const ocpp::Transaction& transaction = request.prepared.log.transactions[session.transaction];
    charged += transaction.energy_kwh;
    discharged += transaction.exported_kwh;
  }
  const DriverPrices prices = driver_prices(world, readings, request.terms);
  const double paid = prices.charged_per_kwh * charged - prices.discharged_per_kwh * discharged;
  row.drivers = -paid - site.wear_price_per_kwh * discharged;
  row.site = paid - row.cost();
  return row;
}

/// Outlets of the log's sessions by what `key` makes of each; without those that no EVSE of the site is named for.
template <class Key>
auto outlets_by(const WhatIfRequest& request, Key key) {
  const twin::Site& site = request.prepared.scenario.world.sites.front();
  std::map<std::decay_t<std::invoke_result_t<Key, const sessions::LogSession&>>, Outlet> outlets;
  for (const sessions::LogSession& session : request.prepared.sessions.sessions) {
    const auto row = static_cast<std::size_t>(session.visit.evse);
    if (session.visit.evse < 0 || row >= site.evses.size()) continue;
    const physics::Evse& evse = site.evses[row];
    outlets[std::invoke(key, session)] = {physics::rated_kw(evse), 1.0 / evse.efficiency};
  }
  return outlets;
}

std::vector<Outlet> outlets_of(const WhatIfRequest& request) {
  const auto of_transaction = outlets_by(request, &sessions::LogSession::transaction);
  std::vector<Outlet> outlets;
  for (const ReplayedSession& session : request.sessions) {
    const auto found = of_transaction.find(session.transaction);
    outlets.push_back(found == of_transaction.end() ? Outlet{} : found->second);
  }
  return outlets;
}

/// Energy or power before an EVSE's losses.
double drawn(double metered, const Outlet& outlet) {
  return metered > 0.0 ? metered * outlet.grid_per_meter : metered / outlet.grid_per_meter;
}

/// What sessions drew before the losses of their EVSEs, each by its own outlet.
std::vector<Metered> before_evses(std::vector<Metered> readings, std::span<const Outlet> outlets) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (MeteredPiece& piece : readings[i].pieces) piece.kwh = drawn(piece.kwh, outlets[i]);
  return readings;
}

std::vector<ReplayedSession> before_evses(std::vector<ReplayedSession> sessions, std::span<const Outlet> outlets) {
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (twin::PowerSegment& segment : sessions[i].power) {
      segment.kw = drawn(segment.kw, outlets[i]);
      segment.energy_kwh = drawn(segment.energy_kwh, outlets[i]);
    }
  }
  return sessions;
}

/// Energy of the steps within the run.
double energy_within(const twin::World& world, std::span<const SiteStep> steps, double SiteStep::*kw) {
  double sum = 0.0;
  for (const SiteStep& step : steps) {
    const TimeNs from = std::max(step.from_ns, world.start_ns), to = std::min(step.to_ns, world.end_ns);
    if (from < to) sum += step.*kw * kernel::hours_between(from, to);
  }
  return sum;
}

void give_bars(WhatIfRow& row, const ReplayError& error) {
  using Kind = WhatIfRow::Kind;
  if (!row.error.empty()) return;
  if (row.kind == Kind::metered) {
    row.bar = {error.timing_cost + error.metered_demand + error.missing_cost, error.metered_peak_kw, error.missing_kwh};
    return;
  }
  // Where peaks could not be judged nothing tells how far a demand charge is off, and so the cost: NaN stays.
  const double energy_part = error.energy_cost * std::abs(row.energy_cost);
  const double demand_part = row.demand_charge == 0.0 ? 0.0 : error.demand_charge * row.demand_charge;
  row.bar.cost = energy_part + demand_part + error.missing_cost;
  row.bar.peak_kw = error.peak * row.peak_kw;
  row.bar.energy_kwh = error.energy * row.served_kwh + error.missing_kwh;
}

Saving saving_of(const WhatIfRow& row, const WhatIfRow* base) {
  Saving saving;
  if (base == nullptr || &row == base || !row.error.empty() || !base->error.empty()) return saving;
  saving.value = base->cost() - row.cost();
  saving.error_bar = std::hypot(base->bar.cost, row.bar.cost);
  saving.fewer_kwh = base->service_kwh - row.service_kwh;
  return saving;
}

}  // namespace

const WhatIfRow* WhatIf::find_row(WhatIfRow::Kind kind) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const WhatIfRow& row) { return row.kind == kind; });
  return found == rows.end() ? nullptr : &*found;
}

const WhatIfRow* WhatIf::find_row(const std::string& name) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const WhatIfRow& row) {
    return row.kind == WhatIfRow::Kind::strategy && row.name == name;
  });
  return found == rows.end() ? nullptr : &*found;
}

const WhatIfRow* WhatIf::find_unforeseen(const std::string& name) const {
  const auto found =
      std::find_if(unforeseen.begin(), unforeseen.end(), [&](const WhatIfRow& row) { return row.name == name; });
  return found == unforeseen.end() ? nullptr : &*found;
}

const WhatIfRow* WhatIf::base_row() const {
  const WhatIfRow* asap = find_row("asap");
  return error.timed() || asap == nullptr || !asap->error.empty() ? find_row(WhatIfRow::Kind::as_logged) : asap;
}

WhatIfRow row_of_run(WhatIfRow::Kind kind, const std::string& name, const std::vector<analysis::Kpi>& kpis,
                     std::uint64_t event_hash) {
  const auto value = [&](std::string_view kpi) { return analysis::value_of(kpis, kpi); };
  WhatIfRow row;
  row.kind = kind;
  row.name = name;
  row.energy_cost = value("energy_cost");
  row.demand_charge = value("demand_charge");
  row.peak_kw = value("peak_kw");
  row.served_kwh = value("energy_delivered_kwh");
  row.served_fraction = value("served_fraction");
  row.unmet_kwh = value("unmet_kwh");
  row.service_kwh = analysis::service_kwh(kpis);
  if (std::isnan(row.service_kwh)) row.service_kwh = row.served_kwh;
  row.drivers = value("owner_money");
  row.site = value("site_money");
  row.objective = value("objective");
  row.kpis = kpis;
  row.event_hash = event_hash;
  return row;
}

WhatIfRow row_of_bound(const analysis::Bound& bound, double wanted_kwh) {
  analysis::BoundParts parts;
  for (const analysis::SiteBound& site : bound.sites) parts += site.parts;
  WhatIfRow row;
  row.kind = WhatIfRow::Kind::bound;
  row.name = "bound";
  row.energy_cost = parts.energy;
  row.demand_charge = parts.demand;
  row.peak_kw = parts.peak_kw;
  row.served_kwh = row.service_kwh = wanted_kwh - parts.unmet_kwh;
  row.served_fraction = wanted_kwh > 0.0 ? row.served_kwh / wanted_kwh : 1.0;
  row.unmet_kwh = parts.unmet_kwh;
  row.drivers = row.site = nan;
  row.objective = bound.proven;
  return row;
}

WhatIf what_if(const WhatIfRequest& request, std::vector<WhatIfRow> rows, std::vector<WhatIfRow> unforeseen) {
  const twin::World& world = request.prepared.scenario.world;
  std::vector<Metered> readings;
  for (const ReplayedSession& session : request.sessions)
    readings.push_back(metered_of(request.prepared.log.transactions[session.transaction]));
  // DC EVSEs lose more than AC ones: each session is billed by the losses of its own.
  const std::vector<Outlet> outlets = outlets_of(request);
  const std::vector<Metered> drawn_readings = before_evses(readings, outlets);
  const std::vector<SiteStep> steps = site_steps(before_evses(request.sessions, outlets), drawn_readings);
  const auto bill = [&](double SiteStep::*kw, const AddedByWindow& added) {
    Bill made = bill_of(world, steps, kw, request.grid_per_meter, request.terms, added);
    made.charged_kwh = energy_within(world, request.card.site, kw);
    return made;
  };
  WindowDoubts doubts = window_doubts(world, readings, outlets, request.grid_per_meter);
  // Transactions that were not replayed may have added as much as they are known to have taken.
  const Unreplayed missing =
      unreplayed_of(request.prepared.log, request.sessions, outlets_by(request, &sessions::LogSession::evse_id));
  for (const auto& [window, kwh] : most_by_window(world, missing.readings, missing.outlets, request.grid_per_meter))
    doubts.more[window] += kwh;
  const Recorded recorded{bill(&SiteStep::metered_kw, {}), bill(&SiteStep::metered_kw, doubts.less),
                          bill(&SiteStep::metered_kw, doubts.more),
                          most_cost(world, missing.readings, missing.outlets, request.grid_per_meter), missing.kwh};

  WhatIf result;
  result.free_energy = !world.sites.front().tariff_given;
  result.rows.push_back(metered_row(request, recorded.bill, readings));
  result.rows.insert(result.rows.end(), rows.begin(), rows.end());
  result.error = error_of(request, recorded, bill(&SiteStep::twin_kw, {}), result.find_row(WhatIfRow::Kind::as_logged),
                          drawn_readings);
  result.unforeseen = std::move(unforeseen);

  for (WhatIfRow& row : result.rows) give_bars(row, result.error);
  for (WhatIfRow& row : result.unforeseen) give_bars(row, result.error);
  const WhatIfRow* logged = result.find_row(WhatIfRow::Kind::as_logged);
  const WhatIfRow* asap = result.find_row("asap");
  for (WhatIfRow& row : result.rows) {
    if (row.kind == WhatIfRow::Kind::metered) continue;
    row.against_logged = saving_of(row, logged);
    row.against_asap = saving_of(row, asap);
  }

  for (WhatIfRow& row : result.unforeseen) {
    row.against_logged = saving_of(row, logged);
    row.against_asap = saving_of(row, asap);
  }

  // What knowing the departures changes is as uncertain: how good guesses are differs from month to month.
  for (WhatIfRow& row : result.unforeseen) {
    const WhatIfRow* foreseen = result.find_row(row.name);
    if (foreseen == nullptr || !foreseen->error.empty() || !row.error.empty()) continue;
    for (Saving WhatIfRow::*saving : {&WhatIfRow::against_logged, &WhatIfRow::against_asap})
      (row.*saving).error_bar = std::hypot((row.*saving).error_bar, (row.*saving).value - (foreseen->*saving).value);
  }

  result.days = kernel::hours_between(world.start_ns, world.end_ns) / 24.0;
  // How much control there was.
  const WhatIfRow* best = result.find_row(WhatIfRow::Kind::bound);
  if (!result.free_energy && asap != nullptr && asap->error.empty()) {
    auto& control = result.control;
    // By the objective: what is left undone has its price in it, so that not charging is no control.
    control.uncontrolled = asap->objective;
    if (best != nullptr) control.best = best->objective;
    if (result.error.timed() && logged != nullptr) {
      control.error_bar = std::hypot(logged->bar.cost, asap->bar.cost);
      if (std::isfinite(control.error_bar)) control.logged = logged->objective;
      const double possible = control.uncontrolled - control.best;
      if (control.told() && possible > nothing * std::max(1.0, std::abs(control.uncontrolled)))
        control.share = (control.uncontrolled - control.logged) / possible;
    }
  }

  return result;
}

}  // namespace evtwin::replay
