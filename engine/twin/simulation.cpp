#include "twin/simulation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "kernel/archive.hpp"
#include "twin/script_memory.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

namespace {

/// What the bytes of a checkpoint are; to be counted up whenever a field comes, goes or changes its meaning.
constexpr std::string_view state_title = "evtwin simulation 4";

class Simulation : public SiteControls {
 public:
  Simulation(const World& world, const control::StrategyFactory& strategy, const RunOptions& options)
      : world_(world), options_(options) {
    std::size_t timers = 1;  // the world's own: scripted events
    for (const Site& site : world.sites) timers += Timers::count(site);
    queue_.reserve_timers(timers);
    std::uint32_t first = 1;
    for (std::uint32_t s = 0; s < world.sites.size(); ++s) {
      sites_.push_back(std::make_unique<SiteRun>(RunContext{world_, queue_, hash_, options.observer}, s, first));
      strategies_.push_back(strategy(sites_[s]->view(), world.seed, s));
      const control::Strategy& asked = *strategies_[s];
      sites_[s]->set_interest({asked.who(), asked.subscribes, asked.horizon_steps, asked.plan_steps});
      first += static_cast<std::uint32_t>(Timers::count(world.sites[s]));
      first_timer_after_.push_back(first);
    }
    if (options.checkpoint_at_ns) check_checkpoint();
  }

  void begin() {
    if (options_.from != nullptr) {
      load(*options_.from);
    } else {
      hash_.mix(world_.seed);
      for (auto& site : sites_) site->start();
      schedule_scripted();
    }
  }

  Result run() {
    begin();
    report_every_ = std::max<TimeNs>(1, (world_.end_ns - world_.start_ns) / 1000);
    next_report_ = (options_.from != nullptr ? now_ns_ : world_.start_ns) + report_every_;
    if (options_.checkpoint_at_ns) {
      run_until(*options_.checkpoint_at_ns);
      const Checkpoint checkpoint = save(*options_.checkpoint_at_ns);
      if (options_.on_checkpoint) options_.on_checkpoint(checkpoint);
    }
    run_until(world_.end_ns);

    Result result;
    for (auto& site : sites_) {
      result.sites.push_back(site->finish(world_.end_ns));
    }
    for (const SiteResult& site : result.sites) {
      for (const double figure :
           {site.ledger.import_kwh, site.ledger.export_kwh, site.ledger.energy_cost, site.ledger.ev_charge_kwh})
        hash_.mix(figure);
    }
    result.event_hash = hash_.value();
    result.events = events_;
    return result;
  }

  /// Executes every event before `until`.
  void run_until(TimeNs until) {
    std::uint64_t events = events_;
    while (queue_.next_time() < until) {
      const kernel::Event event = queue_.pop();
      ++events;
      hash_.mix(event.time);
      hash_.mix((std::uint64_t{event.entity} << 8) | event.kind);
      now_ns_ = event.time;
      if (event.timer == 0) {
        run_scripted();
      } else {
        const std::size_t s = site_of(event.timer);
        SiteRun& site = *sites_[s];
        site.advance(event.time);
        site.touched = true;
        if (site.handle(event)) decide(s);
      }
      if (queue_.next_time() > now_ns_) {
        for (auto& site : sites_) {
          if (site->touched) site->settle(now_ns_);
        }
      }
      if (now_ns_ >= next_report_) {
        next_report_ = now_ns_ + report_every_;
        report();
      }
    }
    events_ = events;
  }

  double contract_kw(std::uint32_t site) const override { return sites_[site]->signals().given_contract_kw; }
  void set_contract_kw(std::uint32_t site, double kw) override {
    touch(site).set_contract_kw(checked(kw, "contract_kw"));
  }
  double export_limit_kw(std::uint32_t site) const override { return sites_[site]->signals().export_limit_kw; }
  void set_export_limit_kw(std::uint32_t site, double kw) override {
    touch(site).set_export_limit_kw(checked(kw, "export_limit_kw"));
  }
  double driver_price_per_kwh(std::uint32_t site) const override {
    return sites_[site]->signals().driver_price_per_kwh;
  }
  void set_driver_price_per_kwh(std::uint32_t site, double price) override {
    touch(site).set_driver_price_per_kwh(checked(price, "driver_price_per_kwh"));
  }
  double v2g_price_per_kwh(std::uint32_t site) const override { return sites_[site]->signals().v2g_price_per_kwh; }
  void set_v2g_price_per_kwh(std::uint32_t site, double price) override {
    touch(site).set_v2g_price_per_kwh(checked(price, "v2g_price_per_kwh"));
  }
  bool evse_available(std::uint32_t site, std::uint32_t evse) const override {
    return sites_[site]->evse_available(evse);
  }
  void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) override {
    touch(site).set_evse_available(evse, available);
  }

 private:
  static double checked(double value, const char* name) {
    if (std::isnan(value) || value < 0.0) throw std::invalid_argument(std::string(name) + " must be a number >= 0");
    return value;
  }

  std::size_t site_of(std::uint32_t timer) const {
    std::size_t s = 0;
    while (timer >= first_timer_after_[s]) ++s;
    return s;
  }

  void decide(std::size_t s) {
    SiteRun& site = *sites_[s];
    control::Strategy& strategy = *strategies_[s];
    evtwin_decision& decision = site.open_decision(now_ns_);
    try {
      strategy.decide(site.view(), decision);
    } catch (const control::StrategyError& error) {
      throw control::StrategyError(fmt::format("{} (decision {} at {})", error.what(), site.decisions() + 1,
                                               world_.calendar.format_local(now_ns_)));
    }
    for (const control::Strategy::Remark& remark : strategy.remarks) site.remark(remark);
    strategy.remarks.clear();
    site.take_decision(now_ns_);
  }

  SiteRun& touch(std::uint32_t site) {
    sites_[site]->advance(now_ns_);
    sites_[site]->touched = true;
    return *sites_[site];
  }

  void schedule_scripted() {
    if (next_scripted_ >= world_.events.size()) return;
    const TimeNs due = std::max(world_.events[next_scripted_].time_ns, now_ns_);
    queue_.schedule(0, due, kernel::Phase::signal, static_cast<std::uint8_t>(EventKind::scripted),
                    static_cast<std::uint32_t>(next_scripted_));
  }

  void run_scripted() {
    const ScriptedEvent& event = world_.events[next_scripted_++];
    if (options_.script != nullptr) {
      if (options_.checkpoint_at_ns) {
        script_memory_.run(*options_.script, event.index, now_ns_, *this);
      } else {
        options_.script->run_event(event.index, now_ns_, *this);
      }
    }
    if (options_.observer != nullptr) options_.observer->on_event({0, now_ns_, "scripted", event.where});
    schedule_scripted();
  }

  // Checkpoints

  /// Before the run has cost any time: whether what is asked for can be.
  void check_checkpoint() const {
    const TimeNs first = options_.from != nullptr ? options_.from->time_ns : world_.start_ns;
    if (*options_.checkpoint_at_ns < first || *options_.checkpoint_at_ns >= world_.end_ns) {
      const market::Calendar& local = world_.calendar;
      throw CheckpointError(fmt::format("a checkpoint at {} lies outside {}, from {} to {} ({})",
                                        local.format_local(*options_.checkpoint_at_ns),
                                        options_.from != nullptr ? "what is left of the run" : "the run",
                                        local.format_local(first), local.format_local(world_.end_ns), local.zone()));
    }
    for (const auto& strategy : strategies_) {
      if (strategy->can_save()) continue;
      const std::string& name = options_.strategy_name;
      throw CheckpointError(
          fmt::format("{} keeps no evtwin.state/1 and does not call itself stateless; it can not be checkpointed",
                      name.empty() ? "the strategy" : "strategy " + name));
    }
  }

  template <class A>
  void archive(A& a) {
    a.section("run");
    a(hash_, events_, now_ns_, next_scripted_);
    a.require(next_scripted_ <= world_.events.size(), "an event that there is not");
    for (auto& site : sites_) site->archive(a);
    a.section("script");
    a(script_memory_);
  }

  Checkpoint save(TimeNs time_ns) {
    kernel::ArchiveWriter a(state_title);
    archive(a);
    a.section("queue");
    kernel::QueueState pending = queue_.state();
    a(pending);
    a.section("strategies");
    for (const auto& strategy : strategies_) {
      std::vector<std::byte> memory;
      strategy->save(memory);
      a(memory);
    }
    return {time_ns, hash_.value(), events_, a.finish()};
  }

  void load(const Checkpoint& checkpoint) {
    try {
      kernel::ArchiveReader a(checkpoint.state, state_title);
      archive(a);
      a.section("queue");
      kernel::QueueState pending;
      a(pending);
      queue_.restore(pending);
      for (const kernel::QueuedEvent& event : pending.pending)
        a.require(known(kernel::to_event(event)), "an event of nobody");
      a.require(pending.now <= checkpoint.time_ns && queue_.next_time() >= checkpoint.time_ns, "another time");
      a.section("strategies");
      for (const auto& strategy : strategies_) {
        std::vector<std::byte> memory;
        a(memory);
        if (options_.successor == Successor::same_strategy) strategy->load(memory);
      }
      a.finish();
    } catch (const kernel::ArchiveError& error) {
      throw CheckpointError(error.what());
    } catch (const std::invalid_argument& error) {
      throw CheckpointError(std::string("the saved state is malformed: ") + error.what());
    }
    if (options_.script != nullptr) {
      if (script_memory_.size() != next_scripted_)
        throw CheckpointError("it was made without the scenario's functions, which are needed to go on");
      script_memory_.replay(*options_.script);
    }
    if (options_.successor == Successor::other_strategy) {
      for (auto& site : sites_) site->change_strategy();
    }
  }

  bool known(const kernel::Event& event) {
    if (event.timer == 0) {
      return static_cast<EventKind>(event.kind) == EventKind::scripted && event.entity == next_scripted_ &&
             next_scripted_ < world_.events.size();
    }
    return sites_[site_of(event.timer)]->owns(event);
  }

  void report() {
    const auto done =
        static_cast<double>(now_ns_ - world_.start_ns) / static_cast<double>(world_.end_ns - world_.start_ns);
    if (options_.progress) options_.progress(done);
    if (options_.stop && options_.stop()) throw Interrupted("stopped");
  }

  const World& world_;
  const RunOptions& options_;
  kernel::Queue queue_;
  kernel::RollingHash hash_;
  std::vector<std::unique_ptr<SiteRun>> sites_;
  std::vector<std::unique_ptr<control::Strategy>> strategies_;  // by site
  std::vector<std::uint32_t> first_timer_after_;
  std::size_t next_scripted_ = 0;
  ScriptMemory script_memory_;
  TimeNs now_ns_ = 0;
  std::uint64_t events_ = 0;
  TimeNs report_every_ = 1, next_report_ = 0;
};

}  // namespace

std::string_view name_of(SignalKind kind) {
  switch (kind) {
    case SignalKind::buy_price:
      return "buy_price";
    case SignalKind::sell_price:
      return "sell_price";
    case SignalKind::pv_kw:
      return "pv_kw";
    case SignalKind::load_kw:
      return "load_kw";
    case SignalKind::contract_kw:
      return "contract_kw";
    case SignalKind::export_limit_kw:
      return "export_limit_kw";
    case SignalKind::co2_kg_per_kwh:
      return "co2_kg_per_kwh";
    case SignalKind::power_setpoint_kw:
      return "power_setpoint_kw";
  }
  return "unknown";
}

std::string_view name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::departed:
      return "departed";
    case SessionEnd::open_at_end:
      return "open_at_end";
    case SessionEnd::turned_away:
      return "turned_away";
    case SessionEnd::reneged:
      return "reneged";
    case SessionEnd::no_compatible_evse:
      return "no_compatible_evse";
  }
  return "unknown";
}

Result simulate(const World& world, const control::StrategyFactory& strategy, const RunOptions& options) {
  return Simulation(world, strategy, options).run();
}

void rehearse(const World& world, const control::StrategyFactory& strategy, const RunOptions& options) {
  RunOptions quiet = options;
  quiet.observer = nullptr;
  quiet.script = nullptr;
  Simulation(world, strategy, quiet).begin();
}

}  // namespace evtwin::twin
