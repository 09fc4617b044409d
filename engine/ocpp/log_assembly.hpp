// Found frames to frames: whose they are, who sent them, which call they answer; and the counts of the report.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "ocpp/log_correlation.hpp"
#include "ocpp/log_scanner.hpp"
#include "ocpp/log_zones.hpp"

namespace evtwin::ocpp {

/// Side that sends an action: the one that starts it; unknown: either may, or no version of the protocol has it.
Sender initiator_of(std::string_view action);

/// Which side writes a log, as its calls show: who sent them is known by their actions, the log says which way.
class LoggerSide {
 public:
  void count_sender(Way way, Sender sender);
  /// Sender of a frame that went this way; unknown where the log is of two minds.
  Sender sender_of(Way way) const;

 private:
  std::uint64_t is_station_ = 0, is_csms_ = 0;
};

/// The first timestamp inside a call that can be read; time_never: none.
struct PayloadStamp {
  TimeNs ns = kernel::time_never;
  bool zoned = false;
};
PayloadStamp first_timestamp(const FoundFrame& found);

/// How the frames of a file follow each other.
enum class FrameOrder : std::uint8_t { as_it_stands, newest_first, by_time };

class Assembly final : public ScanListener {
 public:
  Assembly(LogReport& report, FrameSink& sink, const ReadOptions& options);

  /// @param order  newest_first, by_time: keep the frames of this file until it ends, then hand them over from the last
  /// record to the first, or sorted by their times
  /// @param calls_alone  only calls name their station: answers are of the station whose call has their id
  void begin_file(const std::string& name, const LoggerSide& side, FrameOrder order, bool calls_alone);
  void end_file();
  void finish_log();

  void on_found(const FoundFrame& found) override;
  void on_oddity(OddityKind kind, std::string_view reason, std::uint64_t line, std::string_view text) override;
  void on_link(const LinkText& link, const LogTime& time, std::uint64_t line) override;

 private:
  /// A frame of a file that is turned round, with what its views point to.
  struct Kept {
    FoundFrame found;
    std::string id, action, error_code, error_description, payload, station, layout, told_action;
    LinkText link;
    bool is_link = false;
    TimeNs own_ns = kernel::time_never;  ///< of a call: the first time inside it
  };
  static constexpr std::size_t most_ids = std::size_t{1} << 19, most_frames = std::size_t{1} << 22,
                               most_repeated = std::size_t{1} << 16;
  void hand_over(const FoundFrame& found);
  void hand_over_kept(Kept& kept);
  /// Parts of end_file.
  void hand_over_newest_first();
  void hand_over_by_time();
  /// Parts of hand_over, defined beside it: called once a frame, they become part of it.
  inline bool settle_station(FoundFrame& found);
  inline Frame frame_of(const FoundFrame& found) const;
  inline void take_call(const FoundFrame& found, std::string_view key, Frame& frame);
  inline void take_answer(const FoundFrame& found, std::string_view key, Frame& frame, OpenCall& call);
  inline void count_repetition(const Frame& frame, bool is_call);
  inline void count(const Frame& frame, bool is_call);
  inline void compare_clocks(const FoundFrame& found, const Frame& frame, bool is_call);
  /// A message that stands in the logs already: same station, id, time and content, or the answer to such a call.
  bool stands_twice(const Frame& frame, const FoundFrame& found);
  Place place_of_line(std::uint64_t line) const;
  LogFile& file() { return report_.files.back(); }

  LogReport& report_;
  FrameSink& sink_;
  FrameParser parser_;
  Correlation correlation_;
  OffsetStatistics offsets_;
  SeenDigests ids_{most_ids};        ///< of the file's calls
  SeenDigests frames_{most_frames};  ///< of all files: what stands further apart than that counts twice
  SeenDigests repeated_calls_{most_repeated};
  LoggerSide side_;
  ZoneFinder zone_;
  std::string file_station_;
  std::vector<Kept> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t number_ = 0, answered_ = 0, calls_to_answer_ = 0;
  FrameOrder order_ = FrameOrder::as_it_stands;
  bool calls_alone_ = false;
  TextMap<std::string> asked_;  ///< by id: the station of a call, where calls alone name it
  std::string last_action_;     // calls of one action follow each other: their count is found at once
  std::uint64_t* last_count_ = nullptr;
};

}  // namespace evtwin::ocpp
