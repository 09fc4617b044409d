#include "record/create.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "control/forecast_model.hpp"
#include "kernel/text.hpp"
#include "physics/equipment.hpp"
#include "record/commit.hpp"
#include "record/content_hash.hpp"
#include "record/file_header.hpp"
#include "record/run_file.hpp"
#include "record/schema.hpp"
#include "record/table_insert.hpp"

namespace evtwin::record {
namespace {

// Throws unless nothing is lost when `file` is replaced.
void check_replaceable(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    refuse_file(file, fmt::format("cannot be written: {}", std::generic_category().message(errno)));
  }
  if (S_ISDIR(status.st_mode)) refuse_file(file, "exists and is a folder; name a file");
  if (!S_ISREG(status.st_mode))
    refuse_file(file, "exists and is not a regular file; a run file cannot be written there");
  if (::access(file.c_str(), W_OK) != 0) refuse_file(file, "exists and is write-protected; it is left as it is");
  if (status.st_size == 0) return;

  const FileHeader header = read_header(Database(file, SQLITE_OPEN_READONLY));
  if (!header.is_database || header.application_id != std::uint32_t{application_id}) {
    refuse_file(file, "exists and is not an evtwin run file; it is left as it is");
  }
  // A writer keeps the write lock from beginning to end, a killed one's is gone.
  Database old(file, SQLITE_OPEN_READWRITE);
  if ((sqlite3_exec(old.sqlite_handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) & 0xFF) == SQLITE_BUSY) {
    refuse_file(file, "exists and is being written by another run");
  }
}

}  // namespace

std::string evtwin_version() { return EVTWIN_VERSION; }

std::string tzdata_version() {
  std::ifstream table("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  constexpr std::string_view lead = "# version ";
  if (!std::getline(table, line) || line.compare(0, lead.size(), lead) != 0) return "unknown";
  return line.substr(lead.size());
}

namespace {

std::string json_of(const std::map<std::string, std::string>& parameters) {
  return nlohmann::json(parameters).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_run(const Database& database, const twin::World& world, const StrategyIdentity& strategy,
               const Origin& origin) {
  const std::string strategy_parameters =
      nlohmann::json(origin.strategy_parameters).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::string parameters = json_of(world.parameters);
  const std::string tzdata = tzdata_version();

  // Wall clock, UTC: two equal runs differ in it.
  Statement now(database, "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')");
  now.next_row();
  const std::string created_at = now.column_text(0);

  TableInsert run(database, "run");
  run.begin_row()
      .add_text(world.name)
      .add_text(strategy.label)
      .add_text(strategy.plugin_file)
      .add_text(strategy.plugin_digest);
  // Outcome: no error, hash or count of events until the run has ended.
  run.add_text(name_of(RunState::running)).add_text("").add_null().add_null();
  run.add_integer(world.start_ns).add_integer(world.end_ns).add_integer(world.tick_ns);
  run.add_text(world.calendar.zone_name())
      .add_text(world.currency)
      .add_integer(std::bit_cast<std::int64_t>(world.seed));
  run.add_text(world.scenario_file).add_text(world.scenario_text).add_text(parameters);

  if (origin.days) {
    run.add_integer(*origin.days);
  } else {
    run.add_null();
  }
  run.text_or_null(origin.operator_name);

  run.add_text(origin.strategy_id).add_text(strategy_parameters);
  run.add_text(EVTWIN_VERSION)
      .add_text(evtwin_commit())
      .add_text(sqlite3_libversion())
      .add_text(__VERSION__)
      .add_text(tzdata);
  run.add_text(created_at).add_null();
  run.write_rows();
}

void write_inputs(const Database& database, const Origin& origin) {
  TableInsert insert(database, "input");
  std::deque<std::string> digests;  // stay where they are until the rows are written
  for (const InputFile& input : origin.inputs)
    insert.begin_row()
        .add_text(input.name)
        .add_integer(input.bytes)
        .add_text(digests.emplace_back(hex_text(input.digest)));
  insert.write_rows();
}

void write_reward(const Database& database, const Origin& origin) {
  if (!origin.reward) return;
  const LearntReward& reward = *origin.reward;
  TableInsert insert(database, "reward_part");
  const auto begin_row = [&]() -> TableInsert& {
    return insert.begin_row().add_text(reward.name).add_integer(reward.of_terms ? 1 : 0);
  };
  for (const auto& [part, weight] : reward.parts) begin_row().add_text(part).add_real(weight);
  if (reward.parts.empty()) begin_row().add_null().add_null();
  insert.write_rows();
}

void write_demand_terms(const twin::Site& site, TableInsert& insert) {
  const market::DemandCharge& charge = site.tariff.demand;
  insert.add_integer(charge.window_ns).add_text(charge.basis == market::DemandBasis::peak ? "peak" : "contract");
  insert.add_text(site.part_month == market::PartMonth::full ? "full" : "pro_rata");
  insert.add_integer(charge.look_back_months).add_real(charge.floor_fraction_of_contract);
  insert.add_real(market::excess_price_per_kw(site.tariff));
}

const char* name_of(control::Forecast::Kind kind) {
  switch (kind) {
    case control::Forecast::Kind::perfect:
      return "perfect";
    case control::Forecast::Kind::yesterday:
      return "yesterday";
    case control::Forecast::Kind::noisy:
      return "noisy";
    case control::Forecast::Kind::model:
      return "forecaster";
  }
  return "yesterday";
}

void write_forecasts(const Database& database, const twin::World& world) {
  TableInsert insert(database, "forecast");
  std::int64_t site_id = 0;
  for (const twin::Site& site : world.sites) {
    ++site_id;
    const control::SiteForecast& rules = site.forecast;
    const auto write = [&](const char* quantity, const control::Forecast& rule) {
      const control::ForecastSource* source = rule.source.get();
      insert.begin_row().add_integer(site_id).add_text(quantity).add_text(name_of(rule.kind));
      if (source != nullptr) {
        const control::ForecastSource::Found& found = source->found_if_there();  // texts are read by write_rows()
        insert.add_text(source->label()).add_text(found.file).add_text(found.digest);
      } else {
        insert.add_text("").add_text("").add_text("");
      }

      // Columns that a rule does not use are NULL, so that nobody reads a 0 as a figure.
      if (rule.kind == control::Forecast::Kind::noisy) {
        insert.add_real(rule.bias).add_real(rule.std);
      } else {
        insert.add_null().add_null();
      }
      if (source != nullptr) {
        insert.add_integer(rules.period_ns).add_integer(rules.history_days);
      } else {
        insert.add_null().add_null();
      }
    };

    write("pv", rules.pv);
    write("load", rules.load);
    write("arrivals", rules.arrivals);
    write("price", rules.price);
  }
  insert.write_rows();
}

// Price of a kW in each month, and the peaks that a ratchet starts with.
void write_demand_prices(const Database& database, const twin::World& world) {
  TableInsert price_insert(database, "demand_price");
  TableInsert peak_insert(database, "past_peak");
  std::deque<std::string> months;  // stay where they are until the rows are written
  std::int64_t site_id = 0;
  for (const twin::Site& site : world.sites) {
    ++site_id;
    for (int month = 1; month <= 12; ++month) {
      price_insert.begin_row().add_integer(site_id).add_integer(month).add_real(
          market::demand_price_per_kw(site.tariff, month));
      price_insert.add_integer(market::has_month(site.tariff.demand.ratchet_months, month) ? 1 : 0);
    }
    for (const market::MonthPeak& peak : site.past_peaks)
      peak_insert.begin_row()
          .add_integer(site_id)
          .add_text(months.emplace_back(market::format_month(peak.month)))
          .add_real(peak.peak_kw);
  }
  price_insert.write_rows();
  peak_insert.write_rows();
}

const char* name_of(physics::LimitKind kind) {
  switch (kind) {
    case physics::LimitKind::power_kw:
      return "power_kw";
    case physics::LimitKind::current_a:
      return "current_a";
    case physics::LimitKind::magnitude_a:
      return "magnitude_a";
  }
  return "power_kw";
}

void write_limit_rows(const Database& database, const twin::World& world) {
  TableInsert row_insert(database, "row_limit");
  TableInsert member_insert(database, "row_limit_member");
  std::int64_t site_id = 0, row_id = 0, first_evse = 1;
  for (const twin::Site& site : world.sites) {
    ++site_id;
    for (const physics::LimitRow& row : site.rows) {
      ++row_id;
      row_insert.begin_row().add_integer(site_id).add_text(row.name).add_text(name_of(row.kind));
      row_insert.finite_or_null(row.lower).finite_or_null(row.upper);
      for (const physics::LimitMember& member : row.members) {
        member_insert.begin_row()
            .add_integer(row_id)
            .add_integer(first_evse + member.evse)
            .add_real(member.coefficient);
        member_insert.add_real(member.angle_deg);
      }
    }
    first_evse += static_cast<std::int64_t>(site.evses.size());
  }
  row_insert.write_rows();
  member_insert.write_rows();
}

void write_shared_limits(const Database& database, const twin::World& world) {
  TableInsert limit_insert(database, "shared_limit");
  TableInsert site_insert(database, "shared_limit_site");
  std::int64_t limit_id = 0;
  for (const twin::SharedLimit& limit : world.shared_limits) {
    ++limit_id;
    limit_insert.begin_row()
        .add_text(limit.name)
        .add_text(limit.share == twin::ShareRule::price ? "price" : "proportional");
    for (const std::uint32_t site : limit.sites)
      site_insert.begin_row().add_integer(limit_id).add_integer(std::int64_t{site} + 1);
  }
  limit_insert.write_rows();
  site_insert.write_rows();
}

void write_road_network(const Database& database, const twin::RoadRecord& record) {
  TableInsert nodes(database, "road_node");
  TableInsert roads(database, "road");
  TableInsert stations(database, "road_station");
  TableInsert prices(database, "road_price");
  TableInsert closures(database, "road_closure");
  for (const twin::RoadRecord::Node& node : record.nodes)
    nodes.begin_row().add_text(node.name).add_real(node.lat_deg).add_real(node.lon_deg);
  for (const twin::RoadRecord::Road& road : record.roads) {
    roads.begin_row().add_integer(std::int64_t{road.from} + 1).add_integer(std::int64_t{road.to} + 1);
    roads.add_real(road.km).add_real(road.speed_kmh).add_real(road.grade);
  }
  for (const twin::RoadRecord::Station& station : record.stations) {
    stations.begin_row().add_text(station.name).add_integer(std::int64_t{station.node} + 1);
    stations.add_real(station.lat_deg).add_real(station.lon_deg);
    stations.id_or_null(std::int64_t{station.site} + 1).text_or_null(station.operator_name);
    stations.add_integer(station.own ? 1 : 0).add_real(station.kw).add_integer(station.chargers);
  }
  for (const twin::RoadRecord::Price& step : record.prices) {
    prices.begin_row().add_integer(std::int64_t{step.station} + 1).add_integer(step.from_ns);
    prices.add_real(step.price_per_kwh);
  }
  for (const twin::RoadRecord::Closure& closure : record.closures) {
    closures.begin_row().add_integer(std::int64_t{closure.station} + 1);
    closures.add_integer(closure.from_ns).add_integer(closure.to_ns);
  }
  for (TableInsert* insert : {&nodes, &roads, &stations, &prices, &closures}) insert->write_rows();
}

/// Rows at a time: a week of many drivers has millions.
void write_in_batches(TableInsert& insert, std::size_t row) {
  constexpr std::size_t batch = 100'000;
  if (row % batch == batch - 1) insert.write_rows();
}

void write_road_traffic(const Database& database, const twin::RoadRecord& record) {
  TableInsert visits(database, "road_visit");
  TableInsert parts(database, "road_way_part");
  TableInsert legs(database, "road_leg");
  TableInsert stranded(database, "road_stranded");
  for (std::size_t i = 0; i < record.visits.size(); ++i) {
    const twin::RoadRecord::Visit& visit = record.visits[i];
    visits.begin_row().add_integer(std::int64_t{visit.station} + 1).add_integer(std::int64_t{visit.driver} + 1);
    visits.add_integer(visit.arrive_ns);
    if (visit.begin_ns == kernel::time_never) {
      visits.add_null();
    } else {
      visits.add_integer(visit.begin_ns);
    }
    visits.add_integer(visit.end_ns).add_real(visit.meter_kwh).add_real(visit.money);
    write_in_batches(visits, i);
  }
  for (std::size_t way = 0; way < record.ways.size(); ++way) {
    for (const std::uint32_t road : record.ways[way])
      parts.begin_row().add_integer(static_cast<std::int64_t>(way) + 1).add_integer(std::int64_t{road} + 1);
    write_in_batches(parts, way);
  }
  for (std::size_t i = 0; i < record.legs.size(); ++i) {
    const twin::RoadRecord::Leg& leg = record.legs[i];
    legs.begin_row().add_integer(std::int64_t{leg.driver} + 1).add_integer(std::int64_t{leg.way} + 1);
    legs.add_integer(leg.start_ns).add_integer(leg.end_ns);
    write_in_batches(legs, i);
  }
  for (const twin::RoadRecord::Stranding& one : record.stranded) {
    stranded.begin_row().add_integer(std::int64_t{one.driver} + 1).add_integer(std::int64_t{one.node} + 1);
    stranded.add_integer(one.at_ns);
  }
  for (TableInsert* insert : {&visits, &parts, &legs, &stranded}) insert->write_rows();
}

void insert_ageing(TableInsert& insert, const physics::FittedAgeing& ageing) {
  insert.finite_or_null(ageing.calendar.value_or(physics::unknown));
  insert.finite_or_null(ageing.cyclic.value_or(physics::unknown));
  insert.add_real(ageing.power).add_real(ageing.replaced_at);
}

void write_vehicles(const Database& database, const twin::World& world) {
  TableInsert vehicle_insert(database, "vehicle");
  TableInsert curve_insert(database, "acceptance");
  std::int64_t vehicle_id = 0;
  for (const physics::Vehicle& vehicle : world.vehicles) {
    const physics::BatterySpec& battery = vehicle.battery;
    vehicle_insert.begin_row().add_text(vehicle.name).finite_or_null(battery.capacity_kwh);
    vehicle_insert.add_real(battery.charge_efficiency).add_real(battery.discharge_efficiency);
    insert_ageing(vehicle_insert, vehicle.ageing);
    ++vehicle_id;
    for (const physics::Knot& knot : battery.charge.knots)
      curve_insert.begin_row().add_integer(vehicle_id).add_real(knot.soc).finite_or_null(knot.kw);
  }
  vehicle_insert.write_rows();
  curve_insert.write_rows();
}

// UTC offsets from a year before the run to a year after it: sessions may reach beyond the run.
void write_clock(const Database& database, const twin::World& world) {
  constexpr kernel::TimeNs margin_ns = 400 * kernel::day_ns;
  const kernel::TimeNs from = std::max(world.start_ns, market::earliest_ns + margin_ns) - margin_ns;
  const kernel::TimeNs to = std::min(world.end_ns, market::latest_ns - margin_ns) + margin_ns;
  TableInsert clock(database, "clock");
  market::OffsetInterval interval = world.calendar.offset_at(from);
  interval.begin_ns = std::numeric_limits<kernel::TimeNs>::min();
  while (true) {
    const bool last = interval.end_ns >= to;
    const kernel::TimeNs end_ns = last ? kernel::time_never : interval.end_ns;
    clock.begin_row()
        .add_integer(interval.begin_ns)
        .add_integer(end_ns)
        .add_integer(interval.offset_ns / kernel::second_ns);
    if (last) break;
    interval = world.calendar.offset_at(interval.end_ns);
  }
  clock.write_rows();
}

void write_sites(const Database& database, const twin::World& world) {
  TableInsert site_insert(database, "site");
  TableInsert feeder_insert(database, "feeder");
  TableInsert evse_insert(database, "evse");
  TableInsert storage_insert(database, "storage");
  std::int64_t site_id = 0;
  std::int64_t feeders = 0;  // of the sites before

  for (const twin::Site& site : world.sites) {
    ++site_id;
    site_insert.begin_row().add_text(site.name).finite_or_null(site.contract_kw).finite_or_null(site.export_limit_kw);
    site_insert.add_text(site.limits == twin::LimitMode::enforce ? "enforce" : "record");
    site_insert.add_text(site.tariff.name).add_text(site.tariff.source).add_integer(site.tariff_given ? 1 : 0);
    write_demand_terms(site, site_insert);
    site_insert.add_real(site.driver_price_per_kwh).add_real(site.v2g_price_per_kwh);
    site_insert.add_real(site.unmet_price_per_kwh).add_real(site.wear_price_per_kwh);
    site_insert.add_real(site.share_price_per_kwh).text_or_null(site.operator_name);

    // A parent is a row id, and those count through all sites.
    for (const physics::Feeder& feeder : site.feeders) {
      feeder_insert.begin_row().add_integer(site_id).add_text(feeder.name);
      feeder_insert.id_or_null(feeder.parent < 0 ? 0 : feeders + feeder.parent + 1);
      feeder_insert.finite_or_null(feeder.max_kw).finite_or_null(feeder.max_export_kw).finite_or_null(feeder.max_a);
      feeder_insert.add_real(feeder.efficiency);
    }
    feeders += static_cast<std::int64_t>(site.feeders.size());

    for (const physics::Evse& evse : site.evses) {
      evse_insert.begin_row()
          .add_integer(site_id)
          .add_text(evse.id)
          .add_text(evse.phases == 0 ? "dc" : "ac")
          .add_integer(evse.phases);
      evse_insert.add_real(evse.voltage_v).add_real(physics::rated_kw(evse)).add_real(evse.efficiency);
      evse_insert.add_integer(evse.bidirectional ? 1 : 0);
      const auto feeder = static_cast<std::size_t>(evse.feeder);
      if (evse.feeder >= 0 && feeder < site.feeders.size()) {
        evse_insert.add_text(site.feeders[feeder].name);
      } else {
        evse_insert.add_null();
      }
    }

    for (const physics::Storage& storage : site.storages) {
      storage_insert.begin_row().add_integer(site_id).add_text(storage.id).add_real(storage.capacity_kwh);
      storage_insert.add_real(storage.max_charge_kw).add_real(storage.max_discharge_kw);
      storage_insert.add_real(storage.charge_efficiency).add_real(storage.discharge_efficiency);
      storage_insert.add_real(storage.soc_start)
          .add_real(storage.soc_min)
          .add_real(storage.soc_max)
          .add_real(storage.standby_kw);
      insert_ageing(storage_insert, storage.ageing);
    }
  }
  for (TableInsert* insert : {&site_insert, &feeder_insert, &evse_insert, &storage_insert}) insert->write_rows();
}

void write_flags(const Database& database, const twin::World& world) {
  TableInsert insert(database, "flag");
  for (const twin::Flag& flag : world.flags) {
    insert.begin_row().add_text(flag.id).add_text(flag.reason).add_integer(flag.left_out ? 1 : 0);
  }
  insert.write_rows();
}

// A run file without a row, as bytes. Its tables and views are compiled once in a process: that costs as much as
// simulating a small site for a month, and a sweep writes many files.
const std::string& empty_file() {
  static const std::string bytes = [] {
    Database database("an empty run file", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      ":memory:");
    database.run_statements(fmt::format("PRAGMA page_size = 8192; PRAGMA application_id = {}; PRAGMA user_version = {}",
                                        application_id, schema_version));
    database.run_statements("BEGIN");
    for (const SchemaObject& object : schema_objects()) database.run_statements(std::string(object.sql));
    database.run_statements("COMMIT");
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
        sqlite3_serialize(database.sqlite_handle(), "main", &size, 0), &sqlite3_free);
    if (image == nullptr) database.throw_error(SQLITE_NOMEM);
    return std::string(reinterpret_cast<const char*>(image.get()), static_cast<std::size_t>(size));
  }();
  return bytes;
}

/// @returns 0, or the system's errno
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Fills the empty file at `place`; nobody looks at it there, so neither journal nor sync.
void fill_file(const std::string& place, const twin::World& world, const StrategyIdentity& strategy,
               const Origin& origin) {
  Database database(place, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
  database.run_statements("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  write_run(database, world, strategy, origin);
  write_inputs(database, origin);
  write_reward(database, origin);
  write_clock(database, world);
  write_sites(database, world);
  write_forecasts(database, world);
  write_demand_prices(database, world);
  write_limit_rows(database, world);
  write_shared_limits(database, world);
  if (origin.roads != nullptr) {
    write_road_network(database, *origin.roads);
    write_road_traffic(database, *origin.roads);
  }
  write_vehicles(database, world);
  write_flags(database, world);
  database.run_statements("COMMIT");
}

}  // namespace

Database create_run_file(const std::string& file, const twin::World& world, const StrategyIdentity& strategy,
                         const Origin& origin) {
  if (file.empty() || file.find('\0') != std::string::npos) refuse_file(file, "is not a file name");
  // A link is followed: its target is replaced, not the link.
  std::string target = file;
  std::error_code error;
  if (std::filesystem::is_symlink(file, error)) {
    if (!std::filesystem::exists(file, error)) {
      refuse_file(file, fmt::format("is a link to {}, which is not there; the link is kept",
                                    kernel::make_printable(std::filesystem::read_symlink(file, error).string())));
    }
    target = std::filesystem::canonical(file, error).string();
  }
  check_replaceable(target);

  const std::string place = fmt::format("{}.tmp-{}", target, ::getpid());
  // It grows beside its place and is renamed when whole: opening the name finds the old file or the new one.
  ::unlink(place.c_str());
  const int descriptor = ::open(place.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) refuse_file(file, fmt::format("cannot be written: {}", std::generic_category().message(errno)));
  const int trouble = write_all(descriptor, empty_file());
  ::close(descriptor);
  if (trouble != 0) {
    ::unlink(place.c_str());
    refuse_file(file, trouble == ENOSPC
                          ? "no space left on the disk"
                          : fmt::format("reading or writing failed: {}", std::generic_category().message(trouble)));
  }
  try {
    fill_file(place, world, strategy, origin);
    // Companions of an older, killed run would be taken for the new file's.
    for (const char* companion : {"-wal", "-shm", "-journal"}) ::unlink((target + companion).c_str());
    if (std::rename(place.c_str(), target.c_str()) != 0) {
      refuse_file(file, fmt::format("cannot be written: {}", std::generic_category().message(errno)));
    }
  } catch (const RunFileError& problem) {
    ::unlink(place.c_str());
    // The user knows the file by its own name.
    std::string what = problem.what();
    const std::string shown = kernel::make_printable(place);
    if (what.compare(0, shown.size(), shown) == 0) what.replace(0, shown.size(), kernel::make_printable(file));
    throw RunFileError(what);
  }

  // One thread at a time uses the connection: it needs no locks of its own.
  // Names are read as URIs, for rows in memory (bulk_insert.hpp); that of the file is none.
  Database database(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
                    target.starts_with("file:") ? "./" + target : target);
  // A killed process loses nothing that was written (the system has it); the end is synced. 128 MiB between
  // checkpoints: pages that are written again and again reach the file once.
  database.run_statements("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 16384");
  database.run_statements("PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF");
  database.run_statements("BEGIN IMMEDIATE");
  return database;
}

}  // namespace evtwin::record
