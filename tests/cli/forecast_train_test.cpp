// evtwin forecast train and eval: what is learnt, played, judged, repeated, and what is refused.
#include <gmock/gmock.h>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string series_lua = source_dir + "/scenarios/series.lua";

/// Networks are small and learn little: what is tested is the way they go.
class ForecastTrain : public Command {
 protected:
  Said train(const std::string& out, std::vector<std::string> more) const {
    std::vector<std::string> words{"forecast", "train"};
    if (more.empty() || !more.front().ends_with(".lua")) words.push_back(series_lua);
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--model", "lstm:hidden=4:past_h=6:every_h=12", "--set", "history_days=40", "-o", out});
    return run(words);
  }
  void SetUp() override {
    if (train(path("probe"), {"--epochs", "1", "--quantities", "load"}).err.find("learning was not built") !=
        std::string::npos)
      GTEST_SKIP() << "LibTorch is not there: nothing learns";
  }
};

TEST_F(ForecastTrain, WhatIsLearntIsPlayedInRunsAndJudged) {
  const std::string model = path("site.forecast");
  const Said learnt = train(model, {"--epochs", "2"});
  ASSERT_EQ(learnt.status, 0) << learnt.err;
  EXPECT_THAT(learnt.out, HasSubstr("load: 2 epochs"));
  EXPECT_FALSE(std::filesystem::exists(model + ".checkpoint"));

  const Said looked = run({"check", model});
  EXPECT_EQ(looked.status, 0);
  EXPECT_THAT(looked.out, HasSubstr("lstm for steps of 60 min, 6 looked back on, 24 ahead"));
  EXPECT_THAT(looked.out, HasSubstr("Series (series.lua): 2019-07-22 to 2019-08-31"));

  const Said judged =
      run({"forecast", "eval", model, series_lua, "--set", "history_days=30", "--set", "days=12", "--json"});
  ASSERT_EQ(judged.status, 0) << judged.err;
  const json verdict = json::parse(judged.out);
  std::size_t rows = 0;
  for (const json& row : verdict["errors"]) {
    if (row["forecaster"] != "lstm:model=" + model) continue;
    ++rows;
    EXPECT_TRUE(row["has_spread"].get<bool>());
    EXPECT_GE(row["rmse"].get<double>(), row["mae"].get<double>());
  }
  EXPECT_EQ(rows, 2U) << "PV and load";

  // In a run under a strategy that looks ahead.
  const Said lived =
      run({"run", source_dir + "/scenarios/workplace_week.lua", "--strategy", "lp", "--days", "1", "--json", "--change",
           "forecast_load=lstm:model=" + model, "--change", "forecast_period_min=60"});
  EXPECT_EQ(lived.status, 0) << lived.err;
  const Said other_steps = run({"run", source_dir + "/scenarios/workplace_week.lua", "--strategy", "lp", "--days", "1",
                                "--change", "forecast_load=lstm:model=" + model, "--change", "forecast_period_min=15"});
  EXPECT_EQ(other_steps.status, 1);
  EXPECT_THAT(other_steps.err, HasSubstr("its model was trained on steps of 60 min, and is asked for steps of 15 min"));
  const Said other_quantity = run({"run", source_dir + "/scenarios/workplace_week.lua", "--strategy", "lp", "--days",
                                   "1", "--change", "forecast_arrivals=lstm:model=" + model});
  EXPECT_EQ(other_quantity.status, 1);
  EXPECT_THAT(other_quantity.err, HasSubstr("it foresees load, pv, not arrivals"));
}

TEST_F(ForecastTrain, WhatIsLearntWithWeatherIsJudgedWithIt) {
  const std::string weather = path("weather.csv"), model = path("seeing.forecast");
  std::ofstream(weather) << "issued,time,temperature_c\n2019-08-01T00:00Z,2019-08-01T06:00Z,12\n";
  const Said learnt =
      run({"forecast", "train", series_lua, "--model", "lstm:hidden=4:past_h=6:every_h=12:weather=" + weather, "--set",
           "history_days=40", "--epochs", "1", "--quantities", "load", "-o", model});
  ASSERT_EQ(learnt.status, 0) << learnt.err;
  const std::vector<std::string> eval{"forecast",        "eval",  model,   series_lua, "--set",
                                      "history_days=30", "--set", "days=9"};
  EXPECT_THAT(run(eval).err, HasSubstr("was learnt with weather forecasts; give them with --weather FILE"));
  std::vector<std::string> with = eval;
  with.insert(with.end(), {"--weather", weather});
  const Said judged = run(with);
  EXPECT_EQ(judged.status, 0) << judged.err;
  EXPECT_THAT(judged.out, HasSubstr("fourier-ridge:weather=" + weather));
}

TEST_F(ForecastTrain, SameSeedSameBytesAndFineTuningTellsWhatItBeganWith) {
  const std::vector<std::string> load{"--epochs", "1", "--quantities", "load", "--seed", "3"};
  ASSERT_EQ(train(path("a"), load).status, 0);
  ASSERT_EQ(train(path("b"), load).status, 0);
  EXPECT_EQ(read_all(path("a")), read_all(path("b")));
  std::vector<std::string> tuned = load;
  tuned.insert(tuned.end(), {"--from", path("a"), "--json"});
  const Said told = train(path("c"), tuned);
  ASSERT_EQ(told.status, 0) << told.err;
  EXPECT_TRUE(json::parse(told.out)["quantities"]["load"]["fine_tuned"].get<bool>());
}

TEST_F(ForecastTrain, RefusesWhatIsHeldOutAndWhatIsNoModel) {
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--epochs", "1"});
    const Said said = train(path("never"), more);
    EXPECT_EQ(said.status, 1);
    EXPECT_FALSE(std::filesystem::exists(path("never")));
    return said.err;
  };
  EXPECT_THAT(refused({"--set", "test=true"}), HasSubstr("is held out (test = true)"));
  EXPECT_THAT(refused({"--test", series_lua + ":start=2019-08-20:days=3"}),
              HasSubstr("overlaps " + series_lua + ", which is held out from 2019-08-20"));
  EXPECT_EQ(train(path("before"), {"--test", series_lua + ":start=2019-08-20:days=3", "--until", "2019-08-20",
                                   "--epochs", "1", "--quantities", "load"})
                .status,
            0);
  EXPECT_THAT(refused({"--until", "August"}), HasSubstr("--until August: is no date; write it as 2019-09-01"));
  EXPECT_THAT(refused({"--quantities", "arrivals"}), HasSubstr("arrivals of Series (series.lua) does not vary"));
  EXPECT_THAT(refused({"--from", series_lua}), HasSubstr("it is no forecast model file"));

  // A day that is given twice would be learnt from and judged by.
  EXPECT_THAT(refused({series_lua, series_lua}),
              HasSubstr("pv of site Series at 2019-07-22 00:00 is given twice (by " + series_lua + ", too)"));
  EXPECT_THAT(refused({series_lua, series_lua + ":start=2019-09-20"}), HasSubstr("is given twice"));
  EXPECT_EQ(
      train(path("two"), {series_lua, series_lua + ":site=Other", "--epochs", "1", "--quantities", "load"}).status, 0);

  // The size of a network is that of the file that it begins with.
  const Said another_size = run({"forecast", "train", series_lua, "--model", "lstm:hidden=8", "--from", path("probe"),
                                 "--epochs", "1", "--set", "history_days=40", "-o", path("never")});
  EXPECT_EQ(another_size.status, 1);
  EXPECT_THAT(another_size.err, HasSubstr("has hidden=4, which stays; leave it out"));
  const Said another_kind = run({"forecast", "train", series_lua, "--model", "tft", "--from", path("probe"), "--epochs",
                                 "1", "--set", "history_days=40", "-o", path("never")});
  EXPECT_THAT(another_kind.err, HasSubstr("is of kind lstm, not tft; give --model lstm"));

  // --resume: nothing in the way is learnt up to, and what is not there or damaged is named.
  EXPECT_THAT(train(path("probe"), {"--resume", "--epochs", "1", "--quantities", "load"}).err, HasSubstr("probe"));
  EXPECT_FALSE(std::filesystem::exists(path("probe.checkpoint")));
  EXPECT_THAT(train(path("anew"), {"--resume", "--epochs", "1", "--quantities", "load"}).err,
              HasSubstr("anew.checkpoint is not there: the training begins anew"));

  const Said twice = run({"forecast", "eval", path("probe"), path("probe"), series_lua});
  EXPECT_THAT(twice.err, HasSubstr("probe: is named twice"));
  EXPECT_THAT(run({"forecast", "eval", path("probe")}).err, HasSubstr("SCENARIO (.lua), after the models is required"));
  const Said unknown = run({"forecast", "train", series_lua, "--model", "prophet", "-o", path("never")});
  EXPECT_THAT(unknown.err, HasSubstr("model prophet: there is none of that name; known: lstm, tft"));
  const Said no_model = run({"forecast", "eval", series_lua, series_lua});
  EXPECT_NE(no_model.status, 0);
  const Said not_one = run({"forecast", "eval", path("probe") + ".none", series_lua});
  EXPECT_THAT(not_one.err, HasSubstr("there is no such file"));
}

}  // namespace
}  // namespace evtwin::testing
