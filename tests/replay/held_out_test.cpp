// Sessions foretold from earlier ones, with figures by hand.
#include "replay/held_out.hpp"

#include <gmock/gmock.h>

#include "logged_site.hpp"
#include "support/paths.hpp"

namespace evtwin::replay {
namespace {

using evtwin::testing::eight_ns;
using evtwin::testing::LogWriter;
using evtwin::testing::minute;

/// A log of one car a day at 08:00 UTC, two hours at constant power, read every ten minutes.
class OneCarADay {
 public:
  void add(double kw, bool with_readings = true) {
    const kernel::TimeNs start = eight_ns + days_ * 24 * 60 * minute;
    const int id = static_cast<int>(++days_);
    log_.start(start, "A", id, 1000.0 * register_kwh_);
    for (int i = 0; with_readings && i <= 12; ++i)
      log_.reading(start + i * 10 * minute, "A", id, 1000.0 * (register_kwh_ + kw * i / 6.0), 1000.0 * kw);
    register_kwh_ += 2.0 * kw;
    log_.stop(start + 120 * minute, "A", id, 1000.0 * register_kwh_);
  }
  HeldOut judged() const {
    ocpp::SiteLog log = ocpp::read_site_log_text("site.log", log_.text());
    sessions::LogSessions sessions = sessions::sessions_of(log);
    PrepareRequest request;
    request.logs = {"site.log"};
    request.load.library_dir = paths::source_dir + "/scenarios/lib";
    const Prepared prepared = prepare_replay(request, std::move(log), std::move(sessions));
    return held_out(prepared, replay(prepared));
  }

 private:
  LogWriter log_;
  std::int64_t days_ = 0;
  double register_kwh_ = 1.0;
};

TEST(HeldOut, ACarThatStaysAsItWasIsForetoldAndTheRatedPowerIsNot) {
  OneCarADay log;
  // One strong day makes the EVSE's rating: 7 kW.
  log.add(7.0);
  for (int i = 1; i < 20; ++i) log.add(6.0);
  const HeldOut held_out = log.judged();
  EXPECT_EQ(held_out.fitted, 14U);
  EXPECT_EQ(held_out.judged, 6U);
  EXPECT_EQ(held_out.from_ns, eight_ns + 14 * 24 * 60 * minute);
  EXPECT_NEAR(held_out.tested_share, 1.0, 1e-9);
  for (std::size_t line = 0; line < power_lines.size(); ++line) {
    EXPECT_NEAR(held_out.figure_of(Way::foretold, line).value, 0.0, 1e-6) << power_lines[line];
    EXPECT_NEAR(held_out.figure_of(Way::fitted, line).value, 0.0, 1e-6) << power_lines[line];
  }
  // 12 kWh at R kW instead of 6: the peak is R / 6 - 1 too high.
  const double rated_kw = 6.0 * (1.0 + held_out.figure_of(Way::rectangle, 2).value);
  EXPECT_GE(rated_kw, 7.0 - 1e-9);
  EXPECT_NEAR(held_out.figure_of(Way::rectangle, 3).value, (108.0 - 60.0 * 10.8 / rated_kw) / 108.0, 1e-6);
  // Every car drew evenly for two hours, so that the mean shape fits too: no skill can be told beside it.
  EXPECT_NEAR(held_out.figure_of(Way::mean_shape, 2).value, 0.0, 1e-6);
}

TEST(HeldOut, ACarThatChangedIsForetoldWrongByFiguresByHand) {
  OneCarADay log;
  for (int i = 0; i < 14; ++i) log.add(6.0);
  for (int i = 0; i < 6; ++i) log.add(4.0);
  const HeldOut held_out = log.judged();
  ASSERT_EQ(held_out.judged, 6U);
  // 8 kWh at 6 kW in 80 min, metered 4 kW for 120: 2 kW off in 80 min, 4 kW in 40.
  EXPECT_NEAR(held_out.figure_of(Way::foretold, 0).value, std::sqrt((80.0 * 4.0 + 40.0 * 16.0) / 120.0) / 4.0, 1e-6);
  // By the hour 6 and 2 for 4 and 4, twelve hours.
  EXPECT_NEAR(held_out.figure_of(Way::foretold, 1).value, std::sqrt(12.0 * 4.0 / 11.0) / 4.0, 1e-6);
  EXPECT_NEAR(held_out.figure_of(Way::foretold, 2).value, 0.5, 1e-6);
  // 7.2 kWh after 72 min for 108.
  EXPECT_NEAR(held_out.figure_of(Way::foretold, 3).value, 36.0 / 108.0, 1e-6);
  // The replay was fitted to these very days.
  EXPECT_NEAR(held_out.figure_of(Way::fitted, 1).value, 0.0, 1e-6);
  // All earlier cars drew evenly for two hours: so does the mean shape, and is right by its scale.
  EXPECT_NEAR(held_out.figure_of(Way::mean_shape, 1).value, 0.0, 1e-6);
  EXPECT_NEAR(held_out.skill_of_line(1), -1.0, 1e-4);
}

TEST(HeldOut, WithoutEarlierReadingsNothingIsForetold) {
  OneCarADay log;
  for (int i = 0; i < 20; ++i) log.add(6.0, i >= 14);
  const HeldOut held_out = log.judged();
  EXPECT_EQ(held_out.judged, 0U);
  EXPECT_FALSE(held_out.why_not.empty());
  EXPECT_EQ(held_out.tested_share, 0.0);
}

}  // namespace
}  // namespace evtwin::replay
