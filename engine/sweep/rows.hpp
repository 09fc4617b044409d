// Runs of a sweep that are over, kept as they come: each is a line of a file, whole or not there.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "record/origin.hpp"

namespace evtwin::sweep {

/// The figures kept of one run.
struct Row {
  std::string key;     ///< of its content: everything the run depends on but the bytes of its inputs
  std::string inputs;  ///< digest of those; empty where the world could not be loaded
  std::string error;   ///< why it failed; empty: it did not
  std::uint64_t event_hash = 0;
  std::uint64_t sessions = 0;   ///< plugged in
  std::vector<double> figures;  ///< by RowStore::figure_names(); NaN: does not apply
  double wall_s = 0.0;
};

/// Fingerprint of a text of several parts, 16 hex digits; the parts can not run into each other.
std::string content_key(const std::vector<std::string>& parts);
/// The same of a list of inputs.
std::string digest_of(const std::vector<record::InputFile>& inputs);

/// All rows of a folder by their keys, and those that this process adds. Rows of other processes that work in the same
/// folder are found by read_new_rows(). Safe from any thread.
///
/// A row goes to the folder's `rows/N.jsonl` in one write, so that a process killed at any instant leaves whole lines
/// and at most one that has no end, which is not read. It is forced to the disk with the first row a second later, or
/// at the end. The first line of a file names the figures of those that follow.
class RowStore {
 public:
  /// @param folder  empty: rows are kept in memory only
  /// @throws SweepError where the folder can not be made or read
  explicit RowStore(std::string folder);
  ~RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  /// Reads what has come since, of all files. @throws SweepError
  void read_new_rows();
  /// Reads the rows of another sweep's folder as if they were of this one. @throws SweepError where there are none.
  void read_also(const std::string& folder);

  std::optional<Row> find_row(const std::string& key) const;
  bool has_row(const std::string& key) const;
  /// A row that is there already is replaced (a failed run, tried again). @throws SweepError for a full disk.
  void add_row(Row row, const std::vector<std::string>& names);
  /// Forgets the row of this key.
  void drop_row(const std::string& key);

  /// Names of figures, in their order; empty before the first row that has any.
  std::vector<std::string> figure_names() const;
  std::size_t damaged_lines() const;

 private:
  struct File {
    std::string path;
    std::int64_t read = 0;             ///< bytes
    std::vector<std::size_t> columns;  ///< where its figures stand in figure_names(), as its last line of names says
  };
  void read_file(File& file);
  void read_line(const std::string& line, File& file);
  std::size_t column_of(const std::string& name);
  void write_line(const std::string& line);
  void open_own();
  void put_row(Row row);

  std::string folder_;
  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  std::map<std::string, Row> rows_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> name_index_;
  std::size_t damaged_ = 0;
  int own_ = -1;  ///< descriptor of this process's file; -1: nothing written yet
  std::string own_path_;
  std::vector<std::string> own_names_;  ///< as the last line of names in the own file
  double synced_s_ = 0.0;
};

/// Which worlds are being run, by whom: locks of the system on bytes of the folder's file `claims`, so that processes
/// on one machine, or on several with a common file system that has them (NFS 4 does), share a sweep out among
/// themselves. A process that ends, however it ends, leaves its claims.
class Claims {
 public:
  /// @param folder  empty: everything may be claimed. @throws SweepError
  explicit Claims(const std::string& folder);
  ~Claims();
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  /// Not for a world that this process has claimed. @returns whether it is this process's now
  bool take_world(std::size_t world);
  void give_back(std::size_t world);

 private:
  int file_ = -1;
};

}  // namespace evtwin::sweep
