// A station as it describes itself, in the order of the log: boots, firmware, faults, and when it was not there.
#pragma once
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "ocpp/station_clock.hpp"

namespace evtwin::ocpp {

class StationBook {
 public:
  explicit StationBook(std::string id) { facts_.id = std::move(id); }

  void book_boot(const BootReport& report, const Stamp& stamp);
  /// @param call  number of the boot or heartbeat that it answers
  void book_clock(const ClockAnswer& answer, std::uint64_t call);
  void book_heartbeat(const Stamp& stamp);
  void book_status(const StatusReport& report, const Stamp& stamp);
  void book_firmware(const FirmwareReport& report, const Stamp& stamp);
  void book_diagnostics(const DiagnosticsReport& report, const Stamp& stamp);
  /// A reading of its health; its own time counts, else the stamp's.
  void book_health(Station::Health reading, const Stamp& stamp);
  /// Any message of the station. @param minutes  in how many minutes of the log any station spoke so far
  void note_contact(const Stamp& told, std::uint64_t minutes, bool only_station);
  void book_link(const LinkChange& change);
  void note_evse(int number) { facts_.evses = std::max(facts_.evses, number); }
  Version version = Version::unknown;
  bool version_flagged = false;

  /// @param last  of the log
  Station finish_station(const StationClock& clock, const LogReport& report, TimeNs last_ns);

 private:
  struct Stretch {
    Stamp from, to;
    bool open = false;
    std::string why;
    int evse = 0;
  };
  struct Booted {
    Stamp stamp;
    Station::Boot facts;
  };
  struct Told {
    Stamp stamp;
    Station::Progress facts;
  };
  struct Measured {
    Stamp stamp;
    Station::Health facts;
  };
  std::vector<Station::TooHot> too_hot_times(TimeNs last_ns) const;
  void change_state(Stretch& stretch, bool is_out, const Stamp& stamp, std::string why, int evse = 0);

  Station facts_;
  std::vector<Booted> boots_;
  std::vector<Told> progress_;
  std::vector<Measured> health_;
  /// The last reading kept, by kind, EVSE and place.
  std::map<std::tuple<Station::Health::Of, int, std::string>, std::size_t> last_health_;
  std::vector<Stretch> offline_, out_of_service_;
  Stretch link_, firmware_, whole_;              // going on, if open
  Stretch download_;                             // of firmware
  std::map<int, Stretch> connectors_;            // out of service, by EVSE
  double given_interval_s_ = kernel::unknown;    // by the CSMS
  std::map<std::int64_t, std::uint64_t> beats_;  // distances of heartbeats, s: how often
  Stamp last_beat_, last_alive_;
  std::uint64_t last_minutes_ = 0;
  bool any_beat_ = false, any_alive_ = false;
  std::map<int, std::string> fault_now_;
};

}  // namespace evtwin::ocpp
