// Figures that a scenario defines: the same wherever figures are shown, and never in the way of the run.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "cli/command.hpp"
#include "scenario/keys.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class OwnFigures : public Command {
 protected:
  static std::string fmt_hour(int hour) {
    return std::string("charged_kwh_h") + (hour < 10 ? "0" : "") + std::to_string(hour);
  }
  /// workplace_week with `kpi = { ... }`.
  std::string with(const std::string& figures) const {
    std::string text = read_all(source_dir + "/scenarios/workplace_week.lua");
    const std::string before = "  strategy = \"edf\",";
    text.replace(text.find(before), before.size(), "  kpi = " + figures + ",\n" + before);
    return write("own.lua", text);
  }
};

TEST_F(OwnFigures, StatementsAndFunctionsSayTheSameOfTheSameRun) {
  const std::string file = with(
      "{ late_sql = \"SELECT count(*) FROM session WHERE unmet_kwh > 1\",\n"
      "  late_lua = function(run) local n = 0 for _, s in ipairs(run.sessions()) do if s.unmet_kwh > 1 then n = n + 1 "
      "end "
      "end return n end,\n"
      "  by_query = function(run) return run.query('SELECT count(*) AS n FROM session WHERE unmet_kwh > 1')[1].n end,\n"
      "  segments = function(run) local sum = 0 for _, p in ipairs(run.segments()) do if p.session then sum = sum + "
      "p.energy_kwh end end return sum end,\n"
      "  first_price = function(run) for _, s in ipairs(run.signals()) do if s.kind == 'buy_price' then return s.value "
      "end "
      "end end,\n"
      "  nothing = function(run) return nil end }");
  const Said plain =
      run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "2", "--strategy", "asap", "--json"});
  const Said said = run({"run", file, "--days", "2", "--strategy", "asap", "--json", "--out", path("own.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const json kpi = said.json()["kpi"];
  EXPECT_EQ(said.json()["event_hash"], plain.json()["event_hash"]) << "looking changes nothing";
  EXPECT_GT(kpi["late_sql"], 0);
  EXPECT_EQ(kpi["late_sql"], kpi["late_lua"]);
  EXPECT_EQ(kpi["late_sql"], kpi["by_query"]);
  EXPECT_NEAR(kpi["segments"].get<double>(), plain.json()["kpi"]["energy_delivered_kwh"].get<double>(), 1e-6);
  EXPECT_TRUE(kpi["first_price"].is_number());
  EXPECT_TRUE(kpi["nothing"].is_null());
  // In the run file, and from there in runs, diff and audit.
  EXPECT_EQ(std::stod(query(path("own.evtwin"), "SELECT value FROM kpi WHERE name = 'late_sql'").at(0).at("value")),
            kpi["late_sql"].get<double>());
  EXPECT_EQ(run({"check", path("own.evtwin")}).status, 0);
  EXPECT_EQ(run({"audit", path("own.evtwin")}).status, 0);
  EXPECT_THAT(run({"compare", file, "--days", "1", "--strategies", "asap,edf", "--no-bound"}).out,
              HasSubstr("late_sql"));
  const Said swept = run({"sweep", "run", file, "--days", "2", "--strategies", "asap", "--kpi", "late_sql", "--json"});
  EXPECT_EQ(swept.json()["summary"]["figures"][0]["cells"][0]["mean"], kpi["late_sql"]);
}

// A run without --out leaves no file behind.
TEST_F(OwnFigures, ARunHasTheFunctionsOfTheDocumentation) {
  const auto sections = scenario::field_sections();
  const auto documented = std::find_if(sections.begin(), sections.end(),
                                       [](const scenario::FieldSection& one) { return one.name == "recorded_run"; });
  ASSERT_NE(documented, sections.end());
  std::string names;
  for (const scenario::Field& field : documented->fields) names += " " + std::string(field.name) + " = true,";
  const std::string file = with(
      "{ there = function(run) local n = 0 for _ in pairs(run) do n = n + 1 end return n end,\n"
      "  known = function(run) local n = 0 for name in pairs({" +
      names + "}) do if type(run[name]) == 'function' then n = n + 1 end end return n end }");
  const Said said = run({"run", file, "--days", "1", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["kpi"]["there"], documented->fields.size());
  EXPECT_EQ(said.json()["kpi"]["known"], documented->fields.size());
}

TEST_F(OwnFigures, LeaveNoFileThatNobodyAskedFor) {
  const std::string file = with("{ n = 'SELECT count(*) FROM session' }");
  std::filesystem::create_directories(path("tmp"));
  const pid_t child = start({"run", file, "--days", "1"}, [&] { setenv("TMPDIR", path("tmp").c_str(), 1); });
  EXPECT_EQ(finish(child).status, 0);
  EXPECT_TRUE(std::filesystem::is_empty(path("tmp")));
}

// The library's figures, against a second computation from the sessions themselves.
TEST_F(OwnFigures, TheLibrarysAreThoseOfTheSessions) {
  const std::string file = with("require \"figures\"");
  const Said said = run({"run", file, "--strategy", "asap", "--json", "--out", path("own.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const json kpi = said.json()["kpi"];

  std::vector<double> waits, shares;
  for (const auto& row :
       query(path("own.evtwin"), "SELECT number, ended, waited_h, got_kwh, wanted_kwh FROM session")) {
    if (row.at("number") != "" || row.at("ended") == "reneged") waits.push_back(60.0 * std::stod(row.at("waited_h")));
    if (row.at("ended") == "departed" && std::stod(row.at("wanted_kwh")) > 0.0)
      shares.push_back(std::stod(row.at("got_kwh")) / std::stod(row.at("wanted_kwh")));
  }
  std::sort(waits.begin(), waits.end());
  const auto rank = [&](double p) {
    return waits.at(static_cast<std::size_t>(std::ceil(p * static_cast<double>(waits.size()) - 1e-9)) - 1);
  };
  EXPECT_GT(waits.back(), 0.0);
  EXPECT_NEAR(kpi["wait_p50_min"].get<double>(), rank(0.50), 1e-4);
  EXPECT_NEAR(kpi["wait_p90_min"].get<double>(), rank(0.90), 1e-4);
  EXPECT_NEAR(kpi["wait_p95_min"].get<double>(), rank(0.95), 1e-4);
  double sum = 0.0, squares = 0.0;
  for (const double share : shares) sum += share, squares += share * share;
  EXPECT_NEAR(kpi["jain_served"].get<double>(), sum * sum / (static_cast<double>(shares.size()) * squares), 1e-6);
  EXPECT_LT(kpi["jain_served"].get<double>(), 1.0);

  double hours = 0.0;
  for (int hour = 0; hour < 24; ++hour) hours += kpi[fmt_hour(hour)].get<double>();
  EXPECT_NEAR(hours, std::stod(query(path("own.evtwin"), "SELECT sum(ev_charge_kwh) AS s FROM meter").at(0).at("s")),
              1e-3);
  EXPECT_GT(kpi["charged_kwh_h09"].get<double>(), kpi["charged_kwh_h03"].get<double>()) << "people come in the morning";
}

TEST_F(OwnFigures, WhatIsNoFigureIsRefusedWithItsName) {
  const auto why = [&](const std::string& figures, int status = 1) {
    const Said said = run({"run", with(figures), "--days", "1"});
    EXPECT_EQ(said.status, status) << figures;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    return said.err;
  };
  EXPECT_THAT(why("{ a = 'SELECT nobody FROM session' }"), HasSubstr("kpi.a"));
  EXPECT_THAT(why("{ a = 'SELECT nobody FROM session' }"), HasSubstr("no such column"));
  EXPECT_THAT(why("{ a = 'DELETE FROM session' }"), HasSubstr("begins with SELECT or WITH"));
  EXPECT_THAT(why("{ a = 'SELECT 1, 2' }"), HasSubstr("one figure is due"));
  EXPECT_THAT(why("{ a = \"SELECT 'x'\" }"), HasSubstr("answers a text"));
  EXPECT_THAT(why("{ a = function(run) return 'x' end }"), HasSubstr("kpi.a returned a string"));
  EXPECT_THAT(why("{ a = function(run) error('no luck') end }"), HasSubstr("no luck"));
  EXPECT_THAT(why("{ objective = 'SELECT 1' }"), HasSubstr("is a key figure already"));
  EXPECT_THAT(why("{ ['A b'] = 'SELECT 1' }"), HasSubstr("is no name for a figure"));
  EXPECT_THAT(why("{ a = 5 }"), HasSubstr("must be a statement in SQL or a function"));
  EXPECT_THAT(why("'SELECT 1'"), HasSubstr("must name each figure"));
}

}  // namespace
}  // namespace evtwin::testing
