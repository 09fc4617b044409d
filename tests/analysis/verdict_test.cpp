// The verdict: who gains what, worked out by hand; nobody is called better who charged less.
#include "analysis/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evtwin::analysis::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Figures = std::map<std::string, double>;

/// A site of 1,000 kWh wanted, of which all was charged at 250 a kWh; the bill is 150,000.
Figures plain_figures() {
  return {{"total_cost", 150'000},
          {"driver_revenue", 250'000},
          {"v2g_payment", 0},
          {"margin", 100'000},
          {"site_money", 100'000},
          {"owner_money", -250'000},
          {"storage_energy_value", 0},
          {"energy_delivered_kwh", 1000},
          {"energy_served_kwh", 1000},
          {"served_of_all_fraction", 1},
          {"unmet_kwh", 0},
          {"open_kwh", 0},
          {"open_cost", 0},
          {"open_to_come_kwh", 0},
          {"turned_away", 0},
          {"turned_away_kwh", 0},
          {"waiting_at_end", 0},
          {"waiting_time_h", 0},
          {"peak_kw", 80},
          {"v2g_kwh", 0},
          {"overload_kwh", 0},
          {"export_overload_kwh", 0}};
}

VerdictRun run_with(const std::string& name, const Figures& changes) {
  Figures figures = plain_figures();
  for (const auto& [kpi, value] : changes) figures[kpi] = value;
  VerdictRun run;
  run.name = name;
  for (const auto& [kpi, value] : figures) run.kpis.push_back({kpi, -1, value, "", "", ""});
  run.end_ns = 7 * kernel::day_ns;
  run.currency = "KRW";
  return run;
}

/// It fills 40 kWh less of 1,000 kWh (4 %), for a bill lower by 30,000; drivers pay for what they get.
VerdictRun lazy_run() {
  return run_with("lazy", {{"total_cost", 120'000},
                           {"driver_revenue", 240'000},
                           {"margin", 120'000},
                           {"site_money", 120'000},
                           {"owner_money", -240'000},
                           {"energy_delivered_kwh", 960},
                           {"energy_served_kwh", 960},
                           {"served_of_all_fraction", 0.96},
                           {"unmet_kwh", 40},
                           {"peak_kw", 50}});
}

/// The bill is lower by 45,305, drivers pay 500 less for 2 kWh less, storage wears by 6,582 and is left with 1,000
/// less: 45,305 - 500 - 6,582 - 1,000 = 37,223.
VerdictRun planned_run() {
  return run_with("lp", {{"total_cost", 104'695},
                         {"driver_revenue", 249'500},
                         {"margin", 144'805},
                         {"site_money", 138'223},
                         {"storage_energy_value", -1'000},
                         {"owner_money", -249'500},
                         {"energy_delivered_kwh", 998},
                         {"energy_served_kwh", 998},
                         {"served_of_all_fraction", 0.998},
                         {"unmet_kwh", 2},
                         {"peak_kw", 50}});
}

Verdict judged(const std::vector<VerdictRun>& runs, Language language = Language::english) {
  return give_verdict(runs, language);
}

std::string text_of(const Verdict& verdict, Party party) {
  return verdict.parties.at(static_cast<std::size_t>(party)).join_parts();
}

TEST(Verdict, SaysWhatTheSiteKeepsAndOfWhat) {
  const Verdict both = judged({run_with("asap", {}), planned_run()});
  EXPECT_EQ(text_of(both, Party::site),
            "lp: the site keeps 37,223 KRW more in 7 days than with asap: bill -45,305, drivers pay -500, storage "
            "wear +6,582, energy left in storage -1,000; at equal service (998.0 kWh, 1,000.0 with asap).");
  EXPECT_DOUBLE_EQ(both.parties[0].gain, 37'223.0);
  EXPECT_TRUE(both.parties[0].is_better());
  EXPECT_EQ(text_of(both, Party::grid),
            "With lp the highest metered demand is 30.0 kW lower than with asap (50.0 instead of 80.0), its income "
            "-45,305 KRW.");
  // 249,500 / 998 = 250 and 250,000 / 1,000 = 250: who pays by the kWh gains nothing by being charged less.
  EXPECT_EQ(text_of(both, Party::drivers),
            "Drivers pay 250.0 KRW/kWh with lp as with asap; at equal service (998.0 kWh, 1,000.0 with asap); 2.0 kWh "
            "missing at departure, with asap 0.0.");
  EXPECT_EQ(both.parties[1].gain, 0.0);
  EXPECT_EQ(text_of(both, Party::owner), "Owners pay 250.0 KRW/kWh with lp as with asap, battery wear counted.");
}

TEST(Verdict, SpeaksKorean) {
  const Verdict both = judged({run_with("asap", {}), planned_run()}, Language::korean);
  EXPECT_EQ(
      text_of(both, Party::site),
      "lp: 사업자 손익이 7일 동안 asap보다 37,223 KRW 많음: 전기요금 -45,305, 충전 수입 -500, 저장장치 마모 +6,582, "
      "저장장치 잔여 에너지 -1,000; 서비스는 같음 (998.0 kWh, 1,000.0 kWh: asap).");
  EXPECT_EQ(
      text_of(both, Party::drivers),
      "운전자 부담은 둘 다 250.0 KRW/kWh (lp, asap); 서비스는 같음 (998.0 kWh, 1,000.0 kWh: asap); 출발 시 미충전 2.0 "
      "kWh, asap: 0.0 kWh.");
}

TEST(Verdict, WhoChargesLessIsNotBetterForAnybody) {
  const Verdict both = judged({run_with("asap", {}), lazy_run()});
  for (const PartyVerdict& one : both.parties) {
    EXPECT_EQ(one.service, Service::unequal);
    EXPECT_FALSE(one.is_better());
    EXPECT_THAT(one.join_parts(), HasSubstr("NOT at equal service: 40.0 kWh (4.0 %) less of what was wanted"))
        << one.join_parts();
  }
  EXPECT_THAT(text_of(both, Party::site), HasSubstr("keeps 20,000 KRW more"));
}

// The order of the runs changes who is spoken of, not whether service is equal.
TEST(Verdict, WhoChargesMoreIsNoBetterEither) {
  const Verdict both = judged({lazy_run(), run_with("asap", {})});
  EXPECT_THAT(text_of(both, Party::site), HasSubstr("NOT at equal service: 40.0 kWh (4.0 %) more of what was wanted"));
  EXPECT_FALSE(both.parties[2].is_better());
}

// 0.5 % behind is the last that serves alike.
TEST(Verdict, KeepsTheRuleOfEqualServiceToTheEdge) {
  const auto served = [](double kwh) {
    return run_with("b", {{"energy_served_kwh", kwh}, {"served_of_all_fraction", kwh / 1000.0}});
  };
  EXPECT_EQ(judged({run_with("a", {}), served(995.0)}).parties[0].service, Service::equal);
  EXPECT_EQ(judged({run_with("a", {}), served(994.9)}).parties[0].service, Service::unequal);
}

TEST(Verdict, WhatIsPostponedPastTheEndIsOwedAndNoEqualService) {
  const VerdictRun late = run_with("late", {{"total_cost", 90'000},
                                            {"margin", 160'000},
                                            {"site_money", 160'000},
                                            {"energy_served_kwh", 700},
                                            {"served_of_all_fraction", 0.7},
                                            {"open_kwh", 300},
                                            {"open_cost", 30'000},
                                            {"open_to_come_kwh", 300}});
  const Verdict both = judged({run_with("asap", {}), late});
  EXPECT_EQ(both.parties[0].service, Service::later);
  EXPECT_FALSE(both.parties[0].is_better());
  EXPECT_THAT(text_of(both, Party::site),
              HasSubstr("NOT at equal service: 300.0 kWh (30.0 %) less of what was wanted had been charged by the end, "
                        "which vehicles still plugged in can get later (up to 300.0 kWh, 0.0 with asap); still owed at "
                        "the end: 300.0 kWh for at least 30,000 KRW, with asap 0.0 kWh for at least 0 KRW."));
}

TEST(Verdict, TellsWhoWasTurnedAway) {
  const Figures away{{"turned_away", 24}, {"turned_away_kwh", 250}, {"served_of_all_fraction", 0.8}};
  const Verdict same = judged({run_with("asap", away), run_with("edf", away)});
  EXPECT_THAT(text_of(same, Party::site), HasSubstr("turned away or left waiting: 24 (250.0 kWh) in both"));

  // 1,000 kWh were charged and 250 turned away; with the other 1,050 and 200 of the same 1,250.
  // Those who still wait are in the count as in the kWh.
  Figures waiting = away;
  waiting["turned_away"] = 1, waiting["waiting_at_end"] = 2;
  EXPECT_THAT(text_of(judged({run_with("asap", waiting), run_with("edf", waiting)}), Party::site),
              HasSubstr("turned away or left waiting: 3 (250.0 kWh) in both"));

  const Figures fewer{
      {"turned_away", 20}, {"turned_away_kwh", 200}, {"energy_served_kwh", 1050}, {"served_of_all_fraction", 0.84}};
  const Verdict other = judged({run_with("asap", away), run_with("edf", fewer)});
  EXPECT_THAT(text_of(other, Party::drivers),
              HasSubstr("turned away or left waiting: 20 (200.0 kWh), with asap 24 (250.0 kWh)"));
}

// A battery that is not there in one run is no merit of the other's strategy.
TEST(Verdict, SaysWhereTheSitesDifferToo) {
  VerdictRun other = run_with("lp", {});
  other.parameters = {{"change storage_kwh", "0"}, {"cars", "45"}};
  VerdictRun asap = run_with("asap", {});
  asap.parameters = {{"cars", "45"}};
  EXPECT_THAT(text_of(judged({asap, other}), Party::site),
              HasSubstr("; not by the strategy alone: the sites differ too, by storage_kwh 0 / as written"));
  asap.parameters = other.parameters;
  EXPECT_THAT(text_of(judged({asap, other}), Party::site), Not(HasSubstr("not by the strategy alone")));
}

TEST(Verdict, WhatWasGivenOrNobodyWantedIsNoAchievement) {
  VerdictRun replay = run_with("as logged", {});
  replay.is_replay = true;
  EXPECT_THAT(text_of(judged({replay}), Party::site), HasSubstr("1,000.0 kWh charged, as the log has it"));
  VerdictRun nobody = run_with("asap", {{"sessions", 0}, {"energy_served_kwh", 0}, {"energy_delivered_kwh", 0}});
  nobody.tariff_given = false;
  EXPECT_THAT(text_of(judged({nobody}), Party::site), HasSubstr("; nobody came; no tariff is given, energy is free"));
}

// 1,000 kWh were wanted and served, 1,100 went through the meters.
TEST(Verdict, APriceNamesItsEnergyWhereThatIsNotWhatWasWanted) {
  const Verdict cycled = judged({run_with("v2g", {{"energy_delivered_kwh", 1100}, {"driver_revenue", 275'000}})});
  EXPECT_THAT(text_of(cycled, Party::drivers), HasSubstr("drivers pay 250.0 KRW/kWh of 1,100.0 kWh delivered"));
}

TEST(Verdict, OwnersGainWhatTheirBatteriesEarnLessTheirWear) {
  // 200 kWh given back for 40,000, worn by 10,000: (40,000 - 300,000 - 10,000) / 1,000 = -270 a kWh.
  const VerdictRun v2g = run_with("v2g", {{"v2g_kwh", 200},
                                          {"v2g_payment", 40'000},
                                          {"driver_revenue", 300'000},
                                          {"margin", 110'000},
                                          {"site_money", 110'000},
                                          {"owner_money", -270'000}});
  const Verdict both = judged({run_with("asap", {}), v2g});
  EXPECT_EQ(
      text_of(both, Party::owner),
      "With v2g owners pay 270.0 KRW/kWh, with asap they pay 250.0 KRW/kWh, battery wear counted; 200.0 kWh given "
      "back, with asap 0.0, which wears batteries by 10,000 KRW, with asap by 0 KRW.");
  EXPECT_DOUBLE_EQ(both.parties[3].gain, -20.0);
  // Drivers at the plug: (300,000 - 40,000) / 1,000 = 260.
  EXPECT_THAT(text_of(both, Party::drivers),
              HasSubstr("With v2g drivers pay 260.0 KRW/kWh, with asap they pay 250.0 KRW/kWh"));
}

TEST(Verdict, OfSeveralEachPartyHearsOfItsBestAtEqualService) {
  const VerdictRun flat = run_with("flat", {{"peak_kw", 40}});
  const Verdict all = judged({run_with("asap", {}), planned_run(), flat, lazy_run()});
  EXPECT_EQ(all.parties[0].run, 1U);  // lazy keeps more than asap, and served 4 % less
  EXPECT_EQ(all.parties[2].run, 2U);
  EXPECT_THAT(all.serve_less, ElementsAre(3U));
  EXPECT_EQ(all.note, "Not compared, as they served over 0.5 % less by the end than the run that served most: lazy.");
}

TEST(Verdict, TheReferenceMayStayTheBest) {
  const Verdict all = judged({run_with("asap", {}),
                              run_with("b", {{"site_money", 99'000}, {"margin", 99'000}, {"total_cost", 151'000}}),
                              run_with("c", {{"site_money", 98'000}, {"margin", 98'000}, {"total_cost", 152'000}})});
  EXPECT_THAT(text_of(all, Party::site),
              HasSubstr("asap stays the best; next comes b. b: the site keeps 1,000 KRW less"));
}

TEST(Verdict, EachPartNamesTheFiguresItWasMadeFrom) {
  const VerdictRun asap = run_with("asap", {{"turned_away", 3}, {"turned_away_kwh", 0}});
  const VerdictRun lp = planned_run();
  const Verdict both = judged({asap, lp});
  for (const PartyVerdict& one : both.parties) {
    for (const VerdictPart& part : one.parts) {
      const bool has_digit = part.text.find_first_of("0123456789") != std::string::npos;
      EXPECT_EQ(has_digit, !part.kpis.empty()) << part.text;
      for (const std::string_view kpi : part.kpis) EXPECT_NE(find_kpi_info(kpi), nullptr) << kpi;
    }
  }
  // Change a figure, and each part that names it, and no other, reads differently.
  const auto changed = [&](std::string_view kpi) {
    VerdictRun other = lp;
    for (Kpi& one : other.kpis) one.value += one.name == kpi ? 0.5 + 0.01 * std::abs(one.value) : 0.0;
    const Verdict now = judged({asap, other});
    for (std::size_t p = 0; p < party_count; ++p) {
      const auto& before = both.parties[p].parts;
      const auto& after = now.parties[p].parts;
      if (before.size() != after.size()) continue;
      for (std::size_t i = 0; i < before.size(); ++i) {
        const bool names_it = std::find(before[i].kpis.begin(), before[i].kpis.end(), kpi) != before[i].kpis.end();
        EXPECT_TRUE(names_it || before[i].text == after[i].text) << kpi << ": " << after[i].text;
      }
    }
  };
  for (const KpiInfo& info : kpi_table()) {
    if (info.name != "served_of_all_fraction" && info.name != "energy_served_kwh") changed(info.name);
  }
}

TEST(Verdict, RunsOfOtherWorldsAreNotCompared) {
  VerdictRun other_days = run_with("b", {});
  other_days.end_ns += kernel::day_ns;
  VerdictRun other_money = run_with("b", {});
  other_money.currency = "EUR";
  const VerdictRun other_cars = run_with("b", {{"served_of_all_fraction", 0.99}});
  for (const auto& [run, why] : {std::pair{other_days, "not of the same days"},
                                 {other_money, "the other in EUR"},
                                 {other_cars, "1,000.0 kWh in the one and 1,010.1 kWh"}}) {
    const Verdict two = judged({run_with("asap", {}), run});
    EXPECT_THAT(two.trouble, HasSubstr(why));
    EXPECT_EQ(two.parties.size(), party_count);
    EXPECT_THAT(text_of(two, Party::site), Not(HasSubstr("more")));
    EXPECT_TRUE(std::isnan(two.parties[0].gain));
  }
}

TEST(Verdict, OneRunIsSpokenOfAlone) {
  const Verdict one = judged({run_with("asap", {})});
  EXPECT_EQ(
      text_of(one, Party::site),
      "asap: the site keeps 100,000 KRW in 7 days: bill 150,000, drivers pay 250,000; 1,000.0 kWh charged, 100.0 % "
      "of what all who came wanted.");
  EXPECT_EQ(text_of(one, Party::grid), "With asap the highest metered demand is 80.0 kW, its bill 150,000 KRW.");
}

TEST(Verdict, ARunWithoutFiguresIsNamed) {
  VerdictRun killed = run_with("killed\x1b[2J", {});
  killed.kpis.clear();
  const Verdict two = judged({run_with("asap", {}), killed});
  EXPECT_EQ(two.note, "No figures, as they are not complete: killed\\x1B[2J.");
  EXPECT_EQ(two.parties[0].run, 0U);
  const Verdict none = judged({killed});
  EXPECT_THAT(none.parties, IsEmpty());
  EXPECT_THAT(judged({}).parties, IsEmpty());
}

}  // namespace
}  // namespace evtwin::analysis::test
