#include "analysis/bound_problem.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "market/demand_charge.hpp"
#include "market/refill_cost.hpp"
#include "optimise/plan_model.hpp"
#include "optimise/storage_end.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"
#include "twin/owed.hpp"

namespace evtwin::analysis {

namespace {

using optimise::PlanLimit;
using optimise::PlanMagnitude;
using optimise::PlanVehicle;
using physics::infinite;
using Of = twin::LimitSeries::Of;

/// The guard lets rounding pass (a billionth, control/guard.cpp): so must every bound of a relaxation.
double widened(double bound) { return bound + 2e-9 * std::max(1.0, std::abs(bound)); }

/// How a vehicle's power shows at the grid connection: at most this much per kW charged, at least that per kW given.
struct Path {
  double draw = 1.0, give = 1.0;
  bool lossy = false;  ///< feeders on the way lose
};

class Builder {
 public:
  Builder(const twin::World& world, std::uint32_t site, const SiteForesight& foresight, GridKind kind)
      : world_(world),
        site_(world.sites[site]),
        foresight_(foresight),
        tree_(site_.feeders),
        tariff_(site_.tariff, world.calendar) {
    out_.grid = bound_grid(world, site_, foresight, kind);
    out_.relaxed.windows = kind == GridKind::windows;
  }

  BoundProblem build() {
    optimise::PlanProblem& p = out_.problem;
    p.linearisation = optimise::Linearisation::outer;
    p.curtail_pv = false;
    for (std::size_t k = 0; k < steps(); ++k) p.hours.push_back(out_.grid.hours_of_step(k));
    p.buy_per_kwh = step_means(foresight_, out_.grid, [](const SignalPiece& s) { return s.buy_per_kwh; });
    p.sell_per_kwh = step_means(foresight_, out_.grid, [](const SignalPiece& s) { return s.sell_per_kwh; });
    p.pv_kw = step_means(foresight_, out_.grid, [](const SignalPiece& s) { return s.pv_kw; });
    for (const physics::Storage& storage : site_.storages) standby_kw_ += storage.standby_kw;
    p.load_kw = step_means(foresight_, out_.grid, [&](const SignalPiece& s) { return s.load_kw + standby_kw_; });
    most_drawn_kw_.assign(steps(), 0.0);
    most_given_kw_.assign(steps(), 0.0);

    for (const Stay& stay : foresight_.stays) add(stay);
    waste_losses();
    add_storages();
    limit_grid();
    if (enforced()) add_rows();
    add_demand();
    out_.relaxed.unmet_free = site_.unmet_price_per_kwh == 0.0 && out_.wanted_kwh > 0.0;
    return std::move(out_);
  }

 private:
  std::size_t steps() const { return out_.grid.steps(); }
  bool enforced() const { return site_.limits == twin::LimitMode::enforce; }

  Path path_of(std::uint32_t evse) const {
    const physics::Evse& e = site_.evses[evse];
    const double feeders = twin::efficiency_of_way(tree_, e.feeder);
    // Power into a lossy tree is convex in what is drawn below: where all draw it is this sum, else at least that.
    return {1.0 / (e.efficiency * feeders), e.efficiency / feeders, feeders < 1.0};
  }

  /// An index for each pair of an EVSE and kW per A, since a row in A counts a car on one phase otherwise than one on
  /// three.
  std::uint32_t member_of(std::uint32_t evse, double kw_per_a) {
    const auto [at, is_new] = member_.try_emplace({evse, kw_per_a}, static_cast<std::uint32_t>(member_.size()));
    return at->second;
  }

  /// A stay with its car and coupling: what decides which powers and energies are possible in it.
  struct StayFacts {
    const Stay& stay;
    const physics::Vehicle& car;
    physics::Coupling coupling;
    double offered_kw = 0.0;         ///< the most that the EVSE may offer
    double most_discharge_kw = 0.0;  ///< that coupling and battery let flow back
    double stored_kwh = 0.0;         ///< at the arrival; 0 where the battery is not known

    bool v2g() const { return most_discharge_kw > 0.0; }
    bool known() const { return car.battery.capacity_kwh < infinite; }
  };

  /// The battery's state is counted as 0 where its capacity is not known.
  StayFacts facts_of(const Stay& stay) const {
    const physics::Vehicle& car = world_.vehicles[stay.vehicle];
    StayFacts facts{stay, car, physics::couple_vehicle(site_.evses[stay.evse], car, stay.v2g)};
    facts.offered_kw = physics::floor_to_allowed(facts.coupling, facts.coupling.max_kw);
    facts.most_discharge_kw = std::min(facts.coupling.max_discharge_kw, car.battery.discharge.max_kw());
    facts.stored_kwh = facts.known() ? stay.soc_start * car.battery.capacity_kwh : 0.0;
    return facts;
  }

  void add(const Stay& stay) {
    const StayFacts facts = facts_of(stay);
    const double wanted_kwh = std::max(0.0, stay.wanted_kwh);
    const market::OwedEnergy owed =
        twin::owed_after(site_, tree_, tariff_, {stay.evse, &facts.car, stay.v2g, world_.end_ns, stay.departure_ns});
    out_.wanted_kwh += wanted_kwh;

    PlanVehicle v;
    v.key = stay.session;
    v.evse = member_of(stay.evse, facts.coupling.kw_per_a);
    v.max_kw = std::min(facts.offered_kw, accepted_kw(facts));
    v.max_discharge_kw = facts.most_discharge_kw;
    const bool charges = v.max_kw > 0.0 && (facts.v2g() || stay.taken_kwh > 0.0);
    if (stay.from_ns >= stay.to_ns || (!charges && !facts.v2g())) {
      (stay.ended ? out_.constants.unmet : out_.constants.open) += owed.cost_of(wanted_kwh);  // nothing can flow
      return;
    }

    relax_powers(facts, v);
    place_in_steps(stay, v);
    set_need(facts, owed, v);
    limit_energies(facts, v);
    connect_to_grid(facts, v);
    out_.problem.vehicles.push_back(std::move(v));
    out_.session.push_back(stay.session);
    out_.open.push_back(stay.ended ? 0 : 1);
  }

  /// A held acceptance may pass a place where the curve is 0; a battery that gives back may pass the same place twice.
  static double accepted_kw(const StayFacts& facts) {
    const physics::BatterySpec& battery = facts.car.battery;
    return facts.known() && !facts.v2g() && !facts.car.acceptance_hold
               ? physics::charge_range(battery, facts.stored_kwh).highest_kw
               : battery.charge.max_kw();
  }

  /// Powers are bounded by the best of the curves and by nothing below them. Each stay that this makes freer is counted
  /// for readers of the bound: it may lie lower by whatever these would forbid.
  void relax_powers(const StayFacts& facts, PlanVehicle& v) {
    const physics::BatterySpec& battery = facts.car.battery;
    const physics::Coupling& coupling = facts.coupling;
    const auto falls_below = [](const physics::Curve& curve, double kw) {
      return std::any_of(curve.knots.begin(), curve.knots.end(), [&](const physics::Knot& k) { return k.kw < kw; });
    };
    const bool tapers = falls_below(battery.charge, facts.offered_kw);
    const bool fades = facts.v2g() && falls_below(battery.discharge, coupling.max_discharge_kw);
    out_.relaxed.stays += 1;
    out_.relaxed.taper += tapers || fades || facts.car.acceptance_hold ? 1U : 0U;
    out_.relaxed.min_current += coupling.min_kw > 0.0 && coupling.rates_kw.empty() ? 1U : 0U;
    out_.relaxed.rates += coupling.rates_kw.empty() ? 0U : 1U;

    // Where a curve falls below the offer a setpoint may lie above the power: rows that bind setpoints get it as a
    // column.
    if (tapers) v.max_setpoint_kw = widened(facts.offered_kw);
    if (fades) v.max_discharge_setpoint_kw = widened(coupling.max_discharge_kw);
    v.max_kw = widened(v.max_kw);
    if (facts.v2g()) v.max_discharge_kw = widened(v.max_discharge_kw);
  }

  /// The first and the last step count with the share in which the vehicle is there.
  void place_in_steps(const Stay& stay, PlanVehicle& v) const {
    v.first_step = out_.grid.step_at(stay.from_ns);
    v.end_step = out_.grid.step_from(stay.to_ns);
    v.first_share = out_.grid.share_of_step(v.first_step, stay.from_ns, stay.to_ns);
    if (v.end_step > v.first_step + 1) v.last_share = out_.grid.share_of_step(v.end_step - 1, stay.from_ns, stay.to_ns);
    limit_by_outages(stay, v);
  }

  /// Discharged energy counts with what putting it back takes: by the battery, priced by the metered kWh.
  static void set_need(const StayFacts& facts, const market::OwedEnergy& owed, PlanVehicle& v) {
    const physics::BatterySpec& battery = facts.car.battery;
    v.charge_efficiency = battery.charge_efficiency;
    v.discharge_efficiency = battery.discharge_efficiency;
    const double counted = facts.v2g() ? battery.charge_efficiency : 1.0;
    if (facts.v2g()) v.need_at = optimise::NeedAt::battery;
    v.wanted_kwh = std::max(0.0, facts.stay.wanted_kwh) * counted;
    v.most_kwh = facts.stay.taken_kwh * counted;
    v.unmet_price_per_kwh = owed.unmet_price_per_kwh() / counted;
    for (const auto& block : owed.price_blocks())
      v.later.push_back({block.kwh * counted, block.price_per_kwh / counted});
  }

  /// A battery that is not known gives back no more than its power lets it in the whole stay.
  static void limit_energies(const StayFacts& facts, PlanVehicle& v) {
    const double capacity_kwh = facts.car.battery.capacity_kwh;
    if (facts.known()) {
      v.room_kwh = std::max(0.0, capacity_kwh - facts.stored_kwh);
      if (facts.v2g()) v.dischargeable_kwh = std::max(0.0, facts.stored_kwh - facts.car.soc_floor * capacity_kwh);
    } else if (facts.v2g()) {
      v.dischargeable_kwh = v.max_discharge_kw * kernel::hours_between(facts.stay.from_ns, facts.stay.to_ns) /
                            facts.car.battery.discharge_efficiency;
    }
  }

  /// Powers as the grid connection sees them, and the most that it could see of all in each step.
  void connect_to_grid(const StayFacts& facts, PlanVehicle& v) {
    const std::uint32_t evse = facts.stay.evse;
    const Path path = path_of(evse);
    v.discharge_price_per_kwh = site_.wear_price_per_kwh;
    v.grid_kw_per_charge_kw = path.draw;
    v.grid_kw_per_discharge_kw = path.give;
    if (facts.v2g() && path.lossy) {
      out_.relaxed.lossy_v2g += 1;
      lossy_discharge_kw_[evse] = std::max(lossy_discharge_kw_[evse], v.max_discharge_kw * path.give);
    }

    for (std::uint32_t k = v.first_step; k < v.end_step; ++k) {
      most_drawn_kw_[k] += v.max_kw * path.draw;
      most_given_kw_[k] += v.max_discharge_kw * path.give;
    }
  }

  /// Nothing flows while the EVSE is out of service: the part of each step in which it is in, of the part in which the
  /// vehicle is there.
  void limit_by_outages(const Stay& stay, PlanVehicle& v) const {
    for (const Unavailable& out : foresight_.unavailable) {
      const TimeNs from = std::max(out.from_ns, stay.from_ns), to = std::min(out.to_ns, stay.to_ns);
      if (out.evse != stay.evse || from >= to) continue;
      v.step_max_kw.resize(v.end_step - v.first_step, v.max_kw);
      for (std::uint32_t k = v.first_step; k < v.end_step; ++k) {
        const double there = out_.grid.share_of_step(k, stay.from_ns, stay.to_ns);
        if (there > 0.0) {
          double& kw = v.step_max_kw[k - v.first_step];
          kw = std::max(0.0, kw - v.max_kw * out_.grid.share_of_step(k, from, to) / there);
        }
      }
    }
  }

  /// Where vehicles give back below lossy feeders, the problem's losses are too small, and what leaves the site may be
  /// more than it is. A load that may be anything between nothing and the difference makes the true powers possible.
  void waste_losses() {
    double most_kw = 0.0;
    for (const auto& [evse, kw] : lossy_discharge_kw_) most_kw += kw;
    if (most_kw == 0.0) return;
    PlanVehicle waste;
    waste.evse = member_of(static_cast<std::uint32_t>(site_.evses.size()), 0.0);
    waste.end_step = static_cast<std::uint32_t>(steps());
    waste.max_kw = most_kw;
    for (double& kw : most_drawn_kw_) kw += most_kw;
    out_.problem.vehicles.push_back(std::move(waste));
    out_.session.push_back(0);
    out_.open.push_back(0);
  }

  void add_storages() {
    for (std::size_t s = 0; s < site_.storages.size(); ++s) {
      const physics::Storage& storage = site_.storages[s];
      optimise::PlanStorage ps;
      ps.key = s;
      ps.max_charge_kw = widened(storage.max_charge_kw);
      ps.max_discharge_kw = widened(storage.max_discharge_kw);
      ps.charge_efficiency = storage.charge_efficiency;
      ps.discharge_efficiency = storage.discharge_efficiency;
      ps.stored_kwh = storage.soc_start * storage.capacity_kwh;
      ps.min_kwh = storage.soc_min * storage.capacity_kwh;
      ps.max_kwh = storage.soc_max * storage.capacity_kwh;
      ps.discharge_price_per_kwh = site_.wear_price_per_kwh;

      const double most_lacking_kwh = std::max(0.0, ps.stored_kwh - ps.min_kwh);
      const market::RefillCost refill(tariff_, out_.grid.edges_ns.front(), out_.grid.edges_ns.back(),
                                      storage.max_charge_kw, most_lacking_kwh / storage.charge_efficiency);
      optimise::price_end(ps, refill.lowest_per_kwh(), refill.price_blocks());
      out_.constants.storage += ps.end_value_per_kwh * ps.stored_kwh;
      // All that could flow at once: limit_grid needs no limit beyond that.
      for (std::size_t k = 0; k < steps(); ++k) {
        most_drawn_kw_[k] += ps.max_charge_kw;
        most_given_kw_[k] += ps.max_discharge_kw;
      }
      out_.problem.storages.push_back(ps);
    }
  }

  /// Limits as the guard keeps them: with every EVSE and storage at 0 what is left is what the base load draws, even
  /// beyond the limit. Where nothing limits, all that could flow does.
  void limit_grid() {
    optimise::PlanProblem& p = out_.problem;
    const auto base = [&](const SignalPiece& s) { return s.load_kw + standby_kw_ - s.pv_kw; };
    const auto import_kw = step_means(foresight_, out_.grid, [&](const SignalPiece& s) {
      return enforced() ? std::max(s.contract_kw, base(s)) : infinite;
    });
    const auto export_kw = step_means(foresight_, out_.grid, [&](const SignalPiece& s) {
      return enforced() ? std::max(s.export_limit_kw, -base(s)) : infinite;
    });
    const auto contract_holds = step_means(
        foresight_, out_.grid, [&](const SignalPiece& s) { return enforced() && base(s) < s.contract_kw ? 1.0 : 0.0; });
    const auto most_import =
        step_means(foresight_, out_.grid, [&](const SignalPiece& s) { return std::max(0.0, base(s)); });
    const auto most_export =
        step_means(foresight_, out_.grid, [&](const SignalPiece& s) { return std::max(0.0, -base(s)); });
    for (std::size_t k = 0; k < steps(); ++k) {
      const double could_draw = most_import[k] + most_drawn_kw_[k], could_give = most_export[k] + most_given_kw_[k];
      out_.contract_binds.push_back(contract_holds[k] == 1.0 && import_kw[k] < could_draw ? 1 : 0);
      p.import_limit_kw.push_back(widened(std::min(import_kw[k], could_draw)));
      p.export_limit_kw.push_back(widened(std::min(export_kw[k], could_give)));
    }
  }

  /// Every (EVSE, kW per A) among `evses` as a member. @param coefficient (evse, kW per A); 0: no member
  template <class Coefficient>
  PlanLimit row_of(const std::string& name, double lower, double upper, Coefficient coefficient) const {
    PlanLimit row;
    row.name = name;
    // Never tighter than 0: all members at 0 must stay feasible.
    row.lower = {-widened(std::max(0.0, -lower))};
    row.upper = {widened(std::max(0.0, upper))};
    for (const auto& [who, index] : member_) {
      if (who.first >= site_.evses.size()) continue;
      const double c = coefficient(who.first, who.second);
      if (c != 0.0) row.members.push_back({index, false, c});
    }
    return row;
  }

  /// A bound by step where it changes over time: no tighter than its loosest within the step. @returns empty: constant
  std::vector<double> steps_of_bound(Of of, std::size_t index) const {
    for (const twin::LimitSeries& series : site_.limit_series) {
      if (series.of != of || series.index != index) continue;
      const bool is_lower = of == Of::row_lower;
      std::vector<double> bounds;
      market::SignalClock clock(series.value, world_.calendar);
      for (std::size_t k = 0; k < steps(); ++k) {
        market::Sample sample = clock.sample_at(out_.grid.edges_ns[k]);
        double loosest = sample.value;
        while (sample.until_ns < out_.grid.edges_ns[k + 1]) {
          sample = clock.sample_at(sample.until_ns);
          loosest = is_lower ? std::min(loosest, sample.value) : std::max(loosest, sample.value);
        }
        bounds.push_back(loosest);
      }
      return bounds;
    }
    return {};
  }

  /// Puts bounds that change over time in the place of a row's, each times `factor`.
  void vary(PlanLimit& row, Of of, std::size_t index, double factor = 1.0) const {
    std::vector<double> bounds = steps_of_bound(of, index);
    if (bounds.empty()) return;
    const bool is_lower = of == Of::row_lower || of == Of::feeder_export_kw;
    for (double& bound : bounds) {
      bound *= factor;
      bound = is_lower ? -widened(std::max(0.0, -bound)) : widened(std::max(0.0, bound));
    }
    (is_lower ? row.lower : row.upper) = std::move(bounds);
  }

  void add_rows() {
    for (std::size_t f = 0; f < tree_.feeders().size(); ++f) add_feeder(static_cast<std::int32_t>(f));
    for (std::size_t index = 0; index < site_.rows.size(); ++index) {
      const physics::LimitRow& given = site_.rows[index];
      if (given.kind == physics::LimitKind::magnitude_a) {
        add_magnitude(given, index);
        continue;
      }
      const bool current = given.kind == physics::LimitKind::current_a;
      out_.problem.limits.push_back(
          row_of(given.name, given.lower, given.upper, [&](std::uint32_t evse, double kw_per_a) {
            if (current && kw_per_a == 0.0) return 0.0;
            double sum = 0.0;
            for (const physics::LimitMember& m : given.members) sum += m.evse == evse ? m.coefficient : 0.0;
            return current ? sum / kw_per_a : sum;
          }));
      vary(out_.problem.limits.back(), Of::row_upper, index);
      vary(out_.problem.limits.back(), Of::row_lower, index);
    }
  }

  /// kW into `node` per kW at the EVSE's meter when all below draw; 0 for an EVSE that does not hang below it.
  double into(std::int32_t node, std::uint32_t evse) const {
    double factor = 1.0 / site_.evses[evse].efficiency;
    for (const std::int32_t on_way : tree_.path_up(site_.evses[evse].feeder)) {
      factor /= tree_.feeders()[static_cast<std::size_t>(on_way)].efficiency;
      if (on_way == node) return factor;
    }
    return 0.0;
  }

  void add_feeder(std::int32_t f) {
    const auto index = static_cast<std::size_t>(f);
    const physics::Feeder& feeder = tree_.feeders()[index];
    if (feeder.max_a < infinite) {
      out_.problem.limits.push_back(
          row_of(feeder.name, -infinite, feeder.max_a, [&](std::uint32_t evse, double kw_per_a) {
            return kw_per_a != 0.0 && into(f, evse) != 0.0 ? 1.0 / kw_per_a : 0.0;
          }));
      vary(out_.problem.limits.back(), Of::feeder_a, index);
    }

    // Losses make power in more than this sum, whichever way it flows: the sum is within the cap as well.
    if (feeder.max_kw < infinite) {
      out_.problem.limits.push_back(
          row_of(feeder.name, -infinite, feeder.max_kw, [&](std::uint32_t evse, double) { return into(f, evse); }));
      vary(out_.problem.limits.back(), Of::feeder_kw, index);
    }

    if (feeder.max_export_kw == infinite) return;
    // Less comes back than is given. Without losses below, the node's own are known.
    bool plain = true;
    for (std::uint32_t evse = 0; evse < site_.evses.size(); ++evse) {
      const double factor = into(f, evse);
      plain = plain && (factor == 0.0 || factor == 1.0 / feeder.efficiency);
    }
    if (!plain) {
      out_.relaxed.feeder_rows += 1;
      return;
    }
    out_.problem.limits.push_back(row_of(feeder.name, -feeder.max_export_kw / feeder.efficiency, infinite,
                                         [&](std::uint32_t evse, double) { return into(f, evse) != 0.0 ? 1.0 : 0.0; }));
    vary(out_.problem.limits.back(), Of::feeder_export_kw, index, -1.0 / feeder.efficiency);
  }

  void add_magnitude(const physics::LimitRow& given, std::size_t index) {
    PlanMagnitude row;
    row.name = given.name;
    row.upper = {widened(std::max(0.0, given.upper))};
    if (std::vector<double> bounds = steps_of_bound(Of::row_upper, index); !bounds.empty()) {
      for (double& bound : bounds) bound = widened(std::max(0.0, bound));
      row.upper = std::move(bounds);
    }
    for (const auto& [who, plan_index] : member_) {
      if (who.second == 0.0 || who.first >= site_.evses.size()) continue;
      PlanMagnitude::Member member;
      member.evse = plan_index;
      for (const physics::LimitMember& m : given.members) {
        if (m.evse != who.first) continue;
        const double angle = m.angle_deg * std::numbers::pi / 180.0;
        member.re += m.coefficient * std::cos(angle) / who.second;
        member.im += m.coefficient * std::sin(angle) / who.second;
      }
      if (member.re != 0.0 || member.im != 0.0) row.members.push_back(member);
    }
    if (given.upper < infinite && !row.members.empty()) out_.problem.magnitudes.push_back(std::move(row));
  }

  /// The highest contract power in force within a month of the run, as it is billed by.
  double contract_kw_of(market::LocalMonth month) const {
    const TimeNs begin = world_.calendar.start_of(month);
    const TimeNs end = world_.calendar.next_month_start(begin);
    double most_kw = 0.0;
    for (std::size_t n = 0; n < foresight_.signals.size(); ++n) {
      const bool last = n + 1 == foresight_.signals.size();
      const TimeNs until = last ? world_.end_ns : foresight_.signals[n + 1].from_ns;
      const TimeNs from = foresight_.signals[n].from_ns;
      if (until > from && until > begin && from < end)
        most_kw = std::max(most_kw, foresight_.signals[n].uncut_contract_kw);
    }
    return most_kw;
  }

  /// Months of the run, and the periods of the problem that they became: one each, then those of an excess over the
  /// contract power.
  struct BilledMonths {
    std::vector<market::LocalMonth> months;
    std::vector<optimise::DemandPeriod> periods;
    std::vector<std::uint32_t> excess;  ///< [months] period; no_index: none is paid for
  };

  /// Windows and months as the site's books have them (books.cpp).
  void add_demand() {
    const auto edges = metering_edges(world_, site_);
    BilledMonths billed;
    for (std::size_t w = 0; w + 1 < edges.size(); ++w) {
      const market::LocalMonth month = world_.calendar.local_month(edges[w]);
      if (!billed.months.empty() && billed.months.back() == month) continue;
      billed.periods.push_back(period_of(month, billed.months));
      billed.months.push_back(month);
    }
    add_excess_periods(billed);
    add_windows(edges, std::move(billed));
  }

  /// Part of a month's demand price that the run pays.
  double paid_fraction_of(market::LocalMonth month) const {
    return market::paid_fraction(world_.calendar, month, world_.start_ns, world_.end_ns, site_.part_month);
  }

  /// @param earlier  months of the run whose peaks may count in this one
  optimise::DemandPeriod period_of(market::LocalMonth month, const std::vector<market::LocalMonth>& earlier) {
    const market::DemandCharge& charge = site_.tariff.demand;
    optimise::DemandPeriod period;
    period.price_per_kw = market::demand_price_per_kw(site_.tariff, month.month) * paid_fraction_of(month);
    if (!(period.price_per_kw > 0.0)) return period;

    const double floor_kw = market::billed_kw(charge, month, 0.0, contract_kw_of(month), site_.past_peaks);
    // Billed whatever is drawn: no plan moves it.
    if (charge.basis == market::DemandBasis::contract) {
      out_.constants.demand += floor_kw * period.price_per_kw;
      period.price_per_kw = 0.0;
      return period;
    }
    period.floor_kw = floor_kw;
    for (std::uint32_t past = 0; past < earlier.size(); ++past) {
      if (market::is_in_ratchet(charge, earlier[past], month)) period.ratchets.push_back({past, 1.0});
    }
    return period;
  }

  /// An excess over the contract power is billed beside the peak: price x max(peak, contract) - price x contract.
  void add_excess_periods(BilledMonths& billed) {
    billed.excess.assign(billed.months.size(), optimise::no_index);
    for (std::uint32_t m = 0; m < billed.months.size(); ++m) {
      const market::LocalMonth month = billed.months[m];
      optimise::DemandPeriod period;
      period.price_per_kw = market::excess_price_per_kw(site_.tariff) * paid_fraction_of(month);
      const double contract_kw = contract_kw_of(month);
      if (period.price_per_kw == 0.0 || !std::isfinite(contract_kw)) continue;
      period.floor_kw = contract_kw + market::contract_excess_kw(month, 0.0, contract_kw, site_.past_peaks);
      out_.constants.demand -= contract_kw * period.price_per_kw;
      billed.excess[m] = static_cast<std::uint32_t>(billed.periods.size());
      billed.periods.push_back(std::move(period));
    }
  }

  /// Windows only of months whose peak is paid for, then or later.
  void add_windows(const std::vector<TimeNs>& edges, BilledMonths billed) {
    std::vector<char> counts(billed.periods.size(), 0);
    for (std::size_t i = 0; i < billed.periods.size(); ++i) {
      if (billed.periods[i].price_per_kw > 0.0) counts[i] = 1;
      for (const auto& ratchet : billed.periods[i].ratchets) counts[ratchet.period] = 1;
    }
    if (std::find(counts.begin(), counts.end(), 1) == counts.end()) return;

    std::uint32_t period = 0;
    for (std::size_t w = 0; w + 1 < edges.size(); ++w) {
      while (billed.months[period] != world_.calendar.local_month(edges[w])) ++period;
      const double window_h =
          kernel::hours_between(0, market::whole_window_ns(world_.calendar, site_.tariff.demand.window_ns, edges[w]));
      const auto count_in = [&](std::uint32_t of) {
        out_.problem.windows.push_back(
            {out_.grid.step_at(edges[w]), out_.grid.step_from(edges[w + 1]), window_h, 0.0, of});
      };
      if (counts[period] != 0) count_in(period);
      if (billed.excess[period] != optimise::no_index) count_in(billed.excess[period]);
    }
    out_.problem.periods = std::move(billed.periods);
  }

  const twin::World& world_;
  const twin::Site& site_;
  const SiteForesight& foresight_;
  physics::FeederTree tree_;
  market::TariffClock tariff_;
  BoundProblem out_;
  double standby_kw_ = 0.0;
  std::map<std::pair<std::uint32_t, double>, std::uint32_t> member_;  ///< (EVSE, kW per A)
  std::map<std::uint32_t, double> lossy_discharge_kw_;                ///< by EVSE, as it seems at the grid connection
  std::vector<double> most_drawn_kw_, most_given_kw_;                 ///< [steps] at the grid connection
};

}  // namespace

BoundProblem bound_problem(const twin::World& world, std::uint32_t site, const SiteForesight& foresight,
                           GridKind grid) {
  return Builder(world, site, foresight, grid).build();
}

}  // namespace evtwin::analysis
