#include "record/learning_curve.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>
#include <filesystem>

#include "record/file_header.hpp"
#include "record/run_file.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

namespace fs = std::filesystem;

namespace {

constexpr const char* schema = R"sql(
CREATE TABLE training (      -- one for each seed
  seed INTEGER PRIMARY KEY,
  state TEXT NOT NULL,       -- running, complete, interrupted, failed; a killed one stays running
  learner TEXT NOT NULL,
  identity TEXT NOT NULL,    -- what was asked for, as JSON
  policy TEXT NOT NULL,      -- file
  sha256 TEXT NOT NULL,      -- of the policy kept last
  episodes INTEGER NOT NULL,
  steps INTEGER NOT NULL,    -- decisions
  first_objective REAL,      -- money; NULL: not told
  best_objective REAL,
  wall_s REAL
);
CREATE TABLE scalar (        -- the learning curve
  row INTEGER PRIMARY KEY,
  seed INTEGER NOT NULL,
  episodes INTEGER NOT NULL, -- lived by then
  steps INTEGER NOT NULL,
  wall_s REAL,
  id TEXT NOT NULL,          -- 'episode.objective', 'policy.entropy'
  unit TEXT NOT NULL,
  value REAL                 -- NULL: not known this time
);
CREATE TABLE kept (          -- policies that were written under the policy's name
  seed INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (seed, sha256)
) WITHOUT ROWID;
)sql";

std::int64_t as_row(std::uint64_t value) { return std::bit_cast<std::int64_t>(value); }

}  // namespace

struct LearningCurve::Parts {
  Parts(const std::string& file, int flags) : database(file, flags) {}
  Database database;
  std::optional<Statement> insert;
  std::chrono::steady_clock::time_point committed = std::chrono::steady_clock::now();
};

LearningCurve::LearningCurve(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  // As run files: others may read meanwhile; a loss of power may cost what came last, not the file.
  sqlite3_busy_timeout(parts_->database.sqlite_handle(), 2000);
  parts_->database.run_statements("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
  parts_->insert.emplace(parts_->database,
                         "INSERT INTO scalar (seed, episodes, steps, wall_s, id, unit, value) VALUES (?,?,?,?,?,?,?)");
}
LearningCurve::LearningCurve(LearningCurve&&) noexcept = default;

LearningCurve::~LearningCurve() {
  if (!parts_) return;
  try {
    parts_->insert.reset();
    parts_->database.run_statements("COMMIT; PRAGMA journal_mode = DELETE");  // one file remains
  } catch (const RunFileError&) {
    // Rows that were committed before stand.
  }
}

LearningCurve LearningCurve::create_file(const std::string& file) {
  if (fs::exists(fs::symlink_status(file))) refuse_file(file, "is there already and is kept; name another file");
  auto parts = std::make_unique<Parts>(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  parts->database.run_statements(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = 1; {}", curve_application_id, schema));
  return LearningCurve(std::move(parts));
}

LearningCurve LearningCurve::open_file(const std::string& file) {
  if (!fs::exists(file))
    refuse_file(file, "is not there; the learning curve of the training belongs beside its checkpoint");
  auto parts = std::make_unique<Parts>(file, SQLITE_OPEN_READWRITE);
  const FileHeader header = read_header(parts->database);
  if (!header.is_database || header.application_id != std::uint32_t{curve_application_id})
    refuse_file(file, "is no learning curve that evtwin wrote; it is left as it is");
  return LearningCurve(std::move(parts));
}

void LearningCurve::add_point(const CurvePoint& at, std::string_view id, std::string_view unit, double value) {
  Statement& insert = *parts_->insert;
  insert.bind_value(1, as_row(at.seed));
  insert.bind_value(2, as_row(at.episodes));
  insert.bind_value(3, as_row(at.steps));
  insert.bind_value(4, at.wall_s);
  insert.bind_value(5, id);
  insert.bind_value(6, unit);
  insert.bind_value(7, value);
  insert.execute_once();
  commit_if_due();
}

void LearningCurve::set_training(const TrainingRow& training) {
  Statement insert(parts_->database, "INSERT OR REPLACE INTO training VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  insert.bind_value(1, as_row(training.seed));
  insert.bind_value(2, std::string_view(training.state));
  insert.bind_value(3, std::string_view(training.learner));
  insert.bind_value(4, std::string_view(training.identity));
  insert.bind_value(5, std::string_view(training.policy));
  insert.bind_value(6, std::string_view(training.sha256));
  insert.bind_value(7, as_row(training.episodes));
  insert.bind_value(8, as_row(training.steps));
  insert.bind_value(9, training.first_objective);
  insert.bind_value(10, training.best_objective);
  insert.bind_value(11, training.wall_s);
  insert.execute_once();
  commit_rows();
}

std::optional<TrainingRow> LearningCurve::find_training(std::uint64_t seed) {
  Statement select(
      parts_->database,
      "SELECT state, learner, identity, policy, sha256, episodes, steps, first_objective, best_objective, wall_s "
      "FROM training WHERE seed = ?");
  select.bind_value(1, as_row(seed));
  if (!select.next_row()) return std::nullopt;
  return TrainingRow{seed,
                     select.column_text(0),
                     select.column_text(1),
                     select.column_text(2),
                     select.column_text(3),
                     select.column_text(4),
                     std::bit_cast<std::uint64_t>(select.column_integer(5)),
                     std::bit_cast<std::uint64_t>(select.column_integer(6)),
                     select.column_real(7),
                     select.column_real(8),
                     select.column_real(9)};
}

void LearningCurve::expect_policy(std::uint64_t seed, const std::string& sha256) {
  Statement insert(parts_->database, "INSERT OR IGNORE INTO kept VALUES (?,?)");
  insert.bind_value(1, as_row(seed));
  insert.bind_value(2, std::string_view(sha256));
  insert.execute_once();
  commit_rows();
}

bool LearningCurve::knows_policy(std::uint64_t seed, const std::string& sha256) {
  Statement select(parts_->database, "SELECT 1 FROM kept WHERE seed = ? AND sha256 = ?");
  select.bind_value(1, as_row(seed));
  select.bind_value(2, std::string_view(sha256));
  return select.next_row();
}

std::int64_t LearningCurve::last_row() {
  return parts_->database.read_integer("SELECT coalesce(max(row), 0) FROM scalar");
}

void LearningCurve::forget_rows_after(std::uint64_t seed, std::int64_t after_row) {
  Statement remove(parts_->database, "DELETE FROM scalar WHERE seed = ? AND row > ?");
  remove.bind_value(1, as_row(seed));
  remove.bind_value(2, after_row);
  remove.execute_once();
  commit_rows();
}

void LearningCurve::commit_rows() {
  parts_->database.run_statements("COMMIT; BEGIN IMMEDIATE");
  parts_->committed = std::chrono::steady_clock::now();
}

void LearningCurve::commit_if_due() {
  if (std::chrono::steady_clock::now() - parts_->committed > std::chrono::seconds(2)) commit_rows();
}

}  // namespace evtwin::record
