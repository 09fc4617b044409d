// Worlds that are run and recorded, for a recount of the file; and a hand that alters a copy of one.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "audit/audit.hpp"
#include "record/writer.hpp"
#include "twin/random_world.hpp"

namespace evtwin::testing {

/// A folder of its own for each test, removed with it.
class Recounted : public ::testing::Test {
 protected:
  Recounted() {
    static int count = 0;
    folder_ = ::testing::TempDir() + "evtwin-audit-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::filesystem::create_directories(folder_);
  }
  ~Recounted() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string record(const twin::World& world, const control::StrategyFactory& strategy, twin::Script* script = nullptr,
                     const std::string& name = "run.evtwin") const {
    record::RunWriter writer(path(name), world, {"test", "", ""});
    twin::RunOptions options;
    options.observer = &writer;
    options.script = script;
    const twin::Result result = twin::simulate(world, strategy, options);
    writer.finish(result, analysis::kpis_of_run(world, result), 0.0);
    return path(name);
  }

  /// Runs SQL on a copy, as a fault in the books would have written it. @returns the copy.
  std::string altered(const std::string& file, const std::string& sql) const {
    const std::string copy = path("altered.evtwin");
    std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(copy.c_str(), &database), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << sql << ": " << (error == nullptr ? "" : error);
    EXPECT_GT(sqlite3_changes(database), 0) << sql;
    sqlite3_close(database);
    return copy;
  }

  static double question(const std::string& file, const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
    const double value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return value;
  }

 private:
  std::string folder_;
};

/// Names of what differs, one line; empty: nothing does.
inline std::string differing(const audit::Audit& audited) {
  std::string names;
  for (const audit::Finding& finding : audited.findings) {
    if (!finding.differs) continue;
    names += (names.empty() ? "" : ", ") + finding.name;
    if (finding.site != 0) names += " of site " + std::to_string(finding.site);
  }
  return names;
}

/// The same with the figures, for messages.
inline std::string differences(const audit::Audit& audited) {
  std::string lines;
  for (const audit::Finding& finding : audited.findings) {
    if (!finding.differs) continue;
    lines += finding.name + ": run " + ::testing::PrintToString(finding.run) + ", recount " +
             ::testing::PrintToString(finding.recount) + (finding.of.empty() ? "" : " (" + finding.of + ")") + "\n";
  }
  return lines;
}

inline const audit::Finding& finding_of(const audit::Audit& audited, const std::string& name, int site = 0) {
  for (const audit::Finding& finding : audited.findings) {
    if (finding.name == name && finding.site == site) return finding;
  }
  ADD_FAILURE() << "no finding " << name;
  return audited.findings.front();
}

}  // namespace evtwin::testing
