#include "audit/audit.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "audit/bill.hpp"
#include "audit/figures.hpp"
#include "audit/recorded.hpp"
#include "audit/shared.hpp"
#include "audit/service.hpp"
#include "audit/statements.hpp"
#include "audit/sweep.hpp"
#include "kernel/log.hpp"

namespace evtwin::audit {

bool figures_differ(double run, double recount, std::string_view unit) {
  if (std::isnan(run) || std::isnan(recount)) return std::isnan(run) != std::isnan(recount);
  if (run == recount) return false;
  if (!std::isfinite(run) || !std::isfinite(recount)) return true;
  const double apart = std::abs(run - recount);
  const double larger = std::max(std::abs(run), std::abs(recount));
  return !(apart <= std::max(relative_tolerance * larger, unit.empty() ? floor_without_unit : floor_with_unit));
}

namespace {

using Claims = std::vector<std::pair<std::pair<int, std::string>, ClaimedFigure>>;

const ClaimedFigure* find_claim(const Claims& claims, int site, std::string_view name) {
  for (const auto& [key, claim] : claims) {
    if (key.first == site && key.second == name) return &claim;
  }
  return nullptr;
}

const Formula* find_formula(std::string_view name) {
  for (const Formula& formula : all_formulas()) {
    if (formula.name == name) return &formula;
  }
  return nullptr;
}

/// A figure of one row, as the run has it and as the recount finds it.
struct Pair {
  double run = unknown, recount = unknown;
};

class Comparison {
 public:
  explicit Comparison(const Recorded& run) : run_(run) {
    result_.file = run.file;
    result_.name = run.name;
    result_.strategy = run.strategy;
    for (const Site& site : run.sites) result_.sites.push_back(site.name);
  }

  /// Every key figure of a site, or of all (0), in the order of the run file.
  void compare_figures(int site, Sums sums) {
    const ClaimedFigure* bound = find_claim(run_.figures, site, "bound");
    sums.has_bound = bound != nullptr && !std::isnan(bound->value);
    if (sums.has_bound) sums.bound = bound->value;
    for (const auto& [key, claim] : run_.figures) {
      if (key.first != site) continue;
      const Formula* formula = find_formula(key.second);
      if (formula != nullptr && formula->value != nullptr) {
        compare(site, key.second, claim.unit, claim.value, formula->value(sums));
        continue;
      }
      Finding finding{site, key.second, claim.unit, claim.value, unknown, {}, {}, false};
      finding.why_not = formula != nullptr ? std::string(formula->why_not) : "the audit does not know this figure";
      result_.findings.push_back(std::move(finding));
    }
    for (const Formula& formula : all_formulas()) {
      if (formula.value != nullptr && find_claim(run_.figures, site, formula.name) == nullptr) {
        add({site, std::string(formula.name), {}, unknown, formula.value(sums), {}, "not in the run file", true});
      }
    }
  }

  void compare_months(int site, const Site& recorded, const Recount& recount) {
    const std::string money = money_unit();
    for (const auto& [month, bill] : recount.months) {
      const auto found = recorded.months.find(month);
      const ClaimedMonth claimed = found == recorded.months.end() ? ClaimedMonth{} : found->second;
      const std::string name = month_text(month);
      compare(site, name + " peak_kw", "kW", claimed.peak_kw, bill.peak_kw);
      compare(site, name + " billed_kw", "kW", claimed.billed_kw, bill.billed_kw);
      compare(site, name + " price_per_kw", money, claimed.price_per_kw, bill.price_per_kw);
      compare(site, name + " fraction", "", claimed.fraction, bill.fraction);
      compare(site, name + " excess_kw", "kW", claimed.excess_kw, bill.excess_kw);
      compare(site, name + " excess_cost", money, claimed.excess_cost, bill.excess_cost);
      compare(site, name + " demand_charge", money, claimed.cost, bill.cost);
    }
    for (const auto& [month, claimed] : recorded.months) {
      if (!recount.months.contains(month))
        compare(site, month_text(month) + " demand_charge", money, claimed.cost, unknown);
    }
  }

  /// Each column of `meter` summed over the metering windows, with the site's total.
  void compare_meter(int site, const Site& recorded, const Sums& sums) {
    // In the order of meter_columns.
    const std::array<double, meter_columns.size()> figures{sums.import_kwh,
                                                           sums.export_kwh,
                                                           sums.pv_kwh,
                                                           sums.load_kwh,
                                                           sums.ev_charge_kwh,
                                                           sums.ev_discharge_kwh,
                                                           sums.storage_charge_kwh,
                                                           sums.losses_kwh,
                                                           sums.energy_cost,
                                                           sums.demand_charge,
                                                           sums.driver_revenue,
                                                           sums.v2g_payment,
                                                           sums.co2_kg,
                                                           sums.unmet_kwh,
                                                           sums.overload_kwh,
                                                           sums.export_overload_kwh,
                                                           sums.feeder_overload_kwh,
                                                           sums.storage_discharge_kwh,
                                                           sums.pv_kwh - sums.pv_exported_kwh,
                                                           sums.ev_wear_cost + sums.storage_wear_cost};

    for (std::size_t k = 0; k < meter_columns.size(); ++k) {
      const bool energy = meter_columns[k].ends_with("_kwh"), mass = meter_columns[k].ends_with("_kg");
      const std::string unit = energy ? "kWh" : mass ? "kg" : money_unit();
      compare(site, "meter " + std::string(meter_columns[k]), unit, recorded.meter_sums[k], figures[k]);
    }
  }

  /// The highest import of each metering window; of one that stands in one of the two only it is unknown in the other.
  void compare_window_peaks(int site, const Site& recorded, const Recount& recount) {
    std::map<WindowNs, Pair> both;
    for (const auto& [window, kw] : recorded.window_peaks_kw) both[window].run = kw;
    for (const auto& [window, kw] : recount.window_peaks_kw) both[window].recount = kw;
    std::vector<Pair> pairs;
    for (const auto& [window, pair] : both) pairs.push_back(pair);
    compare_worst(site, "meter peak_kw", "kW", pairs, [&](std::size_t i) {
      const WindowNs& window = std::next(both.begin(), static_cast<std::ptrdiff_t>(i))->first;
      return "the window from " + std::to_string(window.first) + " ns to " + std::to_string(window.second) + " ns";
    });
  }

  /// Pairs that must agree within one file: the same thing in two places, or a power with the rating that bounds it.
  void compare_statements(int site, const Site& recorded) {
    for (const Statements& both : find_statements(run_, recorded)) {
      Finding finding = made(site, both.name, both.is_price ? money_unit() : both.unit, both.said, both.elsewhere);
      finding.of = both.of;
      add(std::move(finding));
    }
  }

  /// Of each column of the sessions' rows the one that is furthest off.
  void compare_sessions(int site, const Site& recorded, const Recount& recount) {
    struct Column {
      const char* name;
      std::string unit;
      double (*run)(const Session&);
      double (*recount)(const Session&, const SessionSums&);
    };

    // `run` is the column as the file has it, `recount` the same figure made from the powers.
    const std::string money = money_unit();
    const Column columns[] = {
        {"got_kwh", "kWh", [](const Session& s) { return s.got_kwh; },
         [](const Session&, const SessionSums& r) { return r.got_kwh(); }},
        {"discharged_kwh", "kWh", [](const Session& s) { return s.discharged_kwh; },
         [](const Session&, const SessionSums& r) { return r.discharged_kwh; }},
        {"unmet_kwh", "kWh", [](const Session& s) { return s.unmet_kwh; },
         [](const Session&, const SessionSums& r) { return r.unmet_kwh; }},
        {"open_cost", money, [](const Session& s) { return s.open_cost; },
         [](const Session&, const SessionSums& r) { return r.open_cost; }},
        {"cost", money, [](const Session& s) { return s.cost; },
         [](const Session&, const SessionSums& r) { return r.cost; }},
        {"driver_revenue", money, [](const Session& s) { return s.driver_revenue; },
         [](const Session&, const SessionSums& r) { return r.driver_revenue; }},
        {"v2g_payment", money, [](const Session& s) { return s.v2g_payment; },
         [](const Session&, const SessionSums& r) { return r.v2g_payment; }},
        {"paid", money, [](const Session& s) { return s.paid; },
         [](const Session&, const SessionSums& r) { return r.driver_revenue - r.v2g_payment; }},
        {"wear_cost", money, [](const Session& s) { return s.wear_cost; },
         [](const Session&, const SessionSums& r) { return r.wear_cost; }},
        {"soc_end", "", [](const Session& s) { return s.soc_end; },
         [](const Session&, const SessionSums& r) { return r.soc_end; }},
        {"waited_h", "h", [](const Session& s) { return s.waited_h; },
         [](const Session&, const SessionSums& r) { return r.waited_h; }},
        {"wear_calendar", "", [](const Session& s) { return s.wear_calendar; },
         [](const Session&, const SessionSums& r) { return r.wear_calendar; }},
        {"wear_cyclic", "", [](const Session& s) { return s.wear_cyclic; },
         [](const Session&, const SessionSums& r) { return r.wear_cyclic; }},
    };

    // A run has thousands of sessions: only the row of each column that is furthest off becomes a finding.
    for (const Column& column : columns) {
      std::vector<Pair> pairs;
      for (std::size_t i = 0; i < recorded.sessions.size(); ++i)
        pairs.push_back({column.run(recorded.sessions[i]), column.recount(recorded.sessions[i], recount.sessions[i])});
      compare_worst(site, std::string("session ") + column.name, column.unit, pairs,
                    [&](std::size_t i) { return recorded.sessions[i].name; });
    }

    // The recorded energy of every power must be the integral of its own taper, or no other figure rests on anything.
    if (const Segment* segment = recount.worst_segment; segment != nullptr) {
      Finding finding = made(site, "power energy_kwh", "kWh", segment->energy_kwh, recount.worst_segment_kwh);
      finding.of = "the power from " + std::to_string(segment->start_ns) + " ns on";
      add(std::move(finding));
    }
  }

  /// Of each column of the EVSEs' days the one that is furthest off; a day that stands in one of the two only has 0 in
  /// the other.
  void compare_evse_days(int site, const Site& recorded, const Recount& recount) {
    std::map<EvseDay, std::pair<EvseDaySums, EvseDaySums>> both;
    for (const auto& [day, sums] : recorded.evse_days) both[day].first = sums;
    for (const auto& [day, sums] : recount.evse_days) both[day].second = sums;
    const std::string money = money_unit();
    const std::tuple<const char*, std::string, double EvseDaySums::*> columns[] = {
        {"charged_kwh", "kWh", &EvseDaySums::charged_kwh},
        {"discharged_kwh", "kWh", &EvseDaySums::discharged_kwh},
        {"cost", money, &EvseDaySums::cost},
        {"driver_revenue", money, &EvseDaySums::driver_revenue},
        {"v2g_payment", money, &EvseDaySums::v2g_payment},
    };
    for (const auto& [name, unit, column] : columns) {
      std::vector<Pair> pairs;
      for (const auto& [day, sums] : both) pairs.push_back({sums.first.*column, sums.second.*column});
      compare_worst(site, std::string("evse_day ") + name, unit, pairs, [&](std::size_t i) {
        const EvseDay& day = std::next(both.begin(), static_cast<std::ptrdiff_t>(i))->first;
        return recorded.evses[static_cast<std::size_t>(day.first)].name + " from " + std::to_string(day.second) +
               " ns on";
      });
    }
  }

  void compare_storage_use(int site, const Site& recorded, const Recount& recount) {
    constexpr std::tuple<const char*, const char*, double StorageUse::*> columns[] = {
        {"days", "", &StorageUse::days},
        {"mean_soc", "", &StorageUse::mean_soc},
        {"stored_kwh", "kWh", &StorageUse::stored_kwh},
        {"cycle_soc", "", &StorageUse::cycle_soc},
        {"depth", "", &StorageUse::depth},
        {"wear_calendar", "", &StorageUse::wear_calendar},
        {"wear_cyclic", "", &StorageUse::wear_cyclic},
    };
    for (const auto& [name, unit, column] : columns) {
      std::vector<Pair> pairs;
      for (std::size_t i = 0; i < recorded.storages.size(); ++i)
        pairs.push_back({recorded.storage_use[i].*column, recount.storage_use[i].*column});
      compare_worst(site, std::string("storage_use ") + name, unit, pairs,
                    [&](std::size_t i) { return recorded.storages[i].name; });
    }
  }

  void compare_shared_limit(const SharedLimit& limit, double excess_kwh) {
    Finding finding = made(0, "shared limit excess_kwh", "kWh", limit.excess_kwh, excess_kwh);
    finding.of = limit.name;
    add(std::move(finding));
  }

  Audit take() { return std::move(result_); }

 private:
  /// Adds the row that is furthest off. @param of  name of a row
  template <class Name>
  void compare_worst(int site, std::string name, const std::string& unit, const std::vector<Pair>& pairs, Name of) {
    if (pairs.empty()) return;
    std::size_t worst = 0;
    double most_apart = -1.0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      double apart = std::abs(pairs[i].run - pairs[i].recount);
      if (std::isnan(apart)) apart = figures_differ(pairs[i].run, pairs[i].recount, unit) ? infinite : 0.0;
      if (apart <= most_apart) continue;
      most_apart = apart;
      worst = i;
    }
    Finding finding = made(site, std::move(name), unit, pairs[worst].run, pairs[worst].recount);
    finding.of = of(worst);
    add(std::move(finding));
  }

  std::string money_unit() const {
    const ClaimedFigure* cost = find_claim(run_.figures, 0, "energy_cost");
    return cost == nullptr ? std::string() : cost->unit;
  }

  static Finding made(int site, std::string name, std::string unit, double run, double recount) {
    const bool off = figures_differ(run, recount, unit);
    return {site, std::move(name), std::move(unit), run, recount, {}, {}, off};
  }
  void compare(int site, std::string name, std::string unit, double run, double recount) {
    add(made(site, std::move(name), std::move(unit), run, recount));
  }
  void add(Finding finding) {
    result_.differs = result_.differs || finding.differs;
    result_.findings.push_back(std::move(finding));
  }

  const Recorded& run_;
  Audit result_;
};

}  // namespace

Audit audit_file(const std::string& file) {
  const kernel::Stopwatch watch;
  const Recorded run = read_recorded(file);
  kernel::log_line(kernel::LogRoom::audit, kernel::LogLevel::info, "{}: read, {} site(s), {} figures, {:.1f} ms", file,
                   run.sites.size(), run.figures.size(), watch.elapsed_ms());

  std::vector<Recount> recounts;
  Sums all;
  for (const Site& site : run.sites) {
    Recount& recount = recounts.emplace_back(recount_site(run, site));
    bill_demand(run, site, recount);
    count_service(run, site, recount);
    add_site(all, recount.sums);
    kernel::log_line(kernel::LogRoom::audit, kernel::LogLevel::info,
                     "{}: recounted, {} session(s), {} month(s), {:.1f} ms", site.name, site.sessions.size(),
                     recount.months.size(), watch.elapsed_ms());
  }

  // The sums over all sites stand as site 0; a run of one site has all of its findings there.
  Comparison comparison(run);
  comparison.compare_figures(0, all);
  const bool several = run.sites.size() > 1;
  for (std::size_t i = 0; i < run.sites.size(); ++i) {
    const int site = static_cast<int>(i) + 1;
    if (several) comparison.compare_figures(site, recounts[i].sums);
    comparison.compare_months(several ? site : 0, run.sites[i], recounts[i]);
    comparison.compare_meter(several ? site : 0, run.sites[i], recounts[i].sums);
    comparison.compare_window_peaks(several ? site : 0, run.sites[i], recounts[i]);
    comparison.compare_statements(several ? site : 0, run.sites[i]);
    comparison.compare_sessions(several ? site : 0, run.sites[i], recounts[i]);
    comparison.compare_evse_days(several ? site : 0, run.sites[i], recounts[i]);
    comparison.compare_storage_use(several ? site : 0, run.sites[i], recounts[i]);
  }

  for (const SharedLimit& limit : run.shared_limits)
    comparison.compare_shared_limit(limit, energy_above_shared_limit(run, limit, recounts));

  Audit result = comparison.take();
  for (const Finding& finding : result.findings) {
    kernel::log_line(kernel::LogRoom::audit, finding.differs ? kernel::LogLevel::warning : kernel::LogLevel::debug,
                     "{}: run {:.17g}, recount {:.17g}{}", finding.name, finding.run, finding.recount,
                     finding.differs ? ", differs" : "");
  }
  return result;
}

}  // namespace evtwin::audit
