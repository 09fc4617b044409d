// The price of calling a strategy: bare through its function pointer, hosted in this process, and in one of its own.
#include <chrono>
#include <cmath>
#include <limits>

#include "bench/suites.hpp"
#include "control/isolated_strategy.hpp"
#include "control/plugin_library.hpp"
#include "control/strategy_choice.hpp"
#include "control/view.hpp"

namespace evtwin::bench {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Site {
  explicit Site(std::size_t n) : evses(n) {
    for (auto& evse : evses) evse.max_a = 32.0;
  }
  std::vector<physics::Evse> evses;
  control::Guard guard{evses, {}, physics::FeederTree{}, {}, physics::infinite, physics::infinite};
  control::ViewColumns columns{evses, {}, guard};
};

double cpu_ns_per_call(int calls, const std::function<void()>& call) {
  return median_cpu_s([&] {
           for (int i = 0; i < calls; ++i) call();
         }) /
         calls * 1e9;
}

/// The child's part is no CPU time of ours, so this one is by the clock on the wall; the median of several.
double wall_ns_per_call(int calls, const std::function<void()>& call) {
  std::vector<double> all;
  for (int repetition = 0; repetition < 5; ++repetition) {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    all.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() / calls * 1e9);
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

Row measure(std::size_t evses) {
  Site site(evses);
  const evtwin_view& view = site.columns.shown;
  evtwin_decision& decision = site.columns.blank_decision();
  const std::string file = EVTWIN_IDLE_PLUGIN;

  const auto library = control::PluginLibrary::open_library(file);
  const evtwin_host host{
      sizeof(evtwin_host), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, nullptr, nullptr, nullptr, nullptr};
  evtwin_strategy* bare = nullptr;
  if (library->strategy_entry().create(&host, "idle", nullptr, 0, &view, &bare) != EVTWIN_OK) return {{}, {}};
  constexpr int many = 2'000'000, few = 20'000;
  const double bare_ns = cpu_ns_per_call(many, [&] { bare->decide(bare, &view, &decision); });
  bare->destroy(bare);

  const auto hosted = [&](control::Where where) {
    return control::choose_strategy(file, {}, {where, {}}).factory(view, 1, 0);
  };
  const auto here = hosted(control::Where::here);
  const double here_ns = cpu_ns_per_call(many, [&] { here->decide(view, decision); });
  const auto isolated = hosted(control::Where::apart);
  const double isolated_ns = wall_ns_per_call(few, [&] { isolated->decide(view, decision); });
  return {{std::to_string(evses)}, {bare_ns, here_ns, here_ns - bare_ns, isolated_ns}};
}

}  // namespace

Table plugin_table() {
  Table table{"plugin",
              "One call of a strategy that does nothing; limit: hosting costs at most 50 ns. Isolated by the wall "
              "clock, two processes.",
              {"EVSEs"},
              {"bare ns", "hosted ns", "hosting ns", "isolated ns"},
              {}};
  for (const std::size_t evses : {std::size_t{1}, std::size_t{25}, std::size_t{1000}})
    table.rows.push_back(measure(evses));
  return table;
}

}  // namespace evtwin::bench
