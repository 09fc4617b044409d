// The main job on real input: a month of sessions of a real site becomes a priced result.
#include <zlib.h>

#include <cmath>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

const std::vector<std::string> months = {"caltech_2019-05", "caltech_2019-09", "jpl_2019-05", "jpl_2019-09"};

std::string file_of(const std::string& month) { return shared_dir + "/data/sessions/acn_" + month + ".csv.gz"; }

/// Rows of the table, counted without our reader.
int count_of_rows(const std::string& file) {
  gzFile opened = gzopen(file.c_str(), "rb");
  int lines = 0;
  for (int c = gzgetc(opened); c >= 0; c = gzgetc(opened)) lines += c == '\n';
  gzclose(opened);
  return lines - 1;
}

class RealSessions : public Command {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(file_of(months[0]))) GTEST_SKIP() << "skipped: no ACN-Data in " << shared_dir;
  }
  Said run_month(const std::string& month, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"run", source_dir + "/scenarios/real_sessions.lua", "--set",
                                          "sessions=" + file_of(month), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
};

TEST_F(RealSessions, EverySessionIsSimulatedOrNamed) {
  for (const std::string& month : months) {
    const Said said = run_month(month, {"--strategy", "edf"});
    ASSERT_EQ(said.status, 0) << said.err;
    const auto json = said.json();
    EXPECT_EQ(json["sessions"].get<int>() + static_cast<int>(json["sessions_left_out"].size()),
              count_of_rows(file_of(month)))
        << month;
    EXPECT_LE(std::abs(json["ledger_imbalance_kwh"].get<double>()), 1e-6);
    for (const char* key : {"energy_delivered_kwh", "energy_cost", "demand_charge", "peak_kw", "unmet_kwh",
                            "served_fraction", "pv_self_use_fraction", "storage_cycles", "co2_kg", "v2g_kwh"}) {
      EXPECT_TRUE(json["kpi"].contains(key)) << key;
    }
    EXPECT_GT(json["decisions"].get<int>(), 2000);
    EXPECT_LE(json["kpi"]["peak_instant_kw"].get<double>(), 150.0 * (1 + 1e-9));
  }
}

TEST_F(RealSessions, UncontrolledWithAmpleLimitsTakesExactlyWhatWasTaken) {
  const Said said =
      run_month(months[0], {"--strategy", "asap", "--set", "contract_kw=100000", "--out", path("month.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const double rated_kw = 6.656;
  int too_short = 0;
  const auto sessions =
      query(path("month.evtwin"), "SELECT wanted_kwh, got_kwh, plugged_in_ns, departed_ns FROM session");
  ASSERT_EQ(sessions.size(), 3527U);
  for (const auto& row : sessions) {
    const double hours =
        static_cast<double>(std::stoll(row.at("departed_ns")) - std::stoll(row.at("plugged_in_ns"))) / 3.6e12;
    const double possible = std::min(std::stod(row.at("wanted_kwh")), rated_kw * hours);
    too_short += possible < std::stod(row.at("wanted_kwh")) ? 1 : 0;
    ASSERT_NEAR(std::stod(row.at("got_kwh")), possible, 1e-9);
  }
  EXPECT_LT(too_short, 200);
}

TEST_F(RealSessions, SameCommandSameHashAndThreadsChangeNothing) {
  const auto hash = [&](std::vector<std::string> more) {
    return run_month(months[1], std::move(more)).json()["event_hash"].get<std::string>();
  };
  EXPECT_EQ(hash({"--strategy", "llf"}), hash({"--strategy", "llf"}));
  EXPECT_EQ(hash({"--strategy", "llf"}), hash({"--strategy", "llf", "--out", path("x.evtwin")}));
  const auto compared = [&](const std::string& threads) {
    const Said said =
        run({"compare", source_dir + "/scenarios/real_sessions.lua", "--set", "sessions=" + file_of(months[1]),
             "--threads", threads, "--strategies", "asap,edf,llf,round-robin,equal-share", "--json"});
    std::vector<std::string> hashes;
    const auto document = said.json();
    for (const auto& one_run : document["runs"]) hashes.push_back(one_run["event_hash"]);
    return hashes;
  };
  const auto one = compared("1");
  EXPECT_EQ(one.size(), 5U);
  EXPECT_EQ(one, compared("4"));
  EXPECT_EQ(one[2], hash({"--strategy", "llf"}));
}

}  // namespace
}  // namespace evtwin::testing
