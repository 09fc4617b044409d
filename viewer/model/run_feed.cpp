#include "viewer/model/run_feed.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stop_token>
#include <thread>
#include <tuple>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::viewer::model {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_again{500};
constexpr int times_the_load = 5;  // a file that takes long to read is read less often
constexpr std::time_t lately_s = 10;

// Changes whenever somebody writes, replaces or deletes the file or its -wal. A look costs two system calls and holds
// nothing open: a connection kept would keep the writer from leaving one whole file.
struct FileSign {
  bool exists = false;
  std::tuple<dev_t, ino_t> identity{};
  std::tuple<off_t, std::time_t, long, off_t, std::time_t, long> content{};
  std::time_t newest_s = 0;

  friend bool operator==(const FileSign&, const FileSign&) = default;
};

FileSign look_at(const std::string& file) {
  FileSign sign;
  struct stat main {};
  struct stat wal {};
  if (::stat(file.c_str(), &main) != 0) return sign;
  if (::stat((file + "-wal").c_str(), &wal) != 0) wal = {};
  sign.exists = true;
  sign.identity = {main.st_dev, main.st_ino};
  sign.content = {main.st_size, main.st_mtim.tv_sec, main.st_mtim.tv_nsec,
                  wal.st_size,  wal.st_mtim.tv_sec,  wal.st_mtim.tv_nsec};
  sign.newest_s = std::max(main.st_mtim.tv_sec, wal.st_mtim.tv_sec);
  return sign;
}

}  // namespace

struct RunFeed::Worker {
  explicit Worker(std::string name) : file(std::move(name)) {
    thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }

  void work(const std::stop_token& stop) {
    FileSign read;     // what the newest Run was read from
    bool busy = true;  // to be tried (again) whatever the file looks like
    steady_clock::duration last_load{};
    while (!stop.stop_requested()) {
      const FileSign now = look_at(file);
      bool load = false;
      {
        const std::lock_guard lock(mutex);
        load = std::exchange(reload, false) || now != read || busy;
        // Nothing can be read any more, so what was read stays on the screen.
        if (!now.exists && newest) {
          status.trouble = kernel::make_printable(file) + ": was deleted or moved away; what was read of it stays";
          status.live = status.loading = false;
          load = false;
          loaded = true;
          read = now;
        } else if (!load) {
          status.live = is_live(now);
        } else {
          status.loading = true;
          status.fraction = 0.0;
        }
      }

      if (load) {
        const auto begun = steady_clock::now();
        busy = load_file(stop, now, now.identity != read.identity);
        last_load = steady_clock::now() - begun;
        read = now;
      }

      changed.notify_all();
      std::unique_lock lock(mutex);
      const auto wait = std::max<steady_clock::duration>(look_again, times_the_load * last_load);
      changed.wait_for(lock, stop, wait, [this] { return reload; });
    }
  }

  // Needs the mutex.
  bool is_live(const FileSign& now) const {
    return newest && newest->state == record::RunState::running && now.newest_s + lately_s >= std::time(nullptr);
  }

  // @returns whether it is to be tried again soon
  bool load_file(const std::stop_token& stop, const FileSign& now, bool is_another) {
    const auto publish = [&](RunPtr run) {
      const std::lock_guard lock(mutex);
      newest = std::move(run);
      status.live = is_live(now);
      status.trouble.clear();  // with the run, so that nobody sees it beside what was wrong before
    };
    std::string trouble;
    try {
      const RunPtr run = read_run(
          file,
          [&](double done) {
            const std::lock_guard lock(mutex);
            status.fraction = done;
            return !stop.stop_requested();
          },
          // A file that is followed shows the whole of a moment ago until the whole of now is there.
          [&](RunPtr overview) {
            if (is_another) publish(std::move(overview));
            changed.notify_all();
          });
      if (run) publish(run);
    } catch (const std::exception& problem) {
      trouble = problem.what();
    }

    const std::lock_guard lock(mutex);
    status.loading = false;
    status.trouble = trouble;
    if (!trouble.empty()) status.live = false;
    loaded = true;
    // The writer lets go of the file soon.
    return trouble.ends_with("is in use by another program");
  }

  const std::string file;
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  RunPtr newest, handed_out;
  FeedStatus status{true, 0.0, false, {}};
  bool loaded = false;
  bool reload = true;  // the first look reads, also where there is nothing
  std::jthread thread;
};

RunFeed::RunFeed(std::string file) : worker_(std::make_unique<Worker>(std::move(file))) {}
RunFeed::~RunFeed() = default;

const std::string& RunFeed::file() const { return worker_->file; }

RunPtr RunFeed::poll_run() {
  const std::lock_guard lock(worker_->mutex);
  if (worker_->newest == worker_->handed_out) return nullptr;
  worker_->handed_out = worker_->newest;
  return worker_->newest;
}

FeedStatus RunFeed::feed_status() const {
  const std::lock_guard lock(worker_->mutex);
  return worker_->status;
}

void RunFeed::wait_until_loaded() {
  std::unique_lock lock(worker_->mutex);
  worker_->changed.wait(lock, [this] { return worker_->loaded; });
}

void RunFeed::reload_file() {
  {
    const std::lock_guard lock(worker_->mutex);
    worker_->reload = true;
    worker_->loaded = false;
  }
  worker_->changed.notify_all();
}

}  // namespace evtwin::viewer::model
