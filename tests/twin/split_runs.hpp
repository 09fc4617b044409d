// Runs that are cut into pieces at checkpoints, and everything that was seen of them, to the last bit.
#pragma once
#include <fmt/format.h>

#include <bit>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/function_model.hpp"
#include "kernel/archive.hpp"
#include "kernel/random.hpp"
#include "twin/random_world.hpp"

namespace evtwin::testing {

inline std::string bits(double x) { return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(x)); }

/// Every call of an observer as a line.
struct LoggingObserver : twin::Observer {
  std::vector<std::string> lines;

  void on_power(const twin::PowerSegment& p) override {
    lines.push_back(fmt::format("power {} {} {} {} {} {} {} {} {}", static_cast<int>(p.subject), p.site, p.row,
                                p.session, p.start_ns, p.end_ns, bits(p.kw), bits(p.slope_kw_per_kwh),
                                bits(p.energy_kwh)));
  }
  void on_session(const twin::SessionRecord& s) override {
    lines.push_back(fmt::format("session {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", s.number, s.site, s.evse, s.id,
                                s.vehicle, s.arrived_ns, s.plugged_in_ns, s.departed_ns, bits(s.got_kwh),
                                bits(s.discharged_kwh), bits(s.cost), bits(s.driver_revenue), bits(s.v2g_payment),
                                bits(s.soc_end), bits(s.wear_cyclic)));
  }
  void on_signal(const twin::SignalRecord& s) override {
    lines.push_back(fmt::format("signal {} {} {} {}", s.site, name_of(s.kind), s.start_ns, bits(s.value)));
  }
  void on_decision(const twin::DecisionRecord& d) override {
    std::string line =
        fmt::format("decision {} {} {} {} {}", d.site, d.number, d.time_ns, d.why, bits(d.expected_cost));
    for (const double kw : d.wished_kw) line += " " + bits(kw);
    if (d.planned) line += " with a plan";
    lines.push_back(line);
  }
  void on_plan(const twin::PlanRecord& p) override {
    lines.push_back(fmt::format("plan {} {} {} {} {} {} {} {}", p.site, static_cast<int>(p.subject), p.row, p.decision,
                                p.start_ns, p.end_ns, bits(p.kw), p.replaced_ns));
  }
  void on_correction(const twin::CorrectionRecord& c) override {
    lines.push_back(fmt::format("correction {} {} {} {} {} {} {} {}", c.site, static_cast<int>(c.subject), c.row,
                                c.time_ns, static_cast<int>(c.reason), bits(c.asked_kw), bits(c.given_kw),
                                c.limit_name));
  }
  void on_meter(const twin::MeterRecord& m) override {
    lines.push_back(fmt::format("meter {} {} {} {} {} {} {}", m.site, m.start_ns, m.end_ns,
                                bits(m.increment->import_kwh), bits(m.increment->energy_cost),
                                bits(m.increment->demand_charge), bits(m.peak_kw)));
  }
  void on_evse_day(const twin::EvseDayRecord& d) override {
    lines.push_back(fmt::format("day {} {} {} {} {} {} {} {}", d.site, d.row, d.start_ns, bits(d.charged_kwh),
                                bits(d.discharged_kwh), bits(d.cost), bits(d.driver_revenue), bits(d.v2g_payment)));
  }
  void on_event(const twin::EventRecord& e) override {
    lines.push_back(fmt::format("event {} {} {} {}", e.site, e.time_ns, e.kind, e.text));
  }
  void on_shared_limit(const twin::SharedLimitRecord& l) override {
    lines.push_back(fmt::format("shared limit {} {} {}", l.limit, l.start_ns, bits(l.kw)));
  }
  void on_share(const twin::ShareRecord& s) override {
    lines.push_back(
        fmt::format("share {} {} {} {} {}", s.site, s.limit, s.start_ns, bits(s.asked_kw), bits(s.share_kw)));
  }
};

struct Pieces {
  twin::Result result;
  std::vector<std::string> lines;
};

using MakeScript = std::function<std::unique_ptr<twin::Script>()>;

/// The world from its start to its end, leaving off and going on at each of `cuts`, which ascend: every piece has an
/// instance of the strategy and a script of its own. What the pieces saw, one after the other.
inline Pieces run_in_pieces(const twin::World& world, const control::StrategyFactory& how, std::vector<TimeNs> cuts,
                            const MakeScript& make_script = {}) {
  struct LeftOff {};
  Pieces all;
  std::optional<twin::Checkpoint> from;
  for (std::size_t piece = 0; piece <= cuts.size(); ++piece) {
    LoggingObserver seen;
    std::optional<twin::Checkpoint> next;
    const auto script = make_script ? make_script() : nullptr;
    twin::RunOptions options;
    options.observer = &seen;
    options.script = script.get();
    options.from = from ? &*from : nullptr;
    if (piece < cuts.size()) {
      options.checkpoint_at_ns = cuts[piece];
      options.on_checkpoint = [&](const twin::Checkpoint& made) {
        next = made;
        throw LeftOff{};  // what comes after is the next piece's
      };
    }
    try {
      all.result = twin::simulate(world, how, options);
    } catch (const LeftOff&) {
    }
    all.lines.insert(all.lines.end(), seen.lines.begin(), seen.lines.end());
    from = std::move(next);
  }
  return all;
}

/// Every figure of a result, as bytes.
inline std::vector<std::byte> figures_of(twin::Result result) {
  kernel::ArchiveWriter figures("figures");
  for (twin::SiteResult& site : result.sites) {
    figures(site, site.ledger, site.storage_energy_value);
    for (auto& month : site.months) figures(month.cost, month.billed_kw, month.peak_kw);
    for (auto& used : site.storage_use) figures(used.wear_cyclic, used.wear_calendar, used.use.depth);
  }
  return figures.take_bytes();
}

/// Setpoints from everywhere, wake-ups, and a memory: its answers depend on how often it was asked.
class DiceStrategy : public control::Strategy {
 public:
  DiceStrategy(std::uint64_t seed, std::uint32_t site) : seed_(seed + site) {
    subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE | EVTWIN_WHY_LIMIT;
    horizon_steps = 4;
    plan_steps = 3;
  }
  void decide(const evtwin_view& view, evtwin_decision& d) override {
    // What it sees is in what it does: a view that is not the same shows.
    double sum = view.horizon_pv_kw[3] + view.horizon_load_kw[2] + view.horizon_buy_per_kwh[3] +
                 (std::isfinite(view.horizon_contract_kw[1]) ? view.horizon_contract_kw[1] : 0.0) +
                 view.horizon_arrivals[2] + view.horizon_arrivals_kwh[3] + view.since_last->import_kwh +
                 view.so_far->energy_cost + view.month_peak_kw +
                 static_cast<double>(view.window_end_ns % 1'000'000'007) * 1e-9;
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      sum += view.evse_max_kw[i] + view.evse_got_kwh[i] + view.evse_car_max_kw[i] + view.evse_priority[i] +
             view.evse_reserved_kwh[i] + static_cast<double>(view.evse_reserved_from_ns[i] % 1000) +
             static_cast<double>(view.evse_claimed_departs_ns[i] % 1000) + view.evse_kw_per_a[i];
      for (std::uint32_t k = 0; k < view.evse_curve_points[i]; ++k) sum += view.curve_kw[view.evse_curve_start[i] + k];
      for (std::uint32_t k = view.evse_rate_start[i]; k < view.evse_rate_start[i + 1]; ++k) sum += view.rate_kw[k];
    }
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      const int what = static_cast<int>(roll() * 10.0);
      d.evse_kw[i] = what == 0 ? std::numeric_limits<double>::quiet_NaN() : what == 1 ? 1e300 : roll() * 90.0 - 30.0;
    }
    for (std::uint32_t s = 0; s < view.n_storages; ++s) d.storage_kw[s] = roll() * 240.0 - 120.0;
    const std::size_t plan_cells = (std::size_t{view.n_evses} + view.n_storages) * d.plan_steps;
    for (std::size_t cell = 0; cell < plan_cells; ++cell) d.plan_kw[cell] = std::floor(roll() * 4.0);
    if (roll() < 0.5) d.wake_ns = view.now_ns + 1 + static_cast<TimeNs>(roll() * 3.6e12);
    d.expected_cost = sum;
  }
  bool can_save() const override { return true; }
  void save_memory(std::vector<std::byte>& out) override {
    out.resize(sizeof n_);
    std::memcpy(out.data(), &n_, sizeof n_);
  }
  void load_memory(std::span<const std::byte> state) override {
    ASSERT_EQ(state.size(), sizeof n_);
    std::memcpy(&n_, state.data(), sizeof n_);
  }

 private:
  double roll() { return kernel::draw_unit(seed_, 2, 2, n_++); }
  std::uint64_t seed_;
  std::uint64_t n_ = 0;
};

inline control::StrategyFactory dice_strategy(std::uint64_t seed) {
  return [seed](const evtwin_view&, std::uint64_t, std::uint32_t site) {
    return std::make_unique<DiceStrategy>(seed, site);
  };
}

/// A random world with all that can move in it: outages, cuts, a set-point, storage, waiting, late commands, two sites,
/// clock changes, the end of a month with a demand charge.
inline twin::World eventful_world(std::uint64_t seed) {
  Dice dice(seed ^ 0x5eed);
  twin::World world = random_world(seed);
  world.tick_ns = dice.whole(4, 60) * minute_ns;
  world.days = std::min(world.days, 2);
  struct Start {
    const char* zone;
    market::LocalDate date;
  };
  constexpr std::array<Start, 4> starts{{{"Europe/Amsterdam", {2025, 10, 25}},
                                         {"Europe/Amsterdam", {2025, 3, 29}},
                                         {"Asia/Seoul", {2025, 6, 30}},
                                         {"America/Los_Angeles", {2025, 12, 31}}}};
  const Start& start = starts[static_cast<std::size_t>(dice.whole(0, 3))];
  world.calendar = market::Calendar(start.zone);
  world.start_ns = world.calendar.start_of(start.date);
  world.end_ns = world.calendar.start_of(market::date_of_days(market::days_since_epoch(start.date) + world.days));
  if (dice.chance(0.5)) world.sites.push_back(random_world(seed + 1).sites[0]);
  const auto instant = [&] {
    return world.start_ns +
           static_cast<TimeNs>(dice.real(-0.1, 1.1) * static_cast<double>(world.end_ns - world.start_ns));
  };
  for (twin::Site& site : world.sites) {
    for (int k = dice.whole(0, 4); k > 0; --k) {
      const TimeNs from = instant();
      site.outages.push_back({static_cast<std::uint32_t>(dice.whole(0, static_cast<int>(site.evses.size()) - 1)), from,
                              from + dice.whole(1, 600) * minute_ns});
    }
    for (int k = dice.whole(0, 2); k > 0; --k) {
      const TimeNs from = instant();
      site.cuts.push_back({from, from + dice.whole(1, 300) * minute_ns, from - dice.whole(0, 60) * minute_ns,
                           physics::infinite, dice.real(0.1, 0.9)});
    }
    const auto any_day = [&](double most) {
      std::vector<double> day(48, 0.0);
      for (double& value : day) value = dice.real(0, most);
      return market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}};
    };
    if (dice.chance(0.5)) site.power_setpoint_kw = any_day(30.0);
    if (dice.chance(0.5)) site.load_kw = any_day(10.0);
    if (dice.chance(0.5)) site.co2_kg_per_kwh = any_day(0.5);
    if (dice.chance(0.5)) site.limits = twin::LimitMode::record;
    site.tariff.rates = {{market::all_months, market::all_day_types, 7 * 60, 23 * 60, 0.3, "day"},
                         {market::all_months, market::all_day_types, 23 * 60, 7 * 60, 0.1, "night"}};
    for (std::size_t m = 0; m < 12; ++m) site.tariff.demand.price_per_kw[m] = 5.0 + static_cast<double>(m);
    site.tariff.demand.ratchet_months = market::all_months;
    site.tariff.demand.floor_fraction_of_contract = 0.3;
    if (seed % 3 != 0) site.tariff.demand.window_ns = static_cast<TimeNs>(seed % 3) * 30 * minute_ns;
    if (dice.chance(0.5)) {
      auto law = std::get<demand::Poisson>(*site.arrivals[0]);
      law.reserved_share = dice.real(0.1, 1.0);
      law.reserved_h_before = {demand::Distribution::Kind::uniform, 0.0, 6.0, 0.0, 6.0, {}};
      law.v2g_min_price_per_kwh = {demand::Distribution::Kind::uniform, 0.0, 0.2, 0.0, 0.2, {}};
      site.arrivals[0] = std::make_shared<const demand::ArrivalLaw>(law);
      site.reservations.block = dice.chance(0.7);
    }
    if (dice.chance(0.5)) {
      site.commands = {static_cast<TimeNs>(dice.real(0, 400) * kernel::second_ns),
                       static_cast<TimeNs>(dice.real(0, 1200) * kernel::second_ns),
                       static_cast<TimeNs>(dice.real(0, 900) * kernel::second_ns), dice.real(0.0, 0.4)};
    }
    site.driver_price_per_kwh = 0.4;
    if (seed % 2 == 0)
      site.driver_price_steps = {{world.start_ns + 5 * hour_ns, 0.6}, {world.start_ns + 17 * hour_ns + 1, 0.2}};
    site.v2g_price_per_kwh = 0.1;
    site.wear_price_per_kwh = 0.02;
    site.storage_policy = static_cast<twin::StoragePolicy>(dice.whole(0, 3));
    const auto any_rule = [&] {
      const auto kind = static_cast<control::Forecast::Kind>(dice.whole(0, 3));
      return kind == control::Forecast::Kind::model ? foreseen_by(answer_by_all_it_is_told)
                                                    : control::Forecast{kind, 0.0, 0.2};
    };
    site.forecast.pv = any_rule();
    site.forecast.load = any_rule();
    site.forecast.arrivals = any_rule();
    if (dice.chance(0.3)) site.forecast.price = foreseen_by(answer_by_all_it_is_told);
    site.forecast.period_ns = (dice.chance(0.5) ? 15 : 60) * minute_ns;
    site.forecast.history_days = dice.whole(0, 1);
  }
  return world;
}

}  // namespace evtwin::testing
