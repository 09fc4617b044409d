// A real site's sessions written as OCPP logs, replayed and asked what they could have cost: JPL's garage, May 2019.
#include <zlib.h>

#include <cmath>
#include <sstream>

#include "cli/command.hpp"
#include "market/calendar.hpp"
#include "replay/log_layout.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

using kernel::TimeNs;

struct Row {
  TimeNs arrival_ns = 0, departure_ns = 0;
  double kwh = 0.0;
  std::string station;
};

// arrival,departure,requested,delivered,station_id,...: read by rules of its own.
std::vector<Row> rows_of(const std::string& file) {
  gzFile opened = gzopen(file.c_str(), "rb");
  std::string text;
  for (int c = gzgetc(opened); c >= 0; c = gzgetc(opened)) text += static_cast<char>(c);
  gzclose(opened);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::vector<std::string> cell(5);
    for (std::string& one : cell) std::getline(cells, one, ',');
    const market::Calendar utc;
    rows.push_back(
        {market::parse_instant(cell[0], utc), market::parse_instant(cell[1], utc), std::stod(cell[3]), cell[4]});
  }
  return rows;
}

/// The simplest log that can be made of them: a start when the car comes, a reading every five minutes as if power were
/// constant, a stop when it leaves. Bare frames of OCPP 1.6 with the time in front, no states, no answers but those
/// that give the transaction its number.
std::string plain_log(const std::vector<Row>& rows) {
  struct Line {
    TimeNs time_ns;
    std::string text;
  };
  std::vector<Line> lines;
  int id = 0, transaction = 0;
  std::map<std::string, double> wh;
  const auto add = [&](TimeNs t, const std::string& station, const std::string& frame, bool received) {
    lines.push_back({t, replay::log_line(replay::LogLayout::python, {station, t, 0, received, ""}, frame)});
  };
  for (const Row& row : rows) {
    const std::string number = std::to_string(++transaction);
    const auto at = [](TimeNs t) { return "\"timestamp\":\"" + replay::utc_text(t) + "\""; };
    const auto call = [&](const char* action, const std::string& payload) {
      return "[2,\"" + std::to_string(++id) + "\",\"" + action + "\",{" + payload + "}]";
    };
    const double start_wh = wh[row.station],
                 per_ns = 1000.0 * row.kwh / static_cast<double>(row.departure_ns - row.arrival_ns);
    add(row.arrival_ns, row.station,
        call("StartTransaction", "\"connectorId\":1,\"idTag\":\"D" + number + "\",\"meterStart\":" +
                                     std::to_string(std::llround(start_wh)) + "," + at(row.arrival_ns)),
        true);
    add(row.arrival_ns, row.station,
        "[3,\"" + std::to_string(id) + "\",{\"transactionId\":" + number + ",\"idTagInfo\":{\"status\":\"Accepted\"}}]",
        false);
    for (TimeNs t = row.arrival_ns + 5 * kernel::minute_ns; t < row.departure_ns; t += 5 * kernel::minute_ns) {
      const double shown = start_wh + per_ns * static_cast<double>(t - row.arrival_ns);
      add(t, row.station,
          call("MeterValues", "\"connectorId\":1,\"transactionId\":" + number + ",\"meterValue\":[{" + at(t) +
                                  ",\"sampledValue\":[{\"value\":\"" + std::to_string(shown) + "\"}]}]"),
          true);
    }
    wh[row.station] = start_wh + 1000.0 * row.kwh;
    add(row.departure_ns, row.station,
        call("StopTransaction", "\"transactionId\":" + number + ",\"meterStop\":" +
                                    std::to_string(std::llround(wh[row.station])) + "," + at(row.departure_ns)),
        true);
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.time_ns < b.time_ns; });
  std::string log;
  for (const Line& line : lines) log += line.text + "\n";
  return log;
}

class AcnLog : public Command {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(csv)) GTEST_SKIP() << "skipped: no ACN-Data in " << shared_dir;
  }

  void expect_closely_replayed(const Said& said, std::size_t sessions, double kwh) {
    ASSERT_EQ(said.status, 0) << said.err;
    const auto json = said.json();
    EXPECT_EQ(json["transactions"].get<std::size_t>(), sessions);
    EXPECT_NEAR(json["kwh"].get<double>(), kwh, 1e-3 * kwh);
    const auto& bias = json["scores"]["session_energy_bias"];
    EXPECT_EQ(bias["n"].get<std::size_t>(), sessions);
    EXPECT_LE(std::abs(bias["value"].get<double>()), 1e-3);
  }

  const std::string csv = shared_dir + "/data/sessions/acn_jpl_2019-05.csv.gz";
  const std::string site = source_dir + "/scenarios/acn_jpl.lua";
};

TEST_F(AcnLog, AMonthRunExportedAndReplayedHasItsEnergyAndAMoneyAnswer) {
  const Said ran = run({"run", site, "--set", "sessions=" + csv, "--days", sweep("31", "7"), "--strategy", "asap",
                        "--out", path("jpl.evtwin"), "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  ASSERT_EQ(run({"export", path("jpl.evtwin"), "--ocpp", path("jpl.log"), "--sample-s", "300"}).status, 0);
  const auto ended =
      query(path("jpl.evtwin"), "SELECT count(*) AS n, sum(got_kwh) AS kwh FROM session WHERE ended = 'departed'");
  const Said replayed = run({"replay", path("jpl.log"), "--site", site, "--json"});
  expect_closely_replayed(replayed, std::stoul(ended[0].at("n")), std::stod(ended[0].at("kwh")));

  const Said asked =
      run({"whatif", path("jpl.log"), "--site", site, "--strategies", "asap,edf", "--no-bound", "--json"});
  ASSERT_EQ(asked.status, 0) << asked.err;
  const auto answer = asked.json();
  ASSERT_GE(answer["runs"].size(), 3U);
  for (const auto& one : answer["runs"]) {
    EXPECT_TRUE(one.contains("strategy")) << one;
    EXPECT_TRUE(one["error_bar"].contains("cost")) << one;
  }
}

TEST_F(AcnLog, SessionsWrittenAsTheSimplestLogAreReplayedToAThousandth) {
  std::vector<Row> rows = rows_of(csv);
  const TimeNs until =
      market::parse_instant(sweep("2019-06-01T00:00-07:00", "2019-05-08T00:00-07:00"), market::Calendar());
  std::erase_if(rows, [&](const Row& row) { return row.departure_ns >= until; });
  ASSERT_GT(rows.size(), sweep(1000U, 200U));
  double kwh = 0.0;
  for (const Row& row : rows) kwh += row.kwh;
  const std::string log = write("plain.log", plain_log(rows));
  expect_closely_replayed(run({"replay", log, "--site", site, "--json"}), rows.size(), kwh);
  expect_closely_replayed(run({"replay", log, "--json"}), rows.size(), kwh);
}

}  // namespace
}  // namespace evtwin::testing
