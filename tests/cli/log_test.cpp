// --log, EVTWIN_LOG and --log-file: what the rooms tell, whom, and that nothing else changes by it.
#include <regex>
#include <set>
#include <sstream>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class CommandLog : public Command {
 protected:
  struct Line {
    std::string level, room, text;
  };

  /// Lines of the log among others; a line that only resembles one fails the test.
  static std::vector<Line> lines_of(const std::string& text) {
    static const std::regex form(
        R"( *\d+\.\d{3} (error|warning|info|debug|trace) +(lua|scenario|sessions|ocpp|replay|control|twin|optimise|record|analysis|audit) +(.*))");
    std::vector<Line> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      std::smatch parts;
      if (std::regex_match(line, parts, form)) {
        lines.push_back({parts[1], parts[2], parts[3]});
      } else {
        EXPECT_TRUE(line.starts_with("note: ") || line.starts_with("error: ")) << line;
      }
    }
    return lines;
  }
  static std::set<std::string> rooms_of(const std::vector<Line>& lines) {
    std::set<std::string> rooms;
    for (const Line& line : lines) rooms.insert(line.room);
    return rooms;
  }
  static std::size_t count(const std::vector<Line>& lines, const std::string& words) {
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [&](const Line& line) { return line.text.find(words) != std::string::npos; }));
  }

  Said run_week(std::vector<std::string> more, const std::string& strategy = "edf") const {
    std::vector<std::string> words{"run", week, "--strategy", strategy};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  const std::string week = source_dir + "/scenarios/workplace_week.lua";
};

TEST_F(CommandLog, NothingIsToldUnlessAskedFor) { EXPECT_TRUE(lines_of(run_week({}).err).empty()); }

TEST_F(CommandLog, JsonStaysOneDocumentAndEveryFigureStays) {
  auto quiet = run_week({"--json"}).json();
  const Said said = run_week({"--json", "--log", "trace"});
  ASSERT_EQ(said.status, 0) << said.err;
  auto loud = said.json();
  for (auto* json : {&quiet, &loud}) json->erase("wall_s");
  EXPECT_EQ(loud, quiet);
  const auto lines = lines_of(said.err);
  EXPECT_EQ(count(lines, "event hash " + loud["event_hash"].get<std::string>()), 1U);
  EXPECT_EQ(rooms_of(lines), (std::set<std::string>{"control", "lua", "scenario", "twin"}));
}

// Every event and every decision of the run has its line, no more and no less.
TEST_F(CommandLog, TraceTellsEveryEventAndEveryDecision) {
  const auto lines = lines_of(run_week({"--log", "trace"}).err);
  std::smatch done;
  for (const Line& line : lines) {
    if (std::regex_search(line.text, done, std::regex(R"(done, (\d+) events, (\d+) decisions)"))) {
      EXPECT_EQ(count(lines, "event ") - count(lines, "event hash"), std::stoul(done[1]));
      EXPECT_EQ(count(lines, " car(s), asked "), std::stoul(done[2]));
      return;
    }
  }
  FAIL() << "no line about the end of the run";
}

TEST_F(CommandLog, OneRoomIsHeardAlone) {
  const auto lines = lines_of(run_week({"--log", "control=debug"}).err);
  EXPECT_EQ(rooms_of(lines), std::set<std::string>{"control"});
  EXPECT_EQ(count(lines, "decision 1 of strategy edf"), 1U);
  EXPECT_EQ(count(lines, "digest"), 1U);
  for (const Line& line : lines) EXPECT_NE(line.level, "trace");
}

TEST_F(CommandLog, LevelsOfSeveralRoomsDoNotMix) {
  const auto lines = lines_of(run_week({"--log", "twin=info,scenario=info"}).err);
  EXPECT_EQ(rooms_of(lines), (std::set<std::string>{"scenario", "twin"}));
  for (const Line& line : lines) EXPECT_EQ(line.level, "info") << line.text;
}

TEST_F(CommandLog, LevelsGivenTwiceAddUpAndOneQuestionTwiceIsRefused) {
  const auto lines = lines_of(run_week({"--log", "twin=info", "--log=scenario=info", "--days", "1"}).err);
  EXPECT_EQ(rooms_of(lines), (std::set<std::string>{"scenario", "twin"}));
  for (const auto& [words, text] : std::map<std::vector<std::string>, std::string>{
           {{"--log", "info", "--log", "debug"}, "--log: a level for all rooms is given twice; which one is meant?"},
           {{"--log", "twin=info", "--log", "twin=debug"}, "--log: room twin is named twice; which one is meant?"},
           {{"--log-file", path("a"), "--log-file", path("b")}, "--log-file: is given twice, "},
           {{"--log", ""}, "--log: is given without a value"}}) {
    const Said said = run_week(words);
    EXPECT_EQ(said.status, 2) << text;
    EXPECT_NE(said.err.find(text), std::string::npos) << said.err;
    EXPECT_FALSE(std::filesystem::exists(path("a")));
  }
}

TEST_F(CommandLog, ALinkToNoFileIsKept) {
  std::filesystem::create_symlink("nowhere", path("log"));
  const Said said = run_week({"--log-file", path("log")});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("log: is a link to nowhere, which is not there; the link is kept"), std::string::npos)
      << said.err;
  EXPECT_TRUE(std::filesystem::is_symlink(path("log")));
}

// What a decision's line says is what the run file holds: asked, granted, and the row that bound.
TEST_F(CommandLog, ADecisionThatALimitCutSaysWhichOne) {
  const auto lines = lines_of(run_week({"--log", "control=trace", "--change", "contract_kw=20"}, "asap").err);
  const std::regex cut(R"(.*car\(s\), asked (\d+\.\d+) kW, granted (\d+\.\d+) kW.*, bound by (.+))");
  std::size_t seen = 0;
  for (const Line& line : lines) {
    std::smatch parts;
    if (!std::regex_match(line.text, parts, cut)) continue;
    ++seen;
    EXPECT_GT(std::stod(parts[1]), std::stod(parts[2])) << line.text;
  }
  EXPECT_GT(seen, 0U);
  EXPECT_GT(count(lines, ", limit grid connection"), 0U);
}

// The solvers of lp live in a plugin, which has a copy of the room.
TEST_F(CommandLog, APluginsRoomsAreHeardInThisProcessAndInOneOfTheirOwn) {
  const std::string hash = run_week({"--json", "--days", "1"}, "lp").json()["event_hash"];
  for (const auto& where : {std::vector<std::string>{}, std::vector<std::string>{"--isolate"}}) {
    std::vector<std::string> words{"--log", "optimise=debug", "--json", "--days", "1"};
    words.insert(words.end(), where.begin(), where.end());
    const Said said = run_week(words, "lp");
    const auto lines = lines_of(said.err);
    EXPECT_EQ(rooms_of(lines), std::set<std::string>{"optimise"});
    EXPECT_GT(count(lines, "plan of "), 0U);
    EXPECT_GT(count(lines, " rows, "), 0U);
    EXPECT_EQ(said.json()["event_hash"], hash);
  }
}

TEST_F(CommandLog, TheOptionWinsOverTheEnvironment) {
  const auto with_environment = [&](const char* text, std::vector<std::string> more) {
    std::vector<std::string> words{"run", week, "--days", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words, [text] { setenv("EVTWIN_LOG", text, 1); });
  };
  EXPECT_EQ(rooms_of(lines_of(with_environment("scenario=info", {}).err)), std::set<std::string>{"scenario"});
  EXPECT_EQ(rooms_of(lines_of(with_environment("scenario=info", {"--log", "twin=info"}).err)),
            std::set<std::string>{"twin"});
  EXPECT_TRUE(lines_of(with_environment("trace", {"--log", "off"}).err).empty());
  EXPECT_TRUE(lines_of(with_environment("", {}).err).empty());
  const Said wrong = with_environment("scenrio=info", {});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("EVTWIN_LOG: there is no room 'scenrio'; did you mean scenario?"), std::string::npos)
      << wrong.err;
}

TEST_F(CommandLog, AnUnknownWordIsNamedWithTheNearestAndNothingRuns) {
  for (const auto& [text, words] : std::map<std::string, std::string>{
           {"contrl=debug", "--log: there is no room 'contrl'; did you mean control? There are: lua, scenario, "},
           {"debgu", "--log: there is no level 'debgu'; did you mean debug? There are: off, error, "},
           {"twin", "--log: 'twin' is a room and needs a level, for example twin=debug"}}) {
    const Said said = run_week({"--log", text, "-o", path("a.evtwin")});
    EXPECT_EQ(said.status, 2) << text;
    EXPECT_NE(said.err.find(words), std::string::npos) << said.err;
    EXPECT_TRUE(said.out.empty());
    EXPECT_FALSE(std::filesystem::exists(path("a.evtwin")));
  }
}

TEST_F(CommandLog, AFileTakesTheLinesAndAnExistingOneIsKept) {
  const Said said = run_week({"--log", "twin=info,record=info", "--log-file", path("log"), "-o", path("a.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_TRUE(lines_of(said.err).empty());
  const std::string text = read_all(path("log"));
  EXPECT_EQ(rooms_of(lines_of(text)), (std::set<std::string>{"record", "twin"}));

  const Said again = run_week({"--log", "twin=info", "--log-file", path("log")});
  EXPECT_EQ(again.status, 1);
  EXPECT_NE(again.err.find("log: is there already and is kept"), std::string::npos) << again.err;
  EXPECT_EQ(read_all(path("log")), text);
}

TEST_F(CommandLog, AFileAloneTakesInfo) {
  ASSERT_EQ(run_week({"--log-file", path("log"), "--days", "1"}).status, 0);
  const auto lines = lines_of(read_all(path("log")));
  EXPECT_GT(count(lines, "done, "), 0U);
  for (const Line& line : lines) EXPECT_TRUE(line.level == "info" || line.level == "warning") << line.level;
}

TEST_F(CommandLog, ThreadsOfACompareWriteWholeLines) {
  const Said said = run({"compare", week, "--strategies", "edf,asap,alap", "--threads", "3", "--days", "2", "--log",
                         "twin=trace,analysis=info", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["runs"].size(), 3U);
  const auto lines = lines_of(said.err);
  for (const std::string strategy : {"edf", "asap", "alap"})
    EXPECT_GE(count(lines, "sessions, event hash"), 3U) << strategy;
  EXPECT_GE(count(lines, "bound of "), 1U);
}

TEST_F(CommandLog, AReplayTellsItsFilesAndFrames) {
  const Said said = run(
      {"replay", source_dir + "/scenarios/made_site.log", "--log", "ocpp=info,replay=info,sessions=info", "--json"});
  EXPECT_TRUE(said.json().is_object());
  const auto lines = lines_of(said.err);
  EXPECT_EQ(rooms_of(lines), (std::set<std::string>{"ocpp", "replay", "sessions"}));
  EXPECT_EQ(count(lines, "2333 lines, 2332 frames"), 1U);
  EXPECT_GE(count(lines, "replayed "), 1U);
}

TEST_F(CommandLog, AnAuditAndARecordAreHeard) {
  ASSERT_EQ(run_week({"--days", "1", "-o", path("a.evtwin")}).status, 0);
  const Said said = run({"--log", "audit=info,record=info", "audit", path("a.evtwin")});  // before the command, too
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(rooms_of(lines_of(said.err)), (std::set<std::string>{"audit", "record"}));
}

TEST_F(CommandLog, TheHelpNamesLevelsAndRooms) {
  const std::string help = run({"--help"}).out;
  for (const char* word : {"--log", "EVTWIN_LOG", "off, error, warning, info, debug, trace", "optimise"})
    EXPECT_NE(help.find(word), std::string::npos) << word;
  EXPECT_NE(run({"run", "--help"}).out.find("--log-file"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::testing
