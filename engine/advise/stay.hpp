// The outcome of one session: an observer of the simulation that keeps that session alone.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "advise/vehicle_request.hpp"
#include "twin/observer.hpp"

namespace evtwin::advise {

/// Power of the car from one instant to another: constant, or falling along the battery's taper.
struct Piece {
  TimeNs from_ns = 0, to_ns = 0;
  double kw = 0.0;      ///< at the beginning; < 0 discharges
  double kw_end = 0.0;  ///< at the end
  double kwh = 0.0;     ///< metered, signed
};

struct Stay {
  twin::SessionEnd end = twin::SessionEnd::turned_away;
  std::string evse;  ///< id
  TimeNs plugged_in_ns = 0, departed_ns = 0;
  double waited_h = 0.0;
  double got_kwh = 0.0;         ///< net, at the meter
  double unmet_kwh = 0.0;       ///< of what was wanted
  double soc_end = 0.0;         ///< 0..1
  double energy_cost = 0.0;     ///< energy at the AC side of the EVSE x buy price in force
  double paid = 0.0;            ///< by the driver: driver price x energy, less what V2G earned
  double wear_cost = 0.0;       ///< of the car's battery, by discharging
  double co2_kg = 0.0;          ///< metered energy x the grid's CO2 at that time; NaN where the scenario gives none
  std::optional<TimeNs> ready;  ///< when it had all that was wanted, for good
  std::vector<Piece> schedule;  ///< ascending; times without power are left out
};

class StayObserver : public twin::Observer {
 public:
  /// @param name  of the car's model, which is nobody else's
  StayObserver(const twin::World& world, const VehicleRequest& request, std::string name)
      : world_(world), request_(request), name_(std::move(name)) {}

  void on_power(const twin::PowerSegment& segment) override;
  void on_session(const twin::SessionRecord& record) override;
  void on_signal(const twin::SignalRecord& signal) override;

  /// After the run. @throws AdviseError where the car was not plugged in: who is in the way, and until when.
  Stay stay_seen() const;

 private:
  struct Other {
    std::int32_t evse = -1;
    std::string id;
    TimeNs until_ns = 0;
  };
  [[noreturn]] void throw_not_plugged_in() const;

  const twin::World& world_;
  const VehicleRequest& request_;
  std::string name_;
  std::vector<twin::PowerSegment> power_;  ///< of all EVSEs of the site while the car is there
  std::vector<Other> there_;               ///< plugged in when the car arrives
  std::vector<std::pair<TimeNs, double>> co2_kg_per_kwh_;
  std::optional<std::uint64_t> number_;
  Stay stay_;
};

}  // namespace evtwin::advise
