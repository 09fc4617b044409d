// Whose a frame is, in layouts that nobody has a word for: learnt from the log itself.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

#include "ocpp/log_text.hpp"
#include "ocpp/station_rule.hpp"

namespace evtwin::ocpp {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

struct Message {
  std::string station, json;
  bool from_station = true;
  int second = 0;  ///< of the day
  int number = 0;
};

/// Three stations at once: boots, statuses, a transaction of 5 kWh each, everything answered.
std::vector<Message> story(const std::vector<std::string>& stations = {"CP-7", "CP-8", "CP-9"}) {
  std::vector<Message> all;
  int id = 0, second = 0;
  const auto exchange = [&](const std::string& station, const std::string& action, const std::string& payload,
                            const std::string& answer) {
    ++id;
    all.push_back({station, fmt::format(R"([2,"m{}","{}",{}])", id, action, payload), true, ++second, id});
    all.push_back({station, fmt::format(R"([3,"m{}",{}])", id, answer), false, second, id});
  };
  const auto stamp = [&] {
    return fmt::format("2026-03-02T{:02}:{:02}:{:02}Z", (second + 1) / 3600, (second + 1) / 60 % 60, (second + 1) % 60);
  };
  for (const std::string& station : stations)
    exchange(
        station, "BootNotification",
        fmt::format(R"({{"chargePointVendor":"V","chargePointModel":"M","chargePointSerialNumber":"S{}"}})", station),
        R"({"status":"Accepted","currentTime":"2026-03-02T00:00:00Z","interval":300})");
  for (std::size_t i = 0; i < stations.size(); ++i)
    exchange(stations[i], "StartTransaction",
             fmt::format(R"({{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"{}"}})", stamp()),
             fmt::format(R"({{"transactionId":{},"idTagInfo":{{"status":"Accepted"}}}})", 100 + i));
  for (int reading = 1; reading <= 6; ++reading) {
    second += 600;
    for (std::size_t i = 0; i < stations.size(); ++i)
      exchange(
          stations[i], "MeterValues",
          fmt::format(
              R"({{"connectorId":1,"transactionId":{},"meterValue":[{{"timestamp":"{}","sampledValue":[{{"value":"{}"}}]}}]}})",
              100 + i, stamp(), reading * 800),
          "{}");
  }
  for (std::size_t i = 0; i < stations.size(); ++i)
    exchange(stations[i], "StopTransaction",
             fmt::format(R"({{"transactionId":{},"meterStop":5000,"timestamp":"{}"}})", 100 + i, stamp()), "{}");
  return all;
}

std::string clock_of(const Message& m) {
  return fmt::format("2026-03-02 {:02}:{:02}:{:02}.{:03}", m.second / 3600, m.second / 60 % 60, m.second % 60,
                     m.from_station ? 100 : 150);
}
std::string in_json(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '"' ? std::string("\\\"") : std::string(1, c);
  return out;
}

struct Layout {
  const char* name;
  std::function<std::string(const Message&)> line;
};
void PrintTo(const Layout& layout, std::ostream* out) { *out << layout.name; }

// A thread serves a call and its answer, and whoever comes next.
std::string thread_of(const Message& m) { return fmt::format("pool-1-thread-{}", m.number % 4); }

const std::vector<Layout> layouts{
    {"brackets_behind_threads",
     [](const Message& m) {
       return fmt::format("{} [{}] [{}] {} {}", clock_of(m), thread_of(m), m.station, m.from_station ? "RX" : "TX",
                          m.json);
     }},
    {"round_brackets",
     [](const Message& m) {
       return fmt::format("{} gw: ({}) {} {}", clock_of(m), m.station, m.from_station ? "<=" : "=>", m.json);
     }},
    {"topic",
     [](const Message& m) {
       return fmt::format("{} mqtt ocpp/{}/{} {}", clock_of(m), m.station, m.from_station ? "up" : "down", m.json);
     }},
    {"behind_the_frame",
     [](const Message& m) { return fmt::format("{} {} | peer {}", clock_of(m), m.json, m.station); }},
    {"field_behind_the_frame",
     [](const Message& m) {
       return fmt::format("t=\"{}\" text=\"{}\" unit={}", clock_of(m), in_json(m.json), m.station);
     }},
    {"field_nobody_knows",
     [](const Message& m) {
       return fmt::format(R"({{"ts":"{}","thread":"{}","asset":"{}","line":"{}"}})", clock_of(m), thread_of(m),
                          m.station, in_json(m.json));
     }},
    {"address_and_name",
     [](const Message& m) {
       return fmt::format("{} 10.0.0.{}:5{} {} {}", clock_of(m), m.station.back() - '0', 1000 + m.station.back(),
                          m.station, m.json);
     }},
    {"rows_of_sql",
     [](const Message& m) {
       return fmt::format("INSERT INTO frames VALUES ({},'{}','{}','{}','{}');", m.second, clock_of(m), m.station,
                          m.from_station ? "I" : "O", m.json);
     }},
    {"backend_left",
     [](const Message& m) {
       return m.from_station ? fmt::format("{} {} --> backend {}", clock_of(m), m.station, m.json)
                             : fmt::format("{} backend --> {} {}", clock_of(m), m.station, m.json);
     }},
    {"logger_of_its_own",
     [](const Message& m) { return fmt::format("{} DEBUG app.ocpp.{} - {}", clock_of(m), m.station, m.json); }},
    {"list_of_python",
     [](const Message& m) {
       std::string single = m.json;
       for (char& c : single)
         if (c == '"') c = '\'';
       return fmt::format("{} <{}> {}", clock_of(m), m.station, single);
     }},
    {"colours",
     [](const Message& m) {
       return fmt::format("\x1b[36m{}\x1b[0m \x1b[1m<{}>\x1b[0m {}", clock_of(m), m.station, m.json);
     }},
};

class LearntLayouts : public ::testing::TestWithParam<Layout> {};

TEST_P(LearntLayouts, StationsAreThoseOfTheStory) {
  std::string text;
  for (const Message& message : story()) text += GetParam().line(message) + "\n";
  const SiteLog log = read_site_log_text("site.log", text);
  std::vector<std::string> names;
  for (const Station& station : log.stations) names.push_back(station.id);
  EXPECT_THAT(names, UnorderedElementsAre("CP-7", "CP-8", "CP-9"));
  ASSERT_EQ(log.transactions.size(), 3U);
  for (const Transaction& t : log.transactions) EXPECT_DOUBLE_EQ(t.energy_kwh, 5.0) << t.station;
  EXPECT_EQ(log.report.answers_without_call, 0U);
}

INSTANTIATE_TEST_SUITE_P(All, LearntLayouts, ::testing::ValuesIn(layouts),
                         [](const auto& tested) { return std::string(tested.param.name); });

std::vector<std::string> flags_of(const SiteLog& log) {
  std::vector<std::string> codes;
  for (const LogFlag& flag : log.flags) codes.push_back(flag.code);
  return codes;
}

TEST(StationsNotTold, OneForSixIsNotInvented) {
  // A thread's name is shared by a call and its answer, too, but not by a transaction; the node is the same for all.
  std::string text;
  for (const Message& message : story())
    text += fmt::format("{} node-1 [{}] {}\n", clock_of(message), thread_of(message), message.json);
  const SiteLog log = read_site_log_text("site.log", text);
  ASSERT_EQ(log.stations.size(), 1U);
  EXPECT_EQ(log.stations[0].id, "site");
  EXPECT_THAT(flags_of(log), Contains("station_not_told"));
}

TEST(StationsNotTold, AFileOfOneStationGivesItsPlainName) {
  const std::string frame = R"([2,"1","Heartbeat",{}])";
  const auto station_in = [&](const std::string& file) {
    const SiteLog log = read_site_log_text(file, frame + "\n");
    EXPECT_THAT(flags_of(log), Contains("station_not_told")) << file;
    return log.stations.at(0).id;
  };
  for (const char* file :
       {"CS_001", "CS_001.log", "logs/CS_001.ocpp.log", "CS_001.LOG", "CS_001.jsonl", "CS_001.log.gz", "CS_001.log.3",
        "CS_001-2026-05-04.log", "CS_001.log.2026-05-04", "CS_001_20260504.txt", "CS_001-2026-05-04.log.1.gz"})
    EXPECT_EQ(station_in(file), "CS_001") << file;
  // A number, a point or a date may be all that there is of a name.
  EXPECT_EQ(station_in("CP.1.log"), "CP.1");
  EXPECT_EQ(station_in("192.168.7.31.log"), "192.168.7.31");
  EXPECT_EQ(station_in("2026-05-04.log"), "2026-05-04");
  EXPECT_EQ(station_in(".log"), ".log");
}

TEST(StationsNotTold, OneSentenceSaysThatItIsOnlyTheFilesName) {
  const SiteLog log = read_site_log_text("logs/CS_001.log", "[2,\"1\",\"Heartbeat\",{}]\n");
  ASSERT_EQ(log.flags.size(), 1U);
  EXPECT_EQ(
      log.flags[0].text,
      "\"logs/CS_001.log\" does not name its station: \"CS_001\" is only the file's name, for all in it that is not "
      "named otherwise");
}

TEST(StationsNotTold, ALogThatNamesItsStationsSaysNothingOfIt) {
  std::string text;
  for (const Message& message : story())
    text += fmt::format("{} {} {}\n", clock_of(message), message.station, message.json);
  EXPECT_THAT(flags_of(read_site_log_text("site.log", text)), ::testing::Not(Contains("station_not_told")));
}

TEST(StationRule, UsersMaySayWhere) {
  std::string text;
  for (const Message& message : story())
    text +=
        fmt::format("{} node={} rack={} {}\n", clock_of(message), message.number % 5, message.station, message.json);
  ReadOptions field, regex;
  field.station_field = "Rack";
  regex.station_regex = "rack=CP-([0-9])";
  const auto names = [&](const ReadOptions& options) {
    std::vector<std::string> ids;
    for (const Station& station : read_site_log_text("site.log", text, options).stations) ids.push_back(station.id);
    return ids;
  };
  EXPECT_THAT(names(field), UnorderedElementsAre("CP-7", "CP-8", "CP-9"));
  EXPECT_THAT(names(regex), UnorderedElementsAre("7", "8", "9"));
  EXPECT_THROW(StationRule::from_regex("(["), std::invalid_argument);
}

TEST(StationRule, AnswersWithoutNameAreOfWhomTheCallNamed) {
  std::string text;
  for (const Message& message : story())
    text += message.from_station ? fmt::format("{} >> /ocpp/{}: {}\n", clock_of(message), message.station, message.json)
                                 : fmt::format("{} << {}\n", clock_of(message), message.json);
  const SiteLog log = read_site_log_text("site.log", text);
  EXPECT_EQ(log.stations.size(), 3U);
  EXPECT_EQ(log.report.answers_without_call, 0U);
}

// Records of two heartbeats on one line, the second over many lines: wherever the reader's window ends, most likely a
// frame that is not the first of its line goes on in the next one.
std::string records_over_lines(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    text += fmt::format("2026-03-02 00:{:02}:{:02}.000 unit=CP-{} ", i / 60 % 60, i % 60, 7 + i % 3);
    text += fmt::format(R"([2,"a{}","Heartbeat",{{}}] [2,"b{}","Heartbeat",{{)", i, i);
    for (int line = 0; line < 60; ++line)
      text += fmt::format("\n  \"filling{}\": {}{}", line, line, line < 59 ? "," : "");
    text += "}]\n";
  }
  return text;
}

class AcrossWindows : public ::testing::TestWithParam<const char*> {};

TEST_P(AcrossWindows, AFrameThatGoesOnInTheNextIsOfTheStationThatItsLineNames) {
  struct Stations final : FrameSink {
    std::map<std::string, std::string, std::less<>> by_id;
    void on_frame(const Frame& frame) override { by_id[std::string(frame.id)] = frame.station; }
  } seen;
  ReadOptions options;
  if (const std::string rule = GetParam(); rule == "field")
    options.station_field = "unit";
  else if (rule == "regex")
    options.station_regex = "unit=(CP-[0-9])";
  read_log_text("site.log", records_over_lines(std::size_t{9} << 20), seen, options);

  ASSERT_GT(seen.by_id.size(), 10'000U);
  for (const auto& [id, station] : seen.by_id)
    ASSERT_EQ(station, fmt::format("CP-{}", 7 + std::stoi(id.substr(1)) % 3)) << id;
}

INSTANTIATE_TEST_SUITE_P(Rules, AcrossWindows, ::testing::Values("field", "regex"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(StationRule, AllFramesOfALineHaveTheLineBeforeAsTheirHead) {
  std::string text;
  for (int i = 0; i < 9; ++i)
    text += fmt::format(
        "unit=CP-{} 2026-03-02 00:00:{:02}.000\n[2,\"a{}\",\"Heartbeat\",{{}}] [2,\"b{}\",\"Heartbeat\",{{}}]\n",
        7 + i % 3, i, i, i);
  ReadOptions options;
  options.station_field = "unit";
  std::vector<std::string> names;
  for (const Station& station : read_site_log_text("site.log", text, options).stations) names.push_back(station.id);
  EXPECT_THAT(names, UnorderedElementsAre("CP-7", "CP-8", "CP-9"));
}

/// Text of the story in columns between tabs.
std::string in_columns(const std::vector<Message>& all) {
  std::string text;
  for (const Message& m : all) text += fmt::format("{}\t{}\t{}\n", clock_of(m), m.station, m.json);
  return text;
}

class OddNames : public ::testing::TestWithParam<std::vector<std::string>> {};
TEST_P(OddNames, AreLearntWhereTheLogProvesThem) {
  const SiteLog log = read_site_log_text("site.log", in_columns(story(GetParam())));
  std::vector<std::string> names;
  for (const Station& station : log.stations) names.push_back(station.id);
  EXPECT_THAT(names, ::testing::UnorderedElementsAreArray(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Cases, OddNames,
                         ::testing::Values(std::vector<std::string>{"10023456", "10023457", "10023999"},
                                           std::vector<std::string>{"00:1A:22:33:44:55", "00:1A:22:33:44:56",
                                                                    "00:1A:22:33:44:57"},
                                           std::vector<std::string>{"Garage Nord 1", "Garage Nord 2", "Garage Nord 3"},
                                           std::vector<std::string>{"site.a.cp1", "site.a.cp2", "site.b.cp1"}));

TEST(Stations, CountingTheirOwnTransactionsAreLearnt) {
  std::string text = in_columns(story());
  for (const char* id : {"101", "102"}) {
    for (const char* before : {R"("transactionId":)"})
      for (std::size_t at; (at = text.find(std::string(before) + id)) != std::string::npos;)
        text.replace(at, std::string(before).size() + 3, std::string(before) + "100");
  }
  const SiteLog log = read_site_log_text("site.log", text);
  EXPECT_EQ(log.stations.size(), 3U) << all_flags(log);
  EXPECT_EQ(log.transactions.size(), 3U);
}

TEST(Stations, AreInTheColumnThatTheUserNamesInAnyLanguage) {
  std::string text = "Zeitstempel\tLadestation\tNachricht\n" + in_columns(story({"east", "north", "south"}));
  ReadOptions options;
  options.station_field = "Ladestation";
  EXPECT_EQ(read_site_log_text("site.log", text, options).stations.size(), 3U);
}

TEST(Records, ThatDoNotFollowTheirTimesArePutInOrder) {
  std::vector<Message> all = story();
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Message& m = all[i * 7 % all.size()];  // 7 and the number of messages have no common part
    text += fmt::format("{}\t{}\t{}\n", clock_of(m), m.station, m.json);
  }
  ASSERT_NE(all.size() % 7, 0U);
  const SiteLog log = read_site_log_text("site.log", text);
  EXPECT_TRUE(has_flag(log, "out_of_order"));
  ASSERT_EQ(log.transactions.size(), 3U);
  for (const Transaction& t : log.transactions) EXPECT_NEAR(t.energy_kwh, 5.0, 1e-9);
}

}  // namespace
}  // namespace evtwin::ocpp
