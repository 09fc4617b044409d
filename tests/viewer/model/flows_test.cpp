// Flows at an instant against what the ledger metered: integrated over a window they are the window's import and
// export.
#include "viewer/model/flows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "run_files.hpp"
#include "viewer/model/state.hpp"

namespace evtwin::viewer::model {
namespace {

const RunPtr& flowing(const std::string& scenario, const std::string& strategy) {
  static const test::Folder folder;
  static std::map<std::string, RunPtr> runs;
  RunPtr& run = runs[scenario + strategy];
  if (run == nullptr) {
    const std::string file = folder / (std::to_string(runs.size()) + ".run");
    test::record_scenario(file, scenario, strategy);
    run = read_run(file);
  }
  return run;
}

/// Every instant in [from, to) at which anything changes, and both ends.
std::set<TimeNs> changes_in(const Run& run, TimeNs from, TimeNs to) {
  std::set<TimeNs> times{from, to};
  const auto add = [&](const Series& series) {
    for (TimeNs t = series.next_change(from); t < to; t = series.next_change(t)) times.insert(t);
  };
  for (const Site& site : run.sites) {
    add(site.pv_kw);
    add(site.load_kw);
  }
  for (const Evse& evse : run.evses) add(evse.kw);
  for (const Storage& storage : run.storages) add(storage.kw);
  return times;
}

/// Net energy from the grid in [from, to), kWh: Gauss-Legendre of three points between two changes, where all is
/// smooth.
double grid_kwh(const Run& run, std::uint32_t site, TimeNs from, TimeNs to) {
  double kwh = 0.0;
  const std::set<TimeNs> times = changes_in(run, from, to);
  for (auto a = times.begin(), b = std::next(a); b != times.end(); ++a, ++b) {
    const double length = static_cast<double>(*b - *a);
    const double reach = std::sqrt(0.6);
    double mean = 0.0;
    for (const auto& [place, weight] : {std::pair{-reach, 5.0}, {0.0, 8.0}, {reach, 5.0}}) {
      const TimeNs t = *a + static_cast<TimeNs>(length * (0.5 + 0.5 * place));
      mean += weight / 18.0 * flows_at(run, site, t).grid;
    }
    kwh += mean * kernel::hours_between(*a, *b);
  }
  return kwh;
}

class FlowsOf : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(FlowsOf, IntegratedOverAWindowAreItsImportLessItsExport) {
  const auto [scenario, strategy] = GetParam();
  const model::Run& run = *flowing(scenario, strategy);
  std::size_t windows = 0, flowed = 0;
  for (std::uint32_t site = 0; site < run.sites.size(); ++site) {
    for (std::size_t i = 0; i < run.sites[site].meter.size(); i += 3) {
      const Meter& meter = run.sites[site].meter[i];
      const double kwh = grid_kwh(run, site, meter.start_ns, meter.end_ns);
      ASSERT_NEAR(kwh, meter.import_kwh - meter.export_kwh, 1e-5) << run.clock.date_time_text(meter.start_ns);
      ++windows;
      flowed += meter.ev_charge_kwh > 0.0 ? 1U : 0U;
    }
  }
  EXPECT_GT(windows, 50U);
  EXPECT_GT(flowed, 10U);
}

TEST_P(FlowsOf, NeverExceedThePeakOfTheirWindow) {
  const auto [scenario, strategy] = GetParam();
  const model::Run& run = *flowing(scenario, strategy);
  for (std::uint32_t site = 0; site < run.sites.size(); ++site) {
    for (const Meter& meter : run.sites[site].meter) {
      double highest = 0.0;
      for (const TimeNs t : changes_in(run, meter.start_ns, meter.end_ns)) {
        if (t < meter.end_ns) highest = std::max(highest, flows_at(run, site, t).grid);
      }
      // Between two changes a power falls or holds, or rises by a taper of what flows back: its ends are its extremes.
      EXPECT_LE(highest, meter.peak_kw + 1e-6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, FlowsOf,
                         ::testing::Values(std::pair{"workplace_week", "edf"}, std::pair{"dc_v2g", "price-threshold"}));

TEST(Flows, OfAllSitesAreTheSumOfEach) {
  const model::Run& run = *flowing("dc_v2g", "price-threshold");
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 97 * kernel::minute_ns) {
    double grid = 0.0, vehicles = 0.0;
    for (std::uint32_t site = 0; site < run.sites.size(); ++site) {
      grid += flows_at(run, site, t).grid;
      vehicles += flows_at(run, site, t).vehicles;
    }
    EXPECT_NEAR(flows_at(run, no_row, t).grid, grid, 1e-9);
    EXPECT_NEAR(flows_at(run, no_row, t).vehicles, vehicles, 1e-9);
  }
}

TEST(Flows, TheWidestIsAtLeastEveryWindowsMean) {
  const model::Run& run = *flowing("workplace_week", "edf");
  const double widest = widest_flow(run, 0);
  for (const Meter& meter : run.sites[0].meter) {
    const double hours = kernel::hours_between(meter.start_ns, meter.end_ns);
    EXPECT_GE(widest + 1e-9, std::abs(meter.import_kwh - meter.export_kwh) / hours);
    EXPECT_GE(widest + 1e-9, meter.ev_charge_kwh / hours);
  }
}

}  // namespace
}  // namespace evtwin::viewer::model
