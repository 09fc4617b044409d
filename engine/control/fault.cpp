#include "control/fault.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace evtwin::control {

namespace {

/// Of the child: where its handler writes, and words for a copy of it. Plain, since a handler reads them.
Fault* fault_of_child = nullptr;
pid_t child_process = 0;
std::array<char, 256> words_of_copy{};
int forks = 0;  // of the child, counted before each; a copy knows which one it is

/// Whether the touched address lies where the stack ends, and whether it was written.
void look_at_machine([[maybe_unused]] const void* context, [[maybe_unused]] Fault& fault) {
#if defined(__x86_64__)
  constexpr std::uintptr_t near = 64 << 10;
  const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  const auto at = reinterpret_cast<std::uintptr_t>(fault.address);
  const auto stack = static_cast<std::uintptr_t>(registers[REG_RSP]);
  fault.wrote = (registers[REG_ERR] & 2) != 0;
  fault.at_stack_end = at + near > stack && at < stack + near;
#endif
}

/// Private memory that can be written, from the sixth figure of /proc/self/statm, which counts pages.
/// Async-signal-safe.
std::size_t data_bytes() {
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 256> text{};
  const auto n = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  std::size_t pages = 0;
  int figure = 0;
  for (ssize_t k = 0; k < n && figure < 6; ++k) {
    const char c = text[static_cast<std::size_t>(k)];
    if (c == ' ') ++figure;
    if (figure == 5 && c >= '0' && c <= '9') pages = pages * 10 + static_cast<std::size_t>(c - '0');
  }
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Writes the crash down and lets it end the process as it would have.
void on_crash(int signal, siginfo_t* info, void* context) {
  if (getpid() != child_process) {
    if (forks <= 1) {  // one that forks at every decision is told once
      const auto written = ::write(STDERR_FILENO, words_of_copy.data(), std::strlen(words_of_copy.data()));
      static_cast<void>(written);
    }
    ::_exit(1);
  }
  Fault& fault = *fault_of_child;
  if (fault.signal.load() == 0) {
    if (signal == SIGSEGV || signal == SIGBUS) {
      fault.address = info->si_addr;
      look_at_machine(context, fault);
    }
    fault.data_bytes = data_bytes();
    fault.own_thread = gettid() != child_process;
    fault.signal.store(signal);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // held back until the handler returns
}

}  // namespace

void write_down_crashes(Fault& fault, const std::string& who) {
  fault_of_child = &fault;
  child_process = getpid();
  std::snprintf(words_of_copy.data(), words_of_copy.size(),
                "warning: %s: a process that it forked crashed, or came back from the call as well; it was ended\n",
                who.c_str());
  pthread_atfork([] { ++forks; }, nullptr, nullptr);
  // A stack of its own for the handler: the plugin may have used up the thread's.
  alignas(16) static std::array<std::byte, 64 << 10> stack;
  const stack_t own{stack.data(), 0, stack.size()};
  sigaltstack(&own, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) sigaction(signal, &action, nullptr);
  // Handlers that the parent registered for its own end are not the child's to run.
  ::on_exit([](int status, void*) { ::_exit(status); }, nullptr);
}

}  // namespace evtwin::control
