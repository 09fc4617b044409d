// Checks that an answer depends on the views alone.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "plugin_check/checks.hpp"
#include "plugin_check/imports.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::uint64_t repeated_scenes = 6;

}  // namespace

void answers_repeat(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= repeated_scenes; ++seed) {
    const auto once = Play(specimen, info, seed).to_the_end();
    expect_same(once, Play(specimen, info, seed).to_the_end(), seed, "from one instance to the next");
    expect_same(once, Play(specimen, info, seed, {}, {.wall = Wall::after}).to_the_end(), seed,
                "where the columns lie at other addresses");
  }
}

void instances_are_independent(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= repeated_scenes; ++seed) {
    const std::uint64_t other_seed = seed + 100;
    const auto alone = Play(specimen, info, seed).to_the_end();
    const auto other_alone = Play(specimen, info, other_seed).to_the_end();
    std::vector<std::uint64_t> in_turns, other_in_turns;
    Play play(specimen, info, seed), other(specimen, info, other_seed);
    // Two steps of one, one of the other: also where they count together they get out of step.
    for (bool more = true; more;) {
      more = false;
      for (int step = 0; step < 3; ++step) {
        Play& now = step < 2 ? play : other;
        const auto answer = now.next_digest();
        if (answer) (step < 2 ? in_turns : other_in_turns).push_back(*answer);
        more = more || answer.has_value();
      }
    }
    play.instance().destroy();
    other.instance().destroy();
    expect_same(alone, in_turns, seed, "while another instance runs: they share something");
    expect_same(other_alone, other_in_turns, other_seed, "while another instance runs: they share something");
  }
}

void instances_run_on_threads(const Specimen& specimen, const evtwin_info& info) {
  // Each run alone first, then both at the same time: answers must be the same bits.
  const auto run = [&](std::uint64_t seed) {
    std::vector<std::uint64_t> answers;
    for (std::uint64_t k = 0; k < repeated_scenes; ++k) {
      const auto some = Play(specimen, info, seed + k).to_the_end();
      answers.insert(answers.end(), some.begin(), some.end());
    }
    return answers;
  };

  const auto first_alone = run(1), second_alone = run(101);
  std::vector<std::uint64_t> first, second;
  std::string failed;

  std::thread beside([&] {
    try {
      second = run(101);
    } catch (const std::exception& error) {
      failed = error.what();
    }
  });

  // The thread is joined whatever happens here: one that is left would end the process.
  try {
    first = run(1);
  } catch (...) {
    beside.join();
    throw;
  }

  beside.join();
  if (!failed.empty()) throw Failed(failed);
  expect_same(first_alone, first, 1, "while another instance runs on another thread");
  expect_same(second_alone, second, 101, "while another instance runs on another thread");
}

void disturb_memory() {
  // Other addresses: the holes between what is mapped are filled, so that the file will be mapped lower; the heap
  // begins higher.
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto take = [page](std::size_t pages) {
    if (mmap(nullptr, pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      throw Failed("there is no room to move it to other addresses");
  };
  for (int k = 0; k < 512; ++k) take(4);
  take(1237);

  // Kept: what comes after lies elsewhere.
  static std::vector<void*> kept;
  kept.push_back(std::malloc(531 * page + 48));
  for (int k = 0; k < 61; ++k) kept.push_back(std::malloc(page + 16));

  // Other bytes: what is freed here is what the plugin gets next, unset.
  std::vector<void*> all;
  for (std::size_t bytes = 16; bytes <= 4096; bytes += 16) {
    for (int k = 0; k < 8; ++k) {
      void* memory = std::malloc(bytes);
      if (memory == nullptr) continue;
      std::memset(memory, 0xEE, bytes);
      all.push_back(memory);
    }
  }
  for (void* memory : all) std::free(memory);
#if defined(__GLIBC__)
  mallopt(M_PERTURB, 0x5A);
#endif
}

void answers_are_kept(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= repeated_scenes; ++seed) keep_in_box(Play(specimen, info, seed).to_the_end());
}

void answers_go_by_no_clock(const Specimen& specimen, const evtwin_info& info) {
  take_over_clocks(specimen.objects());
  const auto play = [&](std::uint64_t seed, std::int64_t shift_s) {
    shift_clocks(shift_s);
    step_clocks(0);
    return Play(specimen, info, seed).to_the_end();
  };
  for (std::uint64_t seed = 1; seed <= repeated_scenes; ++seed) {
    auto once = play(seed, 0);
    if (clock_reads() == 0) continue;
    // One that answers otherwise at the same time is not that of the clock: other checks find it. A long play may
    // differ once because a second turned in it.
    bool same = false;
    for (int attempt = 0; attempt < 4 && !same; ++attempt) {
      auto again = play(seed, 0);
      same = again == once;
      once = std::move(again);
    }
    if (!same) return;
    expect_same(once, play(seed, another_time_s), seed, "at another time of day: it goes by the clock");
  }
}

namespace {

void expect_no_memory(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, const Variant& variant) {
  const SceneShape shape = shape_for(variant);
  const Scene empty(seed, shape);
  black_box()->seed = seed;
  const auto make = [&] { return std::make_unique<Instance>(specimen, info.id, variant.params, empty.view()); };
  const auto old = make();
  old->expect_made();
  Scene scene(seed, shape);
  while (scene.next_decision(old->c_strategy())) {
    const auto fresh = make();
    const std::uint64_t answer = ask(*fresh, scene).answer_digest();
    fresh->destroy();
    if (answer != ask(*old, scene).answer_digest())
      throw Failed(
          fmt::format("it says EVTWIN_STRATEGY_STATELESS, yet in decide() number {} of scene {} a fresh instance "
                      "answers otherwise{}{}",
                      number_of(scene.view()), seed, variant.words.empty() ? "" : ", with ", variant.words));
  }
  old->destroy();
}

}  // namespace

void stateless_is_true(const Specimen& specimen, const evtwin_info& info) {
  if ((info.flags & EVTWIN_STRATEGY_STATELESS) == 0) return;
  for (const Variant& variant : variants_of(specimen, info)) {
    for (const std::uint64_t seed : scenes_for(specimen, info, variant, repeated_scenes))
      expect_no_memory(specimen, info, seed, variant);
  }
}

}  // namespace evtwin::plugin_check
