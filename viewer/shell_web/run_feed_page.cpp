// model::RunFeed where there is one thread: a step of the reading per poll_run(), so that frames come between them.
// Takes the place of viewer/model/run_feed.cpp. Nobody else writes to a page's files, so none is followed. A run may
// still be on its way to the page: until its file is there nothing is read; where it can not come, the page's script
// writes why into FILE.trouble.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "kernel/text.hpp"
#include "viewer/model/read_parts.hpp"
#include "viewer/model/run_feed.hpp"

namespace evtwin::viewer::model {

struct RunFeed::Worker {
  std::string file;
  std::optional<Source> source;
  std::shared_ptr<Run> growing;
  RunPtr newest, handed_out;
  std::size_t steps_done = 0;
  FeedStatus status{true, 0.0, false, {}};

  void step() {
    if (!source && !std::filesystem::exists(file)) return wait_for_file();
    try {
      if (!source) {
        source.emplace(file, 1);
        growing = std::make_shared<Run>();
        read_overview(*source, *growing);
        // A run that was handed out stays as it is; details go to another.
        newest = growing;
        growing = std::make_shared<Run>(*newest);
        growing->serial = next_run_serial();
        return;
      }

      const DetailStep& next = detail_steps()[steps_done];
      next.read(*source, *growing, [](double) { return true; });
      status.fraction = next.done;
      if (++steps_done < detail_steps().size()) return;
      newest = std::move(growing);
      end({});
    } catch (const std::bad_alloc&) {
      end(kernel::make_printable(file) + ": it does not fit into the memory of a page");
    } catch (const std::length_error&) {
      end(kernel::make_printable(file) + ": it does not fit into the memory of a page");
    } catch (const std::exception& problem) {
      end(problem.what());
    }
  }

  void wait_for_file() {
    const std::string why_not = file + ".trouble";
    std::ifstream words(why_not);
    if (!words) return;
    end(kernel::make_printable(std::string(std::istreambuf_iterator<char>(words), {})));
    std::remove(why_not.c_str());
  }

  // The file's bytes are memory of the page: read or refused, it needs them no more.
  void end(std::string trouble) {
    // Folders of the page's memory are nobody's.
    const std::string folder = std::filesystem::path(file).parent_path().string() + "/";
    if (trouble.starts_with(folder)) trouble.erase(0, folder.size());
    status.loading = false;
    status.trouble = std::move(trouble);
    growing.reset();
    source.reset();
    std::remove(file.c_str());
  }
};

RunFeed::RunFeed(std::string file) : worker_(std::make_unique<Worker>()) { worker_->file = std::move(file); }
RunFeed::~RunFeed() = default;

const std::string& RunFeed::file() const { return worker_->file; }

RunPtr RunFeed::poll_run() {
  if (worker_->status.loading) worker_->step();
  if (worker_->newest == worker_->handed_out) return nullptr;
  worker_->handed_out = worker_->newest;
  return worker_->newest;
}

FeedStatus RunFeed::feed_status() const { return worker_->status; }

void RunFeed::wait_until_loaded() {
  while (worker_->status.loading) worker_->step();
}

void RunFeed::reload_file() {}

}  // namespace evtwin::viewer::model
