#include <algorithm>

#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

/// Beginnings of a cut that comes every day at a time of the local clock: of every day that the run touches, and of the
/// day before, whose cut may reach into it.
std::vector<TimeNs> daily_starts(const twin::World& world, int minute) {
  std::vector<TimeNs> starts;
  market::LocalClock clock(world.calendar);
  const TimeNs first = world.calendar.day_start(world.calendar.day_start(world.start_ns) - 1);
  for (TimeNs day = first; day < world.end_ns; day = clock.next_day_start(day)) {
    const TimeNs reading = clock.local_ns(day) / kernel::day_ns * kernel::day_ns + minute * kernel::minute_ns;
    starts.push_back(minute == 0 ? day : clock.next_reading(day, reading));
  }
  return starts;
}

TimeNs length_of(const Fields& f) {
  return static_cast<TimeNs>(f.read_number("hours") * static_cast<double>(kernel::hour_ns));
}

/// When the cuts of one entry begin, and how long each lasts.
void read_times(const Build& build, const Fields& f, std::vector<TimeNs>& starts, TimeNs& length) {
  if (f.has_key("from") == f.has_key("every_day_at"))
    fail_at(f.where(), f.where().field_label() + " needs from or every_day_at, one of them");
  if (f.has_key("to") == f.has_key("hours"))
    fail_at(f.where(), f.where().field_label() + " needs hours or to, one of them");
  if (f.has_key("every_day_at")) {
    if (f.has_key("to")) throw_at(f.where("to"), "is an instant; a cut that comes every day has hours");
    int minute = 0;
    try {
      minute = market::parse_minute_of_day(f.text("every_day_at"));
    } catch (const market::CalendarError& error) {
      fail_at(f.where("every_day_at"), f.where("every_day_at").field_label() + ": " + error.what());
    }
    starts = daily_starts(build.world, minute);
    length = length_of(f);
    return;
  }
  starts = {instant_of(*f.find_value("from"), f.where("from"), build.world.calendar)};
  length = f.has_key("hours") ? length_of(f)
                              : instant_of(*f.find_value("to"), f.where("to"), build.world.calendar) - starts.front();
  if (length <= 0) throw_at(f.where("to"), "must be later than from");
}

}  // namespace

std::vector<twin::LimitCut> cuts_of(const Build& build, const Value& value, const Where& where, double contract_kw) {
  std::vector<twin::LimitCut> cuts;
  const std::vector<const Value*> list = list_of(value, where, "cuts of the contract power, each in its own braces");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], find_section("demand_response"), where / i);
    if (f.has_key("limit_kw") == f.has_key("reduce_percent"))
      fail_at(f.where(), f.where().field_label() + " needs limit_kw or reduce_percent, one of them");
    if (f.has_key("reduce_percent") && contract_kw == physics::infinite)
      throw_at(f.where("reduce_percent"), "is a share of the contract power: the site needs contract_kw");
    std::vector<TimeNs> starts;
    TimeNs length = 0;
    read_times(build, f, starts, length);
    const auto notice = static_cast<TimeNs>(f.read_number("notice_min") * static_cast<double>(kernel::minute_ns));
    for (const TimeNs start : starts) {
      if (start + length <= build.world.start_ns || start >= build.world.end_ns) continue;
      cuts.push_back({start, start + length, start - notice, f.read_number("limit_kw", physics::infinite),
                      f.read_number("reduce_percent", 0.0) / 100.0});
    }
  }
  return cuts;
}

std::vector<twin::LimitCut> cuts_of(const Build& build, const market::Signal& contract_kw, double highest_kw) {
  std::vector<twin::LimitCut> cuts;
  market::SignalClock clock(contract_kw, build.world.calendar);
  for (TimeNs t = build.world.start_ns; t < build.world.end_ns;) {
    const market::Sample sample = clock.sample_at(t);
    if (sample.value < highest_kw) cuts.push_back({t, sample.until_ns, build.world.start_ns, sample.value, 0.0});
    t = sample.until_ns;
  }
  return cuts;
}

}  // namespace evtwin::scenario
