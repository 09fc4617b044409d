#include "ocpp/log_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "ocpp/site_log.hpp"
#include "support/paths.hpp"

namespace evtwin::ocpp {
TEST(LogReader, CountsWhatTheSharedLogsHold) {
  const std::filesystem::path folder = std::filesystem::path(paths::shared_dir) / "ocpp/logs";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no shared logs";
  const auto expected = nlohmann::json::parse(std::ifstream(folder / "expected.json"));
  ASSERT_GE(expected.size(), 10U);
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
    const auto actions = e["actions"].get<std::map<std::string, std::uint64_t>>();
    EXPECT_EQ(log.report.actions, actions) << name;
  }
}

TEST(LogReader, RowsOfATableWhoseHeadIsMissingNameTheirStation) {
  const SiteLog log = read_site_log_text(
      "site.csv",
      R"(2026-03-10T08:00:00.000Z,CP-7,StartTransaction,"[2, ""1"", ""StartTransaction"", {""connectorId"": 1, ""idTag"": ""A"", ""meterStart"": 1000, ""timestamp"": ""2026-03-10T08:00:00Z""}]"
2026-03-10T08:00:01.000Z,CP-7,,"[3, ""1"", {""transactionId"": 5, ""idTagInfo"": {""status"": ""Accepted""}}]"
2026-03-10T09:00:00.000Z,CP-7,StopTransaction,"[2, ""2"", ""StopTransaction"", {""transactionId"": 5, ""meterStop"": 8000, ""timestamp"": ""2026-03-10T09:00:00Z""}]"
)");
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].station, "CP-7");
  EXPECT_DOUBLE_EQ(log.transactions[0].energy_kwh, 7.0);
}

// A payload of so many objects, each in the one before, as it stands in a cell or in a string.
std::string payload_of_depth(int depth, std::string_view quote) {
  std::string payload = "1";
  for (int i = 0; i < depth; ++i) payload = fmt::format("{{{0}a{0}:{1}}}", quote, payload);
  return payload;
}

// PostgreSQL doubles the backslashes of JSON: a card called a"b\ü.
TEST(LogReader, RowsOfADumpLoseTheBackslashesOfTheDump) {
  const std::string head = "COPY public.ocpp_log (id, ts, cp, dir, msg) FROM stdin;\n";
  const std::string rows =
      "1\t2026-03-10 08:00:00.1+00\tST-01\tI\t"
      R"([2,"1","StartTransaction",{"connectorId":1,"idTag":"a\\"b\\\\\\u00fc","meterStart":0,)"
      R"("timestamp":"2026-03-10T08:00:00Z"}])"
      "\n2\t2026-03-10 08:00:00.2+00\tST-01\tO\t"
      R"([3,"1",{"transactionId":7,\n\t"idTagInfo":{"status":"Accepted"}}])"
      "\n3\t2026-03-10 09:00:00.1+00\tST-01\tI\t"
      R"([2,"2","StopTransaction",{"transactionId":7,"idTag":"a\\"b\\\\\\u00fc","meterStop":9000,)"
      R"("timestamp":"2026-03-10T09:00:00Z"}])"
      "\n";
  const SiteLog whole = read_site_log_text("dump.sql", head + rows + "\\.\n");
  ASSERT_EQ(whole.transactions.size(), 1U);
  EXPECT_EQ(whole.transactions[0].id_tag, "a\"b\\ü");
  EXPECT_EQ(whole.transactions[0].energy_kwh, 9.0);
  EXPECT_EQ(whole.report.undecodable, 0U);
  EXPECT_TRUE(whole.report.repaired.empty());

  // Rows alone: only where JSON can not be read otherwise do they show that backslashes are doubled.
  const SiteLog cut = read_site_log_text("dump.sql", rows);
  ASSERT_EQ(cut.transactions.size(), 1U);
  EXPECT_EQ(cut.transactions[0].id_tag, "a\"b\\ü");
  EXPECT_EQ(cut.transactions[0].start_ns, whole.transactions[0].start_ns);

  // Behind the dump's end, backslashes are what they were.
  const SiteLog after = read_site_log_text(
      "dump.sql", head +
                      "\\.\n"
                      R"(2026-03-10T08:00:00Z ST-01 [2,"1","Authorize",{"idTag":"a\\b"}])"
                      "\n" +
                      R"(2026-03-10T08:00:00Z ST-01 [2,"2","StartTransaction",{"connectorId":1,"idTag":"a\\b",)"
                      R"("meterStart":0,"timestamp":"2026-03-10T08:00:00Z"}])"
                      "\n");
  ASSERT_EQ(after.transactions.size(), 1U);
  EXPECT_EQ(after.transactions[0].id_tag, "a\\b");
}

TEST(LogReader, PayloadsInStringsAndCellsAreNestedNoDeeperThanAllowed) {
  const auto object = [](int depth) {
    return fmt::format(R"({{"timestamp":"2026-03-10T08:00:00Z","chargePointId":"CP-7","action":"DataTransfer",)"
                       R"("messageType":"call","uniqueId":"1","payload":"{}"}})"
                       "\n",
                       payload_of_depth(depth, "\\\""));
  };
  const auto table = [](int depth) {
    return fmt::format(
        "timestamp,charge_point_id,action,message_type,unique_id,payload\n"
        "2026-03-10T08:00:00Z,CP-7,DataTransfer,call,1,\"{}\"\n",
        payload_of_depth(depth, "\"\""));
  };
  ReadOptions options;
  options.most_depth = 20;
  const std::string frame = "2026-03-10T08:00:01Z CP-7 [2,\"2\",\"Heartbeat\",{}]\n";
  const auto report = [&](const std::string& text) {
    struct Nothing final : FrameSink {
      void on_frame(const Frame&) override {}
    } nothing;
    return read_log_text("site.log", text, nothing, options);
  };
  EXPECT_EQ(report(object(15) + frame).calls, 2U);
  EXPECT_EQ(report(table(15)).calls, 1U);
  for (const int depth : {30, 300}) {
    const LogReport deep = report(object(15) + object(depth) + frame);
    EXPECT_EQ(deep.calls, 2U);
    ASSERT_EQ(deep.unused.count("nested too deeply"), 1U);
    EXPECT_EQ(deep.unused.at("nested too deeply").count, 1U);
    EXPECT_THROW(report(table(depth)), LogError);
  }
}
// As mongoexport writes times: relaxed, by its legacy form, and canonical.
TEST(LogReader, TimesOfMongoAreReadInEachOfItsForms) {
  struct Times final : FrameSink {
    void on_frame(const Frame& frame) override { ns.push_back(frame.time.ns); }
    std::vector<TimeNs> ns;
  };
  constexpr TimeNs expected = 1'780'844'400'123 * kernel::millisecond_ns;
  for (const std::string_view date : {R"({"$date":"2026-06-07T15:00:00.123Z"})", R"({"$date":1780844400123})",
                                      R"({"$date":{"$numberLong":"1780844400123"}})"}) {
    Times times;
    read_log_text(
        "mongo.json",
        fmt::format(R"({{"createdAt":{},"chargePointId":"P1","message":[2,"1","Heartbeat",{{}}]}})", date) + "\n",
        times);
    ASSERT_EQ(times.ns.size(), 1U) << date;
    EXPECT_EQ(times.ns.front(), expected) << date;
  }
}

}  // namespace evtwin::ocpp
