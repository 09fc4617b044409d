// Where visits come from: recorded sessions, or a Poisson law. A stream hands them out one by one in order of arrival,
// so that memory does not grow with simulated time.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "demand/visit.hpp"
#include "kernel/static_checks.hpp"
#include "market/calendar.hpp"
#include "physics/equipment.hpp"

namespace evtwin::demand {

/// Within which a booking may be moved as a whole: its arrival not before, its departure not after.
struct MoveWindow {
  TimeNs from_ns = 0, to_ns = 0;
};

/// Recorded visits, ascending by arrival.
struct Recorded {
  std::vector<Visit> visits;
  std::vector<std::optional<MoveWindow>> windows{};  ///< by visit: none is fixed; empty: all are
};

/// Distribution of one figure (energy in kWh, stay in h); values are clipped to [min, max].
struct Distribution {
  enum class Kind : std::uint8_t { fixed, uniform, normal, lognormal, exponential, choice, quantiles };
  Kind kind = Kind::fixed;
  double a = 0.0;  ///< fixed: value; uniform: low; normal: mean; lognormal: median; exponential: mean
  double b = 0.0;  ///< uniform: high; normal: standard deviation; lognormal: sigma of the logarithm
  double min = 0.0;
  double max = physics::infinite;
  std::vector<std::pair<double, double>> choices;  ///< choice: (value, weight)
  /// quantiles: ascending values at equally spaced probabilities from 0 to 1, straight lines between; two or more
  std::vector<double> values{};

  /// Value of the unit draw `u` in (0,1), clipped. Monotone in u.
  double value_at(double u) const;
};

/// A uniform draw in (0, 1) that depends on another: the second of two normal figures with that correlation, as a
/// probability (a Gaussian copula, see Poisson::energy_with_stay).
/// @param of_other  the other's unit draw. @param own  a unit draw of its own
double coupled_draw(double of_other, double own, double correlation);

/// Arrivals as a Poisson process whose rate is constant over each local hour.
struct Poisson {
  std::string name = "arrivals";   ///< prefix of the visits' ids
  std::vector<double> rate_per_h;  ///< either 168: local hour of week from Monday 00:00; or one per hour from the start
  bool weekly = true;              ///< which of the two
  Distribution energy_kwh;
  Distribution stay_h;
  double v2g_share = 0.0;              ///< fraction of the drivers of V2G-capable cars who opt in
  Distribution v2g_min_price_per_kwh;  ///< that owners take for energy discharged, >= 0
  /// How energy and stay go together: correlation of a Gaussian copula, -1..1. The law of each alone is the same with
  /// any of them (Nelsen 2006, An Introduction to Copulas, 2.3 and 5.1: Spearman's rank correlation is
  /// 6/pi asin(correlation / 2)).
  double energy_with_stay = 0.0;
  /// Of energy over stay: an energy that is too much for its stay is cut to what fits.
  double max_mean_kw = physics::infinite;
  Distribution soc_target{Distribution::Kind::fixed, 0.8, 0.0, 0.0, 1.0, {}};
  /// Drivers' words: claimed stay = stay x factor x (1 + N(0, std)), at least a minute; claimed energy = energy x
  /// factor.
  Distribution claim_stay_factor{Distribution::Kind::fixed, 1.0, 0.0, 0.0, physics::infinite, {}};
  double claim_stay_factor_std = 0.0;
  Distribution claim_energy_factor{Distribution::Kind::fixed, 1.0, 0.0, 0.0, physics::infinite, {}};
  std::vector<std::pair<double, double>> priorities;  ///< (priority, weight); empty = 0
  double reserved_share = 0.0;                        ///< fraction of the visits that are announced ...
  Distribution reserved_h_before;                     ///< ... and how long before they come, for when they come
  double leaves_when_full_share = 0.0;                ///< fraction of the drivers who leave when the car is full ...
  Distribution leaves_h_after_full;                   ///< ... and how long after that
  std::vector<std::uint32_t> vehicles;                ///< indices into World::vehicles, drawn by their share
};

/// A notice in hours, 0 or more, as a time.
TimeNs notice_ns(double hours);

using ArrivalLaw = std::variant<Recorded, Poisson>;

/// World, seed and time as a stream needs them.
struct StreamContext {
  std::uint64_t seed = 0;
  std::uint64_t source = 0;  ///< number of this law within the world: its own random numbers
  TimeNs start_ns = 0;
  TimeNs end_ns = 0;
  market::Calendar calendar;
  const std::vector<physics::Vehicle>* vehicles = nullptr;
};

class ArrivalStream {
 public:
  ArrivalStream(std::shared_ptr<const ArrivalLaw> law, StreamContext context);
  /// The next visit with start <= arrival < end. @returns false when there are no more.
  bool next_visit(Visit& visit);

  /// How far it has come.
  template <class A>
  void archive_fields(A& a) {
    a(number_, now_ns_);
    a.require_that(now_ns_ >= context_.start_ns, "an arrival before the start");
  }

 private:
  bool next_poisson(const Poisson& law, Visit& visit);
  bool go_to_arrival(const Poisson& law);
  double rate_at(const Poisson& law, TimeNs t) const;

  std::shared_ptr<const ArrivalLaw> law_;
  StreamContext context_;
  std::uint64_t number_ = 0;  ///< visits handed out
  TimeNs now_ns_ = 0;         ///< Poisson: arrival of the last one
};
static_assert(kernel::has_size<ArrivalStream>(80), "a new field must be archived or made anew after loading");

}  // namespace evtwin::demand
