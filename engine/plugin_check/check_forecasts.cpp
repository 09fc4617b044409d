#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>
#include <thread>

#include "kernel/hash.hpp"
#include "kernel/static_checks.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/forecast_checks.hpp"
#include "plugin_check/growth.hpp"
#include "plugin_check/imports.hpp"
#include "plugin_check/process_watch.hpp"

namespace evtwin::plugin_check {

namespace {

using Digests = std::vector<std::uint64_t>;

/// Numbers of scenes whose histories are short: what costs little to ask.
constexpr std::array<std::uint64_t, 4> short_scenes{1, 2, 15, 16};
/// Among them gaps, four weeks, both changes of the clock.
constexpr std::array<std::uint64_t, 7> compared_scenes{1, 5, 9, 11, 12, 14, 15};
static_assert(kernel::is_ascending(short_scenes) && kernel::is_ascending(compared_scenes));
constexpr std::uint64_t most_reports = 100;  // of one call

// The description, and create().

void info_stays(const Foreseer& of) {
  const std::string id = of.info.id, before = said_by(of.info);

  for (const char* text : {of.info.name, of.info.version, of.info.help}) {
    if (text == nullptr || *text == '\0') throw Failed("it lacks a name, a version or help");
  }

  // Asked of the file again each time: an answer kept from before would prove nothing.
  const auto said_now = [&]() -> std::string {
    for (std::uint32_t i = 0; i < of.specimen.forecasters().n_forecasters; ++i) {
      const evtwin_info& info = of.specimen.forecaster_info(i);
      if (id == info.id) return said_by(info);
    }
    return "nothing: its id is gone";
  };

  const auto expect_unchanged = [&](const std::string& now, const char* when) {
    if (now != before) throw Failed(fmt::format("info() says something else {}", when));
  };

  ForecasterInstance instance(of);
  expect_unchanged(said_now(), "after create()");

  // A description that is made per thread would show here.
  std::string elsewhere;
  std::thread([&] {
    try {
      elsewhere = said_now();
    } catch (const Failed& failed) {
      elsewhere = failed.what();
    }
  }).join();
  expect_unchanged(elsewhere, "on another thread");

  instance.destroy();
  expect_unchanged(said_now(), "after destroy()");
}

void parameters_are_sound(const Foreseer& of) { parameter_table_is_sound(of.specimen, of.info); }

void unknown_is_refused(const Foreseer& of) {
  const auto params = of.specimen.starting_params(of.info);
  const std::string id = of.info.id;
  const auto expect_refusal = [&](const std::string& asked_id, std::uint32_t quantity, const std::string& what) {
    const ForecasterInstance instance(of.specimen, asked_id.c_str(), params, quantity);
    if (instance.made().status != EVTWIN_UNSUPPORTED)
      throw Failed(fmt::format("create() answered {} for {}; EVTWIN_UNSUPPORTED is due",
                               name_of_status(instance.made().status), what));
  };
  for (const std::string& unknown : {std::string("no-such-forecaster"), id + "x", id + " ", std::string(),
                                     id.substr(0, id.size() - 1), std::string(10'000, 'a')}) {
    bool listed = false;
    for (std::uint32_t i = 0; i < of.specimen.forecasters().n_forecasters; ++i)
      listed = listed || unknown == of.specimen.forecaster_info(i).id;
    if (!listed) expect_refusal(unknown, of.quantity, fmt::format("the unknown id '{}'", unknown.substr(0, 60)));
  }
  for (const std::uint32_t unknown : {EVTWIN_QUANTITIES, EVTWIN_QUANTITIES + 1, 77U, 0xffff'ffffU})
    expect_refusal(id, unknown, fmt::format("the unknown quantity {}", unknown));
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
    if ((of.info.flags & EVTWIN_FORECASTS(q)) == 0)
      expect_refusal(id, q, fmt::format("quantity {}, which its flags do not name", q));
  }
}

void default_is_made(const Foreseer& of) {
  for (int life = 0; life < 3; ++life) ForecasterInstance(of).destroy();
}

/// Made with these parameters it answers a few questions, or has refused them with a reason.
void try_parameters(const Foreseer& of, std::span<const evtwin_param_value> params, const std::string& what) {
  ForecasterInstance instance(of.specimen, of.info.id, params, of.quantity);
  if (instance.made().status == EVTWIN_BAD_PARAMETER) {
    if (instance.made().words.empty()) throw Failed(fmt::format("create() refused {} and reported no reason", what));
    return;
  }
  if (instance.made().status != EVTWIN_OK)
    throw Failed(fmt::format("create() with {} answered {}: {}", what, name_of_status(instance.made().status),
                             instance.made().words));
  try {
    for (const std::uint64_t number : std::array<std::uint64_t, 3>{1, 12, 15}) {
      const ForecastScene scene(number);
      for (std::size_t k = 0; k < scene.question_count(); ++k) ask(instance, scene, k, of.quantity);
    }
  } catch (const Failed& failed) {
    throw Failed(fmt::format("with {}: {}", what, failed.what()));
  }
  instance.destroy();
}

void parameters_are_taken(const Foreseer& of) {
  for_each_bound(of.specimen, of.info, [&](const std::vector<evtwin_param_value>& params, const std::string& what) {
    try_parameters(of, params, what);
  });
  // One that it does not have does no harm.
  auto params = of.specimen.starting_params(of.info);
  params.push_back({"no_such_parameter", 1.0, nullptr});
  params.push_back({"", std::nan(""), "text"});
  ForecasterInstance instance(of.specimen, of.info.id, params, of.quantity);
  if (instance.made().status == EVTWIN_OK) instance.destroy();
}

// Digests of answers.

void short_histories_are_answered(const Foreseer& of) {
  for (const std::uint64_t number : short_scenes) play(of, ForecastScene(number));
}

void forecasts_are_possible(const Foreseer& of) {
  for (std::uint64_t number = 1; number <= ForecastScene::corner_count(); ++number) play(of, ForecastScene(number));
}

void play_walled(const Foreseer& of, Wall wall) {
  for (std::uint64_t number = 1; number <= ForecastScene::corner_count(); ++number)
    play(of, ForecastScene(number), {.wall = wall});
}
void nothing_past_the_end(const Foreseer& of) { play_walled(of, Wall::after); }
void nothing_before_the_start(const Foreseer& of) { play_walled(of, Wall::before); }

void longer_structs(const Foreseer& of) {
  constexpr std::size_t fields_of_a_later_minor = 64;
  for (const std::uint64_t number : compared_scenes)
    play(of, ForecastScene(number), {.wall = Wall::after, .extra = fields_of_a_later_minor});
}

// An answer depends on create()'s arguments and on the call alone.

/// Every question of a fresh instance.
Digests each_by_a_fresh_one(const Foreseer& of, const ForecastScene& scene) {
  Digests answers;
  for (std::size_t k = 0; k < scene.question_count(); ++k) {
    ForecasterInstance instance(of);
    answers.push_back(ask(instance, scene, k, of.quantity));
    instance.destroy();
  }
  return answers;
}

/// Later questions first, and each twice: the history need not grow.
Digests backwards(const Foreseer& of, const ForecastScene& scene) {
  Digests answers(scene.question_count());
  ForecasterInstance instance(of);
  for (std::size_t k = scene.question_count(); k-- > 0;) {
    answers[k] = ask(instance, scene, k, of.quantity);
    if (ask(instance, scene, k, of.quantity) != answers[k])
      throw Failed(
          fmt::format("the same call twice, another answer: forecast() number {} of {}", k + 1, scene.scene_name()));
  }
  instance.destroy();
  return answers;
}

void expect_of_the_call_alone(const Foreseer& of, const ForecastScene& scene) {
  const Digests once = play(of, scene);
  expect_same(once, each_by_a_fresh_one(of, scene), scene,
              "from a fresh instance to one that was asked before, with less history");
  expect_same(once, backwards(of, scene), scene, "where later questions were asked before");
  expect_same(once, play(of, scene, {.wall = Wall::after}), scene, "where the columns lie at other addresses");
}

void forecasts_repeat(const Foreseer& of) {
  for (const std::uint64_t number : compared_scenes) expect_of_the_call_alone(of, ForecastScene(number));
}

void other_histories_do_not_matter(const Foreseer& of) {
  // One instance for scenes with other values, first days, lengths of step and levels in turn.
  std::vector<Digests> alone;
  for (const std::uint64_t number : compared_scenes) alone.push_back(play(of, ForecastScene(number)));
  ForecasterInstance instance(of);
  for (std::size_t s = 0; s < compared_scenes.size(); ++s) {
    const ForecastScene scene(compared_scenes[s]);
    Digests answers;
    for (std::size_t k = 0; k < scene.question_count(); ++k) answers.push_back(ask(instance, scene, k, of.quantity));
    expect_same(alone[s], answers, scene, "for an instance that was asked of another history before");
  }
  instance.destroy();
}

void instances_are_apart(const Foreseer& of) {
  constexpr std::array<std::array<std::uint64_t, 2>, 3> pairs{{{9, 5}, {11, 12}, {1, 15}}};
  for (const auto& [first, second] : pairs) {
    const ForecastScene scene(first), other(second);
    const Digests alone = play(of, scene), other_alone = play(of, other);
    Digests in_turns, other_in_turns;
    ForecasterInstance one(of), two(of);
    for (std::size_t k = 0; k < std::max(scene.question_count(), other.question_count()); ++k) {
      if (k < scene.question_count()) in_turns.push_back(ask(one, scene, k, of.quantity));
      if (k < other.question_count()) other_in_turns.push_back(ask(two, other, k, of.quantity));
    }
    one.destroy();
    two.destroy();
    expect_same(alone, in_turns, scene, "while another instance is asked: they share something");
    expect_same(other_alone, other_in_turns, other, "while another instance is asked: they share something");
  }
}

void instances_on_threads(const Foreseer& of) {
  // Each set of scenes alone first, then both at the same time: answers must be the same bits.
  constexpr std::array<std::uint64_t, 3> here{1, 9, 14}, there{2, 5, 12};
  const auto run = [&](std::span<const std::uint64_t> numbers) {
    std::vector<Digests> all;
    for (const std::uint64_t number : numbers) all.push_back(play(of, ForecastScene(number)));
    return all;
  };
  const auto here_alone = run(here), there_alone = run(there);

  std::vector<Digests> here_beside, there_beside;
  std::string failed;

  std::thread beside([&] {
    try {
      there_beside = run(there);
    } catch (const std::exception& error) {
      failed = error.what();
    }
  });

  // The thread is joined whatever happens here: one that is left would end the process.
  try {
    here_beside = run(here);
  } catch (...) {
    beside.join();
    throw;
  }

  beside.join();
  if (!failed.empty()) throw Failed(failed);

  for (std::size_t s = 0; s < here.size(); ++s) {
    const char* how = "while another instance runs on another thread";
    expect_same(here_alone[s], here_beside[s], ForecastScene(here[s]), how);
    expect_same(there_alone[s], there_beside[s], ForecastScene(there[s]), how);
  }
}

// The process, and what a forecaster leaves in it.

void lives_leave_nothing(const Foreseer& of) {
  expect_lives_leave_nothing([&](std::uint64_t life) {
    if (life % 3 == 2) {
      ForecasterInstance(of).destroy();
    } else {
      play(of, ForecastScene(short_scenes[life % short_scenes.size()]));
    }
  });
}

void threads_keep_to_calls(const Foreseer& of) {
  const std::size_t before = threads_now();
  for (const std::uint64_t number : short_scenes) {
    const ForecastScene scene(number);
    ForecasterInstance instance(of);
    for (std::size_t k = 0; k < scene.question_count(); ++k)
      ask(instance, scene, k, of.quantity, {.wall = Wall::after});
    // The columns are gone: a thread that still writes its answer ends here.
    wait_for_threads(before);
    if (instance.services().reported_elsewhere())
      throw Failed("it called host->report from another thread than the one that called it");
    instance.destroy();
  }
  expect_no_threads_left(before, (of.info.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0);
}

void prints_nothing(const Foreseer& of) {
  expect_silence([&] {
    for (const std::uint64_t number : compared_scenes) play(of, ForecastScene(number));
  });
}

void process_stays(const Foreseer& of) {
  const control::ProcessState state;
  for (const std::uint64_t number : compared_scenes) {
    const ForecastScene scene(number);
    ForecasterInstance instance(of);
    expect_unchanged(state, "in create()");
    for (std::size_t k = 0; k < scene.question_count(); ++k) {
      ask(instance, scene, k, of.quantity);
      expect_unchanged(state, fmt::format("in forecast() number {}", k + 1));
    }
    instance.destroy();
    expect_unchanged(state, "in destroy()");
    expect_no_processes_left();
  }
}

/// A forecaster that needs seconds for an answer is asked fewer times, and the check says so.
constexpr double enough_s = 20.0;

/// Questions of the long run, one instance asked all along. @param answers  with room for all
/// @param watched  each call is looked at
void ask_at_length(const Foreseer& of, const ForecastScene& scene, bool watched, const control::ProcessState& before,
                   Growth& growth, Digests& answers) {
  constexpr std::size_t calls_between_walls = 16;
  ForecasterInstance instance(of);
  OpenFiles files("forecast()");
  const double began_s = cpu_s();
  for (std::size_t k = 0; k < scene.question_count() && cpu_s() - began_s < enough_s; ++k) {
    step_clocks(k);
    ForecastShowing showing;
    if (watched && k % calls_between_walls == 0) showing.wall = Wall::after;
    growth.over([&] { answers.push_back(ask(instance, scene, k, of.quantity, showing)); });
    if (!watched) continue;
    const std::string when = fmt::format("in forecast() number {}", k + 1);
    expect_unchanged(before, when);
    files.look(static_cast<std::int64_t>(k) + 1);
    if (const std::uint64_t said = instance.services().report_count(); said > most_reports)
      throw Failed(fmt::format("it reported {} times {}; at most {} are due", said, when, most_reports));
  }
  instance.destroy();
  expect_unchanged(before, "in destroy()");
  expect_no_processes_left();
  files.look_at_the_end();
}

/// The long run again and again: the same answers, also at another time of day, and nothing lost.
Digests live_at_length(const Foreseer& of, const ForecastScene& scene) {
  constexpr double hours_of_a_year = 8760.0;
  const control::ProcessState before;  // with the streams that a host has
  const double began_s = cpu_s();
  Growth growth;
  Digests first, again;
  first.reserve(scene.question_count());
  again.reserve(scene.question_count());
  ask_at_length(of, scene, true, before, growth, first);
  growth.expect_to_fit("forecast()", hours_of_a_year);

  const auto live = [&](std::int64_t shift_s) {
    growth.begin_life();
    again.clear();
    shift_clocks(shift_s);
    const auto bytes_before = static_cast<std::int64_t>(taken_bytes());
    ask_at_length(of, scene, false, before, growth, again);
    return static_cast<std::int64_t>(taken_bytes()) - bytes_before;
  };
  for (int life = 1; life < Growth::most_lives && cpu_s() - began_s < enough_s; ++life) {
    const std::int64_t lost = live(0);
    expect_same(first, again, scene, "from one life to the next");
    if (lost < Growth::least_lost) break;
    if (life + 1 == Growth::most_lives) growth.fail_of_lost(lost, "forecast()");
  }
  if (clock_reads() == 0 || cpu_s() - began_s >= enough_s) return first;
  live(another_time_s);
  expect_same(first, again, scene, "at another time of day: it goes by the clock");
  return first;
}

void forecasts_go_by_no_clock(const Foreseer& of) {
  take_over_clocks(of.specimen.objects());
  const auto asked = [&](std::uint64_t number, std::int64_t shift_s) {
    shift_clocks(shift_s);
    step_clocks(0);
    return play(of, ForecastScene(number));
  };
  for (const std::uint64_t number : compared_scenes) {
    Digests once = asked(number, 0);
    if (clock_reads() == 0) continue;
    // As of strategies: one that answers otherwise at the same time, again and again, is not that of the clock.
    bool same = false;
    for (int attempt = 0; attempt < 4 && !same; ++attempt) {
      Digests again = asked(number, 0);
      same = again == once;
      once = std::move(again);
    }
    if (!same) return;
    expect_same(once, asked(number, another_time_s), ForecastScene(number),
                "at another time of day: it goes by the clock");
  }
}

void forecasts_stay_sound(const Foreseer& of) {
  const ForecastScene scene = ForecastScene::long_run();
  const std::size_t threads_before = threads_now();
  take_over_clocks(of.specimen.objects());
  Digests answers;
  expect_silence([&] { answers = live_at_length(of, scene); });
  expect_no_threads_left(threads_before, (of.info.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0);
  // A cache that has grown for weeks, beside instances that know nothing.
  constexpr std::size_t compared = 10;
  Digests fresh = answers;
  shift_clocks(0);
  for (std::size_t k = answers.size() - std::min(answers.size(), compared); k < answers.size(); ++k) {
    ForecasterInstance instance(of);
    step_clocks(k);
    fresh[k] = ask(instance, scene, k, of.quantity);
    instance.destroy();
  }
  expect_same(answers, fresh, scene, "from one instance asked all along to a fresh one");
  note_in_box(answers.size() == scene.question_count()
                  ? fmt::format("{} forecasts", answers.size())
                  : fmt::format("{} of {} forecasts, for want of CPU time", answers.size(), scene.question_count()));
}

constexpr std::array once_checks = std::to_array<ForecastCheck>({
    {"info", "describes itself the same before and after create(), and on another thread", &info_stays},
    {"parameters", "the table of parameters has texts, and defaults within ranges", &parameters_are_sound},
    {"unknown-ids", "ids that it does not have, quantities that it does not foresee: EVTWIN_UNSUPPORTED",
     &unknown_is_refused},
});

constexpr std::array quantity_checks = std::to_array<ForecastCheck>({
    {"create", "create() makes an instance with the defaults", &default_is_made},
    {"parameter-values", "every bound and choice makes an instance or a reasoned EVTWIN_BAD_PARAMETER",
     &parameters_are_taken},
    {"short-histories", "answers from no history, one step, half a day", &short_histories_are_answered},
    {"answers", "means finite and not negative (prices may be), quantiles all or none, not crossing",
     &forecasts_are_possible},
    {"longer-structs", "accepts a call and a host that are longer than it knows", &longer_structs},
    {"memory-after", "touches nothing past a column's end, nothing after the call, and writes no history",
     &nothing_past_the_end},
    {"memory-before", "touches nothing before a column's start", &nothing_before_the_start},
    {"repeatable", "the answer is of the call alone: fresh, asked all along, backwards, at other addresses",
     &forecasts_repeat},
    {"other-histories", "an instance asked of one history answers as a fresh one of another",
     &other_histories_do_not_matter},
    {"independent", "two instances in turns answer as each alone", &instances_are_apart},
    {"two-threads", "two instances on two threads answer as each alone", &instances_on_threads},
    {"clock", "the same call, the same answer at another time of day", &forecasts_go_by_no_clock},
    {"resources", "lives that end leave no memory, file or thread behind", &lives_leave_nothing},
    {"threads", "reports come from the calling thread, nothing goes on after a call", &threads_keep_to_calls},
    {"output", "prints nothing and leaves the standard streams open", &prints_nothing},
    {"process",
     "numbers, locales, signals, timers, priority, folder and environment stay as they were, no process is left",
     &process_stays},
    {"late",
     "a thousand forecasts over the end of a month and a change of the clock: all of this holds, and answers "
     "are those of a fresh instance",
     &forecasts_stay_sound},
});
static_assert(kernel::has_unique_keys(once_checks, &ForecastCheck::name) &&
              kernel::has_unique_keys(quantity_checks, &ForecastCheck::name));

}  // namespace

std::span<const ForecastCheck> checks_of_a_forecaster() { return once_checks; }
std::span<const ForecastCheck> checks_of_a_quantity() { return quantity_checks; }

void forecasts_are_kept(const Foreseer& of) {
  for (const std::uint64_t number : compared_scenes) keep_in_box(play(of, ForecastScene(number)));
}

void one_forecast_scene(const Foreseer& of, std::uint64_t number) {
  black_box()->seed = number;
  const ForecastScene scene(number);
  expect_of_the_call_alone(of, scene);
  if (kernel::mix_bits(number) % 2 == 0) play(of, scene, {.wall = Wall::before});
}

void time_forecasts(const Foreseer& of) {
  using Clock = std::chrono::steady_clock;

  constexpr double enough_s = 1.0;
  constexpr std::uint64_t timed_scene = 9;
  constexpr std::size_t most_rounds = 32, fewest_rounds = 4;

  const ForecastScene scene(timed_scene);
  std::vector<double> mean, quantile, all;
  const auto began = Clock::now();
  for (std::size_t round = 0; round < most_rounds; ++round) {
    // A fresh instance per round: one that has been asked before may answer from memory.
    ForecasterInstance instance(of);
    for (std::size_t k = 0; k < scene.question_count(); ++k) {
      const ForecastScene::Call call = scene.call_of_question(k, of.quantity);
      mean.assign(call.question.steps.n, std::numeric_limits<double>::quiet_NaN());
      quantile.assign(mean.size() * call.question.n_levels, std::numeric_limits<double>::quiet_NaN());

      const evtwin_answer answer{sizeof(evtwin_answer), 0, mean.data(), quantile.data()};
      const auto from = Clock::now();
      instance.forecast(call.history, call.question, answer, k);
      all.push_back(std::chrono::duration<double, std::nano>(Clock::now() - from).count());
    }

    instance.destroy();
    if (round + 1 >= fewest_rounds && std::chrono::duration<double>(Clock::now() - began).count() > enough_s) break;
  }

  std::sort(all.begin(), all.end());
  keep_in_box(std::array<std::uint64_t, 2>{std::bit_cast<std::uint64_t>(all[all.size() / 2]),
                                           std::bit_cast<std::uint64_t>(all[all.size() * 99 / 100])});
}

}  // namespace evtwin::plugin_check
