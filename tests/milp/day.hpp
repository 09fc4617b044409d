// A day at a hand-made site: a strategy is asked at every tick, cars and storage do as they are told.
#pragma once
#include <algorithm>
#include <functional>
#include <vector>

#include "milp/site.hpp"

namespace evtwin::milp::test {

struct Day {
  std::vector<double> buy_per_kwh;       ///< of each tick; the horizon shows what is left of it
  std::vector<double> contract_kw = {};  ///< empty: the site's
  std::vector<double> load_kw = {};      ///< empty: the site's
  /// Called before each decision, with the number of the tick: who comes, who goes.
  std::function<void(std::size_t, ViewBuilder&)> before = [](std::size_t, ViewBuilder&) {};
};

struct Outcome {
  double cost = 0.0;
  double peak_kw = 0.0;                 ///< highest import of a tick
  std::vector<double> import_kw;        ///< of each tick
  std::vector<double> charged_kwh;      ///< of each EVSE
  std::vector<double> given_kwh;        ///< discharged, of each EVSE
  std::vector<std::vector<double>> kw;  ///< of each tick and EVSE
  double unmet_kwh = 0.0;               ///< of the cars that left, or are here at the end
  double least_soc = 1.0;
  std::vector<std::string> said;
};

/// Cars draw what they are offered until they have what they want; a car leaves at departs_ns. Batteries of known SoC
/// are followed, and so is storage.
inline Outcome live(const char* id, ViewBuilder site, const Day& day, std::vector<evtwin_param_value> params = {}) {
  const std::size_t ticks = day.buy_per_kwh.size();
  const double h = static_cast<double>(site.tick_ns) / static_cast<double>(hour);
  Outcome out;
  out.charged_kwh.resize(site.evses.size());
  out.given_kwh.resize(site.evses.size());
  const auto show = [&](std::size_t n) {
    const auto from = static_cast<std::ptrdiff_t>(n);
    site.buy = day.buy_per_kwh[n];
    site.horizon_buy.assign(day.buy_per_kwh.begin() + from, day.buy_per_kwh.end());
    if (!day.contract_kw.empty()) {
      site.contract_kw = day.contract_kw[n];
      site.horizon_contract.assign(day.contract_kw.begin() + from, day.contract_kw.end());
    }
    if (!day.load_kw.empty()) {
      site.load_kw = day.load_kw[n];
      site.horizon_load.assign(day.load_kw.begin() + from, day.load_kw.end());
    }
  };
  show(0);
  Driver strategy(id, site, std::move(params));
  for (std::size_t n = 0; n < ticks; ++n) {
    show(n);
    site.why = EVTWIN_WHY_TICK;
    day.before(n, site);
    for (EvseRow& car : site.evses) {
      if (car.session == 0 || car.departs_ns > site.now_ns) continue;
      out.unmet_kwh += std::max(0.0, car.requested_kwh - car.got_kwh);
      car.session = 0;
      site.why |= EVTWIN_WHY_DEPARTURE;
    }
    const Answer answer = strategy.decide(site);
    if (!strategy.reported().empty() && (out.said.empty() || out.said.back() != strategy.reported())) {
      out.said.push_back(strategy.reported());
    }
    double net_kw = site.load_kw - site.pv_kw;
    out.kw.emplace_back(site.evses.size());
    for (std::size_t i = 0; i < site.evses.size(); ++i) {
      EvseRow& car = site.evses[i];
      if (car.session == 0) continue;
      const double rest_kwh = car.requested_kwh - car.got_kwh;
      const double asked_kw = std::isnan(answer.evse_kw[i]) ? car.setpoint_kw : answer.evse_kw[i];
      // Ends when the request is met, as the strategy wakes for; a car that lends may be filled up.
      const bool lends = car.car_max_discharge_kw > 0.0;
      const double kwh = lends ? asked_kw * h : std::min(asked_kw * h, std::max(0.0, rest_kwh));
      car.setpoint_kw = car.power_kw = asked_kw;
      car.got_kwh += kwh;
      (kwh >= 0.0 ? out.charged_kwh : out.given_kwh)[i] += std::abs(kwh);
      site.charged_kwh += std::max(0.0, kwh);
      out.kw.back()[i] = kwh / h;
      net_kw += kwh / h / (kwh > 0.0 ? car.efficiency : 1.0 / car.efficiency);
      if (!std::isnan(car.soc)) {
        car.soc += (kwh > 0.0 ? kwh * car.car_charge_efficiency : kwh / car.car_discharge_efficiency) / car.battery_kwh;
        out.least_soc = std::min(out.least_soc, car.soc);
      }
    }
    for (std::size_t s = 0; s < site.storages.size(); ++s) {
      StorageRow& storage = site.storages[s];
      const double kw = answer.storage_kw[s];
      net_kw += kw;
      storage.soc += kw * h * (kw > 0.0 ? storage.charge_efficiency : 1.0 / storage.discharge_efficiency) / storage.kwh;
    }
    out.import_kw.push_back(std::max(0.0, net_kw));
    out.peak_kw = std::max(out.peak_kw, net_kw);
    out.cost += h * (net_kw > 0.0 ? net_kw * day.buy_per_kwh[n] : net_kw * site.sell);
    site.billed_peak_kw = std::max(site.billed_peak_kw, net_kw);
    site.now_ns += site.tick_ns;
  }
  for (const EvseRow& car : site.evses) {
    if (car.session != 0) out.unmet_kwh += std::max(0.0, car.requested_kwh - car.got_kwh);
  }
  return out;
}

/// `dear` for the first `hours` of `total_h`, then `cheap`; ticks of 15 min.
inline std::vector<double> dear_then_cheap(std::size_t hours_dear, std::size_t total_h, double dear = 0.30,
                                           double cheap = 0.10) {
  std::vector<double> prices(4 * total_h, cheap);
  std::fill_n(prices.begin(), 4 * hours_dear, dear);
  return prices;
}

}  // namespace evtwin::milp::test
