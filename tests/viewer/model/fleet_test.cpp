// Battery scores as the viewer reads them, against the results file of the same cars by SQL.
#include "viewer/model/fleet.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "record/sqlite.hpp"
#include "support/paths.hpp"
#include "viewer/model/child_process.hpp"

namespace evtwin::viewer::model {
namespace {

namespace fs = std::filesystem;

std::string answer_of(std::vector<std::string> words) {
  words.insert(words.begin(), paths::program);
  ChildProcess child(std::move(words));
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), 0) << child.stderr_text();
  return child.stdout_text();
}

/// The cars of scenarios/made_cars.csv: scores as a document, and the results file as a table.
class FleetScores : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "evtwin-fleet-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    const std::string cars = paths::source_dir + "/scenarios/made_cars.csv";
    (void)answer_of({"score", cars, "--out", folder_ + "/scores.csv"});
    fleet_ = read_fleet(answer_of({"score", cars, "--json"}));
    load();
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Cells without commas in them, all as text; SQLite turns them into numbers where they are summed.
  void load() {
    std::ifstream stream(folder_ + "/scores.csv");
    std::string line, columns, cell;
    std::getline(stream, line);
    record::Statement(database_, "CREATE TABLE car (" + line + ")").execute_once();
    while (std::getline(stream, line)) {
      std::string values;
      std::stringstream cells(line + ",");
      while (std::getline(cells, cell, ',')) {
        ASSERT_EQ(cell.find('\''), std::string::npos);
        values += (values.empty() ? "" : ",") + (cell.empty() ? std::string("NULL") : "'" + cell + "'");
      }
      record::Statement(database_, "INSERT INTO car VALUES (" + values + ")").execute_once();
    }
  }
  double question(const std::string& sql) {
    record::Statement statement(database_, sql);
    EXPECT_TRUE(statement.next_row()) << sql;
    return statement.column_real(0);
  }

  std::string folder_;
  Fleet fleet_;
  record::Database database_{":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
};

TEST_F(FleetScores, EachGroupIsWhatSqlSaysOfTheSameFilter) {
  ASSERT_EQ(fleet_.cars.size(), 16U);
  std::size_t classes = 0;
  for (const FleetGroup& group : fleet_.groups) {
    SCOPED_TRACE(group.name);
    std::string filter = "1";
    if (group.name.starts_with("class ")) filter = "vehicle_type = '" + group.name.substr(6) + "'";
    classes += group.name.starts_with("class ") ? 1U : 0U;
    if (group.name.starts_with("type ")) filter = "car_type = '" + group.name.substr(5) + "'";
    const auto sql = [&](const std::string& figure, const std::string& more = "1") {
      return question("SELECT " + figure + " FROM car WHERE " + filter + " AND " + more);
    };
    EXPECT_EQ(static_cast<double>(group.cars), sql("count(*)"));
    EXPECT_EQ(group.members.size(), group.cars);
    EXPECT_NEAR(group.corrected.mean, sql("avg(corrected_score)", "corrected_grade IS NOT NULL"), 1e-9);
    EXPECT_NEAR(group.corrected.least, sql("min(corrected_score + 0)", "corrected_grade IS NOT NULL"), 1e-9);
    EXPECT_NEAR(group.published.mean, sql("avg(final_score)"), 1e-9);
    for (std::size_t g = 0; g + 1 < grades; ++g)
      EXPECT_EQ(static_cast<double>(group.by_grade[g]),
                sql("count(*)", std::string("corrected_grade = '") + "ABCD"[g] + "'"));
    // A median has as many below as above.
    EXPECT_EQ(sql("count(*)", "corrected_score + 0 < " + std::to_string(group.corrected.median - 1e-6)),
              sql("count(*)", "corrected_score + 0 > " + std::to_string(group.corrected.median + 1e-6)));
  }
  EXPECT_EQ(classes, 5U);
}

TEST_F(FleetScores, ACarsPointsAddUpToItsScoreAndTheBestComesFirst) {
  const auto& all = fleet_.groups.front().members;
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(fleet_.cars[all[i - 1]].score, fleet_.cars[all[i]].score);
  for (const FleetCar& car : fleet_.cars) {
    double sum = car.floor - car.penalty;
    for (const IndicatorScore& of : car.metrics)
      if (!std::isnan(of.points)) sum += of.points;
    EXPECT_NEAR(sum, car.score, 0.0501) << car.id;
  }
}

TEST_F(FleetScores, ACarWithoutAGradeLeadsNoList) {
  Fleet fleet = read_fleet(answer_of({"score", paths::source_dir + "/scenarios/made_cars.csv",
                                      paths::source_dir + "/scenarios/score_example.csv", "--json"}));
  const std::string text = answer_of({"score", paths::source_dir + "/scenarios/score_example.csv", "--json"});
  std::string ungraded = text;
  const auto change = [&](const std::string& from, const std::string& to) {
    const std::size_t at = ungraded.find(from, ungraded.find("\"corrected\": {\n        \"score\""));
    ASSERT_NE(at, std::string::npos) << from;
    ungraded.replace(at, from.size(), to);
  };
  change("\"score\": 80.87", "\"score\": 99.0");
  change("\"grade\": \"B\"", "\"grade\": null");
  const Fleet alone = read_fleet(ungraded);
  EXPECT_EQ(alone.cars.front().score, 99.0);
  EXPECT_EQ(alone.cars.front().grade, "");
  // Beside cars with one it stands last, whatever its score.
  fleet.cars.push_back(alone.cars.front());
  EXPECT_EQ(members_of(fleet, "all").back(), fleet.cars.size() - 1);
}

TEST(Fleet, WhatIsNoSuchDocumentIsRefusedInALine) {
  for (const char* text : {"", "[]", "{}", "{\"cars\": 3}"})
    EXPECT_THROW((void)read_fleet(text), std::runtime_error) << text;
}

}  // namespace
}  // namespace evtwin::viewer::model
