#include "ocpp/log_correlation.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::size_t most_calls_waiting = 4096;

}  // namespace

void Correlation::drop_oldest(Side& side, std::unordered_map<std::uint64_t, Waiting>::iterator waiting) {
  auto& later = waiting->second.later;
  if (!later || later->empty()) {
    side.by_id.erase(waiting);
    return;
  }
  waiting->second.oldest = std::move(later->front());
  later->pop_front();
}

void Correlation::forget_oldest(Side& side) {
  const auto& [id, number] = side.order.front();
  const auto found = side.by_id.find(id);
  if (found != side.by_id.end() && found->second.oldest.number == number) drop_oldest(side, found);
  side.order.pop_front();
}

void Correlation::open_call(std::string_view station, Sender sender, std::string_view id, std::string_view action,
                            std::uint64_t number) {
  auto at = stations_.find(station);
  if (at == stations_.end()) at = stations_.try_emplace(std::string(station)).first;
  Side& side = sender == Sender::csms ? at->second.of_csms : at->second.of_station;

  const std::uint64_t digest = ViewHash{}(id);
  OpenCall call{number, find_action(action), {}};
  if (!call.known) call.other = action;
  const auto [waiting, first] = side.by_id.try_emplace(digest);
  if (first) {
    waiting->second.oldest = std::move(call);
  } else {
    auto& later = waiting->second.later;
    if (!later) later = std::make_unique<std::deque<OpenCall>>();
    later->push_back(std::move(call));
  }
  side.order.emplace_back(digest, number);
  if (side.order.size() > most_calls_waiting) forget_oldest(side);
}

std::optional<std::pair<OpenCall, Sender>> Correlation::take_call(std::string_view station, Sender asked,
                                                                  std::string_view id) {
  const auto at = stations_.find(station);
  if (at == stations_.end()) return std::nullopt;
  Sides& sides = at->second;
  const std::uint64_t digest = ViewHash{}(id);
  const auto of_station = sides.of_station.by_id.find(digest), of_csms = sides.of_csms.by_id.find(digest);
  const bool has_station = of_station != sides.of_station.by_id.end(), has_csms = of_csms != sides.of_csms.by_id.end();
  if (!has_station && !has_csms) return std::nullopt;
  bool take_station = has_station;
  if (has_station && has_csms)
    take_station = asked == Sender::station ||
                   (asked == Sender::unknown && of_station->second.oldest.number < of_csms->second.oldest.number);
  const auto found = take_station ? of_station : of_csms;
  OpenCall call = std::move(found->second.oldest);
  drop_oldest(take_station ? sides.of_station : sides.of_csms, found);
  return std::pair{std::move(call), take_station ? Sender::station : Sender::csms};
}

bool Correlation::call_waits(std::string_view station, std::string_view id) const {
  const auto at = stations_.find(station);
  if (at == stations_.end()) return false;
  const std::uint64_t digest = ViewHash{}(id);
  return at->second.of_station.by_id.contains(digest) || at->second.of_csms.by_id.contains(digest);
}

bool SeenDigests::Table::has_digest(std::uint64_t digest) const {
  if (slots.empty()) return false;
  const std::size_t mask = slots.size() - 1;
  for (std::size_t i = digest & mask;; i = (i + 1) & mask) {
    if (slots[i] == digest) return true;
    if (slots[i] == 0) return false;
  }
}

void SeenDigests::Table::put_digest(std::uint64_t digest) {
  if (slots.size() < 2 * (used + 1)) {
    std::vector<std::uint64_t> old = std::move(slots);
    slots.assign(old.empty() ? 1024 : old.size() * 2, 0);
    used = 0;
    for (const std::uint64_t one : old)
      if (one != 0) put_digest(one);
  }
  const std::size_t mask = slots.size() - 1;
  std::size_t i = digest & mask;
  while (slots[i] != 0) i = (i + 1) & mask;
  slots[i] = digest;
  ++used;
}

bool SeenDigests::insert_digest(std::uint64_t digest) {
  digest |= 1U;  // 0 is a free slot
  if (now_.has_digest(digest) || before_.has_digest(digest)) return true;
  if (now_.used >= most_) {
    before_ = std::move(now_);
    now_ = {};
  }
  now_.put_digest(digest);
  return false;
}

}  // namespace evtwin::ocpp
