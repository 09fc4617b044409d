#include "demand/announcements.hpp"

#include <algorithm>
#include <tuple>

namespace evtwin::demand {
namespace {

bool later(const Visit& a, const Visit& b) {
  return std::tie(a.announced_ns, a.number) > std::tie(b.announced_ns, b.number);
}

TimeNs longest_notice_ns(const ArrivalLaw& law) {
  if (const auto* poisson = std::get_if<Poisson>(&law)) return notice_ns(poisson->reserved_h_before.max);
  TimeNs longest = 0;
  for (const Visit& visit : std::get<Recorded>(law).visits) {
    if (is_announced(visit)) longest = std::max(longest, visit.arrival_ns - visit.announced_ns);
  }
  return longest;
}

}  // namespace

bool has_announcements(const ArrivalLaw& law) {
  if (const auto* poisson = std::get_if<Poisson>(&law)) return poisson->reserved_share > 0.0;
  const auto& visits = std::get<Recorded>(law).visits;
  return std::any_of(visits.begin(), visits.end(), is_announced);
}

AnnouncementStream::AnnouncementStream(const ArrivalLaw& law, ArrivalStream stream)
    : stream_(std::move(stream)), longest_notice_ns_(longest_notice_ns(law)) {
  more_ = stream_.next_visit(ahead_);
}

bool AnnouncementStream::next_visit(Visit& visit) {
  // Later arrivals can not have been announced before ahead_.arrival_ns - longest_notice_ns_. Once the earliest
  // announcement held is at or before that, it is the next one.
  while (more_ && (announced_.empty() || ahead_.arrival_ns - longest_notice_ns_ < announced_.front().announced_ns)) {
    if (is_announced(ahead_)) {
      announced_.push_back(std::move(ahead_));
      std::push_heap(announced_.begin(), announced_.end(), later);
    }
    more_ = stream_.next_visit(ahead_);
  }
  if (announced_.empty()) return false;
  std::pop_heap(announced_.begin(), announced_.end(), later);
  visit = std::move(announced_.back());
  announced_.pop_back();
  return true;
}

}  // namespace evtwin::demand
