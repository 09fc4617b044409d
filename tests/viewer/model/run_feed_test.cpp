// A file that is read while others write, replace and delete it.
#include "viewer/model/run_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "run_files.hpp"

namespace evtwin::viewer::model {
namespace {

using test::Folder;
using ::testing::HasSubstr;

// Looks until it is so; a feed that never comes to it ends in the test's own time limit.
RunPtr poll_until(RunFeed& feed, const std::function<bool(const RunPtr&)>& is_so) {
  RunPtr newest;
  while (true) {
    if (const RunPtr run = feed.poll_run()) newest = run;
    if (is_so(newest)) return newest;
    std::this_thread::yield();
  }
}

bool is_whole(const RunPtr& run) { return run && run->loaded == Loaded::all; }

TEST(RunFeed, ReadsAFileInTheBackground) {
  const Folder folder;
  test::record_world(folder / "a.run", testing::small_world(2), testing::full_power());
  RunFeed feed(folder / "a.run");
  feed.wait_until_loaded();
  const RunPtr run = feed.poll_run();
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->loaded, Loaded::all);
  EXPECT_EQ(feed.poll_run(), nullptr) << "the same Run is handed out once";
  EXPECT_FALSE(feed.feed_status().loading);
  EXPECT_FALSE(feed.feed_status().live);
  EXPECT_EQ(feed.feed_status().trouble, "");
}

TEST(RunFeed, SaysWhatIsWrongWithAFileThatIsNone) {
  const Folder folder;
  RunFeed feed(folder / "missing.run");
  feed.wait_until_loaded();
  EXPECT_EQ(feed.poll_run(), nullptr);
  EXPECT_THAT(feed.feed_status().trouble, HasSubstr("missing.run: cannot be opened"));
  // It may come later.
  test::record_world(folder / "missing.run", testing::small_world(2), testing::full_power());
  poll_until(feed, is_whole);
  EXPECT_EQ(feed.feed_status().trouble, "");
}

TEST(RunFeed, KeepsWhatItReadOfAFileThatIsDeletedAndReadsTheOneThatTakesItsPlace) {
  const Folder folder;
  const std::string file = folder / "a.run";
  test::record_world(file, testing::small_world(2), testing::full_power());
  RunFeed feed(file);
  const RunPtr first = poll_until(feed, is_whole);
  std::filesystem::remove(file);
  poll_until(feed, [&](const RunPtr&) { return !feed.feed_status().trouble.empty(); });
  EXPECT_THAT(feed.feed_status().trouble, HasSubstr("deleted"));
  EXPECT_EQ(first->evses.size(), 2U);

  test::record_world(file, testing::small_world(5), testing::full_power());
  const RunPtr second = poll_until(feed, [](const RunPtr& run) { return is_whole(run) && run->evses.size() == 5; });
  EXPECT_EQ(second->sites[0].evses.size(), 5U);
  EXPECT_EQ(feed.feed_status().trouble, "");
}

TEST(RunFeed, KeepsWhatItReadWhereGarbageTakesTheFilesPlace) {
  const Folder folder;
  const std::string file = folder / "a.run";
  test::record_world(file, testing::small_world(2), testing::full_power());
  RunFeed feed(file);
  poll_until(feed, is_whole);
  std::ofstream(file, std::ios::trunc) << std::string(5000, 'x');
  poll_until(feed, [&](const RunPtr&) { return !feed.feed_status().trouble.empty(); });
  EXPECT_THAT(feed.feed_status().trouble, HasSubstr("not an evtwin run file"));
  EXPECT_EQ(feed.feed_status().trouble.find('\n'), std::string::npos);
}

// A strategy that takes its time, until somebody has seen what it did.
TEST(RunFeed, FollowsARunThatIsStillBeingWrittenToItsEnd) {
  const Folder folder;
  const std::string file = folder / "a.run";
  twin::World world = testing::small_world(2, 30);
  testing::add_visits(world, {testing::visit(1, 5, 7.0, 0), testing::visit(3, 9, 7.0, 1)});
  std::atomic<bool> seen{false}, begun{false};
  const auto slow = testing::strategy(
      [&](const evtwin_view& view, evtwin_decision& decision) {
        begun = true;
        begun.notify_all();
        if (!seen) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        for (std::uint32_t k = 0; k < view.n_connected; ++k) decision.evse_kw[view.connected_evse[k]] = 7.04;
      },
      EVTWIN_WHY_TICK);
  std::jthread run([&] { test::record_world(file, world, slow); });
  begun.wait(false);

  RunFeed feed(file);
  const RunPtr first = poll_until(
      feed, [](const RunPtr& seen_run) { return is_whole(seen_run) && seen_run->known_until_ns > seen_run->start_ns; });
  EXPECT_EQ(first->state, record::RunState::running);
  EXPECT_TRUE(feed.feed_status().live);
  const RunPtr later = poll_until(feed, [&](const RunPtr& seen_run) {
    return is_whole(seen_run) && seen_run->known_until_ns > first->known_until_ns;
  });
  EXPECT_GT(later->sites[0].meter.size(), first->sites[0].meter.size());

  seen = true;
  const RunPtr whole = poll_until(
      feed, [](const RunPtr& seen_run) { return is_whole(seen_run) && seen_run->state == record::RunState::complete; });
  EXPECT_EQ(whole->sites[0].meter.size(), 30U * 96U);
  EXPECT_EQ(whole->sessions.size(), 2U);
  poll_until(feed, [&](const RunPtr&) { return !feed.feed_status().live; });
}

TEST(RunFeed, ReloadsWhenAsked) {
  const Folder folder;
  test::record_world(folder / "a.run", testing::small_world(2), testing::full_power());
  RunFeed feed(folder / "a.run");
  const RunPtr first = poll_until(feed, is_whole);
  feed.reload_file();
  feed.wait_until_loaded();
  const RunPtr second = feed.poll_run();
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second->serial, first->serial);
}

}  // namespace
}  // namespace evtwin::viewer::model
