// evtwin export: runs become logs, and what the log in scenarios/ was made with gives that very log.
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "cli/command.hpp"
#include "market/calendar.hpp"

namespace evtwin::testing {
namespace {

class Export : public Command {
 protected:
  void make_run() {
    const Said said = run({"run", source_dir + "/scenarios/made_site.lua", "--out", path("made_site.evtwin")});
    ASSERT_EQ(said.status, 0) << said.err;
  }
};

// The commands of a scenario's comment, a list of words each; lines that begin further right go on with the one before.
std::vector<std::vector<std::string>> commands_in(const std::string& lua) {
  std::vector<std::vector<std::string>> commands;
  std::istringstream lines(lua);
  for (std::string line; std::getline(lines, line) && line.rfind("--", 0) == 0;) {
    std::istringstream words(line.substr(2));
    const bool goes_on = line.rfind("--     ", 0) == 0;
    if (line.rfind("--   evtwin ", 0) == 0) {
      commands.emplace_back();
    } else if (!goes_on) {
      continue;
    }
    for (std::string word; words >> word;) commands.back().push_back(word);
  }
  return commands;
}

TEST_F(Export, TheMadeLogIsWhatItsCommandsGive) {
  int made = 0;
  for (const auto& words : commands_in(read_all(source_dir + "/scenarios/made_site.lua"))) {
    if (words.at(1) != "run" && words.at(1) != "export") continue;
    std::vector<std::string> arguments(words.begin() + 1, words.end());
    for (std::string& word : arguments) {
      if (word.rfind("scenarios/", 0) == 0) {
        word = source_dir + "/" + word;
      } else if (word.rfind("made_site.", 0) == 0) {
        word = path(word);
      }
    }
    const Said said = run(arguments);
    ASSERT_EQ(said.status, 0) << said.err;
    ++made;
  }
  ASSERT_EQ(made, 2);
  EXPECT_TRUE(read_all(path("made_site.log")) == read_all(source_dir + "/scenarios/made_site.log"))
      << "scenarios/made_site.log is another: make it again with the commands in scenarios/made_site.lua";
}

TEST_F(Export, EveryVersionAndLayoutIsWrittenWholeAndTheSameAgain) {
  make_run();
  for (const std::string version : {"1.6", "2.0.1"}) {
    for (const std::string layout : {"python", "steve", "csv"}) {
      const auto write = [&](const std::string& name) {
        return run({"export", path("made_site.evtwin"), "--ocpp", path(name), "--ocpp-version", version, "--layout",
                    layout, "--sample-s", "600", "--on-change"});
      };
      const std::string name = version + layout;
      const Said said = write(name);
      ASSERT_EQ(said.status, 0) << said.err;
      EXPECT_NE(said.out.find("36 transactions"), std::string::npos) << said.out;
      EXPECT_EQ(read_all(path(name)).rfind("# made by evtwin", 0), 0U);
      ASSERT_EQ(write(name + "2").status, 0);
      EXPECT_TRUE(read_all(path(name)) == read_all(path(name + "2")));
    }
  }
}

TEST_F(Export, BareFramesAreAFilePerStation) {
  make_run();
  const auto write = [&] {
    return run({"export", path("made_site.evtwin"), "--ocpp", path("frames"), "--layout", "frames"});
  };
  ASSERT_EQ(write().status, 0);
  for (const char* station : {"P1", "P2", "P3", "F1"}) {
    const std::string log = read_all(path("frames/") + station + ".log");
    EXPECT_NE(log.find("\n[2,\""), std::string::npos) << station;
  }
  EXPECT_EQ(write().status, 1) << "a folder that holds something is kept";
}

TEST_F(Export, RecordsAndSessionsAddUpToTheRun) {
  make_run();
  const Said said = run({"export", path("made_site.evtwin"), "--ocpi", path("cdrs.json"), "--sessions",
                         path("sessions.csv"), "--ocpi-set", "city=Seoul"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.out.find("placeholders"), std::string::npos) << said.out;
  double kwh = 0.0, paid = 0.0;
  for (const auto& cdr : nlohmann::json::parse(read_all(path("cdrs.json")))) {
    kwh += cdr["total_energy"].get<double>();
    paid += cdr["total_cost"]["excl_vat"].get<double>();
  }
  const auto sums = query(path("made_site.evtwin"), "SELECT sum(got_kwh) AS kwh, sum(paid) AS paid FROM session");
  EXPECT_NEAR(kwh, std::stod(sums[0].at("kwh")), 1e-4);
  EXPECT_NEAR(paid, std::stod(sums[0].at("paid")), 1e-6);
  // The table runs again as a scenario's sessions.
  const Said again =
      run({"run", source_dir + "/scenarios/real_sessions.lua", "--set", "sessions=" + path("sessions.csv"), "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.json()["sessions"], 36);
}

// Finding J3: what a replay of OCPI documents writes is what was read, byte by byte, masked or not.
TEST_F(Export, OcpiInAndOutAgainIsTheSame) {
  make_run();
  for (const std::string tokens : {"--anonymise", "--show-tokens"}) {
    const auto written = [&](const std::string& from, const std::string& name) {
      const Said said = run({"export", path(from), "--ocpi", path(name + "/cdrs.json"), "--ocpi-sessions",
                             path(name + "/sessions.json"), "--ocpi-set", "city=Seoul", tokens});
      EXPECT_EQ(said.status, 0) << said.err;
    };
    const std::string first = "first" + tokens, again = "again" + tokens;
    std::filesystem::create_directories(path(first));
    std::filesystem::create_directories(path(again));
    written("made_site.evtwin", first);
    const Said read = run({"replay", path(first), "--out", path(again + ".evtwin")});
    ASSERT_EQ(read.status, 0) << read.err;
    written(again + ".evtwin", again);
    for (const char* file : {"/cdrs.json", "/sessions.json"})
      EXPECT_TRUE(read_all(path(first + file)) == read_all(path(again + file))) << tokens << file;
    std::set<std::string> cards, numbers;
    for (const auto& cdr : nlohmann::json::parse(read_all(path(again + "/cdrs.json")))) {
      cards.insert(cdr["cdr_token"]["uid"].get<std::string>());
      EXPECT_EQ(cdr["currency"], "KRW");
      EXPECT_GT(cdr["total_cost"]["excl_vat"].get<double>(), 0.0);
    }
    EXPECT_EQ(cards.size(), 12U);
    EXPECT_EQ(cards.count("04A1B2C3"), tokens == "--show-tokens" ? 1U : 0U);
  }
}

// Finding J3: a replay knows transactions by their number, and their drivers by their cards.
TEST_F(Export, AReplayWrittenAsALogKeepsItsCards) {
  ASSERT_EQ(run({"replay", source_dir + "/scenarios/made_site.log", "--out", path("replay.evtwin")}).status, 0);
  const auto tags_of = [&](const std::string& name) {
    std::map<std::string, std::size_t> tags;
    std::istringstream lines(read_all(name));
    for (std::string line; std::getline(lines, line);) {
      if (line.find("\"StartTransaction\"") == std::string::npos) continue;
      const std::string key = "\"idTag\":\"";
      const std::size_t from = line.find(key) + key.size();
      ++tags[line.substr(from, line.find('"', from) - from)];
    }
    return tags;
  };
  const Said said = run({"export", path("replay.evtwin"), "--ocpp", path("named.log"), "--show-tokens"});
  ASSERT_EQ(said.status, 0) << said.err;
  ASSERT_EQ(run({"export", path("replay.evtwin"), "--ocpp", path("masked.log")}).status, 0);
  auto logged = tags_of(source_dir + "/scenarios/made_site.log");
  EXPECT_EQ(logged.size(), 12U);
  --logged.at("04C1A7E2");  // the one whose stop got lost is not replayed
  EXPECT_EQ(tags_of(path("named.log")), logged);
  const auto masked = tags_of(path("masked.log"));
  EXPECT_EQ(masked.size(), 12U);
  for (const auto& [tag, visits] : masked) EXPECT_EQ(tag.front(), 'T') << tag;
}

TEST_F(Export, WhatCanNotBeDoneIsOneLine) {
  make_run();
  const std::string file = path("made_site.evtwin");
  const auto refused = [&](std::vector<std::string> more, int status, const std::string& says) {
    std::vector<std::string> arguments{"export", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Said said = run(arguments);
    EXPECT_EQ(said.status, status) << says;
    EXPECT_NE(said.err.find(says), std::string::npos) << said.err;
    EXPECT_EQ(said.out, "");
  };
  refused(
      {}, 2,
      "--web, --ocpp, --ocpi, --ocpi-sessions, --sessions, --timeseries, --pilot, --trace or --decision; --masked of a "
      "log");
  refused({"--ocpp", write("there.log", "mine")}, 1, "is kept");
  EXPECT_EQ(read_all(path("there.log")), "mine");
  refused({"--ocpp", path("no/such/folder.log")}, 1, "can not be written");
  refused({"--ocpp", path("a.log"), "--layout", "xml"}, 2, "--layout");
  refused({"--ocpp", path("a.log"), "--ocpp-version", "1.5"}, 2, "--ocpp-version");
  refused({"--ocpp", path("a.log"), "--sample-s", "0"}, 2, "--sample-s");
  refused({"--ocpp", path("a.log"), "--fault", "clock=P9,5"}, 1, "the run has no station 'P9'");
  refused({"--ocpi", path("a.json"), "--ocpi-set", "latitude=north"}, 1, "must be degrees");
  refused({"--ocpi", path("a.json"), "--ocpi-set", "latitude"}, 2, "name=value");
  EXPECT_FALSE(std::filesystem::exists(path("a.log")));
  EXPECT_FALSE(std::filesystem::exists(path("a.json.part")));
  EXPECT_EQ(run({"export", write("no.evtwin", "no run"), "--ocpp", path("a.log")}).status, 1);
}

// Nine columns as EnerV2Gize's tool has them, and more; the energies are the run's.
TEST_F(Export, RowsOverTimeAddUpToTheRunsEnergy) {
  ASSERT_EQ(run({"run", source_dir + "/scenarios/dc_v2g.lua", "--out", path("v2g.evtwin")}).status, 0);
  const Said said = run({"export", path("v2g.evtwin"), "--timeseries", path("rows.csv"), "--step", "5min"});
  ASSERT_EQ(said.status, 0) << said.err;
  std::istringstream lines(read_all(path("rows.csv")));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(
      line.rfind("Timestamp,Date,Time,Charging Price,Discharging Price,Average Price,CS Id,Algorithm Name,SoC,", 0),
      0U);
  double kwh = 0.0;
  std::size_t rows = 0, with_soc = 0;
  for (; std::getline(lines, line); ++rows) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    ASSERT_GE(cells.size(), 12U) << line;
    kwh += std::stod(cells[10]);
    if (cells[8].empty()) continue;
    ++with_soc;
    EXPECT_GE(std::stod(cells[8]), 0.0);
    EXPECT_LE(std::stod(cells[8]), 1.0 + 1e-9);
  }
  EXPECT_NE(said.out.find(std::to_string(rows) + " rows"), std::string::npos) << said.out;
  EXPECT_GT(with_soc, 0U);
  const auto sums = query(path("v2g.evtwin"), "SELECT sum(energy_kwh) AS kwh FROM power WHERE evse IS NOT NULL");
  EXPECT_NEAR(kwh, std::stod(sums[0].at("kwh")), 1e-6);
  // Never over a file that is there, and steps that are none are refused.
  EXPECT_EQ(run({"export", path("v2g.evtwin"), "--timeseries", path("rows.csv")}).status, 1);
  for (const char* step : {"0min", "-5min", "15", "min", "2d", "1.5h", "15 min", "99999999999h"}) {
    const Said wrong = run({"export", path("v2g.evtwin"), "--timeseries", path("other.csv"), "--step", step});
    EXPECT_EQ(wrong.status, 1) << step;
    EXPECT_NE(wrong.err.find("as in 15min"), std::string::npos) << wrong.err;
  }
}

// The control pilot of IEC 61851-1, against the run's power and sessions at every instant at which a row begins or
// lies.
TEST_F(Export, PilotStatesAgreeWithPowerSessionsAndOutages) {
  const std::string scenario = write("pilot.lua", R"(return scenario {
  start = "2025-06-02", days = 2, timezone = "Asia/Seoul", seed = 7,
  arrivals = arrivals.poisson { per_hour = 1.5, energy_kwh = 12, stay_h = 4 },
  site { contract_kw = 15, voltage_v = 230, stations = { { name = "A", evses = 3, kw = 7.36, phases = 1, min_a = 6 },
                                                         { name = "D", evses = 1, kw = 50, kind = "dc" } },
         outages = { { evse = "A-2", from = "2025-06-02T10:00", to = "2025-06-02T16:00" } } },
})");
  // Of a car that is full asap leaves the offer standing (B2), edf takes it back (C1).
  std::map<std::string, std::size_t> seen;
  for (const std::string strategy : {"asap", "edf"}) {
    const std::string file = path(strategy + ".evtwin");
    ASSERT_EQ(run({"run", scenario, "--strategy", strategy, "--out", file}).status, 0);
    const Said said = run({"export", file, "--pilot", path(strategy + ".json")});
    ASSERT_EQ(said.status, 0) << said.err;
    const auto rows = nlohmann::json::parse(read_all(path(strategy + ".json")));
    EXPECT_NE(said.out.find(std::to_string(rows.size()) + " rows"), std::string::npos) << said.out;

    const auto ns_of = [](const std::string& text) { return market::parse_instant(text, market::Calendar()); };
    std::map<std::string, std::int64_t> until;  // rows of an EVSE leave no hole
    std::map<std::string, double> flowing_h;
    for (const auto& row : rows) {
      const std::string evse = row["evse"], state = row["state"];
      const std::int64_t from = ns_of(row["from"]), to = ns_of(row["to"]);
      if (until.count(evse) > 0) {
        EXPECT_EQ(until[evse], from) << row;
      }
      until[evse] = to;
      ++seen[state];
      const bool offers = state == "B2" || state == "C2";
      EXPECT_EQ(offers, row["duty_percent"].is_number()) << row;
      if (offers && evse == "D-1") {
        EXPECT_EQ(row["duty_percent"], 5.0) << row;
      }
      if (offers && evse != "D-1") {
        const double a = row["offered_a"];
        EXPECT_GE(a, 6.0 - 1e-9) << row;
        EXPECT_LE(a, 7360.0 / 230.0 + 1e-9) << row;
        EXPECT_NEAR(row["duty_percent"], a / 0.6, 1e-9) << row;
      }
      const bool out =
          evse == "A-2" && from >= ns_of("2025-06-02T10:00:00+09:00") && to <= ns_of("2025-06-02T16:00:00+09:00");
      EXPECT_EQ(state == "F", out) << row;
      if (state == "C2") flowing_h[evse] += static_cast<double>(to - from) / 3600e9;
    }

    // Energy flows in C2 and in no other state: the same hours, and all powers of the file lie in such rows.
    const auto powers = query(file,
                              "SELECT e.name AS evse, sum(p.end_ns - p.start_ns) / 3600e9 AS h FROM power p "
                              "JOIN evse e ON e.id = p.evse WHERE p.kw <> 0 GROUP BY e.name");
    ASSERT_EQ(powers.size(), 4U);
    for (const auto& power : powers) EXPECT_NEAR(flowing_h[power.at("evse")], std::stod(power.at("h")), 1e-3);
  }
  for (const char* state : {"A", "B2", "C1", "C2", "F"}) EXPECT_GT(seen[state], 0U) << state;
}

}  // namespace
}  // namespace evtwin::testing
