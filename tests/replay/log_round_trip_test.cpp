// What is written as a log is read again as what it was: times, energies, limits, states; and without a doubt about
// any.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "ocpp/site_log.hpp"
#include "replay/ocpp_log_writer.hpp"
#include "replay/small_run.hpp"

namespace evtwin::replay {
namespace {

struct Written {
  ocpp::Version version;
  LogLayout layout;
  const char* name;
};

class LogRoundTrip : public ::testing::TestWithParam<Written> {
 protected:
  // Bare frames name no station: each file by itself.
  static std::vector<ocpp::Transaction> read_again(const RecordedRun& run, OcppLogOptions options,
                                                   std::vector<std::string>& flags) {
    options.version = GetParam().version;
    options.layout = GetParam().layout;
    options.local_clock = true;
    std::map<std::string, std::string> files;
    const bool split = options.layout == LogLayout::frames;
    write_ocpp_log(run, options,
                   [&](const std::string& station, std::string_view text) { files[split ? station : "site"] += text; });
    std::vector<ocpp::Transaction> transactions;
    for (const auto& [name, text] : files) {
      const ocpp::SiteLog log = ocpp::read_site_log_text(name + ".log", text);
      EXPECT_EQ(log.report.undecodable, 0U);
      EXPECT_EQ(log.report.calls_without_answer + log.report.answers_without_call, 0U);
      EXPECT_TRUE(log.unknown_actions.empty());
      for (const ocpp::LogFlag& flag : log.flags) flags.push_back(flag.code + " " + flag.text);
      transactions.insert(transactions.end(), log.transactions.begin(), log.transactions.end());
    }
    std::stable_sort(transactions.begin(), transactions.end(),
                     [](const auto& a, const auto& b) { return a.start_ns < b.start_ns; });
    return transactions;
  }
};

TEST_P(LogRoundTrip, TransactionsAreThoseOfTheRun) {
  const RecordedRun run = small_run();
  std::vector<std::string> flags;
  const auto transactions = read_again(run, {}, flags);
  ASSERT_EQ(transactions.size(), run.sessions.size());
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const ocpp::Transaction& read = transactions[i];
    const RecordedSession& made = run.sessions[i];
    SCOPED_TRACE(made.name);
    EXPECT_EQ(read.start_ns, made.plugged_in_ns);
    EXPECT_EQ(read.plugged_in_ns, made.plugged_in_ns);
    EXPECT_EQ(read.evse, run.evses[made.evse].number);
    EXPECT_EQ(read.id_tag, made.name.substr(0, made.name.find('#')));
    EXPECT_EQ(read.is_whole(), !made.open);
    if (made.open) continue;
    EXPECT_EQ(read.stop_ns, made.departed_ns);
    EXPECT_EQ(read.plugged_out_ns, made.departed_ns);
    EXPECT_NEAR(read.energy_kwh, made.got_kwh + made.discharged_kwh, 1e-3);
    EXPECT_NEAR(read.exported_kwh, made.discharged_kwh, 1e-3);
    EXPECT_EQ(read.stop_reason, "EVDisconnected");
    EXPECT_TRUE(read.flags.empty()) << read.flags[0];
  }
  // kim#1: an hour at 7 kW, an hour held, an hour at 3.5 kW, an hour of nothing.
  EXPECT_NEAR(transactions[0].hours.charging, 2.0, 1e-9);
  EXPECT_NEAR(transactions[0].hours.suspended_evse, 1.0, 1e-9);
  EXPECT_NEAR(transactions[0].hours.suspended_ev, 1.0, 1e-9);
}

TEST_P(LogRoundTrip, ReadingsAreThePowerOfTheRun) {
  const RecordedRun run = small_run();
  std::vector<std::string> flags;
  const auto transactions = read_again(run, {}, flags);
  ASSERT_FALSE(transactions.empty());
  std::size_t compared = 0;
  for (const ocpp::Sample& sample : transactions[0].samples) {
    const TimeNs into = sample.time_ns - run.sessions[0].plugged_in_ns;
    // At an edge the meter shows what begins.
    const double kw = into < kernel::hour_ns                                      ? 7.0
                      : into >= 2 * kernel::hour_ns && into < 3 * kernel::hour_ns ? 3.5
                                                                                  : 0.0;
    if (std::isnan(sample.power_kw)) continue;
    ASSERT_NEAR(sample.power_kw, kw, 1e-4) << into / kernel::minute_ns;
    ++compared;
  }
  EXPECT_GE(compared, 239U);
}

TEST_P(LogRoundTrip, WhatWasToldLaterIsPutWhereItHappened) {
  const RecordedRun run = small_run();
  OcppLogOptions options;
  options.faults = log_faults(std::vector<std::string>{"offline=A,2026-06-01T11:30,2026-06-01T12:45"}, run);
  std::vector<std::string> flags;
  const auto transactions = read_again(run, options, flags);
  ASSERT_EQ(transactions.size(), 4U);
  EXPECT_EQ(transactions[0].stop_ns, run.sessions[0].departed_ns);
  EXPECT_EQ(transactions[2].start_ns, run.sessions[2].plugged_in_ns);
  EXPECT_NEAR(transactions[2].energy_kwh, 7.0, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Layouts, LogRoundTrip,
                         ::testing::Values(Written{ocpp::Version::v16, LogLayout::python, "python16"},
                                           Written{ocpp::Version::v201, LogLayout::python, "python201"},
                                           Written{ocpp::Version::v16, LogLayout::steve, "steve16"},
                                           Written{ocpp::Version::v201, LogLayout::steve, "steve201"},
                                           Written{ocpp::Version::v16, LogLayout::csv, "csv16"},
                                           Written{ocpp::Version::v201, LogLayout::csv, "csv201"},
                                           Written{ocpp::Version::v16, LogLayout::frames, "frames16"},
                                           Written{ocpp::Version::v201, LogLayout::frames, "frames201"}),
                         [](const auto& written) { return written.param.name; });

}  // namespace
}  // namespace evtwin::replay
