// A program run beside the viewer: started without a shell, read without waiting, stopped when it is no longer wanted.
#pragma once
#include <string>
#include <vector>

namespace evtwin::viewer::model {

/// Not from several threads at once.
class ChildProcess {
 public:
  /// Starts it, with nothing on its stdin. @param arguments  the program (looked up in PATH where it has no '/'), and
  /// what it is given, word by word
  /// @throws std::runtime_error "PROGRAM: why it can not be started"
  explicit ChildProcess(std::vector<std::string> arguments);
  /// Ends it at once where it still runs. If the viewer itself is killed, the child ends at its next line on stdout or
  /// stderr (SIGPIPE).
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Takes over what it has said meanwhile; never waits. After a cancel_child() it also sees to it that the child does
  /// end.
  void poll_output();
  bool is_running() const { return running_; }  ///< as of the last poll_output()
  void wait_for_end();                          ///< until it has ended
  /// Asks it to stop (SIGINT); if it has not within two seconds it is killed. poll_output() or wait_for_end() as
  /// before.
  void cancel_child();
  bool was_cancelled() const { return cancelled_; }

  /// Last line "progress 0.43" on its stderr, 0..1; 0 before.
  double progress_fraction() const { return progress_; }
  /// Of a child that has ended: exit status, 128 + signal where one ended it (as a shell has it).
  int exit_status() const { return status_; }
  /// Its output. Of more than 64 MiB the rest is read and dropped, and says_too_much() holds.
  const std::string& stdout_text() const { return out_; }
  bool says_too_much() const { return too_much_; }
  /// Its stderr without progress; of more than 128 KiB the last part.
  const std::string& stderr_text() const { return err_; }

 private:
  void read_some();
  void take_err(const char* bytes, std::size_t n);
  void end_line();
  bool reap_child();
  void close_pipes();

  int pid_ = -1, out_pipe_ = -1, err_pipe_ = -1;
  bool running_ = false, cancelled_ = false, killed_ = false, too_much_ = false;
  double progress_ = 0.0;
  int status_ = 0;
  long long cancelled_at_ms_ = 0;
  std::string out_, err_, line_;
};

}  // namespace evtwin::viewer::model
