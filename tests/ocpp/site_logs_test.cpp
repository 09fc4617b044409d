// Logs of real sites, and logs that are wrong in one way each: what their transactions must come to.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "log_text.hpp"
#include "support/paths.hpp"

namespace evtwin::ocpp {
namespace {

const std::filesystem::path shared = paths::shared_dir;

SiteLog read_file(const std::filesystem::path& path) {
  const std::vector<std::string> paths{path.string()};
  return read_site_log(paths);
}

std::size_t whole_transactions(const SiteLog& log) {
  return static_cast<std::size_t>(std::count_if(log.transactions.begin(), log.transactions.end(),
                                                [](const Transaction& t) { return t.is_whole(); }));
}

struct RealCase {
  const char* file;
  std::size_t transactions, whole;
  std::vector<double> kwh;  // of the whole ones; empty: not compared
};
class RealLogs : public ::testing::TestWithParam<RealCase> {};
TEST_P(RealLogs, GiveTheirTransactions) {
  const std::filesystem::path path = shared / "ocpp/logs" / GetParam().file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": the logs of real sites are not here";
  const SiteLog log = read_file(path);
  EXPECT_EQ(log.transactions.size(), GetParam().transactions);
  EXPECT_EQ(whole_transactions(log), GetParam().whole);
  std::vector<double> kwh;
  for (const Transaction& t : log.transactions)
    if (t.is_whole()) kwh.push_back(t.energy_kwh);
  if (!GetParam().kwh.empty()) {
    EXPECT_EQ(kwh, GetParam().kwh);
  }
}
INSTANTIATE_TEST_SUITE_P(, RealLogs,
                         ::testing::Values(RealCase{"t01_ha_ocpp_2026-02-16.log", 2, 2, {0.0, 0.248}},
                                           RealCase{"t02_octt201_TC_E_44.log", 1, 0, {}},
                                           RealCase{"t03_pyocpp201_client_2025-08-27.log", 9, 0, {}},
                                           RealCase{"t04_kwwhat_16_synthetic_14d.csv", 39, 39, {}},
                                           RealCase{"t05_kr_csms_2023-11-29.log", 9, 0, {}},
                                           RealCase{"t06_keba_raw_lines.txt", 1, 0, {}},
                                           RealCase{"t07_evcc_trace_old_ABL.log", 0, 0, {}},
                                           RealCase{"t08_steve_tab_pasted.log", 0, 0, {}},
                                           RealCase{"t09_steve_native.log", 0, 0, {}},
                                           RealCase{"t10_pyocpp16_no_timestamp_BURA.log", 1, 0, {}}),
                         [](const auto& test) { return std::string(test.param.file).substr(0, 3); });

// A year-old clock and a session register beside a lifetime register: nothing may be made of it.
TEST(KoreanLog, KeepsItsTransactionsApartAndTheirEnergyUnknown) {
  const std::filesystem::path path = shared / "ocpp/logs/t05_kr_csms_2023-11-29.log";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": the logs of real sites are not here";
  const SiteLog log = read_file(path);
  for (const Transaction& t : log.transactions) {
    EXPECT_TRUE(std::isnan(t.energy_kwh));
    EXPECT_EQ(std::count(t.flags.begin(), t.flags.end(), "meter_goes_back"), 1);
    EXPECT_GT(t.start_ns, at("2025-06-02 00:00:00") - 600 * kernel::day_ns);  // November 2023: the log's clock
  }
  EXPECT_TRUE(has_flag(log, "clock_lost"));
}

struct BadCase {
  const char* name;
  std::size_t transactions;
  double kwh;                      // all energies that are known
  std::vector<const char*> words;  // one of them in a flag; empty: no flags at all
};
class BadLogs : public ::testing::TestWithParam<BadCase> {};
TEST_P(BadLogs, GiveWhatIsGoodAndNameWhatIsNot) {
  const std::filesystem::path path = shared / "bad_input/ocpp" / (std::string(GetParam().name) + ".log");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": the bad logs are not here";
  const SiteLog log = read_file(path);
  EXPECT_EQ(log.transactions.size(), GetParam().transactions);
  double kwh = 0.0;
  for (const Transaction& t : log.transactions) kwh += std::isnan(t.energy_kwh) ? 0.0 : t.energy_kwh;
  EXPECT_EQ(kwh, GetParam().kwh);
  if (GetParam().words.empty()) {
    // These logs are of one station, which most of them do not name.
    const std::string flags = all_flags(log);
    EXPECT_TRUE(flags.empty() || (flags.starts_with("station_not_told") && flags.find('\n') == flags.size() - 1))
        << flags;
    return;
  }
  const std::string flags = all_flags(log);
  EXPECT_TRUE(std::any_of(GetParam().words.begin(), GetParam().words.end(), [&](const char* word) {
    return flags.find(word) != std::string::npos;
  })) << flags;
}
INSTANTIATE_TEST_SUITE_P(
    , BadLogs,
    ::testing::Values(
        BadCase{"control_valid", 1, 7.0, {}}, BadCase{"cp949_lines", 1, 7.0, {}},
        BadCase{"same_message_id", 1, 7.0, {}}, BadCase{"same_tx_id_two_stations", 2, 11.0, {}},
        BadCase{"huge_string", 1, 7.0, {}}, BadCase{"length_claims_1gb", 1, 7.0, {}},
        BadCase{"clock_1970", 1, 7.0, {"1970", "clock"}}, BadCase{"clock_feb_30", 1, 7.0, {"2025-02-30"}},
        BadCase{"clock_year_0", 1, 7.0, {"0000"}}, BadCase{"energy_impossible", 1, 0.0, {"kW", "energy"}},
        BadCase{"meter_goes_back", 1, 0.0, {"meterStop"}}, BadCase{"meter_negative", 1, 0.0, {"meterStart"}},
        BadCase{"meter_rollover", 1, 8.0, {"rollover"}}, BadCase{"meter_value_not_a_number", 1, 7.0, {":5", ":6"}},
        BadCase{"mixed_versions", 2, 7.0, {"2.0.1"}}, BadCase{"start_refused", 1, 7.0, {"Blocked"}},
        BadCase{"stop_before_start", 1, 7.0, {"before"}}, BadCase{"stop_without_start", 1, 0.0, {"no start"}},
        BadCase{"tx_id_minus_one", 1, 7.0, {"-1"}}, BadCase{"tx_id_string", 1, 7.0, {}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace evtwin::ocpp
