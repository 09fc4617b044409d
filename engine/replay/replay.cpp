#include "replay/replay.hpp"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "kernel/log.hpp"
#include "replay/logged_outages.hpp"
#include "twin/tee.hpp"

namespace evtwin::replay {
namespace {

/// Keeps what the scores need.
class Keeper final : public twin::Observer {
 public:
  Keeper(const std::vector<sessions::LogSession>& sessions, const twin::World& world, ReplayResult& out) : out_(out) {
    out.sessions.resize(sessions.size());
    for (std::size_t i = 0; i < sessions.size(); ++i) index_of_.emplace(sessions[i].visit.id, i);
    out.power.resize(world.sites.front().evses.size());
  }

  void on_power(const twin::PowerSegment& segment) override {
    if (segment.subject == twin::Subject::evse && segment.kw != 0.0) out_.power[segment.row].push_back(segment);
  }

  void on_signal(const twin::SignalRecord& signal) override {
    const bool is_term = signal.kind == twin::SignalKind::uncut_contract_kw ||
                         signal.kind == twin::SignalKind::driver_price_per_kwh ||
                         signal.kind == twin::SignalKind::v2g_price_per_kwh;
    if (is_term) out_.terms.push_back(signal);
  }

  void on_session(const twin::SessionRecord& session) override {
    const auto found = index_of_.find(std::string(session.id));
    if (found == index_of_.end()) return;
    TwinSession& kept = out_.sessions[found->second];
    kept.number = session.number;
    kept.evse = session.evse < 0 ? 0U : static_cast<std::uint32_t>(session.evse);
    kept.got_kwh = session.got_kwh;
    kept.end = session.end;
  }

 private:
  ReplayResult& out_;
  std::unordered_map<std::string, std::size_t> index_of_;
};

/// The site's controls without its EVSEs: whether they were in service is in the log. Scripts see what they set.
class WithoutEvses final : public twin::SiteControls {
 public:
  using Row = std::pair<std::uint32_t, std::uint32_t>;
  WithoutEvses(twin::SiteControls& real, std::map<Row, bool>& available) : real_(real), available_(available) {}

  double contract_kw(std::uint32_t site) const override { return real_.contract_kw(site); }
  void set_contract_kw(std::uint32_t site, double kw) override { real_.set_contract_kw(site, kw); }
  double export_limit_kw(std::uint32_t site) const override { return real_.export_limit_kw(site); }
  void set_export_limit_kw(std::uint32_t site, double kw) override { real_.set_export_limit_kw(site, kw); }
  double driver_price_per_kwh(std::uint32_t site) const override { return real_.driver_price_per_kwh(site); }
  void set_driver_price_per_kwh(std::uint32_t site, double price) override {
    real_.set_driver_price_per_kwh(site, price);
  }
  double v2g_price_per_kwh(std::uint32_t site) const override { return real_.v2g_price_per_kwh(site); }
  void set_v2g_price_per_kwh(std::uint32_t site, double price) override { real_.set_v2g_price_per_kwh(site, price); }
  void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) override {
    available_[{site, evse}] = available;
  }
  bool evse_available(std::uint32_t site, std::uint32_t evse) const override {
    const auto set = available_.find({site, evse});
    return set == available_.end() || set->second;
  }

 private:
  twin::SiteControls& real_;
  std::map<Row, bool>& available_;
};

/// The scenario's functions, as far as they bill.
class BillingScript final : public twin::Script {
 public:
  explicit BillingScript(std::unique_ptr<twin::Script> script) : script_(std::move(script)) {}
  void run_event(std::uint32_t index, kernel::TimeNs now_ns, twin::SiteControls& controls) override {
    WithoutEvses part(controls, available_);
    script_->run_event(index, now_ns, part);
  }

 private:
  std::unique_ptr<twin::Script> script_;
  std::map<WithoutEvses::Row, bool> available_;
};

}  // namespace

twin::World world_of(const Prepared& prepared) {
  twin::World world = prepared.scenario.world;
  for (twin::Site& site : world.sites) {
    site.limits = twin::LimitMode::record;
    site.commands = {};
    site.outages.clear();
    site.cuts.clear();
  }
  world.sites.front().outages = logged_outages(prepared);
  return world;
}

ReplayResult run_logged(const ocpp::SiteLog& log, const std::vector<sessions::LogSession>& sessions,
                        const twin::World& world, Pauses pauses, const ReplayOptions& options, twin::Script* script) {
  ReplayResult out;
  const auto limits = std::make_shared<const LoggedLimits>(logged_limits(log, sessions, world, pauses, &out.troubles));
  out.limits = *limits;
  Keeper keeper(sessions, world, out);
  twin::Tee tee;
  tee.add_observer(keeper);
  if (options.observer != nullptr) tee.add_observer(*options.observer);
  twin::RunOptions run;
  run.observer = &tee;
  run.progress = options.progress;
  run.stop = options.stop;
  run.strategy_name = "as logged";
  run.script = script;
  out.result = twin::simulate(world, as_logged(limits), run);
  return out;
}

ReplayResult replay(const Prepared& prepared, const ReplayOptions& options) {
  const kernel::Stopwatch watch;
  const twin::World world = world_of(prepared);
  std::optional<BillingScript> script;
  if (!world.events.empty()) script.emplace(scenario::make_script(prepared.scenario));
  ReplayResult out =
      run_logged(prepared.log, prepared.sessions.sessions, world, Pauses::logged, options, script ? &*script : nullptr);
  kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::info, "replayed {} session(s), {} trouble(s), {:.1f} ms",
                   out.sessions.size(), out.troubles.size(), watch.elapsed_ms());
  for (const std::string& trouble : out.troubles)
    kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::warning, "{}", trouble);
  return out;
}

}  // namespace evtwin::replay
