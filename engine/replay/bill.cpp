#include "replay/bill.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "market/demand_charge.hpp"

namespace evtwin::replay {
namespace {

constexpr int most_price_changes = 20'000;  ///< a year by the half hour

/// Lowest and highest price of [from, to).
std::pair<double, double> price_range(market::TariffClock& prices, TimeNs from, TimeNs to) {
  market::PriceNow now = prices.price_at(from);
  std::pair<double, double> range{now.buy_per_kwh, now.buy_per_kwh};
  for (int changes = 0; now.until_ns < to && changes < most_price_changes; ++changes) {
    now = prices.price_at(now.until_ns);
    range.first = std::min(range.first, now.buy_per_kwh);
    range.second = std::max(range.second, now.buy_per_kwh);
  }
  return range;
}

/// Mean over [from, to) of a term that was `at_start` before the first of its kind.
double mean_term(std::span<const twin::SignalRecord> terms, twin::SignalKind kind, double at_start, TimeNs from,
                 TimeNs to) {
  double value = at_start, sum_h = 0.0;
  TimeNs since = from;
  for (const twin::SignalRecord& term : terms) {
    if (term.kind != kind || term.start_ns >= to) continue;
    if (term.start_ns > since) {
      sum_h += value * kernel::hours_between(since, term.start_ns);
      since = term.start_ns;
    }
    value = term.value;
  }
  return since == from ? value : (sum_h + value * kernel::hours_between(since, to)) / kernel::hours_between(from, to);
}

/// Two readings of a register are each up to a step above what they show, so their difference is a step off either way:
/// so much may a window of one session have had more or less, as far as its energy and its outlet allow. Pieces shaped
/// by powers are off by their share of the register's step over all that they are scaled to. Where times are rounded,
/// as much as flows in their step belongs to the window beside.
void add_register_steps(const twin::World& world, const Metered& session, const Outlet& outlet, double grid_per_meter,
                        WindowDoubts& doubts) {
  const TimeNs length = world.sites.front().tariff.demand.window_ns;
  struct Window {
    double kwh = 0.0, hours = 0.0, off_kwh = 0.0, over_step_kwh = 0.0;
  };
  std::map<TimeNs, Window> windows;
  for (const MeteredPiece& piece : session.pieces) {
    for (TimeNs from = world.calendar.tick_at_or_before(piece.from_ns, length); from < piece.to_ns;) {
      const TimeNs to = world.calendar.next_tick(from, length);
      const double hours = kernel::hours_between(std::max(from, piece.from_ns), std::min(to, piece.to_ns));
      Window& window = windows[from];
      window.hours += hours;
      window.kwh += std::max(0.0, piece.kwh) * hours / kernel::hours_between(piece.from_ns, piece.to_ns);
      window.off_kwh += piece.off_kwh * hours / kernel::hours_between(piece.from_ns, piece.to_ns);
      if (!piece.by_power) window.off_kwh = std::max(window.off_kwh, session.register_step_kwh);
      window.over_step_kwh =
          std::max(window.over_step_kwh, std::max(0.0, piece.mean_kw()) * kernel::hours_between(0, piece.step_ns));
      from = to;
    }
  }
  const double factor = outlet.grid_per_meter * grid_per_meter;
  for (const auto& [from, window] : windows) {
    const double off_kwh = window.off_kwh + window.over_step_kwh;
    doubts.more[from] += factor * std::min(off_kwh, std::max(0.0, outlet.rated_kw * window.hours - window.kwh));
    doubts.less[from] -= factor * std::min(off_kwh, window.kwh);
  }
}

}  // namespace

DriverPrices driver_prices(const twin::World& world, std::span<const Metered> metered,
                           std::span<const twin::SignalRecord> terms) {
  const twin::Site& site = world.sites.front();
  double charged_kwh = 0.0, discharged_kwh = 0.0, paid = 0.0, paid_out = 0.0;
  for (const Metered& session : metered) {
    for (const MeteredPiece& piece : session.pieces) {
      const bool charges = piece.kwh > 0.0;
      const double price = charges ? mean_term(terms, twin::SignalKind::driver_price_per_kwh, site.driver_price_per_kwh,
                                               piece.from_ns, piece.to_ns)
                                   : mean_term(terms, twin::SignalKind::v2g_price_per_kwh, site.v2g_price_per_kwh,
                                               piece.from_ns, piece.to_ns);
      (charges ? charged_kwh : discharged_kwh) += std::abs(piece.kwh);
      (charges ? paid : paid_out) += std::abs(piece.kwh) * price;
    }
  }
  return {charged_kwh > 0.0 ? paid / charged_kwh : site.driver_price_per_kwh,
          discharged_kwh > 0.0 ? paid_out / discharged_kwh : site.v2g_price_per_kwh};
}

Bill bill_of(const twin::World& world, std::span<const SiteStep> steps, double SiteStep::*kw, double grid_per_meter,
             std::span<const twin::SignalRecord> terms, const AddedByWindow& added) {
  const twin::Site& site = world.sites.front();
  market::TariffClock prices(site.tariff, world.calendar);
  market::SignalClock load(site.load_kw, world.calendar), pv(site.pv_kw, world.calendar);
  market::DemandMeter meter(
      {&site.tariff, site.contract_kw, site.past_peaks, site.part_month, world.start_ns, world.end_ns}, world.calendar);

  double window_kwh = 0.0;
  Bill bill;
  std::size_t step = 0, term = 0;

  double standby_kw = 0.0;
  for (const physics::Storage& storage : site.storages) standby_kw += storage.standby_kw;

  // From edge to edge: between two edges power, prices, base load, PV and contract are constant.
  for (TimeNs t = world.start_ns; t < world.end_ns;) {
    while (step < steps.size() && steps[step].to_ns <= t) ++step;
    TimeNs until = std::min(world.end_ns, meter.window_end_ns());
    for (; term < terms.size() && terms[term].start_ns <= t; ++term) {
      if (terms[term].kind == twin::SignalKind::uncut_contract_kw) meter.set_contract_kw(terms[term].value, t);
    }
    if (term < terms.size()) until = std::min(until, terms[term].start_ns);

    double ev_kw = 0.0;
    if (step < steps.size()) {
      const bool in_it = steps[step].from_ns <= t;
      if (in_it) ev_kw = steps[step].*kw;
      until = std::min(until, in_it ? steps[step].to_ns : steps[step].from_ns);
    }
    const market::PriceNow price = prices.price_at(t);
    const market::Sample base = load.sample_at(t), sun = pv.sample_at(t);
    until = std::min({until, price.until_ns, base.until_ns, sun.until_ns});

    const double hours = kernel::hours_between(t, until);
    const double net_kwh = (ev_kw * grid_per_meter + base.value + standby_kw - sun.value) * hours;
    const double import_kwh = std::max(net_kwh, 0.0), export_kwh = std::max(-net_kwh, 0.0);
    bill.charged_kwh += ev_kw * hours;
    bill.import_kwh += import_kwh;
    bill.export_kwh += export_kwh;
    bill.energy_cost += import_kwh * price.buy_per_kwh - export_kwh * price.sell_per_kwh;
    window_kwh += import_kwh;

    // Demand is the mean of a metering window; the end of the world may cut the last one off.
    if (!added.empty() && (until == world.end_ns || until == meter.window_end_ns())) {
      const auto more = added.find(world.calendar.tick_at_or_before(t, site.tariff.demand.window_ns));
      if (more != added.end()) window_kwh = std::max(0.0, window_kwh + more->second);
    }
    t = until;
    if (t == world.end_ns) {
      meter.finish_at(window_kwh, world.end_ns);
    } else if (t == meter.window_end_ns()) {
      meter.close_window(window_kwh);
      window_kwh = 0.0;
    }
  }

  bill.peak_kw = meter.peak_kw();
  for (const market::MonthDemand& month :
       market::demand_bill(site.tariff, world.calendar, world.start_ns, world.end_ns, meter.month_peaks(),
                           site.past_peaks, site.contract_kw, site.part_month, meter.month_contracts()))
    bill.demand_charge += month.cost;
  return bill;
}

double unknown_timing_cost(const twin::World& world, std::span<const Metered> metered) {
  market::TariffClock prices(world.sites.front().tariff, world.calendar);
  double cost = 0.0;
  for (const Metered& session : metered) {
    for (const MeteredPiece& piece : session.pieces) {
      if (piece.kwh == 0.0) continue;
      const auto [low, high] = price_range(prices, piece.from_ns - piece.step_ns / 2, piece.to_ns + piece.step_ns / 2);
      cost += 0.5 * (high - low) * std::abs(piece.kwh);
    }
    // Where a price changes between two readings of the register, up to one of its steps lies on the other side.
    if (session.pieces.empty() || session.shaped_by_power) continue;
    const auto [low, high] = price_range(prices, session.pieces.front().from_ns, session.pieces.back().to_ns);
    cost += (high - low) * session.register_step_kwh;
  }
  return cost;
}

WindowDoubts window_doubts(const twin::World& world, std::span<const Metered> metered, std::span<const Outlet> outlets,
                           double grid_per_meter) {
  const TimeNs length = world.sites.front().tariff.demand.window_ns;
  WindowDoubts doubts;
  for (std::size_t s = 0; s < metered.size(); ++s) {
    for (const MeteredPiece& piece : metered[s].pieces) {
      if (piece.kwh <= 0.0) continue;
      const double factor = outlets[s].grid_per_meter * grid_per_meter;
      const double whole_h = kernel::hours_between(piece.from_ns, piece.to_ns);
      // More than the outlet's rating flowed where the mean is above it.
      const double most_kw = std::max(outlets[s].rated_kw, piece.mean_kw());

      // In a window: at most the energy at full power, at least all that the rest of the piece can not hold.
      for (TimeNs from = world.calendar.tick_at_or_before(piece.from_ns, length); from < piece.to_ns;) {
        const TimeNs to = world.calendar.next_tick(from, length);
        const double inside_h = kernel::hours_between(std::max(from, piece.from_ns), std::min(to, piece.to_ns));
        const double outside_h = whole_h - inside_h;
        const double elsewhere_kwh = outside_h > 0.0 ? most_kw * outside_h : 0.0;  // the rating may be unbounded
        const double even = piece.kwh * inside_h / whole_h;
        doubts.more[from] += factor * (std::min(piece.kwh, most_kw * inside_h) - even);
        doubts.less[from] += factor * (std::max(0.0, piece.kwh - elsewhere_kwh) - even);
        from = to;
      }
    }
    add_register_steps(world, metered[s], outlets[s], grid_per_meter, doubts);
  }
  return doubts;
}

AddedByWindow most_by_window(const twin::World& world, std::span<const Metered> metered,
                             std::span<const Outlet> outlets, double grid_per_meter) {
  const TimeNs length = world.sites.front().tariff.demand.window_ns;
  AddedByWindow most;
  for (std::size_t s = 0; s < metered.size(); ++s) {
    for (const MeteredPiece& piece : metered[s].pieces) {
      if (!(piece.kwh > 0.0)) continue;
      const double factor = outlets[s].grid_per_meter * grid_per_meter;
      const double most_kw = std::max(outlets[s].rated_kw, piece.mean_kw());
      const TimeNs first_ns = std::max(piece.from_ns, world.start_ns), last_ns = std::min(piece.to_ns, world.end_ns);
      for (TimeNs from = world.calendar.tick_at_or_before(first_ns, length); from < last_ns;) {
        const TimeNs to = world.calendar.next_tick(from, length);
        const double inside_h = kernel::hours_between(std::max(from, first_ns), std::min(to, last_ns));
        most[from] += factor * std::min(piece.kwh, most_kw * inside_h);
        from = to;
      }
    }
  }
  return most;
}

double most_cost(const twin::World& world, std::span<const Metered> metered, std::span<const Outlet> outlets,
                 double grid_per_meter) {
  market::TariffClock prices(world.sites.front().tariff, world.calendar);
  double cost = 0.0;
  for (std::size_t s = 0; s < metered.size(); ++s) {
    for (const MeteredPiece& piece : metered[s].pieces) {
      const double high = price_range(prices, piece.from_ns, piece.to_ns).second;
      cost += std::max(0.0, high) * std::max(0.0, piece.kwh) * outlets[s].grid_per_meter * grid_per_meter;
    }
  }
  return cost;
}

double highest_price(const twin::World& world) {
  market::TariffClock prices(world.sites.front().tariff, world.calendar);
  return price_range(prices, world.start_ns, world.end_ns).second;
}

double price_above_any_service(const twin::World& world) {
  constexpr double clearly = 2.0;  // ways that cost the same must not tie
  const twin::Site& site = world.sites.front();
  market::TariffClock prices(site.tariff, world.calendar);
  market::PriceNow now = prices.price_at(world.start_ns);
  double per_kwh = std::max(now.buy_per_kwh, now.sell_per_kwh);
  for (int changes = 0; now.until_ns < world.end_ns && changes < most_price_changes; ++changes) {
    now = prices.price_at(now.until_ns);
    per_kwh = std::max({per_kwh, now.buy_per_kwh, now.sell_per_kwh});
  }

  // A kW more in a window of each month.
  double per_kw = 0.0;
  const market::LocalMonth last = world.calendar.local_month(world.end_ns - 1);
  for (market::LocalMonth month = world.calendar.local_month(world.start_ns); month <= last;
       month = market::add_months(month, 1)) {
    per_kw += (market::demand_price_per_kw(site.tariff, month.month) + market::excess_price_per_kw(site.tariff)) *
              market::paid_fraction(world.calendar, month, world.start_ns, world.end_ns, site.part_month);
  }
  const double window_h = kernel::hours_between(0, site.tariff.demand.window_ns);
  double efficiency = 1.0;
  for (const physics::Evse& evse : site.evses) efficiency = std::min(efficiency, evse.efficiency);
  return clearly * (std::max(per_kwh, 0.0) + per_kw / window_h) / efficiency;
}

}  // namespace evtwin::replay
