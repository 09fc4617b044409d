// JSON and tables: keys others rely on, nothing hostile on a terminal, columns that line up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/comparison.hpp"
#include "analysis/run_report.hpp"
#include "kernel/text.hpp"
#include "sample_result.hpp"

namespace evtwin::analysis::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

Json sample_json(const twin::World& world) {
  const twin::Result result = sample_result();
  return run_json(world, result, "edf", kpis_of_run(world, result), 0.25);
}

TEST(RunJson, HasTheKeysOthersRelyOn) {
  const Json json = sample_json(sample_world());
  EXPECT_EQ(json["kpi"]["total_cost"], 110.0);
  EXPECT_EQ(json["kpi"].size(), kpi_table().size());
  EXPECT_EQ(json["ledger_imbalance_kwh"], 0.5);
  EXPECT_EQ(json["event_hash"], "0000000000000abc");
  EXPECT_EQ(json["sessions"], 11);
  EXPECT_EQ(json["sessions_left_out"], Json::parse(R"([{"id": "s7", "reason": "arrives after the end"}])"));
  EXPECT_EQ(json["flags"], Json::parse(R"([{"id": "pv.csv", "reason": "row 3 is empty"}])"));
  EXPECT_EQ(json["decisions"], 192);
  EXPECT_EQ(json["corrections"], Json::parse(R"({"min_current": 2, "limit": 4})"));
  EXPECT_EQ(json["wall_s"], 0.25);
  ASSERT_EQ(json["sites"].size(), 2U);
  EXPECT_EQ(json["sites"][1]["name"], "south");
  EXPECT_EQ(json["sites"][1]["kpi"]["total_cost"], 10.0);
}

TEST(RunJson, WhatDoesNotApplyIsNull) {
  const Json json = sample_json(sample_world());
  EXPECT_TRUE(json["sites"][1]["kpi"]["pv_self_use_fraction"].is_null());
  EXPECT_THAT(json_text(json), Not(HasSubstr("nan")));
}

TEST(RunJson, HostileNamesStayJsonAndNeverReachATerminalRaw) {
  twin::World world = sample_world();
  world.flags[0].id = "\x1b[2J\xFF\xC2\x9B\x7F\xE2\x80\xAE\"한글";
  const std::string text = json_text(sample_json(world));
  const Json read = Json::parse(text);
  EXPECT_EQ(read["sessions_left_out"][0]["id"], "\x1b[2J\xEF\xBF\xBD\xC2\x9B\x7F\xE2\x80\xAE\"한글");
  std::string_view rest = text;
  while (!rest.empty()) {
    const kernel::Utf8Character character = kernel::first_character(rest);
    ASSERT_GT(character.bytes, 0U);
    ASSERT_TRUE(character.code == '\n' || !kernel::is_control(character.code));
    rest.remove_prefix(character.bytes);
  }
}

TEST(NumberText, SeparatesThousandsAndShowsNoNegativeZero) {
  EXPECT_EQ(number_text(1234567.0, 0), "1,234,567");
  EXPECT_EQ(number_text(-1234.5, 1), "-1,234.5");
  EXPECT_EQ(number_text(999.999, 2), "1,000.00");
  EXPECT_EQ(number_text(-0.001, 1), "0.0");
  EXPECT_EQ(number_text(std::nan(""), 1), "-");
  EXPECT_EQ(money_text(1234.5, "EUR"), "1,234.50 EUR");
  EXPECT_EQ(money_text(1234.5, "KRW"), "1,234 KRW");  // printf's round half to even
  EXPECT_EQ(money_text(3.0, ""), "3.00");
}

Contender contender(const std::string& strategy, double cost, double delivered_kwh, double objective) {
  Contender one;
  one.strategy = strategy;
  one.kpis = {{"total_cost", -1, cost, "KRW", "", ""},
              {"energy_cost", -1, cost, "KRW", "", ""},
              {"peak_kw", -1, 50.0, "kW", "", ""},
              {"energy_delivered_kwh", -1, delivered_kwh, "kWh", "", ""},
              {"served_fraction", -1, delivered_kwh / 1000.0, "", "", ""},
              {"objective", -1, objective, "KRW", "", ""}};
  one.event_hash = 7;
  return one;
}

std::vector<Contender> three() {
  return {contender("asap", 1'200'000, 1000, 1'200'000), contender("edf", 1'056'000, 1000, 1'056'000),
          contender("lazy", 600'000, 400, 1'900'000)};
}

TEST(Comparison, TableMarksTheBestOfEachColumn) {
  EXPECT_EQ(comparison_table(three(), "KRW", Language::english),
            "strategy  total cost KRW   energy KRW   peak kW   delivered kWh   served %   objective KRW \n"
            "--------  ---------------  -----------  --------  --------------  ---------  --------------\n"
            "asap           1,200,000    1,200,000      50.0         1,000.0*     100.0*      1,200,000 \n"
            "edf            1,056,000    1,056,000      50.0         1,000.0*     100.0*      1,056,000*\n"
            "lazy             600,000*     600,000*     50.0           400.0       40.0       1,900,000 \n");
}

std::vector<Contender> served(std::vector<Contender> contenders, const std::vector<double>& kwh) {
  for (std::size_t i = 0; i < contenders.size(); ++i)
    contenders[i].kpis.push_back({"energy_served_kwh", -1, kwh[i], "kWh", "", ""});
  return contenders;
}

TEST(Comparison, WhoChargesLessIsNotTheCheapest) {
  const std::vector<Contender> runs = served(three(), {1000, 1000, 400});
  EXPECT_EQ(comparison_table(runs, "KRW", Language::english),
            "strategy  total cost KRW   energy KRW   peak kW   delivered kWh   served %   objective KRW \n"
            "--------  ---------------  -----------  --------  --------------  ---------  --------------\n"
            "asap           1,200,000    1,200,000      50.0         1,000.0*     100.0*      1,200,000 \n"
            "edf            1,056,000*   1,056,000*     50.0         1,000.0*     100.0*      1,056,000*\n"
            "lazy             600,000      600,000      50.0           400.0       40.0       1,900,000 \n"
            "Not compared (*): lazy, charging over 0.5 % less than who charges most.\n");
  EXPECT_THAT(comparison_table(runs, "KRW", Language::korean), HasSubstr("비교(*)에서 제외: lazy"));
  const Json json = comparison_json(runs, "KRW");
  EXPECT_EQ(json["runs"][1]["compared_for_cost"], true);
  EXPECT_EQ(json["runs"][2]["compared_for_cost"], false);
}

// What a vehicle still plugged in gets after the end is in the objective, which may be the best, and in no other
// figure.
TEST(Comparison, WhoChargesLaterThanTheEndIsJudgedByTheObjective) {
  std::vector<Contender> runs = served(three(), {1000, 1000, 400});
  runs[2] = served({contender("late", 600'000, 400, 900'000)}, {400})[0];
  runs[2].kpis.push_back({"open_to_come_kwh", -1, 597.0, "kWh", "", ""});
  EXPECT_EQ(comparison_table(runs, "KRW", Language::english),
            "strategy  total cost KRW   energy KRW   peak kW   delivered kWh   served %   objective KRW \n"
            "--------  ---------------  -----------  --------  --------------  ---------  --------------\n"
            "asap           1,200,000    1,200,000      50.0         1,000.0*     100.0*      1,200,000 \n"
            "edf            1,056,000*   1,056,000*     50.0         1,000.0*     100.0*      1,056,000 \n"
            "late             600,000      600,000      50.0           400.0       40.0         900,000*\n"
            "Compared (*) by the objective only: late, whose vehicles still plugged in at the end get the rest later; "
            "what that costs is in no other figure.\n");
  const Json json = comparison_json(runs, "KRW");
  EXPECT_EQ(json["runs"][2]["compared_for_cost"], true);
  EXPECT_EQ(json["runs"][2]["compared_for_bill"], false);
  EXPECT_THAT(comparison_sentences(runs, "KRW", Language::english),
              HasSubstr("but delivers 600.0 kWh less by the end, 597.0 kWh of which vehicles still plugged in can get "
                        "later (open cost)."));
  // Half of it too late: it serves less.
  runs[2].kpis.back().value = 300.0;
  EXPECT_EQ(comparison_json(runs, "KRW")["runs"][2]["compared_for_cost"], false);
  EXPECT_THAT(comparison_table(runs, "KRW", Language::english), HasSubstr("Not compared (*): late,"));
}

TEST(Comparison, WithoutAPriceOfUnmetEnergyRegretIsBlankAndSaysWhy) {
  std::vector<Contender> runs = three();
  for (Contender& run : runs) {
    run.kpis.push_back({"bound", -1, 0.0, "KRW", "", ""});
    run.kpis.push_back({"regret", -1, std::nan(""), "KRW", "", ""});
  }
  const std::string text = comparison_table(runs, "KRW", Language::english);
  EXPECT_THAT(text, HasSubstr("unmet_price_per_kwh is 0"));
  EXPECT_THAT(text, Not(HasSubstr("regret KRW")));
}

TEST(Comparison, KoreanColumnsLineUpOnATerminal) {
  std::istringstream lines(comparison_table(three(), "KRW", Language::korean));
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr("총비용"));
  const std::size_t width = kernel::display_width(line);
  while (std::getline(lines, line)) EXPECT_EQ(kernel::display_width(line), width) << line;
}

TEST(Comparison, SentencesSayWhatASavingCosts) {
  EXPECT_EQ(comparison_sentences(three(), "KRW", Language::english),
            "edf costs 12.0 % less than asap (144,000 KRW) and delivers as much energy.\n"
            "lazy costs 50.0 % less than asap (600,000 KRW) but delivers 600.0 kWh less.\n");
  EXPECT_EQ(comparison_sentences(three(), "KRW", Language::korean),
            "edf: asap보다 비용이 12.0 % 적고 (144,000 KRW) 충전량은 같습니다.\n"
            "lazy: asap보다 비용이 50.0 % 적고 (600,000 KRW) 충전량은 600.0 kWh 적습니다.\n");
}

TEST(Comparison, FreeEnergyHasNoPercentage) {
  const std::vector<Contender> free{contender("asap", 0, 1000, 0), contender("edf", 0, 1000, 0),
                                    contender("b", 5, 1000, 5)};
  EXPECT_EQ(comparison_sentences(free, "KRW", Language::english),
            "edf costs the same as asap and delivers as much energy.\n"
            "b costs more than asap (5 KRW) and delivers as much energy.\n");
}

TEST(Comparison, AFailedStrategyIsShownAndDoesNotHideTheOthers) {
  std::vector<Contender> runs = three();
  runs[1] = {};
  runs[1].strategy = "bad\x1b[2J";
  runs[1].error = "returned NaN";
  EXPECT_THAT(comparison_table(runs, "KRW", Language::english), HasSubstr("bad\\x1B[2J: returned NaN\n"));
  EXPECT_THAT(comparison_sentences(runs, "KRW", Language::english), HasSubstr("lazy costs"));
  const Json json = comparison_json(runs, "KRW");
  EXPECT_TRUE(json["runs"][1]["event_hash"].is_null());
  EXPECT_EQ(json["runs"][1]["error"], "returned NaN");
}

TEST(Comparison, JsonHasTheKeysOthersRelyOn) {
  const Json json = comparison_json(three(), "KRW");
  ASSERT_EQ(json["runs"].size(), 3U);
  EXPECT_EQ(json["runs"][1]["strategy"], "edf");
  EXPECT_EQ(json["runs"][1]["kpi"]["total_cost"], 1'056'000.0);
  EXPECT_EQ(json["runs"][1]["objective"], 1'056'000.0);
  EXPECT_TRUE(json["runs"][1]["regret"].is_null());
  EXPECT_EQ(json["runs"][1]["event_hash"], "0000000000000007");
}

TEST(KpiTable, IsForPeople) {
  const std::vector<Kpi> all = kpis_of_run(sample_world(), sample_result());
  const std::string text = kpi_table_text(all, Language::english);
  EXPECT_THAT(text, HasSubstr("110.00 EUR"));
  EXPECT_THAT(text, HasSubstr("95.0 %"));
  EXPECT_THAT(kpi_table_text(all, Language::korean), HasSubstr("전기요금 합계"));
}

}  // namespace
}  // namespace evtwin::analysis::test
