// evtwin export RUN --decision N: the request that evtwin decide answers as the strategy did in the run.
#include "cli/export_decision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/recorded_decisions.hpp"
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
  RecordedDecisions& recorded;
  std::uint32_t site = 0;
  std::optional<kernel::TimeNs> at_ns{};

  std::vector<std::string> requests{};  ///< of this decision and of all before it
  std::uint64_t number = 0;             ///< of the last one asked, from 1
  bool found = false;
  kernel::TimeNs now_ns = 0;
  std::vector<double> before_kw{};       ///< by member: standing before this decision in the run; NaN: nothing yet
  std::vector<double> kw{};              ///< standing after the strategy's answer as the run was lived again
  std::string failure{};                 ///< the strategy failed there as the run was lived again
  std::vector<std::string> different{};  ///< columns that the request can not say
  std::optional<std::uint64_t> other_answer{};  ///< the first decision before it that was recorded otherwise
  std::optional<std::uint64_t> other_time{};    ///< ... that was made at another time

  bool is_it(const evtwin_view& view) const {
    return at_ns ? view.now_ns >= *at_ns : view.decision_number + 1 == *command.decision_number;
  }
};

/// Set-points that stand after an answer in which NaN leaves a member as it is.
std::vector<double> standing(const std::vector<double>& before_kw, std::vector<double> answer_kw) {
  for (std::size_t m = 0; m < std::min(answer_kw.size(), before_kw.size()); ++m) {
    if (std::isnan(answer_kw[m])) answer_kw[m] = before_kw[m];
  }
  return answer_kw;
}

bool same_kw(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same_kw(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same_kw(x, y); });
}

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
  std::string name_in_messages() const override { return inner_->name_in_messages(); }
  void end(const evtwin_view& last) override { inner_->end(last); }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    caught_.number = view.decision_number + 1;
    // Another strategy on disk may go on where the recorded run had ended.
    if (caught_.recorded.failed_in() != 0 && caught_.number > caught_.recorded.failed_in()) throw Enough();
    caught_.before_kw = caught_.recorded.standing_kw();
    caught_.recorded.go_to(caught_.number);
    caught_.requests.push_back(analysis::json_text(decide::request_of(view, caught_.world, caught_.site), -1));
    const bool found = caught_.is_it(view);
    if (found) {
      caught_.found = true;
      caught_.now_ns = view.now_ns;
      look_back(view);
    }
    if (const auto time_ns = caught_.recorded.time_ns(); !caught_.other_time && time_ns && *time_ns != view.now_ns)
      caught_.other_time = caught_.number;
    try {
      inner_->decide(view, decision);
    } catch (const control::StrategyError& error) {
      if (!found && caught_.recorded.knows(caught_.number))
        throw control::StrategyError(fmt::format("{}; the recorded run went on there", error.what()));
      if (found) caught_.failure = error.what();
      throw Enough();  // if it is not found, the run has no more decisions
    }
    remarks = std::exchange(inner_->remarks, {});
    unheard = std::exchange(inner_->unheard, 0);
    std::vector<double> kw(decision.evse_kw, decision.evse_kw + view.n_evses);
    kw.insert(kw.end(), decision.storage_kw, decision.storage_kw + view.n_storages);
    kw = standing(caught_.before_kw, std::move(kw));
    if (found) {
      caught_.kw = std::move(kw);
      throw Enough();
    }
    if (caught_.recorded.knows(caught_.number)) play_recorded(kw, view.n_evses, decision);
  }

 private:
  /// A strategy that answers otherwise than in the run does not make it another run: the recorded set-points go on.
  void play_recorded(const std::vector<double>& kw, std::uint32_t evses, evtwin_decision& decision) const {
    const std::vector<double>& recorded_kw = caught_.recorded.standing_kw();
    if (same_kw(kw, recorded_kw)) return;
    if (!caught_.other_answer) caught_.other_answer = caught_.number;
    for (std::size_t m = 0; m < kw.size(); ++m) {
      if (!same_kw(kw[m], recorded_kw[m]))
        (m < evses ? decision.evse_kw[m] : decision.storage_kw[m - evses]) = recorded_kw[m];
    }
  }

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
    decide::Advisor(std::move(chosen)).answer_request(decide::read_request(caught_.requests.back()));
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
  ProgressBar bar("running " + kernel::make_printable(strategy.identity.label) + " again");
  try {
    run_once(start, listened, {}, [&](double fraction) { bar.show_fraction(fraction); });
  } catch (const Enough&) {
  }
}

/// What a fresh instance makes of requests.
struct Answered {
  std::vector<double> kw;  ///< of the last one; NaN: left as it is
  std::string failure;     ///< it failed in the last one; of one that failed before, both are empty
};

Answered answered(const ReadyStrategy& strategy, std::span<const std::string> requests) {
  control::ChosenStrategy chosen;
  chosen.label = strategy.identity.label;
  chosen.factory = strategy.factory;
  decide::Advisor advisor(std::move(chosen));
  for (std::size_t r = 0; r < requests.size(); ++r) {
    const bool last = r + 1 == requests.size();
    try {
      const decide::Answer answer = advisor.answer_request(decide::read_request(requests[r]));
      if (!last) continue;
      Answered it;
      for (const auto* members : {&answer.evses, &answer.storages}) {
        for (const decide::Asked& member : *members) it.kw.push_back(member.asked_kw);
      }
      return it;
    } catch (const control::StrategyError& error) {
      return {{}, last ? error.what() : ""};
    }
  }
  return {};
}

/// As it is typed: "edf:margin_min=5", "./libmine.so".
std::string strategy_text(const ReadyStrategy& strategy) {
  std::string text = strategy.text.id;
  for (const auto& [key, value] : strategy.text.params) text += fmt::format(":{}={}", key, value);
  return text;
}

void tell(std::string_view what) { fmt::print(stderr, "note: {}\n", kernel::make_printable(what)); }

/// What the written requests show, and what is said of them.
struct Finding {
  bool holds = false;   ///< decide does what the run did
  bool stream = false;  ///< only after all requests before
  std::string words;
};

/// "A-3 gets 7.4 kW, 3.7 kW are recorded, and 2 more differ"
std::string differences(const Catch& caught, const std::vector<double>& kw) {
  const std::vector<double>& recorded_kw = caught.recorded.standing_kw();
  const twin::Site& site = caught.world.sites[caught.site];
  const auto text = [](double x) { return std::isnan(x) ? std::string("none") : fmt::format("{:.6g} kW", x); };
  std::string first;
  std::size_t count = 0;
  for (std::size_t m = 0; m < std::min(kw.size(), recorded_kw.size()); ++m) {
    if (same_kw(kw[m], recorded_kw[m]) || count++ > 0) continue;
    const std::size_t evses = site.evses.size();
    first = fmt::format("for {} {}, recorded {}", m < evses ? site.evses[m].id : site.storages[m - evses].id,
                        text(kw[m]), text(recorded_kw[m]));
  }
  return count > 1 ? fmt::format("{}, and {} more differ", first, count - 1) : first;
}

/// The run ended in this decision: does decide fail there, too?
Finding look_at_failure(const ReadyStrategy& strategy, const Catch& caught) {
  const std::span<const std::string> all(caught.requests);
  if (const std::string alone = answered(strategy, all.last(1)).failure; !alone.empty())
    return {true, false, "fails there: " + alone};
  if (const std::string last = answered(strategy, all).failure; !last.empty())
    return {true, true, "fails there, in its last line: it remembers what it saw before: " + last};
  if (!caught.failure.empty())
    return {false, false, "does not fail there, as the run does: what it fails of is in no request: " + caught.failure};
  return {false, false, "does not fail there, as the recorded run did"};
}

Finding look_at_answer(const ReadyStrategy& strategy, const Catch& caught) {
  const bool recorded = caught.recorded.knows(caught.number);
  // Of a run that was broken off before, there is only what it is when lived again.
  const std::vector<double>& due_kw = recorded ? caught.recorded.standing_kw() : caught.kw;
  const char* as =
      recorded ? "answers as it did" : "answers as it does when the run is lived again; the run file ends before";
  const std::span<const std::string> all(caught.requests);
  const Answered alone = answered(strategy, all.last(1));
  const std::vector<double> alone_kw = standing(caught.before_kw, alone.kw);
  if (same_kw(alone_kw, due_kw)) return {true, false, as};
  if (same_kw(standing(caught.before_kw, answered(strategy, all).kw), due_kw))
    return {true, true, fmt::format("{}, in its last line: it remembers what it saw before", as)};

  if (!caught.failure.empty()) return {false, false, "fails there, where the recorded run went on: " + caught.failure};
  if (recorded && !same_kw(caught.kw, due_kw))
    return {false, false, fmt::format("answers otherwise than recorded ({})", differences(caught, caught.kw))};
  if (!alone.failure.empty()) return {false, false, "fails there, where the run went on: " + alone.failure};
  return {
      false, false,
      fmt::format("answers otherwise ({}): in the run it knew what no request says", differences(caught, alone_kw))};
}

/// @throws CommandError where the run has no such decision.
void check_found(const Catch& caught) {
  const std::uint64_t failed_in = caught.recorded.failed_in();
  const bool ended = failed_in != 0 && caught.number >= failed_in;
  if (caught.found && !(ended && caught.number > failed_in)) return;
  throw CommandError(fmt::format("{}: has {} decisions{}; the first is --decision 1", caught.command.runs.front(),
                                 ended ? failed_in : caught.number, ended ? ", and failed in the last" : ""));
}

/// Where the strategy on disk is not the one that was recorded.
void tell_of_others(const record::RunSummary& summary, const ReadyStrategy& strategy, const Catch& caught) {
  if (summary.plugin_digest != strategy.identity.plugin_digest)
    tell(fmt::format("the strategy on disk is another build than the recorded one: {} then, {} now",
                     summary.plugin_digest, strategy.identity.plugin_digest));
  if (caught.other_answer)
    tell(
        fmt::format("the strategy on disk answers otherwise than recorded from decision {} on; the request is of the "
                    "recorded run, whose set-points were followed",
                    *caught.other_answer));
  if (caught.other_time)
    tell(
        fmt::format("decision {} was made at another time in the recorded run: the strategy on disk asks to be woken "
                    "at others, and the request is not of the recorded run",
                    *caught.other_time));
}

}  // namespace

int export_decision(const ExportCommand& command) {
  const std::string& file = command.runs.front();
  const record::RunSummary summary = record::read_summary(file);
  check_repeatable(file, summary, true);
  const StartPoint start = start_again(file, summary);
  const ReadyStrategy strategy = strategy_again(file, summary, start);
  const twin::World& world = start.scenario.world;
  const std::uint32_t site = site_named(world, command.decision_site);
  RecordedDecisions recorded(file, summary, site);
  Catch caught{command, world, recorded, site};

  if (!command.decision_at.empty()) {
    try {
      caught.at_ns = market::parse_instant(command.decision_at, world.calendar);
    } catch (const market::CalendarError& error) {
      throw CommandError(fmt::format("--at: {}", error.what()));
    }
  }
  catch_interrupt();
  live_up_to(start, strategy, caught);
  check_found(caught);

  const bool failed = caught.number == recorded.failed_in();
  const Finding finding = failed ? look_at_failure(strategy, caught) : look_at_answer(strategy, caught);
  const std::span<const std::string> all(caught.requests);
  const std::span<const std::string> written = finding.stream ? all : all.last(1);
  std::string text;
  if (written.size() == 1) {
    text = analysis::json_text(nlohmann::ordered_json::parse(written[0])) + "\n";
  } else {
    for (const std::string& request : written) text += request + "\n";
  }

  if (command.decision == "-") {
    fmt::print("{}", text);
  } else {
    NewFile out(command.decision);
    out.write_text(text);
    out.finish_file();
  }

  fmt::print(stderr, "decision {} at {}, strategy {}: evtwin decide{} {}--strategy {} {}\n", caught.number,
             world.calendar.format_local(caught.now_ns), kernel::make_printable(strategy.identity.label),
             written.size() > 1 ? " --lines" : "",
             command.decision == "-" ? "" : kernel::make_printable(command.decision) + " ",
             kernel::make_printable(strategy_text(strategy)), kernel::make_printable(finding.words));
  tell_of_others(summary, strategy, caught);
  if (!caught.different.empty())
    tell(fmt::format("not in the request as it was in the run: {}", fmt::join(caught.different, ", ")));
  return finding.holds ? 0 : 3;
}

}  // namespace evtwin::cli
