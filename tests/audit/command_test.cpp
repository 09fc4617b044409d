// The command: every scenario that is shipped, and files that can not be recounted.
#include "cli/command.hpp"

#include <algorithm>

namespace evtwin::testing {
namespace {

class AuditCommand : public Command {};

TEST_F(AuditCommand, EveryScenariosRunIsAsRecounted) {
  std::size_t runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir + "/scenarios")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".lua") || name == "evtwin.d.lua") continue;
    const std::string file = path(name + ".evtwin");
    ASSERT_EQ(run({"run", entry.path().string(), "--out", file}).status, 0) << name;
    const Said said = run({"audit", file});
    EXPECT_EQ(said.status, 0) << name << "\n" << said.out << said.err;
    ++runs;
  }
  EXPECT_GE(runs, 5U);
}

TEST_F(AuditCommand, ADifferenceIsNamedAndEndsWith3) {
  const std::string file = path("week.evtwin");
  ASSERT_EQ(run({"run", source_dir + "/scenarios/workplace_week.lua", "--strategy", "edf", "--out", file}).status, 0);
  const Said right = run({"audit", file, "--json"});
  EXPECT_EQ(right.status, 0) << right.out;
  EXPECT_FALSE(right.json()["differs"].get<bool>());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "UPDATE kpi SET value = value * 1.00001 WHERE name = 'peak_kw'", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  const Said wrong = run({"audit", file, "--json"});
  EXPECT_EQ(wrong.status, 3);
  const auto json = wrong.json();
  EXPECT_TRUE(json["differs"].get<bool>());
  for (const auto& row : json["figures"])
    EXPECT_EQ(row["differs"].get<bool>(), row["figure"] == "peak_kw") << row.dump();
  const Said table = run({"audit", file});
  EXPECT_NE(table.out.find("1 of "), std::string::npos) << table.out;
}

TEST_F(AuditCommand, WhatIsNoCompleteRunFileGetsOneLine) {
  const auto refused = [&](const std::string& file, const std::string& why) {
    const Said said = run({"audit", file});
    EXPECT_EQ(said.status, 1) << file;
    EXPECT_NE(said.err.find(why), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(said.out, "");
  };
  refused(path("none.evtwin"), "cannot be opened");
  refused(write("text.evtwin", "not a data base, but long enough to look at"), "not an evtwin run file");
  const std::string file = path("half.evtwin");
  ASSERT_EQ(run({"run", source_dir + "/scenarios/workplace_week.lua", "--strategy", "edf", "--checkpoint-at",
                 "2026-06-04T12:00", file})
                .status,
            0);
  refused(file, "is not complete (checkpoint)");
}

}  // namespace
}  // namespace evtwin::testing
