// A whole training through the C ABI: what it learns, what it tells, what it refuses, and that nothing is seen of what
// comes.
#include "learn/trainer.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "learned/reference.hpp"

namespace evtwin::learned::test {
namespace {

using forecast::test::Series;
using forecast::test::When;

/// A load that the simple forecasters miss: what was between 6 and 8 h says what the afternoon will be.
double two_sorts_of_days(const When& when) {
  const bool high = forecast::test::uniform(21, static_cast<std::uint64_t>(when.day)) < 0.5;
  const double noise = 0.5 * forecast::test::normal(22, when.index);
  if (when.hour() >= 6.0 && when.hour() < 8.0) return 20.0 + (high ? 4.0 : 0.0) + noise;
  if (when.hour() >= 12.0 && when.hour() < 18.0) return 30.0 + (high ? 60.0 : 0.0) + noise;
  return 20.0 + noise;
}

evtwin_series series_of(const Series& series, std::uint32_t quantity, std::size_t n) {
  return {sizeof(evtwin_series), quantity, "here", series.steps(0, n), series.values(0)};
}

struct Host {
  std::string file, state, error;
  std::vector<std::string> remarks;
  std::vector<evtwin_forecast_progress> told;
  std::uint32_t end_after = 1'000'000;  // epochs

  evtwin_forecast_training training(std::span<const evtwin_series> series, std::uint32_t epochs, std::uint64_t seed) {
    evtwin_forecast_training t{};
    t.struct_size = sizeof t;
    t.n_series = static_cast<std::uint32_t>(series.size());
    t.series = series.data();
    t.seed = seed;
    t.epochs = epochs;
    t.context = this;
    t.tell = [](const evtwin_forecast_training* asked, const evtwin_forecast_progress* now) -> std::uint32_t {
      Host& host = *static_cast<Host*>(asked->context);
      host.told.push_back(*now);
      return now->epoch >= host.end_after ? 1 : 0;
    };
    t.report = [](const evtwin_forecast_training* asked, std::uint32_t severity, const char* text) {
      Host& host = *static_cast<Host*>(asked->context);
      if (severity == EVTWIN_ERROR) {
        host.error = text;
      } else {
        host.remarks.emplace_back(text);
      }
    };
    t.keep = [](const evtwin_forecast_training* asked, const void* bytes, std::uint64_t n) -> evtwin_status {
      static_cast<Host*>(asked->context)->file.assign(static_cast<const char*>(bytes), n);
      return EVTWIN_OK;
    };
    t.checkpoint = [](const evtwin_forecast_training* asked, const void* bytes, std::uint64_t n) -> evtwin_status {
      static_cast<Host*>(asked->context)->state.assign(static_cast<const char*>(bytes), n);
      return EVTWIN_OK;
    };
    return t;
  }
};

TrainerOptions small(const char* kind) {
  TrainerOptions options;
  options.shape.kind = kind;
  options.shape.hidden = 12;
  options.shape.heads = 2;
  options.past_h = 18;
  options.horizon_h = 12;
  options.split.every_h = 4;
  options.brain.learning_rate = 1e-2;
  options.batch = 32;
  return options;
}

PolicyFile trained_on(const char* kind, double (*load)(const When&), std::size_t days, std::uint32_t epochs) {
  const Series series({}, 24 * days, load);
  const std::vector<evtwin_series> all{series_of(series, EVTWIN_QUANTITY_LOAD_KW, series.size())};
  Host host;
  train(host.training(all, epochs, 1), small(kind));
  return policy::read_policy(host.file, policy::forecast_sort);
}

TEST(Trainer, BothBecomeBetterThanTheBaseTheyBeginAs) {
  for (const char* kind : {"lstm", "tft"}) {
    const PolicyFile file = trained_on(kind, two_sorts_of_days, 80, 4);
    const auto& told = file.head["quantities"]["load"];
    EXPECT_TRUE(told["history"][0]["train"].is_null());  // before the first epoch: the base itself
    EXPECT_LT(told["validation"].get<double>(), 0.9 * told["history"][0]["validation"].get<double>()) << kind;
    EXPECT_EQ(file.head["training"]["seed"], 1);
    EXPECT_EQ(told["series"][0]["first_day"], "2024-01-01");
    EXPECT_EQ(told["series"][0]["validation_from"], "2024-03-05");  // 64 days of 80 are learnt from
    EXPECT_EQ(told["series"][0]["last_day"], "2024-03-20");
    EXPECT_NO_THROW(read_model(file, kind, EVTWIN_QUANTITY_LOAD_KW));
  }
}

TEST(Trainer, SameSeedSameBytesAndAnotherSeedOthers) {
  const Series series({}, 24 * 40, two_sorts_of_days);
  const std::vector<evtwin_series> all{series_of(series, EVTWIN_QUANTITY_LOAD_KW, series.size())};
  const auto bytes = [&](const char* kind, std::uint64_t seed) {
    Host host;
    train(host.training(all, 2, seed), small(kind));
    return host.file;
  };
  for (const char* kind : {"lstm", "tft"}) {
    EXPECT_EQ(bytes(kind, 1), bytes(kind, 1)) << kind;
    EXPECT_NE(bytes(kind, 1), bytes(kind, 2)) << kind;
  }
}

TEST(Trainer, ACutTrainingGoesOnToTheSameBytes) {
  const Series load({}, 24 * 40, two_sorts_of_days), sun({}, 24 * 40, forecast::test::pv_kw);
  const std::vector<evtwin_series> all{series_of(load, EVTWIN_QUANTITY_LOAD_KW, load.size()),
                                       series_of(sun, EVTWIN_QUANTITY_PV_KW, sun.size())};
  Host whole;
  train(whole.training(all, 3, 5), small("lstm"));
  // Cut in the first quantity, and in the second.
  for (const std::size_t cut : {std::size_t{2}, std::size_t{6}}) {
    Host first;
    evtwin_forecast_training cut_short = first.training(all, 3, 5);
    cut_short.tell = [](const evtwin_forecast_training* asked, const evtwin_forecast_progress* now) -> std::uint32_t {
      Host& host = *static_cast<Host*>(asked->context);
      host.told.push_back(*now);
      return host.told.size() >= host.end_after ? 1 : 0;
    };
    first.end_after = static_cast<std::uint32_t>(cut);
    train(cut_short, small("lstm"));
    ASSERT_FALSE(first.state.empty());
    Host second;
    evtwin_forecast_training rest = second.training(all, 3, 5);
    rest.resume_from = first.state.data();
    rest.resume_bytes = first.state.size();
    train(rest, small("lstm"));
    EXPECT_EQ(second.file, whole.file) << "cut after " << cut;
  }
}

TEST(Trainer, FineTuningBeginsWithWhatWasLearntAndKeepsTheOtherQuantities) {
  const Series load({}, 24 * 40, two_sorts_of_days), sun({}, 24 * 40, forecast::test::pv_kw);
  const std::vector<evtwin_series> both{series_of(load, EVTWIN_QUANTITY_LOAD_KW, load.size()),
                                        series_of(sun, EVTWIN_QUANTITY_PV_KW, sun.size())};
  Host first;
  train(first.training(both, 2, 5), small("lstm"));
  Host second;
  evtwin_forecast_training tuned = second.training({both.data(), 1}, 1, 6);
  tuned.file_from = first.file.data();
  tuned.file_bytes = first.file.size();
  train(tuned, small("lstm"));

  const PolicyFile before = policy::read_policy(first.file, policy::forecast_sort);
  const PolicyFile after = policy::read_policy(second.file, policy::forecast_sort);
  const auto& told = after.head["quantities"]["load"];
  EXPECT_TRUE(told["fine_tuned"].get<bool>());
  EXPECT_EQ(told["history"][0]["validation"], before.head["quantities"]["load"]["validation"]);
  EXPECT_EQ(after.head["quantities"]["pv"], before.head["quantities"]["pv"]);
  EXPECT_EQ(after.head["before"]["training"], before.head["training"]);
  for (const policy::Array& array : before.arrays)
    if (array.name.starts_with("pv.")) {
      EXPECT_EQ(after.find_array(array.name, array.shape).values, array.values);
    }
}

TEST(Trainer, RefusesWhatItCanNotLearnFromInOneClearLine) {
  const auto refused = [](const std::function<double(const When&)>& value, std::uint32_t quantity, std::size_t days) {
    const Series series({}, 24 * days, value);
    const std::vector<evtwin_series> all{series_of(series, quantity, series.size())};
    Host host;
    try {
      train(host.training(all, 1, 1), small("lstm"));
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_EQ(refused([](const When&) { return 7.0; }, EVTWIN_QUANTITY_LOAD_KW, 40),
            "load of here: it is 7 all the time: there is nothing to learn");
  EXPECT_EQ(
      refused(two_sorts_of_days, EVTWIN_QUANTITY_LOAD_KW, 7),
      "load of here: 7 known day(s); at least 21 are needed: 7 to look back on, the rest to learn from and to judge "
      "by");
  EXPECT_EQ(refused([](const When& when) { return when.index == 300 ? -3.0 : 1.0; }, EVTWIN_QUANTITY_PV_KW, 40),
            "pv of here: -3 on 2024-01-13 is below 0; PV counts what is produced: mend its sign, or set such values to "
            "0");
  EXPECT_EQ(refused([](const When&) { return forecast::test::nan; }, EVTWIN_QUANTITY_LOAD_KW, 40),
            "load of here: it has no known value");
}

TEST(Trainer, GapsAndClockChangesAreLearntFromToo) {
  const auto holes = [](const When& when) {
    return forecast::test::uniform(31, when.index / 5) < 0.2 ? forecast::test::nan : two_sorts_of_days(when);
  };
  const Series series({.spring = 12, .autumn = 27}, 24 * 40, holes);
  const std::vector<evtwin_series> all{series_of(series, EVTWIN_QUANTITY_LOAD_KW, series.size())};
  Host host;
  train(host.training(all, 1, 1), small("tft"));
  EXPECT_NO_THROW(read_model(policy::read_policy(host.file, policy::forecast_sort), "tft", EVTWIN_QUANTITY_LOAD_KW));
}

TEST(Trainer, WhatComesAfterAWindowChangesNothingOfIt) {
  // Everything after a window's time is replaced by something else: the window is the same, bit for bit, and so are all
  // windows that are learnt from when what comes after the validation's begin is replaced.
  const Shape shape{"lstm", 30, 12, 8, 1};
  for (const std::uint32_t quantity : {EVTWIN_QUANTITY_PV_KW, EVTWIN_QUANTITY_LOAD_KW, EVTWIN_QUANTITY_ARRIVALS}) {
    const auto value = [&](const When& when) {
      return quantity == EVTWIN_QUANTITY_PV_KW ? forecast::test::pv_kw(when) : std::abs(two_sorts_of_days(when));
    };
    for (const std::size_t now : {std::size_t{24 * 9}, std::size_t{24 * 20 + 7}, std::size_t{24 * 33 + 13}}) {
      const Series one({}, 24 * 40, value);
      const Series other({}, 24 * 40, [&](const When& when) {
        return when.index < now ? value(when) : 777.0 * forecast::test::uniform(9, when.index);
      });
      Window a, b;
      Looker first(quantity), second(quantity);
      look_at_series(first, series_of(one, quantity, one.size()), now, shape, a);
      look_at_series(second, series_of(other, quantity, other.size()), now, shape, b);
      EXPECT_EQ(a.past, b.past);
      EXPECT_EQ(a.future, b.future);
      EXPECT_EQ(a.of_site, b.of_site);
      EXPECT_EQ(a.base, b.base);
      EXPECT_EQ(a.scale, b.scale);
    }
    const std::size_t validation = 24 * 32;  // 80 % of 40 days
    const Series one({}, 24 * 40, value);
    const Series other({}, 24 * 40,
                       [&](const When& when) { return when.index < validation ? value(when) : 5.0 + value(when); });
    const auto split = [&](const Series& series) {
      const std::vector<evtwin_series> all{series_of(series, quantity, series.size())};
      return split_series(all, quantity, shape, {});
    };
    const Split a = split(one), b = split(other);
    EXPECT_EQ(a.learnt.past, b.learnt.past);
    EXPECT_EQ(a.learnt.future, b.learnt.future);
    EXPECT_EQ(a.learnt.truth, b.learnt.truth);
    EXPECT_NE(a.judged.truth, b.judged.truth);
  }
}

}  // namespace
}  // namespace evtwin::learned::test
