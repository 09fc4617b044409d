#include "viewer/model/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

extern char** environ;

namespace evtwin::viewer::model {
namespace {

constexpr std::size_t most_out = std::size_t{64} << 20;
constexpr std::size_t most_err = std::size_t{64} << 10;
constexpr std::size_t read_at_a_time = std::size_t{64} << 10;
constexpr int reads_per_poll = 64;       ///< a child that never stops talking does not stop a frame
constexpr long long patience_ms = 2000;  ///< from SIGINT to SIGKILL
constexpr std::string_view progress_word = "progress ";

long long now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::runtime_error(fmt::format("no pipe to a child: {}", std::strerror(errno)));
  }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int take_reading_end() {
    const int end = std::exchange(ends[0], -1);
    fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
    return end;
  }
  std::array<int, 2> ends{-1, -1};
};

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front().empty()) throw std::runtime_error("no program to start");
  Pipe out, err;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.ends[1], STDERR_FILENO);

  // Whatever the viewer does with signals, the child has them as a program expects.
  sigset_t no_signals, usual;
  sigemptyset(&no_signals);
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) sigaddset(&usual, signal);
  posix_spawnattr_setsigmask(&attributes, &no_signals);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<char*> words;
  for (std::string& word : arguments) words.push_back(word.data());
  words.push_back(nullptr);
  const int wrong = posix_spawnp(&pid_, words[0], &files, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);

  if (wrong != 0)
    throw std::runtime_error(fmt::format("{}: can not be started ({})", arguments[0], std::strerror(wrong)));
  out_pipe_ = out.take_reading_end();
  err_pipe_ = err.take_reading_end();
  running_ = true;
}

ChildProcess::~ChildProcess() {
  if (running_) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_pipes();
}

void ChildProcess::close_pipes() {
  for (int* end : {&out_pipe_, &err_pipe_}) {
    if (*end >= 0) ::close(*end);
    *end = -1;
  }
}

void ChildProcess::end_line() {
  if (line_.starts_with(progress_word)) {
    double fraction = 0.0;
    const char* end = line_.data() + line_.size();
    const auto [rest, error] = std::from_chars(line_.data() + progress_word.size(), end, fraction);
    if (error == std::errc() && rest == end && fraction >= 0.0 && fraction <= 1.0) {
      progress_ = fraction;
      line_.clear();
      return;
    }
  }
  err_ += line_;
  err_ += '\n';
  line_.clear();
  if (err_.size() > 2 * most_err) err_.erase(0, err_.size() - most_err);
}

void ChildProcess::take_err(const char* bytes, std::size_t n) {
  for (const char c : std::string_view(bytes, n)) {
    if (c == '\n' || line_.size() == most_err) end_line();
    if (c != '\n') line_ += c;
  }
}

void ChildProcess::read_some() {
  std::array<char, read_at_a_time> bytes;
  for (int* end : {&out_pipe_, &err_pipe_}) {
    for (int i = 0; *end >= 0 && i < reads_per_poll; ++i) {
      const ssize_t n = ::read(*end, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) break;
      if (n <= 0) {
        ::close(*end);
        *end = -1;
        break;
      }
      const auto got = static_cast<std::size_t>(n);
      if (end == &err_pipe_) {
        take_err(bytes.data(), got);
        continue;
      }
      const std::size_t kept = std::min(got, most_out - out_.size());
      out_.append(bytes.data(), kept);
      too_much_ = too_much_ || kept < got;
    }
  }
}

bool ChildProcess::reap_child() {
  int how = 0;
  const pid_t ended = ::waitpid(pid_, &how, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
  if (ended < 0)
    status_ = 127;  // somebody else took it
  else
    status_ = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
  return true;
}

void ChildProcess::poll_output() {
  if (!running_) return;
  // Asked before reading: what a child that has ended wrote is all in its pipes.
  const bool ended = reap_child();
  read_some();
  if (ended) {
    // Output that is left, as far as it is there; a grandchild that keeps a pipe open is not waited for.
    for (bool more = true; more;) {
      const std::size_t before = out_.size() + err_.size() + line_.size();
      read_some();
      more = (out_pipe_ >= 0 || err_pipe_ >= 0) && !too_much_ && out_.size() + err_.size() + line_.size() != before;
    }
    if (!line_.empty()) end_line();
    close_pipes();
    running_ = false;
    return;
  }
  if (cancelled_ && !killed_ && now_ms() - cancelled_at_ms_ > patience_ms) {
    ::kill(pid_, SIGKILL);
    killed_ = true;
  }
}

void ChildProcess::wait_for_end() {
  constexpr int look_again_ms = 20;  // an end is no news on a pipe that a grandchild holds
  while (running_) {
    std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
    ::poll(pipes.data(), pipes.size(), look_again_ms);
    poll_output();
  }
}

void ChildProcess::cancel_child() {
  if (!running_ || cancelled_) return;
  cancelled_ = true;
  cancelled_at_ms_ = now_ms();
  ::kill(pid_, SIGINT);
}

}  // namespace evtwin::viewer::model
