// What policies see of load and PV ahead: figures by hand, nothing of tomorrow's truth, and the policy file as an input
// of the run.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/command.hpp"
#include "features.hpp"
#include "rl/made_policy.hpp"

namespace evtwin::testing {
namespace {

using rl::Feature;
using rl::Features;
using ::testing::HasSubstr;

// ---- By hand

/// A site of 20 kW at 21:00 in Seoul, a day of quarter hours ahead. Load of step k: 1 + k kW, from half to double; PV
/// 4 kW for an hour, then none, certain.
class Ahead {
 public:
  Ahead() {
    for (std::size_t k = 0; k <= n; ++k) start_ns.push_back(now_ns + static_cast<std::int64_t>(k) * tick_ns);
    for (std::size_t k = 0; k < n; ++k) {
      load.push_back(1.0 + static_cast<double>(k));
      pv.push_back(k < 4 ? 4.0 : 0.0);
      buy.push_back(100.0);
      none.push_back(0.0);
    }
    for (const double times : {0.5, 2.0})
      for (std::size_t k = 0; k < n; ++k) level_load.push_back(times * load[k]);
    for (int l = 0; l < 2; ++l) level_pv.insert(level_pv.end(), pv.begin(), pv.end());

    view.now_ns = now_ns;
    view.utc_offset_ns = 9 * hour_ns;
    view.tick_ns = tick_ns;
    view.month_end_ns = now_ns + hour_ns;
    view.metering_window_ns = tick_ns;
    view.contract_kw = 20.0;
    view.n_evses = 4;
    view.evse_max_kw = evse_kw;
    view.buy_per_kwh = view.unmet_price_per_kwh = 100.0;
    view.horizon_steps = n;
    view.n_levels = 2;
    view.horizon_start_ns = start_ns.data();
    view.horizon_load_kw = load.data();
    view.horizon_pv_kw = pv.data();
    view.horizon_buy_per_kwh = buy.data();
    view.horizon_arrivals_kwh = none.data();
    view.level_load_kw = level_load.data();
    view.level_pv_kw = level_pv.data();
  }

  /// By the ids of the table.
  std::map<std::string, double> seen(std::size_t n_site) const {
    const std::span<const Feature> table = Features::of_site(Features::Ahead::all);
    std::vector<float> row(n_site + 1, 77.0F);
    Features(view, n_site).write_site(view, row.data());
    EXPECT_EQ(row.back(), 77.0F) << "written beyond its end";
    std::map<std::string, double> by_id;
    for (std::size_t k = 0; k < n_site; ++k) by_id[table[k].id] = static_cast<double>(row[k]);
    return by_id;
  }

  evtwin_view view{};

 private:
  static constexpr std::int64_t hour_ns = 3'600'000'000'000, tick_ns = hour_ns / 4,
                                now_ns = (24 * 20000 + 12) * hour_ns;
  static constexpr std::size_t n = 96;
  static constexpr double evse_kw[] = {11.0, 11.0, 11.0, 11.0};
  std::vector<std::int64_t> start_ns;
  std::vector<double> load, pv, buy, none, level_load, level_pv;
};

TEST(SeenAhead, WindowsAreMeansOfTheirStepsInTheSitesPower) {
  const auto seen = Ahead().seen(66);
  // Steps of 1 + k kW: means 2.5 of four and 6.5 of twelve; at 21:00 three hours are the rest of the day.
  EXPECT_NEAR(seen.at("load_1h"), 2.5 / 20, 1e-6);
  EXPECT_NEAR(seen.at("load_1h_low"), 1.25 / 20, 1e-6);
  EXPECT_NEAR(seen.at("load_1h_high"), 5.0 / 20, 1e-6);
  for (const std::string window : {"load_3h", "load_day"}) {
    EXPECT_NEAR(seen.at(window), 6.5 / 20, 1e-6) << window;
    EXPECT_NEAR(seen.at(window + "_low"), 3.25 / 20, 1e-6) << window;
    EXPECT_NEAR(seen.at(window + "_high"), 13.0 / 20, 1e-6) << window;
  }
  EXPECT_NEAR(seen.at("pv_1h"), 4.0 / 20, 1e-6);
  EXPECT_NEAR(seen.at("pv_3h"), 4.0 / 3 / 20, 1e-6);
  EXPECT_NEAR(seen.at("pv_day_high"), 4.0 / 3 / 20, 1e-6);
}

TEST(SeenAhead, TheRestOfTheDayEndsAtLocalMidnight) {
  Ahead ahead;
  ahead.view.utc_offset_ns += 3 * 3'600'000'000'000 - 1'800'000'000'000;  // 23:30 there: two steps are left
  EXPECT_NEAR(ahead.seen(66).at("load_day"), 1.5 / 20, 1e-6);
}

TEST(SeenAhead, WithoutLevelsABandIsItsMean) {
  Ahead ahead;
  ahead.view.n_levels = 0;
  ahead.view.level_load_kw = ahead.view.level_pv_kw = nullptr;
  const auto seen = ahead.seen(66);
  for (const char* id : {"load_1h", "load_3h", "load_day", "pv_1h", "pv_3h", "pv_day"})
    for (const char* end : {"_low", "_high"}) EXPECT_EQ(seen.at(id), seen.at(std::string(id) + end)) << id << end;
}

TEST(SeenAhead, OlderTablesAreTheBeginningOfTheNewOne) {
  const Ahead ahead;
  const auto all = ahead.seen(66);
  for (const std::size_t n : {n_old_prices, n_old_all})
    for (const auto& [id, value] : ahead.seen(n)) EXPECT_EQ(value, all.at(id)) << id;
  EXPECT_EQ(Features::of_site(Features::Ahead::all).size(), 66U);
}

// ---- In runs

class PlayedAhead : public Command {
 protected:
  /// Two days, the first without sun: load and PV from tables. @param second_kw  load of the second day
  std::string site(const std::string& name, const std::string& second_kw) const {
    write(name + ".load.csv", "time,kw\n2026-06-01T00:00,2\n2026-06-02T00:00," + second_kw + "\n2026-06-03T00:00,2\n");
    write(name + ".pv.csv", "time,kw\n2026-06-01T00:00,0\n2026-06-02T00:00,0." + second_kw + "\n2026-06-03T00:00,0\n");
    return write(
        name + ".lua",
        "return scenario { name = 'ahead', start = '2026-06-01', days = 2, timezone = 'Asia/Seoul', seed = 1,\n"
        "  vehicles = { { name = 'car', battery_kwh = 90, ac_kw = 7, ac_phases = 1 } },\n"
        "  site { contract_kw = 20, stations = { { name = 'A', evses = 2, kw = 7, phases = 1, min_a = 0 } },\n"
        "    load = csv '" +
            name + ".load.csv', pv = { peak_kw = 10, profile = csv '" + name +
            ".pv.csv' },\n"
            "    storage = { kwh = 20, kw = 10, efficiency = { 0.95, 0.95 } }, forecast = param('seen', 'yesterday') "
            "},\n"
            "  arrivals = bookings {\n"
            "    { vehicle = 'car', arrive = '2026-06-01T08:00', leave = '2026-06-01T20:00', soc = 0.1, target = 0.9 "
            "},\n"
            "    { vehicle = 'car', arrive = '2026-06-02T08:00', leave = '2026-06-02T20:00', soc = 0.1, target = 0.9 } "
            "} }\n");
  }
  std::string policy(const std::string& name, std::size_t n_site) const {
    return write(name, policy::policy_bytes(made_policy(n_site)));
  }
  /// What a run did: its hash, and the set-points of the first day.
  struct Lived {
    std::string hash;
    std::vector<std::string> first_day;
  };
  Lived live(const std::string& scenario, const std::string& policy, const std::string& seen) const {
    const std::string file = path("run.evtwin");
    std::filesystem::remove(file);
    const Said said =
        run({"run", scenario, "--set", "seen=" + seen, "--strategy", "ppo:policy=" + policy, "-o", file, "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    if (said.status != 0) return {};
    Lived lived{said.json()["event_hash"].get<std::string>(), {}};
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    // Positive power is into the EVSE or storage: kW over the first day, which is 24 h of the run.
    const auto take = [](void* rows, int n, char** cells, char**) {
      std::string row;
      for (int c = 0; c < n; ++c) row += std::string(cells[c] != nullptr ? cells[c] : "-") + " ";
      static_cast<std::vector<std::string>*>(rows)->push_back(row);
      return 0;
    };
    const char* const sql =
        "SELECT p.* FROM power p, run r WHERE p.start_ns < r.start_ns + 86400000000000 AND p.end_ns <= r.start_ns + "
        "86400000000000 ORDER BY 1, 2, 3";
    EXPECT_EQ(sqlite3_exec(db, sql, take, &lived.first_day, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
    return lived;
  }
};

TEST_F(PlayedAhead, APolicyThatSeesLoadAndPvPlaysOtherwiseUnderAnotherForecast) {
  const std::string scenario = site("one", "9");
  const auto hash = [&](std::size_t n, const char* seen) {
    return live(scenario, policy("p" + std::to_string(n), n), seen).hash;
  };
  EXPECT_NE(hash(66, "perfect"), hash(66, "yesterday"));
  EXPECT_NE(hash(n_old_all, "perfect"), hash(n_old_all, "yesterday")) << "an older table plays on";
  EXPECT_EQ(hash(n_old_prices, "perfect"), hash(n_old_prices, "yesterday"));
}

TEST_F(PlayedAhead, NothingOfTomorrowsTruthMovesToday) {
  const std::string one = site("one", "9"), other = site("other", "3"), played = policy("p", 66);
  for (const char* seen : {"yesterday", "same-kind-of-day"}) {
    const Lived a = live(one, played, seen), b = live(other, played, seen);
    EXPECT_GT(a.first_day.size(), 20U);
    EXPECT_EQ(a.first_day, b.first_day) << seen;
    EXPECT_NE(a.hash, b.hash) << "tomorrow itself differs";
  }
  EXPECT_NE(live(one, played, "perfect").first_day, live(other, played, "perfect").first_day)
      << "a perfect forecast does show it: the test would see a leak";
}

TEST_F(PlayedAhead, ATableThatNeverWasIsRefused) {
  const Said said = run({"run", site("one", "9"), "--strategy", "ppo:policy=" + policy("p", 50)});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("its table features.site is not the one of this evtwin"));
}

// ---- The policy file as an input of the run

TEST_F(PlayedAhead, ARunNamesThePolicyAndIsNotRepeatedWithAnother) {
  const std::string scenario = site("one", "9"), file = policy("p.policy", 66);
  live(scenario, file, "yesterday");
  const std::string recorded = path("run.evtwin");
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  const auto inputs = runs[0]["inputs"];
  const auto named = std::find_if(inputs.begin(), inputs.end(), [&](const auto& i) { return i["name"] == file; });
  ASSERT_NE(named, inputs.end()) << inputs.dump();
  EXPECT_EQ((*named)["bytes"].template get<std::size_t>(), read_all(file).size());
  EXPECT_EQ(run({"rerun", recorded}).status, 0);

  policy("p.policy", n_old_prices);
  const Said changed = run({"rerun", recorded});
  EXPECT_EQ(changed.status, 1);
  EXPECT_THAT(changed.err, HasSubstr("can not be repeated: " + file + " has changed"));
  std::filesystem::remove(file);
  const Said gone = run({"rerun", recorded});
  EXPECT_EQ(gone.status, 1);
  EXPECT_THAT(gone.err, HasSubstr(file + " is not there any more"));
  policy("p.policy", 66);
  EXPECT_EQ(run({"rerun", recorded}).status, 0) << "the same bytes again";
}

TEST_F(PlayedAhead, ACheckpointGoesOnWithThePolicyItWasMadeWithOrAfresh) {
  const std::string scenario = site("one", "9"), file = policy("p.policy", 66), half = path("half.evtwin");
  const Said made =
      run({"run", scenario, "--strategy", "ppo:policy=" + file, "--checkpoint-at", "2026-06-02T10:00", half});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(run({"run", "--from", half, "-o", path("on.evtwin")}).status, 0);
  EXPECT_EQ(run({"rerun", path("on.evtwin")}).status, 0);
  policy("p.policy", n_old_prices);
  const Said other = run({"run", "--from", half});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr(file + " has changed since it was made"));
  EXPECT_EQ(run({"run", "--from", half, "--strategy", "asap"}).status, 0);
  EXPECT_EQ(run({"run", "--from", half, "--strategy", "ppo:policy=" + file}).status, 0);
}

TEST_F(PlayedAhead, RowsOfASweepThatAnotherPolicyMadeAreMadeAnew) {
  const std::string file = policy("p.policy", 66), folder = path("sweep");
  ASSERT_EQ(run({"sweep", "run", site("one", "9"), "--strategies", "asap,ppo:policy=" + file, "-o", folder}).status, 0);
  policy("p.policy", n_old_prices);
  const auto again = [&] {
    const Said said = run({"sweep", "run", folder, "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json();
  };
  const nlohmann::json changed = again(), same = again();
  EXPECT_EQ(changed["found"], 1) << changed.dump();
  EXPECT_EQ(changed["done"], 1);
  EXPECT_EQ(same["found"], 2);
  EXPECT_EQ(same["done"], 0);
}

}  // namespace
}  // namespace evtwin::testing
