// Questions to evtwin about the scenario that a run came from: what to ask, as words of a command line, and the answer.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "viewer/model/bookings.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Why nothing can be asked about a run's scenario.
enum class NotAskable : std::uint8_t {
  askable,       ///< it can
  not_read,      ///< the run is not read yet
  from_log,      ///< its sessions came from a log: evtwin whatif LOG asks about those
  no_file,       ///< the scenario's file is neither where it was nor beside the run file
  another_text,  ///< the file is there and has changed since the run
};

/// The world of a run, to be made again.
struct AskedWorld {
  NotAskable trouble = NotAskable::not_read;
  std::string scenario;                        ///< file; where it should be, if it is not
  std::map<std::string, std::string> set;      ///< --set
  std::map<std::string, std::string> changes;  ///< --change, of the run itself
  std::uint64_t seed = 0;
  int days = 0;  ///< local days of the run; 0: not a whole number of them, the scenario's own length then
  std::vector<std::string> parameters;  ///< names that the scenario's text reads by param("name")
  /// Whether the scenario's text says `bookings`, and no other law of arrivals: then --change bookings=FILE says who
  /// comes.
  bool has_bookings = false;
  bool reads_parameter(std::string_view parameter) const;
};
/// Looks for the scenario as its path stands in the run, then beside the run file, and compares the text.
AskedWorld asked_world(const Run& run);

/// Changes to the world; merged over the run's own.
struct SiteRequest {
  std::map<std::string, std::string> changes, set;
  std::string strategy;  ///< "ID[:key=value...]"
};

/// The driver's form.
struct ChargeRequest {
  double battery_kwh = 64.0;
  double soc = 0.2, target = 0.8;             ///< 0..1
  double max_ac_kw = none, max_dc_kw = none;  ///< NaN: what the EVSE offers
  std::string arrive, leave;                  ///< local: "2026-06-03T18:00", "18:00"
  std::string site;                           ///< its name; empty: the only one
  std::string evse;                           ///< its name; empty: any
  bool v2g = false;
  std::string strategy = "lp", baseline = "asap";
};

// Command lines. @param evtwin  the program
std::vector<std::string> advise_arguments(const std::string& evtwin, const AskedWorld& world,
                                          const ChargeRequest& request, bool korean);
std::vector<std::string> run_arguments(const std::string& evtwin, const AskedWorld& world, const SiteRequest& request,
                                       const std::string& out);
/// @param folder  of a run file per strategy
std::vector<std::string> compare_arguments(const std::string& evtwin, const AskedWorld& world,
                                           const std::vector<std::string>& strategies, const std::string& folder);
/// Which bookings to move, and what that would save.
std::vector<std::string> booking_arguments(const std::string& evtwin, const AskedWorld& world,
                                           const SiteRequest& request);
/// The bookings as the scenario has them.
std::vector<std::string> booking_list_arguments(const std::string& evtwin, const AskedWorld& world);
std::vector<std::string> strategies_arguments(const std::string& evtwin);
std::vector<std::string> tariffs_arguments(const std::string& evtwin);

/// A way of charging a car.
struct ChargePiece {
  TimeNs from_ns = 0, to_ns = 0;
  double kw = 0.0, kw_end = 0.0, kwh = 0.0;
};
struct ChargeWay {
  std::string strategy, evse;
  double cost = none;  ///< of the driver (ChargeAnswer::cost_is)
  double got_kwh = none, unmet_kwh = none, soc_end = none, co2_kg = none;
  double bill_added = none;  ///< to the site's bill over the run
  TimeNs plugged_in_ns = 0, leaves_ns = 0;
  TimeNs ready_ns = kernel::time_never;  ///< time_never: the target is not reached
  std::vector<ChargePiece> schedule;
};
struct ChargeAnswer {
  std::string currency;
  bool keep_existing = false;  ///< then `proposed` has no schedule: the baseline is shown alone
  bool reachable = true;
  bool driver_price = false;  ///< cost is what the driver pays; else the energy at the buy price
  std::string why, reason;    ///< sentences; reason empty where the target can be reached
  double wanted_kwh = none;
  TimeNs arrive_ns = 0, leave_ns = 0;
  ChargeWay existing, proposed;
};
/// @throws std::runtime_error for a text that is no such answer.
ChargeAnswer read_charge_answer(const std::string& json, const Clock& clock);

/// One strategy of a comparison.
struct Compared {
  std::string strategy, error;
  std::string file;                    ///< its run file
  std::map<std::string, double> kpis;  ///< NaN: does not apply
};
/// @throws std::runtime_error
std::vector<Compared> read_comparison(const std::string& json);
/// Answer about bookings: those to move, and the site's cost before and after.
struct BookingMove {
  std::string id, evse;
  TimeNs from_arrive_ns = 0, from_leave_ns = 0, to_arrive_ns = 0, to_leave_ns = 0;
};
struct BookingAdvice {
  std::string strategy, currency;
  std::int64_t fixed = 0, flexible = 0;
  std::vector<BookingMove> moves;
  double saves = none;  ///< of the objective: bill, wear, unmet energy, energy left in storage
  double objective_before = none, objective_after = none;
  double bill_before = none, bill_after = none, peak_before_kw = none, peak_after_kw = none;
};
/// @throws std::runtime_error for a text that is no such answer.
BookingAdvice read_booking_advice(const std::string& json, const Clock& clock);
/// Answer to booking_list_arguments. @throws std::runtime_error
std::vector<WrittenBooking> read_written_bookings(const std::string& json, const Clock& clock);
/// Ids of the strategies that are installed. @throws std::runtime_error
std::vector<std::string> read_strategies(const std::string& json);
/// Names of the scenario library's tariffs, by currency. @throws std::runtime_error
std::map<std::string, std::vector<std::string>> read_tariffs(const std::string& json);

/// Trouble of a child, from its stderr: the line after "error: ", else its last line.
std::string error_line(const std::string& err);

}  // namespace evtwin::viewer::model
