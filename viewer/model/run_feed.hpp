// Reads a run file in the background, and reads it again while somebody is still writing it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Reads all of a file, here and now.
/// @param progress told from 0 to 1; returning false stops. May be empty
/// @param overview  handed a Run with Loaded::overview as soon as there is one. May be empty
/// @throws record::RunFileError as record::open_run_file; also where rows contradict each other (an EVSE that is not
/// there). Null when stopped.
RunPtr read_run(const std::string& file, const std::function<bool(double)>& progress = {},
                const std::function<void(RunPtr)>& overview = {});

/// State of an open file, as far as the user should know it.
struct FeedStatus {
  bool loading = false;
  double fraction = 0.0;  ///< of the loading, 0..1
  bool live = false;      ///< marked running, and written to in the last seconds
  std::string trouble;    ///< one line: damaged, deleted, replaced ...; what was read before stays. Empty: none
};

/// One file, followed. Its own thread; poll_run() never waits.
class RunFeed {
 public:
  explicit RunFeed(std::string file);
  ~RunFeed();
  RunFeed(const RunFeed&) = delete;
  RunFeed& operator=(const RunFeed&) = delete;

  const std::string& file() const;
  /// The newest Run if it is another than the last one handed out, else null.
  RunPtr poll_run();
  FeedStatus feed_status() const;
  /// Waits until the file is read to its end (or can not be). For --png, tests and benchmarks.
  void wait_until_loaded();
  void reload_file();

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace evtwin::viewer::model
