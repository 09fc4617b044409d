// What the story tells, counted again from sessions and metering windows by other ways.
#include "viewer/model/story.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "run_files.hpp"
#include "viewer/model/state.hpp"
#include "viewer/model/usable.hpp"
#include "viewer/model/waiting.hpp"

namespace evtwin::viewer::model {
namespace {

const RunPtr& told_run(const std::string& strategy) {
  static const test::Folder folder;
  static std::map<std::string, RunPtr> runs;
  RunPtr& run = runs[strategy];
  if (run == nullptr) {
    const std::string file = folder / (strategy + ".run");
    test::record_scenario(file, "workplace_week", strategy);
    run = read_run(file);
  }
  return run;
}

TEST(Waiting, IsWhoHasComeAndIsNeitherPluggedInNorGone) {
  const model::Run& run = *told_run("edf");
  const Waiting waiting(run);
  std::size_t most = 0;
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 3 * kernel::minute_ns) {
    std::vector<std::uint32_t> rows;
    std::uint32_t gone = 0;
    for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
      const Session& session = run.sessions[row];
      const bool plugged_in = session.plugged_in_ns <= t;
      if (session.arrived_ns <= t && !plugged_in && t < session.departed_ns) rows.push_back(row);
      const bool never = session.plugged_in_ns == kernel::time_never;
      if (never && session.departed_ns <= t && session.ended != "waiting_at_end") ++gone;
    }
    ASSERT_EQ(waiting.waiting_at(run, no_row, t), rows);
    ASSERT_EQ(waiting.gone_by(run, no_row, t), gone);
    most = std::max(most, rows.size());
  }
  EXPECT_GT(most, 0U) << "nobody ever waited: this test shows nothing";
}

TEST(Waiting, WhoLeftUnservedByTheEndIsTheKeyFigure) {
  const model::Run& run = *told_run("edf");
  EXPECT_EQ(static_cast<double>(Waiting(run).gone_by(run, no_row, run.end_ns)), kpi_value(run, "turned_away"));
}

TEST(Story, BeginsWhenHalfAsManyAreThereAsEver) {
  const model::Run& run = *told_run("edf");
  const auto there = [&](TimeNs t) {
    return std::count_if(run.sessions.begin(), run.sessions.end(),
                         [&](const Session& s) { return s.plugged_in_ns <= t && t < s.departed_ns; });
  };
  std::ptrdiff_t most = 0;
  for (const Session& session : run.sessions) {
    if (session.plugged_in_ns != kernel::time_never) most = std::max(most, there(session.plugged_in_ns));
  }
  const TimeNs busy = first_busy(run);
  EXPECT_GE(2 * there(busy), most);
  for (const Session& session : run.sessions) {
    if (session.plugged_in_ns < busy) {
      EXPECT_LT(2 * there(session.plugged_in_ns), most);
    }
  }
  const TimeNs hour = first_busy_hour(run);
  EXPECT_LE(hour, busy);
  EXPECT_LT(busy - hour, kernel::hour_ns);
  EXPECT_EQ(run.clock.local_time(hour).minute, 0);
}

TEST(Story, OfADayHasThePeakOfItsWindowsAndTheMostVehiclesAtOnce) {
  const model::Run& run = *told_run("edf");
  const TimeNs noon = run.start_ns + 36 * kernel::hour_ns;
  const TimeNs from = run.clock.day_start(noon), to = run.clock.next_day(noon);
  double peak = 0.0;
  for (const Meter& window : run.sites[0].meter) {
    if (window.start_ns >= from && window.start_ns < to)
      peak = std::max(peak, window_mean_kw(run, run.sites[0], window));
  }
  std::uint32_t most = 0;
  for (TimeNs t = from; t < to; t += kernel::minute_ns) most = std::max(most, site_state(run, 0, t).vehicles);
  double told_peak = 0.0, told_most = 0.0;
  TimeNs last = from;
  for (const Moment& moment : moments_of_day(run, nullptr, 0, noon)) {
    EXPECT_GE(moment.time_ns, last);
    EXPECT_LT(moment.time_ns, to);
    last = moment.time_ns;
    EXPECT_EQ(moment.of, 0U);
    if (moment.kind == MomentKind::peak) told_peak = moment.a;
    if (moment.kind == MomentKind::most_vehicles) told_most = moment.a;
  }
  EXPECT_DOUBLE_EQ(told_peak, peak);
  EXPECT_GE(told_most, most);  // counted at every plug-in, not by the minute
  EXPECT_LE(told_most, run.sites[0].evses.size());
}

TEST(Story, TwoRunsPartMostWhereTheirMetersDifferMost) {
  const model::Run &a = *told_run("asap"), &b = *told_run("edf");
  const std::vector<Moment> parts = where_runs_part(a, b, 0, a.start_ns, a.end_ns, 1000);
  ASSERT_GE(parts.size(), 3U);
  // Energy and money of each are what the windows of the two meters say, and the largest comes first.
  double last = std::numeric_limits<double>::infinity(), largest_kw = 0.0;
  for (std::size_t i = 0; i < a.sites[0].meter.size(); ++i) {
    const Meter &x = a.sites[0].meter[i], &y = b.sites[0].meter[i];
    largest_kw = std::max(largest_kw, std::abs(y.import_kwh - y.export_kwh - x.import_kwh + x.export_kwh) /
                                          kernel::hours_between(x.start_ns, x.end_ns));
  }
  bool holds_largest = false;
  for (const Moment& part : parts) {
    double kwh = 0.0, money = 0.0;
    for (std::size_t i = 0; i < a.sites[0].meter.size(); ++i) {
      const Meter &x = a.sites[0].meter[i], &y = b.sites[0].meter[i];
      if (x.start_ns < part.time_ns || x.start_ns >= part.to_ns) continue;
      const double window = y.import_kwh - y.export_kwh - x.import_kwh + x.export_kwh;
      kwh += window;
      money += y.energy_cost + y.demand_charge - x.energy_cost - x.demand_charge;
      EXPECT_EQ(std::signbit(window), std::signbit(part.a));
      const double kw = std::abs(window) / kernel::hours_between(x.start_ns, x.end_ns);
      EXPECT_GE(kw, 0.25 * largest_kw - 1e-9);
      holds_largest = holds_largest || kw > largest_kw - 1e-9;
    }
    EXPECT_NEAR(part.a * kernel::hours_between(part.time_ns, part.to_ns), kwh, 1e-6);
    EXPECT_NEAR(part.b, money, 1e-4);
    EXPECT_LE(std::abs(kwh), last + 1e-9);
    last = std::abs(kwh);
  }
  EXPECT_TRUE(holds_largest);
  EXPECT_TRUE(where_runs_part(a, a, 0, a.start_ns, a.end_ns, 10).empty()) << "a run does not part from itself";
}

TEST(Story, ExchangedRunsPartAtTheSamePlacesTheOtherWay) {
  const model::Run &a = *told_run("asap"), &b = *told_run("edf");
  const auto there = where_runs_part(a, b, 0, a.start_ns, a.end_ns, 8);
  const auto back = where_runs_part(b, a, 0, a.start_ns, a.end_ns, 8);
  ASSERT_EQ(there.size(), back.size());
  for (std::size_t i = 0; i < there.size(); ++i) {
    EXPECT_EQ(there[i].time_ns, back[i].time_ns);
    EXPECT_NEAR(there[i].a, -back[i].a, 1e-9);
  }
}

TEST(Usable, IsFreeInServiceAndNotHeld) {
  const model::Run& run = *told_run("edf");
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 41 * kernel::minute_ns) {
    std::size_t free = 0;
    for (std::uint32_t row = 0; row < run.evses.size(); ++row)
      free += evse_state(run, row, t).status == EvseStatus::available ? 1U : 0U;
    EXPECT_EQ(usable_at(run, {}, no_row, t).size(), free);
  }
  const std::vector<std::uint32_t> all = usable_at(run, {}, no_row, run.start_ns);
  ASSERT_FALSE(all.empty());
  const std::vector<Held> held{{all.front(), "van", run.start_ns, run.start_ns + kernel::hour_ns}};
  EXPECT_EQ(usable_at(run, held, no_row, run.start_ns).size(), all.size() - 1);
  EXPECT_EQ(usable_at(run, held, no_row, run.start_ns + kernel::hour_ns).size(),
            usable_at(run, {}, no_row, run.start_ns + kernel::hour_ns).size());
}

TEST(Ready, MeanTimeIsThatOfTheLastEnergyOfWhoGotAll) {
  const model::Run& run = *told_run("edf");
  double hours = 0.0;
  int count = 0;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    if (session.ended != "departed" || session.unmet_kwh > 0.01) continue;
    // By bisection of the energy so far: where it reaches what it has in the end.
    TimeNs low = session.plugged_in_ns, high = session.departed_ns;
    const double all = evse_state(run, session.evse, session.departed_ns - 1).session_kwh;
    while (high - low > kernel::second_ns) {
      const TimeNs middle = low + (high - low) / 2;
      (evse_state(run, session.evse, middle).session_kwh < all - 1e-9 ? low : high) = middle;
    }
    EXPECT_NEAR(kernel::hours_between(low, last_charged_ns(run, row)), 0.0, 0.01);
    hours += kernel::hours_between(session.plugged_in_ns, high);
    ++count;
    EXPECT_LE(session_peak_kw(run, row), run.evses[session.evse].max_kw + 1e-9);
    const double load = session_workload(run, row);
    if (!std::isnan(load)) {
      EXPECT_LE(load, 1.0 - session.soc_start + 1e-6);
    }
  }
  ASSERT_GT(count, 10);
  EXPECT_NEAR(hours_to_ready(run).mean_h, hours / count, 0.01);
  EXPECT_EQ(static_cast<double>(hours_to_ready(run).ready), count);
  EXPECT_GE(hours_to_ready(run).charged, hours_to_ready(run).ready);
}

// Who has all it wanted and is still parked at the end is ready; who lacks something is not.
TEST(Ready, CountsThoseWhoAreDoneAndStillThereAtTheEnd) {
  model::Run run = *told_run("edf");
  const std::size_t before = hours_to_ready(run).ready;
  Session* done = nullptr;
  for (Session& session : run.sessions) {
    if (session.ended == "departed" && session.unmet_kwh <= 0.01 && session.got_kwh >= session.wanted_kwh)
      done = &session;
  }
  ASSERT_NE(done, nullptr);
  done->ended = "open_at_end";
  EXPECT_EQ(hours_to_ready(run).ready, before);
  done->got_kwh = done->wanted_kwh - 1.0;
  EXPECT_EQ(hours_to_ready(run).ready, before - 1);
}

// scenarios/house.lua: the grid is out from 18 to 21 on the second day, and from 10 to 12 on the third.
TEST(Story, TellsWhenTheGridAllowsLess) {
  const test::Folder folder;
  const std::string file = folder / "house.run";
  test::record_scenario(file, "house", "asap");
  const RunPtr run = read_run(file);
  const auto cuts_of = [&](int day) {
    std::vector<std::string> told;
    for (const Moment& moment : moments_of_day(*run, nullptr, 0, run->start_ns + day * kernel::day_ns)) {
      if (moment.kind == MomentKind::cut)
        told.push_back(fmt::format("{} {} {} {}", run->clock.date_time_text(moment.time_ns).substr(5, 11),
                                   run->clock.time_text(moment.to_ns).substr(0, 5), moment.a, moment.b));
    }
    return told;
  };
  using Told = std::vector<std::string>;
  EXPECT_EQ(cuts_of(0), Told{});
  EXPECT_EQ(cuts_of(1), Told{"06-02 18:00 21:00 0 10"});
  EXPECT_EQ(cuts_of(2), Told{"06-03 10:00 12:00 0 10"});
}

// Calls of an hour each: their kW together are the kWh of the books, which the run sums in another place.
TEST(Story, TellsOfCallsToCarsWhatTheBooksHave) {
  const test::Folder folder;
  const std::string file = folder / "dispatch.run";
  test::record_scenario(file, "dispatch", "equal-share");
  const RunPtr run = read_run(file);
  double called = 0.0, promised = 0.0, kept = 0.0;
  int calls = 0, ends = 0;
  for (int day = 0; day < 5; ++day) {
    for (const Moment& moment : moments_of_day(*run, nullptr, 0, run->start_ns + day * kernel::day_ns)) {
      if (moment.kind != MomentKind::call && moment.kind != MomentKind::call_end) continue;
      const bool begins = moment.kind == MomentKind::call;
      EXPECT_EQ(run->clock.time_text(moment.time_ns).substr(0, 5), begins ? "17:45" : "19:00");
      if (begins) ++calls, called += moment.a, promised += moment.b;
      if (!begins) ++ends, kept += moment.b;
    }
  }
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(ends, 5);
  const auto kpi = [&](const char* name) { return kpi_value(*run, name); };
  constexpr double as_written = 0.001;  // six digits of each call
  EXPECT_NEAR(called, kpi("dispatch_called_kwh"), as_written);
  EXPECT_NEAR(promised, kpi("dispatch_promised_kwh"), as_written);
  EXPECT_NEAR(kept, kpi("dispatch_delivered_kwh"), as_written);
  EXPECT_GT(promised, 1.0);

  // A call that ends with the run, at a midnight, ends on its last day.
  model::Run ends_at_midnight = *run;
  Event end;
  end.time_ns = run->end_ns;
  end.kind = EventKind::dispatch;
  end.text = "call 6 of 40 kW: 10 kW promised, 9 kW delivered";
  ends_at_midnight.events.push_back(end);
  const std::vector<Moment> last = moments_of_day(ends_at_midnight, nullptr, 0, run->end_ns - kernel::hour_ns);
  ASSERT_FALSE(last.empty());
  EXPECT_EQ(last.back().kind, MomentKind::call_end);
  EXPECT_EQ(last.back().time_ns, run->end_ns);
  EXPECT_EQ(last.back().b, 9.0);
}

// A run that was cut off draws nothing that is known afterwards: it parts from nobody there.
TEST(Story, NoPartingAfterARunWasCutOff) {
  const model::Run& a = *told_run("edf");
  model::Run b = *told_run("asap");
  ASSERT_FALSE(where_runs_part(a, b, 0, a.start_ns, a.end_ns, 100).empty());
  b.known_until_ns = a.start_ns + 30 * kernel::hour_ns;
  for (const Moment& moment : where_runs_part(a, b, 0, a.start_ns, a.end_ns, 100))
    EXPECT_LE(moment.to_ns, b.known_until_ns);
}

// Whose run ends before they leave has not left with less.
TEST(Story, WhoIsStillThereHasMissedNothing) {
  model::Run run = *told_run("edf");
  for (Session& session : run.sessions) {
    session.unmet_kwh = 0.0;
    if (session.number == 1) session.unmet_kwh = 5.0, session.ended = "open_at_end";
  }
  const auto missed_on_its_day = [&] {
    std::size_t count = 0;
    for (const Session& session : run.sessions) {
      if (session.number != 1) continue;
      for (const Moment& moment : moments_of_day(run, nullptr, session.site, session.departed_ns - 1))
        count += moment.kind == MomentKind::missed ? 1U : 0U;
    }
    return count;
  };
  EXPECT_EQ(missed_on_its_day(), 0U);
  for (Session& session : run.sessions) {
    if (session.number == 1) session.ended = "departed";
  }
  EXPECT_EQ(missed_on_its_day(), 1U);
}

/// Sites of so many EVSEs, each with a car at its own hour.
twin::World sites_of(const std::vector<std::string>& names) {
  twin::World world = testing::small_world(2, 1);
  const twin::Site one = world.sites[0];
  world.sites.clear();
  for (const std::string& name : names) {
    twin::Site site = one;
    site.name = name;
    demand::Recorded recorded;
    recorded.visits.push_back(testing::visit(name == "Alpha" ? 8.0 : 13.0, 20.0, name == "Alpha" ? 5.0 : 20.0));
    site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(std::move(recorded)));
    world.sites.push_back(site);
  }
  return world;
}

// Two runs whose sites stand in another order: Alpha is compared with Alpha. Where the other lacks it, with nothing.
TEST(Story, SitesOfTwoRunsAreFoundByName) {
  const test::Folder folder;
  test::record_world(folder / "a", sites_of({"Alpha", "Beta"}), testing::full_power());
  test::record_world(folder / "b", sites_of({"Beta", "Alpha"}), testing::full_power());
  test::record_world(folder / "c", sites_of({"Beta", "Gamma"}), testing::full_power());
  const RunPtr a = read_run(folder / "a"), b = read_run(folder / "b"), c = read_run(folder / "c");
  EXPECT_EQ(same_site(*a, 0, *b), 1U);
  EXPECT_EQ(same_site(*a, 1, *b), 0U);
  EXPECT_EQ(same_site(*a, 0, *c), no_such_site);
  EXPECT_TRUE(where_runs_part(*a, *b, 0, a->start_ns, a->end_ns, 3).empty()) << "the same site, the same day";
  const std::vector<Moment> alike = moments_of_day(*a, b.get(), 0, a->start_ns);
  ASSERT_FALSE(alike.empty());
  for (const Moment& moment : alike) EXPECT_TRUE(moment.of_both) << static_cast<int>(moment.kind);
  for (const Moment& moment : moments_of_day(*a, c.get(), 0, a->start_ns)) EXPECT_EQ(moment.of, 0U);
  // The first car of each, where they differ, is told of both.
  std::size_t first_cars = 0;
  const twin::World swapped = sites_of({"Alpha"});
  twin::World later = sites_of({"Beta"});
  later.sites[0].name = "Alpha";
  test::record_world(folder / "d", swapped, testing::full_power());
  test::record_world(folder / "e", later, testing::full_power());
  const RunPtr d = read_run(folder / "d"), e = read_run(folder / "e");
  for (const Moment& moment : moments_of_day(*d, e.get(), 0, d->start_ns))
    first_cars += moment.kind == MomentKind::first_arrival ? 1U : 0U;
  EXPECT_EQ(first_cars, 2U);
}

}  // namespace
}  // namespace evtwin::viewer::model
