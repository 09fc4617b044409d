#include "plugin_check/plugin_check.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <span>

#include "control/plugin_description.hpp"
#include "control/plugin_forecaster.hpp"
#include "control/plugin_symbols.hpp"
#include "control/strategy.hpp"
#include "kernel/hash.hpp"
#include "kernel/nearest.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/forecast_checks.hpp"
#include "plugin_check/timing.hpp"
#include "plugin_check/walled_view.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::array<std::string_view, 2> entry_names{"evtwin_strategy_entry", "evtwin_forecasters"};

/// Not of the linker (_init, _edata, end): a function or variable somebody wrote.
bool is_its_own(std::string_view symbol) {
  return symbol.starts_with("_Z") || (!symbol.starts_with('_') && symbol != "end");
}

/// A strategy, or a forecaster with one quantity, as the parent knows it: nothing of the file is loaded there.
struct Listed {
  Part part;
  std::uint32_t index = 0, flags = 0;
  std::uint32_t quantity = 0;  // of a forecaster
  bool is_forecaster() const { return !part.forecaster.empty(); }
  const std::string& id() const { return is_forecaster() ? part.forecaster : part.strategy; }
};

/// The work of a child with either kind; the one that it is of is called.
struct Work {
  std::function<void(const Specimen&, const evtwin_info&)> strategy;
  std::function<void(const Foreseer&)> forecaster;
};

class Checker {
 public:
  Checker(const std::string& file, const Options& options)
      : file_(file), options_(options), limits_{options.call_s, options.memory_mib, options.at_once, options.stop} {}

  Report run(std::string_view id) {
    report_.file = file_;
    const auto symbols = control::read_symbols(file_).exported;  // throws where the file can not be looked at
    if (!look_at_entry()) return std::move(report_);
    choose(id);
    check_params();
    if (options_.reproduce) {
      for (const Listed& listed : chosen_) reproduce(listed);
      return std::move(report_);
    }
    if (wanted("symbols")) look_at_symbols(symbols);
    if (wanted("unload")) look_at_unloading();
    for (const Listed& listed : chosen_) look_at(listed);
    // One that can not even answer is neither timed nor fuzzed.
    std::erase_if(chosen_, [this](const Listed& listed) { return !answers(listed); });
    for (const Listed& listed : chosen_) {
      if (options_.timing && wanted("timing")) time(listed);
    }
    if (options_.fuzz_s > 0.0) fuzz();
    return std::move(report_);
  }

 private:
  bool wanted(std::string_view check) const { return options_.wants_check(check); }
  bool answers(const Listed& listed) const {
    return std::none_of(report_.checks.begin(), report_.checks.end(), [&](const Verdict& verdict) {
      return verdict.of == listed.part && verdict.name == "answers" && !verdict.pass;
    });
  }

  /// A body that opens the file in its child and has the strategy or forecaster described.
  Body on(const Listed& listed, Work work) const {
    return [this, &listed, work = std::move(work)] {
      explain_views();  // also of forecasts, which have walls alone
      const Specimen specimen(file_, asked_ == nullptr ? std::span<const evtwin_param_value>{} : asked_->values());
      if (listed.is_forecaster()) {
        work.forecaster({specimen, specimen.forecaster_info(listed.index), listed.quantity});
      } else {
        work.strategy(specimen, specimen.info(listed.index));
      }
    };
  }
  Outcome run_alone(const Body& body) const { return run_children({&body, 1}, limits_)[0]; }
  /// @param more  behind the reason of a failure
  void add(const Part& of, std::string_view name, const Outcome& outcome, const std::string& more = {}) {
    std::string why = outcome.why;
    if (!outcome.passed) why += more;
    report_.checks.push_back({of, std::string(name), outcome.passed, outcome.slow, std::move(why), outcome.note});
    if (options_.judged) options_.judged(report_.checks.back());
  }

  /// Reads the file as the host does, with the host's words where it refuses. @returns whether there is something to
  /// check.
  bool look_at_entry() {
    Outcome outcome;
    try {
      control::PluginDescription plugin = control::describe_plugin(file_);
      for (std::uint32_t i = 0; i < plugin.strategies.size(); ++i)
        listed_.push_back({{.strategy = plugin.strategies[i].id}, i, plugin.strategies[i].flags});
      for (std::uint32_t i = 0; i < plugin.forecasters.size(); ++i) {
        const control::StrategyDescription& forecaster = plugin.forecasters[i];
        for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
          if (!control::foresees_quantity(forecaster, q)) continue;
          Part part{.forecaster = forecaster.id, .quantity = std::string(control::quantity_names[q])};
          listed_.push_back({std::move(part), i, forecaster.flags, q});
        }
      }
      plugin_ = std::move(plugin);
    } catch (const control::StrategyError& refused) {
      outcome.why = refused.what();
    }
    outcome.passed = outcome.why.empty();
    if (!options_.reproduce || !outcome.passed) add({}, "entry", outcome);
    return outcome.passed;
  }

  void choose(std::string_view id) {
    std::string known;
    bool strategies = false, forecasters = false;
    const Listed* before = nullptr;  // a forecaster is listed once for each quantity
    for (const Listed& listed : listed_) {
      const bool again =
          before != nullptr && before->part.forecaster == listed.part.forecaster && listed.is_forecaster();
      before = &listed;
      if (id.empty() || id == listed.id()) {
        if (!again) (listed.is_forecaster() ? report_.forecasters : report_.strategies).push_back(listed.id());
        chosen_.push_back(listed);
      }
      if (!again) known += fmt::format("{}{}", known.empty() ? "" : ", ", listed.id());
      (listed.is_forecaster() ? forecasters : strategies) = true;
    }
    if (!chosen_.empty()) return;
    const char* kind = strategies && forecasters ? "strategy or forecaster" : strategies ? "strategy" : "forecaster";
    throw std::runtime_error(fmt::format("plugin {} has no {} '{}'; it has {}", file_, kind, id, known));
  }

  /// Parameters asked for are of one strategy or forecaster. @throws std::runtime_error for wrong ones.
  void check_params() {
    if (options_.params.empty()) return;
    const bool one =
        std::all_of(chosen_.begin(), chosen_.end(), [&](const Listed& l) { return l.id() == chosen_.front().id(); });
    if (!one)
      throw std::runtime_error(
          fmt::format("parameters are of one strategy or forecaster, and {} has several: say which, {}#{}:{}={}", file_,
                      file_, chosen_.front().id(), options_.params.front().first, options_.params.front().second));
    const Listed& listed = chosen_.front();
    asked_ =
        listed.is_forecaster()
            ? std::make_unique<control::CheckedParams>(plugin_.forecasters[listed.index], options_.params, "forecaster")
            : std::make_unique<control::CheckedParams>(plugin_.strategies[listed.index], options_.params, "strategy");
  }

  void look_at_symbols(const std::vector<control::ExportedSymbol>& symbols) {
    Outcome outcome;
    outcome.passed = true;
    std::vector<std::string> others;
    for (const control::ExportedSymbol& symbol : symbols) {
      if (std::find(entry_names.begin(), entry_names.end(), symbol.name) != entry_names.end()) {
        if (!symbol.data) {
          outcome.passed = false;
          outcome.why = symbol.name + " is no data symbol";
        }
      } else if (!symbol.weak && is_its_own(symbol.name)) {
        others.push_back(symbol.name);
      }
    }
    if (!others.empty()) {
      outcome.note = fmt::format("exports {} more: {}{}; build it with -fvisibility=hidden", others.size(), others[0],
                                 others.size() > 1 ? " ..." : "");
    }
    add({}, "symbols", outcome);
  }

  /// Load, unload, and the end of the process: destructors of the file's own run in one of the two.
  void look_at_unloading() {
    const bool stays = std::any_of(listed_.begin(), listed_.end(), [](const Listed& listed) {
      return (listed.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0;
    });
    const bool forecasters = listed_.front().is_forecaster();
    // Others read the standard output of the process to its end.
    const int output = memfd_create("stdout", MFD_CLOEXEC);
    Outcome outcome = run_alone([this, stays, forecasters, output] {
      Specimen specimen(file_);
      forecasters ? specimen.forecaster_info(0) : specimen.info(0);
      dup2(output, STDOUT_FILENO);
      if (!stays) specimen.unload_library();
      const CallMark mark("the end of the process");

      // Passed as far as this body goes: from here on the file's own destructors run.
      black_box()->stage = BlackBox::Stage::passed;
      std::exit(0);
    });

    struct stat printed {};
    if (outcome.passed && fstat(output, &printed) == 0 && printed.st_size > 0) {
      outcome.passed = false;
      outcome.why = fmt::format(
          "it wrote {} bytes to the standard output when it was unloaded or the process ended, into its "
          "host's results",
          printed.st_size);
    }

    if (output >= 0) close(output);
    add({}, "unload", outcome);
  }

  /// A check of either kind, with the part that its verdict is of.
  struct Look {
    Part part;
    std::string_view name;
    Work work;
  };
  std::vector<Look> looks_at(const Listed& listed) const {
    std::vector<Look> looks;
    if (!listed.is_forecaster()) {
      for (const Check& check : checks_of_a_strategy()) looks.push_back({listed.part, check.name, {check.body, {}}});
      return looks;
    }
    const bool first_of_it = std::none_of(report_.checks.begin(), report_.checks.end(), [&](const Verdict& verdict) {
      return verdict.of.forecaster == listed.part.forecaster;
    });
    const Part all_of_it{.forecaster = listed.part.forecaster};
    for (const ForecastCheck& check : checks_of_a_forecaster()) {
      if (first_of_it) looks.push_back({all_of_it, check.name, {{}, check.body}});
    }
    for (const ForecastCheck& check : checks_of_a_quantity())
      looks.push_back({listed.part, check.name, {{}, check.body}});
    return looks;
  }

  void look_at(const Listed& listed) {
    std::vector<Look> looks = looks_at(listed);
    std::erase_if(looks, [this](const Look& look) { return !wanted(look.name); });
    std::vector<Body> bodies;
    bodies.reserve(looks.size() + 2);
    for (const Look& look : looks) bodies.push_back(on(listed, look.work));

    // Two processes with other addresses and other bytes in fresh memory: answers that differ depend on one of them.
    const bool two_processes = wanted("two-processes");
    const Work kept{&answers_are_kept, &forecasts_are_kept};
    if (two_processes) {
      bodies.push_back(on(listed, kept));
      bodies.push_back([this, &listed, kept] {
        disturb_memory();
        on(listed, kept)();
      });
    }
    // In the order of the table, each as soon as those before it are known.
    std::vector<const Outcome*> known(bodies.size(), nullptr);
    std::size_t next = 0;
    ChildLimits limits = limits_;
    limits.ended = [&](std::size_t number, const Outcome& outcome) {
      known[number] = &outcome;
      for (; next < looks.size() && known[next] != nullptr; ++next) add_look(looks[next], *known[next]);
    };

    const auto outcomes = run_children(bodies, limits);
    if (!two_processes) return;

    const char* shown = listed.is_forecaster() ? "calls" : "views";
    add(listed.part, "two-processes", compared(outcomes[looks.size()], outcomes[looks.size() + 1], shown));
  }

  void add_look(const Look& look, const Outcome& outcome) {
    const bool named = outcome.why.find("scene") != std::string::npos;
    add(look.part, look.name, outcome, outcome.seed != 0 && !named ? fmt::format(" (scene {})", outcome.seed) : "");
  }

  static Outcome compared(const Outcome& plain, const Outcome& disturbed, const char* shown) {
    for (const Outcome* outcome : {&plain, &disturbed}) {
      if (!outcome->passed) return *outcome;
    }
    Outcome outcome;
    outcome.passed = plain.data_words() == disturbed.data_words();
    if (!outcome.passed)
      outcome.why = fmt::format(
          "the same {}, another answer in another process: it depends on where its memory lies, or on memory that it "
          "never set",
          shown);
    return outcome;
  }

  void time(const Listed& listed) {
    const auto words = run_alone(on(listed, {&time_calls, &time_forecasts})).data_words();
    const auto number = [&](std::size_t k) { return std::bit_cast<double>(words[k]); };
    if (listed.is_forecaster()) {
      if (words.size() == 2)
        report_.forecast_timing.push_back({listed.part.forecaster, listed.part.quantity, number(0), number(1)});
      return;
    }
    for (std::size_t k = 0; k < timed_sites.size() && 2 * k + 1 < words.size(); ++k) {
      report_.timing.push_back(
          {listed.part.strategy, static_cast<std::uint32_t>(timed_sites[k]), number(2 * k), number(2 * k + 1)});
    }
  }

  /// A scene under every rule that it can show.
  static Work work_of_scene(std::uint64_t seed) {
    return {[seed](const Specimen& specimen, const evtwin_info& info) {
              black_box()->seed = seed;
              one_scene(specimen, info, seed);
            },
            [seed](const Foreseer& of) { one_forecast_scene(of, seed); }};
  }

  void add_scene(const Listed& listed, const std::string& name, const Outcome& outcome) {
    add(listed.part, name, outcome,
        fmt::format(" (again: evtwin plugin check {}#{} --reproduce {})", file_, listed.id(), outcome.seed));
  }

  void reproduce(const Listed& listed) {
    const std::uint64_t seed = *options_.reproduce;
    add_scene(listed, fmt::format("scene {}", seed), run_alone(on(listed, work_of_scene(seed))));
  }

  /// Random scenes until the time is over. Children live for some hundred scenes each: every view leaves its addresses
  /// behind for good.
  void fuzz() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(options_.fuzz_s);
    constexpr std::uint64_t scenes_of_a_child = 300;
    struct Fuzzed {
      const Listed* listed;
      std::uint64_t scenes;
    };
    std::vector<Fuzzed> sound;
    for (const Listed& listed : chosen_) sound.push_back({&listed, 0});
    std::uint64_t next = options_.fuzz_from;
    while (!sound.empty() && std::chrono::steady_clock::now() < until) {
      const std::size_t each = (options_.at_once + sound.size() - 1) / sound.size();
      // So that the last ones have their turn, too.
      const std::chrono::duration<double> share(options_.fuzz_s * options_.at_once /
                                                static_cast<double>(sound.size() * each));
      std::vector<Body> bodies;
      for (std::size_t k = 0; k < sound.size() * each; ++k, next += scenes_of_a_child) {
        const auto scenes = [=](const auto& run_scene) {
          const auto mine = std::min(until, std::chrono::steady_clock::now() + share);
          std::uint64_t count = 0;
          for (; count < scenes_of_a_child && std::chrono::steady_clock::now() < mine; ++count) {
            // Short seeds: they are typed by people. The first thousand are those of the fixed checks.
            run_scene(1000 + kernel::mix_bits(next + count) % 1'000'000'000U);
          }
          keep_in_box(std::span(&count, 1));
        };
        const Work work{
            [scenes](const Specimen& specimen, const evtwin_info& info) {
              scenes([&](std::uint64_t seed) { work_of_scene(seed).strategy(specimen, info); });
            },
            [scenes](const Foreseer& of) { scenes([&](std::uint64_t seed) { work_of_scene(seed).forecaster(of); }); }};
        bodies.push_back(on(*sound[k % sound.size()].listed, work));
      }
      const auto outcomes = run_children(bodies, limits_);
      // One that fails is told once, with the seed that shows it; the others go on.
      std::vector<Fuzzed> still_sound;
      for (std::size_t s = 0; s < sound.size(); ++s) {
        const Outcome* failed = nullptr;
        for (std::size_t k = s; k < outcomes.size(); k += sound.size()) {
          if (!outcomes[k].passed && failed == nullptr) failed = &outcomes[k];
          const auto words = outcomes[k].data_words();
          sound[s].scenes += words.empty() ? 0 : words[0];
        }
        if (failed == nullptr) {
          still_sound.push_back(sound[s]);
        } else {
          add_scene(*sound[s].listed, "fuzz", *failed);
        }
      }
      sound = std::move(still_sound);
    }

    for (const Fuzzed& fuzzed : sound) {
      Outcome outcome;
      outcome.passed = true;
      outcome.note = fmt::format("{} random scenes", fuzzed.scenes);
      add(fuzzed.listed->part, "fuzz", outcome);
      report_.fuzzed += fuzzed.scenes;
    }
  }

  const std::string& file_;
  const Options& options_;
  ChildLimits limits_;
  std::vector<Listed> listed_, chosen_;
  control::PluginDescription plugin_;
  std::unique_ptr<const control::CheckedParams> asked_;  // null: the defaults
  Report report_;
};

}  // namespace

std::string Part::part_text() const {
  if (!strategy.empty()) return strategy;
  if (forecaster.empty()) return "the file";
  return quantity.empty() ? forecaster : forecaster + " " + quantity;
}

bool Options::wants_check(std::string_view check) const {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), check) != names.end();
  };
  return (only.empty() || has(only)) && !has(skip);
}

bool Report::all_passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const Verdict& verdict) { return verdict.pass; });
}

std::vector<std::string> check_names() {
  std::vector<std::string> names{"symbols", "unload"};
  const auto add = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  };
  for (const Check& check : checks_of_a_strategy()) add(check.name);
  for (const ForecastCheck& check : checks_of_a_forecaster()) add(check.name);
  for (const ForecastCheck& check : checks_of_a_quantity()) add(check.name);
  for (const char* name : {"two-processes", "timing"}) add(name);
  return names;
}

void check_names_of(const Options& options) {
  const std::vector<std::string> known = check_names();
  for (const auto* asked : {&options.only, &options.skip}) {
    for (const std::string& name : *asked) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::vector<std::string_view> names(known.begin(), known.end());
      throw std::runtime_error(fmt::format("there is no check '{}'{}; there are {}", name,
                                           kernel::did_you_mean(name, names), fmt::join(known, ", ")));
    }
  }
}

Report check_plugin(const std::string& file, std::string_view id, const Options& options) {
  check_names_of(options);
  return Checker(file, options).run(id);
}

}  // namespace evtwin::plugin_check
