// evtwin eval: policies on single days of a scenario, beside strategies and the bound.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "analysis/day_report.hpp"
#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/frozen_days.hpp"
#include "cli/one_run.hpp"
#include "cli/policy_report.hpp"
#include "kernel/text.hpp"
#include "policy/sha256.hpp"

namespace evtwin::cli {

namespace {

using Json = nlohmann::json;

/// Of a head that may say anything.
const Json& part_of(const Json& of, const char* key) {
  static const Json nothing;
  if (!of.is_object()) return nothing;
  const auto found = of.find(key);
  return found == of.end() ? nothing : *found;
}

std::string text_at(const Json& of, const char* key) {
  const Json& value = part_of(of, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::set<std::string> texts_of(const Json& list) {
  std::set<std::string> all;
  if (!list.is_array()) return all;
  for (const Json& one : list)
    if (one.is_string()) all.insert(one.get<std::string>());
  return all;
}

std::set<std::string> sites_of(const twin::World& world) {
  std::set<std::string> names;
  for (const twin::Site& site : world.sites) names.insert(site.name);
  return names;
}

struct GivenPolicy {
  std::string file, kind;
  Json training;  ///< as its head tells
};

/// @throws CommandError for a file that is no sound policy, or does not say who plays it
GivenPolicy given_policy(const std::string& file) {
  const policy::PolicyFile policy = policy_of(file);
  GivenPolicy given{file, text_at(policy.head, "kind"), part_of(policy.head, "training")};
  if (given.kind.empty())
    throw CommandError(fmt::format("{}: does not say which strategy plays it; give --strategies ID:policy={} instead",
                                   file, kernel::make_printable(file)));
  return given;
}

/// The days that are lived, and where they come from.
struct ChosenDays {
  std::vector<LocalDay> days;
  std::string origin;  ///< a sentence
};

/// The days that a policy's head froze of this very scenario.
std::optional<std::set<std::string>> frozen_in(const GivenPolicy& policy, const twin::World& world) {
  const Json& tests = part_of(policy.training, "test");
  if (!tests.is_array()) return std::nullopt;
  for (const Json& test : tests) {
    const bool same = text_at(test, "sha256") == policy::sha256_hex(world.scenario_text) &&
                      texts_of(part_of(test, "sites")) == sites_of(world) &&
                      text_at(test, "first_day") == market::format_date(world.calendar.local_date(world.start_ns)) &&
                      text_at(test, "last_day") == market::format_date(world.calendar.local_date(world.end_ns - 1));
    if (same) return texts_of(part_of(test, "days"));
  }
  return std::nullopt;
}

/// @throws CommandError for dates that the scenario does not have
std::vector<LocalDay> days_named(const std::vector<LocalDay>& all, const std::vector<std::string>& dates) {
  std::vector<LocalDay> days;
  for (const std::string& date : dates) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const LocalDay& day) { return day.date == date; });
    if (found == all.end())
      throw CommandError(fmt::format("--days: the scenario has no whole day {}; it has {} to {}",
                                     kernel::make_printable(date), all.front().date, all.back().date));
    if (std::any_of(days.begin(), days.end(), [&](const LocalDay& day) { return day.date == date; }))
      throw CommandError(fmt::format("--days: {} is named twice; name each day once", date));
    days.push_back(*found);
  }
  return days;
}

ChosenDays choose_days(const EvalCommand& command, const twin::World& world, const std::vector<GivenPolicy>& policies) {
  const std::vector<LocalDay> all = days_of(world);
  switch (command.days) {
    case EvalDays::run:
      return {{{world.start_ns, world.end_ns,
                fmt::format("{} to {}", market::format_date(world.calendar.local_date(world.start_ns)),
                            market::format_date(world.calendar.local_date(world.end_ns - 1)))}},
              "The whole run, as one."};
    case EvalDays::all:
      return {all, fmt::format("All {} days.", all.size())};
    case EvalDays::named:
      return {days_named(all, command.dates), "Days as named."};
    case EvalDays::frozen:
      break;
  }

  // Days that a policy was frozen with come first: training kept away from them. A list of another length, or with
  // dates that this scenario lacks, is passed over.
  const std::size_t count = std::min<std::size_t>(all.size(), command.frozen);
  for (const GivenPolicy& policy : policies) {
    const auto dates = frozen_in(policy, world);
    if (!dates || dates->size() != count) continue;
    const auto is_known = [&](const std::string& date) {
      return std::any_of(all.begin(), all.end(), [&](const LocalDay& day) { return day.date == date; });
    };
    if (!std::all_of(dates->begin(), dates->end(), is_known)) continue;
    return {days_named(all, {dates->begin(), dates->end()}),
            fmt::format("The {} of {} days that {} was frozen with before it learnt.", count, all.size(),
                        kernel::make_printable(policy.file))};
  }

  // Without such a list the scenario's seed draws them, so that every policy is judged by the same days.
  return {frozen_days(all, count, world.seed),
          fmt::format("{} of {} days, drawn by seed {}.", count, all.size(), world.seed)};
}

/// Says how many of the days that judge a policy it has learnt from. Names and dates are what heads tell.
std::string overlap_of(const GivenPolicy& policy, const twin::World& world, const std::vector<LocalDay>& days) {
  const Json& scenarios = part_of(policy.training, "scenarios");
  if (!scenarios.is_array()) return {};
  std::set<std::string> seen;
  for (const Json& scenario : scenarios) {
    const std::set<std::string> learnt = texts_of(part_of(scenario, "sites")), here = sites_of(world);
    if (std::none_of(here.begin(), here.end(), [&](const std::string& site) { return learnt.contains(site); }))
      continue;
    const std::string first = text_at(scenario, "first_day"), last = text_at(scenario, "last_day");
    for (const LocalDay& day : days) {
      const std::string from = market::format_date(world.calendar.local_date(day.from_ns)),
                        to = market::format_date(world.calendar.local_date(day.to_ns - 1));
      if (from <= last && to >= first) seen.insert(day.date);
    }
  }
  if (seen.empty()) return {};
  if (days.size() == 1)
    return fmt::format("{} learnt from this site and {}: that is no test.", kernel::make_printable(policy.file),
                       days.front().date);
  return fmt::format("{} learnt from this site and {} of these {} days: that is no test.",
                     kernel::make_printable(policy.file), seen.size(), days.size());
}

/// Policies by kind, each kind's together and each by itself; then the strategies.
std::vector<analysis::DayRow> rows_of(const std::vector<GivenPolicy>& policies,
                                      const std::vector<analysis::Contender>& contenders) {
  std::vector<analysis::DayRow> rows;
  std::vector<std::string> kinds;
  for (const GivenPolicy& policy : policies)
    if (std::find(kinds.begin(), kinds.end(), policy.kind) == kinds.end()) kinds.push_back(policy.kind);
  for (const std::string& kind : kinds) {
    analysis::DayRow together;
    for (std::size_t p = 0; p < policies.size(); ++p)
      if (policies[p].kind == kind) together.members.push_back(p);
    if (together.members.size() < 2) continue;
    together.name = fmt::format("{} ({} policies)", kind, together.members.size());
    rows.push_back(std::move(together));
  }
  for (std::size_t c = 0; c < contenders.size(); ++c) rows.push_back({contenders[c].strategy, {c}});
  return rows;
}

/// "ppo policy.seed1.pt": a policy's label has its whole path. Files of one name keep theirs.
std::vector<std::string> policy_names(const std::vector<GivenPolicy>& policies) {
  std::map<std::string, int> count;
  const auto short_name = [](const GivenPolicy& policy) {
    return std::filesystem::path(policy.file).filename().string();
  };
  for (const GivenPolicy& policy : policies) ++count[short_name(policy)];
  std::vector<std::string> names;
  for (const GivenPolicy& policy : policies) {
    const std::string file = short_name(policy);
    names.push_back(fmt::format("{} {}", policy.kind, count[file] == 1 ? file : policy.file));
  }
  return names;
}

struct JudgedPolicies {
  std::shared_ptr<const StartPoint> start;
  ChosenDays chosen;
  std::vector<analysis::DayRuns> days;
  std::vector<analysis::DayRow> rows;
  std::vector<std::string> notes;
  int status = 0;
};

JudgedPolicies judge(const EvalCommand& command) {
  std::vector<GivenPolicy> policies;
  ContestRules rules;
  rules.hosting = command.hosting;
  rules.threads = command.threads;
  rules.bound = command.bound;

  // A policy is played as the strategy that its head names.
  for (const std::string& file : command.policies) {
    policies.push_back(given_policy(file));
    rules.strategies.push_back({policies.back().kind, {{"policy", file}}});
  }
  rules.strategies.insert(rules.strategies.end(), command.strategies.begin(), command.strategies.end());

  const StartPoint whole = start_of(command.scenario, command.load, "");
  JudgedPolicies judged;
  judged.chosen = choose_days(command, whole.scenario.world, policies);
  std::vector<Round> rounds;
  for (const LocalDay& day : judged.chosen.days) rounds.push_back({day.date, {}});

  const auto load = [&](std::size_t day) {
    StartPoint start = start_of(command.scenario, command.load, "");
    if (command.days != EvalDays::run)
      start.scenario.world = on_day(std::move(start.scenario.world), judged.chosen.days[day]);
    return start;
  };

  RoundsResult held = hold_rounds(rounds, load, rules);
  judged.start = held.start;
  std::vector<const analysis::RoundRuns*> runs;
  std::vector<std::string> titles;

  // In tables a policy is called by its file alone; its label has the whole path.
  const std::vector<std::string> names = policy_names(policies);
  for (std::size_t d = 0; d < rounds.size(); ++d) {
    judged.days.push_back({std::move(held.rounds[d]), rounds[d].title});
    for (std::size_t p = 0; p < names.size(); ++p) judged.days.back().contenders[p].strategy = names[p];
    titles.push_back(rounds[d].title);
  }
  for (const analysis::DayRuns& day : judged.days) runs.push_back(&day);
  judged.status = tell_failures(runs, titles);

  judged.rows = rows_of(policies, judged.days.front().contenders);
  for (const GivenPolicy& policy : policies) {
    if (std::string note = overlap_of(policy, whole.scenario.world, judged.chosen.days); !note.empty())
      judged.notes.push_back(std::move(note));
  }
  return judged;
}

}  // namespace

int evaluate_policies(const EvalCommand& command) {
  const JudgedPolicies judged = judge(command);
  const twin::World& world = judged.start->scenario.world;

  if (command.json) {
    auto json = analysis::day_comparison_json(judged.days, judged.rows, world.currency, world.seed);
    json["scenario"] = world.name;
    json["days_are"] = judged.chosen.origin;
    json["notes"] = judged.notes;
    fmt::print("{}\n", analysis::json_text(json));
    return judged.status;
  }

  print_flags(world);
  const bool korean = command.language == "ko";
  fmt::print("{}\n{}\n", kernel::make_printable(world.name), analysis::wrap_words(judged.chosen.origin));
  fmt::print("{}", analysis::day_comparison_text(judged.days, judged.rows, world.currency, world.seed,
                                                 korean ? analysis::Language::korean : analysis::Language::english));

  // A day lived by itself costs otherwise than the same day within a run: readers are told.
  if (command.days != EvalDays::run) {
    fmt::print("{}", analysis::wrap_words(analysis::in_language(
                         korean,
                         "Each day is lived by itself: nobody is plugged in when it begins, its bill is its own (a "
                         "demand charge too), and what learns from days before begins anew. --days run lives the "
                         "scenario as one.",
                         "하루씩 따로 실행합니다: 시작할 때 연결된 차가 없고, 요금(기본요금 포함)도 하루치이며, 지난 "
                         "날들에서 배우는 전략은 매일 처음부터 시작합니다. --days run은 시나리오 전체를 한 번에 "
                         "실행합니다.")));
  }
  for (const std::string& note : judged.notes) fmt::print("{}", analysis::wrap_words("note: " + note));
  return judged.status;
}

}  // namespace evtwin::cli
