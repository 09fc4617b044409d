// OCPP logs in a scenario: the word `ocpp`, EVSEs `from_ocpp`, and the sessions of a log in place of a site's arrivals.
#include "kernel/text.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

// A log in a scenario is held in memory while it is read; `evtwin replay` reads longer ones as a stream.
constexpr std::size_t most_log_bytes = std::size_t{1} << 30;

const LoggedFile& log_of(Build& build, const std::string& file, const Where& where) {
  const auto known = build.log_files.find(file);
  if (known != build.log_files.end()) return *known->second;
  if (file.empty()) fail_at(where, "ocpp needs a file: ocpp \"site.log\"");
  auto read = std::make_shared<LoggedFile>();
  try {
    const OpenFile opened = build.source.open_file(file);
    read->log = ocpp::read_site_log_text(opened.shown_path(), opened.read_all(most_log_bytes));
  } catch (const FolderError& error) {
    fail_at(where, std::string("ocpp: ") + error.what());
  } catch (const ocpp::LogError& error) {
    throw ScriptError(kernel::make_printable(error.what()));
  }
  for (const sessions::Claims claims : {sessions::Claims::truth, sessions::Claims::history})
    read->sessions[static_cast<std::size_t>(claims)] =
        sessions::sessions_of(read->log, {.claims = claims, .least_kwh = 0.0, .wishes = true});
  if (read->sessions.front().sessions.empty()) {
    fail_at(where, "ocpp: " + kernel::make_printable(file, 300) + " has no whole transaction (" +
                       show_number(static_cast<double>(read->log.transactions.size())) +
                       " in all); evtwin check tells why");
  }
  return *build.log_files.emplace(file, std::move(read)).first->second;
}

/// One vehicle for all sessions whose cars are alike: there may be very many.
class Cars {
 public:
  explicit Cars(std::vector<physics::Vehicle>& vehicles) : vehicles_(vehicles) {}

  std::uint32_t row_of(physics::Vehicle vehicle) {
    Key key{vehicle.ac_phases, vehicle.max_ac_kw, vehicle.max_dc_kw, vehicle.battery.capacity_kwh, {}};
    for (const physics::Knot& knot : vehicle.battery.charge.knots) {
      key.curve.push_back(knot.soc);
      key.curve.push_back(knot.kw);
    }
    const auto [known, is_new] = rows_.emplace(std::move(key), static_cast<std::uint32_t>(vehicles_.size()));
    if (is_new) {
      vehicle.name = "as logged " + std::to_string(rows_.size());
      vehicles_.push_back(std::move(vehicle));
    }
    return known->second;
  }

 private:
  struct Key {
    std::uint8_t phases;
    double ac_kw, dc_kw, capacity_kwh;
    std::vector<double> curve;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::vector<physics::Vehicle>& vehicles_;
  std::map<Key, std::uint32_t> rows_;
};

std::vector<std::string> evse_ids_of(const twin::Site& site) {
  std::vector<std::string> ids;
  for (const physics::Evse& evse : site.evses) ids.push_back(evse.id);
  return ids;
}

/// The sessions of the run's window; the others are flagged.
std::vector<sessions::LogSession> in_window(Build& build, std::vector<sessions::LogSession> sessions) {
  const twin::World& world = build.world;
  std::vector<sessions::LogSession> kept;
  for (sessions::LogSession& session : sessions) {
    const TimeNs arrival_ns = session.visit.arrival_ns;
    if (arrival_ns >= world.start_ns && arrival_ns < world.end_ns) {
      kept.push_back(std::move(session));
      continue;
    }
    build.world.flags.push_back({session.visit.id,
                                 "arrives at " + world.calendar.format_local(arrival_ns) + ", outside the run (" +
                                     world.calendar.format_local(world.start_ns) + " to " +
                                     world.calendar.format_local(world.end_ns) + ")",
                                 true});
  }
  return kept;
}

}  // namespace

demand::Recorded recorded_of(Build& build, const sessions::LogSessions& given, sessions::EvseMode mode,
                             const twin::Site& site) {
  add_flags(build, given.flags);
  sessions::LogSessions sessions{in_window(build, given.sessions), {}, given.evse_ids};

  // Ids in a log are not always those of the site: match_evses says which stands for which, and what it assumed.
  if (mode == sessions::EvseMode::as_given) {
    sessions::EvseMatch match;
    try {
      match = sessions::match_evses(sessions, evse_ids_of(site));
    } catch (const std::runtime_error& error) {
      throw ScriptError(build.source.file() + ": " + error.what());
    }
    if (!match.assumption.empty()) build.add_flag(site.name, match.assumption);
    for (std::size_t i = 0; i < match.row.size(); ++i) {
      sessions.sessions[i].visit.evse = static_cast<std::int32_t>(match.row[i]);
      sessions::fit_to_evse(sessions.sessions[i], site.evses[match.row[i]]);
    }
  }

  // Equal cars are one vehicle of the world.
  Cars cars(build.world.vehicles);
  demand::Recorded out;
  for (sessions::LogSession& session : sessions.sessions) {
    session.visit.vehicle = cars.row_of(std::move(session.vehicle));

    // Unknown: from empty, a battery takes whatever was metered.
    if (std::isnan(session.visit.soc_start)) session.visit.soc_start = 0.0;
    out.visits.push_back(std::move(session.visit));
  }
  return out;
}

demand::Recorded logged_of(Build& build, const Construct& ocpp, const Where& where, const twin::Site& site) {
  const Fields f = fields_with_file(ocpp, find_section("ocpp"), where);
  ++build.laws;
  const LoggedFile& file = log_of(build, f.text("file"), f.where("file"));
  demand::Recorded out =
      recorded_of(build, file.sessions[static_cast<std::size_t>(f.read_choice("claims"))],
                  f.read_choice("evse") == 0 ? sessions::EvseMode::as_given : sessions::EvseMode::any, site);
  if (out.visits.empty()) {
    const sessions::SessionDays own = sessions::days_of(file.sessions.front(), build.world.calendar);
    const market::LocalDate last = market::date_of_days(market::days_since_epoch(own.first) + own.days - 1);
    fail_at(where, "every session of " + kernel::make_printable(f.text("file"), 300) +
                       " lies outside the run; the log has " + market::format_date(own.first) + " to " +
                       market::format_date(last) + "; set start = \"" + market::format_date(own.first) +
                       "\", or start = \"from_sessions\"");
  }
  return out;
}

sessions::SessionDays days_of_log(Build& build, const Construct& ocpp, const Where& where) {
  const Fields f = fields_with_file(ocpp, find_section("ocpp"), where);
  return sessions::days_of(log_of(build, f.text("file"), f.where("file")).sessions.front(), build.world.calendar);
}

std::vector<std::string> stations_in_log(Build& build, const std::string& file, const Where& where) {
  return log_of(build, file, where).sessions.front().evse_ids;
}

}  // namespace evtwin::scenario
