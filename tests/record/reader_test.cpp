// What a reader promises about files that are whole, damaged, strange or hostile.
#include "record/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <string>

#include "sample_run.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::record::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void write_bytes(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::string first_problem(const std::string& file) {
  const std::vector<std::string> problems = check_run_file(file);
  return problems.empty() ? "none" : problems.front();
}

bool is_refused(const std::string& file) {
  try {
    read_summary(file);
  } catch (const RunFileError&) {
    return true;
  }
  return false;
}

TEST(RunReader, SaysWhatTheWriterWasTold) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  const RunSummary summary = read_summary(folder / "run.evtwin");
  const twin::World world = sample_world();
  EXPECT_EQ(summary.name, "two EVSEs");
  EXPECT_EQ(summary.strategy, "edf:margin_min=5");
  EXPECT_EQ(summary.plugin_digest, "0123456789abcdef");
  EXPECT_EQ(summary.state, RunState::complete);
  EXPECT_EQ(describe_incompleteness(summary), "");
  EXPECT_EQ(summary.event_hash, "0123456789abcdef");
  EXPECT_EQ(summary.scenario_text, world.scenario_text);
  EXPECT_EQ(summary.parameters, world.parameters);
  EXPECT_EQ(summary.seed, world.seed);
  EXPECT_EQ(summary.start_ns, world.start_ns);
  EXPECT_EQ(summary.end_ns, world.end_ns);
  EXPECT_EQ(summary.timezone, "Europe/Amsterdam");
  EXPECT_EQ(summary.currency, "EUR");
  EXPECT_EQ(summary.wall_s, 0.125);
  EXPECT_EQ(summary.created_at.size(), std::string("2025-06-02T00:00:00Z").size());
  ASSERT_EQ(summary.kpis.size(), 2U);
  EXPECT_EQ(summary.kpis[0].name, "total_cost");
  EXPECT_EQ(summary.kpis[0].site, -1);
  EXPECT_EQ(summary.kpis[0].value, 31.75);
  EXPECT_EQ(summary.kpis[0].help_ko, "전기요금");
  EXPECT_TRUE(std::isnan(summary.kpis[1].value));
}

TEST(RunReader, NamesWhatIsNoRunFile) {
  const Folder folder;
  write_bytes(folder / "zero", "");
  EXPECT_THAT(first_problem(folder / "zero"), HasSubstr("empty"));
  write_bytes(folder / "text", "this is not a data base\n");
  EXPECT_THAT(first_problem(folder / "text"), HasSubstr("not an evtwin run file"));
  EXPECT_THAT(first_problem(folder / "none"), HasSubstr("No such file"));
  EXPECT_THAT(first_problem(folder.path().string()), HasSubstr("a folder"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(first_problem(folder / "pipe"), HasSubstr("no regular file"));
  {
    Database database(folder / "other", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    database.run_statements("PRAGMA application_id = 7; CREATE TABLE mine (x)");
  }
  EXPECT_THAT(first_problem(folder / "other"), HasSubstr("application"));
}

TEST(RunReader, NamesANewerSchema) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  change(folder / "run.evtwin", "PRAGMA user_version = " + std::to_string(schema_version + 1));
  EXPECT_EQ(first_problem(folder / "run.evtwin"),
            "made by a newer evtwin: schema version " + std::to_string(schema_version + 1) + ", this one reads " +
                std::to_string(oldest_schema_version) + " to " + std::to_string(schema_version));
}

/// A run file as schema 18 had it.
void make_18(const std::string& file) {
  change(file, "DROP TABLE reward_part; DELETE FROM content_hash WHERE name = 'reward_part'; PRAGMA user_version = 18");
}

TEST(RunReader, AFileOfSchema18IsReadAndNamesNoReward) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  const std::uint64_t hash = logical_hash(file);
  make_18(file);
  EXPECT_THAT(check_run_file(file), ::testing::IsEmpty());
  const RunSummary summary = read_summary(file);
  EXPECT_EQ(summary.name, "two EVSEs");
  EXPECT_FALSE(summary.origin.reward);
  EXPECT_EQ(logical_hash(file), hash);

  // Not ours, and never read.
  change(file,
         "CREATE TABLE reward_part (id, reward, is_term, part, weight); "
         "INSERT INTO reward_part VALUES (1, 'mine', 1, 'energy_cost', -1)");
  EXPECT_FALSE(read_summary(file).origin.reward);

  change(file, "PRAGMA user_version = 17");
  EXPECT_EQ(first_problem(file), "made by an older evtwin: schema version 17, this one reads 18 to 19");
}

TEST(RunReader, AFileThatOnlyCallsItselfOlderIsFound) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  change(file, "PRAGMA user_version = 18");
  EXPECT_EQ(first_problem(file), "a content hash of table reward_part, which schema version 18 lacks");
  make_18(file);
  change(file, "PRAGMA user_version = 19");
  EXPECT_EQ(first_problem(file), "malformed: table reward_part is missing");
}

/// The sample, decided by a policy with this reward.
void write_with_reward(const std::string& file, const LearntReward& reward) {
  const twin::World world = sample_world();
  Origin origin;
  origin.reward = reward;
  RunWriter writer(file, world, sample_strategy(), origin);
  feed(writer, world);
  writer.finish(sample_result(), sample_kpis(), 0.125);
}

TEST(RunReader, TheRewardOfItsPolicyComesBack) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  for (const LearntReward& reward :
       {LearntReward{"boa-fe", true, {{"energy_cost", -1.0}, {"satisfaction", 1000.0}}},
        LearntReward{"three", false, {{"grid", 0.5}}}, LearntReward{"scenario", false, {}}}) {
    write_with_reward(file, reward);
    EXPECT_EQ(read_summary(file).origin.reward, reward);
    EXPECT_THAT(check_run_file(file), ::testing::IsEmpty());
  }
  write_with_reward(file, {"boa-fe", true, {{"energy_cost", -1.0}}});
  change(file, "UPDATE reward_part SET weight = -2");
  EXPECT_EQ(first_problem(file), "the content hash of table reward_part does not match: it is not what was written");
  EXPECT_TRUE(is_refused(file));
  change(file, "UPDATE reward_part SET weight = NULL");
  EXPECT_TRUE(is_refused(file));
}

TEST(RunReader, NoTruncationPassesForAWholeFile) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  const std::string whole = bytes_of(folder / "run.evtwin");
  for (const std::size_t size :
       {std::size_t{16}, std::size_t{100}, std::size_t{4096}, whole.size() / 2, whole.size() - 1}) {
    write_bytes(folder / "cut", whole.substr(0, size));
    EXPECT_THAT(first_problem(folder / "cut"), HasSubstr("truncated")) << size;
    EXPECT_TRUE(is_refused(folder / "cut")) << size;
  }
}

// Every flipped bit is either found, or changes nothing that a reader sees (unused space, wall-clock-free dump equal).
TEST(RunReader, NoFlippedBitChangesAFigureInSilence) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  const std::string whole = bytes_of(folder / "run.evtwin");
  const std::uint64_t right = logical_hash(folder / "run.evtwin");
  const std::size_t step = whole.size() / sweep(1'500U, 400U) + 1;
  std::size_t found = 0;
  for (std::size_t at = 0; at < whole.size(); at += step) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at / step % 8)));
    write_bytes(folder / "flipped", flipped);
    if (!check_run_file(folder / "flipped").empty()) {
      ++found;
      continue;
    }
    ASSERT_EQ(logical_hash(folder / "flipped"), right) << "byte " << at;
  }
  EXPECT_GT(found, 0U);
}

TEST(RunReader, AFigureChangedByHandIsFound) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  change(file, "UPDATE power SET kw = 9 WHERE id = 1");
  EXPECT_THAT(first_problem(file), HasSubstr("content hash of table power does not match"));
  EXPECT_FALSE(is_refused(file));  // a glance does not read the large tables
  change(file, "UPDATE kpi SET value = 1 WHERE id = 1");
  EXPECT_TRUE(is_refused(file));
}

TEST(RunReader, NamesAMissingTable) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  change(folder / "run.evtwin", "PRAGMA foreign_keys = OFF; DROP TABLE power");
  EXPECT_EQ(first_problem(folder / "run.evtwin"), "malformed: table power is missing");
}

TEST(RunReader, AViewInPlaceOfATableIsRefused) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  change(file,
         "PRAGMA foreign_keys = OFF; DROP TABLE kpi; CREATE VIEW kpi AS "
         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n");
  EXPECT_EQ(first_problem(file),
            "malformed: table kpi is not that of schema version " + std::to_string(schema_version));
  EXPECT_TRUE(is_refused(file));
}

TEST(RunReader, WhatSomebodyAddedIsNamedAndNotUsed) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  change(file, "CREATE VIEW mine AS SELECT 1; CREATE TRIGGER bad AFTER INSERT ON kpi BEGIN DELETE FROM run; END");
  EXPECT_THAT(check_run_file(file), ElementsAre(HasSubstr("trigger bad was added"), HasSubstr("view mine was added")));
  EXPECT_FALSE(is_refused(file));
}

TEST(RunReader, AFileThatAsksForEndlessWorkIsGivenUp) {
  const Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  Database database = open_run_file(file);
  EXPECT_THROW(
      database.read_integer("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"),
      RunFileError);
}

TEST(RunReader, CannotWrite) {
  const Folder folder;
  write_sample(folder / "run.evtwin");
  Database database = open_run_file(folder / "run.evtwin");
  EXPECT_THROW(database.run_statements("DELETE FROM kpi"), RunFileError);
}

TEST(RunReader, MessagesShowNoControlCharacters) {
  const Folder folder;
  const std::string file = folder / "a\x1b[31m\n.evtwin";
  write_bytes(file, "text");
  try {
    read_summary(file);
    FAIL() << "was accepted";
  } catch (const RunFileError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("a\\x1B[31m\\n.evtwin: not an evtwin run file"));
  }
}

TEST(RunReader, SharedBadFilesAreAllNamed) {
  const std::filesystem::path cases = std::filesystem::path(paths::shared_dir) / "bad_input" / "run";
  if (!std::filesystem::exists(cases)) GTEST_SKIP() << cases << " is not there";
  EXPECT_THAT(first_problem(cases / "zero_bytes.evtwin"), HasSubstr("empty"));
  EXPECT_THAT(first_problem(cases / "text.evtwin"), HasSubstr("not a"));
  EXPECT_THAT(first_problem(cases / "header_only.evtwin"), HasSubstr("truncated"));
  EXPECT_THAT(first_problem(cases / "other_application.evtwin"), HasSubstr("application"));
}

}  // namespace
}  // namespace evtwin::record::test
