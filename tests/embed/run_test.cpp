// A run whose strategy is its caller, through the C functions.
#include "twin/run.hpp"

#include <evtwin/embed.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/kpi.hpp"
#include "control/strategy_choice.hpp"
#include "fleet/rig.hpp"
#include "record/reader.hpp"
#include "support/temporary_file.hpp"
#include "twin/simulation.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

control::StrategyFactory strategy_of(const char* id) {
  return control::choose_strategy(paths::plugin_dir + "/baseline.so#" + id, {}).factory;
}

evtwin_status keep(const evtwin_sink* sink, const void* bytes, std::uint64_t n) {
  static_cast<std::string*>(sink->context)->append(static_cast<const char*>(bytes), n);
  return EVTWIN_OK;
}

/// A run that an instance of a plugin answers for, as a caller would.
class Hosted {
 public:
  Hosted() {
    spec.struct_size = sizeof spec;
    spec.text = over_nights.c_str();
    spec.label = "mine";
    pause.struct_size = sizeof pause;
  }
  ~Hosted() { evtwin_run_destroy(run); }
  Hosted(const Hosted&) = delete;
  Hosted& operator=(const Hosted&) = delete;

  void create() { ASSERT_EQ(evtwin_run_create(&spec, &run), EVTWIN_OK) << evtwin_embed_error(); }

  /// @param seed  of the plugin's instance
  void live(const char* id, std::uint64_t seed) {
    create();
    const auto strategy = strategy_of(id)(*evtwin_run_view(run, 0), seed, 0);
    evtwin_run_interest interest{};
    interest.struct_size = sizeof interest;
    interest.subscribes = strategy->subscribes;
    interest.horizon_steps = strategy->horizon_steps;
    interest.horizon_reads = strategy->horizon_reads;
    ASSERT_EQ(evtwin_run_tell(run, 0, &interest), EVTWIN_OK) << evtwin_embed_error();
    while (true) {
      ASSERT_EQ(evtwin_run_advance(run, INT64_MAX, &pause), EVTWIN_OK) << evtwin_embed_error();
      if (pause.kind == EVTWIN_RUN_END) break;
      ASSERT_EQ(pause.kind, EVTWIN_RUN_DECISION);
      ASSERT_EQ(pause.n_sites, 1U);
      strategy->decide(*evtwin_run_view(run, pause.sites[0]), *evtwin_run_decision(run, pause.sites[0]));
      ASSERT_EQ(evtwin_run_answer(run, 0), EVTWIN_OK) << evtwin_embed_error();
    }
    finish();
  }
  void finish() {
    std::string text;
    const evtwin_sink sink{&text, &keep};
    ASSERT_EQ(evtwin_run_finish(run, &sink), EVTWIN_OK) << evtwin_embed_error();
    json = nlohmann::json::parse(text);
  }
  /// Where nobody answers, everything stays as it is.
  void live_unanswered() {
    do {
      ASSERT_EQ(evtwin_run_advance(run, INT64_MAX, &pause), EVTWIN_OK) << evtwin_embed_error();
    } while (pause.kind != EVTWIN_RUN_END);
  }

  evtwin_run_spec spec{};
  evtwin_run* run = nullptr;
  evtwin_run_pause pause{};
  nlohmann::json json;
};

TEST(HostedRun, IsTheRunOfAPluginThatDecidesSo) {
  const TemporaryFolder folder;
  const std::string file = folder.write("beside", "") + ".evtwin";
  const scenario::LoadedScenario scenario = load_text(over_nights);
  for (const char* id : {"edf", "price-threshold"}) {
    const twin::Result single = twin::simulate(scenario.world, strategy_of(id));
    Hosted hosted;
    hosted.spec.out = file.c_str();
    hosted.live(id, scenario.world.seed);
    EXPECT_EQ(hosted.json["event_hash"], fmt::format("{:016x}", single.event_hash));
    EXPECT_EQ(hosted.json["strategy"], "mine");
    const auto kpis = analysis::kpis_of_run(scenario.world, single);
    for (const analysis::Kpi& kpi : kpis) {
      if (kpi.site >= 0) continue;
      const nlohmann::json& here = hosted.json["kpi"][kpi.name];
      if (std::isnan(kpi.value)) {
        EXPECT_TRUE(here.is_null()) << kpi.name;
      } else {
        EXPECT_EQ(here.get<double>(), kpi.value) << kpi.name;
      }
    }
    EXPECT_NE(evtwin_run_view(hosted.run, 0), nullptr) << "the closed books can be read";
    EXPECT_EQ(evtwin_run_view(hosted.run, 0)->so_far->import_kwh, single.sites[0].ledger.import_kwh);

    const record::RunSummary summary = record::read_summary(file);
    EXPECT_EQ(summary.event_hash, fmt::format("{:016x}", single.event_hash));
    EXPECT_EQ(record::describe_incompleteness(summary), "");
  }
}

TEST(HostedRun, StopsInTimeWithoutChangingAnything) {
  Hosted straight, stopped;
  straight.create();
  straight.live_unanswered();
  straight.finish();
  stopped.create();
  std::int64_t until_ns = load_text(over_nights).world.start_ns;
  int stops = 0;
  do {
    until_ns += stopped.pause.kind == EVTWIN_RUN_TIME ? 7 * kernel::minute_ns : 0;
    ASSERT_EQ(evtwin_run_advance(stopped.run, until_ns, &stopped.pause), EVTWIN_OK) << evtwin_embed_error();
    stops += stopped.pause.kind == EVTWIN_RUN_TIME ? 1 : 0;
    until_ns = std::max(until_ns, stopped.pause.now_ns);
  } while (stopped.pause.kind != EVTWIN_RUN_END);
  stopped.finish();
  EXPECT_GT(stops, 500);
  EXPECT_EQ(stopped.json["event_hash"], straight.json["event_hash"]);
}

TEST(HostedRun, RefusesCallsOutOfTurnInWords) {
  Hosted hosted;
  hosted.create();
  const auto refused = [](evtwin_status status) {
    return status == EVTWIN_BAD_PARAMETER ? std::string(evtwin_embed_error()) : std::string("not refused");
  };
  const evtwin_sink nowhere{nullptr, nullptr};
  EXPECT_THAT(refused(evtwin_run_finish(hosted.run, &nowhere)), HasSubstr("has not come to its end"));
  EXPECT_THAT(refused(evtwin_run_answer(hosted.run, 0)), HasSubstr("site 0 is not asked"));
  EXPECT_EQ(evtwin_run_decision(hosted.run, 0), nullptr);
  EXPECT_EQ(evtwin_run_view(hosted.run, 1), nullptr);
  evtwin_run_interest interest{};
  interest.struct_size = sizeof interest;
  interest.plan_steps = 3;
  EXPECT_THAT(refused(evtwin_run_tell(hosted.run, 0, &interest)), HasSubstr("plan_steps is 3, horizon_steps 0"));
  EXPECT_THAT(refused(evtwin_run_tell(hosted.run, 7, &interest)), HasSubstr("there is no site 7; there are 1"));

  ASSERT_EQ(evtwin_run_advance(hosted.run, INT64_MAX, &hosted.pause), EVTWIN_OK);
  EXPECT_THAT(refused(evtwin_run_tell(hosted.run, 0, &interest)), HasSubstr("the run has begun"));
  EXPECT_THAT(refused(evtwin_run_report(hosted.run, 0, 9, "hm")), HasSubstr("severity is 9"));
  ASSERT_EQ(evtwin_run_answer(hosted.run, 0), EVTWIN_OK);
  EXPECT_THAT(refused(evtwin_run_answer(hosted.run, 0)), HasSubstr("has answered"));

  Hosted wrong;
  wrong.spec.days = 0;
  wrong.spec.text = "return scenario { days = }";
  EXPECT_EQ(evtwin_run_create(&wrong.spec, &wrong.run), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_embed_error(), HasSubstr("the text:1"));
  EXPECT_EQ(wrong.run, nullptr);
  wrong.spec.struct_size += 8;
  EXPECT_EQ(evtwin_run_create(&wrong.spec, &wrong.run), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_embed_error(), HasSubstr("spec.struct_size is 96; this library knows 88 bytes"));
}

TEST(HostedRun, AnAnswerThatCanNotBeEndsItAndTheRunFileSaysSo) {
  const TemporaryFolder folder;
  const std::string file = folder.write("beside", "") + ".evtwin";
  Hosted hosted;
  hosted.spec.out = file.c_str();
  hosted.create();
  do {
    ASSERT_EQ(evtwin_run_advance(hosted.run, INT64_MAX, &hosted.pause), EVTWIN_OK);
  } while (evtwin_run_view(hosted.run, 0)->n_connected == 0);
  const std::uint32_t evse = evtwin_run_view(hosted.run, 0)->connected_evse[0];
  evtwin_run_decision(hosted.run, 0)->evse_kw[evse] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(evtwin_run_answer(hosted.run, 0), EVTWIN_FAILED);
  const std::string why = evtwin_embed_error();
  EXPECT_THAT(why, HasSubstr("strategy mine"));
  EXPECT_THAT(why, HasSubstr("(decision "));
  EXPECT_EQ(evtwin_run_advance(hosted.run, INT64_MAX, &hosted.pause), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_embed_error(), HasSubstr("the run is over"));
  EXPECT_THAT(record::describe_incompleteness(record::read_summary(file)), HasSubstr("mine"));
}

TEST(HostedRun, RandomNumbersAreThoseOfAPlugin) {
  Hosted hosted;
  hosted.create();
  // Philox of (seed 11, stream mixed with the site, purpose of plugins): what host->random_u64 gives.
  EXPECT_EQ(evtwin_run_random(hosted.run, 0, 3, 4),
            kernel::draw_u64(11, kernel::mix_bits(1) ^ 3, kernel::purpose_of("control.plugin"), 4));
  EXPECT_NE(evtwin_run_random(hosted.run, 0, 3, 4), evtwin_run_random(hosted.run, 0, 3, 5));
}

TEST(Advisor, AnswersInJsonAndNamesTheFieldThatIsWrong) {
  evtwin_advisor* advisor = nullptr;
  const std::string edf = paths::plugin_dir + "/baseline.so#edf";
  ASSERT_EQ(evtwin_advisor_create(edf.c_str(), nullptr, 0, &advisor), EVTWIN_OK) << evtwin_embed_error();
  const std::string session = R"({"departs": "2026-06-01T17:00", "requested_kwh": )";
  const auto request = [&](const char* kwh) {
    return R"({"now": "2026-06-01T09:00", "timezone": "Asia/Seoul", "evses": [{"id": "A", "kw": 7, "session": )" +
           session + kwh + "}}]}";
  };
  std::string text;
  const evtwin_sink sink{&text, &keep};
  EXPECT_EQ(evtwin_advisor_decide(advisor, request("-3").c_str(), &sink), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_embed_error(), HasSubstr("/evses/0/session/requested_kwh: -3 must be"));
  EXPECT_EQ(nlohmann::json::parse(text)["field"], "/evses/0/session/requested_kwh");
  text.clear();
  ASSERT_EQ(evtwin_advisor_decide(advisor, request("20").c_str(), &sink), EVTWIN_OK) << evtwin_embed_error();
  const nlohmann::json answer = nlohmann::json::parse(text);
  EXPECT_EQ(answer["strategy"], "edf");
  EXPECT_GT(answer["granted_kw"]["A"].get<double>(), 0.0);
  evtwin_advisor_destroy(advisor);

  EXPECT_EQ(evtwin_advisor_create("edff", nullptr, 0, &advisor), EVTWIN_FAILED);
  EXPECT_THAT(evtwin_embed_error(), HasSubstr("unknown strategy 'edff'"));
  text.clear();
  ASSERT_EQ(evtwin_advisor_schema(&sink), EVTWIN_OK);
  EXPECT_TRUE(nlohmann::json::parse(text)["$defs"].contains("answer"));
}

}  // namespace
}  // namespace evtwin::testing
