// Visits that are announced beforehand, in the order in which they are announced.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "demand/arrivals.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::demand {

/// Whether a law has visits that are announced.
bool has_announcements(const ArrivalLaw& law);

/// Reads a law's stream as far ahead as its visits are announced. Memory: the visits of that time.
class AnnouncementStream {
 public:
  /// @param stream  of `law`, not asked yet.
  AnnouncementStream(const ArrivalLaw& law, ArrivalStream stream);

  /// The next visit by announced_ns, of equals by number. @returns false when there are no more.
  bool next_visit(Visit& visit);

  template <class A>
  void archive_fields(A& a) {
    a(stream_, ahead_, more_, announced_);
  }
  /// Visits read and not handed out, in no order.
  std::span<const Visit> waiting_visits() const { return announced_; }
  const Visit& visit_ahead() const { return ahead_; }

 private:
  ArrivalStream stream_;
  TimeNs longest_notice_ns_ = 0;
  Visit ahead_;  ///< the stream's next
  bool more_ = true;
  std::vector<Visit> announced_;  ///< a heap, the earliest announcement on top
};
static_assert(kernel::has_size<AnnouncementStream>(288), "a new field must be archived or made anew after loading");

}  // namespace evtwin::demand
