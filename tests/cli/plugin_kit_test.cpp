// What the author of a strategy lives with: from a run to a decision, decisions and checks of scripts, ids that hide
// others, several scenarios on several seeds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/command.hpp"
#include "cli/stranger_threads.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

/// A strategy in Lua that remembers: every second decision it gives nothing.
constexpr const char* remembering = R"(local asked = 0
return strategy { id = "turns", decide = function(view)
  asked = asked + 1
  local kw = {}
  for _, evse in ipairs(view.connected) do kw[evse.id] = asked % 2 == 0 and evse.car_max_kw or 0 end
  return kw
end })";

class PluginKit : public Command {
 protected:
  const std::string week_ = source_dir + "/scenarios/workplace_week.lua";

  std::string run_of(const std::string& strategy, const std::string& scenario, const std::string& days) const {
    const Said said =
        run({"run", scenario, "--days", days, "--strategy", strategy, "-o", path("run.evtwin"), "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return path("run.evtwin");
  }
  /// Set-points that an answer asks for, those of EVSEs that were left as they are included.
  static std::map<std::string, double> asked(const nlohmann::json& answer) {
    std::map<std::string, double> kw;
    for (const char* kind : {"evse_kw", "storage_kw"}) {
      for (const auto& [id, value] : answer.at(kind).items()) {
        if (!value.is_null()) kw[id] = value.get<double>();
      }
    }
    return kw;
  }
};

TEST_F(PluginKit, AScriptIsNamedWithItsFileAlsoWhereTheHostSpeaks) {
  write("hurried.lua",
        R"(return strategy { id = "hurried", decide = function() return {}, { wake_in_h = 1e-13 } end })");
  const Said said = run({"run", week_, "--days", "1", "--strategy", path("hurried.lua")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("strategy hurried (" + path("hurried.lua") + ":1): decide asked 1001 times"));
}

// What the run file has of a decision is a second witness: the set-points that were new in it.
TEST_F(PluginKit, ADecisionOfARunIsAnsweredAsItWasWithTheSetPointsOfTheRunFile) {
  for (const char* strategy : {"edf", "price-threshold"}) {
    const std::string file = run_of(strategy, week_, "1");
    const auto rows =
        query(file,
              "SELECT d.number AS number, count(*) AS n FROM decision d JOIN setpoint s ON s.decision = d.id "
              "GROUP BY d.id ORDER BY n DESC, d.number LIMIT 2");
    ASSERT_EQ(rows.size(), 2U);
    for (const auto& row : rows) {
      const std::string number = row.at("number");
      const Said said = run({"export", file, "--decision", number, "--request", path(number + strategy + ".json")});
      ASSERT_EQ(said.status, 0) << said.err;
      EXPECT_THAT(said.err, HasSubstr("answers as it did"));
      const Said answer = run({"decide", path(number + strategy + ".json"), "--strategy", strategy});
      ASSERT_EQ(answer.status, 0) << answer.err;
      const auto kw = asked(answer.json());
      for (const auto& set : query(
               file,
               "SELECT coalesce(e.name, t.name) AS id, printf('%.17g', s.kw) AS kw FROM setpoint s JOIN decision d ON "
               "s.decision = d.id LEFT JOIN evse e ON e.id = s.evse LEFT JOIN storage t ON t.id = "
               "s.storage WHERE d.number = " +
                   number)) {
        ASSERT_TRUE(kw.contains(set.at("id"))) << set.at("id");
        EXPECT_DOUBLE_EQ(kw.at(set.at("id")), std::stod(set.at("kw"))) << strategy << ", decision " << number;
      }
    }
  }
}

TEST_F(PluginKit, ADecisionByItsTimeIsThatOfItsNumber) {
  const std::string file = run_of("edf", week_, "1");
  const Said by_time = run({"export", file, "--at", "2026-06-01 10:00"});
  ASSERT_EQ(by_time.status, 0) << by_time.err;
  const std::uint64_t before = by_time.json().at("decision_number").get<std::uint64_t>();
  const Said by_number = run({"export", file, "--decision", std::to_string(before + 1)});
  EXPECT_EQ(by_time.out, by_number.out);
  EXPECT_EQ(by_time.json().at("now"), "2026-06-01T10:00:00+09:00");
  const Said late = run({"export", file, "--decision", "100000"});
  EXPECT_EQ(late.status, 1);
  EXPECT_THAT(late.err, HasSubstr("decisions; the first is --decision 1"));
}

TEST_F(PluginKit, WhatIsOfADecisionIsRefusedWithoutOne) {
  for (const std::vector<std::string>& alone :
       {std::vector<std::string>{"--site", "A"}, {"--request", path("r.json")}}) {
    for (const char* others : {"--sessions", "--ocpp"}) {
      const Said said = run({"export", "any.evtwin", others, path("out"), alone[0], alone[1]});
      EXPECT_EQ(said.status, 2);
      EXPECT_EQ(said.err, alone[0] + " requires --decision or --at\nRun with --help for more information.\n");
    }
  }
}

TEST_F(PluginKit, OneThatRemembersGetsAllRequestsUpToThere) {
  const std::string lua = write("turns.lua", remembering);
  const std::string file = run_of(lua, week_, "1");
  const Said said = run({"export", file, "--decision", "60", "--request", path("60.jsonl")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("it remembers what it saw before"));
  const std::string lines = read_all(path("60.jsonl"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 60);
  const Said answers = run({"decide", path("60.jsonl"), "--lines", "--strategy", lua});
  ASSERT_EQ(answers.status, 0) << answers.err;
  const std::size_t last = answers.out.rfind('\n', answers.out.size() - 2);
  double most_kw = 0.0;
  for (const auto& [id, kw] : asked(nlohmann::json::parse(answers.out.substr(last + 1))))
    most_kw = std::max(most_kw, kw);
  EXPECT_GT(most_kw, 0.0);  // the sixtieth is an even one
}

TEST_F(PluginKit, WhereARunFailedTheRequestIsThereAndDecideFailsAlike) {
  const std::string animal = paths::zoo_dir + "/throws_in_decide.so";
  const Said failed = run({"run", week_, "--days", "1", "--strategy", animal, "-o", path("run.evtwin")});
  ASSERT_EQ(failed.status, 1);
  const std::string mark = "(decision ";
  const std::size_t at = failed.err.find(mark);
  ASSERT_NE(at, std::string::npos) << failed.err;
  const std::string number = std::to_string(std::stoul(failed.err.substr(at + mark.size())));
  const Said said = run({"export", path("run.evtwin"), "--decision", number, "--request", path("r.json")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("fails there: strategy throws-in-decide"));
  const Said again = run({"decide", path("r.json"), "--strategy", animal});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("decide failed: the solver gave up"));
}

// The strategy on disk gives half from decision 46 on: decision 60 of the run is answered otherwise, and its request is
// that of the run all the same: what cars had got by then is what the recorded set-points gave them.
TEST_F(PluginKit, AStrategyThatWasRebuiltSinceIsComparedWithWhatTheRunFileHas) {
  const auto giving = [](const std::string& kw) {
    return "return strategy { id = \"giver\", decide = function(view)\n  local kw = {}\n  for _, e in "
           "ipairs(view.connected) do kw[e.id] = " +
           kw + " end\n  return kw\nend }";
  };
  const std::string lua = write("giver.lua", giving("e.car_max_kw"));
  const std::string file = run_of(lua, week_, "1");
  const Said as_it_was = run({"export", file, "--decision", "60"});
  EXPECT_EQ(as_it_was.status, 0) << as_it_was.err;
  EXPECT_THAT(as_it_was.err, HasSubstr("answers as it did"));
  EXPECT_EQ(as_it_was.err.find("another build"), std::string::npos);

  write("giver.lua", giving("e.car_max_kw * (view.decision_number >= 45 and 0.5 or 1)"));
  const Said other = run({"export", file, "--decision", "60"});
  EXPECT_EQ(other.status, 3);
  EXPECT_THAT(other.err, HasSubstr("answers otherwise than recorded (for "));
  EXPECT_THAT(other.err, HasSubstr("another build than the recorded one"));
  EXPECT_THAT(other.err, HasSubstr("otherwise than recorded from decision 46 on"));
  EXPECT_EQ(other.out, as_it_was.out);
  const Said before = run({"export", file, "--decision", "45"});
  EXPECT_EQ(before.status, 0) << before.err;
  EXPECT_THAT(before.err, HasSubstr("answers as it did"));

  write("giver.lua", giving("view.decision_number == 59 and error('no more') or e.car_max_kw"));
  const Said failing = run({"export", file, "--decision", "60"});
  EXPECT_EQ(failing.status, 3);
  EXPECT_THAT(failing.err, HasSubstr("fails there, where the recorded run went on"));

  write("giver.lua", "local n = 0 " + giving("(function() n = n + 1 return e.car_max_kw end)()"));
  EXPECT_EQ(run({"export", file, "--decision", "60"}).status, 0);
}

TEST_F(PluginKit, OfARunThatFailedIsSaidWhatIsTrueOfTheCommand) {
  const std::string plugin = path("mine.so");
  const auto build = [&](const std::string& animal) {
    std::filesystem::copy_file(paths::zoo_dir + "/" + animal + ".so", plugin,
                               std::filesystem::copy_options::overwrite_existing);
  };
  build("throws_in_decide");
  const Said failed = run({"run", week_, "--days", "1", "--strategy", plugin, "-o", path("run.evtwin")});
  ASSERT_EQ(failed.status, 1);
  const std::string mark = "(decision ";
  const std::size_t number = std::stoul(failed.err.substr(failed.err.find(mark) + mark.size()));
  const Said beyond = run({"export", path("run.evtwin"), "--decision", std::to_string(number + 1)});
  EXPECT_EQ(beyond.status, 1);
  EXPECT_THAT(beyond.err, HasSubstr("has " + std::to_string(number) + " decisions, and failed in the last"));
  const Said before = run({"export", path("run.evtwin"), "--decision", std::to_string(number - 1)});
  EXPECT_THAT(before.err, HasSubstr("answers as it did"));

  // Rebuilt, it does not fail: neither does the command, and nothing else is said.
  build("prints");
  const Said mended =
      run({"export", path("run.evtwin"), "--decision", std::to_string(number), "--request", path("m.json")});
  EXPECT_EQ(mended.status, 3);
  EXPECT_THAT(mended.err, HasSubstr("does not fail there, as the recorded run did"));
  EXPECT_EQ(run({"decide", path("m.json"), "--strategy", plugin}).status, 0);
  EXPECT_EQ(run({"export", path("run.evtwin"), "--decision", std::to_string(number + 1)}).status, 1);

  // One that counts fails only after what it was asked before: the command that is printed does.
  const std::string lua = write("counts.lua", R"(local asked = 0
return strategy { id = "counts", decide = function(view)
  asked = asked + 1
  if asked == 30 then error("thirty") end
  return {}
end })");
  ASSERT_EQ(run({"run", week_, "--days", "1", "--strategy", lua, "-o", path("counted.evtwin")}).status, 1);
  const Said counted = run({"export", path("counted.evtwin"), "--decision", "30", "--request", path("30.jsonl")});
  EXPECT_EQ(counted.status, 0) << counted.err;
  EXPECT_THAT(counted.err, HasSubstr("decide --lines "));
  EXPECT_THAT(counted.err, HasSubstr("fails there, in its last line"));
  const Said again = run({"decide", path("30.jsonl"), "--lines", "--strategy", lua});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("line 30: "));
}

TEST_F(PluginKit, EveryDecisionOfAScenarioWithFeedersAndV2gIsSaidInFull) {
  const std::string file = run_of("llf", source_dir + "/scenarios/dc_v2g.lua", "1");
  for (const char* number : {"20", "50", "80"}) {
    const Said said = run({"export", file, "--decision", number});
    ASSERT_EQ(said.status, 0) << said.err;
    EXPECT_THAT(said.err, HasSubstr("answers as it did"));
  }
}

// ---- Scripts. ----

TEST_F(PluginKit, AScriptIsAskedAndCheckedAsPluginsAre) {
  const std::string example = write("r.json", run({"decide", "--example"}).out);
  const std::string good = write("good.lua", R"(return strategy { id = "good",
    params = { { id = "share", min = 0, max = 1, default = 1, help = "of what a car can take" } },
    decide = function(view, params)
      local kw = {}
      for _, evse in ipairs(view.connected) do kw[evse.id] = params.share * evse.car_max_kw end
      return kw
    end })");
  const Said answer = run({"decide", example, "--strategy", good + ":share=0.5"});
  ASSERT_EQ(answer.status, 0) << answer.err;
  const Said full = run({"decide", example, "--strategy", good});
  EXPECT_EQ(full.json().at("strategy"), "good");
  for (const auto& [id, kw] : asked(answer.json())) EXPECT_DOUBLE_EQ(2.0 * kw, asked(full.json()).at(id)) << id;

  const Said checked =
      run({"plugin", "check", good, "--json", "--skip", sanitized ? "late,week,timing" : "late,timing"});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  std::set<std::string> names;
  const auto report = checked.json();
  for (const auto& check : report.at("checks")) names.insert(check.at("name").get<std::string>());
  EXPECT_TRUE(names.contains("answers") && names.contains("parameter-values") && names.contains("repeatable"));
}

TEST_F(PluginKit, AScriptThatIsWrongFailsTheCheckThatLooksForIt) {
  const auto body = [](const std::string& text) {
    return "return strategy { id = \"bad\", decide = function(view) local kw = {} " + text + " return kw end }";
  };
  for (const auto& [text, check, words] :
       {std::tuple{"kw[view.evses[1].id] = 5", "empty-views", "nil"},
        std::tuple{"for _, e in ipairs(view.connected) do kw[e.id] = 1e6 end", "answers", "1e+06 kW for EVSE"},
        std::tuple{"", "week", "left their cars at 0 kW"}}) {
    const Said said = run({"plugin", "check", write("bad.lua", body(text)), "--only", check, "--json"});
    EXPECT_EQ(said.status, 3) << text << said.err;
    EXPECT_THAT(said.json().at("checks")[0].at("why").get<std::string>(), HasSubstr(words));
  }
}

// ---- Choosing checks. ----

TEST_F(PluginKit, ChecksAreChosenByNameAndRowsComeInOrder) {
  const std::string animal = paths::zoo_dir + "/late_reports.so";
  const Said chosen = run({"plugin", "check", animal, "--only", "answers,info"});
  EXPECT_EQ(chosen.status, 0) << chosen.out;
  EXPECT_LT(chosen.out.find("info "), chosen.out.find("answers "));
  EXPECT_EQ(chosen.out.find("late "), std::string::npos);
  const Said misspelt = run({"plugin", "check", animal, "--skip", "anwsers"});
  EXPECT_EQ(misspelt.status, 1);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean answers?"));
}

TEST_F(PluginKit, WantOfTimeIsNoWrongAnswer) {
  const Said said =
      run({"plugin", "check", paths::zoo_dir + "/loops.so", "--only", "answers", "--call-limit-s", "0.2", "--json"});
  EXPECT_EQ(said.status, 3);
  const auto check = said.json().at("checks").back();
  EXPECT_TRUE(check.at("slow").get<bool>());
  EXPECT_THAT(check.at("why").get<std::string>(), HasSubstr("within 0.2 s of CPU time"));
  const Said wrong = run({"plugin", "check", paths::zoo_dir + "/answers_huge.so", "--only", "answers", "--json"});
  EXPECT_FALSE(wrong.json().at("checks").back().contains("slow"));
}

// ---- Ids that hide others. ----

TEST_F(PluginKit, AStrategyThatHidesAShippedOneIsToldAndTheYardstickStays) {
  const std::string folder = path("mine");
  std::filesystem::create_directory(folder);
  std::filesystem::copy_file(paths::plugin_dir + "/baseline.so", folder + "/baseline.so");
  const auto with_path = [&](const std::vector<std::string>& words) {
    return run(words, [&] { setenv("EVTWIN_PLUGIN_PATH", folder.c_str(), 1); });
  };
  const Said said = with_path({"run", week_, "--days", "1", "--strategy", "edf"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("note: edf is that of " + folder + "/baseline.so; it hides evtwin's own"));
  const Said all =
      with_path({"compare", week_, "--days", "1", "--threads", stranger_threads, "--strategies", "asap,edf", "--json"});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_EQ(run({"run", week_, "--days", "1", "--strategy", "edf"}).err.find("hides"), std::string::npos);
}

// ---- Better, or lucky? ----

TEST_F(PluginKit, BenchTellsAStrategyFromItselfAndFromAWorseOne) {
  const Said said = run(
      {"plugin", "bench", "asap", "--against", "edf", "--seeds", "1..3", "--days", "1", "--scenario", week_, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto rows = said.json().at("scenarios")[0].at("rows");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("strategy"), "edf");
  // asap is what the share is counted from; and what compare says over the same seeds is said here.
  EXPECT_NEAR(rows[1].at("saving_share").at("mean").get<double>(), 0.0, 1e-12);
  const Said compared = run({"compare", week_, "--strategies", "edf,asap", "--seeds", "1..3", "--days", "1", "--json"});
  double sum = 0.0;
  const auto report = compared.json();
  for (const auto& one : report.at("runs")) {
    if (one.at("strategy") == "edf") sum += one.at("kpi").at("saving_share").get<double>() / 3.0;
  }
  EXPECT_NEAR(rows[0].at("saving_share").at("mean").get<double>(), sum, 1e-12);
  EXPECT_LT(rows[1].at("less_than_reference_percent").at("mean").get<double>(), 0.0);
  EXPECT_EQ(run({"plugin", "bench", "edf", "--seeds", "x"}).status, 2);
}

// One that gives a car the least that it takes, for an hour: far less than who serves most, whatever it costs. The
// verdict says so from either side, and never "open".
TEST_F(PluginKit, BenchDoesNotCallOneOpenThatServesFarLess) {
  const std::string sips = write("sips.lua", R"(return strategy { id = "sips", decide = function(view)
  local kw = {}
  for _, e in ipairs(view.connected) do kw[e.id] = e.got_kwh < 1 and e.car_max_kw or 0 end
  return kw
end })");
  const std::vector<std::string> on{"--seeds", "1..3", "--days", "2", "--scenario", week_};
  const auto bench = [&](std::vector<std::string> words, bool json) {
    words.insert(words.begin(), {"plugin", "bench"});
    words.insert(words.end(), on.begin(), on.end());
    if (json) words.emplace_back("--json");
    return run(words);
  };
  const auto less = bench({sips}, true).json().at("scenarios")[0].at("rows");
  ASSERT_LT(less[1].at("served_fraction").get<double>(), 0.9 * less[0].at("served_fraction").get<double>());
  EXPECT_THAT(less[1].at("verdict").get<std::string>(), ::testing::EndsWith("serves less"));
  EXPECT_EQ(less[1].at("serves_less"), 3);
  const auto more = bench({"edf", "--against", sips}, true).json().at("scenarios")[0].at("rows");
  EXPECT_THAT(more[1].at("verdict").get<std::string>(), ::testing::EndsWith("serves more"));
  EXPECT_EQ(more[1].at("serves_more"), 3);
  const Said table = bench({sips}, false);
  EXPECT_THAT(table.out, HasSubstr("Serves less: over 0.5 % less energy than who serves most"));
  EXPECT_EQ(table.out.find(" open\n"), std::string::npos) << table.out;
}

// At busy_street cars find no EVSE: the figures of the runs themselves are the second witness.
TEST_F(PluginKit, BenchShowsWhoWasTurnedAwayAndSaysWhyThereIsNoShareOfTheSaving) {
  const std::string street = source_dir + "/scenarios/busy_street.lua",
                    meter = source_dir + "/scenarios/half_hour_meter.lua";
  const std::vector<std::string> words{"plugin", "bench", "asap",       "--seeds",           "1..2",
                                       "--days", "2",     "--scenario", street + "," + meter};
  const Said said = run(words);
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("turned away"));
  EXPECT_THAT(said.out, HasSubstr("busy_street: Share of saving without seeds 1, 2: no bound was found."));
  EXPECT_THAT(said.out, HasSubstr("half_hour_meter: Share of saving is blank: unmet energy has no price"));
  EXPECT_THAT(said.err, HasSubstr("note: busy_street: no bound with seeds 1, 2"));

  auto as_json = words;
  as_json.emplace_back("--json");
  const auto row = run(as_json).json().at("scenarios")[0].at("rows")[0];
  double away = 0.0;
  for (const char* seed : {"1", "2"})
    away += run({"run", street, "--days", "2", "--seed", seed, "--strategy", "edf", "--json"})
                .json()
                .at("kpi")
                .at("turned_away")
                .get<double>() /
            2.0;
  EXPECT_GT(away, 0.0);
  EXPECT_DOUBLE_EQ(row.at("turned_away").get<double>(), away);
}

// What the guide and the READMEs of the templates say of the plan to start from: 3.7 % less than edf, 3.0 to 4.3, in
// ten seeds of ten, and half of what could be saved.
/// A text as it is read, on one line: Markdown breaks lines where it likes.
std::string unbroken(const std::string& file) {
  std::istringstream words(read_all(file));
  std::string text, word;
  while (words >> word) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST_F(PluginKit, ThePlanToStartFromSavesWhatTheGuideSays) {
  const Said made = run({"plugin", "new", "by-lua", "--lang", "lua"}, [&] {
    if (chdir(path("").c_str()) != 0) _exit(9);
  });
  ASSERT_EQ(made.status, 0) << made.err;
  const Said said = run({"plugin", "bench", path("by-lua/by-lua.lua"), "--scenario", week_, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto rows = said.json().at("scenarios")[0].at("rows");
  const auto less = rows[1].at("less_than_reference_percent");
  const auto rounded = [](const nlohmann::json& number) { return std::round(number.get<double>() * 10.0) / 10.0; };
  const std::string guide = unbroken(source_dir + "/plugins/README.md");
  EXPECT_THAT(guide,
              HasSubstr(fmt::format("It costs {:.1f} % less than `edf` there (95 % interval {:.1f} to {:.1f})",
                                    rounded(less.at("mean")), rounded(less.at("low")), rounded(less.at("high")))));
  for (const char* readme : {"/plugins/template/cpp/README.md", "/plugins/template/lua/README.md"})
    EXPECT_THAT(unbroken(source_dir + readme),
                HasSubstr(fmt::format("costs {:.1f} % less than `edf` (ten seeds; 95 % interval {:.1f} to {:.1f})",
                                      rounded(less.at("mean")), rounded(less.at("low")), rounded(less.at("high")))));
  EXPECT_EQ(rows[1].at("cheaper"), 10);
  EXPECT_EQ(rows[1].at("serves_less"), 0);
  for (const auto& [row, name] : {std::pair{1, "it closes "}, std::pair{0, "`edf` "}}) {
    const double share = 100.0 * rows[static_cast<std::size_t>(row)].at("saving_share").at("mean").get<double>();
    EXPECT_THAT(guide, HasSubstr(fmt::format("{}{:.0f} %", name, share)));
  }
}

TEST_F(PluginKit, BenchSaysInWhichScenarioASeedFailed) {
  const Said said =
      run({"plugin", "bench", paths::zoo_dir + "/throws_in_decide.so", "--seeds", "1..2", "--days", "1", "--threads",
           stranger_threads, "--scenario", week_ + "," + source_dir + "/scenarios/dc_v2g.lua"});
  EXPECT_EQ(said.status, 1);
  for (const char* line :
       {"error: workplace_week: seed 1: throws-in-decide: ", "error: dc_v2g: seed 2: throws-in-decide: "})
    EXPECT_THAT(said.err, HasSubstr(line));
  EXPECT_THAT(said.out, HasSubstr("fails in 2 of 2"));
}

}  // namespace
}  // namespace evtwin::testing
