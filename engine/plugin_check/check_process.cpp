// Checks that the process stays as it was: memory, files, threads, streams, and what is global in C.
#include <fmt/format.h>

#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"
#include "plugin_check/process_watch.hpp"

namespace evtwin::plugin_check {

namespace {

/// A life that makes an instance, asks it, and destroys it; some are destroyed without being asked.
void live_once(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed) {
  Play play(specimen, info, seed, {.evses = 6, .decisions = 4});
  if (seed % 3 == 0) {
    play.instance().destroy();
  } else {
    play.to_the_end();
  }
}

}  // namespace

void instances_leave_nothing(const Specimen& specimen, const evtwin_info& info) {
  expect_lives_leave_nothing([&](std::uint64_t life) { live_once(specimen, info, 1 + life % 6); });
}

void threads_keep_to_the_call(const Specimen& specimen, const evtwin_info& info) {
  const std::size_t before = threads_now();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Play play(specimen, info, seed, {}, {.wall = Wall::after});
    while (play.next_digest()) {
    }
    // The views are gone: a thread that still writes its answer ends here.
    wait_for_threads(before);
    if (play.instance().services().reported_elsewhere())
      throw Failed("it called host->report from another thread than the one that called it");
    play.instance().destroy();
  }
  expect_no_threads_left(before, (info.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0);
}

void output_stays_silent(const Specimen& specimen, const evtwin_info& info) {
  expect_silence([&] {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) Play(specimen, info, seed).to_the_end();
  });
}

void process_stays_as_it_was(const Specimen& specimen, const evtwin_info& info) {
  const control::ProcessState state;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Play play(specimen, info, seed);
    expect_unchanged(state, "in create()");
    while (play.next_digest())
      expect_unchanged(state, fmt::format("in decide() number {}", number_of(play.scene().view())));
    play.instance().destroy();
    expect_unchanged(state, "in destroy()");
    expect_no_processes_left();
  }
}

}  // namespace evtwin::plugin_check
