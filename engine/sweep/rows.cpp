#include "sweep/rows.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "sweep/plan.hpp"

namespace evtwin::sweep {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void can_not(const std::string& file, const char* do_what, int error) {
  throw SweepError(fmt::format("{}: can not be {} ({})", kernel::make_printable(file), do_what,
                               std::generic_category().message(error)));
}

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

std::string content_key(const std::vector<std::string>& parts) {
  std::uint64_t digest = kernel::digest64("evtwin sweep row/1");
  for (const std::string& part : parts) {
    digest = kernel::digest64(fmt::format("{}:", part.size()), digest);
    digest = kernel::digest64(part, digest);
  }
  return fmt::format("{:016x}", kernel::mix_bits(digest));
}

std::string digest_of(const std::vector<record::InputFile>& inputs) {
  std::vector<std::string> parts;
  for (const record::InputFile& input : inputs) {
    parts.push_back(input.name);
    parts.push_back(fmt::format("{} {:016x}", input.bytes, input.digest));
  }
  return content_key(parts);
}

RowStore::RowStore(std::string folder) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(fs::path(folder_) / "rows", error);
  if (error) throw SweepError(fmt::format("{}: not a folder that can be written ({})", folder_, error.message()));
  read_new_rows();
}

RowStore::~RowStore() {
  if (own_ < 0) return;
  ::fdatasync(own_);
  ::close(own_);
}

void RowStore::read_new_rows() {
  if (folder_.empty()) return;
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(folder_) / "rows", error)) {
    if (entry.path().extension() == ".jsonl") found.push_back(entry.path().string());
  }
  if (error)
    throw SweepError(fmt::format("{}: can not be read ({})", kernel::make_printable(folder_), error.message()));
  std::sort(found.begin(), found.end());
  for (const std::string& path : found) {
    File& file = files_[path];
    file.path = path;
    if (path != own_path_) read_file(file);
  }
}

void RowStore::read_also(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "rows", error)) {
    if (entry.path().extension() == ".jsonl") found.push_back(entry.path().string());
  }
  if (error)
    throw SweepError(fmt::format("{}: is no folder of a sweep ({}); `evtwin sweep run --out FOLDER` makes one",
                                 kernel::make_printable(folder), error.message()));
  std::sort(found.begin(), found.end());
  for (const std::string& path : found) {
    File file{path, 0, {}};
    read_file(file);
  }
}

void RowStore::read_file(File& file) {
  std::ifstream stream(file.path, std::ios::binary);
  if (!stream) can_not(file.path, "read", errno);
  stream.seekg(file.read);
  std::string line;
  // A line without an end is still being written, or its writer was killed.
  while (std::getline(stream, line) && !stream.eof()) {
    file.read += static_cast<std::int64_t>(line.size()) + 1;
    read_line(line, file);
  }
}

std::size_t RowStore::column_of(const std::string& name) {
  const auto [at, is_new] = name_index_.emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return at->second;
}

void RowStore::read_line(const std::string& line, File& file) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  try {
    // Each file has names of its own in its own order: rows are put into the order of all of this sweep.
    if (json.contains("names")) {
      file.columns.clear();
      for (const auto& name : json.at("names")) file.columns.push_back(column_of(name.get<std::string>()));
      return;
    }

    Row row;
    json.at("key").get_to(row.key);
    json.at("inputs").get_to(row.inputs);
    json.at("error").get_to(row.error);
    json.at("sessions").get_to(row.sessions);
    json.at("wall_s").get_to(row.wall_s);

    const std::string hash = json.at("event_hash");
    const auto [end, wrong] = std::from_chars(hash.data(), hash.data() + hash.size(), row.event_hash, 16);
    if (wrong != std::errc() || end != hash.data() + hash.size()) throw SweepError("");

    // A row of other columns than its file announces is damaged; a failed run has no figures.
    const auto& figures = json.at("figures");
    if (row.error.empty() && figures.size() != file.columns.size()) throw SweepError("");
    row.figures.assign(names_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (figures[i].is_number()) row.figures[file.columns[i]] = figures[i].get<double>();
    }

    put_row(std::move(row));
  } catch (const nlohmann::json::exception&) {
    ++damaged_;
  } catch (const SweepError&) {
    ++damaged_;
  }
}

void RowStore::put_row(Row row) {
  // A run that worked once is not undone by a later failure of the machine.
  const auto at = rows_.find(row.key);
  if (at != rows_.end() && !row.error.empty() && at->second.error.empty() && at->second.inputs == row.inputs) return;
  std::string key = row.key;
  rows_[std::move(key)] = std::move(row);
}

std::optional<Row> RowStore::find_row(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = rows_.find(key);
  if (at == rows_.end()) return {};
  return at->second;
}

bool RowStore::has_row(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return rows_.contains(key);
}

void RowStore::open_own() {
  for (int number = 1; own_ < 0; ++number) {
    own_path_ = (fs::path(folder_) / "rows" / fmt::format("{:04d}.jsonl", number)).string();
    own_ = ::open(own_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (own_ < 0 && errno != EEXIST) can_not(own_path_, "written", errno);
  }
}

void RowStore::write_line(const std::string& line) {
  const ssize_t written = ::write(own_, line.data(), line.size());
  if (written < 0) can_not(own_path_, "written", errno);
  if (written != static_cast<ssize_t>(line.size())) can_not(own_path_, "written", ENOSPC);
}

void RowStore::add_row(Row row, const std::vector<std::string>& names) {
  using Json = nlohmann::ordered_json;
  const std::lock_guard lock(mutex_);

  std::vector<std::size_t> columns;
  for (const std::string& name : names) columns.push_back(column_of(name));

  if (!folder_.empty()) {
    if (own_ < 0) open_own();

    // Names are written once, and again where they change: lines stay short.
    if (row.error.empty() && names != own_names_) {
      write_line(Json{{"names", names}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
      own_names_ = names;
    }

    Json json;
    json["key"] = row.key;
    json["inputs"] = row.inputs;
    json["error"] = row.error;
    json["event_hash"] = fmt::format("{:016x}", row.event_hash);
    json["sessions"] = row.sessions;
    json["wall_s"] = row.wall_s;
    json["figures"] = Json::array();
    for (const double figure : row.figures) json["figures"].push_back(std::isfinite(figure) ? Json(figure) : Json());
    write_line(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");

    // Forced to the disk once a second at most: a machine that loses power loses little.
    if (now_s() - synced_s_ > 1.0) {
      if (::fdatasync(own_) != 0) can_not(own_path_, "written", errno);
      synced_s_ = now_s();
    }
  }
  // As figure_names() has them, whatever the order of this row's own.
  std::vector<double> figures(names_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < row.figures.size(); ++i) figures[columns[i]] = row.figures[i];
  row.figures = std::move(figures);
  put_row(std::move(row));
}

void RowStore::drop_row(const std::string& key) {
  const std::lock_guard lock(mutex_);
  rows_.erase(key);
}

std::vector<std::string> RowStore::figure_names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

std::size_t RowStore::damaged_lines() const {
  const std::lock_guard lock(mutex_);
  return damaged_;
}

Claims::Claims(const std::string& folder) {
  if (folder.empty()) return;
  const std::string path = (fs::path(folder) / "claims").string();
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) can_not(path, "written", errno);
}

Claims::~Claims() {
  if (file_ >= 0) ::close(file_);
}

namespace {

bool set_lock(int file, std::size_t byte, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  if (::fcntl(file, F_SETLK, &lock) == 0) return true;
  if (errno == EACCES || errno == EAGAIN) return false;
  throw SweepError(fmt::format(
      "the folder of the sweep is on a file system without locks ({}); give each process a folder of its own and a "
      "--shard, and merge them",
      std::generic_category().message(errno)));
}

}  // namespace

bool Claims::take_world(std::size_t world) { return file_ < 0 || set_lock(file_, world, F_WRLCK); }

void Claims::give_back(std::size_t world) {
  if (file_ >= 0) set_lock(file_, world, F_UNLCK);
}

}  // namespace evtwin::sweep
