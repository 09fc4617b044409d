// One story, told by many kinds of log: two transactions of 7.25 kWh and 3.5 kWh at one station on 10 March 2026.
// layouts/README.md has the story and what is special in each file; the counts here were written from the story.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>
#include <zlib.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"
#include "support/paths.hpp"

namespace evtwin::ocpp {
namespace {

enum class Clock : std::uint8_t {
  none,      ///< the log gives no time
  dateless,  ///< a time of day, or a date without its year: may stay unknown, must not be wrong
  dated
};

/// What a log of the story must give. Everything not named is as the story has it.
struct Layout {
  const char* file;
  Clock clock = Clock::dated;
  bool named = true;  ///< the log names the station
  std::uint64_t calls = 20, results = 19, errors = 1, undecodable = 0;
  std::uint64_t blocked = 0, reused_ids = 0, orphans = 0;
  bool newest_first = false;
  std::size_t from_station = 20, from_csms = 20, from_unknown = 0;
};

void PrintTo(const Layout& layout, std::ostream* out) { *out << layout.file; }

std::vector<Layout> layouts() {
  using enum Clock;
  std::vector<Layout> all{
      // No layout to speak of.
      {"bare_16.txt", none, false},
      {"bare_201.txt", none, false},
      {.file = "bare_station_only_16.txt",
       .clock = none,
       .named = false,
       .calls = 17,
       .results = 0,
       .errors = 0,
       .from_station = 17,
       .from_csms = 0},
      {"frames_on_one_line_16.txt", none, false},
      {.file = "trailing_fields_16.txt",
       .clock = none,
       .named = false,
       .calls = 17,  // three of them stand there twice
       .results = 0,
       .errors = 0,
       .from_station = 17,
       .from_csms = 0},
      {"wscat_station_16.txt", none, false},
      // Python and Home Assistant.
      {"python_csms_16.log", none},
      {"python_csms_201.log", none},
      {"python_station_16.log", none},
      {"python_asctime_station_16.log"},
      {"python_asctime_station_201.log"},
      {.file = "python_bytes_repr_16.log", .calls = 19, .errors = 0, .from_station = 19, .from_csms = 19},
      {"home_assistant_16.log"},
      {"home_assistant_201.log"},
      {"home_assistant_ip_201.log"},
      {"home_assistant_no_name_16.log", dated, false},
      {"home_assistant_pretty_16.log"},
      {"home_assistant_websockets_debug_16.log"},
      {"windows_bom_crlf_16.log"},
      // Go.
      {"evcc_old_16.log"},
      {"evcc_new_16.log"},
      {"evcc_new_201.log"},
      {"evcc_journald_16.log"},
      {"evcc_journald_german_16.log"},
      {"evcc_docker_compose_16.log"},
      {"logrus_16.log"},
      // Java and .NET.
      {"steve_16.log"},
      {"steve_tabs_16.log"},
      {"java_csms_korean_16.log"},
      {"kevit_korean_16.log"},
      {"ocpp_core_16.log"},
      // Test tools, firmware, taps.
      {"octt_201.log", dated, false},
      {"octt_time_only_16.log", dated, false},
      {"octt_time_only_201.log", dated, false},
      {"firmware_wrapped_16.log", dated, false},
      {"js_client_16.log", dated, false},
      {"microocpp_16.log", none, false},
      {"arduino_ocpp_serial_clock_16.log", dateless, false},
      {"escaped_tx_rx_16.log", none, false},
      {"month_name_utc_16.log", dateless, false},
      {"everest_text_16.log", dated, false},
      {"everest_text_201.log", dated, false},
      {.file = "everest_text_payload_only_16.log",
       .named = false,
       .calls = 19,
       .errors = 0,
       .from_station = 19,
       .from_csms = 19},
      {"everest_html_16.html", dated, false},
      {"everest_html_201.html", dated, false},
      {.file = "proxy_tap_16.log", .calls = 21, .blocked = 1},
      {"tshark_fields_16.tsv", dated, false},
      // Tables.
      {.file = "cms_export_newest_first_16.csv",
       .named = false,
       .results = 18,
       .newest_first = true,
       .from_station = 19,
       .from_csms = 20},
      {.file = "cms_export_cell_cut_16.csv",
       .named = false,
       .calls = 19,
       .undecodable = 1,
       .orphans = 1,
       .newest_first = true,
       .from_station = 19,
       .from_csms = 19,
       .from_unknown = 1},  // the error whose call was cut
      {.file = "cms_table_am_pm_16.txt", .named = false, .newest_first = true},
      {"cms_semicolon_two_times_16.csv", dated, false},
      {"csv_messages_16.csv"},
      {"csv_messages_201.csv"},
      {.file = "csv_payload_only_16.csv"},
      {.file = "csv_payload_only_201.csv"},
      {"psql_table_16.txt"},
      {"html_escaped_page_16.html"},
      // Objects that wrap frames or their parts.
      {"ndjson_payload_object_16.ndjson"},
      {"ndjson_payload_object_201.ndjson"},
      {.file = "ndjson_payload_string_16.ndjson"},
      {"ndjson_raw_message_16.ndjson"},
      {"ndjson_raw_message_201.ndjson"},
      {"json_array_of_objects_16.json"},
      {"pino_16.ndjson"},
      {"winston_16.log"},
      {"elasticsearch_hits_16.json"},
      {"cloudwatch_events_16.json"},
      {"browser_har_16.har"},
      {.file = "bracket_fields_payload_only_16.log"},
      {.file = "calltype_objects_16.log"},
      // Lines within lines of other loggers.
      {"docker_json_file_16.log"},
      {"kubernetes_cri_16.log"},
      {"syslog_5424_16.log"},
      {"clf_date_16.log"},
  };
  return all;
}

const std::string folder = paths::source_dir + "/tests/ocpp/layouts/";

std::string read_all(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// UTC instant on the day of the story.
TimeNs at(int hour, int minute, int second) {
  constexpr TimeNs midnight_s = 1'773'100'800;  // 2026-03-10T00:00:00Z
  return (midnight_s + hour * 3600 + minute * 60 + second) * 1'000'000'000;
}

struct Heard final : FrameSink {
  struct One {
    FrameType type;
    Sender sender;
    std::string station, action;
    LogTime time;
    Place place;
    std::uint64_t call_number;
    bool blocked;
  };
  std::vector<One> frames;
  void on_frame(const Frame& frame) override {
    frames.push_back({frame.type, frame.sender, std::string(frame.station), std::string(frame.action), frame.time,
                      frame.place, frame.call_number, frame.blocked});
  }
  std::size_t count(Sender sender) const {
    std::size_t n = 0;
    for (const One& one : frames) n += one.sender == sender && !one.blocked ? 1U : 0U;
    return n;
  }
};

std::string station_of(const Layout& layout) {
  if (!layout.named) return std::filesystem::path(layout.file).stem().string();
  return std::string(layout.file) == "home_assistant_ip_201.log" ? "192.168.7.31:40112" : "SITE-A1";
}

bool version_201(const Layout& layout) { return std::string(layout.file).find("_201.") != std::string::npos; }

void expect_frames(const Layout& layout, const LogReport& report, const Heard& heard) {
  EXPECT_EQ(report.calls, layout.calls);
  EXPECT_EQ(report.results, layout.results);
  EXPECT_EQ(report.errors, layout.errors);
  EXPECT_EQ(report.undecodable, layout.undecodable);
  EXPECT_EQ(report.blocked, layout.blocked);
  EXPECT_EQ(report.reused_ids, layout.reused_ids);
  EXPECT_EQ(report.answers_without_call, layout.orphans);
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.files[0].newest_first, layout.newest_first);
  EXPECT_EQ(heard.frames.size(), layout.calls + layout.results + layout.errors);

  EXPECT_EQ(heard.count(Sender::unknown), layout.from_unknown);
  EXPECT_EQ(heard.count(Sender::station), layout.from_station);
  EXPECT_EQ(heard.count(Sender::csms), layout.from_csms);

  for (const Heard::One& one : heard.frames) {
    EXPECT_EQ(one.station, station_of(layout)) << report.place_text(one.place);
    EXPECT_TRUE(one.type == FrameType::call || layout.orphans > 0 || one.call_number != 0)
        << report.place_text(one.place);
    EXPECT_FALSE(layout.clock == Clock::none && one.time.is_known()) << report.place_text(one.place);
  }
  ASSERT_FALSE(heard.frames.empty());
  const Heard::One& first = heard.frames.front();
  EXPECT_EQ(first.action, "BootNotification");
  const TimeNs utc = utc_of(report, first.place, first.time);
  ASSERT_FALSE(layout.clock == Clock::dated && utc == kernel::time_never);
  if (utc == kernel::time_never) return;
  EXPECT_NEAR(static_cast<double>(utc - at(8, 0, 0)) * 1e-9, 0.3, 0.31);
}

void expect_story(const Layout& layout, const SiteLog& log) {
  ASSERT_EQ(log.transactions.size(), 2U);
  const std::array<const char*, 2> ids =
      version_201(layout) ? std::array<const char*, 2>{"T-0001", "T-0002"} : std::array<const char*, 2>{"71", "72"};
  for (std::size_t i = 0; i < 2; ++i) {
    const Transaction& one = log.transactions[i];
    SCOPED_TRACE(ids[i]);
    EXPECT_TRUE(one.is_whole());
    EXPECT_EQ(one.id, ids[i]);
    EXPECT_EQ(one.evse, 1);
    EXPECT_EQ(one.station, station_of(layout));
    EXPECT_EQ(one.version, version_201(layout) ? Version::v201 : Version::v16);
    EXPECT_EQ(one.id_tag, i == 0 ? "TAG-A" : "TAG-B");
    EXPECT_NEAR(one.energy_kwh, i == 0 ? 7.25 : 3.5, 1e-9);
    EXPECT_EQ(one.start_ns, i == 0 ? at(8, 30, 10) : at(11, 0, 5));
    EXPECT_EQ(one.stop_ns, i == 0 ? at(9, 40, 10) : at(12, 0, 5));
    EXPECT_EQ(one.stop_reason, i == 0 ? "EVDisconnected" : "Remote");
    EXPECT_THAT(one.flags, testing::IsEmpty());
    std::size_t readings_within = 0;
    for (const Sample& sample : one.samples) readings_within += sample.power_kw > 0.0 ? 1U : 0U;
    EXPECT_EQ(readings_within, i == 0 ? 2U : 1U);
  }
  EXPECT_EQ(log.transactions[0].plugged_in_ns, at(8, 30, 0));
  // 2.0.1 tells of the departure itself, 1.6 only that the connector is free.
  EXPECT_EQ(log.transactions[0].plugged_out_ns, version_201(layout) ? at(9, 40, 10) : at(9, 40, 12));
  ASSERT_EQ(log.stations.size(), 1U);
  EXPECT_EQ(log.stations[0].id, station_of(layout));
  EXPECT_EQ(log.stations[0].vendor, "Example");
  EXPECT_EQ(log.stations[0].model, "EX-22");
  if (layout.clock == Clock::dated) {
    EXPECT_EQ(log.stations[0].boots.size(), 1U);
  }
  EXPECT_EQ(log.profiles.size(), layout.results == 0 ? 0U : 1U);
}

class Layouts : public testing::TestWithParam<Layout> {};

TEST_P(Layouts, GiveTheFramesOfTheStory) {
  Heard heard;
  const std::vector<std::string> paths{folder + GetParam().file};
  const LogReport report = read_logs(paths, heard);
  expect_frames(GetParam(), report, heard);
}

TEST_P(Layouts, GiveTheTransactionsOfTheStory) {
  const std::vector<std::string> paths{folder + GetParam().file};
  expect_story(GetParam(), read_site_log(paths));
}

INSTANTIATE_TEST_SUITE_P(Zoo, Layouts, testing::ValuesIn(layouts()), [](const auto& one) {
  std::string name = one.param.file;
  for (char& letter : name)
    if (letter == '.') letter = '_';
  return name;
});

TEST(LayoutsKept, EachFileOfTheFolderIsInTheTable) {
  std::vector<std::string> files, listed;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename() != "README.md") files.push_back(entry.path().filename());
  for (const Layout& layout : layouts()) listed.emplace_back(layout.file);
  EXPECT_THAT(files, testing::UnorderedElementsAreArray(listed));
}

/// A file in another form than the one it is kept in.
class Converted : public testing::Test {
 protected:
  Converted() { std::filesystem::create_directories(folder_); }
  ~Converted() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
    return folder_ + "/" + name;
  }
  static std::string gzipped(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
    std::string from = text;
    stream.next_in = reinterpret_cast<Bytef*>(from.data());
    stream.avail_in = static_cast<uInt>(from.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
  }
  std::string folder_ =
      testing::TempDir() + "evtwin-layouts-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(Converted, KoreanTextInCp949AroundTheFramesIsRead) {
  std::string text = read_all(folder + "java_csms_korean_16.log");
  std::string cp949(text.size(), '\0');
  const iconv_t convert = iconv_open("CP949", "UTF-8");
  ASSERT_NE(convert, reinterpret_cast<iconv_t>(-1));
  char* in = text.data();
  char* out = cp949.data();
  std::size_t in_left = text.size(), out_left = cp949.size();
  ASSERT_EQ(iconv(convert, &in, &in_left, &out, &out_left), 0U);
  iconv_close(convert);
  cp949.resize(cp949.size() - out_left);
  const std::vector<std::string> paths{write("korean.log", cp949)};
  Heard heard;
  const Layout layout{"korean.log"};
  const LogReport report = read_logs(paths, heard);
  expect_frames(layout, report, heard);
  EXPECT_EQ(report.files[0].encoding, Encoding::cp949);
  expect_story(layout, read_site_log(paths));
}

TEST_F(Converted, APackedLogIsReadAsThePlainOne) {
  const std::vector<std::string> paths{write("steve.log.gz", gzipped(read_all(folder + "steve_16.log")))};
  Heard heard;
  const Layout layout{"steve.log.gz"};
  expect_frames(layout, read_logs(paths, heard), heard);
  expect_story(layout, read_site_log(paths));
}

TEST_F(Converted, RotatedLogsOfOneFolderAreOneStory) {
  const std::string text = read_all(folder + "steve_16.log");
  const std::size_t middle = text.find('\n', text.size() / 3) + 1, later = text.find('\n', text.size() * 2 / 3) + 1;
  write("ocpp-2026-03-10.1.log", text.substr(0, middle));
  write("ocpp-2026-03-10.2.log", text.substr(middle, later - middle));
  write("ocpp-2026-03-10.3.log.gz", gzipped(text.substr(later)));
  const std::vector<std::string> paths{folder_};
  expect_story({"folder"}, read_site_log(paths));
}

TEST_F(Converted, RotatedLogsGivenInTheWrongOrderAreOneStory) {
  const std::string text = read_all(folder + "steve_16.log");
  const std::size_t middle = text.find('\n', text.size() / 2) + 1;
  const std::vector<std::string> paths{write("ocpp.log", text.substr(middle)),
                                       write("ocpp.log.1", text.substr(0, middle))};
  expect_story({"files"}, read_site_log(paths));
}

}  // namespace
}  // namespace evtwin::ocpp
