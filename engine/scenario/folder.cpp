#include "scenario/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::scenario {
namespace {

std::string quoted(std::string_view path) { return "'" + kernel::make_printable(path, 200) + "'"; }

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
  throw FolderError(quoted(path) + " " + std::string(why));
}

// A path split at its slashes, once it is known to stay below where it starts.
std::vector<std::string> path_steps(std::string_view path) {
  if (path.empty()) throw FolderError("the file's name is empty");
  if (path.find('\0') != std::string_view::npos) refuse(path, "has a NUL byte in the file's name");
  if (path.front() == '/') refuse(path, "is an absolute path; a scenario reads files of its own folder only");
  std::vector<std::string> steps;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view step = path.substr(at, end - at);
    if (step == "..")
      refuse(path, "leads out of the scenario's folder ('..'); a scenario reads files of its own folder only");
    if (!step.empty() && step != ".") steps.emplace_back(step);
    at = end + 1;
  }
  if (steps.empty()) refuse(path, "is a folder; a file is due");
  return steps;
}

void refuse_errno(std::string_view path, int error) {
  if (error == ENOENT) refuse(path, "is not there");
  if (error == ELOOP || error == ENOTDIR)
    refuse(path,
           "is a symbolic link or goes through one or through a file; a scenario reads files of its own folder only");
  refuse(path, std::string("can not be read: ") + std::strerror(error));
}

void need_regular(int descriptor, std::string_view path) {
  struct stat info {};
  if (fstat(descriptor, &info) != 0) refuse_errno(path, errno);
  if (S_ISDIR(info.st_mode)) refuse(path, "is a folder; a file is due");
  if (!S_ISREG(info.st_mode)) refuse(path, "is no regular file (a pipe or device); a file is due");
}

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), shown_(std::move(other.shown_)) {}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string OpenFile::stable_path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

std::string OpenFile::read_all(std::size_t most_bytes) const {
  const auto too_large = [&] {
    throw FolderError(scenario::quoted(shown_) + " has a size above " + std::to_string(most_bytes >> 20) +
                      " MiB, which is refused");
  };
  struct stat info {};
  if (fstat(descriptor_, &info) != 0) refuse_errno(shown_, errno);
  if (info.st_size > static_cast<off_t>(most_bytes)) too_large();
  std::string text(static_cast<std::size_t>(info.st_size) + 1, '\0');
  std::size_t length = 0;
  while (true) {
    const ssize_t got = pread(descriptor_, text.data() + length, text.size() - length, static_cast<off_t>(length));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_errno(shown_, errno);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
    if (length > most_bytes) too_large();
    if (length == text.size()) text.resize(2 * text.size());
  }
  text.resize(length);
  return text;
}

OpenFile open_below(const std::string& folder, std::string_view path) {
  const std::vector<std::string> steps = path_steps(path);
  int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) refuse_errno(folder, errno);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY);
    const int next = openat(descriptor, steps[i].c_str(), flags);
    const int error = errno;
    close(descriptor);
    if (next < 0) refuse_errno(path, error);
    descriptor = next;
  }
  OpenFile file(descriptor, folder == "." ? std::string(path) : folder + "/" + std::string(path));
  need_regular(descriptor, path);
  return file;
}

OpenFile open_users_file(const std::string& path) {
  if (path.find('\0') != std::string::npos) refuse(path, "has a NUL byte in the file's name");
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) refuse(path, "is not there");
    refuse(path, std::string("can not be read: ") + std::strerror(errno));
  }
  OpenFile file(descriptor, path);
  need_regular(descriptor, path);
  return file;
}

bool exists_below(const std::string& folder, std::string_view path) {
  struct stat info {};
  return lstat((folder + "/" + std::string(path)).c_str(), &info) == 0;
}

std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

std::vector<std::string> modules_below(const std::string& folder) {
  std::vector<std::string> out;
  const auto add = [&out](const std::filesystem::path& at, const std::string& prefix) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(at, error)) {
      if (entry.path().extension() == ".lua") out.push_back(prefix + entry.path().stem().string());
    }
  };
  std::error_code error;
  add(folder, "");
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_directory(error)) add(entry.path(), entry.path().filename().string() + ".");
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace evtwin::scenario
