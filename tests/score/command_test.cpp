// evtwin score, as its users type it.
#include "cli/command.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A results file as a table `car` of a database beside it.
void into_database(const std::string& csv, const std::string& file) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  std::istringstream lines(read_all(csv));
  std::string line;
  for (bool head = true; std::getline(lines, line); head = false) {
    std::string cells;
    std::istringstream row(line + ",end");
    for (std::string cell; std::getline(row, cell, ',');)
      cells += (cells.empty() ? "" : ", ") + (head ? "'" + cell + "'" : cell.empty() ? "NULL" : "'" + cell + "'");
    const std::string sql = (head ? "CREATE TABLE car (" : "INSERT INTO car VALUES (") + cells + ")";
    ASSERT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  }
  sqlite3_close(database);
}

class ScoreCommand : public Command {
 protected:
  const std::string cars = source_dir + "/scenarios/made_cars.csv";
  const std::string example = source_dir + "/scenarios/score_example.csv";
};

TEST_F(ScoreCommand, TheWorkedExampleIsScoredToTheDigitAsPublishedAndCorrected) {
  const Said said = run({"score", example, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto car = said.json()["cars"][0];
  EXPECT_NEAR(car["published"]["weighted"].get<double>(), 76.11, 1e-12);
  EXPECT_EQ(car["published"]["age_penalty"], 3.7);
  EXPECT_EQ(car["published"]["score"], 80.87);
  EXPECT_EQ(car["published"]["grade"], "B");
  EXPECT_EQ(car["corrected"]["score"], 80.87);
  EXPECT_EQ(car["corrected"]["grade"], "B");
  const Said table = run({"score", example});
  EXPECT_THAT(table.out, HasSubstr("80.87 B"));
}

TEST_F(ScoreCommand, FiguresOfEveryFilterAreThoseOfSql) {
  const std::string out = path("vehicle_scores.csv"), page = path("fleet.html"), database = path("scores.db");
  const Said said = run({"score", cars, "--json", "--out", out, "--page", page});
  ASSERT_EQ(said.status, 0) << said.err;
  into_database(out, database);
  const auto json = said.json();
  const std::string html = read_all(page);
  std::size_t panels = 0;
  for (const auto& group : json["groups"]) {
    const std::string name = group["name"];
    const std::string where = name == "all"               ? "1"
                              : name.starts_with("class") ? "vehicle_type = '" + name.substr(6) + "'"
                                                          : "car_type = '" + name.substr(5) + "'";
    const auto row = query(
        database,
        "SELECT count(*) n, avg(iif(corrected_grade IS NULL, NULL, corrected_score)) mean, avg(final_score) published, "
        "sum(corrected_grade = 'A') a, sum(corrected_grade = 'B') b, sum(corrected_grade = 'C') c, "
        "sum(corrected_grade = 'D') d FROM car WHERE " +
            where)[0];
    EXPECT_EQ(std::to_string(group["cars"].get<int>()), row.at("n")) << name;
    EXPECT_NEAR(group["corrected"]["mean"].get<double>(), std::stod(row.at("mean")), 1e-9) << name;
    EXPECT_NEAR(group["published"]["mean"].get<double>(), std::stod(row.at("published")), 1e-9) << name;
    for (const std::string grade : {"A", "B", "C", "D"}) {
      const std::string key(1, static_cast<char>(std::tolower(grade[0])));
      EXPECT_EQ(std::to_string(group["grades"][grade].get<int>()), row.at(key)) << name << grade;
    }
    // The page's panel of this filter shows the same, and its table as many rows.
    const std::string panel = "<section class=\"panel p" + std::to_string(panels) + "\">";
    ASSERT_THAT(html, HasSubstr(panel));
    const std::string shown = html.substr(html.find(panel), 1200);
    EXPECT_THAT(shown, HasSubstr("<b>" + row.at("n") + "</b>"));
    // Shown to two decimals: a mean that lies between two of them may be either.
    const std::size_t mean = shown.find("<b>", shown.find("</b>")) + 3;
    EXPECT_NEAR(std::stod(shown.substr(mean)), std::stod(row.at("mean")), 0.005 + 1e-9) << name;
    std::size_t rows = 0;
    const std::string member = "m" + std::to_string(panels);
    for (std::size_t at = html.find("<tr class=\""); at != std::string::npos; at = html.find("<tr class=\"", at + 1)) {
      std::istringstream names(html.substr(at + 11, html.find('"', at + 11) - at - 11));
      for (std::string word; names >> word;) rows += word == member ? 1U : 0U;
    }
    EXPECT_EQ(std::to_string(rows), row.at("n")) << name;
    panels += 1;
  }
  EXPECT_GT(panels, 6U);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST_F(ScoreCommand, WhatItWritesScoresTheSameAgain) {
  const std::string out = path("vehicle_scores.csv");
  const Said first = run({"score", cars, "--json", "--out", out});
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(read_all(out),
              ::testing::StartsWith("car_id,car_type,vehicle_type,age_years,model_year,model_month,age_string,"
                                    "first_date,last_date,collection_period,efficiency,efficiency_score,"
                                    "avg_temperature,temperature_score,cell_imbalance,cell_imbalance_score,"
                                    "driving_habit_score,charging_count,avg_charging_amount,charging_pattern_score,"
                                    "weighted_avg,age_penalty,final_score,"));
  const Said again = run({"score", out, "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  const auto a = first.json()["cars"], b = again.json()["cars"];
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i]["model_month"].is_null()) continue;  // its bounds know which months there are
    EXPECT_EQ(a[i]["corrected"], b[i]["corrected"]) << a[i]["car_id"];
  }
}

// What the published score is made of: 0.30 x efficiency + 0.15 x the others, a missing one 0, driving and charging 80.
TEST_F(ScoreCommand, PublishedColumnsBelongTogetherAlsoScoredAgain) {
  const std::string out = path("scores.csv"), again = path("again.csv");
  ASSERT_EQ(run({"score", cars, "--today", "2027-01-01", "--out", out}).status, 0);
  into_database(out, path("scores.db"));
  const auto rows = query(
      path("scores.db"),
      "SELECT car_id, final_score, 0.3 * coalesce(efficiency_score, 0) + 0.15 * (coalesce(temperature_score, 0) + "
      "coalesce(cell_imbalance_score, 0) + coalesce(driving_habit_score, 80) + coalesce(charging_pattern_score, 80)) "
      "weighted, weighted_avg, age_penalty, corrected_age_years < age_years older FROM car");
  ASSERT_EQ(rows.size(), 16U);
  std::size_t older = 0;
  for (const auto& row : rows) {
    EXPECT_NEAR(std::stod(row.at("weighted")), std::stod(row.at("weighted_avg")), 1e-9) << row.at("car_id");
    const double score = std::stod(row.at("weighted_avg")) / 0.9 - std::stod(row.at("age_penalty"));
    EXPECT_NEAR(std::clamp(score, 0.0, 98.0), std::stod(row.at("final_score")), 0.005 + 1e-9) << row.at("car_id");
    older += row.at("older") == "1" ? 1U : 0U;
  }
  EXPECT_GT(older, 10U);
  ASSERT_EQ(run({"score", out, "--out", again}).status, 0);
  into_database(again, path("again.db"));
  const std::string columns =
      "SELECT car_id, age_years, efficiency_score, weighted_avg, age_penalty, final_score, "
      "corrected_score, corrected_age_years, corrected_efficiency_score FROM car";
  EXPECT_EQ(query(path("again.db"), columns), query(path("scores.db"), columns));
}

TEST_F(ScoreCommand, CellsOfThePageBreakNoWords) {
  const std::string page = path("fleet.html");
  ASSERT_EQ(run({"score", cars, "--page", page}).status, 0);
  const std::string html = read_all(page);
  EXPECT_THAT(html,
              HasSubstr(".wide th, .wide td { white-space: nowrap; overflow-wrap: normal; word-break: normal; }"));
  EXPECT_THAT(html, HasSubstr(".tile b { white-space: normal; overflow-wrap: anywhere; }"));
  EXPECT_THAT(html, Not(HasSubstr(">-0.0<")));
}

TEST_F(ScoreCommand, SmallNumbersAreSaidAsTheyAre) {
  const std::string one = write("one.csv",
                                "car_id,car_type,measurement,time,km_per_kWh\n"
                                "A,EV6,drive,2024-01-02,5\nA,EV6,slow_charge,2024-02-02,\n");
  const Said said = run({"score", one, "--today", "2024-01-20", "--json"});
  EXPECT_TRUE(said.json()["cars"][0]["last_charge_days_ago"].is_null());
  const Said text = run({"score", one, "--today", "2024-01-20"});
  EXPECT_THAT(text.out, HasSubstr("1 car, 2 rows, "));
  EXPECT_THAT(text.out, HasSubstr("today lies before the last record"));
}

TEST_F(ScoreCommand, OneBrokenFileIsToldAndTheOthersAreScored) {
  const std::string broken = write("broken.csv", "car_id,measurement,time\nA,drive\n");
  const Said said = run({"score", broken, cars, "--json"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("broken.csv:2: 2 fields where the header has 3"));
  EXPECT_EQ(said.json()["cars"].size(), 16U);
  EXPECT_EQ(said.json()["broken_files"].size(), 1U);
  EXPECT_EQ(run({"score"}).status, 2);
  EXPECT_EQ(run({"score", cars, "--today", "soon"}).status, 1);
}

TEST_F(ScoreCommand, OnlyThePublishedScoreFallsWithTheCalendar) {
  const auto now = run({"score", cars, "--json"}).json()["cars"];
  const auto later = run({"score", cars, "--today", "2027-01-01", "--json"}).json()["cars"];
  for (std::size_t i = 0; i < now.size(); ++i) {
    EXPECT_LT(later[i]["published"]["score"].get<double>(), now[i]["published"]["score"].get<double>());
    EXPECT_EQ(later[i]["corrected"], now[i]["corrected"]);
  }
}

TEST_F(ScoreCommand, SimulatedCarsTellTheirChargingAndNoMore) {
  const std::string file = path("week.evtwin");
  ASSERT_EQ(run({"run", source_dir + "/scenarios/dc_v2g.lua", "--strategy", "asap", "--out", file}).status, 0);
  const Said said = run({"score", file, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto plugged =
      query(file, "SELECT count(*) n, count(DISTINCT name) cars FROM session WHERE number IS NOT NULL")[0];
  const auto json = said.json();
  EXPECT_EQ(std::to_string(json["cars"].size()), plugged.at("cars"));
  // A mean of what could not be graded would say something that nobody knows.
  EXPECT_EQ(json["groups"][0]["corrected"]["n"], 0);
  for (const auto& car : json["cars"]) {
    EXPECT_TRUE(car["metrics"]["efficiency"]["score"].is_null());
    EXPECT_TRUE(car["corrected"]["grade"].is_null());
    EXPECT_EQ(car["segments"]["drive"], 0);
    EXPECT_GE(car["corrected"]["high"].get<double>() - car["corrected"]["low"].get<double>(), 50.0);
  }
}

// A day in Seoul, whose first nine hours are of the day before in UTC.
TEST_F(ScoreCommand, DaysOfARunAreThoseOfItsZone) {
  const std::string file = path("zone.evtwin");
  const std::string scenario =
      write("zone.lua",
            "return scenario { start = '2026-06-02', days = 1, timezone = 'Asia/Seoul', strategy = 'asap',\n"
            "site { stations = { { name = 'A', evses = 4, kw = 11 } } },\n"
            "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 5, stay_h = 1 } }");
  ASSERT_EQ(run({"run", scenario, "-o", file}).status, 0);
  const auto days_of = [&](std::vector<std::string> arguments) {
    std::set<std::string> days;
    const auto json = run(std::move(arguments)).json();
    for (const auto& car : json["cars"]) days.insert(car["first_date"].get<std::string>());
    return std::pair(json["timezone"].get<std::string>(), days);
  };
  using Days = std::set<std::string>;
  EXPECT_EQ(days_of({"score", file, "--json"}), std::pair(std::string("Asia/Seoul"), Days{"2026-06-02"}));
  EXPECT_EQ(days_of({"score", file, "--json", "--timezone", "UTC"}),
            std::pair(std::string("UTC"), Days{"2026-06-01", "2026-06-02"}));
  const Said mixed = run({"score", file, cars});
  EXPECT_THAT(mixed.out, HasSubstr("--timezone says otherwise"));
}

TEST_F(ScoreCommand, ALawOfAgeingIsShownAgainstItsData) {
  std::string made = "cell,cycle,discharge_capacity\n";
  for (int n = 0; n < 50; ++n)
    made += "A," + std::to_string(10 * n) + "," + std::to_string(2.0 - 0.02 * std::sqrt(10.0 * n)) + "\n";
  const std::string page = path("ageing.html");
  const Said said = run({"ageing", write("cells.csv", made), "--json", "--page", page});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_NEAR(said.json()["cells"][0]["power"].get<double>(), 0.5, 0.01);
  EXPECT_NEAR(said.json()["square_root"]["cyclic"].get<double>(), 0.01, 1e-5);
  EXPECT_EQ(said.json()["cells"][0]["residuals"].size(), 50U);
  EXPECT_THAT(read_all(page), HasSubstr("class=\"dot\""));
  // What it says to write into a scenario is taken by one, and its storage ages by it.
  const std::string ageing = said.json()["scenario"];
  EXPECT_THAT(run({"ageing", path("cells.csv")}).out, HasSubstr("ageing = " + ageing));
  const Said used =
      run({"run", "--json",
           write("fitted.lua",
                 "return scenario { start = '2026-06-01', days = 1, timezone = 'UTC', strategy = function(v) "
                 "return { storage = v.hour < 1 and 50 or v.hour < 2 and -50 or 0 } end,\n"
                 "site { load = 60, storage = { kwh = 50, kw = 50, soc_start = 0, ageing = " +
                     ageing +
                     " }, stations = { { name = 'A', evses = 1, kw = 11 } } }, arrivals = arrivals.poisson { per_hour "
                     "= 0 } }")});
  ASSERT_EQ(used.status, 0) << used.err;
  EXPECT_NEAR(used.json()["kpi"]["storage_wear_cyclic"].get<double>(), 0.01 * (std::sqrt(731.0) - std::sqrt(730.0)),
              1e-6);
  // The page draws the law that is recommended: of both its cells' points, through a line that no cell has alone.
  std::string two = made;
  for (int n = 0; n < 50; ++n)
    two += "B," + std::to_string(10 * n) + "," + std::to_string(1.5 - 0.03 * std::sqrt(10.0 * n)) + "\n";
  const std::string both = path("both.html");
  const Said common = run({"ageing", write("two.csv", two), "--json", "--page", both});
  const auto law = common.json()[common.json()["recommended"].get<std::string>()];
  const std::string drawn = read_all(both);
  for (std::size_t i = 0; i < 2; ++i) {
    std::ostringstream fresh;
    fresh.precision(4);
    fresh << "fresh " << law["fresh"][i].get<double>() << " Ah";
    EXPECT_THAT(drawn, HasSubstr(fresh.str()));
  }
  const Said wrong = run({"ageing", cars});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("no column of cycles: a cycling file has Cycle"));
}

TEST_F(ScoreCommand, TheShippedScenarioHasTheLawThatItsPacksSay) {
  const std::string packs = shared_dir + "/data/battery/blast_tesla_model3lr_mileage_kwh.csv";
  if (!std::filesystem::exists(packs)) GTEST_SKIP() << "shared is absent";
  const Said said = run({"ageing", packs, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string law = said.json()["scenario"];
  ASSERT_GT(law.size(), 4U);
  EXPECT_THAT(read_all(source_dir + "/scenarios/storage_life.lua"), HasSubstr(law.substr(2, law.size() - 4)));
}

// capacity = 1 - k days^0.75 - c sqrt(cycles), by what the run file says of law and use: 0.7 where the life ends.
TEST_F(ScoreCommand, ABatteryLastsOtherwiseUnderEachStrategyAndAsItsUseSays) {
  std::map<std::string, double> lives, healths;
  for (const std::string strategy : {"asap", "alap", "lp"}) {
    const std::string file = path(strategy + ".evtwin");
    const Said said = run({"run", source_dir + "/scenarios/storage_life.lua", "--strategy", strategy, "-o", file});
    ASSERT_EQ(said.status, 0) << said.err;
    const Said audited = run({"audit", file});
    EXPECT_EQ(audited.status, 0) << audited.out;
    const auto row =
        query(file,
              "SELECT s.capacity_kwh c, s.ageing_calendar k, s.ageing_cyclic y, s.replaced_at r, u.days d, "
              "u.stored_kwh f, (SELECT value FROM kpi WHERE name = 'storage_life_years') life, (SELECT value "
              "FROM kpi WHERE name = 'storage_soh_5y') soh FROM storage_use u JOIN storage s")[0];
    const auto of = [&](const char* column) { return std::stod(row.at(column)); };
    const auto capacity_after = [&](double days) {
      return 1.0 - of("k") * std::pow(days, 0.75) - of("y") * std::sqrt(of("f") / 2.0 / of("c") / of("d") * days);
    };
    lives[strategy] = of("life"), healths[strategy] = of("soh");
    EXPECT_NEAR(capacity_after(365.25 * of("life")), 0.7, 1e-9) << strategy;
    EXPECT_NEAR(capacity_after(5 * 365.25), of("soh"), 1e-9) << strategy;
    // The day of replacement is the same in both commands.
    const std::string date = run({"ageing", file, "--json"}).json()["storages"][0]["replaced_on"];
    EXPECT_THAT(said.out, HasSubstr("storage used like this is replaced on " + date)) << strategy;
    // Whose health ends its life is the scenario's 70 %, and vehicles have a health after the run.
    const auto json = run({"ageing", file, "--json"}).json();
    EXPECT_EQ(json["storages"][0]["replaced_at"], 0.7);
    EXPECT_NEAR(json["storages"][0]["soh_after"].get<double>(), capacity_after(of("d")), 1e-9);
    for (const auto& vehicle : json["vehicles"]) {
      EXPECT_EQ(vehicle["replaced_at"], 0.8);
      if (vehicle["days"].get<double>() > 0.0) {
        EXPECT_LT(vehicle["soh_after"].get<double>(), 1.0);
      }
    }
    for (const char* language : {"en", "ko"}) {
      const std::string text = run({"ageing", file, "--lang", language}).out;
      EXPECT_THAT(text, HasSubstr("  70 %  ")) << text;
      EXPECT_THAT(text, Not(HasSubstr("at 80 %"))) << text;
    }
  }
  EXPECT_GT(lives["asap"], lives["alap"] + 0.3);
  EXPECT_GT(lives["alap"], lives["lp"] + 2.0);
  EXPECT_GT(healths["asap"], healths["alap"] + 0.005);
  EXPECT_GT(healths["alap"], healths["lp"] + 0.04);
}

TEST_F(ScoreCommand, ARunThatDidNotComeToItsEndIsRefusedInALine) {
  const std::string failed = path("failed.evtwin");
  const std::string scenario = write("fails.lua",
                                     "return scenario { start = '2026-06-01', days = 1, timezone = 'UTC',\n"
                                     "strategy = function(v) if v.hour >= 5 then error('no power') end return {} end,\n"
                                     "site { stations = { { name = 'A', evses = 1, kw = 11 } } },\n"
                                     "arrivals = arrivals.poisson { per_hour = 1 } }");
  ASSERT_EQ(run({"run", scenario, "-o", failed}).status, 1);
  for (const char* command : {"score", "ageing"}) {
    const Said said = run({command, failed});
    EXPECT_EQ(said.status, 1) << command;
    EXPECT_THAT(said.err, HasSubstr("the run failed")) << command;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(said.out, "") << command;
  }
}

TEST_F(ScoreCommand, TheRulesAreOnePage) {
  const Said said = run({"score", "--rules"});
  EXPECT_EQ(said.status, 0);
  for (const char* text : {"km_per_kWh", "0.30 / 0.90", "PORTER BONGO", "There is no cap at 98", "A from 85"})
    EXPECT_THAT(said.out, HasSubstr(text));
  EXPECT_THAT(run({"score", "--rules", "--lang", "ko"}).out, HasSubstr("차령 감점"));
}

}  // namespace
}  // namespace evtwin::testing
