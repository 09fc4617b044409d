// A run file in memory says what the file says.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "run_files.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::hour_ns;
using test::ask;
using test::Folder;
using ::testing::HasSubstr;

// One file per scenario for all tests of this program.
const std::string& file_of(const std::string& scenario, const std::string& strategy) {
  static const Folder folder;
  static std::map<std::string, std::string> files;
  std::string& file = files[scenario + strategy];
  if (file.empty()) {
    file = folder / (std::to_string(files.size()) + ".run");
    test::record_scenario(file, scenario, strategy);
  }
  return file;
}
const std::string& week_file() { return file_of("workplace_week", "edf"); }
const std::string& v2g_file() { return file_of("dc_v2g", "milp.so#v2g-profit-max"); }

TEST(ReadRun, HoldsWhatTheFileSaysOfTheRun) {
  const RunPtr run = read_run(week_file());
  EXPECT_EQ(run->name, "Workplace car park, one week of June");
  EXPECT_EQ(run->state, record::RunState::complete);
  EXPECT_EQ(run->loaded, Loaded::all);
  EXPECT_EQ(run->timezone, "Asia/Seoul");
  EXPECT_EQ(run->currency, "KRW");
  EXPECT_EQ(run->clock.iso_text(run->start_ns), "2026-06-01T00:00:00+09:00");
  EXPECT_EQ(run->end_ns - run->start_ns, 7 * kernel::day_ns);
  EXPECT_EQ(run->known_until_ns, run->end_ns);
  EXPECT_THAT(run->scenario_text, HasSubstr("\nreturn scenario {"));
  ASSERT_EQ(run->sites.size(), 1U);
  EXPECT_EQ(run->sites[0].evses.size(), 24U);
  EXPECT_EQ(run->evses[0].name, "A-1");
  EXPECT_EQ(run->evses[0].station, "A");
  EXPECT_EQ(run->storages[0].name, "battery");
  EXPECT_EQ(kpi_value(*run, "sessions"),
            ask(week_file(), "SELECT value FROM kpi WHERE name = 'sessions' AND site IS NULL"));
  EXPECT_TRUE(std::isnan(kpi_value(*run, "no such figure")));
}

TEST(ReadRun, HasEveryRow) {
  for (const std::string& file : {week_file(), v2g_file()}) {
    const RunPtr run = read_run(file);
    const auto rows = [&](const char* table) {
      return static_cast<std::size_t>(ask(file, fmt::format("SELECT count(*) FROM {}", table)));
    };
    EXPECT_EQ(run->sessions.size(), rows("session"));
    EXPECT_EQ(run->decisions.size(), rows("decision"));
    EXPECT_EQ(run->setpoints.size(), rows("setpoint"));
    EXPECT_EQ(run->plans.size(), rows("plan"));
    EXPECT_EQ(run->corrections.size(), rows("correction"));
    EXPECT_EQ(run->sites[0].meter.size(), rows("meter"));
    EXPECT_EQ(run->kpis.size(), rows("kpi"));
    EXPECT_EQ(run->months.size(), rows("month"));
  }
}

TEST(ReadRun, SessionsAreInTheOrderOfArrivalAndPluggedInAtTheirEvse) {
  const RunPtr run = read_run(week_file());
  EXPECT_TRUE(std::ranges::is_sorted(run->sessions, {}, &Session::arrived_ns));
  std::size_t plugged_in = 0;
  for (std::uint32_t row = 0; row < run->evses.size(); ++row) {
    TimeNs last = run->start_ns;
    for (const std::uint32_t session : run->evses[row].sessions) {
      EXPECT_EQ(run->sessions[session].evse, row);
      EXPECT_GE(run->sessions[session].plugged_in_ns, last);
      last = run->sessions[session].departed_ns;
      ++plugged_in;
    }
  }
  EXPECT_EQ(plugged_in, ask(week_file(), "SELECT count(*) FROM session WHERE number IS NOT NULL"));
  double got_kwh = 0.0;
  for (const Session& session : run->sessions) got_kwh += session.got_kwh;
  EXPECT_NEAR(got_kwh, ask(week_file(), "SELECT sum(got_kwh) FROM session"), 1e-9);
}

TEST(ReadRun, PowersAreThoseOfTheFileAndNothingElseFlows) {
  for (const std::string& file : {week_file(), v2g_file()}) {
    const RunPtr run = read_run(file);
    const record::Database database(file, SQLITE_OPEN_READONLY);
    record::Statement rows(database,
                           "SELECT evse, storage, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power");
    std::vector<double> evse_kwh(run->evses.size()), storage_kwh(run->storages.size());
    while (rows.next_row()) {
      const bool is_evse = rows.column_integer(0) != 0;
      const auto unit = static_cast<std::size_t>(rows.column_integer(is_evse ? 0 : 1)) - 1;
      const Series& kw = is_evse ? run->evses[unit].kw : run->storages[unit].kw;
      (is_evse ? evse_kwh : storage_kwh)[unit] += rows.column_real(6);
      const TimeNs start = rows.column_integer(2), middle = start + (rows.column_integer(3) - start) / 2;
      EXPECT_EQ(kw.value_at(start), rows.column_real(4));
      EXPECT_NEAR(kw.value_at(middle),
                  rows.column_real(4) * std::exp(rows.column_real(5) * kernel::hours_between(start, middle)), 1e-10);
      EXPECT_NEAR(kw.extent_of(start, rows.column_integer(3)).integral_h, rows.column_real(6), 1e-9);
    }
    for (std::size_t i = 0; i < run->evses.size(); ++i) {
      const Extent all = run->evses[i].kw.extent_of(run->start_ns, run->end_ns);
      EXPECT_NEAR(all.integral_h, evse_kwh[i], 1e-8);
      EXPECT_NEAR(all.covered_h, kernel::hours_between(run->start_ns, run->end_ns), 1e-9);
    }
    for (std::size_t i = 0; i < run->storages.size(); ++i) {
      EXPECT_NEAR(run->storages[i].kw.extent_of(run->start_ns, run->end_ns).integral_h, storage_kwh[i], 1e-8);
    }
  }
}

TEST(ReadRun, TheSumOfTheEvsesIsExactAtAnyChangeAndInTheEnergyOfEveryMeteringWindow) {
  for (const std::string& file : {week_file(), v2g_file()}) {
    const RunPtr run = read_run(file);
    const Site& site = run->sites[0];
    for (const Piece& piece : site.ev_kw.pieces()) {
      double sum = 0.0;
      for (const std::uint32_t evse : site.evses) sum += run->evses[evse].kw.value_at(piece.start_ns);
      EXPECT_NEAR(site.ev_kw.value_at(piece.start_ns), sum, 1e-10);
    }
    for (const Meter& window : site.meter) {
      // Between two changes the curve is one with the right energy; a window that cuts one is not exact.
      EXPECT_NEAR(site.ev_kw.extent_of(window.start_ns, window.end_ns).integral_h,
                  window.ev_charge_kwh - window.ev_discharge_kwh, 2e-3);
    }
    const Extent all = site.ev_kw.extent_of(run->start_ns, run->end_ns);
    EXPECT_NEAR(all.integral_h, ask(file, "SELECT sum(ev_charge_kwh - ev_discharge_kwh) FROM meter"), 1e-6);
  }
}

TEST(ReadRun, TheStoragesSocIsThatOfTheTwin) {
  const RunPtr run = read_run(week_file());
  const Storage& storage = run->storages[0];
  const Extent soc = storage.soc.extent_of(run->start_ns, run->end_ns);
  EXPECT_NEAR(soc.mean(), ask(week_file(), "SELECT mean_soc FROM storage_use"), 1e-9);
  EXPECT_GE(soc.min, storage.soc_min - 1e-9);
  EXPECT_LE(soc.max, storage.soc_max + 1e-9);
  EXPECT_GT(soc.max - soc.min, 0.05) << "a storage that does nothing shows nothing";
}

TEST(ReadRun, MoneySoFarIsTheLedgersAtEveryWindowAndGrowsEvenlyWithinOne) {
  const RunPtr run = read_run(week_file());
  const Site& site = run->sites[0];
  double cost = 0.0, energy = 0.0;
  for (const Meter& window : site.meter) {
    const TimeNs middle = window.start_ns + (window.end_ns - window.start_ns) / 2;
    const double before = cost;
    cost += window.energy_cost + window.demand_charge;
    energy += window.energy_cost;
    EXPECT_NEAR(site.cost.value_at(middle), (before + cost) / 2, 1e-6);
  }
  EXPECT_NEAR(site.cost.extent_of(run->end_ns - 1, run->end_ns).max, cost, 1e-6);
  EXPECT_NEAR(cost, ask(week_file(), "SELECT sum(energy_cost + demand_charge) FROM meter"), 1e-6);
  EXPECT_NEAR(site.energy_cost.extent_of(run->end_ns - 1, run->end_ns).max, energy, 1e-6);
}

TEST(ReadRun, SignalsHoldUntilTheNextAndAreEmptyWhereASiteHasNone) {
  const RunPtr run = read_run(week_file());
  const Site& site = run->sites[0];
  EXPECT_EQ(site.contract_kw.value_at(run->start_ns), 150.0);
  EXPECT_EQ(site.pv_kw.size(), ask(week_file(), "SELECT count(*) FROM signal WHERE kind = 'pv_kw'"));
  EXPECT_EQ(site.buy_price.value_at(run->end_ns - 1),
            ask(week_file(), "SELECT value FROM signal WHERE kind = 'buy_price' ORDER BY id DESC LIMIT 1"));
  EXPECT_TRUE(read_run(v2g_file())->sites[0].pv_kw.empty());
  EXPECT_TRUE(read_run(v2g_file())->storages.empty());
}

TEST(ReadRun, EventsAreInTheOrderOfTimeAndMissedTargetsAreAlerts) {
  const RunPtr run = read_run(week_file());
  EXPECT_TRUE(std::ranges::is_sorted(run->events, {}, &Event::time_ns));
  const auto count = [&](EventKind kind) {
    return static_cast<double>(std::ranges::count(run->events, kind, &Event::kind));
  };
  EXPECT_EQ(count(EventKind::arrival), ask(week_file(), "SELECT count(*) FROM session"));
  EXPECT_EQ(count(EventKind::departure), ask(week_file(), "SELECT count(*) FROM session WHERE ended = 'departed'"));
  EXPECT_EQ(count(EventKind::missed_target),
            ask(week_file(), "SELECT count(*) FROM session WHERE ended = 'departed' AND unmet_kwh > 0.01"));
  EXPECT_EQ(count(EventKind::turned_away), ask(week_file(), "SELECT count(*) FROM session WHERE number IS NULL"));
  EXPECT_EQ(count(EventKind::price_change),
            ask(week_file(), "SELECT count(*) - 1 FROM signal WHERE kind = 'buy_price'"));
  EXPECT_GT(count(EventKind::turned_away) + count(EventKind::missed_target), 0.0);
  for (const Event& event : run->events) {
    const bool missed = event.kind == EventKind::missed_target || event.kind == EventKind::turned_away;
    EXPECT_TRUE(event.alert || !missed);
  }
}

TEST(ReadRun, AnOutageHasItsEvseItsTimeAndItsAlert) {
  twin::World world = testing::small_world(2);
  world.sites[0].outages.push_back({1, testing::monday_ns + hour_ns, testing::monday_ns + 3 * hour_ns});
  testing::add_visits(world, {testing::visit(0.5, 8.0, 7.0, 1)});
  const Folder folder;
  const auto insisting = testing::strategy([](const evtwin_view& view, evtwin_decision& decision) {
    for (std::uint32_t k = 0; k < view.n_connected; ++k) decision.evse_kw[view.connected_evse[k]] = 7.04;
  });
  test::record_world(folder / "a.run", world, insisting);
  const RunPtr run = read_run(folder / "a.run");
  ASSERT_EQ(run->outages.size(), 1U);
  EXPECT_EQ(run->outages[0].evse, 1U);
  EXPECT_EQ(run->outages[0].from_ns, testing::monday_ns + hour_ns);
  EXPECT_EQ(run->outages[0].to_ns, testing::monday_ns + 3 * hour_ns);
  EXPECT_EQ(run->evses[1].outages, std::vector<std::uint32_t>{0});
  const auto first = std::ranges::find(run->events, EventKind::outage, &Event::kind);
  ASSERT_NE(first, run->events.end());
  EXPECT_TRUE(first->alert);
  EXPECT_EQ(first->evse, 1U);
  ASSERT_FALSE(run->corrections.empty());
  EXPECT_EQ(run->corrections[0].reason, "outage");
  const auto correction = std::ranges::find(run->events, EventKind::correction, &Event::kind);
  ASSERT_NE(correction, run->events.end());
  EXPECT_EQ(event_text(*run, *correction), "outage: 7.04 -> 0 kW");
}

TEST(ReadRun, ReadsAFileOfAnotherRoomsTestsToo) {
  const Folder folder;
  record::test::write_sample(folder / "sample.run");
  const RunPtr run = read_run(folder / "sample.run");
  EXPECT_EQ(run->evses.size(), 2U);
  EXPECT_EQ(run->parameters.at("quote"), "a\"b");
  EXPECT_EQ(run->flags.size(), 1U);
  EXPECT_EQ(run->seed, 0xFFFF'FFFF'FFFF'FFFEU);
}

TEST(ReadRun, GivesAnOverviewFirstAndStopsWhenTold) {
  RunPtr overview;
  double last = -1.0;
  const RunPtr run = read_run(
      week_file(),
      [&](double done) {
        EXPECT_GE(done, last);
        last = done;
        return true;
      },
      [&](RunPtr first) { overview = std::move(first); });
  EXPECT_EQ(last, 1.0);
  ASSERT_NE(overview, nullptr);
  EXPECT_EQ(overview->loaded, Loaded::overview);
  EXPECT_EQ(overview->sessions.size(), run->sessions.size());
  EXPECT_FALSE(overview->sites[0].ev_kw.empty());
  EXPECT_NE(overview->serial, run->serial);
  EXPECT_EQ(read_run(week_file(), [](double) { return false; }), nullptr);
}

TEST(ReadRun, OfARunThatIsNotOverWhatIsNotRecordedIsUnknown) {
  const Folder folder;
  const std::string file = folder / "killed.run";
  std::filesystem::copy_file(week_file(), file);
  const auto until = static_cast<TimeNs>(ask(file, "SELECT end_ns FROM meter WHERE id = 200"));
  test::change(file, "UPDATE run SET state = 'running'");
  test::change(file, "DELETE FROM meter WHERE id > 200");
  test::change(file, fmt::format("DELETE FROM power WHERE id >= (SELECT min(id) FROM power WHERE end_ns > {})", until));
  const RunPtr run = read_run(file);
  EXPECT_EQ(run->state, record::RunState::running);
  EXPECT_EQ(run->known_until_ns, until);
  std::size_t unknown = 0;
  for (const Evse& evse : run->evses) {
    EXPECT_TRUE(std::isnan(evse.kw.value_at(until)));
    if (std::isnan(evse.kw.value_at(until - 1))) ++unknown;
  }
  EXPECT_GT(unknown, 0U);
  const Meter& last = run->sites[0].meter.back();
  EXPECT_NEAR(run->sites[0].ev_kw.value_at(until - 1),
              (last.ev_charge_kwh - last.ev_discharge_kwh) / kernel::hours_between(last.start_ns, last.end_ns), 1e-9);
}

std::string trouble_with(const std::string& file) {
  try {
    read_run(file);
    return "";
  } catch (const record::RunFileError& error) {
    return error.what();
  }
}

TEST(ReadRun, SaysOfARowThatPointsNowhereWhichOne) {
  const Folder folder;
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE session SET evse = 99 WHERE id = 3", "table session, row 3: points at a row that is not there"},
      {"UPDATE session SET departed_ns = arrived_ns - 1 WHERE id = 4", "row 4: leaves before it arrives"},
      {"UPDATE power SET evse = 25 WHERE id = 5", "table power, row 5"},
      {"UPDATE power SET evse = NULL, storage = NULL WHERE id = 5", "table power, row 5"},
      {"UPDATE power SET end_ns = end_ns + 999999999999999999 WHERE id = 6", "power outside the run"},
      {"UPDATE power SET start_ns = 9223372036854775807 WHERE id = 6", "a time beyond all runs"},
      {"UPDATE power SET kw = 9e999 WHERE id = 6", "a figure is missing"},
      {"UPDATE power SET slope_kw_per_kwh = 1e300 WHERE id = 6", "power without bounds"},
      {"DELETE FROM power WHERE id = 6", "is missing"},
      {"UPDATE power SET id = 4611686018427387904 WHERE id = 349", "table power"},
      {"UPDATE meter SET start_ns = start_ns - 1 WHERE id = 7", "a window out of order"},
      {"UPDATE site SET metering_window_ns = 0 WHERE id = 1", "table site, row 1: a metering window that there is not"},
      {"UPDATE signal SET kind = 'x' WHERE id = 8", "a signal of no known kind"},
      {"UPDATE setpoint SET decision = 0 WHERE id = 9", "table setpoint, row 9"},
      {"UPDATE clock SET end_ns = start_ns WHERE id = 1", "table clock"},
      {"UPDATE run SET end_ns = start_ns", "ends before it starts"},
      {"UPDATE run SET parameters = '[[[['", "no JSON object"},
      {"DELETE FROM run", "table run"},
      {"PRAGMA user_version = 99", "newer evtwin"},
      {"PRAGMA application_id = 1", "another application"},
  };
  for (const auto& [sql, what] : cases) {
    const std::string file = folder / "bad.run";
    std::filesystem::copy_file(week_file(), file, std::filesystem::copy_options::overwrite_existing);
    test::change(file, sql);
    const std::string trouble = trouble_with(file);
    EXPECT_THAT(trouble, HasSubstr(what)) << sql;
    EXPECT_THAT(trouble, HasSubstr("bad.run: ")) << sql;
    EXPECT_EQ(trouble.find('\n'), std::string::npos) << sql;
  }
}

TEST(ReadRun, RefusesWhatIsNoRunFile) {
  const Folder folder;
  std::ofstream(folder / "empty");
  std::ofstream(folder / "text")
      << "no run file at all, but longer than a header of a data base would be, which takes 100";
  EXPECT_THAT(trouble_with(folder / "missing"), HasSubstr("cannot be opened"));
  EXPECT_THAT(trouble_with(folder / "empty"), HasSubstr("the file is empty"));
  EXPECT_THAT(trouble_with(folder / "text"), HasSubstr("not an evtwin run file"));
  EXPECT_THAT(trouble_with(folder.path().string()), HasSubstr("a folder"));
}

// A disk that changed some bytes: either the file is still one that can be shown, or one line says what is wrong.
TEST(ReadRun, BytesThatChangedNeverCrashIt) {
  const Folder folder;
  const std::string small = folder / "small.run";
  test::record_scenario(small, "dc_v2g", "edf", 1);
  std::ostringstream text;
  text << std::ifstream(small, std::ios::binary).rdbuf();
  const std::string whole = text.str();
  std::mt19937_64 random(7);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(random() % 8);
    for (int k = 0; k < flips; ++k) {
      // Half of them among the pages' own structure, which lies at their beginnings.
      std::size_t at = random() % bytes.size();
      if (k % 2 == 0) at = at / 8192 * 8192 + random() % 64;
      bytes[std::min(at, bytes.size() - 1)] = static_cast<char>(random());
    }
    if (i % 10 == 0) bytes.resize(random() % bytes.size());
    const std::string file = folder / "flipped.run";
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    const std::string trouble = trouble_with(file);
    refused += trouble.empty() ? 0 : 1;
    EXPECT_EQ(trouble.find('\n'), std::string::npos) << trouble;
  }
  EXPECT_GT(refused, 100);
  EXPECT_EQ(trouble_with(small), "");
}

}  // namespace
}  // namespace evtwin::viewer::model
