// Checks on random scenes: possible answers, memory, structs of a later host, empty sites.
#include "kernel/hash.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::uint64_t scenes = 24, walled_scenes = 8;

void play_walled(const Specimen& specimen, const evtwin_info& info, Wall wall) {
  for (std::uint64_t seed = 1; seed <= walled_scenes; ++seed)
    Play(specimen, info, seed, {}, {.wall = wall}).to_the_end();
}

}  // namespace

void answers_are_possible(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= scenes; ++seed) Play(specimen, info, seed).to_the_end();
}

void nothing_is_touched_past_the_end(const Specimen& specimen, const evtwin_info& info) {
  play_walled(specimen, info, Wall::after);
}

void nothing_is_touched_before_the_start(const Specimen& specimen, const evtwin_info& info) {
  play_walled(specimen, info, Wall::before);
}

void longer_structs_are_accepted(const Specimen& specimen, const evtwin_info& info) {
  constexpr std::size_t fields_of_a_later_minor = 64;
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    Play(specimen, info, seed, {}, {.wall = Wall::after, .extra = fields_of_a_later_minor}).to_the_end();
}

void empty_views_are_answered(const Specimen& specimen, const evtwin_info& info) {
  const SceneShape nothing{.evses = 0, .storages = 0, .limits = false};
  const SceneShape storage_alone{.evses = 0, .storages = 1, .limits = false};
  const SceneShape nobody{.storages = 0, .occupancy = 0.0};
  for (const SceneShape& shape : {nothing, storage_alone, nobody}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      Play(specimen, info, seed, shape, {.wall = Wall::after}).to_the_end();
  }
}

void one_scene(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed) {
  const Wall wall = kernel::mix_bits(seed) % 2 == 0 ? Wall::after : Wall::before;
  const auto hosted = Play(specimen, info, seed).to_the_end();
  const auto walled = Play(specimen, info, seed, {}, {.wall = wall}).to_the_end();
  expect_same(hosted, walled, seed, "where the columns lie at other addresses");
  if (!hosted.empty()) state_of_scene(specimen, info, seed, kernel::mix_bits(seed + 1) % hosted.size());
}

}  // namespace evtwin::plugin_check
