// A cache answers what was asked before, to the bit, and nothing else.
#include "store/forecast_cache.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "record/run_file.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::store {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFolder;

/// Says how often it was asked: the first answer is 1, so that a second call shows.
std::shared_ptr<const control::ForecastSource> counting_source(int& calls) {
  struct Counting : control::ForecastModel {
    explicit Counting(int& counted) : calls(counted) {}
    int& calls;
    control::Talker* listener = nullptr;
    void report_to(control::Talker* other) override { listener = other; }
    void forecast(const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) override {
      ++calls;
      if (listener != nullptr)
        listener->remarks.push_back({EVTWIN_WARNING, "call " + std::to_string(calls) + ": \"odd\"\n"});
      for (std::uint32_t k = 0; k < question.steps.n; ++k) answer.mean[k] = calls + 0.1 * k;
      // Quantiles are left as they are: no spread is known.
    }
    std::string name_in_messages() const override { return "counting"; }
  };
  return std::make_shared<const control::ForecastSource>("counting", [&calls] {
    return control::ForecastSource::Found{
        [&calls](std::uint32_t, std::uint64_t, std::uint32_t) { return std::make_unique<Counting>(calls); }};
  });
}

/// Four steps of history, two to foresee.
struct Call {
  std::vector<std::int64_t> start{0, 10, 20, 30, 40, 50, 60};
  std::vector<std::int32_t> day = std::vector<std::int32_t>(6, 0), minute{0, 1, 2, 3, 4, 5};
  std::vector<std::uint8_t> weekday = std::vector<std::uint8_t>(6, 0), holiday = std::vector<std::uint8_t>(6, 0);
  std::vector<double> load{1, 2, 3, std::nan("")}, levels{0.5};
  std::uint32_t quantity = EVTWIN_QUANTITY_LOAD_KW;
  std::uint64_t seed = 1;
  std::string identity = "plugin 1";
  mutable std::string said;  ///< with the last answer

  evtwin_steps steps(std::size_t from, std::uint32_t n) const {
    return {sizeof(evtwin_steps),
            n,
            10,
            start.data() + from,
            day.data() + from,
            minute.data() + from,
            weekday.data() + from,
            holiday.data() + from};
  }
  std::vector<double> ask(const std::shared_ptr<ForecastCache>& cache, int& calls) const {
    evtwin_history history{};
    history.struct_size = sizeof history;
    history.steps = steps(0, 4);
    history.values[quantity] = load.data();
    const auto n_levels = static_cast<std::uint32_t>(levels.size());
    const evtwin_question question{sizeof question, quantity, start[4], steps(4, 2), levels.data(), n_levels, 0};
    std::vector<double> mean(2, std::nan("")), quantile(2, std::nan(""));
    const evtwin_answer answer{sizeof answer, 0, mean.data(), levels.empty() ? nullptr : quantile.data()};
    const auto model = cached_source(counting_source(calls), identity, cache)->make_model(quantity, seed, 0);
    control::Talker heard;
    model->report_to(&heard);
    model->forecast(history, question, answer);
    EXPECT_EQ(heard.remarks.size(), 1U);
    said = heard.remarks.empty() ? std::string() : heard.remarks[0].text;
    EXPECT_TRUE(model->call_ms().has_value());
    EXPECT_TRUE(std::isnan(quantile[0]));
    return mean;
  }
};

TEST(ForecastCache, TheSecondRunIsAnsweredToTheBit) {
  const TemporaryFolder folder;
  const std::string file = folder.write("cache.sqlite", "");
  int calls = 0;
  const Call call;
  std::vector<double> first;
  {
    const auto cache = std::make_shared<ForecastCache>(file);
    first = call.ask(cache, calls);
    EXPECT_EQ(cache->found(), 0U);
    cache->save();
  }
  const auto cache = std::make_shared<ForecastCache>(file);
  EXPECT_EQ(call.ask(cache, calls), first);
  EXPECT_EQ(cache->asked(), 1U);
  EXPECT_EQ(cache->found(), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(call.said, "call 1: \"odd\"\n") << "what it said with the answer is said again";
}

// A strategy that looks at no band asks for no levels.
TEST(ForecastCache, AnswersWithoutLevelsAreKeptToo) {
  const TemporaryFolder folder;
  const std::string file = folder.write("cache.sqlite", "");
  int calls = 0;
  Call call;
  call.levels.clear();
  std::vector<double> first;
  for (int run = 0; run < 2; ++run) {
    const auto cache = std::make_shared<ForecastCache>(file);
    const std::vector<double> mean = call.ask(cache, calls);
    if (run == 0) first = mean;
    EXPECT_EQ(mean, first);
    cache->save();
  }
  EXPECT_EQ(calls, 1);
}

TEST(ForecastCache, WhateverAnAnswerDependsOnMisses) {
  const TemporaryFolder folder;
  const auto cache = std::make_shared<ForecastCache>(folder.write("cache.sqlite", ""));
  int calls = 0;
  Call().ask(cache, calls);
  const std::vector<std::function<void(Call&)>> changes{
      [](Call& c) { c.load[2] = std::nextafter(c.load[2], 4.0); },
      [](Call& c) { c.load[3] = 0.0; },
      [](Call& c) { c.levels[0] = 0.6; },
      [](Call& c) { c.holiday[5] = 1; },
      [](Call& c) { c.minute[0] = 9; },
      [](Call& c) { c.start[6] = 61; },
      [](Call& c) { c.start[0] = -1; },
      [](Call& c) { c.quantity = EVTWIN_QUANTITY_PV_KW; },
      [](Call& c) { c.seed = 2; },
      [](Call& c) { c.identity = "plugin 2"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Call changed;
    changes[i](changed);
    changed.ask(cache, calls);
    EXPECT_EQ(calls, static_cast<int>(i) + 2);
  }
  EXPECT_EQ(cache->found(), 0U);
  Call().ask(cache, calls);
  EXPECT_EQ(cache->found(), 1U);
}

TEST(ForecastCache, AnotherFileIsLeftAsItIs) {
  EXPECT_THAT(message_of<record::RunFileError>([&] { ForecastCache cache("/tmp"); }), HasSubstr("is no regular file"));
}

}  // namespace
}  // namespace evtwin::store
