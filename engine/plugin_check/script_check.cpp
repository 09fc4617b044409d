#include "plugin_check/script_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "control/answer.hpp"
#include "plugin_check/child.hpp"
#include "plugin_check/play.hpp"
#include "plugin_check/service.hpp"
#include "plugin_check/small_site.hpp"
#include "plugin_check/timing.hpp"
#include "twin/simulation.hpp"

namespace evtwin::plugin_check {

namespace {

/// As many EVSEs and storages as the view has, under the names that it shows.
twin::World world_like(const evtwin_view& view) {
  twin::World world;
  world.calendar = market::Calendar("UTC");
  world.tick_ns = view.tick_ns;
  twin::Site& site = world.sites.emplace_back();
  for (std::uint32_t i = 0; i < view.n_evses; ++i) site.evses.emplace_back().id = view.evse_id[i];
  for (std::uint32_t s = 0; s < view.n_storages; ++s)
    site.storages.emplace_back().id = fmt::format("storage-{}", s + 1);
  return world;
}

/// A scene with an instance of the script.
class ScriptPlay {
 public:
  ScriptPlay(const ScriptFor& make, std::uint64_t seed, const SceneShape& shape) : scene_(seed, shape) {
    black_box()->seed = seed;
    const CallMark mark("the script's beginning");
    strategy_ = make(world_like(scene_.view()))(scene_.view(), host_seed, 0);
    asked_.subscribes = strategy_->subscribes;
    asked_.horizon_steps = strategy_->horizon_steps;
    asked_.levels = strategy_->levels.data();
    asked_.n_levels = static_cast<std::uint32_t>(strategy_->levels.size());
  }
  bool next() { return scene_.next_decision(asked_); }
  void decide(evtwin_decision& decision) {
    const CallMark mark("decide", number_of(scene_.view()));
    strategy_->decide(scene_.view(), decision);
  }
  /// The answer's digest. @throws Failed for one that can not be, StrategyError
  std::uint64_t answer() {
    const evtwin_view& view = scene_.view();
    evtwin_decision& decision = scene_.columns().blank_decision();
    decide(decision);
    const Answer answer{{decision.evse_kw, decision.evse_kw + view.n_evses},
                        {decision.storage_kw, decision.storage_kw + view.n_storages},
                        {},
                        decision.wake_ns,
                        decision.expected_cost,
                        decision.quiet_until_ns};
    if (const std::string fault = fault_of(answer, view); !fault.empty())
      throw Failed(fmt::format("{}, in decide number {}", fault, number_of(view)));
    return answer.answer_digest();
  }
  std::vector<std::uint64_t> to_the_end() {
    std::vector<std::uint64_t> answers;
    while (next()) answers.push_back(answer());
    return answers;
  }
  Scene& scene() { return scene_; }

 private:
  Scene scene_;
  std::unique_ptr<control::Strategy> strategy_;
  evtwin_strategy asked_{};
};

void answers(const ScriptFor& make) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) ScriptPlay(make, seed, {}).to_the_end();
}

void empty_views(const ScriptFor& make) {
  const SceneShape storage_alone{.evses = 0, .storages = 1, .limits = false};
  const SceneShape nothing{.evses = 0, .storages = 0, .limits = false}, nobody{.storages = 0, .occupancy = 0.0};
  for (const SceneShape& shape : {nothing, storage_alone, nobody}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) ScriptPlay(make, seed, shape).to_the_end();
  }
}

void repeatable(const ScriptFor& make) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto once = ScriptPlay(make, seed, {}).to_the_end();
    expect_same(once, ScriptPlay(make, seed, {}).to_the_end(), seed, "in another instance");
  }
}

void run_over(const ScriptFor& make, const twin::World& world, bool again) {
  // Each decision is marked as well, so that a hang is told with the decision that it is in.
  const auto run = [&] {
    const CallMark mark("decide, in a run");
    return twin::simulate(world,
                          [factory = make(world)](const evtwin_view& first, std::uint64_t seed, std::uint32_t site) {
                            struct Marked : control::Strategy {
                              explicit Marked(std::unique_ptr<control::Strategy> of) : inner(std::move(of)) {
                                subscribes = inner->subscribes;
                                horizon_steps = inner->horizon_steps;
                                levels = inner->levels;
                              }
                              void decide(const evtwin_view& view, evtwin_decision& decision) override {
                                const CallMark mark_of_call("decide", number_of(view));
                                inner->decide(view, decision);
                              }
                              void end(const evtwin_view& last) override { inner->end(last); }
                              std::unique_ptr<control::Strategy> inner;
                            };
                            return std::make_unique<Marked>(factory(first, seed, site));
                          });
  };

  const twin::Result result = run();
  expect_service(result.sites[0]);
  note_in_box(fmt::format("{} decisions, {:.0f} of {:.0f} kWh served", result.sites[0].decisions,
                          result.sites[0].energy_got_kwh, result.sites[0].energy_wanted_kwh));

  if (!again) return;
  if (const std::uint64_t other = run().event_hash; other != result.event_hash)
    throw Failed(fmt::format("the same week again has another hash: {:016x}, {:016x}", result.event_hash, other));
}

void time_script(const ScriptFor& make) {
  for (const int evses : timed_sites) {
    ScriptPlay play(make, 1, {.evses = evses, .storages = 1, .decisions = 16, .occupancy = 0.8});
    std::vector<double> all;
    while (play.next()) {
      evtwin_decision& decision = play.scene().columns().blank_decision();
      const auto from = std::chrono::steady_clock::now();
      play.decide(decision);
      all.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - from).count());
    }
    std::sort(all.begin(), all.end());
    const std::array<std::uint64_t, 2> kept{std::bit_cast<std::uint64_t>(all[all.size() / 2]),
                                            std::bit_cast<std::uint64_t>(all[all.size() * 99 / 100])};
    keep_in_box(kept);
  }
}

}  // namespace

Report check_script(const std::string& file, const std::string& id, const ScriptFor& make,
                    const std::vector<ScriptVariant>& variants, const Options& options) {
  check_names_of(options);
  struct Look {
    const char* name;
    Body body;
  };
  const std::vector<Look> all{
      {"answers", [&] { answers(make); }},
      {"empty-views", [&] { empty_views(make); }},
      {"repeatable", [&] { repeatable(make); }},
      {"parameter-values",
       [&] {
         for (const ScriptVariant& variant : variants) {
           try {
             ScriptPlay(variant.make, 1, {}).to_the_end();
           } catch (const std::exception& error) {
             throw Failed(fmt::format("with {}: {}", variant.words, error.what()));
           }
         }
       }},
      {"week", [&] { run_over(make, small_site_week(), true); }},
      {"late", [&] { run_over(make, small_site_month_end(), false); }},
  };
  std::vector<Look> looks;
  std::copy_if(all.begin(), all.end(), std::back_inserter(looks),
               [&](const Look& look) { return options.wants_check(look.name); });
  std::vector<Body> bodies;
  for (const Look& look : looks) bodies.push_back(look.body);

  Report report;
  report.file = file;
  report.strategies = {id};
  std::vector<const Outcome*> known(bodies.size(), nullptr);
  ChildLimits limits{options.call_s, options.memory_mib, options.at_once, options.stop};
  // In the order of the table, each as soon as those before it are known.
  limits.ended = [&](std::size_t number, const Outcome& outcome) {
    known[number] = &outcome;
    for (std::size_t next = report.checks.size(); next < known.size() && known[next] != nullptr; ++next) {
      std::string why = known[next]->why;
      if (!known[next]->passed && known[next]->seed != 0) why += fmt::format(" (scene {})", known[next]->seed);
      report.checks.push_back({{.strategy = id},
                               looks[next].name,
                               known[next]->passed,
                               known[next]->slow,
                               std::move(why),
                               known[next]->note});
      if (options.judged) options.judged(report.checks.back());
    }
  };
  run_children(bodies, limits);
  if (!options.timing || !options.wants_check("timing") || !report.all_passed())
    return report;  // only of a script that passed
  limits.ended = {};
  const Body timed = [&] { time_script(make); };
  const auto words = run_children({&timed, 1}, limits)[0].data_words();
  for (std::size_t k = 0; k < timed_sites.size() && 2 * k + 1 < words.size(); ++k) {
    report.timing.push_back({id, static_cast<std::uint32_t>(timed_sites[k]), std::bit_cast<double>(words[2 * k]),
                             std::bit_cast<double>(words[2 * k + 1])});
  }
  return report;
}

}  // namespace evtwin::plugin_check
