// The zone that a log's clock shows, from log times and the UTC times inside the messages.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/log_reader.hpp"

namespace evtwin::ocpp {

/// Offsets between log and payload clock: how many, their median, least and greatest. Keeps at most 65,536 of them,
/// evenly spread over the log; up to that number the median is exact.
class OffsetStatistics {
 public:
  void add_offset(double offset_s);
  ClockOffset clock_offset() const;

 private:
  std::vector<double> kept_;
  std::uint64_t n_ = 0, every_ = 1;
  double min_ = 0.0, max_ = 0.0;
};

/// The offsets of one file, in order of its log. A message that came within two minutes votes for a multiple of 15
/// min. Three votes in a row for another offset change it from there on: the clocks were changed, or the machine
/// moved. At the end of a log one vote of a message that came at once is enough for a change of an hour. Where
/// several stations speak, a change needs two of them that agree for a minute and had mostly agreed with the offset
/// before: one that votes alone, or several that never agreed, have wrong clocks.
class ZoneFinder {
 public:
  /// Takes every time of the log, in its order, before the vote of its message: where it goes back by half an hour or
  /// more, the clock may have been set back. @param number  of the frame
  void see_time(TimeNs log_ns, std::uint64_t number);
  /// @param log_ns  as if UTC; @param utc_ns  what the message says; @param zoned  whether that names its zone
  void station_says(std::string_view station, TimeNs log_ns, TimeNs utc_ns, bool zoned = true) {
    ++told_;
    if (zoned) ++told_zoned_;
    cast_vote(station_, station, log_ns, utc_ns);
  }
  /// The CSMS told the time and its zone (answers to BootNotification and Heartbeat): counts only where no station
  /// tells it, where none of them names a zone, or where most of what they say was queued, so that a zone seen in it is
  /// chance.
  void csms_says(TimeNs log_ns, TimeNs utc_ns) { cast_vote(csms_, {}, log_ns, utc_ns); }
  std::vector<ZoneFrom> find_zones(std::uint32_t file) const;
  /// Whether stations told one so far.
  bool has_station_zone() const { return !station_.runs.empty(); }

 private:
  /// The first two stations that voted: more need not be known.
  struct Voters {
    std::string first, second;
    bool any = false, several = false;
    void add_station(std::string_view station);
    bool has_station(std::string_view station) const;
  };
  struct Run {
    TimeNs from_ns = 0, offset_ns = 0;
    std::uint64_t votes = 0;
    Voters voters = {};
    bool prompt = false;            // the last vote came at once
    TimeNs begin_ns = 0;            // where the clock showed it first: no later than its first vote
    std::uint64_t begin_frame = 0;  // the same
  };
  struct Side {
    std::vector<Run> runs;
    Run next;  // what may become a run
    /// By station: how often it agreed to the run that stood, less how often it did not.
    std::map<std::string, int, std::less<>> agreement;
    /// @returns that of the station before this vote
    int count_agreement(std::string_view station, bool agrees);
    Voters voters;                       // of the whole file
    std::uint64_t last_agreed_time = 0;  // which time of the file it was
  };
  void cast_vote(Side& side, std::string_view station, TimeNs log_ns, TimeNs utc_ns);
  const Side& trusted_side() const;
  Side station_, csms_;
  std::uint64_t told_ = 0, told_zoned_ = 0;  // times that stations gave, and those of them with a zone
  std::uint64_t times_ = 0, frame_ = 0;      // seen so far
  TimeNs last_ns_ = 0;
  struct StepBack {
    std::uint64_t time = 0, frame = 0;  // 0: none yet
    TimeNs log_ns = 0;
  } step_back_;
};

}  // namespace evtwin::ocpp
