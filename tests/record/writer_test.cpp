// What a writer promises: whole files, marked files, nobody else's data touched.
#include "record/writer.hpp"

#include <evtwin/strategy.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "record/reader.hpp"
#include "sample_run.hpp"

namespace evtwin::record::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string dump_of(const std::string& file) {
  std::ostringstream text;
  logical_dump(file, text);
  return text.str();
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const RunFileError& problem) {
    return problem.what();
  }
  return "nothing was thrown";
}

// Runs `action` in a child, which is expected to end by itself with status 0 or to be killed.
int in_child(const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      action();
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(RunWriter, LeavesOneWholeCompleteFile) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("run.evtwin"));
  EXPECT_THAT(check_run_file(folder / "run.evtwin"), IsEmpty());
}

TEST(RunWriter, SameCallsGiveTheSameLogicalDump) {
  const Folder folder;
  write_sample(folder / "a.evtwin");
  write_sample(folder / "b.evtwin");
  EXPECT_EQ(dump_of(folder / "a.evtwin"), dump_of(folder / "b.evtwin"));
  EXPECT_EQ(logical_hash(folder / "a.evtwin"), logical_hash(folder / "b.evtwin"));
  change(folder / "b.evtwin", "UPDATE power SET kw = 8.000000000000002 WHERE id = 1");
  EXPECT_NE(dump_of(folder / "a.evtwin"), dump_of(folder / "b.evtwin"));
  EXPECT_NE(logical_hash(folder / "a.evtwin"), logical_hash(folder / "b.evtwin"));
}

TEST(RunWriter, ManyBatchesArriveWholeAndInOrder) {
  const Folder folder;
  const twin::World world = sample_world();
  constexpr int segments = 300'000;  // several batches, several transactions
  {
    RunWriter writer(folder / "run.evtwin", world, sample_strategy());
    twin::PowerSegment power;
    for (int i = 0; i < segments; ++i) {
      power.start_ns = i;
      power.end_ns = i + 1;
      power.kw = 1.0 + i;
      writer.on_power(power);
    }
    writer.finish(sample_result(), {}, 0.0);
  }
  EXPECT_THAT(check_run_file(folder / "run.evtwin"), IsEmpty());
  Database database = open_run_file(folder / "run.evtwin");
  EXPECT_EQ(database.read_integer("SELECT count(*) FROM power WHERE start_ns = id - 1 AND kw = id"), segments);
}

TEST(RunWriter, ATickThatAsksForNothingNewLeavesNoRow) {
  const Folder folder;
  const twin::World world = sample_world();
  const double nan = physics::unknown;
  const std::vector<double> wish{7.0, nan, nan};
  {
    RunWriter writer(folder / "run.evtwin", world, sample_strategy());
    writer.on_decision({0, 1, 0, EVTWIN_WHY_TICK, nan, wish});
    writer.on_decision({0, 2, 1, EVTWIN_WHY_TICK, nan, wish});                       // nothing new
    writer.on_decision({0, 3, 2, EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL, nan, wish});  // an arrival is worth a row
    writer.on_decision({0, 4, 3, EVTWIN_WHY_TICK, 5.0, wish});                       // and so is an expectation
    writer.finish(sample_result(), {}, 0.0);
  }
  EXPECT_THAT(check_run_file(folder / "run.evtwin"), IsEmpty());
  Database database = open_run_file(folder / "run.evtwin");
  EXPECT_EQ(database.read_integer("SELECT group_concat(number, '') FROM decision"), 134);
  EXPECT_EQ(database.read_integer("SELECT count(*) FROM setpoint"), 1);
}

TEST(RunWriter, AFailedRunIsMarkedAndKeepsWhatWasRecorded) {
  const Folder folder;
  const twin::World world = sample_world();
  {
    RunWriter writer(folder / "run.evtwin", world, sample_strategy());
    feed(writer, world);
    EXPECT_TRUE(writer.end_with_error(RunState::interrupted, "Ctrl-C"));
  }
  const RunSummary summary = read_summary(folder / "run.evtwin");
  EXPECT_EQ(summary.state, RunState::interrupted);
  EXPECT_EQ(describe_incompleteness(summary), "incomplete: the run was interrupted: Ctrl-C");
  EXPECT_THAT(check_run_file(folder / "run.evtwin"), ElementsAre("incomplete: the run was interrupted: Ctrl-C"));
  EXPECT_THAT(summary.rows, Contains(std::pair<std::string, std::uint64_t>("power", 3)));
}

TEST(RunWriter, AnAbandonedRunIsMarkedFailed) {
  const Folder folder;
  const twin::World world = sample_world();
  { RunWriter writer(folder / "run.evtwin", world, sample_strategy()); }
  EXPECT_EQ(read_summary(folder / "run.evtwin").state, RunState::failed);
}

TEST(RunWriter, AKilledRunLeavesAReadableFileMarkedRunning) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  const int status = in_child([&] {
    const twin::World world = sample_world();
    RunWriter writer(file, world, sample_strategy());
    // More than the batches in flight hold, so that transactions have been committed.
    for (int i = 0; i < 40; ++i) {
      for (int j = 0; j < 2'000; ++j) feed(writer, world);
    }
    ::kill(::getpid(), SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(file + "-wal"));

  const RunSummary summary = read_summary(file);
  EXPECT_EQ(summary.state, RunState::running);
  EXPECT_EQ(summary.name, "two EVSEs");
  EXPECT_TRUE(summary.event_hash.empty());
  const auto power =
      std::find_if(summary.rows.begin(), summary.rows.end(), [](const auto& table) { return table.first == "power"; });
  ASSERT_NE(power, summary.rows.end());
  EXPECT_GT(power->second, 0U);
  EXPECT_THAT(check_run_file(file), ElementsAre("incomplete: marked running: the run was killed or is still going"));

  // The next run takes its place, and nothing of the old one's -wal gets into it.
  write_sample(file);
  EXPECT_THAT(check_run_file(file), IsEmpty());
}

TEST(RunWriter, AFullDiskIsReportedAndTheFileIsNotTakenForComplete) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  const int status = in_child([&] {
    // A limit on the size of files fails as a full disk does, when SQLite writes.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const twin::World world = sample_world();
    RunWriter writer(file, world, sample_strategy());
    std::string said;
    try {
      for (int i = 0; i < 40'000; ++i) feed(writer, world);
      writer.finish(sample_result(), sample_kpis(), 0.0);
    } catch (const RunFileError& problem) {
      said = problem.what();
    }
    writer.end_with_error(RunState::failed, said);
    const bool named = said.starts_with(file + ": ") && said.find("File too large") != std::string::npos;
    ::_exit(named ? 7 : 8);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  const std::vector<std::string> problems = check_run_file(file);
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems.back(), HasSubstr("incomplete"));
}

TEST(RunWriter, DoesNotOverwriteWhatIsNoRunFile) {
  const Folder folder;
  const std::string notes = folder / "notes.txt";
  std::ofstream(notes) << "ten years of work, and more than a data base header: "
                          "................................................................................";
  const std::string other = folder / "other.db";
  {
    Database database(other, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    database.run_statements("CREATE TABLE mine (x)");
  }
  for (const std::string& file : {notes, other}) {
    const std::string before = bytes_of(file);
    EXPECT_THAT(message_of([&] { write_sample(file); }), HasSubstr("exists and is not an evtwin run file"));
    EXPECT_EQ(bytes_of(file), before);
  }
}

TEST(RunWriter, RefusesFoldersDevicesAndFoldersThatAreNotThere) {
  const Folder folder;
  EXPECT_THAT(message_of([&] { write_sample(folder.path().string()); }), HasSubstr("is a folder"));
  EXPECT_THAT(message_of([&] { write_sample("/dev/full"); }), HasSubstr("/dev/full: exists and is not a regular file"));
  EXPECT_THAT(message_of([&] { write_sample(folder / "none/run.evtwin"); }), HasSubstr("No such file or directory"));
  EXPECT_THAT(message_of([&] { write_sample(""); }), HasSubstr("is not a file name"));
}

TEST(RunWriter, ReplacesAnOlderRunFileAsAWhole) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  const twin::World world = sample_world();
  { RunWriter writer(file, world, sample_strategy()); }
  write_sample(file);
  EXPECT_THAT(check_run_file(file), IsEmpty());
}

TEST(RunWriter, RefusesAFileThatAnotherRunIsWriting) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  const twin::World world = sample_world();
  RunWriter writer(file, world, sample_strategy());
  EXPECT_THAT(message_of([&] { write_sample(file); }), HasSubstr("is being written by another run"));
  feed(writer, world);
  writer.finish(sample_result(), sample_kpis(), 0.0);
  EXPECT_THAT(check_run_file(file), IsEmpty());
}

TEST(RunWriter, AReaderMayLookWhileItIsWritten) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  const twin::World world = sample_world();
  RunWriter writer(file, world, sample_strategy());
  feed(writer, world);
  const Database reader = open_run_file(file);
  writer.finish(sample_result(), sample_kpis(), 0.0);
  EXPECT_THAT(check_run_file(file), IsEmpty());
}

TEST(RunWriter, FiguresThatAreNoneStopTheRunInsteadOfBecomingNull) {
  const Folder folder;
  const twin::World world = sample_world();
  RunWriter writer(folder / "run.evtwin", world, sample_strategy());
  twin::PowerSegment power;
  power.kw = physics::unknown;
  writer.on_power(power);
  EXPECT_THAT(message_of([&] { writer.finish(sample_result(), {}, 0.0); }), HasSubstr("power.kw"));
}

}  // namespace
}  // namespace evtwin::record::test
