// Drivers on the roads: who drives when, where they charge on the way, who waits where.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "kernel/unknown.hpp"
#include "roads/choice.hpp"
#include "roads/station.hpp"

namespace evtwin::roads {

using kernel::TimeNs;

/// One drive of a driver. It begins at `depart_ns`, or when the drive before it has ended.
struct Trip {
  TimeNs depart_ns = 0;
  std::uint32_t from = 0, to = 0;
};

struct Driver {
  std::uint32_t car = 0;          ///< of TrafficPlan::cars
  double soc = 0.8;               ///< at the start
  std::uint32_t home = no_index;  ///< node where the car charges while it stands there; no_index: nowhere
  double home_kw = 0.0;           ///< at the meter, the curve of the battery is not counted there
  std::vector<Trip> trips;        ///< in order; each begins where the one before ends
};

/// A station without service for a while: drivers who wait there look for another one, those who charge finish, and
/// nobody begins.
struct StationFailure {
  std::uint32_t station = 0;
  TimeNs from_ns = 0, to_ns = 0;
};

/// From `from_ns` on the local clock is `offset_ns` ahead of UTC.
struct ClockStep {
  TimeNs from_ns = 0, offset_ns = 0;
};
/// What the local clock shows, as nanoseconds since 1970-01-01T00:00 local. @param clock  ascending; empty: UTC
TimeNs local_ns(std::span<const ClockStep> clock, TimeNs t);
std::uint32_t hour_of_day(std::span<const ClockStep> clock, TimeNs t);

struct TrafficPlan {
  std::vector<RoadCar> cars;
  std::vector<Driver> drivers;
  std::vector<StationFailure> failures;
  ChoiceModel choice;
  double temperature_c = 20.0;
  double reserve_soc = 0.1;                    ///< that nobody means to go below
  double margin_soc = 0.05;                    ///< charged beyond what the next leg takes
  double usual_soc = 0.8;                      ///< charged to at least
  double most_soc = 0.95;                      ///< charged to at most, where it need not be more
  double stop_h = 5.0 / 60.0;                  ///< off the road and back, beside waiting and charging
  std::uint32_t most_waiting_per_charger = 3;  ///< who finds a longer queue drives on, three times at most
  std::uint64_t seed = 0;
  TimeNs start_ns = 0, end_ns = 0;
  std::vector<ClockStep> clock;  ///< of prices by the hour; empty: UTC
  /// [stations], each asked as a local hour begins, and empty where the station's own prices hold; all may be missing.
  std::vector<PriceRule> price_rules;
};

/// One charge on the way.
struct StationVisit {
  std::uint32_t station = 0, driver = 0;
  TimeNs arrive_ns = 0, begin_ns = 0, end_ns = 0;  ///< end_ns == begin_ns: it was not over at the end of the run
  double soc_in = 0.0, soc_out = 0.0;
  double meter_kwh = 0.0, money = 0.0;
};

/// One wait that no charge came of: sent away by a failure, or still in the queue at the end of the run.
struct VainWait {
  std::uint32_t station = 0, driver = 0;
  TimeNs arrive_ns = 0, until_ns = 0;
};

/// One drive without a stop, along the fastest way between two nodes.
struct Leg {
  std::uint32_t driver = 0, from = 0, to = 0;
  TimeNs start_ns = 0, end_ns = 0;  ///< the end may lie after the run
};

/// Where and when a driver could go on neither to the destination nor to a station.
struct Stranding {
  std::uint32_t driver = 0, node = 0;
  TimeNs at_ns = 0;
};

/// What a kWh costs who begins to charge at a station from an instant on, until its next step.
struct PriceStep {
  std::uint32_t station = 0;
  TimeNs from_ns = 0;
  double price_per_kwh = 0.0;
};

/// One trip as it was driven.
struct TripFigures {
  std::uint32_t driver = 0, from = 0, to = 0;
  TimeNs depart_ns = 0, arrive_ns = kernel::time_never;  ///< time_never: it was not over at the end, or stranded
  double km = 0.0, drive_h = 0.0, drive_kwh = 0.0;       ///< detours counted; kWh out of the battery
  double soc_start = 0.0, soc_end = kernel::unknown;
  std::uint32_t stops = 0;
  double charged_kwh = 0.0;  ///< on the way, at the meter
};

struct StationFigures {
  std::uint64_t visits = 0;          ///< that began to charge
  std::uint64_t waited = 0;          ///< of those
  std::uint64_t waited_in_vain = 0;  ///< sent away by a failure, or still in the queue at the end
  double wait_h = 0.0;               ///< of all who waited, also in vain
  double longest_wait_h = 0.0;
  std::uint32_t longest_queue = 0;  ///< cars
  double charge_h = 0.0;
  double meter_kwh = 0.0, money = 0.0;
  std::uint64_t went_on = 0;    ///< came, and found the queue too long or the station failed
  double use = 0.0;             ///< charge_h over chargers x hours of the run
  double peak_kw = 0.0;         ///< the most that its cars took at once, each at the mean power of its whole visit
  double choices = 0.0;         ///< sum of the chances with which drivers chose it
  double price_response = 0.0;  ///< sum of those chances x their elasticity to its price

  /// Over all who came to charge and did, or waited for it.
  double mean_wait_h() const {
    return visits + waited_in_vain == 0 ? 0.0 : wait_h / static_cast<double>(visits + waited_in_vain);
  }
  /// Percent that its choices change by per percent of its price, all else as it was: the elasticities of the single
  /// choices weighted by their chances (Train). 0: nobody thought of it.
  double price_elasticity() const { return choices > 0.0 ? price_response / choices : 0.0; }
};

struct TrafficFigures {
  std::vector<StationFigures> stations;
  std::vector<StationVisit> visits;  ///< in order of their beginning
  std::vector<TripFigures> drives;   ///< in order of departure
  std::vector<VainWait> vain_waits;  ///< in order of their end
  std::vector<Leg> legs;             ///< in order of their beginning
  std::vector<Stranding> stranded;   ///< in order of time; those drivers are out of the run from there on
  std::vector<PriceStep> prices;     ///< by station, then time; the first of each station is the start
  std::uint64_t trips = 0;           ///< that began
  std::uint64_t trips_ended = 0;
  std::uint64_t stops = 0;
  std::uint64_t no_way = 0;  ///< trips without a road to their end, left out
  double drive_h = 0.0, wait_h = 0.0, charge_h = 0.0;
  double drive_kwh = 0.0, road_kwh = 0.0, home_kwh = 0.0;  ///< out of batteries; charged on the way, at home (meter)
  double charged_kwh = 0.0;                                ///< into batteries, everywhere
  double battery_change_kwh = 0.0;  ///< of all batteries from start to end: charged_kwh - drive_kwh
  double km = 0.0;                  ///< driven, detours to stations counted
  double peak_kw = 0.0;             ///< as of a station, of all together
  std::uint64_t events = 0;
  /// The station where most hours are waited; no_index: nobody waited.
  std::uint32_t bottleneck = no_index;
};

/// Lives the plan event by event (kernel::Queue). At the start of a trip, and again after each charge, a driver whose
/// battery does not reach the end with the reserve chooses a station: those that can be reached and from which the end
/// can, over further stations where need be, are offers of a logit (choice.hpp) by hours of way, expected wait,
/// charging and way on, price at that instant, queue, and habit; the price as charging begins is paid. At the station
/// cars queue first come, first served; charging lasts as the battery's curve has it.
///
/// Left out: traffic that slows itself, chargers that share power, queues of people who do not charge. What is known
/// of queues is known to all, as of the instant of the choice.
/// @throws RoadError for cars without a battery that is known, or drivers whose trips do not follow on each other.
TrafficFigures run_traffic(const Network& network, std::span<const Station> stations, const TrafficPlan& plan);

/// The stations at an instant of a traffic that was lived: who charges, who waits, and what one who comes then may
/// expect to wait (cars before it over chargers x the station's mean session).
std::vector<StationState> states_at(std::span<const Station> stations, const TrafficPlan& plan,
                                    const TrafficFigures& figures, TimeNs now_ns);
/// What each station cost at an instant of it, [stations].
std::vector<double> prices_at(std::span<const Station> stations, const TrafficFigures& figures, TimeNs now_ns);

/// Trips at random: a Poisson process between two nodes.
struct TripLaw {
  std::uint32_t from = 0, to = 0;
  std::vector<double> per_hour;  ///< 24 rates by the local hour, 24 for each day from the first one's 00:00, or one
  std::vector<std::pair<std::uint32_t, double>> cars;  ///< (car, weight)
  double soc_low = 0.6, soc_high = 1.0;                ///< at the start, equally likely between
};
/// One driver per trip, in order of departure. An hour that the local clock shows twice has its rate twice, one that it
/// leaves out has none. @param law_number  own random numbers
std::vector<Driver> drawn_drivers(const TripLaw& law, std::uint64_t seed, std::uint64_t law_number, TimeNs start_ns,
                                  TimeNs end_ns, std::span<const ClockStep> clock = {});

}  // namespace evtwin::roads
