// Checks of evtwin.state/1: what was saved goes on, what is damaged is refused.
#include <fmt/format.h>

#include <algorithm>

#include "kernel/hash.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::uint64_t stateful_scenes = 5;
constexpr std::size_t most_lengths = 256;

using StateBytes = std::vector<std::byte>;

/// Owner of a state: a strategy with these parameters at the site of a scene.
struct Case {
  const Specimen& specimen;
  const evtwin_info& info;
  std::uint64_t seed;
  Variant variant;
  SceneShape shape() const { return shape_for(variant); }
  Play play() const { return {specimen, info, seed, shape(), {.params = variant.params}}; }
  std::string words() const {
    return fmt::format("scene {}{}{}", seed, variant.words.empty() ? "" : " with ", variant.words);
  }
};

/// State saved after decision `at` of a scene, and the answers that follow it.
struct Saved {
  StateBytes bytes;
  std::vector<std::uint64_t> rest;
  bool has_state = false;
};

Saved save_at(const Case& c, std::uint64_t at) {
  Saved saved;
  Play play = c.play();
  for (std::uint64_t k = 0; k <= at; ++k) {
    if (!play.next_digest()) break;
  }
  saved.has_state = play.instance().state_extension() != nullptr;
  if (saved.has_state) play.instance().save(saved.bytes);
  saved.rest = play.to_the_end();
  return saved;
}

/// A fresh instance for the scene, brought to decision `at` without being asked.
void expect_continuation(const Case& c, std::uint64_t at, const Saved& saved, std::size_t at_most) {
  Play play = c.play();
  for (std::uint64_t k = 0; k <= at; ++k) play.scene().next_decision(play.instance().c_strategy());
  const char* how = at_most == 1 ? " through reads of one byte" : "";
  if (const evtwin_status status = play.instance().load(saved.bytes, at_most); status != EVTWIN_OK)
    throw Failed(
        fmt::format("load() answered {} for what save() wrote{}, in {}", name_of_status(status), how, c.words()));
  const auto rest = play.to_the_end();
  for (std::size_t k = 0; k < saved.rest.size(); ++k) {
    if (k >= rest.size() || rest[k] != saved.rest[k])
      throw Failed(fmt::format("saved after decide() number {} and loaded{}, it answers otherwise in number {}, in {}",
                               at + 1, how, at + 2 + k, c.words()));
  }
}

evtwin_status load_into_fresh(const Case& c, std::span<const std::byte> bytes) {
  Play play = c.play();
  const evtwin_status status = play.instance().load(bytes);
  play.instance().destroy();
  return status;
}

void expect_refusal(const Case& c, const StateBytes& bytes, std::size_t n) {
  if (load_into_fresh(c, std::span(bytes).first(n)) == EVTWIN_OK)
    throw Failed(fmt::format("load() took {} of {} bytes of state for whole, in {}; EVTWIN_BAD_STATE is due", n,
                             bytes.size(), c.words()));
}

/// @returns how many of `tries` damaged states were taken for whole: no failure, they may look like one.
int try_damaged(const Case& c, const StateBytes& whole, int tries) {
  Dice dice(c.seed);
  int taken = 0;
  for (int k = 0; k < tries; ++k) {
    // Random bytes: any number of them, or what was saved with some of it wrong.
    StateBytes bytes = whole;
    if (k % 2 == 0) bytes.resize(static_cast<std::size_t>(dice.draw_whole(0, 4000)));
    for (std::byte& byte : bytes) {
      if (k % 2 == 0 || dice.draw_chance(0.2)) byte = static_cast<std::byte>(dice.draw_whole(0, 255));
    }
    if (load_into_fresh(c, bytes) == EVTWIN_OK) ++taken;
  }
  return taken;
}

/// Calls `look(case)` for the defaults on several scenes, and for every other choice and switch on two.
template <class Look>
void for_each_case(const Specimen& specimen, const evtwin_info& info, std::uint64_t scenes_of_the_defaults,
                   Look&& look) {
  for (const Variant& variant : variants_of(specimen, info)) {
    for (const std::uint64_t seed : scenes_for(specimen, info, variant, scenes_of_the_defaults))
      look(Case{specimen, info, seed, variant});
  }
}

}  // namespace

void state_continues(const Specimen& specimen, const evtwin_info& info) {
  bool any = false;
  for_each_case(specimen, info, stateful_scenes, [&](const Case& c) {
    const std::uint64_t decisions = c.play().scene().decision_count();
    for (const std::uint64_t at : {std::uint64_t{0}, decisions / 2}) {
      const Saved saved = save_at(c, at);
      any = any || saved.has_state;
      for (const std::size_t at_most : {std::size_t{0}, std::size_t{1}}) {
        if (saved.has_state) expect_continuation(c, at, saved, at_most);
      }
    }
  });
  if (!any && (info.flags & EVTWIN_STRATEGY_STATELESS) == 0)
    note_in_box("keeps no " EVTWIN_STATE " and does not call itself stateless: a run under it can not be checkpointed");
}

void damaged_state_is_refused(const Specimen& specimen, const evtwin_info& info) {
  constexpr int tries = 40;
  int taken = 0, tried = 0;
  for_each_case(specimen, info, 2, [&](const Case& c) {
    const Saved saved = save_at(c, c.play().scene().decision_count() / 2);
    if (!saved.has_state) return;
    const std::size_t step = std::max<std::size_t>(1, saved.bytes.size() / most_lengths);
    for (std::size_t n = 0; n < saved.bytes.size(); n += step) expect_refusal(c, saved.bytes, n);
    const int now_taken = try_damaged(c, saved.bytes, tries);
    // An empty state has nothing to be damaged.
    if (saved.bytes.empty()) return;
    taken += now_taken;
    tried += tries;
  });
  if (taken > 0) note_in_box(fmt::format("random bytes were taken for state {} times of {}", taken, tried));
}

void state_of_scene(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, std::uint64_t at) {
  const Case c{specimen, info, seed, {"", specimen.starting_params(info)}};
  const Saved saved = save_at(c, at);
  if (saved.has_state) {
    expect_continuation(c, at, saved, 1 + kernel::mix_bits(seed) % 7);
    if (!saved.bytes.empty()) expect_refusal(c, saved.bytes, kernel::mix_bits(seed + 2) % saved.bytes.size());
  } else if ((info.flags & EVTWIN_STRATEGY_STATELESS) != 0) {
    Play play = c.play();
    for (std::uint64_t k = 0; k <= at; ++k) play.scene().next_decision(play.instance().c_strategy());
    expect_same(saved.rest, play.to_the_end(), seed, "for a fresh instance, yet it says EVTWIN_STRATEGY_STATELESS");
  }
}

}  // namespace evtwin::plugin_check
