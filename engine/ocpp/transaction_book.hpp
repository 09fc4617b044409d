// The transactions of one station, put together from its messages in the order of the log.
#pragma once
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ocpp/event.hpp"
#include "ocpp/flag_list.hpp"

namespace evtwin::ocpp {

/// A reading with the clocks of the message it came in. A year of logs has millions of them.
struct StampedReading {
  Sample sample;  ///< its time is still the station's
  LogTime log;
  TimeNs payload_ns = kernel::time_never, near_ns = kernel::time_never;  ///< of the message
  std::uint64_t number = 0;
  std::uint32_t file = 0;
  MeterLocation register_location = MeterLocation::outlet;
};

/// A transaction whose times are not settled yet.
struct DraftTransaction {
  Transaction facts;  ///< times and energy still unset; registers in kWh
  Stamp start, stop;
  Stamp gone;  ///< where the log tells without a stop that it is over (status Available, next start, boot)
  Stamp last;  ///< of its last message
  bool open = true;
  bool gone_seen = false;
  bool has_answer = false;
  std::string gone_why;
  std::string reservation;
  std::int64_t first_sequence = -1, last_sequence = -1;
  std::uint64_t sequences = 0;  ///< how many different ones
  std::vector<StampedReading> readings;
  TimeNs spacing_ns = 0;      ///< readings closer than this were thinned out
  double interval_kwh = 0.0;  ///< energies of intervals told so far
  TimeNs last_interval_ns = std::numeric_limits<TimeNs>::min();
};

/// Matches messages with transactions: by transaction id; where that is missing, -1, 0 or not yet known, by the
/// transaction that is open on the connector.
class TransactionBook {
 public:
  TransactionBook(std::string station, FlagList& flags) : station_(std::move(station)), flags_(flags) {}

  /// @param call_number  of the message, for the answer to it
  /// @returns its place in drafts(), or npos for a repetition that says nothing new
  std::size_t book_report(TransactionReport&& report, const Event& event);
  /// @returns the tag that was answered for
  std::string book_answer(const TransactionAnswer& answer, const Event& event);
  void book_meter(MeterReport&& report, const Event& event);
  void book_status(const StatusReport& report, const Event& event);
  void book_boot(const Event& event);
  void add_needs(const NeedsReport& report);

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  std::deque<DraftTransaction>& drafts() { return drafts_; }
  /// EVSE of a draft, inferred where only one is known.
  int evse_of(const DraftTransaction& draft) const;

 private:
  std::size_t book_start(TransactionReport&& report, const Event& event);
  std::size_t book_stop(TransactionReport&& report, const Event& event);
  std::size_t book_update(TransactionReport&& report, const Event& event);
  std::size_t begin(const TransactionReport& report, const Event& event, bool start_seen);
  void close_draft(std::size_t index);
  void mark_gone(DraftTransaction& draft, const Stamp& stamp, std::string_view why);
  void take_readings(DraftTransaction& draft, std::vector<Reading>&& readings, const Stamp& stamp);
  void take_identity(std::size_t index, const TransactionReport& report, const Stamp& stamp);
  void expect_answer(std::uint64_t call_number, std::size_t index);
  bool is_new_sequence(DraftTransaction& draft, const TransactionReport& report);

  std::size_t open_with_id(const std::string& id) const;
  std::size_t known_with_id(const std::string& id) const;
  std::size_t open_on(int evse) const;
  /// An open transaction without a usable id; evse 0: on any EVSE.
  std::size_t open_without_id(int evse, const TransactionReport* stop) const;

  std::string station_;
  FlagList& flags_;
  std::deque<DraftTransaction> drafts_;
  std::vector<std::size_t> open_;  // in order of their start
  std::unordered_map<std::string, std::size_t> by_id_;
  std::map<std::uint64_t, std::size_t> unanswered_;  // starts by call number
  std::set<int> evses_;
};

}  // namespace evtwin::ocpp
