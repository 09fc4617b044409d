// The viewer: a frame of its screen while the user pans and zooms, without drawing pixels. From run files of growing
// size; the whole screen at 1440 x 900, everything shown.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "analysis/kpi.hpp"
#include "bench/suites.hpp"
#include "record/writer.hpp"
#include "twin/worlds.hpp"
#include "viewer/shell_headless/headless.hpp"

namespace evtwin::bench {

namespace {

namespace fs = std::filesystem;
using kernel::TimeNs;

/// A run file that goes away with it.
class RunOnDisk {
 public:
  RunOnDisk(std::size_t evses, int days, const std::string& strategy)
      : file_(fs::temp_directory_path() / fmt::format("evtwin-bench-{}.evtwin", getpid())) {
    const twin::World world = workplace(evses, days, 2.7);
    record::RunWriter writer(file_, world, {"bench", "", ""});
    twin::RunOptions options;
    options.observer = &writer;
    const twin::Result result = twin::simulate(world, testing::baseline(strategy), options);
    writer.finish(result, analysis::kpis_of_run(world, result), 0.0);
  }
  ~RunOnDisk() {
    std::error_code error;
    fs::remove(file_, error);
  }
  RunOnDisk(const RunOnDisk&) = delete;
  RunOnDisk& operator=(const RunOnDisk&) = delete;

  const std::string& file() const { return file_; }
  double rows(const std::string& table) const {
    sqlite3* database = nullptr;
    sqlite3_stmt* count = nullptr;
    double rows = 0.0;
    if (sqlite3_open_v2(file_.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
        sqlite3_prepare_v2(database, ("SELECT count(*) FROM " + table).c_str(), -1, &count, nullptr) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW)
      rows = sqlite3_column_double(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(database);
    return rows;
  }

 private:
  std::string file_;
};

struct Milliseconds {
  double median = 0.0, worst = 0.0;
};

/// CPU time of this thread for each of `count` frames, `before` called before each.
Milliseconds frames(viewer::shell::Headless& screen, int count, const std::function<void(int)>& before) {
  std::vector<double> ms;
  for (int i = 0; i < count; ++i) {
    before(i);
    const double begun = cpu_seconds(Clock::thread);
    screen.draw_frames(1);
    ms.push_back((cpu_seconds(Clock::thread) - begun) * 1e3);
  }
  std::sort(ms.begin(), ms.end());
  return {ms[ms.size() / 2], ms.back()};
}

Row measure(std::size_t evses, int days, const std::string& strategy) {
  const RunOnDisk run(evses, days, strategy);
  viewer::ui::Options options;
  options.files = {run.file()};
  options.language = "en";
  viewer::shell::Headless screen(options, 1440, 900);
  screen.app().ui().still = false;
  viewer::model::TimeModel& time = screen.app().ui().time;
  screen.draw_frames(10);

  const TimeNs whole = time.end_ns() - time.start_ns();
  const Milliseconds all = frames(screen, 60, [](int) {});
  time.show_window(time.start_ns(), time.start_ns() + std::min(whole, 7 * kernel::day_ns));
  screen.draw_frames(10);
  const TimeNs step = std::max<TimeNs>(1, (time.to_ns() - time.from_ns()) / 40);
  const Milliseconds pan = frames(screen, 120, [&](int) { time.pan_by(step); });
  const TimeNs middle = time.start_ns() + whole / 2;
  const Milliseconds zoom = frames(screen, 120, [&](int i) { time.zoom_at(i % 60 < 30 ? 1.25 : 0.8, middle); });
  const Milliseconds play = frames(screen, 120, [&](int) { time.seek_time(time.cursor_ns() + whole / 200); });
  // The screen of the first half minute: verdict, stage and story, on the way through the run.
  screen.app().ui().settings.layout = viewer::ui::Layout::stakeholder;
  time.seek_time(time.start_ns());
  screen.draw_frames(10);
  constexpr int frames_of_day = 600;  // the player shows a day in twenty seconds, 30 to 60 frames in each
  const Milliseconds stage = frames(screen, frames_of_day + 10,
                                    [&](int) { time.seek_time(time.cursor_ns() + kernel::day_ns / frames_of_day); });
  const Milliseconds other_day = frames(screen, 60, [&](int) { time.seek_time(time.cursor_ns() + whole / 100); });
  return {{fmt::format("{} EVSEs, {} days, {}", evses, days, strategy)},
          {run.rows("power"), run.rows("session"), all.median, pan.median, pan.worst, zoom.median, zoom.worst,
           play.median, stage.median, stage.worst, other_day.median}};
}

}  // namespace

Table viewer_table() {
  Table table{
      "viewer",
      "The viewer's screen, CPU ms of building a frame (limit 2): everything in view, panning by a week, zooming, "
      "playing; the stage of a day playing, and of another day in each frame",
      {"case"},
      {"power segments", "sessions", "whole", "pan", "pan worst", "zoom", "zoom worst", "play", "stage", "stage worst",
       "stage, other day"},
      {}};
  // A session under edf has few stretches of constant power, under equal-share about fifty.
  table.rows.push_back(measure(10, 45, "equal-share"));
  table.rows.push_back(measure(25, 86, "equal-share"));
  table.rows.push_back(measure(100, 62, "equal-share"));
  table.rows.push_back(measure(200, 365, "edf"));
  table.rows.push_back(measure(200, 172, "equal-share"));
  return table;
}

}  // namespace evtwin::bench
