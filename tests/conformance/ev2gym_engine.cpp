#include "conformance/ev2gym_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conformance/kinds.hpp"
#include "twin/simulation.hpp"

namespace evtwin::conformance::ev2gym {

namespace {

using kernel::TimeNs;

constexpr double engine_tolerance = 1e-9;
constexpr TimeNs start_ns = 1704067200LL * kernel::second_ns;  // 2024-01-01T00:00Z: when it happens changes nothing

TimeNs step_ns(const Scenario& scenario) {
  return static_cast<TimeNs>(std::llround(scenario.step_min * 60.0)) * kernel::second_ns;
}

physics::Evse evse_of(const Charger& charger, std::size_t c, std::uint32_t port) {
  physics::Evse evse;
  evse.id = fmt::format("{}-{}", c, port);
  evse.phases = static_cast<std::uint8_t>(charger.phases);
  evse.voltage_v = charger.voltage_ll_v / std::sqrt(3.0);
  evse.max_a = charger.max_charge_a;
  evse.bidirectional = charger.max_discharge_a < 0.0;
  evse.max_discharge_a = -charger.max_discharge_a;
  return evse;
}

physics::Vehicle vehicle_of(const Scenario& scenario, const Car& car) {
  const Charger& charger = scenario.chargers[car.charger];
  physics::Vehicle vehicle;
  vehicle.ac_phases = static_cast<std::uint8_t>(car.phases);
  vehicle.max_ac_kw = car.max_charge_kw;
  vehicle.max_discharge_kw = -car.max_discharge_kw;
  vehicle.v2g_capable = car.max_discharge_kw < 0.0;
  vehicle.soc_floor = car.min_kwh / car.capacity_kwh;
  physics::BatterySpec& battery = vehicle.battery;
  battery.capacity_kwh = car.capacity_kwh;
  battery.charge_efficiency = rated_charge_efficiency(charger, car);
  battery.discharge_efficiency = rated_discharge_efficiency(charger, car);
  battery.charge = car.transition_soc < 1.0
                       ? physics::Curve{{{0.0, car.max_charge_kw}, {car.transition_soc, car.max_charge_kw}, {1.0, 0.0}}}
                       : physics::Curve::constant(car.max_charge_kw);
  battery.discharge = physics::Curve::constant(-car.max_discharge_kw);
  return vehicle;
}

/// Steps in which the car stands there within the run.
int steps_of(const Scenario& scenario, const Car& car) {
  return std::max(0, std::min(car.departure_step, scenario.steps) - car.arrival_step);
}

twin::World world_of(const Scenario& scenario) {
  twin::World world;
  world.name = "EV2Gym";
  world.tick_ns = step_ns(scenario);
  if (kernel::day_ns % world.tick_ns != 0)
    throw CaseError("evtwin's decision ticks divide the day; these steps do not");
  world.start_ns = start_ns;
  world.end_ns = start_ns + scenario.steps * world.tick_ns;
  twin::Site site;
  site.limits = twin::LimitMode::record;
  site.tariff = market::free_energy("EUR");
  for (std::size_t c = 0; c < scenario.chargers.size(); ++c) {
    for (std::uint32_t p = 0; p < scenario.chargers[c].ports; ++p)
      site.evses.push_back(evse_of(scenario.chargers[c], c, p));
  }
  demand::Recorded recorded;
  for (std::uint32_t i = 0; i < scenario.cars.size(); ++i) {
    const Car& car = scenario.cars[i];
    world.vehicles.push_back(vehicle_of(scenario, car));
    if (steps_of(scenario, car) == 0) continue;  // gone before it is served
    demand::Visit visit;
    visit.id = std::to_string(i);
    visit.arrival_ns = start_ns + car.arrival_step * world.tick_ns;
    visit.departure_ns = visit.claimed_departure_ns = start_ns + car.departure_step * world.tick_ns;
    visit.requested_kwh = std::max(0.0, car.desired_kwh - car.initial_kwh);
    visit.vehicle = i;
    visit.soc_start = car.initial_kwh / car.capacity_kwh;
    visit.evse = static_cast<std::int32_t>(scenario.chargers[car.charger].first_port + car.port);
    visit.v2g = true;
    recorded.visits.push_back(std::move(visit));
  }
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(std::move(recorded)));
  world.sites.push_back(std::move(site));
  return world;
}

/// Plays the agent's commands at every step, as power at the meter.
class Player : public control::Strategy {
 public:
  Player(const Scenario& scenario, const Actions& actions, const Quirks& quirks)
      : scenario_(scenario), actions_(actions), quirks_(quirks), car_at_(scenario.ports) {}

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    const auto t = static_cast<std::size_t>((view.now_ns - start_ns) / step_ns(scenario_));
    if (t >= actions_.size()) return;
    for (std::uint32_t i = 0; i < scenario_.cars.size(); ++i) {
      const Car& car = scenario_.cars[i];
      if (car.arrival_step == static_cast<int>(t)) car_at_[scenario_.chargers[car.charger].first_port + car.port] = i;
    }
    for (const Charger& charger : scenario_.chargers) {
      std::vector<double> shares;
      for (std::uint32_t p = charger.first_port; p < charger.first_port + charger.ports; ++p)
        shares.push_back(view.evse_session[p] != 0 ? actions_[t][p] : 0.0);
      const std::vector<double> amps = commanded_amperes(charger, shares, quirks_.actions_rounded);
      for (std::uint32_t p = 0; p < charger.ports; ++p) {
        const std::uint32_t row = charger.first_port + p;
        if (view.evse_session[row] != 0)
          decision.evse_kw[row] = asked_kw(charger, scenario_.cars[car_at_[row]], amps[p], quirks_);
      }
    }
  }

 private:
  const Scenario& scenario_;
  const Actions& actions_;
  const Quirks quirks_;
  std::vector<std::uint32_t> car_at_;  // by port, the last one that came
};

/// Energy by car and step, and what was in the battery at the end.
class Recording : public twin::Observer {
 public:
  explicit Recording(const Scenario& scenario)
      : step_kwh(scenario.cars.size()), scenario_(scenario), step_ns_(step_ns(scenario)) {
    for (std::size_t i = 0; i < step_kwh.size(); ++i)
      step_kwh[i].assign(static_cast<std::size_t>(steps_of(scenario, scenario.cars[i])), 0.0);
    final_kwh.assign(scenario.cars.size(), std::nan(""));
  }

  std::vector<std::vector<double>> step_kwh;  ///< [car][step from its arrival]
  std::vector<double> final_kwh;
  std::string trouble;

  // A segment may span steps with equal commands; the energy of a part is the difference of two closed forms.
  void on_power(const twin::PowerSegment& segment) override { segments_.push_back(segment); }
  void on_session(const twin::SessionRecord& session) override {
    const auto i = static_cast<std::size_t>(std::stoul(std::string(session.id)));
    const Car& car = scenario_.cars[i];
    final_kwh[i] = session.soc_end * car.capacity_kwh;
    if (session.end != twin::SessionEnd::departed && session.end != twin::SessionEnd::open_at_end)
      trouble = fmt::format("session {}: {}", session.id, twin::name_of(session.end));
    for (const twin::PowerSegment& segment : segments_) {
      if (segment.session == session.number) spread(segment, car, step_kwh[i]);
    }
  }
  void on_correction(const twin::CorrectionRecord& correction) override {
    trouble = fmt::format("EVSE {} was asked for {} kW and given {} kW: {}", correction.row, correction.asked_kw,
                          correction.given_kw, twin::name_of(correction.reason));
  }

 private:
  void spread(const twin::PowerSegment& segment, const Car& car, std::vector<double>& steps) const {
    const auto energy_until = [&](TimeNs t) {
      if (t >= segment.end_ns) return segment.energy_kwh;
      const double hours = kernel::hours_between(segment.start_ns, t);
      const double slope = segment.slope_kw_per_kwh;
      return slope == 0.0 ? segment.kw * hours : segment.kw * std::expm1(slope * hours) / slope;
    };
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const TimeNs begin = start_ns + (car.arrival_step + static_cast<TimeNs>(k)) * step_ns_;
      const TimeNs end = begin + step_ns_;
      if (end <= segment.start_ns || begin >= segment.end_ns) continue;
      steps[k] += energy_until(end) - (begin <= segment.start_ns ? 0.0 : energy_until(begin));
    }
  }

  const Scenario& scenario_;
  const TimeNs step_ns_;
  std::vector<twin::PowerSegment> segments_;
};

}  // namespace

void compare_with_engine(const Scenario& scenario, const Actions& actions, const Run& run, const Quirks& quirks,
                         Comparison& comparison) {
  const twin::World world = world_of(scenario);
  Recording recording(scenario);
  twin::RunOptions options;
  options.observer = &recording;
  const twin::Result result = twin::simulate(
      world,
      [&](const evtwin_view&, std::uint64_t, std::uint32_t) {
        return std::make_unique<Player>(scenario, actions, quirks);
      },
      options);
  if (!recording.trouble.empty()) return comparison.fail("engine: " + recording.trouble);
  double charged_kwh = 0.0, discharged_kwh = 0.0;
  for (std::size_t i = 0; i < scenario.cars.size(); ++i) {
    comparison.relative(fmt::format("engine, session {} kWh in step", i), recording.step_kwh[i],
                        run.stays[i].energy_kwh, engine_tolerance);
    if (!recording.step_kwh[i].empty())
      comparison.relative(fmt::format("engine, session {} battery kWh", i), recording.final_kwh[i],
                          run.stays[i].final_kwh, engine_tolerance);
    for (const double kwh : run.stays[i].energy_kwh) (kwh > 0.0 ? charged_kwh : discharged_kwh) += std::abs(kwh);
  }
  const control::Ledger& ledger = result.sites[0].ledger;
  comparison.relative("engine, ledger charged kWh", ledger.ev_charge_kwh, charged_kwh, engine_tolerance);
  comparison.relative("engine, ledger discharged kWh", ledger.ev_discharge_kwh, discharged_kwh, engine_tolerance);
}

}  // namespace evtwin::conformance::ev2gym
