// evtwin replay and evtwin check on OCPP logs, from outside.
#include <gmock/gmock.h>

#include "command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Replay : public Command {
 protected:
  /// One transaction of 7 kWh in an hour, at a station of that name.
  static std::string one_transaction(const std::string& station = "CP1", const std::string& tag = "TAG1") {
    const std::string head = "2025-06-02 08:00:00,000 - ocpp - INFO - " + station + ": ";
    const std::string later = "2025-06-02 09:00:00,000 - ocpp - INFO - " + station + ": ";
    return head + R"(receive message [2,"a","StartTransaction",{"connectorId":1,"idTag":")" + tag +
           R"(","meterStart":1000,"timestamp":"2025-06-02T08:00:00Z"}])" + "\n" + head +
           R"(send [3,"a",{"transactionId":1,"idTagInfo":{"status":"Accepted"}}])" + "\n" + later +
           R"(receive message [2,"b","StopTransaction",{"transactionId":1,"meterStop":8000,)" +
           R"("timestamp":"2025-06-02T09:00:00Z"}])" + "\n" + later + R"(send [3,"b",{}])" + "\n";
  }
  static std::string site(const std::string& stations) {
    return "return scenario { start = '2025-01-01', days = 1, timezone = 'Asia/Seoul', site { stations = { " +
           stations + " } }, arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 5, stay_h = 1 } }";
  }
};

TEST_F(Replay, TellsWhatWasReadAndHowCloselyTheTwinReproducesIt) {
  const Said said = run({"replay", write("site.log", one_transaction()), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json["frames"]["call"], 2);
  EXPECT_EQ(json["frames"]["result"], 2);
  EXPECT_EQ(json["frames"]["undecodable"], 0);
  EXPECT_EQ(json["actions"]["StartTransaction"], 1);
  EXPECT_EQ(json["transactions"], 1);
  EXPECT_DOUBLE_EQ(json["kwh"], 7.0);
  EXPECT_EQ(json["clock_offset_s"], 0.0);
  EXPECT_EQ(json["sessions"], 1);
  EXPECT_TRUE(json["scores"].contains("session_energy_mape"));
  EXPECT_EQ(json["transaction_list"][0]["stop_reason"], "Local");
  EXPECT_EQ(json["event_hash"].get<std::string>().size(), 16U);
  EXPECT_FALSE(json["assumptions"].empty());
}

TEST_F(Replay, WritesRunFileCertificateAndASiteThatGivesTheSameReplay) {
  const std::string log = write("site.log", one_transaction());
  const Said made = run({"replay", log, "--json", "--out", path("r.evtwin"), "--certificate", path("c.html"),
                         "--write-site", path("site.lua")});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(run({"check", path("r.evtwin")}).status, 0);
  EXPECT_EQ(run({"check", path("site.lua")}).status, 0);
  EXPECT_THAT(read_all(path("c.html")), HasSubstr("<html"));
  const auto rows = query(path("r.evtwin"), "select round(sum(energy_kwh), 6) as kwh from power");
  EXPECT_EQ(rows[0].at("kwh"), "7.0");
  const Said again = run({"replay", log, "--json", "--site", path("site.lua")});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.json()["event_hash"], made.json()["event_hash"]);
  EXPECT_EQ(run({"replay", log, "--out", path("site.lua")}).status, 1) << "a scenario is no run file to write over";
}

// What the viewer and the report show of the verdict is the command's own.
TEST_F(Replay, VerdictOfTheRunFileIsTheCommands) {
  const std::string made = source_dir + "/scenarios/made_site";
  for (const auto& [log, site] :
       {std::pair{write("site.log", one_transaction()), std::string()}, std::pair{made + ".log", made + ".lua"}}) {
    std::vector<std::string> replay{"replay", log, "--out", path("r.evtwin")};
    if (!site.empty()) replay.insert(replay.end(), {"--site", site});
    const Said text = run(replay);
    replay.push_back("--json");
    const Said json = run(replay);
    ASSERT_EQ(json.status, 0) << json.err;
    const auto row = query(path("r.evtwin"), "select * from certificate").at(0);
    EXPECT_EQ(row.at("verdict"), json.json()["verdict"]);
    EXPECT_THAT(text.out, HasSubstr("Verdict: " + row.at("sentence")));
    for (const auto& score : query(path("r.evtwin"), "select name, told from score"))
      EXPECT_EQ(score.at("told"), json.json()["scores"][score.at("name")]["told"]) << score.at("name");
  }
  EXPECT_EQ(query(path("r.evtwin"), "select verdict from certificate").at(0).at("verdict"), "pass");
}

TEST_F(Replay, AGateThatIsNotMetIsStatusThree) {
  const std::string log = write("site.log", one_transaction());
  EXPECT_EQ(run({"replay", log, "--gate", "pass"}).status, 3) << "one session is no evidence";
  EXPECT_EQ(run({"replay", log, "--gate", "best"}).status, 2);
}

TEST_F(Replay, ALogWithoutATransactionIsCountedAndNothingIsWritten) {
  const std::string log =
      write("site.log", "2025-06-02 08:00:00,000 - ocpp - INFO - CP1: receive message [2,\"1\",\"Heartbeat\",{}]\n");
  const Said said = run({"replay", log, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["transactions"], 0);
  EXPECT_EQ(said.json()["actions"]["Heartbeat"], 1);
  EXPECT_TRUE(said.json()["event_hash"].is_null());
  const Said written = run({"replay", log, "--out", path("r.evtwin")});
  EXPECT_EQ(written.status, 1);
  EXPECT_THAT(written.err, HasSubstr("no whole transaction"));
  EXPECT_FALSE(std::filesystem::exists(path("r.evtwin")));
}

TEST_F(Replay, ASiteWithoutTheLogsEvsesIsRefusedNamingBoth) {
  const std::string log = write("site.log", one_transaction());
  const std::string lua = write("site.lua", site("{ name = 'X', evses = 3, kw = 7 }"));
  const Said said = run({"replay", log, "--site", lua});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("CP1-1"));
  EXPECT_THAT(said.err, HasSubstr("X-3"));
}

TEST_F(Replay, ASiteWithAsManyEvsesIsTakenInOrderAndSaysSo) {
  const std::string log = write("site.log", one_transaction());
  const Said said =
      run({"replay", log, "--json", "--site", write("site.lua", site("{ name = 'X', evses = 1, kw = 7 }"))});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("CP1-1 = X-1"));
}

TEST_F(Replay, HostileTextReachesNoTerminalAndNoPage) {
  const std::string log = write("site.log", one_transaction("A\x1b[2J\x07", "<script>alert(1)</script>"));
  const Said said = run({"replay", log, "--certificate", path("c.html")});
  ASSERT_EQ(said.status, 0) << said.err;
  for (const std::string& text : {said.out, said.err, read_all(path("c.html"))}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  }
}

TEST_F(Replay, CheckKnowsALogByWhatItHolds) {
  const Said said = run({"check", write("anything.txt", one_transaction())});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("an OCPP log: 4 frames, 1 transactions (1 whole, 7.000 kWh)"));
  const Said none = run({"check", write("other.log", "nothing here\n")});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no OCPP"));
}

TEST_F(Replay, TheWordOcppPutsALogIntoAScenario) {
  write("site.log", one_transaction());
  const std::string lua = write("own.lua", R"(return scenario {
    start = "from_sessions", days = "from_sessions", timezone = "UTC",
    site { stations = from_ocpp("site.log", { kw = 7.4 }) },
    arrivals = ocpp "site.log", strategy = "asap" })");
  const Said said = run({"run", lua, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_DOUBLE_EQ(said.json()["kpi"]["energy_delivered_kwh"], 7.0);
  const std::string outside = write("bad.lua", R"(return scenario { start = "2025-06-02", days = 1, timezone = "UTC",
    site { stations = { { name = "CP1", evses = 1, kw = 7 } } }, arrivals = ocpp "../site.log" })");
  EXPECT_EQ(run({"run", outside}).status, 1);
}

}  // namespace
}  // namespace evtwin::testing
