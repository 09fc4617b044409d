// Reads logs of any layout: finds the frames wherever they stand in a line or across lines, and explains those that it
// could not use. Streaming: memory does not grow with the size of the logs, but for digests by which messages that
// stand there twice are known, 128 MB at most.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// A log that can not be read at all: no such file, empty, no OCPP frame in it. `what()` is one line, "FILE: what".
struct LogError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Encoding : std::uint8_t { utf8, cp949, utf16 };
/// "UTF-8", "CP949", "UTF-16".
std::string_view name_of(Encoding encoding);

struct LogFile {
  std::string name;                    ///< as the user gave it, or below the folder that he gave
  std::string layout;                  ///< in words, for people: "SteVe", "Home Assistant", "bare frames, one a line"
  std::uint64_t bytes = 0, lines = 0;  ///< after unpacking
  std::uint64_t frames = 0;
  Encoding encoding = Encoding::utf8;
  bool newest_first = false;
  bool put_in_order = false;  ///< its frames were put in the order of their times
  std::string copy_of = {};   ///< name of an earlier file with the same bytes: this one was not read; empty: it was
};

/// A piece of a log that looks like a frame and could not be used, or could be used only after a repair.
struct Oddity {
  Place place;
  std::string reason;   ///< "the frame is cut off"; groups what is of one kind
  std::string excerpt;  ///< printable, at most 80 columns
};

/// All oddities of one reason: how many, and the first few of them.
struct OddityGroup {
  std::uint64_t count = 0;
  std::vector<Oddity> first;  ///< at most 20
};

/// log time minus payload time over all calls that have both, the first timestamp of the payload counting; s.
struct ClockOffset {
  std::uint64_t n = 0;
  double median = 0.0, min = 0.0, max = 0.0;
};

/// UTC offset that a file's log clock showed from an instant of that clock on, where the log gives no zone: log time
/// minus payload time of the frames around, rounded to 15 min. Several where the clocks were changed in between.
struct ZoneFrom {
  std::uint32_t file = 0;
  TimeNs from_log_ns = 0;        ///< first of a file: the earliest
  TimeNs offset_ns = 0;          ///< UTC = log time - offset
  bool inferred = false;         ///< false: nothing to infer it from, taken as UTC
  std::uint64_t from_frame = 0;  ///< a clock that was set back shows an hour twice: the second time from this frame on
  bool told_by_none = false;     ///< inferred from times in messages that name no zone either: they were taken as UTC
};

struct LogReport {
  std::vector<LogFile> files;
  std::uint64_t calls = 0, results = 0, errors = 0, undecodable = 0;
  std::uint64_t other = 0;                       ///< frames of OCPP 2.1's types 5 and 6
  std::uint64_t blocked = 0;                     ///< of all of these, those a proxy kept back
  std::map<std::string, std::uint64_t> actions;  ///< of calls and sends
  std::uint64_t reused_ids = 0;                  ///< calls whose id some earlier call of the same file had
  std::uint64_t answers_without_call = 0, calls_without_answer = 0;
  std::uint64_t dated = 0, zoned = 0;  ///< frames with a time, and those of them whose time gives its offset to UTC
  std::uint64_t repeated = 0;          ///< frames that stand in the logs already: counted once, in none of the above
  Place first_repeated;
  std::map<std::string, OddityGroup> unused;    ///< by reason; undecodable is the sum of the counts of real beginnings
  std::map<std::string, OddityGroup> repaired;  ///< used after a repair: bytes that are no UTF-8, lone surrogates, ...
  std::map<std::string, OddityGroup> lookalikes;  ///< arrays that resemble frames and are none; not in undecodable
  ClockOffset clock_offset;
  std::vector<ZoneFrom> zones;  ///< by file, then time

  std::string place_text(Place place) const;  ///< "site.log:12"
};

struct ReadOptions {
  std::size_t most_frame_bytes = std::size_t{64} << 20;  ///< a longer frame is an oddity
  unsigned most_depth = 256;                             ///< a payload nested deeper is an oddity
  /// Where frames tell their station, instead of what the log itself shows; at most one of them.
  std::string station_field, station_regex;
};

/// The log's clock as UTC. @param number  of the frame (Frame::number): in the hour that a clock shows twice when it is
/// set back, the time alone does not tell which of the two it is; 0: not known
/// @returns time_never where the log gives no time.
TimeNs utc_of(const LogReport& report, Place place, const LogTime& time, std::uint64_t number = 0);

/// Reads files and folders (all files in them, by name), plain or gzipped. Correlates answers with calls: first in,
/// first out per station, direction and id.
/// @throws LogError; whatever the sink throws.
LogReport read_logs(std::span<const std::string> paths, FrameSink& sink, const ReadOptions& options = {});
/// The same for one log in memory. @param name  for messages
LogReport read_log_text(const std::string& name, std::string_view text, FrameSink& sink,
                        const ReadOptions& options = {});

}  // namespace evtwin::ocpp
