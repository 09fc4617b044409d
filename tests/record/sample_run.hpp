// A small run whose every figure can be checked by hand, fed to a writer as a simulation would.
#pragma once

#include <sqlite3.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "record/run_file.hpp"
#include "record/sqlite.hpp"
#include "record/writer.hpp"

namespace evtwin::record::test {

/// A folder of its own that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "evtwin-record-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline constexpr kernel::TimeNs quarter_ns = 15 * kernel::minute_ns;

/// Amsterdam over the end of summer time: 2025-10-26 has 25 hours. Two EVSEs, one storage, one left-out session.
inline twin::World sample_world() {
  twin::World world;
  world.name = "two EVSEs";
  world.currency = "EUR";
  world.scenario_file = "two.lua";
  world.scenario_text = "return scenario {}\n-- 충전소 'x'\n";
  world.parameters = {{"kw", "7"}, {"quote", "a\"b"}};
  world.calendar = market::Calendar("Europe/Amsterdam");
  world.start_ns = world.calendar.start_of({2025, 10, 25});
  world.end_ns = world.calendar.start_of({2025, 10, 27});
  world.days = 2;
  world.seed = 0xFFFF'FFFF'FFFF'FFFEU;
  world.vehicles.emplace_back().name = "compact";
  twin::Site site;
  site.name = "depot";
  site.contract_kw = 20;
  for (const char* id : {"A-1", "A-2"}) {
    physics::Evse evse;
    evse.id = id;
    evse.phases = 1;
    evse.voltage_v = 230;
    evse.max_a = 32;
    site.evses.push_back(evse);
  }
  physics::Storage storage;
  storage.id = "battery";
  storage.capacity_kwh = 40;
  site.storages.push_back(storage);
  world.sites.push_back(site);
  world.flags.push_back({"s9", "arrives before the start", true});
  return world;
}

inline StrategyIdentity sample_strategy() { return {"edf:margin_min=5", "baseline.so", "0123456789abcdef"}; }

/// A charge at 8 kW for an hour that then tapers with rate -1/h for an hour; one quarter metered before midnight, one
/// after, per day; prices, decisions, corrections, an event.
inline void feed(twin::Observer& to, const twin::World& world) {
  const kernel::TimeNs start = world.start_ns;
  const kernel::TimeNs hour = kernel::hour_ns;
  to.on_signal({0, twin::SignalKind::buy_price, start, 0.25});
  to.on_signal({0, twin::SignalKind::export_limit_kw, start, physics::infinite});

  const double nan = physics::unknown;
  const std::vector<double> first{8.0, nan, -2.0};
  const std::vector<double> same{8.0, nan, -2.0};
  const std::vector<double> other{8.0, 3.5, 0.0};
  to.on_decision({0, 1, start, 1, nan, first});
  to.on_decision({0, 2, start + quarter_ns, 1, 12.5, same});
  to.on_decision({0, 3, start + 2 * quarter_ns, 3, nan, other});

  twin::CorrectionRecord correction;
  correction.row = 1;
  correction.time_ns = start + 2 * quarter_ns;
  correction.reason = twin::Correction::limit;
  correction.asked_kw = 3.5;
  correction.given_kw = 1.5;
  correction.limit_name = "board";
  to.on_correction(correction);
  correction.row = -1;
  correction.reason = twin::Correction::unavoidable;
  correction.limit_name = {};
  to.on_correction(correction);

  const double taper_kwh = 8.0 * (1.0 - std::exp(-1.0));
  twin::PowerSegment power;
  power.session = 1;
  power.start_ns = start;
  power.end_ns = start + hour;
  power.kw = 8.0;
  power.energy_kwh = 8.0;
  to.on_power(power);
  power.start_ns = start + hour;
  power.end_ns = start + 2 * hour;
  power.slope_kw_per_kwh = -1.0;
  power.energy_kwh = taper_kwh;
  to.on_power(power);
  power = {};
  power.subject = twin::Subject::storage;
  power.start_ns = start;
  power.end_ns = start + hour;
  power.kw = -2.0;
  power.energy_kwh = -2.0;
  to.on_power(power);
  power.kw = power.energy_kwh = 0.0;
  to.on_power(power);

  twin::SessionRecord session;
  session.number = 1;
  session.evse = 0;
  session.id = "s1";
  session.vehicle = "compact";
  session.arrived_ns = session.plugged_in_ns = start;
  session.departed_ns = session.claimed_departure_ns = start + 48 * hour;  // 23:00 on the day of 25 hours
  session.requested_kwh = 20.0;
  session.wanted_kwh = 15.0;
  session.got_kwh = 8.0 + taper_kwh;
  session.unmet_kwh = 15.0 - session.got_kwh;
  session.cost = 3.25;
  session.soc_start = session.soc_end = nan;
  to.on_session(session);
  twin::SessionRecord refused;
  refused.id = "s'2\";--";
  refused.vehicle = "compact";
  refused.arrived_ns = refused.departed_ns = start + hour;
  refused.soc_start = refused.soc_end = nan;
  refused.end = twin::SessionEnd::turned_away;
  to.on_session(refused);

  // The last quarter of the first local day, the first of the second, and 24 h later, still the second (25 h) day.
  const kernel::TimeNs midnight = world.calendar.start_of({2025, 10, 26});
  for (const kernel::TimeNs at : {midnight - quarter_ns, midnight, midnight + 24 * hour}) {
    control::Ledger increment;
    increment.import_kwh = at == midnight ? 3.0 : 2.0;
    increment.ev_charge_kwh = increment.import_kwh;
    increment.energy_cost = 0.25 * increment.import_kwh;
    to.on_meter({0, at, at + quarter_ns, &increment, 12.5});
  }
  to.on_event({0, start + hour, "outage", "A-2 out of service"});
}

inline twin::Result sample_result() {
  twin::Result result;
  result.event_hash = 0x0123456789abcdefU;
  result.events = 42;
  twin::SiteResult site;
  site.months.push_back({{2025, 10}, 12.0, 12.0, 5.0, 0.5, 30.0});
  result.sites.push_back(site);
  return result;
}

inline std::vector<Kpi> sample_kpis() {
  return {{"total_cost", -1, 31.75, "EUR", "the bill", "전기요금"},
          {"pv_self_use_fraction", -1, physics::unknown, "", "PV use", ""}};
}

/// A whole, complete run file.
inline void write_sample(const std::string& file) {
  const twin::World world = sample_world();
  RunWriter writer(file, world, sample_strategy());
  feed(writer, world);
  writer.finish(sample_result(), sample_kpis(), 0.125);
}

inline std::string bytes_of(const std::string& file) {
  std::string bytes(std::filesystem::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// Changes a file as another program would.
inline void change(const std::string& file, const std::string& sql) {
  Database database(file, SQLITE_OPEN_READWRITE);
  database.run_statements(sql);
}

}  // namespace evtwin::record::test
