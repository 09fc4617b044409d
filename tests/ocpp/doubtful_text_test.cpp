// What JSON and loggers let pass in silence: keys said twice, ids out of bounds, other encodings. The good part is
// read, the rest flagged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Told {
  std::string station = "CP1", id = "a1", tag = "TAG1", meter_stop = "8000", transaction = "1";
};

std::string log_of(const Told& told) {
  const std::string head = "2026-03-10 08:00:00,000 - ocpp - INFO - " + told.station + ": ";
  const std::string later = "2026-03-10 09:00:00,000 - ocpp - INFO - " + told.station + ": ";
  return head + "receive message [2,\"" + told.id + "\",\"StartTransaction\",{\"connectorId\":1,\"idTag\":\"" +
         told.tag + "\",\"meterStart\":1000,\"timestamp\":\"2026-03-10T08:00:00Z\"}]\n" + head + "send [3,\"" +
         told.id + "\",{\"transactionId\":1,\"idTagInfo\":{\"status\":\"Accepted\"}}]\n" + later +
         "receive message [2,\"a9\",\"StopTransaction\",{\"transactionId\":" + told.transaction +
         ",\"meterStop\":" + told.meter_stop + ",\"timestamp\":\"2026-03-10T09:00:00Z\"}]\n" + later +
         "send [3,\"a9\",{}]\n";
}

std::vector<std::string> flags_of(const SiteLog& log) {
  std::vector<std::string> texts;
  for (const LogFlag& flag : log.flags) texts.push_back(flag.code + ": " + flag.text);
  return texts;
}
std::vector<std::string> flags_of(const Told& told) { return flags_of(read_site_log_text("site.log", log_of(told))); }

/// The transaction is read whatever the doubt.
void expect_seven_kwh(const SiteLog& log) {
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_NEAR(log.transactions[0].energy_kwh, 7.0, 1e-9);
}

TEST(DoubtfulText, ACleanLogHasNoFlag) { EXPECT_THAT(flags_of(Told{}), ::testing::IsEmpty()); }

TEST(DoubtfulText, AKeyTwiceInAMessageIsNamedAndTheFirstUsed) {
  const SiteLog log = read_site_log_text("site.log", log_of({.meter_stop = "8000,\"meterStop\":1"}));
  expect_seven_kwh(log);
  EXPECT_THAT(flags_of(log),
              Contains("key_repeated: site.log:3: StopTransaction has the key \"meterStop\" twice in one "
                       "object: the first is used"));
}

TEST(DoubtfulText, AKeyTwiceInTheObjectAroundAMessageIsSaid) {
  const std::string frame = "[2,\"a1\",\"Heartbeat\",{}]";
  const SiteLog log =
      read_site_log_text("site.jsonl", "{\"time\":\"2026-03-10T08:00:00Z\",\"station\":\"CP1\",\"message\":" + frame +
                                           "}\n{\"time\":\"2026-03-10T08:01:00Z\",\"station\":\"CP1\",\"station\":"
                                           "\"CP2\",\"message\":" +
                                           frame + "}\n");
  ASSERT_EQ(log.report.repaired.count("a key twice in the object of a message"), 1U);
  const OddityGroup& group = log.report.repaired.at("a key twice in the object of a message");
  EXPECT_EQ(group.count, 1U);
  EXPECT_EQ(group.first[0].place.line, 2U);
  EXPECT_THAT(group.first[0].excerpt, HasSubstr("\"station\":\"CP2\""));
}

TEST(DoubtfulText, AColumnTwiceInTheHeadOfATableIsSaid) {
  const SiteLog log = read_site_log_text("site.csv",
                                         "timestamp,station,station,message\n"
                                         "2026-03-10 08:00:00,CP1,CP2,\"[2,\"\"a1\"\",\"\"Heartbeat\"\",{}]\"\n");
  EXPECT_EQ(log.report.repaired.count("a column twice in the head of a table: the first is used"), 1U);
}

TEST(DoubtfulText, AStationLeftEmptyIsSaid) {
  const char* reason = "the station's name is left empty: the file's name is used";
  const SiteLog objects = read_site_log_text(
      "site.jsonl", R"({"time":"2026-03-10T08:00:00Z","station":"","message":[2,"a1","Heartbeat",{}]})"
                    "\n");
  ASSERT_EQ(objects.report.repaired.count(reason), 1U);
  EXPECT_EQ(objects.report.repaired.at(reason).first[0].place.line, 1U);
  const SiteLog table = read_site_log_text("site.csv",
                                           "timestamp,station,message\n"
                                           "2026-03-10 08:00:00,CP1,\"[2,\"\"a1\"\",\"\"Heartbeat\"\",{}]\"\n"
                                           "2026-03-10 08:01:00,,\"[2,\"\"a2\"\",\"\"Heartbeat\"\",{}]\"\n");
  ASSERT_EQ(table.report.repaired.count(reason), 1U);
  EXPECT_EQ(table.report.repaired.at(reason).count, 1U);
  EXPECT_EQ(table.report.repaired.at(reason).first[0].place.line, 3U);
}

TEST(DoubtfulText, TagsAndIdsOutOfBoundsAreKeptAndFlagged) {
  EXPECT_THAT(flags_of({.tag = ""}), Contains("text_odd: site.log:1: idTag of StartTransaction is empty"));
  EXPECT_THAT(flags_of({.tag = "   "}),
              Contains("text_odd: site.log:1: idTag of StartTransaction has only blanks: \"   \""));
  EXPECT_THAT(flags_of({.tag = std::string(21, 'T')}),
              Contains("text_odd: site.log:1: idTag of StartTransaction has 21 characters; OCPP allows 20"));
  EXPECT_THAT(
      flags_of({.tag = "T\u200BAG"}),
      Contains("text_odd: site.log:1: idTag of StartTransaction has control characters or others that can not be "
               "seen (U+200B): \"T\\u{200B}AG\""));
  EXPECT_THAT(flags_of({.tag = "T\\u0007AG"}), Contains(HasSubstr("can not be seen (U+0007)")));
  EXPECT_THAT(flags_of({.id = std::string(40, 'a')}),
              Contains("text_odd: site.log:1: the message's id of StartTransaction has 40 characters; OCPP allows 36"));
  EXPECT_THAT(flags_of({.transaction = "\"\""}),
              Contains("id_unusable: site.log:3: transactionId of StopTransaction is "
                       "\"\""));
  const SiteLog log = read_site_log_text("site.log", log_of({.station = std::string(60, 'C')}));
  expect_seven_kwh(log);
  EXPECT_THAT(flags_of(log), Contains("text_odd: site.log:1: the station's name has 60 characters; OCPP allows 48"));
}

TEST(DoubtfulText, LinesInNoKnownEncodingAreCountedBesideTheFrames) {
  std::string text = log_of({});
  text.insert(text.find(" - ocpp"), " caf\xE9 ");
  const SiteLog log = read_site_log_text("site.log", text);
  expect_seven_kwh(log);
  ASSERT_EQ(log.report.repaired.count("a line neither UTF-8 nor CP949"), 1U);
  EXPECT_EQ(log.report.repaired.at("a line neither UTF-8 nor CP949").first[0].place.line, 1U);
}

TEST(DoubtfulText, Utf16IsReadWithAndWithoutItsMarkAndSaid) {
  for (const bool big : {false, true}) {
    for (const bool mark : {false, true}) {
      std::string wide = !mark ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
      for (const char c : log_of({})) wide += big ? std::string{'\0', c} : std::string{c, '\0'};
      const SiteLog log = read_site_log_text("site.log", wide);
      expect_seven_kwh(log);
      EXPECT_EQ(name_of(log.report.files[0].encoding), "UTF-16");
    }
  }
}

TEST(DoubtfulText, Utf32IsRefusedByItsName) {
  std::string wide("\xFF\xFE\0\0", 4);
  for (const char c : log_of({})) wide += std::string{c, '\0', '\0', '\0'};
  try {
    read_site_log_text("site.log", wide);
    ADD_FAILURE() << "read";
  } catch (const LogError& error) {
    EXPECT_STREQ(error.what(), "site.log: is UTF-32; save as UTF-8");
  }
}

std::string session(const std::string& id, const std::string& currency, const std::string& more = "") {
  return R"([{"id":")" + id + R"(","start_date_time":"2026-03-10T08:00:00Z","end_date_time":"2026-03-10T09:00:00Z",)" +
         R"("kwh":7.0,"evse_uid":"CP1","connector_id":"1","currency":")" + currency +
         R"(","status":"COMPLETED","last_updated":"2026-03-10T09:00:00Z")" + more + "}]";
}

TEST(DoubtfulText, SessionsOfOtherSystemsSayTheirCurrencyKeysAndIds) {
  const auto flags = [](const std::string& text) { return flags_of(read_site_log_text("cdr.json", text)); };
  EXPECT_THAT(flags(session("s1", "KRW")), ::testing::Not(Contains(HasSubstr("field_malformed"))));
  EXPECT_THAT(flags(session("s1", "WON")),
              Contains(HasSubstr("currency \"WON\" is no currency of ISO 4217; did you mean \"KRW\"?")));
  EXPECT_THAT(flags(session("s1", "KRW", R"(,"kwh":9.0)")),
              Contains(HasSubstr("the key \"kwh\" stands twice in one object: the first is used")));
  EXPECT_THAT(flags(session("s\u200B1", "KRW")), Contains(HasSubstr("id has control characters or others")));
}

}  // namespace
}  // namespace evtwin::ocpp
