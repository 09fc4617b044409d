#include "plugin_check/crash.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "plugin_check/child.hpp"

namespace evtwin::plugin_check {

namespace {

AddressWords words_of_address = nullptr;
int main_thread = 0;

int this_thread() { return static_cast<int>(syscall(SYS_gettid)); }

struct Touch {
  const void* address;
  bool wrote;
  std::uintptr_t stack;  ///< 0: not known on this processor
};

Touch touched(const siginfo_t& info, const void* context) {
  Touch touch{info.si_addr, false, 0};
#if defined(__x86_64__)
  const auto* machine = static_cast<const ucontext_t*>(context);
  touch.wrote = (machine->uc_mcontext.gregs[REG_ERR] & 2) != 0;
  touch.stack = static_cast<std::uintptr_t>(machine->uc_mcontext.gregs[REG_RSP]);
#else
  static_cast<void>(context);
#endif
  return touch;
}

void say_touched(const Touch& touch, char* text, std::size_t size) {
  if (words_of_address != nullptr && words_of_address(touch.address, touch.wrote, text, size)) return;
  const auto at = reinterpret_cast<std::uintptr_t>(touch.address);
  const char* verb = touch.wrote ? "wrote to" : "read";
  constexpr std::uintptr_t near = 1U << 16U;
  if (at < near) {
    std::snprintf(text, size, "it %s address 0x%zx: a null pointer (segmentation fault)", verb,
                  static_cast<std::size_t>(at));
  } else if (touch.stack != 0 && at + near > touch.stack && at < touch.stack + near) {
    std::snprintf(text, size, "its stack overflowed (segmentation fault)");
  } else {
    std::snprintf(text, size, "it %s memory that is not its own, at 0x%zx (segmentation fault)", verb,
                  static_cast<std::size_t>(at));
  }
}

/// "in decide() number 3", "after decide() number 3 had returned, in a thread of its own".
void say_where(const BlackBox& box, char* text, std::size_t size) {
  const bool inside = box.inside.load() > 0;
  const bool elsewhere = this_thread() != main_thread && !inside;
  if (box.call[0] == '\0') {
    std::snprintf(text, size, "while the file was loaded");
  } else {
    std::snprintf(text, size, "%s %s%s%s", inside ? "in" : "after", box.call, inside ? "" : " had returned",
                  elsewhere ? ", in a thread of its own" : "");
  }
}

[[noreturn]] void end_with(const char* what) {
  leave_copies();
  BlackBox& box = *black_box();
  char where[160];
  say_where(box, where, sizeof where);
  // A null pointer that was not looked at, or an exception that nobody caught, is what memory without room comes to.
  char refused[160] = "";
  if (box.refused.load() > 0)
    std::snprintf(refused, sizeof refused,
                  "it took more than %zu MiB of memory (--memory-limit-mib): %.1f MiB more were refused, and then ",
                  box.memory_mib, static_cast<double>(box.refused.load()) / (1 << 20));
  // Words that stand there already are of a failure that led here.
  if (box.stage.load() != BlackBox::Stage::failed)
    std::snprintf(box.why, sizeof box.why, "%s%s, %s", refused, what, where);
  box.stage = BlackBox::Stage::failed;
  _exit(0);
}

void on_crash(int signal, siginfo_t* info, void* context) {
  char what[512];
  if (signal == SIGSEGV || signal == SIGBUS) {
    say_touched(touched(*info, context), what, sizeof what);
  } else if (signal == SIGABRT) {
    std::snprintf(what, sizeof what, "it called abort(), or an exception or a failed assertion did");
  } else {
    std::snprintf(what, sizeof what, "it crashed (%s)", name_of_signal(signal));
  }
  end_with(what);
}

void on_exit() {
  if (black_box()->stage.load() == BlackBox::Stage::passed) {  // it was meant to end
    std::fflush(nullptr);                                      // what destructors of the file printed is to be seen
    _exit(0);
  }
  end_with("it called exit()");
}

}  // namespace

void die_of_sanitizer(const char* report) {
  // "==17==ERROR: AddressSanitizer: heap-buffer-overflow on address ... at pc ..."
  const char* said = std::strstr(report, "AddressSanitizer: ");
  if (said == nullptr) said = report;
  const char* pc = std::strstr(said, " at pc ");
  const char* line = std::strchr(said, '\n');
  const char* end = pc != nullptr && (line == nullptr || pc < line) ? pc : line;
  char what[512];
  std::snprintf(what, sizeof what, "%.*s",
                end == nullptr ? 300 : static_cast<int>(std::min<std::ptrdiff_t>(end - said, 300)), said);
  end_with(what);
}

const char* name_of_signal(int signal) {
  const char* text = strsignal(signal);
  return text == nullptr ? "unknown signal" : text;
}

void explain_addresses_with(AddressWords words) { words_of_address = words; }

void speak_when_dying() {
  main_thread = this_thread();
  // The handler has a stack of its own: the plugin's may be the one that overflowed.
  constexpr std::size_t room = 1U << 16U;
  stack_t stack{};
  stack.ss_sp = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack.ss_size = room;
  if (stack.ss_sp != MAP_FAILED) sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP})
    sigaction(signal, &action, nullptr);
  std::atexit(&on_exit);
}

}  // namespace evtwin::plugin_check
