#include "calibrate/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "replay/held_out.hpp"
#include "replay/replay.hpp"
#include "replay/seen_evse.hpp"
#include "scenario/loader.hpp"

namespace evtwin::calibrate {
namespace {

using sessions::LogSession;

constexpr double fitted_share = 0.7;
constexpr std::size_t least_sessions = 20;
constexpr std::uint64_t seeds = 10;
constexpr double least_outlet_kw = 3.68;  ///< 16 A on one phase of 230 V, the least usual rating of IEC 62196-2
constexpr double odd = 1.5;               ///< of the usual power: an EVSE that needs more is another kind

TimeNs midnight(const market::Calendar& calendar, market::LocalDate date) {
  return calendar.to_utc(date.year, date.month, date.day).first_ns;
}

market::LocalDate next_date(market::LocalDate date) { return market::date_of_days(market::days_since_epoch(date) + 1); }

/// Whole local days from the first arrival to the last.
Days days_of(const std::vector<LogSession>& sessions, const market::Calendar& calendar) {
  return {midnight(calendar, calendar.local_date(sessions.front().visit.arrival_ns)),
          midnight(calendar, next_date(calendar.local_date(sessions.back().visit.arrival_ns)))};
}

std::vector<LogSession> within(const std::vector<LogSession>& sessions, Days days) {
  std::vector<LogSession> out;
  for (const LogSession& session : sessions) {
    if (session.visit.arrival_ns >= days.from_ns && session.visit.arrival_ns < days.to_ns) out.push_back(session);
  }
  return out;
}

/// Laws as somebody writes them who looks at the records for a minute: a flat rate and the medians.
std::string naive_laws(const std::vector<LogSession>& sessions, Days days) {
  std::vector<double> energies, stays;
  for (const LogSession& session : sessions) {
    energies.push_back(session.visit.taken_kwh);
    stays.push_back(stay_h(session));
  }
  return fmt::format(
      "  arrivals = arrivals.poisson {{\n    per_hour = {:.6g},\n"
      "    energy_kwh = lognormal {{ median = {:.6g}, sigma = 0.7, min = 0.1, max = 100 }},\n"
      "    stay_h = lognormal {{ median = {:.6g}, sigma = 0.8, min = 0.05, max = 72 }},\n  }},\n",
      static_cast<double>(sessions.size()) / kernel::hours_between(days.from_ns, days.to_ns),
      std::max(0.1, median_of(std::move(energies))), std::max(0.05, median_of(std::move(stays))));
}

twin::World world_of(const std::string& lua, const CalibrationRequest& request, const market::Calendar& calendar,
                     Days days) {
  scenario::LoadOptions load;
  load.text = lua;
  load.library_dir = request.library_dir;
  const std::int64_t n = market::days_since_epoch(calendar.local_date(days.to_ns - 1)) -
                         market::days_since_epoch(calendar.local_date(days.from_ns)) + 1;
  load.set = {{"start", market::format_date(calendar.local_date(days.from_ns))}, {"days", std::to_string(n)}};
  return scenario::load_scenario("the twin", load).world;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

std::vector<Visits> made_of(const twin::World& world, bool with_soc) {
  std::vector<Visits> made;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) made.push_back(made_visits(world, seed, with_soc));
  return made;
}

bool has_readings(const Records& records) {
  return std::any_of(records.log.transactions.begin(), records.log.transactions.end(),
                     [](const ocpp::Transaction& t) { return !t.samples.empty(); });
}

/// Sessions of one EVSE, and the power that they need.
struct Use {
  std::size_t sessions = 0;
  double needs_kw = 0.0;
};
using Uses = std::map<std::string, Use>;

Uses uses_of(const std::vector<LogSession>& sessions) {
  Uses uses;
  for (const LogSession& session : sessions) {
    Use& use = uses[session.evse_id];
    ++use.sessions;
    const double mean_kw = session.visit.taken_kwh / stay_h(session);
    use.needs_kw = std::max({use.needs_kw, mean_kw, session.observed_kw > 0.0 ? session.observed_kw : 0.0});
  }
  return uses;
}

double usual_kw(const Uses& uses) {
  std::vector<double> needs;
  for (const auto& [id, use] : uses) needs.push_back(use.needs_kw);
  return std::max(least_outlet_kw, median_of(std::move(needs)));
}

std::vector<OddEvse> odd_evses(const std::vector<LogSession>& sessions, const Uses& uses) {
  const double usual = usual_kw(uses);
  std::vector<OddEvse> out;
  for (const auto& [id, use] : uses) {
    if (use.needs_kw <= odd * usual) continue;
    OddEvse one{id, use.sessions, 0.0, usual, use.needs_kw, replay::words_of_rating(use.needs_kw), false};
    for (const LogSession& session : sessions) {
      if (session.evse_id == id) one.unmet_kwh += std::max(0.0, session.visit.taken_kwh - usual * stay_h(session));
    }
    if (one.unmet_kwh > 0.0) out.push_back(one);
  }
  return out;
}

std::optional<replay::HeldOut> power_of(const Records& records, const CalibrationRequest& request) {
  if (!has_readings(records)) return {};
  replay::PrepareRequest prepare;
  prepare.timezone = request.timezone;
  prepare.load.library_dir = request.library_dir;
  const replay::Prepared prepared = replay::prepare_replay(prepare, records.log, records.sessions);
  replay::ReplayOptions options;
  options.stop = request.stop;
  return replay::held_out(prepared, replay::replay(prepared, options), options);
}

/// The zone that a site made from these records has.
market::Calendar calendar_of(const Records& records, const replay::PrepareRequest& prepare,
                             const CalibrationRequest& request) {
  std::vector<replay::Assumption> ignored;
  scenario::LoadOptions load;
  load.text = replay::plausible_site(records.log, records.sessions, prepare, ignored);
  load.library_dir = request.library_dir;
  return scenario::load_scenario("the twin", load).world.calendar;
}

/// @throws std::runtime_error where sessions of `fitted` are among those that judge: nothing is judged by itself
void refuse_fitted(const std::vector<LogSession>& fitted, const std::vector<LogSession>& judging,
                   const market::Calendar& calendar) {
  const auto key = [](const LogSession& session) {
    return std::make_tuple(session.visit.arrival_ns, session.visit.departure_ns, session.visit.taken_kwh);
  };
  std::set<std::tuple<TimeNs, TimeNs, double>> known;
  for (const LogSession& session : fitted) known.insert(key(session));
  const auto is_known = [&](const LogSession& session) { return known.contains(key(session)); };
  const auto count = std::count_if(judging.begin(), judging.end(), is_known);
  if (count == 0) return;
  const auto first = std::find_if(judging.begin(), judging.end(), is_known);
  throw std::runtime_error(
      fmt::format("--judge: {} of {} sessions, the first of {}, are among those that the twin is fitted to: judge by "
                  "other days, or "
                  "leave --judge out, and the last days judge",
                  count, judging.size(), calendar.format_local(first->visit.arrival_ns)));
}

/// Judged by later records, or by the last days of these: whole days, so that no day is on both sides.
/// @returns the sessions that judge; the days of both sides go to `out`
std::vector<LogSession> split_off_judging(const std::vector<LogSession>& all, const Records* later, Calibration& out) {
  const market::Calendar& calendar = out.calendar;
  out.fitted_days = days_of(all, calendar);
  if (later != nullptr) {
    std::vector<LogSession> judging = later->sessions.sessions;
    if (judging.empty()) throw std::runtime_error("no session to judge by");
    refuse_fitted(all, judging, calendar);
    out.judged_days = days_of(judging, calendar);
    return judging;
  }

  const auto index = static_cast<std::size_t>(fitted_share * static_cast<double>(all.size()));
  const TimeNs split = midnight(calendar, next_date(calendar.local_date(all[index].visit.arrival_ns)));
  out.judged_days = {split, out.fitted_days.to_ns};
  out.fitted_days.to_ns = split;
  std::vector<LogSession> judging = within(all, out.judged_days);
  if (judging.empty())
    throw std::runtime_error(
        fmt::format("all {} sessions lie on days up to {}: a calibration takes days to judge it by; give more records, "
                    "or --judge",
                    all.size(), calendar.format_local(split)));
  return judging;
}

/// By EVSE what the user says of it. @throws std::runtime_error for one that the records do not have
std::map<std::string, double> said_of_evses(const CalibrationRequest& request, const std::vector<std::string>& ids) {
  std::map<std::string, double> out;
  for (const auto& [name, kw] : request.evse_kw) {
    const std::size_t before = out.size();
    for (const std::string& id : ids) {
      if (id == name || id.substr(0, id.rfind('-')) == name) out[id] = kw;
    }
    if (out.size() > before) continue;
    const std::vector<std::string_view> known(ids.begin(), ids.end());
    throw std::runtime_error(fmt::format("EVSE {}: the records have no such EVSE{}", kernel::make_printable(name, 80),
                                         kernel::did_you_mean(name, known)));
  }
  return out;
}

/// Naive states of charge: everybody comes and goes with the medians.
void give_medians(const Cars& cars, std::vector<Visits>& visits) {
  for (Visits& one : visits) {
    one.soc_arrival.assign(one.size(), cars.median_soc_arrival);
    one.soc_departure.assign(one.size(), cars.median_soc_departure);
  }
}

/// Holds what the twin and naive laws make against the sessions fitted to and those that judge (`out.seen`).
void judge(const Visits& fitted, const std::string& naive, const CalibrationRequest& request, Calibration& out) {
  const market::Calendar& calendar = out.calendar;
  const auto judged_by = [&](const std::string& lua, Days days) {
    return made_of(world_of(lua, request, calendar, days), out.cars.source == CarSource::told);
  };
  const std::vector<Visits> of_fitted = judged_by(out.lua, out.fitted_days),
                            of_judged = judged_by(out.lua, out.judged_days);
  std::vector<Visits> of_naive = judged_by(naive, out.judged_days);
  give_medians(out.cars, of_naive);

  out.in_sample = measure_differences(fitted, of_fitted, calendar, out.fitted_days);
  out.held_out = measure_differences(out.seen, of_judged, calendar, out.judged_days);
  out.naive = measure_differences(out.seen, of_naive, calendar, out.judged_days);
  out.made = of_judged.front();
  out.seen_day = mean_days(out.seen, calendar, out.judged_days, 1.0);
  out.made_day = mean_days(of_judged.front(), calendar, out.judged_days, 1.0);
  out.naive_day = mean_days(of_naive.front(), calendar, out.judged_days, 1.0);
}

/// The twin's file says what it was fitted to and how it was judged.
std::string remarks_of(const Calibration& c) {
  std::string remarks = "-- Calibrated by evtwin:\n";
  for (const std::string& line : lines_of(calibration_text(c, analysis::Language::english)))
    remarks += line.empty() ? "--\n" : "--   " + line + "\n";
  return remarks + "--\n";
}

}  // namespace

Calibration calibrate_records(const Records& records, const Records* later, const CalibrationRequest& request) {
  const std::vector<LogSession>& all = records.sessions.sessions;
  if (all.size() < least_sessions)
    throw std::runtime_error(fmt::format("{} sessions; a calibration takes {}", all.size(), least_sessions));

  Calibration out;
  replay::PrepareRequest prepare;
  prepare.timezone = request.timezone;
  prepare.tariff = request.tariff;
  prepare.contract_kw = request.contract_kw;
  prepare.load.library_dir = request.library_dir;
  out.calendar = calendar_of(records, prepare, request);

  out.judging = split_off_judging(all, later, out);
  sessions::LogSessions fitted = records.sessions;
  fitted.sessions = within(all, out.fitted_days);
  out.fitted = fitted.sessions.size();
  out.judged = out.judging.size();

  // Without readings an outlet's power is known only as what its sessions needed: none is made weaker than usual.
  // What judges has no say in it.
  const double least_kw = has_readings(records) ? 0.0 : usual_kw(uses_of(fitted.sessions));
  const std::map<std::string, double> said = said_of_evses(request, records.sessions.evse_ids);
  out.cars = fit_cars(fitted.sessions, records.cars);
  out.laws = fit_laws_by_power(fitted.sessions, out.cars.by_power, out.calendar, out.fitted_days);
  out.lua = replay::plausible_site(
      records.log, fitted, prepare, out.assumptions,
      {out.cars.lua + lua_of(out.laws, out.cars.soc_target, "  "), lua_before(), least_kw, said});

  std::vector<replay::Assumption> ignored;
  const std::string naive = replay::plausible_site(records.log, fitted, prepare, ignored,
                                                   {naive_laws(fitted.sessions, out.fitted_days), "", least_kw, said});
  out.judging_cars = later != nullptr ? later->cars : records.cars;
  const double evse_kw = middle_evse_kw(world_of(out.lua, request, out.calendar, out.fitted_days));
  out.seen = visits_of(out.judging, out.judging_cars, evse_kw);
  judge(visits_of(fitted.sessions, records.cars, evse_kw), naive, request, out);

  const Uses uses = uses_of(all);
  out.usual_kw = usual_kw(uses);
  out.odd_evses = odd_evses(all, uses);
  for (OddEvse& one : out.odd_evses) one.overridden = said.contains(one.id);
  out.power = power_of(records, request);
  out.lua = remarks_of(out) + out.lua;
  return out;
}

Gate gate_of(const Calibration& c) {
  return {c.held_out.energy_w1_kwh <= most_energy_w1_kwh && c.held_out.stay_w1_min <= most_stay_w1_min &&
              c.held_out.occupancy <= most_occupancy && c.held_out.served >= -most_unserved,
          c.judged < enough_sessions};
}

}  // namespace evtwin::calibrate
