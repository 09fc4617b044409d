// Runs with forecasters: repeated, side by side, with mixed rules, and where nobody looks at what they say.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "control/function_model.hpp"
#include "twin/random_world.hpp"
#include "twin/shown_view.hpp"
#include "twin/split_runs.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

using control::Forecast;
using control::SiteForecast;

std::vector<double> over_the_day(double scale) {
  std::vector<double> day(24);
  for (std::size_t h = 0; h < 24; ++h) day[h] = scale * static_cast<double>(1 + (h * 7) % 5);
  return day;
}

/// Two sites with sun, load and vehicles, two days.
twin::World two_sites(const SiteForecast& rules) {
  twin::World world = small_world(3, 2);
  demand::Poisson law;
  law.rate_per_h.assign(168, 1.5);
  law.energy_kwh = {demand::Distribution::Kind::uniform, 5.0, 30.0, 1.0, 90.0, {}};
  law.stay_h = {demand::Distribution::Kind::fixed, 2.0, 0.0, 0.25, 3.0, {}};
  law.vehicles = {0};
  twin::Site& site = world.sites[0];
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  site.pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, over_the_day(2.0)}}, {}};
  site.load_kw = market::DailyProfile{{{market::all_months, market::all_day_types, over_the_day(3.0)}}, {}};
  site.contract_kw = 18.0;
  site.forecast = rules;
  world.sites.push_back(site);
  world.sites[1].name = "second";
  return world;
}

SiteForecast all_by(const Forecast& rule, TimeNs period_ns = 15 * minute_ns) {
  SiteForecast rules{rule};
  rules.period_ns = period_ns;
  rules.history_days = 2;
  return rules;
}
const Forecast witness = foreseen_by(answer_by_all_it_is_told);

/// Charges with what the forecast says: another forecast, another run.
control::StrategyFactory by_the_horizon(std::vector<std::map<std::string, std::string>>* views = nullptr) {
  return strategy(
      [views](const evtwin_view& view, evtwin_decision& decision) {
        if (views != nullptr) views->push_back(shown(view));
        for (std::uint32_t i = 0; i < view.n_evses; ++i)
          decision.evse_kw[i] = view.horizon_load_kw[1 + i % 3] + view.horizon_arrivals[1] / 3.0;
      },
      EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 96);
}

TEST(Forecasters, ARunIsTheSameAgainAndBesideAnother) {
  const twin::World world = two_sites(all_by(witness));
  const auto hash = [&] { return run_world(world, by_the_horizon()).result.event_hash; };
  const std::uint64_t first = hash();
  EXPECT_EQ(hash(), first);
  std::vector<std::uint64_t> beside(2);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& one : beside) threads.emplace_back([&one, &hash] { one = hash(); });
  }
  EXPECT_EQ(beside, (std::vector<std::uint64_t>{first, first}));
  EXPECT_NE(run_world(two_sites(all_by(witness, hour_ns)), by_the_horizon()).result.event_hash, first);
  EXPECT_NE(run_world(two_sites(all_by(Forecast{})), by_the_horizon()).result.event_hash, first);
}

TEST(Forecasters, ARunThatIsBegunAgainAsksAnew) {
  const twin::World world = two_sites(all_by(witness));
  twin::World later = world;
  later.seed = 99;
  const std::uint64_t hash = run_world(world, by_the_horizon()).result.event_hash;
  EXPECT_NE(run_world(later, by_the_horizon()).result.event_hash, hash);
  EXPECT_EQ(run_world(world, by_the_horizon()).result.event_hash, hash);
}

// How often forecasters are asked is nothing to a strategy that looks at no horizon, and then nobody asks them.
TEST(Forecasters, AStrategyWithoutAHorizonAsksNobody) {
  std::atomic<int> asked = 0;
  const Forecast counting =
      foreseen_by([&](const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
        ++asked;
        answer_by_all_it_is_told(history, question, answer);
      });
  const auto run = [&](const SiteForecast& rules) { return run_world(two_sites(rules), baseline("edf")).result; };
  const twin::Result quarters = run(all_by(counting)), hours = run(all_by(counting, hour_ns)),
                     plain = run(all_by(Forecast{}));
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(quarters.event_hash, plain.event_hash);
  EXPECT_EQ(hours.event_hash, plain.event_hash);
  EXPECT_EQ(hours.events, plain.events);
  run_world(two_sites(all_by(counting, hour_ns)), by_the_horizon());
  EXPECT_EQ(asked, 2 * 48 * 4);  // two sites, 48 hours, PV, load, arrivals and their energy
  asked = 0;
  run_world(two_sites(all_by(counting)), by_the_horizon());
  EXPECT_EQ(asked, 2 * 192 * 4);
}

using Views = std::vector<std::map<std::string, std::string>>;

/// Views of site 0 under full power: the rules decide nothing, so all runs are the same but for what is foreseen.
Views views_under(const SiteForecast& rules) {
  twin::World world = two_sites(rules);
  world.sites.pop_back();
  Views views;
  run_world(world, strategy(
                       [&](const evtwin_view& view, evtwin_decision& decision) {
                         views.push_back(shown(view));
                         views.back()["issued"] = std::to_string(view.horizon_issued_ns);
                         views.back()["changed"] = std::to_string(view.changed & EVTWIN_CHANGED_HORIZON);
                         for (std::uint32_t i = 0; i < view.n_evses; ++i) decision.evse_kw[i] = view.evse_car_max_kw[i];
                       },
                       EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 24));
  return views;
}

TEST(Forecasters, EachQuantityFollowsItsOwnRule) {
  const Forecast noisy{Forecast::Kind::noisy, 0.0, 0.3}, perfect{Forecast::Kind::perfect};
  SiteForecast mixed = all_by(perfect);
  mixed.load = witness;
  mixed.arrivals = noisy;
  const Views seen = views_under(mixed), truth = views_under(all_by(perfect)), modelled = views_under(all_by(witness)),
              erring = views_under(all_by(noisy));
  ASSERT_GT(seen.size(), 192U);
  ASSERT_EQ(seen.size(), modelled.size());
  for (std::size_t n = 0; n < seen.size(); ++n) {
    EXPECT_EQ(seen[n].at("horizon_pv_kw"), truth[n].at("horizon_pv_kw"));
    EXPECT_EQ(seen[n].at("horizon_load_kw"), modelled[n].at("horizon_load_kw"));
    EXPECT_EQ(seen[n].at("horizon_arrivals"), erring[n].at("horizon_arrivals"));
    EXPECT_EQ(seen[n].at("horizon_buy_per_kwh"), truth[n].at("horizon_buy_per_kwh"));
    // The noisy forecast is of midnight, before the last issue of the model.
    EXPECT_EQ(seen[n].at("issued"), erring[n].at("issued"));
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_NE(seen[40].at("issued"), modelled[40].at("issued"));
  EXPECT_NE(seen[40].at("horizon_load_kw"), truth[40].at("horizon_load_kw"));
}

template <class T>
std::vector<T> cells(const std::string& bytes) {
  std::vector<T> all(bytes.size() / sizeof(T));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

/// Whether a step that lies wholly ahead in both views is foreseen otherwise.
bool foresee_otherwise(const Views::value_type& a, const Views::value_type& b) {
  const auto start_a = cells<TimeNs>(a.at("horizon_start_ns")), start_b = cells<TimeNs>(b.at("horizon_start_ns"));
  for (std::size_t i = 1; i + 1 < start_a.size(); ++i) {
    for (std::size_t k = 1; k + 1 < start_b.size(); ++k) {
      if (start_a[i] != start_b[k] || start_a[i + 1] != start_b[k + 1]) continue;
      for (const auto& [name, bytes] : a) {
        if (!name.starts_with("horizon_") || name == "horizon_start_ns") continue;
        if (cells<std::uint64_t>(bytes)[i] != cells<std::uint64_t>(b.at(name))[k]) return true;
      }
    }
  }
  return false;
}

// Planners keep what they have while the bit is not set: it is set where a forecast was issued anew, and not in
// between.
TEST(Forecasters, TheChangedBitOfTheHorizonIsSetWhereAStepIsForeseenOtherwise) {
  SiteForecast mixed = all_by(Forecast{Forecast::Kind::perfect}, hour_ns);
  mixed.load = witness;
  mixed.arrivals = Forecast{Forecast::Kind::noisy, 0.0, 0.3};
  for (const SiteForecast& rules : {mixed, all_by(witness), all_by(witness, hour_ns)}) {
    const Views views = views_under(rules);
    std::size_t unset = 0;
    for (std::size_t n = 1; n < views.size(); ++n) {
      const bool otherwise = foresee_otherwise(views[n], views[n - 1]);
      EXPECT_EQ(views[n].at("changed") != "0", otherwise) << n;
      unset += otherwise ? 0 : 1;
      if (::testing::Test::HasFailure()) return;
    }
    if (rules.period_ns == hour_ns) {
      EXPECT_GT(unset, views.size() / 2);  // three ticks of four, and the events between them
    }
  }
}

TEST(Forecasters, SitesMayBeForeseenByTheQuarterAndByTheHour) {
  twin::World world = two_sites(all_by(witness));
  world.sites[1].forecast = all_by(witness, hour_ns);
  std::map<std::uint32_t, std::set<TimeNs>> issued;
  const control::StrategyFactory how = [&](const evtwin_view&, std::uint64_t, std::uint32_t site) {
    return std::make_unique<FunctionStrategy>(
        [&, site](const evtwin_view& view, evtwin_decision&) { issued[site].insert(view.horizon_issued_ns); },
        EVTWIN_WHY_ARRIVAL, 8);
  };
  run_world(world, how);
  EXPECT_EQ(issued[0].size(), 192U);
  EXPECT_EQ(issued[1].size(), 48U);
}

/// Foresees nothing, warns at each midnight and remarks at each noon.
class TalkingModel : public control::ForecastModel {
 public:
  void forecast(const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) override {
    for (std::uint32_t k = 0; k < question.steps.n; ++k) answer.mean[k] = 0.0;
    const std::int32_t minute = question.steps.local_minute[0];
    if (listener_ == nullptr || (minute != 0 && minute != 12 * 60)) return;
    listener_->remarks.push_back({minute == 0 ? EVTWIN_WARNING : EVTWIN_INFO, minute == 0 ? "is off" : "is well"});
  }
  std::string name_in_messages() const override { return "forecaster talking"; }
  void report_to(control::Talker* listener) override { listener_ = listener; }

 private:
  control::Talker* listener_ = nullptr;
};

/// The base load of two sites for two days by a model that talks, by the hour.
twin::World talked_of_sites() {
  const control::ForecastModelFactory make = [](std::uint32_t, std::uint64_t, std::uint32_t) {
    return std::make_unique<TalkingModel>();
  };
  SiteForecast rules;
  rules.load = {Forecast::Kind::model, 0.0, 0.0, std::make_shared<const control::ForecastSource>("talking", [make] {
                  return control::ForecastSource::Found{make};
                })};
  rules.period_ns = hour_ns;
  return two_sites(rules);
}

std::vector<std::string> words_of_forecasters(const std::vector<std::string>& lines) {
  std::vector<std::string> words;
  for (const std::string& line : lines) {
    if (line.starts_with("event ") && line.find(" forecast_") != std::string::npos) words.push_back(line);
  }
  return words;
}

// Four ticks and more decisions look at each issue.
TEST(Forecasters, WhatTheySayOfAnIssueIsOneEventOfItsFirstDecision) {
  const Pieces run = run_in_pieces(talked_of_sites(), by_the_horizon(), {});
  std::vector<std::string> expected;
  for (const auto& [hour, event] : std::map<int, std::string>{{0, "forecast_warning is off"},
                                                              {12, "forecast_remark is well"},
                                                              {24, "forecast_warning is off"},
                                                              {36, "forecast_remark is well"}}) {
    for (const int site : {0, 1})
      expected.push_back(fmt::format("event {} {} {}", site, monday_ns + hour * hour_ns, event));
  }
  EXPECT_EQ(words_of_forecasters(run.lines), expected);
  EXPECT_EQ(run.result.sites[0].strategy_warnings, 0U);
}

// A run that goes on asks forecasters again for the issue that it is in.
TEST(Forecasters, ARunThatGoesOnHearsNothingTwice) {
  const twin::World world = talked_of_sites();
  const Pieces straight = run_in_pieces(world, dice_strategy(3), {});
  ASSERT_EQ(words_of_forecasters(straight.lines).size(), 8U);
  for (const int minute : {1, 20, 59, 12 * 60, 12 * 60 + 31, 24 * 60, 24 * 60 + 16, 25 * 60}) {
    const Pieces pieces = run_in_pieces(world, dice_strategy(3), {monday_ns + minute * minute_ns});
    EXPECT_EQ(words_of_forecasters(pieces.lines), words_of_forecasters(straight.lines)) << minute;
    EXPECT_EQ(pieces.lines, straight.lines) << minute;
  }
}

}  // namespace
}  // namespace evtwin::testing
