#include "store/own_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <fstream>

#include "record/run_file.hpp"

namespace evtwin::store {

record::Database open_own_file(const std::string& file, std::int32_t application_id, const std::string& tables,
                               const std::string& what) {
  struct stat status {};
  const bool is_there = ::stat(file.c_str(), &status) == 0;
  if (is_there && !S_ISREG(status.st_mode))
    record::refuse_file(file, fmt::format("is no regular file; a {} is one", what));
  const bool begins = !is_there || status.st_size == 0;
  const auto refuse = [&] {
    record::refuse_file(file, fmt::format("exists and is no {} of this evtwin; it is left as it is", what));
  };
  if (!begins) {
    std::array<char, 15> head{};
    std::ifstream(file, std::ios::binary).read(head.data(), head.size());
    if (std::string_view(head.data(), head.size()) != "SQLite format 3") refuse();
  }

  record::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (begins) {
    database.run_statements(fmt::format(
        "BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = 1; {} COMMIT;", application_id, tables));
  } else if (database.read_integer("PRAGMA application_id") != application_id ||
             database.read_integer("PRAGMA user_version") != 1) {
    refuse();
  }
  return database;
}

}  // namespace evtwin::store
