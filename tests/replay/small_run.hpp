// A run made by hand, as a run file would tell it.
#pragma once
#include "market/calendar.hpp"
#include "replay/pseudonym.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

inline RecordedPower constant(TimeNs from, TimeNs to, double kw) {
  return {from, to, kw, 0.0, kw * kernel::hours_between(from, to)};
}

// Two EVSEs of a station A and one that stands alone; a day in Seoul.
//
//   A-1  kim#1 08:00-12:00: 7 kW to 09:00, held at 0 to 10:00, 3.5 kW to 11:00, then full; kim#2 12:00-14:00
//   A-2  park 09:00-10:00.5: 7 kW, discharges 2 kW in the last half hour
//   Lot  lee 23:00- (open when the run ends)
inline RecordedRun small_run() {
  const auto at = [](const char* text) { return market::parse_instant(text, market::Calendar()); };
  RecordedRun run;
  run.file = "/somewhere/run.evtwin";
  run.name = "Small";
  run.strategy = "edf";
  run.timezone = "Asia/Seoul";
  run.currency = "KRW";
  run.start_ns = at("2026-06-01T00:00+09:00");
  run.end_ns = at("2026-06-02T00:00+09:00");
  for (const char* name : {"A-1", "A-2", "Lot"}) {
    RecordedEvse& evse = run.evses.emplace_back();
    evse.name = name;
    evse.phases = 1;
    evse.voltage_v = 220.0;
    evse.max_kw = 7.0;
  }
  run.stations = name_stations(run.evses);
  const auto clock = [&](double hour) { return run.start_ns + static_cast<TimeNs>(hour * 3600e9); };

  RecordedSession kim;
  kim.name = "kim#1";
  kim.plugged_in_ns = clock(8);
  kim.departed_ns = clock(12);
  kim.power = {constant(clock(8), clock(9), 7.0), constant(clock(10), clock(11), 3.5)};
  kim.limits = {{clock(8), 7.0}, {clock(9), 0.0}, {clock(10), 3.5}};
  kim.got_kwh = 10.5;
  kim.soc_start = 0.2;
  kim.soc_end = 0.4;
  RecordedSession again = kim;
  again.name = "kim#2";
  again.plugged_in_ns = clock(12);
  again.departed_ns = clock(14);
  again.power = {constant(clock(12), clock(13), 7.0)};
  again.limits.clear();
  again.got_kwh = 7.0;
  RecordedSession park;
  park.name = "park";
  park.evse = 1;
  park.plugged_in_ns = clock(9);
  park.departed_ns = clock(10.5);
  park.power = {constant(clock(9), clock(10), 7.0), constant(clock(10), clock(10.5), -2.0)};
  park.limits = {{clock(9), 7.0}, {clock(10), -2.0}};
  park.got_kwh = 6.0;
  park.discharged_kwh = 1.0;
  RecordedSession lee;
  lee.name = "lee";
  lee.evse = 2;
  lee.plugged_in_ns = clock(23);
  lee.departed_ns = run.end_ns;
  lee.open = true;
  lee.power = {constant(clock(23), run.end_ns, 3.0)};
  lee.got_kwh = 3.0;
  run.sessions = {kim, park, again, lee};
  for (RecordedSession& session : run.sessions) session.token = token_of(session.name);
  return run;
}

}  // namespace evtwin::replay
