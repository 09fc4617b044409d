#include "plugin_check/plugin_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>

#include "control/plugin_description.hpp"
#include "control/strategy.hpp"
#include "kernel/hash.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/elf_symbols.hpp"
#include "plugin_check/timing.hpp"
#include "plugin_check/walled_view.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::string_view entry_name = "evtwin_strategy_entry";

/// Not of the linker (_init, _edata, end): a function or variable somebody wrote.
bool is_its_own(std::string_view symbol) {
  return symbol.starts_with("_Z") || (!symbol.starts_with('_') && symbol != "end");
}

/// A strategy as the parent knows it: nothing of the file is loaded there.
struct Listed {
  std::string id;
  std::uint32_t index = 0, flags = 0;
};

class Checker {
 public:
  Checker(const std::string& file, const Options& options)
      : file_(file), options_(options), limits_{options.call_s, options.memory_mib, options.at_once, options.stop} {}

  Report run(std::string_view id) {
    report_.file = file_;
    const auto symbols = exported_symbols(file_);  // throws where the file can not be looked at
    if (!look_at_entry()) return std::move(report_);
    choose(id);
    if (options_.reproduce) {
      for (const Listed& strategy : chosen_) reproduce(strategy);
      return std::move(report_);
    }
    look_at_symbols(symbols);
    look_at_unloading();
    for (const Listed& strategy : chosen_) look_at(strategy);
    // A strategy that can not even answer is neither timed nor fuzzed.
    std::erase_if(chosen_, [this](const Listed& strategy) { return !answers(strategy); });
    for (const Listed& strategy : chosen_) {
      if (options_.timing) time(strategy);
    }
    if (options_.fuzz_s > 0.0) fuzz();
    return std::move(report_);
  }

 private:
  bool answers(const Listed& strategy) const {
    return std::any_of(report_.checks.begin(), report_.checks.end(), [&](const Verdict& verdict) {
      return verdict.strategy == strategy.id && verdict.name == "answers" && verdict.pass;
    });
  }

  /// A body that opens the file in its child and has the strategy described.
  template <class Call>
  Body on(const Listed& strategy, Call call) const {
    return [this, &strategy, call] {
      explain_views();
      const Specimen specimen(file_);
      call(specimen, specimen.info(strategy.index));
    };
  }
  Outcome run_alone(const Body& body) const { return run_children({&body, 1}, limits_)[0]; }
  Verdict& add(const std::string& strategy, std::string_view name, Outcome outcome) {
    std::string why = std::move(outcome.why);
    report_.checks.push_back({strategy, std::string(name), outcome.passed, std::move(why), std::move(outcome.note)});
    return report_.checks.back();
  }

  /// What the host reads of the file, with the host's words where it refuses. @returns whether there is something to
  /// check.
  bool look_at_entry() {
    Outcome outcome;
    try {
      for (const auto& strategy : control::describe_plugin(file_).strategies)
        listed_.push_back({strategy.id, static_cast<std::uint32_t>(listed_.size()), strategy.flags});
    } catch (const control::StrategyError& refused) {
      outcome.why = refused.what();
    }
    outcome.passed = outcome.why.empty();
    if (!options_.reproduce || !outcome.passed) add("", "entry", outcome);
    return outcome.passed;
  }

  void choose(std::string_view id) {
    for (const Listed& strategy : listed_) {
      if (id.empty() || id == strategy.id) chosen_.push_back(strategy);
    }
    for (const Listed& strategy : chosen_) report_.strategies.push_back(strategy.id);
    if (!chosen_.empty()) return;
    std::string known;
    for (const Listed& strategy : listed_) known += fmt::format("{}{}", known.empty() ? "" : ", ", strategy.id);
    throw std::runtime_error(fmt::format("plugin {} has no strategy '{}'; it has {}", file_, id, known));
  }

  void look_at_symbols(const std::vector<ExportedSymbol>& symbols) {
    Outcome outcome;
    outcome.passed = true;
    std::vector<std::string> others;
    for (const ExportedSymbol& symbol : symbols) {
      if (symbol.name == entry_name) {
        if (!symbol.data) outcome = {false, "evtwin_strategy_entry is no data symbol", {}, 0, {}};
      } else if (!symbol.weak && is_its_own(symbol.name)) {
        others.push_back(symbol.name);
      }
    }
    if (!others.empty()) {
      outcome.note = fmt::format("exports {} more: {}{}; build it with -fvisibility=hidden", others.size(), others[0],
                                 others.size() > 1 ? " ..." : "");
    }
    add("", "symbols", outcome);
  }

  /// Load, unload, and the end of the process: destructors of the file's own run in one of the two.
  void look_at_unloading() {
    const bool stays = std::any_of(listed_.begin(), listed_.end(), [](const Listed& strategy) {
      return (strategy.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0;
    });
    add("", "unload", run_alone([this, stays] {
          Specimen specimen(file_);
          specimen.info(0);
          if (!stays) specimen.unload();
          const CallMark mark("the end of the process");
          black_box()->stage = BlackBox::Stage::passed;
          std::exit(0);
        }));
  }

  void look_at(const Listed& strategy) {
    const auto checks = checks_of_a_strategy();
    std::vector<Body> bodies;
    bodies.reserve(checks.size() + 2);
    for (const Check& check : checks) bodies.push_back(on(strategy, check.body));
    bodies.push_back(on(strategy, &answers_are_kept));
    bodies.push_back([this, &strategy] {
      disturb_memory();
      on(strategy, &answers_are_kept)();
    });
    const auto outcomes = run_children(bodies, limits_);
    for (std::size_t k = 0; k < checks.size(); ++k) {
      Verdict& verdict = add(strategy.id, checks[k].name, outcomes[k]);
      const bool named = verdict.why.find("scene") != std::string::npos;
      if (!verdict.pass && outcomes[k].seed != 0 && !named) verdict.why += fmt::format(" (scene {})", outcomes[k].seed);
    }
    add(strategy.id, "two-processes", compared(outcomes[checks.size()], outcomes[checks.size() + 1]));
  }

  static Outcome compared(const Outcome& plain, const Outcome& disturbed) {
    for (const Outcome* outcome : {&plain, &disturbed}) {
      if (!outcome->passed) return *outcome;
    }
    Outcome outcome;
    outcome.passed = plain.words() == disturbed.words();
    if (!outcome.passed)
      outcome.why =
          "the same views, another answer in another process: it depends on where its memory lies, or on memory that "
          "it "
          "never set";
    return outcome;
  }

  void time(const Listed& strategy) {
    const auto words = run_alone(on(strategy, &time_calls)).words();
    for (std::size_t k = 0; k < timed_sites.size() && 2 * k + 1 < words.size(); ++k) {
      report_.timing.push_back({strategy.id, static_cast<std::uint32_t>(timed_sites[k]),
                                std::bit_cast<double>(words[2 * k]), std::bit_cast<double>(words[2 * k + 1])});
    }
  }

  void add_scene(const Listed& strategy, const std::string& name, const Outcome& outcome) {
    Verdict& verdict = add(strategy.id, name, outcome);
    if (!verdict.pass)
      verdict.why +=
          fmt::format(" (again: evtwin plugin check {}#{} --reproduce {})", file_, strategy.id, outcome.seed);
  }

  void reproduce(const Listed& strategy) {
    const std::uint64_t seed = *options_.reproduce;
    add_scene(strategy, fmt::format("scene {}", seed),
              run_alone(on(strategy, [seed](const auto& specimen, const auto& info) {
                black_box()->seed = seed;
                one_scene(specimen, info, seed);
              })));
  }

  /// Random scenes until the time is over. Children live for some hundred scenes each: every view leaves its addresses
  /// behind for good.
  void fuzz() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(options_.fuzz_s);
    constexpr std::uint64_t scenes_of_a_child = 300;
    struct Fuzzed {
      const Listed* strategy;
      std::uint64_t scenes;
    };
    std::vector<Fuzzed> sound;
    for (const Listed& strategy : chosen_) sound.push_back({&strategy, 0});
    std::uint64_t next = options_.fuzz_from;
    while (!sound.empty() && std::chrono::steady_clock::now() < until) {
      const std::size_t each = (options_.at_once + sound.size() - 1) / sound.size();
      std::vector<Body> bodies;
      for (std::size_t k = 0; k < sound.size() * each; ++k, next += scenes_of_a_child) {
        bodies.push_back(on(*sound[k % sound.size()].strategy, [=](const Specimen& specimen, const evtwin_info& info) {
          std::uint64_t count = 0;
          for (; count < scenes_of_a_child && std::chrono::steady_clock::now() < until; ++count) {
            // Short seeds: they are typed by people. The first thousand are those of the fixed checks.
            const std::uint64_t seed = 1000 + kernel::mix_bits(next + count) % 1'000'000'000U;
            black_box()->seed = seed;
            one_scene(specimen, info, seed);
          }
          keep(std::span(&count, 1));
        }));
      }
      const auto outcomes = run_children(bodies, limits_);
      std::vector<Fuzzed> still_sound;
      for (std::size_t s = 0; s < sound.size(); ++s) {
        const Outcome* failed = nullptr;
        for (std::size_t k = s; k < outcomes.size(); k += sound.size()) {
          if (!outcomes[k].passed && failed == nullptr) failed = &outcomes[k];
          const auto words = outcomes[k].words();
          sound[s].scenes += words.empty() ? 0 : words[0];
        }
        if (failed == nullptr) {
          still_sound.push_back(sound[s]);
        } else {
          add_scene(*sound[s].strategy, "fuzz", *failed);
        }
      }
      sound = std::move(still_sound);
    }
    for (const Fuzzed& fuzzed : sound) {
      Outcome outcome;
      outcome.passed = true;
      outcome.note = fmt::format("{} random scenes", fuzzed.scenes);
      add(fuzzed.strategy->id, "fuzz", outcome);
      report_.fuzzed += fuzzed.scenes;
    }
  }

  const std::string& file_;
  const Options& options_;
  ChildLimits limits_;
  std::vector<Listed> listed_, chosen_;
  Report report_;
};

}  // namespace

bool Report::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const Verdict& verdict) { return verdict.pass; });
}

Report check_plugin(const std::string& file, std::string_view id, const Options& options) {
  return Checker(file, options).run(id);
}

}  // namespace evtwin::plugin_check
