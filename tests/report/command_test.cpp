// The command on real runs: the page's figures are those that audit recounts, days add up, strangers' names stay text.
#include "cli/command.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>
#include <sstream>

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportCommand : public Command {
 protected:
  std::string recorded(const std::string& scenario, const std::string& strategy, const std::string& name) const {
    const std::string file = path(name + ".evtwin");
    EXPECT_EQ(run({"run", scenario, "--strategy", strategy, "--out", file}).status, 0);
    return file;
  }
  std::string week(const std::string& strategy) const {
    return recorded(source_dir + "/scenarios/workplace_week.lua", strategy, strategy);
  }
};

/// A page is too long to be shown where it lacks something.
bool holds(const std::string& page, const std::string& words) { return page.find(words) != std::string::npos; }

/// Cells of a CSV by row's head and column; no cell here has a comma within.
std::map<std::string, std::vector<std::string>> rows_of(const std::string& file) {
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines(read_all(file));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::vector<std::string> all;
    for (std::string cell; std::getline(cells, cell, ',');) all.push_back(cell);
    if (!all.empty()) rows[all.front()] = {all.begin() + 1, all.end()};
  }
  return rows;
}

TEST_F(ReportCommand, FiguresAreThoseThatAuditRecounts) {
  const std::string asap = week("asap"), lp = week("lp");
  const Said said = run({"report", asap, lp, "-o", path("r.html"), "--csv", path("csv")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto kpis = rows_of(path("csv") + "/kpis.csv");
  std::size_t compared = 0;
  for (std::size_t column = 0; column < 2; ++column) {
    const auto audited = run({"audit", column == 0 ? asap : lp, "--json"}).json();
    for (const auto& figure : audited["figures"]) {
      if (!figure["site"].is_null() || figure.contains("not_recounted") || figure["recount"].is_null()) continue;
      const std::string unit = figure["unit"], name = figure["figure"];
      const auto row = kpis.find(name + (unit.empty() ? "" : " (" + unit + ")"));
      if (row == kpis.end()) continue;  // 0 in both, or no key figure
      const double recount = figure["recount"];
      EXPECT_NEAR(std::stod(row->second.at(column)), recount, 1e-6 * std::max(1.0, std::abs(recount))) << name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 60U);
}

TEST_F(ReportCommand, TheVerdictsMoneyIsThatOfTheAudit) {
  const std::string asap = week("asap"), lp = week("lp");
  const Said said = run({"report", asap, lp, "-o", path("r.html")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto recount = [&](const std::string& file, const std::string& name) {
    const auto audited = run({"audit", file, "--json"}).json();
    for (const auto& figure : audited["figures"]) {
      if (figure["figure"] == name && figure["site"].is_null()) return figure["recount"].get<double>();
    }
    return std::nan("");
  };
  const double kept = recount(lp, "site_money") + recount(lp, "storage_energy_value") - recount(asap, "site_money") -
                      recount(asap, "storage_energy_value");
  std::string digits = std::to_string(std::llround(std::abs(kept)));
  for (std::size_t at = digits.size(); at > 3; digits.insert(at, ",")) at -= 3;
  EXPECT_THAT(said.out, HasSubstr("lp: the site keeps " + digits + " KRW " + (kept > 0.0 ? "more" : "less")));
  const std::string page = read_all(path("r.html"));
  EXPECT_TRUE(holds(page, digits + " KRW"));
  EXPECT_TRUE(holds(page, "href=\"#kpi-site_money\" data-keys=\"site_money storage_energy_value\""));
}

TEST_F(ReportCommand, DaysAndWindowsAddUpToTheKeyFigures) {
  const std::string file = week("lp");
  ASSERT_EQ(run({"report", file, "-o", path("r.html"), "--csv", path("csv")}).status, 0);
  const auto kpis = rows_of(path("csv") + "/kpis.csv");
  const auto days = rows_of(path("csv") + "/by-day.csv");
  const auto sum = [&](const std::string& head) {
    const auto& heads = days.at("day");
    const auto column = static_cast<std::size_t>(std::find(heads.begin(), heads.end(), head) - heads.begin());
    double total = 0.0;
    for (const auto& [day, cells] : days) total += day == "day" ? 0.0 : std::stod(cells.at(column));
    return total;
  };
  const auto kpi = [&](const std::string& name) { return std::stod(kpis.at(name).front()); };
  EXPECT_NEAR(sum("energy KRW"), kpi("energy_cost (KRW)"), 1e-6 * kpi("energy_cost (KRW)"));
  EXPECT_NEAR(sum("demand KRW"), kpi("demand_charge (KRW)"), 1e-6 * kpi("demand_charge (KRW)"));
  EXPECT_NEAR(sum("charged kWh"), kpi("energy_delivered_kwh (kWh)"), 1e-6 * kpi("energy_delivered_kwh (kWh)"));
  EXPECT_NEAR(sum("import kWh"), kpi("import_kwh (kWh)"), 1e-6 * kpi("import_kwh (kWh)"));
  EXPECT_EQ(days.size(), 8U) << "seven days and their heads";
  double peak = 0.0;
  const auto& heads = days.at("day");
  const auto column = static_cast<std::size_t>(std::find(heads.begin(), heads.end(), "peak kW") - heads.begin());
  for (const auto& [day, cells] : days) peak = day == "day" ? peak : std::max(peak, std::stod(cells.at(column)));
  EXPECT_NEAR(peak, kpi("peak_kw (kW)"), 1e-9 * peak);
}

// Two, three and five runs of a week stay below a megabyte, and nothing in the page leads out of it.
TEST_F(ReportCommand, APageStandsAloneAndIsSmall) {
  std::vector<std::string> arguments{"report"};
  for (const char* strategy : {"asap", "edf", "alap", "lp", "price-threshold"}) arguments.push_back(week(strategy));
  arguments.insert(arguments.end(), {"-o", path("r.html")});
  const Said said = run(arguments);
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string page = read_all(path("r.html"));
  EXPECT_LT(page.size(), 1'000'000U);
  EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)=\"?(http|//|file)")));
  EXPECT_FALSE(holds(page, "@import"));
  EXPECT_TRUE(holds(page, "default-src 'none'"));
  // Each figure once, each with a title in both languages.
  const std::regex figure("<figure id=\"(fig-[a-z0-9-]+)\"");
  std::set<std::string> ids;
  std::size_t figures = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), figure); at != std::sregex_iterator(); ++at, ++figures)
    ids.insert((*at)[1]);
  EXPECT_EQ(ids.size(), figures);
  EXPECT_GE(figures, 10U);
}

// The scenario, EVSE and session names of a hostile world in the page, in its data and in figures of their own.
TEST_F(ReportCommand, NamesOfStrangersStayText) {
  const std::string bad = "</script><img src=x onerror=alert(1)>";
  write("s.csv", "arrival,departure,energy_kwh,session_id\n2025-06-02T08:00,2025-06-02T12:00,10,\"" + bad +
                     "\"\n2025-06-02T09:00,2025-06-02T12:00,10,=cmd\n");
  const std::string scenario = write("bad.lua", "return scenario { name = \"" + bad +
                                                    "\", start = \"2025-06-02\", days = 1, timezone = \"Asia/Seoul\",\n"
                                                    "site { name = \"" +
                                                    bad +
                                                    "\", stations = { { name = \"<b>A\", evses = 2, kw = 7 } } },\n"
                                                    "arrivals = sessions { file = \"s.csv\", evse = \"any\" } }\n");
  const std::string file = recorded(scenario, "edf", "bad");
  const Said said = run({"report", file, "-o", path("r.html"), "--csv", path("csv")});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string page = read_all(path("r.html"));
  EXPECT_FALSE(holds(page, "<img"));
  EXPECT_FALSE(holds(page, "<b>A"));
  EXPECT_TRUE(holds(page, "&lt;img src=x"));

  // Energy is free here and most figures are 0: what the verdict speaks of is there all the same.
  const std::regex link("href=\"#(kpi-[a-z0-9_]+)\"");
  std::size_t links = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), link); at != std::sregex_iterator(); ++at, ++links)
    EXPECT_TRUE(holds(page, "<tr id=\"" + (*at)[1].str() + "\"")) << (*at)[1];
  EXPECT_GE(links, 8U);
  const auto count = [&](const std::string& words) {
    std::size_t found = 0;
    for (std::size_t at = page.find(words); at != std::string::npos; at = page.find(words, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<script"), count("</script>"));
  const std::string sessions = read_all(path("csv") + "/sessions.csv");
  EXPECT_THAT(sessions, HasSubstr("\n'=cmd,"));
  EXPECT_THAT(sessions, Not(HasSubstr("\n=cmd")));
}

// A station and a card of a log whose names would be a script of the page.
TEST_F(ReportCommand, NamesInALogStayText) {
  std::string frames = read_all(source_dir + "/scenarios/made_site.log");
  const auto rename = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = frames.find(from, at)) != std::string::npos; at += to.size())
      frames.replace(at, from.size(), to);
  };
  rename(" P1: ", " <script>alert(1)</script>: ");
  rename("\"idTag\":\"04A1B2C3\"", "\"idTag\":\"<img src=x onerror=alert(2)>\"");
  const std::string log = write("bad.log", frames), file = path("bad.evtwin");
  ASSERT_EQ(run({"replay", log, "--out", file}).status, 0);
  const Said said = run({"report", file, "-o", path("r.html")});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string page = read_all(path("r.html"));
  // The log came without a site and so without a tariff: no figure is of money.
  for (const char* figure : {"fig-price", "fig-days", "fig-money"}) EXPECT_FALSE(holds(page, figure)) << figure;
  EXPECT_TRUE(holds(page, "fig-power"));
  EXPECT_FALSE(holds(page, "<section id=\"parties\""));
  EXPECT_TRUE(holds(page, "&lt;script&gt;alert(1)&lt;/script&gt;-1"));
  EXPECT_FALSE(holds(page, "<script>alert"));
  EXPECT_FALSE(holds(page, "<img"));
}

TEST_F(ReportCommand, ReplacesItsOwnPageAndNothingElse) {
  const std::string file = week("edf");
  const std::string mine = write("mine.html", "<!doctype html>\n<p>mine");
  const Said refused = run({"report", file, "-o", mine});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is there already and is kept"));
  EXPECT_EQ(read_all(mine), "<!doctype html>\n<p>mine");
  EXPECT_EQ(run({"report", file, "-o", path("r.html")}).status, 0);
  const std::string first = read_all(path("r.html"));
  EXPECT_EQ(run({"report", file, "-o", path("r.html")}).status, 0);
  EXPECT_EQ(read_all(path("r.html")), first) << "the same run, the same bytes";
}

TEST_F(ReportCommand, FilesThatAreNoWholeRunGetOneLine) {
  const std::string file = week("edf");
  const auto refused = [&](const std::string& run_file, const std::string& why) {
    const Said said = run({"report", run_file, "-o", path("never.html")});
    EXPECT_EQ(said.status, 1) << run_file;
    EXPECT_THAT(said.err, HasSubstr(why));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_FALSE(std::filesystem::exists(path("never.html")));
  };
  refused(path("none.evtwin"), "none.evtwin");
  refused(write("text.evtwin", "not a data base, but long enough to look at"), "not an evtwin run file");
  // A power changed after it was written would draw another picture: the file is refused.
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "UPDATE power SET kw = kw + 1 WHERE id = 10", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  refused(file, "power");
  refused(write("packed.evtwin.gz", "\x1F\x8B\x08" + std::string(40, '\0')), "is gzipped; unpack it");
}

TEST_F(ReportCommand, AReplayShowsItsCertificateAndTheMeter) {
  const std::string file = path("replay.evtwin");
  ASSERT_EQ(run({"replay", source_dir + "/scenarios/made_site.log", "--site", source_dir + "/scenarios/made_site.lua",
                 "--out", file})
                .status,
            0);
  ASSERT_EQ(run({"report", file, "-o", path("r.html"), "--csv", path("csv")}).status, 0);
  const std::string page = read_all(path("r.html"));
  EXPECT_TRUE(holds(page, "Certificate of the replay"));
  EXPECT_TRUE(holds(page, "id=\"fig-metered\""));
  const auto rows = query(file, "SELECT count(*) AS n FROM score");
  const auto certificate = rows_of(path("csv") + "/certificate.csv");
  EXPECT_EQ(certificate.size(), std::stoul(rows.front().at("n")) + 1);
}

TEST_F(ReportCommand, OtherDaysAreNotCompared) {
  const std::string scenario = source_dir + "/scenarios/workplace_week.lua", two = path("two.evtwin");
  ASSERT_EQ(run({"run", scenario, "--strategy", "edf", "--days", "2", "--out", two}).status, 0);
  const Said said = run({"report", week("edf"), two, "-o", path("r.html")});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("not of the same days"));
}

// Won and euros in one report: each run's name tells its own, no head claims one for all, and everybody who is of
// another world is named.
TEST_F(ReportCommand, MoneyOfOtherCurrenciesStandsUnderItsOwn) {
  const std::string other = recorded(source_dir + "/scenarios/dc_v2g.lua", "edf", "other");
  const std::string third = recorded(source_dir + "/scenarios/amsterdam_dst.lua", "asap", "third");
  const Said said = run({"report", week("lp"), other, third, "-o", path("r.html"), "--csv", path("csv")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("lp [KRW] and edf [EUR] are not compared"));
  EXPECT_THAT(said.out, HasSubstr("asap [EUR] are not compared"));
  for (const char* table : {"kpis.csv", "parties.csv", "by-day.csv"}) {
    const std::string text = read_all(path("csv") + "/" + table);
    EXPECT_THAT(text, HasSubstr("edf [EUR]")) << table;
    EXPECT_THAT(text, HasSubstr("EUR/KRW")) << table;
    EXPECT_THAT(text, Not(HasSubstr("(KRW)"))) << table;
    EXPECT_THAT(text, Not(HasSubstr("energy KRW"))) << table;
  }
}

// Made again from the file's rows by SQL: the midnights' forecasts of the sun over the signal.
TEST_F(ReportCommand, ForecastsAreHeldAgainstWhatCame) {
  const std::string scenario = source_dir + "/scenarios/workplace_week.lua", file = path("yesterday.evtwin");
  ASSERT_EQ(run({"run", scenario, "--strategy", "lp", "--days", "3", "--change", "forecast_load=yesterday", "--change",
                 "forecast_pv=perfect", "--out", file})
                .status,
            0);
  const Said said = run({"report", file, "-o", path("r.html"), "--csv", path("csv"), "--png", path("png")});
  ASSERT_TRUE(said.status == 0 || said.err.find("rsvg-convert") != std::string::npos) << said.err;
  const auto table = rows_of(path("csv") + "/forecasts.csv");
  ASSERT_TRUE(table.contains("building load") && table.contains("PV power"));
  // The first day has nobody before it: its forecast is what was there at midnight.
  const double error = std::stod(
      query(
          file,
          "SELECT avg(abs(f.mean - (SELECT value FROM signal s WHERE s.kind = 'load_kw' AND s.start_ns <= f.start_ns "
          "ORDER BY s.start_ns DESC LIMIT 1))) AS mae FROM foreseen_step f WHERE f.quantity = 'load' AND f.start_ns > "
          "f.seen_ns AND (f.seen_ns - (SELECT start_ns FROM run)) % 86400000000000 = 0 AND f.end_ns <= f.seen_ns + "
          "86400000000000")[0]
          .at("mae"));
  EXPECT_GT(error, 1.0);
  EXPECT_NEAR(std::stod(table.at("building load")[3]), error, 1e-9);
  EXPECT_EQ(table.at("building load")[2], "285");  // three days of 96 steps, without the three at midnight
  EXPECT_EQ(table.at("PV power")[0], "given: the truth; not predicted");
  EXPECT_EQ(table.at("PV power")[6], "given");
  EXPECT_TRUE(std::filesystem::exists(path("png") + "/forecast-load.svg"));
  EXPECT_TRUE(holds(read_all(path("r.html")), "띠는 10~90 % 분위수") || holds(read_all(path("r.html")), "예측과 실제"));
}

// Who looks at no forecast has no words about one.
TEST_F(ReportCommand, WithoutForecastsThereIsNoTableOfThem) {
  const Said said = run({"report", week("asap"), "-o", path("r.html"), "--csv", path("csv")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_FALSE(std::filesystem::exists(path("csv") + "/forecasts.csv"));
}

// Sites count their own sessions: number 1 of one is not number 1 of another. Made again by SQL, by site and number.
TEST_F(ReportCommand, WhoIsDoneWhenIsOfItsOwnSite) {
  const std::string file = recorded(source_dir + "/scenarios/city.lua", "asap", "city");
  ASSERT_EQ(run({"report", file, "-o", path("r.html"), "--csv", path("csv")}).status, 0);
  const double done_h = std::stod(
      query(
          file,
          "SELECT avg(done_h) AS h FROM (SELECT (s.departed_ns / 1000000000 - max(p.end_ns) / 1000000000) / 3600.0 AS "
          "done_h FROM session s JOIN power p ON p.session = s.number JOIN evse e ON e.id = p.evse AND e.site = s.site "
          "WHERE s.ended = 'departed' AND p.energy_kwh > 0 GROUP BY s.id)")[0]
          .at("h"));
  EXPECT_GT(done_h, 0.0);
  EXPECT_NEAR(std::stod(rows_of(path("csv") + "/kpis.csv").at("done before departure (h)")[0]), done_h, 2e-3);
  // The verdict says whose it is.
  EXPECT_THAT(read_all(path("r.html")),
              HasSubstr("Of all " + query(file, "SELECT count(*) AS n FROM site")[0].at("n") + " sites together."));
}

TEST_F(ReportCommand, PicturesAreDrawingsOfTheFigures) {
  const std::string file = week("lp");
  const Said said = run({"report", file, "-o", path("r.html"), "--png", path("png"), "--lang", "ko"});
  std::size_t drawings = 0, pictures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("png"))) {
    const std::string text = read_all(entry.path());
    drawings += entry.path().extension() == ".svg" && text.starts_with("<svg ") && text.ends_with("</svg>\n") ? 1U : 0U;
    pictures += entry.path().extension() == ".png" && text.starts_with("\x89PNG") ? 1U : 0U;
  }
  EXPECT_GE(drawings, 6U);
  EXPECT_THAT(read_all(path("png") + "/power.svg"), HasSubstr("수전점 전력과 한도"));
  // Without the converter the drawings are there all the same, and the message says what is missing.
  if (said.status == 0)
    EXPECT_EQ(pictures, drawings);
  else
    EXPECT_THAT(said.err, HasSubstr("rsvg-convert (apt-get install librsvg2-bin)"));
}

}  // namespace
}  // namespace evtwin::testing
