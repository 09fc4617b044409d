// Checks of evtwin.state/1: what was saved goes on, what is damaged is refused.
#include <fmt/format.h>

#include <algorithm>

#include "kernel/hash.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::uint64_t scenes = 5;
constexpr std::size_t most_lengths = 256;

using Bytes = std::vector<std::byte>;

/// State saved after decision `at` of a scene, and the answers that follow it.
struct Saved {
  Bytes bytes;
  std::vector<std::uint64_t> rest;
  bool has_state = false;
};

Saved save_at(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, std::uint64_t at) {
  Saved saved;
  Play play(specimen, info, seed);
  for (std::uint64_t k = 0; k <= at; ++k) {
    if (!play.next()) break;
  }
  saved.has_state = play.instance().state() != nullptr;
  if (saved.has_state) play.instance().save(saved.bytes);
  saved.rest = play.to_the_end();
  return saved;
}

/// A fresh instance for the scene, brought to decision `at` without being asked.
void expect_continuation(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, std::uint64_t at,
                         const Saved& saved, std::size_t at_most) {
  Play play(specimen, info, seed);
  for (std::uint64_t k = 0; k <= at; ++k) play.scene().next(play.instance().c());
  const char* how = at_most == 1 ? " through reads of one byte" : "";
  if (const evtwin_status status = play.instance().load(saved.bytes, at_most); status != EVTWIN_OK)
    throw Failed(
        fmt::format("load() answered {} for what save() wrote{}, in scene {}", name_of_status(status), how, seed));
  const auto rest = play.to_the_end();
  for (std::size_t k = 0; k < saved.rest.size(); ++k) {
    if (k >= rest.size() || rest[k] != saved.rest[k])
      throw Failed(
          fmt::format("saved after decide() number {} of scene {} and loaded{}, it answers otherwise in number {}", at,
                      seed, how, at + 1 + k));
  }
}

evtwin_status load_into_fresh(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed,
                              std::span<const std::byte> bytes) {
  const Scene scene(seed);
  Instance instance(specimen, info, scene.view());
  const evtwin_status status = instance.load(bytes);
  instance.destroy();
  return status;
}

void expect_refusal_of_short_state(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed,
                                   const Bytes& bytes) {
  const std::size_t step = std::max<std::size_t>(1, bytes.size() / most_lengths);
  for (std::size_t n = 0; n < bytes.size(); n += step) {
    if (load_into_fresh(specimen, info, seed, std::span(bytes).first(n)) == EVTWIN_OK)
      throw Failed(
          fmt::format("load() took {} of {} bytes of state for whole; EVTWIN_BAD_STATE is due", n, bytes.size()));
  }
}

}  // namespace

void state_continues(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= scenes; ++seed) {
    const std::uint64_t decisions = Scene(seed).decisions();
    for (const std::uint64_t at : {std::uint64_t{0}, decisions / 2}) {
      const Saved saved = save_at(specimen, info, seed, at);
      if (!saved.has_state) {
        if ((info.flags & EVTWIN_STRATEGY_STATELESS) == 0)
          note("keeps no " EVTWIN_STATE " and does not call itself stateless: a run under it can not be checkpointed");
        return;
      }
      for (const std::size_t at_most : {std::size_t{0}, std::size_t{1}})
        expect_continuation(specimen, info, seed, at, saved, at_most);
    }
  }
}

void damaged_state_is_refused(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const Saved saved = save_at(specimen, info, seed, Scene(seed).decisions() / 2);
    if (!saved.has_state) return;
    expect_refusal_of_short_state(specimen, info, seed, saved.bytes);
    Dice dice(seed);
    int taken = 0;
    constexpr int tries = 40;
    for (int k = 0; k < tries; ++k) {
      // Random bytes: as many as there should be, other numbers of them, and what was saved with some of it wrong.
      Bytes bytes = saved.bytes;
      if (k % 2 == 0) bytes.resize(static_cast<std::size_t>(dice.whole(0, 4000)));
      for (std::byte& byte : bytes) {
        if (k % 2 == 0 || dice.chance(0.2)) byte = static_cast<std::byte>(dice.whole(0, 255));
      }
      if (load_into_fresh(specimen, info, seed, bytes) == EVTWIN_OK) ++taken;
    }
    // An empty state has nothing to be damaged.
    if (taken > 0 && seed == 1 && !saved.bytes.empty()) note(fmt::format("random bytes were taken for state {} times of {}", taken, tries));
  }
}

bool state_of_scene(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, std::uint64_t at) {
  const Saved saved = save_at(specimen, info, seed, at);
  if (!saved.has_state) {
    if ((info.flags & EVTWIN_STRATEGY_STATELESS) == 0) return false;
    Play play(specimen, info, seed);
    for (std::uint64_t k = 0; k <= at; ++k) play.scene().next(play.instance().c());
    expect_same(saved.rest, play.to_the_end(), seed, "for a fresh instance, yet it says EVTWIN_STRATEGY_STATELESS");
    return false;
  }
  expect_continuation(specimen, info, seed, at, saved, 1 + kernel::mix_bits(seed) % 7);
  if (!saved.bytes.empty()) {
    const std::size_t n = kernel::mix_bits(seed + 2) % saved.bytes.size();
    if (load_into_fresh(specimen, info, seed, std::span(saved.bytes).first(n)) == EVTWIN_OK)
      throw Failed(fmt::format("load() took {} of {} bytes of state for whole", n, saved.bytes.size()));
  }
  return true;
}

}  // namespace evtwin::plugin_check
