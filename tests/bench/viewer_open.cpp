// The viewer opens run files of a year: until its overview can be shown, until all is there, and what that takes.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include "bench/suites.hpp"
#include "record/writer.hpp"
#include "twin/worlds.hpp"
#include "viewer/model/run_feed.hpp"

namespace evtwin::bench {
namespace {

using kernel::minute_ns;
using kernel::TimeNs;

constexpr std::uint32_t evses = 200;
constexpr int days = 365;
constexpr TimeNs quarter_ns = 15 * minute_ns;

/// A year of 200 EVSEs with `powers` pieces of power in them, ten to a session and more where that would be more than
/// 200,000 sessions (a simulated year has 196,000, with 50 pieces each under equal-share), the last of each a taper;
/// prices by the hour, the meter's quarter hours. Its size and its shape are a real run's, its figures are drawn.
void write_year(const std::string& file, std::size_t powers) {
  const twin::World world = testing::small_world(evses, days);
  record::RunWriter writer(file, world, {"bench", "", ""});
  std::mt19937_64 random(7);
  const auto drawn = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) * 0x1.0p-53;
  };
  for (TimeNs t = world.start_ns; t < world.end_ns; t += 4 * quarter_ns)
    writer.on_signal({0, twin::SignalKind::buy_price, t, drawn(50.0, 250.0)});
  control::Ledger window;
  window.import_kwh = window.ev_charge_kwh = 100.0;
  window.energy_cost = 12'000.0;
  for (TimeNs t = world.start_ns; t < world.end_ns; t += quarter_ns)
    writer.on_meter({0, t, t + quarter_ns, &window, 500.0});

  const std::size_t of_session = std::max<std::size_t>(10, powers / 200'000);
  const std::size_t sessions = powers / of_session;
  const std::size_t of_evse = sessions / evses;  // one after the other, EVSEs in turn, as time goes
  const TimeNs room_ns = (world.end_ns - world.start_ns) / static_cast<TimeNs>(of_evse);
  const TimeNs piece_ns = room_ns * 3 / 4 / static_cast<TimeNs>(of_session);
  std::uint64_t number = 0;
  for (std::size_t k = 0; k < of_evse; ++k) {
    for (std::uint32_t evse = 0; evse < evses; ++evse) {
      const std::string id = fmt::format("session {}", ++number);
      twin::SessionRecord session;
      session.number = number;
      session.evse = static_cast<std::int32_t>(evse);
      session.id = id;
      session.vehicle = "Hyundai Kona";
      session.plugged_in_ns = session.arrived_ns =
          world.start_ns + static_cast<TimeNs>(k) * room_ns + static_cast<TimeNs>(evse) * (room_ns / 4 / TimeNs{evses});
      session.departed_ns = session.claimed_departure_ns = session.plugged_in_ns + 10 * piece_ns;
      session.requested_kwh = session.wanted_kwh = session.got_kwh = 20.0;
      session.soc_start = session.soc_end = physics::unknown;
      for (std::size_t i = 0; i < of_session; ++i) {
        twin::PowerSegment power;
        power.row = evse;
        power.session = number;
        power.start_ns = session.plugged_in_ns + static_cast<TimeNs>(i) * piece_ns;
        power.end_ns = power.start_ns + piece_ns;
        power.kw = drawn(1.4, 7.0);
        power.slope_kw_per_kwh = i + 1 == of_session ? -0.7 : 0.0;
        power.energy_kwh = power.kw * kernel::hours_between(power.start_ns, power.end_ns);
        writer.on_power(power);
      }
      writer.on_session(session);
    }
  }
  twin::Result result;
  result.sites.emplace_back();
  writer.finish(result, {}, 0.0);
}

double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double all = 0.0, resident = 0.0;
  statm >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

Row measure(const std::string& file, std::size_t powers) {
  using Wall = std::chrono::steady_clock;
  const auto ms_since = [](Wall::time_point begun) {
    return std::chrono::duration<double, std::milli>(Wall::now() - begun).count();
  };
  ::malloc_trim(0);
  const double before_mb = resident_mb();
  const Wall::time_point begun = Wall::now();
  const double cpu_begun = cpu_seconds(Clock::process);
  double overview_ms = 0.0, overview_cpu_ms = 0.0;
  const viewer::model::RunPtr run = viewer::model::read_run(file, {}, [&](const viewer::model::RunPtr&) {
    overview_ms = ms_since(begun);
    overview_cpu_ms = (cpu_seconds(Clock::process) - cpu_begun) * 1e3;
  });
  const double all_ms = ms_since(begun), cpu_ms = (cpu_seconds(Clock::process) - cpu_begun) * 1e3;
  ::malloc_trim(0);
  const double after_mb = resident_mb();
  std::size_t series_bytes = 0;
  for (const viewer::model::Evse& evse : run->evses) series_bytes += evse.kw.memory_bytes();
  return {{fmt::format("{}", powers)},
          {static_cast<double>(std::filesystem::file_size(file)) / 1e6, overview_ms, overview_cpu_ms, all_ms, cpu_ms,
           after_mb - before_mb, static_cast<double>(series_bytes) / static_cast<double>(powers)}};
}

}  // namespace

Table viewer_open_table() {
  Table table{"viewer-open",
              "The viewer opens a year of 200 EVSEs, 10 powers to a session, 50 where there are 10 million (limit: "
              "overview within 1 s)",
              {"powers"},
              {"file MB", "overview ms", "overview CPU ms", "all ms", "all CPU ms", "resident MB", "bytes/power"},
              {}};
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("evtwin-bench-view-{}", getpid());
  std::filesystem::create_directories(folder);
  for (const std::size_t powers : {10'000U, 100'000U, 1'000'000U, 10'000'000U}) {
    const std::string file = (folder / "year.run").string();
    write_year(file, powers);
    table.rows.push_back(measure(file, powers));
  }
  std::filesystem::remove_all(folder);
  return table;
}

}  // namespace evtwin::bench
