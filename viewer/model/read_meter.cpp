// The meter and the signals of a site as series.
#include <algorithm>
#include <array>
#include <string_view>

#include "kernel/static_checks.hpp"
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

// Energy or money so far, growing evenly over each window.
Series so_far(const Site& site, TimeNs start_ns, TimeNs end_ns, double (*of)(const Meter&)) {
  Series series;
  double sum = 0.0;
  TimeNs until = start_ns;
  for (const Meter& window : site.meter) {
    if (window.start_ns > until) series.add_piece(until, sum);
    const double amount = of(window);
    series.add_piece({window.start_ns, sum, amount / kernel::hours_between(window.start_ns, window.end_ns), 0.0});
    sum += amount;
    until = window.end_ns;
  }
  if (until < end_ns) series.add_piece(until, sum);
  series.finish_at(end_ns);
  return series;
}

// Mean or other figure of each window; gaps where there is none.
Series by_window(const Site& site, TimeNs start_ns, TimeNs end_ns, double (*of)(const Meter&)) {
  Series series;
  TimeNs until = start_ns;
  for (const Meter& window : site.meter) {
    if (window.start_ns > until) series.add_piece(until, none);
    series.add_piece(window.start_ns, of(window));
    until = window.end_ns;
  }
  if (until < end_ns) series.add_piece(until, none);
  series.finish_at(end_ns);
  return series;
}

double hours_of(const Meter& window) { return kernel::hours_between(window.start_ns, window.end_ns); }

struct SignalName {
  std::string_view name;
  Series Site::*series;
  bool zero_is_none;  // a site has it only where it is ever something else
};
constexpr std::array<SignalName, 9> signals{{{"buy_price", &Site::buy_price, false},
                                             {"sell_price", &Site::sell_price, false},
                                             {"pv_kw", &Site::pv_kw, true},
                                             {"load_kw", &Site::load_kw, true},
                                             {"contract_kw", &Site::contract_kw, false},
                                             {"uncut_contract_kw", &Site::uncut_contract_kw, false},
                                             {"export_limit_kw", &Site::export_limit_kw, false},
                                             {"co2_kg_per_kwh", &Site::co2_kg_per_kwh, true},
                                             {"power_setpoint_kw", &Site::power_setpoint_kw, false}}};
static_assert(kernel::has_unique_keys(signals, &SignalName::name) &&
              kernel::has_unique_keys(signals, &SignalName::series));

bool says_nothing(const Series& series, bool zero_is_none) {
  return std::ranges::all_of(series.pieces(),
                             [&](const Piece& p) { return p.value != p.value || (zero_is_none && p.value == 0.0); });
}

}  // namespace

void read_meter(const Source& source, Run& run) {
  Rows rows = source.all_rows(
      "meter",
      "site, start_ns, end_ns, import_kwh, export_kwh, pv_kwh, load_kwh, ev_charge_kwh, ev_discharge_kwh, "
      "storage_charge_kwh, storage_discharge_kwh, losses_kwh, pv_used_kwh, energy_cost, demand_charge, "
      "driver_revenue, v2g_payment, wear_cost, co2_kg, unmet_kwh, overload_kwh, export_overload_kwh, "
      "feeder_overload_kwh, peak_kw");
  TimeNs last_ns = run.start_ns;
  while (rows.next_row()) {
    Site& site = run.sites[rows.column_row(1, run.sites.size())];
    Meter window;
    window.start_ns = rows.column_time(2);
    window.end_ns = rows.column_time(3);

    const TimeNs after = site.meter.empty() ? run.start_ns : site.meter.back().end_ns;
    if (window.start_ns < after || window.end_ns <= window.start_ns || window.end_ns > run.end_ns) {
      rows.throw_bad_row("a window out of order");
    }

    int column = 4;
    for (double* value :
         {&window.import_kwh, &window.export_kwh, &window.pv_kwh, &window.load_kwh, &window.ev_charge_kwh,
          &window.ev_discharge_kwh, &window.storage_charge_kwh, &window.storage_discharge_kwh, &window.losses_kwh,
          &window.pv_used_kwh, &window.energy_cost, &window.demand_charge, &window.driver_revenue, &window.v2g_payment,
          &window.wear_cost, &window.co2_kg, &window.unmet_kwh}) {
      *value = rows.column_number(column++);
    }
    // Beyond import, export or feeder limits: shown as one.
    window.overload_kwh = rows.column_number(column) + rows.column_number(column + 1) + rows.column_number(column + 2);
    window.peak_kw = rows.column_number(column + 3);
    last_ns = std::max(last_ns, window.end_ns);
    site.meter.push_back(window);
  }
  // A run that is still written is known up to its last whole window.
  run.known_until_ns = run.state == record::RunState::complete ? run.end_ns : last_ns;

  const TimeNs start = run.start_ns, end = run.known_until_ns;
  for (Site& site : run.sites) {
    site.grid_kw =
        by_window(site, start, end, [](const Meter& m) { return (m.import_kwh - m.export_kwh) / hours_of(m); });
    site.grid_peak_kw = by_window(site, start, end, [](const Meter& m) { return m.peak_kw; });
    site.ev_kw = by_window(site, start, end,
                           [](const Meter& m) { return (m.ev_charge_kwh - m.ev_discharge_kwh) / hours_of(m); });
    if (!site.storages.empty()) {
      site.storage_kw = by_window(site, start, end, [](const Meter& m) {
        return (m.storage_charge_kwh - m.storage_discharge_kwh) / hours_of(m);
      });
    }

    site.cost = so_far(site, start, end, [](const Meter& m) { return m.energy_cost + m.demand_charge; });
    site.energy_cost = so_far(site, start, end, [](const Meter& m) { return m.energy_cost; });
    site.co2_kg = so_far(site, start, end, [](const Meter& m) { return m.co2_kg; });
  }
}

/// Signals that nothing here shows: of drivers, and of after the run.
constexpr std::array<std::string_view, 3> not_drawn{"driver_price_per_kwh", "v2g_price_per_kwh",
                                                    "buy_price_beyond_end"};
static_assert(std::all_of(not_drawn.begin(), not_drawn.end(),
                          [](std::string_view kind) {
                            return std::none_of(signals.begin(), signals.end(),
                                                [&](const SignalName& drawn) { return drawn.name == kind; });
                          }),
              "a signal is read or it is not");

void read_signals(const Source& source, Run& run) {
  Rows rows = source.all_rows("signal", "site, kind, start_ns, value");
  while (rows.next_row()) {
    Site& site = run.sites[rows.column_row(1, run.sites.size())];
    const std::string_view kind = rows.column_bytes(2);
    if (std::ranges::find(not_drawn, kind) != not_drawn.end()) continue;
    const auto known = std::ranges::find(signals, kind, &SignalName::name);
    if (known == signals.end()) rows.throw_bad_row("a signal of no known kind");
    Series& series = site.*(known->series);
    const TimeNs t = rows.column_time(3);
    if (!series.empty() && t < series.pieces().back().start_ns) rows.throw_bad_row("goes back in time");
    series.add_piece(t, rows.number_or_none(4));
  }
  for (Site& site : run.sites) {
    for (const SignalName& signal : signals) {
      Series& series = site.*signal.series;
      if (says_nothing(series, signal.zero_is_none)) series = {};
      series.finish_at(run.known_until_ns);
    }
  }
}

}  // namespace evtwin::viewer::model
