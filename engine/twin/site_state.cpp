// A site as bytes and back: a section per part, and what is rebuilt from them.
#include <algorithm>

#include "twin/site_run.hpp"

namespace evtwin::twin {

// Not in here, since the constructor makes it from the world: the guard's rows, forecasts, tariff and signals (their
// clocks remember a place, but answer the same from any other). Not in here, since it is made anew at every decision:
// the horizon and what refresh_view() shows.
template <class A>
void SiteRun::archive_fields(A& a) {
  signals_.archive_fields(a);
  occupancy_.archive_fields(a);
  bookings_.archive_fields(a);
  power_.archive_fields(a);
  grants_.archive_fields(a);
  commands_.archive_fields(a);
  books_.archive_fields(a);
  agenda_.archive_fields(a);
  conduct_.archive_fields(a);
  a.begin_section("site");
  a(now_ns_, changed_);
  a.archive_elements(columns_.rate_kw);  // of rows where nobody is, too: there the last vehicle's stay
  if constexpr (A::loads) restore_parts();
}

template void SiteRun::archive_fields(kernel::ArchiveWriter&);
template void SiteRun::archive_fields(kernel::ArchiveReader&);

/// Rebuilds all that follows from the state that was loaded.
void SiteRun::restore_parts() {
  const std::vector<double> rate_kw(columns_.rate_kw.begin(), columns_.rate_kw.end());
  power_.restore_storages();
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    const Session& s = occupancy_.session_on(i);
    if (s.number != 0) {
      power_.restore_member(i, car_of(s));
      books_.restore_account(i, s.visit);
      occupancy_.show_session(columns_, i, evse_available(i));
    }
    if (!evse_available(i)) show_rating(i);
  }
  books_.show_v2g_prices(columns_, signals_.values_now(), power_.connected_evses());
  std::copy(rate_kw.begin(), rate_kw.end(), columns_.rate_kw.begin());
  grants_.restore_limits(signals_.values_now().contract_kw, signals_.values_now().export_limit_kw,
                         signals_.limit_bounds());
  set_bounds_below();
}

bool SiteRun::owns_event(const kernel::Event& event) const {
  if (event.kind > static_cast<std::uint8_t>(EventKind::command)) return false;
  const auto kind = static_cast<EventKind>(event.kind);
  if (event.entity >= timers_.entity_count(kind) || timers_.timer_number(kind, event.entity) != event.timer)
    return false;
  switch (kind) {
    case EventKind::crossing:
      return event.entity >= evse_count() || occupancy_.session_on(event.entity).number != 0;
    case EventKind::plug_out:
      return occupancy_.session_on(event.entity).number != 0;
    default:
      return true;
  }
}

}  // namespace evtwin::twin
