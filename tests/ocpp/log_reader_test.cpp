#include "ocpp/log_reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {
TEST(LogReader, CountsWhatTheSharedLogsHold) {
  const std::filesystem::path folder = std::filesystem::path(EVTWIN_SHARED_DIR) / "ocpp/logs";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no shared logs";
  const auto expected = nlohmann::json::parse(std::ifstream(folder / "expected.json"));
  for (const auto& [name, e] : expected.items()) {
    const std::string path = (folder / name).string();
    const SiteLog log = read_site_log(std::span(&path, 1));
    EXPECT_EQ(log.report.calls, e["call"]) << name;
    EXPECT_EQ(log.report.results, e["result"]) << name;
    EXPECT_EQ(log.report.errors, e["error"]) << name;
    EXPECT_EQ(log.report.undecodable, e["undecodable"]) << name;
    EXPECT_EQ(log.report.reused_ids, e["dup_call_ids"]) << name;
    EXPECT_EQ(log.report.answers_without_call, e["responses_without_call"]) << name;
    if (e.contains("log_minus_payload_s")) {
      EXPECT_NEAR(log.report.clock_offset.median, e["log_minus_payload_s"]["median"].get<double>(), 0.1) << name;
    }
    double kwh = 0;
    std::size_t whole = 0;
    for (const auto& t : log.transactions)
      if (t.whole()) ++whole, kwh += t.energy_kwh;
    std::printf("%s: %zu transactions, %zu whole, %.3f kWh, %zu flags\n", name.c_str(), log.transactions.size(), whole,
                kwh, log.flags.size());
  }
}
}  // namespace evtwin::ocpp
