// evtwin export RUN --decision N: the request that evtwin decide answers as the strategy did in the run.
#include "cli/export_decision.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/run_again.hpp"
#include "decide/advisor.hpp"
#include "decide/view_request.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

/// The run need not go on: what was asked for is known.
struct Enough : std::exception {};

/// The decision looked for, and everything found of it.
struct Catch {
  const ExportCommand& command;
  const twin::World& world;
  std::uint32_t site = 0;
  std::optional<kernel::TimeNs> at_ns;

  std::vector<std::string> requests;  ///< of this decision and of all before it
  std::uint64_t decisions = 0;
  bool found = false;
  kernel::TimeNs now_ns = 0;
  std::vector<double> kw;              ///< asked for in the run: EVSEs, then storages
  std::string failure;                 ///< the strategy failed there
  std::vector<std::string> different;  ///< columns that the request can not say

  bool is_it(const evtwin_view& view) const {
    return at_ns ? view.now_ns >= *at_ns : view.decision_number + 1 == *command.decision_number;
  }
};

/// Passes everything on, and keeps the questions.
class Listener : public control::Strategy {
 public:
  Listener(std::unique_ptr<control::Strategy> inner, Catch& caught) : inner_(std::move(inner)), caught_(caught) {
    subscribes = inner_->subscribes;
    horizon_steps = inner_->horizon_steps;
    plan_steps = inner_->plan_steps;
    horizon_reads = inner_->horizon_reads;
    levels = inner_->levels;
  }
  std::string who() const override { return inner_->who(); }
  void end(const evtwin_view& last) override { inner_->end(last); }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    caught_.decisions = view.decision_number + 1;
    caught_.requests.push_back(analysis::json_text(decide::request_of(view, caught_.world, caught_.site), -1));
    const bool found = caught_.is_it(view);
    if (found) {
      caught_.found = true;
      caught_.now_ns = view.now_ns;
      look_back(view);
    }
    try {
      inner_->decide(view, decision);
    } catch (const control::StrategyError& error) {
      if (!found) throw;
      caught_.failure = error.what();
      throw Enough();
    }
    remarks = std::exchange(inner_->remarks, {});
    unheard = std::exchange(inner_->unheard, 0);
    if (!found) return;
    caught_.kw.assign(decision.evse_kw, decision.evse_kw + view.n_evses);
    caught_.kw.insert(caught_.kw.end(), decision.storage_kw, decision.storage_kw + view.n_storages);
    throw Enough();
  }

 private:
  /// Notes the columns in which the request, read back, differs from the view of the run.
  void look_back(const evtwin_view& view) const {
    struct Looks : control::Strategy {
      Looks(const evtwin_view& shown, Catch& caught, const control::Strategy& like) : then(shown), to(caught) {
        horizon_steps = like.horizon_steps;
        horizon_reads = like.horizon_reads;
        plan_steps = like.plan_steps;
        levels = like.levels;
      }
      void decide(const evtwin_view& now, evtwin_decision&) override {
        to.different = decide::different_columns(then, now);
      }
      const evtwin_view& then;
      Catch& to;
    };
    control::ChosenStrategy chosen;
    chosen.factory = [&](const evtwin_view&, std::uint64_t, std::uint32_t) {
      return std::make_unique<Looks>(view, caught_, *this);
    };
    decide::Advisor(std::move(chosen)).decide(decide::read_request(caught_.requests.back()));
  }

  std::unique_ptr<control::Strategy> inner_;
  Catch& caught_;
};

std::uint32_t site_named(const twin::World& world, const std::string& name) {
  if (name.empty()) return 0;
  for (std::uint32_t s = 0; s < world.sites.size(); ++s) {
    if (world.sites[s].name == name) return s;
  }
  throw CommandError(fmt::format("--site {}: the run has no such site", name));
}

/// Lives the run up to the decision.
void live_up_to(const StartPoint& start, const ReadyStrategy& strategy, Catch& caught) {
  ReadyStrategy listened = strategy;
  listened.factory = [&](const evtwin_view& first, std::uint64_t seed,
                         std::uint32_t site) -> std::unique_ptr<control::Strategy> {
    auto inner = strategy.factory(first, seed, site);
    if (site != caught.site) return inner;
    return std::make_unique<Listener>(std::move(inner), caught);
  };
  const OutputAside aside;
  ProgressBar bar("running " + kernel::printable(strategy.identity.label) + " again");
  try {
    run_once(start, listened, {}, [&](double fraction) { bar.show(fraction); });
  } catch (const Enough&) {
  }
}

/// Set-points of the last request of a stream, by a fresh instance; empty where it fails.
std::vector<double> answered(const ReadyStrategy& strategy, std::span<const std::string> requests) {
  control::ChosenStrategy chosen;
  chosen.label = strategy.identity.label;
  chosen.factory = strategy.factory;
  decide::Advisor advisor(std::move(chosen));
  std::vector<double> kw;
  try {
    for (const std::string& request : requests) {
      const decide::Answer answer = advisor.decide(decide::read_request(request));
      kw.clear();
      for (const auto* members : {&answer.evses, &answer.storages}) {
        for (const decide::Asked& member : *members) kw.push_back(member.asked_kw);
      }
    }
  } catch (const control::StrategyError&) {
    return {};
  }
  return kw;
}

bool same_kw(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// As it is typed: "edf:margin_min=5", "./libmine.so".
std::string strategy_text(const ReadyStrategy& strategy) {
  std::string text = strategy.text.id;
  for (const auto& [key, value] : strategy.text.params) text += fmt::format(":{}={}", key, value);
  return text;
}

void tell(const char* what) { fmt::print(stderr, "note: {}\n", what); }

}  // namespace

int export_decision(const ExportCommand& command) {
  const record::RunSummary summary = record::read_summary(command.runs.front());
  check_repeatable(command.runs.front(), summary, true);
  const StartPoint start = start_again(command.runs.front(), summary);
  const ReadyStrategy strategy = strategy_again(command.runs.front(), summary, start);
  const twin::World& world = start.scenario.world;
  Catch caught{command, world, site_named(world, command.decision_site), {}, {}, 0, false, 0, {}, {}, {}};

  if (!command.decision_at.empty()) {
    try {
      caught.at_ns = market::parse_instant(command.decision_at, world.calendar);
    } catch (const market::CalendarError& error) {
      throw CommandError(fmt::format("--at: {}", error.what()));
    }
  }
  catch_interrupt();
  live_up_to(start, strategy, caught);
  if (!caught.found)
    throw CommandError(
        fmt::format("{}: has {} decisions; the first is --decision 1", command.runs.front(), caught.decisions));

  // One that remembers answers as in the run only where it is shown what it saw before.
  const std::span<const std::string> all(caught.requests);
  const bool alone = !caught.failure.empty() || same_kw(answered(strategy, all.last(1)), caught.kw);
  const bool in_a_stream = !alone && same_kw(answered(strategy, all), caught.kw);
  const std::span<const std::string> written = alone || !in_a_stream ? all.last(1) : all;
  std::string text;
  if (written.size() == 1) {
    text = analysis::json_text(nlohmann::ordered_json::parse(written[0])) + "\n";
  } else {
    for (const std::string& request : written) text += request + "\n";
  }

  if (command.decision == "-") {
    fmt::print("{}", text);
  } else {
    NewFile file(command.decision);
    file.write(text);
    file.finish();
  }

  fmt::print(stderr, "decision {} at {}, strategy {}: evtwin decide{} {}--strategy {} {}\n", caught.decisions,
             world.calendar.format_local(caught.now_ns), kernel::printable(strategy.identity.label),
             written.size() > 1 ? " --lines" : "",
             command.decision == "-" ? "" : kernel::printable(command.decision) + " ",
             kernel::printable(strategy_text(strategy)),
             !caught.failure.empty() ? "fails there: " + kernel::printable(caught.failure)
             : alone                 ? "answers as it did"
             : in_a_stream           ? "answers as it did, in its last line: it remembers what it saw before"
                                     : "answers otherwise");
  if (!caught.different.empty())
    tell(fmt::format("not in the request as it was in the run: {}", fmt::join(caught.different, ", ")).c_str());
  return caught.failure.empty() && !alone && !in_a_stream ? 3 : 0;
}

}  // namespace evtwin::cli
