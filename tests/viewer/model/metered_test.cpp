// A replay beside its log: what was metered, as the rows of the run file say.
#include "viewer/model/metered.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "run_files.hpp"
#include "viewer/model/state.hpp"
#include "viewer/model/usable.hpp"

namespace evtwin::viewer::model {
namespace {

struct ReplayFile {
  test::Folder folder;
  std::string file = folder / "replay.run";
  RunPtr run;
  ReplayFile() {
    const std::string made = paths::source_dir + "/scenarios/made_site";
    const std::string command = paths::quoted(paths::program) + " replay " + paths::quoted(made + ".log") + " --site " +
                                paths::quoted(made + ".lua") + " --out " + paths::quoted(file) + " >/dev/null 2>&1";
    if (std::system(command.c_str()) == 0) run = read_run(file);
  }
};
const ReplayFile& replayed() {
  static const ReplayFile file;
  return file;
}

TEST(Metered, EnergyOfTheSiteIsThatOfItsReadings) {
  ASSERT_NE(replayed().run, nullptr);
  const model::Run& run = *replayed().run;
  ASSERT_FALSE(run.metered.empty());
  const Series site = metered_of_site(run, 0);
  const double kwh =
      test::ask(replayed().file, "SELECT sum(kw * (end_ns - start_ns) / 3.6e12) FROM metered WHERE end_ns > start_ns");
  EXPECT_GT(kwh, 500.0);
  EXPECT_NEAR(site.extent_of(run.start_ns, run.end_ns).integral_h, kwh, 1e-6 * kwh);
  double by_evse = 0.0;
  for (std::uint32_t row = 0; row < run.evses.size(); ++row)
    by_evse += metered_at(run, row).extent_of(run.start_ns, run.end_ns).integral_h;
  EXPECT_NEAR(by_evse, kwh, 1e-6 * kwh);
}

TEST(Metered, AtAnInstantIsTheReadingInForce) {
  const model::Run& run = *replayed().run;
  for (std::size_t i = 0; i < run.metered.size(); i += 17) {
    const Metered& reading = run.metered[i];
    const TimeNs middle = reading.start_ns + (reading.end_ns - reading.start_ns) / 2;
    EXPECT_NEAR(metered_at(run, reading.evse).value_at(middle), reading.kw, 1e-9);
  }
}

// The band around the twin: root of the mean square of what a reading and the twin differ by, as SQL sums it up.
TEST(Metered, ErrorOfASessionIsThatOfItsReadings) {
  const model::Run& run = *replayed().run;
  std::size_t compared = 0;
  for (std::uint32_t row = 0; row < run.sessions.size(); row += 5) {
    const MeteredSession sum = metered_session(run, row);
    if (std::isnan(sum.error_kw)) continue;
    ++compared;
    const std::string of =
        " FROM metered WHERE end_ns > start_ns AND session = " + std::to_string(run.sessions[row].number);
    const std::string hours = "((end_ns - start_ns) / 3.6e12)";
    const double mean_square =
        test::ask(replayed().file, "SELECT sum(" + hours + " * (kw - twin_kwh / " + hours + ") * (kw - twin_kwh / " +
                                       hours + ")) / sum(" + hours + ")" + of);
    EXPECT_NEAR(sum.error_kw, std::sqrt(mean_square), 1e-9);
    EXPECT_NEAR(sum.twin_kwh, test::ask(replayed().file, "SELECT sum(twin_kwh)" + of), 1e-9);
    const TimeNs middle =
        run.sessions[row].plugged_in_ns + (run.sessions[row].departed_ns - run.sessions[row].plugged_in_ns) / 2;
    EXPECT_NEAR(metered_error_at(run, run.sessions[row].evse).value_at(middle), sum.error_kw, 1e-12);
  }
  EXPECT_GT(compared, 4U);
}

TEST(Metered, ErrorOfTheSiteIsTheCertificates) {
  const model::Run& run = *replayed().run;
  EXPECT_EQ(metered_error_of_site(run).value_at(run.start_ns),
            test::ask(replayed().file, "SELECT value FROM score WHERE name = 'timing_rmse'"));
}

// Transaction 5 charges at P3-1 in the log and is not in the run: nobody may be sent there.
TEST(Metered, AnEvseOfATransactionThatWasLeftOutIsNotFree) {
  const model::Run& run = *replayed().run;
  const auto ns = [&](const char* what) {
    return static_cast<TimeNs>(
               test::ask(replayed().file,
                         std::string("SELECT ") + what + " / 1000000000 FROM logged_session WHERE session IS NULL")) *
           kernel::second_ns;
  };
  const TimeNs from = ns("start_ns"), to = ns("stop_ns");
  const auto evse =
      static_cast<std::uint32_t>(std::ranges::find(run.evses, std::string("P3-1"), &Evse::name) - run.evses.begin());
  ASSERT_LT(evse, run.evses.size());
  for (const TimeNs t : {from + kernel::second_ns, from + (to - from) / 2, to - kernel::second_ns}) {
    EXPECT_EQ(evse_status(run, evse, t), EvseStatus::left_out);
    const std::vector<std::uint32_t> usable = usable_at(run, {}, 0, t);
    EXPECT_EQ(std::ranges::find(usable, evse), usable.end());
    EXPECT_EQ(site_state(run, 0, t).left_out, 1U);
  }
  EXPECT_NE(evse_status(run, evse, to + 2 * kernel::second_ns), EvseStatus::left_out);
}

TEST(Certificate, IsTheRunFilesOwn) {
  const model::Run& run = *replayed().run;
  EXPECT_EQ(run.certificate.verdict, "pass");
  EXPECT_EQ(run.certificate.sentence.substr(0, 5), "pass,") << run.certificate.sentence;
  EXPECT_EQ(static_cast<double>(run.certificate.sessions),
            test::ask(replayed().file, "SELECT n FROM score WHERE name = 'session_energy_mape'"));
  EXPECT_EQ(static_cast<double>(count_left_out(run)),
            test::ask(replayed().file, "SELECT count(*) FROM flag WHERE left_out = 1"));
  EXPECT_EQ(std::ranges::count(run.scores, std::string("given"), &Score::told), 5);
}

}  // namespace
}  // namespace evtwin::viewer::model
