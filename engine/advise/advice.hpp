// Advice for one driver: the car in the scenario's world, under the existing way and under a strategy, side by side.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "advise/stay.hpp"
#include "advise/vehicle_request.hpp"
#include "control/strategy.hpp"
#include "twin/simulation.hpp"

namespace evtwin::advise {

/// A strategy under its name.
struct Way {
  std::string label;
  control::StrategyFactory factory;
};

struct RunChoices {
  std::function<std::unique_ptr<twin::Script>()> script;  ///< one per simulation; may be empty, or return null
  std::function<bool()> stop;                             ///< true ends with twin::Interrupted; may be empty
  std::function<void(double fraction)> progress;          ///< called from one thread at a time; may be empty
  unsigned threads = 0;  ///< simulations at a time, 0: one per processor; no result changes
};

/// Of the car's site, over the whole run.
struct SiteFigures {
  double bill = 0.0;       ///< energy and demand charge
  double objective = 0.0;  ///< bill + wear + unmet energy at its price - value of what is left in storage
  double peak_kw = 0.0;
  double unmet_kwh = 0.0;  ///< of sessions that ended
  double delivered_kwh = 0.0;
  double turned_away = 0.0;
  double co2_kg = 0.0;  ///< of the imported energy

  friend SiteFigures operator-(const SiteFigures& a, const SiteFigures& b);
};

/// One way of charging the car.
struct Outcome {
  std::string strategy;
  Stay stay;
  /// Of the driver: what is paid where the site has a price for drivers, else the energy at the buy price; and the
  /// wear of the battery by V2G.
  double cost = 0.0;
  SiteFigures site;   ///< with the car
  SiteFigures added;  ///< what the car adds: with it less without it
};

/// The strategy against the existing way. The first three are good enough to be advised, or of no harm.
enum class Verdict : std::uint8_t {
  cheaper,           ///< for the driver, or for the site where the driver pays the same
  same_cost,         ///< for both
  serves_less,       ///< the car gets less
  dearer,            ///< for the driver
  site_serves_less,  ///< unmet energy has no price, and others get less (see same_service)
  site_dearer,
};

/// Whether to keep the existing way: the strategy is dearer, or serves less.
bool keep_existing(Verdict verdict);

struct Advice {
  VehicleRequest request;
  bool driver_price = false;  ///< whether cost is what the driver pays
  Reach reach;                ///< of the EVSE the car is plugged into
  bool reachable = false;     ///< the target, if the EVSE gave all it has the whole time
  std::string better_evse;    ///< where it is not: one with which it would be; may be empty
  Outcome existing, proposed;
  Verdict verdict = Verdict::same_cost;
};

/// A site that leaves less than this fraction of the energy it delivers more unmet serves no less: a tenth of what a
/// meter of class B may err (EN 50470-3). For the car itself there is no such allowance.
inline constexpr double same_service = 1e-3;

/// Which way is better: energy first, then the driver's cost, then the site's. Figures that differ by rounding alone
/// are equal.
/// @param unmet_has_price  whether the objective prices unmet energy
Verdict judge_outcomes(const Outcome& existing, const Outcome& proposed, bool unmet_has_price);

/// Four runs: each way with and without the car.
/// @throws AdviseError where the car finds no EVSE; control::StrategyError, twin::Interrupted.
Advice advise_driver(const twin::World& world, const VehicleRequest& request, const Way& existing, const Way& proposed,
                     const RunChoices& choices = {});

/// KPIs of one site, or of all together (-1), from a finished run. @throws AdviseError where they are no numbers.
SiteFigures figures_of(const twin::World& world, const twin::Result& result, std::int32_t site);

}  // namespace evtwin::advise
