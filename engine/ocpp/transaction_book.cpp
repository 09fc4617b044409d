#include "ocpp/transaction_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evtwin::ocpp {
namespace {

using MessagePhase = TransactionReport::Phase;

// Bounds on what a log can make us search: more are closed as gone.
constexpr std::size_t most_open = 1000;
constexpr std::size_t most_unanswered = 10000;
constexpr std::size_t most_readings = 16384;
// A finished transaction with more readings than this keeps those at least `enough_spacing_ns` apart: enough for
// one-minute means.
constexpr std::size_t few_readings = 512;
constexpr TimeNs enough_spacing_ns = 15 * kernel::second_ns;
static_assert(kernel::minute_ns >= 4 * enough_spacing_ns, "four readings a minute make a one-minute mean");
static_assert(few_readings < most_readings);

// OCPP 1.6 section 4.8: the answer to its start gives a transaction its id; without a connection there is none.
// Ids that stations send for "I do not know": libocpp and others start offline with -1, some with 0.
bool usable(const std::string& id) { return !id.empty() && id != "-1" && id != "0"; }

TimeNs time_of_reading(const StampedReading& r) {
  if (r.sample.time_ns != kernel::time_never) return r.sample.time_ns;
  return r.log.ns;
}

// Keeps readings at least `spacing_ns` apart, the first, the last, and what is marked as begin, end or the like.
std::vector<StampedReading> spaced(const DraftTransaction& draft, TimeNs spacing_ns) {
  std::vector<StampedReading> kept;
  for (std::size_t i = 0; i < draft.readings.size(); ++i) {
    const StampedReading& r = draft.readings[i];
    const bool end = i == 0 || i + 1 == draft.readings.size() || r.sample.context != Sample::Context::periodic;
    if (end || time_of_reading(r) == kernel::time_never ||
        std::abs(time_of_reading(r) - time_of_reading(kept.back())) >= spacing_ns)
      kept.push_back(r);
  }
  return kept;
}

// Every reading as long as they are few; then those at least 15 s apart, 30 s, 60 s, ...
void thin(DraftTransaction& draft) {
  if (draft.readings.size() < most_readings) return;
  draft.spacing_ns = draft.spacing_ns == 0 ? enough_spacing_ns : draft.spacing_ns * 2;
  std::vector<StampedReading> kept = spaced(draft, draft.spacing_ns);
  // Readings at one instant, or all marked, can not be thinned: they are cut, as the last ones are those that count.
  if (kept.size() > most_readings / 2)
    kept.erase(kept.begin() + 1, kept.begin() + static_cast<std::ptrdiff_t>(kept.size() - most_readings / 2));
  draft.readings = std::move(kept);
}

std::string name_of_id(const std::string& id) { return id.empty() ? std::string("without id") : quoted_text(id); }

}  // namespace

std::size_t TransactionBook::open_with_id(const std::string& id) const {
  if (!usable(id)) return npos;
  const auto found = by_id_.find(id);
  return found != by_id_.end() && drafts_[found->second].open ? found->second : npos;
}

// E01.FR.08: an id is unique to its transaction on this station, also after a reboot: one that is over is still meant.
// 1.6 leaves ids to the CSMS, and `id_reused` tells of one that gives them twice.
std::size_t TransactionBook::known_with_id(const std::string& id) const {
  if (!usable(id)) return npos;
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? found->second : npos;
}

std::size_t TransactionBook::open_on(int evse) const {
  for (auto i = open_.rbegin(); i != open_.rend(); ++i)
    if (drafts_[*i].facts.evse == evse) return *i;
  return npos;
}

std::size_t TransactionBook::open_without_id(int evse, const TransactionReport* stop) const {
  std::size_t best = npos;
  int best_score = -1;
  for (const std::size_t i : open_) {
    const DraftTransaction& draft = drafts_[i];
    if (usable(draft.facts.id)) continue;
    if (evse > 0 && draft.facts.evse != evse && draft.facts.evse != 0) continue;
    int score = 0;
    if (stop) {
      if (!stop->id_tag.empty() && stop->id_tag == draft.facts.id_tag) score += 2;
      if (stop->meter_wh >= draft.facts.meter_start_kwh * 1000.0) score += 1;
    }
    if (score >= best_score) {
      best_score = score;
      best = i;
    }
  }
  return best;
}

int TransactionBook::evse_of(const DraftTransaction& draft) const {
  if (draft.facts.evse != 0 || evses_.size() != 1) return draft.facts.evse;
  return *evses_.begin();
}

std::size_t TransactionBook::begin(const TransactionReport& report, const Event& event, bool start_seen) {
  if (open_.size() >= most_open) {
    mark_gone(drafts_[open_.front()], event.stamp, "too many are open");
    close_draft(open_.front());
  }
  const std::size_t index = drafts_.size();
  DraftTransaction& draft = drafts_.emplace_back();
  draft.facts.station = station_;
  draft.facts.version = event.version;
  draft.facts.start_seen = start_seen;
  draft.start = event.stamp;
  draft.last = event.stamp;
  draft.facts.start_place = event.stamp.place;
  open_.push_back(index);
  take_identity(index, report, event.stamp);
  return index;
}

void TransactionBook::close_draft(std::size_t index) {
  drafts_[index].open = false;
  open_.erase(std::remove(open_.begin(), open_.end(), index), open_.end());
}

void TransactionBook::mark_gone(DraftTransaction& draft, const Stamp& stamp, std::string_view why) {
  if (draft.gone_seen) return;
  draft.gone_seen = true;
  draft.gone = stamp;
  draft.gone_why = why;
}

// Facts that any message of a transaction may tell for the first time.
void TransactionBook::take_identity(std::size_t index, const TransactionReport& report, const Stamp& stamp) {
  DraftTransaction& draft = drafts_[index];
  if (report.evse > 0) {
    draft.facts.evse = report.evse;
    evses_.insert(report.evse);
  }
  if (draft.facts.id_tag.empty()) draft.facts.id_tag = report.id_tag;
  if (draft.facts.token_type.empty()) draft.facts.token_type = report.token_type;
  if (draft.reservation.empty()) draft.reservation = report.reservation;
  if (report.offline) draft.facts.offline = true;
  if (!usable(draft.facts.id) && !report.id.empty()) {
    draft.facts.id = report.id;
    if (usable(report.id)) by_id_[report.id] = index;
  }
  draft.last = stamp;
}

void TransactionBook::take_readings(DraftTransaction& draft, std::vector<Reading>&& readings, const Stamp& stamp) {
  for (Reading& r : readings) {
    // A stop may tell again what readings before it told.
    if (kernel::is_known(r.sample.interval_kwh)) {
      const TimeNs at = r.sample.time_ns == kernel::time_never ? stamp.payload_ns : r.sample.time_ns;
      if (at > draft.last_interval_ns) {
        draft.interval_kwh += r.sample.interval_kwh;
        draft.last_interval_ns = at;
      }
      r.sample.interval_kwh = draft.interval_kwh;
    }
    draft.readings.push_back(
        {r.sample, stamp.log, stamp.payload_ns, stamp.near_ns, stamp.number, stamp.place.file, r.register_location});
  }
  if (!readings.empty()) draft.last = stamp;
  thin(draft);
}

// Messages of 2.0.1 are numbered (E01.FR.07), mostly from 0 on; one that was sent twice is taken once.
bool TransactionBook::is_new_sequence(DraftTransaction& draft, const TransactionReport& report) {
  if (!report.sequence) return true;
  if (draft.sequences > 0 && *report.sequence == draft.last_sequence) return false;
  draft.first_sequence = draft.sequences == 0 ? *report.sequence : std::min(draft.first_sequence, *report.sequence);
  draft.last_sequence = std::max(draft.last_sequence, *report.sequence);
  ++draft.sequences;
  return true;
}

std::size_t TransactionBook::book_report(TransactionReport&& report, const Event& event) {
  switch (report.phase) {
    case MessagePhase::start:
      return book_start(std::move(report), event);
    case MessagePhase::update:
      return book_update(std::move(report), event);
    case MessagePhase::stop:
      break;
  }
  return book_stop(std::move(report), event);
}

std::size_t TransactionBook::book_start(TransactionReport&& report, const Event& event) {
  if (report.evse == 0 && evses_.size() == 1) report.evse = *evses_.begin();

  // A start that is sent again until it is answered: the same in all that it says.
  std::size_t same = open_with_id(report.id);
  if (event.version != Version::v16 && same == npos) {
    // 2.0.1: a queue may be sent backwards, the end before the beginning.
    const std::size_t known = known_with_id(report.id);
    if (known != npos && !drafts_[known].facts.start_seen) same = known;
  }

  // 1.6 gives no id before the answer: the same tag, time and register make the same start.
  if (event.version == Version::v16 && report.evse > 0) {
    const std::size_t open = open_on(report.evse);
    if (open != npos && drafts_[open].facts.start_seen && drafts_[open].facts.id_tag == report.id_tag &&
        drafts_[open].start.payload_ns == event.stamp.payload_ns && event.stamp.payload_ns != kernel::time_never &&
        drafts_[open].facts.meter_start_kwh * 1000.0 == report.meter_wh)
      same = open;
  }

  if (same != npos) {
    DraftTransaction& draft = drafts_[same];
    expect_answer(event.stamp.number, same);
    if (draft.facts.start_seen) {
      flags_.add_flag("start_repeated", station_,
                      fmt::format("the start of transaction {} on {} was sent again", name_of_id(draft.facts.id),
                                  quoted_text(station_)),
                      event.stamp.place);
      return npos;
    }
    // It came after a later message of the same transaction.
    draft.facts.start_seen = true;
    draft.start = event.stamp;
    draft.facts.start_place = event.stamp.place;
    is_new_sequence(draft, report);
    take_identity(same, report, event.stamp);
    take_readings(draft, std::move(report.readings), event.stamp);
    return same;
  }

  // One transaction at a time on an EVSE.
  if (report.evse > 0) {
    if (const std::size_t open = open_on(report.evse); open != npos) {
      mark_gone(drafts_[open], event.stamp, "the next start on its connector");
      close_draft(open);
    }
  }
  const std::size_t index = begin(report, event, true);
  DraftTransaction& draft = drafts_[index];
  draft.facts.meter_start_kwh = report.meter_wh / 1000.0;
  is_new_sequence(draft, report);
  take_readings(draft, std::move(report.readings), event.stamp);
  expect_answer(event.stamp.number, index);
  return index;
}

void TransactionBook::expect_answer(std::uint64_t call_number, std::size_t index) {
  if (unanswered_.size() >= most_unanswered) unanswered_.erase(unanswered_.begin());
  unanswered_[call_number] = index;
}

std::size_t TransactionBook::book_update(TransactionReport&& report, const Event& event) {
  std::size_t index = known_with_id(report.id);
  if (index == npos) index = begin(report, event, false);
  DraftTransaction& draft = drafts_[index];
  if (!is_new_sequence(draft, report)) return npos;
  if (!report.id_tag.empty()) expect_answer(event.stamp.number, index);
  take_identity(index, report, event.stamp);
  take_readings(draft, std::move(report.readings), event.stamp);
  return index;
}

std::size_t TransactionBook::book_stop(TransactionReport&& report, const Event& event) {
  std::size_t index = open_with_id(report.id);
  const std::size_t known = known_with_id(report.id);
  const bool is_16 = event.version == Version::v16;

  // One that is over: its stop was sent again, or it was closed for another reason.
  if (index == npos && known != npos) {
    const DraftTransaction& old = drafts_[known];
    const bool repeated = old.facts.stop_seen && old.stop.payload_ns == event.stamp.payload_ns &&
                          (old.facts.meter_stop_kwh * 1000.0 == report.meter_wh || std::isnan(report.meter_wh));
    if (repeated) {
      flags_.add_flag(
          "stop_repeated", station_,
          fmt::format("the stop of transaction {} on {} was sent again", name_of_id(report.id), quoted_text(station_)),
          event.stamp.place);
      return npos;
    }
    if (!old.facts.stop_seen || !is_16) index = known;
  }
  // 1.6: the id may not be known yet, or the station does not know it.
  if (index == npos && is_16) {
    index = open_without_id(0, &report);
    if (index == npos && !usable(report.id) && !open_.empty()) {
      const auto by_tag = std::find_if(open_.rbegin(), open_.rend(), [&](std::size_t i) {
        return !report.id_tag.empty() && drafts_[i].facts.id_tag == report.id_tag;
      });
      index = by_tag != open_.rend() ? *by_tag : open_.back();
    }
  }

  if (index == npos) {
    index = begin(report, event, false);
    if (is_16) {  // of 2.0.1 the start may still come
      flags_.add_flag("start_missing", station_,
                      fmt::format("StopTransaction of transaction {} on {}: no start in the log", name_of_id(report.id),
                                  quoted_text(station_)),
                      event.stamp.place);
      drafts_[index].facts.flags.push_back("start_missing");
    }
  }

  DraftTransaction& draft = drafts_[index];
  if (draft.facts.stop_seen) return npos;
  is_new_sequence(draft, report);
  take_identity(index, report, event.stamp);
  take_readings(draft, std::move(report.readings), event.stamp);
  draft.facts.stop_seen = true;
  draft.stop = event.stamp;
  draft.facts.stop_place = event.stamp.place;
  draft.facts.stop_reason = report.reason;
  draft.facts.meter_stop_kwh = report.meter_wh / 1000.0;
  if (draft.open) close_draft(index);
  if (draft.readings.size() > few_readings) draft.readings = spaced(draft, enough_spacing_ns);
  draft.readings.shrink_to_fit();
  return index;
}

std::string TransactionBook::book_answer(const TransactionAnswer& answer, const Event& event) {
  const auto found = unanswered_.find(event.call_number);
  if (found == unanswered_.end()) return {};
  const std::size_t index = found->second;
  unanswered_.erase(found);
  DraftTransaction& draft = drafts_[index];
  draft.has_answer = true;
  if (!answer.status.empty()) draft.facts.authorised = answer.status;
  if (answer.id.empty() || (usable(draft.facts.id) && !usable(answer.id))) return draft.facts.id_tag;
  if (usable(answer.id)) {
    const std::size_t before = open_with_id(answer.id);
    if (before != npos && before != index) {
      flags_.add_flag("id_reused", station_,
                      fmt::format("transaction id {} is given on {} while another with it is open",
                                  quoted_text(answer.id), quoted_text(station_)),
                      event.stamp.place);
      draft.facts.flags.push_back("id_reused");
    }
    by_id_[answer.id] = index;
  }
  draft.facts.id = answer.id;
  return draft.facts.id_tag;
}

// OCPP 1.6 section 4.7. In 2.0.1 MeterValues are of no transaction (J01.FR.19): clock-aligned readings of an idle EVSE
// (J01.FR.14, J01.FR.20). Stations that send them while one charges mean that one all the same.
void TransactionBook::book_meter(MeterReport&& report, const Event& event) {
  if (report.evse > 0) evses_.insert(report.evse);
  if (report.evse == 0 && !usable(report.id)) return;  // the station's sum meter

  std::size_t index = open_with_id(report.id);
  if (index == npos && report.evse > 0) {
    index = usable(report.id) ? open_without_id(report.evse, nullptr) : open_on(report.evse);
    if (index == npos && !usable(report.id)) index = open_without_id(report.evse, nullptr);
    // 2.0.1 stations may never tell a transaction's EVSE (E01.FR.16 asks for it once): with one open, it is that one's.
    if (index == npos && event.version != Version::v16 && open_.size() == 1 && drafts_[open_[0]].facts.evse == 0)
      index = open_[0];
    if (index != npos && !usable(report.id) && drafts_[index].gone_seen) index = npos;
  }

  // Readings may come after the stop.
  if (index == npos) index = known_with_id(report.id);
  if (index == npos && usable(report.id) && report.evse > 0) {
    // The log begins in the middle of it.
    if (open_on(report.evse) != npos) {
      flags_.add_flag(
          "readings_unmatched", station_,
          fmt::format("MeterValues of transaction {} on {}, whose connector {} is busy with another: left out",
                      quoted_text(report.id), quoted_text(station_), report.evse),
          event.stamp.place);
      return;
    }

    TransactionReport unseen;
    unseen.evse = report.evse;
    unseen.id = report.id;
    index = begin(unseen, event, false);
    flags_.add_flag("start_missing", station_,
                    fmt::format("MeterValues of transaction {} on {}: no start in the log", quoted_text(report.id),
                                quoted_text(station_)),
                    event.stamp.place);
    drafts_[index].facts.flags.push_back("start_missing");
  }

  if (index == npos) return;

  DraftTransaction& draft = drafts_[index];
  if (usable(report.id) && !usable(draft.facts.id)) {
    draft.facts.id = report.id;
    by_id_[report.id] = index;
  }
  if (draft.facts.evse == 0 && report.evse > 0) draft.facts.evse = report.evse;
  take_readings(draft, std::move(report.readings), event.stamp);
}

void TransactionBook::book_status(const StatusReport& report, const Event& event) {
  if (report.evse <= 0) return;
  evses_.insert(report.evse);
  if (report.status != Status::available) return;
  std::size_t index = open_on(report.evse);
  if (index == npos && evses_.size() == 1 && open_.size() == 1 && drafts_[open_[0]].facts.evse == 0) index = open_[0];
  if (index != npos) mark_gone(drafts_[index], event.stamp, "its connector became Available");
}

void TransactionBook::book_boot(const Event& event) {
  for (const std::size_t i : open_) mark_gone(drafts_[i], event.stamp, "its station booted");
}

void TransactionBook::add_needs(const NeedsReport& report) {
  std::size_t index = open_on(report.evse);
  if (index == npos && open_.size() == 1) index = open_[0];
  if (index == npos) return;
  Transaction& facts = drafts_[index].facts;
  const auto take = [](double& into, double value) {
    if (!std::isnan(value)) into = value;
  };
  take(facts.requested_kwh, report.requested_kwh);
  take(facts.battery_kwh, report.battery_kwh);
  take(facts.soc_start, report.soc);
  take(facts.target_soc, report.target_soc);
  take(facts.max_power_kw, report.max_power_kw);
  if (report.departure_ns != kernel::time_never) facts.claimed_departure_ns = report.departure_ns;
}

}  // namespace evtwin::ocpp
