// evtwin forecast import, export, weather and --cache, as users call them.
#include <gmock/gmock.h>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

class ForecastData : public Command {};

// The stand-in for Seoul's measurements in CP949; its sum is taken from the text, in whole hundredths of a kWh.
TEST_F(ForecastData, SeoulsStandInIsMarkedResampledAndExported) {
  const std::string csv = folder_ + "/seoul.csv", store = folder_ + "/store.sqlite";
  const std::string script = source_dir + "/scripts/seoul_stand_in";
  // Letters of CP949 are no commas, points or line ends: figures are read from its bytes.
  ASSERT_EQ(std::system((paths::quoted(script) + " --encoding cp949 > " + paths::quoted(csv)).c_str()), 0);
  std::istringstream lines(read_all(csv));
  std::string line;
  std::getline(lines, line);
  long hundredths = 0, rows = 0;
  while (std::getline(lines, line)) {
    const std::size_t from = line.find(',') + 1, point = line.find('.', from);
    hundredths += 100 * std::stol(line.substr(from, point - from)) + std::stol(line.substr(point + 1, 2));
    ++rows;
  }
  ASSERT_EQ(rows, 243 * 24);

  const Said first = run({"forecast", "import", csv, "--into", store, "--timezone", "Asia/Seoul", "--step", "1440"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("marked as synthetic"));
  EXPECT_THAT(first.out, HasSubstr("2 series resampled to 1440 min"));
  const Said listed = run({"forecast", "export", store});
  EXPECT_THAT(listed.out, HasSubstr("충전량(kWh)"));
  EXPECT_THAT(listed.out, HasSubstr("yes"));

  const Said days = run({"forecast", "export", store, "--series", "충전량(kWh)", "--step", "1440"});
  EXPECT_EQ(days.status, 0) << days.err;
  std::istringstream written(days.out);
  std::getline(written, line);
  double kwh = 0.0;
  int day_rows = 0;
  while (std::getline(written, line)) {
    kwh += std::stod(line.substr(line.find(',') + 1));
    ++day_rows;
  }
  EXPECT_EQ(day_rows, 243);
  EXPECT_NEAR(kwh * 100.0 / static_cast<double>(hundredths), 1.0, 1e-9);

  const Said again = run({"forecast", "import", csv, "--into", store, "--timezone", "Asia/Seoul", "--step", "1440"});
  EXPECT_THAT(again.out, HasSubstr("nothing changed"));
  EXPECT_EQ(std::count(again.out.begin(), again.out.end(), '\n'), 1);
  const Said korean = run({"forecast", "import", csv, "--into", store, "--timezone", "Asia/Seoul", "--lang", "ko"});
  EXPECT_THAT(korean.out, HasSubstr("이미 있음"));
}

// Ten days of minutes as SKIPP'D has them, in whole watts: what comes out of the store in quarter hours has their
// energy, and is a series that a scenario reads.
TEST_F(ForecastData, MinutesOfPvAreResampledForAScenario) {
  const std::string csv = folder_ + "/pv.csv", store = folder_ + "/store.sqlite", out = folder_ + "/pv15.csv";
  long watt_minutes = 0, of_run = 0;  // of_run: 2 to 9 June
  std::string text = ",pv\n";
  for (int minute = 0; minute < 10 * 1440; ++minute) {
    const int of_day = minute % 1440;
    const int watts = of_day < 360 || of_day > 1140 ? 0 : (minute * 7919) % 30'000;
    watt_minutes += watts;
    if (minute >= 1440 && minute < 9 * 1440) of_run += watts;
    text += fmt::format("2017-06-{:02} {:02}:{:02}:00,{}.{:03}\n", 1 + minute / 1440, of_day / 60, of_day % 60,
                        watts / 1000, watts % 1000);
  }
  std::ofstream(csv) << text;
  ASSERT_EQ(
      run({"forecast", "import", csv, "--into", store, "--timezone", "America/Los_Angeles", "--step", "15"}).status, 0);
  ASSERT_EQ(run({"forecast", "export", store, "--series", "pv", "--step", "15", "--kw", "-o", out}).status, 0);
  std::istringstream written(read_all(out));
  std::string line;
  std::getline(written, line);
  EXPECT_EQ(line, "time,kw");
  double kwh = 0.0;
  while (std::getline(written, line)) kwh += std::stod(line.substr(line.find(',') + 1)) / 4.0;
  EXPECT_NEAR(kwh * 60'000.0 / static_cast<double>(watt_minutes), 1.0, 1e-9);

  // A scenario generates what the store has of its days.
  const Said lived = run({"run", source_dir + "/scenarios/series.lua", "--set", "pv=" + out, "--set",
                          "start=2017-06-02", "--set", "days=8", "--json"});
  ASSERT_EQ(lived.status, 0) << lived.err;
  EXPECT_NEAR(lived.json()["kpi"]["pv_kwh"].get<double>() * 60'000.0 / static_cast<double>(of_run), 1.0, 1e-9);
}

TEST_F(ForecastData, AcnJsonIsCheckedImportedAndRun) {
  const std::string file = folder_ + "/acn.json", store = folder_ + "/store.sqlite";
  std::ofstream(file) << R"({"_items":[
   {"connectionTime":"Mon, 01 Jun 2026 00:00:00 GMT","disconnectTime":"Mon, 01 Jun 2026 08:00:00 GMT","kWhDelivered":7.5,
    "sessionID":"a","stationID":"A-1","userInputs":null},
   {"connectionTime":"Mon, 01 Jun 2026 01:00:00 GMT","disconnectTime":"Mon, 01 Jun 2026 05:00:00 GMT","kWhDelivered":2.25,
    "sessionID":"b","stationID":"A-2","userInputs":null},
   {"connectionTime":"Mon, 01 Jun 2026 01:00:00 GMT","disconnectTime":null,"kWhDelivered":1,"sessionID":"c"}]})";
  const Said checked = run({"check", file});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("2 sessions, 9.750 kWh; 1 row(s) left out"));
  EXPECT_THAT(checked.err, HasSubstr("acn.json:3: departure"));
  const Said imported = run({"forecast", "import", file, "--into", store});
  EXPECT_THAT(imported.out, HasSubstr("2 sessions, 9.750 kWh; 1 left out"));
  const Said lived = run({"run", source_dir + "/scenarios/real_sessions.lua", "--set", "sessions=" + file, "--json"});
  EXPECT_EQ(lived.status, 0) << lived.err;
  ASSERT_EQ(lived.status, 0);
  EXPECT_EQ(lived.json()["sessions"], 2);
}

TEST_F(ForecastData, WeatherIsWhatWasIssuedByThen) {
  const auto row = [](const char* base, const char* target, int value) {
    return fmt::format(R"({{"baseDate":"20260601","baseTime":"{}","category":"TMP","fcstDate":"20260601",)"
                       R"("fcstTime":"{}","fcstValue":"{}","nx":60,"ny":127}})",
                       base, target, value);
  };
  const auto file_of = [&](const char* name, const std::string& later) {
    const std::string file = folder_ + "/" + name;
    std::ofstream(file) << "[" + row("0500", "1200", 20) + "," + row("0800", "1200", 23) + later + "]";
    return file;
  };
  const std::string one = file_of("one.json", "," + row("1100", "1200", 24));
  const std::string other = file_of("other.json", "," + row("1100", "1200", -40) + "," + row("1100", "1300", -40));
  const auto told = [&](const std::string& file, const char* at) {
    return run({"forecast", "weather", file, "--at", at, "--json"});
  };
  const Said now = told(one, "2026-06-01T09:00");
  EXPECT_EQ(now.status, 0) << now.err;
  EXPECT_EQ(now.json()["hours"][0]["values"][0]["value"], 23.0);
  EXPECT_EQ(told(other, "2026-06-01T09:00").out, now.out);
  EXPECT_NE(told(other, "2026-06-01T11:10").out, told(one, "2026-06-01T11:10").out);
  EXPECT_EQ(run({"check", one}).status, 0);

  // As a table for forecasters: every issue from ten minutes after its name on, degrees, and of the sky its cloud.
  const std::string sky =
      file_of("sky.json", R"(,{"baseDate":"20260601","baseTime":"0800","category":"SKY",)"
                          R"("fcstDate":"20260601","fcstTime":"1200","fcstValue":"4","nx":60,"ny":127})");
  EXPECT_EQ(run({"forecast", "weather", sky, "-o", folder_ + "/weather.csv"}).status, 0);
  std::ifstream table(folder_ + "/weather.csv");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(table), {}),
            "issued,time,temperature_c,cloud_share\n"
            "2026-06-01T05:10:00+09:00,2026-06-01T12:00:00+09:00,20,\n"
            "2026-06-01T08:10:00+09:00,2026-06-01T12:00:00+09:00,23,0.95\n");
  const Said used = run({"forecast", "judge", source_dir + "/scenarios/series.lua", "--set", "days=9", "--quantities",
                         "pv", "--no-money", "--forecasters", "fourier-ridge:weather=" + folder_ + "/weather.csv"});
  EXPECT_EQ(used.status, 0) << used.err;
  const std::string rain = folder_ + "/rain.csv";
  const std::string pop = folder_ + "/pop.json";
  std::ofstream(pop) << R"([{"baseDate":"20260601","baseTime":"0500","category":"POP","fcstDate":"20260601",)"
                     << R"("fcstTime":"0600","fcstValue":"20","nx":60,"ny":127}])";
  EXPECT_THAT(run({"forecast", "weather", pop, "-o", rain}).err, HasSubstr("none of the 1 forecasts is of TMP"));
  EXPECT_FALSE(std::filesystem::exists(rain));
  EXPECT_THAT(run({"forecast", "weather", sky}).err, HasSubstr("--at INSTANT tells what was known then, -o FILE"));

  // A run names what its forecasters read, and is repeated from nothing else.
  const std::string file = folder_ + "/run.evtwin", weather = folder_ + "/weather.csv";
  const Said made = run({"run", source_dir + "/scenarios/series.lua", "--set", "weather=" + weather, "--out", file});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(query(file, "SELECT count(*) AS n FROM input WHERE name = '" + weather + "'")[0].at("n"), "1");
  EXPECT_EQ(run({"rerun", file}).status, 0);
  std::ofstream(weather, std::ios::app) << "2026-06-01T08:10:00+09:00,2026-06-01T13:00:00+09:00,23,0.9\n";
  EXPECT_THAT(run({"rerun", file}).err, HasSubstr(weather + " has changed"));
}

TEST_F(ForecastData, ASecondJudgementIsAnsweredFromTheCache) {
  const auto judged = [&](const char* seed) {
    return run({"forecast", "judge", source_dir + "/scenarios/workplace_week.lua", "--days", "9", "--seed", seed,
                "--forecasters", "fourier-ridge", "--quantities", "load", "--no-money", "--cache",
                folder_ + "/forecasts.sqlite"});
  };
  const Said first = judged("1"), second = judged("1"), other = judged("2");
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(second.out, first.out);
  const auto hits = [](const Said& said) {
    const std::size_t at = said.err.find(": ", said.err.find("cache ")) + 2;
    std::size_t of = 0;
    const int found = std::stoi(said.err.substr(at), &of);
    return std::pair(found, std::stoi(said.err.substr(at + of + 4)));
  };
  EXPECT_EQ(hits(first).first, 0);
  EXPECT_GT(hits(first).second, 10);
  EXPECT_EQ(hits(second).first, hits(second).second);
  EXPECT_EQ(hits(second).second, hits(first).second);
  EXPECT_EQ(hits(other).first, 0);
}

}  // namespace
}  // namespace evtwin::testing
