// Key figures of a run: each is a sum over the ledger, or counts and sums kept beside it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/run_file.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

using record::Kpi;

/// Which way is better, where one is.
enum class Better : std::uint8_t { lower, higher, neither };

/// What is known of a KPI without a run.
struct KpiInfo {
  std::string_view name;
  std::string_view unit;  ///< "money": the currency of the world
  Better better = Better::neither;
  std::string_view formula;  ///< of other KPIs, ledger columns, sums over sessions or metering windows
  std::string_view help;
  std::string_view help_ko;
};

/// All KPIs, in the order in which they are shown.
std::span<const KpiInfo> kpi_table();
/// The table as Markdown: what scenarios/README.md says of the key figures.
std::string kpi_reference();
/// Null for an unknown name.
const KpiInfo* find_kpi_info(std::string_view name);

/// What a run is measured against, as the objective of each site: the least that any strategy could reach, and that of
/// charging at once (`asap`), from which savings are counted.
struct Yardstick {
  std::vector<double> bound, reference;
};

/// What a site's run cost by the objective that strategies are compared by.
double objective_of_site(const twin::World& world, const twin::Result& result, std::size_t site);

/// Every KPI for all sites together (site -1), then, where there are several sites, for each of them.
///
/// Sums over sites are sums; fractions are fractions of the sums. Peaks of several sites are added up although they
/// need not coincide: each grid connection is sized and billed for its own. A figure that does not apply (PV use
/// without PV, cycles without storage) is NaN.
/// @param yardstick  null: bound, regret and saving_share are NaN
std::vector<Kpi> kpis_of_run(const twin::World& world, const twin::Result& result,
                             const Yardstick* yardstick = nullptr);

/// What vehicles that plugged in had of what they wanted, kWh, and what those still plugged in when the run ends can
/// get later at a cost that the objective counts: energy_served_kwh + open_to_come_kwh. NaN without the first.
double service_kwh(std::span<const Kpi> kpis);
double service_kwh(double served_kwh, double to_come_kwh);  ///< NaN: not recorded, taken for none

/// Whether a strategy serves within 0.5 % of the one that serves most: only those who do compete for the least cost. A
/// run that charges less is not cheaper. Objectives go by service_kwh; what was paid or drawn by the end, which knows
/// nothing of later, by energy_served_kwh.
bool serves_alike(double served_kwh, double most_served_kwh);

/// Value of a KPI of all sites together; NaN when it is not there.
double value_of(std::span<const Kpi> kpis, std::string_view name);

/// Sum over the sites of how far their ledgers are from balance, kWh: 0 in a right world but for rounding.
double ledger_imbalance(const twin::Result& result);
/// The same as a fraction of the energy turned over; 0 where there was none. Every test run asks for <= 1e-9.
double relative_ledger_imbalance(const twin::Result& result);

}  // namespace evtwin::analysis
