#include "ocpp/command_book.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::ocpp {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::size_t most_asked = 10000;
// A command whose effect has not come after this long had none; ConnectionTimeOut is usually a minute or two.
constexpr double longest_effect_s = 600.0;
constexpr std::size_t most_commands_waiting = 32;

double seconds_between(const LogTime& from, const LogTime& to) {
  if (!from.is_known() || !to.is_known()) return kernel::unknown;
  return static_cast<double>(to.ns - from.ns) / static_cast<double>(kernel::second_ns);
}

bool is_start(std::string_view action) {
  return action == "RemoteStartTransaction" || action == "RequestStartTransaction";
}
bool is_stop(std::string_view action) {
  return action == "RemoteStopTransaction" || action == "RequestStopTransaction";
}

}  // namespace

void CommandBook::keep_asked(std::uint64_t number, Asked asked) {
  if (asked_.size() >= most_asked) asked_.erase(asked_.begin());
  asked_[number] = std::move(asked);
}

void CommandBook::book_command(std::size_t station, std::string_view action, const CommandReport& report,
                               const Event& event) {
  Asked asked;
  asked.index = sent_.size();
  Sent& sent = sent_.emplace_back();
  sent.command.action = action;
  sent.command.evse = report.evse;
  sent.station = station;
  sent.stamp = event.stamp;
  sent.id_tag = report.id_tag;
  sent.transaction_id = report.transaction_id;
  sent.what = report.what;
  if (event.profile) {
    asked.profile = told_.size();
    Told& told = told_.emplace_back();
    told.command = event.profile->command;
    told.command.answered = false;
    told.station = station;
    told.stamp = event.stamp;
  }
  std::deque<std::size_t>& waiting = waiting_[station];
  if (waiting.size() >= most_commands_waiting) waiting.pop_front();
  waiting.push_back(asked.index);
  keep_asked(event.stamp.number, std::move(asked));
}

CommandBook::Booked* CommandBook::find_booking(std::size_t station, const std::string& id) {
  const auto found = booking_by_id_.find({station, id});
  return found == booking_by_id_.end() ? nullptr : &booked_[found->second];
}

void CommandBook::book_reservation(std::size_t station, const ReservationReport& report, const Event& event) {
  using Phase = ReservationReport::Phase;
  Asked asked;

  // H01.FR.02, OCPP 1.6 section 5.13: the id of one that there is replaces it.
  // A new reservation is found by its id at once; its EVSE is held only once the answer says Accepted (`answer`).
  if (report.phase == Phase::made) {
    asked.kind = Asked::Kind::reserve;
    asked.index = booked_.size();
    Booked& booked = booked_.emplace_back();
    booked.facts.id = report.id;
    booked.facts.id_tag = report.id_tag;
    booked.facts.evse = report.evse;
    booked.facts.expiry_ns = report.expiry_ns;
    booked.station = station;
    booked.stamp = event.stamp;
    booking_by_id_[{station, report.id}] = asked.index;
    keep_asked(event.stamp.number, std::move(asked));
    return;
  }

  // H04.FR.01: Expired, at its expiry. H01.FR.16 and H01.FR.17: Removed, as its EVSE is Faulted or Unavailable.
  // A cancellation waits for its answer, too. ReservationStatusUpdate (2.0.1) reports an end that has come: every
  // status but Expired counts as cancelled.
  Booked* booked = find_booking(station, report.id);
  if (!booked) return;
  if (report.phase == Phase::cancelled) {
    asked.kind = Asked::Kind::cancel;
    asked.index = static_cast<std::size_t>(booking_by_id_.at({station, report.id}));
    keep_asked(event.stamp.number, std::move(asked));
  } else if (booked->facts.ended.empty()) {
    booked->facts.ended = report.status == "Expired" ? "expired" : "cancelled";
  }
}

void CommandBook::book_answer(const CommandAnswer& answer, const Event& event) {
  const auto found = asked_.find(event.call_number);
  if (found == asked_.end()) return;
  const Asked asked = std::move(found->second);
  asked_.erase(found);

  switch (asked.kind) {
    case Asked::Kind::command: {
      Sent& sent = sent_[asked.index];
      sent.command.status = answer.status;
      sent.command.answered = true;
      sent.command.answer_s = seconds_between(sent.stamp.log, event.stamp.log);
      // A profile holds from the station's answer on, not from the request.
      if (asked.profile != none) {
        Told& told = told_[asked.profile];
        told.command.answered = true;
        told.command.accepted = answer.status == "Accepted";
        told.stamp = event.stamp;
      }
      break;
    }
    case Asked::Kind::reserve: {
      Booked& booked = booked_[asked.index];
      booked.facts.status = answer.status;
      // Accepted ones alone hold their EVSE; a log that reserves without end must not fill memory.
      std::vector<std::size_t>& open = open_bookings_[booked.station];
      if (answer.status == "Accepted" && open.size() < 1000) open.push_back(asked.index);
      break;
    }
    case Asked::Kind::cancel:
      if (answer.status == "Accepted" && booked_[asked.index].facts.ended.empty())
        booked_[asked.index].facts.ended = "cancelled";
      break;
    case Asked::Kind::authorise:
      break;
  }
}

void CommandBook::match_effect(std::size_t station, const Effect& effect, const Stamp& stamp) {
  const auto found = waiting_.find(station);
  if (found == waiting_.end()) return;
  std::deque<std::size_t>& waiting = found->second;

  // The oldest waiting command that may have caused the effect gets it.
  for (auto i = waiting.begin(); i != waiting.end(); ++i) {
    Sent& sent = sent_[*i];
    const std::string_view action = sent.command.action;
    // A refused command has no effect; one without an answer may have.
    if (!sent.command.status.empty() && sent.command.status != "Accepted" && sent.command.status != "Scheduled" &&
        sent.command.status != "Unlocked")
      continue;

    // EVSE 0 is the whole station, or not told.
    const bool here = sent.command.evse == 0 || effect.evse == 0 || sent.command.evse == effect.evse;
    bool hit = false;

    switch (effect.kind) {
      case Effect::Kind::start:
        hit =
            is_start(action) && here && (sent.id_tag.empty() || effect.id_tag.empty() || sent.id_tag == effect.id_tag);
        break;
      case Effect::Kind::stop:
        hit = is_stop(action) && (sent.transaction_id == effect.transaction_id || effect.transaction_id.empty());
        break;
      case Effect::Kind::boot:
        hit = action == "Reset";
        break;
      case Effect::Kind::status:
        hit = here && ((action == "ChangeAvailability" &&
                        ((sent.what == "Operative" && effect.status == Status::available) ||
                         (sent.what == "Inoperative" && effect.status == Status::unavailable))) ||
                       (action == "UnlockConnector" && effect.status == Status::available));
        // A StatusNotification may itself be the message that was triggered.
        [[fallthrough]];
      case Effect::Kind::message:
        hit = hit || ((action == "TriggerMessage" || action == "ExtendedTriggerMessage") && here &&
                      sent.what == effect.action);
        break;
    }

    if (!hit) continue;

    // Too late, or before its command by the log's clock: the command waits no longer, and its delay stays unknown.
    const double s = seconds_between(sent.stamp.log, stamp.log);
    if (s >= 0 && s <= longest_effect_s) sent.command.effect_s = s;
    waiting.erase(i);
    return;
  }
}

void CommandBook::book_authorisation(const AuthoriseReport& report, const Event& event) {
  Asked asked;
  asked.kind = Asked::Kind::authorise;
  asked.id_tag = report.id_tag;
  keep_asked(event.stamp.number, std::move(asked));
}

void CommandBook::authorise_answer(const AuthoriseAnswer& answer, const Event& event) {
  constexpr std::size_t most_statuses = 100;
  if (!answer.status.empty() &&
      (authorisations_.size() < most_statuses || authorisations_.find(answer.status) != authorisations_.end()))
    ++authorisations_[answer.status];
  const auto found = asked_.find(event.call_number);
  if (found == asked_.end()) return;
  if (answer.status == "Accepted") accept_tag(found->second.id_tag, event.stamp.number);
  asked_.erase(found);
}

void CommandBook::accept_tag(const std::string& id_tag, std::uint64_t number) {
  if (id_tag.empty()) return;
  known_tags_.emplace(id_tag, number);
  first_known_ = std::min(first_known_, number);
}

void CommandBook::put_on_list(std::size_t station, const std::string& id_tag, std::uint64_t number) {
  first_known_ = std::min(first_known_, number);
  if (on_list_[station].insert(id_tag).second) list_words_[id_tag][station].push_back({number, true});
}

// Also of a tag that was put there before the log begins.
void CommandBook::take_off_list(std::size_t station, const std::string& id_tag, std::uint64_t number) {
  on_list_[station].erase(id_tag);
  std::vector<ListWord>& words = list_words_[id_tag][station];
  if (words.empty() || words.back().on) words.push_back({number, false});
}

void CommandBook::local_list(std::size_t station, const LocalList& list, const Event& event) {
  const std::uint64_t number = event.stamp.number;
  if (list.full) {
    // What was on the list and is on the new one no more.
    std::vector<std::string> gone(on_list_[station].begin(), on_list_[station].end());
    const std::set<std::string_view> stays(list.accepted.begin(), list.accepted.end());
    std::erase_if(gone, [&](const std::string& tag) { return stays.count(tag) > 0; });
    for (const std::string& tag : gone) take_off_list(station, tag, number);
  }
  for (const std::string& tag : list.removed) take_off_list(station, tag, number);
  for (const std::string& tag : list.accepted) put_on_list(station, tag, number);
}

// The last that a list said of a tag before a message; null: nothing.
const CommandBook::ListWord* CommandBook::last_word(const std::vector<ListWord>& words, std::uint64_t number) {
  const auto later = std::upper_bound(words.begin(), words.end(), number,
                                      [](std::uint64_t wanted, const ListWord& word) { return wanted < word.number; });
  return later == words.begin() ? nullptr : &*std::prev(later);
}

bool CommandBook::is_stranger(std::size_t station, const std::string& id_tag, std::uint64_t number) const {
  if (id_tag.empty()) return false;
  if (const auto found = known_tags_.find(id_tag); found != known_tags_.end() && found->second <= number) return false;

  // The station's own list decides; where it says nothing the lists of others may.
  if (const auto listed = list_words_.find(id_tag); listed != list_words_.end()) {
    const auto own = listed->second.find(station);
    if (own != listed->second.end())
      if (const ListWord* word = last_word(own->second, number)) return !word->on;
    for (const auto& [other, words] : listed->second)
      if (const ListWord* word = last_word(words, number); word != nullptr && word->on) return false;
  }
  return number > first_known_;
}

// H01.FR.15: the start that uses a reservation names it and ends it; H03.FR.01: by the token that it was made for.
void CommandBook::transaction_started(std::size_t station, const TransactionReport& report, const Event& event) {
  Booked* used = report.reservation.empty() ? nullptr : find_booking(station, report.reservation);
  // Without a number it is the reservation that holds the EVSE.
  std::vector<std::size_t>& open = open_bookings_[station];
  if (!used) {
    for (const std::size_t i : open) {
      Booked& b = booked_[i];
      const bool over = event.stamp.payload_ns != kernel::time_never && event.stamp.payload_ns > b.facts.expiry_ns;
      if (b.facts.ended.empty() && !over && b.facts.evse == report.evse && report.evse != 0) used = &b;
    }
  }
  if (!used || !used->facts.ended.empty()) return;
  if (!report.id_tag.empty() && !used->facts.id_tag.empty() && report.id_tag != used->facts.id_tag) {
    flags_.add_flag("reservation_other_tag", "",
                    fmt::format("tag {} started on EVSE {}, which was reserved for {}", quoted_text(report.id_tag),
                                report.evse, quoted_text(used->facts.id_tag)),
                    event.stamp.place);
    if (report.reservation.empty()) return;
  }
  used->facts.ended = "used";
  open.erase(std::remove_if(open.begin(), open.end(), [&](std::size_t i) { return !booked_[i].facts.ended.empty(); }),
             open.end());
}

void CommandBook::fill_log(SiteLog& log, const std::vector<std::string>& stations,
                           const std::deque<StationClock*>& clocks) {
  // A message before the first one with a time happened at the log's beginning.
  const auto time_of = [&](std::size_t station, const Stamp& stamp) {
    const TimeNs ns = clocks[station]->instant_of(stamp, log.report).ns;
    return ns == kernel::time_never ? log.first_ns : ns;
  };
  for (Sent& sent : sent_) {
    sent.command.station = stations[sent.station];
    sent.command.sent_ns = time_of(sent.station, sent.stamp);
    log.commands.push_back(std::move(sent.command));
  }

  for (Told& told : told_) {
    told.command.station = stations[told.station];
    told.command.time_ns = time_of(told.station, told.stamp);
    if (!told.command.answered)
      flags_.add_flag("profile_unanswered", told.command.station,
                      fmt::format("{} was told a charging profile; the log has no answer: taken as accepted",
                                  quoted_text(told.command.station)),
                      told.stamp.place);
    log.profiles.push_back(std::move(told.command));
  }
  std::stable_sort(log.profiles.begin(), log.profiles.end(),
                   [](const ProfileCommand& a, const ProfileCommand& b) { return a.time_ns < b.time_ns; });

  // A reservation that nobody used or cancelled ends at its expiry, if the log goes on until then.
  for (Booked& booked : booked_) {
    Reservation& facts = booked.facts;
    facts.station = stations[booked.station];
    facts.made_ns = time_of(booked.station, booked.stamp);
    if (facts.ended.empty()) facts.ended = facts.expiry_ns <= log.last_ns ? "expired" : "open";
    log.reservations.push_back(std::move(facts));
  }

  log.authorisations = std::move(authorisations_);
}

}  // namespace evtwin::ocpp
