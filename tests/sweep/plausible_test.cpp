// check --strict: what is possible and yet hardly meant; and what programs are told (metrics, completion, JSON).
#include <gmock/gmock.h>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Plausible : public Command {
 protected:
  std::string scenario(const std::string& site, const std::string& more = "") const {
    return write("s.lua", "return scenario { start = '2026-06-01', days = 2, timezone = 'Europe/Berlin', seed = 1,\n" +
                              more + "  site { unmet_price_per_kwh = 1, " + site + " } }\n");
  }
  static constexpr const char* arrivals =
      "  arrivals = arrivals.poisson { per_hour = 1, energy_kwh = uniform { 8, 12 }, stay_h = uniform { 4, 6 } },\n";
};

TEST_F(Plausible, SoundScenariosHaveNoDoubts) {
  for (const char* name : {"workplace_week", "dc_v2g", "manager_day", "busy_street"}) {
    const Said said = run({"check", source_dir + "/scenarios/" + name + ".lua", "--strict"});
    EXPECT_EQ(said.status, 0) << name << said.err << said.out;
    EXPECT_THAT(said.err, Not(HasSubstr("doubt: ")));
  }
}

TEST_F(Plausible, EachSlipIsTold) {
  const auto doubts = [&](const std::string& file, int status = 3) {
    const Said said = run({"check", file, "--strict"});
    EXPECT_EQ(said.status, status) << said.out << said.err;
    return said.err;
  };
  const std::string stations = "stations = { { name = 'A', evses = 4, kw = 11, phases = 3 } }";
  EXPECT_THAT(doubts(scenario(stations + ", contract_kw = 50", arrivals), 0), Not(HasSubstr("doubt: ")));
  EXPECT_THAT(doubts(scenario(stations + ", contract_kw = 100000", arrivals)), HasSubstr("W for kW?"));
  EXPECT_THAT(doubts(scenario(stations + ", contract_kw = 700", arrivals)), HasSubstr("is never reached"));
  EXPECT_THAT(doubts(scenario(stations + ", load = 12000", arrivals)), HasSubstr("the base load reaches 12,000 kW"));
  EXPECT_THAT(doubts(scenario("stations = { { name = 'A', evses = 4, kw = 1.4, phases = 1, min_a = 6 } }", arrivals)),
              HasSubstr("more than could flow at full power"));
  write("t.csv",
        "session_id,arrival,departure,energy_kwh,evse\n1,2026-06-01T08:00,2026-06-01T10:00,20,A-1\n"
        "2,2026-06-01T08:00,2026-06-01T10:00,2,A-2\n3,2026-06-01T11:00,2026-06-01T13:00,2,A-2\n"
        "4,2026-06-01T14:00,2026-06-01T16:00,2,A-2\n5,2026-06-01T17:00,2026-06-01T19:00,2,A-2\n");
  const std::string told = doubts(scenario("stations = { { name = 'A', evses = 2, kw = 3.6, phases = 1 } }",
                                           "  arrivals = sessions { file = 't.csv' },\n"));
  EXPECT_THAT(told, HasSubstr("A-1: its 1 session(s) want 12.8 of 20.0 kWh more"));
  EXPECT_THAT(told, Not(HasSubstr("A-2")));
  EXPECT_THAT(
      doubts(scenario(stations, "  arrivals = arrivals.poisson { per_hour = 1e-9, energy_kwh = 9, stay_h = 4 },\n")),
      HasSubstr("nobody plugs in"));
  // Without --strict the same is a note, where it can be seen without a run.
  const Said plain = run({"check", scenario(stations + ", contract_kw = 100000", arrivals)});
  EXPECT_EQ(plain.status, 0);
  EXPECT_THAT(plain.err, HasSubstr("doubt: "));
}

// One unreadable number leaves its row out, not the table; half of a table that can not be read is another thing.
TEST_F(Plausible, OneUnreadableNumberLeavesItsRowOut) {
  const std::string head = "session_id,arrival,departure,energy_kwh\n";
  const auto row = [](int i, const std::string& kwh) {
    return "s" + std::to_string(i) + ",2026-06-01T0" + std::to_string(i) + ":00,2026-06-01T1" + std::to_string(i) +
           ":00," + kwh + "\n";
  };
  const std::string site = "stations = { { name = 'A', evses = 9, kw = 11, phases = 3 } }";
  const std::string file = scenario(site, "  arrivals = sessions { file = 't.csv', evse = 'any' },\n");
  write("t.csv", head + row(1, "10") + row(2, "ten") + row(3, "20") + row(4, "5"));
  const Said said = run({"run", file, "--strategy", "asap", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["sessions"], 3);
  EXPECT_NEAR(said.json()["kpi"]["energy_delivered_kwh"].get<double>(), 35.0, 1e-6);
  ASSERT_EQ(said.json()["sessions_left_out"].size(), 1U);
  EXPECT_THAT(said.json()["sessions_left_out"][0]["reason"].get<std::string>(), HasSubstr("t.csv:3"));
  EXPECT_THAT(said.json()["notes"].dump(), HasSubstr("ten"));
  write("t.csv", head + row(1, "10") + row(2, "ten"));
  EXPECT_EQ(run({"run", file, "--strategy", "asap"}).status, 1);
  // A quarter left out is a doubt.
  write("t.csv", head + row(1, "10") + row(2, "ten") + row(3, "20") + row(4, "5"));
  EXPECT_THAT(run({"check", file}).err, HasSubstr("1 of 4 recorded sessions are left out"));
}

TEST_F(Plausible, MetricsAreReadByPrometheus) {
  const Said said =
      run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "1", "--metrics", path("m.prom"), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string text = read_all(path("m.prom"));
  EXPECT_THAT(text, HasSubstr("# TYPE evtwin_kpi gauge\n"));
  EXPECT_THAT(text, HasSubstr("name=\"total_cost\",unit=\"KRW\",site=\"\"} "));
  EXPECT_THAT(
      text,
      HasSubstr("evtwin_events_total{scenario=\"Workplace car park, one week of June\",strategy=\"edf\",seed=\"7\"} " +
                std::to_string(said.json()["events"].get<int>()) + "\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST_F(Plausible, JsonSaysWhatItIs) {
  const std::string file = source_dir + "/scenarios/workplace_week.lua";
  const json document =
      run({"compare", file, "--days", "1", "--strategies", "asap,edf", "--no-bound", "--set", "pv_kw=10", "--json"})
          .json();
  EXPECT_EQ(document["schema"], "evtwin compare/1");
  EXPECT_EQ(document["name"], "Workplace car park, one week of June");
  EXPECT_EQ(document["start"], "2026-06-01T00:00:00+09:00");
  EXPECT_EQ(document["seed"], 7);
  EXPECT_EQ(document["parameters"]["pv_kw"], "10");
  EXPECT_TRUE(document["notes"].is_array());
  EXPECT_TRUE(document["bound_error"].is_null());
  EXPECT_EQ(run({"run", file, "--days", "1", "--json"}).json()["schema"], "evtwin run/1");
  EXPECT_EQ(run({"compare", file, "--days", "1", "--strategies", "asap", "--seeds", "1,2", "--no-bound", "--json"})
                .json()["schema"],
            "evtwin compare/1");
}

TEST_F(Plausible, HelpCompletionAndManPageAreOfTheSameTable) {
  EXPECT_THAT(run({"compare", "x.lua", "--strategis", "asap"}).err, HasSubstr("did you mean --strategies?"));
  EXPECT_THAT(run({"sweep", "run", "x.lua", "--sumary"}).err, HasSubstr("did you mean --summary?"));
  EXPECT_EQ(run({"compare", "x.lua", "--strategis", "asap"}).status, 2);
  const Said bash = run({"completion", "bash"});
  EXPECT_EQ(bash.status, 0);
  EXPECT_THAT(bash.out, HasSubstr("\"sweep run\") words=\"--help"));
  const Said man = run({"man"});
  EXPECT_THAT(man.out, HasSubstr(".SS evtwin sweep run"));
  EXPECT_THAT(man.out, HasSubstr("\\-\\-no\\-bound"));
  EXPECT_THAT(run({"--help"}).out, HasSubstr("Logs of chargers"));
}

// A function of the scenario takes part in compare by itself.
TEST_F(Plausible, TheScenariosOwnFunctionIsCompared) {
  const std::string file =
      scenario("stations = { { name = 'A', evses = 2, kw = 11, phases = 3 } }",
               std::string(arrivals) +
                   "  strategy = function(view) local kw = {} for _, e in ipairs(view.connected) do kw[e.id] = "
                   "e.car_max_kw end return kw end,\n");
  const json all = run({"compare", file, "--days", "1", "--no-bound", "--json"}).json();
  EXPECT_EQ(all["runs"][0]["strategy"], "lua");
  const json named = run({"compare", file, "--days", "1", "--no-bound", "--strategies", "own,asap", "--json"}).json();
  EXPECT_EQ(named["runs"][0]["event_hash"], all["runs"][0]["event_hash"]);
}

}  // namespace
}  // namespace evtwin::testing
