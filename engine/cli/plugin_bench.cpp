// evtwin plugin bench: is a strategy better, or was it lucky? Several scenarios, each on several seeds.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "analysis/seed_comparison.hpp"
#include "analysis/seed_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "kernel/program_folder.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;
using analysis::number_text;

/// Of those that come with the program: their arrivals are drawn, and they ask different things of a strategy: prices
/// and a month's peak, a full street, V2G, a half-hourly meter, a day planned ahead.
constexpr std::array five{"workplace_week", "busy_street", "dc_v2g", "half_hour_meter", "forty_vehicles_day_ahead"};

std::vector<std::string> scenarios_of(const PluginBenchCommand& command) {
  if (!command.scenarios.empty()) return command.scenarios;
  const std::string folder = kernel::program_folder("scenarios", "scenarios");
  if (folder.empty())
    throw CommandError("the scenarios are not there; is share/evtwin/scenarios beside the program's folder?");
  std::vector<std::string> files;
  for (const char* name : five) files.push_back((fs::path(folder) / (std::string(name) + ".lua")).string());
  return files;
}

/// Results of a strategy on the seeds of one scenario.
struct Row {
  std::string strategy;
  analysis::Spread share;                                      ///< of the possible saving
  analysis::Spread served;                                     ///< fraction of what those who plugged in wanted
  analysis::Spread turned_away;                                ///< cars that never plugged in
  double less_percent = 0.0, less_low = 0.0, less_high = 0.0;  ///< objective below that of the reference, of its mean
  std::size_t cheaper = 0, failed = 0, seeds = 0;
  /// Seeds in which it may not be compared by cost (analysis::who_competes), and those in which the reference alone may
  /// not.
  std::size_t serves_less = 0, serves_more = 0;
};

struct Benched {
  std::string scenario;
  std::vector<Row> rows;  ///< the reference first
  std::vector<analysis::SeedRuns> rounds;
};

Row row_of(const std::vector<analysis::SeedRuns>& rounds, const analysis::SeedComparison& comparison,
           std::size_t strategy) {
  const analysis::StrategySummary& summary = comparison.strategies[strategy];
  const auto figures = [&](std::size_t s, const char* kpi) { return analysis::figures_by_seed(rounds, s, kpi); };
  Row row;
  row.strategy = summary.strategy;
  row.share = analysis::spread_of(figures(strategy, "saving_share"));
  row.served = analysis::spread_of(figures(strategy, "served_fraction"));
  row.turned_away = analysis::spread_of(figures(strategy, "turned_away"));
  const double reference = std::abs(analysis::spread_of(figures(comparison.reference, "objective")).mean);
  row.less_percent = -100.0 * summary.difference.mean / reference;
  row.less_low = -100.0 * summary.difference.high / reference;
  row.less_high = -100.0 * summary.difference.low / reference;
  row.cheaper = summary.cheaper.size();
  row.serves_less = summary.serves_less.size();
  for (const std::uint64_t seed : comparison.strategies[comparison.reference].serves_less) {
    const bool both =
        std::find(summary.serves_less.begin(), summary.serves_less.end(), seed) != summary.serves_less.end();
    const bool lost = std::find(summary.failed.begin(), summary.failed.end(), seed) != summary.failed.end();
    if (!both && !lost) ++row.serves_more;
  }
  row.failed = summary.failed.size();
  row.seeds = rounds.size();
  return row;
}

Benched bench_on(const PluginBenchCommand& command, const std::string& scenario) {
  const auto load = [&](std::uint64_t seed) {
    scenario::LoadOptions options;
    options.seed = seed;
    options.days = command.days;
    return start_of(scenario, options, "");
  };
  std::vector<StrategyText> strategies = command.rivals;
  strategies.push_back(command.strategy);
  Benched benched{fs::path(scenario).stem().string(), {}, {}};
  benched.rounds =
      hold_seed_contest(command.seeds, load, {std::move(strategies), command.hosting, "", command.threads, true})
          .rounds;
  const auto comparison = analysis::compare_seeds(benched.rounds);
  for (std::size_t s = 0; s < comparison.strategies.size(); ++s)
    benched.rows.push_back(row_of(benched.rounds, comparison, s));
  return benched;
}

std::string spread_text(const analysis::Spread& spread, double scale, int decimals) {
  if (spread.count == 0) return "-";
  return fmt::format("{} ({})", number_text(scale * spread.mean, decimals),
                     number_text(scale * spread.deviation, decimals));
}

/// "better", "worse" where the interval leaves no doubt and both serve alike; else what is to be said of the service.
std::string verdict_of(const Row& row) {
  if (row.failed > 0) return fmt::format("fails in {} of {}", row.failed, row.seeds);
  const bool cheaper = row.less_low > 0.0, dearer = row.less_high < 0.0;
  const std::size_t unlike = row.serves_less > 0 ? row.serves_less : row.serves_more;
  if (unlike == 0) return cheaper ? "better" : dearer ? "worse" : "open";
  return fmt::format("{}{}{}",
                     cheaper  ? "cheaper, "
                     : dearer ? "dearer, "
                              : "",
                     row.serves_less > 0 ? "serves less" : "serves more",
                     unlike < row.seeds ? fmt::format(" in {} of {}", unlike, row.seeds) : "");
}

bool any_row(const std::vector<Benched>& all, bool (*holds)(const Row&)) {
  return std::any_of(all.begin(), all.end(), [&](const Benched& benched) {
    return std::any_of(benched.rows.begin(), benched.rows.end(), holds);
  });
}
bool turns_away(const Row& row) { return row.turned_away.mean > 0.0; }
bool serves_otherwise(const Row& row) { return row.serves_less + row.serves_more > 0; }

void print_table(const std::vector<Benched>& all) {
  const std::string reference = all.front().rows.front().strategy;
  const bool with_turned_away = any_row(all, &turns_away);
  std::vector<std::string> heads{"scenario", "strategy", "of saving % (sd)", "served %"};
  if (with_turned_away) heads.emplace_back("turned away");
  for (const std::string& head :
       {"less than " + reference + " %", std::string("95 % of it"), std::string("cheaper in"), std::string("verdict")})
    heads.push_back(head);
  analysis::TextTable table(heads, analysis::LastColumn::prose);
  for (const Benched& benched : all) {
    for (const Row& row : benched.rows) {
      const bool is_reference = row.strategy == reference;
      std::vector<std::string> cells{is_reference ? benched.scenario : "", row.strategy,
                                     spread_text(row.share, 100.0, 1), number_text(100.0 * row.served.mean, 1)};
      if (with_turned_away) cells.push_back(number_text(row.turned_away.mean, 1));
      cells.push_back(is_reference ? "" : number_text(row.less_percent, 1));
      cells.push_back(
          is_reference ? "" : fmt::format("{} to {}", number_text(row.less_low, 1), number_text(row.less_high, 1)));
      cells.push_back(is_reference ? "" : fmt::format("{} of {}", row.cheaper, row.seeds));
      cells.push_back(is_reference ? "" : verdict_of(row));
      table.add_row(std::move(cells));
    }
  }
  fmt::print("{}", table.to_text());
}

/// Wrapped prose on one line.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank) line.push_back(c);
    if (blank && !line.empty() && line.back() != ' ') line.push_back(' ');
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// What is to be known of the table.
std::string notes_of(const std::vector<Benched>& all, std::size_t seeds, double wall_s) {
  std::string text = analysis::wrap_words(
      fmt::format("Of saving: (asap - strategy) / (asap - bound), mean and standard deviation over "
                  "{} seeds. The difference is that "
                  "of the objectives, seed by seed; open: these seeds do not tell.",
                  seeds));
  if (any_row(all, &turns_away))
    text += analysis::wrap_words(
        "Served %: of what those wanted who plugged in. Turned away, cars a run: they found no EVSE or lost patience, "
        "and what they wanted is in no served %.");
  if (any_row(all, &serves_otherwise))
    text += analysis::wrap_words(
        "Serves less: over 0.5 % less energy than who serves most of a scenario's strategies; serves more: the one it "
        "is measured against does. Such a seed is not counted as cheaper, and the costs are not to be compared.");

  // The reason is one of the scenario: said once for those that share it.
  std::map<std::string, std::string> scenarios_of_reason;
  for (const Benched& benched : all) {
    const std::string reason = analysis::saving_note(benched.rounds, analysis::Language::english);
    if (reason.empty()) continue;
    std::string& scenarios = scenarios_of_reason[reason];
    scenarios += (scenarios.empty() ? "" : ", ") + kernel::make_printable(benched.scenario);
  }
  for (const auto& [reason, scenarios] : scenarios_of_reason)
    text += analysis::wrap_words(fmt::format("{}: {}", scenarios, one_line(reason)));
  return text + fmt::format("{:.0f} s.\n", wall_s);
}

nlohmann::ordered_json json_of(const std::vector<Benched>& all, double wall_s) {
  using analysis::number_or_null;
  nlohmann::ordered_json json{{"scenarios", nlohmann::ordered_json::array()}, {"wall_s", wall_s}};

  // Statistics of one seed or of failed runs have no value: null, since JSON has no NaN.
  for (const Benched& benched : all) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t r = 0; r < benched.rows.size(); ++r) {
      const Row& row = benched.rows[r];
      rows.push_back({{"strategy", row.strategy},
                      {"seeds", row.seeds},
                      {"failed", row.failed},
                      {"saving_share",
                       {{"mean", number_or_null(row.share.mean)},
                        {"deviation", number_or_null(row.share.deviation)},
                        {"seeds", row.share.count}}},
                      {"served_fraction", number_or_null(row.served.mean)},
                      {"turned_away", number_or_null(row.turned_away.mean)},
                      {"less_than_reference_percent",
                       {{"mean", number_or_null(row.less_percent)},
                        {"low", number_or_null(row.less_low)},
                        {"high", number_or_null(row.less_high)}}},
                      {"cheaper", row.cheaper},
                      {"serves_less", row.serves_less},
                      {"serves_more", row.serves_more},
                      {"verdict", r == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(verdict_of(row))}});
    }

    // Null where the share of the saving is there for every seed.
    const std::string reason = analysis::saving_note(benched.rounds, analysis::Language::english);
    json["scenarios"].push_back(
        {{"scenario", benched.scenario},
         {"rows", std::move(rows)},
         {"saving_note", reason.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(one_line(reason))}});
  }
  return json;
}

}  // namespace

int plugin_bench(const PluginBenchCommand& command) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<Benched> all;
  int status = 0;
  for (const std::string& scenario : scenarios_of(command)) {
    all.push_back(bench_on(command, scenario));
    status = std::max(status, tell_failures(all.back().rounds, all.back().scenario));
  }
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(json_of(all, wall_s)));
    return status;
  }
  print_table(all);
  fmt::print("\n{}", notes_of(all, command.seeds.size(), wall_s));
  return status;
}

}  // namespace evtwin::cli
