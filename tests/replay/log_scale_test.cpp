// A site of 200 stations written as a log and read again: what faults take away is known, explained, and nothing else
// is lost. Two days; with EVTWIN_LONG=1 a month, and what was found is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "ocpp/site_log.hpp"
#include "replay/json_schema.hpp"
#include "replay/ocpp_log_writer.hpp"
#include "replay/small_run.hpp"
#include "sessions/log_sessions.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::replay {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;

constexpr int station_count = 200;

bool is_long() { return std::getenv("EVTWIN_LONG") != nullptr; }

/// 200 stations with two EVSEs of 7 to 22 kW each; one to three visits a day on each, of 40 min to 9 h.
RecordedRun big_run(int days, int stations = station_count) {
  RecordedRun run = small_run();
  run.sessions.clear();
  run.evses.clear();
  run.end_ns = run.start_ns + days * kernel::day_ns;
  std::mt19937_64 random(2026);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int s = 0; s < stations; ++s) {
    for (int e = 1; e <= 2; ++e) {
      RecordedEvse& evse = run.evses.emplace_back();
      evse.name = fmt::format("S{:03}-{}", s, e);
      evse.phases = s % 2 == 0 ? 1 : 3;
      evse.max_kw = s % 2 == 0 ? 7.36 : 22.0;
    }
  }
  run.stations = name_stations(run.evses);
  for (std::size_t e = 0; e < run.evses.size(); ++e) {
    TimeNs free_from = run.start_ns + between(1, 300) * minute_ns;
    for (TimeNs latest = run.end_ns - hour_ns; free_from < latest;) {
      RecordedSession session;
      session.evse = e;
      session.token = fmt::format("04{:06X}", between(0, 2000));
      session.name = fmt::format("{}#{}", session.token, run.sessions.size());
      session.plugged_in_ns = free_from;
      session.departed_ns = std::min(run.end_ns - minute_ns, free_from + between(40, 540) * minute_ns);
      const TimeNs stay = session.departed_ns - session.plugged_in_ns;
      const double kw = run.evses[e].max_kw * static_cast<double>(between(30, 100)) / 100.0;
      const TimeNs full = session.plugged_in_ns + stay / between(1, 4);
      const TimeNs tapers = session.plugged_in_ns + (full - session.plugged_in_ns) * 3 / 4;
      session.power = {constant(session.plugged_in_ns, tapers, kw), constant(tapers, full, kw / 3.0)};
      for (const RecordedPower& piece : session.power) session.got_kwh += piece.energy_kwh;
      free_from = session.departed_ns + between(5, 600) * minute_ns;
      run.sessions.push_back(std::move(session));
    }
  }
  std::stable_sort(run.sessions.begin(), run.sessions.end(), [](const RecordedSession& a, const RecordedSession& b) {
    return a.plugged_in_ns < b.plugged_in_ns;
  });
  return run;
}

/// Every kind that log_faults has. A station loses its connection once in ten days, for 1 to 6 h; one in fifty has a
/// clock that is wrong; of 200 stops one gets lost; of 100 cards one is refused.
LogFaults usual_faults(const RecordedRun& run) {
  LogFaults faults;
  std::mt19937_64 random(7);
  const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
  const auto days = static_cast<std::uint64_t>((run.end_ns - run.start_ns) / kernel::day_ns);
  for (const std::string& station : run.stations) {
    if (one_in(50)) faults.clocks.push_back({station, one_in(2) ? hour_ns : -7 * minute_ns});
    for (std::uint64_t day = 0; day < days; ++day) {
      if (!one_in(10)) continue;
      const TimeNs from =
          run.start_ns + static_cast<TimeNs>(day) * kernel::day_ns + static_cast<TimeNs>(random() % 1000) * minute_ns;
      faults.offline.push_back({station, from, from + static_cast<TimeNs>(60 + random() % 300) * minute_ns});
    }
  }
  std::map<std::size_t, TimeNs> last_departure;
  for (const RecordedSession& session : run.sessions) {
    if (one_in(200)) faults.lost_stops.push_back(session.name);
    const auto before = last_departure.find(session.evse);
    const bool room = before != last_departure.end() && session.plugged_in_ns - before->second > 5 * minute_ns;
    if (room && one_in(100))
      faults.refused.push_back({run.evses[session.evse].name, session.plugged_in_ns - 3 * minute_ns, "04FFEE01"});
    last_departure[session.evse] = session.departed_ns;
  }
  std::sort(faults.refused.begin(), faults.refused.end(),
            [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  return faults;
}

class LogScale : public ::testing::TestWithParam<ocpp::Version> {
 protected:
  static int days() { return is_long() ? 31 : sweep(2, 1); }

  static OcppLogOptions options() {
    OcppLogOptions options;
    options.version = GetParam();
    options.sample_s = 900.0;
    options.heartbeat_s = 3600;
    return options;
  }

  struct Recovered {
    std::size_t whole = 0, unexplained = 0, energy_off = 0;
    double kwh = 0.0, lost_kwh = 0.0;
    std::set<std::string> lost;  // names of the run's sessions
  };

  /// Sessions of the run beside the log's transactions, by EVSE and start.
  static Recovered recovered(const RecordedRun& run, const OcppLogOptions& options) {
    std::string text;
    write_ocpp_log(run, options, [&](const std::string&, std::string_view line) { text += line; });
    const ocpp::SiteLog log = ocpp::read_site_log_text("site.log", text);
    EXPECT_EQ(log.report.undecodable, 0U);
    EXPECT_EQ(log.transactions.size(), run.sessions.size());
    std::map<std::pair<std::string, int>, std::vector<const ocpp::Transaction*>> by_evse;
    for (const ocpp::Transaction& t : log.transactions) by_evse[{t.station, t.evse}].push_back(&t);
    Recovered out;
    // StartTransaction and StopTransaction of 1.6 count whole Wh, TransactionEvent 1 mWh.
    const double step_kwh = options.version == ocpp::Version::v16 ? 0.001 : 2e-6;
    for (const RecordedSession& session : run.sessions) {
      const RecordedEvse& evse = run.evses[session.evse];
      const ocpp::Transaction* found = nullptr;
      for (const ocpp::Transaction* t : by_evse[{evse.station, evse.number}])
        if (std::abs(t->start_ns - session.plugged_in_ns) <= 2 * minute_ns) found = t;
      if (found != nullptr && found->is_whole()) {
        ++out.whole;
        out.kwh += found->energy_kwh;
        if (std::abs(found->energy_kwh - session.got_kwh) > step_kwh + 1e-9) {
          ++out.energy_off;
        }
      } else {
        out.lost.insert(session.name);
        out.lost_kwh += session.got_kwh;
        const bool said = found != nullptr && !found->flags.empty();
        if (!said) ++out.unexplained;
      }
    }
    // What is whole becomes a session, and what does not says why.
    const sessions::LogSessions sessions = sessions::sessions_of(log);
    const auto left_out = std::count_if(sessions.flags.begin(), sessions.flags.end(),
                                        [](const sessions::TableFlag& flag) { return flag.left_out; });
    EXPECT_EQ(sessions.sessions.size(), out.whole);
    EXPECT_EQ(static_cast<std::size_t>(left_out), log.transactions.size() - sessions.sessions.size());
    return out;
  }

  static void tell(const RecordedRun& run, const Recovered& found, const char* what) {
    if (!is_long()) return;
    fmt::print(
        "{}: {} of {} transactions whole ({:.3f} %), {} lost, {} of them unexplained; {:.1f} kWh, {} off by more "
        "than the register's step\n",
        what, found.whole, run.sessions.size(),
        100.0 * static_cast<double>(found.whole) / static_cast<double>(run.sessions.size()), found.lost.size(),
        found.unexplained, found.kwh, found.energy_off);
  }
};

TEST_P(LogScale, WithoutFaultsNothingIsLost) {
  const RecordedRun run = big_run(days());
  const Recovered found = recovered(run, options());
  tell(run, found, "no faults");
  EXPECT_LE(found.lost.size(), run.sessions.size() / 1000) << "0.1 %";
  EXPECT_LE(found.lost_kwh, 0.001 * (found.kwh + found.lost_kwh));
  EXPECT_EQ(found.energy_off, 0U);
}

TEST_P(LogScale, WithEveryFaultNinetyNineOfAHundredAreRecoveredAndTheRestExplained) {
  const RecordedRun run = big_run(days());
  OcppLogOptions options = LogScale::options();
  options.faults = usual_faults(run);
  ASSERT_FALSE(options.faults.offline.empty() || options.faults.clocks.empty() || options.faults.refused.empty() ||
               options.faults.lost_stops.empty());
  const Recovered found = recovered(run, options);
  tell(run, found, "every fault");
  EXPECT_GE(found.whole * 100, run.sessions.size() * 99);
  EXPECT_EQ(found.unexplained, 0U);
  EXPECT_EQ(found.energy_off, 0U);
  const std::set<std::string> taken(options.faults.lost_stops.begin(), options.faults.lost_stops.end());
  const bool all_taken = std::includes(taken.begin(), taken.end(), found.lost.begin(), found.lost.end());
  EXPECT_TRUE(all_taken) << "some were lost without a fault";
}

TEST_P(LogScale, EveryMessageIsValidByItsSchema) {
  const std::string schemas = paths::shared_dir + "/ocpp/schemas";
  if (!std::filesystem::exists(schemas)) GTEST_SKIP() << "skipped: no OCPP schemas in " << paths::shared_dir;
  const bool is_16 = GetParam() == ocpp::Version::v16;
  std::map<std::string, testing::JsonSchema> known;
  const auto schema_of = [&](const std::string& name) -> const testing::JsonSchema& {
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    std::ifstream file(schemas + (is_16 ? "/v16/" : "/v201/") + name + ".json");
    EXPECT_TRUE(file.is_open()) << name;
    return known.emplace(name, testing::JsonSchema(nlohmann::json::parse(file))).first->second;
  };
  const RecordedRun run = big_run(is_long() ? 3 : 2, is_long() ? station_count : 20);
  OcppLogOptions options = LogScale::options();
  options.layout = LogLayout::frames;
  options.faults = usual_faults(run);
  std::map<std::string, std::string> actions;  // of calls without an answer yet
  std::size_t checked = 0;
  write_ocpp_log(run, options, [&](const std::string&, std::string_view line) {
    if (!line.starts_with("[")) return;
    const nlohmann::json frame = nlohmann::json::parse(line);
    const bool call = frame[0] == 2;
    const auto id = frame[1].get<std::string>();
    const std::string action = call ? frame[2].get<std::string>() : actions.at(id);
    if (call) actions[id] = action;
    if (!call) actions.erase(id);
    const std::string kind = call ? (is_16 ? "" : "Request") : "Response";
    ASSERT_EQ(schema_of(action + kind).problem(frame[call ? 3 : 2]), "") << line;
    ++checked;
  });
  EXPECT_GT(checked, 5'000U);
  EXPECT_TRUE(actions.empty());
  if (is_long()) fmt::print("{} messages valid\n", checked);
}

INSTANTIATE_TEST_SUITE_P(Versions, LogScale, ::testing::Values(ocpp::Version::v16, ocpp::Version::v201),
                         [](const auto& version) { return version.param == ocpp::Version::v16 ? "v16" : "v201"; });

}  // namespace
}  // namespace evtwin::replay
