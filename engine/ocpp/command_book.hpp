// Requests of the CSMS to stations, and what came of them: commands, reservations, charging profiles, authorisations.
#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ocpp/flag_list.hpp"
#include "ocpp/station_clock.hpp"

namespace evtwin::ocpp {

class CommandBook {
 public:
  explicit CommandBook(FlagList& flags) : flags_(flags) {}

  /// An act of a station, as far as a command may have asked for it.
  struct Effect {
    enum class Kind : std::uint8_t { start, stop, boot, status, message };
    Kind kind = Kind::message;
    int evse = 0;
    std::string_view id_tag, transaction_id, action;
    Status status = Status::unknown;
  };

  void book_command(std::size_t station, std::string_view action, const CommandReport& report, const Event& event);
  void book_reservation(std::size_t station, const ReservationReport& report, const Event& event);
  void book_answer(const CommandAnswer& answer, const Event& event);
  void match_effect(std::size_t station, const Effect& effect, const Stamp& stamp);
  void book_authorisation(const AuthoriseReport& report, const Event& event);
  void authorise_answer(const AuthoriseAnswer& answer, const Event& event);
  void local_list(std::size_t station, const LocalList& list, const Event& event);
  /// The CSMS let a tag charge.
  void accept_tag(const std::string& id_tag, std::uint64_t number);
  void transaction_started(std::size_t station, const TransactionReport& report, const Event& event);

  /// Whether nothing allowed a tag before a message: no answer, and neither the station's own local list nor, where
  /// that says nothing of the tag, another's. Of a log that tells of no tags at all only those taken off the list.
  bool is_stranger(std::size_t station, const std::string& id_tag, std::uint64_t number) const;
  /// Fills commands, profiles, reservations, authorisations; `log` knows its first and last time.
  void fill_log(SiteLog& log, const std::vector<std::string>& stations, const std::deque<StationClock*>& clocks);

 private:
  struct Sent {
    Command command;
    std::size_t station = 0;
    Stamp stamp;
    std::string id_tag, transaction_id, what;
    bool waits = true;  // for its effect
  };
  struct Told {
    ProfileCommand command;
    std::size_t station = 0;
    Stamp stamp;
  };
  struct Booked {
    Reservation facts;
    std::size_t station = 0;
    Stamp stamp;
  };
  struct Asked {
    enum class Kind : std::uint8_t { command, reserve, cancel, authorise } kind = Kind::command;
    std::size_t index = 0;
    std::size_t profile = static_cast<std::size_t>(-1);
    std::string id_tag;
  };
  /// A change of a local list: from this message on the tag is on it, or not.
  struct ListWord {
    std::uint64_t number = 0;
    bool on = false;
  };
  using WordsByStation = std::map<std::size_t, std::vector<ListWord>>;
  void put_on_list(std::size_t station, const std::string& id_tag, std::uint64_t number);
  void take_off_list(std::size_t station, const std::string& id_tag, std::uint64_t number);
  static const ListWord* last_word(const std::vector<ListWord>& words, std::uint64_t number);
  void keep_asked(std::uint64_t number, Asked asked);
  Booked* find_booking(std::size_t station, const std::string& id);

  FlagList& flags_;
  std::deque<Sent> sent_;
  std::deque<Told> told_;
  std::deque<Booked> booked_;
  std::map<std::uint64_t, Asked> asked_;
  std::map<std::size_t, std::deque<std::size_t>> waiting_;  // commands without effect yet, by station
  std::map<std::pair<std::size_t, std::string>, std::size_t> booking_by_id_;
  std::map<std::size_t, std::vector<std::size_t>> open_bookings_;  // by station
  std::unordered_map<std::string, std::uint64_t> known_tags_;      // number of the first answer that allowed them
  std::unordered_map<std::string, WordsByStation> list_words_;     // by tag
  std::map<std::size_t, std::set<std::string>> on_list_;           // now, by station
  std::uint64_t first_known_ = static_cast<std::uint64_t>(-1);
  std::map<std::string, std::uint64_t> authorisations_;
};

}  // namespace evtwin::ocpp
