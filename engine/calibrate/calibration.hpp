// A site's twin from its own records: laws of arrivals, vehicles and EVSEs fitted on the earlier days, judged on the
// later ones.
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/text_table.hpp"
#include "calibrate/cars.hpp"
#include "calibrate/judged.hpp"
#include "calibrate/laws.hpp"
#include "calibrate/played.hpp"
#include "replay/prepared.hpp"
#include "replay/scores.hpp"

namespace evtwin::calibrate {

/// Sessions with what was recorded of them.
struct Records {
  ocpp::SiteLog log;               ///< of a table: a transaction for each row, without readings
  sessions::LogSessions sessions;  ///< claims as drivers made them where the records have them
  std::vector<CarTold> cars;       ///< by transaction
  std::vector<std::string> notes;  ///< a line each: what was left out of a table
};

/// Logs of OCPP, or one table of sessions: known by its name (.csv, .csv.gz) and a header that has the columns.
/// @param timezone  for local times of a table
/// @throws ocpp::LogError, sessions::InputError
Records read_records(const std::vector<std::string>& files, const ocpp::ReadOptions& reading,
                     const sessions::ColumnNames& columns, const std::string& timezone);

/// An EVSE that can not be like the others.
struct OddEvse {
  std::string id;
  std::size_t sessions = 0;
  double unmet_kwh = 0.0;  ///< of what it gave: more than usual_kw in the stays
  double usual_kw = 0.0;   ///< Calibration::usual_kw
  double needs_kw = 0.0;
  std::string looks_like;   ///< "DC 50 kW": the least usual rating that is enough
  bool overridden = false;  ///< the user has said what it is
};

struct Calibration {
  std::string lua;  ///< the twin
  market::Calendar calendar;
  Days fitted_days, judged_days;
  std::size_t fitted = 0, judged = 0;
  Laws laws;
  Cars cars;
  Differences in_sample, held_out, naive;  ///< naive on the judged days: flat rate, lognormal by the medians
  std::optional<replay::HeldOut> power;    ///< where there are readings: how vehicles are foretold
  std::vector<OddEvse> odd_evses;
  double usual_kw = 0.0;  ///< median over EVSEs of the power that their sessions need
  Played played;
  std::vector<replay::Assumption> assumptions;
  // For pictures: mean cars there by hour of weekday and weekend, and the samples.
  std::array<double, 48> seen_day{}, made_day{}, naive_day{};
  Visits seen, made;
  std::vector<sessions::LogSession> judging;  ///< sessions that judge, with what is told of their cars
  std::vector<CarTold> judging_cars;          ///< by LogSession::transaction
};

struct CalibrationRequest {
  std::string timezone, tariff;
  double contract_kw = kernel::unknown;
  std::string library_dir;
  std::map<std::string, double> evse_kw;  ///< power of EVSEs that the user knows, by id or by the station's name
  std::function<bool()> stop;
};

/// @param later  judges instead of the later days of `records`; null: days from the one on that follows 70 % of the
/// sessions
/// @throws std::runtime_error where there are too few days (one to fit, one to judge) or sessions (20), and for an EVSE
/// in evse_kw that the records do not have
Calibration calibrate_records(const Records& records, const Records* later, const CalibrationRequest& request);

/// Of the held-out figures: W1 of energies 1 kWh, of stays 20 min, occupancy 30 %, energy that flows within the
/// stays at most a point below the records'; on 200 sessions or more.
struct Gate {
  bool met = false, indicative = false;
};
Gate gate_of(const Calibration& calibration);
inline constexpr double most_energy_w1_kwh = 1.0, most_stay_w1_min = 20.0, most_occupancy = 0.3, most_unserved = 0.01;
inline constexpr std::size_t enough_sessions = 200;

std::string calibration_text(const Calibration& calibration, analysis::Language language);
nlohmann::ordered_json calibration_json(const Calibration& calibration);
/// A page with each fit as a picture.
std::string calibration_html(const Calibration& calibration, analysis::Language language);

}  // namespace evtwin::calibrate
