// Days in the twin: the strategy runs a small site as in any run.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <memory>

#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"
#include "plugin_check/service.hpp"
#include "plugin_check/small_site.hpp"
#include "twin/simulation.hpp"

namespace evtwin::plugin_check {

namespace {

class Hosted : public control::Strategy {
 public:
  Hosted(const Specimen& specimen, const evtwin_info& info, const evtwin_view& first)
      : instance_(specimen, info, first) {
    subscribes = instance_.c_strategy().subscribes;
    horizon_steps = instance_.c_strategy().horizon_steps;
    plan_steps = instance_.c_strategy().plan_steps;
    if (instance_.c_strategy().horizon_reads != 0) horizon_reads = instance_.c_strategy().horizon_reads;
    levels = instance_.forecast_levels();
  }
  ~Hosted() override {
    // Only a run that came to its end is here: a failure ends the child.
    instance_.destroy();
  }
  Hosted(const Hosted&) = delete;
  Hosted& operator=(const Hosted&) = delete;
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    watch_view(&view);
    instance_.decide(view, decision);
    watch_view(nullptr);
  }
  void end(const evtwin_view& last) override {
    watch_view(&last);
    instance_.end(last);
    watch_view(nullptr);
  }

 private:
  Instance instance_;
};

}  // namespace

void expect_service(const twin::SiteResult& site) {
  const std::string served =
      fmt::format("{:.0f} of {:.0f} kWh wanted were served", site.energy_got_kwh, site.energy_wanted_kwh);
  if (site.sessions_left_standing > 0)
    throw Failed(fmt::format("{} sessions got nothing: answers of NaN left their cars at 0 kW; {}",
                             site.sessions_left_standing, served));
  if (site.energy_got_kwh > 0.0 || site.energy_wanted_kwh <= 0.0) return;
  throw Failed("it serves nobody: " + served +
               (site.decisions == 0 ? "; it was never asked: its subscribes names no occasion" : ""));
}

void week_balances(const Specimen& specimen, const evtwin_info& info) {
  const twin::World world = small_site_week();

  const auto run = [&] {
    return twin::simulate(world, [&](const evtwin_view& first, std::uint64_t, std::uint32_t) {
      return std::make_unique<Hosted>(specimen, info, first);
    });
  };

  const twin::Result result = run();
  const twin::SiteResult& site = result.sites[0];
  expect_service(site);

  // Rounding grows with the energy turned over: the balance is held to that.
  const double off = std::abs(control::imbalance_kwh(site.ledger));
  if (off > 1e-9 * std::max(1.0, control::turnover_kwh(site.ledger)))
    throw Failed(fmt::format("the ledger is off by {:g} kWh", off));

  if (const std::uint64_t again = run().event_hash; again != result.event_hash)
    throw Failed(fmt::format("the same week again has another hash: {:016x}, {:016x}", result.event_hash, again));

  note_in_box(fmt::format("{} decisions, {:.0f} of {:.0f} kWh served", site.decisions, site.energy_got_kwh,
                          site.energy_wanted_kwh));

  // The guard's corrections are no failures: a strategy may leave limits to it.
  std::string corrections;
  for (std::size_t c = 1; c < site.corrections.size(); ++c) {
    if (site.corrections[c] > 0)
      corrections += fmt::format("{}{} {}", corrections.empty() ? "" : ", ",
                                 control::name_of(static_cast<control::Correction>(c)), site.corrections[c]);
  }
  if (!corrections.empty()) note_in_box("corrected by the guard: " + corrections);
}

}  // namespace evtwin::plugin_check
