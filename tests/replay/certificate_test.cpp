#include "replay/certificate.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "log_maker.hpp"
#include "replay/html.hpp"
#include "replay/score_table.hpp"
#include "replay/score_text.hpp"

namespace evtwin::replay {
namespace {

using namespace test;
using analysis::Language;
using ::testing::HasSubstr;
using ::testing::Not;

/// Cars at 7 kW for an hour each, in the twin at 7.1; every third has no readings.
struct MadeCertificate {
  explicit MadeCertificate(std::size_t n = 40) {
    prepared.scenario.world.name = "Depot <b>North</b>";
    ocpp::SiteLog& log = prepared.log;
    std::vector<ReplayedSession> twin;
    for (std::size_t i = 0; i < n; ++i) {
      const TimeNs from = t0 + static_cast<TimeNs>(i) * 45 * minute_ns;
      ocpp::Transaction logged = i % 3 == 0 ? transaction(from, from + 60 * minute_ns, 100.0, 107.0)
                                            : metered_at(from, minute_ns, std::vector<double>(60, 7.0), true);
      logged.id = std::to_string(i);
      logged.evse = static_cast<int>(i % 2) + 1;
      twin.push_back(twin_of(i, logged, {segment(from, from + 59 * minute_ns, 7.1)}));
      log.transactions.push_back(logged);
    }
    log.first_ns = t0;
    log.last_ns = log.transactions.empty() ? t0 : log.transactions.back().stop_ns;
    log.report.calls = 100;
    log.report.files.push_back({"<img src=x onerror=alert(1)>.log", "bare frames", 10, 5, 100, {}, false});
    log.report.unused["the frame is cut off"] = {1, {{{0, 7}, "the frame is cut off", "[2,"}}};
    log.flags.push_back({"meter_goes_back", "1", "site.log:12: \x1b[31m</li><script>alert(2)</script>", {}});
    prepared.assumptions.push_back({"battery size", "배터리 용량", "unknown & not limiting", "알 수 없음"});
    card = score_evidence({log, twin, market::Calendar(), {}, true, foretold_well()});
  }
  std::string page(Language language) const {
    return certificate_html({prepared, card, "0123456789abcdef", "evtwin 0", language, doubts});
  }
  Prepared prepared;
  ScoreCard card;
  std::vector<Doubt> doubts{{"zone", "", "the log's clock <is> odd", "로그의 시계가 이상함"}};
};

TEST(Certificate, ThePageCarriesEveryScoreThatCouldBeHad) {
  const MadeCertificate made;
  for (const Language language : {Language::english, Language::korean}) {
    const std::string page = made.page(language);
    std::ofstream(::testing::TempDir() +
                  (language == Language::english ? "certificate_en.html" : "certificate_ko.html"))
        << page;
    std::size_t carried = 0;
    for (const Score& score : made.card.scores) {
      const ScoreInfo& info = score_info(score.name);
      if (!stands_in_table(score)) continue;
      ++carried;
      EXPECT_THAT(page, HasSubstr(std::string(language == Language::english ? info.title : info.title_ko)));
    }
    EXPECT_GT(carried, 5U);
    EXPECT_THAT(page, HasSubstr("0123456789abcdef"));
    EXPECT_THAT(page, HasSubstr("class=\"twin\""));
    EXPECT_THAT(page, HasSubstr("class=\"dot\""));
  }
  EXPECT_THAT(made.page(Language::english), HasSubstr("fewer than 10 readings (14)"));
  EXPECT_THAT(made.page(Language::korean), HasSubstr("계량값 10개 미만 (14)"));
}

TEST(Certificate, ThePageRunsNothingAndAsksForNothing) {
  const std::string page = MadeCertificate().page(Language::english);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(Certificate, TextOfTheLogIsNeverMarkup) {
  const std::string page = MadeCertificate().page(Language::english);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<b>North")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(2)"));
  EXPECT_EQ(html_text("<a href=\"x\" title='y'>&\n"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;\\n");
}

TEST(Certificate, DoubtsAndWhatWasForetoldStandOnThePage) {
  const MadeCertificate made;
  const std::string page = made.page(Language::english), korean = made.page(Language::korean);
  EXPECT_THAT(page, HasSubstr("<li>the log&#39;s clock &lt;is&gt; odd</li>"));
  EXPECT_THAT(korean, HasSubstr("<li>로그의 시계가 이상함</li>"));
  EXPECT_THAT(page, HasSubstr("Foretold: the 9 sessions from "));
  EXPECT_THAT(page, HasSubstr("rectangle"));
  EXPECT_THAT(korean, HasSubstr("정격 사각형"));
}

TEST(Certificate, AnEmptyLogHasAPageToo) {
  const MadeCertificate made(0);
  EXPECT_THAT(made.page(Language::english), HasSubstr("not scorable: there is no session to compare."));
}

TEST(Certificate, TheVerdictNamesWhatFailedAndHowMuchItRestsOn) {
  MadeCertificate made;
  // The minute that the twin is done earlier makes sqrt((59 x 0.1^2 + 7^2) / 60) / 7 = 13 % within a session.
  EXPECT_EQ(verdict_text(made.card, Language::english), "pass, on 40 sessions.");
  const MadeCertificate few(12);
  EXPECT_EQ(verdict_text(few.card, Language::english),
            "indicative: all within the limits of \"pass\", but on 12 sessions only; it takes 30.");
  for (Score& score : made.card.scores) {
    if (score.name == "peak_error") score.gate = Gate::fail;
  }
  made.card.gate = Gate::fail;
  EXPECT_EQ(verdict_text(made.card, Language::english), "fail, on 40 sessions: peak power.");
}

TEST(Certificate, JsonHasEveryScoreWithNullWhereThereIsNone) {
  const MadeCertificate made;
  const auto json = scores_json(made.card);
  ASSERT_EQ(json.size(), score_table().size());
  EXPECT_NEAR(json["session_energy_mape"]["value"].get<double>(), (7.1 * 59.0 / 60.0 - 7.0) / -7.0, 1e-9);
  EXPECT_EQ(json["session_energy_mape"]["n"], 40);
  EXPECT_EQ(json["session_energy_mape"]["gate"], "good");
  EXPECT_EQ(json["session_energy_mape"]["indicative"], false);
  EXPECT_TRUE(json["limit_compliance_twin"]["value"].is_null());
  EXPECT_EQ(json["limit_compliance_twin"]["gate"], "not_scorable");
  EXPECT_EQ(json["limit_compliance_twin"]["excluded"]["sessions without a limit in the log"], 40);
  EXPECT_EQ(session_pairs_json(made.card).size(), 40U);
}

TEST(Certificate, EveryScoreHasWordsInBothLanguages) {
  std::set<std::string_view> names;
  for (const ScoreInfo& info : score_table()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    for (const auto text : {info.title, info.title_ko, info.help, info.help_ko})
      EXPECT_FALSE(text.empty()) << info.name;
    EXPECT_EQ(std::isnan(info.pass), std::isnan(info.good)) << info.name;
  }
}

}  // namespace
}  // namespace evtwin::replay
